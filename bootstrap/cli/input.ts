// Reading what a command works on: a file, or standard input for `-`.

import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { CommandError, ExitCode } from './exit.ts';

/** A source file and the name it goes by in messages. */
export interface Source {
  readonly name: string;
  /** Julia source need not be valid UTF-8, so it stays bytes until the scanner has it. */
  readonly bytes: Uint8Array;
}

/**
 * Reads the source a command line names; `-` is standard input, which Julia calls `stdin`.
 *
 * @throws CommandError (usage) if it cannot be read
 */
export function readSource(path: string): Source {
  return { name: path === '-' ? 'stdin' : path, bytes: readBytes(path) };
}

/**
 * Reads a file; `-` is standard input.
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

/**
 * Makes sure that a file can be read, for those who leave the reading to someone else.
 *
 * @throws CommandError (usage) if it cannot
 */
export function checkReadable(path: string): void {
  try {
    if (statSync(path).isDirectory()) throw new CommandError(ExitCode.usage, `cannot read ${path}: it is a folder`);
    accessSync(path, constants.R_OK);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(ExitCode.usage, `cannot read ${path}: ${reason(error)}`);
  }
}

/**
 * The lines of standard input as they arrive, without their ends; empty lines are left out. Only a newline ends a line:
 * JSON text may hold the line separators of Unicode as they are, on which Node's own line reader would split.
 */
export async function* inputLines(): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of process.stdin) {
    const lines = (rest + (typeof chunk === 'string' ? chunk : decoder.write(chunk))).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield line;
  }
  rest += decoder.end();
  if (rest.trim() !== '') yield rest;
}

/** What a failed file operation says, without the system call. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case 'ENOENT':
      return 'no such file';
    case 'EISDIR':
      return 'it is a folder';
    case 'EACCES':
      return 'permission denied';
    case 'EROFS':
      return 'the file system is read-only';
    case 'ENOSPC':
      return 'no space is left';
    default:
      return error.message;
  }
}
