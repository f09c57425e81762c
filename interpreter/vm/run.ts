// The loop.
//
// Decoded code is an array of words; one `switch` executes it. Cases are literal numbers (the names are in code.ts)
// because only then does the switch compile to a jump table. The registers are local variables: the frame (`fp`), the
// code and the place in it (`pc`); they are written to memory before anything is called that may throw, allocate frames
// or look at the stack.
//
// The quick instructions check the tags of their operands and do the work in place; where a check fails they go the
// general way of a call, which they were rewritten from and whose operands they keep.

import * as region from '../../ffi/region.ts';
import { U32 } from '../../ffi/region.ts';
import type { Ref } from '../memory/layout.ts';
import { STATE_OFFSET, State } from '../memory/state.ts';
import { datatype } from '../memory/wellknown.ts';
import { currentWorld } from '../runtime/bindings.ts';
import { InternalError, JuliaException } from '../runtime/errors.ts';
import { callSlow, callWorld, enterTarget } from './calls.ts';
import { codes as allCodes, type Code, codes, type SiteEntry } from './code.ts';
import { evalExpression, getGlobal, makeNew, staticParameter } from './evaluate.ts';
import { exceptionDepth, popExceptionsTo, pushException, topException } from './exceptions.ts';
import { foreignCall } from './foreigncall.ts';
import {
  backtrace,
  type FramePlace,
  HEADER_WORDS,
  Header,
  machine,
  noteOuterFrame,
  machine as theMachine,
} from './frames.ts';
import { arrayGet, arraySet, getFieldNested } from './fused.ts';
import { notifyHook, notifyThrow, observed } from './hooks.ts';
import {
  enterScope,
  leaveScopesTo,
  nonBooleanCondition,
  safepoint,
  scopeDepth,
  stackOverflow,
  undefinedSlot,
} from './incidents.ts';
import { setSlot } from './slots.ts';
import { isSingletonPair, makeKnownTuple } from './tuples.ts';

/**
 * Executes from frame `bottom` until it returns. The frame's header and arguments are in place, `result` is the word of
 * the slot that receives what it returns.
 *
 * @throws JuliaException when nothing within catches it; the frames above `bottom`'s caller are gone then
 */
export function run(bottom: number): void {
  const outer = machine.fp;
  const outerSp = machine.sp;
  noteOuterFrame(bottom, outer);
  let fp = bottom;
  let pc = 0;
  machine.fp = fp;
  for (;;) {
    try {
      while (!execute(fp, pc, bottom)) {
        fp = machine.fp;
        pc = machine.resume;
      }
      machine.fp = outer;
      machine.sp = outerSp;
      return;
    } catch (error) {
      const thrown = asJuliaException(error);
      if (thrown === null) {
        if (error instanceof Error && !failurePlaces.has(error)) failurePlaces.set(error, backtrace());
        machine.fp = outer;
        machine.sp = outerSp;
        throw error;
      }
      const places: readonly FramePlace[] = thrown.rethrown ? (topException()?.backtrace ?? backtrace()) : backtrace();
      if (observed.throws && !uncaughtBacktraces.has(thrown)) notifyThrow(thrown.exception, machine.fp);
      const handler = findHandler(bottom);
      if (handler < 0) {
        machine.fp = outer;
        machine.sp = outerSp;
        uncaughtBacktraces.set(thrown, uncaughtBacktraces.get(thrown) ?? places);
        throw thrown;
      }
      const known = uncaughtBacktraces.get(thrown);
      // What is thrown again is on the stack already: it takes its own place, or that of what it stands for.
      if (thrown.rethrown) popExceptionsTo(exceptionDepth() - 1);
      pushException(thrown.exception, known ?? places);
      fp = machine.fp;
      pc = handler;
    }
  }
}

/** Where exceptions that leave a run were thrown: the next run that catches them, or the report, wants to know. */
const uncaughtBacktraces = new WeakMap<JuliaException, readonly FramePlace[]>();
/** Where the errors of jl0 itself were thrown that left a run. */
const failurePlaces = new WeakMap<Error, readonly FramePlace[]>();
export const failurePlacesOf = (error: Error): readonly FramePlace[] => failurePlaces.get(error) ?? [];
export const backtraceOf = (thrown: JuliaException): readonly FramePlace[] => uncaughtBacktraces.get(thrown) ?? [];

/** JavaScript's own stack overflow, inside a builtin, is Julia's; anything else is ours. */
function asJuliaException(error: unknown): JuliaException | null {
  if (error instanceof JuliaException) return error;
  if (error instanceof RangeError && /call stack/.test(error.message)) return stackOverflow();
  return null;
}

