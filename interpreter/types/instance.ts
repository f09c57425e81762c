// Making one instance of a parametric type: looking it up, checking its parameters, and defining it.
//
// The steps of `instantiate` are those of Julia, in its order, since the order decides which of several errors is raised:
// a tuple's elements; the cache; normal forms; the cache again; instances in the making; the declared bounds; then the
// definition, with supertype and field types. A type may mention itself in its own supertype or fields; the list of the
// instances in the making resolves that to a fixed point.

import {
  type DataTypeRef,
  NULL,
  type Ref,
  readRef,
  readU8,
  readU16,
  type SvecRef,
  type SymbolRef,
  type TypeNameRef,
  typeOf,
  writeRef,
  writeU16,
  writeU32,
} from '../memory/layout.ts';
import { DataType, DataTypeFlag, TypeName, TypeNameFlag } from '../memory/objects.ts';
import { datatype, EmptyTupleType, emptySvec, wrapper } from '../memory/wellknown.ts';
import { symbolName } from '../runtime/symbols.ts';
import { svecGet, svecLength, svecOf, svecSet, svecUninitialized, unboxInt64 } from '../runtime/values.ts';
import { boxedFieldAt } from './boxedfield.ts';
import { cacheInstance, keyHash, keyMatches, lookupInstance, maybeSubtypeOfCache } from './cache.ts';
import { newBareDataType, newTypeVar } from './construct.ts';
import { orElse, throwError, throwTypeError } from './errors.ts';
import { computeLayout } from './fieldlayout.ts';
import { type FailureMode, fillTuple, strict, substitute, substituteVar } from './instantiate.ts';
import {
  AnyType,
  Bottom,
  GenericMemoryName,
  GenericMemoryRefName,
  hasFlag,
  hasNameFlag,
  isConcrete,
  isDataType,
  isInt64,
  isKind,
  isSymbol,
  isTupleType,
  isType,
  isTypeType,
  isTypeVar,
  isUnionAll,
  isVararg,
  isVarargTuple,
  NamedTupleName,
  nameText,
  param,
  paramCount,
  parametersOf,
  rawFieldTypes,
  SymbolType,
  setFlag,
  superOf,
  TupleName,
  TupleType,
  TypeofBottomType,
  TypeTypeName,
  typeNameOf,
  unionAllBody,
  unionAllVar,
  unwrapUnionAll,
  varargElement,
  varargN,
  varargT,
  varLower,
  varName,
  varUpper,
  wrapperOf,
} from './kinds.ts';
import { layoutOffset } from './layoutaccess.ts';
import { normalizeUnionAlls, wrapperIn } from './normalize.ts';
import { isSubtype, typesEqual } from './relation/questions.ts';
import { hasFreeVars, type TypeEnvironment } from './variables.ts';

export interface InProgress {
  readonly type: DataTypeRef;
  readonly outer: InProgress | null;
}

/** Is the value `t` within bounds? Variables and types with free ones are not checked. */
export function withinBounds(t: Ref, lower: Ref, upper: Ref): boolean {
  if (isTypeVar(t) || hasFreeVars(t)) return true;
  if (!isType(t)) return lower === Bottom && upper === AnyType;
  return (hasFreeVars(lower) || isSubtype(lower, t)) && (hasFreeVars(upper) || isSubtype(t, upper));
}

/** Checks parameters against the bounds that `name` was declared with. False (or an error) when one is outside. */
function checkBounds(name: TypeNameRef, parameters: readonly Ref[], mode: FailureMode): boolean {
  const variables: Ref[] = [];
  const lowers: Ref[] = [];
  const uppers: Ref[] = [];
  for (let w = wrapperOf(name); isUnionAll(w); w = unionAllBody(w)) {
    const variable = unionAllVar(w);
    variables.push(variable);
    lowers.push(varLower(variable));
    uppers.push(varUpper(variable));
  }
  for (let i = 0; i < parameters.length; i++) {
    let variable = variables[i];
    if (!withinBounds(parameters[i], lowers[i], uppers[i])) {
      if (mode !== 0) return false;
      if (varLower(variable) !== lowers[i] || varUpper(variable) !== uppers[i])
        variable = newTypeVar(varName(variable), lowers[i], uppers[i]);
      throwTypeError(
        symbolName(readRef<SymbolRef>(name, TypeName.name)),
        symbolName(varName(variable)),
        variable,
        parameters[i],
      );
    }
    for (let j = i + 1; j < variables.length; j++) {
      if (lowers[j] !== Bottom && lowers[j] !== AnyType) {
        lowers[j] = substituteVar(lowers[j], variable, parameters[i], strict(mode));
        if (lowers[j] === NULL) return false;
      }
      if (uppers[j] !== AnyType && uppers[j] !== Bottom) {
        uppers[j] = substituteVar(uppers[j], variable, parameters[i], mode === 0 ? 0 : 2);
        if (uppers[j] === NULL) return false;
      }
    }
  }
  return true;
}

