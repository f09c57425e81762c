// Building operations: a function is written block by block, each call appends one operation and gives its result.
//
// The builder fills in what follows from the operands (result types, default alignment) and refuses what has no type
// at all; whether the whole makes sense is the verifier's to say, once, when the function is finished.

import type { CSignature } from '../../ffi/ctype.ts';
import {
  type Access,
  type AtomicUpdate,
  type Block,
  bitsOf,
  type Callee,
  type Checked,
  type Conversion,
  type FloatBinary,
  type FloatCompare,
  type FloatType,
  type FloatUnary,
  type FunctionDefinition,
  type IntegerBinary,
  type IntegerCompare,
  type IntegerType,
  type IntegerUnary,
  isResultInMemory,
  type MachineType,
  type MemoryOrder,
  machineTypeOf,
  type Operation,
  type ParameterFacts,
  type Program,
  type Shift,
  type Target,
  type Terminator,
  type Value,
} from './operations.ts';
import { HANDLER_ALIGN, HANDLER_SIZE, OFFSET_EXCEPTION, OFFSET_PENDING } from './thread-state.ts';

export interface FunctionOptions {
  readonly exported?: boolean;
  readonly inline?: FunctionDefinition['inline'];
  readonly facts?: ReadonlyMap<number, ParameterFacts>;
}

const word = new DataView(new ArrayBuffer(8));

/** The IEEE bit pattern of a number, rounded to the type. A NaN becomes the quiet NaN without payload. */
export function floatBits(type: FloatType, value: number): bigint {
  if (type === 'f64') {
    word.setFloat64(0, value);
    return Number.isNaN(value) ? 0x7ff8_0000_0000_0000n : word.getBigUint64(0);
  }
  word.setFloat32(0, value);
  return Number.isNaN(value) ? 0x7fc0_0000n : BigInt(word.getUint32(0));
}

/** Writes one function of a program. The new function is part of the program at once. */
export class FunctionBuilder {
  readonly program: Program;
  readonly definition: FunctionDefinition;
  readonly parameters: readonly Value[];
  private current: Block;
  private nextValue: number;
  private nextLabel = 0;

  constructor(
    program: Program,
    name: string,
    parameters: readonly MachineType[],
    results: readonly MachineType[],
    options: FunctionOptions = {},
  ) {
    if (program.functions.has(name)) throw new Error(`the function ${name} is defined twice`);
    this.program = program;
    this.parameters = parameters.map((type, id) => ({ id, type }));
    this.nextValue = parameters.length;
    this.current = { label: 'start', parameters: [], operations: [], terminator: undefined };
    this.definition = {
      name,
      parameters: this.parameters,
      results,
      blocks: [this.current],
      exported: options.exported ?? false,
      inline: options.inline ?? 'undecided',
      facts: options.facts ?? new Map(),
      roots: 0,
    };
    program.functions.set(name, this.definition);
  }

  // --- Blocks ---

  /** A new block, not yet reached by anything. The label is made unique. */
  block(label: string, parameters: readonly MachineType[] = []): Block {
    const block: Block = {
      label: `${label}.${++this.nextLabel}`,
      parameters: parameters.map((type) => this.value(type)),
      operations: [],
      terminator: undefined,
    };
    this.definition.blocks.push(block);
    return block;
  }

  /** What follows is appended to this block. */
  at(block: Block): void {
    this.current = block;
  }

  get position(): Block {
    return this.current;
  }

  /** True once the current block has its terminator: nothing more can be appended to it. */
  get finished(): boolean {
    return this.current.terminator !== undefined;
  }

  // --- Values ---

  /** An integer, given as signed or unsigned. It must fit the width one way or the other. */
  integer(type: IntegerType, value: bigint | number): Value {
    const exact = BigInt(value);
    const bits = BigInt.asUintN(bitsOf(type), exact);
    if (bits !== exact && BigInt.asIntN(bitsOf(type), exact) !== exact) throw new Error(`${value} is not an ${type}`);
    return this.constant(type, bits);
  }

  float(type: FloatType, value: number): Value {
    return this.constant(type, floatBits(type, value));
  }

  /** A constant by its bit pattern. */
  constant(type: MachineType, bits: bigint): Value {
    return this.define({ op: 'constant', bits, result: this.value(type) });
  }