/** Unwinds to the innermost frame, not below `bottom`, that catches; returns the instruction to go on with, or -1. */
function findHandler(bottom: number): number {
  for (let fp = machine.fp; ; fp = U32[fp - Header.CALLER]) {
    const code = codes[U32[fp - Header.CODE]];
    const statement = code.statements[U32[fp - Header.AT]];
    const handler = code.handlers[statement] ?? -1;
    if (handler >= 0) {
      machine.fp = fp;
      leaveScopesTo(U32[fp + code.handlerTokens[statement] + 1]);
      return handler;
    }
    if (fp === bottom) return -1;
    if (U32[fp - Header.CALLER] === 0) endOfForeignRun();
  }
}

/** A task would end a run that began before others which have not ended: JavaScript's stack cannot do that. */
function endOfForeignRun(): never {
  throw new InternalError(
    'tasks were switched within a callback, a macro or an iterator that is spread, and end in another order than they began',
  );
}

/**
 * Calls and backward jumps after which the loop returns, to be entered anew. What V8 makes for a function that is
 * entered is better than what it puts in the place of one that is running: only the former knows the constants around it.
 */
const SLICE = 5000;

/**
 * Makes the loop: a function whose views, types and helpers are constants of the closure around it. V8 builds the
 * constants of a closure into the code that it makes for its one function, so that an access to the region is a bounds
 * check and one instruction; what a module exports or keeps in a variable it loads anew each time.
 */
