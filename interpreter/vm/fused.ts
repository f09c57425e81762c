// The general form of the fused instructions, and what their quick forms need to know.
//
// The general form does what the chain of builtins does, link by link, through scratch slots above the frame; then it
// looks whether the loop could do the same access directly next time, and if so leaves the facts where the loop looks. For
// arrays that is a table by their types, since `getindex` sees all of them; for fields it is the instruction:
//
//   GETFIELD_NESTED        q0 the object's type, q1 byte offset of the inner field, q2 its type (0: a reference)
//
// Operands: ARRAY_GET array index boundscheck order check; ARRAY_SET array index boundscheck value order check; the same
// for MEMORY_GET and MEMORY_SET, with a Memory;
// GETFIELD_NESTED object outer inner.

import { U32 } from '../../ffi/region.ts';
import { type DataTypeRef, type Ref, readRef, type SymbolRef, typeOf } from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { datatype, typename } from '../memory/wellknown.ts';
import { layoutOfMemory } from '../runtime/builtins/memory.ts';
import { InternalError } from '../runtime/errors.ts';
import { symbol } from '../runtime/symbols.ts';
import { fieldCount, fieldIndex, fieldIsAtomic, fieldType } from '../types/fields.ts';
import { instanceOf, isConcrete, isDataType, isUnion, typeNameOf } from '../types/kinds.ts';
import { fieldIsPtr, fieldOffset, layoutFieldCount } from '../types/layoutaccess.ts';
import { builtins } from './builtin.ts';
import type { Code } from './code.ts';
import { CALL_HEADER, constantSlot, Op } from './code.ts';
import { enterArray } from './codezone.ts';
import { isSlotBits, primitiveSize, setSlot, slotInt64, slotRef, slotType } from './slots.ts';

const scratchArgs = new Int32Array(8);

function builtin(name: string): (args: Int32Array, n: number, result: number) => void {
  const found = builtins.get(name);
  if (found === undefined) throw new InternalError(`the builtin ${name} is not there`);
  return found;
}

const operandWord = (ops: Int32Array, pc: number, fp: number, index: number): number => {
  const operand = ops[pc + CALL_HEADER + index];
  return operand >= 0 ? fp + operand : -operand;
};

/** The constant slot of `:ref`. */
let refName = 0;

/** Makes the element's MemoryRef of an ARRAY_GET or ARRAY_SET in a scratch slot. */
function elementReference(ops: Int32Array, pc: number, fp: number, scratch: number): void {
  if (refName === 0) {
    const name = symbol('ref');
    refName = constantSlot(name, (word) => setSlot(word, name));
  }
  scratchArgs[0] = operandWord(ops, pc, fp, 0);
  scratchArgs[1] = refName;
  if (ops[pc] === Op.MEMORY_GET || ops[pc] === Op.MEMORY_SET) builtin('memoryrefnew')(scratchArgs, 1, scratch);
  else builtin('getfield')(scratchArgs, 2, scratch);
  scratchArgs[0] = scratch;
  scratchArgs[1] = operandWord(ops, pc, fp, 1);
  scratchArgs[2] = operandWord(ops, pc, fp, 2);
  builtin('memoryrefnew')(scratchArgs, 3, scratch);
}

/** ARRAY_GET in full. */
export function arrayGet(code: Code, pc: number, fp: number): void {
  const { ops } = code;
  const scratch = fp + code.frameWords;
  U32[scratch + 2] = 0;
  elementReference(ops, pc, fp, scratch);
  scratchArgs[0] = scratch;
  scratchArgs[1] = operandWord(ops, pc, fp, 3);
  scratchArgs[2] = operandWord(ops, pc, fp, 4);
  learnArray(operandWord(ops, pc, fp, 0));
  builtin('memoryrefget')(scratchArgs, 3, fp + ops[pc + 1]);
}

/** ARRAY_SET in full. */
export function arraySet(code: Code, pc: number, fp: number): void {
  const { ops } = code;
  const scratch = fp + code.frameWords;
  U32[scratch + 2] = 0;
  elementReference(ops, pc, fp, scratch);
  scratchArgs[0] = scratch;
  for (let i = 1; i < 4; i++) scratchArgs[i] = operandWord(ops, pc, fp, 2 + i);
  learnArray(operandWord(ops, pc, fp, 0));
  builtin('memoryrefset!')(scratchArgs, 4, fp + ops[pc + 1]);
}

/** Leaves the facts of a quick access in the table, if the array's elements allow one. */
function learnArray(array: number): void {
  const type = slotType(array);
  if (U32[array + 2] !== 0) return;
  const isArray = typeNameOf(type) === typename('Array');
  if (!isArray && typeNameOf(type) !== typename('GenericMemory')) return;
  const object = slotRef(array);
  const layout = layoutOfMemory(isArray ? typeOf(readRef(object, objects.JuliaArray.mem)) : type);
  if (layout.atomic || layout.locked || layout.union) return;
  const size = layout.boxed ? 8 : isSlotBits(layout.type) ? primitiveSize(layout.type) : 0;
  if (size === 0) return;
  // What may be stored without asking: anything, or values of exactly the element type.
  const { type: element } = layout;
  const isExact = element === datatype('Any') || (isDataType(element) && isConcrete(element));
  enterArray(type, !isArray, size, layout.boxed ? 0 : element, layout.boxed && isExact ? element : 0);
}

/** GETFIELD_NESTED in full. */
export function getFieldNested(code: Code, pc: number, fp: number): void {
  const { ops } = code;
  const scratch = fp + code.frameWords;
  scratchArgs[0] = operandWord(ops, pc, fp, 0);
  scratchArgs[1] = operandWord(ops, pc, fp, 1);
  builtin('getfield')(scratchArgs, 2, scratch);
  learnNested(ops, pc, fp, scratch);
  scratchArgs[0] = scratch;
  scratchArgs[1] = operandWord(ops, pc, fp, 2);
  builtin('getfield')(scratchArgs, 2, fp + ops[pc + 1]);
}

function fieldOf(type: DataTypeRef, name: number): number {
  if (slotType(name) === datatype('Symbol')) return fieldIndex(type, slotRef(name) as SymbolRef);
  const index = slotInt64(name) - 1;
  return index >= 0 && index < fieldCount(type) ? index : -1;
}

function learnNested(ops: Int32Array, pc: number, fp: number, inner: number): void {
  const object = operandWord(ops, pc, fp, 0);
  if (U32[object + 2] !== 0 || U32[inner + 2] !== 0) return;
  const outerType = slotType(object);
  const innerType = slotType(inner);
  if (!isPlainStruct(outerType) || !isPlainStruct(innerType)) return;
  const first = fieldOf(outerType, operandWord(ops, pc, fp, 1));
  const second = fieldOf(innerType, operandWord(ops, pc, fp, 2));
  if (first < 0 || second < 0 || fieldIsPtr(outerType, first) || fieldType(outerType, first) !== innerType) return;
  if (fieldIsAtomic(outerType, first) || fieldIsAtomic(innerType, second)) return;
  const type = fieldType(innerType, second);
  if (fieldIsPtr(innerType, second)) ops[pc + 6] = 0;
  else if (isSlotBits(type) && (primitiveSize(type) === 8 || primitiveSize(type) === 1)) ops[pc + 6] = type;
  else return;
  ops[pc + 5] = fieldOffset(outerType, first) + fieldOffset(innerType, second);
  ops[pc + 4] = outerType;
}

const isPlainStruct = (type: Ref): boolean =>
  isDataType(type) && isConcrete(type) && layoutFieldCount(type) > 0 && instanceOf(type) === 0 && !isUnion(type);
