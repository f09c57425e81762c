// Methods that a signature may reach: what reflection asks, where argument types need not be exact.
//
// A call knows its arguments' types exactly and wants one method (methods.ts). Here the question is a tuple type of any
// kind, and the answer all methods whose signature meets it, the more specific before the less, without those that
// others hide: a method is hidden when, wherever it and the question meet, a more specific one applies.

import {
  type DataTypeRef,
  type MethodRef,
  type ModuleRef,
  type Ref,
  readRef,
  readWide,
  type SvecRef,
  type TypeMapEntryRef,
  type TypeNameRef,
  typeOf,
} from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { BaseModule, Bottom, CoreModule, datatype, MainModule, typename } from '../memory/wellknown.ts';
import { intersectWithValues, isSubtype, moreSpecific } from '../types/index.ts';
import { instanceOf, isConcrete, isDataType, isTypeType, isUnion, param, unionMembers } from '../types/kinds.ts';
import { hasFreeVars } from '../types/variables.ts';
import { isConstKind, moduleBindings, partitionKind } from './bindings.ts';
import { isKindType, listsOfCallee, signatureParameters, unwrapUnionAll } from './methods.ts';
import { svecGet, svecLength, svecOf } from './values.ts';

/** A method that meets a question. */
export interface Reached {
  readonly method: MethodRef;
  /** The common part of the question and the method's signature. */
  readonly types: Ref;
  readonly sparams: SvecRef;
  /** True if the method applies to everything that is asked about. */
  readonly covers: boolean;
}

/** Does the type of a callee say which lists of methods to look at? */
function isCalleeKnown(callee: Ref): boolean {
  if (isTypeType(callee)) return isDataType(unwrapUnionAll(param(callee, 0))) && !hasFreeVars(callee);
  return isDataType(callee) && isConcrete(callee) && !isKindType(callee);
}

/** All lists of the system: of every TypeName that a module has a constant for, or that such a type descends from. */
function* allLists(): Generator<TypeMapEntryRef> {
  const seenModules = new Set<ModuleRef>();
  const names = new Set<TypeNameRef>([typename('Any'), typename('Type')]);
  const addType = (type: Ref): void => {
    const body = unwrapUnionAll(type);
    if (typeOf(body) === datatype('Union')) for (const member of unionMembers(body)) addType(member);
    if (typeOf(body) === datatype('DataType')) names.add(readRef<TypeNameRef>(body, objects.DataType.name));
  };
  const walk = (module: ModuleRef): void => {
    if (typeOf(module) !== datatype('Module') || seenModules.has(module)) return;
    seenModules.add(module);
    for (const binding of moduleBindings(module)) {
      for (
        let partition = readRef(binding, objects.Binding.partitions);
        partition !== 0;
        partition = readRef(partition, objects.BindingPartition.next)
      ) {
        if (!isConstKind(partitionKind(partition))) continue;
        const value = readRef(partition, objects.BindingPartition.restriction);
        if (value === 0) continue;
        if (typeOf(value) === datatype('Module')) walk(value as ModuleRef);
        else if (isKindType(typeOf(value))) addType(value);
        addType(typeOf(value));
      }
    }
  };
  for (const module of [CoreModule, BaseModule, MainModule]) walk(module);
  for (const name of names) {
    yield readRef<TypeMapEntryRef>(name, objects.TypeName.methods);
    yield readRef<TypeMapEntryRef>(name, objects.TypeName.constructors);
  }
}

function* listsFor(question: Ref): Generator<TypeMapEntryRef> {
  const parameters = signatureParameters(question);
  const callee = svecLength(parameters) === 0 ? datatype('Any') : svecGet(parameters, 0);
  if (isCalleeKnown(callee)) yield* listsOfCallee(callee);
  else yield* allLists();
}

/** A cheap refusal: in one place both have types of one value, and not of the same. Keyword methods differ in their third. */
function haveOtherValues(asked: SvecRef, sig: Ref): boolean {
  const parameters = signatureParameters(sig);
  for (let i = Math.min(svecLength(asked), svecLength(parameters)) - 1; i >= 0; i--) {
    const [one, other] = [svecGet(asked, i), svecGet(parameters, i)];
    if (one !== other && isDataType(one) && isDataType(other) && instanceOf(one) !== 0 && instanceOf(other) !== 0)
      return true;
  }
  return false;
}

interface Candidate extends Reached {
  readonly sig: Ref;
}

function candidates(question: Ref, world: number): Candidate[] {
  const result: Candidate[] = [];
  const seen = new Set<Ref>();
  const asked = signatureParameters(question);
  for (const first of listsFor(question)) {
    for (let entry = first; entry !== 0; entry = readRef<TypeMapEntryRef>(entry, objects.TypeMapEntry.next)) {
      if (readWide(entry, objects.TypeMapEntry.min_world) > world) continue;
      if (readWide(entry, objects.TypeMapEntry.max_world) < world) continue;
      const method = readRef<MethodRef>(entry, objects.TypeMapEntry.func);
      if (seen.has(method)) continue;
      seen.add(method);
      const sig = readRef(entry, objects.TypeMapEntry.sig);
      if (haveOtherValues(asked, sig)) continue;
      const { type, values, subtype } = intersectWithValues(question, sig);
      if (type === Bottom) continue;
      result.push({ method, sig, types: type, sparams: svecOf(values), covers: subtype });
    }
  }
  return result;
}

/** Orders methods so that the more specific come first; others keep their order. */
function sortBySpecificity(methods: Candidate[]): Candidate[] {
  const rest = [...methods];
  const sorted: Candidate[] = [];
  while (rest.length > 0) {
    let at = rest.findIndex((one) => !rest.some((other) => other !== one && moreSpecific(other.sig, one.sig)));
    if (at < 0) at = 0;
    sorted.push(...rest.splice(at, 1));
  }
  return sorted;
}

/**
 * The methods that calls with arguments of the tuple type `question` may run in `world`.
 *
 * @param includeAmbiguous whether methods stay that can never be run, since every call they could answer is ambiguous
 */
export function reachedMethods(question: Ref, world: number, includeAmbiguous: boolean): Reached[] {
  const body = unwrapUnionAll(question);
  if (isUnion(body)) {
    const found = new Map<Ref, Reached>();
    for (const member of unionMembers(body)) {
      for (const one of reachedMethods(member, world, includeAmbiguous)) found.set(one.method, one);
    }
    return [...found.values()];
  }
  if (!isDataType(body as DataTypeRef)) return [];
  const all = candidates(question, world);
  const kept = all.filter(
    (one) =>
      !all.some((other) => other !== one && isSubtype(one.types, other.sig) && moreSpecific(other.sig, one.sig)) &&
      (includeAmbiguous ||
        !all.some(
          (other) =>
            other !== one &&
            isSubtype(one.types, other.sig) &&
            !moreSpecific(one.sig, other.sig) &&
            !moreSpecific(other.sig, one.sig),
        )),
  );
  return sortBySpecificity(kept);
}

/** The one method that answers every call with arguments of `question`; null if there is none or it is not certain. */
export function invokedMethod(question: Ref, world: number): Reached | null {
  const covering = candidates(question, world).filter((one) => one.covers);
  const best = covering.find((one) => covering.every((other) => other === one || moreSpecific(one.sig, other.sig)));
  return best ?? null;
}
