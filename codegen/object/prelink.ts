// Prelinking: what of a loader's work can be done when an object is written.
//
// An image is placed as a whole (placement.ts), so every distance between two places of it is known now: calls from one
// function to another, from code to constants and data, from a stub to the table of addresses. Those holes are filled here.
// Their relocations stay in the file: whoever reads or links it by other means finds a regular object, and one that links it
// does not look at what is in the holes. What is left for the loader are the holes that hold whole addresses, and the
// entries of the table.
//
// Enters: the sections and symbols that a compiler emitted, and what the metadata says of names. Leaves: the two sections
// that the loader would otherwise make (stubs, table of addresses), filled holes, the names by number, the link table.

import {
  type ElfSymbol,
  noRelocations,
  type Section,
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHF_WRITE,
  SHT_NOBITS,
  SHT_PROGBITS,
  STB_LOCAL,
} from './elf.ts';
import { ObjectError } from './error.ts';
import { type AbsoluteHole, encodeLinkTable, NONE } from './link-table.ts';
import { type Metadata, numbered, slotLetter } from './metadata.ts';
import { type Placement, placeSections } from './placement.ts';
import type { Shortcuts } from './recipe.ts';
import { type RelocationRule, relocationName, relocationRules } from './relocations.x86_64.ts';
import { STUB_BYTES, stubCode, TRAP_BYTES, trapCode } from './stubs.x86_64.ts';

export const STUBS_SECTION = '.jl0.stubs';
export const TABLE_SECTION = '.jl0.table';

export interface Prelinked {
  /** Those that were given, and the two that are new. */
  readonly sections: readonly Section[];
  /** By number; those that the object does not define come first. */
  readonly names: readonly string[];
  readonly link: Uint8Array;
}

/**
 * Links an object as far as that is possible without knowing where it will lie. The bytes of the sections are changed.
 *
 * @param shortcuts shorter ways to what recipes stand for
 * @throws ObjectError `malformed` if a hole cannot hold its distance
 */
export function prelink(
  emitted: readonly Section[],
  symbols: readonly ElfSymbol[],
  metadata: Pick<Metadata, 'symbols' | 'references' | 'methods'>,
  shortcuts: Shortcuts,
): Prelinked {
  const names = new Names(emitted, symbols, metadata);
  const called = calledSymbols(emitted);
  const stubs = section(STUBS_SECTION, SHF_ALLOC | SHF_EXECINSTR, TRAP_BYTES + called.length * STUB_BYTES);
  const table = section(TABLE_SECTION, SHF_ALLOC | SHF_WRITE, 8 * names.entryCount);
  const sections = [...emitted, stubs, table];
  const placement = placeSections(sections);
  const at = (of: Section): number => placement.sections.get(of) ?? 0;
  const entryOf = (symbol: ElfSymbol): number => at(table) + 8 * names.numberOf(symbol);
  const stubOf = new Map<ElfSymbol, number>();
  stubs.bytes.set(trapCode());
  called.forEach((symbol, i) => {
    const offset = TRAP_BYTES + STUB_BYTES * i;
    stubOf.set(symbol, at(stubs) + offset);
    stubs.bytes.set(stubCode(entryOf(symbol) - (at(stubs) + offset)), offset);
  });
  const absolutes = fillHoles(placement, (symbol, through) => {
    if (through === 'table') return entryOf(symbol);
    if (symbol.section === 'undefined') return through === 'stub' ? stubOf.get(symbol) : names.numberOf(symbol);
    return typeof symbol.section === 'string' ? undefined : at(symbol.section) + symbol.value;
  });
  const placeOf = (symbol: ElfSymbol | undefined): number =>
    symbol === undefined || typeof symbol.section === 'string' ? NONE : at(symbol.section) + symbol.value;
  const { numbers: dependencies } = numbered(metadata.methods.map((method) => method.dependencies));
  const { numbers: identities } = numbered(metadata.methods.map((method) => [method.identity]));
  const link = encodeLinkTable({
    outsideCount: metadata.symbols.size,
    entryCount: names.entryCount,
    table: at(table),
    trap: at(stubs),
    places: names.symbols.map(placeOf),
    shortcuts: [...metadata.symbols.values()].map((recipe) =>
      recipe.kind === 'value' ? shortcuts.get(recipe.value) : undefined,
    ),
    references: names.list.map((name, number) => (number < names.ownFrom ? [] : names.referencesOf(name))),
    unclaimed: names.unclaimed(),
    absolutes,
    methods: metadata.methods.map(({ specialised, entry, boxed, world, hash, maySwitch, parameters, result }, i) => ({
      specialised: names.find(specialised),
      entry: names.find(entry),
      boxed: names.find(boxed),
      world,
      hash,
      identity: identities[i][0],
      maySwitch,
      slots: [...parameters, result].map(slotLetter),
      dependencies: dependencies[i],
    })),
  });
  return { sections, names: names.list, link };
}

