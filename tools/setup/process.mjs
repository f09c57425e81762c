// Running other programs during set-up.
//
// The output of a program is kept, and shown only when it fails: whoever sets up wants to know what is done and why
// it failed, not what a compiler thinks of a third party's code. While it runs, its last line is the progress.

import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program that ended badly; `output` holds what it wrote. */
export class ProgramError extends Error {
  constructor(message, output) {
    super(message);
    this.output = output;
  }
}

/** The path of a program found in PATH, or undefined. */
export function find(program) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder === '') continue;
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {}
  }
  return undefined;
}

/**
 * Runs a program to its end and gives what it wrote to both outputs.
 *
 * @param options.onLine called with each line as it appears
 * @throws ProgramError if it cannot be started or ends with a status other than 0
 */
export function run(program, args, { cwd, env, onLine } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk) => {
      output += chunk;
      const lines = String(chunk)
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '');
      if (onLine && lines.length > 0) onLine(lines[lines.length - 1]);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => reject(new ProgramError(`${program} could not be started: ${error.message}`, output)));
    child.on('close', (status, signal) => {
      if (status === 0) resolve(output);
      else reject(new ProgramError(`${program} ${args.join(' ')} ended with ${signal ?? `status ${status}`}`, output));
    });
  });
}
