// Every value arrives: random C signatures, compiled by gcc, called and called back, compared byte by byte.
//
// For each signature the C library holds a function that records the bytes of all its arguments and returns bytes that
// the test laid out, and one that calls a function pointer with given bytes and records the result. Types are drawn from
// all scalars, vectors and structs (nested, packed tight, with odd tails, up to 40 bytes), and lists of arguments are
// long enough to overflow both kinds of registers.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Address, bytesAt, malloc, offsetBy } from '../../ffi/address.ts';
import { callbackCount, registerCallback, releaseCallback, takePendingException } from '../../ffi/callback.ts';
import {
  alignOf,
  type CSignature,
  type CType,
  cBool,
  cDouble,
  cFloat,
  cFloat16,
  cInt8,
  cInt16,
  cInt32,
  cInt64,
  cInt128,
  cPointer,
  cUInt8,
  cUInt16,
  cUInt32,
  cUInt64,
  cUInt128,
  cVoid,
  signatureText,
  sizeOf,
  structOf,
  travelsByAddress,
} from '../../ffi/ctype.ts';
import { openLibrary, symbolIn } from '../../ffi/libraries.ts';
import { planFor } from '../../ffi/plan.ts';
import { addressInSlot, closeFrame, openFrame, setSlotAddress, slotAddress, slotU32 } from '../../ffi/slots.ts';
import { buildLibrary, hasCompiler } from './c-library.ts';

const signatureCount = 400;

let state = 20260101;
/** A repeatable random integer below `limit`. */
function random(limit: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
}

const scalars: readonly [CType, string][] = [
  [cInt8, 'signed char'],
  [cUInt8, 'unsigned char'],
  [cInt16, 'short'],
  [cUInt16, 'unsigned short'],
  [cInt32, 'int'],
  [cUInt32, 'unsigned'],
  [cInt64, 'long'],
  [cUInt64, 'unsigned long'],
  [cBool, '_Bool'],
  [cFloat, 'float'],
  [cDouble, 'double'],
  [cPointer, 'void *'],
  [cFloat, 'float'],
  [cDouble, 'double'],
  [cFloat16, '_Float16'],
  [cInt128, '__int128'],
  [cUInt128, 'unsigned __int128'],
  [{ kind: 'vector', bytes: 8 }, 'vector8'],
  [{ kind: 'vector', bytes: 16 }, 'vector16'],
];

const declarations: string[] = [
  '#include <string.h>',
  'typedef float vector8 __attribute__((vector_size(8)));',
  'typedef float vector16 __attribute__((vector_size(16)));',
  'unsigned char seen[65536], give[4096];',
];
let structs = 0;

function randomType(depth: number): [CType, string] {
  if (depth > 2 || random(3) > 0) return scalars[random(scalars.length)];
  const members = Array.from({ length: 1 + random(5) }, () => randomType(depth + 1));
  const name = `struct s${structs++}`;
  declarations.push(`${name} { ${members.map(([, text], i) => `${text} m${i};`).join(' ')} };`);
  return [structOf(...members.map(([type]) => type)), name];
}

interface Case {
  readonly signature: CSignature;
  readonly text: string;
}

function randomCase(number: number): Case {
  const args = Array.from({ length: random(12) }, () => randomType(0));
  const [result, resultText]: [CType, string] = random(8) === 0 ? [cVoid, 'void'] : randomType(0);
  const names = args.map(([, text], i) => `${text} a${i}`).join(', ') || 'void';
  const record = args.map((_, i) => `memcpy(p, &a${i}, sizeof a${i}); p += sizeof a${i};`).join(' ');
  const fetch = args
    .map(([, text], i) => `${text} a${i}; memcpy(&a${i}, p, sizeof a${i}); p += sizeof a${i};`)
    .join(' ');
  const call = `f(${args.map((_, i) => `a${i}`).join(', ')})`;
  const text =
    resultText === 'void'
      ? `void f${number}(${names}) { unsigned char *p = seen; ${record} }
         void c${number}(void (*f)(${names}), unsigned char *p, unsigned char *out) { ${fetch} ${call}; }`
      : `${resultText} f${number}(${names}) { unsigned char *p = seen; ${record} ${resultText} r; memcpy(&r, give, sizeof r); return r; }
         void c${number}(${resultText} (*f)(${names}), unsigned char *p, unsigned char *out) { ${fetch} ${resultText} r = ${call}; memcpy(out, &r, sizeof r); }`;
  return { signature: { result, args: args.map(([type]) => type) }, text };
}

/** Fills a value with random bytes that its type allows. */
function fill(type: CType, at: Address): void {
  if (type.kind === 'struct') for (const field of type.fields) fill(field.type, offsetBy(at, field.offset));
  else for (let i = 0; i < sizeOf(type); i++) bytesAt(offsetBy(at, i), 1)[0] = random(type.kind === 'bool' ? 2 : 256);
}

