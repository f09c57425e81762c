// Operations: native code before it has a target.
//
// Emission decides what the machine shall do (representations, unboxing, checks, calls, rooting) and says it in this
// form; a writer (`codegen/llvm` today, WebAssembly is meant to be a second one) says it again in the words of its
// target. The form is deliberately small: functions of basic blocks, values assigned once, block parameters in place
// of phi nodes, and operations whose meaning is total wherever that is cheap, so that emission needs no guard for it:
// a shift by too much gives zero, a load says how far it may trust the alignment. What is left undefined is named at
// the operation and is emission's to guard: division by zero, the overflow of a division, a float that no integer of
// the type can hold.
//
// Enters: nothing but plain data. Leaves: a Program, which `verifier.ts` checks, `printer.ts` shows and a writer
// writes. No address and no name of a target occurs; anything outside the program is a symbol with a recipe.

import type { CSignature, CType } from '../../ffi/ctype.ts';
import type { SymbolRecipe } from '../object/recipe.ts';

/** Integers carry no sign: the operation has it. `i1` is a truth value and is never in memory (there it is an i8). */
export type IntegerType = 'i1' | 'i8' | 'i16' | 'i32' | 'i64' | 'i128';
export type FloatType = 'f32' | 'f64';
/** `ref`: the address of a heap object (or null), which the collector must be able to see. `ptr`: any other address. */
export type AddressType = 'ref' | 'ptr';
export type MachineType = IntegerType | FloatType | AddressType;

export const integerTypes: readonly IntegerType[] = ['i1', 'i8', 'i16', 'i32', 'i64', 'i128'];
export const machineTypes: readonly MachineType[] = [...integerTypes, 'f32', 'f64', 'ref', 'ptr'];

const bitsOfType: Record<MachineType, number> = {
  i1: 1,
  i8: 8,
  i16: 16,
  i32: 32,
  i64: 64,
  i128: 128,
  f32: 32,
  f64: 64,
  ref: 64,
  ptr: 64,
};

/** Width of a machine type in bits. */
export function bitsOf(type: MachineType): number {
  return bitsOfType[type];
}

/** Size of a machine type in memory, in bytes. An `i1` has none: extend it to `i8` first. */
export function bytesOf(type: Exclude<MachineType, 'i1'>): number {
  return bitsOfType[type] / 8;
}

export function isIntegerType(type: MachineType): type is IntegerType {
  return type !== 'f32' && type !== 'f64' && type !== 'ref' && type !== 'ptr';
}

export function isFloatType(type: MachineType): type is FloatType {
  return type === 'f32' || type === 'f64';
}

export function isAddressType(type: MachineType): type is AddressType {
  return type === 'ref' || type === 'ptr';
}

/** A value of one function, assigned once. `id` is unique within the function. */
export interface Value {
  readonly id: number;
  readonly type: MachineType;
}

/**
 * Two operands of one integer type, result of the same type, wrapping.
 * `sdiv`, `srem` of typemin by -1 and every division by zero are undefined.
 */
export type IntegerBinary = 'add' | 'sub' | 'mul' | 'sdiv' | 'udiv' | 'srem' | 'urem' | 'and' | 'or' | 'xor';
/**
 * The amount may be of any integer type, is unsigned and may exceed the width: `shl` and `lshr` then give 0, `ashr`
 * gives the sign everywhere.
 */
export type Shift = 'shl' | 'lshr' | 'ashr';
/** IEEE 754, rounding to nearest, never contracted or reassociated. `frem` is C's fmod. */
export type FloatBinary = 'fadd' | 'fsub' | 'fmul' | 'fdiv' | 'frem' | 'copysign';
export type IntegerUnary = 'neg' | 'not' | 'ctpop' | 'ctlz' | 'cttz' | 'bswap' | 'bitreverse';
/** `rint` rounds to the nearest, ties to even. `fsqrt` of a negative number is NaN. */
export type FloatUnary = 'fneg' | 'fabs' | 'fsqrt' | 'ceil' | 'floor' | 'ftrunc' | 'rint';
/** Results: the wrapped value, and an `i1` that says whether it had to be wrapped. */
export type Checked = 'sadd' | 'uadd' | 'ssub' | 'usub' | 'smul' | 'umul';

