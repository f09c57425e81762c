// @cfunction: functions that C can call.
//
// Of a function that is known, with arguments and a result that travel in registers, the pointer is that of native code: a
// function with C's signature that calls the compiled method. No interpreter and no bridge to JavaScript lies between. Its
// frame is entered by C, which must not be jumped over: it has a handler of its own, leaves what was thrown to be thrown when
// C has returned, and gives C zero meanwhile. Pointers live as long as the process, compiled code may be taken back before:
// the object has a word that says so, and the call then goes through the runtime.
//
// Everything else (closures, structs, references) the runtime makes, as the interpreter does.

import { cInt64, cPointer, cVoid } from '../../ffi/ctype.ts';
import type { Ref } from '../../interpreter/memory/layout.ts';
import { datatype, nothing, PtrNothingType } from '../../interpreter/memory/wellknown.ts';
import { currentWorld } from '../../interpreter/runtime/bindings.ts';
import { svecOf } from '../../interpreter/runtime/values.ts';
import { canonicalText, isConcrete, isDataType, isPrimitiveType } from '../../interpreter/types/index.ts';
import { ofConst, widen } from '../inference/lattice.ts';
import { findMatches, hasAllParameters } from '../inference/matches.ts';
import type { Compilation, CompiledFunction } from './bodies.ts';
import { FunctionBuilder } from './builder.ts';
import { isInstance, throwTypeError } from './builtins.ts';
import { callDynamic } from './dispatch.ts';
import type { MachineType, Program } from './operations.ts';
import { shapeOf, typeOfShape } from './shapes.ts';
import { OFFSET_PENDING } from './thread-state.ts';
import { constant, type Emitted, ValueWriter } from './values.ts';

export interface CallbackType {
  /** `Ptr{Cvoid}`, or the type of the object that is to hold the pointer. */
  readonly type: Ref;
  readonly result: Ref;
  readonly args: readonly Ref[];
}

/** Writes the expression `cfunction`. */
export function emitCFunction(w: ValueWriter, compilation: Compilation, f: Emitted, as: CallbackType): Emitted {
  const { build } = w;
  const isPointer = as.type === PtrNothingType;
  if (isPointer && f.kind === 'const') {
    const name = nativeCallback(w, compilation, f.value, as);
    if (name !== undefined) {
      return { kind: 'bits', type: PtrNothingType, value: build.bitcast(build.symbol(name), 'i64') };
    }
  }
  const list = w.listOf([constant(as.type), f, constant(as.result), constant(svecOf([...as.args]))]);
  const made = build.callRuntime(w.runtime('cfunction'), { result: cPointer, args: [cPointer, cInt64] }, [
    list,
    build.integer('i64', 4),
  ]);
  if (made === undefined) throw new Error('a function pointer is a result');
  if (isPointer) return { kind: 'bits', type: PtrNothingType, value: build.bitcast(made, 'i64') };
  return { kind: 'reference', type: as.type, value: build.bitcast(made, 'ref') };
}

/** The machine type of a value of a primitive type that fits a register. */
function machineOf(type: Ref): MachineType | undefined {
  if (!isDataType(type) || !isConcrete(type) || !isPrimitiveType(type)) return undefined;
  const shape = shapeOf(type);
  if (shape.kind !== 'bits' || shape.machine === 'i128' || type === datatype('Float16')) return undefined;
  return shape.machine;
}

