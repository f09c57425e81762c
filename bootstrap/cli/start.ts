// The first file that runs: checks the Node version, turns on the compile cache, and loads the rest.
//
// The compile cache keeps what V8 made of the sources from one start to the next; it has to be on before anything large
// is loaded, hence the dynamic import.

import { existsSync } from 'node:fs';
import nodeModule from 'node:module';
import { join } from 'node:path';
import { installation } from '../root.ts';

/** Whether a command, going by its name, needs the heap. */
function runsJulia(command: string): boolean {
  return ['run', '-e', '--eval', 'eval', 'trace', 'compile', 'ir', 'measure', 'image', 'lower'].includes(command);
}

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `jl0 needs Node 24 or newer; this is Node ${process.versions.node}.\n` +
      'In a checkout, `npm start` installs it; otherwise see https://nodejs.org.\n',
  );
  process.exit(3);
}
const { FAILED } = nodeModule.constants.compileCacheStatus;
if (nodeModule.enableCompileCache(join(installation, '.jl0/compile-cache')).status === FAILED) {
  // Installed where only somebody else may write: what can be made again has its place in the user's folder for it.
  const { XDG_CACHE_HOME: cache, HOME: home } = process.env;
  const folder = cache || (home && existsSync(home) && join(home, '.cache'));
  if (folder) nodeModule.enableCompileCache(join(folder, 'jl0/compile-cache'));
}
// The view of the whole address space, and the heap in it: making views has the collector look at everything there is,
// which costs least when there is little.
if (runsJulia(process.argv[2] ?? '')) {
  try {
    await import('../../ffi/address.ts');
    await import('../../ffi/region.ts');
  } catch (error) {
    process.stderr.write(`jl0: ${error instanceof Error ? error.message : error}\n`);
    process.exit(3);
  }
}
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