function makeLoop(): (startFp: number, startPc: number, bottom: number) => boolean {
  const { F64, I32, U8, U16, U32 } = region;
  const Int64 = datatype('Int64') as number;
  const Float64 = datatype('Float64') as number;
  const Bool = datatype('Bool') as number;
  const UInt8 = datatype('UInt8') as number;
  const LastBits = datatype('BFloat16') as number;
  const BUDGET = (STATE_OFFSET + State.allocation_budget) >> 2;
  const NO_OPERAND = 0x7fffffff;
  const scratch = new Int32Array(64);
  const machine = theMachine;
  const codes = allCodes;

  /** Compares the operands of a call with what a site's entry was learned for. */
  function matches(guards: Int32Array, ops: Int32Array, at: number, fp: number): boolean {
    for (let i = 0; i < guards.length; i++) {
      const guard = guards[i];
      if (guard === 0) continue;
      const operand = ops[at + i];
      const word = operand >= 0 ? fp + operand : -operand;
      const tag = U32[word + 2];
      if (guard > 0) {
        if (tag !== guard) {
          if (tag !== 0) return false;
          if ((U32[(U32[word] >>> 2) - 2] & ~15) >>> 3 !== guard) return false;
        }
      } else if (tag !== 0 || U32[word] >>> 3 !== -guard) {
        return false;
      }
    }
    return true;
  }

  /**
   * Executes from instruction `startPc` of frame `startFp` until the frame `bottom` returns (the result is true) or the
   * slice is over (false: go on at `machine.resume` of `machine.fp`).
   */
  function execute(startFp: number, startPc: number, bottom: number): boolean {
    let fp = startFp;
    let pc = startPc;
    let code: Code = codes[U32[fp - 14]];
    let ops: Int32Array = code.ops;
    let left = SLICE;
    for (;;) {
      switch (ops[pc]) {
        case 0: {
          // MOVE dst src
          const source = ops[pc + 2];
          const from = source >= 0 ? fp + source : -source;
          const to = fp + ops[pc + 1];
          U32[to] = U32[from];
          U32[to + 1] = U32[from + 1];
          U32[to + 2] = U32[from + 2];
          pc += 3;
          continue;
        }
        case 1: {
          // JUMP target
          const target = ops[pc + 1];
          if (target <= pc) {
            if (I32[BUDGET] < 0) {
              U32[fp - 10] = pc;
              machine.fp = fp;
              machine.sp = fp + code.frameWords;
              safepoint();
            }
            if (--left === 0) {
              machine.fp = fp;
              machine.resume = target;
              return false;
            }
          }
          pc = target;
          continue;
        }
        case 2: {
          // BRANCH_UNLESS condition target
          const source = ops[pc + 1];
          const word = source >= 0 ? fp + source : -source;
          if (U32[word + 2] !== Bool) {
            U32[fp - 10] = pc;
            machine.fp = fp;
            nonBooleanCondition(word);
          }
          pc = U32[word] !== 0 ? pc + 3 : ops[pc + 2];
          continue;
        }
        case 3: {
          // RETURN src
          const source = ops[pc + 1];
          const from = source >= 0 ? fp + source : -source;
          const to = U32[fp - 11];
          U32[to] = U32[from];
          U32[to + 1] = U32[from + 1];
          U32[to + 2] = U32[from + 2];
          const caller = U32[fp - 16];
          if (caller === 0) {
            if (fp !== bottom) endOfForeignRun();
            return true;
          }
          pc = U32[fp - 15];
          fp = caller;
          code = codes[U32[fp - 14]];
          ops = code.ops;
          continue;
        }
        case 5: {
          // GETGLOBAL dst object
          U32[fp - 10] = pc;
          machine.fp = fp;
          getGlobal(code, pc, fp);
          pc += 3;
          continue;
        }
        case 18: {
          // GETGLOBAL_CELL dst binding: the value of a global variable, from its Binding
          const cell = U32[(ops[pc + 2] << 1) + 2] >>> 3;
          if (cell === 0) {
            ops[pc] = 5;
            ops[pc + 2] = code.objects.indexOf((U32[ops[pc + 2] << 1] >>> 3) as Ref);
            continue;
          }
          setSlot(fp + ops[pc + 1], cell as Ref);
          pc += 3;
          continue;
        }
        case 6: {
          // CHECK_DEFINED slot number
          const word = fp + ops[pc + 1];
          if (U32[word] === 0 && U32[word + 2] === 0) {
            U32[fp - 10] = pc;
            machine.fp = fp;
            undefinedSlot(code, ops[pc + 2]);
          }
          pc += 3;
          continue;
        }
        case 7: {
          // EVAL dst object
          U32[fp - 10] = pc;
          machine.fp = fp;
          machine.sp = fp + code.frameWords;
          evalExpression(code, fp, code.objects[ops[pc + 2]], fp + ops[pc + 1]);
          // Evaluating may have raised the world, and with it replaced this frame's code by its older variant.
          code = codes[U32[fp - 14]];
          ops = code.ops;
          pc += 3;
          continue;
        }
        case 8: {
          // ENTER dst scope
          const word = fp + ops[pc + 1];
          U32[word] = exceptionDepth();
          U32[word + 1] = scopeDepth();
          U32[word + 2] = Int64;
          if (ops[pc + 2] !== NO_OPERAND) enterScope(word, ops[pc + 2] >= 0 ? fp + ops[pc + 2] : -ops[pc + 2]);
          pc += 3;
          continue;
        }
        case 9: {
          // LEAVE count
          leaveScopesTo(scopeDepth() - ops[pc + 1]);
          pc += 2;
          continue;
        }
        case 10: {
          // POP_EXCEPTION token
          popExceptionsTo(U32[fp + ops[pc + 1]]);
          pc += 2;
          continue;
        }
        case 11: {
          // THE_EXCEPTION dst
          const top = topException();
          if (top === undefined) throw new InternalError('the_exception outside of a catch block');
          setSlot(fp + ops[pc + 1], top.exception);
          pc += 2;
          continue;
        }
        case 12: {
          // CLEAR slot
          const word = fp + ops[pc + 1];
          U32[word] = 0;
          U32[word + 2] = 0;
          pc += 2;
          continue;
        }
        case 13: {
          // NEW dst site n type args...
          U32[fp - 10] = pc;
          machine.fp = fp;
          makeNew(code, pc, fp);
          pc += 4 + ops[pc + 3];
          continue;
        }
        case 14: {
          // LATESTWORLD
          U32[fp - 12] = currentWorld();
          if (code.isAged && code.aged !== null) {
            code = code.aged;
            U32[fp - 14] = code.id;
            ops = code.ops;
          }
          pc += 1;
          continue;
        }
        case 15: {
          // STATIC_PARAMETER dst index
          U32[fp - 10] = pc;
          machine.fp = fp;
          staticParameter(fp, ops[pc + 2], fp + ops[pc + 1]);
          pc += 3;
          continue;
        }
        case 16: {
          // HOOK kind operand: only in observed code; a listener may begin a new world
          machine.sp = fp + code.frameWords;
          notifyHook(ops, pc, fp);
          code = codes[U32[fp - 14]];
          ops = code.ops;
          pc += 3;
          continue;
        }
        case 19: {
          // FOREIGNCALL dst site n object args...
          U32[fp - 10] = pc;
          machine.fp = fp;
          machine.sp = fp + code.frameWords;
          foreignCall(code, pc, fp);
          if (machine.fp !== fp) {
            // The task was switched.
            fp = machine.fp;
            pc = machine.resume;
            code = codes[U32[fp - 14]];
            ops = code.ops;
            continue;
          }
          pc += 5 + ops[pc + 3];
          continue;
        }
        case 20: {
          // ADD_I64
          const a = ops[pc + 8];
          const b = ops[pc + 9];
          const x = a >= 0 ? fp + a : -a;
          const y = b >= 0 ? fp + b : -b;
          if (U32[x + 2] !== Int64 || U32[y + 2] !== Int64) break;
          const to = fp + ops[pc + 1];
          const low = U32[x] + U32[y];
          U32[to + 1] = I32[x + 1] + I32[y + 1] + (low > 0xffffffff ? 1 : 0);
          U32[to] = low;
          U32[to + 2] = Int64;
          pc += 10;
          continue;
        }
        case 21: {
          // SUB_I64
          const a = ops[pc + 8];
          const b = ops[pc + 9];
          const x = a >= 0 ? fp + a : -a;
          const y = b >= 0 ? fp + b : -b;
          if (U32[x + 2] !== Int64 || U32[y + 2] !== Int64) break;
          const to = fp + ops[pc + 1];
          const low = U32[x] - U32[y];
          U32[to + 1] = I32[x + 1] - I32[y + 1] - (low < 0 ? 1 : 0);
          U32[to] = low;
          U32[to + 2] = Int64;
          pc += 10;
          continue;
        }
        case 22: {
          // MUL_I64: the low 64 bits, from 32-bit halves
          const a = ops[pc + 8];
          const b = ops[pc + 9];
          const x = a >= 0 ? fp + a : -a;
          const y = b >= 0 ? fp + b : -b;
          if (U32[x + 2] !== Int64 || U32[y + 2] !== Int64) break;
          const to = fp + ops[pc + 1];
          const xl = U32[x];
          const yl = U32[y];
          const x0 = xl & 0xffff;
          const x1 = xl >>> 16;
          const y0 = yl & 0xffff;
          const y1 = yl >>> 16;
          const p01 = x0 * y1;
          const p10 = x1 * y0;
          const middle = ((x0 * y0) >>> 16) + (p01 & 0xffff) + (p10 & 0xffff);
          const high = x1 * y1 + (p01 >>> 16) + (p10 >>> 16) + (middle >>> 16);
          U32[to + 1] = high + Math.imul(xl, I32[y + 1]) + Math.imul(I32[x + 1], yl);
          U32[to] = Math.imul(xl, yl);
          U32[to + 2] = Int64;
          pc += 10;
          continue;
        }
        case 23: {
          // SLT_I64
          const a = ops[pc + 8];
          const b = ops[pc + 9];
          const x = a >= 0 ? fp + a : -a;
          const y = b >= 0 ? fp + b : -b;
          if (U32[x + 2] !== Int64 || U32[y + 2] !== Int64) break;
          const to = fp + ops[pc + 1];
          const xh = I32[x + 1];
          const yh = I32[y + 1];
          U32[to] = xh < yh || (xh === yh && U32[x] < U32[y]) ? 1 : 0;
          U32[to + 1] = 0;
          U32[to + 2] = Bool;
          pc += 10;
          continue;
        }
        case 24: {
          // SLE_I64
          const a = ops[pc + 8];
          const b = ops[pc + 9];
          const x = a >= 0 ? fp + a : -a;
          const y = b >= 0 ? fp + b : -b;
          if (U32[x + 2] !== Int64 || U32[y + 2] !== Int64) break;
          const to = fp + ops[pc + 1];
          const xh = I32[x + 1];
          const yh = I32[y + 1];
          U32[to] = xh < yh || (xh === yh && U32[x] <= U32[y]) ? 1 : 0;
          U32[to + 1] = 0;
          U32[to + 2] = Bool;
          pc += 10;
          continue;
        }
        case 25: {
          // EQ_I64
          const a = ops[pc + 8];
          const b = ops[pc + 9];
          const x = a >= 0 ? fp + a : -a;
          const y = b >= 0 ? fp + b : -b;
          if (U32[x + 2] !== Int64 || U32[y + 2] !== Int64) break;
          const to = fp + ops[pc + 1];
          U32[to] = U32[x] === U32[y] && U32[x + 1] === U32[y + 1] ? 1 : 0;
          U32[to + 1] = 0;
          U32[to + 2] = Bool;
          pc += 10;
          continue;
        }
        case 39: {
          // NE_I64
          const a = ops[pc + 8];
          const b = ops[pc + 9];
          const x = a >= 0 ? fp + a : -a;
          const y = b >= 0 ? fp + b : -b;
          if (U32[x + 2] !== Int64 || U32[y + 2] !== Int64) break;
          const to = fp + ops[pc + 1];
          U32[to] = U32[x] === U32[y] && U32[x + 1] === U32[y + 1] ? 0 : 1;
          U32[to + 1] = 0;
          U32[to + 2] = Bool;
          pc += 10;
          continue;
        }
        case 26: {
          // ADD_F64
          const a = ops[pc + 8];
          const b = ops[pc + 9];
          const x = a >= 0 ? fp + a : -a;
          const y = b >= 0 ? fp + b : -b;
          if (U32[x + 2] !== Float64 || U32[y + 2] !== Float64) break;
          const to = fp + ops[pc + 1];
          const value = F64[x >>> 1] + F64[y >>> 1];
          // Which NaN comes out is the processor's business: the intrinsic follows it.
          if (Number.isNaN(value)) break;
          F64[to >>> 1] = value;
          U32[to + 2] = Float64;
          pc += 10;
          continue;
        }
        case 27: {
          // SUB_F64
          const a = ops[pc + 8];
          const b = ops[pc + 9];
          const x = a >= 0 ? fp + a : -a;
          const y = b >= 0 ? fp + b : -b;
          if (U32[x + 2] !== Float64 || U32[y + 2] !== Float64) break;
          const to = fp + ops[pc + 1];
          const value = F64[x >>> 1] - F64[y >>> 1];
          // Which NaN comes out is the processor's business: the intrinsic follows it.
          if (Number.isNaN(value)) break;
          F64[to >>> 1] = value;
          U32[to + 2] = Float64;
          pc += 10;
          continue;
        }
        case 28: {
          // MUL_F64
          const a = ops[pc + 8];
          const b = ops[pc + 9];
          const x = a >= 0 ? fp + a : -a;
          const y = b >= 0 ? fp + b : -b;
          if (U32[x + 2] !== Float64 || U32[y + 2] !== Float64) break;
          const to = fp + ops[pc + 1];
          const value = F64[x >>> 1] * F64[y >>> 1];
          // Which NaN comes out is the processor's business: the intrinsic follows it.
          if (Number.isNaN(value)) break;
          F64[to >>> 1] = value;
          U32[to + 2] = Float64;
          pc += 10;
          continue;
        }
        case 29: {
          // DIV_F64
          const a = ops[pc + 8];
          const b = ops[pc + 9];
          const x = a >= 0 ? fp + a : -a;
          const y = b >= 0 ? fp + b : -b;
          if (U32[x + 2] !== Float64 || U32[y + 2] !== Float64) break;
          const to = fp + ops[pc + 1];
          const value = F64[x >>> 1] / F64[y >>> 1];
          // Which NaN comes out is the processor's business: the intrinsic follows it.
          if (Number.isNaN(value)) break;
          F64[to >>> 1] = value;
          U32[to + 2] = Float64;
          pc += 10;
          continue;
        }
        case 30:
        case 31:
        case 32: {
          // LT_F64, LE_F64, EQ_F64
          const a = ops[pc + 8];
          const b = ops[pc + 9];
          const x = a >= 0 ? fp + a : -a;
          const y = b >= 0 ? fp + b : -b;
          if (U32[x + 2] !== Float64 || U32[y + 2] !== Float64) break;
          const to = fp + ops[pc + 1];
          const left = F64[x >>> 1];
          const right = F64[y >>> 1];
          const op = ops[pc];
          U32[to] = (op === 30 ? left < right : op === 31 ? left <= right : left === right) ? 1 : 0;
          U32[to + 1] = 0;
          U32[to + 2] = Bool;
          pc += 10;
          continue;
        }
        case 33: {
          // NOT_BOOL
          const a = ops[pc + 8];
          const x = a >= 0 ? fp + a : -a;
          if (U32[x + 2] !== Bool) break;
          const to = fp + ops[pc + 1];
          U32[to] = U32[x] ^ 1;
          U32[to + 1] = 0;
          U32[to + 2] = Bool;
          pc += 9;
          continue;
        }
        case 34:
        case 35:
        case 36: {
          // AND_I64, OR_I64, XOR_I64
          const a = ops[pc + 8];
          const b = ops[pc + 9];
          const x = a >= 0 ? fp + a : -a;
          const y = b >= 0 ? fp + b : -b;
          if (U32[x + 2] !== Int64 || U32[y + 2] !== Int64) break;
          const to = fp + ops[pc + 1];
          const op = ops[pc];
          const low = op === 34 ? U32[x] & U32[y] : op === 35 ? U32[x] | U32[y] : U32[x] ^ U32[y];
          U32[to + 1] =
            op === 34 ? U32[x + 1] & U32[y + 1] : op === 35 ? U32[x + 1] | U32[y + 1] : U32[x + 1] ^ U32[y + 1];
          U32[to] = low;
          U32[to + 2] = Int64;
          pc += 10;
          continue;
        }
        case 40: {
          // NEG_F64
          const a = ops[pc + 8];
          const x = a >= 0 ? fp + a : -a;
          if (U32[x + 2] !== Float64) break;
          const to = fp + ops[pc + 1];
          F64[to >>> 1] = -F64[x >>> 1];
          U32[to + 2] = Float64;
          pc += 9;
          continue;
        }
        case 37: {
          // GETFIELD: q0 the type of the object, q1 the byte offset of the field, q2 its type, 0 for a reference
          const a = ops[pc + 8];
          const x = a >= 0 ? fp + a : -a;
          const at = U32[x];
          if (U32[x + 2] !== 0 || (U32[(at >>> 2) - 2] & ~15) >>> 3 !== ops[pc + 4]) break;
          const to = fp + ops[pc + 1];
          const type = ops[pc + 6];
          const offset = at + ops[pc + 5];
          if (type === 0) {
            const field = U32[offset >>> 2] >>> 3;
            if (field === 0) break;
            setSlot(to, field as Ref);
          } else if (type === Int64 || type === Float64) {
            U32[to] = U32[offset >>> 2];
            U32[to + 1] = U32[(offset >>> 2) + 1];
            U32[to + 2] = type;
          } else {
            U32[to] = U8[offset];
            U32[to + 1] = 0;
            U32[to + 2] = type;
          }
          pc += 7 + ops[pc + 3];
          continue;
        }
        case 43: {
          // ARRAY_GET array index ...: q0 the array's type, q1 bytes per element, q2 the element's type (0: references)
          const a = ops[pc + 7];
          const b = ops[pc + 8];
          const x = a >= 0 ? fp + a : -a;
          const y = b >= 0 ? fp + b : -b;
          const at = U32[x] >>> 2;
          if (
            U32[x + 2] === 0 &&
            (U32[at - 2] & ~15) >>> 3 === ops[pc + 4] &&
            U32[y + 2] === Int64 &&
            U32[y + 1] === 0
          ) {
            const memory = U32[at + 2] >>> 2;
            const size = ops[pc + 5];
            const start = U32[at];
            const offset = start + (U32[y] - 1) * size;
            const first = U32[memory + 2];
            // The element must lie in the Memory, and the Memory in the region.
            if (
              U32[memory + 3] === 0x1000 &&
              offset >= first &&
              offset < first + U32[memory] * size &&
              U32[at + 1] === 0x1000
            ) {
              const to = fp + ops[pc + 1];
              const type = ops[pc + 6];
              if (type === 0) {
                const element = U32[offset >>> 2] >>> 3;
                if (element !== 0) {
                  setSlot(to, element as Ref);
                  pc += 12;
                  continue;
                }
              } else {
                switch (size) {
                  case 8:
                    U32[to] = U32[offset >>> 2];
                    U32[to + 1] = U32[(offset >>> 2) + 1];
                    break;
                  case 4:
                    U32[to] = U32[offset >>> 2];
                    U32[to + 1] = 0;
                    break;
                  case 2:
                    U32[to] = U16[offset >>> 1];
                    U32[to + 1] = 0;
                    break;
                  default:
                    U32[to] = U8[offset];
                    U32[to + 1] = 0;
                }
                U32[to + 2] = type;
                pc += 12;
                continue;
              }
            }
          }
          U32[fp - 10] = pc;
          machine.fp = fp;
          machine.sp = fp + code.frameWords;
          arrayGet(code, pc, fp);
          pc += 12;
          continue;
        }
        case 44: {
          // ARRAY_SET array index boundscheck value ...
          const a = ops[pc + 7];
          const b = ops[pc + 8];
          const v = ops[pc + 10];
          const x = a >= 0 ? fp + a : -a;
          const y = b >= 0 ? fp + b : -b;
          const value = v >= 0 ? fp + v : -v;
          const at = U32[x] >>> 2;
          const type = ops[pc + 6];
          if (
            U32[x + 2] === 0 &&
            (U32[at - 2] & ~15) >>> 3 === ops[pc + 4] &&
            U32[y + 2] === Int64 &&
            U32[y + 1] === 0 &&
            type !== 0 &&
            U32[value + 2] === type
          ) {
            const memory = U32[at + 2] >>> 2;
            const size = ops[pc + 5];
            const offset = U32[at] + (U32[y] - 1) * size;
            const first = U32[memory + 2];
            if (
              U32[memory + 3] === 0x1000 &&
              offset >= first &&
              offset < first + U32[memory] * size &&
              U32[at + 1] === 0x1000
            ) {
              switch (size) {
                case 8:
                  U32[offset >>> 2] = U32[value];
                  U32[(offset >>> 2) + 1] = U32[value + 1];
                  break;
                case 4:
                  U32[offset >>> 2] = U32[value];
                  break;
                case 2:
                  U16[offset >>> 1] = U32[value];
                  break;
                default:
                  U8[offset] = U32[value];
              }
              const to = fp + ops[pc + 1];
              U32[to] = U32[value];
              U32[to + 1] = U32[value + 1];
              U32[to + 2] = type;
              pc += 13;
              continue;
            }
          }
          U32[fp - 10] = pc;
          machine.fp = fp;
          machine.sp = fp + code.frameWords;
          arraySet(code, pc, fp);
          pc += 13;
          continue;
        }
        case 45: {
          // GETFIELD_NESTED object outer inner: q0 the object's type, q1 byte offset, q2 the field's type (0: a reference)
          const a = ops[pc + 7];
          const x = a >= 0 ? fp + a : -a;
          const at = U32[x];
          if (U32[x + 2] === 0 && (U32[(at >>> 2) - 2] & ~15) >>> 3 === ops[pc + 4]) {
            const offset = at + ops[pc + 5];
            const type = ops[pc + 6];
            const to = fp + ops[pc + 1];
            if (type === 0) {
              const field = U32[offset >>> 2] >>> 3;
              if (field !== 0) {
                setSlot(to, field as Ref);
                pc += 10;
                continue;
              }
            } else {
              if (type === Bool || type === UInt8) {
                U32[to] = U8[offset];
                U32[to + 1] = 0;
              } else {
                U32[to] = U32[offset >>> 2];
                U32[to + 1] = U32[(offset >>> 2) + 1];
              }
              U32[to + 2] = type;
              pc += 10;
              continue;
            }
          }
          U32[fp - 10] = pc;
          machine.fp = fp;
          machine.sp = fp + code.frameWords;
          getFieldNested(code, pc, fp);
          pc += 10;
          continue;
        }
        case 46: {
          // IS: `===` of values that are references or of different kinds
          const a = ops[pc + 8];
          const b = ops[pc + 9];
          const x = a >= 0 ? fp + a : -a;
          const y = b >= 0 ? fp + b : -b;
          const tagX = U32[x + 2];
          const tagY = U32[y + 2];
          let same: number;
          if (tagX === 0 && tagY === 0) {
            if (U32[x] === U32[y]) same = 1;
            else if (
              (U32[(U32[x] >>> 2) - 2] ^ U32[(U32[y] >>> 2) - 2]) >>> 4 !== 0 &&
              isSingletonPair(U32[x] >>> 3, U32[y] >>> 3)
            )
              same = 0;
            else break;
          } else if (tagX !== 0 && tagY !== 0) {
            same = tagX === tagY && U32[x] === U32[y] && U32[x + 1] === U32[y + 1] ? 1 : 0;
          } else if (tagX >= Bool && tagX <= LastBits) {
            same = 0;
          } else if (tagY >= Bool && tagY <= LastBits) {
            same = 0;
          } else break;
          const to = fp + ops[pc + 1];
          U32[to] = same;
          U32[to + 1] = 0;
          U32[to + 2] = Bool;
          pc += 10;
          continue;
        }
        case 47: {
          // ISA: q0 the type of the value, q1 the type asked about, q2 the answer
          const a = ops[pc + 8];
          const b = ops[pc + 9];
          const x = a >= 0 ? fp + a : -a;
          const y = b >= 0 ? fp + b : -b;
          const tag = U32[x + 2];
          if ((tag !== 0 ? tag : (U32[(U32[x] >>> 2) - 2] & ~15) >>> 3) !== ops[pc + 4]) break;
          if (U32[y + 2] !== 0 || U32[y] >>> 3 !== ops[pc + 5]) break;
          const to = fp + ops[pc + 1];
          U32[to] = ops[pc + 6];
          U32[to + 1] = 0;
          U32[to + 2] = Bool;
          pc += 10;
          continue;
        }
        case 48: {
          // TUPLE: q0 the number of the tuple's shape
          if (!makeKnownTuple(ops, pc, fp)) break;
          pc += 7 + ops[pc + 3];
          continue;
        }
        case 49: {
          // BITCAST_64 type value: q0 the value's type, q1 the type it gets
          const a = ops[pc + 9];
          const x = a >= 0 ? fp + a : -a;
          const t = ops[pc + 8];
          if (U32[x + 2] !== ops[pc + 4] || U32[t >= 0 ? fp + t : -t] >>> 3 !== ops[pc + 5]) break;
          const to = fp + ops[pc + 1];
          U32[to] = U32[x];
          U32[to + 1] = U32[x + 1];
          U32[to + 2] = ops[pc + 5];
          pc += 10;
          continue;
        }
        case 50: {
          // ULT_64: q0 the type of both operands
          const a = ops[pc + 8];
          const b = ops[pc + 9];
          const x = a >= 0 ? fp + a : -a;
          const y = b >= 0 ? fp + b : -b;
          if (U32[x + 2] !== ops[pc + 4] || U32[y + 2] !== ops[pc + 4]) break;
          const to = fp + ops[pc + 1];
          const xh = U32[x + 1];
          const yh = U32[y + 1];
          U32[to] = xh < yh || (xh === yh && U32[x] < U32[y]) ? 1 : 0;
          U32[to + 1] = 0;
          U32[to + 2] = Bool;
          pc += 10;
          continue;
        }
        case 42: {
          // CONSTANT: q0 the constant's slot
          const from = ops[pc + 4];
          const to = fp + ops[pc + 1];
          U32[to] = U32[from];
          U32[to + 1] = U32[from + 1];
          U32[to + 2] = U32[from + 2];
          pc += 7 + ops[pc + 3];
          continue;
        }
        case 17: {
          // CALL_WORLD: a call from a frame of an older world
          U32[fp - 10] = pc;
          const next = pc + 7 + ops[pc + 3];
          machine.fp = fp;
          machine.sp = fp + code.frameWords;
          const entered = callWorld(code, pc, fp);
          if (entered !== 0) {
            fp = entered;
            pc = 0;
          } else {
            pc = next;
          }
          code = codes[U32[fp - 14]];
          ops = code.ops;
          continue;
        }
        default:
          break;
      }
      // CALL and quick instructions whose assumptions do not hold: [op, dst, site, n, q0, q1, q2, callee, arguments...]
      if (ops[pc] < 4) throw new InternalError(`no such instruction: ${ops[pc]}`);
      const n = ops[pc + 3];
      const next = pc + 7 + n;
      let entry: SiteEntry | null = code.sites[ops[pc + 2]].first;
      while (entry !== null && !matches(entry.guards, ops, pc + 7, fp)) entry = entry.next;
      U32[fp - 10] = pc;
      machine.fp = fp;
      machine.sp = fp + code.frameWords;
      if (entry !== null) {
        const target = entry.target;
        const callee = target.code;
        if (callee !== null && !callee.isva) {
          const newFp = fp + code.frameWords + HEADER_WORDS;
          const end = newFp + callee.frameWords;
          if (end < machine.limit) {
            let to = newFp;
            for (let i = 0; i < n; i++, to += 4) {
              const operand = ops[pc + 7 + i];
              const from = operand >= 0 ? fp + operand : -operand;
              U32[to] = U32[from];
              U32[to + 1] = U32[from + 1];
              U32[to + 2] = U32[from + 2];
            }
            for (; to < end; to += 4) {
              U32[to] = 0;
              U32[to + 2] = 0;
            }
            U32[newFp - 16] = fp;
            U32[newFp - 15] = next;
            U32[newFp - 14] = callee.id;
            U32[newFp - 13] = target.instance;
            U32[newFp - 12] = U32[fp - 12];
            U32[newFp - 11] = fp + ops[pc + 1];
            if (I32[BUDGET] < 0) safepoint();
            if (--left === 0) {
              machine.fp = newFp;
              machine.resume = 0;
              return false;
            }
            fp = newFp;
            pc = 0;
            code = callee;
            ops = callee.ops;
            continue;
          }
          throw stackOverflow();
        }
        if (callee === null && target.leaf !== null && n <= 32) {
          for (let i = 1; i < n; i++) {
            const operand = ops[pc + 7 + i];
            scratch[i - 1] = operand >= 0 ? fp + operand : -operand;
          }
          target.leaf(scratch, n - 1, fp + ops[pc + 1]);
          pc = next;
          continue;
        }
        const entered = enterTarget(code, pc, fp, target);
        if (entered !== 0) {
          fp = entered;
          pc = 0;
        } else {
          pc = next;
        }
        code = codes[U32[fp - 14]];
        ops = code.ops;
        continue;
      }
      const entered = callSlow(code, pc, fp);
      if (entered !== 0) {
        fp = entered;
        pc = 0;
      } else {
        pc = next;
      }
      code = codes[U32[fp - 14]];
      ops = code.ops;
    }
  }

  return execute;
}

const execute = makeLoop();
