// Canonical s-expressions: one line of text for any syntax, with exactly one space between the parts of a list.
//
// The format is that of the reference corpora. Line numbers are left out (as the second argument of a macro call they
// are `nothing`), so that equal text means equal structure. Walks with a stack of their own: trees may be deep.

import { Expr, GlobalRef, HeapValue, LineNumberNode, Literal, ModuleRef, QuoteNode, Sym, type Syntax } from './expr.ts';

const bareSymbol = /^[A-Za-z_!@][A-Za-z0-9_!@.]*$/;

/** A symbol as written in an s-expression: bare if it is simple, else between bars. */
export function printSymbol(name: string): string {
  if (bareSymbol.test(name) && name !== 'true' && name !== 'false' && name !== 'nothing') return name;
  let text = '';
  for (const character of name) {
    const code = character.codePointAt(0) as number;
    if (character === '|' || character === '\\') text += `\\${character}`;
    else if (character === '\n') text += '\\n';
    else if (character === '\r') text += '\\r';
    else if (character === '\t') text += '\\t';
    else if (code >= 0xdc80 && code <= 0xdcff) text += hexByte(code);
    else text += character;
  }
  return `|${text}|`;
}

function hexByte(code: number): string {
  return `\\x${(code - 0xdc00).toString(16).padStart(2, '0')}`;
}

function printString(value: string): string {
  let text = '';
  for (const character of value) {
    const code = character.codePointAt(0) as number;
    if (character === '"' || character === '\\') text += `\\${character}`;
    else if (character === '\n') text += '\\n';
    else if (character === '\r') text += '\\r';
    else if (character === '\t') text += '\\t';
    else if (code < 0x20 || code === 0x7f) text += `\\u${code.toString(16).padStart(4, '0')}`;
    else if (code >= 0xdc80 && code <= 0xdcff) text += hexByte(code);
    else text += character;
  }
  return `"${text}"`;
}

const unsignedDigits: Readonly<Record<string, number>> = { UInt8: 2, UInt16: 4, UInt32: 8, UInt64: 16, UInt128: 32 };

function printLiteral(literal: Literal): string {
  const { type, value } = literal;
  switch (type) {
    case 'UInt8':
    case 'UInt16':
    case 'UInt32':
    case 'UInt64':
    case 'UInt128':
      return `${type}:0x${value.toString(16).padStart(unsignedDigits[type] as number, '0')}`;
    case 'Float32':
      return `Float32:0x${value.toString(16).padStart(8, '0')}`;
    case 'Float16':
      return `Float16:0x${value.toString(16).padStart(4, '0')}`;
    case 'Char': {
      const code = charCode(Number(value));
      if (code < 0) return `Char:bits:0x${value.toString(16).padStart(8, '0')}`;
      return `Char:U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
    }
    case 'Int8':
    case 'Int16':
    case 'Int32':
    case 'Int128':
    case 'BigInt':
      return `${type}:${value}`;
  }
}

/** The code point of a Char's 32 bits, -1 if they are no valid UTF-8. */
export function charCode(bits: number): number {
  const bytes = [(bits >>> 24) & 255, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255];
  let length = 4;
  while (length > 1 && bytes[length - 1] === 0) length--;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      Uint8Array.from(bytes.slice(0, length)),
    );
    const code = text.codePointAt(0) ?? -1;
    return text.length === (code > 0xffff ? 2 : 1) ? code : -1;
  } catch {
    return -1;
  }
}

function printFloat(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return `Float64:0x${view.getBigUint64(0).toString(16).padStart(16, '0')}`;
}

/** Writes what is neither Expr nor QuoteNode. `other` prints the values that only lowered code holds. */
function printAtom(value: Exclude<Syntax, Expr | QuoteNode>, other: (value: Syntax) => string): string {
  if (value === null) return 'nothing';
  switch (typeof value) {
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return value.toString();
    case 'number':
      return printFloat(value);
    case 'string':
      return printString(value);
    default:
      break;
  }
  if (value instanceof Sym) return printSymbol(value.name);
  if (value instanceof Literal) return printLiteral(value);
  if (value instanceof LineNumberNode) return '(line)';
  if (value instanceof GlobalRef) return `(globalref ${value.module.path} ${printSymbol(value.name.name)})`;
  if (value instanceof ModuleRef) return `(module-value ${value.path})`;
  if (value instanceof HeapValue) return `(value ${value.ref})`;
  return other(value);
}

function unprintable(value: Syntax): string {
  throw new TypeError(`no s-expression for ${String(value)}`);
}

/** The canonical s-expression of `root`. `other` is asked for values that are no surface syntax. */
export function printSyntax(root: Syntax, other: (value: Syntax) => string = unprintable): string {
  const parts: string[] = [];
  // Values still to print, and text to put out as it is.
  const stack: (Syntax | Verbatim)[] = [root];
  while (stack.length > 0) {
    const value = stack.pop() as Syntax | Verbatim;
    if (value instanceof Verbatim) parts.push(value.text);
    else if (value instanceof QuoteNode) {
      parts.push('(quotenode ');
      stack.push(close, value.value);
    } else if (value instanceof Expr) {
      parts.push('(', printSymbol(value.head));
      stack.push(close);
      for (let i = value.args.length - 1; i >= 0; i--) {
        const arg = value.args[i] as Syntax;
        if (arg instanceof LineNumberNode) {
          if (value.head === 'macrocall' && i === 1) stack.push(null, space);
        } else stack.push(arg, space);
      }
    } else parts.push(printAtom(value, other));
  }
  return parts.join('');
}

class Verbatim {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
const close = new Verbatim(')');
const space = new Verbatim(' ');

/** The lines of all line numbers in `root`, in order. */
export function sourceLines(root: Syntax): number[] {
  const lines: number[] = [];
  const stack: Syntax[] = [root];
  while (stack.length > 0) {
    const value = stack.pop() as Syntax;
    if (value instanceof LineNumberNode) lines.push(value.line);
    else if (value instanceof QuoteNode) stack.push(value.value);
    else if (value instanceof Expr)
      for (let i = value.args.length - 1; i >= 0; i--) stack.push(value.args[i] as Syntax);
  }
  return lines;
}
