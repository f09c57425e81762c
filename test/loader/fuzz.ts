// Fuzzing the loader: `node test/loader/fuzz.ts [COUNT] [SEED]` damages an object COUNT times (a million by default), each
// time in another way, and loads it. Every load must end in a LoadError or, where the damage was none, in a loaded object.
//
// Half of the damaged objects are sealed again, as no accident would do: the checks behind the digest must stand alone. Such
// an object may even load; it is taken out of memory again, and its code is never entered.

import { returnPages } from '../../bootstrap/loader/code-region.ts';
import { LoadError } from '../../bootstrap/loader/error.ts';
import { type LoadedObject, loadObject } from '../../bootstrap/loader/load.ts';
import { compileObject } from '../../codegen/compile-object.ts';
import { Program } from '../../codegen/emit/operations.ts';
import { seal } from '../../codegen/object/seal.ts';
import { toAddress } from '../../ffi/address.ts';
import { REGION_BASE } from '../../ffi/region.ts';
import { defineSamples } from '../codegen/samples.ts';

/** A stream of numbers below 2^32 that depends on the seed alone (xorshift32). */
function numbers(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}

const interesting = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

/** The object with some damage: bits, bytes or words changed, a piece copied over another, the end cut off. */
function damage(object: Uint8Array, next: () => number): Uint8Array {
  const bytes = object.slice();
  const view = new DataView(bytes.buffer);
  const anywhere = (size: number) => next() % (bytes.length - size + 1);
  for (let count = 1 + (next() % 4); count > 0; count--) {
    switch (next() % 6) {
      case 0:
        bytes[anywhere(1)] ^= 1 << (next() % 8);
        break;
      case 1:
        bytes[anywhere(1)] = next();
        break;
      case 2:
        view.setUint32(anywhere(4), interesting[next() % interesting.length], true);
        break;
      case 3:
        view.setUint32(anywhere(4), next() % (2 * bytes.length), true);
        break;
      case 4: {
        const size = 1 + (next() % 64);
        const from = anywhere(size);
        bytes.copyWithin(anywhere(size), from, from + size);
        break;
      }
      case 5:
        return bytes.subarray(0, next() % (bytes.length + 1)).slice();
    }
  }
  return bytes;
}

/** Damages and loads; gives how often each outcome occurred. @throws what a load throws that is not a LoadError */
export function fuzz(count: number, seed: number): Map<string, number> {
  const program = new Program('samples');
  const object = compileObject(program, defineSamples(program));
  const next = numbers(seed);
  const outcomes = new Map<string, number>();
  const note = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  for (let round = 0; round < count; round++) {
    const bytes = damage(object, next);
    const sealed = next() % 2 === 0 && bytes.length > 64;
    if (sealed) seal(bytes);
    let loaded: LoadedObject;
    try {
      loaded = loadObject(bytes, () => toAddress(REGION_BASE));
    } catch (error) {
      if (!(error instanceof LoadError)) throw new Error(`round ${round} of seed ${seed}`, { cause: error });
      note(error.refusal);
      continue;
    }
    if (!sealed && Buffer.compare(bytes, object) !== 0)
      throw new Error(`round ${round} of seed ${seed}: damage was not seen`);
    note(sealed ? 'loaded, sealed again' : 'loaded, undamaged');
    returnPages(loaded.base, loaded.bytes);
  }
  return outcomes;
}

if (import.meta.main) {
  const count = Number(process.argv[2] ?? 1_000_000);
  const seed = Number(process.argv[3] ?? 1);
  const start = performance.now();
  const outcomes = fuzz(count, seed);
  for (const [outcome, times] of [...outcomes].sort((a, b) => b[1] - a[1]))
    console.log(`${String(times).padStart(9)}  ${outcome}`);
  console.log(`${count} damaged objects in ${((performance.now() - start) / 1000).toFixed(1)} s, none of them entered`);
}
