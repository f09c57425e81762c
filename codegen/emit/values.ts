// Values while code is being emitted: what emission knows of a value, and the machine values that it is made of.
//
// A value is in the finest form that is known: a constant that needs no code until somebody wants it, bits, a struct as its
// fields, a union as its members, a reference. Changing from one form to another (boxing, unboxing, wrapping into a union,
// reading a struct from memory) is done here and nowhere else, so that the rest of emission asks for the form it wants.
//
// Enters: the builder of the function that is being written. Leaves: operations.

import { cInt64, cPointer, cVoid } from '../../ffi/ctype.ts';
import { REGION_BASE, U8, U32 } from '../../ffi/region.ts';
import type { BindingRef, StringRef, SymbolRef } from '../../interpreter/memory/layout.ts';
import { type DataTypeRef, type Ref, typeOf } from '../../interpreter/memory/layout.ts';
import { State } from '../../interpreter/memory/state.ts';
import { Bottom, datatype, falseValue, trueValue } from '../../interpreter/memory/wellknown.ts';
import { bindingName } from '../../interpreter/runtime/bindings.ts';
import { symbolName } from '../../interpreter/runtime/symbols.ts';
import { stringText } from '../../interpreter/runtime/values.ts';
import {
  boxedFieldAt,
  canonicalText,
  fieldIsPtr,
  fieldOffset,
  fieldSize,
  fieldType,
  instanceOf,
  isConcrete,
  isDataType,
  isPrimitiveType,
  isSubtype,
  isType,
  isUnion,
  layoutSize,
  unionMembers,
} from '../../interpreter/types/index.ts';
import type { Json } from '../object/recipe.ts';
import { FunctionBuilder } from './builder.ts';
import { coreObject } from './corevalues.ts';
import { callDynamic, type DynamicCalls } from './dispatch.ts';
import type { Block, MachineType, Program, Value } from './operations.ts';
import { bindingRecipe, CannotCompile, encode, type Origins } from './recipes.ts';
import { leavesOf, type Shape, shapeOf } from './shapes.ts';

const Bool = datatype('Bool');

export type Emitted =
  | { readonly kind: 'const'; readonly value: Ref }
  /** A primitive value; a Bool may be an `i1` or an `i8`. */
  | { readonly kind: 'bits'; readonly type: DataTypeRef; readonly value: Value }
  /** The fields of an immutable object. The type may be a tuple type that is not concrete: its object is made when needed. */
  | { readonly kind: 'struct'; readonly type: Ref; readonly fields: readonly Emitted[] }
  /** `tag` (i8) numbers the members of the union type. */
  | { readonly kind: 'union'; readonly type: Ref; readonly tag: Value; readonly members: readonly Emitted[] }
  /** A reference to an object that is an instance of `type`. */
  | { readonly kind: 'reference'; readonly type: Ref; readonly value: Value };

/** A value that is known. Of `true` and `false` it is the one object, wherever the value was found. */
export const constant = (value: Ref): Emitted => ({ kind: 'const', value: theBool(value) });

/** The one object of a Bool; anything else as it is. */
export const theBool = (value: Ref): Ref =>
  value === 0 || typeOf(value) !== Bool ? value : (U8[value * 8] & 1) === 1 ? trueValue : falseValue;

/** The type that a value is known to have. */
export function typeOfEmitted(value: Emitted): Ref {
  switch (value.kind) {
    case 'const':
      return typeOf(value.value);
    default:
      return value.type;
  }
}

/** Memory that is never written through another kind of access. */
export const Kind = {
  arrayHeader: 'array header',
  element: 'element',
  field: 'field',
  reference: 'reference',
} as const;

export class ValueWriter {
  readonly build: FunctionBuilder;
  readonly program: Program;
  readonly origins: Origins;
  readonly calls: DynamicCalls;

  constructor(build: FunctionBuilder, origins: Origins, calls: DynamicCalls) {
    this.build = build;
    this.program = build.program;
    this.origins = origins;
    this.calls = calls;
  }

  // References to values outside the program.

  /** The object itself, by a symbol. */
  symbolOf(value: Ref): Value {
    return this.build.symbol(this.declareValue(value), 'ref');
  }

  declareValue(value: Ref): string {
    return this.declareUnder(nameOfValue(value), encode(value, this.origins));
  }

