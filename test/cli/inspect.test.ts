// `jl0 inspect`: what is in an object, and why one is refused.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileObject } from '../../codegen/compile-object.ts';
import { Program } from '../../codegen/emit/operations.ts';
import { hasLLVM } from '../codegen/native.ts';
import { defineSamples } from '../codegen/samples.ts';
import { jl0 } from './jl0.ts';

const folder = mkdtempSync(join(tmpdir(), 'jl0-inspect-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!hasLLVM)('an object', () => {
  let bytes = new Uint8Array();
  beforeAll(() => {
    const program = new Program('samples');
    bytes = Uint8Array.from(compileObject(program, defineSamples(program)));
    writeFileSync(join(folder, 'samples.o'), bytes);
  });

  it('is shown with sections, methods, symbols and relocations', () => {
    const { status, stdout } = jl0(['inspect', 'samples.o'], { cwd: folder });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^samples\.o: \d+ bytes, for x86_64 linux/);
    expect(stdout).toMatch(/^ {2}\.text +\d+ bytes +AX$/m);
    expect(stdout).toMatch(/^ {2}julia:fib\(Int64\)\n {4}code julia:fib\(Int64\) \([1-9]\d* bytes\)/m);
    expect(stdout).toMatch(/^ {2}libm\.so\.6:cos +C symbol cos of libm\.so\.6$/m);
    expect(stdout).toMatch(/^ {2}\.text\S*\+0x[0-9a-f]+ +R_X86_64_PLT32 +libm\.so\.6:cos - 4$/m);
  });

  it('is shown as JSON', () => {
    const report = JSON.parse(jl0(['inspect', '--json', 'samples.o'], { cwd: folder }).stdout);
    expect(report).toMatchObject({ bytes: bytes.length, julia: '1.12.5', target: { architecture: 'x86_64' } });
    expect(report.methods.map((method: { name: string }) => method.name)).toContain('julia:fib(Int64)');
  });

  it('is refused when a byte of it is not what it was', () => {
    const damaged = Uint8Array.from(bytes);
    damaged[200] ^= 1;
    writeFileSync(join(folder, 'damaged.o'), damaged);
    const { status, stderr } = jl0(['inspect', 'damaged.o'], { cwd: folder });
    expect(stderr).toMatch(/^jl0: damaged\.o: the digest does not fit/);
    expect(status).toBe(1);
  });
});

it('says that a file is no object', () => {
  writeFileSync(join(folder, 'text.o'), 'not an object\n');
  const { status, stderr } = jl0(['inspect', 'text.o'], { cwd: folder });
  expect(stderr).toBe('jl0: text.o: this is not an ELF file\n');
  expect(status).toBe(1);
});
