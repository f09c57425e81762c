// Matches: which methods a call may run, when only the types of its arguments are known.
//
// With exact types the method table answers as it does at run time. With abstract ones every method whose signature meets
// them may be the one; those that a more specific method hides, wherever it and the call meet, are left out. More than a few
// are of no use to anybody: the call then stays dynamic. Answers are remembered until the method table changes.

import {
  type DataTypeRef,
  type MethodRef,
  type Ref,
  readRef,
  readWide,
  type TypeMapEntryRef,
  typeOf,
} from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import { Bottom, datatype } from '../../interpreter/memory/wellknown.ts';
import { isKindType, listsOfCallee, lookupMethod } from '../../interpreter/runtime/methods.ts';
import {
  applyTupleType,
  hasFreeVars,
  intersectWithValues,
  isConcrete,
  isDataType,
  isDispatchTuple,
  isSubtype,
  isTupleType,
  isType,
  isTypeType,
  isTypeVar,
  isUnionAll,
  moreSpecific,
  param,
  unwrapUnionAll,
} from '../../interpreter/types/index.ts';
import { svecToArray } from './heapdata.ts';
import { hold, intern } from './lattice.ts';

/** A method and the types it is run with. */
export interface Specialisation {
  readonly method: MethodRef;
  /** Tuple type of callee and arguments, in UnionAlls if some depend on each other. */
  readonly types: DataTypeRef;
  /** Values of the static parameters; TypeVars among them are not known. */
  readonly sparams: readonly Ref[];
}

export interface Matches {
  readonly found: readonly Specialisation[];
  /** True when one of `found` is run for certain: no MethodError is possible. */
  readonly covers: boolean;
}

/** As many methods as a call may have to be looked into. */
export const MAX_METHODS = 3;
/** Methods that meet a call and that no covering method hides, beyond which the rest are not looked at. */
const MAX_CANDIDATES = 12;

const remembered = new Map<Ref, Matches | null>();

/** Forgets all answers; the method table has changed. */
export const forgetMatches = (): void => remembered.clear();

/**
 * The methods that a call with arguments of these types may run in `world`, the callee's type first.
 *
 * @param types the last one may be a Vararg
 * @returns null when they are too many, or cannot be told
 */
export function findMatches(types: readonly Ref[], world: number): Matches | null {
  return matchesOf(intern(applyTupleType([...types])), world);
}

/** The same for a tuple type. */
export function matchesOf(tuple: DataTypeRef, world: number, limit: number = MAX_METHODS): Matches | null {
  const known = limit === MAX_METHODS ? remembered.get(tuple) : undefined;
  if (known !== undefined) return known;
  const found = search(tuple, world, limit);
  const kept: Matches | null = found === null ? null : { ...found, found: found.found.map(internAll) };
  if (limit === MAX_METHODS) remembered.set(tuple, kept);
  return kept;
}

/** Specialisations are compared by the objects that their types are. */
export const internAll = ({ method, types, sparams }: Specialisation): Specialisation => ({
  method,
  types: intern(types),
  sparams: sparams.map((value) => (isType(value) ? intern(value) : hold(value))),
});

function search(tuple: DataTypeRef, world: number, limit: number): Matches | null {
  const body = unwrapUnionAll(tuple);
  // Types with free variables are met by no signature, whatever the values are that they stand for.
  if (!isDataType(body) || !isTupleType(body) || hasFreeVars(tuple)) return null;
  if (isDispatchTuple(tuple) && !svecToArray(readRef(tuple, objects.DataType.parameters)).some(isKindType)) {
    const found = lookupMethod(tuple, world);
    if (found.kind === 'ambiguous') return null;
    if (found.kind === 'none') return { found: [], covers: false };
    const sparams = svecToArray(found.match.sparams);
    return { found: [{ method: found.match.method, types: tuple, sparams }], covers: true };
  }
  const callee = param(body, 0);
  return isCalleeKnown(callee) ? findAbstract(tuple, callee, world, limit) : null;
}

/** Does the type of a callee say which lists of methods to look at? */
function isCalleeKnown(callee: Ref): boolean {
  if (isTypeType(callee)) return !isTypeVar(param(callee, 0)) && isDataType(unwrapUnionAll(param(callee, 0)));
  const body = unwrapUnionAll(callee);
  if (isUnionAll(callee) && isTypeType(body)) {
    const of = unwrapUnionAll(param(body, 0));
    return isDataType(of);
  }
  return isDataType(callee) && isConcrete(callee) && !isKindType(callee);
}

interface Candidate extends Specialisation {
  readonly sig: Ref;
  readonly covers: boolean;
}

function signaturesOf(callee: Ref, world: number): { method: MethodRef; sig: Ref }[] {
  const all: { method: MethodRef; sig: Ref }[] = [];
  const seen = new Set<Ref>();
  for (const first of listsOfCallee(callee)) {
    for (let entry = first; entry !== 0; entry = readRef<TypeMapEntryRef>(entry, objects.TypeMapEntry.next)) {
      if (readWide(entry, objects.TypeMapEntry.min_world) > world) continue;
      if (readWide(entry, objects.TypeMapEntry.max_world) < world) continue;
      const method = readRef<MethodRef>(entry, objects.TypeMapEntry.func);
      if (seen.has(method)) continue;
      seen.add(method);
      all.push({ method, sig: readRef(entry, objects.TypeMapEntry.sig) });
    }
  }
  return all;
}

function findAbstract(tuple: DataTypeRef, callee: Ref, world: number, limit: number): Matches | null {
  const all = signaturesOf(callee, world);
  const covering = all.filter(({ sig }) => isSubtype(tuple, sig));
  const isHidden = (sig: Ref): boolean => covering.some((other) => other.sig !== sig && moreSpecific(other.sig, sig));
  const candidates: Candidate[] = [];
  for (const { method, sig } of all) {
    const { type, values, subtype } = intersectWithValues(tuple, sig);
    if (type === Bottom || isHidden(sig)) continue;
    if (!isTupleType(unwrapUnionAll(type))) return null;
    candidates.push({ method, sig, types: type as DataTypeRef, sparams: values, covers: subtype });
    if (candidates.length > MAX_CANDIDATES + limit) return null;
  }
  const kept = candidates.filter(
    (one) =>
      !candidates.some((other) => other !== one && isSubtype(one.types, other.sig) && moreSpecific(other.sig, one.sig)),
  );
  if (kept.length > limit) return null;
  kept.sort((a, b) => (moreSpecific(a.sig, b.sig) ? -1 : moreSpecific(b.sig, a.sig) ? 1 : 0));
  const found = kept.map(({ method, types, sparams }) => ({ method, types, sparams }));
  return { found, covers: kept.some((one) => one.covers) };
}

/** True when all static parameters have values. */
export const hasAllParameters = (of: Specialisation): boolean =>
  isDataType(of.types) && of.sparams.every((value) => !isTypeVar(value) && !hasFreeVars(value));

export const isMethod = (object: Ref): object is MethodRef => typeOf(object) === datatype('Method');
