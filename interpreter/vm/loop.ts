// The loop.
//
// Decoded code is words of the region (codezone.ts); one `switch` executes it. Cases are literal numbers (the names are
// in code.ts) because only then does the switch compile to a jump table. The registers are local variables: the frame
// (`fp`), the first word of its code (`base`) and the place in it (`pc`); they are written to memory before anything is
// called that may throw, allocate frames or look at the stack. In memory, and for everybody else, a place is relative to
// the code's first word.
//
// The quick instructions check the tags of their operands and do the work in place; where a check fails they go the
// general way of a call, which they were rewritten from and whose operands they keep. A comparison looks whether the next
// instruction branches on its answer, and does that at once. All words are read as signed, and sums are cut to 32 bits
// (`| 0`): V8 then need not be prepared for other numbers.

import * as region from '../../ffi/region.ts';
import type { Ref, StringRef } from '../memory/layout.ts';
import { STATE_OFFSET, State } from '../memory/state.ts';
import { datatype } from '../memory/wellknown.ts';
import { currentWorld } from '../runtime/bindings.ts';
import { InternalError } from '../runtime/errors.ts';
import { equalStrings } from '../types/egal.ts';
import { callSlow, callWorld, enterTarget } from './calls.ts';
import { codes as allCodes, siteTargets } from './code.ts';
import * as zone from './codezone.ts';
import { evalExpression, forgetCell, getGlobal, makeNew, staticParameter } from './evaluate.ts';
import { popExceptionsTo, topException } from './exceptions.ts';
import { foreignCall, runtimeCalls as theRuntimeCalls } from './foreigncall.ts';
import { machine as theMachine } from './frames.ts';
import { arrayGet, arraySet, getFieldNested } from './fused.ts';
import { notifyHook } from './hooks.ts';
import {
  endOfForeignRun,
  enterTry,
  leaveScopesTo,
  nonBooleanCondition,
  scopeDepth,
  stackOverflow,
  undefinedSlot,
} from './incidents.ts';
import { learnField, learnSetfield } from './quicken.ts';
import { accessPointer, divide, negate, shift } from './quickforms.ts';
import { FIRST_SLICE, SLICE, sliceLength } from './slices.ts';
import { setSlot } from './slots.ts';
import { isSingletonPair, makeKnownTuple } from './tuples.ts';
import { rememberedIsa, rememberedType } from './typememo.ts';

/**
 * Makes the loop: a function whose views, types and helpers are constants of the closure around it. V8 builds the
 * constants of a closure into the code that it makes for its one function, so that an access to the region is a bounds
 * check and one instruction; what a module exports or keeps in a variable it loads anew each time.
 */
