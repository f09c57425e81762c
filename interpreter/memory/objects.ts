// The layouts of the objects that the runtime itself handles, with Julia 1.12's field names and order (julia.h).
//
// Fields up to the line marked `hidden` are visible to Julia as fields of the type; hidden ones follow them in memory,
// as they do in Julia's own structs, and no Julia code can name them.

import { layout } from './layout.ts';

export const DataType = layout('DataType', {
  name: 'ref',
  super: 'ref',
  parameters: 'ref',
  types: 'ref',
  instance: 'ref',
  layout: 'address',
  hash: 'u32',
  flags: 'u16',
});

/** Bits of DataType.flags. */
export const DataTypeFlag = {
  hasfreetypevars: 1 << 0,
  isconcretetype: 1 << 1,
  isdispatchtuple: 1 << 2,
  isbitstype: 1 << 3,
  zeroinit: 1 << 4,
  has_concrete_subtype: 1 << 5,
  maybe_subtype_of_cache: 1 << 6,
  isprimitivetype: 1 << 7,
  ismutationfree: 1 << 8,
  isidentityfree: 1 << 9,
} as const;

export const TypeName = layout('TypeName', {
  name: 'ref',
  module: 'ref',
  singletonname: 'ref',
  names: 'ref',
  atomicfields: 'address',
  constfields: 'address',
  wrapper: 'ref',
  Typeofwrapper: 'ref',
  cache: 'ref',
  linearcache: 'ref',
  partial: 'ref',
  hash: 'i64',
  max_args: 'i32',
  n_uninitialized: 'i32',
  flags: 'u8',
  cache_entry_count: 'u8',
  max_methods: 'u8',
  constprop_heuristic: 'u8',
  // hidden: the methods whose first argument is an instance of this type, and those whose first argument is Type{T}
  // for a T of this name (linked TypeMapEntries, newest first)
  methods: 'ref',
  constructors: 'ref',
});

/** Bits of TypeName.flags. */
export const TypeNameFlag = { abstract: 1, mutable: 2, mayinlinealloc: 4 } as const;

export const UnionAll = layout('UnionAll', { var: 'ref', body: 'ref' });
export const Union = layout('Union', { a: 'ref', b: 'ref' });
export const TypeVar = layout('TypeVar', { name: 'ref', lb: 'ref', ub: 'ref' });
export const Vararg = layout('Vararg', { T: 'ref', N: 'ref' });
/** Followed by `length` references. */
export const SimpleVector = layout('SimpleVector', { length: 'u64' });
/** Followed by the bytes of the name and a NUL. `left` and `right` order the interned symbols by hash. */
export const JuliaSymbol = layout('Symbol', { left: 'ref', right: 'ref', hash: 'u64' });
/** Followed by the bytes and a NUL. */
export const JuliaString = layout('String', { length: 'u64' });

export const Module = layout('Module', {
  name: 'ref',
  parent: 'ref',
  // hidden: open-addressed table of Bindings keyed by symbol hash, their number, the modules that are used
  bindings: 'ref',
  bindingcount: 'u32',
  istopmod: 'u8',
  usings: 'ref',
  uuid_hi: 'u64',
  uuid_lo: 'u64',
  hash: 'u64',
  primary_world: 'u64',
  counter: 'u32',
  nospecialize: 'i32',
  optlevel: 'u8',
  compile: 'u8',
  infer: 'u8',
  max_methods: 'u8',
  file: 'ref',
  line: 'i32',
  exported_all: 'u8',
  build_id: 'u64',
  using_backedges: 'ref',
});

export const Binding = layout('Binding', {
  globalref: 'ref',
  value: 'ref',
  partitions: 'ref',
  backedges: 'ref',
  flags: 'u8',
});

/** Bits of Binding.flags. */
export const BindingFlag = { exported: 1, public: 2, deprecated: 4, did_print: 8 } as const;

