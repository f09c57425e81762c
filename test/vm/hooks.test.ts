// What listeners of the VM hear, and what the debugger, coverage, the profiler and the statement budget make of it.

import { beforeAll, describe, expect, it } from 'vitest';
import type { Ref, StringRef } from '../../interpreter/memory/layout.ts';
import { BaseModule, datatype, MainModule } from '../../interpreter/memory/wellknown.ts';
import { globalValue } from '../../interpreter/runtime/bindings.ts';
import { evaluateText } from '../../interpreter/runtime/frontend.ts';
import { symbol } from '../../interpreter/runtime/symbols.ts';
import { stringText } from '../../interpreter/runtime/values.ts';
import { typeText } from '../../interpreter/types/index.ts';
import { call } from '../../interpreter/vm/calls.ts';
import { Coverage } from '../../interpreter/vm/coverage.ts';
import { type Action, Debugger, DebuggerQuit, type Stop } from '../../interpreter/vm/debugger.ts';
import { FrameView, frameViews } from '../../interpreter/vm/frameview.ts';
import { listen } from '../../interpreter/vm/hooks.ts';
import { Profile } from '../../interpreter/vm/profile.ts';
import { limitStatements, StatementBudgetSpent } from '../../interpreter/vm/statementbudget.ts';
import { session } from '../runtime/session.ts';

const program = `# line 1
function collatz(n)
    steps = 0
    while n != 1
        if iseven(n)
            n = n ÷ 2
        else
            n = 3n + 1
        end
        steps += 1
    end
    return steps
end
inner(x) = throw(DomainError(x, "no"))
function outer(x)
    y = x + 1
    try
        inner(y)
    catch
        y = -y
    end
    y
end
function many(items)
    total = 0
    foreach(items) do item
        total += item
    end
    total
end
`;

const run = (text: string): Ref => evaluateText(MainModule, text, 'run.jl');
const repr = (value: Ref): string => stringText(call(globalValue(BaseModule, symbol('repr')), [value]) as StringRef);
const named = (name: string): Ref => globalValue(MainModule, symbol(name));
const here = (frame: FrameView): string => `${frame.place.name}:${frame.place.line}`;

beforeAll(() => {
  session();
  evaluateText(MainModule, program, '/src/program.jl');
});

/** Runs `text` under a debugger that goes on as `answers` say; gives what it saw at each stop. */
function debug(
  prepare: (debug: Debugger) => void,
  text: string,
  answers: readonly Action[],
  look: (stop: Stop) => string = ({ frame }) => here(frame),
): string[] {
  const seen: string[] = [];
  let next = 0;
  const attached = new Debugger((stop) => {
    seen.push(look(stop));
    return answers[next++] ?? 'continue';
  });
  prepare(attached);
  try {
    run(text);
  } finally {
    attached.detach();
  }
  return seen;
}

