// The whole way: compiled here, written to a file, loaded and entered by another process.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compileObject } from '../../codegen/compile-object.ts';
import { Program } from '../../codegen/emit/operations.ts';
import { bitsOfDouble, doubleOfBits, hasLLVM } from '../codegen/native.ts';
import { defineSamples } from '../codegen/samples.ts';

describe.skipIf(!hasLLVM)('an object, loaded by another process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'jl0-test-'));
  const file = join(folder, 'samples.o');
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (method: string, arg: bigint): bigint => {
    const script = join(import.meta.dirname, 'run-object.ts');
    return BigInt(execFileSync(process.execPath, [script, file, method, String(arg)], { encoding: 'utf8' }).trim());
  };

  it('computes there what it was compiled from here', () => {
    const program = new Program('samples');
    writeFileSync(file, compileObject(program, defineSamples(program)));
    expect(run('julia:squares(Int64)', 1000n)).toBe(332833500n);
    expect(run('julia:fib(Int64)', 20n)).toBe(6765n);
    expect(doubleOfBits(run('julia:cosine(Float64)', bitsOfDouble(1)))).toBe(Math.cos(1) + 0.1);
  });

  it('is shown by readelf, with readable names, and holds no address', () => {
    const shown = execFileSync('readelf', ['-rsW', file], { encoding: 'utf8' });
    expect(shown).toMatch(/GLOBAL DEFAULT +\d+ julia:fib\(Int64\)/);
    expect(shown).toMatch(/R_X86_64_PLT32 .* libm\.so\.6:cos - 4/);
    expect(shown).toMatch(/UND libm\.so\.6:cos/);
    expect(shown).not.toMatch(/Warning|Error/i);
  });

  it('is the same, byte for byte, when it is compiled again', () => {
    const compile = () => {
      const program = new Program('samples');
      return compileObject(program, defineSamples(program));
    };
    expect(Buffer.compare(compile(), compile())).toBe(0);
  });
});
