// What builtins and intrinsics give, as a table from name to a function on the lattice.
//
// Constants are folded before the table is asked (fold.ts). A function that is not in the table gives Any, which is never
// wrong. What a call tells about variables (`x === nothing`, `x isa T`) is a Conditional on the slot that the argument was
// read from, if it was read from one.

import { type ModuleRef, NULL, type Ref, type SymbolRef, typeOf } from '../../interpreter/memory/layout.ts';
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
  applyTypeUnchecked,
  boxedFieldAt,
  fieldCount,
  fieldIndex,
  fieldIsConst,
  fieldType,
  hasEmptyIntersection,
  hasFreeVars,
  instanceOf,
  isAbstractType,
  isBits,
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
  isUnionAll,
  isVararg,
  layoutSize,
  newTypeVar,
  param,
  paramCount,
  rewrapUnionAll,
  typeNameOf,
  typeTypeOf,
  typeUnion,
  uninitializedCount,
  unionAll,
  unionMembers,
  unwrapUnionAll,
  wrapperOf,
} from '../../interpreter/types/index.ts';
import { fieldOfConstant, fieldOfStruct } from './fields.ts';
import { foldNamed } from './fold.ts';
import {
  anything,
  exclude,
  hasUniqueRepresentation,
  impossible,
  isBelow,
  isImpossible,
  isRest,
  type Lattice,
  ofConst,
  ofType,
  oneOfRest,
  restrict,
  sameObject,
  someBool,
  someInt,
  tupleOf,
  widen,
  withoutConditional,
} from './lattice.ts';
import { join } from './merge.ts';

/** What a builtin's function may ask of the code around the call. */
export interface Surroundings {
  /** The slot that argument `index` (from 0) was read from and still holds, 0 if there is none. */
  slotOf(index: number): number;
  /** What a global is: its value when it is constant, else its type. */
  global(module: ModuleRef, name: SymbolRef): Lattice;
}

type Transfer = (args: readonly Lattice[], around: Surroundings) => Lattice;

const Any = datatype('Any');
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
  if (isUnion(type)) return eachMember(type, (member) => elementOf(ofType(member), name, index));
  const body = unwrapUnionAll(type);
  if (!isDataType(body)) return anything;
  if (typeNameOf(body) !== name) return hasEmptyIntersection(type, wrapperOf(name)) ? impossible : anything;
  return fieldElement(param(body, index), type);
}

/** A type that may mention variables of `around`, as what a read of such a field or element gives. */
const fieldElement = (type: Ref, around: Ref): Lattice => {
  const whole = rewrapUnionAll(type, around);
  return isTypeVar(whole) || hasFreeVars(whole) || !isType(whole) ? anything : ofType(whole);
};

const eachMember = (type: Ref, f: (member: Ref) => Lattice): Lattice =>
  unionMembers(type).map(f).reduce(join, impossible);

const boolean = (value: boolean): Ref => (value ? trueValue : falseValue);

define(['==='], ([a, b], around) => {
  const left = withoutConditional(a);
  const right = withoutConditional(b);
  if (left.kind === 'const' && right.kind === 'const') return ofConst(boolean(sameObject(left.value, right.value)));
  if (hasEmptyIntersection(widen(left), widen(right))) return ofConst(boolean(false));
  if (left.kind === 'partial' && right.kind === 'const' && !isBelow(right, left) && differs(left, right)) {
    return ofConst(boolean(false));
  }
  for (const [side, other, index] of [
    [left, right, 1],
    [right, left, 0],
  ] as const) {
    if (side.kind !== 'const') continue;
    const slot = around.slotOf(index);
    if (slot === 0) {
      const negated = ofBool(side, other, index === 1 ? b : a);
      if (negated !== null) return negated;
      continue;
    }
    const isSingle = instanceOf(typeOf(side.value)) !== 0;
    return {
      kind: 'conditional',
      slot,
      whenTrue: isType(side.value) && !hasUniqueRepresentation(side.value) ? other : side,
      whenFalse: isSingle ? exclude(other, typeOf(side.value)) : withoutBool(side.value, other),
    };
  }
  const slot = around.slotOf(0);
  if (slot !== 0) return { kind: 'conditional', slot, whenTrue: restrict(left, widen(right)), whenFalse: left };
  const other = around.slotOf(1);
  if (other !== 0)
    return { kind: 'conditional', slot: other, whenTrue: restrict(right, widen(left)), whenFalse: right };
  return someBool;
});