  null(type: 'ref' | 'ptr'): Value {
    return this.constant(type, 0n);
  }

  binary(op: IntegerBinary | FloatBinary, left: Value, right: Value): Value {
    return this.define({ op, left, right, result: this.value(left.type) });
  }

  shift(op: Shift, left: Value, right: Value): Value {
    return this.define({ op, left, right, result: this.value(left.type) });
  }

  unary(op: IntegerUnary | FloatUnary, operand: Value): Value {
    return this.define({ op, operand, result: this.value(operand.type) });
  }

  fma(exact: boolean, a: Value, b: Value, c: Value): Value {
    return this.define({ op: 'fma', exact, a, b, c, result: this.value(a.type) });
  }

  checked(kind: Checked, left: Value, right: Value): { result: Value; overflow: Value } {
    const result = this.value(left.type);
    const overflow = this.value('i1');
    this.append({ op: 'checked', kind, left, right, result, overflow });
    return { result, overflow };
  }

  compare(kind: IntegerCompare | FloatCompare, left: Value, right: Value): Value {
    return this.define({ op: 'compare', kind, left, right, result: this.value('i1') });
  }

  convert(kind: Conversion, operand: Value, type: MachineType): Value {
    return this.define({ op: 'convert', kind, operand, result: this.value(type) });
  }

  /** The same bits as another type of the same width; the value itself when it has the type already. */
  bitcast(operand: Value, type: MachineType): Value {
    return operand.type === type ? operand : this.convert('bitcast', operand, type);
  }

  select(condition: Value, left: Value, right: Value): Value {
    return this.define({ op: 'select', condition, left, right, result: this.value(left.type) });
  }

  // --- Memory ---

  slot(size: number, align: number): Value {
    return this.define({ op: 'slot', size, align, result: this.value('ptr') });
  }

  offset(base: Value, offset: number): Value {
    return this.define({ op: 'address', base, index: undefined, scale: 1, offset, result: this.value('ptr') });
  }

  element(base: Value, index: Value, scale: number, offset = 0): Value {
    return this.define({ op: 'address', base, index, scale, offset, result: this.value('ptr') });
  }

  symbol(name: string, type: 'ref' | 'ptr' = 'ptr'): Value {
    return this.define({ op: 'symbol', name, result: this.value(type) });
  }

  threadState(): Value {
    return this.define({ op: 'threadState', result: this.value('ptr') });
  }

  stackAddress(): Value {
    return this.define({ op: 'stackAddress', result: this.value('ptr') });
  }

  load(type: MachineType, address: Value, offset = 0, access: Access = {}): Value {
    return this.define({ op: 'load', address, offset, access, result: this.value(type) });
  }

  store(value: Value, address: Value, offset = 0, access: Access = {}): void {
    this.append({ op: 'store', value, address, offset, access });
  }

  update(kind: AtomicUpdate, address: Value, value: Value, order: MemoryOrder): Value {
    return this.define({ op: 'update', kind, address, value, order, result: this.value(value.type) });
  }

  compareExchange(
    address: Value,
    expected: Value,
    value: Value,
    order: MemoryOrder,
  ): { result: Value; success: Value } {
    const result = this.value(value.type);
    const success = this.value('i1');
    this.append({ op: 'compareExchange', address, expected, value, order, result, success });
    return { result, success };
  }

  fence(order: Exclude<MemoryOrder, 'relaxed'>): void {
    this.append({ op: 'fence', order });
  }

  copy(target: Value, source: Value, length: Value, align = 1, overlap = false): void {
    this.append({ op: 'copy', target, source, length, align, overlap });
  }

  fill(target: Value, byte: Value, length: Value, align = 1): void {
    this.append({ op: 'fill', target, byte, length, align });
  }

  // --- Calls ---

  /** Calls a function of the program; it must be defined already (its body may still be empty). */
  callLocal(name: string, args: readonly Value[]): readonly Value[] {
    const callee = this.program.functions.get(name);
    if (callee === undefined) throw new Error(`there is no function ${name} in the program`);
    return this.call({ kind: 'local', name }, callee.results, args, undefined);
  }

