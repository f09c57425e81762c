// Leaving a UnionAll at the end of an intersection.
//
// The binding of its variable has been narrowed. If one value is left, it is substituted; else the UnionAll is put back
// around the result, with the bounds that are left. Bounds of outer variables that mention the variable are adapted:
// the value substituted, or the bound itself wrapped in the UnionAll, or the variable moved outside of the other one
// (`S == Ref{T}` makes `Ref{T} where T` a constraint on S only if T goes first: an *inner* variable of S's binding).
//
// The inner variables of all bindings and the bindings themselves form one list, innermost first, each entry depending
// only on later ones; it is sorted again after the changes.

import type { Ref } from '../../memory/layout.ts';
import { NULL } from '../../memory/layout.ts';
import { typeUnionAll } from '../apply.ts';
import { newTypeVar, newUnionAll } from '../construct.ts';
import { orElse } from '../errors.ts';
import { substituteVar } from '../instantiate.ts';
import {
  AnyType,
  Bottom,
  isDataType,
  isInt64,
  isTypeVar,
  isUnion,
  isUnionAll,
  isVararg,
  param,
  paramCount,
  unionA,
  unionAllBody,
  unionAllVar,
  unionB,
  varargN,
  varargT,
  varLower,
  varName,
  varUpper,
} from '../kinds.ts';
import { simpleJoin } from '../union.ts';
import { hasFreeVars, hasVar } from '../variables.ts';
import { isLeafBound, obviouslyEgal } from './obvious.ts';
import type { Binding, Search } from './search.ts';

/** `u` without the union members in which `v` occurs; `Union{}` when it occurs outside of unions. */
export function omitMembersWith(u: Ref, v: Ref): Ref {
  if (!hasVar(u, v)) return u;
  if (isUnion(u)) return simpleJoin(omitMembersWith(unionA(u), v), omitMembersWith(unionB(u), v));
  if (!isUnionAll(u)) return Bottom;
  const variable = unionAllVar(u);
  const body = omitMembersWith(unionAllBody(u), v);
  if (!hasVar(body, variable)) return body;
  if (hasVar(varLower(variable), v)) return Bottom;
  const upper = omitMembersWith(varUpper(variable), v);
  if (upper === Bottom && varLower(variable) !== upper) return Bottom;
  if (obviouslyEgal(varLower(variable), upper)) return substituteVar(body, variable, upper, 2) || Bottom;
  if (upper === varUpper(variable)) return newUnionAll(variable, body);
  const narrowed = newTypeVar(varName(variable), varLower(variable), upper);
  return newUnionAll(narrowed, substituteVar(body, variable, narrowed));
}

/** A variable of the list: a binding's own, or one of its inner variables. */
interface Entry {
  variable: Ref;
  lower: Ref;
  upper: Ref;
  root: Binding;
  /** It is the variable of `root` itself. */
  readonly own: boolean;
}

function innerEntries(b: Binding): Entry[] {
  return (b.inner ?? []).map((variable) => ({
    variable,
    lower: varLower(variable),
    upper: varUpper(variable),
    root: b,
    own: false,
  }));
}

/** All variables that can be affected, innermost first. */
function collectEntries(b: Binding, s: Search): Entry[] {
  // Each binding goes before its inner variables, in the order of nesting; the list is then reversed.
  const list: Entry[] = innerEntries(b);
  for (let o = s.bindings; o !== null; o = o.outer) {
    list.push({ variable: o.variable, lower: o.lower, upper: o.upper, root: o, own: true });
    list.push(...innerEntries(o));
  }
  return list.reverse();
}