/** The bytes of a value without padding. */
function content(type: CType, at: Address): number[] {
  return type.kind === 'struct'
    ? type.fields.flatMap((field) => content(field.type, offsetBy(at, field.offset)))
    : [...bytesAt(at, sizeOf(type))];
}

/** Where each argument's bytes are among all arguments' bytes put end to end. */
function offsets(types: readonly CType[]): number[] {
  let end = 0;
  return types.map((type) => {
    const offset = end;
    end += sizeOf(type);
    return offset;
  });
}

describe.skipIf(!hasCompiler)(`${signatureCount} random signatures`, () => {
  const cases = Array.from({ length: signatureCount }, (_, i) => randomCase(i));
  let built: ReturnType<typeof buildLibrary>;
  beforeAll(() => {
    built = buildLibrary([...declarations, ...cases.map(({ text }) => text)].join('\n'));
  });
  afterAll(() => built.remove());

  it('lays structs out as C does', () => {
    const probe = structOf(cInt8, structOf(cInt16, cInt8), cDouble, cInt8);
    expect([probe.size, alignOf(probe), probe.fields.map(({ offset }) => offset)]).toEqual([24, 8, [0, 2, 8, 16]]);
  });

  it('carries every argument and result of a call', () => {
    const library = openLibrary(built.file);
    const seen = symbolIn(library, 'seen');
    const give = symbolIn(library, 'give');
    const memory = malloc(65536);
    const out = malloc(65536);
    cases.forEach(({ signature }, number) => {
      const { args, result } = signature;
      const plan = planFor(symbolIn(library, `f${number}`), signature, `f${number}`, built.file);
      const at = offsets(args);
      const base = openFrame(plan.shape.frameSlots);
      args.forEach((type, i) => {
        fill(type, offsetBy(memory, at[i]));
        if (travelsByAddress(type)) setSlotAddress(base + 1 + i, offsetBy(memory, at[i]));
        else {
          slotU32.fill(0xdeadbeef, 2 * (base + 1 + i), 2 * (base + 2 + i));
          bytesAt(slotAddress(base + 1 + i), sizeOf(type)).set(bytesAt(offsetBy(memory, at[i]), sizeOf(type)));
        }
      });
      fill(result, give);
      bytesAt(out, 4096).fill(0xaa);
      if (travelsByAddress(result)) setSlotAddress(base, out);
      plan.call(base);
      const where = `f${number}: ${signatureText(signature)}`;
      args.forEach((type, i) => {
        expect(content(type, offsetBy(seen, at[i])), `${where}, argument ${i}`).toEqual(
          content(type, offsetBy(memory, at[i])),
        );
      });
      expect(content(result, travelsByAddress(result) ? out : slotAddress(base)), `${where}, result`).toEqual(
        content(result, give),
      );
      if (travelsByAddress(result))
        expect(bytesAt(out, 4096)[sizeOf(result)], `${where}, behind the result`).toBe(0xaa);
      closeFrame(base);
    });
  });

  it('carries every argument and result of a callback', () => {
    const library = openLibrary(built.file);
    const memory = malloc(65536);
    const given = malloc(4096);
    const out = malloc(4096);
    cases.forEach(({ signature }, number) => {
      const { args, result } = signature;
      const at = offsets(args);
      args.forEach((type, i) => {
        fill(type, offsetBy(memory, at[i]));
      });
      fill(result, given);
      const where = `c${number}: ${signatureText(signature)}`;
      const callback = registerCallback(
        signature,
        (base) => {
          args.forEach((type, i) => {
            const slot = base + 1 + i;
            const from = travelsByAddress(type) ? addressInSlot(slot) : slotAddress(slot);
            expect(content(type, from), `${where}, argument ${i}`).toEqual(content(type, offsetBy(memory, at[i])));
          });
          const to = travelsByAddress(result) ? addressInSlot(base) : slotAddress(base);
          bytesAt(to, sizeOf(result)).set(bytesAt(given, sizeOf(result)));
        },
        where,
      );
      const caller = { result: cVoid, args: [cPointer, cPointer, cPointer] };
      const plan = planFor(symbolIn(library, `c${number}`), caller, `c${number}`, built.file);
      const base = openFrame(plan.shape.frameSlots);
      [callback.address, memory, out].forEach((address, i) => {
        setSlotAddress(base + 1 + i, address);
      });
      plan.call(base);
      closeFrame(base);
      const thrown = takePendingException();
      if (thrown !== undefined) throw thrown.error;
      expect(content(result, out), `${where}, result`).toEqual(content(result, given));
      releaseCallback(callback);
    });
    expect(callbackCount()).toBe(0);
  });
});
