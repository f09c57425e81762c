// Objects that cannot be used, as a user meets them: the reason is printed and the program runs interpreted.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { jl0 } from '../cli/jl0.ts';
import { hasLLVM } from '../codegen/native.ts';

const MINUTES = 60_000;

describe.skipIf(!hasLLVM)('an object that cannot be used', () => {
  const folder = mkdtempSync(join(tmpdir(), 'jl0-test-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it(
    'is reported, and the program runs interpreted',
    () => {
      const file = join(folder, 'program.jl');
      const object = join(folder, 'program.o');
      writeFileSync(file, 'f(x) = x + 1\nprintln(f(41))\n');
      expect(jl0(['compile', file, '-o', object]).status).toBe(0);
      const good = readFileSync(object);
      const damaged = Buffer.from(good);
      damaged[700] ^= 1;
      const foreign = Buffer.from(good);
      foreign.writeUInt16LE(183, 18);
      const other = (name: string, bytes: Uint8Array): string => {
        writeFileSync(join(folder, name), bytes);
        return join(folder, name);
      };
      mkdirSync(join(folder, 'folder.o'));
      const unusable: [string, string][] = [
        [
          other('damaged.o', damaged),
          'the digest does not fit: the object is damaged, cut short, or was not written by jl0',
        ],
        [other('short.o', good.subarray(0, 300)), 'the digest does not fit'],
        [other('foreign.o', foreign), 'the object is for aarch64 (64 bit, little endian), not for x86_64'],
        [other('text.o', Buffer.from('hello\n')), 'this is not an ELF file'],
        [join(folder, 'folder.o'), 'it is a folder'],
        [join(folder, 'missing.o'), 'no such file'],
      ];
      // All at once, and a good one among them: each is judged by itself.
      const all = [...unusable.map(([path]) => path), object].flatMap((path) => ['--native', path]);
      const { status, stdout, stderr } = jl0(['run', ...all, file]);
      expect({ status, stdout }).toEqual({ status: 0, stdout: '42\n' });
      for (const [path, reason] of unusable) expect(stderr).toContain(`jl0: ${path} is not used: ${reason}`);
      expect(stderr.trim().split('\n').length).toBe(unusable.length);

      const changed = join(folder, 'changed.jl');
      writeFileSync(changed, 'f(x) = x + 2\nprintln(f(41))\n');
      expect(jl0(['run', '--native', object, changed])).toEqual({
        status: 0,
        stdout: '43\n',
        stderr: `jl0: ${object}: Main.f(Int64) is interpreted: the method f has changed since it was compiled\n`,
      });
    },
    4 * MINUTES,
  );

  it(
    'cannot be written where there is no room or no folder',
    () => {
      const file = join(folder, 'full.jl');
      writeFileSync(file, 'f(x) = x + 1\nf(41)\n');
      expect(jl0(['compile', file, '-o', '/dev/full'])).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('jl0: cannot write /dev/full: no space is left\n'),
      });
      expect(jl0(['compile', file, '-o', join(folder, 'none/x.o')])).toMatchObject({
        status: 2,
        stderr: `jl0: cannot write ${join(folder, 'none/x.o')}: no such folder\n`,
      });
    },
    4 * MINUTES,
  );
});
