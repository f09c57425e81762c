// Reading an ELF object from bytes that may be anything.
//
// Every offset, size, index and name is checked against what is there before it is used, so that any input ends in an
// ElfObject or an ObjectError. Work and memory are linear in the size of the input: no table is believed to be larger
// than the file, and memory that a section only asks for (SHT_NOBITS) is limited.

import { isAscii } from 'node:buffer';
import {
  ELF_HEADER_BYTES,
  type ElfObject,
  type ElfSymbol,
  EM_X86_64,
  ET_REL,
  machineName,
  noRelocations,
  RELA_BYTES,
  Relocations,
  SECTION_HEADER_BYTES,
  type Section,
  SHN_ABS,
  SHN_LORESERVE,
  SHN_UNDEF,
  SHT_LLVM_ADDRSIG,
  SHT_NOBITS,
  SHT_NOTE,
  SHT_NULL,
  SHT_PROGBITS,
  SHT_RELA,
  SHT_STRTAB,
  SHT_SYMTAB,
  SHT_X86_64_UNWIND,
  STB_WEAK,
  STT_FILE,
  SYMBOL_BYTES,
} from './elf.ts';
import { ObjectError } from './error.ts';
import { relocationName, relocationRules } from './relocations.x86_64.ts';

/** Most bytes that sections without contents may ask for in sum. */
const NOBITS_LIMIT = 1 << 28;
const ALIGN_LIMIT = 4096;

interface Header {
  readonly nameAt: number;
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly align: number;
  readonly entrySize: number;
}

/**
 * Checks what the first 64 bytes say: that this is an ELF object for x86-64 in 64-bit little-endian form.
 *
 * @throws ObjectError `not-an-object`, `truncated` or `foreign`
 */
export function checkElfHeader(bytes: Uint8Array): void {
  const magic = [0x7f, 0x45, 0x4c, 0x46];
  if (!magic.every((byte, index) => bytes[index] === byte))
    throw new ObjectError('not-an-object', 'this is not an ELF file');
  if (bytes.length < ELF_HEADER_BYTES) throw new ObjectError('truncated', 'the file ends within the ELF header');
  const view = viewOf(bytes);
  const isLittle = bytes[5] === 1;
  const machine = view.getUint16(18, isLittle);
  if (bytes[4] !== 2 || !isLittle || machine !== EM_X86_64) {
    const form = `${bytes[4] === 1 ? '32' : '64'} bit, ${isLittle ? 'little' : 'big'} endian`;
    throw new ObjectError('foreign', `the object is for ${machineName(machine)} (${form}), not for x86_64`);
  }
  if (view.getUint16(16, true) !== ET_REL)
    throw new ObjectError('not-an-object', 'this ELF file is not a relocatable object');
}

/** @throws ObjectError for anything that is not a well-formed object for x86-64 */
export function readElf(bytes: Uint8Array): ElfObject {
  checkElfHeader(bytes);
  return new Reader(bytes).read();
}

/**
 * The sections of an object alone, without symbols and relocations.
 *
 * @throws ObjectError
 */
export function readSections(bytes: Uint8Array): readonly Section[] {
  return new Reader(bytes).readAllSections();
}

