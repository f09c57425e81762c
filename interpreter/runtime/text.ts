// Text between JavaScript and the heap. Julia's strings are bytes; ours are UTF-16. Valid UTF-8 converts as usual; a byte
// that is not part of a valid sequence becomes the lone surrogate U+DC00 + byte, and back, so that nothing is lost.

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Decodes bytes as UTF-8, keeping each stray byte as a lone surrogate U+DC80..U+DCFF. */
export function decodeText(bytes: Uint8Array): string {
  const size = bytes.length;
  if (size < 24) {
    let ascii = '';
    let i = 0;
    for (; i < size && bytes[i] < 128; i++) ascii += String.fromCharCode(bytes[i]);
    if (i === size) return ascii;
  }
  try {
    return strict.decode(bytes);
  } catch {
    return decodeLossless(bytes);
  }
}

function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at];
  if (lead < 0x80) return 1;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (length === 0 || lead > 0xf4 || at + length > bytes.length) return 0;
  for (let k = 1; k < length; k++) if ((bytes[at + k] & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1];
  if (lead === 0xe0 && second < 0xa0) return 0;
  if (lead === 0xed && second > 0x9f) return 0;
  if (lead === 0xf0 && second < 0x90) return 0;
  if (lead === 0xf4 && second > 0x8f) return 0;
  return length;
}

function decodeLossless(bytes: Uint8Array): string {
  const parts: string[] = [];
  let start = 0;
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    if (start < at) parts.push(strict.decode(bytes.subarray(start, at)));
    parts.push(String.fromCharCode(0xdc00 + bytes[at]));
    at++;
    start = at;
  }
  if (start < at) parts.push(strict.decode(bytes.subarray(start, at)));
  return parts.join('');
}

const lone = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Encodes text as UTF-8; a lone surrogate U+DC80..U+DCFF becomes the byte it stands for. */
export function encodeText(text: string): Uint8Array {
  if (!lone.test(text)) return encoder.encode(text);
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      bytes.push(unit);
    } else if (unit >= 0xd800 && unit < 0xdc00 && i + 1 < text.length && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      bytes.push(...encoder.encode(text.slice(i, i + 2)));
      i++;
    } else if (unit >= 0xdc80 && unit <= 0xdcff) {
      bytes.push(unit - 0xdc00);
    } else if (unit < 0x800) {
      bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 63));
    } else {
      bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 63), 0x80 | (unit & 63));
    }
  }
  return Uint8Array.from(bytes);
}
