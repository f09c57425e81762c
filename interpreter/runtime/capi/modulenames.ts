// The C API of modules' names.
//
// `jl_module_names` is what `names(m)` asks: exported and public names; with `all` also what the module defines without
// saying so; with `imported` what it imports by name; with `usings` what it sees through `using`. In Main every name
// counts as public. Names that the compiler made (they hold a `#`) are given only with `all`.

import { type BindingRef, type ModuleRef, type Ref, readRef, type SymbolRef } from '../../memory/layout.ts';
import { Module } from '../../memory/objects.ts';
import { datatype, MainModule } from '../../memory/wellknown.ts';
import { setSlotReference, slotRef } from '../../vm/slots.ts';
import { vectorOfReferences } from '../arrays.ts';
import {
  bindingName,
  currentWorld,
  isExported,
  isPublic,
  moduleBindings,
  PartitionKind,
  partitionAt,
  partitionKind,
} from '../bindings.ts';
import { moduleUsings } from '../modules.ts';
import { symbolName } from '../symbols.ts';
import { intOf } from './core.ts';
import { defineRuntimeFunctions } from './table.ts';

/** Whether the module itself gives the name a meaning, and whether by importing it. */
function standing(binding: BindingRef): 'own' | 'imported' | 'none' {
  const partition = partitionAt(binding, currentWorld());
  if (partition === 0) return 'none';
  switch (partitionKind(partition)) {
    case PartitionKind.CONST_IMPORT:
    case PartitionKind.IMPORTED:
    case PartitionKind.EXPLICIT:
      return 'imported';
    case PartitionKind.GUARD:
    case PartitionKind.IMPLICIT_GLOBAL:
    case PartitionKind.IMPLICIT_CONST:
    case PartitionKind.FAILED:
      return 'none';
    default:
      return 'own';
  }
}

function moduleNames(module: ModuleRef, all: boolean, imported: boolean, usings: boolean) {
  const names = new Set<Ref>();
  const add = (binding: BindingRef) => names.add(bindingName(binding));
  for (const binding of moduleBindings(module)) {
    const hidden = symbolName(bindingName(binding)).includes('#');
    // A module's own name is one of its exports.
    const own = bindingName(binding) === readRef<SymbolRef>(module, Module.name);
    if ((isPublic(binding) || own) && (!hidden || all)) {
      add(binding);
      continue;
    }
    const how = standing(binding);
    if (how === 'none' || (hidden && !all)) continue;
    if (how === 'imported' ? imported : all || module === MainModule) add(binding);
  }
  if (usings) {
    for (const used of moduleUsings(module))
      for (const binding of moduleBindings(used)) if (isExported(binding)) add(binding);
  }
  return vectorOfReferences(datatype('Symbol'), [...names]);
}

defineRuntimeFunctions({
  jl_module_names: [
    'jl_value_t *(jl_module_t *, int, int, int)',
    (args, _n, result) =>
      setSlotReference(
        result,
        moduleNames(slotRef(args[0]) as ModuleRef, intOf(args[1]) !== 0, intOf(args[2]) !== 0, intOf(args[3]) !== 0),
      ),
  ],
});
