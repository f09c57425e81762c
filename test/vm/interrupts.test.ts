// Ctrl-C and full stacks: the program hears of them, and the process goes on.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { command, jl0 } from '../cli/jl0.ts';

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

/** Runs jl0, and sends SIGINT as often as the program has said `now`, up to `times`. */
function interrupted(args: readonly string[], times = 1): Promise<Ended> {
  const { program, args: all } = command(args);
  const child = spawn(program, all, { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let sent = 0;
  const hear = (data: Buffer): void => {
    out += data;
    while (sent < times && out.split('now').length - 1 > sent) {
      sent++;
      // The program goes on to what is to be interrupted; two signals at once would be one.
      setTimeout(() => child.kill('SIGINT'), 700 * sent);
    }
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const patience = setTimeout(() => child.kill('SIGKILL'), 120_000);
  return new Promise((done) =>
    child.on('exit', (code) => {
      clearTimeout(patience);
      child.on('close', () => done({ code, out }));
      // Somebody else may hold the other end of a pipe open.
      setTimeout(() => done({ code, out }), 20_000).unref();
    }),
  );
}

const now = 'ccall(:write, Cssize_t, (Cint, Cstring, Csize_t), 1, "now\\n", 4)';

describe('Ctrl-C', { timeout: 300_000 }, () => {
  it.each([
    ['a busy loop', 'while true; end'],
    ['a loop of calls', 'f(x) = x + 1; let i = 0; while true; i = f(i); end; end'],
    ['sleep', 'sleep(100)'],
    ['a wait for what never comes', 'wait(Condition())'],
    ['a C function that returns', 'while true; ccall(:usleep, Cint, (Cuint,), 1000); end'],
    ['a task', 'wait(@async while true; end)'],
    ['a finally block', 'try; while true; end; finally; println("cleaned up"); end'],
  ])('is an exception in %s', async (name, code) => {
    const { out, code: status } = await interrupted([
      '-e',
      `try; ${now}; ${code}; catch e
         e isa TaskFailedException && (e = e.task.result); println(e isa InterruptException); end; println(sum(1:10))`,
    ]);
    expect(out).toBe(`now\n${name === 'a finally block' ? 'cleaned up\n' : ''}true\n55\n`);
    expect(status).toBe(0);
  });

  it('ends a script, after its exit hooks', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'jl0-interrupt-'));
    try {
      writeFileSync(
        join(folder, 'a.jl'),
        `atexit(() -> println("hook"))\n${now}\ntry; sleep(100); catch; println("no"); end`,
      );
      const { out, code } = await interrupted(['run', join(folder, 'a.jl')]);
      expect(out).toMatch(/^now\n\n\[\d+\] signal 2: Interrupt\nhook\n$/);
      expect(code).toBe(130);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('ends the process when the first was not noticed', async () => {
    // A mutex that its own thread waits for: no signal makes pthread_mutex_lock return.
    const lock = 'ccall(:pthread_mutex_lock, Cint, (Ptr{UInt8},), m)';
    const { code } = await interrupted(['-e', `m = zeros(UInt8, 64); ${lock}; for i in 1:2; ${now}; end; ${lock}`], 2);
    expect(code).toBe(130);
  });
});

describe('a full stack', { timeout: 300_000 }, () => {
  it('is an exception wherever it happens, and the process goes on', () => {
    const program = `
      f(x) = 1 + f(x)
      caught(g) = try g() catch e; print(e isa StackOverflowError ? "+" : sprint(showerror, e)) end
      even(n) = n == 0 ? true : odd(n - 1); odd(n) = n == 0 ? false : even(n - 1)
      print(even(10_000)); caught(() -> f(1)); caught(() -> even(-1))
      struct Rec; end
      Base.show(io::IO, r::Rec) = show(io, r); Base.isless(a::Rec, b::Rec) = isless(b, a); Base.hash(r::Rec, h::UInt) = hash(r, h)
      caught(() -> sprint(show, Rec())); caught(() -> sort([Rec(), Rec()])); caught(() -> Dict(Rec() => 1))
      compare(a, b)::Cint = (f(1); 0)
      c = @cfunction(compare, Cint, (Ref{Cdouble}, Ref{Cdouble}))
      sorted(p) = (v = [2.0, 1.0]; ccall(:qsort, Cvoid, (Ptr{Cdouble}, Csize_t, Csize_t, Ptr{Cvoid}), v, 2, 8, p))
      caught(() -> sorted(c))
      nested(a, b)::Cint = (sorted(n[]); 0)
      n = Ref{Ptr{Cvoid}}(); n[] = @cfunction(nested, Cint, (Ref{Cdouble}, Ref{Cdouble}))
      caught(() -> sorted(n[]))
      m(x) = map(m, [x]); caught(() -> m(1))
      rest(x...) = rest(0, x...); caught(() -> rest())
      evaluated(n) = eval(:(evaluated($n + 1))); caught(() -> evaluated(1))
      t = @async f(1); try wait(t) catch end; print(t.result isa StackOverflowError)
      depth = 0; deep(n) = n == 0 ? f(1) : try deep(n - 1) finally; global depth += 1 end
      caught(() -> deep(50)); print(depth)`;
    const { stdout, stderr } = jl0(['-e', program]);
    expect(stderr).toBe('');
    expect(stdout).toBe(`true${'+'.repeat(10)}true+50`);
  });
});