/** `c === true` of a Bool says what `c` says. */
function ofBool(side: Lattice, plain: Lattice, element: Lattice): Lattice | null {
  if (side.kind !== 'const' || element.kind !== 'conditional' || plain.kind === 'const') return null;
  if (side.value === trueValue) return element;
  if (side.value !== falseValue) return null;
  return { ...element, whenTrue: element.whenFalse, whenFalse: element.whenTrue };
}

const withoutBool = (value: Ref, other: Lattice): Lattice =>
  widen(other) === Bool && typeOf(value) === Bool ? ofConst(boolean(value !== trueValue)) : other;

function differs(a: Lattice, b: Lattice): boolean {
  return a.kind === 'partial' && b.kind === 'const' && a.fields.every((field) => !isRest(field));
}

define(['isa'], ([value, type], around) => {
  const tested = exactType(type);
  if (tested === null) return someBool;
  const plain = withoutConditional(value);
  const yes = restrict(plain, tested);
  if (isImpossible(yes)) return ofConst(boolean(false));
  if (isSubtype(widen(plain), tested)) return ofConst(boolean(true));
  const slot = around.slotOf(0);
  if (slot === 0) return someBool;
  return { kind: 'conditional', slot, whenTrue: yes, whenFalse: exclude(plain, tested) };
});

/** The type that an element is for certain; null when it is not known. */
export function exactType(element: Lattice): Ref | null {
  if (element.kind === 'const') return isType(element.value) ? element.value : null;
  const type = widen(element);
  if (!isTypeType(type)) return null;
  const of = param(type, 0);
  return isTypeVar(of) || hasFreeVars(of) ? null : of;
}

/** A type of which the type that an element stands for is a subtype, and whether it is that very type. */
function boundOfType(element: Lattice): { type: Ref; exact: boolean } {
  const exact = exactType(element);
  if (exact !== null) return { type: exact, exact: true };
  const type = widen(element);
  const body = unwrapUnionAll(type);
  if (isTypeType(body)) {
    const of = param(body, 0);
    return { type: isTypeVar(of) ? rewrapUnionAll(of, type) : rewrapUnionAll(of, type), exact: false };
  }
  return { type: Any, exact: false };
}

define(['typeassert'], ([value, type]) => {
  const { type: bound } = boundOfType(type);
  return bound === Any ? withoutConditional(value) : restrict(value, bound);
});
define(['<:'], ([a, b]) => {
  const left = boundOfType(a);
  const right = boundOfType(b);
  if (right.exact && isSubtype(left.type, right.type)) return ofConst(boolean(true));
  if (left.exact && right.exact) return ofConst(boolean(isSubtype(left.type, right.type)));
  if (
    left.exact &&
    left.type !== Bottom &&
    !isSubtype(left.type, right.type) &&
    hasEmptyIntersection(left.type, right.type)
  ) {
    return ofConst(boolean(false));
  }
  return someBool;
});
define([
  'applicable',
  'isdefinedglobal',
  'memoryref_isassigned',
  'setfieldonce!',
  'setglobalonce!',
  'memoryrefsetonce!',
], () => someBool);
define(['throw', 'throw_methoderror'], () => impossible);
define(['tuple'], (args) => tupleOf(args));
define(['typeof'], ([value]) => typeofResult(withoutConditional(value)));

