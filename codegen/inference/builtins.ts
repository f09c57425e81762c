// What builtins and intrinsics give, as a table from name to a function on the lattice.
//
// Constants are folded before the table is asked (fold.ts). A function that is not in the table gives Any, which is never
// wrong. What a call tells about variables (`x === nothing`, `x isa T`) is a Conditional on the slot that the argument was
// read from, if it was read from one.

import { type DataTypeRef, type ModuleRef, type Ref, type SymbolRef, typeOf } from '../../interpreter/memory/layout.ts';
import {
  Bottom,
  datatype,
  falseValue,
  nothing,
  trueValue,
  typename,
  wrapper,
} from '../../interpreter/memory/wellknown.ts';
import { symbol as symbolOf } from '../../interpreter/runtime/symbols.ts';
import { boxInt64, unboxInt64 } from '../../interpreter/runtime/values.ts';
import { orElse } from '../../interpreter/types/errors.ts';
import {
  applyTupleType,
  applyType,
  boxedFieldAt,
  fieldCount,
  fieldIndex,
  fieldIsConst,
  fieldType,
  hasEmptyIntersection,
  hasFreeVars,
  instanceOf,
  isAbstractType,
  isConcrete,
  isDataType,
  isNamedTupleType,
  isPrimitiveType,
  isSubtype,
  isSymbol,
  isTupleType,
  isType,
  isTypeType,
  isTypeVar,
  isUnion,
  isVararg,
  param,
  paramCount,
  typeNameOf,
  unionMembers,
  unwrapUnionAll,
  varargElement,
  wrapperOf,
} from '../../interpreter/types/index.ts';
import { foldable } from './fold.ts';
import {
  anything,
  exclude,
  impossible,
  isImpossible,
  isPartialable,
  join,
  type Lattice,
  ofConst,
  ofType,
  restrict,
  sameObject,
  someBool,
  someInt,
  tupleOf,
  widen,
  withoutConditional,
} from './lattice.ts';

/** What a builtin's function may ask of the code around the call. */
export interface Surroundings {
  /** The slot that argument `index` (from 0) was read from and still holds, 0 if there is none. */
  slotOf(index: number): number;
  /** What a global is: its value when it is constant, else its type. */
  global(module: ModuleRef, name: SymbolRef): Lattice;
}

type Transfer = (args: readonly Lattice[], around: Surroundings) => Lattice;

const Bool = datatype('Bool');
const Int64 = datatype('Int64');

const booleanIntrinsics = [
  'eq_int',
  'ne_int',
  'slt_int',
  'ult_int',
  'sle_int',
  'ule_int',
  'eq_float',
  'ne_float',
  'lt_float',
  'le_float',
  'eq_float_fast',
  'ne_float_fast',
  'lt_float_fast',
  'le_float_fast',
  'fpiseq',
  'have_fma',
];
const convertingIntrinsics = [
  'bitcast',
  'sext_int',
  'zext_int',
  'trunc_int',
  'fptoui',
  'fptosi',
  'uitofp',
  'sitofp',
  'fptrunc',
  'fpext',
];
const flaggedIntrinsics = [
  'checked_sadd_int',
  'checked_uadd_int',
  'checked_ssub_int',
  'checked_usub_int',
  'checked_smul_int',
  'checked_umul_int',
];
const plainIntrinsics = [
  'neg_int',
  'add_int',
  'sub_int',
  'mul_int',
  'sdiv_int',
  'udiv_int',
  'srem_int',
  'urem_int',
  'neg_float',
  'add_float',
  'sub_float',
  'mul_float',
  'div_float',
  'min_float',
  'max_float',
  'fma_float',
  'muladd_float',
  'neg_float_fast',
  'add_float_fast',
  'sub_float_fast',
  'mul_float_fast',
  'div_float_fast',
  'min_float_fast',
  'max_float_fast',
  'and_int',
  'or_int',
  'xor_int',
  'shl_int',
  'lshr_int',
  'ashr_int',
  'bswap_int',
  'ctpop_int',
  'ctlz_int',
  'cttz_int',
  'checked_sdiv_int',
  'checked_udiv_int',
  'checked_srem_int',
  'checked_urem_int',
  'abs_float',
  'copysign_float',
  'flipsign_int',
  'ceil_llvm',
  'floor_llvm',
  'trunc_llvm',
  'rint_llvm',
  'sqrt_llvm',
  'sqrt_llvm_fast',
  'add_ptr',
  'sub_ptr',
];

