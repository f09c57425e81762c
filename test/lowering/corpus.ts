// Runs the lowering corpora of the reference Julia and reports what passes.
//
// From a test: `runCorpus(folder, options)`. By hand, with the first differences printed:
//
//     node test/lowering/corpus.ts [FILE-PREFIX] [--failures=N] [--macros] [--find=TEXT] [--vm]
//
// Rows that call macros need a host with a running system (--vm); without one they count as failed and are only
// printed with --macros.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Answer } from '../../bootstrap/cli/batch.ts';
import { lowerAnswer, type Place } from '../../bootstrap/cli/lower-answer.ts';
import { ModuleRef } from '../../interpreter/syntax/expr.ts';
import { NoMacros, TestHost } from './testhost.ts';

/** One line of a corpus file. */
interface Case {
  readonly src: string;
  readonly setup?: readonly string[];
  readonly mode?: 'soft' | 'seq';
  readonly ir?: string;
  readonly error?: string;
  readonly thrown?: string;
  readonly truncated?: boolean;
}

/** A place to lower in: a fresh module, in which setup code and earlier parts of a sequence take effect. */
export type Session = Place;

/**
 * A session without a heap: evaluating has no effect. (The reference, too, saw no globals of the setup code when it
 * decided about soft scopes: they were newer than the world it lowered in.)
 */
export function emptySession(): Session {
  return { module: new ModuleRef('M'), host: new TestHost(), evaluate: () => {} };
}

/** What jl0 says about a case. */
export const answer = (test: Case, session: Session): Answer =>
  lowerAnswer(test.src, test.mode, test.setup ?? [], session);

export interface Failure {
  readonly test: Case;
  readonly given: string;
  readonly needsMacros: boolean;
}
export interface FileResult {
  readonly file: string;
  readonly passed: number;
  readonly total: number;
  readonly failures: readonly Failure[];
}

/** Folder of the lowering corpora, null if this machine has none. */
export function corpusFolder(): string | null {
  const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
  const folder = join(process.env['JL0_ORACLE'] ?? join(root, '..', 'shared', 'oracle'), 'lowering');
  return existsSync(folder) ? folder : null;
}

/** Runs one case; undefined when it passes. */
export function runCase(test: Case, session: Session): Failure | undefined {
  try {
    const given = answer(test, session);
    const expected = test.ir ?? test.error ?? '';
    const text = String(given['ir'] ?? given['error']);
    const sameKind = 'ir' in given ? test.ir !== undefined : test.ir === undefined && given['thrown'] === test.thrown;
    return sameKind && text === expected ? undefined : { test, given: text, needsMacros: false };
  } catch (error) {
    const needsMacros = error instanceof NoMacros;
    return { test, given: error instanceof Error ? (error.stack ?? error.message) : String(error), needsMacros };
  }
}

/** Runs all files whose name starts with `prefix`; `newSession` makes a fresh module for each case. */
export function runCorpus(folder: string, prefix = '', newSession: () => Session = emptySession): FileResult[] {
  const results: FileResult[] = [];
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.jsonl') || !file.startsWith(prefix)) continue;
    const lines = readFileSync(join(folder, file), 'utf8').trim().split('\n');
    const failures = lines
      .map((line) => runCase(JSON.parse(line) as Case, newSession()))
      .filter((failure) => failure !== undefined);
    results.push({ file, passed: lines.length - failures.length, total: lines.length, failures });
  }
  return results;
}

// The first lines in which two listings differ, with a little context.
export function firstDifference(expected: string, given: string): string {
  const a = expected.split('\n');
  const b = given.split('\n');
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i++;
  const show = (lines: readonly string[], sign: string): string[] =>
    lines.slice(i, i + 6).map((line) => `    ${sign}${line}`);
  return [...a.slice(Math.max(0, i - 2), i).map((line) => `     ${line}`), ...show(a, '-'), ...show(b, '+')].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = corpusFolder();
  if (folder === null) console.log('skipped: no corpus');
  else {
    const option = (name: string): string | undefined =>
      process.argv.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
    const shown = Number(option('failures') ?? 5);
    const find = option('find') ?? '';
    const macros = process.argv.includes('--macros');
    const prefix = process.argv.slice(2).find((arg) => !arg.startsWith('--')) ?? '';
    let passed = 0;
    let total = 0;
    let needing = 0;
    const newSession = process.argv.includes('--vm') ? (await import('./vmsession.ts')).vmSession : emptySession;
    for (const result of runCorpus(folder, prefix, newSession)) {
      passed += result.passed;
      total += result.total;
      const needed = result.failures.filter((failure) => failure.needsMacros).length;
      needing += needed;
      console.log(`${result.file.padEnd(24)} ${result.passed}/${result.total}  (${needed} need macros)`);
      const printed = result.failures.filter((f) => (macros || !f.needsMacros) && f.test.src.includes(find));
      for (const { test, given } of printed.slice(0, shown)) {
        console.log(
          `  ${JSON.stringify(test.src)} ${test.setup === undefined ? '' : JSON.stringify(test.setup)}${test.mode ?? ''}`,
        );
        console.log(firstDifference(test.ir ?? `error ${test.error}`, given));
      }
    }
    console.log(`total ${passed}/${total}, ${needing} need macros`);
  }
}
