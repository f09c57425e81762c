// Relocation: filling the holes of a placed image once every address is known.
//
// A hole gets S + A, or S + A - P, where S is the address of the symbol, of its entry in the table of addresses, or of its
// stub, as the type of the relocation says (codegen/object/relocations.x86_64.ts), A is the addend in the record and P the
// address of the hole. Addresses have 47 bits and sums of two of them are exact numbers.
//
// Enters: an image, and the addresses of its own symbols; those of others are only asked for where data holds them. Leaves: the image's bytes, patched.

import type { ElfSymbol, Section } from '../../codegen/object/elf.ts';
import { relocationName, relocationRules } from '../../codegen/object/relocations.x86_64.ts';
import { type Address, offsetBy, writeU32, writeWords } from '../../ffi/address.ts';
import { LoadError } from './error.ts';
import type { Image } from './image.ts';

export type AddressOf = (symbol: ElfSymbol) => Address;

/** What stands for each symbol, by its number: where relocations find it without asking again. */
export class Targets {
  private readonly image: Image;
  private readonly addressOf: AddressOf;
  private readonly known: [number[], number[], number[]] = [[], [], []];

  constructor(image: Image, addressOf: AddressOf) {
    this.image = image;
    this.addressOf = addressOf;
  }

  /** The address that a relocation of this kind wants. */
  get(symbol: ElfSymbol, kind: Kind): number {
    return this.known[kind][symbol.index] ?? this.find(symbol, kind);
  }

  private find(symbol: ElfSymbol, kind: Kind): number {
    // A call of something outside goes by its stub, whose address may still be unknown.
    const instead =
      kind === Kind.table
        ? this.image.entries.get(symbol)
        : kind === Kind.stub && symbol.section === 'undefined'
          ? this.image.stubs.get(symbol)
          : undefined;
    const found = instead ?? this.addressOf(symbol);
    this.known[kind][symbol.index] = found;
    return found;
  }
}

const Kind = { symbol: 0, table: 1, stub: 2 } as const;
type Kind = (typeof Kind)[keyof typeof Kind];

/** A rule as the loop wants it, with the least and the greatest value that the hole takes. */
interface Hole {
  readonly bytes: 4 | 8;
  readonly relative: boolean;
  readonly kind: Kind;
  readonly least: number;
  readonly greatest: number;
}

const ranges = {
  none: [-Infinity, Infinity],
  signed: [-(2 ** 31), 2 ** 31 - 1],
  unsigned: [0, 2 ** 32 - 1],
} as const;

const holes: Hole[] = [];
for (const [type, { bytes, relative, range, through }] of relocationRules) {
  const [least, greatest] = ranges[range];
  holes[type] = { bytes, relative, kind: Kind[through], least, greatest };
}

/**
 * Fills all holes of one section.
 *
 * @throws LoadError `out-of-reach` if a value does not fit its hole; the image is then of no use
 */
export function relocateSection(section: Section, at: Address, targets: Targets): void {
  const { offsets, types, symbols, addends, length } = section.relocations;
  for (let i = 0; i < length; i++) {
    // The reader has refused any other type already.
    const { bytes, relative, kind, least, greatest } = holes[types[i]];
    const hole = offsetBy(at, offsets[i]);
    const value = targets.get(symbols[i], kind) + addends[i] - (relative ? hole : 0);
    if (value < least || value > greatest) {
      const name = `${relocationName(types[i])} of ${symbols[i].name}`;
      throw new LoadError('out-of-reach', `${name}: ${value} does not fit in 32 bits`);
    }
    if (bytes === 4) writeU32(hole, value);
    else writeWords(hole, value % 2 ** 32, Math.floor(value / 2 ** 32));
  }
}
