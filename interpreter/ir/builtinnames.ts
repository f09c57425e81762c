// The builtins of Core by name: the functions that are there before any code has run, so that a reference to one of them
// from code of any age is known to be a builtin. Source: Julia's table of builtin functions.

const names = `<: === _abstracttype _apply_iterate _call_in_world_total _call_latest _compute_sparams _defaultctors
  _equiv_typedef _expr _primitivetype _setsuper! _structtype _svec_len _svec_ref _typebody! _typevar applicable apply_type
  compilerbarrier current_scope donotdelete fieldtype finalizer get_binding_type getfield getglobal ifelse intrinsic_call
  invoke invoke_in_world invokelatest isa isdefined isdefinedglobal memorynew memoryref_isassigned memoryrefget
  memoryrefmodify! memoryrefnew memoryrefoffset memoryrefreplace! memoryrefset! memoryrefsetonce! memoryrefswap!
  memoryrefunset! modifyfield! modifyglobal! nfields opaque_closure_call replacefield! replaceglobal! setfield!
  setfieldonce! setglobal! setglobalonce! sizeof svec swapfield! swapglobal! throw throw_methoderror tuple typeassert
  typeof`;

const builtins: ReadonlySet<string> = new Set(names.split(/\s+/));

/** Is `Core.name` a builtin? */
export const isBuiltinName = (name: string): boolean => builtins.has(name);
