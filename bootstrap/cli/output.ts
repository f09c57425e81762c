// Writing what a command makes: a file, or standard output for `-`.
//
// A file appears whole or not at all: it is written under another name beside its place and then renamed, so that whoever
// is interrupted leaves the old one. What is no regular file (a device, a pipe) is written to as it is.

import { accessSync, constants, renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { CommandError, ExitCode } from './exit.ts';
import { reason } from './input.ts';

const cannotWrite = (path: string, why: string): CommandError =>
  // What is missing when a file is made is never the file.
  new CommandError(ExitCode.usage, `cannot write ${path}: ${why.replace('no such file', 'no such folder')}`);

/** True if something is there that is no regular file; throws CommandError for a folder. */
function isSpecial(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) throw cannotWrite(path, 'it is a folder');
  return found !== undefined && !found.isFile();
}

/**
 * Makes sure that a file can be written, before the work that makes its contents.
 *
 * @throws CommandError (usage) if it cannot
 */
export function checkWritable(path: string): void {
  if (path === '-') return;
  try {
    accessSync(isSpecial(path) ? path : dirname(path), constants.W_OK);
  } catch (error) {
    throw error instanceof CommandError ? error : cannotWrite(path, reason(error));
  }
}

/**
 * Writes a file; `-` is standard output.
 *
 * @throws CommandError (usage) if it cannot be written; what was there before is then still there
 */
export function writeOutput(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    if (path === '-') writeAll(1, bytes);
    else if (isSpecial(path)) writeFileSync(path, bytes);
    else {
      writeFileSync(temporary, bytes);
      renameSync(temporary, path);
    }
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error instanceof CommandError ? error : cannotWrite(path === '-' ? 'standard output' : path, reason(error));
  }
}

/** Writes all bytes to a descriptor that may take them in parts. */
function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}
