// Modules: making them, defining in them, importing into them.

import { allocate } from '../memory/heap.ts';
import {
  type BindingRef,
  type ModuleRef,
  type Ref,
  readRef,
  type SvecRef,
  type SymbolRef,
  setTypeOf,
  writeI32,
  writeRef,
  writeU8,
  writeWide,
} from '../memory/layout.ts';
import { Binding, BindingFlag, BindingPartition, Module } from '../memory/objects.ts';
import { State, setStateWide, stateWide } from '../memory/state.ts';
import { BaseModule, CoreModule, datatype, MainModule } from '../memory/wellknown.ts';
import {
  backdatePartitions,
  bindingModule,
  bindingName,
  currentWorld,
  getBinding,
  globalType,
  isConstKind,
  markBinding,
  PartitionKind,
  partitionAt,
  partitionKind,
  type Resolution,
  replacePartition,
  resolutionChanged,
  resolveBinding,
} from './bindings.ts';
import { throwError } from './errors.ts';
import { symbol, symbolHash, symbolName } from './symbols.ts';
import { svecLength, svecOf, svecToArray } from './values.ts';

/** Fills in a Module object whose memory is there already (well-known modules) or fresh. */
export function initializeModule(module: ModuleRef, name: SymbolRef, parent: ModuleRef): ModuleRef {
  setTypeOf(module, datatype('Module'));
  writeRef(module, Module.name, name);
  writeRef(module, Module.parent, parent === 0 ? module : parent);
  const counter = stateWide(State.module_counter) + 1;
  setStateWide(State.module_counter, counter);
  writeWide(module, Module.uuid_lo, 0);
  writeWide(module, Module.build_id, counter);
  writeWide(module, Module.hash, symbolHash(name));
  writeWide(module, Module.primary_world, currentWorld());
  writeI32(module, Module.nospecialize, 0);
  writeU8(module, Module.max_methods, 255);
  writeU8(module, Module.optlevel, 255);
  writeU8(module, Module.compile, 255);
  writeU8(module, Module.infer, 255);
  return module;
}

/**
 * `Module(name)` below `parent`.
 *
 * @param usesCore whether names of Core are visible in it, as they are in every module but Core itself
 */
export function newModule(name: SymbolRef, parent: ModuleRef, usesCore: boolean, selfName = true): ModuleRef {
  const module = allocate(datatype('Module'), Module.$size) as ModuleRef;
  initializeModule(module, name, parent);
  if (usesCore) useModule(module, CoreModule);
  if (selfName) {
    // A module's own name is one of its exports: `using .M` makes `M` visible as well.
    const binding = getBinding(module, name);
    defineConst(binding, module);
    markBinding(binding, BindingFlag.exported | BindingFlag.public);
  }
  return module;
}

export const moduleName = (module: ModuleRef): string => symbolName(readRef<SymbolRef>(module, Module.name));
export const moduleParent = (module: ModuleRef): ModuleRef => readRef<ModuleRef>(module, Module.parent);

/** Dotted path of a module as Julia prints it: `Base.Iterators`, `Main.A`. */
export function modulePath(module: ModuleRef): string {
  const parent = moduleParent(module);
  if (parent === module || parent === 0 || module === MainModule || module === BaseModule || module === CoreModule) {
    return moduleName(module);
  }
  return `${modulePath(parent)}.${moduleName(module)}`;
}

/** `using .used`: makes the exports of a module visible. */
export function useModule(module: ModuleRef, used: ModuleRef): void {
  const usings = readRef<SvecRef>(module, Module.usings);
  const list = usings === 0 ? [] : svecToArray<ModuleRef>(usings);
  if (list.includes(used) || used === module) return;
  list.push(used);
  writeRef(module, Module.usings, svecOf(list));
  resolutionChanged();
}

export function moduleUsings(module: ModuleRef): ModuleRef[] {
  const usings = readRef<SvecRef>(module, Module.usings);
  return usings === 0 || svecLength(usings) === 0 ? [] : svecToArray<ModuleRef>(usings);
}

const name = (binding: BindingRef): string =>
  `${modulePath(bindingModule(binding))}.${symbolName(bindingName(binding))}`;

/** `const name = value`, in a new world. An imported name cannot be defined; an equal redefinition changes nothing. */
export function defineConst(binding: BindingRef, value: Ref, kind: PartitionKind = PartitionKind.CONST): void {
  const partition = partitionAt(binding, currentWorld());
  if (partition !== 0) {
    const old = partitionKind(partition);
    if (old === PartitionKind.EXPLICIT || old === PartitionKind.IMPORTED) {
      const target = resolveBinding(binding, currentWorld());
      if (target.kind !== PartitionKind.GUARD && target.kind !== PartitionKind.DECLARED) {
        throwError(`cannot declare ${name(binding)} constant; it was already declared as an import`);
      }
    }
    if (old === PartitionKind.GLOBAL && readRef(binding, Binding.value) !== 0) {
      throwError(`cannot declare ${name(binding)} constant; it was already declared global`);
    }
    if (isConstKind(old) && readRef(partition, BindingPartition.restriction) === value) return;
  }
  const backdate = kind === PartitionKind.CONST && value !== 0 && neverDeclared(binding);
  replacePartition(binding, kind, value);
  if (backdate) backdatePartitions(binding, value);
}

