// What calls were found to run, kept in the heap for the processes that a snapshot starts.
//
// The table of calls (calls.ts) is JavaScript's and begins empty in every process; asking the method table about each
// call of a short program anew would take longer than the program. So a snapshot carries the answers known when it was
// made: an open-addressed table in the bytes of a String, and the instances that it names. It is read where it lies,
// nothing is rebuilt. Since a snapshot keeps every object at its address, types can be compared by reference.
//
//     word 0            number of places, a power of two
//     word 1 + i        place i: word index of a record, 0 if empty
//     record            n, index of the instance (from 1), the n keys of the call
//
// An answer holds until a method is added or deleted under one of the names that its callee goes by; names that have
// changed since the start are remembered, and answers under them are not given any more.

import { I32, U32 } from '../../ffi/region.ts';
import {
  type MethodInstanceRef,
  type Ref,
  refAt,
  type StringRef,
  type SvecRef,
  type TypeNameRef,
} from '../memory/layout.ts';
import { State, setStateRef, stateRef } from '../memory/state.ts';
import { stringOfBytes, svecOf } from '../runtime/values.ts';

/** A call and what it runs. */
export interface KnownCall {
  readonly keys: Int32Array;
  readonly hash: number;
  readonly instance: MethodInstanceRef;
}

/** Puts the answers known now into the heap. */
export function saveCalls(calls: readonly KnownCall[]): void {
  let places = 16;
  while (places < 2 * calls.length) places *= 2;
  const words = new Int32Array(1 + places + calls.reduce((sum, call) => sum + 2 + call.keys.length, 0));
  words[0] = places;
  let record = 1 + places;
  calls.forEach((call, i) => {
    let place = call.hash & (places - 1);
    while (words[1 + place] !== 0) place = (place + 1) & (places - 1);
    words[1 + place] = record;
    words[record] = call.keys.length;
    words[record + 1] = i + 1;
    words.set(call.keys, record + 2);
    record += 2 + call.keys.length;
  });
  const table = stringOfBytes(new Uint8Array(words.buffer));
  // The keys are known by where they lie, and have to stay there.
  const keys = new Set(calls.flatMap((call) => [...call.keys].map((key) => Math.abs(key) as Ref)));
  setStateRef(State.calls, svecOf([table, ...calls.map((call) => call.instance), ...keys]));
}

const changedNames = new Set<TypeNameRef>();

/** Methods were added or deleted under these names. */
export function forgetSavedCalls(names: readonly TypeNameRef[]): void {
  for (const name of names) changedNames.add(name);
}

/**
 * What a snapshot's answers say a call runs; 0 if they do not know.
 *
 * @param namesOf the names that the callee's methods come from; asked only if there is an answer
 */
export function savedInstance(
  keys: Int32Array,
  n: number,
  hash: number,
  namesOf: () => readonly TypeNameRef[],
): MethodInstanceRef {
  const none = 0 as MethodInstanceRef;
  const saved = stateRef<SvecRef>(State.calls);
  if (saved === 0) return none;
  // The String's bytes, as words, follow its length.
  const base = (refAt<StringRef>(saved, 1) << 1) + 2;
  const mask = U32[base] - 1;
  for (let place = hash & mask; ; place = (place + 1) & mask) {
    const record = U32[base + 1 + place];
    if (record === 0) return none;
    let at = base + record;
    if (I32[at] !== n) continue;
    const index = I32[at + 1];
    at += 2;
    let i = 0;
    while (i < n && I32[at + i] === keys[i]) i++;
    if (i < n) continue;
    for (const name of namesOf()) if (changedNames.has(name)) return none;
    return refAt<Ref>(saved, index + 1) as MethodInstanceRef;
  }
}
