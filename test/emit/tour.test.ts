// Native code beside the interpreter: programs that say the same either way, and why code is not used.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { jl0 } from '../cli/jl0.ts';
import { hasLLVM } from '../codegen/native.ts';

const MINUTES = 60_000;

describe.skipIf(!hasLLVM)('a program compiled', () => {
  const folder = mkdtempSync(join(tmpdir(), 'jl0-test-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const compiled = (name: string, source: string): { file: string; object: string } => {
    const file = join(folder, `${name}.jl`);
    const object = join(folder, `${name}.o`);
    writeFileSync(file, source);
    expect(jl0(['compile', file, '-o', object]).status).toBe(0);
    return { file, object };
  };

  it(
    'prints what it prints interpreted, and all of it is native',
    () => {
      const source = readFileSync(join(import.meta.dirname, 'tour.jl'), 'utf8');
      const { file, object } = compiled('tour', source);
      const native = jl0(['run', '--native', object, file]);
      expect(native.stderr).toBe('');
      expect(native.stdout).toBe(jl0(['run', file]).stdout);
    },
    4 * MINUTES,
  );

  it(
    'calls what the interpreter runs without a frame from code alone',
    () => {
      const { file, object } = compiled(
        'frameless',
        `struct Square; side::Int; end
struct Room; side::Int; end
side(s) = getfield(s, :side)
function total(shapes)
    sum = 0
    for s in shapes, _ in 1:50
        sum += side(s)
    end
    sum
end
println(total(Any[Square(2), Room(3)]), ' ', side(Square(4)))
`,
      );
      const listing = jl0(['inspect', object]).stdout.split('\n');
      const codeOf = (name: string) => listing.find((line) => line.includes(`code julia:${name}`));
      expect(codeOf('Main.side(Square)')).toMatch(/, no entry$/);
      expect(codeOf('Main.total(Array{Any, 1})')).toMatch(/, entry julia:/);
      const native = jl0(['run', '--native', object, file]);
      expect({ stdout: native.stdout, stderr: native.stderr }).toEqual({ stdout: '250 4\n', stderr: '' });
    },
    2 * MINUTES,
  );

  it(
    'may wait for its tasks, and they for it, whoever calls what first',
    () => {
      const { file, object } = compiled(
        'rendezvous',
        `function rendezvous(n)
    d = Channel{Int}(0)
    t = @async for i in 1:n
        put!(d, i)
    end
    s = 0
    for _ in 1:n
        s += take!(d)
    end
    wait(t)
    s
end
c = Channel{Int}(2)
put!(c, 1)
println(take!(c))
d = Channel{Int}(0)
@async put!(d, 5)
println(take!(d))
println(rendezvous(10))
t = @async rendezvous(4)
println(rendezvous(5), ' ', fetch(t))
`,
      );
      const native = jl0(['run', '--native', object, file]);
      expect({ stdout: native.stdout, stderr: native.stderr }).toEqual({ stdout: '1\n5\n55\n15 10\n', stderr: '' });
    },
    2 * MINUTES,
  );

  it(
    'may have symbols of the names of C functions that it calls',
    () => {
      const { file, object } = compiled(
        'names',
        `tag(n) = n > 0 ? :strlen : :abs
use(n, s) = (tag(n), ccall(:strlen, Csize_t, (Cstring,), s), ccall(:abs, Cint, (Cint,), n))
println(use(2, "four"), use(-3, ""))
`,
      );
      const native = jl0(['run', '--native', object, file]);
      expect({ stdout: native.stdout, stderr: native.stderr }).toEqual({
        stdout: '(:strlen, 0x0000000000000004, 2)(:abs, 0x0000000000000000, 3)\n',
        stderr: '',
      });
    },
    2 * MINUTES,
  );

  it(
    'may mean types of packages that it does not name',
    () => {
      const { file, object } = compiled(
        'packages',
        `const dict = getglobal(Base.loaded_modules["Test"], :GenericDict)
kind(x) = x isa dict ? 1 : dict
println(kind(2))
`,
      );
      expect(jl0(['inspect', object]).stdout).toContain('"GenericDict"');
      const native = jl0(['run', '--native', object, file]);
      expect({ stdout: native.stdout, stderr: native.stderr }).toEqual({ stdout: 'Test.GenericDict\n', stderr: '' });
    },
    2 * MINUTES,
  );

  it(
    'throws what it throws interpreted, even where the value is known should there be one',
    () => {
      const source = ['../runtime/checks/prelude.jl', 'checks.jl']
        .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
        .join('\n');
      const { file, object } = compiled('checks', source);
      const native = jl0(['run', '--native', object, file]);
      expect(native.stderr).toBe('');
      expect(native.stdout).toBe(jl0(['run', file]).stdout);
      expect(native.stdout).toContain('The first argument of `compilerbarrier` must be');
    },
    4 * MINUTES,
  );

  it(
    'is native but for the methods that call what code has no name for, which say so',
    () => {
      const source = `
const hidden = let m = Module(:Hidden)
    Core.eval(m, :(f(n::Int) = n == 0 ? 0 : n + g(n - 1)))
    Core.eval(m, :(g(n::Int) = n == 0 ? 0 : 2 * f(n - 1)))
    m
end
@eval outer(n::Int) = $(Core.eval(hidden, :f))(n) + 1
inner(n::Int) = n * n
twice(n::Int) = outer(n) + inner(n)
println(twice(7))`;
      const file = join(folder, 'hidden.jl');
      const object = join(folder, 'hidden.o');
      writeFileSync(file, source);
      const { status, stderr } = jl0(['compile', file, '-o', object]);
      expect(status).toBe(0);
      expect(stderr).toMatch(/^jl0: Main\.outer\(Int64\) is not compiled: a value has no recipe: .*"#f"/m);
      expect(stderr).toMatch(/^jl0: 2 methods compiled, 3 refused/m);
      expect(jl0(['run', '--native', object, file])).toEqual({ status: 0, stdout: '87\n', stderr: '' });
    },
    4 * MINUTES,
  );

  it(
    'reaches callbacks, and makes calls it learns the meaning of, in native code',
    () => {
      const source = `
twice(x::Int) = 2x
callback() = ccall(@cfunction(twice, Int, (Int,)), Int, (Int,), 21)
calls(list) = (s = 0; for x in list; s += twice(x); end; s)
println(callback(), " ", calls(Any[1, 2, 3]))`;
      const { file, object } = compiled('callback', source);
      expect(jl0(['run', '--native', object, file])).toEqual({ status: 0, stdout: '42 12\n', stderr: '' });
      const text = readFileSync(object, 'latin1');
      expect(text).toContain('julia:Main.twice(Int64) boxed');
      expect(text).toContain('julia:Main.twice(Int64) from C as Int64');
    },
    4 * MINUTES,
  );

  it(
    'is native in a system without the image that it was compiled with, too',
    () => {
      const source = `
function table(n)
    d = Dict{String,Vector{Int}}()
    for i in 1:n
        push!(get!(Vector{Int}, d, isodd(i) ? "odd" : "even"), i)
    end
    (sum(d["odd"]), sum(d["even"]), typeof(d), :done)
end
println(table(10))`;
      const { file, object } = compiled('table', source);
      const expected = { status: 0, stdout: '(25, 30, Dict{String, Vector{Int64}}, :done)\n', stderr: '' };
      expect(jl0(['run', '--native', object, file])).toEqual(expected);
      expect(jl0(['run', '--native', object, file], { env: { JL0_IMAGE: 'none' } })).toEqual(expected);
    },
    4 * MINUTES,
  );

  it(
    'goes on interpreted when a method is defined that changes what it calls, callbacks too',
    () => {
      const source = `
f(x::Integer) = 1
g(x) = f(x)
pointer_of() = @cfunction(g, Int, (Int,))
const p = pointer_of()
through_c() = ccall(p, Int, (Int,), 5)
println(g(1), through_c())
if !isempty(ARGS)
    @eval f(x::Int) = 2
end
println(g(1), through_c())`;
      const { file, object } = compiled('redefined', source);
      expect(jl0(['run', '--native', object, file]).stdout).toBe('11\n11\n');
      const changed = jl0(['run', '--native', object, file, 'now']);
      expect(changed.stdout).toBe('11\n22\n');
      expect(changed.stderr).toMatch(/Main\.g\(Int64\) is interpreted: the new method f changes what its calls mean/);
    },
    4 * MINUTES,
  );
});
