// Matches: which methods a call may run, when only the types of its arguments are known.
//
// With exact types the method table answers as it does at run time. With abstract ones every method whose signature meets
// them may be the one; those that a more specific method which covers all arguments hides are left out. More than a few
// are of no use to anybody: the call then stays dynamic.

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
  isTypeType,
  isTypeVar,
  moreSpecific,
  param,
} from '../../interpreter/types/index.ts';
import { svecToArray } from './heapdata.ts';

/** A method and the types it is run with. */
export interface Specialisation {
  readonly method: MethodRef;
  /** Tuple type of callee and arguments. */
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
const MAX_METHODS = 3;

/**
 * The methods that a call with arguments of these types may run in `world`, the callee's type first.
 *
 * @returns null when they are too many, or cannot be told
 */
export function findMatches(types: readonly Ref[], world: number): Matches | null {
  const tuple = applyTupleType([...types]);
  if (isDispatchTuple(tuple) && !types.some(isKindType)) {
    const found = lookupMethod(tuple, world);
    if (found.kind === 'ambiguous') return null;
    if (found.kind === 'none') return { found: [], covers: false };
    const sparams = svecToArray(found.match.sparams);
    return { found: [{ method: found.match.method, types: tuple, sparams }], covers: true };
  }
  return isCalleeKnown(types[0]) ? findAbstract(tuple, types[0], world) : null;
}

/** Does the type of a callee say which lists of methods to look at? */
function isCalleeKnown(callee: Ref): boolean {
  if (isTypeType(callee)) return !isTypeVar(param(callee, 0)) && isDataType(param(callee, 0)) && !hasFreeVars(callee);
  return isDataType(callee) && isConcrete(callee) && !isKindType(callee);
}

interface Candidate extends Specialisation {
  readonly sig: Ref;
  readonly covers: boolean;
}

function findAbstract(tuple: DataTypeRef, callee: Ref, world: number): Matches | null {
  const candidates: Candidate[] = [];
  const seen = new Set<Ref>();
  for (const first of listsOfCallee(callee)) {
    for (let entry = first; entry !== 0; entry = readRef<TypeMapEntryRef>(entry, objects.TypeMapEntry.next)) {
      if (readWide(entry, objects.TypeMapEntry.min_world) > world) continue;
      if (readWide(entry, objects.TypeMapEntry.max_world) < world) continue;
      const method = readRef<MethodRef>(entry, objects.TypeMapEntry.func);
      if (seen.has(method)) continue;
      seen.add(method);
      const sig = readRef(entry, objects.TypeMapEntry.sig);
      const { type, values, subtype } = intersectWithValues(tuple, sig);
      if (type === Bottom) continue;
      if (!isDataType(type)) return null;
      candidates.push({ method, sig, types: type, sparams: values, covers: subtype });
      if (candidates.length > 24) return null;
    }
  }
  const kept = candidates.filter(
    (one) => !candidates.some((other) => other !== one && other.covers && moreSpecific(other.sig, one.sig)),
  );
  if (kept.length > MAX_METHODS) return null;
  kept.sort((a, b) => (moreSpecific(a.sig, b.sig) ? -1 : moreSpecific(b.sig, a.sig) ? 1 : 0));
  const found = kept.map(({ method, types, sparams }) => ({ method, types, sparams }));
  return { found, covers: kept.some((one) => one.covers) };
}

/** True when all static parameters have values. */
export const hasAllParameters = (of: Specialisation): boolean => of.sparams.every((value) => !isTypeVar(value));

export const isMethod = (object: Ref): object is MethodRef => typeOf(object) === datatype('Method');
