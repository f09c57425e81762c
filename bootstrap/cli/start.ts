// The first file that runs of the sources: checks the Node version and loads the rest. The bundle is started by launch.ts,
// which loads this file.

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
// Sources as they are: what V8 made of them is kept by Node. A bundle has a way of its own (launch.ts).
if (import.meta.filename.endsWith('.ts')) nodeModule.enableCompileCache(join(installation, '.jl0/compile-cache'));

async function start(): Promise<void> {
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
}

void start();
