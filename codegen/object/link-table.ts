// The link table: what a loader needs of an object at once, as words, in the section `.jl0.link`.
//
// It gives numbers to the names of an object: first those that the object does not define, then those of its own that have an
// entry in the table of addresses, then its other functions. With the numbers it says where a name lies in the image
// (placement.ts), which names a function refers to, and which functions make up a method. What is written in words of its
// own elsewhere in the file (symbols, relocations) is not read to load an object.
//
// Enters: the parts as lists, from whoever makes an object; or bytes that may be anything. What decides where the loader
// writes is checked when the table is read; a number that only says where to look is checked where it is used.

import { ObjectError } from './error.ts';
import { wordsIn } from './packed-json.ts';
import type { Placement } from './placement.ts';
import type { Shortcut } from './recipe.ts';

/** Stands where there is no name or no place. */
export const NONE = 0xffff_ffff;

/** A hole that can only be filled when it is known where the image lies. */
export interface AbsoluteHole {
  /** Offset in the image. */
  readonly at: number;
  /** Type of the relocation. */
  readonly type: number;
  /** The name whose address goes in, or NONE: the image's own. */
  readonly name: number;
  /** What is added to it. */
  readonly addend: number;
}

export interface LinkParts {
  /** How many names are not defined here; the first ones are. */
  readonly outsideCount: number;
  /** How many names have an entry in the table of addresses; the first ones have. */
  readonly entryCount: number;
  /** Offset of the table of addresses, and of the trap, in the image. */
  readonly table: number;
  readonly trap: number;
  /** For each name its offset in the image, or NONE. */
  readonly places: readonly number[];
  /** For each name that is not defined here a shorter way to the value it stands for, if there is one. */
  readonly shortcuts: readonly (Shortcut | undefined)[];
  /** For each name the names it refers to. */
  readonly references: readonly (readonly number[])[];
  /** Names from elsewhere that no function is said to refer to: the compiler has put them in on its own. */
  readonly unclaimed: readonly number[];
  readonly absolutes: readonly AbsoluteHole[];
  readonly methods: readonly {
    readonly specialised: number;
    /** NONE if there is none; so are the next. */
    readonly entry: number;
    readonly boxed: number;
    readonly world: number;
    readonly hash: number;
    /** Number in the metadata's list of identities. */
    readonly identity: number;
    readonly maySwitch: boolean;
    /** What its slots hold, that of the result last: a letter for each. */
    readonly slots: readonly number[];
    /** Numbers in the metadata's list of what methods were compiled against. */
    readonly dependencies: readonly number[];
  }[];
}

const HEAD_WORDS = 12;
/** A shortcut as a word: a place, with a bit more for concrete types; or where its bytes are in the list of constants. */
const CONCRETE_TYPE = 2 ** 30;
const IN_CONSTANTS = 2 ** 31;
const PLACE_MASK = CONCRETE_TYPE - 1;
const ABSOLUTE_WORDS = 5;
const METHOD_WORDS = 6;
/** A bit beside the number of a method's identity. */
const MAY_SWITCH = 2 ** 31;

