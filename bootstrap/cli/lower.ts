// `jl0 lower`: shows the code that Julia source is lowered to.

import type { Command } from 'commander';
import { notInThisBuild } from './exit.ts';
import { readSource } from './input.ts';

interface Options {
  readonly jsonl?: boolean;
}

/** Adds the command to the program. */
export function registerLower(program: Command): void {
  program
    .command('lower')
    .summary('show the lowered code')
    .description('Prints the lowered code of Julia files, one listing per top-level expression; `-` is standard input.')
    .argument('[files...]', 'Julia files')
    .option('--jsonl', 'read requests {"src", "mode"} as JSON lines from standard input, one answer each')
    .addHelpText(
      'after',
      `
Examples:
  jl0 lower script.jl
  echo 'f(x) = x + 1' | jl0 lower -
  echo '{"src": "a + b"}' | jl0 lower --jsonl

With --jsonl an answer is {"ir"} with the listing, or {"error"} with Julia's message.`,
    )
    .action(async (files: string[], options: Options) => {
      void options;
      for (const file of files) readSource(file);
      throw notInThisBuild('lowering');
    });
}
