// Tuples and other immutable objects made from slots.
//
// The type of a tuple follows from its elements, so making one means finding a type first. The types of the elements
// lead through a tree of maps to the tuple type and its layout; the tree is a cache of the heap's own table of types.

import { U32 } from '../../ffi/region.ts';
import { allocate } from '../memory/heap.ts';
import { type DataTypeRef, NULL, type Ref, setRefAt, typeOf } from '../memory/layout.ts';
import { registerRoots } from '../memory/roots.ts';
import { emptyTuple } from '../memory/wellknown.ts';
import { addressOfObject, storeInline, storeUnion } from '../runtime/storage.ts';
import { fieldType } from '../types/fields.ts';
import { applyTupleType } from '../types/index.ts';
import { instanceOf, isUnion } from '../types/kinds.ts';
import { fieldIsPtr, fieldOffset, fieldSize, layoutSize } from '../types/layoutaccess.ts';
import { isSlotBits, primitiveSize, setSlot, setSlotReference, slotRef, slotType } from './slots.ts';

interface Shape {
  readonly type: DataTypeRef;
  readonly size: number;
  readonly instance: Ref;
  readonly offsets: readonly number[];
  readonly pointers: readonly boolean[];
  readonly types: readonly Ref[];
}

interface Node {
  shape: Shape | null;
  readonly next: Map<number, Node>;
}

const root: Node = { shape: null, next: new Map() };

function shapeOf(types: readonly Ref[]): Shape {
  const type = applyTupleType([...types]);
  const offsets: number[] = [];
  const pointers: boolean[] = [];
  const fields: Ref[] = [];
  for (let i = 0; i < types.length; i++) {
    offsets.push(fieldOffset(type, i));
    pointers.push(fieldIsPtr(type, i));
    fields.push(types[i]);
  }
  return { type, size: layoutSize(type), instance: instanceOf(type), offsets, pointers, types: fields };
}

registerRoots((visit) => {
  const walk = (node: Node): void => {
    if (node.shape !== null) visit(node.shape.type);
    for (const next of node.next.values()) walk(next);
  };
  walk(root);
});

/** Shapes that TUPLE instructions name by number: tuples of bits of 8 bytes and references, at offsets 0, 8, 16, ... */
const knownShapes: Shape[] = [];

/** The number of the shape of a tuple of these slots, for the quick instruction; -1 if it has none. */
export function knownShape(words: Int32Array, n: number): number {
  let node: Node | undefined = root;
  for (let i = 0; i < n && node !== undefined; i++) node = node.next.get(slotType(words[i]));
  const shape = node?.shape ?? null;
  if (shape === null || n === 0 || shape.instance !== NULL) return -1;
  for (let i = 0; i < n; i++) {
    if (shape.offsets[i] !== 8 * i) return -1;
    if (!shape.pointers[i] && !(isSlotBits(shape.types[i]) && primitiveSize(shape.types[i]) === 8)) return -1;
  }
  const known = knownShapes.indexOf(shape);
  return known >= 0 ? known : knownShapes.push(shape) - 1;
}

/** TUPLE: makes a tuple of the shape that the instruction knows; false if the values are of other types. */
export function makeKnownTuple(ops: Int32Array, pc: number, fp: number): boolean {
  const shape = knownShapes[ops[pc + 4]];
  const n = ops[pc + 3] - 1;
  const { types } = shape;
  for (let i = 0; i < n; i++) {
    const operand = ops[pc + 8 + i];
    const word = operand >= 0 ? fp + operand : -operand;
    const tag = U32[word + 2];
    if ((tag !== 0 ? tag : (U32[(U32[word] >>> 2) - 2] & ~15) >>> 3) !== types[i]) return false;
  }
  const object = allocate(shape.type, shape.size);
  for (let i = 0, to = object << 1; i < n; i++, to += 2) {
    const operand = ops[pc + 8 + i];
    const word = operand >= 0 ? fp + operand : -operand;
    U32[to] = U32[word];
    U32[to + 1] = U32[word + 1];
  }
  setSlotReference(fp + ops[pc + 1], object);
  return true;
}

/** Two different objects of which one is the instance of a singleton type are different for certain. */
export function isSingletonPair(a: number, b: number): boolean {
  return instanceOf(typeOf(a as Ref)) !== NULL || instanceOf(typeOf(b as Ref)) !== NULL;
}

/** `tuple(args...)` of the values in the given slots, into a slot. */
export function makeTupleOfSlots(words: Int32Array, n: number, result: number): void {
  if (n === 0) {
    setSlotReference(result, emptyTuple);
    return;
  }
  let node = root;
  for (let i = 0; i < n; i++) {
    const type = slotType(words[i]);
    let next = node.next.get(type);
    if (next === undefined) {
      next = { shape: null, next: new Map() };
      node.next.set(type, next);
    }
    node = next;
  }
  if (node.shape === null) {
    const types: Ref[] = [];
    for (let i = 0; i < n; i++) types.push(slotType(words[i]));
    node.shape = shapeOf(types);
  }
  const shape = node.shape;
  if (shape.instance !== NULL) {
    setSlotReference(result, shape.instance);
    return;
  }
  const object = allocate(shape.type, shape.size);
  for (let i = 0; i < n; i++) {
    if (shape.pointers[i]) {
      setRefAt((object + (shape.offsets[i] >>> 3)) as Ref, 0, slotRef(words[i]));
    } else if (U32[words[i] + 2] !== 0 && shape.offsets[i] % 8 === 0 && fieldSize(shape.type, i) === 8) {
      const word = (object * 8 + shape.offsets[i]) >>> 2;
      U32[word] = U32[words[i]];
      U32[word + 1] = U32[words[i] + 1];
    } else if (instanceOf(shape.types[i]) === NULL) {
      storeInline(words[i], shape.types[i], addressOfObject(object) + shape.offsets[i]);
    }
  }
  setSlotReference(result, object);
}

/**
 * Stores a slot's value, already known to be of the field's type, into field `index` of an object.
 */
export function storeField(object: Ref, type: Ref, index: number, word: number): void {
  const offset = fieldOffset(type, index);
  const address = addressOfObject(object) + offset;
  if (fieldIsPtr(type, index)) {
    setRefAt((object + (offset >>> 3)) as Ref, 0, slotRef(word));
    return;
  }
  const declared = fieldType(type, index);
  const valueType = slotType(word);
  if (isUnion(declared)) {
    storeUnion(word, valueType, declared, address, address + fieldSize(type, index) - 1);
  } else if (instanceOf(valueType) === NULL) {
    storeInline(word, valueType, address);
  }
}

/** A new object of a concrete struct type, its fields from slots; fields left out are undefined. */
export function makeStruct(type: DataTypeRef, words: Int32Array, n: number, result: number): void {
  const singleton = instanceOf(type);
  if (singleton !== NULL) {
    setSlotReference(result, singleton);
    return;
  }
  const object = allocate(type, Math.max(8, layoutSize(type)));
  for (let i = 0; i < n; i++) storeField(object, type, i, words[i]);
  setSlotReference(result, object);
}

/** `tuple(values...)` of objects. */
export function makeTuple(values: readonly Ref[], scratch: number): Ref {
  const words = new Int32Array(values.length);
  values.forEach((value, i) => {
    words[i] = scratch + 4 + 4 * i;
    setSlot(words[i], value);
  });
  makeTupleOfSlots(words, values.length, scratch);
  return slotRef(scratch);
}
