// Debian packages: what jl0 uses from the system, and how to get it.
//
// The list is data. Each entry says which package, how to see that it is there (a program in PATH, or a file in one of
// the usual places), and what for. Nothing in it is needed to parse, lower and run Julia code that calls nothing but
// the C library; what is missing takes away the part that is named, and nothing else.
//
// As root on a system with apt-get, what is missing is installed. Otherwise the list is printed and set-up goes on.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { find, run } from './process.mjs';
import { progress, say, since } from './report.mjs';

const libraryFolders = ['/usr/lib/x86_64-linux-gnu', '/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/lib', '/usr/local/lib'];

const hasProgram = (name) => () => find(name) !== undefined;
const hasFile = (...paths) => () => paths.some((path) => existsSync(path));
const hasLibrary = (name) => () =>
  libraryFolders.some((folder) => {
    try {
      return readdirSync(folder).some((file) => file === name || file.startsWith(`${name}.`));
    } catch {
      return false;
    }
  });

/** What jl0 takes from the system. */
export const packages = [
  {
    name: 'llvm-14-dev',
    purpose: 'compiling to native objects (LLVM 14: headers for building llvm-bindings, and libLLVM)',
    present: hasFile('/usr/lib/llvm-14/include/llvm/IR/IRBuilder.h'),
  },
  { name: 'g++', purpose: 'building llvm-bindings', present: hasProgram('g++') },
  { name: 'libgmp10', purpose: 'BigInt', present: hasLibrary('libgmp.so.10') },
  { name: 'libmpfr6', purpose: 'BigFloat', present: hasLibrary('libmpfr.so.6') },
  { name: 'libpcre2-8-0', purpose: 'regular expressions', present: hasLibrary('libpcre2-8.so.0') },
];

/** The packages that are not there. */
export function missingPackages() {
  return packages.filter((entry) => !entry.present());
}

/** Installs what is missing if it can; says what to install if it cannot. Never throws: each package is optional. */
export async function setUpPackages() {
  const missing = missingPackages();
  if (missing.length === 0) return;
  const names = missing.map((entry) => entry.name);
  const command = `apt-get install -y --no-install-recommends ${names.join(' ')}`;
  const root = process.getuid?.() === 0;
  if (!root || !find('apt-get')) {
    say('Debian packages: some are missing. jl0 works without them, except for what is named here:');
    for (const entry of missing) say(`  ${join(entry.name).padEnd(14)} ${entry.purpose}`);
    say(`  to install them, as root: ${command}`);
    return;
  }
  const start = performance.now();
  say(`Debian packages: installing ${names.join(', ')}`);
  const display = progress();
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await run('apt-get', ['update'], { env, onLine: display.show });
    await run('apt-get', ['install', '-y', '--no-install-recommends', ...names], { env, onLine: display.show });
    display.close(`installed in ${since(start)}`);
  } catch (error) {
    display.close(`not installed: ${error.message}`);
    for (const line of (error.output ?? '').trim().split('\n').slice(-6)) say(`  | ${line}`);
    say(`  set-up goes on without them; later, as root: ${command}`);
  }
}
