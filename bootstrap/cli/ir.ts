// `jl0 ir`: shows the code of a function's methods, as the interpreter runs it.

import type { Command } from 'commander';
import { CommandError, ExitCode, notInThisBuild } from './exit.ts';
import { checkReadable } from './input.ts';

/** Adds the command to the program. */
export function registerIr(program: Command): void {
  program
    .command('ir')
    .summary('show the code of a method')
    .description('Runs a Julia file and prints the code of the methods of a function.')
    .argument('<file>', 'the Julia file')
    .argument('<function>', 'the name of a function it defines')
    .option('--types <types>', 'with inferred types, for these argument types, as in "Int, Float64"')
    .addHelpText('after', '\nExamples:\n  jl0 ir script.jl fib\n  jl0 ir script.jl fib --types Int')
    .action(async (file: string, name: string, options: { types?: string }) => {
      if (options.types !== undefined) throw notInThisBuild('showing inferred types');
      checkReadable(file);
      const { inSession } = await import('./session.ts');
      const { runFile } = await import('../program.ts');
      const { methodsText } = await import('../method-code.ts');
      process.exitCode = inSession(file, [], () => {
        const code = runFile(file);
        if (code !== 0) return code;
        const text = methodsText(name);
        if (text === undefined) throw new CommandError(ExitCode.usage, `${file} defines no ${name}`);
        console.log(text);
        return ExitCode.ok;
      });
    });
}
