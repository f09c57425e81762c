// Shared libraries: finding them, opening them, and finding what they export.
//
// A program names a library as it likes: by path, by file name with or without the version that its folder has in mind
// (`libgmp`, `libgmp.so`, `libgmp.so.10`), and expects what Julia does with the name, plus what every distribution gets
// in the way of: the unversioned `libm.so` is for linkers and often a text file or missing. So the order is: the folders
// the program asked for, then the dynamic linker with the name as it is and with `.so`, then the folders where libraries
// are, for the highest version of that name. The first that opens is it. When none does, the error lists every place.
//
// Opened libraries stay open and are remembered by the name that was asked for.

import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { type Address, calloc, free, nullAddress, offsetBy, readAddress, readCString, toAddress } from './address.ts';
import { type Attempt, ForeignLibraryError, ForeignSymbolError } from './error.ts';
import { thisProcess } from './koffi.ts';
import {
  libraryExtension,
  libraryFolders,
  linkerConfiguration,
  RTLD_DEEPBIND,
  RTLD_LAZY,
  RTLD_NOLOAD,
} from './system.x86_64-linux.ts';

/** An opened library. `file` is '' for the process itself. */
export interface Library {
  readonly name: string;
  readonly file: string;
  readonly handle: Address;
}

/** What dladdr knows of an address. */
export interface AddressInfo {
  readonly file: string;
  readonly fileBase: Address;
  /** Nearest exported symbol at or before the address, '' if there is none. */
  readonly symbol: string;
  readonly symbolAddress: Address;
}

const cDlopen = thisProcess.func('dlopen', 'uintptr_t', ['str', 'int']);
const cDlsym = thisProcess.func('dlsym', 'uintptr_t', ['uintptr_t', 'str']);
const cDlclose = thisProcess.func('dlclose', 'int', ['uintptr_t']);
const cDlerror = thisProcess.func('dlerror', 'str', []);
const cDladdr = thisProcess.func('dladdr', 'int', ['uintptr_t', 'uintptr_t']);
const cDlinfo = thisProcess.func('dlinfo', 'int', ['uintptr_t', 'int', 'uintptr_t']);

/**
 * What libraries are opened with unless told otherwise. Node itself exports other versions of libraries that programs
 * use (zlib, OpenSSL, SQLite); a library opened "deep" prefers its own.
 */
export const defaultOpenFlags = RTLD_LAZY | RTLD_DEEPBIND;

/** The process itself: its handle (RTLD_DEFAULT) searches everything loaded globally. */
export const processLibrary: Library = { name: '', file: '', handle: nullAddress };

/** dlopen. @returns the handle, or the null address: then dlerror() says why */
export function dlopen(file: string | null, flags: number): Address {
  cDlerror();
  return cDlopen(file, flags);
}

/** dlclose. @returns 0 if it went well. What a closed library exported must not be called any more. */
export function dlclose(handle: Address): number {
  for (const [key, library] of opened) if (library.handle === handle) opened.delete(key);
  symbols.delete(handle);
  return handle === nullAddress ? -1 : cDlclose(handle);
}

/** dlerror: why the last of these functions failed, in words. */
export function dlerror(): string {
  return cDlerror() ?? '';
}

/** dlsym. @returns the address, or undefined: then lastSymbolError() says why. A symbol's address may be null. */
export function dlsym(handle: Address, symbol: string): Address | undefined {
  cDlerror();
  const address = toAddress(cDlsym(handle, symbol));
  if (address !== nullAddress) return address;
  const error = cDlerror();
  symbolError = error ?? '';
  return error === null ? address : undefined;
}

let symbolError = '';

/** The dynamic linker's reason for the last dlsym that found nothing. */
export function lastSymbolError(): string {
  return symbolError;
}

/** dladdr: the library and symbol an address belongs to; undefined if no library's. */
export function dladdr(address: Address): AddressInfo | undefined {
  const info = calloc(32);
  try {
    if (cDladdr(address, info) === 0) return undefined;
    const file = readAddress(info);
    const symbol = readAddress(offsetBy(info, 16));
    return {
      file: file === nullAddress ? '' : readCString(file),
      fileBase: readAddress(offsetBy(info, 8)),
      symbol: symbol === nullAddress ? '' : readCString(symbol),
      symbolAddress: readAddress(offsetBy(info, 24)),
    };
  } finally {
    free(info);
  }
}

/** The file an open library was loaded from, as the dynamic linker names it ('' for the program itself). */
export function dlpath(handle: Address): string {
  const RTLD_DI_LINKMAP = 2;
  const result = calloc(8);
  try {
    if (cDlinfo(handle, RTLD_DI_LINKMAP, result) !== 0) return '';
    return readCString(readAddress(offsetBy(readAddress(result), 8)));
  } finally {
    free(result);
  }
}

const opened = new Map<string, Library>();
const localFiles = new Set<string>();
const symbols = new Map<Address, Map<string, Address>>();

/**
 * Opens a library by the name a program gives it; '' is the process itself.
 *
 * @param searchFirst folders to look in before all others, in order (Julia's DL_LOAD_PATH)
 * @throws ForeignLibraryError with every place looked at
 */
