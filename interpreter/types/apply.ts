// Applying types to parameters, and wrapping types in `where`: what `T{...}` and `T where V` do in a program.

import {
  type DataTypeRef,
  NULL,
  type Ref,
  readRef,
  readU32,
  type SvecRef,
  type TypeNameRef,
  type TypeRef,
  typeOf,
} from '../memory/layout.ts';
import { DataType, TypeName } from '../memory/objects.ts';
import { datatype, nothing, wrapper } from '../memory/wellknown.ts';
import { symbolName } from '../runtime/symbols.ts';
import { svecGet, svecLength } from '../runtime/values.ts';
import { newUnionAll } from './construct.ts';
import { mixHash, nameHash } from './egal.ts';
import { throwArgumentError, throwError, throwTypeError } from './errors.ts';
import { instantiate, withinBounds } from './instance.ts';
import { applyTupleType, instantiateUnionAll, wrapType, wrapVararg } from './instantiate.ts';
import {
  Int64Type,
  isDataType,
  isKind,
  isType,
  isTypeVar,
  isUnionAll,
  isVararg,
  nameText,
  paramCount,
  parametersOf,
  TupleName,
  TupleType,
  TypeTypeName,
  typeNameOf,
  UnionAllType,
  UnionType,
  unionAllBody,
  unionAllVar,
  unwrapUnionAll,
  varargN,
  varargT,
  varLower,
  varName,
  varUpper,
  wrapperOf,
} from './kinds.ts';
import { isValidParameter } from './normalize.ts';
import { isa } from './relation/isa.ts';
import { typeUnion } from './union.ts';
import { hasFreeVars, hasVar, type TypeEnvironment } from './variables.ts';

/**
 * `body where variable`, normalized: dropped when the variable does not occur, the bound itself for `T where T<:S`.
 *
 * @throws TypeError when `body` is no type
 */
export function typeUnionAll(variable: Ref, body: Ref): TypeRef {
  if (isVararg(body)) {
    const inT = varargT(body) !== NULL && hasVar(varargT(body), variable);
    const inN = varargN(body) !== NULL && hasVar(varargN(body), variable);
    if (!inT && !inN) return body as TypeRef;
    if (inT && inN)
      throwError('Wrapping `Vararg` directly in UnionAll is disallowed if the typevar occurs in both `T` and `N`');
    return (
      inT ? wrapVararg(typeUnionAll(variable, varargT(body)), varargN(body)) : wrapVararg(varargT(body), NULL)
    ) as TypeRef;
  }
  if (!isType(body) && !isTypeVar(body)) throwTypeError('UnionAll', '', wrapper('Type'), body);
  if (body === variable) return varUpper(variable) as TypeRef;
  return hasVar(body, variable) ? newUnionAll(variable, body) : (body as TypeRef);
}

/** The instance of `name` with all its parameters given, checked. */
export function applyWrapper(name: TypeNameRef, parameters: readonly Ref[]): TypeRef {
  const w = wrapperOf(name);
  let env: TypeEnvironment | null = null;
  let t = w;
  for (let i = 0; isUnionAll(t); i++, t = unionAllBody(t))
    env = { variable: unionAllVar(t), value: parameters[i], outer: env };
  return instantiate(t as DataTypeRef, [...parameters], env, null, true, 0) as TypeRef;
}

/** Is `u` a wrapper, or a wrapper whose first parameters are taken? Its bounds are then checked on instantiation. */
function isPartOfWrapper(u: Ref, body: Ref): boolean {
  if (!isDataType(body)) return false;
  for (let w = wrapperOf(typeNameOf(body)); isUnionAll(w); w = unionAllBody(w)) if (w === u) return true;
  return false;
}

/**
 * `t{parameters...}` for a UnionAll, Tuple or Union.
 *
 * @throws TypeError for a parameter outside the bounds, ErrorException for too many parameters
 */
export function applyType(t: Ref, parameters: readonly Ref[]): TypeRef {
  if (t === TupleType) return applyTupleType([...parameters]);
  if (t === UnionType) return typeUnion(parameters);
  if (parameters.length > 1) {
    const body = unwrapUnionAll(t);
    if (isDataType(body) && paramCount(body) === parameters.length && wrapperOf(typeNameOf(body)) === t)
      return applyWrapper(typeNameOf(body), parameters);
  }
  let shape = t;
  for (const p of parameters) {
    if (!isUnionAll(shape)) throwError(`too many parameters for type ${isDataType(shape) ? nameText(shape) : ''}`);
    shape = unionAllBody(shape);
    // An earlier parameter may have made later variables vanish: NTuple{0} is Tuple{} and still takes a second one.
    if (!isUnionAll(t)) continue;
    const variable = unionAllVar(t);
    const lower = varLower(variable);
    const upper = varUpper(variable);
    if (!hasFreeVars(lower) && !hasFreeVars(upper) && !withinBounds(p, lower, upper)) {
      const body = unwrapUnionAll(t);
      if (!isPartOfWrapper(t, body))
        throwTypeError(isDataType(body) ? nameText(body) : 'Type', symbolName(varName(variable)), variable, p);
    }
    t = instantiateUnionAll(t, p);
  }
  return t as TypeRef;
}

