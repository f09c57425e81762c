// memcpy, memmove, memset, memcmp: C's functions on bytes, done here.
//
// Julia's compiler replaces calls of the first three by instructions of its own, because a call costs more than moving a
// few bytes. An interpreter has the same reason, only more so: a call through the border costs as much as moving
// hundreds. Memory of the region is moved by the views that everything uses, other memory through the view of the whole
// address space. Compiled code calls C's functions, and so does the interpreter while somebody listens to foreign calls.

import { bytesAt, toAddress } from '../../../ffi/address.ts';
import { type CSignature, cInt32, cPointer, cUInt64 } from '../../../ffi/ctype.ts';
import { findSymbol } from '../../../ffi/libraries.ts';
import { planFor } from '../../../ffi/plan.ts';
import { REGION_BASE, REGION_BYTES, REGION_HIGH, U8, U32 } from '../../../ffi/region.ts';
import { closeFrame, openFrame, slotU32 } from '../../../ffi/slots.ts';
import type { Ref } from '../../memory/layout.ts';
import { datatype } from '../../memory/wellknown.ts';
import { isPrimitiveType } from '../../types/kinds.ts';
import { observed } from '../../vm/hooks.ts';
import { setSlotBits, setSlotNothing, slotType } from '../../vm/slots.ts';
import { copyBytes } from '../storage.ts';
import { intOf, setInteger, wordOf } from './core.ts';
import { defineRuntimeFunctions, type RuntimeCall } from './table.ts';

/** Up to here bytes are moved one by one: calling a built-in function of JavaScript costs as much. */
const FEW = 24;

const Nothing = datatype('Nothing');

/** What C sees of an argument: an address, or that of the object that is passed. */
const pointerOf = (slot: number): number =>
  U32[slot + 2] === 0 && !isPrimitiveType(slotType(slot)) ? REGION_HIGH * 2 ** 32 + U32[slot] : wordOf(slot);

/** Offset in the region of `length` bytes at an address, or -1 if they are not all in it. */
function inRegion(address: number, length: number): number {
  const offset = address - REGION_BASE;
  return offset >= 0 && offset + length <= REGION_BYTES ? offset : -1;
}

/** The result of memcpy and its like is their first argument, bit for bit. */
function giveFirst(args: Int32Array, result: number, declared: Ref): void {
  if (declared === Nothing) {
    setSlotNothing(result);
    return;
  }
  const first = args[0];
  if (U32[first + 2] !== 0) {
    setSlotBits(result, declared, U32[first], U32[first + 1]);
    return;
  }
  const pointer = pointerOf(first);
  setSlotBits(result, declared, pointer >>> 0, Math.floor(pointer / 2 ** 32));
}

/** A function that is done here, or by C while somebody wants to hear of calls to C. */
function orByC(name: string, signature: CSignature, here: RuntimeCall): RuntimeCall {
  return (args, n, result, declared) => {
    if (!observed.foreignCalls) {
      here(args, n, result, declared);
      return;
    }
    const plan = planFor(findSymbol(name, ''), signature, name, '');
    const base = openFrame(plan.shape.frameSlots);
    try {
      for (let i = 0; i < 3; i++) {
        const word = signature.args[i] === cInt32 ? intOf(args[i]) : pointerOf(args[i]);
        slotU32[2 * (base + 1 + i)] = word >>> 0;
        slotU32[2 * (base + 1 + i) + 1] = Math.floor(word / 2 ** 32);
      }
      plan.call(base);
      if (signature.result === cInt32) setInteger(result, declared, slotU32[2 * base] | 0);
      else giveFirst(args, result, declared);
    } finally {
      closeFrame(base);
    }
  };
}

const moving: CSignature = { result: cPointer, args: [cPointer, cPointer, cUInt64] };

/** Few bytes from the region to the region, by unboxed pointers; false if they are not that. */
function moveFew(to: number, from: number, size: number): boolean {
  const length = U32[size];
  if (length > FEW || U32[size + 1] !== 0 || U32[size + 2] === 0 || U32[to + 2] === 0 || U32[from + 2] === 0)
    return false;
  if (U32[to + 1] !== REGION_HIGH || U32[from + 1] !== REGION_HIGH) return false;
  const target = U32[to];
  const source = U32[from];
  if (Math.max(target, source) >= REGION_BYTES - FEW) return false;
  if (target <= source) for (let i = 0; i < length; i++) U8[target + i] = U8[source + i];
  else for (let i = length - 1; i >= 0; i--) U8[target + i] = U8[source + i];
  return true;
}

const moveHere: RuntimeCall = (args, _n, result, declared) => {
  if (!moveFew(args[0], args[1], args[2])) copyBytes(pointerOf(args[0]), pointerOf(args[1]), wordOf(args[2]));
  giveFirst(args, result, declared);
};

const fillHere: RuntimeCall = (args, _n, result, declared) => {
  const to = pointerOf(args[0]);
  const length = wordOf(args[2]);
  const target = inRegion(to, length);
  if (target >= 0) U8.fill(intOf(args[1]), target, target + length);
  else bytesAt(toAddress(to), length).fill(intOf(args[1]));
  giveFirst(args, result, declared);
};

const compareHere: RuntimeCall = (args, _n, result, declared) => {
  const length = wordOf(args[2]);
  const a = pointerOf(args[0]);
  const b = pointerOf(args[1]);
  const first = inRegion(a, length);
  const second = inRegion(b, length);
  if (first >= 0 && second >= 0) {
    let i = 0;
    while (i < length && U8[first + i] === U8[second + i]) i++;
    setInteger(result, declared, i < length ? U8[first + i] - U8[second + i] : 0);
  } else {
    setInteger(result, declared, Buffer.compare(bytesAt(toAddress(a), length), bytesAt(toAddress(b), length)));
  }
};

defineRuntimeFunctions(
  {
    memcpy: ['void *(void *, const void *, size_t)', orByC('memcpy', moving, moveHere)],
    memmove: ['void *(void *, const void *, size_t)', orByC('memmove', moving, moveHere)],
    memset: [
      'void *(void *, int, size_t)',
      orByC('memset', { result: cPointer, args: [cPointer, cInt32, cUInt64] }, fillHere),
    ],
    memcmp: [
      'int (const void *, const void *, size_t)',
      orByC('memcmp', { result: cInt32, args: [cPointer, cPointer, cUInt64] }, compareHere),
    ],
  },
  true,
);
