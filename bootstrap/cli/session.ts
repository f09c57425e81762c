// Starting a session for a command: what there is to say about the start goes to standard error.

import { start } from '../session.ts';

/**
 * Starts the system.
 *
 * @param programFile what PROGRAM_FILE shall be
 */
export function startSession(programFile: string, args: readonly string[]): void {
  for (const note of start(programFile, args).notes) process.stderr.write(`jl0: note: ${note}\n`);
}
