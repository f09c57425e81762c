// The image: an object's sections in memory.
//
// Where they lie, and all distances between them, was decided when the object was written (codegen/object/placement.ts,
// prelink.ts): code with its stubs, constants, data with the table of addresses. What is left to do are the whole addresses.
//
// Enters: a placement and a link table. Leaves: the image with the addresses of its own, still writable; whatever comes from
// elsewhere leads to the trap until it is written.

import type { AbsoluteHole, LinkTable } from '../../codegen/object/link-table.ts';
import { NONE } from '../../codegen/object/link-table.ts';
import type { Placement } from '../../codegen/object/placement.ts';
import { relocationName, relocationRules } from '../../codegen/object/relocations.x86_64.ts';
import { type Address, bytesAt, highWord, offsetBy, writeAddress, writeU32, writeWords } from '../../ffi/address.ts';
import { protectPages, returnPages, takePages } from './code-region.ts';
import { LoadError } from './error.ts';

/** Gives what lies at a place of the system image its address; undefined if nothing can lie there. */
export type Placed = (place: number, isConcreteType: boolean) => Address | undefined;

export class Image {
  readonly base: Address;
  readonly link: LinkTable;
  readonly trap: Address;
  private readonly placement: Placement;
  private readonly table: Address;

  /**
   * Takes the memory and copies the sections.
   *
   * @throws LoadError `no-memory`
   */
  constructor(placement: Placement, link: LinkTable) {
    this.placement = placement;
    this.link = link;
    this.base = takePages(placement.bytes);
    this.trap = offsetBy(this.base, link.trap);
    this.table = offsetBy(this.base, link.table);
    for (const [{ bytes }, offset] of placement.sections) {
      if (bytes.length > 0) bytesAt(offsetBy(this.base, offset), bytes.length).set(bytes);
    }
  }

  /**
   * Fills the table of addresses: the object's own names, and what lies at places of the system image. Everything else
   * leads to the trap.
   *
   * @param known is given the addresses of names from elsewhere
   */
  fillTable(placed: Placed | undefined, known: Address[]): void {
    const { link, trap } = this;
    const { outsideCount, entryCount } = link;
    const words = new Uint32Array(2 * entryCount);
    for (let name = 0; name < entryCount; name++) {
      let address: Address | undefined;
      if (name >= outsideCount) address = this.addressOf(name);
      else if (placed !== undefined) {
        const place = link.placeOfValue(name);
        if (place !== 0) address = placed(place, link.isConcreteType(name));
        if (address !== undefined) known[name] = address;
      }
      address ??= trap;
      words[2 * name] = address;
      words[2 * name + 1] = highWord(address);
    }
    bytesAt(this.table, 8 * entryCount).set(new Uint8Array(words.buffer));
  }

  /** Bytes of memory, whole pages. */
  get bytes(): number {
    return this.placement.bytes;
  }

  /** The address of one of the object's own names. */
  addressOf(name: number): Address | undefined {
    const place = this.link.places[name];
    return place < this.bytes ? offsetBy(this.base, place) : undefined;
  }

  /** Writes an address where code looks it up. */
  setEntry(name: number, address: Address): void {
    writeAddress(offsetBy(this.table, 8 * name), address);
  }

  /**
   * Fills a hole that holds a whole address.
   *
   * @param outside the address of a name from elsewhere
   * @throws LoadError `malformed` or `out-of-reach`; the image is then of no use
   */
  fill({ at, type, name, addend }: AbsoluteHole, outside: (name: number) => Address): void {
    const rule = relocationRules.get(type);
    if (rule === undefined) throw new LoadError('malformed', `relocation type ${type} is not one that jl0 writes`);
    if (at + rule.bytes > this.bytes) throw new LoadError('malformed', `${rule.name} at ${at} lies outside the image`);
    const hole = offsetBy(this.base, at);
    const value = (name === NONE ? this.base : outside(name)) + addend - (rule.relative ? hole : 0);
    const [least, greatest] = ranges[rule.range];
    if (value < least || value > greatest)
      throw new LoadError('out-of-reach', `${relocationName(type)} at ${at}: ${value} does not fit in 32 bits`);
    if (rule.bytes === 4) writeU32(hole, value);
    else writeWords(hole, value % 2 ** 32, Math.floor(value / 2 ** 32));
  }

  /** Gives each group its rights. Nothing of the image can be changed afterwards except its data. */
  protect(): void {
    for (const { at, bytes, rights } of this.placement.groups) protectPages(offsetBy(this.base, at), bytes, rights);
  }

  /** Takes back the memory of an image that is not going to be used. */
  drop(): void {
    returnPages(this.base, this.bytes);
  }
}

const ranges = {
  none: [-Infinity, Infinity],
  signed: [-(2 ** 31), 2 ** 31 - 1],
  unsigned: [0, 2 ** 32 - 1],
} as const;
