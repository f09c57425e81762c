// Object layouts, as data.
//
// A Julia object is a header word (its type's address, the collector's bits in the low four) and, at the object's
// address, its fields at the offsets that julia.h gives them. A layout is declared once, as a list of fields; the
// declaration yields typed field descriptors, and the accessors below read and write through them:
//
//     const TypeVar = layout('TypeVar', { name: 'ref', lb: 'ref', ub: 'ref' });
//     readRef(variable, TypeVar.lb)
//
// A Ref is the object's offset in the region divided by 8: a small integer to V8 (measured: references that overflow
// a small integer cost a factor of 3). Objects are 16-byte aligned, so refs are even. The null reference is 0.
//
// A field descriptor is a small integer too: the field's offset in 32-bit words, and above it the number of its
// layout, which JL0_CHECK=1 uses to check every access against the type of the object. Descriptors are constants to
// the compiler, so the mask folds away.

import { F64, I32, REGION_HIGH, U8, U16, U32 } from '../../ffi/region.ts';

declare const refBrand: unique symbol;
/** A reference to an object of the heap: byte offset in the region divided by 8. */
export type Ref = number & { readonly [refBrand]: unknown };
declare const kindBrand: unique symbol;
type Branded<Name extends string> = Ref & { readonly [kindBrand]: Name };

/** Any type object: DataType, Union, UnionAll, TypeofBottom; also TypeVar and Vararg where they stand in types. */
export type TypeRef = Ref & { readonly [kindBrand]: 'type' | 'datatype' };
export type DataTypeRef = Ref & { readonly [kindBrand]: 'datatype' };
export type TypeNameRef = Branded<'typename'>;
export type SymbolRef = Branded<'symbol'>;
export type SvecRef = Branded<'svec'>;
export type StringRef = Branded<'string'>;
export type ModuleRef = Branded<'module'>;
export type BindingRef = Branded<'binding'>;
export type MethodRef = Branded<'method'>;
export type MethodInstanceRef = Branded<'methodinstance'>;
export type CodeInstanceRef = Branded<'codeinstance'>;
export type CodeInfoRef = Branded<'codeinfo'>;
export type TypeMapEntryRef = Branded<'typemapentry'>;
export type MemoryRef = Branded<'memory'>;
export type ArrayRef = Branded<'array'>;
export type ExprRef = Branded<'expr'>;
export type TaskRef = Branded<'task'>;

/** The null reference: an undefined field, an unset slot. Never an object. */
export const NULL = 0 as Ref;

/** Kinds of fields: how wide, and whether the collector follows it. */
export type FieldKind = 'ref' | 'address' | 'u64' | 'i64' | 'u32' | 'i32' | 'u16' | 'u8';

declare const fieldBrand: unique symbol;
/** Where a field lies: word offset (byte offset for u16 and u8) in the low 12 bits, number of the layout above. */
export type Field<K extends FieldKind> = number & { readonly [fieldBrand]: K };

const bytesOf: Record<FieldKind, number> = { ref: 8, address: 8, u64: 8, i64: 8, u32: 4, i32: 4, u16: 2, u8: 1 };

export interface LayoutInfo {
  readonly name: string;
  /** Size of the object without its header, in bytes. */
  readonly size: number;
  /** Fields in order: name, kind, byte offset. */
  readonly fields: readonly { readonly name: string; readonly kind: FieldKind; readonly offset: number }[];
}

const layouts: LayoutInfo[] = [];

/** The declared layouts, in order of their numbers; the collector and the bootstrap of Core read them. */
export function declaredLayouts(): readonly LayoutInfo[] {
  return layouts;
}

export type Layout<F extends Record<string, FieldKind>> = { readonly [N in keyof F]: Field<F[N]> } & {
  readonly $size: number;
  readonly $info: LayoutInfo;
};

/**
 * Declares the layout of a type. Fields are placed in order at their natural alignment, as the C compiler does.
 *
 * @returns one descriptor per field, `$size` (bytes, without header) and `$info`
 */
export function layout<const F extends Record<string, FieldKind>>(name: string, fields: F): Layout<F> {
  const number = layouts.length;
  const placed: { name: string; kind: FieldKind; offset: number }[] = [];
  const result: Record<string, unknown> = {};
  let offset = 0;
  for (const [fieldName, kind] of Object.entries(fields)) {
    const bytes = bytesOf[kind];
    offset = (offset + bytes - 1) & -bytes;
    placed.push({ name: fieldName, kind, offset });
    const unit = bytes >= 4 ? offset >> 2 : bytes === 2 ? offset >> 1 : offset;
    result[fieldName] = (number << 12) | unit;
    offset += bytes;
  }
  const info: LayoutInfo = { name, size: (offset + 7) & -8, fields: placed };
  layouts.push(info);
  result['$size'] = info.size;
  result['$info'] = info;
  return Object.freeze(result) as Layout<F>;
}

