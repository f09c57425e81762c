// The C API of the runtime, as programs that know Julia's call it: `ccall(:jl_..., ...)`.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runtimeFunction } from '../../interpreter/runtime/capi/table.ts';
import { root } from '../oracle.ts';
import { answer } from './session.ts';

it.each([
  ['ccall(:jl_subtype, Cint, (Any, Any), Int, Real)', '1'],
  ['ccall(:jl_subtype, Cint, (Any, Any), Real, Int)', '0'],
  ['ccall(:jl_isa, Cint, (Any, Any), 1, Integer)', '1'],
  ['ccall(:jl_egal, Cint, (Any, Any), (1, "a"), (1, "a"))', '1'],
  ['ccall(:jl_egal, Cint, (Any, Any), [1], [1])', '0'],
  ['ccall(:jl_types_egal, Cint, (Any, Any), Vector, Array{T, 1} where T)', '1'],
  ['ccall(:jl_has_typevar, Cint, (Any, Any), Vector.body, Vector.var)', '1'],
  ['ccall(:jl_has_typevar, Cint, (Any, Any), Vector, Vector.var)', '0'],
  ['ccall(:jl_find_free_typevars, Vector{Any}, (Any,), Dict.body.body)', 'Any[K, V]'],
  ['ccall(:jl_has_concrete_subtype, Cint, (Any,), Type{Union{}})', '1'],
  ['ccall(:jl_has_concrete_subtype, Cint, (Any,), Union{})', '0'],
  ['ccall(:jl_has_concrete_subtype, Cint, (Any,), Union{Int, String})', '1'],
  [
    'ccall(:jl_type_intersection_with_env, Any, (Any, Any), Vector{Int}, AbstractArray{T, N} where {T<:Real, N})',
    'svec(Vector{Int64}, svec(Int64, 1))',
  ],
  [
    'let s = Any[Int, 2]; GC.@preserve s ccall(:jl_instantiate_type_in_env, Any, (Any, Any, Ptr{Any}), Tuple{Array.body.body, Array.var}, Array, s); end',
    'Tuple{Matrix{Int64}, Int64}',
  ],
  ['ccall(:jl_get_fieldtypes, Any, (Any,), Pair{Int, String})', 'svec(Int64, String)'],
  ['unsafe_string(ccall(:jl_typeof_str, Cstring, (Any,), 1.5))', '"Float64"'],
  ['ccall(:jl_get_nth_pointer, Any, (Any, Csize_t), Pair{Any, Any}(:a, :b), 1)', ':b'],
  ['ccall(:jl_nth_pointer_isdefined, Cint, (Any, Csize_t), Ref{Any}(), 0)', '0'],
  ['ccall(:jl_new_structt, Any, (Any, Any), Complex{Int}, (1, 2))', '1 + 2im'],
  ['ccall(:jl_new_structt, Any, (Any, Any), Complex{Int}, (1,))', 'ArgumentError: new: too few arguments (expected 2)'],
  ['ccall(:jl_new_structt, Any, (Any, Any), Real, (1,))', 'TypeError: in new, expected DataType, got Type{Real}'],
  ['ccall(:jl_box_int32, Any, (Int32,), -5), typeof(ccall(:jl_box_int32, Any, (Int32,), -5))', '(-5, Int32)'],
  ['ccall(:jl_box_float64, Any, (Cdouble,), 1.5)', '1.5'],
  ['ccall(:jl_box_bool, Any, (Int8,), 1)', 'true'],
  ['ccall(:jl_unbox_int64, Int64, (Any,), typemin(Int))', '-9223372036854775808'],
  ['ccall(:jl_unbox_uint8, UInt8, (Any,), 0xff)', '0xff'],
  ['ccall(:jl_unbox_float32, Float32, (Any,), 0.1f0)', '0.1f0'],
  ['ccall(:jl_threadid, Int16, ()), ccall(:jl_get_task_tid, Int16, (Any,), current_task())', '(0, 0)'],
  ['ccall(:jl_cpu_threads, Cint, ()) == Sys.CPU_THREADS', 'true'],
  ['let a = ccall(:jl_hrtime, UInt64, ()), b = time_ns(); a <= b < a + 10^10; end', 'true'],
  ['VersionNumber(unsafe_string(ccall(:jl_ver_string, Cstring, ()))) == VERSION', 'true'],
  ['fieldnames(IdDict), fieldtypes(IdDict{Int, Int})', '((:ht, :count, :ndel), (Memory{Any}, Int64, Int64))'],
  [
    'let h = Memory{Any}(undef, 32), r = Ref{Cint}(7); h = ccall(:jl_eqtable_put, Memory{Any}, (Any, Any, Any, Ptr{Cint}), h, :a, 1, r); (length(h), r[], ccall(:jl_eqtable_get, Any, (Any, Any, Any), h, :a, 2), ccall(:jl_eqtable_get, Any, (Any, Any, Any), h, :b, 2)); end',
    '(32, 1, 1, 2)',
  ],
  [
    'let h = Memory{Any}(undef, 32), r = Ref{Cint}(7); h = ccall(:jl_eqtable_put, Memory{Any}, (Any, Any, Any, Ptr{Cint}), h, nothing, 1, C_NULL); i = ccall(:jl_eqtable_nextind, Int, (Any, Csize_t), h, 0); v = ccall(:jl_eqtable_pop, Any, (Any, Any, Any, Ptr{Cint}), h, nothing, 2, r); (h[i + 1], v, r[], ccall(:jl_eqtable_nextind, Int, (Any, Csize_t), h, 0), ccall(:jl_eqtable_pop, Any, (Any, Any, Any, Ptr{Cint}), h, nothing, 2, r), r[]); end',
    '(nothing, 1, 1, -1, 2, 0)',
  ],
  [
    'let d = IdDict{Any, Int}(i => i for i in 1:3000); for i in 1:2:3000; delete!(d, i); end; d[nothing] = 0; (length(d), sum(values(d)), haskey(d, 1), d[2], d[nothing], length(d.ht) > 6000); end',
    '(1501, 2251500, false, 2, 0, true)',
  ],
  ['let d = IdDict(Any[1] => 1); (deepcopy(d) == d, length(deepcopy(d)), copy(d) == d); end', '(false, 1, true)'],
  ['IdDict{Int, Int}()["a"] = 1', 'TypeError: in dict key, expected Int64, got a value of type String'],
  // The check value of CRC-32C: that of the text "123456789".
  ['ccall(:jl_crc32c, UInt32, (UInt32, Ptr{UInt8}, Csize_t), 0, "123456789", 9)', '0xe3069283'],
  [
    'ccall(:jl_crc32c, UInt32, (UInt32, Ptr{UInt8}, Csize_t), ccall(:jl_crc32c, UInt32, (UInt32, Ptr{UInt8}, Csize_t), 0, "1234", 4), "56789", 5)',
    '0xe3069283',
  ],
])('%s', (code, expected) => {
  expect(answer(code)).toBe(expected);
});

it('lacks the names that docs/c-api.md says it lacks', () => {
  const text = readFileSync(join(root, 'docs/c-api.md'), 'utf8');
  const names = [...text.slice(text.indexOf('\n## ')).matchAll(/`(jl_\w+)`/g)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter((name) => runtimeFunction(name) !== undefined)).toEqual([]);
});
