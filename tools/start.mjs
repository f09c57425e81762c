// `npm start`: set-up, then jl0.
//
// Arguments are passed on to the command line: `npm start -- run script.jl`. Without any the main job runs, the
// bootstrap demo.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { nodePath, root, setUp } from './setup/index.mjs';

if (await setUp()) {
  const args = process.argv.slice(2);
  const child = spawn(nodePath(), [join(root, 'dist/jl0.js'), ...(args.length > 0 ? args : ['demo'])], {
    stdio: 'inherit',
    // npm changes to the package's folder; file names on the command line are meant from where the user is.
    cwd: process.env.INIT_CWD ?? process.cwd(),
  });
  // Ctrl-C reaches the child by itself; jl0 decides how to end.
  process.on('SIGINT', () => {});
  child.on('error', (error) => {
    console.error(`jl0 could not be started: ${error.message}`);
    process.exitCode = 3;
  });
  child.on('close', (status, signal) => {
    if (signal) console.error(`jl0 was ended by ${signal}`);
    process.exitCode = status ?? 1;
  });
} else {
  process.exitCode = 3;
}
