// The generator of base/unicodedata.jl: what the library has to know of Unicode, in the least space.
//
// General categories come from JavaScript's own tables, as runs of equal category: five characters a run, six bits a
// character, highest first, of which the upper 21 bits are the first code point and the lower 5 the category. The library
// finds a category by binary search in that string, so nothing has to be decoded when it starts. Letter case is kept
// as runs (first, count, stride, distance); the simple mapping of one character to one is what Julia uses.
//
// Run as it is, writes the file; with --check, only compares.

import { readFileSync, writeFileSync } from 'node:fs';

const categories = [
  'Cn',
  'Lu',
  'Ll',
  'Lt',
  'Lm',
  'Lo',
  'Mn',
  'Mc',
  'Me',
  'Nd',
  'Nl',
  'No',
  'Pc',
  'Pd',
  'Ps',
  'Pe',
  'Pi',
  'Pf',
  'Po',
  'Sm',
  'Sc',
  'Sk',
  'So',
  'Zs',
  'Zl',
  'Zp',
  'Cc',
  'Cf',
  'Cs',
  'Co',
];
const patterns = categories.map((name) => new RegExp(`^\\p{${name}}$`, 'u'));

function category(code: number): number {
  const text = String.fromCodePoint(code);
  return Math.max(
    0,
    patterns.findIndex((pattern) => pattern.test(text)),
  );
}

/** Runs of equal category, as the library's string. */
function categoryRuns(): string {
  const alphabet = 48; // '0': 64 characters from here need no escape but the backslash and the dollar, which lie outside
  let out = '';
  let last = -1;
  for (let code = 0; code <= 0x10ffff; code++) {
    // Inside the big blocks nothing changes; their ends are met one by one.
    const now = code >= 0xd800 && code <= 0xdfff ? 28 : category(code);
    if (now === last) continue;
    last = now;
    const word = code * 32 + now;
    for (let shift = 24; shift >= 0; shift -= 6) out += String.fromCharCode(alphabet + ((word >> shift) & 63));
  }
  return out;
}

interface Run {
  first: number;
  count: number;
  stride: number;
  distance: number;
}

/** The places where `map` changes a character, as runs of equal distance. */
function caseRuns(map: (code: number) => number): Run[] {
  const changed: [number, number][] = [];
  for (let code = 128; code <= 0x1ffff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const to = map(code);
    if (to !== code) changed.push([code, to - code]);
  }
  const runs: Run[] = [];
  for (const [code, distance] of changed) {
    const run = runs.at(-1);
    if (run && run.distance === distance) {
      const step = code - (run.first + (run.count - 1) * run.stride);
      if (run.count === 1 && step <= 2) run.stride = step;
      if (step === run.stride && step <= 2) {
        run.count++;
        continue;
      }
    }
    runs.push({ first: code, count: 1, stride: 1, distance });
  }
  return runs;
}

/** Iota subscript: the simple mapping goes to one letter where the full one gives two. */
function greekSubscript(code: number): number {
  if (code >= 0x1f80 && code <= 0x1faf && (code & 8) === 0) return code + 8;
  if (code === 0x1fb3 || code === 0x1fc3 || code === 0x1ff3) return code + 9;
  return 0;
}

function upper(code: number): number {
  if (code === 0xdf) return 0x1e9e; // sharp s, as utf8proc has it
  const special = greekSubscript(code);
  if (special) return special;
  const mapped = Array.from(String.fromCodePoint(code).toUpperCase());
  return mapped.length === 1 ? (mapped[0]?.codePointAt(0) ?? code) : code;
}

function lower(code: number): number {
  if (code === 0x130) return 0x69;
  const mapped = Array.from(String.fromCodePoint(code).toLowerCase());
  return mapped.length === 1 ? (mapped[0]?.codePointAt(0) ?? code) : code;
}

function vector(name: string, runs: readonly Run[]): string {
  const lines = runs.map((r) => `    ${r.first}, ${r.count}, ${r.stride}, ${r.distance},`);
  return `const ${name} = Int32[\n${lines.join('\n')}\n]\n`;
}

const emoji = /^\p{Emoji_Presentation}$/u;

/** Emoji that take two columns outside the blocks that are wide as a whole, as (first, last) pairs. */
function wideEmoji(): string {
  const pairs: [number, number][] = [];
  for (let code = 0x80; code <= 0x1faff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    if (!emoji.test(String.fromCodePoint(code)) || (code >= 0x1f1e6 && code <= 0x1f1ff)) continue;
    const last = pairs.at(-1);
    if (last && last[1] === code - 1) last[1] = code;
    else pairs.push([code, code]);
  }
  return `const wide_emoji = Int32[\n    ${pairs.map(([a, b]) => `${a}, ${b}`).join(',\n    ')},\n]\n`;
}

const text = [
  '# Tables of Unicode, written by tables/unicode.ts; do not edit. What they mean is said there and in unicode.jl.\n',
  `const category_runs = "${categoryRuns().replaceAll('\\', '\\\\')}"\n`,
  vector('upper_runs', caseRuns(upper)),
  vector('lower_runs', caseRuns(lower)),
  wideEmoji(),
].join('\n');

const file = new URL('../base/unicodedata.jl', import.meta.url);
if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== text) {
    console.error('base/unicodedata.jl is not what tables/unicode.ts writes');
    process.exit(1);
  }
} else {
  writeFileSync(file, text);
}
