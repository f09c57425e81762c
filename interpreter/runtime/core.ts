// The birth of Core.
//
// In an empty heap: the types of the runtime's own structures, the modules Core and Main, the builtins as instances of
// their own types, the intrinsics as numbered values of Core.Intrinsics. What Julia code adds to Core (boot.jl) and all
// of Base come after, through the front end.
//
// After a snapshot is mapped the same objects are there already; only the JavaScript tables that lead from an object to
// its implementation are filled again (`reconnect`).
import { U32 } from '../../ffi/region.ts';
import { setBitsVectorMakers } from '../ir/heap.ts';
import { allocate, initializeHeap } from '../memory/heap.ts';
import {
  type ArrayRef,
  CHECK,
  type DataTypeRef,
  type Ref,
  readRef,
  readWide,
  writeRef,
  writeWide,
} from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { State, setStateRef, setStateWide } from '../memory/state.ts';
import {
  CoreModule,
  CPUAddressSpace,
  datatype,
  emptySvec,
  IntrinsicsModule,
  MainModule,
  nothing,
  wrapper,
} from '../memory/wellknown.ts';
import {
  applyType,
  coreTypeBindings,
  initializeTypes,
  installAccessCheck,
  newStructType,
  setTypeErrorHandlers,
} from '../types/index.ts';
import { builtins, redirects } from '../vm/builtin.ts';
import { registerBuiltin, registerIntrinsic } from '../vm/calls.ts';
import { prepareOutOfMemory, startSafepoints } from '../vm/incidents.ts';
import { getBinding, globalValue } from './bindings.ts';
import { JuliaException, throwArgumentError, throwError, throwTypeErrorIn } from './errors.ts';
import './intrinsics/index.ts';
import { newMemory } from './builtins/memory.ts';
import { intrinsicNames } from './intrinsics/names.ts';
import { defineConst, defineName, initializeModule } from './modules.ts';
import { symbol } from './symbols.ts';
import { arrayBits, boxInt64, string } from './values.ts';

import './builtins/index.ts';
import './capi/index.ts';
import './cglobals.ts';
import './generated.ts';
import './opaque.ts';
import '../vm/collection.ts';

/** Names of all builtins, sorted, so that their objects are made in the same order in every process. */
const builtinNames = (): string[] => [...new Set([...builtins.keys(), ...redirects.keys()])].sort();

/** Builds Core in an empty heap. */
export function bootCore(): void {
  initializeHeap();
  connectErrors();
  setStateWide(State.world, 1);
  initializeTypes();
  initializeModule(CoreModule, symbol('Core'), MainModule);
  initializeModule(MainModule, symbol('Main'), MainModule);
  initializeModule(IntrinsicsModule, symbol('Intrinsics'), CoreModule);
  writeRef(CoreModule, objects.Module.parent, CoreModule);
  for (const [name, value] of coreTypeBindings()) defineName(CoreModule, name, value, false);
  defineName(CoreModule, 'Core', CoreModule);
  defineName(CoreModule, 'Main', MainModule);
  defineName(MainModule, 'Main', MainModule);
  defineName(MainModule, 'Core', CoreModule);
  defineName(CoreModule, 'Intrinsics', IntrinsicsModule, false);
  defineName(CoreModule, 'nothing', nothing);
  for (const name of builtinNames()) makeBuiltin(name);
  defineConst(getBinding(CoreModule, symbol('_call_latest')), globalValue(CoreModule, symbol('invokelatest')));
  intrinsicNames.forEach(makeIntrinsic);
  makeMethodTable();
  makeRootTask();
  if (CHECK) installAccessCheck();
  connectVectors();
}

