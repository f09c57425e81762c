// Effects of builtins and intrinsics: what they do besides giving a value, and what they may throw.
//
// Whether a builtin may throw depends on its arguments: a getfield of a field that is there does not. Where that is not
// worked out, it may.

import { U32 } from '../../ffi/region.ts';
import { type Ref, type SymbolRef, typeOf } from '../../interpreter/memory/layout.ts';
import { Bottom, datatype, falseValue, trueValue, typename } from '../../interpreter/memory/wellknown.ts';
import { symbolName } from '../../interpreter/runtime/symbols.ts';
import { orElse } from '../../interpreter/types/errors.ts';
import {
  fieldCount,
  fieldIsConst,
  fieldType,
  instanceOf,
  isAbstractType,
  isBits,
  isConcrete,
  isDataType,
  isKind,
  isMutableType,
  isNamedTupleType,
  isPrimitiveType,
  isSubtype,
  isSymbol,
  isTupleType,
  isType,
  isTypeType,
  isUnion,
  isUnionAll,
  isVararg,
  layoutSize,
  param,
  paramCount,
  typeNameOf,
  uninitializedCount,
  unionAllBody,
  unionAllVar,
  unionMembers,
  unwrapUnionAll,
  varUpper,
} from '../../interpreter/types/index.ts';
import { exactType, fieldNumber } from './builtins.ts';
import { Effect, type Effects, mergeEffects, PURE, THROWS, UNKNOWN } from './effects.ts';
import {
  anything,
  impossible,
  isImpossible,
  isRest,
  type Lattice,
  ofType,
  someBool,
  widen,
  withoutConditional,
} from './lattice.ts';
import { join } from './merge.ts';

const Int64 = datatype('Int64');
const Any = datatype('Any');

/** Builtins that are functions of their arguments, apart from exceptions. */
const pure: ReadonlySet<string> = new Set([
  'tuple',
  'svec',
  '===',
  'typeof',
  'nfields',
  'isa',
  '<:',
  'typeassert',
  'ifelse',
  'apply_type',
  'fieldtype',
  'sizeof',
  '_typevar',
  '_svec_len',
  '_svec_ref',
  'throw',
  'throw_methoderror',
  'memoryrefnew',
  'memoryrefoffset',
]);

/** Builtins that read or change memory that their first argument leads to. */
const reading: ReadonlySet<string> = new Set(['memoryrefget', 'memoryref_isassigned', 'isdefined']);
const changing: ReadonlySet<string> = new Set(['setfield!', 'memoryrefset!']);
const exchanging: ReadonlySet<string> = new Set([
  'swapfield!',
  'modifyfield!',
  'replacefield!',
  'setfieldonce!',
  'memoryrefswap!',
  'memoryrefmodify!',
  'memoryrefreplace!',
  'memoryrefsetonce!',
]);

const NOTHING_KNOWN = Effect.inconsistent | Effect.sideEffects | Effect.throws | Effect.accessesMemory;

/** What a call of a builtin may do, given what it gives. */
export function builtinEffects(name: string, args: readonly Lattice[], result: Lattice): Effects {
  const throws = isImpossible(result) || builtinThrows(name, args, result) ? THROWS : PURE;
  if (pure.has(name)) {
    const unchecked = name === 'memoryrefnew' ? uncheckedBounds(args[2]) : PURE;
    return mergeEffects(throws, unchecked);
  }
  if (name === 'getfield') return mergeEffects(throws, getfieldEffects(args, throws !== PURE, result));
  if (reading.has(name)) {
    const known = isImmutable(args[0]) || result.kind === 'const';
    // What an element holds that was never set cannot be told.
    const isElement = name === 'memoryrefget';
    const consistency = isElement ? Effect.inconsistent : Effect.consistentIfInaccessible;
    const reads = known && !isElement ? PURE : consistency | Effect.accessesArguments;
    return mergeEffects(throws | reads, name === 'memoryrefget' ? uncheckedBounds(args[2]) : PURE);
  }
  if (changing.has(name)) {
    const effects =
      throws |
      Effect.effectFreeIfInaccessible |
      Effect.accessesArguments |
      (name === 'memoryrefset!' ? Effect.inconsistent : PURE);
    return mergeEffects(effects, name === 'memoryrefset!' ? uncheckedBounds(args[3]) : PURE);
  }
  if (exchanging.has(name)) return Effect.inconsistent | Effect.sideEffects | Effect.throws | Effect.accessesArguments;
  switch (name) {
    case 'memorynew':
      return throws | Effect.consistentIfNotReturned;
    case 'getglobal':
    case 'isdefinedglobal':
      return result.kind === 'const' ? throws : throws | Effect.inconsistent | Effect.accessesMemory;
    case 'compilerbarrier':
      return throws | Effect.inconsistent;
    case 'donotdelete':
      return Effect.sideEffects;
    case '_expr':
      return NOTHING_KNOWN & ~(throws === PURE ? Effect.throws : 0);
    case 'setglobal!':
      return Effect.sideEffects | Effect.throws | Effect.accessesMemory;
    case 'finalizer':
      return NOTHING_KNOWN & ~Effect.throws;
    default:
      return NOTHING_KNOWN;
  }
}