function makeLoop(): (startFp: number, startPc: number, bottom: number) => boolean {
  const { F64: regionF64, I32: regionI32, U8: regionU8, U16: regionU16 } = region;
  const { imul } = Math;
  const { isNaN } = Number;
  const Int64 = datatype('Int64') as number;
  const Float64 = datatype('Float64') as number;
  const Bool = datatype('Bool') as number;
  const UInt8 = datatype('UInt8') as number;
  const UInt64 = datatype('UInt64') as number;
  const String = datatype('String') as number;
  const Any = datatype('Any') as number;
  const FirstBits = Bool;
  const LastBits = datatype('BFloat16') as number;
  const BUDGET = (STATE_OFFSET + State.allocation_budget) >> 2;
  const SIGN = -0x80000000;
  const HIGH = region.REGION_HIGH;
  const { ARRAY_TABLE, FIELD_TABLE } = zone;
  const scratch = new Int32Array(64);
  const runtimeScratch = new Int32Array(256);
  let slice = FIRST_SLICE;

  /** Puts a reference that was read from the heap into a slot. */
  function putObject(word: number, object: number): void {
    const I32 = regionI32;
    const type = (I32[(object << 1) - 2] & ~15) >>> 3;
    if (type >= FirstBits && type <= LastBits) {
      setSlot(word, object as Ref);
      return;
    }
    I32[word] = object << 3;
    I32[word + 1] = HIGH;
    I32[word + 2] = 0;
  }

  /**
   * Executes from instruction `startPc` of frame `startFp` until the frame `bottom` returns (the result is true), or the
   * slice is over or a safepoint is due (false: go on at `machine.resume` of `machine.fp`).
   */
  function execute(startFp: number, startPc: number, bottom: number): boolean {
    // Bound here and not in the loop, they are known to V8 as constants before it looks at the loop; only then does it
    // build the address and the length of an array into each access.
    const I32 = regionI32;
    const F64 = regionF64;
    const U8 = regionU8;
    const U16 = regionU16;
    const machine = theMachine;
    const codes = allCodes;
    const targets = siteTargets;
    const runtimeCalls = theRuntimeCalls;
    let fp = startFp | 0;
    let base = I32[fp - 14];
    let pc = (base + startPc) | 0;
    let left = slice | 0;
    for (;;) {
      let is = false;
      // biome-ignore lint/suspicious/noConfusingLabels: comparisons leave the switch for the code that they share
      comparison: {
        switch (I32[pc]) {
          case 0: {
            // MOVE dst src
            const source = I32[pc + 2];
            const from = source >= 0 ? (fp + source) | 0 : -source | 0;
            const to = (fp + I32[pc + 1]) | 0;
            I32[to] = I32[from];
            I32[to + 1] = I32[from + 1];
            I32[to + 2] = I32[from + 2];
            pc = (pc + 3) | 0;
            continue;
          }
          case 1: {
            // JUMP target
            const at = I32[pc + 1];
            const target = (base + at) | 0;
            if (target <= pc && ((left = (left - 1) | 0) === 0 || I32[BUDGET] < 0)) {
              // What few slices come to must not compute: V8 throws code away that meets an operation it has not seen.
              machine.fp = fp;
              machine.resume = at;
              slice = sliceLength;
              return false;
            }
            pc = target;
            continue;
          }
          case 2:
          case 51:
          case 66:
          case 67: {
            // BRANCH_UNLESS condition target, BRANCH_IF condition target, BRANCH_UNLESS_ONCE, BRANCH_IF_ONCE
            const source = I32[pc + 1];
            const word = source >= 0 ? (fp + source) | 0 : -source | 0;
            if (I32[word + 2] !== Bool) {
              I32[fp - 10] = pc - base;
              machine.fp = fp;
              nonBooleanCondition(word);
            }
            const isUnless = I32[pc] === 2 || I32[pc] === 66;
            pc = (I32[word] !== 0) === isUnless ? (pc + 3) | 0 : (base + I32[pc + 2]) | 0;
            continue;
          }
          case 3: {
            // RETURN src
            const source = I32[pc + 1];
            const from = source >= 0 ? (fp + source) | 0 : -source | 0;
            const to = I32[fp - 11];
            I32[to] = I32[from];
            I32[to + 1] = I32[from + 1];
            I32[to + 2] = I32[from + 2];
            const caller = I32[fp - 16];
            if (caller === 0) {
              if (fp !== bottom) endOfForeignRun();
              if (slice < SLICE) slice = left;
              return true;
            }
            pc = I32[fp - 15];
            fp = caller;
            base = I32[fp - 14];
            pc += base;
            continue;
          }
          case 5: {
            // GETGLOBAL dst object
            I32[fp - 10] = pc - base;
            machine.fp = fp;
            getGlobal(codes[I32[base - 1]], pc - base, fp);
            pc = (pc + 3) | 0;
            continue;
          }
          case 18: {
            // GETGLOBAL_CELL dst binding: the value of a global variable, from its Binding
            const cell = I32[(I32[pc + 2] << 1) + 2] >>> 3;
            if (cell === 0) {
              forgetCell(codes[I32[base - 1]], pc - base);
              continue;
            }
            putObject(fp + I32[pc + 1], cell);
            pc = (pc + 3) | 0;
            continue;
          }
          case 6: {
            // CHECK_DEFINED slot number
            const word = (fp + I32[pc + 1]) | 0;
            if (I32[word] === 0 && I32[word + 2] === 0) {
              I32[fp - 10] = pc - base;
              machine.fp = fp;
              undefinedSlot(codes[I32[base - 1]], I32[pc + 2]);
            }
            pc = (pc + 3) | 0;
            continue;
          }
          case 7: {
            // EVAL dst object
            I32[fp - 10] = pc - base;
            machine.fp = fp;
            machine.sp = fp + I32[base - 2];
            const code = codes[I32[base - 1]];
            evalExpression(code, fp, code.objects[I32[pc + 2]], fp + I32[pc + 1]);
            // Evaluating may have raised the world, and with it replaced this frame's code by its older variant.
            pc += 3 - base;
            base = I32[fp - 14];
            pc += base;
            continue;
          }
          case 8: {
            // ENTER dst scope
            enterTry(fp, I32[pc + 1], I32[pc + 2]);
            pc = (pc + 3) | 0;
            continue;
          }
          case 9: {
            // LEAVE count
            if (I32[pc + 1] !== 0) leaveScopesTo(scopeDepth() - I32[pc + 1]);
            pc = (pc + 2) | 0;
            continue;
          }
          case 10: {
            // POP_EXCEPTION token
            popExceptionsTo(I32[fp + I32[pc + 1]]);
            pc = (pc + 2) | 0;
            continue;
          }
          case 11: {
            // THE_EXCEPTION dst
            const top = topException();
            if (top === undefined) throw new InternalError('the_exception outside of a catch block');
            setSlot(fp + I32[pc + 1], top.exception);
            pc = (pc + 2) | 0;
            continue;
          }
          case 12: {
            // CLEAR slot
            const word = (fp + I32[pc + 1]) | 0;
            I32[word] = 0;
            I32[word + 2] = 0;
            pc = (pc + 2) | 0;
            continue;
          }
          case 13: {
            // NEW dst site n type args...
            I32[fp - 10] = pc - base;
            machine.fp = fp;
            makeNew(codes[I32[base - 1]], pc - base, fp);
            pc += 4 + I32[pc + 3];
            continue;
          }
          case 14: {
            // LATESTWORLD
            I32[fp - 12] = currentWorld();
            const code = codes[I32[base - 1]];
            pc = (pc + 1) | 0;
            if (code.isAged && code.aged !== null) {
              pc -= base;
              base = code.aged.start;
              pc += base;
              I32[fp - 14] = base;
            }
            continue;
          }
          case 15: {
            // STATIC_PARAMETER dst index
            I32[fp - 10] = pc - base;
            machine.fp = fp;
            staticParameter(fp, I32[pc + 2], fp + I32[pc + 1]);
            pc = (pc + 3) | 0;
            continue;
          }
          case 16: {
            // HOOK kind operand: only in observed code; a listener may begin a new world
            machine.sp = fp + I32[base - 2];
            const at = pc - base;
            notifyHook(codes[I32[base - 1]].ops, at, fp);
            base = I32[fp - 14];
            pc = base + at + 3;
            continue;
          }
          case 19:
          case 64: {
            // FOREIGNCALL dst site n object 0 args..., RUNTIME_CALL dst site n object number args...
            I32[fp - 10] = pc - base;
            machine.fp = fp;
            machine.sp = fp + I32[base - 2];
            if (I32[pc] === 64) {
              const known = runtimeCalls[I32[pc + 5]];
              const n = known.count;
              for (let i = 0; i < n; i++) {
                const operand = I32[pc + 6 + i];
                runtimeScratch[i] = operand >= 0 ? (fp + operand) | 0 : -operand | 0;
              }
              known.call(runtimeScratch, n, fp + I32[pc + 1], known.declaredResult);
            } else foreignCall(codes[I32[base - 1]], pc - base, fp);
            if (machine.fp !== fp) {
              // The task was switched.
              fp = machine.fp | 0;
              base = I32[fp - 14];
              pc = (base + machine.resume) | 0;
              continue;
            }
            pc += 6 + I32[pc + 3];
            continue;
          }
          case 65: {
            // STRING_POINTER dst site n object type string ...: the bytes follow the length
            const a = I32[pc + 6];
            const x = a >= 0 ? (fp + a) | 0 : -a | 0;
            const to = (fp + I32[pc + 1]) | 0;
            I32[to] = I32[x] + 8;
            I32[to + 1] = HIGH;
            I32[to + 2] = I32[pc + 5];
            pc += 6 + I32[pc + 3];
            continue;
          }
          case 20: {
            // ADD_I64, and of UInt64: the carry is the top bit of what both or one of the operands and not the sum have set
            const a = I32[pc + 8];
            const b = I32[pc + 9];
            const x = a >= 0 ? (fp + a) | 0 : -a | 0;
            const y = b >= 0 ? (fp + b) | 0 : -b | 0;
            const tag = I32[x + 2];
            if (I32[y + 2] !== tag || (tag !== Int64 && tag !== UInt64)) break;
            const to = (fp + I32[pc + 1]) | 0;
            const xl = I32[x];
            const yl = I32[y];
            const low = (xl + yl) | 0;
            const carry = ((xl & yl) | ((xl | yl) & ~low)) >>> 31;
            I32[to + 1] = (((I32[x + 1] + I32[y + 1]) | 0) + carry) | 0;
            I32[to] = low;
            I32[to + 2] = tag;
            pc = (pc + 10) | 0;
            continue;
          }
          case 21: {
            // SUB_I64, and of UInt64
            const a = I32[pc + 8];
            const b = I32[pc + 9];
            const x = a >= 0 ? (fp + a) | 0 : -a | 0;
            const y = b >= 0 ? (fp + b) | 0 : -b | 0;
            const tag = I32[x + 2];
            if (I32[y + 2] !== tag || (tag !== Int64 && tag !== UInt64)) break;
            const to = (fp + I32[pc + 1]) | 0;
            const xl = I32[x];
            const yl = I32[y];
            const low = (xl - yl) | 0;
            const borrow = ((~xl & yl) | (~(xl ^ yl) & low)) >>> 31;
            I32[to + 1] = (((I32[x + 1] - I32[y + 1]) | 0) - borrow) | 0;
            I32[to] = low;
            I32[to + 2] = tag;
            pc = (pc + 10) | 0;
            continue;
          }
          case 22: {
            // MUL_I64, and of UInt64: the low 64 bits, from 16-bit parts, so that no intermediate result needs more than 32 bits
            const a = I32[pc + 8];
            const b = I32[pc + 9];
            const x = a >= 0 ? (fp + a) | 0 : -a | 0;
            const y = b >= 0 ? (fp + b) | 0 : -b | 0;
            const tag = I32[x + 2];
            if (I32[y + 2] !== tag || (tag !== Int64 && tag !== UInt64)) break;
            const to = (fp + I32[pc + 1]) | 0;
            const xl = I32[x];
            const yl = I32[y];
            const x0 = xl & 0xffff;
            const x1 = xl >>> 16;
            const y0 = yl & 0xffff;
            const y1 = yl >>> 16;
            const first = (imul(x1, y0) + (imul(x0, y0) >>> 16)) | 0;
            const second = (imul(x0, y1) + (first & 0xffff)) | 0;
            const high = (imul(x1, y1) + (((first >>> 16) + (second >>> 16)) | 0)) | 0;
            const crossed = (imul(xl, I32[y + 1]) + imul(I32[x + 1], yl)) | 0;
            I32[to + 1] = (high + crossed) | 0;
            I32[to] = imul(xl, yl);
            I32[to + 2] = tag;
            pc = (pc + 10) | 0;
            continue;
          }
          case 23:
          case 24: {
            // SLT_I64, SLE_I64
            const a = I32[pc + 8];
            const b = I32[pc + 9];
            const x = a >= 0 ? (fp + a) | 0 : -a | 0;
            const y = b >= 0 ? (fp + b) | 0 : -b | 0;
            if (I32[x + 2] !== Int64 || I32[y + 2] !== Int64) break;
            const xh = I32[x + 1];
            const yh = I32[y + 1];
            const xl = I32[x] ^ SIGN;
            const yl = I32[y] ^ SIGN;
            is = xh < yh || (xh === yh && (xl < yl || (xl === yl && I32[pc] === 24)));
            break comparison;
          }
          case 25:
          case 39: {
            // EQ_I64, NE_I64, and of UInt64
            const a = I32[pc + 8];
            const b = I32[pc + 9];
            const x = a >= 0 ? (fp + a) | 0 : -a | 0;
            const y = b >= 0 ? (fp + b) | 0 : -b | 0;
            const tag = I32[x + 2];
            if (I32[y + 2] !== tag || (tag !== Int64 && tag !== UInt64)) break;
            is = (I32[x] === I32[y] && I32[x + 1] === I32[y + 1]) === I32[pc] < 39;
            break comparison;
          }
          case 26:
          case 27:
          case 28:
          case 29: {
            // ADD_F64, SUB_F64, MUL_F64, DIV_F64
            const a = I32[pc + 8];
            const b = I32[pc + 9];
            const x = a >= 0 ? (fp + a) | 0 : -a | 0;
            const y = b >= 0 ? (fp + b) | 0 : -b | 0;
            if (I32[x + 2] !== Float64 || I32[y + 2] !== Float64) break;
            const to = (fp + I32[pc + 1]) | 0;
            const op = I32[pc];
            const one = F64[x >>> 1];
            const other = F64[y >>> 1];
            const value = op === 28 ? one * other : op === 26 ? one + other : op === 27 ? one - other : one / other;
            // Which NaN comes out is the processor's business: the intrinsic follows it.
            if (isNaN(value)) break;
            F64[to >>> 1] = value;
            I32[to + 2] = Float64;
            pc = (pc + 10) | 0;
            continue;
          }
          case 30:
          case 31:
          case 32: {
            // LT_F64, LE_F64, EQ_F64
            const a = I32[pc + 8];
            const b = I32[pc + 9];
            const x = a >= 0 ? (fp + a) | 0 : -a | 0;
            const y = b >= 0 ? (fp + b) | 0 : -b | 0;
            if (I32[x + 2] !== Float64 || I32[y + 2] !== Float64) break;
            const one = F64[x >>> 1];
            const other = F64[y >>> 1];
            is = I32[pc] === 30 ? one < other : I32[pc] === 31 ? one <= other : one === other;
            break comparison;
          }
          case 34:
          case 35:
          case 36: {
            // AND_BITS, OR_BITS, XOR_BITS: of built-in numbers of one type, which stay zero-extended
            const a = I32[pc + 8];
            const b = I32[pc + 9];
            const x = a >= 0 ? (fp + a) | 0 : -a | 0;
            const y = b >= 0 ? (fp + b) | 0 : -b | 0;
            const tag = I32[x + 2];
            if (I32[y + 2] !== tag || tag < FirstBits || tag > LastBits) break;
            const to = (fp + I32[pc + 1]) | 0;
            const op = I32[pc];
            const xh = I32[x + 1];
            const yh = I32[y + 1];
            const xl = I32[x];
            const yl = I32[y];
            I32[to + 1] = op === 34 ? xh & yh : op === 35 ? xh | yh : xh ^ yh;
            I32[to] = op === 34 ? xl & yl : op === 35 ? xl | yl : xl ^ yl;
            I32[to + 2] = tag;
            pc = (pc + 10) | 0;
            continue;
          }
          case 56:
          case 57: {
            // REM_I64, DIV_I64
            if (!divide(I32, pc, fp)) break;
            pc = (pc + 10) | 0;
            continue;
          }
          case 58:
          case 59: {
            // LSHR_64, SHL_64
            if (!shift(I32, pc, fp)) break;
            pc = (pc + 10) | 0;
            continue;
          }
          case 49:
          case 60: {
            // BITCAST_64 type value, RESIZE type value: q0 the value's type, q1 the type it gets, q2 its bits in the low word
            const a = I32[pc + 9];
            const x = a >= 0 ? (fp + a) | 0 : -a | 0;
            if (I32[x + 2] !== I32[pc + 4]) break;
            const to = (fp + I32[pc + 1]) | 0;
            I32[to] = I32[x] & I32[pc + 6];
            I32[to + 1] = I32[pc] === 49 ? I32[x + 1] : 0;
            I32[to + 2] = I32[pc + 5];
            pc = (pc + 10) | 0;
            continue;
          }
          case 61: {
            // TYPEASSERT value type
            const a = I32[pc + 8];
            const b = I32[pc + 9];
            const x = a >= 0 ? (fp + a) | 0 : -a | 0;
            const y = b >= 0 ? (fp + b) | 0 : -b | 0;
            const tag = I32[x + 2];
            const type = tag !== 0 ? tag : (I32[(I32[x] >>> 2) - 2] & ~15) >>> 3;
            if (I32[y + 2] !== 0 || (type !== I32[y] >>> 3 && rememberedIsa(type, I32[y] >>> 3) <= 0)) break;
            const to = (fp + I32[pc + 1]) | 0;
            I32[to] = I32[x];
            I32[to + 1] = I32[x + 1];
            I32[to + 2] = tag;
            pc = (pc + 10) | 0;
            continue;
          }
          case 62:
          case 63: {
            // POINTER_GET, POINTER_SET
            if (!accessPointer(I32, U8, U16, pc, fp)) break;
            pc += 7 + I32[pc + 3];
            continue;
          }
          case 41: {
            // SETFIELD object name value: a value of exactly the field's type, at a place that the table knows
            const a = I32[pc + 8];
            const b = I32[pc + 9];
            const v = I32[pc + 10];
            const x = a >= 0 ? (fp + a) | 0 : -a | 0;
            const y = b >= 0 ? (fp + b) | 0 : -b | 0;
            const value = v >= 0 ? (fp + v) | 0 : -v | 0;
            if (I32[x + 2] !== 0 || I32[y + 2] !== 0) break;
            const at = I32[x];
            const holder = (I32[(at >>> 2) - 2] & ~15) >>> 3;
            const key = I32[y] >>> 3;
            const facts = FIELD_TABLE + (((holder ^ key) & 0xfff) << 2);
            if (I32[facts] !== holder || I32[facts + 1] !== key) {
              learnSetfield(I32, pc, fp);
              break;
            }
            if (I32[facts + 2] < 0) break;
            const type = I32[facts + 3];
            const place = (at + I32[facts + 2]) | 0;
            if (I32[value + 2] !== (type < 0 ? 0 : type)) break;
            if (type < 0 && type !== -Any && (I32[(I32[value] >>> 2) - 2] & ~15) >>> 3 !== -type) break;
            if (type === Bool || type === UInt8) {
              U8[place >>> 0] = I32[value];
            } else {
              I32[place >>> 2] = I32[value];
              I32[(place >>> 2) + 1] = I32[value + 1];
            }
            const to = (fp + I32[pc + 1]) | 0;
            I32[to] = I32[value];
            I32[to + 1] = I32[value + 1];
            I32[to + 2] = I32[value + 2];
            pc = (pc + 11) | 0;
            continue;
          }
          case 38: {
            // NEG_I64
            if (!negate(I32, pc, fp)) break;
            pc = (pc + 9) | 0;
            continue;
          }
          case 33:
          case 40: {
            // NOT_BOOL, NEG_F64
            const a = I32[pc + 8];
            const x = a >= 0 ? (fp + a) | 0 : -a | 0;
            const type = I32[pc] === 33 ? Bool : Float64;
            if (I32[x + 2] !== type) break;
            const to = (fp + I32[pc + 1]) | 0;
            I32[to] = type === Bool ? I32[x] ^ 1 : I32[x];
            I32[to + 1] = type === Bool ? 0 : I32[x + 1] ^ SIGN;
            I32[to + 2] = type;
            pc = (pc + 9) | 0;
            continue;
          }
          case 37: {
            // GETFIELD: q0 the type of the object, q1 the byte offset of the field, q2 its type, 0 for a reference, -1 for one
            // to what is never unboxed
            const a = I32[pc + 8];
            const x = a >= 0 ? (fp + a) | 0 : -a | 0;
            if (I32[x + 2] !== 0) break;
            const at = I32[x];
            const holder = (I32[(at >>> 2) - 2] & ~15) >>> 3;
            let facts = pc + 3;
            if (holder !== I32[pc + 4]) {
              // Another type than the instruction knows: the table may know it, by the field's name or the getter.
              const key = I32[pc + 3] === 2 ? I32[pc + 7] : I32[pc + 9];
              facts = FIELD_TABLE + (((holder ^ key) & 0xfff) << 2);
              if (I32[facts] !== holder || I32[facts + 1] !== key) {
                if (I32[pc + 3] === 3) learnField(I32, pc, fp);
                break;
              }
              if (I32[facts + 2] < 0) break;
            }
            const to = (fp + I32[pc + 1]) | 0;
            const type = I32[facts + 3];
            const offset = (at + I32[facts + 2]) | 0;
            if (type <= 0) {
              const field = I32[offset >>> 2];
              if (field === 0) break;
              if (type === 0) putObject(to, field >>> 3);
              else {
                I32[to] = field;
                I32[to + 1] = HIGH;
                I32[to + 2] = 0;
              }
            } else if (type === Bool || type === UInt8) {
              I32[to] = U8[offset >>> 0];
              I32[to + 1] = 0;
              I32[to + 2] = type;
            } else {
              I32[to] = I32[offset >>> 2];
              I32[to + 1] = I32[(offset >>> 2) + 1];
              I32[to + 2] = type;
            }
            pc += 7 + I32[pc + 3];
            continue;
          }
          case 43:
          case 52: {
            // ARRAY_GET array index ..., MEMORY_GET memory index ...: what there is to know stands in the table of types
            const a = I32[pc + 7];
            const b = I32[pc + 8];
            const x = a >= 0 ? (fp + a) | 0 : -a | 0;
            const y = b >= 0 ? (fp + b) | 0 : -b | 0;
            const at = I32[x + 2] === 0 ? I32[x] >>> 2 : ARRAY_TABLE;
            const array = (I32[at - 2] & ~15) >>> 3;
            const isArray = I32[pc] < 52;
            const facts = ARRAY_TABLE + ((array & 0xfff) << 2);
            if (I32[facts] === (isArray ? array : -array) && I32[y + 2] === Int64 && I32[y + 1] === 0) {
              const memory = isArray ? I32[at + 2] >>> 2 : at;
              const size = I32[facts + 1];
              // The element must lie in the Memory, and the Memory in the region. Its number there, from 0:
              const skipped = isArray ? (I32[at] - I32[memory + 2]) | 0 : 0;
              const index = (I32[y] - 1) | 0;
              const offset = (skipped + imul(index, size)) | 0;
              if (
                index >= 0 &&
                index < 0x8000000 &&
                offset >>> 0 < imul(I32[memory], size) >>> 0 &&
                I32[memory + 3] === HIGH
              ) {
                const to = (fp + I32[pc + 1]) | 0;
                const type = I32[facts + 2];
                const place = (I32[memory + 2] + offset) | 0;
                if (type === 0) {
                  const element = I32[place >>> 2];
                  if (element !== 0) {
                    // Where only one type is storable, its objects are never unboxed.
                    const storable = I32[facts + 3];
                    if (storable === 0 || storable === Any) putObject(to, element >>> 3);
                    else {
                      I32[to] = element;
                      I32[to + 1] = HIGH;
                      I32[to + 2] = 0;
                    }
                    pc = (pc + 12) | 0;
                    continue;
                  }
                } else {
                  if (size === 8) {
                    I32[to] = I32[place >>> 2];
                    I32[to + 1] = I32[(place >>> 2) + 1];
                  } else {
                    I32[to] = size === 1 ? U8[place >>> 0] : size === 4 ? I32[place >>> 2] : U16[place >>> 1];
                    I32[to + 1] = 0;
                  }
                  I32[to + 2] = type;
                  pc = (pc + 12) | 0;
                  continue;
                }
              }
            }
            I32[fp - 10] = pc - base;
            machine.fp = fp;
            machine.sp = fp + I32[base - 2];
            arrayGet(codes[I32[base - 1]], pc - base, fp);
            pc = (pc + 12) | 0;
            continue;
          }
          case 44:
          case 53: {
            // ARRAY_SET array index boundscheck value ..., MEMORY_SET memory index boundscheck value ...
            const a = I32[pc + 7];
            const b = I32[pc + 8];
            const v = I32[pc + 10];
            const x = a >= 0 ? (fp + a) | 0 : -a | 0;
            const y = b >= 0 ? (fp + b) | 0 : -b | 0;
            const value = v >= 0 ? (fp + v) | 0 : -v | 0;
            const at = I32[x + 2] === 0 ? I32[x] >>> 2 : ARRAY_TABLE;
            const array = (I32[at - 2] & ~15) >>> 3;
            const isArray = I32[pc] < 52;
            const facts = ARRAY_TABLE + ((array & 0xfff) << 2);
            const type = I32[facts + 2];
            if (
              I32[facts] === (isArray ? array : -array) &&
              I32[y + 2] === Int64 &&
              I32[y + 1] === 0 &&
              I32[value + 2] === type &&
              (type !== 0 ||
                I32[facts + 3] === Any ||
                (I32[facts + 3] !== 0 && (I32[(I32[value] >>> 2) - 2] & ~15) >>> 3 === I32[facts + 3]))
            ) {
              const memory = isArray ? I32[at + 2] >>> 2 : at;
              const size = I32[facts + 1];
              const skipped = isArray ? (I32[at] - I32[memory + 2]) | 0 : 0;
              const index = (I32[y] - 1) | 0;
              const offset = (skipped + imul(index, size)) | 0;
              if (
                index >= 0 &&
                index < 0x8000000 &&
                offset >>> 0 < imul(I32[memory], size) >>> 0 &&
                I32[memory + 3] === HIGH
              ) {
                const place = (I32[memory + 2] + offset) | 0;
                if (size === 8) {
                  I32[place >>> 2] = I32[value];
                  I32[(place >>> 2) + 1] = I32[value + 1];
                } else if (size === 1) U8[place >>> 0] = I32[value];
                else if (size === 4) I32[place >>> 2] = I32[value];
                else U16[place >>> 1] = I32[value];
                const to = (fp + I32[pc + 1]) | 0;
                I32[to] = I32[value];
                I32[to + 1] = I32[value + 1];
                I32[to + 2] = type;
                pc = (pc + 13) | 0;
                continue;
              }
            }
            I32[fp - 10] = pc - base;
            machine.fp = fp;
            machine.sp = fp + I32[base - 2];
            arraySet(codes[I32[base - 1]], pc - base, fp);
            pc = (pc + 13) | 0;
            continue;
          }
          case 45: {
            // GETFIELD_NESTED object outer inner: q0 the object's type, q1 byte offset, q2 the field's type (0: a reference)
            const a = I32[pc + 7];
            const x = a >= 0 ? (fp + a) | 0 : -a | 0;
            const at = I32[x];
            if (I32[x + 2] === 0 && (I32[(at >>> 2) - 2] & ~15) >>> 3 === I32[pc + 4]) {
              const offset = (at + I32[pc + 5]) | 0;
              const type = I32[pc + 6];
              const to = (fp + I32[pc + 1]) | 0;
              if (type === 0) {
                const field = I32[offset >>> 2] >>> 3;
                if (field !== 0) {
                  putObject(to, field);
                  pc = (pc + 10) | 0;
                  continue;
                }
              } else {
                if (type === Bool || type === UInt8) {
                  I32[to] = U8[offset >>> 0];
                  I32[to + 1] = 0;
                } else {
                  I32[to] = I32[offset >>> 2];
                  I32[to + 1] = I32[(offset >>> 2) + 1];
                }
                I32[to + 2] = type;
                pc = (pc + 10) | 0;
                continue;
              }
            }
            I32[fp - 10] = pc - base;
            machine.fp = fp;
            machine.sp = fp + I32[base - 2];
            getFieldNested(codes[I32[base - 1]], pc - base, fp);
            pc = (pc + 10) | 0;
            continue;
          }
          case 46: {
            // IS: `===` of values that are references or of different kinds
            const a = I32[pc + 8];
            const b = I32[pc + 9];
            const x = a >= 0 ? (fp + a) | 0 : -a | 0;
            const y = b >= 0 ? (fp + b) | 0 : -b | 0;
            const tagX = I32[x + 2];
            const tagY = I32[y + 2];
            if (tagX === 0 && tagY === 0) {
              if (I32[x] === I32[y]) is = true;
              else if ((I32[(I32[x] >>> 2) - 2] ^ I32[(I32[y] >>> 2) - 2]) >>> 4 !== 0) {
                if (!isSingletonPair(I32[x] >>> 3, I32[y] >>> 3)) break;
                is = false;
              } else if ((I32[(I32[x] >>> 2) - 2] & ~15) >>> 3 === String)
                is = equalStrings((I32[x] >>> 3) as StringRef, (I32[y] >>> 3) as StringRef);
              else break;
            } else if (tagX !== 0 && tagY !== 0) {
              is = tagX === tagY && I32[x] === I32[y] && I32[x + 1] === I32[y + 1];
            } else if (tagX >= FirstBits && tagX <= LastBits) {
              is = false;
            } else if (tagY >= FirstBits && tagY <= LastBits) {
              is = false;
            } else break;
            break comparison;
          }
          case 47: {
            // ISA: q0 the type of the value, q1 the type asked about, q2 the answer
            const a = I32[pc + 8];
            const b = I32[pc + 9];
            const x = a >= 0 ? (fp + a) | 0 : -a | 0;
            const y = b >= 0 ? (fp + b) | 0 : -b | 0;
            const tag = I32[x + 2];
            const type = tag !== 0 ? tag : (I32[(I32[x] >>> 2) - 2] & ~15) >>> 3;
            if (I32[y + 2] !== 0) break;
            const asked = I32[y] >>> 3;
            if (type === asked) is = true;
            else if (type === I32[pc + 4] && asked === I32[pc + 5]) is = I32[pc + 6] !== 0;
            else {
              const answer = rememberedIsa(type, asked);
              if (answer < 0) break;
              is = answer > 0;
            }
            break comparison;
          }
          case 48: {
            // TUPLE: q0 the number of the tuple's shape
            if (!makeKnownTuple(I32, pc, fp)) break;
            pc += 7 + I32[pc + 3];
            continue;
          }
          case 50: {
            // ULT_64: q0 the type of both operands
            const a = I32[pc + 8];
            const b = I32[pc + 9];
            const x = a >= 0 ? (fp + a) | 0 : -a | 0;
            const y = b >= 0 ? (fp + b) | 0 : -b | 0;
            if (I32[x + 2] !== I32[pc + 4] || I32[y + 2] !== I32[pc + 4]) break;
            const xh = I32[x + 1] ^ SIGN;
            const yh = I32[y + 1] ^ SIGN;
            is = xh < yh || (xh === yh && (I32[x] ^ SIGN) < (I32[y] ^ SIGN));
            break comparison;
          }
          case 54: {
            // LEAF: q0 the number of the builtin, whatever it is called with
            const target = targets[I32[pc + 4]];
            const n = I32[pc + 3];
            if (target === null || target.leaf === null || n > 32) break;
            for (let i = 1; i < n; i++) {
              const operand = I32[pc + 7 + i];
              scratch[i - 1] = operand >= 0 ? (fp + operand) | 0 : -operand | 0;
            }
            I32[fp - 10] = pc - base;
            machine.fp = fp;
            machine.sp = fp + I32[base - 2];
            target.leaf(scratch, n - 1, fp + I32[pc + 1]);
            pc += 7 + n;
            continue;
          }
          case 55: {
            // TYPE_MEMO: q0 the number of the builtin
            const target = targets[I32[pc + 4]];
            if (target === null || target.leaf === null) break;
            I32[fp - 10] = pc - base;
            machine.fp = fp;
            machine.sp = fp + I32[base - 2];
            if (!rememberedType(target.leaf, pc, fp)) break;
            pc += 7 + I32[pc + 3];
            continue;
          }
          case 42: {
            // CONSTANT: q0 the constant's slot
            const from = I32[pc + 4];
            const to = (fp + I32[pc + 1]) | 0;
            I32[to] = I32[from];
            I32[to + 1] = I32[from + 1];
            I32[to + 2] = I32[from + 2];
            pc += 7 + I32[pc + 3];
            continue;
          }
          case 17: {
            // CALL_WORLD: a call from a frame of an older world
            const at = pc - base;
            const next = at + 7 + I32[pc + 3];
            I32[fp - 10] = at;
            machine.fp = fp;
            machine.sp = fp + I32[base - 2];
            const entered = callWorld(codes[I32[base - 1]], at, fp);
            if (entered !== 0) fp = entered | 0;
            base = I32[fp - 14];
            pc = entered !== 0 ? base : base + next;
            continue;
          }
          case 4:
            break;
          default:
            throw new InternalError(`no such instruction: ${I32[pc]}`);
        }
        // CALL and quick instructions whose assumptions do not hold: [op, dst, site, n, q0, q1, q2, callee, arguments...]
        const n = I32[pc + 3];
        const at = (pc - base) | 0;
        const next = (at + 7 + n) | 0;
        I32[fp - 10] = at;
        const sp = (fp + I32[base - 2]) | 0;
        const newFp = (sp + 16) | 0;
        // Entries are compared with the operands: [next, target, start, frame words, instance, guards...]. On the way the
        // operands are copied to where a frame for them would lie.
        let entry = ((newFp + (n << 2)) | 0) < machine.limit ? I32[I32[base - 3] + I32[pc + 2]] : 0;
        let to = newFp;
        while (entry !== 0) {
          let i = 0;
          to = newFp;
          for (; i < n; i = (i + 1) | 0) {
            const operand = I32[pc + 7 + i];
            const guard = I32[entry + 5 + i];
            const from = operand >= 0 ? (fp + operand) | 0 : -operand | 0;
            const low = I32[from];
            const tag = I32[from + 2];
            if (guard > 0) {
              if (tag !== guard && (tag !== 0 || (I32[(low >>> 2) - 2] & ~15) >>> 3 !== guard)) break;
            } else if (guard !== 0 && (tag !== 0 || low >>> 3 !== -guard)) break;
            I32[to] = low;
            I32[to + 1] = I32[from + 1];
            I32[to + 2] = tag;
            to = (to + 4) | 0;
          }
          if (i === n) break;
          entry = I32[entry];
        }
        if (entry !== 0) {
          const start = I32[entry + 2];
          if (start !== 0) {
            const end = (newFp + I32[entry + 3]) | 0;
            if (end >= machine.limit) {
              machine.fp = fp;
              machine.sp = sp;
              throw stackOverflow();
            }
            for (; to < end; to = (to + 4) | 0) {
              I32[to] = 0;
              I32[to + 2] = 0;
            }
            I32[newFp - 16] = fp;
            I32[newFp - 15] = next;
            I32[newFp - 14] = start;
            I32[newFp - 13] = I32[entry + 4];
            I32[newFp - 12] = I32[fp - 12];
            I32[newFp - 11] = fp + I32[pc + 1];
            left = (left - 1) | 0;
            if (left === 0 || I32[BUDGET] < 0) {
              machine.fp = newFp;
              machine.resume = 0;
              slice = sliceLength;
              return false;
            }
            fp = newFp;
            base = start;
            pc = start;
            continue;
          }
          machine.fp = fp;
          machine.sp = sp;
          const target = targets[I32[entry + 1]];
          if (target === null) throw new InternalError('a call site names a target that is gone');
          if (target.leaf !== null && n <= 32) {
            for (let i = 1; i < n; i++) {
              const operand = I32[pc + 7 + i];
              scratch[i - 1] = operand >= 0 ? (fp + operand) | 0 : -operand | 0;
            }
            target.leaf(scratch, n - 1, fp + I32[pc + 1]);
            pc = base + next;
            continue;
          }
          const entered = enterTarget(codes[I32[base - 1]], at, fp, target);
          if (entered !== 0) fp = entered | 0;
          base = I32[fp - 14];
          pc = entered !== 0 ? base : base + next;
          continue;
        }
        machine.fp = fp;
        machine.sp = sp;
        const entered = callSlow(codes[I32[base - 1]], at, fp);
        if (entered !== 0) fp = entered | 0;
        base = I32[fp - 14];
        pc = entered !== 0 ? base : base + next;
        continue;
      }
      // The answer of a comparison; a branch on it is taken along. It is stored if it is not only for the branch.
      const dst = I32[pc + 1];
      pc = (pc + 10) | 0;
      const branch = I32[pc + 1] === dst ? I32[pc] : 0;
      if (branch === 66 || branch === 67) {
        pc = is === (branch === 66) ? (pc + 3) | 0 : (base + I32[pc + 2]) | 0;
        continue;
      }
      const to = (fp + dst) | 0;
      I32[to] = is ? 1 : 0;
      I32[to + 1] = 0;
      I32[to + 2] = Bool;
      if (branch === 2 || branch === 51) pc = is === (branch === 2) ? (pc + 3) | 0 : (base + I32[pc + 2]) | 0;
    }
  }

  return execute;
}

/** The loop. */
export const execute: (startFp: number, startPc: number, bottom: number) => boolean = makeLoop();
