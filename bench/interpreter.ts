// What the VM costs: node bench/interpreter.ts
//
// Runs bench/interpreter.jl through the built jl0 and prints each figure beside that of Julia 1.12's own interpreter
// (`julia --compile=min` on a 2-core machine), where there is one, and as a multiple of a fixed JavaScript yardstick timed
// in the same run, so that machines of different speed and load can be compared.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** A loop of 64-bit additions and multiplications in halves: what a JavaScript interpreter of Int64 cannot go below. */
function yardstick(): number {
  const words = new Uint32Array(8);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < 1_000_000; i++) {
      const low = words[0] + Math.imul(i, i);
      words[1] += low > 0xffffffff ? 1 : 0;
      words[0] = low;
      words[(i & 3) + 2] = low;
    }
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1_000_000);
  }
  return best;
}

/** Nanoseconds of `julia --compile=min`. */
const reference = new Map([
  ['fib(20)', 8.4e6],
  ['s += i*i, an iteration', 554],
  ['sieve of 10^5', 415e6],
  ['10^4 string keys counted in a Dict', 18e6],
  ['mandelbrot 26x21', 743e6],
]);

const run = spawnSync(join(root, 'bin/jl0'), ['run', join(root, 'bench/interpreter.jl')], { encoding: 'utf8' });
if (run.status !== 0) {
  console.error(run.stderr);
  process.exit(1);
}
const unit = yardstick();
console.log(`JavaScript yardstick: ${unit.toFixed(2)} ns`);
for (const line of run.stdout.trim().split('\n')) {
  const at = line.lastIndexOf(' ');
  const name = line.slice(0, at);
  const nanoseconds = Number(line.slice(at + 1));
  const julia = reference.get(name);
  const beside =
    julia === undefined ? '' : `, Julia's interpreter ${julia} ns: ${(julia / nanoseconds).toFixed(1)} times faster`;
  console.log(`${name}: ${nanoseconds} ns (${(nanoseconds / unit).toFixed(0)} yardsticks)${beside}`);
}
