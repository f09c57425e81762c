// Watching foreign calls.
//
// One listener at most hears of every call that goes through a plan: before it is made (so that a call that never
// returns is on record) and after. When there is none a call pays for one comparison. What a value means to a Julia
// program the border does not know: it hands on the bits, and decodes them only as C would.

import {
  type Address,
  offsetBy,
  readAddress,
  readF32,
  readF64,
  readI8,
  readI16,
  readI32,
  readI64,
  readU8,
  readU16,
  readU32,
  readU64,
} from './address.ts';
import { bitsToFloat16 } from './bits.ts';
import { type CSignature, type CType, sizeOf, travelsByAddress } from './ctype.ts';
import { addressInSlot, slotAddress } from './slots.ts';

/** A value as C sees it: integers as number or (from 8 bytes on) bigint, pointers as Address, structs by their fields. */
export type CValue = number | bigint | boolean | undefined | readonly CValue[];

/** What is known of a call before it is made. */
export interface ForeignCall {
  readonly symbol: string;
  /** File of the library, '' for the process itself or a bare function pointer. */
  readonly library: string;
  readonly target: Address;
  readonly signature: CSignature;
  readonly args: readonly CValue[];
}

/** What is known of it afterwards. */
export interface ForeignReturn {
  readonly result: CValue;
  readonly errno: number;
  /** Time from before the call to after it, callbacks included, in nanoseconds. */
  readonly nanoseconds: number;
}

export interface ForeignCallListener {
  before(call: ForeignCall): void;
  after(call: ForeignCall, outcome: ForeignReturn): void;
}

/** Who listens; read by plans. */
export let foreignCallListener: ForeignCallListener | undefined;

/** Installs a listener, or removes it. @returns the one that was installed before, for whoever wants to pass calls on */
export function setForeignCallListener(listener: ForeignCallListener | undefined): ForeignCallListener | undefined {
  const before = foreignCallListener;
  foreignCallListener = listener;
  return before;
}

/** Decodes the value that a slot holds or points to. */
export function decodeSlot(type: CType, slot: number): CValue {
  return decodeAt(type, travelsByAddress(type) ? addressInSlot(slot) : slotAddress(slot));
}

/** Decodes the value whose bytes are at an address. */
export function decodeAt(type: CType, at: Address): CValue {
  switch (type.kind) {
    case 'void':
      return undefined;
    case 'bool':
      return readU8(at) !== 0;
    case 'pointer':
      return readAddress(at);
    case 'float':
      return type.bytes === 8 ? readF64(at) : type.bytes === 4 ? readF32(at) : bitsToFloat16(readU16(at));
    case 'int':
      return decodeInteger(type.bytes, type.signed, at);
    case 'vector':
      return Array.from({ length: type.bytes }, (_, i) => readU8(offsetBy(at, i)));
    case 'struct':
      return type.fields
        .filter((field) => sizeOf(field.type) > 0)
        .map((field) => decodeAt(field.type, offsetBy(at, field.offset)));
  }
}

function decodeInteger(bytes: 1 | 2 | 4 | 8 | 16, signed: boolean, at: Address): number | bigint {
  switch (bytes) {
    case 1:
      return signed ? readI8(at) : readU8(at);
    case 2:
      return signed ? readI16(at) : readU16(at);
    case 4:
      return signed ? readI32(at) : readU32(at);
    case 8:
      return signed ? readI64(at) : readU64(at);
    case 16: {
      const high = offsetBy(at, 8);
      return ((signed ? readI64(high) : readU64(high)) << 64n) | readU64(at);
    }
  }
}
