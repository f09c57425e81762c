// Rewriting calls into quick instructions.
//
// A call that turns out to be of a builtin or intrinsic, for operands of types that a quick instruction exists for, becomes
// that instruction, in place. The instruction checks what it assumes each time, so nothing here needs to be right for later
// calls; only the callee is taken for granted, which is why it must be a constant. Where fields lie that one instruction
// meets in objects of many types stands in a table (codezone.ts).

import { U32 } from '../../ffi/region.ts';
import type { DataTypeRef, ModuleRef, Ref, SymbolRef } from '../memory/layout.ts';
import { NULL, typeOf } from '../memory/layout.ts';
import { datatype, typename } from '../memory/wellknown.ts';
import { getBinding } from '../runtime/bindings.ts';
import { isKindType } from '../runtime/methods.ts';
import { symbol } from '../runtime/symbols.ts';
import { fieldIndex, fieldIsAtomic, fieldIsConst, fieldType, uninitializedCount } from '../types/fields.ts';
import { instanceIsA } from '../types/index.ts';
import { isConcrete, isDataType, isMemoryType, isMutableType, param, typeNameOf } from '../types/kinds.ts';
import { fieldIsPtr, fieldOffset, layoutFieldCount, layoutPointerCount } from '../types/layoutaccess.ts';
import { CALL_HEADER, type Code, constantSlot, Op } from './code.ts';
import { enterField } from './codezone.ts';
import { constantGlobalOf } from './decode.ts';
import { isSlotBits, primitiveSize, setSlot, slotRef, slotType } from './slots.ts';
import { knownShape } from './tuples.ts';
import { isMemorable } from './typememo.ts';

const SymbolType = datatype('Symbol');
const Int64 = datatype('Int64');
const UInt64 = datatype('UInt64');
const Float64 = datatype('Float64');
const StringType = datatype('String');
const Bool = datatype('Bool');

/** Of two Int64 or two UInt64. */
const quickIntegers = new Map<string, number>([
  ['add_int', Op.ADD_I64],
  ['sub_int', Op.SUB_I64],
  ['mul_int', Op.MUL_I64],
  ['eq_int', Op.EQ_I64],
  ['ne_int', Op.NE_I64],
  ['===', Op.EQ_I64],
  ['srem_int', Op.REM_I64],
  ['sdiv_int', Op.DIV_I64],
  ['urem_int', Op.REM_I64],
  ['udiv_int', Op.DIV_I64],
  ['checked_srem_int', Op.REM_I64],
  ['checked_sdiv_int', Op.DIV_I64],
  ['checked_urem_int', Op.REM_I64],
  ['checked_udiv_int', Op.DIV_I64],
]);
/** Those whose answer depends on the sign. */
const quickSigned = new Map<string, number>([
  ['slt_int', Op.SLT_I64],
  ['sle_int', Op.SLE_I64],
]);
/** Of numbers of any one size. */
const quickBits = new Map<string, number>([
  ['and_int', Op.AND_BITS],
  ['or_int', Op.OR_BITS],
  ['xor_int', Op.XOR_BITS],
]);
const quickShifts = new Map<string, number>([
  ['lshr_int', Op.LSHR_64],
  ['shl_int', Op.SHL_64],
]);
const quickFloats = new Map<string, number>([
  ['add_float', Op.ADD_F64],
  ['sub_float', Op.SUB_F64],
  ['mul_float', Op.MUL_F64],
  ['div_float', Op.DIV_F64],
  ['lt_float', Op.LT_F64],
  ['le_float', Op.LE_F64],
  ['eq_float', Op.EQ_F64],
]);