  private declareUnder(name: string, value: Json): string {
    return this.program.declare(name, 'data', { kind: 'value', value });
  }

  symbolOfBinding(binding: BindingRef): Value {
    const name = `binding ${symbolName(bindingName(binding))}`;
    return this.build.symbol(this.declareUnder(name, bindingRecipe(binding)), 'ref');
  }

  runtime(name: string): string {
    return this.program.declare(`jl0:${name}`, 'function', { kind: 'runtime', name });
  }

  /**
   * Ends the block at a place that is not reached if what inference says is so. Should it be reached all the same, that is an
   * error of jl0, and reported as one: what a processor does with the code that happens to follow would be anything.
   */
  notReached(): void {
    this.build.callLocal(defineNotReached(this.program), []);
    this.build.unreachable();
  }

  // Changing form.

  /** Bits of a primitive value; a Bool is extended to its 8 bits. */
  bits(value: Emitted): Value {
    switch (value.kind) {
      case 'bits':
        return value.value.type === 'i1' ? this.build.convert('zext', value.value, 'i8') : value.value;
      case 'const':
        return this.constantBits(value.value);
      case 'reference':
      case 'union':
      case 'struct': {
        const shape = shapeOf(value.type);
        if (shape.kind === 'bits' && value.kind === 'reference') {
          return this.build.load(shape.machine, value.value, 0, { kind: Kind.field, align: 8 });
        }
        throw new CannotCompile(`bits are wanted of a ${canonicalText(value.type)}`);
      }
    }
  }

  /** A Bool as an `i1`. */
  truth(value: Emitted): Value {
    if (value.kind === 'const') return this.build.constant('i1', value.value === trueValue ? 1n : 0n);
    if (value.kind === 'bits' && value.value.type === 'i1') return value.value;
    return this.build.convert('trunc', this.bits(value), 'i1');
  }

  bool(value: Value): Emitted {
    return { kind: 'bits', type: Bool, value };
  }

  int(value: Value): Emitted {
    return { kind: 'bits', type: datatype('Int64'), value };
  }

  private constantBits(object: Ref): Value {
    const type = typeOf(object);
    const shape = shapeOf(type);
    if (shape.kind !== 'bits')
      throw new CannotCompile(`bits are wanted of the constant of type ${canonicalText(type)}`);
    let bits = 0n;
    const size = layoutSize(type);
    for (let i = size - 1; i >= 0; i--) bits = (bits << 8n) | BigInt(U8[object * 8 + i]);
    return this.build.constant(shape.machine, bits);
  }

  /** A reference to the value as an object. */
  box(value: Emitted): Value {
    const { build } = this;
    switch (value.kind) {
      case 'const':
        return this.symbolOf(value.value);
      case 'reference':
        return value.value;
      case 'bits': {
        if (value.type === Bool) {
          return build.select(this.truth(value), this.symbolOf(trueValue), this.symbolOf(falseValue));
        }
        const bits = this.bits(value);
        const object = this.allocate(value.type, layoutSize(value.type));
        build.store(bits, object, 0, { kind: Kind.field, align: 8 });
        return object;
      }
      case 'struct':
        return this.boxStruct(value);
      case 'union': {
        const done = build.block('boxed', ['ref']);
        this.eachMember(value, (member) => {
          build.jump(done, this.box(member));
        });
        build.at(done);
        return done.parameters[0];
      }
    }
  }

  private boxStruct(value: Emitted & { kind: 'struct' }): Value {
    const { type } = value;
    if (!isDataType(type) || !isConcrete(type)) return this.callBuiltin('tuple', value.fields);
    const instance = instanceOf(type);
    if (instance !== 0) return this.symbolOf(instance);
    const references = value.fields.map((field, i) => (fieldIsPtr(type, i) ? this.box(field) : null));
    const object = this.allocate(type, layoutSize(type));
    value.fields.forEach((field, i) => {
      const reference = references[i];
      if (reference !== null) this.build.store(reference, object, fieldOffset(type, i), { kind: Kind.field });
      else this.storeInline(field, fieldType(type, i), object, fieldOffset(type, i), fieldSize(type, i), Kind.field);
    });
    return object;
  }

  /** Calls a builtin of Core through the runtime, with boxed arguments. */
  callBuiltin(name: string, args: readonly Emitted[]): Value {
    return callDynamic(this, [constant(coreObject(name)), ...args]);
  }

