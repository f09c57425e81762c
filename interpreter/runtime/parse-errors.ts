// Syntax errors as Julia exceptions.
//
// The parser leaves `Expr(:error, message)` and a list of diagnostics. Julia 1.12 has a Meta.ParseError there instead,
// whose text shows each place as
//
//     # Error @ script.jl:2:8
//     x = 1
//     y = x +* 2
//     #      ╙ ── not a unary operator
//
// with the line before it for context, and a line of marks and the message below it. Where the library that defines
// Meta.ParseError is not there yet, the text itself stands for it.

import { allocate } from '../memory/heap.ts';
import { type DataTypeRef, type ModuleRef, type Ref, setRefAt, typeOf } from '../memory/layout.ts';
import { BaseModule, datatype } from '../memory/wellknown.ts';
import { Expr, HeapValue, LineNumberNode, type Syntax, sym } from '../syntax/expr.ts';
import { type Diagnostic, type ParseResult, positionAt } from '../syntax/index.ts';
import { globalValue } from './bindings.ts';
import { symbol } from './symbols.ts';
import { string } from './values.ts';

/** Blanks as wide as `text`: tabs stay, so that what follows lines up. */
const blank = (text: string): string => text.replace(/[^\t]/gu, ' ');

/** The line of marks below columns `before.length + 1` and following; it starts with a `#`, as a comment does. */
function marks(before: string, marked: string): string {
  const width = Array.from(marked).length;
  const indent = blank(before);
  const start = indent === '' ? '' : `#${indent.startsWith('\t') ? indent : indent.slice(1)}`;
  if (width === 0) return `${start}└`;
  if (width === 1) return `${start}╙`;
  return `${start}└${'─'.repeat(width - 2)}┘`;
}

/** One diagnostic, as JuliaSyntax shows it. */
function diagnosticText(diagnostic: Diagnostic, text: string, file: string, firstLine: number): string {
  const { line, column } = positionAt(text, diagnostic.start, firstLine);
  const kind = diagnostic.severity === 'error' ? 'Error' : 'Warning';
  const head = `# ${kind} @ ${file}:${line}:${column}`;
  // The place behind the newline that ends a text belongs to the line before it.
  const from = diagnostic.start === text.length && text.endsWith('\n') ? diagnostic.start - 1 : diagnostic.start;
  const lineStart = from === 0 ? 0 : text.lastIndexOf('\n', from - 1) + 1;
  const newline = text.indexOf('\n', lineStart);
  const lineEnd = newline < 0 ? text.length : newline;
  const end = Math.max(from, Math.min(diagnostic.end, lineEnd));
  const shown = text.slice(lineStart, lineEnd);
  const marked = marks(text.slice(lineStart, from), text.slice(from, end));
  const previous = lineStart === 0 ? [] : [text.slice(text.lastIndexOf('\n', lineStart - 2) + 1, lineStart - 1)];
  return [head, ...previous, shown, `${marked} ── ${diagnostic.message}`].join('\n');
}

/** The message of a ParseError for all that is wrong with a text. */
export function parseErrorText(result: ParseResult, file: string, firstLine = 1): string {
  return `ParseError:\n${result.diagnostics.map((d) => diagnosticText(d, result.text, file, firstLine)).join('\n')}`;
}

/** A Meta.ParseError object, or a String while there is no such type. */
function parseErrorObject(text: string, tag: string): Ref {
  if (typeOf(BaseModule) !== datatype('Module')) return string(text);
  const meta = globalValue(BaseModule, symbol('Meta'));
  const type = meta === 0 ? (0 as Ref) : globalValue(meta as ModuleRef, symbol('ParseError'));
  if (type === 0) return string(text);
  const error = allocate(type as DataTypeRef, 16);
  setRefAt(error, 0, string(text));
  setRefAt(error, 1, symbol(tag));
  return error;
}

/**
 * What `Meta.parse` and `Meta.parseall` return for a result: the value, or `Expr(:error, ParseError(text, tag))` in its
 * place; at top level the statements before the error come first, and the line of the error.
 */
export function withParseErrors(result: ParseResult, toplevel: boolean, file: string, firstLine = 1): Syntax {
  if (result.status === 'ok') return result.value;
  const tag = result.status === 'incomplete' ? result.tag : 'none';
  const payload = new HeapValue(parseErrorObject(parseErrorText(result, file, firstLine), tag));
  const error = new Expr(result.status === 'incomplete' ? 'incomplete' : 'error', [payload]);
  if (!toplevel) return error;
  const before = result.value instanceof Expr ? result.value.args : [];
  const first = result.diagnostics.find((diagnostic) => diagnostic.severity === 'error');
  const { line } = positionAt(result.text, first?.start ?? 0, firstLine);
  return new Expr('toplevel', [...before, new LineNumberNode(line, sym(file)), error]);
}
