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