/** A read or write without a check of bounds is undefined outside of them. */
function uncheckedBounds(check: Lattice | undefined): Effects {
  if (check === undefined || (check.kind === 'const' && check.value === trueValue)) return PURE;
  return check.kind === 'const' ? Effect.undefinedBehaviour : Effect.undefinedIfInbounds;
}

/** Objects of which nothing can be changed that a read would see. */
export function isImmutable(element: Lattice): boolean {
  const type = widen(element);
  if (isTypeType(type) || isKind(type)) return true;
  if (isUnion(type)) return unionMembers(type).every((member) => isImmutable(ofType(member)));
  const body = unwrapUnionAll(type);
  return isDataType(body) && !isAbstractType(body) && body !== Any && !isMutableType(body);
}

/** Values without identity: equal ones cannot be told apart, and nothing in them can be changed. */
export function isValueType(type: Ref, depth = 0): boolean {
  if (type === Bottom || isTypeType(type) || isKind(type)) return true;
  if (isUnion(type)) return unionMembers(type).every((member) => isValueType(member, depth));
  const body = unwrapUnionAll(type);
  if (!isDataType(body) || depth > 6) return false;
  if (body === datatype('String') || body === datatype('Symbol') || body === datatype('Module')) return true;
  if (body === datatype('SimpleVector') || body === datatype('TypeName')) return true;
  if (isBits(body)) return true;
  if (isTupleType(body)) {
    for (let i = 0, n = paramCount(body); i < n; i++) {
      const element = param(body, i);
      if (isVararg(element)) return false;
      if (!isValueType(element, depth + 1)) return false;
    }
    return true;
  }
  if (!isConcrete(body) || isMutableType(body)) return false;
  const count = orElse(() => fieldCount(body), -1);
  for (let i = 0; i < count; i++) if (!isValueType(fieldType(body, i), depth + 1)) return false;
  return count >= 0;
}

function getfieldEffects(args: readonly Lattice[], throws: boolean, result: Lattice): Effects {
  const [object, name] = args;
  const plain = withoutConditional(object);
  if (plain.kind === 'const' && typeOf(plain.value) === datatype('Module')) {
    return result.kind === 'const' ? PURE : Effect.inconsistent | Effect.accessesMemory;
  }
  const type = widen(plain);
  let effects: Effects = PURE;
  const check = args.find((arg, i) => i >= 2 && widen(arg) === datatype('Bool'));
  if (throws && check !== undefined) effects = mergeEffects(effects, uncheckedBounds(check));
  if (isImmutable(plain))
    return effects | (isValueType(type) || !isOpen(type) ? argumentsRead(type) : Effect.accessesArguments);
  if (plain.kind === 'const' && name.kind === 'const') {
    const body = typeOf(plain.value);
    const index = orElse(() => fieldNumber(body, name.value), -1);
    if (index >= 0 && index < orElse(() => fieldCount(body), 0) && fieldIsConst(body, index)) return effects;
  }
  return mergeEffects(effects, Effect.consistentIfInaccessible | Effect.accessesArguments);
}

