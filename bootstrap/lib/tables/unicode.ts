// The generator of base/unicodedata.jl: what the library has to know of Unicode, in the least space.
//
// General categories come from JavaScript's own tables, as runs of equal category: five characters a run, six bits a
// character, highest first, of which the upper 21 bits are the first code point and the lower 5 the category. The library
// finds a category by binary search in that string, so nothing has to be decoded when it starts. Letter case is kept
// as runs (first, count, stride, distance); the simple mapping of one character to one is what Julia uses.
//
// Normalisation is asked of JavaScript too: what each character decomposes to, which pairs compose, what letters fold to,
// each as a text of records that the library takes apart when it is first asked to normalise. The order of combining marks
// (their combining classes, of which only the order counts) shows in how JavaScript sorts two of them.
//
// Run as it is, writes the files; with --check, only compares.

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

/** Every character that can be of interest: no surrogates, none of the ideographs and syllables that follow a rule. */
function* characters(): Generator<string> {
  for (let code = 0xa0; code <= 0x2fa1d; code++) {
    if (code >= 0xac00 && code <= 0xd7a3) code = 0xd7a4;
    if (code >= 0xd800 && code <= 0xdfff) code = 0xe000;
    if (code === 0x3400 || code === 0x4e00 || code === 0x20000) code += 0x19b0;
    yield String.fromCodePoint(code);
  }
}

/** Decompositions: character, what it becomes, NUL. */
function decompositions(form: 'NFD' | 'NFKD'): string {
  let out = '';
  for (const c of characters()) {
    const to = c.normalize(form);
    if (to === c || (form === 'NFKD' && to === c.normalize('NFD'))) continue;
    out += `${c}${to}\0`;
  }
  return out;
}

/** Compositions: the two characters of each pair and what they compose to. */
function compositions(): string {
  let out = '';
  for (const c of characters()) {
    const parts = Array.from(c.normalize('NFD'));
    if (parts.length < 2 || c.normalize('NFC') !== c) continue;
    const last = parts.pop() ?? '';
    const first = parts.join('').normalize('NFC');
    if (Array.from(first).length === 1 && (first + last).normalize('NFC') === c) out += first + last + c;
  }
  return out;
}

/** Full case folding: character, what it becomes, NUL. Cherokee folds to upper case, everything else to lower case. */
function foldings(): string {
  let out = '';
  for (const c of ['\u0041', ...characters()]) {
    if (!/^\p{Changes_When_Casefolded}$/u.test(c) || c === 'A') continue;
    const to = /^\p{Script=Cherokee}$/u.test(c) ? c.toUpperCase() : c.toLowerCase().toUpperCase().toLowerCase();
    out += `${c}${to}\0`;
  }
  return out;
}

/** Combining marks in the order of their classes: the marks of a class, NUL, those of the next. */
function combiningClasses(): string {
  const swaps = (a: string, b: string): boolean => (a + b).normalize('NFD') === b + a && a !== b;
  const classes: string[][] = [];
  for (const c of characters()) {
    if (c.normalize('NFD') !== c || !(swaps('\u0345', c) || swaps(c, '\u0334'))) continue;
    let at = 0;
    while (at < classes.length && swaps(c, classes[at]?.[0] ?? '')) at++;
    const same = classes[at];
    if (same && !swaps(same[0] ?? '', c)) same.push(c);
    else classes.splice(at, 0, [c]);
  }
  return classes.map((marks) => marks.join('')).join('\0');
}

/** A text as a string literal in which nothing combines with what stands before it. */
function literal(value: string): string {
  return Array.from(value, (c) => {
    const code = c.codePointAt(0) ?? 0;
    if (code === 0) return '\\0';
    if (code < 0x7f && code >= 0x20 && !'"\\$'.includes(c)) return c;
    return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
  }).join('');
}

const normalisation = [
  '# Tables of Unicode normalisation, written by tables/unicode.ts; do not edit. What they mean is said there and in normalize.jl.\n',
  `const canonical_text = "${literal(decompositions('NFD'))}"\n`,
  `const compatible_text = "${literal(decompositions('NFKD'))}"\n`,
  `const composing_text = "${literal(compositions())}"\n`,
  `const folding_text = "${literal(foldings())}"\n`,
  `const combining_text = "${literal(combiningClasses())}"\n`,
].join('\n');

for (const [name, content] of [
  ['unicodedata.jl', text],
  ['normalizedata.jl', normalisation],
] as const) {
  const file = new URL(`../base/${name}`, import.meta.url);
  if (!process.argv.includes('--check')) writeFileSync(file, content);
  else if (readFileSync(file, 'utf8') !== content) {
    console.error(`base/${name} is not what tables/unicode.ts writes`);
    process.exit(1);
  }
}
