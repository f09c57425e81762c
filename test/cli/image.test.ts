// Saving a heap and mapping it back: what is refused, and that nothing is touched then.

import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadSnapshot, SnapshotRefused, saveSnapshot, verifySnapshot } from '../../interpreter/memory/snapshot.ts';

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
});
