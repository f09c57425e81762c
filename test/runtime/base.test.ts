// Functions of Base that no corpus asks for, against the answers in Julia's documentation or worked out by hand.

import { expect, it } from 'vitest';
import { answer } from './session.ts';

it.each([
  ['rtruncate("🍕🍕 I love 🍕", 10), ltruncate("🍕🍕 I love 🍕", 10)', '("🍕🍕 I lo…", "…I love 🍕")'],
  ['ctruncate("🍕🍕 I love 🍕", 10), ctruncate("foo", 3)', '("🍕🍕 …e 🍕", "foo")'],
  ['rtruncate("abcdef", 4, ".."), ctruncate("abcdefgh", 5; prefer_left=false)', '("ab..", "ab…gh")'],
  ['collect(logrange(1, 512, 4))', '[1.0, 8.0, 64.0, 512.0]'],
  ['logrange(10, 4000, length=3)', 'LogRange{Float64}(10.0, 4000.0, 3)'],
  ['repr("text/plain", logrange(10, 4000, length=3))[end-20:end]', '"\\n 10.0, 200.0, 4000.0"'],
  ['all!([true, true], [1 2; 3 4] .> 1), any!([true true], [1 2; 3 4] .> 3)', '(Bool[0, 1], Bool[0 1])'],
  ['count!([0, 0], [1 2; 3 4] .> 1), extrema!([(0, 0), (0, 0)], [1 2; 3 4])', '([1, 2], [(1, 2), (3, 4)])'],
  ['sum!([1 1], [1 2; 3 4]), sum!([10 10], [1 2; 3 4]; init=false)', '([4 6], [14 16])'],
  ['findmax!([0, 0], fill(CartesianIndex(0, 0), 2), [1 2; 3 4])[1]', '[2, 4]'],
  [
    'findmax!([3, 3], fill(CartesianIndex(0, 0), 2), [1 2; 3 4]; init=false)',
    '([3, 4], CartesianIndex{2}[CartesianIndex(0, 0), CartesianIndex(2, 2)])',
  ],
  ['LinRange(1, 2, 3), LinRange{Float32}(1, 2, 3)', '(LinRange{Float64}(1.0, 2.0, 3), LinRange{Float32}(1.0, 2.0, 3))'],
  ['hex2bytes!(zeros(UInt8, 2), "0aff")', 'UInt8[0x0a, 0xff]'],
  ['disable_sigint(() -> reenable_sigint(() -> 3))', '3'],
  ['issticky("/tmp"), ismount("/proc"), ismount("/proc/self")', '(true, true, false)'],
  ['nameof((() -> (inner(x) = x; inner))()), occursin(r"^#\\d+$", string(x -> x))', '(:inner, true)'],
  ['@threadcall(:strlen, Csize_t, (Cstring,), "abc")', '0x0000000000000003'],
  [
    'fieldnames(IOBuffer)',
    '(:data, :reinit, :readable, :writable, :seekable, :append, :size, :maxsize, :ptr, :offset_or_compacted, :mark)',
  ],
  [
    'let v = UInt8[9, 1, 2, 3]; popfirst!(v); io = IOBuffer(v; read=true, write=true); write(io, 0xff); (v, position(io), read(io), take!(io), io.reinit); end',
    '(UInt8[0xff, 0x02, 0x03], 1, UInt8[0x02, 0x03], UInt8[0xff, 0x02, 0x03], true)',
  ],
  [
    'let p = PipeBuffer(); ok = all(i -> (write(p, "hello "); String(read(p, 6)) == "hello "), 1:1000); mark(p); write(p, "abc"); (ok, length(p.data) < 200, position(p), read(p, Char), reset(p), read(p, String)); end',
    '(true, true, 6000, \'a\', 6000, "abc")',
  ],
  ['seek(PipeBuffer(), 0)', 'ArgumentError: seek failed, IOBuffer is not seekable and is not marked'],
  [
    'let io = IOBuffer(UInt8[], read=true, write=true, maxsize=34); (write(io, "JuliaLang is a GitHub organization."), String(take!(io))); end',
    '(34, "JuliaLang is a GitHub organization")',
  ],
  [
    'length(read(IOBuffer(b"data", read=true, truncate=false))), length(read(IOBuffer(b"data", read=true, truncate=true)))',
    '(4, 0)',
  ],
  [
    'let io = IOBuffer("hello world"); skip(io, 6); skip(io, -5); p = position(io); seek(io, -3); (p, position(io), filesize(io)); end',
    '(1, 0, 11)',
  ],
  [
    'let io = IOBuffer(); write(io, "hello"); truncate(io, 7); (String(take!(io)), truncate(IOBuffer("a"), 1)); end',
    'ArgumentError: truncate failed, IOBuffer is not writeable',
  ],
  ['fieldnames(Regex), r"a".regex != C_NULL', '((:pattern, :compile_options, :match_options, :regex), true)'],
  [
    'r"b"ims, r"b"a, Regex("a", 0x10, 0), match(r"\\u00e4", "xä").offset, match(r"\\w+"a, "éab").match',
    '(r"b"ims, r"b"a, Regex("a", 0x00000010, 0x00000000), 2, "ab")',
  ],
  ['r"a"i * r"b"im * "c|d", r"a" * \'.\', *(r"a")', '(r"(?:a)(?m:b)\\Qc|d\\E"i, r"(?:a)\\Q.\\E", r"a")'],
  ['r"a" * r"b"a', 'ArgumentError: cannot multiply regexes: incompatible options'],
  ['Regex("a", 4, 0)', 'ArgumentError: invalid regex compile options: 4'],
  [
    'sprint(showerror, FieldError(Timer, :repeat))',
    '"FieldError: type Timer has no field `repeat`, available fields: `handle`, `cond`, `isopen`, `set`, `timeout_ms`, `interval_ms`\\nAvailable properties: `timeout`, `interval`"',
  ],
  [
    'sprint(showerror, FieldError(Dict{Int, Int}, :key))',
    '"FieldError: type Dict has no field `key`\\nDid you mean to access dict values using key: `:key` ? Consider using indexing syntax dict[:key]\\n, available fields: `slots`, `keys`, `vals`, `ndel`, `count`, `age`, `idxfloor`, `maxprobe`"',
  ],
  [
    'sprint(showerror, FieldError(Base.Missing, :x))',
    '"FieldError: type Missing has no field `x`; Missing has no fields at all."',
  ],
])('%s', (code, expected) => {
  expect(answer(code)).toBe(expected);
});