  /** Calls a C function. The result is undefined for a void function and for one that returns a struct. */
  callC(
    callee: string | Value,
    signature: CSignature,
    args: readonly Value[],
    structResult?: Value,
  ): Value | undefined {
    const result = isResultInMemory(signature.result) ? undefined : machineTypeOf(signature.result);
    const to: Callee =
      typeof callee === 'string'
        ? { kind: 'symbol', name: callee, signature }
        : { kind: 'address', address: callee, signature };
    return this.call(to, result === undefined ? [] : [result], args, structResult)[0];
  }

  /**
   * Calls a function of the runtime, and throws if it left an exception (docs/native-abi.md). The current block ends;
   * what follows goes into the block where execution goes on.
   */
  callRuntime(name: string, signature: CSignature, args: readonly Value[]): Value | undefined {
    const result = this.callC(name, signature, args);
    const pending = this.load('i64', this.threadState(), OFFSET_PENDING);
    const thrown = this.block('thrown');
    const goOn = this.block('returned');
    this.branch(this.compare('ne', pending, this.integer('i64', 0)), thrown, goOn, false);
    this.at(thrown);
    this.store(this.integer('i64', 0), this.threadState(), OFFSET_PENDING);
    this.throw(undefined);
    this.at(goOn);
    return result;
  }

  private call(
    callee: Callee,
    results: readonly MachineType[],
    args: readonly Value[],
    structResult: Value | undefined,
  ): readonly Value[] {
    const values = results.map((type) => this.value(type));
    this.append({ op: 'call', callee, args, structResult, results: values });
    return values;
  }

  // --- Roots and handlers ---

  /** A new root of this function, to be set with `root`. */
  newRoot(): number {
    return this.definition.roots++;
  }

  root(index: number, value: Value): void {
    this.append({ op: 'root', index, value });
  }

  /** A slot for a handler record. */
  handlerSlot(): Value {
    return this.slot(HANDLER_SIZE, HANDLER_ALIGN);
  }

  enterTry(handler: Value, body: Block, caught: Block): void {
    this.terminate({ op: 'enterTry', handler, body: target(body), caught: target(caught) });
  }

  leaveTry(handler: Value): void {
    this.append({ op: 'leaveTry', handler });
  }

  /** The exception that was caught: what a catch block starts with. */
  caughtException(): Value {
    return this.load('ref', this.threadState(), OFFSET_EXCEPTION);
  }

  // --- Terminators ---

  jump(block: Block, ...args: readonly Value[]): void {
    this.terminate({ op: 'jump', target: target(block, args) });
  }

  /** Both targets without arguments, or as full targets. */
  branch(condition: Value, taken: Block | Target, otherwise: Block | Target, likely?: boolean): void {
    this.terminate({ op: 'branch', condition, taken: asTarget(taken), otherwise: asTarget(otherwise), likely });
  }

  switch(value: Value, cases: readonly { bits: bigint; target: Block | Target }[], otherwise: Block | Target): void {
    this.terminate({
      op: 'switch',
      value,
      cases: cases.map((each) => ({ bits: each.bits, target: asTarget(each.target) })),
      otherwise: asTarget(otherwise),
    });
  }

  return(...values: readonly Value[]): void {
    this.terminate({ op: 'return', values });
  }

  throw(value: Value | undefined): void {
    this.terminate({ op: 'throw', value });
  }

  /** Writes into another block in between. */
  apart(block: Block, write: () => void): void {
    const here = this.current;
    this.at(block);
    write();
    this.at(here);
  }

  unreachable(): void {
    this.terminate({ op: 'unreachable' });
  }

  // --- Within ---

  private value(type: MachineType): Value {
    return { id: this.nextValue++, type };
  }

  private define(operation: Extract<Operation, { readonly result: Value }>): Value {
    this.append(operation);
    return operation.result;
  }

  private append(operation: Operation): void {
    if (this.finished) throw new Error(`${this.definition.name}: block ${this.current.label} has already ended`);
    this.current.operations.push(operation);
  }

  private terminate(terminator: Terminator): void {
    if (this.finished) throw new Error(`${this.definition.name}: block ${this.current.label} has already ended`);
    this.current.terminator = terminator;
  }
}

/** A block as a place to go, with the values of its parameters. */
export function target(block: Block, args: readonly Value[] = []): Target {
  return { block, args };
}

function asTarget(place: Block | Target): Target {
  return 'block' in place ? place : target(place);
}
