// What a program gets when it asks inference.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const main = join(import.meta.dirname, '../../bootstrap/cli/start.ts');

function printed(code: string): string[] {
  const run = spawnSync(process.execPath, [main, '-e', code], { encoding: 'utf8' });
  expect(run.status, run.stderr).toBe(0);
  return run.stdout.trimEnd().split('\n');
}

describe('inference asked by a program', () => {
  it('answers with types, effects and exceptions', { timeout: 120_000 }, () => {
    const lines = printed(`
      f(x) = x + 1
      g(x) = (x > 0 || throw(ArgumentError("negative")); sqrt(x))
      h(n) = n == 0 ? () : (n, h(n - 1)...)
      println(Base.infer_return_type(f, (Int,)))
      println(Base.infer_effects(f, (Int,)))
      println(Base.infer_effects(f, (Any,)))
      println(Base.return_types(f, (Float64,)))
      println(code_typed(f, (Int8,); optimize=false)[1][2])
      println(Core.Compiler.return_type(f, Tuple{Int}))
      println(Base.promote_op(+, Int, Float64))
      println(Base.infer_return_type(h, (Int,)))
      println(Base.infer_exception_type(x -> throw(ArgumentError(x)), (String,)))
    `);
    expect(lines).toEqual([
      'Int64',
      '(+c,+e,+n,+t,+s,+m,+u,+o,+r)',
      '(!c,!e,!n,!t,!s,!m,!u,!o,!r)',
      'Any[Float64]',
      'Int64',
      'Int64',
      'Float64',
      'Tuple{Vararg{Int64}}',
      'ArgumentError',
    ]);
  });

  it('gives empty collections their element types', { timeout: 120_000 }, () => {
    const lines = printed(`
      f(x) = x + 1
      println(typeof([f(x) for x in Int[]]))
      println(typeof(map(x -> x / 2, Int[])))
      println(typeof(f.(Float32[])))
      println(typeof(Int[] .+ 1.0))
      println(typeof(string.(typeof.(Real[]))))
      println(Base.infer_return_type(typeof, (Real,)))
    `);
    expect(lines).toEqual([
      'Vector{Int64}',
      'Vector{Float64}',
      'Vector{Float32}',
      'Vector{Float64}',
      'Vector{String}',
      'Type{<:Real}',
    ]);
  });
});
