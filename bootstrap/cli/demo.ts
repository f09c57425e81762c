// `jl0 demo`: the bootstrap demo, which is also what `npm start` runs.

import type { Command } from 'commander';
import { notInThisBuild } from './exit.ts';

/** Adds the command to the program. */
export function registerDemo(program: Command): void {
  program
    .command('demo')
    .summary('interpret, compile, load and compare the example programs')
    .description(
      'Runs the example programs interpreted, compiles what they used to objects, runs them again in a fresh process ' +
        'that loads those objects, checks that the output is the same, and prints a table of times.',
    )
    .action(async () => {
      throw notInThisBuild('the demo');
    });
}
