// `jl0 parse`: shows the syntax tree of Julia source.

import type { Command } from 'commander';
import { answerLines, type Request } from './batch.ts';
import { CommandError, ExitCode } from './exit.ts';
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
      if (options.jsonl) return parseLines(files);
      if (files.length === 0) throw new CommandError(ExitCode.usage, 'parse: name a file, or - for standard input');
      let failed = false;
      for (const file of files) if (!(await parseFile(file))) failed = true;
      process.exitCode = failed ? ExitCode.failed : ExitCode.ok;
    });
}

async function parseLines(files: readonly string[]): Promise<void> {
  if (files.length > 0)
    throw new CommandError(ExitCode.usage, 'parse: --jsonl reads standard input and takes no files');
  const { parseAnswer } = await import('./parse-answer.ts');
  await answerLines((request: Request) => {
    const { src, mode = 'one' } = request;
    if (mode === 'one' || mode === 'all') return parseAnswer(src, mode);
    return { error: 'request', message: `mode ${JSON.stringify(mode)} is neither "one" nor "all"` };
  });
}

/** Prints one file; false if it does not parse: then the diagnostics are on standard error. */
async function parseFile(file: string): Promise<boolean> {
  const { name, bytes } = readSource(file);
  const { parseAll, printSyntax, renderDiagnostics } = await import('../../interpreter/syntax/index.ts');
  const result = parseAll(bytes, { file: name });
  if (result.diagnostics.length > 0) process.stderr.write(`${renderDiagnostics(result, name)}\n`);
  if (result.status !== 'ok') return false;
  console.log(printSyntax(result.value));
  return true;
}
