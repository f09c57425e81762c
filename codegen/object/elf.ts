// ELF: what a relocatable object is made of, as data. Names and numbers are those of the System V gABI, chapters 4 and 5.
//
// An object is a list of sections (bytes with a name), a list of symbols (names for places in sections, or for what lies
// elsewhere) and, per section, a list of relocations (holes to be filled once addresses are known). Indices of the file
// format do not occur here: a symbol points at its section, a relocation at its symbol.

export const SHT_NULL = 0;
export const SHT_PROGBITS = 1;
export const SHT_SYMTAB = 2;
export const SHT_STRTAB = 3;
export const SHT_RELA = 4;
export const SHT_NOTE = 7;
export const SHT_NOBITS = 8;
export const SHT_LLVM_ADDRSIG = 0x6fff4c03;
export const SHT_X86_64_UNWIND = 0x70000001;

export const SHF_WRITE = 1;
export const SHF_ALLOC = 2;
export const SHF_EXECINSTR = 4;
export const SHF_MERGE = 0x10;
export const SHF_STRINGS = 0x20;
export const SHF_INFO_LINK = 0x40;

export const SHN_UNDEF = 0;
export const SHN_LORESERVE = 0xff00;
export const SHN_ABS = 0xfff1;

export const STB_LOCAL = 0;
export const STB_GLOBAL = 1;
export const STB_WEAK = 2;

export const STT_NOTYPE = 0;
export const STT_OBJECT = 1;
export const STT_FUNC = 2;
export const STT_SECTION = 3;
export const STT_FILE = 4;

export const ELF_HEADER_BYTES = 64;
export const SECTION_HEADER_BYTES = 64;
export const SYMBOL_BYTES = 24;
export const RELA_BYTES = 24;

export const EM_X86_64 = 62;
export const ET_REL = 1;

/** Names of machines that an object may turn out to be for. Source: gABI, e_machine. */
const machines: ReadonlyMap<number, string> = new Map([
  [3, 'i386'],
  [8, 'mips'],
  [20, 'powerpc'],
  [21, 'powerpc64'],
  [22, 's390'],
  [40, 'arm'],
  [EM_X86_64, 'x86_64'],
  [183, 'aarch64'],
  [243, 'riscv'],
  [258, 'loongarch'],
]);

export function machineName(machine: number): string {
  return machines.get(machine) ?? `machine ${machine}`;
}

export interface Section {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly align: number;
  readonly entrySize: number;
  /** Bytes in memory. Equal to `bytes.length` except for SHT_NOBITS, which has no bytes in the file. */
  readonly size: number;
  readonly bytes: Uint8Array;
  /** Filled in when everything that they refer to has been read. */
  relocations: Relocations;
}

export interface ElfSymbol {
  readonly name: string;
  readonly binding: number;
  readonly type: number;
  /** The whole st_other byte; the low two bits are the visibility. */
  readonly other: number;
  readonly section: Section | 'undefined' | 'absolute';
  /** Offset in the section. */
  readonly value: number;
  readonly size: number;
  /** Its number in the table that it was read from: what tables of facts about symbols are indexed by. */
  readonly index: number;
}

export interface Relocation {
  readonly offset: number;
  readonly type: number;
  readonly symbol: ElfSymbol;
  readonly addend: number;
}

/** The relocations of a section, as columns: an object has thousands, and is loaded by code that has just started. */
export class Relocations implements Iterable<Relocation> {
  readonly length: number;
  readonly offsets: Float64Array;
  readonly types: Uint32Array;
  readonly addends: Float64Array;
  readonly symbols: ElfSymbol[];

  /** @param length how many there are; the columns are to be filled */
  constructor(length: number) {
    this.length = length;
    this.offsets = new Float64Array(length);
    this.types = new Uint32Array(length);
    this.addends = new Float64Array(length);
    this.symbols = new Array<ElfSymbol>(length);
  }

  static of(list: readonly Relocation[]): Relocations {
    const table = new Relocations(list.length);
    list.forEach(({ offset, type, addend, symbol }, i) => {
      table.offsets[i] = offset;
      table.types[i] = type;
      table.addends[i] = addend;
      table.symbols[i] = symbol;
    });
    return table;
  }

  *[Symbol.iterator](): Iterator<Relocation> {
    for (let i = 0; i < this.length; i++) {
      yield { offset: this.offsets[i], type: this.types[i], symbol: this.symbols[i], addend: this.addends[i] };
    }
  }
}

export const noRelocations = new Relocations(0);

export interface ElfObject {
  readonly machine: number;
  /** e_flags, 0 on x86-64. */
  readonly flags: number;
  /** Neither symbol, string nor relocation tables are among them. */
  readonly sections: Section[];
  readonly symbols: ElfSymbol[];
}
