// Writing an ELF object.
//
// The order of the file is fixed, so that equal objects are equal bytes: header, the contents of the sections in their
// order, relocations, symbols, names, section headers, and at the very end the content of one section that the caller
// may set apart. jl0 keeps the digest of all the rest there.

import {
  ELF_HEADER_BYTES,
  type ElfObject,
  type ElfSymbol,
  ET_REL,
  RELA_BYTES,
  SECTION_HEADER_BYTES,
  type Section,
  SHF_INFO_LINK,
  SHN_ABS,
  SHN_UNDEF,
  SHT_NOBITS,
  SHT_NULL,
  SHT_RELA,
  SHT_STRTAB,
  SHT_SYMTAB,
  STB_LOCAL,
  SYMBOL_BYTES,
} from './elf.ts';

interface Written {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly align: number;
  readonly entrySize: number;
  readonly size: number;
  readonly bytes: Uint8Array;
  readonly link: number;
  readonly info: number;
}

/**
 * The bytes of an object.
 *
 * @param last the section, one of the object's, whose content ends the file
 */
export function writeElf(object: ElfObject, last?: Section): Uint8Array {
  const symbols = [...object.symbols].sort((a, b) => Number(a.binding !== STB_LOCAL) - Number(b.binding !== STB_LOCAL));
  const symbolIndex = new Map(symbols.map((symbol, index) => [symbol, index + 1]));
  const sectionIndex = new Map(object.sections.map((section, index) => [section, index + 1]));
  const relocated = object.sections.filter((section) => section.relocations.length > 0);
  const symbolTable = 1 + object.sections.length + relocated.length;
  const names = new StringTable();
  const locals = symbols.filter((symbol) => symbol.binding === STB_LOCAL).length;
  const plain = { flags: 0, align: 1, entrySize: 0, link: 0, info: 0 };
  const written: Written[] = [
    { ...plain, name: '', type: SHT_NULL, align: 0, size: 0, bytes: new Uint8Array() },
    ...object.sections.map((section) => ({ ...section, link: 0, info: 0 })),
    ...relocated.map((section) => {
      const bytes = relocationBytes(section, symbolIndex);
      const name = `.rela${section.name}`;
      const info = sectionIndex.get(section) ?? 0;
      const form = { type: SHT_RELA, flags: SHF_INFO_LINK, align: 8, entrySize: RELA_BYTES, link: symbolTable, info };
      return { ...form, name, size: bytes.length, bytes };
    }),
  ];
  const add = (section: Omit<Written, 'size' | 'flags'>) =>
    written.push({ ...section, flags: 0, size: section.bytes.length });
  const table = symbolBytes(symbols, sectionIndex, names);
  const form = { type: SHT_SYMTAB, align: 8, entrySize: SYMBOL_BYTES, link: symbolTable + 1, info: locals + 1 };
  add({ ...form, name: '.symtab', bytes: table });
  add({ ...plain, name: '.strtab', type: SHT_STRTAB, bytes: names.bytes() });
  const sectionNames = new StringTable();
  const nameAt = [...written.map((section) => section.name), '.shstrtab'].map((name) => sectionNames.add(name));
  add({ ...plain, name: '.shstrtab', type: SHT_STRTAB, bytes: sectionNames.bytes() });
  const lastIndex = last === undefined ? -1 : (sectionIndex.get(last) ?? -1);
  return layOut(object, written, nameAt, lastIndex);
}

