// The image: an object's sections, placed in memory.
//
// Sections are gathered by the rights they need, each group starting on its own page: code with its stubs, constants, data
// with the table of addresses (which is filled as methods come into use). Sections that are not for memory (metadata) are
// left out.
//
// Enters: an ELF object. Leaves: the addresses of its sections, its table and its stubs, still writable.

import {
  type ElfObject,
  type ElfSymbol,
  type Section,
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHF_WRITE,
} from '../../codegen/object/elf.ts';
import { type RelocationRule, relocationRules } from '../../codegen/object/relocations.x86_64.ts';
import { type Address, bytesAt, offsetBy } from '../../ffi/address.ts';
import { PAGE_BYTES, protectPages, type Rights, returnPages, takePages } from './code-region.ts';
import { STUB_BYTES, TRAP_BYTES } from './stub.x86_64.ts';

interface Group {
  readonly rights: Rights;
  readonly at: Address;
  /** Whole pages. */
  readonly bytes: number;
}

export interface Image {
  readonly base: Address;
  /** Bytes of memory, whole pages. */
  readonly bytes: number;
  readonly groups: readonly Group[];
  readonly sections: ReadonlyMap<Section, Address>;
  /** The entry of a symbol in the table of addresses. */
  readonly entries: ReadonlyMap<ElfSymbol, Address>;
  readonly stubs: ReadonlyMap<ElfSymbol, Address>;
  /** Stands for what could not be resolved. */
  readonly trap: Address;
}

/**
 * Places an object: takes the memory and copies the sections.
 *
 * @throws LoadError `no-memory`
 */
export function placeImage(elf: ElfObject): Image {
  const inMemory = elf.sections.filter((section) => (section.flags & SHF_ALLOC) !== 0);
  const { inTable, called } = symbolsToReach(inMemory);
  const offsets = new Map<Section, number>();
  const groups: { rights: Rights; at: number; bytes: number }[] = [];
  let end = 0;
  const place = (rights: Rights, extra: number): number => {
    const at = roundUp(end, PAGE_BYTES);
    end = at;
    for (const section of inMemory) {
      if (rightsOf(section) !== rights) continue;
      end = roundUp(end, section.align);
      offsets.set(section, end);
      end += section.size;
    }
    end = roundUp(end, 16);
    const extraAt = end;
    end += extra;
    groups.push({ rights, at, bytes: roundUp(end, PAGE_BYTES) - at });
    return extraAt;
  };
  const trap = place('execute', TRAP_BYTES + called.length * STUB_BYTES);
  place('read', 0);
  const table = place('write', inTable.length * 8);
  const bytes = roundUp(end, PAGE_BYTES);
  const base = takePages(bytes);
  const address = (offset: number) => offsetBy(base, offset);
  for (const [section, offset] of offsets) bytesAt(address(offset), section.bytes.length).set(section.bytes);
  return {
    base,
    bytes,
    groups: groups.map((group) => ({ ...group, at: address(group.at) })),
    sections: new Map([...offsets].map(([section, offset]) => [section, address(offset)])),
    entries: new Map(inTable.map((symbol, index) => [symbol, address(table + 8 * index)])),
    stubs: new Map(called.map((symbol, index) => [symbol, address(trap + TRAP_BYTES + STUB_BYTES * index)])),
    trap: address(trap),
  };
}

/** Gives each group its rights. Nothing of the image can be changed afterwards except its data. */
export function protectImage(image: Image): void {
  for (const group of image.groups) protectPages(group.at, group.bytes, group.rights);
}

/** Takes back the memory of an image that is not going to be used. */
export function dropImage(image: Image): void {
  returnPages(image.base, image.bytes);
}

function rightsOf(section: Section): Rights {
  if ((section.flags & SHF_EXECINSTR) !== 0) return 'execute';
  return (section.flags & SHF_WRITE) !== 0 ? 'write' : 'read';
}

/** The symbols that need an entry in the table, and those of other objects that are called and so need a stub as well. */
function symbolsToReach(sections: readonly Section[]): { inTable: ElfSymbol[]; called: ElfSymbol[] } {
  const inTable: ElfSymbol[] = [];
  const called: ElfSymbol[] = [];
  const [hasEntry, hasStub]: boolean[][] = [[], []];
  for (const { relocations } of sections) {
    const { types, symbols, length } = relocations;
    for (let i = 0; i < length; i++) {
      const through = throughOf[types[i]];
      if (through === 'symbol') continue;
      const symbol = symbols[i];
      const isCalled = through === 'stub';
      if (isCalled && symbol.section !== 'undefined') continue;
      if (hasEntry[symbol.index] !== true) {
        hasEntry[symbol.index] = true;
        inTable.push(symbol);
      }
      if (isCalled && hasStub[symbol.index] !== true) {
        hasStub[symbol.index] = true;
        called.push(symbol);
      }
    }
  }
  return { inTable, called };
}

/** What stands for the symbol, by type of relocation. */
const throughOf: RelocationRule['through'][] = [];
for (const [type, rule] of relocationRules) throughOf[type] = rule.through;

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
