// `jl0 lower`: shows the code that Julia source is lowered to.

import type { Command } from 'commander';
import { answerLines, type Request } from './batch.ts';
import { CommandError, ExitCode } from './exit.ts';
import { readSource } from './input.ts';
import type { Place } from './lower-answer.ts';

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

With --jsonl, no mode lowers one expression (Meta.lower), mode "soft" does so as at the prompt, and mode "seq" lowers
each statement of a file. "setup" may hold sources to evaluate first. An answer is {"ir"} or {"error"}.`,
    )
    .action(async (files: string[], options: Options) => {
      if (options.jsonl) return lowerLines(files);
      if (files.length === 0) throw new CommandError(ExitCode.usage, 'lower: name a file, or - for standard input');
      let failed = false;
      for (const file of files) if (!(await lowerFile(file))) failed = true;
      process.exitCode = failed ? ExitCode.failed : ExitCode.ok;
    });
}

/** A fresh module to lower in. */
async function newPlace(name: string): Promise<Place> {
  const { plainPlace } = await import('./plain-place.ts');
  return plainPlace(name);
}

async function lowerLines(files: readonly string[]): Promise<void> {
  if (files.length > 0)
    throw new CommandError(ExitCode.usage, 'lower: --jsonl reads standard input and takes no files');
  const { lowerAnswer } = await import('./lower-answer.ts');
  await answerLines(async ({ src, mode, setup = [] }: Request) => {
    if (mode !== undefined && mode !== 'soft' && mode !== 'seq') {
      return { error: 'request', message: `mode ${JSON.stringify(mode)} is neither "soft" nor "seq"` };
    }
    if (!isTexts(setup)) return { error: 'request', message: '"setup" is not a list of sources' };
    return lowerAnswer(src, mode, setup, await newPlace('M'));
  });
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

/** Prints one file; false if it does not parse or lower: then the reason is on standard error. */
async function lowerFile(file: string): Promise<boolean> {
  const { name, bytes } = readSource(file);
  const { parseAll, renderDiagnostics } = await import('../../interpreter/syntax/index.ts');
  const result = parseAll(bytes, { file: name });
  if (result.diagnostics.length > 0) process.stderr.write(`${renderDiagnostics(result, name)}\n`);
  if (result.status !== 'ok') return false;
  const { lowerSequence } = await import('./lower-answer.ts');
  const parts = lowerSequence(result.value, await newPlace('Main'), { file: name });
  for (const { text, failed } of parts) {
    if (failed) process.stderr.write(`${name}: ${text}\n`);
    else console.log(text);
  }
  return parts.every((part) => !part.failed);
}
