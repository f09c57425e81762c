// A machine without LLVM: everything but compiling works, and compiling says what is missing before it runs anything.
// It needs the bundle, which the test run of `npm test` has built.

import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installation, layOutInstallation } from './installation.ts';

const hasBundle = process.env['JL0_TEST_BUNDLE'] === '1';

describe.skipIf(!hasBundle)('without llvm-bindings', { timeout: 120_000 }, () => {
  let place: Installation;
  const run = (...args: string[]) =>
    spawnSync(place.jl0, args, { encoding: 'utf8', cwd: place.folder, input: 'println(6 * 7)' });

  beforeAll(() => {
    place = layOutInstallation();
  });
  afterAll(() => rmSync(place.folder, { recursive: true, force: true }));

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
