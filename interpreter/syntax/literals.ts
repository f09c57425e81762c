// From the spelling of a literal to its value: numbers, and the escapes of strings and characters.
//
// Enters: spellings the scanner has accepted. Leaves: values as in expr.ts. What the scanner cannot see is found here:
// escapes that mean nothing and numbers that overflow.

import { Expr, GlobalRef, Literal, type LiteralType, ModuleRef, type Syntax, sym } from './expr.ts';

const core = new ModuleRef('Core');
const int128Macro = new GlobalRef(core, sym('@int128_str'));
const uint128Macro = new GlobalRef(core, sym('@uint128_str'));
const bigMacro = new GlobalRef(core, sym('@big_str'));

const smallIntegers: readonly bigint[] = Array.from({ length: 1024 }, (_, i) => BigInt(i));
const underscores = /_/g;

/** An integer too wide for Int64 and UInt64 is, in Julia, a call of the macro that makes it from its text. */
function wideInteger(name: GlobalRef, text: string): Expr {
  return new Expr('macrocall', [name, null, text]);
}

/** The value of a decimal integer, which may carry a sign. */
export function decimalInteger(spelling: string): Syntax {
  const length = spelling.length;
  if (length <= 3) {
    const value = Number(spelling);
    if (value >= 0) return smallIntegers[value] as bigint;
  }
  const text = spelling.includes('_') ? spelling.replace(underscores, '') : spelling;
  const value = BigInt(text.replace('\u2212', '-').replace(/^\+/, ''));
  if (length < 18 || BigInt.asIntN(64, value) === value) return value;
  return wideInteger(BigInt.asIntN(128, value) === value ? int128Macro : bigMacro, text);
}

/** The value of a `0x`, `0b` or `0o` integer; its type follows from how many digits are written. */
export function radixInteger(spelling: string): Syntax {
  const text = spelling.includes('_') ? spelling.replace(underscores, '') : spelling;
  const unsigned = text.startsWith('+') ? text.slice(1) : text;
  const digits = unsigned.length - 2;
  const value = BigInt(unsigned);
  const radix = unsigned[1];
  let bits: number;
  if (radix === 'x') bits = digits * 4;
  else if (radix === 'b') bits = digits;
  else bits = octalBits(digits, value);
  if (bits > 128) return wideInteger(bigMacro, text);
  if (bits > 64) return wideInteger(uint128Macro, text);
  const type: LiteralType = bits > 32 ? 'UInt64' : bits > 16 ? 'UInt32' : bits > 8 ? 'UInt16' : 'UInt8';
  return new Literal(type, value);
}

/** Octal digits do not fill bytes evenly: the type is the least that holds both the digits' number and the value. */
function octalBits(digits: number, value: bigint): number {
  const byDigits =
    digits <= 3 ? 8 : digits <= 6 ? 16 : digits <= 11 ? 32 : digits <= 22 ? 64 : digits <= 43 ? 128 : 129;
  const significant = value.toString(2).length;
  const byValue =
    significant <= 8
      ? 8
      : significant <= 16
        ? 16
        : significant <= 32
          ? 32
          : significant <= 64
            ? 64
            : significant <= 128
              ? 128
              : 129;
  return Math.max(byDigits, byValue);
}

/** The value of a Float64 literal, `null` if it overflows. */
export function float64(spelling: string): number | null {
  const text = plain(spelling);
  const value = isHexFloat(text) ? roundHexFloat(text, 53, -1074) : Number(text);
  return Number.isFinite(value) ? value : null;
}

/** The value of a Float32 literal, `null` if it overflows. */
export function float32(spelling: string): Literal | null {
  const text = plain(spelling).replace('f', 'e');
  const value = nearestFloat32(text);
  if (!Number.isFinite(value)) return null;
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return new Literal('Float32', BigInt(view.getUint32(0)));
}

function plain(spelling: string): string {
  const text = spelling.includes('_') ? spelling.replace(underscores, '') : spelling;
  return text.replaceAll('\u2212', '-');
}

function isHexFloat(text: string): boolean {
  return /^[-+]?0x/.test(text);
}

/**
 * The nearest Float32 of a decimal numeral. Rounding twice, through Float64, goes wrong only where the Float64 is
 * exactly half way between two Float32 values and the numeral is not; there the numeral itself is compared.
 */
