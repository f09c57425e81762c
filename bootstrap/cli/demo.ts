// `jl0 demo`: the bootstrap demo, which is also what `npm start` runs; and `jl0 measure`, one run of one of its programs.

import { join } from 'node:path';
import type { Command } from 'commander';
import { installation, installed } from '../root.ts';
import { ExitCode } from './exit.ts';
import { checkReadable } from './input.ts';

/** Adds the commands to the program. */
export function registerDemo(program: Command): void {
  program
    .command('demo')
    .summary('interpret, compile, load and compare the example programs')
    .description(
      'Boots the library from its sources, runs the example programs interpreted, compiles what they used to objects, runs ' +
        'them again in a fresh process that loads those objects, checks that the output is the same, and prints a table of times.',
    )
    .argument('[folder]', 'the programs, with their outputs in its subfolder `expected`', installed('examples'))
    .addHelpText('after', '\nExamples:\n  jl0 demo')
    .action(async (folder: string) => {
      const { runDemo } = await import('../build/demo.ts');
      const launcher = {
        program: process.execPath,
        args: [...process.execArgv, process.argv[1] ?? join(installation, 'dist/jl0.cjs')],
      };
      process.exitCode = runDemo(launcher, folder) ? ExitCode.ok : ExitCode.failed;
    });
  program
    .command('measure', { hidden: true })
    .description('Runs a program, measures it, and writes a report: one step of the demo.')
    .argument('<file>', 'the Julia file')
    .requiredOption('--report <file>', 'where to write the report')
    .option('--compile <object>', 'compile what the program used')
    .option('--native <object>', 'run with this object')
    .action(async (file: string, options: { report: string; compile?: string; native?: string }) => {
      checkReadable(file);
      const { startSession } = await import('./session.ts');
      const { runWorkload } = await import('../build/workload.ts');
      process.exitCode = startSession(file, []) ?? (await runWorkload(file, options));
    });
}
