// Starting a session for a command, and running a program in it.

import { reportBootFailure } from '../program.ts';
import { start } from '../session.ts';

/**
 * Starts the system. What there is to say about the start goes to standard error.
 *
 * @param programFile what PROGRAM_FILE shall be
 * @returns an exit code if the system does not start
 */
export function startSession(programFile: string, args: readonly string[]): number | undefined {
  try {
    for (const note of start(programFile, args).notes) process.stderr.write(`jl0: note: ${note}\n`);
    return undefined;
  } catch (error) {
    return reportBootFailure(error);
  }
}

/**
 * Starts the system and runs a program in it.
 *
 * @param programFile what PROGRAM_FILE shall be
 * @returns the exit code
 */
export function inSession(programFile: string, args: readonly string[], program: () => number): number {
  return startSession(programFile, args) ?? program();
}
