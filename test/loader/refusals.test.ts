// What the loader refuses, and the reason it gives.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LoadError } from '../../bootstrap/loader/error.ts';
import { loadObject, thisHost } from '../../bootstrap/loader/load.ts';
import { compileObject } from '../../codegen/compile-object.ts';
import { Program } from '../../codegen/emit/operations.ts';
import { Relocations } from '../../codegen/object/elf.ts';
import { readElf } from '../../codegen/object/elf-reader.ts';
import { writeElf } from '../../codegen/object/elf-writer.ts';
import { openObject } from '../../codegen/object/object.ts';
import { packJson, unpackJson } from '../../codegen/object/packed-json.ts';
import type { Json } from '../../codegen/object/recipe.ts';
import { DIGEST_BYTES, LINK_SECTION, METADATA_SECTION, seal } from '../../codegen/object/seal.ts';
import { cInt64 } from '../../ffi/ctype.ts';
import { CODE_BASE } from '../../ffi/region.ts';
import { define, enter, hasLLVM, resolver } from '../codegen/native.ts';
import { defineSamples } from '../codegen/samples.ts';
import { hasCompiler } from '../ffi/c-library.ts';

/** What a load is refused for. */
function refusal(bytes: Uint8Array): { refusal: string; message: string } {
  try {
    loadObject(bytes, resolver);
  } catch (error) {
    if (error instanceof LoadError) return { refusal: error.refusal, message: error.message };
    throw error;
  }
  return { refusal: 'none', message: '' };
}

describe('what is no object at all', () => {
  it('is refused with the reason', () => {
    expect(refusal(new Uint8Array())).toMatchObject({ refusal: 'not-an-object', message: 'this is not an ELF file' });
    expect(refusal(Buffer.from('println("hello")\n')).refusal).toBe('not-an-object');
    expect(refusal(Buffer.from('\x7fELF')).refusal).toBe('truncated');
    expect(refusal(readFileSync(process.execPath)).message).toBe('this ELF file is not a relocatable object');
  });

  it.skipIf(!hasCompiler)('is told from damage when another compiler wrote it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'jl0-test-'));
    writeFileSync(join(folder, 'a.c'), 'int f(void) { return 1; }');
    execFileSync('gcc', ['-c', join(folder, 'a.c'), '-o', join(folder, 'a.o')]);
    const { refusal: reason, message } = refusal(readFileSync(join(folder, 'a.o')));
    rmSync(folder, { recursive: true });
    expect(reason).toBe('corrupt');
    expect(message).toMatch(/was not written by jl0/);
  });
});

