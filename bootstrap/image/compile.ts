// Compiling what a program has used: from the method instances that calls have reached to one object.
//
// The instances of the program's own modules are compiled, and what their code calls; what only the library called for
// itself comes along only where compiled code needs it. The list is sorted by name, so that the same program gives the same
// object.

import { compileObject } from '../../codegen/compile-object.ts';
import { MethodCompiler, nameOf, type Refused } from '../../codegen/emit/functions.ts';
import { svecToArray } from '../../codegen/inference/heapdata.ts';
import type { Specialisation } from '../../codegen/inference/matches.ts';
import type { CompileOptions } from '../../codegen/llvm/compile.ts';
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
import { isMethodAlive } from '../../interpreter/runtime/methods.ts';
import { moduleParent } from '../../interpreter/runtime/modules.ts';
import { isDispatchTuple } from '../../interpreter/types/index.ts';
import { reachedInstances } from '../../interpreter/vm/calls.ts';

export interface CompiledProgram {
  readonly compiler: MethodCompiler;
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

/** Infers and emits the methods that the program has used, in one program of operations. */
export function compileUsed(name: string, includeLibrary = false): CompiledProgram {
  const wanted: { name: string; of: Specialisation }[] = [];
  for (const instance of reachedInstances()) {
    const of = specialisationOf(instance);
    if (of === null) continue;
    if (!includeLibrary && isLibrary(readRef(of.method, objects.Method.module))) continue;
    wanted.push({ name: nameOf(of), of });
  }
  wanted.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const compiler = new MethodCompiler(name);
  for (const { of } of wanted) compiler.add(of);
  compiler.finish();
  return { compiler, refused: compiler.refused };
}

/** Writes a compiled program as an object. */
export function writeObject({ compiler }: CompiledProgram, options: CompileOptions = {}): Uint8Array {
  return compileObject(compiler.program, compiler.records, options);
}
