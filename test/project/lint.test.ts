// The rules of tools/lint.ts, each on a repository that breaks it.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { root } from '../oracle.ts';

let folder = '';

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What the linter says about a repository with these files. */
function lint(files: Record<string, string>): string[] {
  folder = mkdtempSync(join(tmpdir(), 'jl0-lint-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const result = spawnSync(join(root, 'node_modules/.bin/node'), [join(root, 'tools/lint.ts'), folder], {
    encoding: 'utf8',
  });
  return result.stdout.split('\n').filter((line) => line !== '');
}

const readme = { 'interpreter/vm/README.md': '', 'ffi/README.md': '', 'codegen/llvm/README.md': '' };

it('accepts what keeps the rules', () => {
  expect(lint({ ...readme, 'interpreter/vm/a.ts': "// Account.\nimport { b } from '../../ffi/b.ts';\n" })).toEqual([]);
});

it('refuses an import that points upwards, static or dynamic', () => {
  const text =
    "// Account.\nimport { b } from '../../codegen/llvm/b.ts';\nawait import('../../bootstrap/session.ts');\n";
  expect(lint({ ...readme, 'interpreter/vm/a.ts': text })).toEqual([
    'interpreter/vm/a.ts:2: interpreter imports from codegen; imports point the other way',
    'interpreter/vm/a.ts:3: interpreter imports from bootstrap; imports point the other way',
  ]);
});

it('refuses llvm-bindings outside of its folder', () => {
  const text = "// Account.\nimport llvm from 'llvm-bindings';\n";
  expect(lint({ ...readme, 'ffi/a.ts': text, 'codegen/llvm/a.ts': text })).toEqual([
    'ffi/a.ts:2: llvm-bindings is imported in codegen/llvm only',
  ]);
});

it('refuses BigInt in the VM, but not in its comments, strings, or files off the hot path', () => {
  const text = "// Account.\n// 1n\nconst a = '2n';\nconst b = 3n;\nconst c = BigInt(a);\nconst n1n = 0;\n";
  const off = '// Account. Not a hot path.\nexport const b = 3n;\n';
  expect(lint({ ...readme, 'interpreter/vm/a.ts': text, 'interpreter/vm/b.ts': off })).toEqual([
    'interpreter/vm/a.ts:4: BigInt in the VM, where it is too slow',
    'interpreter/vm/a.ts:5: BigInt in the VM, where it is too slow',
  ]);
});

it('refuses a file that is too long, or opens without an account, and a room without a README.md', () => {
  expect(lint({ 'ffi/a.ts': `// Account.\n${'\n'.repeat(1000)}`, 'ffi/b.ts': 'export {};\n' })).toEqual([
    'ffi/a.ts:1000: 1001 lines; the limit is 1000',
    'ffi/b.ts:1: does not open with an account of what it does',
    'ffi:1: has no README.md',
  ]);
});
