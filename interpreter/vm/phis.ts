// φ nodes and their kin, which optimised code has instead of assignments.
//
// A φ node takes the value that belongs to the edge control came along. The values are stored where the edge begins, in
// a place of the φ node's own, and the node only fetches what is there: all values of an edge are read before any node of
// the block is written, so nodes that exchange their values do so. A ϒ node stores for the φᶜ nodes of a handler that name
// it; there is nothing left to do for those.
//
// Not a hot path: this runs once for each piece of code.

import { REGION_BASE, U32 } from '../../ffi/region.ts';
import { type ArrayRef, type Ref, readRef, readWide, typeOf } from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { datatype } from '../memory/wellknown.ts';
import { arrayGetRef, arrayLength } from '../runtime/values.ts';

/** A value that a φ node takes; 0 for none. */
export interface PhiMove {
  /** Number of the φ node. */
  readonly phi: number;
  readonly value: Ref;
}

/** What φ, φᶜ and ϒ nodes ask for. Statements count from 1; 0 stands for the entry. */
export interface Phis {
  /** The moves at the end of each statement that an edge begins with. */
  readonly moves: ReadonlyMap<number, readonly PhiMove[]>;
  /** The φᶜ nodes that each ϒ node stores for. */
  readonly stores: ReadonlyMap<number, readonly number[]>;
  readonly phis: readonly number[];
  readonly phiCs: readonly number[];
}

const none: Phis = { moves: new Map(), stores: new Map(), phis: [], phiCs: [] };

/** Gathers them; the same empty answer for all code without any. */
export function findPhis(statements: readonly Ref[]): Phis {
  if (
    !statements.some(
      (statement) => typeOf(statement) === datatype('PhiNode') || typeOf(statement) === datatype('PhiCNode'),
    )
  )
    return none;
  const moves = new Map<number, PhiMove[]>();
  const stores = new Map<number, number[]>();
  const phis: number[] = [];
  const phiCs: number[] = [];
  statements.forEach((statement, index) => {
    const at = index + 1;
    if (typeOf(statement) === datatype('PhiNode')) {
      phis.push(at);
      const values = readRef<ArrayRef>(statement, objects.PhiNode.values);
      int32s(readRef<ArrayRef>(statement, objects.PhiNode.edges)).forEach((edge, i) => {
        append(moves, edge, { phi: at, value: i < arrayLength(values) ? arrayGetRef(values, i) : (0 as Ref) });
      });
    } else if (typeOf(statement) === datatype('PhiCNode')) {
      phiCs.push(at);
      const values = readRef<ArrayRef>(statement, objects.PhiCNode.values);
      for (let i = 0; i < arrayLength(values); i++) {
        const value = arrayGetRef(values, i);
        if (typeOf(value) === datatype('SSAValue')) append(stores, readWide(value, objects.SSAValue.id), at);
      }
    }
  });
  return { moves, stores, phis, phiCs };
}

function append<T>(map: Map<number, T[]>, key: number, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function int32s(array: ArrayRef): number[] {
  const word = (readWide(array, objects.JuliaArray.ptr_or_offset) - REGION_BASE) >>> 2;
  return Array.from({ length: arrayLength(array) }, (_, i) => U32[word + i] | 0);
}
