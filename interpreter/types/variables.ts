// Which variables occur in a type.
//
// A DataType caches whether any variable is free in it (the flag hasfreetypevars), so most questions end at the first
// object. An environment of variables is a linked list, innermost first.

import { NULL, type Ref, refAt } from '../memory/layout.ts';
import { DataTypeFlag } from '../memory/objects.ts';
import {
  AnyType,
  Bottom,
  hasFlag,
  isDataType,
  isTupleType,
  isTypeVar,
  isUnion,
  isUnionAll,
  isVararg,
  param,
  paramCount,
  parametersOf,
  unionA,
  unionAllBody,
  unionAllVar,
  unionB,
  varargN,
  varargT,
  varLower,
  varUpper,
} from './kinds.ts';

/** Variables with values, innermost first: the environment of a substitution. `value` 0 only marks the variable. */
export interface TypeEnvironment {
  readonly variable: Ref;
  readonly value: Ref;
  readonly outer: TypeEnvironment | null;
}

interface Scope {
  readonly variable: Ref;
  readonly outer: Scope | null;
}

function inScope(scope: Scope | null, variable: Ref): boolean {
  for (let s = scope; s !== null; s = s.outer) if (s.variable === variable) return true;
  return false;
}

/** True when a variable that is not bound inside `t` occurs in it. */
export const hasFreeVars = (t: Ref): boolean =>
  isDataType(t) ? hasFlag(t, DataTypeFlag.hasfreetypevars) : freeIn(t, null);

function freeIn(t: Ref, scope: Scope | null): boolean {
  for (;;) {
    if (isDataType(t)) {
      if (!hasFlag(t, DataTypeFlag.hasfreetypevars)) return false;
      if (scope === null) return true;
      const parameters = parametersOf(t);
      for (let i = 1, n = paramCount(t); i <= n; i++) if (freeIn(refAt(parameters, i), scope)) return true;
      return false;
    }
    if (isTypeVar(t)) return !inScope(scope, t);
    if (isUnionAll(t)) {
      const variable = unionAllVar(t);
      const lower = varLower(variable);
      const upper = varUpper(variable);
      if (lower !== Bottom && freeIn(lower, scope)) return true;
      if (upper !== AnyType && freeIn(upper, scope)) return true;
      scope = { variable, outer: scope };
      t = unionAllBody(t);
    } else if (isUnion(t)) {
      if (freeIn(unionA(t), scope)) return true;
      t = unionB(t);
    } else if (isVararg(t)) {
      const element = varargT(t);
      if (element === NULL) return false;
      const length = varargN(t);
      if (length !== NULL && freeIn(length, scope)) return true;
      t = element;
    } else return false;
  }
}

/** The free variables of `t` in the order in which they are met; one that occurs twice is there twice. */
export function freeVars(t: Ref): Ref[] {
  const found: Ref[] = [];
  collectFree(t, null, found);
  return found;
}

function collectFree(t: Ref, scope: Scope | null, found: Ref[]): void {
  for (;;) {
    if (isTypeVar(t)) {
      if (!inScope(scope, t)) found.push(t);
      return;
    }
    if (isUnionAll(t)) {
      const variable = unionAllVar(t);
      if (varLower(variable) !== Bottom) collectFree(varLower(variable), scope, found);
      if (varUpper(variable) !== AnyType) collectFree(varUpper(variable), scope, found);
      scope = { variable, outer: scope };
      t = unionAllBody(t);
    } else if (isDataType(t)) {
      if (!hasFlag(t, DataTypeFlag.hasfreetypevars)) return;
      for (let i = 0, n = paramCount(t); i < n; i++) collectFree(param(t, i), scope, found);
      return;
    } else if (isUnion(t)) {
      collectFree(unionA(t), scope, found);
      t = unionB(t);
    } else if (isVararg(t)) {
      if (varargT(t) === NULL) return;
      if (varargN(t) !== NULL) collectFree(varargN(t), scope, found);
      t = varargT(t);
    } else return;
  }
}