export function openLibrary(name: string, searchFirst: readonly string[] = [], flags = defaultOpenFlags): Library {
  if (name === '') return processLibrary;
  const key = `${flags}\0${searchFirst.join('\0')}\0${name}`;
  const known = opened.get(key);
  if (known !== undefined) return known;
  const attempts: Attempt[] = [];
  for (const file of candidates(name, searchFirst)) {
    const loadedBefore = dlopen(file, RTLD_LAZY | RTLD_NOLOAD) !== nullAddress;
    const handle = dlopen(file, flags);
    if (handle !== nullAddress) {
      const library = { name, file: dlpath(handle) || file, handle };
      if (!loadedBefore) localFiles.add(library.file);
      opened.set(key, library);
      return library;
    }
    attempts.push({ place: file, reason: dlerror().replace(`${file}: `, '') });
    // A file that is there but does not open is what was meant, unless it is the linker's text file.
    if (isAbsolute(file) && isOtherwiseFine(file)) break;
  }
  for (const folder of isAbsolute(name) || name.includes('/') ? [] : systemFolders()) {
    attempts.push({ place: join(folder, `${stem(name)}${libraryExtension}.*`), reason: 'no such file' });
  }
  throw new ForeignLibraryError(name, attempts);
}

/**
 * The address of a symbol: in the library named, or in the process if it is ''.
 *
 * @throws ForeignLibraryError if the library cannot be opened
 * @throws ForeignSymbolError if it does not export the symbol
 */
export function findSymbol(symbol: string, libraryName: string, searchFirst: readonly string[] = []): Address {
  return symbolIn(openLibrary(libraryName, searchFirst), symbol);
}

/**
 * The address of a symbol in an open library.
 *
 * @throws ForeignSymbolError if it does not export the symbol
 */
export function symbolIn(library: Library, symbol: string): Address {
  let known = symbols.get(library.handle);
  if (known === undefined) symbols.set(library.handle, (known = new Map()));
  let address = known.get(symbol);
  if (address !== undefined) return address;
  address = dlsym(library.handle, symbol);
  if (address === undefined) throw new ForeignSymbolError(symbol, symbolAttempts(library));
  known.set(symbol, address);
  return address;
}

function symbolAttempts(library: Library): Attempt[] {
  const reason = 'undefined symbol';
  if (library.handle !== nullAddress) return [{ place: library.file, reason }];
  // Libraries opened here are local: a search of the process does not see them.
  const local = new Set(Array.from(localFiles, realPath));
  return loadedLibraries()
    .filter((file) => !local.has(file))
    .map((place) => ({ place, reason }));
}

/** Files of the libraries that are loaded now, the program first. Source: /proc/self/maps, proc(5). */
export function loadedLibraries(): string[] {
  const files = new Set<string>([process.execPath]);
  for (const line of readFileSync('/proc/self/maps', 'utf8').split('\n')) {
    const file = /\sr-xp\s.*\s(\/.*)$/.exec(` ${line}`)?.[1];
    if (file?.includes(libraryExtension)) files.add(file);
  }
  return [...files];
}

/** The files that a name may stand for, best first. */
function* candidates(name: string, searchFirst: readonly string[]): Generator<string> {
  const spellings = hasLibraryExtension(name) ? [name] : [name, name + libraryExtension];
  if (!isAbsolute(name)) {
    for (const folder of searchFirst) {
      if (folder !== '') yield* spellings.map((spelling) => join(folder, spelling));
    }
  }
  yield* spellings;
  if (name.includes('/')) return;
  const folders = [...searchFirst.filter((folder) => folder !== ''), ...systemFolders()];
  for (const folder of folders) yield* versionsIn(folder, stem(name));
}

function hasLibraryExtension(name: string): boolean {
  return /\.so(\.[0-9.]+)?$/.test(name);
}

/** The name without `.so` and version. A name that states a version is never replaced by another version. */
function stem(name: string): string {
  return name.replace(/\.so$/, '');
}

/** Files `stem.so` and `stem.so.*` of a folder, the highest version first. */
function versionsIn(folder: string, stem: string): string[] {
  const prefix = `${stem}${libraryExtension}`;
  const versions = entriesOf(folder)
    .filter((entry) => entry.startsWith(`${prefix}.`) && /^[0-9.]+$/.test(entry.slice(prefix.length + 1)))
    .sort((a, b) => compareVersions(b.slice(prefix.length + 1), a.slice(prefix.length + 1)));
  return versions.map((entry) => join(folder, entry));
}

function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    if (left[i] !== right[i]) return left[i] - right[i];
  }
  return left.length - right.length;
}

/** Folders in which the dynamic linker finds libraries: LD_LIBRARY_PATH, ld.so.conf, and those it knows by itself. */
export function systemFolders(): string[] {
  const fromEnvironment = (process.env['LD_LIBRARY_PATH'] ?? '').split(':').filter((folder) => folder !== '');
  const folders = [...fromEnvironment, ...configuredFolders(linkerConfiguration, 0), ...libraryFolders];
  return [...new Set(folders)].filter((folder) => entriesOf(folder).length > 0);
}

/** Folders named by ld.so.conf and the files it includes. Source: ldconfig(8). */
function configuredFolders(file: string, depth: number): string[] {
  if (depth > 4) return [];
  return textOf(file)
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
    .flatMap((line) => {
      const pattern = /^include\s+(.*)\/([^/]*)$/.exec(line);
      if (pattern === null) return [line];
      const [, folder, name] = pattern;
      const suffix = name.replace(/^\*/, '');
      return entriesOf(folder)
        .filter((entry) => entry.endsWith(suffix))
        .sort()
        .flatMap((entry) => configuredFolders(join(folder, entry), depth + 1));
    });
}

/** Whether a file exists that is no linker script: those begin with a comment or a word, libraries with 0x7f. */
function isOtherwiseFine(file: string): boolean {
  try {
    return statSync(file).isFile() && readFileSync(file)[0] === 0x7f;
  } catch {
    return false;
  }
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
