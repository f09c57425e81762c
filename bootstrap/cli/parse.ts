// `jl0 parse`: shows the syntax tree of Julia source.

import type { Command } from 'commander';
import { notInThisBuild } from './exit.ts';
import { readSource } from './input.ts';

interface Options {
  readonly jsonl?: boolean;
}

/** Adds the command to the program. */
export function registerParse(program: Command): void {
  program
    .command('parse')
    .summary('show the syntax tree')
    .description('Prints the syntax tree of Julia files as one s-expression each; `-` is standard input.')
    .argument('[files...]', 'Julia files')
    .option('--jsonl', 'read requests {"src", "mode"} as JSON lines from standard input, one answer each')
    .addHelpText(
      'after',
      `
Examples:
  jl0 parse script.jl
  echo 'f(x) = x + 1' | jl0 parse -
  echo '{"src": "a + b", "mode": "one"}' | jl0 parse --jsonl

With --jsonl, mode "one" parses one expression (Meta.parse) and mode "all" a whole file (Meta.parseall). An answer is
{"expr", "lines"}, or {"error", "message", "at"} with the kind of error, Julia's message and [line, column].`,
    )
    .action(async (files: string[], options: Options) => {
      void options;
      for (const file of files) readSource(file);
      throw notInThisBuild('parsing');
    });
}