const isOpen = (type: Ref): boolean => !isConcrete(type);

/** Reading from something that leads to memory others may change counts as a use of the arguments' memory. */
const argumentsRead = (type: Ref): Effects => (isValueType(type) ? PURE : Effect.accessesArguments);

const divisions: ReadonlySet<string> = new Set([
  'sdiv_int',
  'udiv_int',
  'srem_int',
  'urem_int',
  'checked_sdiv_int',
  'checked_udiv_int',
  'checked_srem_int',
  'checked_urem_int',
]);
const memoryIntrinsics: ReadonlySet<string> = new Set([
  'pointerref',
  'pointerset',
  'atomic_fence',
  'atomic_pointerref',
  'atomic_pointerset',
  'atomic_pointerswap',
  'atomic_pointermodify',
  'atomic_pointerreplace',
]);
const converting: ReadonlySet<string> = new Set([
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
]);
const shifts: ReadonlySet<string> = new Set(['shl_int', 'lshr_int', 'ashr_int']);

/** What a call of an intrinsic may do. */
export function intrinsicEffects(name: string, args: readonly Lattice[], result: Lattice): Effects {
  if (name === 'llvmcall') return UNKNOWN;
  const throws = isImpossible(result) || intrinsicThrows(name, args) ? THROWS : PURE;
  if (name === 'pointerref') return throws | Effect.inconsistent | Effect.accessesMemory | Effect.undefinedBehaviour;
  if (memoryIntrinsics.has(name)) {
    return throws | Effect.inconsistent | Effect.sideEffects | Effect.accessesMemory | Effect.undefinedBehaviour;
  }
  if (name === 'cglobal' || name === 'have_fma') return throws | Effect.inconsistent;
  return throws;
}

function intrinsicThrows(name: string, args: readonly Lattice[]): boolean {
  if (args.some(isRest)) return true;
  if (memoryIntrinsics.has(name)) {
    const type = widen(args[0] ?? anything);
    return !(isDataType(type) && typeNameOf(type) === typename('Ptr') && isConcrete(type)) || name !== 'pointerref';
  }
  if (name === 'have_fma') return args.length !== 1 || exactType(args[0]) === null;
  if (name === 'cglobal') return true;
  const plain = args.map(withoutConditional);
  if (converting.has(name)) return conversionThrows(name, plain);
  if (plain.length === 0) return true;
  const type = widen(plain[0]);
  if (!isPrimitiveType(type)) return true;
  for (let i = 1; i < plain.length; i++) {
    const other = widen(plain[i]);
    if (!isPrimitiveType(other) || (!shifts.has(name) && other !== type)) return true;
  }
  return divisions.has(name) && divisionThrows(name, plain);
}

function conversionThrows(name: string, [target, value]: readonly Lattice[]): boolean {
  if (target === undefined || value === undefined) return true;
  const to = exactType(target);
  const from = widen(value);
  if (to === null || !isPrimitiveType(to) || !isPrimitiveType(from)) return true;
  const [wide, narrow] = [layoutSize(to), layoutSize(from)];
  switch (name) {
    case 'bitcast':
      return wide !== narrow;
    case 'sext_int':
    case 'zext_int':
    case 'fpext':
      return wide <= narrow;
    case 'trunc_int':
    case 'fptrunc':
      return wide >= narrow;
    default:
      return false;
  }
}

/** Division is safe by a constant that is neither 0 nor, where that can overflow, -1. */
function divisionThrows(name: string, [, divisor]: readonly Lattice[]): boolean {
  if (divisor === undefined || divisor.kind !== 'const') return true;
  const bytes = layoutSize(typeOf(divisor.value));
  if (bytes > 8) return true;
  const low = U32[divisor.value << 1];
  const high = bytes > 4 ? U32[(divisor.value << 1) + 1] : 0;
  const mask = bytes >= 4 ? 0xffff_ffff : 2 ** (8 * bytes) - 1;
  const isZero = (low & mask) === 0 && high === 0;
  const isMinusOne = (low & mask) >>> 0 === mask && (bytes <= 4 || high === 0xffff_ffff);
  return isZero || (isMinusOne && /s(div|rem)/.test(name));
}