/** The symbol of native code that C can call, defined on first use; undefined: the runtime has to make the pointer. */
function nativeCallback(w: ValueWriter, compilation: Compilation, f: Ref, as: CallbackType): string | undefined {
  const machines: MachineType[] = [];
  for (const type of as.args) {
    const machine = machineOf(type);
    if (machine === undefined) return undefined;
    machines.push(machine);
  }
  const isVoid = as.result === datatype('Nothing');
  const result = machineOf(as.result);
  if (!isVoid && result === undefined) return undefined;
  const matches = findMatches([widen(ofConst(f)), ...as.args], currentWorld());
  const [target] = matches?.found ?? [];
  if (target === undefined || matches?.found.length !== 1 || !matches.covers || !hasAllParameters(target))
    return undefined;
  const compiled = compilation.functionFor(target);
  if (compiled === null) return undefined;
  if (!isVoid && !compiled.isEndless && typeOfShape(compiled.result) !== as.result) return undefined;
  const name = `${compiled.name} from C as ${canonicalText(as.result)}`;
  if (compiled.callbacks.has(name)) return name;
  try {
    define(w, name, f, compiled, as, machines, result);
  } catch (error) {
    w.program.functions.delete(name);
    throw error;
  }
  compiled.callbacks.add(name);
  return name;
}

function define(
  outer: ValueWriter,
  name: string,
  f: Ref,
  compiled: CompiledFunction,
  as: CallbackType,
  machines: readonly MachineType[],
  result: MachineType | undefined,
): void {
  const build = new FunctionBuilder(outer.program, name, machines, result === undefined ? [] : [result], {
    exported: true,
  });
  const w = new ValueWriter(build, outer.origins, outer.calls);
  const args = as.args.map((type, i): Emitted => {
    if (!isDataType(type)) throw new Error('an argument of C is of a concrete type');
    return { kind: 'bits', type, value: build.parameters[i] };
  });
  const giveZero = (): void => build.return(...(result === undefined ? [] : [build.constant(result, 0n)]));
  const giveBits = (value: Emitted): void => build.return(...(result === undefined ? [] : [w.bits(value)]));
  const threw = build.block('threw');
  const ready = build.block('ready');
  const pending = build.load('i64', build.threadState(), OFFSET_PENDING);
  build.branch(build.compare('ne', pending, build.integer('i64', 0)), threw, ready, false);
  build.at(threw);
  giveZero();
  build.at(ready);
  const handler = build.handlerSlot();
  const body = build.block('body');
  const caught = build.block('caught');
  build.enterTry(handler, body, caught);
  build.at(caught);
  build.callC(w.runtime('callback_threw'), { result: cVoid, args: [] }, []);
  giveZero();
  build.at(body);
  const native = build.block('native');
  const interpreted = build.block('interpreted');
  const dropped = build.load('i64', build.symbol(defineDropped(outer.program)), 0, {});
  build.branch(build.compare('eq', dropped, build.integer('i64', 0)), native, interpreted, true);

  build.at(native);
  const leaves = args.flatMap((arg, i) =>
    w.flatten(w.coerce(arg, compiled.parameters[i + 1]), compiled.parameters[i + 1]),
  );
  const values = build.callLocal(compiled.name, [...w.flatten(constant(f), compiled.parameters[0]), ...leaves]);
  if (compiled.isEndless) w.notReached();
  else {
    build.leaveTry(handler);
    giveBits(w.unflatten(values, compiled.result));
  }

  build.at(interpreted);
  const object: Emitted = { kind: 'reference', type: datatype('Any'), value: callDynamic(w, [constant(f), ...args]) };
  if (result !== undefined) checkResult(w, object, as.result);
  build.leaveTry(handler);
  giveBits(result === undefined ? constant(nothing) : w.narrow(object, as.result));
}

function checkResult(w: ValueWriter, value: Emitted, type: Ref): void {
  const { build } = w;
  const good = build.block('good');
  const bad = build.block('bad');
  build.branch(isInstance(w, value, type), good, bad, true);
  build.at(bad);
  throwTypeError(w, 'cfunction', type, value);
  build.at(good);
}

/** The word that says whether the object's code has been taken back. */
export const DROPPED = 'jl0:dropped';

function defineDropped(program: Program): string {
  if (program.data.has(DROPPED)) return DROPPED;
  return program.defineData({
    name: DROPPED,
    bytes: new Uint8Array(8),
    align: 8,
    writable: true,
    exported: true,
    holes: [],
  });
}