/** Was the name never given a meaning in its module? Then code of older worlds may see its first constant, too. */
function neverDeclared(binding: BindingRef): boolean {
  let partition = readRef(binding, Binding.partitions);
  while (partition !== 0) {
    const kind = partitionKind(partition);
    if (kind !== PartitionKind.GUARD && kind !== PartitionKind.DECLARED) return false;
    partition = readRef(partition, BindingPartition.next);
  }
  return true;
}

/** `global name` / `global name::T`: declares a global variable, of type Any unless told. */
export function declareGlobal(binding: BindingRef, type: Ref, strong: boolean): void {
  const partition = partitionAt(binding, currentWorld());
  const kind = partition === 0 ? PartitionKind.GUARD : partitionKind(partition);
  switch (kind) {
    case PartitionKind.GUARD:
    case PartitionKind.DECLARED:
    case PartitionKind.FAILED:
      if (type !== 0) replacePartition(binding, PartitionKind.GLOBAL, type);
      else if (strong) replacePartition(binding, PartitionKind.GLOBAL, datatype('Any'));
      else if (kind === PartitionKind.GUARD && partition === 0)
        replacePartition(binding, PartitionKind.DECLARED, datatype('Any'));
      return;
    case PartitionKind.GLOBAL:
      if (type !== 0 && globalType(partition) !== type) {
        if (readRef(binding, Binding.value) === 0 || globalType(partition) === datatype('Any')) {
          replacePartition(binding, PartitionKind.GLOBAL, type);
        } else {
          throwError(
            `cannot set type for global ${name(binding)}. It already has a value or is already set to a different type.`,
          );
        }
      }
      return;
    default:
      if (type !== 0) {
        throwError(
          isConstKind(kind)
            ? `cannot set type for global ${name(binding)}. It already has a value of a different type.`
            : `cannot set type for imported global ${symbolName(bindingName(binding))}.`,
        );
      }
  }
}

/** Finds the binding that an assignment from `module` to the global `name` writes; throws where Julia does. */
export function assignableBinding(module: ModuleRef, variable: SymbolRef): Resolution {
  const binding = getBinding(module, variable);
  const partition = partitionAt(binding, currentWorld());
  const kind = partition === 0 ? PartitionKind.GUARD : partitionKind(partition);
  if (kind === PartitionKind.GLOBAL || kind === PartitionKind.DECLARED) return { binding, partition, kind };
  if (isConstKind(kind))
    throwError(
      `invalid assignment to constant ${name(binding)}. This redefinition may be permitted using the \`const\` keyword.`,
    );
  // A name that a `using` brings is imported, too, though there is no partition that says so.
  const target = resolveBinding(binding, currentWorld());
  if (target.binding !== binding) {
    throwError(
      `cannot assign a value to imported variable ${moduleName(bindingModule(target.binding))}.${symbolName(variable)} from module ${moduleName(module)}`,
    );
  }
  throwError(
    `Global ${name(binding)} does not exist and cannot be assigned.\nNote: Julia 1.9 and 1.10 inadvertently omitted this error check (#56933).\nHint: Declare it using \`global ${symbolName(variable)}\` inside \`${modulePath(module)}\` before attempting assignment.`,
  );
}

/** `import from.name [as alias]` / `using from: name`; `explicit` is true for `import`, which may add methods. */
export function importBinding(
  to: ModuleRef,
  from: ModuleRef,
  original: SymbolRef,
  alias: SymbolRef,
  explicit: boolean,
): void {
  const source = getBinding(from, original);
  const target = getBinding(to, alias);
  if (source === target) return;
  const partition = partitionAt(target, currentWorld());
  if (partition !== 0) {
    const kind = partitionKind(partition);
    if (kind === PartitionKind.EXPLICIT || kind === PartitionKind.IMPORTED) {
      if (resolveBinding(target, currentWorld()).binding === resolveBinding(source, currentWorld()).binding) {
        if (explicit && kind === PartitionKind.EXPLICIT) replacePartition(target, PartitionKind.IMPORTED, source);
        return;
      }
      throwError(`importing ${symbolName(alias)} into ${moduleName(to)} conflicts with an existing identifier`);
    }
    if (isConstKind(kind) || (kind === PartitionKind.GLOBAL && readRef(target, Binding.value) !== 0)) {
      if (resolveBinding(source, currentWorld()).binding === target) return;
      throwError(`importing ${symbolName(alias)} into ${moduleName(to)} conflicts with an existing global`);
    }
  }
  replacePartition(target, explicit ? PartitionKind.IMPORTED : PartitionKind.EXPLICIT, source);
}

/** `export name` or `public name`. */
export function exportName(module: ModuleRef, exported: SymbolRef, asExport: boolean): void {
  markBinding(getBinding(module, exported), asExport ? BindingFlag.exported | BindingFlag.public : BindingFlag.public);
}

/** Defines a constant by name: how the bootstrap fills Core. */
export function defineName(module: ModuleRef, text: string, value: Ref, exported = true): void {
  const binding = getBinding(module, symbol(text));
  replacePartition(binding, PartitionKind.CONST, value);
  if (exported) markBinding(binding, BindingFlag.exported | BindingFlag.public);
}