function layOut(
  object: ElfObject,
  written: readonly Written[],
  nameAt: readonly number[],
  lastIndex: number,
): Uint8Array {
  let end = ELF_HEADER_BYTES;
  const offsets = written.map((section, index) => {
    if (index === 0) return 0;
    if (index === lastIndex) return -1;
    end = roundUp(end, Math.max(1, section.align));
    const offset = end;
    end += section.bytes.length;
    return offset;
  });
  const headers = roundUp(end, 8);
  end = headers + written.length * SECTION_HEADER_BYTES;
  if (lastIndex >= 0) {
    offsets[lastIndex] = end;
    end += written[lastIndex].bytes.length;
  }
  const file = new Uint8Array(end);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, ET_REL, true);
  view.setUint16(18, object.machine, true);
  view.setUint32(20, 1, true);
  setWord(view, 40, headers);
  view.setUint32(48, object.flags, true);
  view.setUint16(52, ELF_HEADER_BYTES, true);
  view.setUint16(58, SECTION_HEADER_BYTES, true);
  view.setUint16(60, written.length, true);
  view.setUint16(62, written.length - 1, true);
  written.forEach((section, index) => {
    const at = headers + index * SECTION_HEADER_BYTES;
    file.set(section.bytes, offsets[index]);
    view.setUint32(at, nameAt[index], true);
    view.setUint32(at + 4, section.type, true);
    setWord(view, at + 8, section.flags);
    setWord(view, at + 24, offsets[index]);
    setWord(view, at + 32, section.type === SHT_NOBITS ? section.size : section.bytes.length);
    view.setUint32(at + 40, section.link, true);
    view.setUint32(at + 44, section.info, true);
    setWord(view, at + 48, section.align);
    setWord(view, at + 56, section.entrySize);
  });
  return file;
}

function relocationBytes(section: Section, symbols: ReadonlyMap<ElfSymbol, number>): Uint8Array {
  const bytes = new Uint8Array(section.relocations.length * RELA_BYTES);
  const view = new DataView(bytes.buffer);
  [...section.relocations].forEach((relocation, index) => {
    const at = index * RELA_BYTES;
    setWord(view, at, relocation.offset);
    view.setUint32(at + 8, relocation.type, true);
    view.setUint32(at + 12, symbols.get(relocation.symbol) ?? 0, true);
    setWord(view, at + 16, relocation.addend);
  });
  return bytes;
}

function symbolBytes(
  symbols: readonly ElfSymbol[],
  sections: ReadonlyMap<Section, number>,
  names: StringTable,
): Uint8Array {
  const bytes = new Uint8Array((symbols.length + 1) * SYMBOL_BYTES);
  const view = new DataView(bytes.buffer);
  symbols.forEach((symbol, index) => {
    const at = (index + 1) * SYMBOL_BYTES;
    view.setUint32(at, names.add(symbol.name), true);
    view.setUint8(at + 4, (symbol.binding << 4) | symbol.type);
    view.setUint8(at + 5, symbol.other);
    view.setUint16(at + 6, sectionNumber(symbol.section, sections), true);
    setWord(view, at + 8, symbol.value);
    setWord(view, at + 16, symbol.size);
  });
  return bytes;
}

function sectionNumber(section: ElfSymbol['section'], sections: ReadonlyMap<Section, number>): number {
  if (section === 'undefined') return SHN_UNDEF;
  if (section === 'absolute') return SHN_ABS;
  const index = sections.get(section);
  if (index === undefined)
    throw new Error(`a symbol is in the section ${section.name}, which is not part of the object`);
  return index;
}

/** Names one after the other, each ended by a zero byte; equal names are there once. */
class StringTable {
  private readonly places = new Map<string, number>([['', 0]]);
  private readonly parts: Uint8Array[] = [new Uint8Array(1)];
  private length = 1;

  add(name: string): number {
    const known = this.places.get(name);
    if (known !== undefined) return known;
    if (name.includes('\0')) throw new Error('a name with a zero byte cannot be written to an object');
    const at = this.length;
    const bytes = new TextEncoder().encode(`${name}\0`);
    this.places.set(name, at);
    this.parts.push(bytes);
    this.length += bytes.length;
    return at;
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.parts);
  }
}

/** Writes a number as 64-bit word, in two's complement. */
function setWord(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % 2 ** 32, true);
  view.setInt32(at + 4, Math.floor(value / 2 ** 32), true);
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
