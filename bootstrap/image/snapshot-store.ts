// Where system images are kept, and which of them fits.
//
// An image is the snapshot of a heap in which the embedded library has been booted. It belongs to the sources that it
// was made from: the library's and the runtime's own, since the heap holds what the runtime laid out. Its identity says
// so. Two kinds of installation keep it differently:
//
// - A bundle (dist/) has one image beside it, made when the bundle is built. The build writes the identity, a digest of
//   the contents, to a file beside it; nothing is computed at start.
// - Sources that run as they are change from one start to the next. The identity is then a digest of names, lengths and
//   times of all source files (a few milliseconds), and images are made on demand, in .jl0/images.

import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { installation, installed } from '../root.ts';

/** An image that this installation would use, whether it exists or not. */
export interface ImagePlace {
  readonly file: string;
  readonly identity: Uint8Array;
  /** Whether a process that finds no image may make it there: not in an installation that was built as a whole. */
  readonly onDemand: boolean;
}

/** Loaded when it is asked for: a bundle's start does not, and node:crypto takes milliseconds to load. */
const newHash = () => process.getBuiltinModule('node:crypto').createHash('sha256');

const DIST = 'dist';
/** Name of the file, beside the bundle, that holds the image's identity in hexadecimal. */
export const IDENTITY_FILE = 'jl0.identity';
/** Name of the image beside the bundle. */
export const IMAGE_FILE = 'jl0.image';

/** Folders whose files an image depends on. */
const sourceFolders = ['bootstrap/lib', 'interpreter', 'ffi'];

function sourceFiles(): string[] {
  return sourceFolders.flatMap((folder) =>
    readdirSync(join(installation, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|jl)$/.test(name))
      .map((name) => join(folder, name)),
  );
}

/** Digest of names, lengths and times of the source files: changes when any of them is edited. */
function quickIdentity(): Buffer {
  const hash = newHash();
  for (const file of sourceFiles().sort()) {
    const { size, mtimeMs } = statSync(join(installation, file));
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  return hash.update(installation).digest();
}

/**
 * Digest of the contents of a bundle and of the library: the same wherever the same build is made.
 *
 * @param bundle the JavaScript files of the bundle, as absolute paths
 */
export function bundleIdentity(bundle: readonly string[]): Buffer {
  const hash = newHash();
  for (const file of [...bundle].sort()) hash.update(`${basename(file)}\0`).update(readFileSync(file));
  const library = sourceFiles().filter((file) => file.startsWith('bootstrap/lib'));
  for (const file of library.sort()) hash.update(`${file}\0`).update(readFileSync(join(installation, file)));
  return hash.digest();
}

const isBundle = (): boolean => basename(import.meta.dirname) === DIST;

/** The image that belongs to this installation as it is now. */
export function imagePlace(): ImagePlace {
  if (isBundle()) {
    const identityFile = join(import.meta.dirname, IDENTITY_FILE);
    const text = existsSync(identityFile) ? readFileSync(identityFile, 'utf8').trim() : '';
    return {
      file: join(import.meta.dirname, IMAGE_FILE),
      identity: Buffer.from(text.padEnd(64, '0'), 'hex'),
      onDemand: false,
    };
  }
  const identity = quickIdentity();
  const name = `${identity.toString('hex').slice(0, 16)}.image`;
  return { file: installed(join('.jl0/images', name)), identity, onDemand: true };
}

/** A digest of the library's and the runtime's contents; null for sources that run as they are. */
export function libraryIdentity(): string | null {
  const { identity, onDemand } = imagePlace();
  return onDemand ? null : Buffer.from(identity).toString('hex');
}

/** Images kept for sources that change; more are of no use. */
const KEPT = 3;

/** Deletes all but the newest images of sources that have changed since. */
export function dropOldImages(current: string): void {
  const folder = installed('.jl0/images');
  const others = readdirSync(folder)
    .filter((name) => name.endsWith('.image') && name !== basename(current))
    .map((name) => ({ name, time: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.time - a.time);
  for (const { name } of others.slice(KEPT - 1)) rmSync(join(folder, name), { force: true });
}