function typeofResult(value: Lattice): Lattice {
  if (value.kind === 'const') return ofConst(typeOf(value.value));
  const type = widen(value);
  if (isTypeType(type)) {
    const of = param(type, 0);
    return isTypeVar(of) ? ofType(wrapper('Type')) : ofConst(typeOf(of));
  }
  if (isDataType(type)) {
    if (isConcrete(type) && !isTupleType(type)) return ofConst(type);
    if (isConcrete(type)) return ofConst(type);
    if (type === Any) return ofType(datatype('DataType'));
    if (isTypeType(unwrapUnionAll(type))) return ofType(wrapper('Type'));
    return upperBound(type);
  }
  if (isUnion(type)) return eachMember(type, (member) => typeofResult(ofType(member)));
  if (isUnionAll(type) && isTypeType(unwrapUnionAll(type))) return ofType(wrapper('Type'));
  return upperBound(type);
}

/** `Type{<:T}` */
function upperBound(type: Ref): Lattice {
  const variable = newTypeVar(symbolOf('#s1'), Bottom, type);
  return ofType(unionAll(variable, typeTypeOf(variable)));
}

define(['_svec_len', 'memoryrefoffset'], () => someInt);
define(['sizeof'], ([value]) => {
  const plain = withoutConditional(value);
  const type = exactType(plain) ?? widen(plain);
  return isConcrete(type) && isBits(type) ? ofConst(boxInt64(layoutSize(type))) : someInt;
});
define(['nfields'], ([value]) => {
  const plain = withoutConditional(value);
  if (plain.kind === 'const') return ofConst(boxInt64(orElse(() => fieldCount(typeOf(plain.value)), 0)));
  const type = widen(plain);
  if (!isDataType(type) || isAbstractType(type) || type === Any || isTypeType(type)) return someInt;
  if (isTupleType(type)) return isVarargTupleType(type) ? someInt : ofConst(boxInt64(paramCount(type)));
  if (isNamedTupleType(type) && !isConcrete(type)) return someInt;
  const count = orElse(() => fieldCount(type), -1);
  return count < 0 ? someInt : ofConst(boxInt64(count));
});

const isVarargTupleType = (type: Ref): boolean => paramCount(type) > 0 && isVararg(param(type, paramCount(type) - 1));

define(['svec'], () => ofType(datatype('SimpleVector')));
define(['_expr'], () => ofType(datatype('Expr')));
define(['_typevar'], () => ofType(datatype('TypeVar')));
define(['apply_type'], (args) => appliedType(args));

/** `T{parameters...}` where some parameters are not known. */
function appliedType([head, ...parameters]: readonly Lattice[]): Lattice {
  const of = exactType(head);
  const whole = ofType(wrapper('Type'));
  if (of === null) return whole;
  if (of === datatype('Union') && parameters.every((each) => exactType(each) !== null)) {
    return ofConst(typeUnion(parameters.map((each) => exactType(each) ?? Bottom)));
  }
  const body = unwrapUnionAll(of);
  if (!isDataType(body) || of === datatype('Union') || parameters.some(isRest)) return whole;
  if (isTupleType(body) || !isUnionAll(of)) {
    return isTupleType(body) ? upperBound(datatype('Tuple')) : whole;
  }
  const variables: Ref[] = [];
  const known: Ref[] = [];
  for (const parameter of parameters) {
    const plain = withoutConditional(parameter);
    const exact = exactType(plain);
    if (exact !== null) known.push(exact);
    else if (plain.kind === 'const') known.push(plain.value);
    else {
      const { type } = boundOfType(plain);
      const variable = newTypeVar(symbolOf('#s1'), Bottom, type);
      variables.push(variable);
      known.push(variable);
    }
  }
  const applied = orElse(() => applyTypeUnchecked(of, known), NULL);
  if (applied === NULL) return whole;
  let result: Ref = typeTypeOf(applied);
  for (const variable of variables.reverse()) result = unionAll(variable, result);
  return ofType(result);
}

