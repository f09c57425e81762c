// Tasks as programs see them: timers in the order of their due times, waiting that lets others run, failures that are told.

import { describe, expect, it } from 'vitest';
import { jl0 } from '../cli/jl0.ts';

/** What a program prints; it must end well. */
function printed(code: string): string {
  const { status, stdout, stderr } = jl0(['-e', code]);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
}

describe('timers', { timeout: 120_000 }, () => {
  it('fire in the order of their due times, whatever the order in which they were made', () => {
    expect(
      printed(`order = Int[]
        for i in 1:3
            Timer(t -> push!(order, i), 0.7 * (4 - i))
        end
        while length(order) < 3; sleep(0.01); end
        println(order)`),
    ).toBe('[3, 2, 1]\n');
  });

  it('call back, once or again and again until they are closed', () => {
    expect(
      printed(`calls = Ref(0)
        t = Timer(t -> (calls[] += 1) == 3 && close(t), 0.01; interval=0.01)
        while isopen(t); sleep(0.01); end
        once = Channel{String}(1)
        Timer(t -> put!(once, "once"), 0.01)
        println(calls[], " ", take!(once), " ", t.interval)`),
    ).toBe('3 once 0.01\n');
  });

  it('wake who waits with an error when they are closed', () => {
    expect(
      printed(`t = Timer(1000)
        @async close(t)
        println(try wait(t) catch e; e end, " ", try wait(t) catch e; e end)
        println(timedwait(() -> false, 0.02; pollint=0.01), " ", timedwait(() -> true, 1000))`),
    ).toBe('EOFError() EOFError()\ntimed_out ok\n');
  });

  it("are libuv's, whose loop other C code may use as well", () => {
    expect(
      printed(`a = Base.AsyncCondition()
        @async ccall(:uv_async_send, Cint, (Ptr{Cvoid},), a.handle)
        wait(a)
        println(ccall(:uv_loop_alive, Cint, (Ptr{Cvoid},), Base.eventloop()), " ", isopen(a))
        close(a)`),
    ).toBe('1 true\n');
  });
});

describe('waiting', { timeout: 120_000 }, () => {
  it('for a pipe or a process lets other tasks run', () => {
    expect(
      printed(`p = open(\`sh -c "read line; echo got \\$line"\`, "r+")
        @async (sleep(0.01); println(p, "word"); flush(p.in))
        println(read(p, String))
        done = Ref(false)
        @async done[] = true
        run(\`sleep 0.05\`)
        println(done[])`),
    ).toBe('got word\n\ntrue\n');
  });

  it('of ten thousand tasks at a time works', () => {
    expect(
      printed(`c = Condition()
        ts = Task[@async (wait(c); i) for i in 1:10_000]
        yield()
        println(notify(c), " ", sum(fetch, ts))`),
    ).toBe('10000 50005000\n');
  });

  it('keeps what one call prints together, and lets others run between two calls', () => {
    expect(
      printed(`@sync for name in ("a", "b")
            @async for i in 1:2
                println(name, i, " of ", 2)
            end
        end
        @sync for name in ("a", "b")
            @async for i in 1:2
                print(name)
            end
        end
        println()`),
    ).toMatch(/^([ab][12] of 2\n){4}abab\n$/);
  });

  it.each([
    [
      'an Event',
      'e = Base.Event(); ts = [@async (wait(e); i) for i in 1:3]; notify(e); println(fetch.(ts))',
      '[1, 2, 3]',
    ],
    [
      'an Event that lets one through',
      'e = Base.Event(true); r = Int[]; ts = [@async (wait(e); push!(r, i)) for i in 1:3]; yield(); notify(e); yield(); print(r); notify(e); notify(e); foreach(wait, ts); println(r)',
      '[1][1, 2, 3]',
    ],
    [
      'a lock, in the order they came',
      'l = ReentrantLock(); r = Int[]; @sync begin; lock(l); for i in 1:3; @async lock(() -> push!(r, i), l); end; yield(); push!(r, 0); unlock(l); end; println(r, islocked(l))',
      '[0, 1, 2, 3]false',
    ],
    [
      'a semaphore',
      's = Base.Semaphore(2); n = Ref(0); most = Ref(0); @sync for i in 1:6; @async Base.acquire(s) do; n[] += 1; most[] = max(most[], n[]); yield(); n[] -= 1; end; end; println(most[])',
      '2',
    ],
    [
      'the first of several',
      'c = Channel(0); done, rest = waitany([@async(1), @async(take!(c))]); println(length(done), length(rest), fetch(done[1]))',
      '111',
    ],
  ])('works for %s', (_name, code, expected) => {
    expect(printed(code)).toBe(`${expected}\n`);
  });
});

