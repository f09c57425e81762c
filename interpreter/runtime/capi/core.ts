// The C API that the library calls: worlds, strings and symbols, types, modules, exceptions, memory.
import { bytesAt, readCStringBytes, toAddress, writeU64 } from '../../../ffi/address.ts';
import { REGION_BASE, U8, U32 } from '../../../ffi/region.ts';
import { getErrno, setErrno } from '../../../ffi/slots.ts';
import { allocate } from '../../memory/heap.ts';
import {
  type BindingRef,
  type ModuleRef,
  type Ref,
  readRef,
  readWide,
  type StringRef,
  type SymbolRef,
  typeOf,
  writeWide,
} from '../../memory/layout.ts';
import * as objects from '../../memory/objects.ts';
import { State, setStateWide, stateWide } from '../../memory/state.ts';
import { BaseModule, datatype, MainModule } from '../../memory/wellknown.ts';
import { valueHash } from '../../types/egal.ts';
import { inlineShape } from '../../types/fieldlayout.ts';
import { topException } from '../../vm/exceptions.ts';
import { runningWorld } from '../../vm/frames.ts';
import {
  primitiveSize,
  setSlot,
  setSlotBits,
  setSlotNothing,
  setSlotReference,
  slotRef,
  slotType,
} from '../../vm/slots.ts';
import { currentWorld, getBinding, isExported, isPublic } from '../bindings.ts';
import { layoutOfMemory } from '../builtins/memory.ts';
import { JuliaException, throwArgumentError, throwError, throwPlain } from '../errors.ts';
import { newModule, useModule } from '../modules.ts';
import { addressOfObject, copyBytes, regionOffset } from '../storage.ts';
import { internBytes, symbol, symbolAddress } from '../symbols.ts';
import { decodeText } from '../text.ts';
import { stringAddress, stringBytes, stringOfBytes } from '../values.ts';
import { defineRuntimeFunctions } from './table.ts';

const StringType = datatype('String');

/** Bits of a slot whose value is a primitive of at most 8 bytes: an address or a count. */
export function wordOf(slot: number): number {
  const at = U32[slot + 2] !== 0 ? slot : U32[slot] >>> 2;
  const size = U32[slot + 2] !== 0 ? 8 : primitiveSize(slotType(slot));
  return U32[at] + (size === 8 ? U32[at + 1] * 2 ** 32 : 0);
}

/** A signed integer argument of at most 32 bits. */
export const intOf = (slot: number): number => U32[U32[slot + 2] !== 0 ? slot : U32[slot] >>> 2] | 0;

/** The text of a C string argument. */
export const cStringOf = (slot: number): string => decodeText(readCStringBytes(toAddress(wordOf(slot))));

/** Puts an integer or address into the result, as the declared type. */
export function setInteger(result: number, declared: Ref, value: number): void {
  const low = value >>> 0;
  const size = primitiveSize(declared);
  if (size === 8) setSlotBits(result, declared, low, Math.floor(value / 2 ** 32));
  else setSlotBits(result, declared, size === 4 ? low : (low & (2 ** (8 * size) - 1)) >>> 0, 0);
}

export const setFlagResult = (result: number, declared: Ref, value: boolean): void =>
  setInteger(result, declared, value ? 1 : 0);

/** Bytes at an address given by a pointer argument. */
export function bytesOf(pointer: number, length: number): Uint8Array {
  const offset = pointer - REGION_BASE;
  return offset >= 0 && offset < 2 ** 32
    ? U8.slice(offset, offset + length)
    : bytesAt(toAddress(pointer), length).slice();
}

