// A heap with types, without Core's Julia code: what the calls of the intrinsics corpus need.
//
// The number types that boot.jl would declare are declared here in the same way, along with the odd-sized primitive types of
// the corpus. Arguments are put into slots at the bottom of the VM's stack zone.

import { U8, U32 } from '../../ffi/region.ts';
import { allocate, initializeHeap, STACKS_START } from '../../interpreter/memory/heap.ts';
import type { DataTypeRef, Ref, TypeRef } from '../../interpreter/memory/layout.ts';
import { setTypeOf, typeOf } from '../../interpreter/memory/layout.ts';
import {
  CoreModule,
  datatype,
  emptySvec,
  falseValue,
  MainModule,
  nothing,
  trueValue,
  wrapper,
} from '../../interpreter/memory/wellknown.ts';
import { symbol } from '../../interpreter/runtime/symbols.ts';
import { boxInt64, string, svec } from '../../interpreter/runtime/values.ts';
import * as types from '../../interpreter/types/index.ts';
import { setSlot, setSlotBits, setSlotReference } from '../../interpreter/vm/slots.ts';

/** Types by their name in the corpus. */
const named = new Map<string, Ref>();

const primitives: readonly (readonly [name: string, bits: number, parent: 'Any' | 'Number'])[] = [
  ['Int8', 8, 'Number'],
  ['Int16', 16, 'Number'],
  ['Int128', 128, 'Number'],
  ['UInt128', 128, 'Number'],
  ['Float16', 16, 'Number'],
  ['Float32', 32, 'Number'],
  ['Float64', 64, 'Number'],
  ['BFloat16', 16, 'Number'],
  ['Char', 32, 'Any'],
  ['P24', 24, 'Any'],
  ['P40', 40, 'Any'],
  ['P72', 72, 'Any'],
];

const existing = [
  'Any',
  'Bool',
  'UInt8',
  'UInt16',
  'Int32',
  'UInt32',
  'Int64',
  'UInt64',
  'String',
  'Symbol',
  'Nothing',
] as const;

/** Builds the heap. Once per process. */
export function prepareHeap(): void {
  initializeHeap();
  types.initializeTypes();
  setTypeOf(trueValue, datatype('Bool'));
  setTypeOf(falseValue, datatype('Bool'));
  U8[trueValue * 8] = 1;
  setTypeOf(CoreModule, datatype('Module'));
  setTypeOf(MainModule, datatype('Module'));
  for (const name of existing) named.set(name, datatype(name));
  for (const name of ['Number', 'Integer', 'AbstractFloat'] as const) {
    if (typeOf(datatype(name)) === 0) types.abstractType(CoreModule, symbol(name), emptySvec);
    named.set(name, datatype(name));
  }
  for (const [name, bits] of primitives) {
    const type = types.primitiveType(name.startsWith('P') ? MainModule : CoreModule, symbol(name), emptySvec, bits);
    types.setSupertype(type, datatype('Any'));
    named.set(name, type);
  }
  named.set('Core.BFloat16', datatype('BFloat16'));
  for (const [name, parameters, fields] of [
    ['Pair', ['A', 'B'], ['first', 'second']],
    ['Complex', ['T'], ['re', 'im']],
  ] as const) {
    const vars = parameters.map((parameter) => types.freshVar(parameter));
    const struct = types.structType(
      CoreModule,
      symbol(name),
      svec(...vars),
      svec(...fields.map(symbol)),
      emptySvec,
      false,
      fields.length,
    );
    types.setSupertype(struct, datatype('Any'));
    types.typeBody(falseValue, struct, svec(...fields.map((_, i) => vars[Math.min(i, vars.length - 1)])));
    named.set(name, struct);
  }
  for (const name of ['Array', 'Ptr'] as const) named.set(name, wrapper(name));
}

/** The type that a text of the corpus's canonical form names. */
export function parseType(text: string): Ref {
  return parse(text, new Map());
}

function splitParameters(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if ('{('.includes(text[i])) depth++;
    else if ('})'.includes(text[i])) depth--;
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  if (text.trim() !== '') parts.push(text.slice(start));
  return parts.map((part) => part.trim());
}

function parse(text: string, variables: ReadonlyMap<string, TypeRef>): Ref {
  const known = variables.get(text) ?? named.get(text);
  if (known !== undefined) return known;
  if (/^-?\d+$/.test(text)) return boxInt64(Number(text));
  const where = /^\((.*) where (T\d+)\)$/.exec(text);
  if (where !== null) {
    const variable = types.freshVar(where[2]);
    return types.unionAll(variable, parse(where[1], new Map([...variables, [where[2], variable]])));
  }
  const application = /^([\w.]+)\{(.*)\}$/.exec(text);
  if (application === null) throw new Error(`unknown type ${text}`);
  const parameters = splitParameters(application[2]).map((part) => parse(part, variables));
  if (application[1] === 'Union') return types.typeUnion(parameters);
  if (application[1] === 'Tuple') return types.applyTupleType(parameters);
  return types.applyType(parse(application[1], variables), parameters);
}

const FIRST_SLOT = STACKS_START / 4;

/** The word of test slot `index`. */
export const slot = (index: number): number => FIRST_SLOT + 4 * index;

/** Puts an argument of the corpus into a slot. */
export function setArgument(word: number, type: string, text: string): void {
  if (type === 'Type') {
    setSlotReference(word, parseType(text));
    return;
  }
  if (type === 'Symbol') {
    setSlotReference(word, symbol(text));
    return;
  }
  if (type === 'String') {
    setSlotReference(word, string(text));
    return;
  }
  if (type === 'Nothing') {
    setSlotReference(word, nothing);
    return;
  }
  const t = parseType(type) as DataTypeRef;
  if (types.isPrimitiveType(t)) {
    setBitPattern(word, t, text);
    return;
  }
  // What is left are structs of Int64s: (1, 2, 3) and 1 => 2.
  const numbers = (text.match(/\d+/g) ?? []).map(Number);
  const object = allocate(t, 8 * numbers.length);
  numbers.forEach((number, i) => {
    U32[(object << 1) + 2 * i] = number;
  });
  setSlot(word, object);
}

function setBitPattern(word: number, type: DataTypeRef, hex: string): void {
  const size = types.layoutSize(type);
  const digits = hex.padStart(16, '0');
  if (size <= 8) {
    setSlotBits(word, type, Number.parseInt(digits.slice(-8), 16), Number.parseInt(digits.slice(-16, -8), 16));
    return;
  }
  const object = allocate(type, size);
  const all = hex.padStart(2 * size, '0');
  for (let i = 0; i < size; i++) U8[object * 8 + i] = Number.parseInt(all.slice(2 * (size - 1 - i)).slice(0, 2), 16);
  setSlot(word, object);
}