describe.skipIf(!hasLLVM)('an object that does not fit', () => {
  const program = new Program('samples');
  const object = hasLLVM ? compileObject(program, defineSamples(program)) : new Uint8Array();

  /** A copy with a change, sealed again: only the check after the digest can find it. */
  const changed = (change: (bytes: Uint8Array) => void) => {
    const copy = object.slice();
    change(copy);
    seal(copy);
    return copy;
  };
  /** The object with other content in one of its sections, sealed again. */
  const withSection = (name: string, bytes: Uint8Array) => {
    const elf = readElf(object);
    const sections = elf.sections.map((each) => (each.name === name ? { ...each, bytes, size: bytes.length } : each));
    const moved = new Map(elf.sections.map((section, index) => [section, sections[index]]));
    const symbols = elf.symbols.map((symbol) => {
      return typeof symbol.section === 'string'
        ? symbol
        : { ...symbol, section: moved.get(symbol.section) ?? symbol.section };
    });
    const renamed = new Map(elf.symbols.map((symbol, index) => [symbol, symbols[index]]));
    for (const section of sections) {
      section.relocations = Relocations.of(
        [...section.relocations].map((each) => ({ ...each, symbol: renamed.get(each.symbol) ?? each.symbol })),
      );
    }
    const written = writeElf({ ...elf, sections, symbols }, sections.at(-1));
    seal(written);
    return written;
  };
  const HEAD_BYTES = 16;
  const withMetadata = (change: (json: Record<string, Json>) => void) => {
    const old = sectionOf(object, METADATA_SECTION);
    const json = { ...(unpackJson(old.subarray(HEAD_BYTES)) as Record<string, Json>) };
    change(json);
    return withSection(METADATA_SECTION, Buffer.concat([old.subarray(0, HEAD_BYTES), packJson(json)]));
  };
  const sectionOf = (bytes: Uint8Array, name: string) => {
    const section = readElf(bytes).sections.find((each) => each.name === name);
    if (section === undefined) throw new Error(`no ${name}`);
    return section.bytes;
  };

  it('loads when nothing is wrong, right behind the heap', () => {
    const loaded = loadObject(object, resolver);
    expect(loaded.refused).toEqual([]);
    expect(loaded.base).toBeGreaterThanOrEqual(CODE_BASE);
    expect(enter(loaded, 'julia:squares(Int64)', 10n).result).toBe(285n);
  });

  it('is refused when any byte is another, or bytes are missing or too many', () => {
    for (let at = 64; at < object.length; at += 97) {
      const copy = object.slice();
      copy[at] ^= 1 << (at % 8);
      expect(refusal(copy).refusal).toBe('corrupt');
    }
    expect(refusal(object.subarray(0, object.length - 1)).refusal).toBe('corrupt');
    expect(refusal(object.subarray(0, 200)).refusal).toBe('corrupt');
    expect(refusal(Buffer.concat([object, Buffer.alloc(1)])).refusal).toBe('corrupt');
  });

  it('is refused when it is for another machine', () => {
    const arm = changed((bytes) => new DataView(bytes.buffer).setUint16(18, 183, true));
    expect(refusal(arm)).toEqual({
      refusal: 'foreign',
      message: 'the object is for aarch64 (64 bit, little endian), not for x86_64',
    });
    expect(refusal(changed((bytes) => bytes.fill(1, 4, 5))).message).toMatch(/32 bit/);
    expect(
      refusal(
        withMetadata((json) => (json.target = { architecture: 'x86_64', system: 'freebsd', processor: 'x86-64' })),
      ),
    ).toEqual({
      refusal: 'foreign',
      message: 'the object is for x86_64 freebsd, not for x86_64 linux',
    });
    expect(
      refusal(withMetadata((json) => (json.target = { architecture: 'x86_64', system: 'linux', processor: 'znver9' })))
        .message,
    ).toBe('the object is for the processor znver9; this one is x86-64');
  });

  it('is refused when it is of another version', () => {
    const other = Buffer.from(sectionOf(object, METADATA_SECTION));
    other.writeUInt32LE(99, 12);
    expect(refusal(withSection(METADATA_SECTION, other))).toEqual({
      refusal: 'version',
      message: 'the object has format version 99, this jl0 reads version 4',
    });
    const text = Buffer.from('{"parts":[],"value":{"format":"jl0-object","version":2}}');
    expect(refusal(withSection(METADATA_SECTION, text))).toEqual({
      refusal: 'version',
      message: 'the metadata is not in the format of this jl0',
    });
    expect(refusal(withMetadata((json) => (json.julia = '1.13.0')))).toEqual({
      refusal: 'version',
      message: 'the object is for Julia 1.13.0, this is 1.12.5',
    });
    expect(
      loadObject(
        withMetadata((json) => (json.julia = '1.13.0')),
        resolver,
        { ...thisHost, julia: '1.13.0' },
      ).refused,
    ).toEqual([]);
  });

  it('is refused when its content breaks the rules, even though the digest fits', () => {
    expect(refusal(withMetadata((json) => delete json.methods))).toEqual({
      refusal: 'malformed',
      message: 'the methods cannot be read',
    });
    expect(refusal(withMetadata((json) => (json.names = []))).message).toBe('the names cannot be read');
    const link = sectionOf(object, LINK_SECTION);
    for (const bytes of [new Uint8Array(), link.subarray(0, link.length - 4), Buffer.alloc(link.length, 0xff)]) {
      expect(refusal(withSection(LINK_SECTION, bytes))).toEqual({
        refusal: 'malformed',
        message: 'the link table cannot be read',
      });
    }
    // The table of addresses in the midst of code.
    const moved = Buffer.from(link);
    moved.writeUInt32LE(16, 32);
    expect(refusal(withSection(LINK_SECTION, moved)).message).toBe('the link table cannot be read');
    expect(refusal(changed((bytes) => new DataView(bytes.buffer).setUint16(60, 60000, true))).refusal).toBe(
      'truncated',
    );
  });

  it('costs the methods whose part of the metadata breaks the rules, and no other', () => {
    const loaded = loadObject(
      withMetadata((json) => {
        json.recipes = (json.recipes as readonly { name?: string }[]).map((recipe) =>
          recipe.name === 'cos' ? { kind: 'c' } : recipe,
        );
      }),
      resolver,
    );
    expect(loaded.refused.map(({ record, reason }) => `${record.name}: ${reason}`)).toEqual([
      'julia:cosine(Float64): the recipe of libm.so.6:cos cannot be read',
    ]);
    expect(enter(loaded, 'julia:squares(Int64)', 10n).result).toBe(285n);
  });

  it('keeps all of its metadata', () => {
    const { metadata } = openObject(object);
    expect(metadata.target).toEqual({ architecture: 'x86_64', system: 'linux', processor: 'x86-64' });
    const fib = metadata.methods.find((method) => method.name === 'julia:fib(Int64)');
    expect(fib).toMatchObject({ entry: 'julia:fib(Int64) entry', parameters: ['bits'], dependencies: [] });
    expect(metadata.symbols.get('libm.so.6:cos')).toEqual({ kind: 'c', library: 'libm.so.6', name: 'cos' });
    expect(metadata.references.get('julia:cosine(Float64)')).toEqual(['libm.so.6:cos']);
    const digest = createHash('sha256').update(object.subarray(0, -DIGEST_BYTES)).digest();
    expect(Buffer.compare(digest, object.subarray(-DIGEST_BYTES))).toBe(0);
  });
});

