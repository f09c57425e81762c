// One run of a workload, measured: what the demo starts in a process of its own.
//
// The program is run as `jl0 run` runs it. The time to its first result counts from the start of the process. Then its
// last toplevel expression, which is the work, is evaluated again a few times with standard output going nowhere; the
// quickest of these is the steady time. On request, what the program used is compiled afterwards.
//
// Enters: a session, the file, maybe an object. Leaves: a report as JSON in a file, for the parent process.

import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { MainModule } from '../../interpreter/memory/wellknown.ts';
import { evaluate, evaluateText } from '../../interpreter/runtime/frontend.ts';
import type { Syntax } from '../../interpreter/syntax/expr.ts';
import { parseAll } from '../../interpreter/syntax/index.ts';
import { runFile, runProgram } from '../program.ts';

/** Why methods were not compiled or not loaded. */
export interface Refusal {
  readonly name: string;
  readonly reason: string;
}

/** What a run of a workload leaves for its parent. All times in milliseconds. */
export interface WorkloadReport {
  readonly exitCode: number;
  /** From the start of the process to the end of the first run. */
  readonly first: number;
  /** The quickest of the further runs. */
  readonly steady: number;
  readonly compiled?: { readonly methods: number; readonly refused: readonly Refusal[]; readonly bytes: number };
  /** Why nothing could be compiled: there is no LLVM. */
  readonly unavailable?: string;
  /** `milliseconds`: what reading the object, checking it and attaching its methods took altogether. */
  readonly loaded?: { readonly methods: number; readonly refused: readonly Refusal[]; readonly milliseconds: number };
}

/** How a workload is run. */
export interface WorkloadOptions {
  /** File for the report. */
  readonly report: string;
  /** Object to write what was used to. */
  readonly compile?: string;
  /** Object to run with. */
  readonly native?: string;
}

/** The further runs take about this long together, in milliseconds, and are at most this many. */
const STEADY_BUDGET = 1500;
const STEADY_RUNS = 20;

function steadyTime(work: Syntax, file: string): number {
  evaluateText(MainModule, 'Base.redirect_stdout(Base.open("/dev/null", "w"))', 'workload');
  let best = Number.POSITIVE_INFINITY;
  const begin = performance.now();
  for (let run = 0; run < STEADY_RUNS && (run === 0 || performance.now() - begin < STEADY_BUDGET); run++) {
    const start = performance.now();
    evaluate(MainModule, work, file);
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/**
 * Runs a workload in a session that has started.
 *
 * @returns the exit code of the program
 */
export async function runWorkload(file: string, options: WorkloadOptions): Promise<number> {
  const native =
    options.native === undefined
      ? null
      : (await import('../image/attach.ts')).prepareNative(readFileSync(options.native));
  const compiler = options.compile === undefined ? null : await import('../image/compile.ts');
  compiler?.watchDefinitions();
  const exitCode = runFile(file);
  const first = performance.now();
  let report: WorkloadReport = { exitCode, first, steady: Number.NaN };
  if (exitCode === 0) {
    const work = parseAll(readFileSync(file), { file }).value.args.at(-1);
    runProgram(() => {
      if (work !== undefined) report = { ...report, steady: steadyTime(work, file) };
    });
  }
  // Written before compiling too: whatever happens there, the program has run.
  writeFileSync(options.report, JSON.stringify(report));
  if (compiler !== null && options.compile !== undefined && exitCode === 0) {
    const object = options.compile;
    const { LLVMUnavailable } = await import('../../codegen/llvm/error.ts');
    try {
      const compiled = compiler.compileUsed(basename(file));
      const bytes = compiler.writeObject(compiled);
      writeFileSync(object, bytes);
      report = {
        ...report,
        compiled: { methods: compiled.records.length, refused: compiled.refused, bytes: bytes.length },
      };
    } catch (error) {
      if (!(error instanceof LLVMUnavailable)) throw error;
      report = { ...report, unavailable: error.message };
    }
  }
  if (native !== null) {
    const loaded = {
      methods: native.attached().length,
      refused: native.refused(),
      milliseconds: native.milliseconds(),
    };
    report = { ...report, loaded };
  }
  writeFileSync(options.report, JSON.stringify(report));
  return exitCode;
}