/** Does `v` occur in `t`, or in bounds of variables that do? */
function dependsOn(t: Ref, v: Ref, entries: readonly Entry[], seen: Set<Entry>): boolean {
  if (isTypeVar(t)) {
    if (t === v) return true;
    const entry = entries.find((e) => e.variable === t);
    if (entry === undefined || seen.has(entry)) return false;
    seen.add(entry);
    return dependsOn(entry.lower, v, entries, seen) || dependsOn(entry.upper, v, entries, seen);
  }
  if (isUnionAll(t)) {
    const bound = unionAllVar(t);
    return (
      dependsOn(varLower(bound), v, entries, seen) ||
      dependsOn(varUpper(bound), v, entries, seen) ||
      dependsOn(unionAllBody(t), v, entries, seen)
    );
  }
  if (isUnion(t)) return dependsOn(unionA(t), v, entries, seen) || dependsOn(unionB(t), v, entries, seen);
  if (isVararg(t)) {
    return (
      (varargT(t) !== NULL && dependsOn(varargT(t), v, entries, seen)) ||
      (varargN(t) !== NULL && dependsOn(varargN(t), v, entries, seen))
    );
  }
  if (isDataType(t))
    for (let i = 0, n = paramCount(t); i < n; i++) if (dependsOn(param(t, i), v, entries, seen)) return true;
  return false;
}

/** The value that the bounds leave for the variable, 0 when there is more than one. */
function singleValue(b: Binding): Ref {
  if (isInt64(b.upper) && isTypeVar(b.lower)) return b.upper;
  if (obviouslyEgal(b.lower, b.upper)) return b.upper;
  // In covariant position T <: x stands for x itself when x has no subtypes.
  if (b.covariant > 0 && isLeafBound(b.upper) && !hasFreeVars(b.upper)) return b.upper;
  return NULL;
}

/** Moves inner variables before (that is, outside of) the entries whose bounds mention them. */
function sortEntries(entries: Entry[]): void {
  for (let at = 0; at < entries.length; ) {
    const entry = entries[at];
    let moved = false;
    const lowerFree = hasFreeVars(entry.lower);
    const upperFree = hasFreeVars(entry.upper);
    if (lowerFree || upperFree) {
      for (let k = at + 1; k < entries.length; k++) {
        const other = entries[k];
        if (other.own || entry.root.depth !== other.root.depth) continue;
        if ((lowerFree && hasVar(entry.lower, other.variable)) || (upperFree && hasVar(entry.upper, other.variable))) {
          entries.splice(k, 1);
          entries.splice(at, 0, other);
          other.root = entry.root;
          moved = true;
          break;
        }
      }
    }
    if (!moved) at++;
  }
}

/**
 * The result of intersecting with the UnionAll `u`, given that of its body.
 *
 * @param b the binding of u's variable, already taken out of the search
 */