  /** The values as objects, in a list in the frame. */
  listOf(values: readonly Emitted[]): Value {
    const { build } = this;
    const boxed = values.map((value) => this.box(value));
    const list = build.slot(Math.max(8, 8 * boxed.length), 8);
    boxed.forEach((value, i) => {
      build.store(value, list, 8 * i);
    });
    return list;
  }

  /** Runs `each` in a block of its own for every member of a union; `each` must end the block. */
  eachMember(value: Emitted & { kind: 'union' }, each: (member: Emitted, index: number) => void): void {
    const { build } = this;
    const blocks: Block[] = value.members.map((_, i) => build.block(`member${i}`));
    const cases = blocks.slice(1).map((block, i) => ({ bits: BigInt(i + 1), target: block }));
    build.switch(value.tag, cases, blocks[0]);
    value.members.forEach((member, i) => {
      build.at(blocks[i]);
      each(member, i);
    });
  }

  /** A value in the finest form that its type allows: a reference to an immutable object is read. */
  open(value: Emitted): Emitted {
    if (value.kind === 'const') return value;
    if (value.kind !== 'reference') return value;
    const shape = shapeOf(value.type);
    switch (shape.kind) {
      case 'none':
        return constant(shape.value);
      case 'bits':
        return { kind: 'bits', type: shape.type, value: this.bits(value) };
      case 'struct':
        return this.readStruct(shape, value.value, 0, Kind.field);
      case 'union':
        return this.unionOfReference(value.value, shape);
      case 'reference':
        return value;
    }
  }

  private unionOfReference(reference: Value, shape: Shape & { kind: 'union' }): Emitted {
    const { build } = this;
    const leaves = leavesOf(shape);
    const done = build.block('opened', leaves);
    const members = unionMembers(shape.type);
    members.forEach((member, i) => {
      const last = i === members.length - 1;
      const hit = build.block('is');
      const miss = last ? hit : build.block('isnot');
      if (last) build.jump(hit);
      else build.branch(this.hasType(reference, member), hit, miss);
      build.at(hit);
      const opened = this.open({ kind: 'reference', type: member, value: reference });
      build.jump(done, ...this.flatten(this.intoUnion(opened, shape.type, i), shape));
      if (!last) build.at(miss);
    });
    build.at(done);
    return this.unflatten(done.parameters, shape);
  }

  /** Whether the object behind a reference has exactly this concrete type. */
  hasType(reference: Value, type: Ref): Value {
    const { build } = this;
    const instance = isDataType(type) ? instanceOf(type) : (0 as Ref);
    if (instance !== 0) return build.compare('eq', reference, this.symbolOf(instance));
    return build.compare('eq', this.typeWord(reference), this.build.bitcast(this.symbolOf(type), 'i64'));
  }

  /** The address of an object's type. */
  typeWord(reference: Value): Value {
    const header = this.build.load('i64', reference, -8, { kind: 'type' });
    return this.build.binary('and', header, this.build.integer('i64', -16));
  }

  private intoUnion(value: Emitted, union: Ref, index: number): Emitted {
    const shape = shapeOf(union);
    if (shape.kind !== 'union') throw new Error('not a union in machine values');
    return {
      kind: 'union',
      type: union,
      tag: this.build.integer('i8', index),
      members: shape.members.map((member, i) => (i === index ? value : this.zero(member))),
    };
  }

  /** Something of a shape that nobody looks at. */
  private zero(shape: Shape): Emitted {
    switch (shape.kind) {
      case 'none':
        return constant(shape.value);
      case 'bits':
        return { kind: 'bits', type: shape.type, value: this.build.constant(shape.machine, 0n) };
      case 'struct':
        return { kind: 'struct', type: shape.type, fields: shape.fields.map((field) => this.zero(field)) };
      case 'union':
        return {
          kind: 'union',
          type: shape.type,
          tag: this.build.integer('i8', 0),
          members: shape.members.map((member) => this.zero(member)),
        };
      case 'reference':
        return { kind: 'reference', type: shape.type, value: this.build.null('ref') };
    }
  }

