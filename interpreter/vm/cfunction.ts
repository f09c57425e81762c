// @cfunction: Julia functions that C can call.
//
// `Expr(:cfunction, type, f, result, svec(arguments...), convention)` gives a function pointer. Where `f` is quoted it is
// a name or an expression without local variables: the pointer is made once for each function and signature, and lives
// as long as the process, as in Julia. Where `f` is a value (`@cfunction($f, ...)`) each evaluation makes an object of
// the given type, Base.CFunction, that holds the pointer and keeps the function alive.
//
// When C calls, the arguments' bits become slots on the VM's stack above the frame that made the foreign call, and the
// call runs in a loop of its own. What it throws waits until C has returned (see ffi/callback.ts).

import { toAddress } from '../../ffi/address.ts';
import { type CallbackHandler, registerCallback } from '../../ffi/callback.ts';
import { REGION_BASE, U32 } from '../../ffi/region.ts';
import { addressInSlot, setSlotAddress, slotU32 } from '../../ffi/slots.ts';
import { allocate } from '../memory/heap.ts';
import { type DataTypeRef, type Ref, type SvecRef, setRefAt, typeOf } from '../memory/layout.ts';
import { registerRoots } from '../memory/roots.ts';
import { Bottom, datatype, nothing, PtrNothingType } from '../memory/wellknown.ts';
import { cTypeOf, type FromC, isReferenceType, referencedType, resultFromC } from '../runtime/ctypes.ts';
import { throwError, throwTypeError } from '../runtime/errors.ts';
import { addressOfObject, copyBytes, loadInline } from '../runtime/storage.ts';
import { svecGet, svecLength } from '../runtime/values.ts';
import { instanceIsA } from '../types/index.ts';
import { isBits, isConcrete, isDataType, isPrimitiveType } from '../types/kinds.ts';
import { layoutSize } from '../types/layoutaccess.ts';
import { callSlots } from './calls.ts';
import { machine } from './frames.ts';
import { setSlot, setSlotReference, slotRef, slotType } from './slots.ts';

/** Functions that C may call at any time: they stay alive. */
const callable = new Set<Ref>();
registerRoots((visit) => {
  for (const f of callable) visit(f);
});

/** Pointers of plain functions, by function and signature. */
const pointers = new Map<string, number>();

/** How an argument gets from the border into a slot of the VM. */
type Receive = (slot: number, word: number) => void;

function receiver(type: Ref): Receive {
  if (isReferenceType(type)) {
    const inner = referencedType(type);
    if (inner !== null && isDataType(inner) && isConcrete(inner) && isBits(inner)) {
      // Ref{T} of a bits type: C passes the address of one.
      return (slot, word) => loadInline(addressInSlot(slot), inner, word);
    }
    return (slot, word) => setSlot(word, ((addressInSlot(slot) - REGION_BASE) / 8) as Ref);
  }
  if (isDataType(type) && isConcrete(type) && isBits(type) && !isPrimitiveType(type)) {
    return (slot, word) => loadInline(addressInSlot(slot), type, word);
  }
  if (isDataType(type) && isConcrete(type) && isPrimitiveType(type) && layoutSize(type) > 8) {
    return (slot, word) => loadInline(addressInSlot(slot), type, word);
  }
  const from: FromC = resultFromC(type);
  return (slot, word) => from.take(slot, word, 0 as Ref);
}

/** Puts a result where C expects it; it must be of the declared type. */
function sender(type: Ref): (word: number, base: number) => void {
  if (type === datatype('Nothing') || type === Bottom) return () => {};
  const reference = isReferenceType(type);
  const expected = reference ? (referencedType(type) ?? datatype('Any')) : type;
  return (word, base) => {
    if (expected !== datatype('Any') && slotType(word) !== expected && !instanceIsA(slotRef(word), expected)) {
      throwTypeError('cfunction', expected, slotRef(word));
    }
    if (reference || !isDataType(type) || !isConcrete(type) || !isBits(type)) {
      setSlotAddress(base, toAddress(addressOfObject(slotRef(word))));
    } else if (!isPrimitiveType(type) || layoutSize(type) > 8) {
      copyBytes(addressInSlot(base), addressOfObject(slotRef(word)), layoutSize(type));
    } else {
      const at = U32[word + 2] !== 0 ? word : U32[word] >>> 2;
      slotU32[2 * base] = U32[at];
      slotU32[2 * base + 1] = U32[at + 1];
    }
  };
}

function handlerFor(f: Ref, result: Ref, args: readonly Ref[]): CallbackHandler {
  const receive = args.map(receiver);
  const send = sender(result);
  const words = new Int32Array(args.length + 1);
  return (base) => {
    const start = machine.sp;
    const own = words.slice();
    machine.sp = start + 4 * (args.length + 2);
    try {
      own[0] = start + 4;
      setSlot(own[0], f);
      for (let i = 0; i < receive.length; i++) {
        own[i + 1] = start + 8 + 4 * i;
        receive[i](base + 1 + i, own[i + 1]);
      }
      setSlotReference(start, nothing);
      callSlots(own, own.length, start);
      send(start, base);
    } finally {
      machine.sp = start;
    }
  };
}

function newPointer(f: Ref, result: Ref, args: readonly Ref[]): number {
  for (const type of [result, ...args]) {
    const kind = typeOf(type);
    if (kind === datatype('TypeVar'))
      throwError('cfunction: the types of a signature must not depend on type variables');
  }
  const signature = { result: cTypeOf(result, true), args: args.map((type) => cTypeOf(type, false)) };
  callable.add(f);
  return registerCallback(signature, handlerFor(f, result, args), 'cfunction').address;
}

/**
 * The function pointer of `@cfunction`.
 *
 * @param type Ptr{Cvoid}, or the mutable struct that is to hold pointer and function
 * @throws TypeError, ArgumentError for types that cannot travel
 */
export function makeCFunction(type: DataTypeRef, f: Ref, result: Ref, types: SvecRef, word: number): void {
  const args: Ref[] = [];
  for (let i = 0; i < svecLength(types); i++) args.push(svecGet(types, i));
  if (type === PtrNothingType) {
    const key = [f, result, ...args].join(' ');
    let pointer = pointers.get(key);
    if (pointer === undefined) pointers.set(key, (pointer = newPointer(f, result, args)));
    U32[word] = pointer >>> 0;
    U32[word + 1] = Math.floor(pointer / 2 ** 32);
    U32[word + 2] = PtrNothingType;
    return;
  }
  const pointer = newPointer(f, result, args);
  const object = allocate(type, 32);
  U32[object << 1] = pointer >>> 0;
  U32[(object << 1) + 1] = Math.floor(pointer / 2 ** 32);
  setRefAt(object, 1, f);
  setSlotReference(word, object);
}
