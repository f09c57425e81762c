// jl0 as it is once installed. It needs the bundle, which the test run of `npm test` has built.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installation, layOutInstallation } from './installation.ts';

const hasBundle = process.env['JL0_TEST_BUNDLE'] === '1';

describe.skipIf(!hasBundle)('an installed jl0', { timeout: 120_000 }, () => {
  let place: Installation;
  const run = (args: readonly string[], env: Readonly<Record<string, string>>) =>
    spawnSync(place.jl0, args, { encoding: 'utf8', cwd: place.folder, env });

  beforeAll(() => {
    place = layOutInstallation();
  });
  afterAll(() => rmSync(place.folder, { recursive: true, force: true }));

  it('brings the Node that it needs, whatever is in PATH', () => {
    const { stdout, stderr } = run(['-e', 'println(6 * 7)'], { PATH: '/nowhere:/usr/bin:/bin' });
    expect({ stdout, stderr }).toEqual({ stdout: '42\n', stderr: '' });
    expect(run(['doctor'], { PATH: '/usr/bin:/bin' }).stdout).toContain(join(place.folder, 'node_modules'));
  });

  it('keeps what quickens starts in the folder of the user where it may not write its own', () => {
    rmSync(join(place.package, '.jl0'), { recursive: true, force: true });
    // A file in the way holds for root, too, as rights do not.
    writeFileSync(join(place.package, '.jl0'), '');
    const cache = join(place.folder, 'cache');
    const { stdout, stderr } = run(['-e', 'println(6 * 7)'], { PATH: '/usr/bin:/bin', XDG_CACHE_HOME: cache });
    expect({ stdout, stderr }).toEqual({ stdout: '42\n', stderr: '' });
    expect(readdirSync(join(cache, 'jl0/code-cache'))).not.toEqual([]);
  });

  it('does not believe what it kept of its code when that is damaged', () => {
    rmSync(join(place.package, '.jl0'), { recursive: true, force: true });
    const say = () => run(['-e', 'println(6 * 7)'], { PATH: '/usr/bin:/bin' });
    expect(say().stdout).toBe('42\n');
    const [kind] = readdirSync(join(place.package, '.jl0/code-cache'));
    const kept = join(place.package, '.jl0/code-cache', kind);
    const files = readdirSync(kept).filter((name) => name.startsWith('julia-'));
    expect(files).toHaveLength(1);
    const file = join(kept, files[0]);
    const whole = readFileSync(file);
    for (const damage of [
      (bytes: Buffer) => bytes.fill(0xff, 5000, 90000),
      (bytes: Buffer) => bytes.subarray(0, 70_000),
      (bytes: Buffer) => bytes.subarray(0, 3),
      () => Buffer.alloc(0),
    ]) {
      writeFileSync(file, damage(Buffer.from(whole)));
      const { stdout, stderr, status } = say();
      expect({ stdout, stderr, status }).toEqual({ stdout: '42\n', stderr: '', status: 0 });
      expect(readFileSync(file).length).toBeGreaterThan(100_000);
    }
  });

  it('runs where it may write nowhere at all', () => {
    rmSync(join(place.package, '.jl0'), { recursive: true, force: true });
    writeFileSync(join(place.package, '.jl0'), '');
    const { stdout, stderr } = run(['-e', 'println(6 * 7)'], { PATH: '/usr/bin:/bin', HOME: '/proc/nowhere' });
    expect({ stdout, stderr }).toEqual({ stdout: '42\n', stderr: '' });
    expect(existsSync('/proc/nowhere')).toBe(false);
  });

  it('says in a line what is wrong where there is no room for the heap', () => {
    const { status, stderr } = spawnSync('bash', ['-c', `ulimit -v 3000000; ${place.jl0} -e 1`], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: expect.stringMatching(/^jl0: cannot reserve the heap: mmap of 4 GiB at 0x[0-9a-f]+ failed .*\n$/),
    });
  });
});