/** True when one of `variables` occurs free in `t`. */
export function hasVars(t: Ref, variables: readonly Ref[]): boolean {
  if (variables.length === 0) return false;
  for (;;) {
    if (isDataType(t)) {
      if (!hasFlag(t, DataTypeFlag.hasfreetypevars)) return false;
      for (let i = 0, n = paramCount(t); i < n; i++) if (hasVars(param(t, i), variables)) return true;
      return false;
    }
    if (isTypeVar(t)) return variables.includes(t);
    if (isUnionAll(t)) {
      const bound = unionAllVar(t);
      const lower = varLower(bound);
      const upper = varUpper(bound);
      if (lower !== Bottom && hasVars(lower, variables)) return true;
      if (upper !== AnyType && hasVars(upper, variables)) return true;
      if (variables.includes(bound)) {
        variables = variables.filter((v) => v !== bound);
        if (variables.length === 0) return false;
      }
      t = unionAllBody(t);
    } else if (isUnion(t)) {
      if (hasVars(unionA(t), variables)) return true;
      t = unionB(t);
    } else if (isVararg(t)) {
      if (varargT(t) === NULL) return false;
      if (varargN(t) !== NULL && hasVars(varargN(t), variables)) return true;
      t = varargT(t);
    } else return false;
  }
}

/** True when `variable` occurs free in `t`. */
export function hasVar(t: Ref, variable: Ref): boolean {
  for (;;) {
    if (isDataType(t)) {
      if (!hasFlag(t, DataTypeFlag.hasfreetypevars)) return false;
      const parameters = parametersOf(t);
      for (let i = 1, n = paramCount(t); i <= n; i++) if (hasVar(refAt(parameters, i), variable)) return true;
      return false;
    }
    if (isTypeVar(t)) return t === variable;
    if (isUnionAll(t)) {
      const bound = unionAllVar(t);
      const lower = varLower(bound);
      const upper = varUpper(bound);
      if (lower !== Bottom && hasVar(lower, variable)) return true;
      if (upper !== AnyType && hasVar(upper, variable)) return true;
      if (bound === variable) return false;
      t = unionAllBody(t);
    } else if (isUnion(t)) {
      if (hasVar(unionA(t), variable)) return true;
      t = unionB(t);
    } else if (isVararg(t)) {
      if (varargT(t) === NULL) return false;
      if (varargN(t) !== NULL && hasVar(varargN(t), variable)) return true;
      t = varargT(t);
    } else return false;
  }
}

/**
 * True when `variable` occurs inside a type constructor of `t`: of any kind, or (`invariantOnly`) of an invariant one.
 * `inside` says that `t` itself stands in such a constructor.
 */
export function occursInside(t: Ref, variable: Ref, inside: boolean, invariantOnly: boolean): boolean {
  if (t === variable) return inside;
  if (isDataType(t)) {
    if (!hasFlag(t, DataTypeFlag.hasfreetypevars)) return false;
    const within = inside || !invariantOnly || !isTupleType(t);
    for (let i = 0, n = paramCount(t); i < n; i++)
      if (occursInside(param(t, i), variable, within, invariantOnly)) return true;
    return false;
  }
  if (isUnion(t))
    return (
      occursInside(unionA(t), variable, inside, invariantOnly) ||
      occursInside(unionB(t), variable, inside, invariantOnly)
    );
  if (isUnionAll(t)) {
    const bound = unionAllVar(t);
    if (bound === variable) return false;
    return (
      occursInside(varLower(bound), variable, inside, invariantOnly) ||
      occursInside(varUpper(bound), variable, inside, invariantOnly) ||
      occursInside(unionAllBody(t), variable, inside, invariantOnly)
    );
  }
  if (isVararg(t) && varargT(t) !== NULL) {
    if (occursInside(varargT(t), variable, inside || !invariantOnly, invariantOnly)) return true;
    return varargN(t) !== NULL && occursInside(varargN(t), variable, true, invariantOnly);
  }
  return false;
}

/** True when `variable` occurs in an invariant position of `t`. */
export const occursInvariant = (t: Ref, variable: Ref): boolean => occursInside(t, variable, false, true);