/** True when JL0_CHECK=1: every accessor checks the type of what it is given. */
export const CHECK: boolean = process.env['JL0_CHECK'] === '1';

let checkObject: (object: Ref, layout: LayoutInfo) => void = () => {};

/** Installs the check that JL0_CHECK=1 makes on every access; set by the bootstrap once types exist. */
export function setAccessCheck(check: (object: Ref, layout: LayoutInfo) => void): void {
  checkObject = check;
}

function check(object: Ref, field: number): void {
  if (object === 0) throw new Error(`access to ${layouts[field >>> 12]?.name} through the null reference`);
  const info = layouts[field >>> 12];
  if (info) checkObject(object, info);
}

/** Reads a reference field; 0 when it is undefined. */
export function readRef<T extends Ref = Ref>(object: Ref, field: Field<'ref'>): T {
  if (CHECK) check(object, field);
  return (U32[(object << 1) + (field & 0xfff)] >>> 3) as T;
}

/** Writes a reference field. */
export function writeRef(object: Ref, field: Field<'ref'>, value: Ref): void {
  if (CHECK) check(object, field);
  const word = (object << 1) + (field & 0xfff);
  U32[word] = value << 3;
  U32[word + 1] = value === 0 ? 0 : REGION_HIGH;
}

export function readU32(object: Ref, field: Field<'u32'>): number {
  if (CHECK) check(object, field);
  return U32[(object << 1) + (field & 0xfff)];
}

export function writeU32(object: Ref, field: Field<'u32'>, value: number): void {
  if (CHECK) check(object, field);
  U32[(object << 1) + (field & 0xfff)] = value;
}

export function readI32(object: Ref, field: Field<'i32'>): number {
  if (CHECK) check(object, field);
  return I32[(object << 1) + (field & 0xfff)];
}

export function writeI32(object: Ref, field: Field<'i32'>, value: number): void {
  if (CHECK) check(object, field);
  I32[(object << 1) + (field & 0xfff)] = value;
}

export function readU16(object: Ref, field: Field<'u16'>): number {
  if (CHECK) check(object, field);
  return U16[(object << 2) + (field & 0xfff)];
}

export function writeU16(object: Ref, field: Field<'u16'>, value: number): void {
  if (CHECK) check(object, field);
  U16[(object << 2) + (field & 0xfff)] = value;
}

export function readU8(object: Ref, field: Field<'u8'>): number {
  if (CHECK) check(object, field);
  return U8[object * 8 + (field & 0xfff)];
}

export function writeU8(object: Ref, field: Field<'u8'>, value: number): void {
  if (CHECK) check(object, field);
  U8[object * 8 + (field & 0xfff)] = value;
}

/**
 * Reads a 64-bit field (integer or address) as a double: exact below 2^53, which every count, world age and user-space
 * address is.
 */
export function readWide(object: Ref, field: Field<'u64'> | Field<'i64'> | Field<'address'>): number {
  if (CHECK) check(object, field);
  const word = (object << 1) + (field & 0xfff);
  return I32[word + 1] * 2 ** 32 + U32[word];
}

/** Writes a 64-bit field; `value` is an integer below 2^53 in magnitude. */
export function writeWide(object: Ref, field: Field<'u64'> | Field<'i64'> | Field<'address'>, value: number): void {
  if (CHECK) check(object, field);
  const word = (object << 1) + (field & 0xfff);
  U32[word] = value;
  I32[word + 1] = Math.floor(value / 2 ** 32);
}

/** The type of an object, from its header. */
export function typeOf(object: Ref): DataTypeRef {
  return ((U32[(object << 1) - 2] & ~15) >>> 3) as DataTypeRef;
}

/** Writes an object's header, leaving the collector's bits clear. */
export function setTypeOf(object: Ref, type: Ref): void {
  const word = (object << 1) - 2;
  U32[word] = type << 3;
  U32[word + 1] = REGION_HIGH;
}

/** Reads the reference stored at word `index` (8-byte units) of an object whose body is an array of references. */
export function refAt<T extends Ref = Ref>(object: Ref, index: number): T {
  return (U32[(object + index) << 1] >>> 3) as T;
}

/** Writes the reference at 8-byte unit `index` of an object. */
export function setRefAt(object: Ref, index: number, value: Ref): void {
  const word = (object + index) << 1;
  U32[word] = value << 3;
  U32[word + 1] = value === 0 ? 0 : REGION_HIGH;
}

/** Reads a Float64 at 8-byte unit `index` of an object. */
export function doubleAt(object: Ref, index: number): number {
  return F64[object + index];
}