/** Sets hash and flags that follow from name and parameters. */
export function deriveFlags(t: DataTypeRef, cacheable: boolean): void {
  const name = typeNameOf(t);
  const tuple = name === TupleName;
  const kept = readU16(t, DataType.flags);
  let free = false;
  let concrete = (readU8(name, TypeName.flags) & TypeNameFlag.abstract) === 0;
  let dispatch = tuple;
  let hasInstances = (kept & DataTypeFlag.has_concrete_subtype) !== 0;
  let maybeSub = true;
  const n = paramCount(t);
  const parameters = new Array<Ref>(n);
  for (let i = 0; i < n; i++) {
    let p = param(t, i);
    parameters[i] = p;
    const own = hasFreeVars(p);
    if (own) {
      free = true;
      concrete = false;
    }
    if (tuple) {
      concrete &&= isConcrete(p) || p === Bottom;
      dispatch &&=
        isDataType(p) &&
        ((!isKind(p) && isConcrete(p)) ||
          p === TypeofBottomType ||
          (typeNameOf(p) === TypeTypeName && !hasFlag(p, DataTypeFlag.hasfreetypevars)));
    }
    if (isVararg(p)) p = varargT(p);
    if (tuple && p !== NULL && ((!isType(p) && !isTypeVar(p)) || p === Bottom)) hasInstances = false;
    maybeSub &&= p === NULL || maybeSubtypeOfCache(p, tuple) || !hasFreeVars(p);
  }
  if (name === TypeTypeName) {
    const p = parameters[0];
    if (!isType(p) && !isTypeVar(p)) hasInstances = false;
    maybeSub = true;
    const inner = unwrapUnionAll(p);
    if (!isDataType(inner) || wrapperOf(typeNameOf(inner)) !== p) cacheable = false;
  }
  const mask =
    DataTypeFlag.hasfreetypevars |
    DataTypeFlag.isconcretetype |
    DataTypeFlag.isdispatchtuple |
    DataTypeFlag.has_concrete_subtype |
    DataTypeFlag.maybe_subtype_of_cache;
  const flags =
    (free ? DataTypeFlag.hasfreetypevars : 0) |
    (concrete ? DataTypeFlag.isconcretetype : 0) |
    (dispatch ? DataTypeFlag.isdispatchtuple : 0) |
    (hasInstances ? DataTypeFlag.has_concrete_subtype : 0) |
    (maybeSub ? DataTypeFlag.maybe_subtype_of_cache : 0);
  writeU16(t, DataType.flags, (kept & ~mask) | flags);
  writeU32(t, DataType.hash, keyHash(name, parameters, cacheable));
}

function lookupInProgress(stack: InProgress | null, name: TypeNameRef, parameters: readonly Ref[]): Ref {
  for (let s = stack; s !== null; s = s.outer)
    if (typeNameOf(s.type) === name && keyMatches(s.type, parameters)) return s.type;
  return NULL;
}

/**
 * May a tuple type with this element be kept in the cache? A concrete type and a closed `Type{T}` are objects that stand
 * for themselves; any other element may be written differently in an equal type.
 */
const isLeafElement = (t: Ref): boolean => isConcrete(t) || (isTypeType(t) && !hasFreeVars(t));

/**
 * The instance of the name of `t` with `parameters`.
 *
 * @param t a DataType of that name whose supertype and fields `env` can be substituted into
 * @param parameters may be changed: normalized in place
 */
