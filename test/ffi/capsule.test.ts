// After a crash in C the capsule names the call.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCapsule } from '../../ffi/capsule.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'jl0-capsule-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const room = new URL('../../ffi/', import.meta.url).href;

function run(body: string): { signal: string | null; file: string } {
  const program = join(folder, 'program.mjs');
  const file = join(folder, 'capsule');
  writeFileSync(
    program,
    `import { openCapsule } from '${room}capsule.ts';
     import { cInt32, cPointer, cUInt64, cVoid } from '${room}ctype.ts';
     import { registerCallback } from '${room}callback.ts';
     import { findSymbol } from '${room}libraries.ts';
     import { planFor } from '${room}plan.ts';
     import { callWith } from '${room}values.ts';
     const close = openCapsule(${JSON.stringify(file)});
     const strlen = planFor(findSymbol('strlen', ''), { result: cUInt64, args: [cPointer] }, 'strlen', '');
     const abs = planFor(findSymbol('abs', ''), { result: cInt32, args: [cInt32] }, 'abs', '');
     ${body}`,
  );
  return { signal: spawnSync(process.execPath, [program]).signal, file };
}

describe('the crash capsule', () => {
  it('names the call that crashed, and those it was nested in', () => {
    const { signal, file } = run(`
      const signature = { result: cVoid, args: [cInt32] };
      const callback = registerCallback(signature, () => callWith(strlen, 4096), 'crash');
      callWith(abs, -1);
      callWith(planFor(callback.address, signature, 'callback', ''), 5);`);
    expect(signal).toBe('SIGSEGV');
    expect(readCapsule(file)).toMatchObject({
      calls: ['callback in this process: void(i32) with 5', 'strlen in this process: u64(ptr) with 0x1000'],
      omitted: 0,
    });
  });

  it('names nothing when the process ended outside of C', () => {
    const { signal, file } = run('callWith(abs, -1); close();');
    expect(signal).toBeNull();
    expect(readCapsule(file)?.calls).toEqual([]);
  });

  it('is not made of any file', () => {
    writeFileSync(join(folder, 'other'), 'text');
    expect(readCapsule(join(folder, 'other'))).toBeUndefined();
    expect(readCapsule(join(folder, 'absent'))).toBeUndefined();
  });
});
