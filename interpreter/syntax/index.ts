// Julia's parser, as the rest of jl0 sees it.
//
// `parseAll` is `Meta.parseall`, `parseOne` is `Meta.parse` at an offset. Both take any text or bytes and never throw
// because of what is in it; what is wrong is in `diagnostics`, and whether more text could make it right in `status`.

import { type Diagnostic, type IncompleteTag, positionAt, renderDiagnostic } from './diagnostics.ts';
import { Expr, LineNumberNode, type Sym, type Syntax, sym } from './expr.ts';
import { Grammar, type Parsed } from './grammar.ts';
import { decodeBytes } from './literals.ts';

export type { Diagnostic, IncompleteTag, Position } from './diagnostics.ts';
export { positionAt, renderDiagnostic } from './diagnostics.ts';
export { decodeBytes, encodeBytes } from './literals.ts';
export { printSource, UnprintableError } from './print.ts';
export { printSyntax, sourceLines } from './sexpr.ts';

export interface ParseOptions {
  /** Name that the line numbers carry; none by default. */
  readonly file?: string;
  /** Number of the text's first line. */
  readonly firstLine?: number;
}

export type Status = 'ok' | 'error' | 'incomplete';

export interface ParseResult {
  /** What was parsed. After an error: in `parseAll` the statements before it, in `parseOne` an `error` expression. */
  readonly value: Syntax;
  readonly status: Status;
  /** What an incomplete text waits for. */
  readonly tag: IncompleteTag;
  /** All errors and warnings, in order of place. */
  readonly diagnostics: readonly Diagnostic[];
  /** The text as parsed, to which the diagnostics' offsets refer. */
  readonly text: string;
  /** Offset behind what was parsed: where `parseOne` should go on. */
  readonly next: number;
}

let grammar: Grammar | null = null;

function parser(): Grammar {
  grammar ??= new Grammar();
  return grammar;
}

function finish(parsed: Parsed, text: string): ParseResult {
  const status: Status = !parsed.failed ? 'ok' : parsed.tag === 'none' ? 'error' : 'incomplete';
  return { value: parsed.value, status, tag: parsed.tag, diagnostics: parsed.diagnostics, text, next: parsed.next };
}

function fileSymbol(options: ParseOptions): Sym | null {
  return options.file === undefined ? null : sym(options.file);
}

/** Parses a whole file. The value is an `Expr(:toplevel, ...)` with a line number before each statement. */
export function parseAll(source: string | Uint8Array, options: ParseOptions = {}): ParseResult & { value: Expr } {
  const text = typeof source === 'string' ? source : decodeBytes(source);
  const result = finish(parser().parseAll(text, fileSymbol(options), options.firstLine ?? 1), text);
  return { ...result, value: result.value instanceof Expr ? result.value : new Expr('toplevel', []) };
}

/** Parses the statement at offset `start`, and what follows it on its line after semicolons. */
export function parseOne(source: string | Uint8Array, start = 0, options: ParseOptions = {}): ParseResult {
  const text = typeof source === 'string' ? source : decodeBytes(source);
  return finish(parser().parseStatement(text, fileSymbol(options), start, options.firstLine ?? 1), text);
}

/** Parses one atom at offset `start`: what `Meta.parse(text, start; greedy=false)` does. */
export function parseAtom(source: string | Uint8Array, start = 0, options: ParseOptions = {}): ParseResult {
  const text = typeof source === 'string' ? source : decodeBytes(source);
  return finish(parser().parseAtom(text, fileSymbol(options), start, options.firstLine ?? 1), text);
}

/** The result as Julia's `Meta.parse(text; raise=false)` has it: an error becomes an expression. */
export function errorExpression(result: ParseResult): Expr {
  const first = result.diagnostics.find((diagnostic) => diagnostic.severity === 'error');
  return new Expr(result.status === 'incomplete' ? 'incomplete' : 'error', [first?.message ?? '']);
}

/** All diagnostics of a result as text for people. */
export function renderDiagnostics(result: ParseResult, file = 'none', firstLine = 1): string {
  return result.diagnostics.map((d) => renderDiagnostic(d, result.text, file, firstLine)).join('\n');
}

export { LineNumberNode, positionAt as sourcePosition };