const table = new Map<string, Transfer>();

const define = (names: readonly string[], transfer: Transfer): void => {
  for (const name of names) table.set(name, transfer);
};

define(booleanIntrinsics, () => someBool);
define(convertingIntrinsics, ([to]) => (to.kind === 'const' && isDataType(to.value) ? ofType(to.value) : anything));
define(plainIntrinsics, ([first]) => (isPrimitiveType(widen(first)) ? ofType(widen(first)) : anything));
define(flaggedIntrinsics, ([first]) =>
  isPrimitiveType(widen(first)) ? ofType(applyTupleType([widen(first), Bool])) : anything,
);
define(['not_int'], ([first]) => {
  if (first.kind === 'conditional') {
    return { kind: 'conditional', slot: first.slot, whenTrue: first.whenFalse, whenFalse: first.whenTrue };
  }
  return isPrimitiveType(widen(first)) ? ofType(widen(first)) : anything;
});
define(['pointerref', 'atomic_pointerref'], ([pointer]) => elementOf(pointer, typename('Ptr'), 0));
define(['pointerset'], ([pointer]) => pointer);
define(['cglobal'], (args) => {
  const type = args.at(1);
  if (type === undefined) return ofType(applyType(wrapper('Ptr'), [datatype('Nothing')]));
  return type.kind === 'const' && isType(type.value) ? ofType(applyType(wrapper('Ptr'), [type.value])) : anything;
});
define(['atomic_fence', 'donotdelete'], () => ofConst(nothing));

/** The element type of a pointer, memory reference or memory, as an element. */
function elementOf(of: Lattice, name: Ref, index: number): Lattice {
  const type = widen(of);
  if (!isDataType(type) || typeNameOf(type) !== name) return anything;
  const element = param(type, index);
  return isTypeVar(element) || hasFreeVars(element) ? anything : ofType(element);
}

define(['===', 'egal'], ([a, b], around) => {
  const left = withoutConditional(a);
  const right = withoutConditional(b);
  if (left.kind === 'const' && right.kind === 'const') return ofConst(boolean(sameObject(left.value, right.value)));
  if (hasEmptyIntersection(widen(left), widen(right))) return ofConst(boolean(false));
  for (const [side, other, index] of [
    [left, right, 1],
    [right, left, 0],
  ] as const) {
    if (side.kind !== 'const') continue;
    const slot = around.slotOf(index);
    if (slot === 0) continue;
    const single = instanceOf(typeOf(side.value)) !== 0 ? typeOf(side.value) : Bottom;
    return {
      kind: 'conditional',
      slot,
      whenTrue: isType(side.value) ? other : side,
      whenFalse: single === Bottom ? other : exclude(other, single),
    };
  }
  return someBool;
});

const boolean = (value: boolean): Ref => (value ? trueValue : falseValue);

define(['isa'], ([value, type], around) => {
  if (type.kind !== 'const' || !isType(type.value)) return someBool;
  const plain = withoutConditional(value);
  const yes = restrict(plain, type.value);
  if (isImpossible(yes)) return ofConst(boolean(false));
  if (isSubtype(widen(plain), type.value)) return ofConst(boolean(true));
  const slot = around.slotOf(0);
  if (slot === 0) return someBool;
  return { kind: 'conditional', slot, whenTrue: yes, whenFalse: exclude(plain, type.value) };
});
define(['typeassert'], ([value, type]) =>
  type.kind === 'const' && isType(type.value) ? restrict(value, type.value) : withoutConditional(value));
