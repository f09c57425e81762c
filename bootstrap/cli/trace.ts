// `jl0 trace`: runs a Julia file and shows every foreign call.

import { openSync, writeSync } from 'node:fs';
import type { Command } from 'commander';
import { CommandError, ExitCode } from './exit.ts';
import { checkReadable, reason } from './input.ts';

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
    .option('--program', 'only the calls that the program makes itself, not those of the library on its behalf')
    .option('-o, --output <file>', 'where to write the trace')
    .passThroughOptions()
    .addHelpText('after', '\nExamples:\n  jl0 trace script.jl\n  jl0 trace --json -o calls.jsonl script.jl')
    .action(async (file: string, args: string[], options: Options) => {
      if (file !== '-') checkReadable(file);
      const output = options.output === undefined ? 2 : openOutput(options.output);
      const { inSession } = await import('./session.ts');
      const { runFile, runStandardInput } = await import('../program.ts');
      const { callJson, callText, isProgramCall, traceCalls } = await import('../tracing.ts');
      const format = options.json ? callJson : callText;
      process.exitCode = inSession(file, args, () => {
        traceCalls((call) => {
          if (!options.program || isProgramCall(call)) writeSync(output, `${format(call)}\n`);
        });
        return file === '-' ? runStandardInput() : runFile(file);
      });
    });
}

interface Options {
  readonly json?: boolean;
  readonly program?: boolean;
  readonly output?: string;
}

function openOutput(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw new CommandError(ExitCode.usage, `cannot write ${path}: ${reason(error)}`);
  }
}