describe('a task', { timeout: 120_000 }, () => {
  it('counts as started from its start on, also when it has ended', () => {
    expect(
      printed(`t = @task 1
        print(istaskstarted(t))
        wait(schedule(t))
        u = @task error()
        try wait(schedule(u)) catch end
        println(istaskstarted(t), istaskstarted(u))`),
    ).toBe('falsetruetrue\n');
  });

  it('goes, with all that it holds, when nobody can give it any more what it waits for', () => {
    expect(
      printed(`ended = Int[]
        mutable struct Held; id::Int; end
        held(id) = finalizer(h -> push!(ended, h.id), Held(id))
        function leave(n)
            for i in 1:n
                never = held(2i)
                @task never.id
                waits = held(2i + 1)
                take!(Channel{Int}(c -> foreach(k -> put!(c, waits.id + k), 1:10)))
            end
        end
        leave(50)
        GC.gc()
        println(length(ended) > 90, " ", allunique(ended))`),
    ).toBe('true true\n');
  });

  it('stays while it waits for what comes from outside, or within a callback of C', () => {
    expect(
      printed(`const ticks = Channel{Int}(Inf)
        const go = Channel{Int}(0)
        compare(a, b) = (isempty(ticks) && take!(go); Cint(unsafe_load(a) - unsafe_load(b)))
        function main()
            @async (sleep(0.02); put!(ticks, 1))
            Timer(t -> put!(ticks, 2), 0.05)
            @async (read(\`sleep 0.08\`); put!(ticks, 3))
            @async begin
                v = [3, 1, 2]
                ccall(:qsort, Cvoid, (Ptr{Int}, Csize_t, Csize_t, Ptr{Cvoid}), v, 3, 8,
                    @cfunction(compare, Cint, (Ptr{Int}, Ptr{Int})))
                put!(ticks, 4)
                foreach(x -> put!(ticks, x), v)
            end
            yield()
            GC.gc()
            [Ref(i) for i in 1:10_000]
            @async foreach(x -> put!(go, x), 1:9)
            println(sort([take!(ticks) for i in 1:7]))
        end
        main()`),
    ).toBe('[1, 1, 2, 2, 3, 3, 4]\n');
  });
});

describe('failures', { timeout: 120_000 }, () => {
  it('come to who waits, with the trace of where they happened', () => {
    expect(
      printed(`f() = error("boom")
        t = @async f()
        text = try wait(t) catch e; sprint(showerror, e) end
        println(text)
        println(t.exception, istaskfailed(t), length(current_exceptions(t)))`),
    ).toMatch(
      /^TaskFailedException\n\n {4}nested task error: boom\n {4}Stacktrace:\n {5}\[1\] error\(s::String\)\n.*\n {5}\[2\] f\(\)\n.*\n {5}\[3\] \(::var"#\d+#\d+"\)\(\)\n {7}@ Main none:2\nErrorException\("boom"\)true1\n$/,
    );
  });

  it('of several tasks come together', () => {
    expect(
      printed(`f = try @sync begin @async error("a"); @async error("b") end catch e; e end
        println(typeof(f), length(f), endswith(sprint(showerror, f), "\\n\\n...and 1 more exception.\\n"))`),
    ).toBe('CompositeException2true\n');
  });

  it('are reported for a task with a monitor', () => {
    const { stderr, stdout } = jl0(['-e', 'errormonitor(@async error("late")); yield(); yield(); println(1)']);
    expect(stderr).toMatch(/^Unhandled Task ERROR: late\nStacktrace:\n/);
    expect(stdout).toBe('1\n');
  });

  it('can be sent to a task that waits', () => {
    expect(
      printed(`t = @async try wait(Condition()) catch e; e end
        yield()
        schedule(t, ErrorException("sent"); error=true)
        println(fetch(t))
        println(try schedule(t) catch e; e.msg end)
        println(try wait(current_task()) catch e; e.msg end)`),
    ).toBe('ErrorException("sent")\nschedule: Task not runnable\ndeadlock detected: cannot wait on current task\n');
  });
});

describe('loggers', { timeout: 120_000 }, () => {
  it('hold for what is called within, and for the tasks that it starts', () => {
    expect(
      printed(`using Logging
        t = with_logger(() -> @async((yield(); current_logger())), NullLogger())
        println(nameof(typeof(current_logger())), " ", nameof(typeof(fetch(t))))`),
    ).toBe('ConsoleLogger NullLogger\n');
  });
});
