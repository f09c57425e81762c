// Running a program to its end, whatever that end is.
//
// A program ends by running out, by exit(n), by an exception that nothing catches, or because jl0 itself fails. In every
// case its exit hooks run, its output is flushed and there is an exit code. Uncaught exceptions are reported by the
// library, as Julia does it; if the library cannot, its data is shown from here. A failure of jl0 is reported with the
// statement that was being executed, the Julia stack, and how to reproduce it.
//
// Enters: a session that has started. Leaves: the exit code, and what is on standard error.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ArrayRef, type Ref, readRef, typeOf } from '../interpreter/memory/layout.ts';
import { CodeInfo } from '../interpreter/memory/objects.ts';
import { datatype, MainModule, nothing, trueValue } from '../interpreter/memory/wellknown.ts';
import { backtraceVector, sourcePlace } from '../interpreter/runtime/backtraces.ts';
import { globalValue } from '../interpreter/runtime/bindings.ts';
import { Exit } from '../interpreter/runtime/capi/core.ts';
import { JuliaException } from '../interpreter/runtime/errors.ts';
import { evaluateText } from '../interpreter/runtime/frontend.ts';
import { symbol } from '../interpreter/runtime/symbols.ts';
import { arrayGetRef, boxBits, string, stringOfBytes, unboxInt64, vectorAny } from '../interpreter/runtime/values.ts';
import { call } from '../interpreter/vm/calls.ts';
import { runAllFinalizers, setFinalizerReporter } from '../interpreter/vm/collection.ts';
import { currentExceptions } from '../interpreter/vm/exceptions.ts';
import type { FramePlace } from '../interpreter/vm/frames.ts';
import { enableInterrupts } from '../interpreter/vm/interrupts.ts';
import { backtraceOf, failurePlacesOf } from '../interpreter/vm/run.ts';
import { describe } from './describe.ts';
import { codeText } from './method-code.ts';
import { fromBase } from './session.ts';

const FAILED = 1;
/** As docs/command-line.md has it: an error inside jl0. */
const INTERNAL = 70;

const int32 = (value: number): Ref => boxBits(datatype('Int32'), 4, value >>> 0, 0);

/**
 * Runs `body` as a program.
 *
 * @param exitOnInterrupt whether Ctrl-C ends the program; else it is an InterruptException
 * @returns the exit code
 */
export function runProgram(body: () => void, exitOnInterrupt = false): number {
  enableInterrupts(exitOnInterrupt);
  setFinalizerReporter((exception) => process.stderr.write(`error in running finalizer: ${describe(exception)}\n`));
  let code = ended(body);
  // exit() has run the hooks already; they are gone then, and this only flushes.
  const hooks = ended(() => call(fromBase('_atexit'), [int32(code)]));
  if (hooks !== 0) code = hooks;
  const finalizers = ended(() => {
    // What they print must be flushed, too.
    if (runAllFinalizers()) call(fromBase('_atexit'), [int32(code)]);
  });
  if (finalizers !== 0) code = finalizers;
  return code;
}

function ended(body: () => void): number {
  try {
    body();
    return 0;
  } catch (error) {
    if (error instanceof Exit) return error.code;
    if (error instanceof JuliaException) {
      reportUncaught(error);
      return FAILED;
    }
    if (isOutsideMemory(error)) return reportSegmentationFault(error);
    reportFailure(error);
    return INTERNAL;
  }
}

/** 128 and the number of SIGSEGV, as shells have it. */
const SEGMENTATION_FAULT = 139;

/** Addresses that no process has are noticed before the processor sees them. */
const isOutsideMemory = (error: unknown): error is RangeError =>
  error instanceof RangeError && error.message === 'Offset is outside the bounds of the DataView';

/** The program used a pointer to nowhere, which ends a process. */
function reportSegmentationFault(error: RangeError): number {
  process.stderr.write(`\n[${process.pid}] signal 11 (1): Segmentation fault\n${traceText(failurePlacesOf(error))}`);
  return SEGMENTATION_FAULT;
}

/** Runs a file as `julia FILE` does: `include` into Main, then `main(ARGS)` if the file has said `@main`. */
export function runFile(path: string): number {
  return runProgram(() => {
    call(fromBase('include'), [MainModule, string(resolve(path))]);
    callMain();
  }, true);
}

