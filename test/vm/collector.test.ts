// The collector as programs meet it: what is alive stays, what is dead goes, and memory stays bounded.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jl0 } from '../cli/jl0.ts';
import { root } from '../oracle.ts';
import { answer } from '../runtime/session.ts';

const programs = ['kinds'];
const file = (name: string): string => join(root, 'test/vm/programs', `${name}.jl`);
const expected = (name: string): string => readFileSync(join(root, 'test/vm/programs', `${name}.out`), 'utf8');

describe.each(programs)('the program %s', { timeout: 600_000 }, (name) => {
  it('does the same when every 500th safepoint collects', () => {
    const { stdout, stderr } = jl0(['run', file(name)], { env: { JL0_GC_STRESS: '500' } });
    expect(stderr).toBe('');
    expect(stdout).toBe(expected(name));
  });
  it('does the same when every access checks the type of the object', () => {
    const { stdout, stderr } = jl0(['run', file(name)], { env: { JL0_CHECK: '1' } });
    expect(stderr).toBe('');
    expect(stdout).toBe(expected(name));
  });
});

it('boots the library with every access checked', { timeout: 600_000 }, () => {
  const { stdout, stderr } = jl0(['-e', 'print(sum(1:10))'], { env: { JL0_CHECK: '1', JL0_IMAGE: 'none' } });
  expect(stderr).toBe('');
  expect(stdout).toBe('55');
});

it('collects at each safepoint of a small program', { timeout: 600_000 }, () => {
  const { stdout } = jl0(['-e', 'f(n) = n == 0 ? Any[] : push!(f(n - 1), [n]); ccall(:puts, Cint, (Cstring,), "ok")'], {
    env: { JL0_GC_STRESS: '20' },
  });
  expect(stdout).toBe('ok\n');
});

it('lets no type pass for one that lay in its place and is gone', { timeout: 300_000 }, () => {
  const program = `bad = 0
    for i in 1:200
      name = Symbol(:a, i % 7)
      keys(NamedTuple{(name,)}((i,)))[1] === name || (bad += 1)
      Vector{Val{i % 7}}() isa Union{Vector{Val{i % 7}}, Nothing} || (bad += 1)
      i % 10 == 0 && GC.gc()
    end
    return bad`;
  expect(answer(`module G1; check() = begin; ${program}; end; end; G1.check()`)).toBe('0');
});

const resource = 'mutable struct Res; id::Int; end; const ended = Int[];';

describe('finalizers', { timeout: 120_000 }, () => {
  it('run for what cannot be reached any more, and for nothing else', () => {
    const program = `${resource} open(n) = for i in 1:n; finalizer(x -> push!(ended, x.id), Res(i)); end
      kept = finalizer(x -> push!(ended, 100), Res(100)); open(5); GC.gc(); (sort(ended), kept.id)`;
    expect(answer(`module F1; ${program} end; F1.eval(:((sort(ended), kept.id)))`)).toBe('([1, 2, 3, 4, 5], 100)');
  });
  it('run in the reverse order of their registration when asked for, and once', () => {
    const program = `${resource} r = Res(1); for i in 1:3; finalizer(x -> push!(ended, i), r); end
      finalize(r); finalize(r)`;
    expect(answer(`module F2; ${program} end; F2.ended`)).toBe('[3, 2, 1]');
  });
  it('may keep the object alive', () => {
    const program = `${resource} const saved = Any[]
      (() -> (finalizer(x -> push!(saved, x), Res(55)); nothing))(); GC.gc(); GC.gc()`;
    expect(answer(`module F3; ${program} end; F3.saved[1].id`)).toBe('55');
  });
  it('wait while they are disabled', () => {
    const program = `${resource} GC.enable_finalizers(false)
      (() -> (finalizer(x -> push!(ended, x.id), Res(7)); nothing))(); GC.gc(); before = length(ended)
      GC.enable_finalizers(true); after = length(ended)`;
    expect(answer(`module F4; ${program} end; (F4.before, F4.after)`)).toBe('(0, 1)');
  });
  it('that throw are reported and do not reach the program; those left run at exit', () => {
    const { stdout, stderr, status } = jl0([
      '-e',
      `mutable struct Res; id::Int; end
       (() -> (finalizer(x -> error("boom"), Res(1)); nothing))(); GC.gc(); println("on")
       global last = finalizer(x -> println("at exit ", x.id), Res(2))`,
    ]);
    expect(stderr).toBe('error in running finalizer: ErrorException("boom")\n');
    expect(stdout).toBe('on\nat exit 2\n');
    expect(status).toBe(0);
  });
});