function nearestFloat32(text: string): number {
  const double = Number(text);
  const single = Math.fround(double);
  if (single === double || !Number.isFinite(single)) return single;
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, single);
  const bits = view.getUint32(0);
  view.setUint32(0, Math.abs(single) < Math.abs(double) ? bits + 1 : bits - 1);
  const other = view.getFloat32(0);
  if (Math.abs(single - double) !== Math.abs(other - double)) return single;
  const order = compareDecimal(text, double);
  if (order === 0) return single;
  const [low, high] = single < other ? [single, other] : [other, single];
  return order < 0 ? low : high;
}

/** Sign of the decimal numeral minus the double. */
function compareDecimal(text: string, double: number): number {
  const match = /^([-+]?)(\d*)\.?(\d*)(?:[eE]([-+]?\d+))?$/.exec(text);
  if (match === null) return 0;
  const exponent = Number(match[4] ?? '0') - (match[3] ?? '').length;
  let left = BigInt(`${match[2] ?? ''}${match[3] ?? ''}` || '0');
  if (match[1] === '-') left = -left;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, double);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  let right = (bits & 0xfffffffffffffn) | (biased === 0 ? 0n : 1n << 52n);
  if (double < 0) right = -right;
  const scale = (biased === 0 ? 1 : biased) - 1075;
  if (exponent >= 0) left *= 10n ** BigInt(exponent);
  else right *= 10n ** BigInt(-exponent);
  if (scale >= 0) right <<= BigInt(scale);
  else left <<= BigInt(-scale);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Rounds a hexadecimal numeral to `precision` bits, ties to even; `least` is the exponent of the smallest step. */
function roundHexFloat(text: string, precision: number, least: number): number {
  const match = /^([-+]?)0x([0-9a-f]*)\.?([0-9a-f]*)p([-+]?\d+)$/i.exec(text);
  if (match === null) return Number.NaN;
  const fraction = match[3] ?? '';
  let digits = BigInt(`0x0${match[2] ?? ''}${fraction}`);
  if (digits === 0n) return match[1] === '-' ? -0 : 0;
  let exponent = Number(match[4]) - 4 * fraction.length;
  if (exponent > 5000) return match[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const width = digits.toString(2).length;
  const drop = Math.max(width - precision, least - exponent);
  if (drop > width + 1) return match[1] === '-' ? -0 : 0;
  if (drop > 0) {
    const shift = BigInt(drop);
    const rest = digits & ((1n << shift) - 1n);
    const half = 1n << (shift - 1n);
    digits >>= shift;
    exponent += drop;
    if (rest > half || (rest === half && (digits & 1n) === 1n)) digits += 1n;
  }
  // Two factors, as 2^exponent alone may be out of range where the product is not.
  const first = Math.max(exponent, -1000);
  const value = Number(digits) * 2 ** first * 2 ** (exponent - first);
  return match[1] === '-' ? -value : value;
}

/** A malformed escape: offset and length within the text that was unescaped. */
export interface EscapeError {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

const letterValues: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  e: 27,
  b: 8,
  f: 12,
  v: 11,
  a: 7,
  '\\': 92,
  "'": 39,
  '"': 34,
  $: 36,
  '`': 96,
};

const newlines = /\r\n?/g;

/** The text of a string chunk with its escapes undone; errors are appended to `errors`. */
export function unescapeString(source: string, errors: EscapeError[]): string {
  if (!source.includes('\\')) return source.includes('\r') ? source.replace(newlines, '\n') : source;
  let result = '';
  let bytes = false;
  let i = 0;
  while (i < source.length) {
    const slash = source.indexOf('\\', i);
    if (slash < 0) {
      result += source.slice(i).replace(newlines, '\n');
      break;
    }
    result += source.slice(i, slash).replace(newlines, '\n');
    i = slash + 1;
    const letter = source[i];
    if (letter === undefined) {
      errors.push({ message: 'invalid escape sequence', start: slash, end: source.length });
      break;
    }
    if (letter === 'x' || letter === 'u' || letter === 'U') {
      const most = letter === 'x' ? 2 : letter === 'u' ? 4 : 8;
      let end = i + 1;
      while (end < source.length && end - i - 1 < most && /[0-9a-fA-F]/.test(source[end] as string)) end++;
      const value = end === i + 1 ? Number.NaN : Number.parseInt(source.slice(i + 1, end), 16);
      i = end;
      if (Number.isNaN(value) || value > 0x10ffff) {
        const message = letter === 'x' ? 'invalid hex escape sequence' : 'invalid unicode escape sequence';
        errors.push({ message, start: slash, end });
      } else if (letter === 'x') {
        result += byteCharacter(value);
        bytes ||= value >= 0x80;
      } else if (value >= 0xd800 && value <= 0xdfff) {
        // Julia encodes a surrogate like any other number: three bytes that are not valid UTF-8.
        result +=
          byteCharacter(0xe0 | (value >> 12)) +
          byteCharacter(0x80 | ((value >> 6) & 63)) +
          byteCharacter(0x80 | (value & 63));
      } else {
        result += String.fromCodePoint(value);
      }
    } else if (letter >= '0' && letter <= '7') {
      let end = i;
      while (end < source.length && end - i < 3 && /[0-7]/.test(source[end] as string)) end++;
      const value = Number.parseInt(source.slice(i, end), 8);
      i = end;
      if (value > 255) errors.push({ message: 'invalid octal escape sequence', start: slash, end });
      else {
        result += byteCharacter(value);
        bytes ||= value >= 0x80;
      }
    } else {
      const value = letterValues[letter];
      const width = (source.codePointAt(i) ?? 0) > 0xffff ? 2 : 1;
      if (value === undefined) errors.push({ message: 'invalid escape sequence', start: slash, end: i + width });
      else result += String.fromCharCode(value);
      i += width;
    }
  }
  return bytes ? joinBytes(result) : result;
}

/** A byte as a character of our strings: itself below 0x80, else a lone surrogate. */
function byteCharacter(byte: number): string {
  return String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte);
}