/** On integers and addresses (`eq`, `ne` only for `ref`), then on floats; all float ones but `fne` are false on NaN. */
export type IntegerCompare = 'eq' | 'ne' | 'slt' | 'sle' | 'sgt' | 'sge' | 'ult' | 'ule' | 'ugt' | 'uge';
export type FloatCompare = 'feq' | 'fne' | 'flt' | 'fle' | 'fgt' | 'fge';

/**
 * `bitcast` keeps the bits, between types of one width; it is also how an address becomes an `i64`, and back.
 * `fptosi`, `fptoui` of a value out of range (or NaN) give an arbitrary result.
 */
export type Conversion =
  | 'trunc'
  | 'zext'
  | 'sext'
  | 'fptosi'
  | 'fptoui'
  | 'sitofp'
  | 'uitofp'
  | 'fpext'
  | 'fptrunc'
  | 'bitcast';

export type MemoryOrder = 'relaxed' | 'acquire' | 'release' | 'acquire-release' | 'sequential';
export type AtomicUpdate =
  | 'exchange'
  | 'add'
  | 'sub'
  | 'and'
  | 'nand'
  | 'or'
  | 'xor'
  | 'smax'
  | 'smin'
  | 'umax'
  | 'umin';

/** What a writer may assume of an access to memory. Everything absent is the cautious choice. */
export interface Access {
  /** Bytes that the address (with its offset) is a multiple of. Default: the size of the type. */
  readonly align?: number;
  /** Must happen exactly here: for slots that a catch block reads after the body of the try has written them. */
  readonly volatile?: boolean;
  readonly order?: MemoryOrder;
  /** Two accesses of different kinds never overlap, e.g. an array's header and its elements. */
  readonly kind?: string;
  /** A load whose memory never changes while the function runs. */
  readonly constant?: boolean;
}

/**
 * The machine type that stands for a C type in a call, undefined for void. A struct or vector is passed and received as
 * the address of its bytes.
 */
export function machineTypeOf(type: CType): MachineType | undefined {
  switch (type.kind) {
    case 'void':
      return undefined;
    case 'bool':
      return 'i8';
    case 'int':
      return integerTypeOfBytes[type.bytes];
    case 'float':
      return type.bytes === 8 ? 'f64' : type.bytes === 4 ? 'f32' : 'i16';
    case 'pointer':
    case 'vector':
    case 'struct':
      return 'ptr';
  }
}

const integerTypeOfBytes = { 1: 'i8', 2: 'i16', 4: 'i32', 8: 'i64', 16: 'i128' } as const;

/** Whether a result of this type is written to a place that the caller names, and not a result of the call. */
export function isResultInMemory(type: CType): boolean {
  return type.kind === 'struct' || type.kind === 'vector';
}

/** Who is called: a function of this program, a C function behind a symbol, or one behind an address. */
export type Callee =
  | { readonly kind: 'local'; readonly name: string }
  | { readonly kind: 'symbol'; readonly name: string; readonly signature: CSignature }
  | { readonly kind: 'address'; readonly address: Value; readonly signature: CSignature };