/** The table as bytes. */
export function encodeLinkTable(parts: LinkParts): Uint8Array {
  const { outsideCount, entryCount, table, trap, places, shortcuts, references, unclaimed, absolutes, methods } = parts;
  const constants: number[] = [];
  const ways = shortcuts.map((shortcut) => wordOfShortcut(shortcut, constants));
  const all = references.flat();
  const dependencies = methods.flatMap((method) => method.dependencies);
  const letters = Uint8Array.from(methods.flatMap((method) => method.slots));
  const slots = new Uint32Array(Math.ceil(letters.length / 4));
  new Uint8Array(slots.buffer).set(letters);
  const counts = [places.length, outsideCount, entryCount, all.length, unclaimed.length, absolutes.length];
  return new Uint8Array(
    Uint32Array.from([
      ...[...counts, methods.length, dependencies.length, slots.length, constants.length, table, trap],
      ...places,
      ...ways,
      ...startsOf(references),
      ...all,
      ...unclaimed,
      ...absolutes.flatMap(({ at, type, name, addend }) => [
        ...[at, type, name],
        ...[addend >>> 0, Math.floor(addend / 2 ** 32) >>> 0],
      ]),
      ...methods.flatMap(({ specialised, entry, boxed, world, hash, identity, maySwitch }) => [
        ...[specialised, entry, boxed],
        ...[world, hash, identity + (maySwitch ? MAY_SWITCH : 0)],
      ]),
      ...startsOf(methods.map((method) => method.dependencies)),
      ...dependencies,
      ...startsOf(methods.map((method) => method.slots)),
      ...slots,
      ...constants,
    ]).buffer,
  );
}

function wordOfShortcut(shortcut: Shortcut | undefined, constants: number[]): number {
  if (shortcut === undefined) return 0;
  if (shortcut.kind === 'place') return shortcut.place + (shortcut.isConcreteType ? CONCRETE_TYPE : 0);
  const { type, bytes } = shortcut;
  const words = new Uint32Array(Math.ceil(bytes.length / 4));
  new Uint8Array(words.buffer).set(bytes);
  const at = constants.push(type, bytes.length) - 2;
  for (const word of words) constants.push(word);
  return IN_CONSTANTS + at;
}

/** Where each list begins when they are written one after the other, and where the last one ends. */
function startsOf(lists: readonly (readonly number[])[]): number[] {
  const starts = [0];
  for (const list of lists) starts.push((starts.at(-1) ?? 0) + list.length);
  return starts;
}

/** A table that was read. */
export class LinkTable {
  readonly nameCount: number;
  readonly outsideCount: number;
  readonly entryCount: number;
  readonly methodCount: number;
  readonly table: number;
  readonly trap: number;
  /** By number of the name. */
  readonly places: Uint32Array;
  private readonly shortcuts: Uint32Array;
  private readonly constants: Uint32Array;
  readonly unclaimed: Uint32Array;
  readonly absolutes: readonly AbsoluteHole[];
  private readonly starts: Uint32Array;
  private readonly references: Uint32Array;
  private readonly methods: Uint32Array;
  private readonly dependencyStarts: Uint32Array;
  private readonly dependencies: Uint32Array;
  private readonly slotStarts: Uint32Array;
  private readonly slots: Uint8Array;

  /**
   * @param placement the image that it is for: the table of addresses is written while code runs, so it must lie in data
   * @throws ObjectError `malformed` if the bytes are no table for such an image
   */
  constructor(bytes: Uint8Array, placement: Placement) {
    if (bytes.length < 4 * HEAD_WORDS) throw malformed();
    const head = wordsIn(bytes, 0, HEAD_WORDS);
    const [nameCount, outsideCount, entryCount, referenceCount, unclaimedCount, absoluteCount] = head;
    const [methodCount, dependencyCount, slotWords, constantWords] = head.subarray(6);
    this.nameCount = nameCount;
    this.outsideCount = outsideCount;
    this.entryCount = entryCount;
    this.methodCount = methodCount;
    this.table = head[10];
    this.trap = head[11];
    const lengths = [
      ...[nameCount, outsideCount, nameCount + 1, referenceCount, unclaimedCount],
      ...[ABSOLUTE_WORDS * absoluteCount, METHOD_WORDS * methodCount, methodCount + 1, dependencyCount],
      ...[methodCount + 1, slotWords, constantWords],
    ];
    if (4 * lengths.reduce((sum, length) => sum + length, HEAD_WORDS) !== bytes.length) throw malformed();
    if (outsideCount > entryCount || entryCount > nameCount || this.trap >= placement.bytes) throw malformed();
    const isInData = placement.groups.some(({ rights, at, bytes: size }) => {
      return rights === 'write' && this.table >= at && this.table + 8 * entryCount <= at + size;
    });
    if (!isInData) throw malformed();
    let at = 4 * HEAD_WORDS;
    const parts = lengths.map((length) => {
      const words = wordsIn(bytes, at, length);
      at += 4 * length;
      return words;
    });
    const [places, shortcuts, starts, references, unclaimed, absolutes, methods, first, dependencies] = parts;
    const [slotStarts, slots, constants] = parts.slice(9);
    this.places = places;
    this.shortcuts = shortcuts;
    this.constants = constants;
    this.starts = starts;
    this.references = references;
    this.unclaimed = unclaimed;
    this.methods = methods;
    this.dependencyStarts = first;
    this.dependencies = dependencies;
    this.slotStarts = slotStarts;
    this.slots = new Uint8Array(slots.buffer);
    for (const name of unclaimed) if (name >= outsideCount) throw malformed();
    this.absolutes = Array.from({ length: absoluteCount }, (_, i) => {
      const [hole, type, name, low, high] = absolutes.subarray(ABSOLUTE_WORDS * i);
      if (name !== NONE && name >= outsideCount) throw malformed();
      return { at: hole, type, name, addend: (high | 0) * 2 ** 32 + low };
    });
  }

