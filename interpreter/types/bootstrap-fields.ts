// The fields of the types that the runtime makes, as Julia 1.12 names and types them.
//
// Offsets are not written down: laying the fields out by Julia's rules must give those that the runtime's own layouts
// (memory/objects.ts) have; a test compares them.

import { NULL, type Ref } from '../memory/layout.ts';
import {
  ArrayAnyType,
  ArrayUInt8Type,
  datatype,
  MemoryAnyType,
  PtrNothingType,
  type WellKnownTypeName,
  wrapper,
} from '../memory/wellknown.ts';
import { boxInt64 } from '../runtime/values.ts';
import { applyType } from './apply.ts';
import { freshVar, newUnion } from './construct.ts';
import { typeUnion } from './union.ts';

export interface FieldTable {
  readonly name: WellKnownTypeName;
  readonly fields: readonly (readonly [name: string, type: Ref])[];
  readonly mutable: boolean;
  /** How many fields `new` must be given; all when left out. */
  readonly initialized?: number;
  readonly atomic?: readonly string[];
  readonly constant?: readonly string[];
  readonly super?: Ref;
  readonly parameters?: readonly Ref[];
  /** Fields that hold a reference although their type could be stored inline, with the type they show. */
  readonly boxed?: readonly (readonly [name: string, type: Ref])[];
}

/** `'name Type, name Type'`; types by the short names of `shortNames`. */
function fields(text: string): (readonly [string, Ref])[] {
  return text
    .trim()
    .split(/\s*,\s*/)
    .filter((part) => part !== '')
    .map((part) => {
      const [name, type] = part.split(' ');
      return [name, fieldType(type)] as const;
    });
}

const vectorOf = (name: WellKnownTypeName): Ref => applyType(wrapper('Array'), [datatype(name), boxInt64(1)]);

function fieldType(name: string): Ref {
  switch (name) {
    case 'Type':
      return wrapper('Type');
    case 'Memory{Any}':
      return MemoryAnyType;
    case 'Memory':
      return wrapper('GenericMemory');
    case 'Ptr':
      return PtrNothingType;
    case 'Vector{Any}':
      return ArrayAnyType;
    case 'Vector{UInt8}':
      return ArrayUInt8Type;
    case 'Vector{UInt32}':
      return vectorOf('UInt32');
    case 'Vector{UInt64}':
      return vectorOf('UInt64');
    case 'Vector{Int32}':
      return vectorOf('Int32');
    case 'Vector{Symbol}':
      return vectorOf('Symbol');
    case 'Symbol|Nothing':
      return typeUnion([datatype('Symbol'), datatype('Nothing')]);
    case 'Method|Module':
      return newUnion(datatype('Method'), datatype('Module'));
    case 'Task|Nothing':
      return newUnion(datatype('Task'), datatype('Nothing'));
    default:
      return datatype(name as WellKnownTypeName);
  }
}

const names = (text: string): string[] => text.split(' ');

/** The types that exist before others can have fields. */
export function kindFields(): FieldTable[] {
  return [
    {
      name: 'DataType',
      mutable: true,
      initialized: 3,
      constant: names('name super parameters instance hash'),
      atomic: names('types layout'),
      fields: fields(
        'name TypeName, super DataType, parameters SimpleVector, types SimpleVector, instance Any, layout Ptr, hash Int32, flags UInt16',
      ),
    },
    {
      name: 'TypeName',
      mutable: true,
      initialized: 2,
      constant: names('name module names wrapper hash n_uninitialized flags'),
      atomic: names('Typeofwrapper cache linearcache max_args cache_entry_count'),
      fields: fields(
        `name Symbol, module Module, singletonname Symbol, names SimpleVector, atomicfields Ptr, constfields Ptr, wrapper Type,
         Typeofwrapper Type, cache SimpleVector, linearcache MethodCache, partial Any, hash Int64, max_args Int32, n_uninitialized Int32,
         flags UInt8, cache_entry_count UInt8, max_methods UInt8, constprop_heuristic UInt8`,
      ),
    },
    {
      name: 'MethodTable',
      mutable: true,
      constant: names('module name'),
      initialized: 6,
      fields: fields('name Symbol, module Module, defs Any, leafcache Any, cache Any, backedges Any, max_args Int64'),
    },
    { name: 'MethodCache', mutable: true, fields: fields('leafcache Any, cache Any') },
    { name: 'UnionAll', mutable: false, fields: fields('var TypeVar, body Any') },
    { name: 'Union', mutable: false, fields: fields('a Any, b Any') },
    { name: 'TypeVar', mutable: true, constant: names('name lb ub'), fields: fields('name Symbol, lb Any, ub Any') },
    { name: 'TypeofVararg', mutable: false, initialized: 0, fields: fields('T Any, N Any') },
  ];
}

