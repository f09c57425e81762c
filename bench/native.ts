// What native code costs beside C: node bench/native.ts [KERNEL...]
//
// Compiles bench/native.jl with jl0 and bench/native.c with gcc -O2, runs both in turn, three times each, and prints for
// every kernel the best time of each and their ratio. The results must agree, or the comparison says nothing. Without gcc
// or LLVM it says so and stops.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const jl0 = join(root, 'bin/jl0');
const source = join(root, 'bench/native.jl');
const wanted = process.argv.slice(2);
const SCALE = '100';
const ROUNDS = 3;

interface Measured {
  readonly result: string;
  readonly nanoseconds: number;
}

/** Runs a program; what it printed, or the end of the benchmark with a reason. */
function run(program: string, args: readonly string[], reason: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 120_000 });
  if (status === 0) return stdout;
  console.log(`bench/native: skipped: ${reason}${error === undefined ? `\n${stderr}` : ` (${error.message})`}`);
  process.exit(0);
}

/** Adds a run's lines `name result nanoseconds` to the best so far. */
function take(output: string, best: Map<string, Measured>): void {
  for (const line of output.trim().split('\n')) {
    const [name, result, time] = line.split(' ');
    const nanoseconds = Number(time);
    const known = best.get(name);
    if (known === undefined || nanoseconds < known.nanoseconds) best.set(name, { result, nanoseconds });
  }
}

const folder = mkdtempSync(join(tmpdir(), 'jl0-bench-'));
try {
  const program = join(folder, 'native');
  const object = join(folder, 'native.o');
  run('gcc', ['-O2', '-o', program, join(root, 'bench/native.c'), '-lm'], 'gcc is missing or failed');
  run(jl0, ['compile', source, '1', '-o', object], 'jl0 compile failed');
  const c = new Map<string, Measured>();
  const julia = new Map<string, Measured>();
  for (let round = 0; round < ROUNDS; round++) {
    take(run(program, [SCALE], 'the C program failed'), c);
    take(run(jl0, ['run', '--native', object, source, SCALE], 'jl0 run failed'), julia);
  }
  console.log(`${'kernel'.padEnd(12)} ${'gcc -O2'.padStart(10)} ${'jl0'.padStart(10)}   ratio`);
  for (const [name, { result, nanoseconds }] of c) {
    const ours = julia.get(name);
    if (ours === undefined || (wanted.length > 0 && !wanted.includes(name))) continue;
    const agrees = ours.result === result ? '' : `   results differ: ${result} in C, ${ours.result} in Julia`;
    const ratio = (ours.nanoseconds / nanoseconds).toFixed(2);
    const milliseconds = (time: number) => `${(time / 1e6).toFixed(2)} ms`.padStart(10);
    console.log(
      `${name.padEnd(12)} ${milliseconds(nanoseconds)} ${milliseconds(ours.nanoseconds)}   ${ratio}${agrees}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