/** What is expected of a type parameter, as the error message says: an Int64 where a number was given. */
const expectedParameter = (p: Ref): Ref => (isa(p, datatype('Number')) ? Int64Type : wrapper('Type'));

/** Vararg takes at least one parameter, and not more than it has room for; the texts count the type itself, too. */
function expectParameters(parameters: readonly Ref[], most: number): void {
  if (parameters.length < 1) throwArgumentError('apply_type: too few arguments (expected 2)');
  if (parameters.length > most) throwArgumentError(`apply_type: too many arguments (expected ${most + 1})`);
}

/**
 * `Core.apply_type(f, parameters...)`: `applyType` with the checks on what may stand as a parameter, and Vararg.
 */
export function applyTypeChecked(f: Ref, parameters: readonly Ref[]): Ref {
  if (f === TupleType) {
    parameters.forEach((p, i) => {
      const last = i === parameters.length - 1;
      if (isVararg(p) && !last) throwTypeError('Tuple', 'non-final parameter', wrapper('Type'), p);
      if (!isValidParameter(p) && !isVararg(p)) throwTypeError('Tuple', 'parameter', wrapper('Type'), p);
    });
    return applyTupleType([...parameters]);
  }
  if (f === UnionType) return typeUnion(parameters);
  if (isVararg(f)) {
    if (varargT(f) === NULL) {
      expectParameters(parameters, 2);
      return wrapVararg(parameters[0], parameters[1] ?? NULL);
    }
    if (varargN(f) === NULL) {
      expectParameters(parameters, 1);
      return wrapVararg(varargT(f), parameters[0]);
    }
  } else if (isUnionAll(f)) {
    for (const p of parameters) if (!isValidParameter(p)) throwTypeError('Type', 'parameter', expectedParameter(p), p);
    return applyType(f, parameters);
  }
  return throwTypeError('Type{...} expression', '', UnionAllType, f);
}

// Types of arguments

/**
 * `Tuple{typeof(args)...}`, found in the cache without building parameters when it has been made before.
 *
 * @param leaf give `Type{T}` for arguments that are types, as dispatch sees them, rather than `DataType`
 */
export function tupleTypeOf(args: readonly Ref[], leaf = true): DataTypeRef {
  const n = args.length;
  let hash = 3;
  for (let i = 0; i < n; i++) {
    const x = args[i];
    const type = typeOf(x);
    const own = leaf && isKind(type) ? hashOfTypeType(x) : readU32(type, DataType.hash);
    if (own === 0) return tupleTypeSlow(args, leaf);
    hash = mixHash(own, hash);
  }
  hash = mixHash(~nameHash(TupleName), hash) || 1;
  const table = readRef<SvecRef>(TupleName, TypeName.cache);
  const size = svecLength(table);
  if (size > 0) {
    let index = hash & (size - 1);
    for (let probes = size <= 1024 ? 16 : size >>> 6; probes >= 0; probes--) {
      const type = svecGet<DataTypeRef>(table, index);
      if (type === nothing) break;
      if (readU32(type, DataType.hash) === hash && elementsAre(type, args, leaf)) return type;
      index = (index + 1) & (size - 1);
    }
  }
  return tupleTypeSlow(args, leaf);
}

/** Hash of `Type{t}` when it is one that the hash table can hold, else 0. */
function hashOfTypeType(t: Ref): number {
  const inner = unwrapUnionAll(t);
  if (!isDataType(inner) || wrapperOf(typeNameOf(inner)) !== t) return 0;
  const made = readRef(typeNameOf(inner), TypeName.Typeofwrapper);
  return made === NULL ? 0 : readU32(made, DataType.hash);
}

function elementsAre(type: Ref, args: readonly Ref[], leaf: boolean): boolean {
  const parameters = parametersOf(type);
  if (svecLength(parameters) !== args.length) return false;
  for (let i = 0; i < args.length; i++) {
    const x = args[i];
    const kind = typeOf(x);
    const p = svecGet(parameters, i);
    if (leaf && isKind(kind)) {
      if (typeNameOf(p) !== TypeTypeName || svecGet(parametersOf(p), 0) !== x) return false;
    } else if (p !== kind) return false;
  }
  return true;
}

function tupleTypeSlow(args: readonly Ref[], leaf: boolean): DataTypeRef {
  return applyTupleType(args.map((x) => (leaf && isType(x) ? wrapType(x) : typeOf(x))));
}