define(['<:', 'applicable', 'isdefinedglobal', 'memoryref_isassigned'], () => someBool);
define(['throw', 'throw_methoderror'], () => impossible);
define(['tuple'], (args) => tupleOf(args));
define(['typeof'], ([value]) => {
  const type = widen(withoutConditional(value));
  if (isTypeType(type)) {
    const of = param(type, 0);
    if (!isTypeVar(of)) return ofConst(typeOf(of));
    return ofType(datatype('Type') === type ? wrapper('Type') : wrapper('Type'));
  }
  if (isDataType(type) && isConcrete(type)) return ofConst(type);
  return ofType(datatype('DataType'));
});
define(['sizeof', '_svec_len', 'memoryrefoffset'], () => someInt);
define(['nfields'], ([value]) => {
  const type = widen(withoutConditional(value));
  return isTupleType(type) && isConcrete(type) ? ofConst(boxInt64(fieldCount(type))) : someInt;
});
define(['svec'], () => ofType(datatype('SimpleVector')));
define(['_expr'], () => ofType(datatype('Expr')));
define(['_typevar'], () => ofType(datatype('TypeVar')));
define(['apply_type'], ([type]) => {
  if (type.kind !== 'const') return ofType(wrapper('Type'));
  const body = unwrapUnionAll(type.value);
  // Tuple{...} and Union{...} of unknown parameters may be of any kind.
  if (!isDataType(body) || isTupleType(body)) return ofType(wrapper('Type'));
  return ofType(wrapper('Type'));
});
define(['fieldtype'], () => ofType(wrapper('Type')));
define(['ifelse'], ([condition, a, b]) => {
  if (condition.kind === 'const') return condition.value === trueValue ? a : b;
  return join(withoutConditional(a), withoutConditional(b));
});
define(['memorynew'], ([type]) => (type.kind === 'const' && isDataType(type.value) ? ofType(type.value) : anything));
define(['memoryrefnew'], ([base]) => {
  const type = widen(base);
  if (!isDataType(type)) return anything;
  if (typeNameOf(type) === typename('GenericMemoryRef')) return ofType(type);
  if (typeNameOf(type) !== typename('GenericMemory') || hasFreeVars(type)) return anything;
  const refs = wrapperOf(typename('GenericMemoryRef'));
  return ofType(applyType(refs, [param(type, 0), param(type, 1), param(type, 2)]));
});
define(['memoryrefget'], ([ref]) => elementOf(ref, typename('GenericMemoryRef'), 1));
define(['memoryrefset!'], (args) => withoutConditional(args[1]));
define(['setfield!', 'setglobal!'], (args) => withoutConditional(args[2]));
define(['getglobal'], ([module, name], around) => {
  if (module.kind !== 'const' || name.kind !== 'const' || !isSymbol(name.value)) return anything;
  return around.global(module.value as ModuleRef, name.value);
});
define(['getfield'], (args, around) => getfield(args[0], args[1], around));
define(['isdefined'], ([object, name]) => {
  const type = widen(object);
  if (name?.kind === 'const' && isDataType(type) && isPartialable(type)) {
    const index = fieldNumber(type, name.value);
    if (index >= 0 && index < fieldCount(type) && isPrimitiveType(fieldType(type, index)))
      return ofConst(boolean(true));
  }
  return someBool;
});
define(['compilerbarrier'], ([kind, value]) => {
  const plain = withoutConditional(value);
  return kind.kind === 'const' && sameObject(kind.value, symbolOf('type')) ? anything : ofType(widen(plain));
});

/** Number of the field that a Symbol or Int64 names in a type, from 0; -1 when it names none. */
export function fieldNumber(type: Ref, name: Ref): number {
  if (isSymbol(name)) return fieldIndex(type, name);
  if (typeOf(name) !== Int64) return -1;
  return unboxInt64(name) - 1;
}

