// InteractiveUtils: what a user asks of types, methods and modules.

import { expect, it } from 'vitest';
import { jl0 } from '../cli/jl0.ts';

const shown = (code: string): string => {
  const { stdout, stderr } = jl0(['-e', `using InteractiveUtils; ${code}`]);
  expect(stderr).toBe('');
  return stdout;
};

it('lists the types below and above a type', () => {
  expect(
    shown(`abstract type Zz end; struct Z1 <: Zz end; struct Z2{T} <: Zz end; abstract type P{T} end; struct Q <: P{Int} end
      println(subtypes(Zz)); println(subtypes(P), subtypes(P{Int}), subtypes(P{Bool}), subtypes(Int))
      println(subtypes(Integer)); println(supertypes(Int))`),
  ).toBe(
    'Any[Z1, Z2]\nAny[Q]Any[Q]Any[]Any[]\nAny[Bool, Signed, Unsigned]\n(Int64, Signed, Integer, Real, Number, Any)\n',
  );
});

it('finds the methods for a type, and where one is', () => {
  expect(
    shown(`struct Z end; f(x::Z) = 1; f(x::Int, y::Z) = 2; f(x::Any) = 3
      println(length(methodswith(Z, f)), length(methodswith(Z, Main)), length(methodswith(Int, f; supertypes=true)))
      println((@functionloc f(Z())) == ("none", 1), (@which f(1)).sig)`),
  ).toBe('221\ntrueTuple{typeof(f), Any}\n');
});

it('shows what a module holds', () => {
  expect(shown('numbers = [1, 2, 3]; show(stdout, MIME"text/plain"(), varinfo(Main, r"numbers"; all=true))')).toBe(
    '  name        size summary\n  ––––––– –––––––– –––––––––––––––––––––––\n  numbers 64 bytes 3-element Vector{Int64}',
  );
});
