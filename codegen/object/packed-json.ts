// Packed JSON: JSON whose parts are written once, however often they occur, and read when they are asked for.
//
// What an object says of types, methods and names repeats itself over and over, and most of it is not needed by a program
// that runs. So a packed value is a list of parts, each a piece of JSON text in which a number stands for the part of that
// number; a number that is meant as such is written `{"#": n}`. A part refers to earlier ones only, and the last one is the
// value itself. An index of where each part ends comes first, so that a part can be read without those before it. Whoever
// unpacks gets one JavaScript object for each part, used in every place: equal is then identical, and what is found out
// about a part can be remembered by the object.
//
// A part may have a place: where what it stands for is found at once by a reader who knows what places mean. Such a reader
// gets `{"place": n}` instead of the part, whose text is not looked at.
//
//     u32 number of parts | u32 end of each part's text | u32 place of each part, or 0 | text, ASCII
//
// Enters: any JSON. Leaves: bytes that depend on the value alone; and back.

import { ObjectError } from './error.ts';
import type { Json } from './recipe.ts';

/** Strings shorter than this are written where they stand. */
const SHORT = 8;
/** Most values that a packed value may stand for when every part is written out, and how deep they may lie within one another. */
const MOST_VALUES = 2 ** 31;
const MOST_DEPTH = 200;

/** How a value is divided into parts. */
export interface Packing {
  /** Values that are parts of their own however often they occur: they are to be read one by one. */
  readonly apart?: Iterable<Json>;
  /** The places of what values stand for. */
  readonly places?: ReadonlyMap<Json, number>;
}

interface Node {
  readonly value: Json;
  /** The nodes of the elements or fields. */
  readonly inner: readonly Node[];
  readonly id: number;
  /** In how many places of other nodes it stands. */
  uses: number;
  /** Its number among the parts; -1: it is written where it stands. */
  part: number;
  isApart: boolean;
  place: number;
}

/** The bytes of a value. */
export function packJson(value: Json, { apart = [], places = new Map() }: Packing = {}): Uint8Array {
  const nodes = new Map<string, Node>();
  const seen = new Map<object, Node>();
  const root = nodeOf(value, nodes, seen);
  for (const each of apart) nodeOf(each, nodes, seen).isApart = true;
  for (const [json, place] of places) {
    const node = seen.get(json as object);
    if (node !== undefined) node.place = place;
  }
  root.isApart = true;
  const parts: string[] = [];
  const placeOf: number[] = [];
  // Inner nodes were made before those that they are in, so a part is numbered after the parts in it.
  for (const node of nodes.values()) {
    if (node === root) continue;
    if (!node.isApart && node.place === 0 && (node.uses < 2 || !isWorthSharing(node.value))) continue;
    const text = textOf(node);
    node.part = parts.push(text) - 1;
    placeOf.push(node.place);
  }
  parts.push(textOf(root));
  placeOf.push(0);
  return joinParts(parts, placeOf);
}

function joinParts(texts: readonly string[], places: readonly number[]): Uint8Array {
  const count = texts.length;
  // What is not ASCII can only stand in strings, where JSON has another way to write it.
  const text = texts.map((each) => each.replace(/[\u0080-\uffff]/g, escaped));
  const index = new Uint32Array(1 + 2 * count);
  index[0] = count;
  let end = 0;
  text.forEach((each, i) => {
    end += each.length;
    index[1 + i] = end;
    index[1 + count + i] = places[i];
  });
  return Buffer.concat([new Uint8Array(index.buffer), Buffer.from(text.join(''), 'latin1')]);
}

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

function isWorthSharing(value: Json): boolean {
  if (typeof value === 'string') return value.length >= SHORT;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value === 'object' && value !== null;
}

/**
 * The node of a value: equal values have the same.
 *
 * @param seen nodes of objects that were met before: who makes metadata uses one object in many places, too
 */
function nodeOf(value: Json, nodes: Map<string, Node>, seen: Map<object, Node>): Node {
  if (typeof value !== 'object' || value === null) return findNode(JSON.stringify(value), value, [], nodes);
  const known = seen.get(value);
  if (known !== undefined) return known;
  let key: string;
  let inner: readonly Node[];
  if (Array.isArray(value)) {
    inner = (value as readonly Json[]).map((each) => nodeOf(each, nodes, seen));
    key = `[${inner.map((node) => node.id).join(',')}`;
  } else {
    const entries = Object.entries(value);
    inner = entries.map(([, each]) => nodeOf(each, nodes, seen));
    key = `{${entries.map(([name], i) => `${JSON.stringify(name)}:${inner[i].id}`).join(',')}`;
  }
  const node = findNode(key, value, inner, nodes);
  seen.set(value, node);
  return node;
}

function findNode(key: string, value: Json, inner: readonly Node[], nodes: Map<string, Node>): Node {
  let node = nodes.get(key);
  if (node === undefined) {
    for (const each of inner) each.uses++;
    node = { value, inner, id: nodes.size, uses: 0, part: -1, isApart: false, place: 0 };
    nodes.set(key, node);
  }
  return node;
}

