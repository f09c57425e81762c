// What programs get from the runtime: C calling back, generated functions, tasks, updates of fields.

import { describe, expect, it } from 'vitest';
import { answer } from './session.ts';

describe('functions that C calls', { timeout: 120_000 }, () => {
  const sort = (f: string, data: string) => `let v = ${data}
    ccall(:qsort, Cvoid, (Ptr{Cdouble}, Csize_t, Csize_t, Ptr{Cvoid}), v, length(v), 8, ${f}); v end`;

  it('sort with a plain function', () => {
    const program = `order(a, b)::Cint = a < b ? -1 : a > b ? 1 : 0
      ${sort('@cfunction(order, Cint, (Ref{Cdouble}, Ref{Cdouble}))', '[1.3, -2.7, 4.4, 3.1]')}`;
    expect(answer(program)).toBe('[-2.7, 1.3, 3.1, 4.4]');
  });
  it('sort with a closure', () => {
    const program = `let sign = -1
      by = (a, b) -> Cint(sign * cmp(a, b))
      c = @cfunction($by, Cint, (Ref{Cdouble}, Ref{Cdouble}))
      GC.@preserve c ${sort('c', '[1.0, 3.0, 2.0]')} end`;
    expect(answer(program)).toBe('[3.0, 2.0, 1.0]');
  });
  it('throw after C has returned', () => {
    const program = `boom(a, b)::Cint = error("boom")
      ${sort('@cfunction(boom, Cint, (Ref{Cdouble}, Ref{Cdouble}))', '[2.0, 1.0]')}`;
    expect(answer(program)).toBe('boom');
  });
  it('must return what they are declared to', () => {
    const program = `wrong(a, b) = 1.5
      ${sort('@cfunction(wrong, Cint, (Ref{Cdouble}, Ref{Cdouble}))', '[2.0, 1.0]')}`;
    expect(answer(program)).toBe('TypeError: in cfunction, expected Int32, got a value of type Float64');
  });
  it('take and give structs', () => {
    const program = `struct Point2; x::Float64; y::Float64; end
      shift(p::Point2)::Point2 = Point2(p.x + 1, p.y + 2)
      ccall(@cfunction(shift, Point2, (Point2,)), Point2, (Point2,), Point2(1, 2))`;
    expect(answer(program)).toBe('Point2(2.0, 4.0)');
  });
});

describe('generated functions', { timeout: 120_000 }, () => {
  it('see the types of their arguments', () => {
    expect(
      answer('@generated size_and_sum(x, y::T) where {T} = :(x + y + $(sizeof(T))); size_and_sum(1, Int8(2))'),
    ).toBe('4');
  });
  it('get trailing arguments as a tuple', () => {
    expect(answer('@generated count_rest(a, xs...) = length(xs); count_rest(1, 2, 3.0, "4")')).toBe('3');
  });
});

describe('tasks', { timeout: 120_000 }, () => {
  it('exchange values through channels', () => {
    const program = `let c = Channel{Int}(2)
      @async (for i in 1:5; put!(c, i^2); end; close(c))
      collect(c) end`;
    expect(answer(program)).toBe('[1, 4, 9, 16, 25]');
  });
  it('take turns', () => {
    const program = `let log = Int[]
      @sync for i in 1:3; @async (push!(log, i); yield(); push!(log, 10i)); end
      log end`;
    expect(answer(program)).toBe('[1, 2, 3, 10, 20, 30]');
  });
  it('outnumber the stacks there are room for', () => {
    expect(answer('sum(fetch.([@async (yield(); i) for i in 1:60]))')).toBe('1830');
  });
  it('fail with what their function threw', () => {
    expect(answer('let t = @async error("inside"); try wait(t) catch e; e.task.result.msg end end')).toBe('"inside"');
  });
});

describe('updates of fields', { timeout: 120_000 }, () => {
  it('give the old value', () => {
    const program = `mutable struct Cell0; @atomic n::Int; end
      let c = Cell0(1); (swapfield!(c, :n, 5, :monotonic), replacefield!(c, :n, 5, 6, :monotonic).success, c.n) end`;
    expect(answer(program)).toBe('(1, true, 6)');
  });
  it('refuse an order where the field is not atomic', () => {
    const program = 'mutable struct Cell1; n::Int; end; swapfield!(Cell1(1), :n, 2, :monotonic)';
    expect(answer(program)).toMatch(/ConcurrencyViolationError.*non-atomic field cannot be written atomically/);
  });
});

describe('Libdl', { timeout: 120_000 }, () => {
  it('opens, finds and names libraries', () => {
    const program = `using Libdl
      h = dlopen("libm.so.6")
      (ccall(dlsym(h, :cos), Float64, (Float64,), 0.0), endswith(dlpath(h), "libm.so.6"), dlclose(h))`;
    expect(answer(program)).toBe('(1.0, true, true)');
  });
  it('says which library or symbol is missing', () => {
    expect(answer('Base.Libc.Libdl.dlopen("libnosuch")')).toBe('could not load library "libnosuch"');
    expect(answer('Base.Libc.Libdl.dlopen("libnosuch"; throw_error=false)')).toBe('nothing');
    const missing = 'Base.Libc.Libdl.dlopen(h -> Base.Libc.Libdl.dlsym(h, :nosuch), "libm.so.6")';
    expect(answer(missing)).toBe('could not load symbol "nosuch":');
  });
});

describe('macro calls in syntax trees', { timeout: 120_000 }, () => {
  it('are shown with parentheses inside of expressions, with spaces as statements', () => {
    expect(answer('string(Base.remove_linenums!(:(f(@a(x, y)) + 1)))')).toBe('"f(@a(x, y)) + 1"');
    expect(answer('string(Base.remove_linenums!(:(@a x y)))')).toBe('"@a x y"');
  });
});

describe('the candidates of a failed call', { timeout: 120_000 }, () => {
  const candidates = (definitions: string, call: string) =>
    answer(`${definitions}
      try ${call} catch e; join(filter(startswith("  "), split(sprint(showerror, e), '\n'))[1:2:end], ";") end`);

  it('show types alone, and mark what does not fit', () => {
    expect(candidates('first_any(a, b::Int...) = 1', 'first_any(1, "a")')).toBe(
      '"  first_any(::Any, !Matched::Int64...)"',
    );
    expect(candidates('struct Same{T}; x::T; y::T; end', 'Same(1, 2.5)')).toBe('"  Same(::T, !Matched::T) where T"');
  });
  it('leave out methods of which no argument fits', () => {
    expect(candidates('half(x::Int, y::String) = 1; half(x::Char, y::Float64) = 2', 'half(1, :a)')).toBe(
      '"  half(::Int64, !Matched::String)"',
    );
  });
});

describe('pairs', { timeout: 120_000 }, () => {
  it('have the type of their parts, of types too', () => {
    expect(answer('(1 => Int, typeof(1 => Union{Int,Float64}), Dict(:a => Int))')).toBe(
      '(1 => Int64, Pair{Int64, Union}, Dict{Symbol, DataType}(:a => Int64))',
    );
  });
});
