// Running hand-written operations for real, in this process: compile, load, enter.

import { entryAt } from '../../bootstrap/loader/enter.ts';
import { type LoadedObject, loadObject } from '../../bootstrap/loader/load.ts';
import { type Resolver, resolveC } from '../../bootstrap/loader/symbols.ts';
import { compileObject } from '../../codegen/compile-object.ts';
import { FunctionBuilder } from '../../codegen/emit/builder.ts';
import { defineEntry } from '../../codegen/emit/entry.ts';
import { bitsOf, type MachineType, Program, type Value } from '../../codegen/emit/operations.ts';
import { OFFSET_EXCEPTION, THREAD_STATE_SIZE } from '../../codegen/emit/thread-state.ts';
import { llvmBindings } from '../../codegen/llvm/bindings.ts';
import type { CompileOptions } from '../../codegen/llvm/compile.ts';
import { llvmLibrary } from '../../codegen/llvm/library.ts';
import type { EmittedRecord } from '../../codegen/object/metadata.ts';
import { type Address, calloc, offsetBy, readU64, writeU64 } from '../../ffi/address.ts';

/** Whether this machine can compile; tests that need it are skipped otherwise. */
export const hasLLVM: boolean = (() => {
  try {
    llvmBindings();
    llvmLibrary();
    return true;
  } catch (error) {
    console.log(`skipped: no LLVM on this machine (${error instanceof Error ? error.message : error})`);
    return false;
  }
})();

/** Writes a function and its generic entry. */
export function define(
  program: Program,
  name: string,
  parameters: readonly MachineType[],
  results: readonly MachineType[],
  body: (build: FunctionBuilder, ...parameters: readonly Value[]) => void,
): EmittedRecord {
  const build = new FunctionBuilder(program, name, parameters, results, { exported: true });
  body(build, ...build.parameters);
  defineEntry(program, { entry: `${name} entry`, specialised: name, resultInMemory: false });
  return record(name, parameters.length, results.length > 0);
}

export function record(name: string, parameters: number, hasResult: boolean): EmittedRecord {
  return {
    name,
    specialised: name,
    entry: `${name} entry`,
    boxed: '',
    parameters: Array.from({ length: parameters }, () => 'bits' as const),
    result: hasResult ? 'bits' : 'none',
    resultBytes: 0,
    hash: 0,
    world: 0,
    identity: name,
    types: null,
    returns: null,
    dependencies: [],
    libraryDependencies: [],
  };
}

export const threadState: Address = calloc(THREAD_STATE_SIZE);

/** Resolves what the samples need: the C library and a thread state of this process. */
export const resolver: Resolver = (recipe) => {
  if (recipe.kind === 'c') return resolveC(recipe);
  if (recipe.kind === 'threadState') return threadState;
  return 'the samples have no Julia';
};

export interface Outcome {
  readonly status: number;
  /** The result slot, as unsigned 64 bits. */
  readonly result: bigint;
  readonly exception: bigint;
}

/** Enters a method of a loaded object with the bits of its arguments. */
export function enter(object: LoadedObject, name: string, ...args: readonly bigint[]): Outcome {
  const method = object.methods.find((each) => each.record.name === name);
  if (method?.entry === undefined)
    throw new Error(`${name} is not loaded: ${object.refused.map((each) => each.reason).join('; ')}`);
  const slots = calloc(8 * (args.length + 1));
  args.forEach((arg, index) => {
    writeU64(offsetBy(slots, 8 * index), BigInt.asUintN(64, arg));
  });
  const result = offsetBy(slots, 8 * args.length);
  const status = entryAt(method.entry)(slots, result);
  return { status, result: readU64(result), exception: readU64(offsetBy(threadState, OFFSET_EXCEPTION)) };
}

/** Compiles and loads a program of one or more methods. */
export function build(
  define: (program: Program) => readonly EmittedRecord[],
  options: CompileOptions = {},
  using: Resolver = resolver,
): LoadedObject {
  const program = new Program('test');
  const methods = define(program);
  return loadObject(compileObject(program, methods, options), using);
}

/** What an expression of operations gives, for given arguments: both as they are and optimised. */
export function evaluate(
  parameters: readonly MachineType[],
  result: MachineType,
  expression: (build: FunctionBuilder, ...parameters: readonly Value[]) => Value,
): (...args: readonly bigint[]) => bigint {
  const objects = ([0, 2] as const).map((optimise) =>
    build(
      (program) => [define(program, 'f', parameters, [result], (b, ...values) => b.return(expression(b, ...values)))],
      {
        optimise,
      },
    ),
  );
  return (...args) => {
    const [plain, optimised] = objects.map((object) => enter(object, 'f', ...args).result);
    if (plain !== optimised) throw new Error(`optimised ${optimised}, otherwise ${plain}`);
    return BigInt.asUintN(bitsOf(result), plain);
  };
}

const view = new DataView(new ArrayBuffer(8));

export function bitsOfDouble(value: number): bigint {
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

export function doubleOfBits(bits: bigint): number {
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}