describe('the debugger', { timeout: 120_000 }, () => {
  it('stops where a function is called, and sees its arguments', () => {
    const seen = debug(
      (d) => d.breakAtFunction(named('collatz')),
      'collatz(6)',
      [],
      ({ frame, reason }) => `${reason} ${here(frame)} n=${repr(frame.locals().get('n') as Ref)}`,
    );
    expect(seen).toEqual(['breakpoint collatz:3 n=6']);
  });

  it('stops at a line each time it is reached', () => {
    const seen = debug(
      (d) => d.breakAtLine('program.jl', 8),
      'collatz(6)',
      [],
      ({ frame }) => frame.evaluate('(n, steps)') && repr(frame.evaluate('(n, steps)')),
    );
    expect(seen).toEqual(['(3, 1)', '(5, 3)']);
  });

  it('stops only where a condition holds, and where it fails', () => {
    const at = (condition: string) => (d: Debugger) => d.breakAtLine('/src/program.jl', 10, condition);
    const value = ({ frame, exception }: Stop) =>
      exception === undefined ? repr(frame.evaluate('steps')) : typeText(call(named('typeof'), [exception]));
    expect(debug(at('steps == 7'), 'collatz(6)', [], value)).toEqual(['7']);
    expect(debug(at('nonesuch'), 'collatz(2)', [], value)).toEqual(['UndefVarError']);
  });

  it('steps over, into and out of calls', () => {
    const lines = debug((d) => d.breakAtFunction(named('outer')), 'outer(1)', ['over', 'over', 'in', 'out', 'over']);
    expect(lines).toEqual(['outer:16', 'outer:17', 'outer:18', 'inner:14', 'outer:20', 'outer:22']);
  });

  it('steps into the library and out of it again', () => {
    const lines = debug((d) => d.breakAtLine('program.jl', 16), 'outer(1)', ['in', 'out', 'over']);
    expect(lines).toEqual(['outer:16', expect.stringMatching(/^\+:\d+$/), 'outer:17', 'outer:18']);
  });

  it('steps statement by statement', () => {
    const seen = debug(
      (d) => d.breakAtFunction(named('inner')),
      'outer(1)',
      ['statement', 'statement'],
      ({ frame }) => `${frame.place.name} ${frame.statement}`,
    );
    expect(seen[0]).toBe('inner 1');
    expect(seen.length).toBe(3);
    expect(seen[1]).not.toBe(seen[0]);
  });

  it('stops where something is thrown', () => {
    const seen = debug(
      (d) => {
        d.breakOnThrow = true;
      },
      'outer(4)',
      [],
      ({ frame, exception, reason }) => `${reason} ${here(frame)} ${repr(exception as Ref)}`,
    );
    expect(seen).toEqual(['throw inner:14 DomainError(5, "no")']);
  });

  it('shows the frames of the stack, SSA values, captured variables and static parameters', () => {
    const frames = debug(
      (d) => d.breakAtFunction(named('inner')),
      'outer(1)',
      [],
      () => frameViews().map(here).slice(0, 2).join(' < '),
    );
    expect(frames).toEqual(['inner:14 < outer:18']);
    const closures = debug(
      (d) => d.breakAtLine('program.jl', 27, 'item == 3'),
      'many([1, 2, 3])',
      [],
      ({ frame }) => repr(frame.evaluate('(item, total)')),
    );
    expect(closures).toEqual(['(3, 3)']);
    run('sized(x::Vector{T}) where {T} = sizeof(T) + 1');
    const sized = debug(
      (d) => d.breakAtFunction(named('sized')),
      'sized(Int16[1])',
      [...Array<Action>(40).fill('statement')],
      ({ frame }) => {
        if (frame.place.name !== 'sized') return frame.place.name;
        const before = frame.ssaValue(frame.statement - 1);
        return `${typeText(frame.locals().get('T') as Ref)} ${before === 0 ? 'none' : repr(before)}`;
      },
    );
    expect(sized.at(0)).toBe('Int16 none');
    expect(sized).toContain('Int16 2');
    expect(sized).toContain('Int16 3');
  });

  it('evaluates in a frame, and changes its variables', () => {
    const results: string[] = [];
    const attached = new Debugger(({ frame }) => {
      frame.evaluate('n = 8; steps = 100');
      return 'continue';
    });
    attached.breakAtLine('program.jl', 4, 'steps == 0');
    results.push(repr(run('collatz(27)')));
    attached.detach();
    expect(results).toEqual(['103']);
  });

  it('ends the program on request, uncatchably', () => {
    const attached = new Debugger(() => 'quit');
    attached.breakAtFunction(named('inner'));
    try {
      expect(() => run('outer(1)')).toThrow(DebuggerQuit);
    } finally {
      attached.detach();
    }
    expect(repr(run('outer(1)'))).toBe('-2');
  });
});

