// Shapes: how a value of a type is kept in machine values.
//
// A number is one machine value. An immutable struct or tuple is the machine values of its fields, one after the other, so
// that it needs no memory unless somebody wants it as an object. A small union is a number that says which member it is, and
// the machine values of all members. A value that its type determines is nothing at all. Everything else is a reference.
//
// Enters: types. Leaves: shapes, remembered by type.

import { type DataTypeRef, type Ref, typeOf } from '../../interpreter/memory/layout.ts';
import { datatype, typename } from '../../interpreter/memory/wellknown.ts';
import { tryLayout } from '../../interpreter/types/fieldlayout.ts';
import {
  fieldCount,
  fieldIsPtr,
  fieldType,
  hasFreeVars,
  instanceOf,
  isConcrete,
  isDataType,
  isKind,
  isMutableType,
  isPrimitiveType,
  isTypeType,
  isTypeVar,
  isUnion,
  layoutSize,
  param,
  typeNameOf,
  uninitializedCount,
  unionMembers,
} from '../../interpreter/types/index.ts';
import type { MachineType } from './operations.ts';

export type Shape =
  /** The value is known. */
  | { readonly kind: 'none'; readonly value: Ref }
  | { readonly kind: 'bits'; readonly type: DataTypeRef; readonly machine: MachineType }
  | { readonly kind: 'struct'; readonly type: DataTypeRef; readonly fields: readonly Shape[] }
  /** An i8 that is the number of the member, then the members. */
  | { readonly kind: 'union'; readonly type: Ref; readonly members: readonly Shape[] }
  | { readonly kind: 'reference'; readonly type: Ref };

const MAX_STRUCT_LEAVES = 24;
const MAX_UNION_LEAVES = 16;
const MAX_MEMBERS = 4;

const shapes = new Map<Ref, Shape>();

/** The shape of the values of a type. */
export function shapeOf(type: Ref): Shape {
  let shape = shapes.get(type);
  if (shape === undefined) {
    shape = makeShape(type);
    shapes.set(type, shape);
  }
  return shape;
}

const machineOfBytes: Readonly<Record<number, MachineType>> = { 1: 'i8', 2: 'i16', 4: 'i32', 8: 'i64', 16: 'i128' };

function makeShape(type: Ref): Shape {
  if (isTypeType(type)) {
    const of = param(type, 0);
    return isTypeVar(of) || hasFreeVars(of) ? { kind: 'reference', type } : { kind: 'none', value: of };
  }
  if (isUnion(type)) return unionShape(type);
  if (!isDataType(type) || !isConcrete(type) || isKind(type)) return { kind: 'reference', type };
  const instance = instanceOf(type);
  if (instance !== 0) return { kind: 'none', value: instance };
  if (isPrimitiveType(type)) {
    if (type === datatype('Float64')) return { kind: 'bits', type, machine: 'f64' };
    if (type === datatype('Float32')) return { kind: 'bits', type, machine: 'f32' };
    const machine = machineOfBytes[layoutSize(type)];
    return machine === undefined ? { kind: 'reference', type } : { kind: 'bits', type, machine };
  }
  if (isMutableType(type) || isOpaque(type)) return { kind: 'reference', type };
  return structShape(type);
}

/** Types whose objects have more, or other, fields than Julia sees. */
const isOpaque = (type: DataTypeRef): boolean =>
  typeNameOf(type) === typename('GenericMemory') ||
  type === datatype('String') ||
  type === datatype('Symbol') ||
  type === datatype('SimpleVector') ||
  type === datatype('Module') ||
  type === datatype('UnionAll') ||
  type === datatype('Union') ||
  type === datatype('CodeInfo') ||
  typeNameOf(type) === typename('OpaqueClosure');

function structShape(type: DataTypeRef): Shape {
  if (!tryLayout(type) || uninitializedCount(type) > 0) return { kind: 'reference', type };
  const fields: Shape[] = [];
  for (let i = 0, n = fieldCount(type); i < n; i++) {
    const declared = fieldType(type, i);
    const shape = shapeOf(declared);
    const isInline = !fieldIsPtr(type, i);
    if (shape.kind === 'none' || (isInline && shape.kind !== 'reference')) fields.push(shape);
    else if (isInline) return { kind: 'reference', type };
    else fields.push({ kind: 'reference', type: declared });
  }
  const shape: Shape = { kind: 'struct', type, fields };
  return leavesOf(shape).length > MAX_STRUCT_LEAVES ? { kind: 'reference', type } : shape;
}

function unionShape(type: Ref): Shape {
  const members = unionMembers(type);
  if (members.length > MAX_MEMBERS) return { kind: 'reference', type };
  // A member must be told from the others by the type of the object alone.
  if (!members.every((member) => isDataType(member) && isConcrete(member) && !isKind(member))) {
    return { kind: 'reference', type };
  }
  const parts = members.map(shapeOf);
  if (parts.every((part) => part.kind === 'reference')) return { kind: 'reference', type };
  const shape: Shape = { kind: 'union', type, members: parts };
  return leavesOf(shape).length > MAX_UNION_LEAVES ? { kind: 'reference', type } : shape;
}

/** The machine types that a shape takes, in order. */
export function leavesOf(shape: Shape): MachineType[] {
  switch (shape.kind) {
    case 'none':
      return [];
    case 'bits':
      return [shape.machine];
    case 'reference':
      return ['ref'];
    case 'struct':
      return shape.fields.flatMap(leavesOf);
    case 'union':
      return ['i8', ...shape.members.flatMap(leavesOf)];
  }
}

/** The type whose values a shape keeps. */
export function typeOfShape(shape: Shape): Ref {
  switch (shape.kind) {
    case 'none':
      return typeOf(shape.value);
    default:
      return shape.type;
  }
}
