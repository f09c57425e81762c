// The C API of modules: where they are from, what identifies them, their bindings, globals.

import { toAddress, writeU32 } from '../../../ffi/address.ts';
import { U32 } from '../../../ffi/region.ts';
import { allocate } from '../../memory/heap.ts';
import {
  type BindingRef,
  type ModuleRef,
  type Ref,
  readI32,
  readRef,
  readU8,
  type SymbolRef,
  writeU8,
} from '../../memory/layout.ts';
import * as objects from '../../memory/objects.ts';
import { BaseModule, datatype, nothing } from '../../memory/wellknown.ts';
import { applyTupleType } from '../../types/index.ts';
import { setGlobal } from '../../vm/evaluate.ts';
import { setSlot, setSlotNothing, setSlotReference, slotRef } from '../../vm/slots.ts';
import {
  bindingModule,
  currentWorld,
  findBinding,
  getBinding,
  isConstKind,
  markBinding,
  moduleBindings,
  PartitionKind,
  partitionKind,
  resolutionValue,
  resolveBinding,
  WORLD_MAX,
} from '../bindings.ts';
import { throwUndefVar } from '../errors.ts';
import { defineConst, moduleParent } from '../modules.ts';
import { symbol } from '../symbols.ts';
import { svecOf } from '../values.ts';
import { intOf, setFlagResult, setInteger, wordOf } from './core.ts';
import { defineRuntimeFunctions, type RuntimeCall } from './table.ts';

const module = (slot: number): ModuleRef => slotRef(slot) as ModuleRef;
const bindingOf = (args: Int32Array): BindingRef => getBinding(module(args[0]), slotRef(args[1]) as SymbolRef);

/** Two 64-bit words as `NTuple{2, UInt64}`: jl_uuid_t is the high and the low one. */
function pairOfWords(high: readonly [number, number], low: readonly [number, number]): Ref {
  const UInt64 = datatype('UInt64');
  const pair = allocate(applyTupleType([UInt64, UInt64]), 16);
  U32.set([...high, ...low], pair << 1);
  return pair;
}

type WideField = typeof objects.Module.uuid_hi;
const wordsAt = (object: Ref, field: WideField): [number, number] => {
  const at = (object << 1) + (field & 0xfff);
  return [U32[at], U32[at + 1]];
};

/** The binding that a GlobalRef stands for. */
const bindingOfGlobal = (globalref: Ref): BindingRef =>
  getBinding(
    readRef<ModuleRef>(globalref, objects.GlobalRef.mod),
    readRef<SymbolRef>(globalref, objects.GlobalRef.name),
  );

/** The Base that a module was made on: its nearest ancestor that counts as one, else the only one there is. */
function baseOf(start: ModuleRef): ModuleRef {
  for (let each = start; ; each = moduleParent(each)) {
    if (readU8(each, objects.Module.istopmod) !== 0) return each;
    if (moduleParent(each) === each) return BaseModule;
  }
}

const setter =
  (store: (binding: BindingRef, value: Ref) => void): RuntimeCall =>
  (args, _n, result) => {
    store(bindingOf(args), slotRef(args[2]));
    setSlotNothing(result);
  };