describe('listeners', { timeout: 120_000 }, () => {
  it('hear of calls, returns and allocations while they listen, not of their own doing', () => {
    const heard: string[] = [];
    const end = listen({
      call: (fp) => {
        const frame = new FrameView(fp);
        heard.push(`call ${frame.place.name}`);
        if (frame.place.name === 'inner2') frame.evaluate('collatz(3)');
      },
      return: (fp) => heard.push(`return ${new FrameView(fp).place.name}`),
    });
    run('inner2(x) = x; outer2(x) = inner2(x); outer2(5)');
    end();
    run('outer2(6)');
    expect(heard.filter((text) => /2$/.test(text))).toEqual([
      'call outer2',
      'call inner2',
      'return inner2',
      'return outer2',
    ]);
    expect(heard.some((text) => text.includes('collatz'))).toBe(false);
  });

  it('hear of each allocation with its type', () => {
    run('mutable struct Cell; x::Int; end; makecells(n) = for i in 1:n; Cell(i); end');
    let cells = 0;
    const end = listen({
      allocate: (type) => {
        if (type === named('Cell')) cells++;
      },
    });
    run('makecells(37)');
    end();
    run('makecells(5)');
    expect(cells).toBe(37);
  });

  it('hear of a throw once, where it happens', () => {
    const heard: string[] = [];
    const end = listen({
      throw: (exception, fp) =>
        heard.push(
          `${typeText(call(globalValue(BaseModule, symbol('typeof')), [exception]))} ${here(new FrameView(fp))}`,
        ),
    });
    run('outer(1)');
    run('try; map(inner, [1]); catch; end');
    end();
    expect(heard).toEqual(['DomainError inner:14', 'DomainError inner:14']);
  });

  it('hear of calls to C', () => {
    const heard: string[] = [];
    const end = listen({
      foreigncall: {
        before: ({ symbol: name }) => heard.push(name),
        after: (_c, { result }) => heard.push(`${result}`),
      },
    });
    run('ccall(:strlen, Csize_t, (Cstring,), "four")');
    end();
    expect(heard).toEqual(['strlen', '4']);
  });
});

describe('observers', { timeout: 120_000 }, () => {
  it('count how often lines are executed', () => {
    const coverage = new Coverage();
    run('collatz(6)');
    coverage.end();
    const lines = coverage.lines('/src/program.jl');
    expect([3, 6, 8, 10, 12, 16].map((line) => lines.get(line))).toEqual([1, 6, 2, 8, 1, undefined]);
    run('collatz(6)');
    expect(lines.get(12)).toBe(1);
    expect(coverage.lcov()).toMatch(/SF:\/src\/program.jl\nDA:2?3,1\n(.*\n)*DA:8,2\n/);
  });

  it('know lines that were not reached', () => {
    const coverage = new Coverage();
    run('collatz(4)');
    coverage.end();
    expect(coverage.lines('/src/program.jl').get(8)).toBe(0);
  });

  it('say who used time and memory', () => {
    run('work(n) = (s = 0; for i in 1:n; s += i & 3; end; s); memory(n) = zeros(UInt8, n)');
    const profile = new Profile();
    run('work(2000); memory(5000); memory(5000)');
    profile.end();
    const usages = new Map(profile.usages().map((usage) => [usage.name, usage]));
    expect(usages.get('work')?.calls).toBe(1);
    expect(usages.get('memory')?.calls).toBe(2);
    expect(usages.get('work')?.statements).toBeGreaterThan(4000);
    expect(usages.get('work')?.nanoseconds).toBeGreaterThan(0);
    const bytes = profile.usages().reduce((sum, usage) => sum + usage.bytes, 0);
    expect(bytes).toBeGreaterThanOrEqual(10_000);
  });

  it('bound how much a program executes', () => {
    const lift = limitStatements(10_000);
    try {
      expect(() => run('try; while true; end; catch; end')).toThrow(StatementBudgetSpent);
    } finally {
      expect(lift()).toBe(0);
    }
    const enough = limitStatements(10_000);
    run('collatz(6)');
    expect(enough()).toBeGreaterThan(1000);
    expect(datatype('Int64')).not.toBe(0);
  });
});
