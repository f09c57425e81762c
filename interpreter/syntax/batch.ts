// Parsing as a service: a source text in, the answer as plain data out, in the form of the reference corpora.
//
// This is what `jl0 parse --jsonl` prints line by line, and what the conformance test compares.

import { positionAt } from './diagnostics.ts';
import { type ParseResult, parseAll, parseOne } from './index.ts';
import { printSyntax, sourceLines } from './sexpr.ts';

/** `one`: the first line of statements, as `Meta.parse` wants it; `all`: everything, as `Meta.parseall`. */
export type ParseMode = 'one' | 'all';

/** Either `expr` and `lines`, or `error` and `message` with what else is known of the place. */
export type ParseAnswer = {
  /** The value as a canonical s-expression. */
  readonly expr?: string;
  /** Line of each line number in it. */
  readonly lines?: readonly number[];
  readonly error?: 'error' | 'incomplete';
  readonly message?: string;
  /** Line and column of the error. */
  readonly at?: readonly [number, number];
  /** What an incomplete text waits for. */
  readonly tag?: string;
  /** In mode `all`: what parsed before the error, if anything did. */
  readonly before?: string;
};

/** Parses `src` and says what came of it. */
export function parseAnswer(src: string, mode: ParseMode): ParseAnswer {
  const result = mode === 'all' ? parseAll(src) : parseOne(src);
  if (result.status !== 'ok') return failure(result, result.status, mode);
  // `Meta.parse` wants the text to end with the line, be it only blank lines that follow.
  if (mode === 'one' && result.next < src.length) {
    return { error: 'error', message: 'extra token after end of expression' };
  }
  return { expr: printSyntax(result.value), lines: sourceLines(result.value) };
}

function failure(result: ParseResult, error: 'error' | 'incomplete', mode: ParseMode): ParseAnswer {
  const first = result.diagnostics.find((diagnostic) => diagnostic.severity === 'error');
  if (first === undefined) throw new Error('a parse has failed without saying why');
  const { line, column } = positionAt(result.text, first.start, 1, Math.max(result.next, first.end));
  const before = mode === 'all' ? printSyntax(result.value) : '(toplevel)';
  return {
    error,
    message: first.message,
    at: [line, column],
    ...(error === 'incomplete' ? { tag: result.tag } : {}),
    ...(before === '(toplevel)' ? {} : { before }),
  };
}
