// Frames and the machine's registers.
//
// Frames lie one behind the other on a stack in native memory, each a header and its slots:
//
//     fp - 16   fp of the caller (0: the bottom frame of a run)
//     fp - 15   instruction of the caller to go on with on return
//     fp - 14   first word of the frame's code (codezone.ts)
//     fp - 13   MethodInstance (or Module of a toplevel thunk), a Ref
//     fp - 12   world age
//     fp - 11   word of the slot that receives the result
//     fp - 10   this frame's own instruction, saved before anything that may throw or look at the stack
//     fp - 9    depth of the exception stack on entry
//     fp - 8    what happens with the result on return (0 nothing more)
//     fp - 7    in the bottom frame of a run: fp of the frame that was innermost when the run began (0: none)
//     fp        slots
//
// No Julia call recurses in JavaScript, so the depth of Julia's stack is bounded by this zone alone, and everything that
// walks frames (collector, backtraces, debugger) reads them as data.

import { U32 } from '../../ffi/region.ts';
import type { Ref } from '../memory/layout.ts';
import { State, stateWide } from '../memory/state.ts';
import { type Code, codeAt, STACK_LIMIT, STACK_START } from './code.ts';

export const HEADER_WORDS = 16;

export const Header = {
  CALLER: 16,
  RETURN: 15,
  CODE: 14,
  INSTANCE: 13,
  WORLD: 12,
  RESULT: 11,
  AT: 10,
  EXCEPTIONS: 9,
  OUTER: 7,
} as const;

/** The machine's registers as they stand whenever JavaScript other than the loop runs. */
export const machine = {
  /** Innermost frame; 0 when no Julia code runs. */
  fp: 0,
  /** First word above the innermost frame while a builtin runs: nested runs start there. */
  sp: STACK_START,
  limit: STACK_LIMIT,
  /** First word of the stack that is running. */
  base: STACK_START,
  /** After a switch of tasks: the instruction of frame `fp` to go on with. */
  resume: 0,
};

/** One entry of a backtrace. */
export interface FramePlace {
  readonly code: Code;
  /** Statement, from 1. */
  readonly statement: number;
  readonly instance: Ref;
}

export const frameCode = (fp: number): Code => codeAt(U32[fp - Header.CODE]);
export const frameInstance = (fp: number): Ref => U32[fp - Header.INSTANCE] as Ref;
export const frameWorld = (fp: number): number => U32[fp - Header.WORLD];
/** The world age of the code that runs: what `jl_get_tls_world_age` says. */
export const runningWorld = (): number => (machine.fp === 0 ? stateWide(State.world) : frameWorld(machine.fp));

/**
 * The frames of the running stack, innermost first. A nested run's bottom frame names the frame that was innermost when
 * it began, so that the walk goes through.
 */
export function backtrace(limit = 100000): FramePlace[] {
  const places: FramePlace[] = [];
  for (let fp = machine.fp; fp !== 0 && places.length < limit; fp = frameBelow(fp)) {
    const code = frameCode(fp);
    places.push({ code, statement: code.statements[U32[fp - Header.AT]] ?? 0, instance: frameInstance(fp) });
  }
  return places;
}

/** To be called for the bottom frame of every run before anything walks over it. */
export function noteOuterFrame(bottom: number, outer: number): void {
  U32[bottom - Header.OUTER] = outer;
}

export function frameBelow(fp: number): number {
  const caller = U32[fp - Header.CALLER];
  return caller !== 0 ? caller : U32[fp - Header.OUTER];
}