function builtinThrows(name: string, args: readonly Lattice[], result: Lattice): boolean {
  if (args.some(isRest)) return !(name === 'tuple' || name === 'svec');
  const plain = args.map(withoutConditional);
  const [first, second] = plain;
  switch (name) {
    case 'tuple':
    case 'svec':
      return false;
    case '===':
      return args.length !== 2;
    case 'typeof':
    case 'nfields':
      return args.length !== 1;
    case 'isa':
      return args.length !== 2 || !isTypeElement(second);
    case '<:':
      return args.length !== 2 || !isTypeElement(first) || !isTypeElement(second);
    case 'ifelse':
      return args.length !== 3 || widen(first) !== datatype('Bool');
    case 'typeassert': {
      if (args.length !== 2) return true;
      const type = exactType(second);
      return type === null || !isSubtype(widen(first), type);
    }
    case 'sizeof':
      return args.length !== 1 || sizeofThrows(first);
    case 'apply_type':
    case 'fieldtype':
      return result.kind !== 'const' && !(name === 'apply_type' && isSimpleApplication(plain));
    case 'getfield':
      return !(result.kind === 'const' && first?.kind === 'const') && getfieldThrows(plain);
    case 'setfield!':
      return setfieldThrows(plain);
    case 'isdefined':
      return isDefinedThrows(plain);
    case 'memoryrefnew':
      return !(args.length === 1 || (args.length === 3 && isConstant(plain[2], falseValue) && isInt(second)));
    case 'memoryrefoffset':
    case '_svec_len':
      return args.length !== 1;
    case '_svec_ref':
      return result.kind !== 'const';
    case 'memoryrefget':
      return memoryrefgetThrows(plain);
    case 'memoryrefset!':
      return memoryrefsetThrows(plain);
    case 'compilerbarrier':
      return args.length !== 2 || first.kind !== 'const' || !isBarrierSetting(first.value);
    case '_expr':
      return first === undefined || widen(first) !== datatype('Symbol');
    case '_typevar':
      return args.length !== 3;
    case 'getglobal':
      return result.kind !== 'const';
    case 'memorynew':
      return !(second !== undefined && second.kind === 'const' && isBits(typeOf(second.value)));
    default:
      return true;
  }
}

const isConstant = (element: Lattice | undefined, value: Ref): boolean =>
  element !== undefined && element.kind === 'const' && element.value === value;
const isInt = (element: Lattice | undefined): boolean => element !== undefined && widen(element) === Int64;
const isTypeElement = (element: Lattice): boolean => {
  if (element.kind === 'const') return isType(element.value);
  const body = unwrapUnionAll(widen(element));
  return isTypeType(body) || isKind(body);
};

/** An application to types whose variables have no bounds. */
function isSimpleApplication([head, ...parameters]: readonly Lattice[]): boolean {
  if (head === undefined || head.kind !== 'const' || !isType(head.value)) return false;
  let type = head.value;
  for (const parameter of parameters) {
    if (!isUnionAll(type) || !isTypeElement(parameter)) return false;
    if (upperOf(type) !== Any) return false;
    type = unionAllBody(type);
  }
  return true;
}

const upperOf = (type: Ref): Ref => varUpper(unionAllVar(type));

function sizeofThrows(value: Lattice): boolean {
  const type = widen(value);
  if (isTypeType(type)) return !(value.kind === 'const' && isConcrete(value.value) && isBits(value.value));
  return !isConcrete(type);
}

/** Is the field certain to be there, and to have a value? */
/** May be the first argument of `compilerbarrier`. */
export const isBarrierSetting = (value: Ref): boolean =>
  isSymbol(value) && ['type', 'const', 'conditional'].includes(symbolName(value as SymbolRef));

