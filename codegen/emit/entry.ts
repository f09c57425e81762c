// The generic entry: the way from JavaScript into native code.
//
// JavaScript enters every compiled method through one C prototype, `int32_t entry(uint64_t *args, uint64_t *result)`. The
// entry reads the arguments from slots of 8 bytes, calls the specialised function and writes the result, and it is where
// an exception that nothing in native code catches ends: it pushes a handler first, and returns 1 when that is reached.
// So no exception ever unwinds a frame of JavaScript. The protocol is in docs/native-abi.md.

import { FunctionBuilder, type FunctionOptions } from './builder.ts';
import { bitsOf, isFloatType, type MachineType, type Program, type Value } from './operations.ts';

/** Returned by an entry. */
export const STATUS_RETURNED = 0;
export const STATUS_THREW = 1;

export interface EntryShape {
  /** Symbol of the entry to define. */
  readonly entry: string;
  /** The specialised function, of this program. */
  readonly specialised: string;
  /** Whether its first parameter is the address where the result goes; the entry then passes its own result pointer. */
  readonly resultInMemory: boolean;
}

/** Defines the generic entry of a function. Each parameter takes one slot; a function has at most one result. */
export function defineEntry(program: Program, shape: EntryShape, options: FunctionOptions = { exported: true }): void {
  const specialised = program.functions.get(shape.specialised);
  if (specialised === undefined) throw new Error(`there is no function ${shape.specialised} in the program`);
  if (specialised.results.length > 1) throw new Error(`${shape.specialised} has several results`);
  const build = new FunctionBuilder(program, shape.entry, ['ptr', 'ptr'], ['i32'], options);
  const [args, result] = build.parameters;
  const handler = build.handlerSlot();
  const body = build.block('body');
  const caught = build.block('caught');
  build.enterTry(handler, body, caught);

  build.at(body);
  const parameters = shape.resultInMemory ? specialised.parameters.slice(1) : specialised.parameters;
  const values = parameters.map((parameter, index) => loadSlot(build, parameter.type, args, 8 * index));
  const results = build.callLocal(shape.specialised, shape.resultInMemory ? [result, ...values] : values);
  for (const value of results) storeSlot(build, value, result);
  build.leaveTry(handler);
  build.return(build.integer('i32', STATUS_RETURNED));

  build.at(caught);
  build.return(build.integer('i32', STATUS_THREW));
}

/** Reads a value from a slot. Types of less than 8 bytes are in the low bits; the rest is not looked at. */
function loadSlot(build: FunctionBuilder, type: MachineType, base: Value, offset: number): Value {
  const access = { align: 8 };
  if (type === 'i1') return build.convert('trunc', build.load('i8', base, offset, access), 'i1');
  if (type === 'i128') throw new Error('a value of 16 bytes is passed by address');
  return build.load(type, base, offset, access);
}

/** Writes a value to a slot, all 8 bytes of it, extended with zeros. */
function storeSlot(build: FunctionBuilder, value: Value, base: Value): void {
  if (value.type === 'i128') throw new Error('a value of 16 bytes is returned in memory');
  const bits = isFloatType(value.type) ? build.bitcast(value, value.type === 'f32' ? 'i32' : 'i64') : value;
  const wide = bitsOf(bits.type) < 64 ? build.convert('zext', bits, 'i64') : bits;
  build.store(wide, base, 0, { align: 8 });
}