define(['fieldtype'], ([type, name]) => {
  const of = exactType(type);
  if (of === null) return ofType(wrapper('Type'));
  if (isUnion(of)) return ofType(wrapper('Type'));
  const body = unwrapUnionAll(of);
  if (!isDataType(body) || isAbstractType(body) || (isNamedTupleType(body) && !isConcrete(body)))
    return ofType(wrapper('Type'));
  const index = name.kind === 'const' ? orElse(() => fieldNumber(body, name.value), -1) : -1;
  if (index < 0) return ofType(wrapper('Type'));
  const field = fieldElement(
    orElse(() => fieldType(body, index), Any),
    of,
  );
  return field.kind === 'type' && !hasFreeVars(of)
    ? ofConst(widen(field))
    : field.kind === 'const'
      ? ofConst(widen(field))
      : ofType(wrapper('Type'));
});
define(['ifelse'], ([condition, a, b]) => {
  const plain = withoutConditional(condition);
  if (plain.kind === 'const') return plain.value === trueValue ? a : plain.value === falseValue ? b : impossible;
  return join(withoutConditional(a), withoutConditional(b));
});
define(['memorynew'], ([type]) => {
  const of = exactType(type);
  if (of !== null && isDataType(of)) return ofType(of);
  const { type: bound } = boundOfType(type);
  return bound === Any ? anything : ofType(bound);
});
define(['memoryrefnew'], ([base]) => {
  const type = widen(base);
  if (isUnion(type)) return eachMember(type, refOfMemory);
  return refOfMemory(type);
});

function refOfMemory(type: Ref): Lattice {
  const body = unwrapUnionAll(type);
  if (!isDataType(body)) return anything;
  if (typeNameOf(body) === typename('GenericMemoryRef')) return ofType(type);
  if (typeNameOf(body) !== typename('GenericMemory')) return anything;
  const refs = wrapperOf(typename('GenericMemoryRef'));
  const ref = orElse(() => applyTypeUnchecked(refs, [param(body, 0), param(body, 1), param(body, 2)]), NULL);
  return ref === NULL ? ofType(refs) : ofType(rewrapUnionAll(ref, type));
}

const RefName = typename('GenericMemoryRef');
define(['memoryrefget', 'memoryrefswap!'], ([ref]) => elementOf(ref, RefName, 1));
define(['memoryrefset!'], (args) => withoutConditional(args[1]));
define(['memoryrefmodify!'], ([ref]) => pairOf(elementOf(ref, RefName, 1)));
define(['memoryrefreplace!'], ([ref]) => successOf(elementOf(ref, RefName, 1)));
define(['setfield!', 'setglobal!'], (args) => withoutConditional(args[2]));
define(['swapfield!'], (args, around) => getfield(args[0], args[1], around));
define(['modifyfield!'], (args, around) => pairOf(getfield(args[0], args[1], around)));
define(['replacefield!'], (args, around) => successOf(getfield(args[0], args[1], around)));

/** `Pair{T, T}`: old and new value. */
function pairOf(field: Lattice): Lattice {
  const type = widen(field);
  const pair = datatype('Pair');
  return type === Any || !isConcrete(type)
    ? anything
    : ofType(orElse(() => applyType(wrapperOf(typeNameOf(unwrapUnionAll(pair))), [type, type]), Any));
}

/** What a replacement gives: the old value, and whether it was replaced. */
function successOf(field: Lattice): Lattice {
  const type = widen(field);
  const names = foldNamed('tuple', [symbolOf('old'), symbolOf('success')]);
  const body = applyType(wrapper('NamedTuple'), [names, applyTupleType([type, Bool])]);
  if (isConcrete(type)) return ofType(body);
  const variable = newTypeVar(symbolOf('#s1'), Bottom, type);
  return ofType(
    unionAll(variable, applyTypeUnchecked(wrapper('NamedTuple'), [names, applyTupleType([variable, Bool])])),
  );
}

define(['getglobal'], ([module, name], around) => {
  if (module.kind !== 'const' || name.kind !== 'const' || !isSymbol(name.value)) return anything;
  if (typeOf(module.value) !== datatype('Module')) return impossible;
  return around.global(module.value as ModuleRef, name.value);
});
define(['getfield'], (args, around) => getfield(args[0], args[1], around));
define(['isdefined'], ([object, name]) => isDefinedResult(withoutConditional(object), withoutConditional(name)));

