// The state of a search for a relation between two types.
//
// Two things vary during a search. Each type variable that was met has a *binding*: its bounds as narrowed so far, and
// what is known of where it occurs (the diagonal rule needs that). And each union that was met on a path stands for a
// *choice* of one member. Choices are not stored per union but per path: the n-th union decision of a run reads bit n of
// a row of bits, and after the run the row is advanced like a counter, so that running again takes the next
// combination. Unions on the left are decided by a row of their own (all combinations must succeed), unions on the right
// by another (one must).
//
// Bindings form a linked list, innermost first. A search saves their state before it tries something and restores it
// when that fails.

import { NULL, type Ref } from '../../memory/layout.ts';
import { throwError } from '../errors.ts';
import { isUnion, unionA, unionB } from '../kinds.ts';

/** What a search knows of a variable. */
export interface Binding {
  variable: Ref;
  lower: Ref;
  upper: Ref;
  /** The variable came from the right of `A <: B`: a value for it is searched. Otherwise all values must do. */
  right: boolean;
  /** Occurrences in invariant and in covariant position, at most 2 each. */
  invariant: number;
  covariant: number;
  /** Another variable's constraint demands that this one is concrete. */
  concrete: boolean;
  /** Largest length by which another Vararg was longer while this variable was its length; -1: occurs elsewhere, too. */
  maxOffset: number;
  /** How intersection narrows the variable: 0 not, 1 from above, 2 from below. */
  constraint: 0 | 1 | 2;
  /** It is a Vararg's length. */
  intValued: boolean;
  /** The environment grew too large; the result is an over-estimate. */
  limited: boolean;
  /** The first pass of an intersection is over. */
  intersected: boolean;
  /** How many invariant constructors are around the UnionAll that binds it. */
  readonly depth: number;
  /** Variables that its bounds depend on, whose UnionAlls must move outside of this one's. */
  inner: Ref[] | null;
  outer: Binding | null;
}

/** A row of decisions between the two members of unions; see the head of this file. */
export class Choices {
  depth = 0;
  /** One more than the position of the last decision that still has an alternative; 0 when none has. */
  more = 0;
  used = 0;
  bits: number[] = [];

  /** Takes the next decision: 0 for the first member, 1 for the second. */
  next(): number {
    if (this.depth >= this.used) {
      this.bits[this.used] = 0;
      this.used++;
    }
    const choice = this.bits[this.depth];
    this.depth++;
    if (choice === 0) this.more = this.depth;
    return choice;
  }

  /** Moves on to the next combination; false when there is none. */
  advance(): boolean {
    if (this.more === 0) return false;
    this.used = this.more;
    this.bits[this.used - 1] = 1;
    return true;
  }

  /** A member of `union`, by as many decisions as its nesting asks for. */
  pick(union: Ref): Ref {
    do union = this.next() === 0 ? unionA(union) : unionB(union);
    while (isUnion(union));
    return union;
  }

  reset(): void {
    this.depth = 0;
    this.more = 0;
    this.used = 0;
  }

  save(): SavedChoices {
    return { depth: this.depth, more: this.more, used: this.used, bits: this.bits.slice(0, this.used) };
  }

  restore(saved: SavedChoices): void {
    this.depth = saved.depth;
    this.more = saved.more;
    this.used = saved.used;
    for (let i = 0; i < saved.used; i++) this.bits[i] = saved.bits[i];
  }
}

export interface SavedChoices {
  readonly depth: number;
  readonly more: number;
  readonly used: number;
  readonly bits: readonly number[];
}

/** The state of all bindings at one moment, innermost first, and the depth of right choices. */
export interface SavedBindings {
  lower: Ref[];
  upper: Ref[];
  inner: (Ref[] | null)[];
  invariant: number[];
  covariant: number[];
  maxOffset: number[];
  rightDepth: number;
}

/** Searches within searches that go deeper than this have met bounds that contain themselves. */
const MAX_NESTING = 200;

/** A search does not end; the entry point that started it answers conservatively. */
class SearchTooDeep extends Error {}

/** Steps (pairs of types that are compared) after which a question is given up: seconds of work. */
const MAX_STEPS = 2_000_000;

/** A search takes too long; the outermost entry point gives up. */
class SearchTooCostly extends Error {}

let nesting = 0;
let searches = 0;
let steps = 0;

/** Counts a step of a search: combinations of unions multiply, and a hostile pair of types has more than there is time for. */
export function countStep(): void {
  if (++steps > MAX_STEPS && searches > 0) throw new SearchTooCostly();
}

/** Runs a search within a search. */
export function nested<T>(search: () => T): T {
  if (nesting >= MAX_NESTING) throw new SearchTooDeep();
  nesting++;
  const result = search();
  nesting--;
  return result;
}

