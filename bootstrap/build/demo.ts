// The bootstrap demo: from the library's sources to native code in another process.
//
// First the embedded library is booted from its sources by the interpreter. Then each example is run interpreted in a
// process of its own, which compiles what it used to a relocatable object; a fresh process loads that object and runs the
// example again. Both outputs must be the expected one. The measurements of all runs make the table.
//
// Enters: the folder of examples. Leaves: the table on standard output, and whether everything was as it should be.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Refusal, WorkloadReport } from './workload.ts';

interface Run {
  readonly report: WorkloadReport | undefined;
  readonly output: Buffer;
  readonly errors: string;
}

interface Row {
  readonly name: string;
  readonly interpreted: Run;
  readonly native: Run | undefined;
  readonly expected: Buffer | undefined;
}

/** A process that takes longer than this is stopped. */
const PROCESS_SECONDS = 180;

/** How a process runs jl0: the program and its first arguments. */
export interface Launcher {
  readonly program: string;
  readonly args: readonly string[];
}

function jl0(launcher: Launcher, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return spawnSync(launcher.program, [...launcher.args, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 30,
    timeout: PROCESS_SECONDS * 1000,
    killSignal: 'SIGKILL',
  });
}

function runOnce(launcher: Launcher, file: string, folder: string, args: readonly string[]): Run {
  const reportFile = join(folder, 'report.json');
  rmSync(reportFile, { force: true });
  const { stdout, stderr } = jl0(launcher, ['measure', file, '--report', reportFile, ...args]);
  const report = existsSync(reportFile) ? (JSON.parse(readFileSync(reportFile, 'utf8')) as WorkloadReport) : undefined;
  return { report, output: stdout, errors: stderr.toString() };
}

const milliseconds = (value: number | null | undefined): string => {
  if (value === undefined || value === null || !Number.isFinite(value)) return '-';
  if (value >= 100) return `${value.toFixed(0)} ms`;
  return `${value.toFixed(value >= 10 ? 1 : 2)} ms`;
};

const kilobytes = (bytes: number | undefined): string =>
  bytes === undefined ? '-' : `${(bytes / 1024).toFixed(0)} KiB`;

/** What became of a row: a word for the table. */
function verdict({ interpreted, native, expected }: Row): string {
  if (interpreted.report?.exitCode !== 0) return 'failed interpreted';
  if (expected !== undefined && !interpreted.output.equals(expected)) return 'interpreted output differs';
  if (native === undefined) return 'not compiled';
  if (native.report?.exitCode !== 0) return 'failed native';
  return native.output.equals(interpreted.output) ? 'identical' : 'native output differs';
}

const columns = [
  'workload',
  'first: interpreted',
  'with object',
  'steady: interpreted',
  'native',
  'ratio',
  'compiled',
  'loaded',
  'loading',
  'refused',
  'object',
  'output',
];

function cells(row: Row): string[] {
  const { interpreted, native } = row;
  const slow = interpreted.report?.steady;
  const fast = native?.report?.steady;
  const refused =
    (interpreted.report?.compiled?.refused.length ?? 0) +
    (native?.report?.loaded?.refused.filter(isRefusal).length ?? 0);
  return [
    row.name,
    milliseconds(interpreted.report?.first),
    milliseconds(native?.report?.first),
    milliseconds(slow),
    milliseconds(fast),
    slow && fast ? `${(slow / fast).toFixed(1)}x` : '-',
    String(interpreted.report?.compiled?.methods ?? '-'),
    String(native?.report?.loaded?.methods ?? '-'),
    milliseconds(native?.report?.loaded?.milliseconds),
    interpreted.report?.compiled === undefined ? '-' : String(refused),
    kilobytes(interpreted.report?.compiled?.bytes),
    verdict(row),
  ];
}

/** A method that was not called is not a refusal. */
const isRefusal = ({ reason }: Refusal): boolean => reason !== 'it was not called';

function table(rows: readonly Row[]): string {
  const lines = [columns, ...rows.map(cells)];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  const format = (line: readonly string[]) =>
    line
      .map((cell, i) => (i === 0 || i === columns.length - 1 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd();
  return [format(columns), widths.map((width) => '-'.repeat(width)).join('  '), ...lines.slice(1).map(format)].join(
    '\n',
  );
}

/** The reasons for refusals, each once with how often it was given. */
function refusals(rows: readonly Row[]): string[] {
  const counts = new Map<string, { count: number; example: string }>();
  for (const { name, interpreted, native } of rows) {
    const all = [
      ...(interpreted.report?.compiled?.refused ?? []),
      ...(native?.report?.loaded?.refused ?? []).filter(isRefusal),
    ];
    for (const refusal of all) {
      const known = counts.get(refusal.reason) ?? { count: 0, example: `${name}: ${refusal.name}` };
      counts.set(refusal.reason, { ...known, count: known.count + 1 });
    }
  }
  return [...counts]
    .sort((a, b) => b[1].count - a[1].count)
    .map(([reason, { count, example }]) => `  ${String(count).padStart(4)}  ${reason} (${example})`);
}

/**
 * Runs the demo.
 *
 * @param examples folder with the programs, and their outputs in `expected/`
 * @returns whether every output was the expected one, interpreted and native
 */
export function runDemo(launcher: Launcher, examples: string): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'jl0-demo-'));
  try {
    process.stdout.write('Booting the embedded library from its sources, interpreted ... ');
    const start = performance.now();
    const boot = jl0(launcher, ['-e', 'print(VERSION)'], { JL0_IMAGE: 'none' });
    process.stdout.write(
      boot.status === 0
        ? `Julia ${boot.stdout} in ${((performance.now() - start) / 1000).toFixed(1)} s\n`
        : `failed\n${boot.stderr}\n`,
    );
    const rows: Row[] = [];
    for (const file of readdirSync(examples).filter((name) => name.endsWith('.jl'))) {
      const row = runWorkload(launcher, join(examples, file), folder);
      rows.push(row);
    }
    process.stdout.write(`\n${table(rows)}\n`);
    const reasons = refusals(rows);
    if (reasons.length > 0)
      process.stdout.write(`\nMethods that stay interpreted, by reason:\n${reasons.join('\n')}\n`);
    const unavailable = rows.find((row) => row.interpreted.report?.unavailable !== undefined);
    if (unavailable !== undefined) process.stdout.write(`\n${unavailable.interpreted.report?.unavailable}\n`);
    const wanted = unavailable === undefined ? ['identical'] : ['identical', 'not compiled'];
    return boot.status === 0 && rows.length > 0 && rows.every((row) => wanted.includes(verdict(row)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runWorkload(launcher: Launcher, file: string, folder: string): Row {
  const name = basename(file, '.jl');
  const object = join(folder, `${name}.o`);
  const expectedFile = join(file, '..', 'expected', `${name}.out`);
  process.stdout.write(`${name}: interpreted, compiling ... `);
  const interpreted = runOnce(launcher, file, folder, ['--compile', object]);
  let native: Run | undefined;
  if (existsSync(object)) {
    process.stdout.write('a fresh process, native ... ');
    native = runOnce(launcher, file, folder, ['--native', object]);
  }
  const row: Row = {
    name,
    interpreted,
    native,
    expected: existsSync(expectedFile) ? readFileSync(expectedFile) : undefined,
  };
  process.stdout.write(`${verdict(row)}\n`);
  const errors = [interpreted.errors, native?.errors ?? ''].join('').trim();
  if (errors !== '') process.stdout.write(`${errors.replace(/^/gm, '    ')}\n`);
  return row;
}
