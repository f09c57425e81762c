// The names and constants of code as text: what the printer writes, such that the reader reads the same.
//
// Whether `:(==)` or `:==` or `Symbol("...")` is right for a name is asked of Julia's own parser, once for each name, so
// there is one opinion about names in jl0 and not two.

import { Expr, type Literal, QuoteNode, type Sym, type Syntax, sym } from '../syntax/expr.ts';
import { parseOne } from '../syntax/index.ts';
import { character, escapeText, float, isPlainName } from '../syntax/print-words.ts';

/** Something in the code has no text that could be read back. */
export class UnwritableError extends Error {}

/** What `text` parses to; undefined if it is not exactly one expression. */
export function parsed(text: string): Syntax | undefined {
  const result = parseOne(text);
  return result.status === 'ok' && result.next >= text.length ? result.value : undefined;
}

// Operators that Julia writes in parentheses behind a colon.
const parenthesized = new Set([':', '::', ':=', '=', '==', '===', '=>']);

/** A string literal. */
export const stringLiteral = (text: string): string => `"${escapeText(text)}"`;

const symbols = new Map<Sym, string>();

/** `:name`, or `Symbol("...")` where the colon does not do. */
export function symbolText(name: Sym): string {
  let text = symbols.get(name);
  if (text === undefined) {
    const candidates = parenthesized.has(name.name) ? [`:(${name.name})`] : [`:${name.name}`];
    text = candidates.find((candidate) => {
      const value = isSafe(name.name) ? parsed(candidate) : undefined;
      return value instanceof QuoteNode && value.value === name;
    });
    text ??= `Symbol(${stringLiteral(name.name)})`;
    symbols.set(name, text);
  }
  return text;
}

// Characters that the scanner of IR text has uses of its own for, or that end a name.
const isSafe = (name: string): boolean => !/[#@%\s"'`()[\]{},;\\]/.test(name) && name.isWellFormed();

const fields = new Map<string, string>();

/** `.name` behind a module: `.sin`, `.:+`, `.:(==)`, `.:(var"#f#1")`. Undefined if no quoting helps. */
export function fieldText(name: string): string {
  let text = fields.get(name);
  if (text === undefined) {
    const candidates = isPlainName(name) || /^[\p{L}_]/u.test(name) ? [`.${name}`] : [];
    if (isSafe(name)) candidates.push(parenthesized.has(name) ? `.:(${name})` : `.:${name}`, `.:(${name})`);
    if (name.isWellFormed() && !/[\r\n]/.test(name)) {
      const quoted = `var"${rawText(name)}"`;
      candidates.push(name.startsWith('@') ? `.${quoted}` : `.:(${quoted})`);
    }
    text = candidates.find((candidate) => isFieldOf(parsed(`M${candidate}`), name)) ?? '';
    fields.set(name, text);
  }
  return text;
}

/** A name that may be any text: `var"a b"`, or `Symbol("...")` where that does not do. */
export function anyName(name: string): string {
  if (name.isWellFormed() && !/[\r\n]/.test(name)) {
    const text = `var"${rawText(name)}"`;
    if (parsed(text) === sym(name)) return text;
  }
  return `Symbol(${stringLiteral(name)})`;
}

const rawText = (name: string): string =>
  name.replace(/(\\*)("|$)/g, (_, slashes: string, stop: string) => slashes + slashes + (stop === '' ? '' : '\\"'));

function isFieldOf(value: Syntax | undefined, name: string): boolean {
  if (!(value instanceof Expr) || value.head !== '.' || value.args[0] !== sym('M')) return false;
  const field = value.args[1];
  return field instanceof QuoteNode && field.value === sym(name);
}

const paths = new Map<string, string>();

/** A module's path as text. */
export function pathText(path: string): string {
  let text = paths.get(path);
  if (text === undefined) {
    text = quotedPath(path);
    paths.set(path, text);
  }
  return text;
}

function quotedPath(path: string): string {
  const [first = '', ...rest] = path.split('.');
  const root = isPlainName(first) ? first : `var"${rawText(first)}"`;
  return root + rest.map(fieldText).join('');
}

/** A Float64; those that no literal denotes are written by their bits. */
export function floatText(value: number): string {
  if (Number.isFinite(value)) return float(value, false);
  if (value === Infinity) return 'Inf';
  if (value === -Infinity) return '-Inf';
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  return bits === 0x7ff8000000000000n ? 'NaN' : `reinterpret(Float64, 0x${bits.toString(16)})`;
}

function float32Text(bits: bigint): string {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, Number(bits));
  const value = view.getFloat32(0);
  if (Number.isFinite(value)) return float(value, true);
  if (bits === 0x7f800000n) return 'Inf32';
  if (bits === 0xff800000n) return '-Inf32';
  return bits === 0x7fc00000n ? 'NaN32' : `reinterpret(Float32, 0x${bits.toString(16).padStart(8, '0')})`;
}

const hexDigits = { UInt8: 2, UInt16: 4, UInt32: 8, UInt64: 16, UInt128: 32 } as const;

/** A literal as Julia shows it, and whether that alone says its type. */
export function literalText(literal: Literal): { text: string; isPlain: boolean } {
  const { type, value } = literal;
  switch (type) {
    case 'UInt8':
    case 'UInt16':
    case 'UInt32':
    case 'UInt64':
    case 'UInt128':
      return { text: `0x${value.toString(16).padStart(hexDigits[type], '0')}`, isPlain: true };
    case 'Float32': {
      const text = float32Text(value);
      return { text, isPlain: !text.startsWith('r') };
    }
    case 'Char':
      return { text: character(Number(value)), isPlain: true };
    case 'Float16':
      return { text: `reinterpret(Float16, 0x${value.toString(16).padStart(4, '0')})`, isPlain: false };
    case 'Int8':
    case 'Int16':
    case 'Int32':
    case 'Int128':
    case 'BigInt':
      return { text: String(value), isPlain: false };
  }
}

/** A literal such that it is read back with its type: `Int32(5)`. */
export function exactLiteral(literal: Literal): string {
  const { text, isPlain } = literalText(literal);
  return isPlain || text.startsWith('reinterpret') ? text : `${literal.type}(${text})`;
}