  /** The value in the form that a shape asks for. The value must be an instance of the shape's type. */
  coerce(value: Emitted, shape: Shape): Emitted {
    switch (shape.kind) {
      case 'none':
        return constant(shape.value);
      case 'bits':
        return { kind: 'bits', type: shape.type, value: this.bits(this.pick(value, shape.type)) };
      case 'reference':
        return { kind: 'reference', type: shape.type, value: this.box(value) };
      case 'struct': {
        const whole = this.fieldsOf(this.pick(value, shape.type), shape);
        return {
          kind: 'struct',
          type: shape.type,
          fields: shape.fields.map((field, i) => this.coerce(whole[i], field)),
        };
      }
      case 'union':
        return this.coerceToUnion(value, shape);
    }
  }

  private fieldsOf(value: Emitted, shape: Shape & { kind: 'struct' }): readonly Emitted[] {
    if (value.kind === 'struct') return value.fields;
    if (value.kind === 'const') {
      return shape.fields.map((_, i) => constant(boxedFieldAt(value.value, i)));
    }
    const opened = this.open({ kind: 'reference', type: shape.type, value: this.box(value) });
    if (opened.kind !== 'struct') throw new CannotCompile(`no fields of a ${canonicalText(shape.type)}`);
    return opened.fields;
  }

  private coerceToUnion(value: Emitted, shape: Shape & { kind: 'union' }): Emitted {
    const members = unionMembers(shape.type);
    if (value.kind === 'union') {
      if (value.type === shape.type) {
        return { ...value, members: value.members.map((member, i) => this.coerce(member, shape.members[i])) };
      }
      const { build } = this;
      const done = build.block('rewrapped', leavesOf(shape));
      this.eachMember(value, (member) => {
        const index = members.indexOf(typeOfEmitted(member));
        if (index < 0) this.notReached();
        else
          build.jump(
            done,
            ...this.flatten(this.intoUnion(this.coerce(member, shape.members[index]), shape.type, index), shape),
          );
      });
      build.at(done);
      return this.unflatten(done.parameters, shape);
    }
    const index = members.indexOf(typeOfEmitted(value));
    if (index >= 0) return this.intoUnion(this.coerce(value, shape.members[index]), shape.type, index);
    if (value.kind === 'reference') return this.unionOfReference(value.value, shape);
    throw new CannotCompile(`a ${canonicalText(typeOfEmitted(value))} is no ${canonicalText(shape.type)}`);
  }

  /** The value as an instance of a concrete type that it is known to have. */
  pick(value: Emitted, type: Ref): Emitted {
    switch (value.kind) {
      case 'union': {
        const index = unionMembers(value.type).indexOf(type);
        if (index < 0) throw new CannotCompile(`a ${canonicalText(value.type)} is no ${canonicalText(type)}`);
        return value.members[index];
      }
      case 'reference':
        return { ...value, type };
      default:
        if (typeOfEmitted(value) !== type && value.kind === 'bits') {
          throw new CannotCompile(`a ${canonicalText(value.type)} is no ${canonicalText(type)}`);
        }
        return value;
    }
  }

  /** The value, now that it is known to be an instance of `type`, as far as that makes its form simpler. */
  narrow(value: Emitted, type: Ref): Emitted {
    if (value.kind === 'const' || value.kind === 'bits' || value.kind === 'struct') return value;
    if (value.kind === 'reference') {
      if (type === value.type || !isSubtype(type, value.type)) return value;
      const shape = shapeOf(type);
      if (shape.kind === 'none' && type !== Bottom) return constant(shape.value);
      return { ...value, type };
    }
    if (type === value.type) return value;
    const members = unionMembers(value.type);
    const kept = members.filter((member) => isSubtype(member, type));
    if (kept.length === 1) return value.members[members.indexOf(kept[0])];
    if (kept.length === 0 || kept.length === members.length) return value;
    return isUnion(type) && shapeOf(type).kind === 'union' ? this.coerce(value, shapeOf(type)) : value;
  }

  flatten(value: Emitted, shape: Shape): Value[] {
    switch (shape.kind) {
      case 'none':
        return [];
      case 'bits':
        return [this.bits(value)];
      case 'reference':
        return [this.box(value)];
      case 'struct':
        if (value.kind !== 'struct') return this.flatten(this.coerce(value, shape), shape);
        return shape.fields.flatMap((field, i) => this.flatten(value.fields[i], field));
      case 'union':
        if (value.kind !== 'union' || value.type !== shape.type) return this.flatten(this.coerce(value, shape), shape);
        return [value.tag, ...shape.members.flatMap((member, i) => this.flatten(value.members[i], member))];
    }
  }

