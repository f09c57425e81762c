// The first file of the bundle: it loads the others, and keeps what V8 makes of them from one start to the next.
//
// V8 compiles a function when it is first called, and most of a start would go into that. It can write down what it has
// compiled, and take it up again in another process. Node's own cache for that asks V8 before the first function of a file
// has been called; here it is asked when the process ends, so the functions that a program needed are all there.
//
// Enters: the files of dist/, whose names say what is in them. Leaves: the command line, running; in .jl0/code-cache a file
// for each of them, made by the first process that loads it. The build sees to it that this is a process that does what
// programs do.

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import nodeModule from 'node:module';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';

type ModuleFunction = (
  exports: unknown,
  require: (path: string) => unknown,
  module: NodeModule,
  file: string,
  folder: string,
) => void;

const folder = import.meta.dirname;
const load = nodeModule.createRequire(import.meta.filename);

/** What V8 writes depends on its version, its flags and the machine: it refuses what does not fit. */
const kind = [process.version, process.arch, ...process.execArgv]
  .join('')
  .replace(/[^\w.-]+/g, '_')
  .slice(0, 200);
const { XDG_CACHE_HOME: cacheHome, HOME: home } = process.env;
const userFolder = cacheHome || (home && existsSync(home) && join(home, '.cache'));
/** Beside the bundle, or where that is somebody else's, in the user's folder for what can be made again. */
const caches = [join(dirname(folder), '.jl0'), ...(userFolder ? [join(userFolder, 'jl0')] : [])].map((place) =>
  join(place, 'code-cache', kind),
);

const HEAD_BYTES = 16;

/** V8 believes what it reads: this tells damage from what was written. */
function checksum(bytes: Uint8Array): number {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  let sum = bytes.length;
  let sums = 0;
  let i = 0;
  for (; i + 4 <= words.length; i += 4) {
    sum = (sum + words[i] + 3 * words[i + 1] + 5 * words[i + 2] + 7 * words[i + 3]) | 0;
    sums = (sums + sum) | 0;
  }
  for (i *= 4; i < bytes.length; i++) sums = (31 * sums + bytes[i]) | 0;
  return sums;
}

/** What V8 made of a file in an earlier process, unless there is nothing of use. */
function known(file: string): Buffer | undefined {
  for (const cache of caches) {
    let bytes: Buffer;
    try {
      bytes = readFileSync(join(cache, basename(file)));
    } catch {
      continue;
    }
    const data = bytes.subarray(HEAD_BYTES);
    if (bytes.length > HEAD_BYTES && bytes.readInt32LE(0) === checksum(data)) return data;
  }
  return undefined;
}

/** The scripts that had to be compiled. */
const compiled = new Map<string, Script>();

/** Keeps what V8 has made of them by now. Whoever has no place for it goes without. */
function keep(): void {
  for (const [file, script] of compiled) {
    const data = script.createCachedData();
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeInt32LE(checksum(data), 0);
    for (const cache of caches) {
      const place = join(cache, basename(file));
      const draft = `${place}.${process.pid}`;
      try {
        mkdirSync(cache, { recursive: true });
        writeFileSync(draft, Buffer.concat([head, data]));
        renameSync(draft, place);
        break;
      } catch {
        // The next place, then.
      }
    }
  }
}

/** Whether a file's name says what is in it, and so what was kept is of this very file. */
const isNamedByContent = (file: string): boolean => /-[\w-]{8}\.cjs$/.test(file);

function run(module: NodeModule, file: string): void {
  const source = readFileSync(file, 'latin1');
  const cachedData = isNamedByContent(file) ? known(file) : undefined;
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename: file,
    cachedData,
  });
  if (isNamedByContent(file) && (cachedData === undefined || script.cachedDataRejected)) {
    if (compiled.size === 0) process.once('exit', keep);
    compiled.set(file, script);
  }
  const body = script.runInThisContext() as ModuleFunction;
  body.call(module.exports, module.exports, (path) => module.require(path), module, file, folder);
}

load.extensions['.cjs'] = run;
load('./start.cjs');
