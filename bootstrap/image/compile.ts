// Compiling what a program has used: from the method instances that calls have reached to one object.
//
// The instances of the program's own modules are compiled, and what their code calls; what only the library called for
// itself comes along only where compiled code needs it and the program spent time on it: the stack is looked at every few
// hundred calls. The list is sorted by name, so that the same program gives the same object.

import { compileObject } from '../../codegen/compile-object.ts';
import { MethodCompiler, type Refused } from '../../codegen/emit/functions.ts';
import { keyOfMethod, nameOf } from '../../codegen/emit/identity.ts';
import { svecToArray } from '../../codegen/inference/heapdata.ts';
import type { Specialisation } from '../../codegen/inference/matches.ts';
import type { CompileOptions } from '../../codegen/llvm/compile.ts';
import type { EmittedRecord } from '../../codegen/object/metadata.ts';
import {
  type DataTypeRef,
  type MethodInstanceRef,
  type MethodRef,
  type Ref,
  readRef,
  typeOf,
} from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import { mappedContent, SnapshotContent } from '../../interpreter/memory/snapshot.ts';
import { BaseModule, CoreModule, datatype } from '../../interpreter/memory/wellknown.ts';
import { currentWorld } from '../../interpreter/runtime/bindings.ts';
import { isMethodAlive, onMethodChange } from '../../interpreter/runtime/methods.ts';
import { moduleParent } from '../../interpreter/runtime/modules.ts';
import { isDispatchTuple, param, paramCount } from '../../interpreter/types/index.ts';
import { reachedInstances } from '../../interpreter/vm/calls.ts';
import { frameBelow, frameInstance, machine } from '../../interpreter/vm/frames.ts';
import { setSampler } from '../../interpreter/vm/run.ts';
import { libraryIdentity } from './snapshot-store.ts';

export interface CompiledProgram {
  readonly compiler: MethodCompiler;
  readonly records: readonly EmittedRecord[];
  readonly refused: readonly Refused[];
}

/** Is a module part of the library? */
function isLibrary(module: Ref): boolean {
  for (let each = module as Parameters<typeof moduleParent>[0]; ; each = moduleParent(each)) {
    if (each === BaseModule || each === CoreModule) return true;
    if (moduleParent(each) === each) return false;
  }
}

/** The specialisation that an instance is of; null for what cannot be compiled by itself. */
function specialisationOf(instance: MethodInstanceRef): Specialisation | null {
  const method = readRef<MethodRef>(instance, objects.MethodInstance.def);
  if (typeOf(method) !== datatype('Method') || !isMethodAlive(method)) return null;
  const types = readRef<DataTypeRef>(instance, objects.MethodInstance.specTypes);
  if (!isDispatchTuple(types)) return null;
  return { method, types, sparams: svecToArray(readRef(instance, objects.MethodInstance.sparam_vals)) };
}

let firstWorld = Number.POSITIVE_INFINITY;
const defined: MethodRef[] = [];

/** Notes the methods that are defined from now on: they are the program's own. To be called before the program runs. */
export function watchDefinitions(): void {
  if (firstWorld !== Number.POSITIVE_INFINITY) return;
  firstWorld = currentWorld();
  onMethodChange((method) => {
    defined.push(method);
  });
  setSampler(sampleStack, SAMPLED_STEPS);
}

/** Calls and backward jumps between two looks at the stack. */
const SAMPLED_STEPS = 200;
/** How often the stack was looked at, and the instances that were found on it. */
let samples = 0;
const sampled = new Set<Ref>();

function sampleStack(): void {
  samples++;
  for (let fp = machine.fp; fp !== 0; fp = frameBelow(fp)) sampled.add(frameInstance(fp));
}

/** So many samples tell where a program spends its time. */
const ENOUGH_SAMPLES = 100;

/** Has a program that ran for long enough to tell spent a noticeable part of its time in an instance? */
const isBusy = (instance: MethodInstanceRef): boolean => samples < ENOUGH_SAMPLES || sampled.has(instance);

/** The methods of the program, as keys. */
const programMethods = (): string[] =>
  defined
    .filter((method) => isMethodAlive(method))
    .map(keyOfMethod)
    .sort();

const parametersOf = (types: DataTypeRef): Ref[] =>
  Array.from({ length: paramCount(types) }, (_, i) => param(types, i));

interface Wanted {
  readonly name: string;
  readonly of: Specialisation;
  /** Whether one of these methods has called it. */
  readonly isCalledBy: (methods: ReadonlySet<Ref>) => boolean;
}

/**
 * Compiles what is wanted, and of the library's methods those that compiled code has called, and may call without knowing
 * which method it will be: then the call stays in native code.
 */
function compileAll(compiler: MethodCompiler, wanted: readonly Wanted[], library: readonly Wanted[]): void {
  const byName = (a: Wanted, b: Wanted): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  for (const { of } of [...wanted].sort(byName)) compiler.add(of);
  compiler.finish();
  let left = [...library].sort(byName);
  for (let found = true; found; ) {
    const isCalled = ({ of, isCalledBy }: Wanted): boolean =>
      isCalledBy(compiler.methods) && compiler.calls.mayMean(parametersOf(of.types));
    const next = left.filter(isCalled);
    left = left.filter((each) => !isCalled(each));
    for (const { of } of next) compiler.add(of, false);
    compiler.finish();
    found = next.length > 0;
  }
}

/** Infers and emits the methods that the program has used, in one program of operations. */
export function compileUsed(name: string, includeLibrary = false): CompiledProgram {
  const wanted: Wanted[] = [];
  const library: Wanted[] = [];
  const called = new Set<MethodRef>();
  /** The types of what the interpreter runs without a frame: entering native code takes longer. */
  const frameless = new Set<DataTypeRef>();
  for (const [instance, { callers, isCalledElsewhere, hasFrame }] of reachedInstances()) {
    called.add(readRef<MethodRef>(instance, objects.MethodInstance.def));
    const of = specialisationOf(instance);
    if (of === null) continue;
    if (!hasFrame) frameless.add(of.types);
    const isOwn = includeLibrary || !isLibrary(readRef(of.method, objects.Method.module));
    const isCalledBy = (methods: ReadonlySet<Ref>): boolean =>
      isCalledElsewhere || [...callers].some((caller) => methods.has(caller));
    // What runs without a frame is never on the stack; it costs little to compile.
    if (!isOwn && hasFrame && !isBusy(instance)) continue;
    (isOwn ? wanted : library).push({ name: nameOf(of), of, isCalledBy });
  }
  const compiler = new MethodCompiler(
    name,
    Number.isFinite(firstWorld) ? firstWorld : 0,
    (method) => called.has(method),
    ({ types }) => !frameless.has(types),
  );
  compileAll(compiler, wanted, library);
  compiler.close();
  return { compiler, records: compiler.records, refused: compiler.refused };
}

/** Writes a compiled program as an object. */
export function writeObject({ compiler, records }: CompiledProgram, options: CompileOptions = {}): Uint8Array {
  return SnapshotContent.use((image) => {
    const origin = {
      library: libraryIdentity(),
      image: image === null ? null : mappedContent(),
      methods: programMethods(),
      calls: compiler.resolvedCalls(),
    };
    return compileObject(compiler.program, records, options, origin, compiler.shortcuts(image));
  });
}