  unflatten(values: readonly Value[], shape: Shape): Emitted {
    let next = 0;
    const take = (of: Shape): Emitted => {
      switch (of.kind) {
        case 'none':
          return constant(of.value);
        case 'bits':
          return { kind: 'bits', type: of.type, value: values[next++] };
        case 'reference':
          return { kind: 'reference', type: of.type, value: values[next++] };
        case 'struct':
          return { kind: 'struct', type: of.type, fields: of.fields.map(take) };
        case 'union':
          return { kind: 'union', type: of.type, tag: values[next++], members: of.members.map(take) };
      }
    };
    return take(shape);
  }

  // Memory.

  /** Reads a value of a type that is stored inline at an address. */
  loadInline(type: Ref, base: Value, offset: number, size: number, kind: string): Emitted {
    const { build } = this;
    const shape = shapeOf(type);
    switch (shape.kind) {
      case 'none':
        return constant(shape.value);
      case 'bits':
        return {
          kind: 'bits',
          type: shape.type,
          value: build.load(shape.machine, base, offset, { kind, ...alignOf(shape.machine) }),
        };
      case 'struct':
        return this.readStruct(shape, base, offset, kind);
      case 'union': {
        const tag = build.load('i8', base, offset + size - 1, { kind });
        const members = unionMembers(type).map((member) =>
          this.loadInline(member, base, offset, layoutSize(member), kind),
        );
        return { kind: 'union', type, tag, members };
      }
      case 'reference': {
        if (!isDataType(type) || !isConcrete(type)) throw new CannotCompile(`an inline ${canonicalText(type)}`);
        const object = this.allocate(type, layoutSize(type));
        build.copy(object, build.offset(base, offset), build.integer('i64', layoutSize(type)), 1);
        return { kind: 'reference', type, value: object };
      }
    }
  }

  private readStruct(shape: Shape & { kind: 'struct' }, base: Value, offset: number, kind: string): Emitted {
    const { type } = shape;
    const fields = shape.fields.map((field, i): Emitted => {
      if (field.kind === 'none') return constant(field.value);
      const at = offset + fieldOffset(type, i);
      if (fieldIsPtr(type, i)) {
        return { kind: 'reference', type: fieldType(type, i), value: this.build.load('ref', base, at, { kind }) };
      }
      return this.loadInline(fieldType(type, i), base, at, fieldSize(type, i), kind);
    });
    return { kind: 'struct', type, fields };
  }

  /** Stores a value where a value of type `type` is kept inline. */
  storeInline(value: Emitted, type: Ref, base: Value, offset: number, size: number, kind: string): void {
    const { build } = this;
    const shape = shapeOf(type);
    switch (shape.kind) {
      case 'none':
        return;
      case 'bits':
        build.store(this.bits(this.pick(value, type)), base, offset, { kind, ...alignOf(shape.machine) });
        return;
      case 'struct': {
        const whole = this.fieldsOf(this.pick(value, type), shape);
        whole.forEach((field, i) => {
          const at = offset + fieldOffset(type, i);
          if (fieldIsPtr(type, i)) build.store(this.box(field), base, at, { kind });
          else this.storeInline(field, fieldType(type, i), base, at, fieldSize(type, i), kind);
        });
        return;
      }
      case 'union': {
        const whole = this.coerce(value, shape);
        if (whole.kind !== 'union') throw new Error('a union in another form');
        build.store(whole.tag, base, offset + size - 1, { kind });
        const done = build.block('stored');
        this.eachMember(whole, (member) => {
          const memberType = typeOfEmitted(member);
          this.storeInline(member, memberType, base, offset, layoutSize(memberType), kind);
          build.jump(done);
        });
        build.at(done);
        return;
      }
      case 'reference': {
        if (!isDataType(type) || !isConcrete(type)) throw new CannotCompile(`an inline ${canonicalText(type)}`);
        build.copy(build.offset(base, offset), this.box(value), build.integer('i64', layoutSize(type)), 1);
        return;
      }
    }
  }