export function instantiate(
  t: DataTypeRef,
  parameters: Ref[],
  env: TypeEnvironment | null,
  stack: InProgress | null,
  check: boolean,
  mode: FailureMode,
): Ref {
  const name = typeNameOf(t);
  const tuple = name === TupleName;
  let cacheable = true;
  if (tuple) {
    for (let i = 0; i < parameters.length; i++) {
      let p = parameters[i];
      if (isVararg(p) && varargElement(p) === Bottom) {
        const length = varargN(p);
        // No elements can follow, whatever the length; a definite length other than 0 is an error.
        if (length === NULL || (isInt64(length) && unboxInt64(length) === 0)) {
          parameters.length = i;
          break;
        }
        if (isInt64(length)) p = Bottom;
      }
      if (p === Bottom) {
        if (mode !== 0) return NULL;
        throwError('Tuple field type cannot be Union{}');
      }
      cacheable &&= isLeafElement(p);
    }
  } else for (let i = 0; cacheable && i < parameters.length; i++) cacheable = !hasFreeVars(parameters[i]);
  if (parameters.length === 0) return EmptyTupleType;
  if (cacheable) {
    const found = lookupInstance(name, parameters);
    if (found !== NULL) return found;
  }
  if (check) {
    for (let i = 0; i < parameters.length; i++) {
      const p = parameters[i];
      if (p === Bottom || isDataType(p) || isVararg(p) || (!cacheable && hasFreeVars(p)) || !isType(p)) continue;
      const w = wrapperIn(p);
      if (
        w !== NULL &&
        w !== p &&
        (name !== TypeTypeName || typeOf(p) === typeOf(w)) &&
        !hasFreeVars(p) &&
        typesEqual(p, w)
      )
        parameters[i] = w;
    }
    if (name === TypeTypeName) {
      const p = parameters[0];
      if (isDataType(p) && typeNameOf(p) === TypeTypeName && param(p, 0) === Bottom) parameters[0] = TypeofBottomType;
    }
    if (cacheable) {
      const found = lookupInstance(name, parameters);
      if (found !== NULL) return found;
    }
  }
  let pending = lookupInProgress(stack, name, parameters);
  if (pending !== NULL) return pending;
  if (check && !tuple && !checkBounds(name, parameters, mode)) return NULL;

  const last = parameters[parameters.length - 1];
  if (tuple && isVararg(last)) {
    const element = varargElement(last);
    const length = varargN(last);
    if (parameters.length === 1 && element === AnyType && length === NULL) return TupleType;
    if (length !== NULL && isInt64(length)) {
      const count = unboxInt64(length);
      if (count === 0 || !hasFreeVars(element)) {
        if (parameters.length === 1) return fillTuple(count, element, false, 0);
        return instantiate(
          TupleType,
          [...parameters.slice(0, -1), ...new Array<Ref>(count).fill(element)],
          null,
          null,
          check,
          mode,
        );
      }
    }
  }
  if (check && name !== TypeTypeName) {
    let changed = false;
    if (tuple) cacheable = true;
    for (let i = 0; i < parameters.length; i++) {
      const normalized = normalizeUnionAlls(parameters[i]);
      changed ||= normalized !== parameters[i];
      parameters[i] = normalized;
      if (tuple) cacheable &&= isLeafElement(normalized);
    }
    if (changed) {
      if (cacheable) {
        const found = lookupInstance(name, parameters);
        if (found !== NULL) return found;
      }
      pending = lookupInProgress(stack, name, parameters);
      if (pending !== NULL) return pending;
    }
  }
  return define(t, name, parameters, env, stack, check, mode, cacheable);
}

/** Makes the instance that the checks above did not find. */
function define(
  t: DataTypeRef,
  name: TypeNameRef,
  parameters: Ref[],
  env: TypeEnvironment | null,
  outer: InProgress | null,
  check: boolean,
  mode: FailureMode,
  cacheable: boolean,
): Ref {
  const vector = svecOf(parameters);
  const tuple = name === TupleName;
  const namedTuple = name === NamedTupleName;
  let types = NULL as SvecRef;
  if (tuple) types = vector;
  else if (namedTuple) {
    types = namedTupleTypes(parameters, mode);
    if (types === NULL) return NULL;
  } else if (name === GenericMemoryName || name === GenericMemoryRefName) {
    const [atomic, , space] = parameters;
    if (!isTypeVar(atomic) && !isSymbol(atomic)) {
      if (mode !== 0) return NULL;
      throwTypeError('GenericMemory', 'isatomic parameter', SymbolType, atomic);
    }
    if (!isTypeVar(space) && typeNameOf(typeOf(space)) !== typeNameOf(datatype('AddrSpace'))) {
      if (mode !== 0) return NULL;
      throwTypeError('GenericMemory', 'addrspace parameter', wrapper('AddrSpace'), space);
    }
  }
  const made = newBareDataType(name, vector);
  const stack: InProgress = { type: made, outer };
  setFlag(made, DataTypeFlag.isprimitivetype, hasFlag(t, DataTypeFlag.isprimitivetype));
  setFlag(made, DataTypeFlag.ismutationfree, hasFlag(t, DataTypeFlag.ismutationfree));
  if (types !== NULL) writeRef(made, DataType.types, types);
  const body = unwrapUnionAll(wrapperOf(name)) as DataTypeRef;
  deriveFlags(made, cacheable);
  if (layoutOffset(body) !== 0) computeLayout(made);
  if (tuple || namedTuple) writeRef(made, DataType.super, AnyType);
  else if (superOf(t) !== NULL) {
    const parent = substitute(superOf(t), env, check, mode, stack);
    if (parent === NULL) return NULL;
    writeRef(made, DataType.super, parent);
  }
  let declared = rawFieldTypes(t);
  if (declared === NULL) declared = rawFieldTypes(body);
  if (declared === NULL || superOf(t) === NULL) {
    // The definition is not complete: supertype and fields are filled in when it is.
    const partial = readRef<SvecRef>(name, TypeName.partial);
    const grown = partial === NULL ? [] : svecArray(partial);
    grown.push(made);
    writeRef(name, TypeName.partial, svecOf(grown));
  } else if (!namedTuple && !tuple) {
    if (svecLength(declared) === 0) writeRef(made, DataType.types, declared);
    else if (cacheable) {
      if (rawFieldTypes(t) === NULL) computeFieldTypes(made, stack);
      else writeRef(made, DataType.types, substituteFields(declared, env, stack));
    }
  }
  if (cacheable) {
    if (layoutOffset(made) === 0 && rawFieldTypes(made) !== NULL && hasFlag(made, DataTypeFlag.isconcretetype))
      computeLayout(made);
    cacheInstance(made);
  }
  return made;
}

