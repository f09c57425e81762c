// Global bindings, with Julia 1.12's partitions.
//
// A Binding is the pair (module, name). What it means may change from world to world, so it holds a list of partitions,
// newest first; each says, from its first world on, what the name is: a constant, a typed or untyped global variable,
// an import of another binding, or nothing in particular. Where a module says nothing of a name, the name is looked for
// among the exports of the modules it uses; that search is repeated whenever a `using` or an export may have changed
// its outcome (`resolutionEpoch`), and cached in JavaScript between.
//
// Code caches what a binding means. `onBindingChange` tells them when to drop it.

import { allocate } from '../memory/heap.ts';
import {
  type BindingRef,
  type ModuleRef,
  NULL,
  type Ref,
  readRef,
  readU8,
  readU32,
  readWide,
  type SvecRef,
  type SymbolRef,
  type TypeRef,
  writeRef,
  writeU8,
  writeU32,
  writeWide,
} from '../memory/layout.ts';
import { Binding, BindingFlag, BindingPartition, GlobalRef, Module } from '../memory/objects.ts';
import { registerWeakMap } from '../memory/roots.ts';
import { State, setStateWide, stateWide } from '../memory/state.ts';
import { datatype } from '../memory/wellknown.ts';
import { symbolHash } from './symbols.ts';
import { svecGet, svecLength, svecSet, svecUninitialized } from './values.ts';

/** Partition kinds, numbered as in Julia 1.12 (`PARTITION_KIND_*`). */
export const PartitionKind = {
  CONST: 0,
  CONST_IMPORT: 1,
  GLOBAL: 2,
  IMPLICIT_GLOBAL: 3,
  IMPLICIT_CONST: 4,
  EXPLICIT: 5,
  IMPORTED: 6,
  FAILED: 7,
  DECLARED: 8,
  GUARD: 9,
  UNDEF_CONST: 10,
  BACKDATED_CONST: 11,
} as const;
export type PartitionKind = (typeof PartitionKind)[keyof typeof PartitionKind];

/** The largest world age, `typemax(UInt)` in Julia; a double cannot hold it, so "for ever" is this number here. */
export const WORLD_MAX = 2 ** 53;

export const currentWorld = (): number => stateWide(State.world);

/** Starts a new world and returns it. */
export function nextWorld(): number {
  const world = stateWide(State.world) + 1;
  setStateWide(State.world, world);
  return world;
}

let resolutionEpoch = 1;
const implicitCache = new Map<BindingRef, { epoch: number; target: BindingRef }>();
registerWeakMap(implicitCache);
const changeListeners: ((binding: BindingRef) => void)[] = [];

/** Registers a listener that is called with each binding whose meaning changes. */
export function onBindingChange(listener: (binding: BindingRef) => void): void {
  changeListeners.push(listener);
}

const resolutionListeners: (() => void)[] = [];
/** Registers a listener for changes of `using` and `export`, which can change what unresolved names mean. */
export function onResolutionChange(listener: () => void): void {
  resolutionListeners.push(listener);
}

/** A `using`, `export` or new definition may have changed what names of other modules resolve to. */
export function resolutionChanged(): void {
  resolutionEpoch++;
  for (const listener of resolutionListeners) listener();
}

/** Finds the Binding object of a name in a module; 0 if the module has none. */
export function findBinding(module: ModuleRef, name: SymbolRef): BindingRef {
  const table = readRef<SvecRef>(module, Module.bindings);
  if (table === 0) return 0 as BindingRef;
  const mask = svecLength(table) - 1;
  for (let i = symbolHash(name) & mask; ; i = (i + 1) & mask) {
    const binding = svecGet<BindingRef>(table, i);
    if (binding === 0) return binding;
    if (bindingName(binding) === name) return binding;
  }
}

/** The name of a binding. */
export const bindingName = (binding: BindingRef): SymbolRef =>
  readRef<SymbolRef>(readRef(binding, Binding.globalref), GlobalRef.name);
/** The module of a binding. */
export const bindingModule = (binding: BindingRef): ModuleRef =>
  readRef<ModuleRef>(readRef(binding, Binding.globalref), GlobalRef.mod);

/** The Binding object of a name in a module, made if there is none. */
export function getBinding(module: ModuleRef, name: SymbolRef): BindingRef {
  const found = findBinding(module, name);
  if (found !== 0) return found;
  let table = readRef<SvecRef>(module, Module.bindings);
  const count = readU32(module, Module.bindingcount) + 1;
  if (table === 0 || count * 4 > svecLength(table) * 3) table = growTable(module, table);
  const binding = allocate(datatype('Binding'), Binding.$size) as BindingRef;
  const globalref = allocate(datatype('GlobalRef'), GlobalRef.$size);
  writeRef(globalref, GlobalRef.mod, module);
  writeRef(globalref, GlobalRef.name, name);
  writeRef(globalref, GlobalRef.binding, binding);
  writeRef(binding, Binding.globalref, globalref);
  insertInto(table, binding, name);
  writeU32(module, Module.bindingcount, count);
  return binding;
}

