// The debugger: breakpoints and steps, as a listener of the hook interface.
//
// Julia code runs in the same thread as whoever debugs it, so a stop is a call: the debugger's `onStop` is told why and
// where, may look at the frames and evaluate in them, and answers how to go on. A step is a condition for the next stop,
// checked at each statement:
//
//     in         the next line, wherever it is
//     over       the next line of this frame, or of the one it returns to
//     out        the frame that this one returns to
//     statement  the next statement, wherever it is
//
// A frame is left when a statement of a frame below it comes, or when another frame is entered at its place. Frames of
// other tasks lie on other stacks and do not count for `over` and `out`.
//
// Code that was running before the debugger was attached is not observed until it is called again (hooks.ts), so a step
// out of the first observed frame stops at the next statement that is.

import type { Ref } from '../memory/layout.ts';
import { datatype, falseValue, trueValue } from '../memory/wellknown.ts';
import { JuliaException, throwTypeError } from '../runtime/errors.ts';
import type { Code } from './code.ts';
import { frameCode, machine } from './frames.ts';
import { beginsLine, FrameView, frameStatement, statementPlaces } from './frameview.ts';
import { listen } from './hooks.ts';
import { slotRef } from './slots.ts';

/** How to go on after a stop; `quit` ends the program with DebuggerQuit. */
export type Action = 'continue' | 'in' | 'over' | 'out' | 'statement' | 'quit';

export interface Breakpoint {
  /** Stops when this function is called... */
  readonly callee?: Ref;
  /** ... or when this line is reached. The file is a path or the end of one. */
  readonly file?: string;
  readonly line?: number;
  /** Julia source that is evaluated in the frame; it stops only if that gives true. */
  readonly condition?: string;
}

export interface Stop {
  readonly reason: 'breakpoint' | 'step' | 'throw';
  readonly frame: FrameView;
  readonly breakpoint?: Breakpoint;
  /** What was thrown; or, at a breakpoint, what its condition threw. */
  readonly exception?: Ref;
}

/** The answer `quit`. Julia code cannot catch it. */
export class DebuggerQuit extends Error {}

interface Step {
  readonly action: 'in' | 'over' | 'out' | 'statement';
  readonly fp: number;
  readonly code: Code;
  readonly base: number;
  readonly line: number;
  /** The frame has been replaced by another at its place. */
  left: boolean;
}

/** Whether a file's path is what a breakpoint names. */
const isFile = (path: string, named: string): boolean => path === named || path.endsWith(`/${named}`);

export class Debugger {
  /** Stops where an exception is thrown, caught or not. */
  breakOnThrow = false;
  private readonly onStop: (stop: Stop) => Action;
  private readonly breakpoints = new Set<Breakpoint>();
  private step: Step | null = null;
  /** The frame that was entered and has not executed a statement yet. */
  private entered = 0;
  private readonly unlisten: () => void;

  /** Attaches: from now on whatever is called is observed. */
  constructor(onStop: (stop: Stop) => Action) {
    this.onStop = onStop;
    this.unlisten = listen({
      step: (fp) => this.atStatement(fp),
      call: (fp) => this.atCall(fp),
      throw: (exception, fp) => {
        if (this.breakOnThrow && fp !== 0) this.stop({ reason: 'throw', frame: new FrameView(fp), exception });
      },
    });
  }

  /** Detaches; the program runs on at full speed. */
  detach(): void {
    this.unlisten();
  }

  /** Stops where a function is called, whichever its method. */
  breakAtFunction(callee: Ref, condition?: string): Breakpoint {
    return this.add({ callee, ...(condition === undefined ? {} : { condition }) });
  }

  /** Stops where a line is reached. */
  breakAtLine(file: string, line: number, condition?: string): Breakpoint {
    return this.add({ file, line, ...(condition === undefined ? {} : { condition }) });
  }

  remove(breakpoint: Breakpoint): void {
    this.breakpoints.delete(breakpoint);
  }

  /** Stops at the next statement. */
  pause(): void {
    this.step = { action: 'statement', fp: 0, code: frameCode(machine.fp), base: 0, line: 0, left: false };
  }

  private add(breakpoint: Breakpoint): Breakpoint {
    this.breakpoints.add(breakpoint);
    return breakpoint;
  }

  private atCall(fp: number): void {
    const { step } = this;
    if (step !== null && machine.base === step.base && fp <= step.fp) step.left = true;
    this.entered = fp;
  }

  private isReached({ callee, file, line }: Breakpoint, fp: number, isEntry: boolean): boolean {
    const code = frameCode(fp);
    if (callee !== undefined) return isEntry && code.nargs > 0 && slotRef(fp) === callee;
    const places = statementPlaces(code);
    const statement = frameStatement(fp);
    const place = places[statement];
    return place.line === line && beginsLine(places, statement) && isFile(place.file, file ?? '');
  }

  private atStatement(fp: number): void {
    const places = statementPlaces(frameCode(fp));
    const statement = frameStatement(fp);
    const { line } = places[statement];
    const begins = beginsLine(places, statement);
    const isEntry = this.entered === fp;
    this.entered = 0;
    for (const breakpoint of this.breakpoints) {
      if (this.isReached(breakpoint, fp, isEntry) && this.consider(breakpoint, fp)) return;
    }
    if (this.step !== null && isDone(this.step, fp, line, begins))
      this.stop({ reason: 'step', frame: new FrameView(fp) });
  }

  /** Stops at a breakpoint if its condition holds. */
  private consider(breakpoint: Breakpoint, fp: number): boolean {
    const frame = new FrameView(fp);
    if (breakpoint.condition === undefined) return this.stop({ reason: 'breakpoint', frame, breakpoint });
    try {
      const answer = frame.evaluate(breakpoint.condition);
      if (answer === falseValue) return false;
      if (answer !== trueValue) throwTypeError('if', datatype('Bool'), answer);
      return this.stop({ reason: 'breakpoint', frame, breakpoint });
    } catch (error) {
      if (!(error instanceof JuliaException)) throw error;
      // A condition that fails is no reason to run past what it was to guard.
      return this.stop({ reason: 'breakpoint', frame, breakpoint, exception: error.exception });
    }
  }

  private stop(stop: Stop): true {
    const { frame } = stop;
    const action = this.onStop(stop);
    switch (action) {
      case 'quit':
        throw new DebuggerQuit('the debugger ended the program');
      case 'continue':
        this.step = null;
        return true;
      case 'in':
      case 'over':
      case 'out':
      case 'statement':
        this.step = {
          action,
          fp: frame.fp,
          code: frame.code,
          base: machine.base,
          line: frame.place.line,
          left: false,
        };
        return true;
    }
  }
}

/** Whether a step ends at a statement. */
function isDone(step: Step, fp: number, line: number, begins: boolean): boolean {
  const same = fp === step.fp && !step.left;
  const below = machine.base === step.base && (fp < step.fp || step.left);
  switch (step.action) {
    case 'statement':
      return true;
    case 'in':
      return same ? begins && line !== step.line : true;
    case 'over':
      return below || (same && begins && line !== step.line);
    case 'out':
      return below;
  }
}
