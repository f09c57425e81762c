// What a character may be in Julia source: start or part of a name, suffix of an operator, space, or none of these.
//
// Julia decides by Unicode general category, with short lists of exceptions. The categories come from JavaScript's own
// Unicode tables (`\p{..}`), the exceptions are written out here. ASCII never reaches the regular expressions: the
// scanner has its own table for it.
//
// Enters: code points. Leaves: yes or no; and, for names, their normal form.

/** Bits of `asciiClass`: what an ASCII character may be. */
export const NAME_START = 1;
export const NAME_PART = 2;
export const DIGIT = 4;
export const HEX_DIGIT = 8;
export const SPACE = 16;

/** Class bits of each ASCII code. `!` may be part of a name, subject to what follows it (`x!=y` is a comparison). */
export const asciiClass: Uint8Array = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  let bits = 0;
  if (/[A-Za-z_]/.test(character)) bits |= NAME_START | NAME_PART;
  if (/[0-9]/.test(character)) bits |= NAME_PART | DIGIT;
  if (/[0-9A-Fa-f]/.test(character)) bits |= HEX_DIGIT;
  if (character === '!') bits |= NAME_PART;
  if (/[\t-\r ]/.test(character)) bits |= SPACE;
  asciiClass[code] = bits;
}

const startCategory = /^[\p{Lu}\p{Ll}\p{Lt}\p{Lm}\p{Lo}\p{Nl}\p{Sc}]$/u;
const symbolOther = /^\p{So}$/u;
const partCategory = /^[\p{Mn}\p{Mc}\p{Me}\p{Nd}\p{No}\p{Pc}\p{Sk}]$/u;
const markCategory = /^\p{M}$/u;
const spaceOrOther = /^[\p{Z}\p{C}]$/u;
const punctuation = /^[\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Po}]$/u;
const pictographic = /^\p{Extended_Pictographic}$/u;

/** Inclusive ranges of symbols that start a name although their category alone would not let them. */
const startRanges: readonly (readonly [number, number])[] = [
  [0x207a, 0x207e],
  [0x208a, 0x208e], // raised and lowered signs
  [0x2118, 0x2118],
  [0x212e, 0x212e],
  [0x309b, 0x309c], // Other_ID_Start
  [0x2140, 0x2144],
  [0x2200, 0x2200],
  [0x2202, 0x2207],
  [0x220e, 0x2211],
  [0x221e, 0x2222],
  [0x222b, 0x2233],
  [0x223f, 0x223f],
  [0x22a4, 0x22a5],
  [0x22be, 0x22c3],
  [0x25f8, 0x25ff],
  [0x266f, 0x266f],
  [0x27c0, 0x27c1],
  [0x27d8, 0x27d9],
  [0x299b, 0x29b4],
  [0x2a00, 0x2a06],
  [0x2a09, 0x2a16],
  [0x2a1b, 0x2a1c],
  [0x1d7ce, 0x1d7e1], // bold and double-struck digits
];

/** The mathematical variants of nabla and of the partial sign. */
const nablas: ReadonlySet<number> = new Set([
  0x1d6c1, 0x1d6db, 0x1d6fb, 0x1d715, 0x1d735, 0x1d74f, 0x1d76f, 0x1d789, 0x1d7a9, 0x1d7c3,
]);

/** Symbols of category So that are no names: arrows, object replacement characters, an operator, the broken bar. */
function excludedSymbol(code: number): boolean {
  return (code >= 0x2190 && code <= 0x21ff) || code === 0xfffc || code === 0xfffd || code === 0x233f || code === 0xa6;
}

function startsNameSlow(code: number): boolean {
  const character = String.fromCodePoint(code);
  if (startCategory.test(character) || nablas.has(code)) return true;
  if (symbolOther.test(character)) return !excludedSymbol(code);
  return startRanges.some(([low, high]) => code >= low && code <= high);
}

const cache = new Map<number, number>();

/** The name bits of a non-ASCII character, computed once. */
function nameBits(code: number): number {
  let bits = cache.get(code);
  if (bits === undefined) {
    bits = 0;
    if (code >= 0xa1 && !isSurrogate(code)) {
      if (startsNameSlow(code)) bits = NAME_START | NAME_PART;
      else if (partCategory.test(String.fromCodePoint(code)) || (code >= 0x2032 && code <= 0x2037) || code === 0x2057) {
        bits = NAME_PART;
      }
    }
    cache.set(code, bits);
  }
  return bits;
}