export function finishUnionAll(result: Ref, b: Binding, _u: Ref, s: Search): Ref {
  const variable = b.variable;
  let value = singleValue(b);
  if (b.intValued) {
    const fits =
      (value !== NULL && isInt64(value)) ||
      (b.lower === Bottom && b.upper === AnyType) ||
      (isTypeVar(b.lower) && b.upper === b.lower);
    if (!fits) return Bottom;
  }
  let renewed = variable;
  if (value === NULL && (b.lower !== varLower(variable) || b.upper !== varUpper(variable)))
    renewed = newTypeVar(varName(variable), b.lower, b.upper);

  const entries = collectEntries(b, s);
  let wrapped = false;
  let wrapAt = 0;
  for (let k = 0; k < entries.length; k++) {
    const e = entries[k];
    let inLower = false;
    let inUpper = false;
    const { lower, upper } = e;
    if (hasVar(lower, variable)) {
      if (b.lower === e.variable) return abandon(entries);
      if (value !== NULL) {
        const replaced = orElse<Ref>(() => substituteVar(lower, variable, value), NULL);
        if (replaced === NULL) result = Bottom;
        else e.lower = replaced;
      } else if (lower === variable) e.lower = b.lower;
      else inLower = true;
    }
    if (hasVar(upper, variable)) {
      if (b.upper === e.variable) {
        e.upper = omitMembersWith(upper, variable);
        if (e.upper === Bottom && e.upper !== e.lower) return abandon(entries);
      }
      if (value !== NULL) {
        const replaced = substituteVar(upper, variable, value, 2);
        if (replaced === NULL) result = Bottom;
        else e.upper = replaced;
      } else if (upper === variable) e.upper = b.upper;
      else inUpper = true;
      if (inLower || inUpper) {
        const nested =
          e.root.depth !== b.depth ||
          dependsOn(b.lower, e.variable, entries, new Set()) ||
          dependsOn(b.upper, e.variable, entries, new Set());
        if (nested) {
          if (inLower) e.lower = newUnionAll(variable, lower);
          if (inUpper) e.upper = newUnionAll(variable, upper);
        } else {
          // S == Ref{T}: T moves outside of S.
          if (renewed !== variable) {
            if (inLower) e.lower = substituteVar(lower, variable, renewed);
            if (inUpper) e.upper = substituteVar(upper, variable, renewed);
          }
          if (!wrapped) wrapAt = k;
          wrapped = true;
        }
      }
    }
    commit(e);
  }
  const hadInner = entries.some((e) => !e.own);
  if (wrapped) {
    const root = entries[wrapAt].root;
    entries.splice(wrapAt, 0, {
      variable: renewed,
      lower: varLower(renewed),
      upper: varUpper(renewed),
      root,
      own: false,
    });
  }
  if (hadInner) sortEntries(entries);

  // Inner variables get their final bounds.
  for (let k = 0; k < entries.length; k++) {
    const e = entries[k];
    if (e.own || (varLower(e.variable) === e.lower && varUpper(e.variable) === e.upper)) continue;
    const old = e.variable;
    const fresh = newTypeVar(varName(old), e.lower, e.upper);
    if (hasVar(result, old)) result = substituteVar(result, old, fresh);
    for (let m = k + 1; m < entries.length; m++) {
      const later = entries[m];
      if (hasVar(later.lower, old)) later.lower = substituteVar(later.lower, old, fresh);
      if (hasVar(later.upper, old)) later.upper = substituteVar(later.upper, old, fresh);
      commit(later);
    }
    if (!wrapped && value === NULL) {
      if (hasVar(b.lower, old)) b.lower = substituteVar(b.lower, old, fresh);
      if (hasVar(b.upper, old)) b.upper = substituteVar(b.upper, old, fresh);
    }
    if (renewed === old) renewed = fresh;
    e.variable = fresh;
  }
  storeInner(entries, b, s);

  if (hasVar(result, variable)) {
    if (value !== NULL) {
      // The type may turn out to be invalid: T{x} where x does not repeat the bounds of T.
      result = substituteVar(result, variable, value, 2);
      while (result !== NULL && isUnionAll(result)) {
        const inner = unionAllVar(result);
        if (!obviouslyEgal(varLower(inner), varUpper(inner))) break;
        result = substituteVar(unionAllBody(result), inner, varLower(inner), 2);
      }
      if (result === NULL) result = Bottom;
    } else {
      if (b.lower !== varLower(renewed) || b.upper !== varUpper(renewed))
        renewed = newTypeVar(varName(renewed), b.lower, b.upper);
      if (renewed !== variable) result = substituteVar(result, variable, renewed);
      value = renewed;
      if (!wrapped) result = typeUnionAll(renewed, result);
    }
  }
  for (const inner of b.inner ?? []) result = typeUnionAll(inner, result);

  if (b.right && s.valueIndex < s.valueCount && s.values !== null) {
    const old = s.values[s.valueIndex];
    if (value === NULL || (!isLeafBound(value) && b.invariant === 0)) s.values[s.valueIndex] = variable;
    else if (!(old !== NULL && isTypeVar(old) && isInt64(value))) s.values[s.valueIndex] = value;
  }
  return result;
}

/** Writes the bounds of a binding's own variable back to the binding. */
function commit(e: Entry): void {
  if (!e.own) return;
  e.root.lower = e.lower;
  e.root.upper = e.upper;
}

function abandon(entries: readonly Entry[]): Ref {
  for (const e of entries) commit(e);
  return Bottom;
}

/** Distributes the inner variables to the bindings again, outermost first. */
function storeInner(entries: readonly Entry[], b: Binding, s: Search): void {
  const byRoot = new Map<Binding, Ref[]>();
  for (const e of entries) {
    if (e.own) continue;
    const list = byRoot.get(e.root);
    if (list === undefined) byRoot.set(e.root, [e.variable]);
    else list.push(e.variable);
  }
  for (let o: Binding | null = b; o !== null; o = o === b ? s.bindings : o.outer) {
    const list = byRoot.get(o);
    if (list !== undefined) o.inner = list.reverse();
    else if (o.inner !== null) o.inner.length = 0;
  }
}
