// Text of literals in error messages: the plain forms that the runtime prints without the library.

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

// C's "%#.17g"
function showFloat(x: number): string {
  if (Number.isNaN(x)) return 'NaN';
  if (!Number.isFinite(x)) return x > 0 ? 'Inf' : '-Inf';
  const [digits, exponent] = x.toExponential(16).split('e');
  const power = Number(exponent);
  if (power < -4 || power >= 17) {
    return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  return x.toFixed(16 - power);
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
      return `${Number(value.getFloat32(0).toPrecision(6))}f`;
    }
    case 'Float16':
      return `Float16(${hex(4)})`;
    case 'Char':
      return `Char(${hex(8)})`;
    default:
      return String(x.value);
  }
}
