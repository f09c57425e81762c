// C values as JavaScript values: for traces, tools and tests, where clarity counts and speed does not.
//
// Decoding reads bytes as their C type says. Encoding refuses what the type cannot hold instead of cutting it.

import {
  type Address,
  addressLimit,
  bytesAt,
  fillBytes,
  offsetBy,
  readAddress,
  readF32,
  readF64,
  readU8,
  readU16,
  writeAddress,
  writeF32,
  writeF64,
  writeU8,
  writeU16,
  writeU64,
} from './address.ts';
import { type CType, sizeOf, travelsByAddress, typeText } from './ctype.ts';
import { ForeignTypeError } from './error.ts';
import type { Plan } from './plan.ts';
import { addressInSlot, closeFrame, openFrame, setSlotAddress, slotAddress } from './slots.ts';

/**
 * A C value: integers of up to 4 bytes, floats and pointers are numbers, wider integers are bigints, structs are lists of
 * their fields, vectors are lists of their bytes, void is undefined.
 */
export type CValue = number | bigint | boolean | undefined | readonly CValue[];

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
      return type.bytes === 8 ? readF64(at) : type.bytes === 4 ? readF32(at) : float16FromBits(readU16(at));
    case 'int': {
      let value = 0n;
      for (let i = type.bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(readU8(offsetBy(at, i)));
      if (type.signed) value = BigInt.asIntN(8 * type.bytes, value);
      return type.bytes < 8 ? Number(value) : value;
    }
    case 'vector':
      return [...bytesAt(at, type.bytes)];
    case 'struct':
      return type.fields.map((field) => decodeAt(field.type, offsetBy(at, field.offset)));
  }
}

/**
 * Writes a value's bytes to an address.
 *
 * @throws ForeignTypeError if the type cannot hold the value; bytes of fields before the offending one are then written
 */
export function encodeAt(type: CType, at: Address, value: CValue): void {
  switch (type.kind) {
    case 'void':
      if (value !== undefined) throw unfit(type, value);
      return;
    case 'bool':
      if (typeof value !== 'boolean') throw unfit(type, value);
      writeU8(at, value ? 1 : 0);
      return;
    case 'pointer':
      if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value >= addressLimit) {
        throw unfit(type, value);
      }
      writeAddress(at, value as Address);
      return;
    case 'float':
      if (typeof value !== 'number') throw unfit(type, value);
      if (type.bytes === 8) writeF64(at, value);
      else if (type.bytes === 4) writeF32(at, value);
      else writeU16(at, float16ToBits(value));
      return;
    case 'int':
      encodeInteger(type, at, value);
      return;
    case 'vector':
      if (!Array.isArray(value) || value.length !== type.bytes) throw unfit(type, value);
      bytesAt(at, type.bytes).set(value.map(Number));
      return;
    case 'struct':
      if (!Array.isArray(value) || value.length !== type.fields.length) throw unfit(type, value);
      fillBytes(at, 0, type.size);
      type.fields.forEach((field, i) => {
        encodeAt(field.type, offsetBy(at, field.offset), value[i]);
      });
  }
}

function encodeInteger(type: Extract<CType, { kind: 'int' }>, at: Address, value: CValue): void {
  if (typeof value !== 'bigint' && !(typeof value === 'number' && Number.isSafeInteger(value))) {
    throw unfit(type, value);
  }
  const bits = 8 * type.bytes;
  let rest = BigInt(value);
  if ((type.signed ? BigInt.asIntN(bits, rest) : BigInt.asUintN(bits, rest)) !== rest) throw unfit(type, value);
  for (let i = 0; i < type.bytes; i++) {
    writeU8(offsetBy(at, i), Number(rest & 255n));
    rest >>= 8n;
  }
}

/**
 * Calls a function with JavaScript values, and gives its result as one.
 *
 * @throws ForeignTypeError if an argument does not fit its type; the call is not made then
 */
export function callWith(plan: Plan, ...args: readonly CValue[]): CValue {
  const { signature } = plan.shape;
  if (args.length !== signature.args.length) {
    throw new ForeignTypeError(`${plan.symbol} is called with ${args.length} arguments, not ${signature.args.length}`);
  }
  const wide = [signature.result, ...signature.args].map((type) =>
    travelsByAddress(type) ? Math.ceil(sizeOf(type) / 8) : 0,
  );
  const base = openFrame(plan.shape.frameSlots + wide.reduce((sum, slots) => sum + slots, 0));
  try {
    let room = base + plan.shape.frameSlots;
    wide.forEach((slots, i) => {
      if (travelsByAddress(i === 0 ? signature.result : signature.args[i - 1])) {
        setSlotAddress(base + i, slotAddress(room));
        room += slots;
      } else writeU64(slotAddress(base + i), 0n);
    });
    signature.args.forEach((type, i) => {
      const slot = base + 1 + i;
      encodeAt(type, travelsByAddress(type) ? addressInSlot(slot) : slotAddress(slot), args[i]);
    });
    plan.call(base);
    return decodeSlot(signature.result, base);
  } finally {
    closeFrame(base);
  }
}

/** The number that the bits of an IEEE 754 binary16 stand for. */
export function float16FromBits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The bits of the binary16 nearest to a number, ties to even. */
export function float16ToBits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  // 65520 lies halfway between the largest finite value and the next power of two: it and all above round to infinity.
  if (magnitude >= 65520) return sign | 0x7c00;
  // The unit in the last place: that of subnormals below 2^-14. The carry of a fraction rounded up goes into the exponent.
  const exponent = magnitude < 2 ** -14 ? -14 : Math.floor(Math.log2(magnitude));
  const units = roundToEven(magnitude * 2 ** (10 - exponent));
  return sign | (magnitude < 2 ** -14 ? units : ((exponent + 14) << 10) + units);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

function unfit(type: CType, value: CValue): ForeignTypeError {
  return new ForeignTypeError(`${typeof value === 'object' ? 'a list' : String(value)} does not fit ${typeText(type)}`);
}
