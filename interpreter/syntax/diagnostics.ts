// What is wrong with a text, where, and how it is shown.
//
// A diagnostic covers a span of the text and says what was found or expected. The positions people read (line and
// column, counted from 1, columns in characters) are computed only when asked for.

import { isSurrogate } from './characters.ts';

export type Severity = 'error' | 'warning';

/** What an incomplete text is waiting for, as `Base.incomplete_tag` names it; `none` if more text would not help. */
export type IncompleteTag = 'none' | 'string' | 'cmd' | 'char' | 'comment' | 'block' | 'other';

export interface Diagnostic {
  readonly severity: Severity;
  readonly message: string;
  /** Span in UTF-16 units of the text; empty where something is missing. */
  readonly start: number;
  readonly end: number;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Line and column of an offset; `firstLine` is the number of the text's first line. A newline that ends the text (or the
 * part of it up to `end`) starts no line of its own: the place behind it is the end of the last line.
 */
export function positionAt(text: string, offset: number, firstLine = 1, end: number = text.length): Position {
  let line = firstLine;
  let start = 0;
  for (let i = text.indexOf('\n'); i >= 0 && i < offset && i < end - 1; i = text.indexOf('\n', i + 1)) {
    line++;
    start = i + 1;
  }
  let column = 1;
  for (let i = start; i < offset; column++) i += (text.codePointAt(i) ?? 0) > 0xffff ? 2 : 1;
  return { line, column };
}

/** The characters of `text`, with bytes of invalid UTF-8 made visible. */
function printable(text: string): string {
  return Array.from(text, (c) => (isSurrogate(c.codePointAt(0) ?? 0) ? '\ufffd' : c)).join('');
}

/**
 * The diagnostic as text: place, the line of source, a caret line, the message.
 *
 *     foo.jl:3:9: error: unexpected `)`
 *       x = (1))
 *             ^
 */
export function renderDiagnostic(diagnostic: Diagnostic, text: string, file: string, firstLine = 1): string {
  const { line, column } = positionAt(text, diagnostic.start, firstLine);
  // As in `positionAt`, the place behind the last newline belongs to the line before it.
  const from = diagnostic.start === text.length && text.endsWith('\n') ? diagnostic.start - 1 : diagnostic.start;
  const lineStart = from === 0 ? 0 : text.lastIndexOf('\n', from - 1) + 1;
  const newline = text.indexOf('\n', lineStart);
  const lineEnd = newline < 0 ? text.length : newline;
  const before = printable(text.slice(lineStart, diagnostic.start)).replace(/[^\t]/g, ' ');
  const width = Array.from(text.slice(diagnostic.start, Math.min(diagnostic.end, lineEnd))).length;
  const head = `${file}:${line}:${column}: ${diagnostic.severity}: ${diagnostic.message}`;
  return `${head}\n  ${printable(text.slice(lineStart, lineEnd))}\n  ${before}${'^'.repeat(Math.max(1, width))}`;
}

/** A character as Julia's `repr` shows it inside single quotes. */
export function showCharacter(text: string): string {
  const code = text.codePointAt(0) ?? 0;
  if (code === 0x27) return "'\\''";
  return `'${escapeCharacter(code)}'`;
}

/** Text as Julia's `repr` shows it. */
export function showText(text: string): string {
  return `"${Array.from(text, (c) => (c === '"' || c === '$' ? `\\${c}` : escapeCharacter(c.codePointAt(0) ?? 0))).join('')}"`;
}

const letterEscapes: Readonly<Record<number, string>> = {
  0: '\\0',
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  27: '\\e',
  92: '\\\\',
};
const unprintable = /^[\p{C}\p{Zl}\p{Zp}]$/u;

function escapeCharacter(code: number): string {
  const letter = letterEscapes[code];
  if (letter !== undefined) return letter;
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
  if (code < 32 || code === 127) return `\\x${code.toString(16).padStart(2, '0')}`;
  const character = String.fromCodePoint(code);
  if (!unprintable.test(character) && !/^\p{Zs}$/u.test(character)) return character;
  if (code === 32) return character;
  return code > 0xffff ? `\\U${code.toString(16)}` : `\\u${code.toString(16)}`;
}
