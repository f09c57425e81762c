// C types as the border sees them: only what decides how a value travels.
//
// A descriptor is plain data. A value travels either as the bits of one 8-byte slot (integers up to 64 bits, floats,
// pointers) or, when it is wider, as the address of its bytes (structs, 128-bit integers, vectors). Arrays inside a
// struct are repeated fields. Names play no part: two structs of the same shape are the same type here.

import { ForeignTypeError } from './error.ts';

export type CType =
  | { readonly kind: 'void' }
  | { readonly kind: 'int'; readonly bytes: 1 | 2 | 4 | 8 | 16; readonly signed: boolean }
  | { readonly kind: 'bool' }
  | { readonly kind: 'float'; readonly bytes: 2 | 4 | 8 }
  | { readonly kind: 'pointer' }
  | { readonly kind: 'vector'; readonly bytes: number }
  | CStruct;

/** A struct with its layout as the caller computed it: the offsets are taken as given. */
export interface CStruct {
  readonly kind: 'struct';
  readonly size: number;
  readonly align: number;
  readonly fields: readonly CField[];
}

export interface CField {
  readonly offset: number;
  readonly type: CType;
}

export const cVoid: CType = { kind: 'void' };
export const cBool: CType = { kind: 'bool' };
export const cPointer: CType = { kind: 'pointer' };
export const cInt8: CType = { kind: 'int', bytes: 1, signed: true };
export const cUInt8: CType = { kind: 'int', bytes: 1, signed: false };
export const cInt16: CType = { kind: 'int', bytes: 2, signed: true };
export const cUInt16: CType = { kind: 'int', bytes: 2, signed: false };
export const cInt32: CType = { kind: 'int', bytes: 4, signed: true };
export const cUInt32: CType = { kind: 'int', bytes: 4, signed: false };
export const cInt64: CType = { kind: 'int', bytes: 8, signed: true };
export const cUInt64: CType = { kind: 'int', bytes: 8, signed: false };
export const cInt128: CType = { kind: 'int', bytes: 16, signed: true };
export const cUInt128: CType = { kind: 'int', bytes: 16, signed: false };
export const cFloat16: CType = { kind: 'float', bytes: 2 };
export const cFloat: CType = { kind: 'float', bytes: 4 };
export const cDouble: CType = { kind: 'float', bytes: 8 };

/** A function's C signature. `fixed` is the number of named arguments of a variadic function, absent otherwise. */
export interface CSignature {
  readonly result: CType;
  readonly args: readonly CType[];
  readonly fixed?: number;
}

/** Size in bytes. */
export function sizeOf(type: CType): number {
  switch (type.kind) {
    case 'void':
      return 0;
    case 'bool':
      return 1;
    case 'pointer':
      return 8;
    case 'int':
    case 'float':
    case 'vector':
      return type.bytes;
    case 'struct':
      return type.size;
  }
}

/** Alignment in bytes. */
export function alignOf(type: CType): number {
  switch (type.kind) {
    case 'void':
      return 1;
    case 'bool':
    case 'pointer':
    case 'int':
    case 'float':
    case 'vector':
      return sizeOf(type);
    case 'struct':
      return type.align;
  }
}

/** Whether a slot holds the address of the value rather than its bits. */
export function travelsByAddress(type: CType): boolean {
  return type.kind === 'struct' || type.kind === 'vector' || (type.kind === 'int' && type.bytes === 16);
}

/**
 * A struct laid out by C's rules.
 *
 * @throws ForeignTypeError if a member is void
 */
export function structOf(...members: readonly CType[]): CStruct {
  let size = 0;
  let align = 1;
  const fields: CField[] = [];
  for (const type of members) {
    if (type.kind === 'void') throw new ForeignTypeError('a struct member cannot be void');
    const alignment = alignOf(type);
    size = roundUp(size, alignment);
    fields.push({ offset: size, type });
    size += sizeOf(type);
    align = Math.max(align, alignment);
  }
  return { kind: 'struct', size: roundUp(size, align), align, fields };
}

/** The text under which a type is cached and shown: `i64`, `u8`, `f32`, `ptr`, `{i32@0,f64@8;16}`. */
export function typeText(type: CType): string {
  switch (type.kind) {
    case 'void':
      return 'void';
    case 'bool':
      return 'bool';
    case 'pointer':
      return 'ptr';
    case 'int':
      return `${type.signed ? 'i' : 'u'}${type.bytes * 8}`;
    case 'float':
      return `f${type.bytes * 8}`;
    case 'vector':
      return `v${type.bytes * 8}`;
    case 'struct': {
      const fields = type.fields.map(({ offset, type }) => `${typeText(type)}@${offset}`);
      return `{${fields.join(',')};${type.size}:${type.align}}`;
    }
  }
}

/** The text under which a signature is cached and shown: `i32(ptr,u64,ptr,...,f64)`. */
export function signatureText(signature: CSignature): string {
  const args = signature.args.map(typeText);
  if (signature.fixed !== undefined) args.splice(signature.fixed, 0, '...');
  return `${typeText(signature.result)}(${args.join(',')})`;
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