function getfieldThrows(args: readonly Lattice[]): boolean {
  const [object, name] = args;
  if (object === undefined || name === undefined || args.length > 4) return true;
  const type = widen(object);
  if (isUnion(type)) return unionMembers(type).some((member) => getfieldThrows([ofType(member), ...args.slice(1)]));
  if (type === datatype('Module')) return true;
  const body = unwrapUnionAll(type);
  if (isTypeType(body)) return !(name.kind === 'const' && isSymbol(name.value) && object.kind === 'const');
  if (!isDataType(body) || body === Any || (isAbstractType(body) && !isTupleType(body))) return true;
  if (isNamedTupleType(body) && !isConcrete(body)) return true;
  if (name.kind !== 'const') {
    if (args.length < 3 || !isConstant(args.at(-1), falseValue) || !isInt(name)) return true;
    if (isTupleType(body)) return paramCount(body) === 0;
    return orElse(() => uninitializedCount(body), 1) > 0;
  }
  const index = orElse(() => fieldNumber(body, name.value), -1);
  if (index < 0) return true;
  if (isTupleType(body)) {
    const count = paramCount(body);
    return index >= count || isVararg(param(body, count - 1));
  }
  const count = orElse(() => fieldCount(body), 0);
  if (index >= count) return true;
  if (object.kind === 'partial' && index < object.fields.length) return false;
  if (isConcrete(fieldType(body, index)) && isBits(fieldType(body, index))) return false;
  return index >= count - uninitializedCount(body) && instanceOf(body) === 0;
}

function setfieldThrows(args: readonly Lattice[]): boolean {
  const [object, name, value] = args;
  if (args.length !== 3 || name.kind !== 'const') return true;
  const type = widen(object);
  if (!isConcrete(type) || !isMutableType(type)) return true;
  const index = orElse(() => fieldNumber(type, name.value), -1);
  if (index < 0 || index >= fieldCount(type) || fieldIsConst(type, index)) return true;
  return !isSubtype(widen(value), fieldType(type, index));
}

function isDefinedThrows(args: readonly Lattice[]): boolean {
  const [object, name] = args;
  if (args.length !== 2) return true;
  const type = widen(object);
  if (type === datatype('Module') || !isDataType(unwrapUnionAll(type))) return widen(name) !== datatype('Symbol');
  return widen(name) !== datatype('Symbol') && widen(name) !== Int64;
}

function memoryrefgetThrows(args: readonly Lattice[]): boolean {
  const [ref] = args;
  if (args.length !== 3 || !isConstant(args[2], falseValue)) return true;
  const type = widen(ref);
  return !isConcrete(type) || !(isBits(param(type, 1)) || isBitsUnionType(param(type, 1)));
}

const isBitsUnionType = (type: Ref): boolean => isUnion(type) && unionMembers(type).every((member) => isBits(member));

function memoryrefsetThrows(args: readonly Lattice[]): boolean {
  const [ref, value] = args;
  if (args.length !== 4 || !isConstant(args[3], falseValue)) return true;
  const type = widen(ref);
  return !isConcrete(type) || !isSubtype(widen(value), param(type, 1));
}

/** What a builtin or intrinsic throws when it throws. */
export function exceptionOf(name: string, args: readonly Lattice[], effects: Effects): Lattice {
  if ((effects & Effect.throws) === 0) return impossible;
  switch (name) {
    case 'throw':
      return args.length === 1 ? ofType(widen(withoutConditional(args[0]))) : anything;
    case 'throw_methoderror':
      return ofType(datatype('MethodError'));
    case 'typeassert':
      return args.length === 2 ? ofType(datatype('TypeError')) : anything;
    case 'sdiv_int':
    case 'udiv_int':
    case 'srem_int':
    case 'urem_int':
    case 'checked_sdiv_int':
    case 'checked_udiv_int':
    case 'checked_srem_int':
    case 'checked_urem_int':
      return args.length === 2 && args.every((arg) => isPrimitiveType(widen(arg)))
        ? ofType(datatype('DivideError'))
        : anything;
    case 'ifelse':
      return join(ofType(datatype('TypeError')), args.length === 3 ? impossible : anything);
    default:
      return anything;
  }
}

/** What a condition that is no Bool throws. */
export const notBool = (element: Lattice): boolean => !isSubtype(widen(element), widen(someBool));
