// Variables: what the variables of a body hold at one place of it.
//
// A state is never changed once made: assigning gives another one, and every statement can keep the one that it was reached
// with. Most bodies have few variables, so a state is a plain array that is copied.

import { isBelow, type Lattice, sameElement } from './lattice.ts';
import { join } from './merge.ts';

/** What a variable holds, and whether it may have no value at all. */
export interface Variable {
  readonly value: Lattice;
  readonly maybeUndefined: boolean;
}

export class Variables {
  private readonly slots: readonly (Variable | undefined)[];

  private constructor(slots: readonly (Variable | undefined)[]) {
    this.slots = slots;
  }

  static readonly none: Variables = new Variables([]);

  static of(values: readonly Lattice[]): Variables {
    return new Variables([undefined, ...values.map((value) => ({ value, maybeUndefined: false }))]);
  }

  /** What a variable holds; undefined when it has no value. */
  get(slot: number): Variable | undefined {
    return this.slots[slot];
  }

  set(slot: number, variable: Variable): Variables {
    const copy = this.slots.slice();
    while (copy.length < slot) copy.push(undefined);
    copy[slot] = variable;
    return new Variables(copy);
  }

  delete(slot: number): Variables {
    if (this.slots[slot] === undefined) return this;
    const copy = this.slots.slice();
    copy[slot] = undefined;
    return new Variables(copy);
  }

  /** Slots that have a value, with it. */
  *[Symbol.iterator](): Generator<[number, Variable]> {
    for (let slot = 1; slot < this.slots.length; slot++) {
      const variable = this.slots[slot];
      if (variable !== undefined) yield [slot, variable];
    }
  }

  /** After an assignment to `slot`, what Bools said of its old value is of no use. */
  forgetConditionalsOn(slot: number, withoutCondition: (element: Lattice) => Lattice): Variables {
    let changed: (Variable | undefined)[] | null = null;
    for (let i = 1; i < this.slots.length; i++) {
      const variable = this.slots[i];
      if (variable === undefined || variable.value.kind !== 'conditional' || variable.value.slot !== slot) continue;
      changed ??= this.slots.slice();
      changed[i] = { value: withoutCondition(variable.value), maybeUndefined: variable.maybeUndefined };
    }
    return changed === null ? this : new Variables(changed);
  }

  /** What holds where this state and another one meet; this one itself if the other adds nothing. */
  join(other: Variables): Variables {
    if (this === other) return this;
    let merged: (Variable | undefined)[] | null = null;
    const count = Math.max(this.slots.length, other.slots.length);
    for (let slot = 1; slot < count; slot++) {
      const left = this.slots[slot];
      const right = other.slots[slot];
      const both = joinVariable(left, right);
      if (both === left) continue;
      merged ??= this.slots.slice();
      while (merged.length < slot) merged.push(undefined);
      merged[slot] = both;
    }
    return merged === null ? this : new Variables(merged);
  }
}

function joinVariable(left: Variable | undefined, right: Variable | undefined): Variable | undefined {
  if (left === right) return left;
  if (left === undefined) return right === undefined ? undefined : { value: right.value, maybeUndefined: true };
  if (right === undefined) return left.maybeUndefined ? left : { value: left.value, maybeUndefined: true };
  const maybeUndefined = left.maybeUndefined || right.maybeUndefined;
  if (isBelow(right.value, left.value)) {
    return maybeUndefined === left.maybeUndefined ? left : { value: left.value, maybeUndefined };
  }
  const value = join(left.value, right.value);
  if (maybeUndefined === left.maybeUndefined && sameElement(value, left.value)) return left;
  return { value, maybeUndefined };
}
