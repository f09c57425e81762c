// Types made to be expensive, and random ones: every question ends, and the answers agree with each other.

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jl0 } from '../cli/jl0.ts';
import { root } from '../oracle.ts';
import { answer } from '../runtime/session.ts';

describe('a question about types ends', { timeout: 300_000 }, () => {
  const prelude = `
    nest(n) = (t = Int; for i in 1:n; t = Tuple{t}; end; t)
    vectors(n) = (t = Int; for i in 1:n; t = Vector{t}; end; t)
    unions(n) = (t = Int; for i in 1:n; t = Vector{Union{t, Nothing}}; end; t)
    values(n) = Union{[Val{i} for i in 1:n]...}
    wheres(n) = (vs = [TypeVar(Symbol(:T, i)) for i in 1:n]; t = Tuple{vs...}; for v in vs; t = UnionAll(v, t); end; t)
    U = Union{Int, String}`;
  it.each([
    ['deeply nested tuples', 'nest(10^4) <: nest(10^4)', 'true'],
    ['deeply nested vectors', 'vectors(3000) <: vectors(2999)', 'false'],
    ['deeply nested unions', 'unions(200) <: unions(200), unions(200) <: unions(199)', '(true, false)'],
    ['wide tuples', 'Tuple{fill(Real, 10^5)...} <: Tuple{Vararg{Number}}', 'true'],
    ['wide tuples that are equal', 'Tuple{fill(Real, 10^4)...} == Tuple{fill(Real, 10^4)...}', 'true'],
    ['2^30 combinations', 'Tuple{fill(U, 30)...} <: Union{Tuple{Vararg{Int}}, Tuple{Vararg{String}}}', 'false'],
    ['a diagonal of unions', 'Tuple{fill(U, 20)...} <: (Tuple{T, Vararg{T}} where T)', 'false'],
    ['invariant unions', 'Ref{Tuple{fill(U, 20)...}} <: Ref{Tuple{fill(Union{U, Nothing}, 20)...}}', 'false'],
    ['large unions', 'values(100) <: Union{values(100), Int}, Union{values(100), Int} <: values(100)', '(true, false)'],
    ['many variables', 'wheres(100) <: wheres(100)', 'true'],
    [
      'bounds that contain each other',
      '(Tuple{T, S} where {T <: (Ref{T} where T), S <: (Ref{S} where S)}) <: (Tuple{T, T} where T)',
      'false',
    ],
  ])('for %s', (_name, question, expected) => {
    expect(answer(`module Hostile; ${prelude}; r = (${question}); end; Hostile.r`)).toBe(expected);
  });
});

it('finds no contradiction among random types', { timeout: 300_000 }, () => {
  const { stdout, stderr } = jl0(['run', join(root, 'test/types/fuzz.jl'), '7', '400']);
  expect(stderr).toBe('');
  expect(stdout).toBe('done\n');
});