class Reader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private headers: Header[] = [];
  private readonly sections = new Map<number, Section>();

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = viewOf(bytes);
  }

  readAllSections(): readonly Section[] {
    const { view } = this;
    if (view.getUint32(20, true) !== 1) throw new ObjectError('malformed', 'the ELF version is not 1');
    this.headers = this.readHeaders();
    this.readSections(this.stringTable(view.getUint16(62, true), 'section names'));
    return [...this.sections.values()];
  }

  read(): ElfObject {
    const { view } = this;
    const sections = this.readAllSections();
    const symbols = this.readSymbols();
    this.readRelocations(symbols);
    return {
      machine: view.getUint16(18, true),
      flags: view.getUint32(48, true),
      sections: [...sections],
      symbols: symbols.slice(1),
    };
  }

  private readHeaders(): Header[] {
    const { view } = this;
    const at = this.word(40);
    const count = view.getUint16(60, true);
    if (view.getUint16(58, true) !== SECTION_HEADER_BYTES)
      throw new ObjectError('malformed', 'wrong size of section headers');
    if (count === 0) throw new ObjectError('malformed', 'there are no sections');
    this.requireInside(at, count * SECTION_HEADER_BYTES, 'the section headers');
    return Array.from({ length: count }, (_, index) => {
      const header = at + index * SECTION_HEADER_BYTES;
      return {
        nameAt: view.getUint32(header, true),
        type: view.getUint32(header + 4, true),
        flags: this.word(header + 8),
        offset: this.word(header + 24),
        size: this.word(header + 32),
        link: view.getUint32(header + 40, true),
        info: view.getUint32(header + 44, true),
        align: this.word(header + 48),
        entrySize: this.word(header + 56),
      };
    });
  }

  /** A 64-bit word, which in any object that can exist is a number that JavaScript has. */
  private word(at: number): number {
    const high = this.view.getUint32(at + 4, true);
    if (high >= 1 << 21) throw new ObjectError('malformed', `the number at byte ${at} is out of all proportion`);
    return high * 2 ** 32 + this.view.getUint32(at, true);
  }

  private requireInside(offset: number, size: number, what: string): void {
    if (offset + size > this.bytes.length) throw new ObjectError('truncated', `${what} lie beyond the end of the file`);
  }

  /** The content of a section in the file. */
  private content(header: Header, what: string): Uint8Array {
    this.requireInside(header.offset, header.size, what);
    return this.bytes.subarray(header.offset, header.offset + header.size);
  }

  private stringTable(index: number, what: string): StringTable {
    const header = this.headers[index];
    if (header === undefined || header.type !== SHT_STRTAB) {
      throw new ObjectError('malformed', `the table of ${what} is missing`);
    }
    const bytes = this.content(header, `the ${what}`);
    if (bytes.length === 0 || bytes[0] !== 0 || bytes[bytes.length - 1] !== 0) {
      throw new ObjectError('malformed', `the table of ${what} is not terminated`);
    }
    return new StringTable(bytes);
  }

  private readSections(names: StringTable): void {
    let nobits = 0;
    this.headers.forEach((header, index) => {
      switch (header.type) {
        case SHT_NULL:
        case SHT_STRTAB:
        case SHT_SYMTAB:
        case SHT_RELA:
          return;
        case SHT_PROGBITS:
        case SHT_NOTE:
        case SHT_NOBITS:
        case SHT_LLVM_ADDRSIG:
        case SHT_X86_64_UNWIND: {
          const name = names.at(header.nameAt);
          const align = Math.max(1, header.align);
          if (!Number.isInteger(Math.log2(align)) || align > ALIGN_LIMIT) {
            throw new ObjectError('malformed', `the alignment of section ${name} is ${align}`);
          }
          const isEmpty = header.type === SHT_NOBITS;
          if (isEmpty && (nobits += header.size) > NOBITS_LIMIT)
            throw new ObjectError('malformed', 'the object asks for too much memory');
          const bytes = isEmpty ? new Uint8Array() : this.content(header, `the bytes of section ${name}`);
          const { type, flags, entrySize, size } = header;
          this.sections.set(index, { name, type, flags, align, entrySize, size, bytes, relocations: noRelocations });
          return;
        }
        default:
          throw new ObjectError('malformed', `a section has the type ${header.type}, which jl0 does not write`);
      }
    });
  }

  /** All symbols, the first being the null symbol that stands for none. */
  private readSymbols(): ElfSymbol[] {
    const tables = this.headers.filter((header) => header.type === SHT_SYMTAB);
    if (tables.length !== 1) throw new ObjectError('malformed', `there are ${tables.length} symbol tables`);
    const [header] = tables;
    if (header.entrySize !== SYMBOL_BYTES || header.size % SYMBOL_BYTES !== 0 || header.size === 0) {
      throw new ObjectError('malformed', 'the symbol table has a wrong size');
    }
    this.content(header, 'the symbols');
    const names = this.stringTable(header.link, 'symbol names');
    return Array.from({ length: header.size / SYMBOL_BYTES }, (_, index) => {
      return this.readSymbol(header.offset + index * SYMBOL_BYTES, index, names);
    });
  }

  private readSymbol(at: number, index: number, names: StringTable): ElfSymbol {
    const info = this.view.getUint8(at + 4);
    const home = this.view.getUint16(at + 6, true);
    const symbol = {
      name: names.at(this.view.getUint32(at, true)),
      binding: info >> 4,
      type: info & 15,
      other: this.view.getUint8(at + 5),
      value: this.word(at + 8),
      size: this.word(at + 16),
      index,
    };
    if (symbol.binding > STB_WEAK || symbol.type > STT_FILE) {
      throw new ObjectError('malformed', `the symbol ${symbol.name} is of a kind that jl0 does not write`);
    }
    if (home === SHN_UNDEF) return { ...symbol, section: 'undefined' };
    if (home === SHN_ABS) return { ...symbol, section: 'absolute' };
    const section = home < SHN_LORESERVE ? this.sections.get(home) : undefined;
    if (section === undefined) throw new ObjectError('malformed', `the symbol ${symbol.name} is in no section`);
    if (symbol.value + symbol.size > section.size) {
      throw new ObjectError('malformed', `the symbol ${symbol.name} lies outside its section`);
    }
    return { ...symbol, section };
  }

  private readRelocations(symbols: readonly ElfSymbol[]): void {
    for (const header of this.headers) {
      if (header.type !== SHT_RELA) continue;
      const section = this.sections.get(header.info);
      if (section === undefined || this.headers[header.link]?.type !== SHT_SYMTAB) {
        throw new ObjectError('malformed', 'a relocation table belongs to no section');
      }
      if (section.relocations.length > 0) {
        throw new ObjectError('malformed', `there are several tables of relocations of ${section.name}`);
      }
      if (header.entrySize !== RELA_BYTES || header.size % RELA_BYTES !== 0) {
        throw new ObjectError('malformed', `the relocations of ${section.name} have a wrong size`);
      }
      this.requireInside(header.offset, header.size, `the relocations of ${section.name}`);
      const relocations = new Relocations(header.size / RELA_BYTES);
      readRelocations(this.view, header.offset, section, symbols, relocations);
      section.relocations = relocations;
    }
  }
}

