// `jl0 inspect`: shows what is in a compiled object.

import type { Command } from 'commander';
import { notInThisBuild } from './exit.ts';
import { readBytes } from './input.ts';

/** Adds the command to the program. */
export function registerInspect(program: Command): void {
  program
    .command('inspect')
    .summary('show what is in an object')
    .description('Prints the sections, methods, relocations and recipes of an object. Needs no LLVM.')
    .argument('<object>', 'an object written by jl0 compile')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  jl0 inspect script.o\n  jl0 inspect --json script.o')
    .action(async (file: string) => {
      readBytes(file);
      throw notInThisBuild('inspecting objects');
    });
}
