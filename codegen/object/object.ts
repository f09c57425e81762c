// The object as jl0 keeps it: what the compiler gave, plus metadata, sealed; and back.

import { noRelocations, type Section, SHT_LLVM_ADDRSIG, SHT_PROGBITS } from './elf.ts';
import { checkElfHeader, readElf, readSections } from './elf-reader.ts';
import { writeElf } from './elf-writer.ts';
import { ObjectError } from './error.ts';
import { LinkTable } from './link-table.ts';
import {
  checkFormat,
  decodeMetadata,
  encodeLibrary,
  encodeMetadata,
  type Metadata,
  type ObjectMetadata,
} from './metadata.ts';
import { type Placement, placeSections } from './placement.ts';
import { prelink } from './prelink.ts';
import type { Json, Shortcuts } from './recipe.ts';
import {
  checkSeal,
  DIGEST_BYTES,
  DIGEST_SECTION,
  LIBRARY_SECTION,
  LINK_SECTION,
  METADATA_SECTION,
  seal,
} from './seal.ts';

/** Sections that only a linker has a use for. */
const dropped: ReadonlySet<string> = new Set(['.note.GNU-stack', '.comment', '.llvm_addrsig']);

/**
 * Links an object that a compiler emitted as far as possible, adds the metadata, and seals it.
 *
 * @param shortcuts shorter ways to what recipes stand for
 * @throws ObjectError if the emitted object is not well-formed, or refers to a symbol that has no recipe
 */
export function makeObject(emitted: Uint8Array, metadata: Metadata, shortcuts: Shortcuts = new Map()): Uint8Array {
  const elf = readElf(new Uint8Array(emitted));
  for (const symbol of elf.symbols) {
    if (symbol.section === 'undefined' && !metadata.symbols.has(symbol.name)) {
      throw new ObjectError('malformed', `the code refers to ${symbol.name}, which has no recipe`);
    }
  }
  const kept = elf.sections.filter((section) => section.type !== SHT_LLVM_ADDRSIG && !dropped.has(section.name));
  const symbols = elf.symbols.filter((symbol) => typeof symbol.section === 'string' || kept.includes(symbol.section));
  const { sections, names, link } = prelink(kept, symbols, metadata, shortcuts);
  const places = new Map<Json, number>();
  for (const [recipe, shortcut] of shortcuts) if (shortcut.kind === 'place') places.set(recipe, shortcut.place);
  const digest = plainSection(DIGEST_SECTION, new Uint8Array(DIGEST_BYTES));
  const all = [
    ...sections,
    plainSection(METADATA_SECTION, encodeMetadata(metadata, names, places)),
    plainSection(LIBRARY_SECTION, encodeLibrary(metadata)),
    plainSection(LINK_SECTION, link),
    digest,
  ];
  const bytes = writeElf({ ...elf, sections: all, symbols }, digest);
  seal(bytes);
  return bytes;
}

function plainSection(name: string, bytes: Uint8Array): Section {
  return {
    name,
    type: SHT_PROGBITS,
    flags: 0,
    align: 1,
    entrySize: 0,
    size: bytes.length,
    bytes,
    relocations: noRelocations,
  };
}

export interface OpenedObject {
  readonly placement: Placement;
  readonly link: LinkTable;
  readonly metadata: ObjectMetadata;
}

/**
 * Reads an object that jl0 wrote, as far as loading needs it: first what it is, then whether it is whole, and only then what
 * it holds. Its symbols and relocations are not looked at; `readElf` does that.
 *
 * @param image identity of the system image in memory, see `decodeMetadata`
 * @throws ObjectError for anything else, with the reason
 */
export function openObject(bytes: Uint8Array, image: string | null = null): OpenedObject {
  checkElfHeader(bytes);
  checkSeal(bytes);
  const sections = readSections(bytes);
  const bytesOf = (name: string): Uint8Array => {
    const named = sections.filter((section) => section.name === name);
    if (named.length !== 1) throw new ObjectError('malformed', `the object has ${named.length} sections ${name}`);
    return named[0].bytes;
  };
  const placement = placeSections(sections);
  const metadata = bytesOf(METADATA_SECTION);
  checkFormat(metadata);
  const link = new LinkTable(bytesOf(LINK_SECTION), placement);
  return { placement, link, metadata: decodeMetadata(metadata, bytesOf(LIBRARY_SECTION), link, image) };
}
