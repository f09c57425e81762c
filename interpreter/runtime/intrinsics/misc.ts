// The intrinsics that compute nothing: questions to the machine, fences, addresses of C globals, inline LLVM.

import { highWord, lowWord } from '../../../ffi/address.ts';
import { ForeignLibraryError, ForeignSymbolError } from '../../../ffi/error.ts';
import { findSymbol } from '../../../ffi/libraries.ts';
import type { Ref, StringRef, SymbolRef } from '../../memory/layout.ts';
import { datatype, nothing, PtrNothingType, typename, wrapper } from '../../memory/wellknown.ts';
import { instantiateUnionAll } from '../../types/instantiate.ts';
import { isConcrete, isTupleType, isType, paramCount, StringType, SymbolType, typeNameOf } from '../../types/kinds.ts';
import type { SlotFunction } from '../../vm/builtin.ts';
import { setSlotBits, slotRef, slotType } from '../../vm/slots.ts';
import { throwError, throwTypeError } from '../errors.ts';
import { loadField } from '../fieldaccess.ts';
import { symbolName } from '../symbols.ts';
import { stringText } from '../values.ts';
import { memoryOrder } from './atomics.ts';
import { Float32, Float64 } from './formats.ts';
import { highBits, lowBits, setBool, setReference, wrongCount } from './operands.ts';

/** Finds the address of a C symbol in a library ('' for the process and its runtime). */
export type GlobalResolver = (symbol: string, library: string) => number;

let resolveGlobal: GlobalResolver = findSymbol;

/** Installs how cglobal finds symbols: the runtime's own (`jl_true`, ...) are not those of a C library. */
export function setGlobalResolver(resolver: GlobalResolver): void {
  resolveGlobal = resolver;
}

/** Whether fma of a type is one instruction: the answer for x86-64 with FMA3, which Julia's own code relies on. */
const haveFma: SlotFunction = (args, n, result) => {
  if (n !== 1) wrongCount(n, 1);
  const type = slotRef(args[0]);
  if (slotType(args[0]) !== datatype('DataType')) throwTypeError('have_fma', datatype('DataType'), type);
  setBool(result, type === Float32 || type === Float64);
};

/** There is one thread: any order is kept. */
const atomicFence: SlotFunction = (args, n, result) => {
  if (n !== 1) wrongCount(n, 1);
  memoryOrder(args[0], 'fence', true, true);
  setReference(result, nothing);
};

const llvmcall: SlotFunction = () => throwError('`llvmcall` requires the compiler');

/** The text of a Symbol or String. @throws TypeError for anything else */
function nameText(word: number): string {
  const type = slotType(word);
  if (type === SymbolType) return symbolName(slotRef(word) as SymbolRef);
  if (type === StringType) return stringText(slotRef(word) as StringRef);
  return throwTypeError('cglobal', SymbolType, slotRef(word));
}

const cglobal: SlotFunction = (args, n, result) => {
  if (n < 1 || n > 2) wrongCount(n, n < 1 ? 1 : 2);
  let pointer: Ref = PtrNothingType;
  if (n === 2) {
    const type = slotRef(args[1]);
    if (!isType(type)) throwTypeError('cglobal', wrapper('Type'), type);
    if (type !== datatype('Nothing')) pointer = instantiateUnionAll(wrapper('Ptr'), type);
  }
  if (!isConcrete(pointer)) throwError('cglobal: type argument not concrete');
  if (typeNameOf(slotType(args[0])) === typename('Ptr')) {
    setSlotBits(result, pointer, lowBits(args[0], 8), highBits(args[0], 8));
    return;
  }
  const { name, library } = symbolAndLibrary(args[0], result);
  const address = addressOf(name, library);
  setSlotBits(result, pointer, lowWord(address), highWord(address));
};

/** What is looked up, and where ('' for the process), of `name`, `(name,)` or `(name, library)`. @param scratch a slot */
function symbolAndLibrary(word: number, scratch: number): { name: string; library: string } {
  const type = slotType(word);
  if (!isTupleType(type) || paramCount(type) === 0) return { name: nameText(word), library: '' };
  const tuple = slotRef(word);
  loadField(tuple, type, 0, scratch);
  const name = nameText(scratch);
  if (paramCount(type) === 1) return { name, library: '' };
  loadField(tuple, type, 1, scratch);
  return { name, library: nameText(scratch) };
}

function addressOf(symbol: string, library: string): ReturnType<typeof findSymbol> {
  try {
    return resolveGlobal(symbol, library) as ReturnType<typeof findSymbol>;
  } catch (error) {
    if (error instanceof ForeignSymbolError || error instanceof ForeignLibraryError) return throwError(error.message);
    throw error;
  }
}

export const miscIntrinsics: Record<string, SlotFunction> = {
  have_fma: haveFma,
  atomic_fence: atomicFence,
  llvmcall,
  cglobal,
};
