// Relocation: filling the holes of a placed image once every address is known.
//
// A hole gets S + A, or S + A - P, where S is the address of the symbol, of its entry in the table of addresses, or of its
// stub, as the type of the relocation says (codegen/object/relocations.x86_64.ts), A is the addend in the record and P the
// address of the hole. Addresses have 47 bits and sums of two of them are exact numbers.
//
// Enters: an image, and the addresses of its own symbols; those of others are only asked for where data holds them. Leaves: the image's bytes, patched.

import type { ElfSymbol, Relocation, Section } from '../../codegen/object/elf.ts';
import { type RelocationRule, relocationRules } from '../../codegen/object/relocations.x86_64.ts';
import { type Address, offsetBy, writeU32, writeWords } from '../../ffi/address.ts';
import { LoadError } from './error.ts';
import type { Image } from './image.ts';

export type AddressOf = (symbol: ElfSymbol) => Address;

/**
 * Fills all holes of one section.
 *
 * @throws LoadError `out-of-reach` if a value does not fit its hole; the image is then of no use
 */
export function relocateSection(section: Section, at: Address, image: Image, addressOf: AddressOf): void {
  for (const relocation of section.relocations) {
    const rule = relocationRules.get(relocation.type);
    // The reader has refused any other type already.
    if (rule === undefined) throw new LoadError('malformed', `relocation type ${relocation.type} is not known`);
    const hole = offsetBy(at, relocation.offset);
    const value = valueOf(relocation, rule, hole, image, addressOf);
    if (rule.bytes === 4) writeU32(hole, value);
    else writeWords(hole, value % 2 ** 32, Math.floor(value / 2 ** 32));
  }
}

function valueOf(
  relocation: Relocation,
  rule: RelocationRule,
  hole: Address,
  image: Image,
  addressOf: AddressOf,
): number {
  const { symbol, addend } = relocation;
  const base = addend - (rule.relative ? hole : 0);
  // A call of something outside goes by its stub, whose address may still be unknown.
  const instead =
    rule.through === 'table'
      ? image.entries.get(symbol)
      : rule.through === 'stub' && symbol.section === 'undefined'
        ? image.stubs.get(symbol)
        : undefined;
  const direct = (instead ?? addressOf(symbol)) + base;
  if (fits(direct, rule.range)) return direct;
  throw new LoadError('out-of-reach', `${rule.name} of ${symbol.name}: ${direct} does not fit in 32 bits`);
}

function fits(value: number, range: RelocationRule['range']): boolean {
  switch (range) {
    case 'none':
      return true;
    case 'signed':
      return value >= -(2 ** 31) && value < 2 ** 31;
    case 'unsigned':
      return value >= 0 && value < 2 ** 32;
  }
}