export type Operation =
  /** `bits` as an unsigned number below 2^width; of a float the IEEE bit pattern; of an address 0 is null. */
  | { readonly op: 'constant'; readonly bits: bigint; readonly result: Value }
  | { readonly op: IntegerBinary; readonly left: Value; readonly right: Value; readonly result: Value }
  | { readonly op: Shift; readonly left: Value; readonly right: Value; readonly result: Value }
  | { readonly op: FloatBinary; readonly left: Value; readonly right: Value; readonly result: Value }
  | { readonly op: IntegerUnary | FloatUnary; readonly operand: Value; readonly result: Value }
  /** `exact`: rounded once. Otherwise rounded once or twice, whichever is faster. */
  | {
      readonly op: 'fma';
      readonly exact: boolean;
      readonly a: Value;
      readonly b: Value;
      readonly c: Value;
      readonly result: Value;
    }
  | {
      readonly op: 'checked';
      readonly kind: Checked;
      readonly left: Value;
      readonly right: Value;
      readonly result: Value;
      readonly overflow: Value;
    }
  | {
      readonly op: 'compare';
      readonly kind: IntegerCompare | FloatCompare;
      readonly left: Value;
      readonly right: Value;
      readonly result: Value;
    }
  | { readonly op: 'convert'; readonly kind: Conversion; readonly operand: Value; readonly result: Value }
  | {
      readonly op: 'select';
      readonly condition: Value;
      readonly left: Value;
      readonly right: Value;
      readonly result: Value;
    }
  /** `size` bytes of the frame, uninitialised, for as long as the function runs. */
  | { readonly op: 'slot'; readonly size: number; readonly align: number; readonly result: Value }
  /** base + offset + index * scale, in bytes, wrapping; the index (i64) is optional. The result is a `ptr`. */
  | {
      readonly op: 'address';
      readonly base: Value;
      readonly index: Value | undefined;
      readonly scale: number;
      readonly offset: number;
      readonly result: Value;
    }
  /** The address of a symbol: an external one, a function of this program, or data of this program. */
  | { readonly op: 'symbol'; readonly name: string; readonly result: Value }
  /** The address of the thread state; see `thread-state.ts` for what lies there. */
  | { readonly op: 'threadState'; readonly result: Value }
  /** Some address within the frame of this function, to compare with the stack's limit. */
  | { readonly op: 'stackAddress'; readonly result: Value }
  | {
      readonly op: 'load';
      readonly address: Value;
      readonly offset: number;
      readonly access: Access;
      readonly result: Value;
    }
  | {
      readonly op: 'store';
      readonly value: Value;
      readonly address: Value;
      readonly offset: number;
      readonly access: Access;
    }
  /** Replaces what is in memory and gives what was there; sizes 1 to 8 bytes. */
  | {
      readonly op: 'update';
      readonly kind: AtomicUpdate;
      readonly address: Value;
      readonly value: Value;
      readonly order: MemoryOrder;
      readonly result: Value;
    }
  | {
      readonly op: 'compareExchange';
      readonly address: Value;
      readonly expected: Value;
      readonly value: Value;
      readonly order: MemoryOrder;
      readonly result: Value;
      readonly success: Value;
    }
  | { readonly op: 'fence'; readonly order: Exclude<MemoryOrder, 'relaxed'> }
  /** Copies `length` (i64) bytes. Unless `overlap`, the two must not overlap (being the same is fine). */
  | {
      readonly op: 'copy';
      readonly target: Value;
      readonly source: Value;
      readonly length: Value;
      readonly align: number;
      readonly overlap: boolean;
    }
  | {
      readonly op: 'fill';
      readonly target: Value;
      readonly byte: Value;
      readonly length: Value;
      readonly align: number;
    }
  /**
   * `structResult` is where a struct result goes; the call then has no results. A pointer argument may be a `ptr` or a
   * `ref`. The signature of a variadic call names all its arguments, a float among the further ones as a double.
   */
  | {
      readonly op: 'call';
      readonly callee: Callee;
      readonly args: readonly Value[];
      readonly structResult: Value | undefined;
      readonly results: readonly Value[];
    }
  /** Keeps a reference alive, for the collector, until the same root is set again or the function is left. */
  | { readonly op: 'root'; readonly index: number; readonly value: Value }
  /** Takes away the innermost handler, the one that the `enterTry` with this record pushed. */
  | { readonly op: 'leaveTry'; readonly handler: Value };

/** Where to go, and the values of the parameters of the block there. */
export interface Target {
  readonly block: Block;
  readonly args: readonly Value[];
}

