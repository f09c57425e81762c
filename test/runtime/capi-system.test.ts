// The C API of the system, as Julia's Base calls it: files, libraries, modules, methods, memory, exceptions, names.

import { expect, it } from 'vitest';
import { answer } from './session.ts';

it.each([
  // Names and operators.
  ["ccall(:jl_id_start_char, Cint, (UInt32,), 'a'), ccall(:jl_id_start_char, Cint, (UInt32,), '1')", '(1, 0)'],
  ["ccall(:jl_id_char, Cint, (UInt32,), '1'), ccall(:jl_id_char, Cint, (UInt32,), '+')", '(1, 0)'],
  ["ccall(:jl_op_suffix_char, Cint, (UInt32,), '₁'), ccall(:jl_op_suffix_char, Cint, (UInt32,), 'a')", '(1, 0)'],
  ['[ccall(:jl_is_operator, Cint, (Cstring,), s) for s in ("+", "isa", "=>", "f", "")]', 'Int32[1, 1, 1, 0, 0]'],
  ['[ccall(:jl_is_unary_operator, Cint, (Cstring,), s) for s in ("!", "-", "*")]', 'Int32[1, 1, 0]'],
  ['[ccall(:jl_is_unary_and_binary_operator, Cint, (Cstring,), s) for s in ("!", "-", "*")]', 'Int32[0, 1, 0]'],
  ['[ccall(:jl_is_syntactic_operator, Cint, (Cstring,), s) for s in ("&&", "+=", "+")]', 'Int32[1, 1, 0]'],

  // Exceptions.
  ['ccall(:jl_throw, Cvoid, (Any,), ErrorException("thrown"))', 'thrown'],
  ['ccall(:jl_throw_out_of_memory_error, Cvoid, ())', 'OutOfMemoryError()'],
  ['ccall(:jl_error, Cvoid, (Cstring,), "text")', 'text'],
  ['ccall(:jl_argument_error, Cvoid, (Cstring,), "text")', 'ArgumentError: text'],
  ['ccall(:jl_atomic_error, Cvoid, (Cstring,), "text")', 'ConcurrencyViolationError: text'],
  [
    'ccall(:jl_bounds_error, Cvoid, (Any, Any), [1], 2)',
    'BoundsError: attempt to access 1-element Vector{Int64} at index [2]',
  ],
  [
    'ccall(:jl_bounds_error_int, Cvoid, (Any, Csize_t), [1], 2)',
    'BoundsError: attempt to access 1-element Vector{Int64} at index [2]',
  ],
  [
    'ccall(:jl_type_error, Cvoid, (Cstring, Any, Any), "f", Int, 1.5)',
    'TypeError: in f, expected Int64, got a value of type Float64',
  ],
  [
    'ccall(:jl_type_error_rt, Cvoid, (Cstring, Cstring, Any, Any), "f", "here", Int, 1.5)',
    'TypeError: in f, in here, expected Int64, got a value of type Float64',
  ],
  ['ccall(:jl_typeassert, Cvoid, (Any, Any), 1, Int)', 'nothing'],
  [
    'ccall(:jl_typeassert, Cvoid, (Any, Any), 1, String)',
    'TypeError: in typeassert, expected String, got a value of type Int64',
  ],
  [
    'ccall(:jl_undefined_var_error, Cvoid, (Any, Any), :nosuchname, Main)',
    'UndefVarError: `nosuchname` not defined in `Main`',
  ],
  [
    'ccall(:jl_has_no_field_error, Cvoid, (Any, Any), Complex{Int}, :z)',
    'FieldError: type Complex has no field `z`, available fields: `re`, `im`',
  ],
  ['ccall(:jl_too_few_args, Cvoid, (Cstring, Cint), "f", 2)', 'ArgumentError: f: too few arguments (expected 2)'],
  ['ccall(:jl_too_many_args, Cvoid, (Cstring, Cint), "f", 2)', 'ArgumentError: f: too many arguments (expected 2)'],

  // The system.
  ['ccall(:jl_get_UNAME, Any, ()), ccall(:jl_get_ARCH, Any, ())', '(:Linux, :x86_64)'],
  [
    'ccall(:jl_getuid, Culong, ()) == ccall(:getuid, Cuint, ()), ccall(:jl_geteuid, Culong, ()) == ccall(:geteuid, Cuint, ())',
    '(true, true)',
  ],
  [
    'ccall(:jl_getpid, Cint, ()) == getpid(), ccall(:jl_sizeof_mode_t, Cint, ()), ccall(:jl_SC_CLK_TCK, Clong, ())',
    '(true, 4, 100)',
  ],
  ['abs(ccall(:jl_clock_now, Float64, ()) - time()) < 60', 'true'],
  [
    'let tv = zeros(Int64, 2); r = ccall(:jl_gettimeofday, Cint, (Ptr{Int64},), tv); (r, abs(tv[1] - time()) < 60, 0 <= tv[2] < 10^6); end',
    '(0, true, true)',
  ],
  [
    'let c = zeros(Cint, 9); ccall(:jl_get_fenv_consts, Cvoid, (Ptr{Cint},), c); c; end',
    'Int32[32, 16, 8, 4, 1, 0, 2048, 1024, 3072]',
  ],
  [
    'ccall(:jl_get_fenv_rounding, Cint, ()), ccall(:jl_set_fenv_rounding, Cint, (Cint,), 0), ccall(:jl_set_fenv_rounding, Cint, (Cint,), 1024)',
    '(0, 0, 1)',
  ],
  [
    'ccall(:jl_get_zero_subnormals, Int32, ()), ccall(:jl_set_zero_subnormals, Int32, (Int8,), 0), ccall(:jl_set_zero_subnormals, Int32, (Int8,), 1)',
    '(0, 0, -1)',
  ],
  [
    'let inside() = ccall(:jl_in_threaded_region, Cint, ()); a = inside(); ccall(:jl_enter_threaded_region, Cvoid, ()); b = inside(); ccall(:jl_exit_threaded_region, Cvoid, ()); (a, b, inside()); end',
    '(0, 1, 0)',
  ],
  [
    'ccall(:jl_set_task_tid, Cint, (Any, Cint), current_task(), 0), ccall(:jl_set_task_tid, Cint, (Any, Cint), current_task(), 1)',
    '(1, 0)',
  ],
  ['ccall(:jl_set_task_threadpoolid, Cint, (Any, Int8), current_task(), 0)', '1'],
  [
    'let draw(seed) = (ccall(:jl_srand, Cvoid, (UInt64,), seed); (ccall(:jl_rand, UInt64, ()), ccall(:jl_rand, UInt64, ()))); (draw(1) == draw(1), draw(1) == draw(2), allunique(draw(typemax(UInt64)))); end',
    '(true, false, true)',
  ],
  [
    'ccall(:jl_set_ptls_rng, Cvoid, (UInt64,), typemax(UInt64) - 1), ccall(:jl_get_ptls_rng, UInt64, ())',
    '(nothing, 0xfffffffffffffffe)',
  ],
  ['unsafe_load(cglobal(:jl_n_threads, Cint)), unsafe_load(cglobal(:jl_n_gcthreads, Cint))', '(1, 0)'],

  [
    'ccall(:jl_prepend_cwd, Any, (Any,), "a/b") == joinpath(pwd(), "a/b"), ccall(:jl_prepend_cwd, Any, (Any,), "/a")',
    '(true, "/a")',
  ],
  ['ccall(:jl_get_JIT, Ref{String}, ()) == Sys.JIT', 'true'],

  // Files.
  [
    `let f = tempname(), g = tempname(), buffer = zeros(UInt8, ccall(:jl_sizeof_stat, Int32, ()))
       write(f, "twelve bytes")
       a = ccall(:jl_stat, Int32, (Cstring, Ptr{UInt8}), f, buffer)
       size = ccall(:jl_stat_size, UInt64, (Ptr{UInt8},), buffer)
       mode = ccall(:jl_stat_mode, UInt32, (Ptr{UInt8},), buffer)
       same = ccall(:jl_stat_mtime, Float64, (Ptr{UInt8},), buffer) ≈ mtime(f)
       b = ccall(:jl_fs_rename, Int32, (Cstring, Cstring), f, g)
       c = ccall(:jl_fs_access, Cint, (Cstring, Cint), f, 0)
       d = ccall(:jl_fs_chmod, Int32, (Cstring, Cint), g, 0o600)
       e = (ccall(:jl_fs_symlink, Int32, (Cstring, Cstring, Cint), g, f, 0), islink(f), ccall(:jl_lstat, Int32, (Cstring, Ptr{UInt8}), f, buffer),
            ccall(:jl_stat_mode, UInt32, (Ptr{UInt8},), buffer) & 0o170000 == 0o120000)
       h = (ccall(:jl_fs_unlink, Int32, (Cstring,), f), ccall(:jl_fs_unlink, Int32, (Cstring,), f))
       ccall(:jl_fs_unlink, Int32, (Cstring,), g)
       (a, size, mode & 0o170000 == 0o100000, same, b, c, d, e, h, isfile(g))
     end`,
    '(0, 0x000000000000000c, true, true, 0, -2, 0, (0, true, 0, true), (0, -2), false)',
  ],
  [
    `let f = tempname(), text = "abc", back = zeros(UInt8, 8)
       io = open(f, "w+")
       n = reinterpret(Int32, fd(io))
       a = ccall(:jl_fs_write, Int32, (Cint, Ptr{UInt8}, Csize_t, Int64), n, text, 3, -1)
       b = ccall(:jl_fs_write, Int32, (Cint, Ptr{UInt8}, Csize_t, Int64), n, "Z", 1, 1)
       seekstart(io)
       c = ccall(:jl_fs_read, Int32, (Cint, Ptr{Cvoid}, Csize_t), n, back, 8)
       close(io)
       (a, b, c, String(back[1:3]), ccall(:jl_fs_close, Int32, (Cint,), 9999))
     end`,
    '(3, 1, 3, "aZc", -9)',
  ],

  // Libraries.
  [
    'let h = ccall(:jl_load_dynamic_library, Ptr{Cvoid}, (Cstring, UInt32, Cint), "libm.so.6", 1, 1), p = Ref{Ptr{Cvoid}}(); (ccall(:jl_dlsym, Cint, (Ptr{Cvoid}, Cstring, Ref{Ptr{Cvoid}}, Cint), h, "cos", p, 1), ccall(p[], Float64, (Float64,), 0.0), occursin("libm", unsafe_string(ccall(:jl_pathname_for_handle, Cstring, (Ptr{Cvoid},), h))), ccall(:jl_dlsym, Cint, (Ptr{Cvoid}, Cstring, Ref{Ptr{Cvoid}}, Cint), h, "nosuch", p, 0), ccall(:jl_dlclose, Cint, (Ptr{Cvoid},), h)); end',
    '(1, 1.0, true, 0, 0)',
  ],
  [
    'ccall(:jl_load_dynamic_library, Ptr{Cvoid}, (Cstring, UInt32, Cint), "libnosuch", 1, 1)',
    'could not load library "libnosuch"',
  ],
  [
    'ccall(:jl_load_dynamic_library, Ptr{Cvoid}, (Cstring, UInt32, Cint), "libnosuch", 1, 0)',
    'Ptr{Nothing}(0x0000000000000000)',
  ],
  [
    'let list = String[]; (ccall(:jl_dllist, Cint, (Any,), list), any(endswith(r"libc\\.so\\.\\d+"), list)); end',
    '(0, true)',
  ],

  // Modules and bindings.
  ['module CapiM; const a = 1; end; ccall(:jl_base_relative_to, Any, (Any,), CapiM)', 'Base'],
  [
    'let M = Module(:Ids); a = ccall(:jl_module_uuid, NTuple{2, UInt64}, (Any,), M); ccall(:jl_set_module_uuid, Cvoid, (Any, NTuple{2, UInt64}), M, (UInt64(1), typemax(UInt64))); (a, ccall(:jl_module_uuid, NTuple{2, UInt64}, (Any,), M)); end',
    '((0x0000000000000000, 0x0000000000000000), (0x0000000000000001, 0xffffffffffffffff))',
  ],
  ['ccall(:jl_get_module_binding_or_nothing, Any, (Any, Any), Base, :never_looked_for)', 'nothing'],
  ['ccall(:jl_get_module_binding_or_nothing, Any, (Any, Any), Base, :sin) isa Core.Binding', 'true'],
  [
    'ccall(:jl_globalref_is_const, Cint, (Any,), GlobalRef(Base, :sin)), ccall(:jl_globalref_is_const, Cint, (Any,), GlobalRef(Base, :stdout))',
    '(1, 0)',
  ],
  ['ccall(:jl_eval_globalref, Any, (Any, UInt), GlobalRef(Base, :sin), Base.get_world_counter()) === sin', 'true'],
  [
    'ccall(:jl_eval_globalref, Any, (Any, UInt), GlobalRef(Main, :nosuchname), Base.get_world_counter())',
    'UndefVarError: `nosuchname` not defined in `Main`',
  ],
  ['length(ccall(:jl_module_get_bindings, Ref{Core.SimpleVector}, (Any,), Base.Iterators)) > 10', 'true'],
  [
    'let M = Module(:Globals); ccall(:jl_set_const, Cvoid, (Any, Any, Any), M, :c, 7); (ccall(:jl_get_global, Any, (Any, Any), M, :c), ccall(:jl_boundp, Cint, (Any, Any, Cint), M, :c, 1), ccall(:jl_boundp, Cint, (Any, Any, Cint), M, :d, 1), isconst(M, :c)); end',
    '(7, 1, 0, true)',
  ],
  [
    'let M = Module(:Deprecated); Core.eval(M, :(x = 1)); Base.deprecate(M, :x); a = Base.isdeprecated(M, :x); Base.deprecate(M, :x, 0); (a, Base.isdeprecated(M, :x)); end',
    '(true, false)',
  ],
  [
    'ccall(:jl_is_submodule, Cint, (Any, Any), Base.Iterators, Base), ccall(:jl_is_submodule, Cint, (Any, Any), Core, Base.Iterators)',
    '(1, 0)',
  ],

  [
    'let b = ccall(:jl_get_module_binding_or_nothing, Any, (Any, Any), Base, :sin), w = Base.get_world_counter(), p = ccall(:jl_get_binding_partition, Any, (Any, UInt), b, w); (ccall(:jl_get_binding_partition_with_hint, Any, (Any, Any, UInt), b, p, w) === p, ccall(:jl_bpart_get_kind, UInt8, (Any,), p) == Base.binding_kind(p)); end',
    '(true, true)',
  ],

  // Methods.
  [
    'ccall(:jl_argument_datatype, Any, (Any,), Vector), ccall(:jl_argument_datatype, Any, (Any,), Union{Int, String})',
    '(Array{T, 1}, nothing)',
  ],
  [
    'capi_f(x::Int) = 1; capi_f(x) = 2; let w = Base.get_world_counter(), a = which(capi_f, (Int,)), b = which(capi_f, (Any,)); (ccall(:jl_methtable_lookup, Any, (Any, UInt), a.sig, w) === a, ccall(:jl_methtable_lookup, Any, (Any, UInt), Tuple{typeof(capi_f), String}, w), ccall(:jl_method_morespecific, Cint, (Any, Any), a, b), ccall(:jl_method_morespecific, Cint, (Any, Any), b, a)); end',
    '(true, nothing, 1, 0)',
  ],
  [
    'capi_g(x) = x; let m = only(methods(capi_g)), t = Tuple{typeof(capi_g), Int8}; before = ccall(:jl_specializations_lookup, Any, (Any, Any), m, t); mi = ccall(:jl_specializations_get_linfo, Ref{Core.MethodInstance}, (Any, Any, Any), m, t, Core.svec()); (before, mi.specTypes, ccall(:jl_specializations_lookup, Any, (Any, Any), m, t) === mi, ccall(:jl_method_lookup_by_tt, Any, (Any, UInt, Any), t, Base.get_world_counter(), nothing) === mi); end',
    '(nothing, Tuple{typeof(capi_g), Int8}, true, true)',
  ],
  [
    'capi_h(x, y) = (z = x; z + y); let c = only(code_lowered(capi_h)); (ccall(:jl_ir_nslots, Int, (Any,), c), [ccall(:jl_ir_slotflag, UInt8, (Any, Csize_t), c, i) for i in 0:3] == c.slotflags, ccall(:jl_ir_flag_has_image_globalref, UInt8, (Any,), c)); end',
    '(4, true, 0x00)',
  ],

  // Types and fields.
  [
    'ccall(:jl_apply_type1, Any, (Any, Any), Vector, Int), ccall(:jl_apply_type2, Any, (Any, Any, Any), Dict, Int, String)',
    '(Vector{Int64}, Dict{Int64, String})',
  ],
  [
    'ccall(:jl_apply_tuple_type, Any, (Any,), Core.svec(Int, String)), ccall(:jl_apply_array_type, Any, (Any, Csize_t), Int, 3)',
    '(Tuple{Int64, String}, Array{Int64, 3})',
  ],
  [
    'ccall(:jl_get_field, Any, (Any, Cstring), 1 + 2im, "im"), ccall(:jl_field_isdefined, Cint, (Any, Csize_t), Ref{Any}(), 0)',
    '(2, 0)',
  ],
  [
    'ccall(:jl_get_field, Any, (Any, Cstring), 1 + 2im, "z")',
    'FieldError: type Complex has no field `z`, available fields: `re`, `im`',
  ],

  // Memory.
  [
    'let p = ccall(:jl_gc_counted_malloc, Ptr{UInt8}, (Csize_t,), 4); unsafe_store!(p, 0x07, 4); q = ccall(:jl_gc_counted_realloc_with_old_size, Ptr{UInt8}, (Ptr{UInt8}, Csize_t, Csize_t), p, 4, 4000); x = unsafe_load(q, 4); ccall(:jl_gc_counted_free_with_size, Cvoid, (Ptr{UInt8}, Csize_t), q, 4000); x; end',
    '0x07',
  ],
  [
    'let p = ccall(:jl_calloc, Ptr{Int}, (Csize_t, Csize_t), 2, 8); x = unsafe_load(p, 2); ccall(:jl_free, Cvoid, (Ptr{Int},), p); x; end',
    '0',
  ],
  ['ccall(:jl_gc_new_weakref_th, Ref{WeakRef}, (Ptr{Cvoid}, Any), C_NULL, :a).value', ':a'],
  ['length(ccall(:jl_alloc_genericmemory, Any, (Any, Csize_t), Memory{Int}, 3)::Memory{Int})', '3'],
  [
    'let a = [1, 2, 3]; GC.@preserve a collect(ccall(:jl_ptr_to_genericmemory, Ref{Memory{Int}}, (Any, Ptr{Int}, Csize_t, Cint), Memory{Int}, pointer(a, 2), 2, 0)); end',
    '[2, 3]',
  ],
  [
    'let m = Memory{UInt8}(undef, 3); copyto!(m, b"abc"); ccall(:jl_genericmemory_to_string, Ref{String}, (Any, Csize_t), m, 2); end',
    '"ab"',
  ],
  [
    'ccall(:jl_array_to_string, Ref{String}, (Any,), UInt8[0x61, 0x62]), let a = [5]; ccall(:jl_array_ptr, Ptr{Int}, (Any,), a) == pointer(a); end',
    '("ab", true)',
  ],
])('%s', (code, expected) => {
  expect(answer(code)).toBe(expected);
});