  /** A new object of a known size, zeroed, with its header. */
  allocate(type: Ref, bytes: number): Value {
    const { build } = this;
    const units = (Math.max(8, bytes) + 23) >>> 4;
    if (units > 128) {
      const result = build.callRuntime(this.runtime('allocate'), { result: cPointer, args: [cPointer, cInt64] }, [
        this.symbolOf(type),
        build.integer('i64', bytes),
      ]);
      if (result === undefined) throw new Error('allocation has a result');
      return build.bitcast(result, 'ref');
    }
    const [object] = build.callLocal(defineAllocator(this.program, units), [this.symbolOf(type)]);
    return object;
  }
}

const alignOf = (machine: MachineType): { align?: number } => (machine === 'i128' ? { align: 8 } : {});

/**
 * Allocation as memory/heap.ts does it: bump through the current page of the size class; everything else (reuse of
 * cells, new pages) is the runtime's.
 */
function defineAllocator(program: Program, units: number): string {
  const name = `jl0:allocate ${units}`;
  if (program.functions.has(name)) return name;
  const build = new FunctionBuilder(program, name, ['ref'], ['ref'], { inline: 'always' });
  const [type] = build.parameters;
  const stateName = program.declare('jl0:state', 'data', { kind: 'runtime', name: 'state' });
  const slowName = program.declare('jl0:allocate', 'function', { kind: 'runtime', name: 'allocate' });
  const state = build.symbol(stateName);
  const kind = 'allocator';
  const fast = build.block('fast');
  const bump = build.block('bump');
  const slow = build.block('slow');
  const cell = build.load('i32', state, State.free_lists + 4 * units, { kind });
  const at = build.load('i32', state, State.bump + 8 * units, { kind });
  const next = build.binary('add', at, build.integer('i32', units << 4));
  const end = build.load('i32', state, State.bump + 8 * units + 4, { kind });
  const zero = build.integer('i32', 0);
  const isFresh = build.binary(
    'and',
    build.compare('eq', cell, zero),
    build.binary('and', build.compare('ne', at, zero), build.compare('ule', next, end)),
  );
  build.branch(isFresh, fast, slow, true);
  build.at(fast);
  build.jump(bump);
  build.at(bump);
  build.store(next, state, State.bump + 8 * units, { kind });
  const budget = build.load('i32', state, State.allocation_budget, { kind });
  build.store(build.binary('sub', budget, build.integer('i32', units << 4)), state, State.allocation_budget, { kind });
  const address = build.binary('add', build.convert('zext', at, 'i64'), build.integer('i64', BigInt(REGION_BASE + 8)));
  const object = build.bitcast(address, 'ref');
  build.store(build.bitcast(type, 'i64'), object, -8, { kind: 'type' });
  build.return(object);
  build.at(slow);
  const made = build.callRuntime(slowName, { result: cPointer, args: [cPointer, cInt64] }, [
    type,
    build.integer('i64', (units << 4) - 8),
  ]);
  if (made === undefined) throw new Error('allocation has a result');
  build.return(build.bitcast(made, 'ref'));
  return name;
}

/** A name for people, of a value that code refers to. */
function nameOfValue(value: Ref): string {
  const type = typeOf(value);
  if (isType(value)) return `type ${canonicalText(value)}`;
  if (type === datatype('Symbol')) return `symbol ${symbolName(value as SymbolRef)}`;
  if (type === datatype('String')) return `string ${JSON.stringify(stringText(value as StringRef)).slice(0, 40)}`;
  if (instanceOf(type) === value) return `value ${canonicalText(type)}`;
  if (value === trueValue) return 'value true';
  if (value === falseValue) return 'value false';
  if (isPrimitiveType(type) && layoutSize(type) <= 8) {
    return `value ${canonicalText(type)} ${U32[(value << 1) + 1].toString(16)}:${U32[value << 1].toString(16)}`;
  }
  return `value of ${canonicalText(type)}`;
}

/** The function that reports that code went on where it should not have; one for all places. */
function defineNotReached(program: Program): string {
  const name = 'jl0:not reached';
  if (program.functions.has(name)) return name;
  const build = new FunctionBuilder(program, name, [], [], { inline: 'never' });
  const report = program.declare('jl0:report_not_reached', 'function', { kind: 'runtime', name: 'report_not_reached' });
  build.callRuntime(report, { result: cVoid, args: [] }, []);
  build.unreachable();
  return name;
}
