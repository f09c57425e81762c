// Finding libraries and symbols the way programs name them, and saying where jl0 looked when there is none.

import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nullAddress, offsetBy } from '../../ffi/address.ts';
import { ForeignLibraryError, ForeignSymbolError } from '../../ffi/error.ts';
import { dladdr, dlclose, dlerror, dlopen, dlsym, findSymbol, openLibrary, symbolIn } from '../../ffi/libraries.ts';
import { RTLD_LAZY } from '../../ffi/system.x86_64-linux.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'jl0-libraries-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function failure(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}

describe('libraries', () => {
  it.each(['libm', 'libm.so', 'libm.so.6', 'libc.so.6', 'libgmp', 'libgmp.so.10'])('are found as %s', (name) => {
    expect(openLibrary(name).file).toContain(name.replace(/\.so.*/, ''));
  });

  it('named twice are opened once', () => {
    expect(openLibrary('libm')).toBe(openLibrary('libm'));
  });

  it('are the process when they have no name', () => {
    expect(findSymbol('strlen', '')).toBeGreaterThan(0);
    expect(findSymbol('uv_run', '')).toBeGreaterThan(0);
  });

  it('are found by path, with and without extension, and in folders to search first, highest version first', () => {
    const { file } = openLibrary('libgmp');
    mkdirSync(join(folder, 'more'));
    copyFileSync(file, join(folder, 'libown.so'));
    copyFileSync(file, join(folder, 'more', 'libversions.so.9'));
    copyFileSync(file, join(folder, 'more', 'libversions.so.10.1'));
    symlinkSync('libversions.so.9', join(folder, 'more', 'libversions.so.1'));
    expect(openLibrary(join(folder, 'libown.so')).file).toBe(join(folder, 'libown.so'));
    expect(openLibrary(join(folder, 'libown')).file).toBe(join(folder, 'libown.so'));
    expect(openLibrary('libown', ['', folder]).file).toBe(join(folder, 'libown.so'));
    expect(openLibrary('libversions', [join(folder, 'more')]).file).toBe(join(folder, 'more', 'libversions.so.10.1'));
  });

  it('that are missing give an error with every place looked at', () => {
    const error = failure(() => openLibrary('libabsent', [folder]));
    expect(error).toBeInstanceOf(ForeignLibraryError);
    expect(error.message).toMatch(/^could not load library "libabsent"\n/);
    const places = (error as ForeignLibraryError).attempts.map(({ place }) => place);
    expect(places).toContain(join(folder, 'libabsent'));
    expect(places).toContain(join(folder, 'libabsent.so'));
    expect(places).toContain('libabsent.so');
    expect(places.some((place) => place === '/usr/lib/x86_64-linux-gnu/libabsent.so.*')).toBe(true);
    for (const { reason } of (error as ForeignLibraryError).attempts)
      expect(reason).toMatch(/No such file|no such file/);
  });

  it('that state a version are not replaced by another version', () => {
    expect(failure(() => openLibrary('libm.so.5'))).toBeInstanceOf(ForeignLibraryError);
  });

  it('that are no libraries are refused with the reason', () => {
    const file = join(folder, 'libtext.so');
    writeFileSync(file, 'not an object');
    expect(failure(() => openLibrary(file)).message).toMatch(/libtext.so: (file too short|invalid ELF header)/);
  });
});

describe('symbols', () => {
  it('that are missing give an error with the libraries asked', () => {
    const inLibm = failure(() => findSymbol('no_such_function', 'libm'));
    expect(inLibm).toBeInstanceOf(ForeignSymbolError);
    expect(inLibm.message).toMatch(/^could not load symbol "no_such_function":\n.*libm\.so\.6: undefined symbol$/);
    const inProcess = failure(() => findSymbol('no_such_function', '')) as ForeignSymbolError;
    const places = inProcess.attempts.map(({ place }) => place);
    expect(places[0]).toBe(process.execPath);
    expect(places.some((place) => place.includes('libc.so.6'))).toBe(true);
  });

  it('are known by their address', () => {
    const info = dladdr(findSymbol('getpid', ''));
    expect(info?.symbol).toMatch(/getpid/);
    expect(existsSync(info?.file ?? '')).toBe(true);
    expect(dladdr(offsetBy(nullAddress, 4096))).toBeUndefined();
  });

  it('are found by hand through dlopen, dlsym and dlclose', () => {
    const handle = dlopen('libm.so.6', RTLD_LAZY);
    expect(handle).toBeGreaterThan(0);
    expect(dlsym(handle, 'cos')).toBe(symbolIn(openLibrary('libm.so.6'), 'cos'));
    expect(dlsym(handle, 'nothing_of_the_kind')).toBeUndefined();
    expect(dlclose(handle)).toBe(0);
    expect(dlopen('libabsent.so', RTLD_LAZY)).toBe(nullAddress);
    expect(dlerror()).toMatch(/libabsent.so: cannot open/);
  });
});