export type Terminator =
  | { readonly op: 'jump'; readonly target: Target }
  | {
      readonly op: 'branch';
      readonly condition: Value;
      readonly taken: Target;
      readonly otherwise: Target;
      readonly likely: boolean | undefined;
    }
  | {
      readonly op: 'switch';
      readonly value: Value;
      readonly cases: readonly { readonly bits: bigint; readonly target: Target }[];
      readonly otherwise: Target;
    }
  | { readonly op: 'return'; readonly values: readonly Value[] }
  /**
   * Pushes a handler whose record is at `handler` (a slot of HANDLER_SIZE bytes, see thread-state.ts), goes on at
   * `body`, and goes on at `caught` when something throws while the handler is the innermost. The handler is then
   * already taken away, and the exception is in the thread state. In `caught` only values from before the try, and
   * memory written with `volatile`, are what they were.
   */
  | { readonly op: 'enterTry'; readonly handler: Value; readonly body: Target; readonly caught: Target }
  /** Goes to the innermost handler, with `value` as exception, or with the one that is already in the thread state. */
  | { readonly op: 'throw'; readonly value: Value | undefined }
  | { readonly op: 'unreachable' };

export interface Block {
  readonly label: string;
  readonly parameters: Value[];
  readonly operations: Operation[];
  terminator: Terminator | undefined;
}

/** What may be assumed of an address that is passed in. */
export interface ParameterFacts {
  readonly nonnull?: boolean;
  /** Nothing else that the function reads or writes reaches this memory. */
  readonly noalias?: boolean;
  readonly readonly?: boolean;
  /** Bytes that are there for certain. */
  readonly dereferenceable?: number;
}

export interface FunctionDefinition {
  readonly name: string;
  readonly parameters: readonly Value[];
  /** None: nothing is returned. Several travel in registers as far as the target has them. */
  readonly results: readonly MachineType[];
  /** The first one is where execution starts; it has no parameters and nothing jumps to it. */
  readonly blocks: Block[];
  /** Visible to other objects, or only within this program. */
  readonly exported: boolean;
  readonly inline: 'always' | 'never' | 'undecided';
  readonly facts: ReadonlyMap<number, ParameterFacts>;
  /** Number of roots that `root` operations may name, 0 for a function that keeps none. */
  roots: number;
}

/** A symbol that the program refers to and does not define. */
export interface SymbolDeclaration {
  readonly name: string;
  readonly kind: 'function' | 'data';
  /** `none`: depends on its arguments only; `reads`: on memory as well; `any`: may do anything. Functions only. */
  readonly effects: 'none' | 'reads' | 'any';
  /** How another process finds or rebuilds what the symbol stands for. */
  readonly recipe: SymbolRecipe;
}

/** Bytes that travel with the code. A hole of 8 bytes is filled with the address of a symbol when it is loaded. */
export interface DataDefinition {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly align: number;
  readonly writable: boolean;
  readonly exported: boolean;
  /** Multiples of 8. */
  readonly holes: readonly { readonly offset: number; readonly symbol: string }[];
}

/** As a rule the values of equal recipes are one object. */
function isSameRecipe(a: SymbolRecipe, b: SymbolRecipe): boolean {
  if (a.kind === 'value' && b.kind === 'value' && a.value === b.value) return true;
  return a.kind === b.kind && JSON.stringify(a) === JSON.stringify(b);
}

export class Program {
  /** Appears in listings; not unique. */
  readonly name: string;
  readonly functions: Map<string, FunctionDefinition> = new Map();
  readonly symbols: Map<string, SymbolDeclaration> = new Map();
  readonly data: Map<string, DataDefinition> = new Map();

  constructor(name: string) {
    this.name = name;
  }

  /**
   * Declares an external symbol, once for each meaning.
   *
   * @param name what people shall read
   * @returns the name it has: another one if that is taken by something else
   */
  declare(
    name: string,
    kind: SymbolDeclaration['kind'],
    recipe: SymbolRecipe,
    effects: SymbolDeclaration['effects'] = 'any',
  ): string {
    for (let n = 1; ; n++) {
      const tried = n === 1 ? name : `${name} (${n})`;
      const known = this.symbols.get(tried);
      if (known === undefined) {
        this.symbols.set(tried, { name: tried, kind, effects, recipe });
        return tried;
      }
      if (known.kind === kind && isSameRecipe(known.recipe, recipe)) return tried;
    }
  }

