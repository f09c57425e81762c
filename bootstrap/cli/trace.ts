// `jl0 trace`: runs a Julia file and shows every foreign call.

import type { Command } from 'commander';
import { notInThisBuild } from './exit.ts';
import { readSource } from './input.ts';

/** Adds the command to the program. */
export function registerTrace(program: Command): void {
  program
    .command('trace')
    .summary('run a Julia file and show every foreign call')
    .description(
      'Runs a Julia file and prints every foreign call: library, symbol, signature, arguments, result, errno, duration, ' +
        'and the Julia file and line it comes from. The trace goes to standard error, or to a file with -o.',
    )
    .argument('<file>', 'the Julia file')
    .argument('[args...]', 'its arguments')
    .option('--json', 'one line of JSON per call')
    .option('-o, --output <file>', 'where to write the trace')
    .passThroughOptions()
    .addHelpText('after', '\nExamples:\n  jl0 trace script.jl\n  jl0 trace --json -o calls.jsonl script.jl')
    .action(async (file: string) => {
      readSource(file);
      throw notInThisBuild('tracing');
    });
}