/** Runs standard input as `julia -` does. */
export function runStandardInput(): number {
  return runProgram(() => {
    const text = readFileSync(0);
    call(fromBase('include_string'), [MainModule, stringOfBytes(text), string('stdin')]);
    callMain();
  }, true);
}

/** Runs code as `julia -e CODE` does. */
export function runText(code: string): number {
  return runProgram(() => {
    evaluateText(MainModule, code, 'none');
    callMain();
  });
}

/** The name that `@main` defines beside the function. Source: Base's `@main`. */
const ENTRY_POINT = '#__main_is_entrypoint__#';

function callMain(): void {
  if (globalValue(MainModule, symbol(ENTRY_POINT)) !== trueValue) return;
  const main = globalValue(MainModule, symbol('main'));
  if (main === 0) return;
  const result = call(main, [fromBase('ARGS')]);
  if (result !== nothing) throw new Exit(unboxInt64(call(fromBase('Int64'), [result])));
}

// Reports

/** The frames of the program itself: what led to its first toplevel statement is jl0's, and of no interest. */
function ofProgram(places: readonly FramePlace[]): readonly FramePlace[] {
  let end = places.length;
  while (end > 0 && typeOf(places[end - 1].code.owner) !== datatype('Module')) end--;
  return places.slice(0, end);
}

/** What the library's report takes for an exception: the object and its backtrace. */
const reported = (exception: Ref, places: readonly FramePlace[]): [Ref, ArrayRef] => [
  exception,
  backtraceVector(ofProgram(places)),
];

function reportUncaught(thrown: JuliaException): void {
  const handled = currentExceptions();
  // An exception that was thrown again is the top of the stack itself; those below it, it was thrown while handling.
  const causes = thrown.rethrown ? handled.slice(0, -1) : handled;
  try {
    const [exception, trace] = reported(thrown.exception, backtraceOf(thrown));
    const before = [...causes].reverse().flatMap((cause) => reported(cause.exception, cause.backtrace));
    call(fromBase('_report_uncaught'), [exception, trace, vectorAny(before)]);
  } catch (error) {
    if (error instanceof Exit) throw error;
    process.stderr.write(`ERROR: ${describe(thrown.exception)}\n${traceText(backtraceOf(thrown))}`);
    process.stderr.write(`(the library could not report it: ${shortReason(error)})\n`);
  }
}

const shortReason = (error: unknown): string =>
  error instanceof JuliaException
    ? `${describe(error.exception)}\n${traceText(backtraceOf(error))}`.trimEnd()
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);

const traceText = (places: readonly FramePlace[]): string =>
  places
    .slice(0, 40)
    .map((place) => {
      const { name, file, line } = sourcePlace(place);
      return `  ${name} at ${file}:${line}\n`;
    })
    .join('');

/** Reports that the library itself does not start. */
export function reportBootFailure(error: unknown): number {
  if (error instanceof JuliaException) {
    process.stderr.write(
      `jl0: the library does not boot: ${describe(error.exception)}\n${traceText(backtraceOf(error))}`,
    );
  } else {
    reportFailure(error);
  }
  return INTERNAL;
}

/** Reports an error of jl0 itself. */
function reportFailure(error: unknown): void {
  const places = error instanceof Error ? failurePlacesOf(error) : [];
  const lines = ['jl0: internal error', error instanceof Error ? (error.stack ?? error.message) : String(error)];
  const [innermost] = places;
  if (innermost !== undefined) lines.push('', `while executing: ${statementText(innermost)}`);
  if (places.length > 0) lines.push('Julia stack:', traceText(places).trimEnd());
  lines.push('', `To reproduce: cd ${process.cwd()} && ${reproduction()}`, 'Please report this.');
  process.stderr.write(`${lines.join('\n')}\n`);
}

const shellQuoted = (word: string): string =>
  /^[\w./=:@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

const reproduction = (): string => ['jl0', ...process.argv.slice(2)].map(shellQuoted).join(' ');

/** The IR statement of a frame, as the listings show it. */
function statementText(place: FramePlace): string {
  try {
    const code = readRef<ArrayRef>(place.code.source, CodeInfo.code);
    return `%${place.statement} = ${codeText(arrayGetRef(code, place.statement - 1), describe)}`;
  } catch (error) {
    return `statement ${place.statement} (which cannot be shown: ${error instanceof Error ? error.message : String(error)})`;
  }
}