  defineData(definition: DataDefinition): string {
    if (this.data.has(definition.name)) throw new Error(`the data ${definition.name} is defined twice`);
    this.data.set(definition.name, definition);
    return definition.name;
  }
}

/** The values that an operation defines. */
export function resultsOf(operation: Operation): readonly Value[] {
  switch (operation.op) {
    case 'checked':
      return [operation.result, operation.overflow];
    case 'compareExchange':
      return [operation.result, operation.success];
    case 'call':
      return operation.results;
    case 'store':
    case 'fence':
    case 'copy':
    case 'fill':
    case 'root':
    case 'leaveTry':
      return [];
    default:
      return [operation.result];
  }
}

/** The values that an operation reads. */
export function operandsOf(operation: Operation): readonly Value[] {
  switch (operation.op) {
    case 'constant':
    case 'slot':
    case 'symbol':
    case 'threadState':
    case 'stackAddress':
    case 'fence':
      return [];
    case 'fma':
      return [operation.a, operation.b, operation.c];
    case 'convert':
      return [operation.operand];
    case 'select':
      return [operation.condition, operation.left, operation.right];
    case 'address':
      return operation.index === undefined ? [operation.base] : [operation.base, operation.index];
    case 'load':
      return [operation.address];
    case 'store':
    case 'update':
      return [operation.address, operation.value];
    case 'compareExchange':
      return [operation.address, operation.expected, operation.value];
    case 'copy':
      return [operation.target, operation.source, operation.length];
    case 'fill':
      return [operation.target, operation.byte, operation.length];
    case 'call': {
      const callee = operation.callee.kind === 'address' ? [operation.callee.address] : [];
      const result = operation.structResult === undefined ? [] : [operation.structResult];
      return [...callee, ...operation.args, ...result];
    }
    case 'root':
      return [operation.value];
    case 'leaveTry':
      return [operation.handler];
    default:
      return 'operand' in operation ? [operation.operand] : [operation.left, operation.right];
  }
}

/** Where control may go from a terminator, in a fixed order. */
export function targetsOf(terminator: Terminator): readonly Target[] {
  switch (terminator.op) {
    case 'jump':
      return [terminator.target];
    case 'branch':
      return [terminator.taken, terminator.otherwise];
    case 'switch':
      return [...terminator.cases.map((each) => each.target), terminator.otherwise];
    case 'enterTry':
      return [terminator.body, terminator.caught];
    case 'return':
    case 'throw':
    case 'unreachable':
      return [];
  }
}

/** The values that a terminator reads, those it passes to blocks included. */
export function operandsOfTerminator(terminator: Terminator): readonly Value[] {
  const passed = targetsOf(terminator).flatMap((target) => target.args);
  switch (terminator.op) {
    case 'branch':
      return [terminator.condition, ...passed];
    case 'switch':
      return [terminator.value, ...passed];
    case 'return':
      return terminator.values;
    case 'enterTry':
      return [terminator.handler, ...passed];
    case 'throw':
      return terminator.value === undefined ? [] : [terminator.value];
    case 'jump':
    case 'unreachable':
      return passed;
  }
}

/** The blocks that can be reached, each after at least one of the blocks it can be reached from: dominators come first. */
export function blocksInOrder(definition: FunctionDefinition): Block[] {
  const start = definition.blocks[0];
  if (start === undefined) return [];
  const seen = new Set<Block>([start]);
  const finished: Block[] = [];
  const path: { block: Block; targets: readonly Target[]; next: number }[] = [];
  const enter = (block: Block) =>
    path.push({ block, targets: block.terminator === undefined ? [] : targetsOf(block.terminator), next: 0 });
  enter(start);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const target = top.targets[top.next++];
    if (target === undefined) {
      finished.push(top.block);
      path.pop();
    } else if (!seen.has(target.block)) {
      seen.add(target.block);
      enter(target.block);
    }
  }
  return finished.reverse();
}