function insertInto(table: SvecRef, binding: BindingRef, name: SymbolRef): void {
  const mask = svecLength(table) - 1;
  let i = symbolHash(name) & mask;
  while (svecGet(table, i) !== 0) i = (i + 1) & mask;
  svecSet(table, i, binding);
}

function growTable(module: ModuleRef, old: SvecRef): SvecRef {
  const table = svecUninitialized(old === 0 ? 16 : svecLength(old) * 2);
  for (let i = 0; old !== 0 && i < svecLength(old); i++) {
    const binding = svecGet<BindingRef>(old, i);
    if (binding !== 0) insertInto(table, binding, bindingName(binding));
  }
  writeRef(module, Module.bindings, table);
  return table;
}

/** All bindings of a module, in no particular order. */
export function moduleBindings(module: ModuleRef): BindingRef[] {
  const table = readRef<SvecRef>(module, Module.bindings);
  const result: BindingRef[] = [];
  for (let i = 0; table !== 0 && i < svecLength(table); i++) {
    const binding = svecGet<BindingRef>(table, i);
    if (binding !== 0) result.push(binding);
  }
  return result;
}

/** The partition of a binding that holds in `world`; 0 if the binding has none there. */
export function partitionAt(binding: BindingRef, world: number): Ref {
  let partition = readRef(binding, Binding.partitions);
  while (partition !== 0 && readWide(partition, BindingPartition.min_world) > world) {
    partition = readRef(partition, BindingPartition.next);
  }
  return partition;
}

export const partitionKind = (partition: Ref): PartitionKind =>
  (readWide(partition, BindingPartition.kind) & 0xf) as PartitionKind;

/** Gives a binding a new meaning from the next world on. The first meaning a binding gets is valid in that world too. */
export function replacePartition(binding: BindingRef, kind: PartitionKind, restriction: Ref): number {
  const world = nextWorld();
  const old = readRef(binding, Binding.partitions);
  const partition = allocate(datatype('BindingPartition'), BindingPartition.$size);
  writeRef(partition, BindingPartition.restriction, restriction);
  writeWide(partition, BindingPartition.min_world, world);
  writeWide(partition, BindingPartition.max_world, WORLD_MAX);
  writeRef(partition, BindingPartition.next, old);
  writeWide(partition, BindingPartition.kind, kind);
  if (old !== 0) writeWide(old, BindingPartition.max_world, world - 1);
  writeRef(binding, Binding.partitions, partition);
  implicitCache.delete(binding);
  for (const listener of changeListeners) listener(binding);
  if (readU8(binding, Binding.flags) & BindingFlag.exported) resolutionChanged();
  return world;
}

/** Lets a constant that was defined just now be seen from all worlds before; reading it there gives a warning. */
export function backdatePartitions(binding: BindingRef, value: Ref): void {
  const newest = readRef(binding, Binding.partitions);
  const partition = allocate(datatype('BindingPartition'), BindingPartition.$size);
  writeRef(partition, BindingPartition.restriction, value);
  writeWide(partition, BindingPartition.min_world, 0);
  writeWide(partition, BindingPartition.max_world, readWide(newest, BindingPartition.min_world) - 1);
  writeWide(partition, BindingPartition.kind, PartitionKind.BACKDATED_CONST);
  writeRef(newest, BindingPartition.next, partition);
}

/** What a name finally means: the binding that holds it after imports, and that binding's partition. */
export interface Resolution {
  readonly binding: BindingRef;
  /** 0 when the name is not defined anywhere. */
  readonly partition: Ref;
  readonly kind: PartitionKind;
}

/** Names with more than one possible meaning among the used modules resolve to this. */
const AMBIGUOUS = -1 as BindingRef;

/**
 * Follows imports and `using`s from a binding to the one that holds its value in `world`.
 */
export function resolveBinding(start: BindingRef, world: number): Resolution {
  let binding = start;
  for (let hops = 0; hops < 1000; hops++) {
    const partition = partitionAt(binding, world);
    const kind = partition === 0 ? PartitionKind.GUARD : partitionKind(partition);
    switch (kind) {
      case PartitionKind.EXPLICIT:
      case PartitionKind.IMPORTED:
      case PartitionKind.IMPLICIT_GLOBAL:
        binding = readRef<BindingRef>(partition, BindingPartition.restriction);
        continue;
      case PartitionKind.GUARD:
      case PartitionKind.DECLARED: {
        const target = kind === PartitionKind.GUARD ? implicitTarget(binding) : (0 as BindingRef);
        if (target === 0) return { binding, partition, kind };
        if (target === AMBIGUOUS) return { binding, partition, kind: PartitionKind.FAILED };
        binding = target;
        continue;
      }
      case PartitionKind.CONST:
      case PartitionKind.CONST_IMPORT:
      case PartitionKind.IMPLICIT_CONST:
      case PartitionKind.BACKDATED_CONST:
      case PartitionKind.UNDEF_CONST:
      case PartitionKind.GLOBAL:
      case PartitionKind.FAILED:
        return { binding, partition, kind };
    }
  }
  return { binding, partition: NULL, kind: PartitionKind.FAILED };
}