/** The types of code, methods, modules' bindings and tasks. */
export function codeTypes(): FieldTable[] {
  return [
    { name: 'SSAValue', mutable: false, fields: fields('id Int64') },
    { name: 'SlotNumber', mutable: false, fields: fields('id Int64') },
    { name: 'Argument', mutable: false, fields: fields('n Int64') },
    {
      name: 'TypeMapLevel',
      mutable: true,
      atomic: names('arg1 targ name1 tname list any'),
      fields: fields('arg1 Any, targ Any, name1 Any, tname Any, list Any, any Any'),
    },
    {
      name: 'TypeMapEntry',
      mutable: true,
      initialized: 4,
      constant: names('sig simplesig guardsigs func isleafsig issimplesig va'),
      atomic: names('next min_world max_world'),
      fields: fields(
        `next Any, sig Type, simplesig Any, guardsigs Any, min_world UInt64, max_world UInt64, func Any, isleafsig Bool, issimplesig Bool,
         va Bool`,
      ),
    },
    {
      name: 'BindingPartition',
      mutable: true,
      initialized: 0,
      atomic: names('restriction max_world next'),
      fields: fields('restriction Any, min_world UInt64, max_world UInt64, next Any, kind UInt64'),
    },
    {
      name: 'Binding',
      mutable: true,
      initialized: 0,
      constant: names('globalref'),
      atomic: names('value partitions'),
      boxed: fields('globalref GlobalRef'),
      fields: fields('globalref Any, value Any, partitions BindingPartition, backedges Vector{Any}, flags UInt8'),
    },
    { name: 'GlobalRef', mutable: false, fields: fields('mod Module, name Symbol, binding Binding') },
    { name: 'Expr', mutable: true, fields: fields('head Symbol, args Vector{Any}') },
    { name: 'LineNumberNode', mutable: false, fields: fields('line Int64, file Symbol|Nothing') },
    { name: 'LegacyLineInfo', mutable: false, fields: fields('file Symbol, line Int32, inlined_at Int32') },
    { name: 'GotoNode', mutable: false, fields: fields('label Int64') },
    { name: 'GotoIfNot', mutable: false, fields: fields('cond Any, dest Int64') },
    { name: 'EnterNode', mutable: false, initialized: 1, fields: fields('catch_dest Int64, scope Any') },
    { name: 'ReturnNode', mutable: false, initialized: 0, fields: fields('val Any') },
    { name: 'PiNode', mutable: false, fields: fields('val Any, typ Any') },
    { name: 'PhiNode', mutable: false, fields: fields('edges Vector{Int32}, values Vector{Any}') },
    { name: 'PhiCNode', mutable: false, fields: fields('values Vector{Any}') },
    { name: 'UpsilonNode', mutable: false, initialized: 0, fields: fields('val Any') },
    { name: 'QuoteNode', mutable: false, fields: fields('value Any') },
    { name: 'NewvarNode', mutable: false, fields: fields('slot SlotNumber') },
    {
      name: 'DebugInfo',
      mutable: false,
      fields: fields('def Any, linetable Any, edges SimpleVector, codelocs String'),
    },
    {
      name: 'CodeInfo',
      mutable: true,
      initialized: 22,
      fields: fields(
        `code Vector{Any}, debuginfo DebugInfo, ssavaluetypes Any, ssaflags Vector{UInt32}, slotnames Vector{Symbol}, slotflags Vector{UInt8},
         slottypes Any, rettype Any, parent Any, edges Any, min_world UInt64, max_world UInt64, method_for_inference_limit_heuristics Any,
         nargs UInt64, propagate_inbounds Bool, has_fcall Bool, has_image_globalref Bool, nospecializeinfer Bool, isva Bool, inlining UInt8,
         constprop UInt8, purity UInt16, inlining_cost UInt16`,
      ),
    },
    {
      name: 'Method',
      mutable: true,
      initialized: 10,
      atomic: names('dispatch_status interferences primary_world did_scan_source'),
      fields: fields(
        `name Symbol, module Module, file Symbol, line Int32, dispatch_status UInt8, interferences Memory{Any}, primary_world UInt64, sig Type, specializations Any,
         speckeyset Memory, slot_syms String, external_mt Any, source Any, debuginfo DebugInfo, unspecialized MethodInstance, generator Any,
         roots Vector{Any}, root_blocks Vector{UInt64}, nroots_sysimg Int32, ccallable SimpleVector, invokes Any, recursion_relation Any,
         nargs Int32, called Int32, nospecialize Int32, nkw Int32, isva Bool, is_for_opaque_closure Bool, nospecializeinfer Bool,
         did_scan_source UInt8, constprop UInt8, max_varargs UInt8, purity UInt16`,
      ),
    },
    {
      name: 'MethodInstance',
      mutable: true,
      initialized: 3,
      atomic: names('cache flags dispatch_status'),
      fields: fields(
        `def Method|Module, specTypes Any, sparam_vals SimpleVector, backedges Vector{Any}, cache CodeInstance, cache_with_orig Bool, flags UInt8,
         dispatch_status UInt8`,
      ),
    },
    {
      name: 'CodeInstance',
      mutable: true,
      initialized: 1,
      constant: names(
        'def owner rettype exctype rettype_const analysis_results time_infer_total time_infer_cache_saved time_infer_self',
      ),
      atomic: names(
        'next min_world max_world inferred debuginfo edges ipo_purity_bits time_compile flags precompile invoke specptr',
      ),
      fields: fields(
        `def Any, owner Any, next CodeInstance, min_world UInt64, max_world UInt64, rettype Any, exctype Any, rettype_const Any, inferred Any,
         debuginfo DebugInfo, edges SimpleVector, analysis_results Any, ipo_purity_bits UInt32, time_infer_total UInt16,
         time_infer_cache_saved UInt16, time_infer_self UInt16, time_compile UInt16, flags UInt8, precompile Bool,
         invoke Ptr, specptr Ptr`,
      ),
    },
    { name: 'Const', mutable: false, fields: fields('val Any') },
    { name: 'PartialStruct', mutable: false, fields: fields('typ Any, undefs Any, fields Vector{Any}') },
    { name: 'InterConditional', mutable: false, fields: fields('slot Int64, thentype Any, elsetype Any') },
    {
      name: 'MethodMatch',
      mutable: false,
      fields: fields('spec_types Type, sparams SimpleVector, method Method, fully_covers Bool'),
    },
    { name: 'PartialOpaque', mutable: false, fields: fields('typ Type, env Any, parent MethodInstance, source Any') },
    { name: 'ABIOverride', mutable: false, fields: fields('abi Type, def MethodInstance') },
    {
      name: 'OpaqueClosure',
      mutable: false,
      super: datatype('Function'),
      parameters: [freshVar('A'), freshVar('R')],
      fields: fields('captures Any, world Int64, source Any, invoke Ptr, specptr Ptr'),
    },
    {
      name: 'Task',
      mutable: true,
      initialized: 6,
      constant: names('metrics_enabled'),
      atomic: names('_state first_enqueued_at last_started_running_at running_time_ns finished_at'),
      fields: fields(
        `next Task|Nothing, queue Any, storage Any, donenotify Any, result Any, scope Any, code Any, _state UInt8, sticky Bool, priority UInt16,
         _isexception Bool, pad00 UInt8, pad01 UInt8, pad02 UInt8, rngState0 UInt64, rngState1 UInt64, rngState2 UInt64, rngState3 UInt64, rngState4 UInt64,
         metrics_enabled Bool, pad10 UInt8, pad11 UInt8, pad12 UInt8, first_enqueued_at UInt64, last_started_running_at UInt64,
         running_time_ns UInt64, finished_at UInt64`,
      ),
    },
  ];
}

export { NULL };
