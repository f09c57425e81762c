// The C API of bindings: what a name means, in which world, and where that comes from.

import { allocate } from '../../memory/heap.ts';
import {
  type BindingRef,
  type ModuleRef,
  type Ref,
  readRef,
  readU8,
  readWide,
  type SymbolRef,
  writeRef,
  writeWide,
} from '../../memory/layout.ts';
import * as objects from '../../memory/objects.ts';
import { datatype, nothing } from '../../memory/wellknown.ts';
import { setSlot, setSlotNothing, setSlotReference, slotRef } from '../../vm/slots.ts';
import {
  bindingModule,
  currentWorld,
  getBinding,
  implicitMeaning,
  isConstKind,
  PartitionKind,
  partitionAt,
  partitionKind,
  replacePartition,
  resolutionValue,
  resolveBinding,
  WORLD_MAX,
} from '../bindings.ts';
import { throwPlain } from '../errors.ts';
import { setInteger, wordOf } from './core.ts';
import { defineRuntimeFunctions } from './table.ts';

const bindingOf = (args: Int32Array) => getBinding(slotRef(args[0]) as ModuleRef, slotRef(args[1]) as SymbolRef);

/**
 * The partition of a binding in a world. Names that nobody has given a meaning get it from what their module uses: that is
 * looked up, not kept, so the partition that says it is made here.
 */
function bindingPartition(binding: BindingRef, world: number): Ref {
  const stored = partitionAt(binding, world);
  if (stored !== 0 && partitionKind(stored) !== PartitionKind.GUARD) return stored;
  const { kind, target } = implicitMeaning(binding);
  if (stored !== 0 && kind === PartitionKind.GUARD) return stored;
  const partition = allocate(datatype('BindingPartition'), objects.BindingPartition.$size);
  const restriction =
    kind === PartitionKind.IMPLICIT_GLOBAL
      ? target
      : kind === PartitionKind.IMPLICIT_CONST
        ? resolutionValue(resolveBinding(target, world))
        : (0 as Ref);
  writeRef(partition, objects.BindingPartition.restriction, restriction);
  writeWide(
    partition,
    objects.BindingPartition.min_world,
    stored === 0 ? 0 : readWide(stored, objects.BindingPartition.min_world),
  );
  writeWide(
    partition,
    objects.BindingPartition.max_world,
    stored === 0 ? WORLD_MAX : readWide(stored, objects.BindingPartition.max_world),
  );
  writeRef(partition, objects.BindingPartition.next, 0 as Ref);
  writeWide(partition, objects.BindingPartition.kind, kind);
  return partition;
}

defineRuntimeFunctions({
  jl_get_module_binding: [
    'jl_binding_t *(jl_module_t *, jl_sym_t *, int)',
    (args, _n, result) => setSlotReference(result, bindingOf(args)),
  ],
  jl_get_binding_partition: [
    'jl_binding_partition_t *(jl_binding_t *, size_t)',
    (args, _n, result) =>
      setSlotReference(result, bindingPartition(slotRef(args[0]) as BindingRef, Math.min(wordOf(args[1]), WORLD_MAX))),
  ],
  // The hint says where to look first, which here saves nothing.
  jl_get_binding_partition_with_hint: [
    'jl_binding_partition_t *(jl_binding_t *, jl_binding_partition_t *, size_t)',
    (args, _n, result) =>
      setSlotReference(result, bindingPartition(slotRef(args[0]) as BindingRef, Math.min(wordOf(args[2]), WORLD_MAX))),
  ],
  jl_bpart_get_restriction_value: [
    'jl_value_t *(jl_binding_partition_t *)',
    (args, _n, result) => {
      const value = readRef(slotRef(args[0]), objects.BindingPartition.restriction);
      if (value === 0) throwPlain('UndefRefError');
      setSlot(result, value);
    },
  ],
  jl_disable_binding: [
    'void (jl_globalref_t *)',
    (args, _n, result) => {
      const globalref = slotRef(args[0]);
      const module = readRef<ModuleRef>(globalref, objects.GlobalRef.mod);
      const binding = getBinding(module, readRef<SymbolRef>(globalref, objects.GlobalRef.name));
      const stored = partitionAt(binding, currentWorld());
      if (stored !== 0 && partitionKind(stored) !== PartitionKind.GUARD) {
        replacePartition(binding, PartitionKind.GUARD, 0 as Ref);
      }
      setSlotNothing(result);
    },
  ],
  jl_is_const: [
    'int (jl_module_t *, jl_sym_t *)',
    (args, _n, result, declared) =>
      setInteger(result, declared, isConstKind(resolveBinding(bindingOf(args), currentWorld()).kind) ? 1 : 0),
  ],
  jl_is_binding_deprecated: [
    'int (jl_module_t *, jl_sym_t *)',
    (args, _n, result, declared) =>
      setInteger(
        result,
        declared,
        (readU8(bindingOf(args), objects.Binding.flags) & objects.BindingFlag.deprecated) !== 0 ? 1 : 0,
      ),
  ],
  jl_get_module_of_binding: [
    'jl_module_t *(jl_module_t *, jl_sym_t *)',
    (args, _n, result) => {
      const { binding, kind } = resolveBinding(bindingOf(args), currentWorld());
      const defined = kind !== PartitionKind.GUARD && kind !== PartitionKind.FAILED;
      setSlotReference(result, defined ? bindingModule(binding) : nothing);
    },
  ],
});
