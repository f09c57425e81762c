// Where code comes from: the packed line tables, and the frames that they give.

import { describe, expect, it } from 'vitest';
import { codeLocation, compressCodelocs } from '../../interpreter/ir/debuginfo.ts';
import { stringOfBytes } from '../../interpreter/runtime/values.ts';
import { answer, session } from './session.ts';

describe('a packed line table', { timeout: 120_000 }, () => {
  it.each([
    ['small lines', 3, [7, 3, 0, 250]],
    ['lines far apart', 1, [1, 300, 70_000]],
    ['no first line', 0, [12, 11]],
  ])('gives back its %s', (_, first, lines) => {
    session();
    const locations = lines.map((line, i) => ({ line, edge: i, entry: 300 * i }));
    const packed = stringOfBytes(compressCodelocs(first, locations));
    expect(codeLocation(packed, 0)?.line).toBe(first);
    expect(locations.map((_, i) => codeLocation(packed, i + 1))).toEqual(locations);
    expect(codeLocation(packed, locations.length + 1)).toBeUndefined();
  });
  it('is empty where nothing is known', () => {
    expect(compressCodelocs(5, [{ line: 0, edge: 0, entry: 0 }])).toHaveLength(0);
  });
  it('takes one byte a line where that is enough', () => {
    const lines = [10, 20, 30].map((line) => ({ line, edge: 0, entry: 0 }));
    expect(compressCodelocs(10, lines)).toHaveLength(12 + 1 + 3);
  });
});

describe('a stack trace', { timeout: 120_000 }, () => {
  it('names the macro of another file and the line that calls it', () => {
    const program = `module Shown
      f(x) = @show error("no")
      end
      try Shown.f(1) catch
        [string(f.func, " ", f.inlined, " ", basename(string(f.file))) for f in stacktrace(catch_backtrace())[2:3]]
      end`;
    expect(answer(program)).toBe('["macro expansion true show.jl", "f false none"]');
  });
});