/** Rewrites a call of a builtin or intrinsic into a quick instruction, if there is one for these operands. */
export function quicken(code: Code, pc: number, words: Int32Array, n: number, name: string): void {
  const { ops } = code;
  // The callee must be a constant: the quick instructions do not look at it again.
  if (ops[pc + CALL_HEADER] >= 0 || ops[pc] !== Op.CALL) return;
  if (name === 'tuple') {
    const shape = knownShape(words.subarray(1, n), n - 1);
    if (shape < 0) return;
    ops[pc + 4] = shape;
    ops[pc] = Op.TUPLE;
  } else if (n === 3) {
    quickenBinary(code, pc, words, name);
  } else if (n === 2) {
    if (name === 'not_int' && slotType(words[1]) === Bool) ops[pc] = Op.NOT_BOOL;
    if (name === 'neg_int' && isWideInteger(slotType(words[1]))) ops[pc] = Op.NEG_I64;
    if (name === 'neg_float' && slotType(words[1]) === Float64) ops[pc] = Op.NEG_F64;
    // The length of a string, which it begins with, is as good as a field.
    if (name === 'sizeof' && slotType(words[1]) === StringType) enterGetfield(ops, pc, StringType, 0, Int64);
  } else if (name === 'pointerref' || name === 'pointerset') {
    quickenPointer(ops, pc, words, n, name === 'pointerref');
  } else if (n === 4 && name === 'setfield!') {
    quickenSetfield(ops, pc, words);
  }
}

function quickenBinary(code: Code, pc: number, words: Int32Array, name: string): void {
  const { ops } = code;
  const a = slotType(words[1]);
  const b = slotType(words[2]);
  const bits = quickBits.get(name);
  const shift = quickShifts.get(name);
  if (name === 'isa') {
    quickenIsa(ops, pc, words, a);
  } else if (name === 'bitcast') {
    quickenBitcast(ops, pc, words, b);
  } else if (name === 'trunc_int' || name === 'zext_int') {
    quickenResize(ops, pc, words, name);
  } else if (name === 'typeassert') {
    ops[pc] = Op.TYPEASSERT;
  } else if (bits !== undefined) {
    if (a === b && isSlotBits(a)) ops[pc] = bits;
  } else if (shift !== undefined) {
    if (isWideInteger(a) && isWideInteger(b)) ops[pc] = shift;
  } else if (name === 'ult_int' && a === b && isWideInteger(a)) {
    ops[pc + 4] = a;
    ops[pc] = Op.ULT_64;
  } else if (name === '===' && !(a === b && isWideInteger(a))) {
    ops[pc] = Op.IS;
  } else if (a === b && isWideInteger(a)) {
    const op = quickIntegers.get(name) ?? (a === Int64 ? quickSigned.get(name) : undefined);
    if (op !== undefined) ops[pc] = op;
  } else if (a === Float64 && b === Float64) {
    const op = quickFloats.get(name);
    if (op !== undefined) ops[pc] = op;
  } else if ((name === 'getfield' || name === 'getglobal') && ops[pc + CALL_HEADER + 2] < 0) {
    if (a === datatype('Module')) quickenModuleField(code, pc, words);
    else if (name === 'getfield') quickenGetfield(ops, pc, words, a);
  }
}

const isWideInteger = (type: Ref): boolean => type === Int64 || type === UInt64;

/** A call of a builtin that has no instruction of its own at least need not look what it calls. */
export function quickenBuiltin(ops: Int32Array, pc: number, n: number, name: string, target: number): void {
  if (ops[pc] !== Op.CALL) return;
  ops[pc + 4] = target;
  ops[pc] = isMemorable(name, n) ? Op.TYPE_MEMO : Op.LEAF;
}

/** `x isa T` remembers one answer; types as values have too many. */
function quickenIsa(ops: Int32Array, pc: number, words: Int32Array, type: DataTypeRef): void {
  const asked = slotRef(words[2]);
  if (isKindType(type) || !isKindType(typeOf(asked))) return;
  ops[pc + 4] = type;
  ops[pc + 5] = asked;
  ops[pc + 6] = instanceIsA(slotRef(words[1]), asked) ? 1 : 0;
  ops[pc] = Op.ISA;
}

/** `bitcast` between the integers of 64 bits, to a constant type. */
function quickenBitcast(ops: Int32Array, pc: number, words: Int32Array, from: DataTypeRef): void {
  if (ops[pc + CALL_HEADER + 1] >= 0) return;
  const to = slotRef(words[1]);
  if (!isWideInteger(from) || !isWideInteger(to)) return;
  ops[pc + 4] = from;
  ops[pc + 5] = to;
  ops[pc + 6] = -1;
  ops[pc] = Op.BITCAST_64;
}