describe('weak references', { timeout: 120_000 }, () => {
  it('are cleared with their target, before finalizers see it', () => {
    const program = `mutable struct Thing; id::Int; end; const seen = Any[]
      weak = (() -> (t = Thing(1); w = WeakRef(t); finalizer(x -> push!(seen, w.value), t); w))()
      kept = Thing(2); other = WeakRef(kept); GC.gc()`;
    expect(answer(`module W1; ${program} end; (W1.weak.value, W1.seen, W1.other.value.id)`)).toBe(
      '(nothing, Any[nothing], 2)',
    );
  });
  it('hold the keys of a WeakKeyDict', () => {
    const program = `mutable struct Key; id::Int; end; d = WeakKeyDict{Key, Int}(); k = Key(1); d[k] = 10
      (() -> (d[Key(2)] = 20; nothing))(); before = length(d); GC.gc()`;
    expect(answer(`module W2; ${program} end; (W2.before, length(W2.d), W2.d[W2.k])`)).toBe('(2, 1, 10)');
  });
});

describe('memory', { timeout: 600_000 }, () => {
  it('is measured', () => {
    expect(answer('Base.summarysize([1, 2, 3]), Base.summarysize("abc"), Base.summarysize(Any[1, "a"])')).toBe(
      '(64, 11, 73)',
    );
    expect(
      answer('Base.gc_live_bytes() > 10^6, (@allocated zeros(1000)) >= 8000, (@timed zeros(1000)).bytes >= 8000'),
    ).toBe('(true, true, true)');
  });

  it('stays bounded whatever kind of garbage a program makes', () => {
    const { stdout, stderr } = jl0([
      '-e',
      `peak() = parse(Int, match(r"VmHWM:\\s+(\\d+)", read("/proc/self/status", String))[1]) ÷ 1024
       arrays(n, size) = for i in 1:n; v = Vector{UInt8}(undef, size); v[1] = v[end] = 1; end
       touched(n, size) = for i in 1:n; fill!(Vector{UInt8}(undef, size), 0x01); end
       boxes(n) = (x = nothing; for i in 1:n; x = (i, x isa Tuple ? 1 : "2"); end; x)
       numbers(n) = (x = big(3)^200_000; for i in 1:n; x + i; end)
       arrays(1000, 100_000_000); touched(40, 50_000_000); arrays(2000, 500_000); boxes(500_000); numbers(50_000)
       strings(n) = for i in 1:n; repeat("x", 2_000_000); end
       strings(500)
       println(peak() < 2500 ? "bounded" : peak())`,
    ]);
    expect(stderr).toBe('');
    expect(stdout).toBe('bounded\n');
  });

  it('that does not suffice is an exception, and the process goes on', () => {
    const { stdout, stderr } = jl0([
      '-e',
      `hog() = (l = Any[]; while true; push!(l, Vector{Any}(undef, 10^7)); end)
       println(try hog() catch e; e end)
       println(try Vector{Any}(undef, 10^9) catch e; e end, " ", try Vector{UInt8}(undef, 2^50) catch e; e end)
       println(sum(length([i, i]) for i in 1:1000)); GC.gc(); println(Base.gc_live_bytes() < 10^9)`,
    ]);
    expect(stderr).toBe('');
    expect(stdout).toBe('OutOfMemoryError()\nOutOfMemoryError() OutOfMemoryError()\n2000\ntrue\n');
  });
});
