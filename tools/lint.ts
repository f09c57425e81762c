// jl0's own rules, those that a general linter does not know.
//
//   - Imports point one way: bootstrap -> codegen -> interpreter -> ffi. The interpreter in particular never imports
//     the code generator: native code reaches it as an entry point installed on a method instance.
//   - llvm-bindings is imported in codegen/llvm and nowhere else: its constants are broken, and that folder knows how.
//   - No BigInt in the files of interpreter/vm, where every call and every arithmetic operation passes. A file there
//     that is not on the hot path says so in its opening account with the words "Not a hot path".
//   - No file is longer than 1,000 lines.
//   - Every room and its direct sub-rooms with sources have a README.md.
//   - Every source file opens with an account in prose.
//
// Enters: the source files. Leaves: one line `file:line: what is wrong` each, and status 1 if there was any.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** The repository to check: this one, or the one named (by the tests of these rules). */
const root = process.argv[2] ?? dirname(import.meta.dirname);

/** The rooms, lowest first. A room imports from itself and from those before it. */
const rooms = ['ffi', 'interpreter', 'codegen', 'bootstrap'];

/** Rooms whose files may import from anywhere. */
const outside = ['test', 'bench', 'tools'];

const longestFile = 1000;

interface Complaint {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

function sourceFiles(folder: string, suffix: string): string[] {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(suffix) && !name.includes('node_modules'))
    .map((name) => join(folder, name))
    .sort();
}

const roomOf = (file: string): string => file.split('/')[0] ?? '';

/** The specifiers a source file imports, static and dynamic, with their lines. */
function imports(lines: readonly string[]): { specifier: string; line: number }[] {
  const found: { specifier: string; line: number }[] = [];
  lines.forEach((text, index) => {
    if (/^\s*(\/\/|\*)/.test(text)) return;
    const matches = text.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|^\s*import\s+|\brequire\w*\(\s*)(['"])([^'"]+)\1/g);
    for (const match of matches) found.push({ specifier: match[2] ?? '', line: index + 1 });
  });
  return found;
}

/** A line with string literals and comments blanked, well enough to look for tokens. */
function codeOf(line: string): string {
  if (/^\s*(\/\*|\*)/.test(line)) return '';
  return line
    .replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/g, "''")
    .replace(/\/\/.*$/, '')
    .replace(/\/\*.*?\*\//g, '');
}

function checkImports(file: string, lines: readonly string[]): Complaint[] {
  const complaints: Complaint[] = [];
  const room = roomOf(file);
  for (const { specifier, line } of imports(lines)) {
    if (specifier === 'llvm-bindings' && !file.startsWith('codegen/llvm/') && !outside.includes(room)) {
      complaints.push({ file, line, text: 'llvm-bindings is imported in codegen/llvm only' });
    }
    if (!specifier.startsWith('.') || !rooms.includes(room)) continue;
    const target = roomOf(relative(root, resolve(root, dirname(file), specifier)));
    if (rooms.includes(target) && rooms.indexOf(target) > rooms.indexOf(room)) {
      complaints.push({ file, line, text: `${room} imports from ${target}; imports point the other way` });
    }
    if (outside.includes(target)) complaints.push({ file, line, text: `${room} imports from ${target}` });
  }
  return complaints;
}

function checkHotPath(file: string, lines: readonly string[]): Complaint[] {
  if (!file.startsWith('interpreter/vm/')) return [];
  const account = lines.slice(0, openingLength(lines)).join(' ');
  if (/not a hot path/i.test(account)) return [];
  return lines.flatMap((text, index) =>
    /\bBigInt\s*\(|\b\d[\d_a-fA-FxX]*n\b/.test(codeOf(text))
      ? [{ file, line: index + 1, text: 'BigInt in the VM, where it is too slow' }]
      : [],
  );
}

/** Number of lines of the comment a file opens with. */
function openingLength(lines: readonly string[]): number {
  const first = lines[0]?.startsWith('#!') ? 1 : 0;
  let count = first;
  while (lines[count]?.startsWith('//')) count += 1;
  return count - first;
}

function checkLength(file: string, lines: readonly string[]): Complaint[] {
  if (lines.length - 1 <= longestFile) return [];
  return [{ file, line: longestFile, text: `${lines.length - 1} lines; the limit is ${longestFile}` }];
}

/** A file of the embedded library. */
const checkLibraryFile = (file: string): Complaint[] =>
  checkLength(file, readFileSync(join(root, file), 'utf8').split('\n'));

function checkFile(file: string): Complaint[] {
  const lines = readFileSync(join(root, file), 'utf8').split('\n');
  const complaints = [...checkImports(file, lines), ...checkHotPath(file, lines)];
  complaints.push(...checkLength(file, lines));
  if (openingLength(lines) === 0 && !lines[0]?.startsWith('/*')) {
    complaints.push({ file, line: 1, text: 'does not open with an account of what it does' });
  }
  return complaints;
}

/** Rooms (`ffi`, `interpreter/vm`) with sources and without a README.md. */
function checkFolders(files: readonly string[]): Complaint[] {
  return [...new Set(files.map((file) => dirname(file).split('/').slice(0, 2).join('/')))]
    .filter((folder) => !existsSync(join(root, folder, 'README.md')))
    .map((folder) => ({ file: folder, line: 1, text: 'has no README.md' }));
}

const inRooms = rooms.flatMap((room) => sourceFiles(room, '.ts'));
const all = [...inRooms, ...outside.flatMap((folder) => sourceFiles(folder, '.ts'))];
const complaints = [
  ...all.flatMap(checkFile),
  ...sourceFiles('bootstrap/lib', '.jl').flatMap(checkLibraryFile),
  ...checkFolders(inRooms),
];
for (const { file, line, text } of complaints) console.log(`${file}:${line}: ${text}`);
process.exitCode = complaints.length === 0 ? 0 : 1;
