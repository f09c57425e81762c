// Running programs as a user does: output, arguments, how programs end, and what errors look like.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { jl0 } from './jl0.ts';

const folder = mkdtempSync(join(tmpdir(), 'jl0-run-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a program and gives its path. */
function program(name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  return file;
}

// Sources that have changed boot the library first.
const patience = { timeout: 120_000 };

describe('programs that end well', patience, () => {
  it('prints', () => {
    const { status, stdout } = jl0(['-e', 'println("Hello, ", 1 + 1)']);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'Hello, 2\n' });
  });

  it('runs a file with arguments, and tells it its name', () => {
    const file = program('args.jl', 'println(ARGS)\nprintln(basename(PROGRAM_FILE))\n');
    const { status, stdout } = jl0(['run', file, 'first', '--second']);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '["first", "--second"]\nargs.jl\n' });
  });

  it('runs standard input', () => {
    const { status, stdout } = jl0(['run', '-'], { input: 'x = 20\nprintln(x + 1)\n' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '21\n' });
  });

  it("prints by way of Core, in order with Base's streams and to where they lead", () => {
    // The first lines are those of Julia's own test of Core's streams.
    const file = program(
      'core.jl',
      `
for io in (Core.stdout, Core.stderr)
    Core.println(io, "TESTA")
    println(io, "TESTB")
    print(io, 'Α', 1)
    Core.print(io, 'Β', 2)
    Core.show(io, "A")
    println(io)
end
Core.println("A")
Core.print("1", 2, 3.0)
Core.show("C")
Core.println()
print("x"); Core.print("y"); println("z")
redirect_stdout(ARGS[1]) do
    println("first"); Core.println("second")
end
print(read(ARGS[1], String))
`,
    );
    const { stdout, stderr } = jl0(['run', file, join(folder, 'redirected')]);
    expect(stdout).toBe('TESTA\nTESTB\nΑ1Β2"A"\nA\n123.0000000000000000"C"\nxyz\nfirst\nsecond\n');
    expect(stderr).toBe('TESTA\nTESTB\nΑ1Β2"A"\n');
  });

  it('includes files relative to the including one', () => {
    program('parts/part.jl', 'f() = "from the part"\n');
    const { stdout } = jl0(['run', program('whole.jl', 'include("parts/part.jl")\nprintln(f())\n')]);
    expect(stdout).toBe('from the part\n');
  });
});

describe('how programs end', patience, () => {
  it('with the code of exit(n), after the exit hooks, with all output', () => {
    const { status, stdout } = jl0(['-e', 'atexit(() -> println("hook")); print("last words "); exit(7)']);
    expect({ status, stdout }).toEqual({ status: 7, stdout: 'last words hook\n' });
  });

  it('with what main returns, where the program says @main', () => {
    const file = program('main.jl', 'function (@main)(args)\n  println(args)\n  return 3\nend\n');
    const { status, stdout } = jl0(['run', file, 'a']);
    expect({ status, stdout }).toEqual({ status: 3, stdout: '["a"]\n' });
  });

  it('with 1 and a stack trace for an exception that nothing catches', () => {
    const file = program('fails.jl', 'f(x) = error("no good: ", x)\nprintln("begin")\nf(3)\n');
    const { status, stdout, stderr } = jl0(['run', file]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: 'begin\n' });
    expect(stderr).toMatch(/^ERROR: LoadError: no good: 3\nStacktrace:\n \[1\] error\(/);
    expect(stderr).toContain('f(x::Int64)');
    expect(stderr).toContain(`${file}:1`);
    expect(stderr).toContain(`in expression starting at ${file}:3`);
  });

  it('with what it was handling, if the exception was thrown meanwhile', () => {
    const { stderr } = jl0(['-e', 'try; error("first"); catch; error("second"); end']);
    expect(stderr).toMatch(/ERROR: second[\s\S]*caused by: first/);
  });

  it('with place, line and mark for a syntax error, after what comes before it has run', () => {
    const file = program('syntax.jl', 'println("before")\ny = x +* 2\n');
    const { status, stdout, stderr } = jl0(['run', file]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: 'before\n' });
    expect(stderr).toContain('ERROR: LoadError: ParseError:\n');
    expect(stderr).toContain(`# Error @ ${file}:2:8\n`);
    expect(stderr).toContain('y = x +* 2\n#      ╙ ── not a unary operator');
  });

  it('warns of an assignment that a reader could take for one to a global', () => {
    const { stdout, stderr } = jl0(['-e', 's = 0\nfor i in 1:2\n  s = i\nend\nprintln(s)']);
    expect(stdout).toBe('0\n');
    expect(stderr).toContain('Assignment to `s` in soft scope is ambiguous');
  });
});