function makeBuiltin(name: string): void {
  const type = newStructType(
    symbol(`#${name}`),
    CoreModule,
    datatype('Builtin'),
    emptySvec,
    emptySvec,
    emptySvec,
    false,
    0,
  );
  writeRef(readRef(type, objects.DataType.name), objects.TypeName.singletonname, symbol(name));
  let instance = readRef(type, objects.DataType.instance);
  if (instance === 0) {
    instance = allocate(type, 8);
    writeRef(type, objects.DataType.instance, instance);
  }
  defineName(CoreModule, name, instance, false);
  registerBuiltin(instance, name);
}

function makeIntrinsic(name: string, number: number): void {
  const object = allocate(datatype('IntrinsicFunction'), 8);
  U32[object << 1] = number;
  defineName(IntrinsicsModule, name, object);
  registerIntrinsic(object, name);
}

function makeMethodTable(): void {
  const table = allocate(datatype('MethodTable'), objects.MethodTable.$size);
  writeRef(table, objects.MethodTable.name, symbol('methodtable'));
  writeRef(table, objects.MethodTable.module, CoreModule);
  setStateRef(State.methodtable, table);
  defineName(CoreModule, 'methodtable', table, false);
}

function makeRootTask(): void {
  const task = allocate(datatype('Task'), objects.Task.$size);
  writeRef(task, objects.Task.next, nothing);
  writeRef(task, objects.Task.queue, nothing);
  writeRef(task, objects.Task.storage, nothing);
  writeRef(task, objects.Task.donenotify, nothing);
  writeRef(task, objects.Task.result, nothing);
  writeRef(task, objects.Task.scope, nothing);
  writeRef(task, objects.Task.start, nothing);
  setStateRef(State.current_task, task);
  setStateRef(State.root_task, task);
}

/** Type errors of the type system become Julia exceptions. */
function connectErrors(): void {
  setTypeErrorHandlers({
    typeError: (func, context, expected, got) =>
      throwTypeErrorIn(func, context === '' ? string('') : symbol(context), expected, got),
    error: (message) => throwError(message),
    argumentError: (message) => throwArgumentError(message),
    isRaised: (thrown) => thrown instanceof JuliaException,
  });
}

/** Vectors of bits for CodeInfo: slotflags, ssaflags. */
function connectVectors(): void {
  const makerFor = (element: 'UInt8' | 'UInt32' | 'Int32', bytes: 1 | 4) => {
    let array: DataTypeRef | undefined;
    let memory: DataTypeRef | undefined;
    return (values: readonly number[]): Ref => {
      memory ??= applyType(typeWrapper('GenericMemory'), [
        symbol('not_atomic'),
        datatype(element),
        cpu(),
      ]) as DataTypeRef;
      array ??= applyType(typeWrapper('Array'), [datatype(element), one()]) as DataTypeRef;
      const storage = newMemory(memory, values.length);
      const object = allocate(array, objects.JuliaArray.$size) as ArrayRef;
      writeWide(object, objects.JuliaArray.ptr_or_offset, readWide(storage, objects.GenericMemory.ptr));
      writeRef(object, objects.JuliaArray.mem, storage);
      writeWide(object, objects.JuliaArray.length, values.length);
      if (bytes === 1) arrayBits(object, 1).set(values);
      else arrayBits(object, 4).set(values);
      return object;
    };
  };
  setBitsVectorMakers(makerFor('UInt8', 1), makerFor('UInt32', 4), makerFor('Int32', 4));
}

const typeWrapper = (name: 'GenericMemory' | 'Array'): Ref => wrapper(name);
const cpu = (): Ref => CPUAddressSpace;
const one = (): Ref => boxInt64(1);

/** Fills the JavaScript tables from a heap that a snapshot brought back. */
export function reconnect(): void {
  connectErrors();
  if (CHECK) installAccessCheck();
  for (const name of builtinNames()) registerBuiltin(globalValue(CoreModule, symbol(name)), name);
  for (const name of intrinsicNames) registerIntrinsic(globalValue(IntrinsicsModule, symbol(name)), name);
  connectVectors();
  prepareOutOfMemory();
  startSafepoints();
}