/** Leaves the process; the session runs the exit hooks first. */
export class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit(${code})`);
    this.code = code;
  }
}

defineRuntimeFunctions({
  jl_get_world_counter: ['size_t (void)', (_a, _n, result, declared) => setInteger(result, declared, currentWorld())],
  jl_get_tls_world_age: ['size_t (void)', (_a, _n, result, declared) => setInteger(result, declared, runningWorld())],
  jl_string_ptr: [
    'uint8_t *(jl_value_t *)',
    (args, _n, result, declared) => setInteger(result, declared, stringAddress(slotRef(args[0]) as StringRef)),
  ],
  jl_string_contains_nul: [
    'int8_t (jl_value_t *)',
    (args, _n, result, declared) => {
      const string = slotRef(args[0]) as StringRef;
      const start = string * 8 + objects.JuliaString.$size;
      const end = start + readWide(string, objects.JuliaString.length);
      // Short strings are looked through here; a NUL follows each string, so that the search of a long one ends.
      let nul = start;
      for (const near = Math.min(end, start + 32); nul < near && U8[nul] !== 0; ) nul++;
      if (nul < end && U8[nul] !== 0) nul = U8.indexOf(0, nul);
      setFlagResult(result, declared, nul < end);
    },
  ],
  jl_symbol_name: [
    'uint8_t *(jl_sym_t *)',
    (args, _n, result, declared) => setInteger(result, declared, symbolAddress(slotRef(args[0]) as SymbolRef)),
  ],
  jl_symbol_n: [
    'jl_sym_t *(uint8_t *, size_t)',
    (args, _n, result) => {
      const bytes = bytesOf(wordOf(args[0]), wordOf(args[1]));
      if (bytes.includes(0)) throwArgumentError('Symbol name may not contain \\0');
      setSlotReference(result, internBytes(bytes));
    },
  ],
  jl_symbol: [
    'jl_sym_t *(char *)',
    (args, _n, result) => setSlotReference(result, internBytes(readCStringBytes(toAddress(wordOf(args[0]))))),
  ],
  jl_alloc_string: [
    'jl_value_t *(size_t)',
    (args, _n, result) => {
      const slot = args[0];
      // The length of a short string is the low half of an Int.
      const isShort = U32[slot + 2] !== 0 && U32[slot + 1] === 0 && U32[slot] < 0x10000;
      const length = isShort ? U32[slot] & 0xffff : wordOf(slot);
      const string = allocate(StringType, objects.JuliaString.$size + length + 1);
      if (isShort) U32[string << 1] = length;
      else writeWide(string, objects.JuliaString.length, length);
      setSlotReference(result, string);
    },
  ],
  jl_pchar_to_string: [
    'jl_value_t *(char *, size_t)',
    (args, _n, result) => setSlotReference(result, stringOfBytes(bytesOf(wordOf(args[0]), wordOf(args[1])))),
  ],
  jl_cstr_to_string: [
    'jl_value_t *(char *)',
    (args, _n, result) => setSlotReference(result, stringOfBytes(readCStringBytes(toAddress(wordOf(args[0]))))),
  ],
  jl_value_ptr: [
    'void *(jl_value_t *)',
    (args, _n, result, declared) => {
      if (declared === datatype('Any')) {
        const offset = regionOffset(wordOf(args[0]));
        // Only in the region there are objects; C would follow the pointer wherever it leads.
        if (offset <= 0 || (offset & 7) !== 0) throwPlain('UndefRefError');
        setSlot(result, (offset >>> 3) as Ref);
      } else {
        const object = slotRef(args[0]);
        setInteger(result, declared, addressOfObject(object));
      }
    },
  ],
  jl_stored_inline: [
    'int (jl_value_t *)',
    (args, _n, result, declared) => setFlagResult(result, declared, inlineShape(slotRef(args[0]), false) !== null),
  ],
  jl_islayout_inline: [
    'int (jl_value_t *, size_t *, size_t *)',
    (args, _n, result, declared) => {
      const shape = inlineShape(slotRef(args[0]), false);
      if (shape !== null) {
        writeU64(toAddress(wordOf(args[1])), BigInt(shape.size));
        writeU64(toAddress(wordOf(args[2])), BigInt(shape.alignment));
      }
      setFlagResult(result, declared, shape !== null);
    },
  ],
  jl_object_id: [
    'size_t (jl_value_t *)',
    (args, _n, result, declared) => setInteger(result, declared, valueHash(slotRef(args[0])) >>> 0),
  ],
  jl_module_globalref: [
    'jl_globalref_t *(jl_module_t *, jl_sym_t *)',
    (args, _n, result) => {
      const binding: BindingRef = getBinding(slotRef(args[0]) as ModuleRef, slotRef(args[1]) as SymbolRef);
      setSlotReference(result, readRef(binding, objects.Binding.globalref));
    },
  ],
  jl_module_exports_p: [
    'int (jl_module_t *, jl_sym_t *)',
    (args, _n, result, declared) =>
      setFlagResult(
        result,
        declared,
        isExported(getBinding(slotRef(args[0]) as ModuleRef, slotRef(args[1]) as SymbolRef)),
      ),
  ],
  jl_module_public_p: [
    'int (jl_module_t *, jl_sym_t *)',
    (args, _n, result, declared) =>
      setFlagResult(
        result,
        declared,
        isPublic(getBinding(slotRef(args[0]) as ModuleRef, slotRef(args[1]) as SymbolRef)),
      ),
  ],
  jl_module_parent: [
    'jl_module_t *(jl_module_t *)',
    (args, _n, result) => setSlotReference(result, readRef(slotRef(args[0]), objects.Module.parent)),
  ],
  jl_module_name: [
    'jl_sym_t *(jl_module_t *)',
    (args, _n, result) => setSlotReference(result, readRef(slotRef(args[0]), objects.Module.name)),
  ],
  jl_f_new_module: [
    'jl_value_t *(jl_sym_t *, uint8_t, uint8_t)',
    (args, _n, result) => {
      const standard = intOf(args[1]) !== 0;
      const module = newModule(slotRef(args[0]) as SymbolRef, MainModule, intOf(args[2]) !== 0, intOf(args[2]) !== 0);
      if (standard && typeOf(BaseModule) === datatype('Module')) useModule(module, BaseModule);
      setSlotReference(result, module);
    },
  ],
  jl_gensym: ['jl_sym_t *(void)', (_a, _n, result) => setSlotReference(result, gensym(''))],
  jl_tagged_gensym: [
    'jl_sym_t *(char *, size_t)',
    (args, _n, result) => {
      const length = wordOf(args[1]);
      setSlotReference(result, gensymBytes(bytesOf(wordOf(args[0]), length)));
    },
  ],
  jl_rethrow: [
    'void (void)',
    () => {
      const top = topException();
      if (top === undefined) throwError('rethrow() not allowed outside a catch block');
      throw new JuliaException(top.exception, true);
    },
  ],
  jl_rethrow_other: [
    'void (jl_value_t *)',
    (args) => {
      throw new JuliaException(slotRef(args[0]), true);
    },
  ],
  jl_errno: ['int (void)', (_a, _n, result, declared) => setInteger(result, declared, getErrno())],
  jl_set_errno: [
    'void (int)',
    (args, _n, result) => {
      setErrno(intOf(args[0]));
      setSlotNothing(result);
    },
  ],
  jl_exit: [
    'void (int)',
    (args) => {
      throw new Exit(intOf(args[0]));
    },
  ],
  jl_safe_printf_string: [
    'void (jl_value_t *)',
    (args, _n, result) => {
      process.stderr.write(stringBytes(slotRef(args[0]) as StringRef));
      setSlotNothing(result);
    },
  ],
  jl_genericmemory_copyto: [
    'void (jl_genericmemory_t *, char *, jl_genericmemory_t *, char *, size_t)',
    (args, _n, result) => {
      copyElements(slotRef(args[0]), wordOf(args[1]), slotRef(args[2]), wordOf(args[3]), wordOf(args[4]));
      setSlotNothing(result);
    },
  ],
});

/** Copies elements between Memories of one type; `to` and `from` are the pointer parts of MemoryRefs. */
function copyElements(toMemory: Ref, to: number, fromMemory: Ref, from: number, count: number): void {
  const layout = layoutOfMemory(typeOf(toMemory));
  if (layout.size === 0 && !layout.union) return;
  if (!layout.union) {
    copyBytes(to, from, count * layout.size);
    return;
  }
  const toData = readWide(toMemory, objects.GenericMemory.ptr);
  const fromData = readWide(fromMemory, objects.GenericMemory.ptr);
  const toLength = readWide(toMemory, objects.GenericMemory.length);
  const fromLength = readWide(fromMemory, objects.GenericMemory.length);
  copyBytes(toData + to * layout.size, fromData + from * layout.size, count * layout.size);
  copyBytes(toData + toLength * layout.size + to, fromData + fromLength * layout.size + from, count);
}

function nextGensym(): number {
  const counter = stateWide(State.gensym_counter) + 1;
  setStateWide(State.gensym_counter, counter);
  return counter;
}

/** `gensym()`: `##230`; `gensym(tag)`: `##tag#230` */
export const gensym = (tag: string): SymbolRef => symbol(`##${tag === '' ? '' : `${tag}#`}${nextGensym()}`);

function gensymBytes(tag: Uint8Array): SymbolRef {
  const head = [35, 35];
  const tail = [...`#${nextGensym()}`].map((c) => c.charCodeAt(0));
  return internBytes(Uint8Array.from([...head, ...tag, ...tail]));
}