/** `trunc_int` and `zext_int` to a constant type: both keep the bits of the low word that this type has, and no others. */
function quickenResize(ops: Int32Array, pc: number, words: Int32Array, name: string): void {
  if (ops[pc + CALL_HEADER + 1] >= 0) return;
  const to = slotRef(words[1]);
  const from = slotType(words[2]);
  if (!isSlotBits(from) || !isSlotBits(to) || to === Bool) return;
  const bytes = primitiveSize(to);
  if (name === 'trunc_int' ? bytes >= primitiveSize(from) : bytes <= primitiveSize(from)) return;
  ops[pc + 4] = from;
  ops[pc + 5] = to;
  ops[pc + 6] = bytes >= 4 ? -1 : 2 ** (8 * bytes) - 1;
  ops[pc] = Op.RESIZE;
}

/** Accesses through an unboxed pointer to numbers. */
function quickenPointer(ops: Int32Array, pc: number, words: Int32Array, n: number, isGet: boolean): void {
  const pointer = U32[words[1] + 2] as Ref;
  // The alignment is the last operand: an Int64, which has to stay one.
  if (n !== (isGet ? 4 : 5) || pointer === NULL || ops[pc + CALL_HEADER + n - 1] >= 0) return;
  if (U32[words[n - 1] + 2] !== Int64 || typeNameOf(pointer) !== typename('Ptr')) return;
  const element = param(pointer, 0);
  // Of a Bool in memory one bit counts.
  if (!isSlotBits(element) || element === Bool) return;
  ops[pc + 4] = pointer;
  ops[pc + 5] = element;
  ops[pc + 6] = primitiveSize(element);
  ops[pc] = isGet ? Op.POINTER_GET : Op.POINTER_SET;
}

/** `M.name` with a constant module and name, whose value is constant, becomes that value. */
function quickenModuleField(code: Code, pc: number, words: Int32Array): void {
  const { ops } = code;
  if (ops[pc + CALL_HEADER + 1] >= 0 || slotType(words[2]) !== SymbolType) return;
  const value = constantGlobalOf(code, getBinding(slotRef(words[1]) as ModuleRef, slotRef(words[2]) as SymbolRef));
  if (value === 0) return;
  ops[pc + 4] = constantSlot(value, (word) => setSlot(word, value));
  ops[pc] = Op.CONSTANT;
}

function quickenGetfield(ops: Int32Array, pc: number, words: Int32Array, type: DataTypeRef): void {
  if (U32[words[1] + 2] === 0) quickenFieldPath(ops, pc, type, [words[2]], ops[pc + CALL_HEADER + 2]);
}

/** A call of a method that only reads a field of its argument. */
export function quickenGetter(ops: Int32Array, pc: number, words: Int32Array, path: readonly number[]): void {
  if (ops[pc + CALL_HEADER] >= 0 || U32[words[1] + 2] !== 0) return;
  quickenFieldPath(ops, pc, slotType(words[1]), path, ops[pc + CALL_HEADER]);
}

/** Rewrites a call into GETFIELD, if the field of a field of ... lies at a fixed place of an object of this type. */
function quickenFieldPath(ops: Int32Array, pc: number, type: DataTypeRef, path: readonly number[], key: number): void {
  if (isMemoryType(type)) {
    // Its length comes first in a Memory, whose other fields are not what they seem.
    if (path.length === 1 && U32[path[0] + 2] === 0 && slotRef(path[0]) === symbol('length'))
      enterGetfield(ops, pc, type, 0, Int64, key);
    return;
  }
  let holder: DataTypeRef = type;
  let offset = 0;
  let found: number = NULL;
  for (let step = 0; step < path.length; step++) {
    if (!isConcrete(holder) || fieldIsOpaque(holder)) return;
    const index = fieldNumber(holder, path[step]);
    if (index < 0 || index >= fieldCountOf(holder) || fieldIsAtomic(holder, index)) return;
    const isReference = fieldIsPtr(holder, index);
    const declared = fieldType(holder, index);
    offset += fieldOffset(holder, index);
    if (step < path.length - 1) {
      // Only a struct that is stored inline has its fields at a fixed place.
      if (isReference || !isDataType(declared)) return;
      // One with references may be undefined, if `new` may have left it out.
      if (layoutPointerCount(declared) > 0 && index >= fieldCountOf(holder) - uninitializedCount(holder)) return;
      holder = declared;
    } else if (isReference) {
      // Of a type whose objects are never unboxed, what is read need not be looked at.
      found = isDataType(declared) && isConcrete(declared) && !isSlotBits(declared) ? ALWAYS_REFERENCE : NULL;
    } else if (QUICK_FIELD_TYPES.has(declared)) {
      found = declared;
    } else return;
  }
  enterGetfield(ops, pc, type, offset, found, key);
}