function isDefinedResult(object: Lattice, name: Lattice): Lattice {
  const type = widen(object);
  if (name.kind !== 'const' || type === datatype('Module')) return someBool;
  if (isUnion(type)) return eachMember(type, (member) => isDefinedResult(ofType(member), name));
  const body = unwrapUnionAll(type);
  if (!isDataType(body) || isAbstractType(body) || body === Any || isTypeType(body)) return someBool;
  if (isNamedTupleType(body) && !isConcrete(body)) return someBool;
  const index = orElse(() => fieldNumber(body, name.value), -1);
  if (index < 0) return ofConst(falseValue);
  if (isTupleType(body)) {
    const count = paramCount(body);
    if (isVarargTupleType(body)) return index < count - 1 ? ofConst(trueValue) : someBool;
    return ofConst(boolean(index < count));
  }
  const count = orElse(() => fieldCount(body), -1);
  if (count < 0) return someBool;
  if (index >= count) return ofConst(falseValue);
  if (object.kind === 'partial' && index < object.fields.length) return ofConst(trueValue);
  if (object.kind === 'const' && fieldIsConst(body, index))
    return ofConst(boolean(boxedFieldAt(object.value, index) !== NULL));
  return isPrimitiveType(fieldType(body, index)) || index < count - uninitializedCount(body)
    ? ofConst(trueValue)
    : someBool;
}

define(['compilerbarrier'], ([kind, value]) => {
  const plain = withoutConditional(value);
  if (kind.kind !== 'const') return anything;
  if (sameObject(kind.value, symbolOf('type'))) return anything;
  return sameObject(kind.value, symbolOf('const')) ? ofType(widen(plain)) : plain;
});
define(['get_binding_type'], () => ofType(wrapper('Type')));
define(['finalizer'], () => ofConst(nothing));
define(['_svec_ref', 'current_scope'], () => anything);

/** Number of the field that a Symbol or Int64 names in a type, from 0; -1 when it names none. */
export function fieldNumber(type: Ref, name: Ref): number {
  if (isSymbol(name)) return isTupleType(type) ? -1 : fieldIndex(type, name);
  if (typeOf(name) !== Int64) return -1;
  return unboxInt64(name) - 1;
}

function getfield(object: Lattice, name: Lattice, around: Surroundings): Lattice {
  const plain = withoutConditional(object);
  const field = withoutConditional(name);
  if (plain.kind === 'const' && typeOf(plain.value) === datatype('Module')) {
    return field.kind === 'const' && isSymbol(field.value)
      ? around.global(plain.value as ModuleRef, field.value)
      : anything;
  }
  if (plain.kind === 'const' && field.kind === 'const') {
    const known = fieldOfConstant(plain.value, field.value);
    if (known !== null) return known;
  }
  const type = widen(plain);
  if (isUnion(type)) return eachMember(type, (member) => getfield(ofType(member), field, around));
  return fieldOfStruct(plain, field);
}

/** What a call of a builtin or intrinsic gives. */
export function builtinResult(name: string, given: readonly Lattice[], around: Surroundings): Lattice {
  if (given.some(isImpossible)) return impossible;
  const transfer = table.get(name);
  if (transfer === undefined) return anything;
  if (name === 'tuple') return transfer(given, around);
  let args = given;
  const last = given.at(-1);
  if (last !== undefined && isRest(last)) {
    if (name === 'apply_type') return transfer(args, around);
    args = given.slice(0, -1);
    while (args.length < 4) args = [...args, oneOfRest(last)];
  }
  // Too few arguments: the call throws, and the table need not look at what is not there.
  if (args.length === 0 && name !== 'svec') return anything;
  const variadic = name === 'cglobal' || name === 'apply_type';
  return transfer(variadic || args.length >= 3 ? args : [...args, anything, anything].slice(0, 3), around);
}