function getfield(object: Lattice, name: Lattice, around: Surroundings): Lattice {
  const plain = withoutConditional(object);
  if (plain.kind === 'const') {
    const of = typeOf(plain.value);
    if (of === datatype('Module')) {
      return name.kind === 'const' && isSymbol(name.value)
        ? around.global(plain.value as ModuleRef, name.value)
        : anything;
    }
    if (name.kind === 'const') return fieldOfConstant(plain.value, of, name.value);
  }
  const type = widen(plain);
  if (plain.kind === 'partial' && name.kind === 'const') {
    const index = fieldNumber(type, name.value);
    return plain.fields[index] ?? impossible;
  }
  if (isUnion(type)) {
    return unionMembers(type)
      .map((member) => getfield(ofType(member), name, around))
      .reduce(join, impossible);
  }
  return fieldOfType(type, name);
}

function fieldOfConstant(object: Ref, type: DataTypeRef, name: Ref): Lattice {
  const index = orElse(() => fieldNumber(type, name), -1);
  if (index < 0 || index >= orElse(() => fieldCount(type), 0)) return impossible;
  if (fieldIsConst(type, index) && !(type === datatype('DataType') && index > 2)) {
    const value = boxedFieldAt(object, index);
    if (value !== 0) return ofConst(value);
  }
  return ofType(fieldType(type, index));
}

function fieldOfType(type: Ref, name: Lattice): Lattice {
  if (isTypeType(type)) return name.kind === 'const' ? fieldOfType(datatype('DataType'), name) : anything;
  const body = unwrapUnionAll(type);
  if (!isDataType(body) || isAbstractType(body) || body === datatype('Module')) return anything;
  if (isTupleType(body)) return tupleElement(body, name);
  // Which fields a NamedTuple has is only known when its names are.
  if (isNamedTupleType(body) && !isConcrete(body)) return anything;
  const count = orElse(() => fieldCount(body), -1);
  if (count < 0) return anything;
  const clean = (element: Ref): Lattice => (hasFreeVars(element) || isTypeVar(element) ? anything : ofType(element));
  if (name.kind === 'const') {
    const index = fieldNumber(body, name.value);
    return index < 0 || index >= count ? impossible : clean(fieldType(body, index));
  }
  let result: Lattice = impossible;
  for (let i = 0; i < count; i++) result = join(result, clean(fieldType(body, i)));
  return result;
}

function tupleElement(type: Ref, name: Lattice): Lattice {
  const count = paramCount(type);
  const elementAt = (index: number): Lattice => {
    const element = param(type, Math.min(index, count - 1));
    const of = isVararg(element) ? varargElement(element) : element;
    if (index >= count && !isVararg(element)) return impossible;
    return isTypeVar(of) || hasFreeVars(of) ? anything : ofType(of);
  };
  if (count === 0) return impossible;
  if (name.kind === 'const' && typeOf(name.value) === Int64) {
    const index = unboxInt64(name.value) - 1;
    return index < 0 ? impossible : elementAt(index);
  }
  let result: Lattice = impossible;
  for (let i = 0; i < count; i++) result = join(result, elementAt(i));
  return result;
}

/** What a call of a builtin or intrinsic gives. */
export function builtinResult(name: string, args: readonly Lattice[], around: Surroundings): Lattice {
  if (args.some(isImpossible)) return impossible;
  const transfer = table.get(name);
  if (transfer === undefined) return anything;
  // Too few arguments: the call throws, and the table need not look at what is not there.
  if (args.length === 0 && name !== 'tuple' && name !== 'svec') return anything;
  const variadic = name === 'tuple' || name === 'cglobal' || name === 'isdefined';
  return transfer(variadic || args.length >= 3 ? args : [...args, anything, anything].slice(0, 3), around);
}

/** Builtins for which a wrong number of arguments must not reach the table. */
export const isFoldableBuiltin = (name: string): boolean => foldable.has(name);
