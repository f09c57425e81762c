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
import { listing, renumber, renumberNames } from '../../interpreter/ir/listing.ts';
import { type LoweringHost, lower } from '../../interpreter/lowering/index.ts';
import { Expr, type HeapValue, LineNumberNode, ModuleRef, type Syntax } from '../../interpreter/syntax/expr.ts';
import { errorExpression, parseAll, parseOne } from '../../interpreter/syntax/index.ts';
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

/** A place to lower in: a fresh module, in which setup code and earlier parts of a sequence have taken effect. */
export interface Session {
  readonly module: ModuleRef;
  readonly host: LoweringHost;
  /** Evaluates lowered code (or syntax that lowering leaves alone), as far as later lowering can notice. */
  evaluate(lowered: Syntax, source: Syntax): void;
  /** The text of an object of the heap in the corpus' form. */
  heapText?(value: HeapValue): string;
  /** What an exception of a macro is in the corpus: its type and the first line of its message. */
  thrown?(error: unknown): { type: string; message: string } | undefined;
}

/**
 * A session without a heap: evaluating has no effect. (The reference, too, saw no globals of the setup code when it
 * decided about soft scopes: they were newer than the world it lowered in.)
 */
export function emptySession(): Session {
  return { module: new ModuleRef('M'), host: new TestHost(), evaluate: () => {} };
}

function parsedStatement(src: string): Syntax {
  const result = parseOne(src, 0, { file: 'none' });
  return result.status === 'ok' ? result.value : errorExpression(result);
}

function statements(src: string): Syntax[] {
  const { value } = parseAll(src, { file: 'none' });
  return value.args.filter((x) => !(x instanceof LineNumberNode));
}

type Answer = { ir: string } | { error: string; thrown?: string };

function errorText(result: Syntax): string | undefined {
  if (!(result instanceof Expr) || (result.head !== 'error' && result.head !== 'incomplete')) return undefined;
  const message = result.args[0];
  return typeof message === 'string' ? (message.split('\n')[0] ?? '') : '';
}

// The corpus writes Main.M as M.
const shorten = (text: string): string => text.replace(/\bMain\.M\b/g, 'M');

// The names in messages are renumbered by the rule for names in listings.
function renumberMessage(message: string): string {
  const counters = new Map<string, Map<string, number>>();
  return shorten(message).replace(/#[^\s"'`,;()[\]{}]*/g, (name) => renumber(name, counters));
}

/** What jl0 says about a case. */
export function answer(test: Case, session: Session): Answer {
  try {
    return lowered(test, session);
  } catch (error) {
    const exception = session.thrown?.(error);
    if (exception === undefined) throw error;
    return { error: renumberMessage(exception.message), thrown: exception.type };
  }
}

function lowered(test: Case, session: Session): Answer {
  const heapText = session.heapText?.bind(session);
  for (const source of test.setup ?? []) {
    for (const statement of statements(source)) {
      session.evaluate(lower(statement, session.module, session.host), statement);
    }
  }
  const softscope = test.mode === 'soft';
  if (test.mode !== 'seq') {
    const result = lower(parsedStatement(test.src), session.module, session.host, { softscope });
    const error = errorText(result);
    return error === undefined
      ? { ir: renumberNames(shorten(listing(result, heapText))) }
      : { error: renumberMessage(error) };
  }
  const parts: string[] = [];
  let n = 0;
  for (const statement of statements(test.src)) {
    n++;
    const result = lower(statement, session.module, session.host);
    const error = errorText(result);
    parts.push(`== ${n}`, error === undefined ? listing(result, heapText) : `error ${error}`);
    if (error !== undefined) break;
    session.evaluate(result, statement);
  }
  return { ir: renumberNames(shorten(parts.join('\n'))) };
}

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
    const text = 'ir' in given ? given.ir : given.error;
    const sameKind = 'ir' in given ? test.ir !== undefined : test.ir === undefined && given.thrown === test.thrown;
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