function svecArray(vector: SvecRef): Ref[] {
  const result: Ref[] = [];
  for (let i = 0, n = svecLength(vector); i < n; i++) result.push(svecGet(vector, i));
  return result;
}

/** Field types of `NamedTuple{names, types}`, 0 when the parameters do not fit and `mode` is not 0. */
function namedTupleTypes(parameters: readonly Ref[], mode: FailureMode): SvecRef {
  const [names, values] = parameters;
  if (hasFreeVars(names) || hasFreeVars(values)) return emptySvec;
  const fail = (raise: () => never): SvecRef => (mode === 0 ? raise() : (NULL as SvecRef));
  const tupleType = typeOf(names);
  if (!isTupleType(tupleType)) return fail(() => throwTypeError('NamedTuple', 'names', TupleType, names));
  const count = paramCount(tupleType);
  const seen = new Set<Ref>();
  for (let i = 0; i < count; i++) {
    const fieldName = boxedFieldAt(names, i);
    if (!isSymbol(fieldName)) return fail(() => throwTypeError('NamedTuple', 'name', SymbolType, fieldName));
    if (seen.has(fieldName))
      return fail(() => throwError(`duplicate field name in NamedTuple: "${symbolName(fieldName)}" is not unique`));
    seen.add(fieldName);
  }
  if (values === Bottom && count > 0) return svecOf(new Array<Ref>(count).fill(Bottom));
  if (!isDataType(values)) throwError('NamedTuple field type must be a tuple datatype');
  if (isVarargTuple(values) || paramCount(values) !== count)
    return fail(() => throwError('NamedTuple names and field types must have matching lengths'));
  return parametersOf(values);
}

/** Field types with variables replaced; a field whose type becomes invalid can hold nothing. */
function substituteFields(types: SvecRef, env: TypeEnvironment | null, stack: InProgress | null): SvecRef {
  const n = svecLength(types);
  const result = svecUninitialized(n);
  for (let i = 0; i < n; i++) {
    const type = orElse(() => substitute(svecGet(types, i), env, true, 0, stack), Bottom);
    svecSet(result, i, isType(type) || isTypeVar(type) ? type : Bottom);
  }
  return result;
}

function environmentOf(body: Ref, instance: Ref): TypeEnvironment | null {
  let env: TypeEnvironment | null = null;
  for (let i = 0, n = paramCount(body); i < n; i++)
    env = { variable: param(body, i), value: param(instance, i), outer: env };
  return env;
}

/** Works out the field types of an instance and stores them. Raises when the definition is not complete. */
export function computeFieldTypes(t: DataTypeRef, stack: InProgress | null = null): SvecRef {
  const body = unwrapUnionAll(wrapperOf(typeNameOf(t)));
  const declared = rawFieldTypes(body);
  if (declared === NULL) throwError(`cannot determine field types of incomplete type ${nameText(t)}`);
  if (paramCount(body) === 0) return declared;
  const types = substituteFields(declared, environmentOf(body, t), { type: t, outer: stack });
  writeRef(t, DataType.types, types);
  return types;
}

/** Completes the instances of `t`'s name that were made before its supertype and fields were known. */
export function completePartialInstances(t: DataTypeRef): void {
  const name = typeNameOf(t);
  const partial = readRef<SvecRef>(name, TypeName.partial);
  if (partial === NULL || paramCount(t) === 0) return;
  const stack: InProgress = { type: t, outer: null };
  const pending = svecArray(partial);
  for (const instance of pending)
    writeRef(instance, DataType.super, substitute(superOf(t), environmentOf(t, instance), true, 0, stack));
  const types = rawFieldTypes(t);
  if (types === NULL) return;
  for (const instance of pending) {
    if (svecLength(types) === 0) {
      writeRef(instance, DataType.types, types);
    } else writeRef(instance, DataType.types, substituteFields(types, environmentOf(t, instance), stack));
    if (hasFlag(instance, DataTypeFlag.isconcretetype) && !hasNameFlag(name, TypeNameFlag.abstract))
      computeLayout(instance as DataTypeRef);
  }
  writeRef(name, TypeName.partial, NULL);
}