export const BindingPartition = layout('BindingPartition', {
  restriction: 'ref',
  min_world: 'u64',
  max_world: 'u64',
  next: 'ref',
  kind: 'u64',
});

export const GlobalRef = layout('GlobalRef', { mod: 'ref', name: 'ref', binding: 'ref' });

export const Method = layout('Method', {
  name: 'ref',
  module: 'ref',
  file: 'ref',
  line: 'i32',
  dispatch_status: 'u8',
  interferences: 'ref',
  primary_world: 'u64',
  sig: 'ref',
  specializations: 'ref',
  speckeyset: 'ref',
  slot_syms: 'ref',
  external_mt: 'ref',
  source: 'ref',
  debuginfo: 'ref',
  unspecialized: 'ref',
  generator: 'ref',
  roots: 'ref',
  root_blocks: 'ref',
  nroots_sysimg: 'i32',
  ccallable: 'ref',
  invokes: 'ref',
  recursion_relation: 'ref',
  nargs: 'i32',
  called: 'i32',
  nospecialize: 'i32',
  nkw: 'i32',
  isva: 'u8',
  is_for_opaque_closure: 'u8',
  nospecializeinfer: 'u8',
  did_scan_source: 'u8',
  constprop: 'u8',
  max_varargs: 'u8',
  purity: 'u16',
  // hidden: the world in which the method was deleted or replaced (0 while it is alive)
  deleted_world: 'u64',
});

export const MethodInstance = layout('MethodInstance', {
  def: 'ref',
  specTypes: 'ref',
  sparam_vals: 'ref',
  backedges: 'ref',
  cache: 'ref',
  cache_with_orig: 'u8',
  flags: 'u8',
  dispatch_status: 'u8',
});

export const CodeInstance = layout('CodeInstance', {
  def: 'ref',
  owner: 'ref',
  next: 'ref',
  min_world: 'u64',
  max_world: 'u64',
  rettype: 'ref',
  exctype: 'ref',
  rettype_const: 'ref',
  inferred: 'ref',
  debuginfo: 'ref',
  edges: 'ref',
  analysis_results: 'ref',
  ipo_purity_bits: 'u32',
  time_infer_total: 'u16',
  time_infer_cache_saved: 'u16',
  time_infer_self: 'u16',
  time_compile: 'u16',
  flags: 'u8',
  precompile: 'u8',
  invoke: 'address',
  specptr: 'address',
});

export const CodeInfo = layout('CodeInfo', {
  code: 'ref',
  debuginfo: 'ref',
  ssavaluetypes: 'ref',
  ssaflags: 'ref',
  slotnames: 'ref',
  slotflags: 'ref',
  slottypes: 'ref',
  rettype: 'ref',
  parent: 'ref',
  edges: 'ref',
  min_world: 'u64',
  max_world: 'u64',
  method_for_inference_limit_heuristics: 'ref',
  nargs: 'u64',
  propagate_inbounds: 'u8',
  has_fcall: 'u8',
  has_image_globalref: 'u8',
  nospecializeinfer: 'u8',
  isva: 'u8',
  inlining: 'u8',
  constprop: 'u8',
  purity: 'u16',
  inlining_cost: 'u16',
});

