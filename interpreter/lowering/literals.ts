// Text of literals in error messages, as `repr` writes them.

import type { Literal } from '../syntax/expr.ts';

/** A string in quotes. */
export function showString(s: string): string {
  let out = '"';
  for (const ch of s) {
    const code = ch.codePointAt(0) ?? 0;
    if (ch === '"' || ch === '\\' || ch === '$') out += `\\${ch}`;
    else if (ch === '\n') out += '\\n';
    else if (ch === '\t') out += '\\t';
    else if (ch === '\r') out += '\\r';
    else if (code < 32 || code === 127) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else out += ch;
  }
  return `${out}"`;
}

function showFloat(x: number): string {
  if (Number.isNaN(x)) return 'NaN';
  if (!Number.isFinite(x)) return x > 0 ? 'Inf' : '-Inf';
  if (Object.is(x, -0)) return '-0.0';
  const size = Math.abs(x);
  if (x === 0 || (size >= 1e-5 && size < 1e6)) return Number.isInteger(x) ? `${x}.0` : String(x);
  const [digits, exponent] = x.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}e${Number(exponent)}`;
}

/** A number or character that is not an Int64. */
export function showLiteral(x: number | Literal): string {
  if (typeof x === 'number') return showFloat(x);
  const hex = (digits: number): string => `0x${x.value.toString(16).padStart(digits, '0')}`;
  switch (x.type) {
    case 'UInt8':
      return hex(2);
    case 'UInt16':
      return hex(4);
    case 'UInt32':
      return hex(8);
    case 'UInt64':
      return hex(16);
    case 'UInt128':
      return hex(32);
    case 'Float32': {
      const value = new DataView(new ArrayBuffer(4));
      value.setUint32(0, Number(x.value));
      const text = showFloat(shortest32(value.getFloat32(0)));
      return text.includes('e') ? text.replace('e', 'f') : `${text}f0`;
    }
    case 'Float16':
      return `Float16(${hex(4)})`;
    case 'Char':
      return showChar(Number(x.value));
    default:
      return String(x.value);
  }
}

// The double with the fewest digits that rounds to the same single.
function shortest32(x: number): number {
  for (let digits = 1; digits <= 9; digits++) {
    const short = Number(x.toPrecision(digits));
    if (Math.fround(short) === x) return short;
  }
  return x;
}

function showChar(bits: number): string {
  const bytes = [bits >>> 24, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255];
  while (bytes.length > 1 && bytes[bytes.length - 1] === 0) bytes.pop();
  const text = new TextDecoder().decode(new Uint8Array(bytes));
  const escapes: Record<string, string> = {
    '\n': '\\n',
    '\t': '\\t',
    '\r': '\\r',
    "'": "\\'",
    '\\': '\\\\',
    '\0': '\\0',
  };
  return `'${escapes[text] ?? text}'`;
}