describe('calling C', patience, () => {
  it('says where it looked for a library that is not there', () => {
    const { status, stderr } = jl0(['-e', 'ccall((:f, "libnowhere"), Cint, ())']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/ERROR: could not load library "libnowhere"/);
    expect(stderr).toContain('libnowhere.so');
  });

  it('says where it looked for a symbol that is not there', () => {
    const { status, stderr } = jl0(['-e', 'ccall(:no_such_function, Cint, ())']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/ERROR: could not load symbol "no_such_function"/);
    expect(stderr).toContain('libc.so.6');
  });

  it('lets C finish before the exception of a callback surfaces', () => {
    const text = [
      'compare(a, b) = error("from the callback")::Cint',
      'c = @cfunction(compare, Cint, (Ref{Cint}, Ref{Cint}))',
      'try',
      '  ccall(:qsort, Cvoid, (Ptr{Cint}, Csize_t, Csize_t, Ptr{Cvoid}), Cint[3, 1, 2], 3, 4, c)',
      'catch e',
      '  println(e.msg)',
      'end',
    ].join('\n');
    expect(jl0(['-e', text]).stdout).toBe('from the callback\n');
  });

  it('refuses an argument that does not fit', () => {
    const { status, stderr } = jl0(['-e', 'ccall(:abs, Cint, (Cint,), 2^40)']);
    expect(status).toBe(1);
    expect(stderr).toContain('InexactError');
  });
});

describe('trace', patience, () => {
  const text = 'f(s) = ccall(:strlen, Csize_t, (Cstring,), s)\nprintln(f("hello"))\n';

  it('shows function, types, arguments, result and place of each call', () => {
    const file = program('traced.jl', text);
    const { status, stdout, stderr } = jl0(['trace', '--program', file]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '5\n' });
    expect(stderr).toContain('strlen("hello"::Cstring) = 5::UInt64  [libc.so.6, u64(ptr), ');
    expect(stderr).toContain(` at ${file}:1`);
  });

  it('counts what a macro of the library writes as a call of the program, and decodes structs', () => {
    const file = program(
      'macros.jl',
      'struct Pair2; a::Int; b::Int; end\n@show ccall(:labs, Clong, (Clong,), -5)\n' +
        'r = Ref(Pair2(1, 2))\n@ccall memset(r::Ref{Pair2}, 0::Cint, 8::Csize_t)::Ptr{Cvoid}\n',
    );
    const { stderr } = jl0(['trace', '--program', file]);
    expect(stderr).toContain(`labs(-5::Int64) = 5::Int64  [libc.so.6, i64(i64), `);
    expect(stderr).toContain(` at ${file}:2`);
    expect(stderr).toMatch(/memset\(0x[0-9a-f]+ => \(1, 2\) -> \(0, 2\)::Ref\{Pair2\}, 0::Int32, 8::UInt64\)/);
  });

  it('does so as lines of JSON', () => {
    const { stderr } = jl0(['trace', '--json', '--program', program('traced.jl', text)]);
    const line = stderr.split('\n').find((each) => each.includes('"strlen"')) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({ symbol: 'strlen', args: ['"hello"'], result: '5', line: 1, depth: 0 });
  });
});

describe('what C prints', patience, () => {
  it('comes before what is printed after jl_flush_cstdio', () => {
    const code = '@ccall printf("of C "::Cstring)::Cint; ccall(:jl_flush_cstdio, Cvoid, ()); println("of Julia")';
    expect(jl0(['-e', code]).stdout).toBe('of C of Julia\n');
  });
});

describe('ir', patience, () => {
  it('shows the code of each method of a function', () => {
    const file = program('fib.jl', 'fib(n) = n < 2 ? n : fib(n - 1) + fib(n - 2)\nfib(::Bool) = 1\n');
    const { status, stdout } = jl0(['ir', file, 'fib']);
    expect(status).toBe(0);
    expect(stdout).toContain(`# ${file}:1\nmethod Main.fib(n::Any)\nCodeInfo(\n`);
    expect(stdout).toContain('│   %2  =   dynamic (%1)(n, 2)\n');
    expect(stdout).toContain(`# ${file}:2\nmethod Main.fib(::Bool)\n`);
  });
});