function section(name: string, flags: number, size: number): Section {
  const isCode = (flags & SHF_EXECINSTR) !== 0;
  return {
    name,
    type: isCode ? SHT_PROGBITS : SHT_NOBITS,
    flags,
    align: 16,
    entrySize: 0,
    size,
    bytes: new Uint8Array(isCode ? size : 0),
    relocations: noRelocations,
  };
}

/** The names of an object and their numbers. */
class Names {
  readonly list: string[] = [];
  /** By number; undefined for functions that have become part of others. */
  readonly symbols: (ElfSymbol | undefined)[] = [];
  readonly entryCount: number;
  readonly ownFrom: number;
  private readonly references: Metadata['references'];
  private readonly byName = new Map<string, number>();
  private readonly bySymbol = new Map<ElfSymbol, number>();

  constructor(
    sections: readonly Section[],
    symbols: readonly ElfSymbol[],
    metadata: Pick<Metadata, 'symbols' | 'references' | 'methods'>,
  ) {
    this.references = metadata.references;
    for (const name of metadata.symbols.keys()) this.add(name, undefined);
    this.ownFrom = this.list.length;
    for (const symbol of symbols) {
      if (symbol.section === 'undefined') this.bySymbol.set(symbol, this.find(symbol.name));
    }
    for (const each of sections) {
      for (const { type, symbol } of each.relocations) {
        if (relocationRules.get(type)?.through !== 'table' || this.bySymbol.has(symbol)) continue;
        this.add(symbol.name, symbol);
      }
    }
    this.entryCount = this.list.length;
    const defined = symbols.filter((symbol) => typeof symbol.section !== 'string');
    for (const symbol of defined)
      if (symbol.binding !== STB_LOCAL && !this.bySymbol.has(symbol)) this.add(symbol.name, symbol);
    const local = new Map(defined.map((symbol) => [symbol.name, symbol]));
    for (const name of metadata.references.keys()) if (!this.byName.has(name)) this.add(name, local.get(name));
  }

  private add(name: string, symbol: ElfSymbol | undefined): void {
    const number = this.list.push(name) - 1;
    this.symbols.push(symbol);
    if (!this.byName.has(name)) this.byName.set(name, number);
    if (symbol !== undefined) this.bySymbol.set(symbol, number);
  }

  /** The number of a name, or NONE. */
  find(name: string): number {
    return this.byName.get(name) ?? NONE;
  }

  numberOf(symbol: ElfSymbol): number {
    return this.bySymbol.get(symbol) ?? NONE;
  }

  /** What a function refers to, as far as code still needs it after optimising. */
  referencesOf(name: string): number[] {
    return (this.references.get(name) ?? []).map((each) => this.find(each)).filter((number) => number !== NONE);
  }

  unclaimed(): number[] {
    const claimed = new Set([...this.references.values()].flat());
    return this.list
      .slice(0, this.ownFrom)
      .flatMap((name, number) => (name === '' || claimed.has(name) ? [] : [number]));
  }
}

/** The symbols of other objects that are called: each needs a stub. */
function calledSymbols(sections: readonly Section[]): ElfSymbol[] {
  const called = new Set<ElfSymbol>();
  for (const { relocations } of sections) {
    for (const { type, symbol } of relocations) {
      if (relocationRules.get(type)?.through === 'stub' && symbol.section === 'undefined') called.add(symbol);
    }
  }
  return [...called];
}

/**
 * Fills all holes that hold distances within the image.
 *
 * @param target the place in the image that stands for a symbol; for a symbol of another object whose own address is
 *   wanted, its number among the names; undefined for one that has no address
 * @returns the other holes
 */
function fillHoles(
  placement: Placement,
  target: (symbol: ElfSymbol, through: RelocationRule['through']) => number | undefined,
): AbsoluteHole[] {
  const left: AbsoluteHole[] = [];
  for (const [{ bytes, relocations }, at] of placement.sections) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (const { offset, type, symbol, addend } of relocations) {
      const rule = relocationRules.get(type);
      if (rule === undefined) continue;
      const place = target(symbol, rule.through);
      const hole = at + offset;
      if (symbol.section === 'undefined' && rule.through === 'symbol')
        left.push({ at: hole, type, name: place ?? NONE, addend });
      else if (place === undefined) throw unfit(type, symbol);
      else if (!rule.relative) left.push({ at: hole, type, name: NONE, addend: place + addend });
      else {
        const distance = place + addend - hole;
        if (rule.bytes === 4 && distance !== (distance | 0)) throw unfit(type, symbol);
        view.setInt32(offset, distance, true);
        if (rule.bytes === 8) view.setInt32(offset + 4, Math.floor(distance / 2 ** 32), true);
      }
    }
  }
  return left;
}

const unfit = (type: number, symbol: ElfSymbol): ObjectError =>
  new ObjectError('malformed', `${relocationName(type)} of ${symbol.name} cannot be filled`);
