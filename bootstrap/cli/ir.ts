// `jl0 ir`: shows the code of one method, as the interpreter runs it or as inference sees it.

import type { Command } from 'commander';
import { notInThisBuild } from './exit.ts';
import { readSource } from './input.ts';

/** Adds the command to the program. */
export function registerIr(program: Command): void {
  program
    .command('ir')
    .summary('show the code of a method')
    .description('Loads a Julia file and prints the code of the methods of a function.')
    .argument('<file>', 'the Julia file')
    .argument('<function>', 'the name of a function it defines')
    .option('--types <types>', 'with inferred types, for these argument types, as in "Int, Float64"')
    .addHelpText('after', '\nExamples:\n  jl0 ir script.jl fib\n  jl0 ir script.jl fib --types Int')
    .action(async (file: string) => {
      readSource(file);
      throw notInThisBuild('showing the code of a method');
    });
}