export const DebugInfo = layout('DebugInfo', { def: 'ref', linetable: 'ref', edges: 'ref', codelocs: 'ref' });
export const TypeMapEntry = layout('TypeMapEntry', {
  next: 'ref',
  sig: 'ref',
  simplesig: 'ref',
  guardsigs: 'ref',
  min_world: 'u64',
  max_world: 'u64',
  func: 'ref',
  isleafsig: 'u8',
  issimplesig: 'u8',
  va: 'u8',
});
export const MethodTable = layout('MethodTable', {
  name: 'ref',
  module: 'ref',
  defs: 'ref',
  leafcache: 'ref',
  cache: 'ref',
  backedges: 'ref',
  max_args: 'i64',
});
export const MethodMatch = layout('MethodMatch', {
  spec_types: 'ref',
  sparams: 'ref',
  method: 'ref',
  fully_covers: 'u8',
});
export const Expr = layout('Expr', { head: 'ref', args: 'ref' });
export const QuoteNode = layout('QuoteNode', { value: 'ref' });
export const LineNumberNode = layout('LineNumberNode', { line: 'i64', file: 'ref' });
export const SSAValue = layout('SSAValue', { id: 'i64' });
export const SlotNumber = layout('SlotNumber', { id: 'i64' });
export const GotoNode = layout('GotoNode', { label: 'i64' });
export const GotoIfNot = layout('GotoIfNot', { cond: 'ref', dest: 'i64' });
export const ReturnNode = layout('ReturnNode', { val: 'ref' });
export const EnterNode = layout('EnterNode', { catch_dest: 'i64', scope: 'ref' });
export const PhiNode = layout('PhiNode', { edges: 'ref', values: 'ref' });
export const PiNode = layout('PiNode', { val: 'ref', typ: 'ref' });
export const PhiCNode = layout('PhiCNode', { values: 'ref' });
export const UpsilonNode = layout('UpsilonNode', { val: 'ref' });
export const NewvarNode = layout('NewvarNode', { slot: 'ref' });

/** `ptr` is where the elements are: right behind the object, in memory of malloc, or in another object. */
export const GenericMemory = layout('GenericMemory', { length: 'i64', ptr: 'address' });
/** `ptr_or_offset`: address of the element (element index for zero-size and union elements). */
export const GenericMemoryRef = layout('GenericMemoryRef', { ptr_or_offset: 'address', mem: 'ref' });
/** A MemoryRef inline, then one Int64 per dimension. */
export const JuliaArray = layout('Array', { ptr_or_offset: 'address', mem: 'ref', length: 'i64' });

export const OpaqueClosure = layout('OpaqueClosure', {
  captures: 'ref',
  world: 'u64',
  source: 'ref',
  invoke: 'address',
  specptr: 'address',
});
export const JuliaWeakRef = layout('WeakRef', { value: 'ref' });
export const Task = layout('Task', {
  next: 'ref',
  queue: 'ref',
  storage: 'ref',
  donenotify: 'ref',
  result: 'ref',
  scope: 'ref',
  start: 'ref',
  _state: 'u8',
  sticky: 'u8',
  priority: 'u16',
  _isexception: 'u8',
  pad00: 'u8',
  pad01: 'u8',
  pad02: 'u8',
  rngState0: 'u64',
  rngState1: 'u64',
  rngState2: 'u64',
  rngState3: 'u64',
  rngState4: 'u64',
  metrics_enabled: 'u8',
  pad10: 'u8',
  pad11: 'u8',
  pad12: 'u8',
  first_enqueued_at: 'u64',
  last_started_running_at: 'u64',
  running_time_ns: 'u64',
  finished_at: 'u64',
  // hidden: the task's frames and its stack of caught exceptions
  stack: 'address',
  stack_bytes: 'u64',
  frame: 'u32',
  sp: 'u32',
  excstack: 'ref',
  excdepth: 'u32',
});

/**
 * What DataType.layout points at (jl_datatype_layout_t): this header, then one 32-bit descriptor pair per field
 * (size << 1 | isptr, offset), then the word offsets of the pointers. Field descriptors are always the 32-bit form.
 */
export const TypeLayout = layout('layout', {
  size: 'u32',
  nfields: 'u32',
  npointers: 'u32',
  first_ptr: 'i32',
  alignment: 'u16',
  flags: 'u16',
});

/** Bits of TypeLayout.flags. */
export const TypeLayoutFlag = {
  haspadding: 1,
  fielddesc_type_32: 2 << 1,
  arrayelem_isboxed: 1 << 3,
  arrayelem_isunion: 1 << 4,
  arrayelem_isatomic: 1 << 5,
  arrayelem_islocked: 1 << 6,
  isbitsegal: 1 << 7,
} as const;