/** The text of a raw string chunk: only backslashes before the delimiter are escapes. */
export function unescapeRaw(source: string, delimiter: string): string {
  const text = source.includes('\r') ? source.replace(newlines, '\n') : source;
  if (!text.includes('\\')) return text;
  const run = delimiter === '`' ? /(\\+)(`|$)/g : /(\\+)("|$)/g;
  return text.replace(run, (_, slashes: string, stop: string) => '\\'.repeat(slashes.length >> 1) + stop);
}

/** Bytes written one by one as escapes may, together, be valid UTF-8: then they are the characters they encode. */
export function joinBytes(text: string): string {
  return decodeBytes(encodeBytes(text));
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/** The bytes of one of our strings: UTF-8, and the byte itself for each lone surrogate U+DC80..U+DCFF. */
export function encodeBytes(text: string): Uint8Array {
  if (text.isWellFormed()) return encoder.encode(text);
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (code >= 0xdc80 && code <= 0xdcff) bytes.push(code - 0xdc00);
    else if (code >= 0xd800 && code <= 0xdfff)
      bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else for (const byte of encoder.encode(character)) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

/** The string of any bytes: UTF-8 decoded, and a lone surrogate for each byte that is not part of valid UTF-8. */
export function decodeBytes(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return decodeMalformed(bytes);
  }
}

function decodeMalformed(bytes: Uint8Array): string {
  const parts: string[] = [];
  let i = 0;
  while (i < bytes.length) {
    const width = sequenceWidth(bytes, i);
    if (width === 0) {
      parts.push(byteCharacter(bytes[i] as number));
      i++;
    } else {
      const from = i;
      while (i < bytes.length) {
        const next = sequenceWidth(bytes, i);
        if (next === 0) break;
        i += next;
      }
      parts.push(decoder.decode(bytes.subarray(from, i)));
    }
  }
  return parts.join('');
}

/** Width of the valid UTF-8 sequence at `i`, 0 if there is none. */
function sequenceWidth(bytes: Uint8Array, i: number): number {
  const first = bytes[i] as number;
  if (first < 0x80) return 1;
  const width =
    first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
  if (width === 0 || i + width > bytes.length) return 0;
  for (let k = 1; k < width; k++) if (((bytes[i + k] as number) & 0xc0) !== 0x80) return 0;
  const second = bytes[i + 1] as number;
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second >= 0xa0) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  if (first === 0xf4 && second >= 0x90) return 0;
  return width;
}

/**
 * The Char at the start of `text`, `null` if the text is not exactly one. A Char is its UTF-8 bytes, from the top of 32
 * bits; a malformed one takes as many continuation bytes as its first byte announces.
 */
export function characterLiteral(text: string): Literal | null {
  const bytes = encodeBytes(text);
  if (bytes.length === 0) return null;
  const first = bytes[0] as number;
  const width = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  let bits = first << 24;
  let used = 1;
  while (used < width && used < bytes.length && ((bytes[used] as number) & 0xc0) === 0x80) {
    bits |= (bytes[used] as number) << (24 - 8 * used);
    used++;
  }
  return used === bytes.length ? new Literal('Char', BigInt(bits >>> 0)) : null;
}