/** Stands for the type of a field that holds references to objects that are never unboxed. */
const ALWAYS_REFERENCE = -1;

/** Rewrites a call into GETFIELD, of a field of a type (0: a reference) at an offset, or enters that into the table. */
function enterGetfield(ops: Int32Array, pc: number, type: Ref, offset: number, found: number, key = 0): void {
  if (ops[pc] === Op.GETFIELD) {
    enterField(type, key, offset, found);
  } else if (ops[pc] === Op.CALL) {
    ops[pc + 4] = type;
    ops[pc + 5] = offset;
    ops[pc + 6] = found;
    ops[pc] = Op.GETFIELD;
  }
}

/** GETFIELD meets a type that neither it nor the table knows. */
export function learnField(ops: Int32Array, pc: number, fp: number): void {
  const object = operandWord(ops, pc, fp, 1);
  const type = slotType(object);
  const key = ops[pc + CALL_HEADER + 2];
  enterField(type, key, -1, 0);
  quickenFieldPath(ops, pc, type, [-key], key);
}

/** SETFIELD meets a type that the table does not know. */
export function learnSetfield(ops: Int32Array, pc: number, fp: number): void {
  const object = operandWord(ops, pc, fp, 1);
  const name = operandWord(ops, pc, fp, 2);
  if (slotType(name) !== SymbolType) return;
  enterField(slotType(object), slotRef(name), -1, 0);
  enterSetfield(object, name);
}

const operandWord = (ops: Int32Array, pc: number, fp: number, index: number): number => {
  const operand = ops[pc + CALL_HEADER + index];
  return operand >= 0 ? fp + operand : -operand;
};

/** `setfield!` of a field whose values have one type: the table gets its place, under the field's name. */
function enterSetfield(object: number, name: number): boolean {
  const type = slotType(object);
  if (!isConcrete(type) || fieldIsOpaque(type) || !isMutableType(type)) return false;
  const index = fieldIndex(type, slotRef(name) as SymbolRef);
  if (index < 0 || index >= fieldCountOf(type) || fieldIsAtomic(type, index) || fieldIsConst(type, index)) return false;
  const declared = fieldType(type, index);
  let stored: number;
  if (fieldIsPtr(type, index)) {
    // A value of exactly the declared type, or any reference at all.
    if (declared !== datatype('Any') && (!isDataType(declared) || !isConcrete(declared))) return false;
    stored = -declared;
  } else if (QUICK_FIELD_TYPES.has(declared)) {
    stored = declared;
  } else return false;
  enterField(type, slotRef(name), fieldOffset(type, index), stored);
  return true;
}

/** `setfield!(object, name, value)` */
function quickenSetfield(ops: Int32Array, pc: number, words: Int32Array): void {
  if (U32[words[1] + 2] !== 0 || U32[words[2] + 2] !== 0 || slotType(words[2]) !== SymbolType) return;
  if (enterSetfield(words[1], words[2])) ops[pc] = Op.SETFIELD;
}

/** Number from 0 of the field that a constant slot names, -1 if it names none. */
function fieldNumber(type: DataTypeRef, name: number): number {
  if (U32[name + 2] === Int64) return U32[name + 1] === 0 ? U32[name] - 1 : -1;
  return slotType(name) === SymbolType ? fieldIndex(type, slotRef(name) as SymbolRef) : -1;
}

const QUICK_FIELD_TYPES = new Set<Ref>([Int64, UInt64, Float64, Bool, datatype('UInt8')]);

const fieldCountOf = (type: Ref): number => layoutFieldCount(type);
/** Types whose objects are not what their fields say: modules and the like answer getfield in their own way. */
const fieldIsOpaque = (type: Ref): boolean => type === datatype('Module') || layoutFieldCount(type) === 0;
