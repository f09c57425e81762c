// The first file that runs: checks the Node version, turns on the compile cache, and loads the rest.
//
// The compile cache keeps what V8 made of the sources from one start to the next; it has to be on before anything large
// is loaded, hence the dynamic import.

import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { installation } from '../root.ts';

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `jl0 needs Node 24 or newer; this is Node ${process.versions.node}.\n` +
      'In a checkout, `npm start` installs it; otherwise see https://nodejs.org.\n',
  );
  process.exit(3);
}
nodeModule.enableCompileCache(join(installation, '.jl0/compile-cache'));
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
