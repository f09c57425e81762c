// Packed JSON: JSON whose parts are written once, however often they occur.
//
// What an object says of types, methods and names repeats itself over and over. So a packed text is a list of parts
// followed by the value itself, and in both a number stands for the part of that number; a number that is meant as such is
// written `{"#": n}`. A part refers to earlier ones only. Whoever unpacks gets one JavaScript object for each part, used in
// every place: equal is then identical, and what is found out about a part can be remembered by the object.
//
// Enters: any JSON. Leaves: a text that depends on the value alone; and back.

import { ObjectError } from './error.ts';
import type { Json } from './recipe.ts';

/** Strings shorter than this are written where they stand. */
const SHORT = 8;
/** Most values that a text may stand for when every part is written out, and how deep they may lie within one another. */
const MOST_VALUES = 2 ** 31;
const MOST_DEPTH = 200;

interface Node {
  readonly value: Json;
  /** The nodes of the elements or fields. */
  readonly inner: readonly Node[];
  readonly id: number;
  /** In how many places of other nodes it stands. */
  uses: number;
  /** Its number among the parts; -1: it is written where it stands. */
  part: number;
}

/** The text of a value. */
export function packJson(value: Json): string {
  const nodes = new Map<string, Node>();
  const root = nodeOf(value, nodes, new Map());
  const parts: string[] = [];
  // Inner nodes were made before those that they are in, so a part is numbered after the parts in it.
  for (const node of nodes.values()) {
    if (node.uses < 2 || !isWorthSharing(node.value)) continue;
    const text = textOf(node);
    node.part = parts.push(text) - 1;
  }
  return `{"parts":[${parts.join(',')}],"value":${textOf(root)}}`;
}

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
    node = { value, inner, id: nodes.size, uses: 0, part: -1 };
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

/**
 * The value of a text.
 *
 * @throws ObjectError `malformed` if it is no packed JSON, or stands for far more than an object can mean
 */
export function unpackJson(text: string): Json {
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch {
    throw malformed();
  }
  if (typeof json !== 'object' || json === null || !('parts' in json) || !('value' in json)) throw malformed();
  const { parts, value } = json;
  if (!Array.isArray(parts)) throw malformed();
  const unpacker = new Unpacker();
  for (const part of parts as readonly Json[]) unpacker.add(part);
  return unpacker.unpack(value);
}

class Unpacker {
  private readonly parts: Json[] = [];
  /** For each part how many values it stands for, and how deep. */
  private readonly sizes: number[] = [];
  private readonly depths: number[] = [];
  private size = 0;
  private deepest = 0;

  add(part: Json): void {
    const value = this.unpack(part);
    this.parts.push(value);
    this.sizes.push(this.size);
    this.depths.push(this.deepest);
  }

  unpack(packed: Json): Json {
    this.size = 0;
    this.deepest = 0;
    return this.value(packed, 1);
  }

  /** Parsed JSON belongs to nobody else, so what it refers to is put into it in place. */
  private value(packed: Json, depth: number): Json {
    if (typeof packed === 'number') return this.part(packed, depth);
    this.count(1, depth);
    if (typeof packed !== 'object' || packed === null) return packed;
    if (Array.isArray(packed)) {
      for (let i = 0; i < packed.length; i++) packed[i] = this.value(packed[i], depth + 1);
      return packed;
    }
    const fields = packed as { [name: string]: Json };
    if (typeof fields['#'] === 'number') return fields['#'];
    for (const name in fields) fields[name] = this.value(fields[name], depth + 1);
    return fields;
  }

  private part(number: number, depth: number): Json {
    const part = this.parts[number];
    if (part === undefined) throw malformed();
    this.count(this.sizes[number], depth + this.depths[number]);
    return part;
  }

  private count(size: number, depth: number): void {
    this.size += size;
    if (depth > this.deepest) this.deepest = depth;
    if (this.size > MOST_VALUES || this.deepest > MOST_DEPTH) throw malformed();
  }
}

const malformed = (): ObjectError => new ObjectError('malformed', 'the metadata cannot be read');
