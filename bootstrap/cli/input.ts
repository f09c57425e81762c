// Reading what a command works on: a file, or standard input for `-`.

import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { CommandError, ExitCode } from './exit.ts';

/** A source text and the name it goes by in messages. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

/**
 * Reads the source a command line names; `-` is standard input, which Julia calls `stdin`.
 *
 * @throws CommandError (usage) if it cannot be read
 */
export function readSource(path: string): Source {
  try {
    if (path === '-') return { name: 'stdin', text: readFileSync(0, 'utf8') };
    return { name: path, text: readFileSync(path, 'utf8') };
  } catch (error) {
    throw new CommandError(ExitCode.usage, `cannot read ${path}: ${reason(error)}`);
  }
}

/**
 * Reads a binary file.
 *
 * @throws CommandError (usage) if it cannot be read
 */
export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path === '-' ? 0 : path);
  } catch (error) {
    throw new CommandError(ExitCode.usage, `cannot read ${path}: ${reason(error)}`);
  }
}

/** The lines of standard input as they arrive, without their ends; empty lines are left out. */
export async function* inputLines(): AsyncGenerator<string> {
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() !== '') yield line;
  }
}

/** What a failed file operation says, without the system call. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case 'ENOENT':
      return 'no such file';
    case 'EISDIR':
      return 'it is a folder';
    case 'EACCES':
      return 'permission denied';
    default:
      return error.message;
  }
}
