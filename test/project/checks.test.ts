// The repository's own rules, as tests: format and lint (biome), the rules of tools/lint.ts, and types.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../oracle.ts';

/** Runs a program of node_modules or a tool, and gives what it wrote if it failed, else the empty string. */
function complaints(program: string, args: string[]): string {
  const result = spawnSync(program, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 });
  if (result.error) return result.error.message;
  return result.status === 0 ? '' : `${result.stdout}${result.stderr}`.trim() || `status ${result.status}`;
}

const program = (name: string): string => join(root, 'node_modules/.bin', name);

it('is formatted as biome formats it (npm run format)', () => {
  expect(complaints(program('biome'), ['format', '--reporter=summary', '--colors=off', '.'])).toBe('');
});

it('passes the linter', () => {
  expect(
    complaints(program('biome'), [
      'lint',
      '--reporter=github',
      '--diagnostic-level=error',
      '--max-diagnostics=40',
      '--colors=off',
      '.',
    ]),
  ).toBe('');
});

it('follows its own rules', () => {
  expect(complaints(program('node'), [join(root, 'tools/lint.ts')])).toBe('');
});

it('has no type errors', () => {
  expect(complaints(program('tsc'), ['--noEmit', '--pretty', 'false', '-p', '.'])).toBe('');
});
