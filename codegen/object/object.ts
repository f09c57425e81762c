// The object as jl0 keeps it: what the compiler gave, plus metadata, sealed; and back.

import { type ElfObject, noRelocations, type Section, SHT_LLVM_ADDRSIG, SHT_PROGBITS } from './elf.ts';
import { checkElfHeader, readElf } from './elf-reader.ts';
import { writeElf } from './elf-writer.ts';
import { ObjectError } from './error.ts';
import { decodeMetadata, encodeLibrary, encodeMetadata, type Metadata } from './metadata.ts';
import { checkSeal, DIGEST_BYTES, DIGEST_SECTION, LIBRARY_SECTION, METADATA_SECTION, seal } from './seal.ts';

/** Sections that only a linker has a use for. */
const dropped: ReadonlySet<string> = new Set(['.note.GNU-stack', '.comment', '.llvm_addrsig']);

/**
 * Adds the metadata to an object that a compiler emitted, and seals it.
 *
 * @throws ObjectError if the emitted object is not well-formed, or refers to a symbol that has no recipe
 */
export function makeObject(emitted: Uint8Array, metadata: Metadata): Uint8Array {
  const elf = readElf(emitted);
  for (const symbol of elf.symbols) {
    if (symbol.section === 'undefined' && !metadata.symbols.has(symbol.name)) {
      throw new ObjectError('malformed', `the code refers to ${symbol.name}, which has no recipe`);
    }
  }
  const kept = elf.sections.filter((section) => section.type !== SHT_LLVM_ADDRSIG && !dropped.has(section.name));
  const digest = plainSection(DIGEST_SECTION, new Uint8Array(DIGEST_BYTES));
  const described = plainSection(METADATA_SECTION, encodeMetadata(metadata));
  const library = plainSection(LIBRARY_SECTION, encodeLibrary(metadata));
  const sections = [...kept, described, library, digest];
  const symbols = elf.symbols.filter((symbol) => typeof symbol.section === 'string' || kept.includes(symbol.section));
  const bytes = writeElf({ ...elf, sections, symbols }, digest);
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
  readonly elf: ElfObject;
  readonly metadata: Metadata;
}

/**
 * Reads an object that jl0 wrote: first what it is, then whether it is whole, and only then what it holds.
 *
 * @throws ObjectError for anything else, with the reason
 */
export function openObject(bytes: Uint8Array): OpenedObject {
  checkElfHeader(bytes);
  checkSeal(bytes);
  const elf = readElf(bytes);
  const bytesOf = (name: string): Uint8Array => {
    const sections = elf.sections.filter((section) => section.name === name);
    if (sections.length !== 1) throw new ObjectError('malformed', `the object has ${sections.length} sections ${name}`);
    return sections[0].bytes;
  };
  return { elf, metadata: decodeMetadata(bytesOf(METADATA_SECTION), bytesOf(LIBRARY_SECTION)) };
}