function textOf(node: Node): string {
  if (node.part >= 0) return String(node.part);
  const { value, inner } = node;
  if (typeof value === 'number') return `{"#":${value}}`;
  if (Array.isArray(value)) return `[${inner.map(textOf).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const names = Object.keys(value);
    return `{${names.map((name, i) => `${JSON.stringify(name)}:${textOf(inner[i])}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** The value that bytes stand for. @throws ObjectError `malformed`, see `PackedJson` */
export function unpackJson(bytes: Uint8Array): Json {
  const packed = new PackedJson(bytes);
  return packed.whole(packed.root);
}

/**
 * A packed value that is read piece by piece. Every method throws an ObjectError `malformed` if what it reads is no packed
 * JSON, or stands for far more than an object can mean.
 */
export class PackedJson {
  private readonly count: number;
  private readonly ends: Uint32Array;
  private readonly bytes: Uint8Array;
  private places = new Uint32Array(0);
  private readonly text: string;
  private readonly parts: (Json | undefined)[] = [];
  /** For each part how many values it stands for, and how deep. */
  private readonly sizes: number[] = [];
  private readonly depths: number[] = [];
  private size = 0;
  private deepest = 0;
  /** How many parts are being read for one another. */
  private nesting = 0;
  /** The last part as it is written: what is in it is to be asked for by `open` and `whole`. */
  readonly root: Json;

  constructor(bytes: Uint8Array) {
    if (bytes.length < 4) throw malformed();
    const [count] = wordsIn(bytes, 0, 1);
    const textAt = 4 + 8 * count;
    if (count === 0 || textAt > bytes.length) throw malformed();
    this.count = count;
    this.ends = wordsIn(bytes, 4, count);
    this.bytes = bytes;
    this.text = Buffer.from(bytes.buffer, bytes.byteOffset + textAt, bytes.length - textAt).toString('latin1');
    this.root = this.parse(count - 1);
  }

  /** From now on parts that have a place are `{"place": n}`. To be called before anything with such parts is asked for. */
  usePlaces(): void {
    this.places = wordsIn(this.bytes, 4 + 4 * this.count, this.count);
  }

  /** The elements or fields of something, as they are written. */
  open(packed: Json): Json {
    return typeof packed === 'number' ? this.parse(this.number(packed)) : packed;
  }

  /**
   * A value with everything that is in it. What is not a part by itself is changed on the way, so it can be asked for only
   * once.
   */
  whole(packed: Json): Json {
    this.size = 0;
    this.deepest = 0;
    this.nesting = 0;
    return this.value(packed, 1, this.count);
  }

  private number(part: number): number {
    if (!Number.isInteger(part) || part < 0 || part >= this.count) throw malformed();
    return part;
  }

  private parse(part: number): Json {
    try {
      return JSON.parse(this.text.slice(part === 0 ? 0 : this.ends[part - 1], this.ends[part])) as Json;
    } catch {
      throw malformed();
    }
  }

  /** Parsed JSON belongs to nobody else, so what it refers to is put into it in place. */
  private value(packed: Json, depth: number, before: number): Json {
    if (typeof packed === 'number') return this.part(packed, depth, before);
    this.note(1, depth);
    if (typeof packed !== 'object' || packed === null) return packed;
    if (Array.isArray(packed)) {
      for (let i = 0; i < packed.length; i++) packed[i] = this.value(packed[i], depth + 1, before);
      return packed;
    }
    const fields = packed as { [name: string]: Json };
    if (typeof fields['#'] === 'number') return fields['#'];
    for (const name in fields) fields[name] = this.value(fields[name], depth + 1, before);
    return fields;
  }

  private part(part: number, depth: number, before: number): Json {
    if (!(part < before)) throw malformed();
    let known = this.parts[this.number(part)];
    if (known === undefined) {
      const place = this.places[part];
      if (place !== undefined && place !== 0) known = this.keep(part, { place }, 1, 1);
      else known = this.read(part);
    }
    this.note(this.sizes[part], depth + this.depths[part]);
    return known;
  }

  private read(part: number): Json {
    if (++this.nesting > MOST_DEPTH) throw malformed();
    const [size, deepest] = [this.size, this.deepest];
    this.size = 0;
    this.deepest = 0;
    const read = this.value(this.parse(part), 1, part);
    const known = this.keep(part, read, this.size, this.deepest);
    this.size = size;
    this.deepest = deepest;
    this.nesting--;
    return known;
  }

  private keep(part: number, value: Json, size: number, depth: number): Json {
    this.parts[part] = value;
    this.sizes[part] = size;
    this.depths[part] = depth;
    return value;
  }

  private note(size: number, depth: number): void {
    this.size += size;
    if (depth > this.deepest) this.deepest = depth;
    if (this.size > MOST_VALUES || this.deepest > MOST_DEPTH) throw malformed();
  }
}

/** Words of a file, which may lie anywhere in it: a copy. */
export function wordsIn(bytes: Uint8Array, from: number, count: number): Uint32Array<ArrayBuffer> {
  const copy = new Uint8Array(4 * count);
  copy.set(bytes.subarray(from, from + 4 * count));
  return new Uint32Array(copy.buffer);
}

const malformed = (): ObjectError => new ObjectError('malformed', 'the metadata cannot be read');