/**
 * Runs a search; `otherwise` is the conservative answer when bounds that contain themselves keep it from ending.
 *
 * @param tooCostly the answer when it takes too long; an error when there is none that is right in any case
 */
export function bounded<T>(search: () => T, otherwise: T, tooCostly: () => T): T {
  const outer = nesting;
  if (searches === 0) steps = 0;
  searches++;
  try {
    return search();
  } catch (error) {
    nesting = outer;
    if (error instanceof SearchTooDeep) return otherwise;
    if (error instanceof SearchTooCostly && searches === 1) return tooCostly();
    throw error;
  } finally {
    searches--;
  }
}

/** There is no answer that is right in any case. */
export function giveUp(): never {
  return throwError(`the types are too complex to compare: no answer after ${MAX_STEPS} steps`);
}

/** One search. */
export class Search {
  bindings: Binding | null = null;
  readonly left = new Choices();
  readonly right = new Choices();
  /** Receives the values found for the outermost variables of the right side. */
  values: Ref[] | null = null;
  valueCount = 0;
  /** Which of `values` the next UnionAll on the right belongs to. */
  valueIndex = 0;
  /** How many invariant constructors the search is inside of. */
  depth = 0;
  /** Free variables are opaque: they satisfy every constraint. */
  ignoreFree = false;
  /** Subtyping is being asked by intersection. */
  intersecting = false;
  /** Only whether the intersection is empty matters. */
  emptinessOnly = false;
  /** Inside `Ref{X} ∩ Ref{<:Y}`. */
  triangular = 0;
  /** While Vararg lengths are compared: the left length is the right one plus this. */
  offset = 0;

  lookup(variable: Ref): Binding | null {
    let b = this.bindings;
    while (b !== null && b.variable !== variable) b = b.outer;
    return b;
  }

  bind(variable: Ref, lower: Ref, upper: Ref, right: boolean): Binding {
    return {
      variable,
      lower,
      upper,
      right,
      invariant: 0,
      covariant: 0,
      concrete: false,
      maxOffset: 0,
      constraint: 0,
      intValued: false,
      limited: false,
      intersected: false,
      depth: this.depth,
      inner: null,
      outer: this.bindings,
    };
  }

  save(): SavedBindings {
    const saved: SavedBindings = {
      lower: [],
      upper: [],
      inner: [],
      invariant: [],
      covariant: [],
      maxOffset: [],
      rightDepth: 0,
    };
    this.saveAgain(saved);
    return saved;
  }

  /** Overwrites `saved` with the present state. `bounds` false: counts only. */
  saveAgain(saved: SavedBindings, bounds = true): void {
    let i = 0;
    for (let b = this.bindings; b !== null; b = b.outer, i++) {
      if (bounds) {
        saved.lower[i] = b.lower;
        saved.upper[i] = b.upper;
        saved.inner[i] = b.inner;
      }
      saved.invariant[i] = b.invariant;
      saved.covariant[i] = b.covariant;
      saved.maxOffset[i] = b.maxOffset;
    }
    saved.rightDepth = this.right.depth;
  }

  restore(saved: SavedBindings, bounds = true): void {
    let i = 0;
    for (let b = this.bindings; b !== null; b = b.outer, i++) {
      if (bounds) {
        b.lower = saved.lower[i];
        b.upper = saved.upper[i];
        b.inner = saved.inner[i];
      }
      b.invariant = saved.invariant[i];
      b.covariant = saved.covariant[i];
      b.maxOffset = saved.maxOffset[i];
    }
    this.right.depth = saved.rightDepth;
    if (this.values !== null) for (let k = this.valueIndex; k < this.valueCount; k++) this.values[k] = NULL;
  }

  /** Notes that a variable occurs here. `role`: 0 not in a parameter, 1 covariant, 2 invariant. */
  record(b: Binding | null, role: number): void {
    if (b === null || role === 0) return;
    if (role === 2 && this.depth > b.depth) {
      if (b.invariant < 2) b.invariant++;
    } else if (b.covariant < 2) b.covariant++;
    if (!b.intersected) b.maxOffset = -1;
  }

  /** Is `x` bound outside of `y`? */
  isOutside(x: Ref, y: Ref): boolean {
    for (let b = this.bindings; b !== null; b = b.outer) {
      if (b.variable === x) return false;
      if (b.variable === y) return true;
    }
    return false;
  }

  /** Does a variable whose value is searched occur in `t`? */
  existentialVars(): Ref[] {
    const found: Ref[] = [];
    for (let b = this.bindings; b !== null; b = b.outer) if (b.right) found.push(b.variable);
    return found;
  }

  /** Exchanges the roles of left and right variables. */
  flipSides(): void {
    for (let b = this.bindings; b !== null; b = b.outer) b.right = !b.right;
  }

  flipOffset(): void {
    this.offset = -this.offset;
  }
}
