// `jl0 lower`: shows the code that Julia source is lowered to.
//
// Lowering expands macros, and macros are programs: they may never end, or bring the process down. So with --jsonl the
// requests are answered by another process of jl0 (lower-worker.ts); when it does not answer in time, or dies, the line
// gets an answer that says so, and a new process takes the next one.

import type { Command } from 'commander';
import { answerLines, type Request } from './batch.ts';
import { CommandError, ExitCode } from './exit.ts';
import { readSource } from './input.ts';

interface Options {
  readonly jsonl?: boolean;
  readonly timeout: string;
  readonly worker?: boolean;
}

/** Adds the command to the program. */
export function registerLower(program: Command): void {
  program
    .command('lower')
    .summary('show the lowered code')
    .description(
      'Prints the lowered code of Julia files, one listing per top-level expression; `-` is standard input. Each\n' +
        'expression is evaluated before the next is lowered, as when the file runs; its output goes to standard error.',
    )
    .argument('[files...]', 'Julia files')
    .option('--jsonl', 'read requests {"src", "mode", "setup"} as JSON lines from standard input, one answer each')
    .option('--timeout <seconds>', 'with --jsonl, what one line may take', '20')
    .option('--worker', 'answer requests of the parent process (for --jsonl itself)')
    .addHelpText(
      'after',
      `
Examples:
  jl0 lower script.jl
  echo 'f(x) = x + 1' | jl0 lower -
  echo '{"src": "a + b"}' | jl0 lower --jsonl

With --jsonl, no mode lowers one expression (Meta.lower), mode "soft" does so as at the prompt, and mode "seq" lowers
each statement of a file. "setup" may hold sources to evaluate first. An answer is {"ir"} or {"error"}, with "thrown"
when a macro threw an exception of that type; {"error": "request"}, {"error": "timeout"} and {"error": "internal"} have
a "message".`,
    )
    .action(async (files: string[], options: Options) => {
      if (options.worker) return (await import('./lower-worker.ts')).serve();
      if (options.jsonl) return lowerLines(files, Number(options.timeout));
      if (files.length === 0) throw new CommandError(ExitCode.usage, 'lower: name a file, or - for standard input');
      const { startSession } = await import('./session.ts');
      const failedStart = startSession(files[0] ?? '', []);
      if (failedStart !== undefined) {
        process.exitCode = failedStart;
        return;
      }
      let failed = false;
      for (const file of files) if (!(await lowerFile(file))) failed = true;
      process.exitCode = failed ? ExitCode.failed : ExitCode.ok;
    });
}

async function lowerLines(files: readonly string[], seconds: number): Promise<void> {
  if (files.length > 0)
    throw new CommandError(ExitCode.usage, 'lower: --jsonl reads standard input and takes no files');
  if (!(seconds > 0)) throw new CommandError(ExitCode.usage, 'lower: --timeout is a number of seconds');
  const { Worker } = await import('./lower-worker.ts');
  const worker = new Worker(seconds);
  await answerLines(({ src, mode, setup = [] }: Request) => {
    if (mode !== undefined && mode !== 'soft' && mode !== 'seq') {
      return { error: 'request', message: `mode ${JSON.stringify(mode)} is neither "soft" nor "seq"` };
    }
    if (!isTexts(setup)) return { error: 'request', message: '"setup" is not a list of sources' };
    return worker.answer({ src, mode, setup });
  });
  worker.end();
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

/** Prints one file; false if something in it does not parse, lower or run: then the reason is on standard error. */
async function lowerFile(file: string): Promise<boolean> {
  const { name, bytes } = readSource(file);
  const { parseAll, renderDiagnostics } = await import('../../interpreter/syntax/index.ts');
  const result = parseAll(bytes, { file: name });
  if (result.diagnostics.length > 0) process.stderr.write(`${renderDiagnostics(result, name)}\n`);
  if (result.status !== 'ok') return false;
  const { lowerFileStatements } = await import('./lower-answer.ts');
  const { mainPlace } = await import('./place.ts');
  const { fromBase } = await import('../session.ts');
  const { runProgram } = await import('../program.ts');
  const { call } = await import('../../interpreter/vm/calls.ts');
  let failed = false;
  const code = runProgram(() => {
    call(fromBase('redirect_stdout'), [fromBase('stderr')]);
    for (const part of lowerFileStatements(result.value, mainPlace(name), name)) {
      if (part.failed) process.stderr.write(`${name}:${part.line}: error ${part.text}\n`);
      else console.log(part.text);
      failed ||= part.failed;
    }
  });
  return code === 0 && !failed;
}