/** Reads a table of relocations. One loop that calls as little as it can: it is most of what there is to read. */
function readRelocations(
  view: DataView,
  start: number,
  section: Section,
  symbols: readonly ElfSymbol[],
  into: Relocations,
): void {
  const { offsets, types, addends, length } = into;
  const end = section.bytes.length;
  for (let i = 0, at = start; i < length; i++, at += RELA_BYTES) {
    const offset = view.getUint32(at, true);
    const type = view.getUint32(at + 8, true);
    const symbol = symbols[view.getUint32(at + 12, true)];
    const high = view.getInt32(at + 20, true);
    const bytes = holeBytes[type];
    if (bytes === undefined) throw new ObjectError('malformed', `relocation type ${type} is not one that jl0 writes`);
    if (symbol === undefined) throw new ObjectError('malformed', `a relocation of ${section.name} has no symbol`);
    if (view.getUint32(at + 4, true) !== 0 || offset + bytes > end) {
      throw new ObjectError('malformed', `${relocationName(type)} at ${offset} lies outside ${section.name}`);
    }
    if (high < -(2 ** 20) || high >= 2 ** 20)
      throw new ObjectError('malformed', `the addend of ${relocationName(type)} at ${offset} is too large`);
    offsets[i] = offset;
    types[i] = type;
    addends[i] = high * 2 ** 32 + view.getUint32(at + 16, true);
    into.symbols[i] = symbol;
  }
}

/** Bytes of the hole, by type of relocation. */
const holeBytes: (number | undefined)[] = [];
for (const [type, rule] of relocationRules) holeBytes[type] = rule.bytes;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Names by their place in a table. As a rule they are ASCII, and then the whole table is decoded at once. */
class StringTable {
  private readonly bytes: Uint8Array;
  private readonly ascii: string | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    const { buffer, byteOffset, length } = bytes;
    this.ascii = isAscii(bytes) ? Buffer.from(buffer, byteOffset, length).toString('latin1') : undefined;
  }

  at(place: number): string {
    const inside = place < this.bytes.length;
    const end = inside ? (this.ascii?.indexOf('\0', place) ?? this.bytes.indexOf(0, place)) : -1;
    if (end < 0) throw new ObjectError('malformed', 'a name lies outside its table');
    if (this.ascii !== undefined) return this.ascii.slice(place, end);
    try {
      return utf8.decode(this.bytes.subarray(place, end));
    } catch {
      throw new ObjectError('malformed', 'a name is not UTF-8');
    }
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
