// The oracle's whole programs and dispatch scenarios, each run by the command line in a process of its own.
//
// A program passes when its standard output and exit code are those of the reference Julia, and, where it has to fail,
// the first line of its error message. Which pass is printed; the counts are compared with the recorded ones.
//
// A program that hangs is stopped, and counts as not passed. All of them together have a limit of time; what is not reached
// on a slow machine says nothing, and is neither lost nor cured. Which programs differ, and why, is in a table.
// Tasks that sleep for a millisecond more or less than others may wake in another order on a machine that is busy: what
// does not pass is run once more, by itself.

import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { command } from '../cli/jl0.ts';
import { compareWithTable } from '../conformance/differences.ts';
import { type Count, compareWithRecord } from '../conformance/floor.ts';
import { oracle, oracleFiles } from '../oracle.ts';

const secondsPerProgram = Number(process.env['JL0_PROGRAM_SECONDS'] ?? 60);
const minutesPerCorpus = 9;

interface Outcome {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** What the reference demands of a program that fails: exit code and first line of the message. */
interface Failure {
  readonly status: number;
  readonly message: string;
}

/** The environment the reference ran in. Source: the corpora's README.md, section 5. */
const environment = { COLUMNS: '80', LINES: '24', TERM: 'dumb', LC_ALL: 'C.UTF-8', TZ: 'UTC' };

/** Runs a program in its own folder, with its `.in` file or nothing on standard input. */
function run(program: string, args: readonly string[], folder: string, inputFile: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const input = openSync(existsSync(inputFile) ? inputFile : '/dev/null', 'r');
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...process.env, ...environment },
      stdio: [input, 'pipe', 'pipe'],
    });
    closeSync(input);
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    const timer = setTimeout(() => child.kill('SIGKILL'), secondsPerProgram * 1000);
    child.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk));
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({ status, stdout: Buffer.concat(output), stderr: Buffer.concat(errors).toString() });
    });
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ status: null, stdout: Buffer.alloc(0), stderr: error.message });
    });
  });
}

/** Some folders have a sed script that takes out what differs from run to run. */
async function filtered(output: Buffer, folder: string): Promise<Buffer> {
  const script = join(folder, 'filter.sed');
  if (!existsSync(script)) return output;
  return await new Promise((resolve) => {
    const child = spawn('sed', ['-E', '-f', script], { stdio: ['pipe', 'pipe', 'inherit'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('close', () => resolve(Buffer.concat(chunks)));
    child.stdin.end(output);
  });
}

function expectedFailure(stem: string): Failure | undefined {
  if (!existsSync(`${stem}.err`)) return undefined;
  const [first = '', message = ''] = readFileSync(`${stem}.err`, 'utf8').split('\n');
  return { status: Number(first.replace('exit ', '')), message };
}

/** The first line that starts with `ERROR:`, else the first line, without the folders of absolute paths. */
function messageOf(stderr: string): string {
  const lines = stderr.split('\n');
  const line = lines.find((text) => text.startsWith('ERROR:')) ?? lines[0] ?? '';
  return line.replace(/\/(?:[^\s"/:]+\/)+/g, '');
}

/** Why a program does not pass, or undefined if it does. */
async function check(file: string): Promise<string | undefined> {
  const folder = dirname(file);
  const stem = file.replace(/\.jl$/, '');
  const jl0 = command(['run', basename(file)]);
  const outcome = await run(jl0.program, jl0.args, folder, `${stem}.in`);
  const failure = expectedFailure(stem);
  if (outcome.status === null) return 'stopped';
  if (outcome.status !== (failure?.status ?? 0)) return `exit code ${outcome.status}: ${messageOf(outcome.stderr)}`;
  if (!(await filtered(outcome.stdout, folder)).equals(readFileSync(`${stem}.out`))) return 'output';
  if (failure && messageOf(outcome.stderr) !== failure.message) return `message: ${messageOf(outcome.stderr)}`;
  return undefined;
}

/** What a corpus came to. */
interface CorpusOutcome {
  /** By folder. */
  readonly counts: Map<string, Count>;
  readonly failing: string[];
  /** Programs that took too long here to be judged by what they print. */
  readonly undecided: string[];
}

/** Runs a whole corpus. */
async function runCorpus(corpus: string): Promise<CorpusOutcome> {
  const files = oracleFiles(corpus, '.jl').filter((file) => existsSync(file.replace(/\.jl$/, '.out')));
  const counts = new Map<string, Count>();
  const end = performance.now() + minutesPerCorpus * 60_000;
  const reasons: string[] = [];
  const failing: string[] = [];
  const undecided: string[] = [];
  const again: { file: string; name: string; stem: string; count: Count }[] = [];
  const queue = [...files];
  const worker = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const name = relative(join(oracle ?? '', corpus), file);
      const group = dirname(name) === '.' ? corpus : dirname(name).split('/')[0];
      const count = counts.get(group) ?? { passed: 0, total: 0 };
      counts.set(group, count);
      count.total += 1;
      const stem = name.replace(/\.jl$/, '');
      const reason = performance.now() > end ? 'not reached' : await check(file);
      if (reason === undefined || reason === 'not reached') count.passed += 1;
      if (reason === undefined) continue;
      if (reason !== 'stopped' && reason !== 'not reached') again.push({ file, name, stem, count });
      else {
        reasons.push(`${name}: ${reason}`);
        undecided.push(stem);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, worker));
  for (const { file, name, stem, count } of again) {
    const reason = await check(file);
    if (reason === undefined) count.passed += 1;
    else {
      reasons.push(`${name}: ${reason}`);
      failing.push(stem);
    }
  }
  if (process.env['JL0_REASONS'] === '1') for (const reason of reasons.sort()) console.log(`  ${reason}`);
  return { counts, failing, undecided };
}

describe.skipIf(oracle === undefined)('programs with known output', () => {
  it.each(['programs', 'dispatch'])('%s: no fewer pass than recorded', { timeout: 12 * 60_000 }, async (corpus) => {
    const { counts, failing, undecided } = await runCorpus(corpus);
    expect(compareWithRecord(corpus, counts)).toEqual([]);
    expect(compareWithTable(corpus, failing, undecided)).toEqual([]);
  });
});