  /** The place in the system image of the value of a name from elsewhere, or 0. */
  placeOfValue(name: number): number {
    const word = this.shortcuts[name];
    return word < IN_CONSTANTS ? word & PLACE_MASK : 0;
  }

  /** Whether what lies there is a type that code may make objects of. */
  isConcreteType(name: number): boolean {
    const word = this.shortcuts[name];
    return word >= CONCRETE_TYPE && word < IN_CONSTANTS;
  }

  /** The place of the type, or 0 for a string, and the bytes of the value of a name from elsewhere; or undefined. */
  bytesOfValue(name: number): { readonly type: number; readonly bytes: Uint8Array } | undefined {
    const word = this.shortcuts[name];
    if (word < IN_CONSTANTS) return undefined;
    const [type, length] = this.constants.subarray(word - IN_CONSTANTS);
    const from = 4 * (word - IN_CONSTANTS + 2);
    if (!(from + length <= this.constants.byteLength)) throw malformed();
    return { type, bytes: new Uint8Array(this.constants.buffer, from, length) };
  }

  /** The names that a name refers to. Numbers that are no name are left to whoever looks them up. */
  referencesOf(name: number): Uint32Array {
    return this.references.subarray(this.starts[name], this.starts[name + 1]);
  }

  /** What a method was compiled against, by number. */
  dependenciesOf(method: number): Uint32Array {
    return this.dependencies.subarray(this.dependencyStarts[method], this.dependencyStarts[method + 1]);
  }

  /** What a method's slots hold, that of the result last, as letters. */
  slotsOf(method: number): Uint8Array {
    return this.slots.subarray(this.slotStarts[method], this.slotStarts[method + 1]);
  }

  identityOf(method: number): number {
    return this.methods[METHOD_WORDS * method + 5] & (MAY_SWITCH - 1);
  }

  maySwitch(method: number): boolean {
    return this.methods[METHOD_WORDS * method + 5] >= MAY_SWITCH;
  }

  worldOf(method: number): number {
    return this.methods[METHOD_WORDS * method + 3];
  }

  hashOf(method: number): number {
    return this.methods[METHOD_WORDS * method + 4];
  }

  /** The names of a method's functions: specialised, generic entry (or NONE), from objects to an object (or NONE). */
  specialisedOf(method: number): number {
    return this.methods[METHOD_WORDS * method];
  }

  entryOf(method: number): number {
    return this.methods[METHOD_WORDS * method + 1];
  }

  boxedOf(method: number): number {
    return this.methods[METHOD_WORDS * method + 2];
  }
}

const malformed = (): ObjectError => new ObjectError('malformed', 'the link table cannot be read');
