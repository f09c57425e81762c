// The relocations of x86-64 that code of jl0 may hold.
//
// Each is a formula over S (the address of the symbol), A (the addend in the record), P (the address of the hole) and,
// where code goes through a table, G (the address of the table's entry that holds S). With 32 bits, code reaches 2 GiB;
// what is further away is reached through such an entry, or through a stub that jumps by way of one.
// Source: System V ABI, AMD64 supplement, section 4.4.

export interface RelocationRule {
  readonly name: string;
  readonly bytes: 4 | 8;
  /** Whether P is subtracted. */
  readonly relative: boolean;
  /** What a hole of 4 bytes must be able to hold. */
  readonly range: 'signed' | 'unsigned' | 'none';
  /**
   * What stands for the symbol: its own address; the address of its entry in the table of addresses; or its own address
   * as long as that is in reach, and a stub that jumps there otherwise (so only for calls).
   */
  readonly through: 'symbol' | 'table' | 'stub';
}

export const relocationRules: ReadonlyMap<number, RelocationRule> = new Map([
  [1, { name: 'R_X86_64_64', bytes: 8, relative: false, range: 'none', through: 'symbol' }],
  [2, { name: 'R_X86_64_PC32', bytes: 4, relative: true, range: 'signed', through: 'symbol' }],
  [4, { name: 'R_X86_64_PLT32', bytes: 4, relative: true, range: 'signed', through: 'stub' }],
  [9, { name: 'R_X86_64_GOTPCREL', bytes: 4, relative: true, range: 'signed', through: 'table' }],
  [10, { name: 'R_X86_64_32', bytes: 4, relative: false, range: 'unsigned', through: 'symbol' }],
  [11, { name: 'R_X86_64_32S', bytes: 4, relative: false, range: 'signed', through: 'symbol' }],
  [24, { name: 'R_X86_64_PC64', bytes: 8, relative: true, range: 'none', through: 'symbol' }],
  [41, { name: 'R_X86_64_GOTPCRELX', bytes: 4, relative: true, range: 'signed', through: 'table' }],
  [42, { name: 'R_X86_64_REX_GOTPCRELX', bytes: 4, relative: true, range: 'signed', through: 'table' }],
]);

export function relocationName(type: number): string {
  return relocationRules.get(type)?.name ?? `relocation type ${type}`;
}