describe.skipIf(!hasLLVM)('a name that cannot be resolved', () => {
  it('costs the methods that need it, at first or second hand, and no other', () => {
    const program = new Program('missing');
    program.declare('no-such-library:f', 'function', { kind: 'c', library: 'libnosuch.so', name: 'f' });
    program.declare('value:x', 'data', { kind: 'value', value: 'x' });
    const signature = { result: cInt64, args: [cInt64] };
    const methods = [
      define(program, 'uses', ['i64'], ['i64'], (b, x) => b.return(b.callC('no-such-library:f', signature, [x]) ?? x)),
      define(program, 'indirect', ['i64'], ['i64'], (b, x) => b.return(...b.callLocal('uses', [x]))),
      define(program, 'value', ['i64'], ['i64'], (b) => b.return(b.load('i64', b.symbol('value:x', 'ref')))),
      define(program, 'free', ['i64'], ['i64'], (b, x) => b.return(x)),
    ];
    const loaded = loadObject(compileObject(program, methods), resolver);
    expect(loaded.methods.map((method) => method.record.name)).toEqual(['free']);
    expect(enter(loaded, 'free', 3n).result).toBe(3n);
    const reasons = new Map(loaded.refused.map(({ record, reason }) => [record.name, reason]));
    expect(reasons.get('uses')).toMatch(
      /no-such-library:f cannot be resolved: C symbol f of libnosuch\.so: .*libnosuch/s,
    );
    expect(reasons.get('indirect')).toMatch(/no-such-library:f cannot be resolved/);
    expect(reasons.get('value')).toBe('value:x cannot be resolved: value "x": the samples have no Julia');
  });
});
