// Compiling what a program has used: from the method instances that calls have reached to one object.
//
// The instances of the program's own modules are compiled, and what their code calls; what only the library called for
// itself comes along only where compiled code needs it. The list is sorted by name, so that the same program gives the same
// object.

import { compileObject } from '../../codegen/compile-object.ts';
import { MethodCompiler, type Refused } from '../../codegen/emit/functions.ts';
import { keyOfMethod, nameOf } from '../../codegen/emit/identity.ts';
import { svecToArray } from '../../codegen/inference/heapdata.ts';
import type { Specialisation } from '../../codegen/inference/matches.ts';
import type { CompileOptions } from '../../codegen/llvm/compile.ts';
import type { MethodRecord } from '../../codegen/object/metadata.ts';
import type { Json } from '../../codegen/object/recipe.ts';
import {
  type DataTypeRef,
  type MethodInstanceRef,
  type MethodRef,
  type Ref,
  readRef,
  typeOf,
} from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import { BaseModule, CoreModule, datatype } from '../../interpreter/memory/wellknown.ts';
import { currentWorld } from '../../interpreter/runtime/bindings.ts';
import { isMethodAlive, onMethodChange } from '../../interpreter/runtime/methods.ts';
import { moduleParent } from '../../interpreter/runtime/modules.ts';
import { isDispatchTuple, param, paramCount } from '../../interpreter/types/index.ts';
import { reachedInstances } from '../../interpreter/vm/calls.ts';
import { libraryIdentity } from './snapshot-store.ts';

export interface CompiledProgram {
  readonly compiler: MethodCompiler;
  readonly records: readonly MethodRecord[];
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
}

/** The methods of the program, as keys. */
const programMethods = (): string[] =>
  defined
    .filter((method) => isMethodAlive(method))
    .map(keyOfMethod)
    .sort();

/** Many methods depend on the same things: the records hold numbers of a table, which the first record has. */
function shareDependencies(records: readonly MethodRecord[]): { records: MethodRecord[]; table: Json[] } {
  const numbers = new Map<string, number>();
  const table: Json[] = [];
  const shared = records.map((record) => ({
    ...record,
    dependencies: record.dependencies.map((dependency) => {
      const key = JSON.stringify(dependency);
      let number = numbers.get(key);
      if (number === undefined) {
        number = table.push(dependency) - 1;
        numbers.set(key, number);
      }
      return number;
    }),
  }));
  return { records: shared, table };
}

const parametersOf = (types: DataTypeRef): Ref[] =>
  Array.from({ length: paramCount(types) }, (_, i) => param(types, i));

interface Wanted {
  readonly name: string;
  readonly of: Specialisation;
}

/**
 * Compiles what is wanted, and of the library's methods those that compiled code may call without knowing which method it will be:
 * then the call stays in native code.
 */
function compileAll(compiler: MethodCompiler, wanted: readonly Wanted[], library: readonly Wanted[]): void {
  const byName = (a: Wanted, b: Wanted): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  for (const { of } of [...wanted].sort(byName)) compiler.add(of);
  compiler.finish();
  let left = [...library].sort(byName);
  for (let found = true; found; ) {
    const isCalled = ({ of }: Wanted): boolean => compiler.calls.mayMean(parametersOf(of.types));
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
  for (const instance of reachedInstances()) {
    const of = specialisationOf(instance);
    if (of === null) continue;
    const isOwn = includeLibrary || !isLibrary(readRef(of.method, objects.Method.module));
    (isOwn ? wanted : library).push({ name: nameOf(of), of });
  }
  const compiler = new MethodCompiler(name, Number.isFinite(firstWorld) ? firstWorld : 0);
  compileAll(compiler, wanted, library);
  compiler.close();
  const [first, ...others] = compiler.records;
  if (first === undefined) return { compiler, records: [], refused: compiler.refused };
  const program = { methods: programMethods(), calls: compiler.resolvedCalls() };
  const { records, table } = shareDependencies([first, ...others]);
  const facts = { ...program, dependencies: table, library: libraryIdentity() };
  const withProgram = { ...records[0], dependencies: [...records[0].dependencies, { program: facts }] };
  return { compiler, records: [withProgram, ...records.slice(1)], refused: compiler.refused };
}

/** Writes a compiled program as an object. */
export function writeObject({ compiler, records }: CompiledProgram, options: CompileOptions = {}): Uint8Array {
  return compileObject(compiler.program, records, options);
}