/** A lone surrogate stands for a byte of invalid UTF-8. */
export function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}

/** May `code` start a name? U+1F8B2 is an operator although its category says symbol. */
export function startsName(code: number): boolean {
  if (code < 128) return ((asciiClass[code] as number) & NAME_START) !== 0;
  return (nameBits(code) & NAME_START) !== 0 && code !== 0x1f8b2;
}

/** May `code` stand inside a name? */
export function continuesName(code: number): boolean {
  if (code < 128) return code >= 0 && ((asciiClass[code] as number) & NAME_PART) !== 0;
  return (nameBits(code) & NAME_PART) !== 0;
}

/**
 * Does a character that is no part of a name join the grapheme begun by `before`, `after` being the next one? Only the
 * joiners do, between two pictographs or before a mark: that is how a family emoji is one name.
 */
export function joinsGrapheme(before: number, code: number, after: number): boolean {
  if (code === 0x200d) {
    if (after < 0) return false;
    const next = String.fromCodePoint(after);
    return markCategory.test(next) || (pictographic.test(next) && !isAscii(before));
  }
  if (code === 0x200c) return after >= 0 && markCategory.test(String.fromCodePoint(after));
  return code >= 0xe0020 && code <= 0xe007f && !isAscii(before);
}

function isAscii(code: number): boolean {
  return code < 128;
}

const suffixes: ReadonlySet<string> = new Set(
  '²³¹ʰʲʳʷʸˡˢˣᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁᵂᵃᵇᵈᵉᵍᵏᵐᵒᵖᵗᵘᵛᵝᵞᵟᵠᵡᵢᵣᵤᵥᵦᵧᵨᵩᵪᶜᶠᶥᶦᶫᶰᶸᶻᶿ′″‴‵‶‷⁗⁰ⁱ⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜⱼⱽꜛꜜꜝ',
);

/** May `code` follow an operator and belong to it (`+₁`, `'ᵀ`)? */
export function suffixesOperator(code: number): boolean {
  if (code < 0xa1 || isSurrogate(code)) return false;
  const character = String.fromCodePoint(code);
  return suffixes.has(character) || markCategory.test(character);
}

/** Characters that end the name of an interpolation (`"$x、"`) without being wrong there. */
export function neverInName(code: number): boolean {
  if (code < 0 || isSurrogate(code)) return true;
  const character = String.fromCodePoint(code);
  if (spaceOrOther.test(character) || code === 0x60) return true;
  if (code < 0xff && punctuation.test(character) && code !== 0x5f) return true;
  return (
    (code >= 0x27e6 && code <= 0x27ef) ||
    (code >= 0x3008 && code <= 0x3011) ||
    (code >= 0x3014 && code <= 0x301b) ||
    code === 0xff08 ||
    code === 0xff09 ||
    code === 0xff3b ||
    code === 0xff3d
  );
}

/** White space, the byte order mark included. A newline is white space here too; the scanner tells it apart. */
export function isSpace(code: number): boolean {
  if (code < 128) return code >= 0 && ((asciiClass[code] as number) & SPACE) !== 0;
  return (
    code === 0x85 ||
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000 ||
    code === 0xfeff
  );
}

/** Characters nobody sees; Julia names them in its own error message. */
export function isInvisible(code: number): boolean {
  return code === 0xad || (code >= 0x200b && code <= 0x200f) || code === 0x2060 || code === 0x2061;
}

/** Julia's folds on top of NFC: characters that look alike are one name. */
const folds: ReadonlyMap<string, string> = new Map([
  ['\u025b', '\u03b5'],
  ['\u00b5', '\u03bc'],
  ['\u00b7', '\u22c5'],
  ['\u0387', '\u22c5'],
  ['\u2212', '-'],
  ['\u210f', '\u0127'],
]);
const foldable = /[\u025b\u00b5\u00b7\u0387\u2212\u210f]/g;
const nonAscii = /[^\0-\x7f]/;

/** The normal form of a name: two spellings with the same normal form are the same symbol. */
export function normalizeName(text: string): string {
  if (!nonAscii.test(text)) return text;
  return text.replace(foldable, (c) => folds.get(c) ?? c).normalize('NFC');
}
