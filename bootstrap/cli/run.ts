// `jl0 run`: runs a Julia file.

import type { Command } from 'commander';
import { checkReadable } from './input.ts';

interface Options {
  readonly native?: readonly string[];
}

/** Adds the command to the program. */
export function registerRun(program: Command): void {
  program
    .command('run')
    .summary('run a Julia file')
    .description('Runs a Julia file; `-` is standard input. What follows FILE is the ARGS of the script.')
    .argument('<file>', 'the Julia file')
    .argument('[args...]', 'its arguments')
    .option('--native <object>', 'use the compiled methods of this object (may be given several times)', collect)
    .passThroughOptions()
    .addHelpText(
      'after',
      `
Examples:
  jl0 run script.jl first second
  jl0 run --native script.o script.jl
  jl0 run - < script.jl

A method of an object that no longer fits the program is interpreted, and the reason is printed.
An uncaught exception is printed as Julia prints it; the exit code is then 1. exit(n) ends with n.`,
    )
    .action(async (file: string, args: string[], options: Options) => {
      if (file !== '-') checkReadable(file);
      const { inSession } = await import('./session.ts');
      const { runFile, runStandardInput } = await import('../program.ts');
      const { native } = options;
      const useNative = native === undefined ? null : (await import('../image/use-native.ts')).useNative;
      process.exitCode = inSession(file, args, () => {
        const report = useNative === null ? null : useNative(native ?? []);
        const code = file === '-' ? runStandardInput() : runFile(file);
        report?.();
        return code;
      });
    });
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
