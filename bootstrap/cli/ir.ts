// `jl0 ir`: the IR as text. Shows that of a file, runs and checks IR scripts. docs/jlir.md describes the text.

import type { Command } from 'commander';
import type { ReadOptions, ReadResult } from '../../interpreter/ir/read.ts';
import { CommandError, ExitCode, notInThisBuild } from './exit.ts';
import { readSource, type Source } from './input.ts';

/** Adds the commands to the program. */
export function registerIr(program: Command): void {
  const ir = program
    .command('ir')
    .summary('show, run and check IR')
    .description('Shows the IR of Julia files as text, runs IR scripts (.jlir), checks them.')
    .addHelpText(
      'after',
      `
Examples:
  jl0 ir script.jl                   the IR of a file: toplevel code with the methods it defines
  jl0 ir script.jl fib               runs the file, then shows the methods of fib
  jl0 ir run fib.jlir                runs an IR script
  jl0 ir check fib.jlir              says what is wrong with it
  jl0 ir run pasted.jlir --method 'f(n::Int)' --eval 'println(f(20))'
                                     makes code pasted from @code_lowered a method, and calls it

The text is what @code_lowered and @code_typed print; see docs/jlir.md.`,
    );
  ir.command('show', { isDefault: true })
    .description('Shows the IR of a Julia file; with a name, runs the file and shows the methods of that function.')
    .argument('<file>', 'the Julia file; - is standard input')
    .argument('[function]', 'the name of a function it defines')
    .option('--types <types>', 'with inferred types, for these argument types, as in "Int, Float64"')
    .addHelpText('after', '\nExamples:\n  jl0 ir script.jl\n  jl0 ir script.jl fib')
    .action(show);
  ir.command('run')
    .description('Runs an IR script; what follows the file is its ARGS.')
    .argument('<file>', 'the script; - is standard input')
    .argument('[args...]', 'its arguments')
    .option('--method <signature>', 'code that stands alone is this method, as in "f(x::Int, y)"')
    .option('--eval <code>', 'Julia code to run afterwards')
    .addHelpText(
      'after',
      "\nExamples:\n  jl0 ir run fib.jlir\n  jl0 ir run pasted.jlir --method 'f(n::Int)' --eval 'println(f(20))'",
    )
    .action(run);
  ir.command('check')
    .description('Reads and verifies IR scripts; prints what is wrong, with places.')
    .argument('<files...>', 'the scripts; - is standard input')
    .addHelpText('after', '\nExamples:\n  jl0 ir check fib.jlir other.jlir')
    .action(check);
  for (const command of ir.commands) command.exitOverride();
}

async function show(file: string, name: string | undefined, options: { types?: string }): Promise<void> {
  if (options.types !== undefined) throw notInThisBuild('showing inferred types');
  const source = readSource(file);
  const { inSession } = await import('./session.ts');
  if (name !== undefined) {
    const { runFile, runStandardInput } = await import('../program.ts');
    const { methodsText } = await import('../ir-text.ts');
    process.exitCode = inSession(file, [], () => {
      const code = file === '-' ? runStandardInput() : runFile(file);
      if (code !== 0) return code;
      const text = methodsText(name);
      if (text === undefined) throw new CommandError(ExitCode.usage, `${file} defines no ${name}`);
      console.log(text);
      return ExitCode.ok;
    });
    return;
  }
  const { parseAll, renderDiagnostics } = await import('../../interpreter/syntax/index.ts');
  const result = parseAll(source.bytes, { file: source.name });
  if (result.diagnostics.length > 0) process.stderr.write(`${renderDiagnostics(result, source.name)}\n`);
  if (result.status !== 'ok') {
    process.exitCode = ExitCode.failed;
    return;
  }
  const { fileParts } = await import('../ir-text.ts');
  const { runProgram } = await import('../program.ts');
  process.exitCode = inSession(file, [], () => {
    let failed = false;
    const code = runProgram(() => {
      for (const part of fileParts(result.value, source.name)) {
        if (!part.failed) console.log(part.text);
        else process.stderr.write(`${source.name}: ${part.text}\n`);
        failed ||= part.failed;
      }
    });
    return code !== ExitCode.ok || !failed ? code : ExitCode.failed;
  });
}

/** Reads and verifies a script; what is wrong with it goes to standard error. Undefined if anything is. */
async function checked(source: Source, options: ReadOptions): Promise<ReadResult | undefined> {
  const { checkScript } = await import('../../interpreter/ir/check.ts');
  const { result, complaints } = checkScript(source.bytes, source.name, options);
  if (complaints.length === 0) return result;
  process.stderr.write(`${complaints.join('\n')}\n`);
  return undefined;
}

async function run(file: string, args: string[], options: { method?: string; eval?: string }): Promise<void> {
  const source = readSource(file);
  const script = await checked(source, options.method === undefined ? {} : { method: options.method });
  if (script === undefined) {
    process.exitCode = ExitCode.failed;
    return;
  }
  const { inSession } = await import('./session.ts');
  const { runProgram } = await import('../program.ts');
  const { runScript } = await import('../../interpreter/runtime/irscript.ts');
  const { evaluateText } = await import('../../interpreter/runtime/frontend.ts');
  const { MainModule } = await import('../../interpreter/memory/wellknown.ts');
  process.exitCode = inSession(file, args, () =>
    runProgram(() => {
      runScript(script.items);
      if (options.eval !== undefined) evaluateText(MainModule, options.eval, 'none');
    }),
  );
}

async function check(files: string[]): Promise<void> {
  let failed = false;
  for (const file of files) if ((await checked(readSource(file), {})) === undefined) failed = true;
  process.exitCode = failed ? ExitCode.failed : ExitCode.ok;
}