/** True for the kinds whose value is in the partition itself. */
export function isConstKind(kind: PartitionKind): boolean {
  return (
    kind === PartitionKind.CONST ||
    kind === PartitionKind.CONST_IMPORT ||
    kind === PartitionKind.IMPLICIT_CONST ||
    kind === PartitionKind.BACKDATED_CONST
  );
}

function implicitTarget(binding: BindingRef): BindingRef {
  const cached = implicitCache.get(binding);
  if (cached !== undefined && cached.epoch === resolutionEpoch) return cached.target;
  const target = searchUsings(bindingModule(binding), bindingName(binding));
  implicitCache.set(binding, { epoch: resolutionEpoch, target });
  return target;
}

/** What a name without a meaning of its own means by what its module uses, and the binding that it then stands for. */
export function implicitMeaning(binding: BindingRef): { readonly kind: PartitionKind; readonly target: BindingRef } {
  const target = implicitTarget(binding);
  if (target === 0) return { kind: PartitionKind.GUARD, target };
  if (target === AMBIGUOUS) return { kind: PartitionKind.FAILED, target: 0 as BindingRef };
  const { kind } = resolveBinding(target, currentWorld());
  return { kind: isConstKind(kind) ? PartitionKind.IMPLICIT_CONST : PartitionKind.IMPLICIT_GLOBAL, target };
}

/** Names whose implicit resolution is under way: modules may use each other in a circle. */
const searching = new Set<BindingRef>();

function searchUsings(module: ModuleRef, name: SymbolRef): BindingRef {
  const usings = readRef<SvecRef>(module, Module.usings);
  let found = 0 as BindingRef;
  let foundPartition = NULL;
  for (let i = 0; usings !== 0 && i < svecLength(usings); i++) {
    const used = svecGet<ModuleRef>(usings, i);
    if (used === 0 || used === module) continue;
    const candidate = findBinding(used, name);
    if (candidate === 0 || (readU8(candidate, Binding.flags) & BindingFlag.exported) === 0) continue;
    if (searching.has(candidate)) continue;
    searching.add(candidate);
    const resolution = resolveBinding(candidate, currentWorld());
    searching.delete(candidate);
    if (resolution.kind === PartitionKind.GUARD || resolution.kind === PartitionKind.DECLARED) continue;
    if (found === 0 || found === resolution.binding) {
      found = resolution.binding;
      foundPartition = resolution.partition;
    } else if (!sameConstant(foundPartition, resolution.partition)) {
      return AMBIGUOUS;
    }
  }
  return found;
}

/** Two exported constants of the same name agree when they are the same object. */
function sameConstant(a: Ref, b: Ref): boolean {
  if (a === 0 || b === 0 || !isConstKind(partitionKind(a)) || !isConstKind(partitionKind(b))) return false;
  return readRef(a, BindingPartition.restriction) === readRef(b, BindingPartition.restriction);
}

/** The value that a resolution stands for; 0 when it is undefined. */
export function resolutionValue(resolution: Resolution): Ref {
  if (isConstKind(resolution.kind)) return readRef(resolution.partition, BindingPartition.restriction);
  // A name that was only declared (`global x`) may be assigned by setglobal! and its kin.
  if (resolution.kind === PartitionKind.GLOBAL || resolution.kind === PartitionKind.DECLARED) {
    return readRef(resolution.binding, Binding.value);
  }
  return NULL;
}

/** The value of a global in `world`, or 0 if it has none. */
export function globalValue(module: ModuleRef, name: SymbolRef, world: number = currentWorld()): Ref {
  return resolutionValue(resolveBinding(getBinding(module, name), world));
}

/** The declared type of a global variable; `Any` unless it was declared. */
export function globalType(partition: Ref): TypeRef {
  return readRef<TypeRef>(partition, BindingPartition.restriction);
}

export const isExported = (binding: BindingRef): boolean =>
  (readU8(binding, Binding.flags) & BindingFlag.exported) !== 0;
export const isPublic = (binding: BindingRef): boolean => (readU8(binding, Binding.flags) & BindingFlag.public) !== 0;

/** Sets flags of a binding. Exporting makes a name visible to users of the module. */
export function markBinding(binding: BindingRef, flags: number): void {
  const old = readU8(binding, Binding.flags);
  writeU8(binding, Binding.flags, old | flags);
  if ((flags & BindingFlag.exported) !== 0 && (old & BindingFlag.exported) === 0) resolutionChanged();
}