defineRuntimeFunctions({
  jl_module_getloc: [
    'jl_sym_t *(jl_module_t *, int32_t *)',
    (args, _n, result) => {
      const at = wordOf(args[1]);
      if (at !== 0) writeU32(toAddress(at), readI32(slotRef(args[0]), objects.Module.line) >>> 0);
      const file = readRef(slotRef(args[0]), objects.Module.file);
      setSlotReference(result, file === 0 ? symbol('') : file);
    },
  ],
  jl_module_uuid: [
    'jl_uuid_t (jl_module_t *)',
    (args, _n, result) =>
      setSlotReference(
        result,
        pairOfWords(
          wordsAt(slotRef(args[0]), objects.Module.uuid_hi),
          wordsAt(slotRef(args[0]), objects.Module.uuid_lo),
        ),
      ),
  ],
  jl_set_module_uuid: [
    'void (jl_module_t *, jl_uuid_t)',
    (args, _n, result) => {
      const at = (slotRef(args[0]) << 1) + (objects.Module.uuid_hi & 0xfff);
      const from = slotRef(args[1]) << 1;
      U32.copyWithin(at, from, from + 4);
      setSlotNothing(result);
    },
  ],
  jl_module_build_id: [
    'jl_uuid_t (jl_module_t *)',
    (args, _n, result) =>
      setSlotReference(result, pairOfWords([0, 0], wordsAt(slotRef(args[0]), objects.Module.build_id))),
  ],
  jl_module_get_bindings: [
    'jl_svec_t *(jl_module_t *)',
    (args, _n, result) => setSlotReference(result, svecOf(moduleBindings(module(args[0])))),
  ],
  jl_base_relative_to: [
    'jl_module_t *(jl_module_t *)',
    (args, _n, result) => setSlotReference(result, baseOf(module(args[0]))),
  ],
  jl_set_istopmod: [
    'void (jl_module_t *, uint8_t)',
    (args, _n, result) => {
      writeU8(slotRef(args[0]), objects.Module.istopmod, 1);
      setSlotNothing(result);
    },
  ],
  jl_is_submodule: [
    'int (jl_module_t *, jl_module_t *)',
    (args, _n, result, declared) => {
      let child = module(args[0]);
      while (child !== slotRef(args[1]) && moduleParent(child) !== child) child = moduleParent(child);
      setFlagResult(result, declared, child === slotRef(args[1]));
    },
  ],
  jl_get_module_binding_or_nothing: [
    'jl_value_t *(jl_module_t *, jl_sym_t *)',
    (args, _n, result) => {
      const binding = findBinding(module(args[0]), slotRef(args[1]) as SymbolRef);
      setSlot(result, binding === 0 ? nothing : binding);
    },
  ],
  jl_deprecate_binding: [
    'void (jl_module_t *, jl_sym_t *, int)',
    (args, _n, result) => {
      const binding = bindingOf(args);
      if (intOf(args[2]) !== 0) markBinding(binding, objects.BindingFlag.deprecated);
      else {
        const flags = readU8(binding, objects.Binding.flags);
        writeU8(binding, objects.Binding.flags, flags & ~objects.BindingFlag.deprecated);
      }
      setSlotNothing(result);
    },
  ],
  jl_bpart_get_kind: [
    'uint8_t (jl_binding_partition_t *)',
    (args, _n, result, declared) => setInteger(result, declared, partitionKind(slotRef(args[0]))),
  ],
  jl_globalref_is_const: [
    'int (jl_globalref_t *)',
    (args, _n, result, declared) =>
      setFlagResult(
        result,
        declared,
        isConstKind(resolveBinding(bindingOfGlobal(slotRef(args[0])), currentWorld()).kind),
      ),
  ],
  jl_eval_globalref: [
    'jl_value_t *(jl_globalref_t *, size_t)',
    (args, _n, result) => {
      const binding = bindingOfGlobal(slotRef(args[0]));
      const value = resolutionValue(resolveBinding(binding, Math.min(wordOf(args[1]), WORLD_MAX)));
      if (value === 0)
        throwUndefVar(readRef<SymbolRef>(slotRef(args[0]), objects.GlobalRef.name), bindingModule(binding));
      setSlot(result, value);
    },
  ],

  // Globals as programs that embed Julia use them.
  jl_get_global: [
    'jl_value_t *(jl_module_t *, jl_sym_t *)',
    (args, _n, result) => {
      const value = resolutionValue(resolveBinding(bindingOf(args), currentWorld()));
      if (value === 0) throwUndefVar(slotRef(args[1]) as SymbolRef, module(args[0]));
      setSlot(result, value);
    },
  ],
  jl_set_global: ['void (jl_module_t *, jl_sym_t *, jl_value_t *)', setter(setGlobal)],
  jl_set_const: ['void (jl_module_t *, jl_sym_t *, jl_value_t *)', setter(defineConst)],
  jl_boundp: [
    'int (jl_module_t *, jl_sym_t *, int)',
    (args, _n, result, declared) =>
      setFlagResult(result, declared, resolutionValue(resolveBinding(bindingOf(args), currentWorld())) !== 0),
  ],
  jl_binding_resolved_p: [
    'int (jl_module_t *, jl_sym_t *)',
    (args, _n, result, declared) => {
      const { kind } = resolveBinding(bindingOf(args), currentWorld());
      setFlagResult(result, declared, kind !== PartitionKind.GUARD && kind !== PartitionKind.FAILED);
    },
  ],
});
