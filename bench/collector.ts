// What collecting costs: node bench/collector.ts
//
// Runs bench/collector.jl through the built jl0 and prints its figures: the pause of a full collection with different
// amounts of live data, and the cost of allocating an object, the collections that it causes included.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const run = spawnSync(join(root, 'bin/jl0'), ['run', join(root, 'bench/collector.jl')], { encoding: 'utf8' });
if (run.status !== 0) {
  console.error(run.stderr);
  process.exit(1);
}
for (const line of run.stdout.trim().split('\n')) {
  const at = line.lastIndexOf(' ');
  const nanoseconds = Number(line.slice(at + 1));
  const name = line.slice(0, at);
  console.log(
    name.startsWith('pause')
      ? `${name}: ${(nanoseconds / 1e6).toFixed(1)} ms`
      : `${name}: ${nanoseconds.toFixed(0)} ns`,
  );
}
