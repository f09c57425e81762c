// Arguments: what a body finds in its argument variables, and its code.

import { type CodeInfoRef, type MethodRef, type Ref, readRef } from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import { datatype } from '../../interpreter/memory/wellknown.ts';
import { JuliaException } from '../../interpreter/runtime/errors.ts';
import { methodInstance } from '../../interpreter/runtime/methods.ts';
import { svecOf } from '../../interpreter/runtime/values.ts';
import {
  hasFreeVars,
  isDispatchTuple,
  isType,
  isTypeVar,
  isVararg,
  param,
  paramCount,
  rewrapUnionAll,
  unwrapUnionAll,
  varargElement,
  wrapVararg,
} from '../../interpreter/types/index.ts';
import { generatedSource } from '../../interpreter/vm/incidents.ts';
import { type Body, bodyOf } from './heapdata.ts';
import { isRest, type Lattice, ofType, oneOfRest, tupleOf, withoutConditional } from './lattice.ts';
import { hasAllParameters, type Specialisation } from './matches.ts';

/** The code of a specialisation, or null if it has none that can be inferred. */
export function bodyOfSpecialisation(of: Specialisation): Body | null {
  const { method } = of;
  let source = readRef<CodeInfoRef>(method, objects.Method.source);
  if (readRef(method, objects.Method.generator) !== 0) {
    if (!isDispatchTuple(of.types) || !hasAllParameters(of)) return null;
    try {
      source = generatedSource(methodInstance(method as MethodRef, of.types, svecOf([...of.sparams])));
    } catch (error) {
      if (error instanceof JuliaException) return null;
      throw error;
    }
  }
  return source === 0 ? null : bodyOf(source);
}

const boundOf = (type: Ref): Ref => (isTypeVar(type) || hasFreeVars(type) || !isType(type) ? datatype('Any') : type);

/** What is known of callee and arguments; a vararg method's last one is a tuple. Null if they are too few or too many. */
export function elementsOfArguments(
  of: Specialisation,
  body: Body,
  given: readonly Lattice[] | null,
): Lattice[] | null {
  const all = given === null ? elementsOfTypes(of.types) : given.map(withoutConditional);
  if (!body.isva) return all.length === body.nargs && !all.some(isRest) ? all : spread(all, body.nargs);
  const fixed = body.nargs - 1;
  const first = spreadFirst(all, fixed);
  return first === null ? null : [...first.head, tupleOf(first.tail)];
}

function elementsOfTypes(types: Ref): Lattice[] {
  const body = unwrapUnionAll(types);
  const all: Lattice[] = [];
  for (let i = 0, n = paramCount(body); i < n; i++) {
    const parameter = param(body, i);
    if (isVararg(parameter)) {
      const element = boundOf(rewrapUnionAll(varargElement(parameter), types));
      all.push({ kind: 'type', type: wrapVararg(element, 0 as Ref) });
    } else {
      all.push(ofType(boundOf(rewrapUnionAll(parameter, types))));
    }
  }
  return all;
}

function spreadFirst(all: readonly Lattice[], count: number): { head: Lattice[]; tail: Lattice[] } | null {
  const head: Lattice[] = [];
  for (let i = 0; i < count; i++) {
    const element = all[Math.min(i, all.length - 1)];
    if (element === undefined || (i >= all.length && !isRest(element))) return null;
    head.push(oneOfRest(element));
  }
  const last = all.at(-1);
  const tail = all.length > count ? all.slice(count) : last !== undefined && isRest(last) ? [last] : [];
  return { head, tail: [...tail] };
}

function spread(all: readonly Lattice[], count: number): Lattice[] | null {
  const spreaded = spreadFirst(all, count);
  return spreaded === null || spreaded.tail.some((element) => !isRest(element)) ? null : spreaded.head;
}
