// What `jl0 parse --jsonl` answers: the syntax of a source text, or what is wrong with it, as data.
//
// The form is that of the reference corpora: {"expr", "lines"} for what parses, else {"error", "message", "at"} with the
// kind of error, the first message and its [line, column]; "tag" says what an incomplete text waits for, and "before"
// holds the statements before the error.

import {
  type ParseResult,
  parseAll,
  parseOne,
  positionAt,
  printSyntax,
  sourceLines,
} from '../../interpreter/syntax/index.ts';
import type { Answer } from './batch.ts';

/** `one` is one expression (Meta.parse), `all` a whole file (Meta.parseall). */
export type ParseMode = 'one' | 'all';

/** Parses a source text and says what came of it. */
export function parseAnswer(source: string, mode: ParseMode): Answer {
  const result = mode === 'all' ? parseAll(source) : parseOne(source);
  if (result.status !== 'ok') return failure(result, mode);
  // Meta.parse wants the text to end after the first expression, comments and blanks aside.
  if (mode === 'one' && result.next < source.length && parseOne(source, result.next).value !== null) {
    return { error: 'error', message: 'extra token after end of expression' };
  }
  return { expr: printSyntax(result.value), lines: sourceLines(result.value) };
}

function failure(result: ParseResult, mode: ParseMode): Answer {
  const first = result.diagnostics.find((diagnostic) => diagnostic.severity === 'error');
  if (first === undefined) throw new Error('the parser failed without saying why');
  const { line, column } = positionAt(result.text, first.start, 1, Math.max(result.next, first.end));
  const before = mode === 'all' ? printSyntax(result.value) : '(toplevel)';
  return {
    error: result.status,
    message: first.message,
    at: [line, column],
    ...(result.status === 'incomplete' ? { tag: result.tag } : {}),
    ...(before === '(toplevel)' ? {} : { before }),
  };
}
