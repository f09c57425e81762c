// Printing an expression and parsing the text gives the expression back.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Expr, HeapValue, sym } from '../../interpreter/syntax/expr.ts';
import { parseAll, parseOne, printSource, printSyntax, UnprintableError } from '../../interpreter/syntax/index.ts';
import { oracle, oracleFiles, readRows } from '../oracle.ts';

/** What the text of `source` parses to after a trip through the printer; null where there is nothing to compare. */
function roundTrip(source: string): { before: string; after: string } | null {
  const first = parseAll(source);
  if (first.status !== 'ok') return null;
  const text = printSource(first.value);
  const second = parseAll(text);
  const after = second.status === 'ok' ? printSyntax(second.value) : `${second.diagnostics[0]?.message} in ${text}`;
  return { before: printSyntax(first.value), after };
}

describe('printSource', () => {
  it('writes statements on lines of their own', () => {
    const source = 'function f(x)\n  if x > 0\n    return 1\n  else\n    y = [1 2; 3 4]\n  end\nend\n';
    expect(printSource(parseOne(source).value)).toBe(
      'function f(x)\n  if (x > 0)\n    return 1\n  else\n    y = [1 2; 3 4]\n  end\nend',
    );
  });
  it('quotes names that are no identifiers', () => {
    expect(printSource(new Expr('call', [sym('a b'), sym('end')]))).toBe('var"a b"(var"end")');
  });
  it('keeps what documents something in a block that is a branch of a ternary', () => {
    const tree = parseAll('a ? b : (begin\n"t"\nx end)').value;
    expect(printSyntax(parseAll(printSource(tree)).value)).toBe(printSyntax(tree));
    const both = parseAll('f(a ? (begin "s"\ny end) : (begin "t$z"\nx end))').value;
    expect(printSyntax(parseAll(printSource(both)).value)).toBe(printSyntax(both));
  });
  it('refuses what has no source, or is nested too deeply', () => {
    const deep = parseAll(`x${'.y'.repeat(100_000)}`).value;
    expect(() => printSource(deep)).toThrow(UnprintableError);
    expect(() => printSource(new Expr('call', [new HeapValue(8)]))).toThrow(UnprintableError);
    expect(() => printSource(new Expr('gotoifnot', [sym('x'), 3n]))).toThrow(UnprintableError);
  });

  it('keeps documentation that is the only thing in a block inside of brackets', () => {
    const trip = roundTrip('x[[(begin "t$(y)"\n x end) x]]');
    expect(trip?.after).toBe(trip?.before);
  });

  describe.skipIf(oracle === undefined)('on the corpus', () => {
    // Forms that parse but that no other text produces: a number before braces, an adjoint of a macro's name.
    const refused = new Set(['2{x}', "@m'a'", "@a'"]);
    it('returns to every expression', () => {
      let count = 0;
      for (const file of oracleFiles('syntax', '.jsonl')) {
        for (const { src } of readRows<{ src: string }>(file)) {
          if (refused.has(src)) {
            expect(() => roundTrip(src)).toThrow(UnprintableError);
            continue;
          }
          const trip = roundTrip(src);
          if (trip === null) continue;
          count++;
          expect(trip.after, src).toBe(trip.before);
        }
      }
      expect(count).toBeGreaterThan(0);
    });
    it('returns to every program', () => {
      for (const file of oracleFiles('programs', '.jl')) {
        const trip = roundTrip(readFileSync(file, 'utf8'));
        if (trip !== null) expect(trip.after, file).toBe(trip.before);
      }
    });
  });

  it('returns to random expressions', () => {
    const leaf = fc.constantFrom(
      'x',
      'f',
      '1',
      '2.5',
      ':s',
      '"t$(y)"',
      "'c'",
      'true',
      'A.b',
      '+',
      'r"s"',
      '0x10',
      '-3',
    );
    const { expression } = fc.letrec<{ expression: string }>((tie) => {
      const e = tie('expression');
      const form = (make: (...parts: string[]) => string, count: number) =>
        fc.tuple(...Array.from({ length: count }, () => e)).map((parts) => make(...parts));
      return {
        expression: fc.oneof(
          { depthSize: 'small', withCrossShrink: true },
          leaf,
          fc
            .tuple(e, fc.constantFrom('+', '-', '*', '==', '&&', '=>', ':', '.+', '<:', 'in', '|>', '^', '→'), e)
            .map(([a, op, b]) => `(${a}) ${op} (${b})`),
          form((a, b) => `(${a})(${b}; k = ${b})`, 2),
          form((a, b) => `x[(${a}), (${b})]`, 2),
          form((a, b) => `[(${a}) (${b}); (${b}) (${a})]`, 2),
          form((a, b, c) => `(${a}) ? (${b}) : (${c})`, 3),
          form((a, b) => `begin ${a}\n ${b} end`, 2),
          form((a, b) => `function g(x::(${a})) where {T} ${b}\n end`, 2),
          form((a, b) => `[(${a}) for i in (${b}) if (${a})]`, 2),
          form((a, b) => `@m (${a}) (${b})`, 2),
          form((a) => `:(${a})`, 1),
          form((a, b) => `if (${a}) ${b}\n elseif (${b}) ${a}\n end`, 2),
          form((a, b) => `x -> (${a}; ${b})`, 2),
          form((a) => `(${a}, y...)`, 1),
          form((a) => `(${a})'`, 1),
          form((a, b) => `map(x) do y, z\n ${a}\n ${b} end`, 2),
          form((a, b) => `let u = (${a}), v\n ${b} end`, 2),
          form((a, b) => `try ${a}\n catch e\n ${b} end`, 2),
          form((a) => `f.(${a})`, 1),
          form((a) => `-(${a})`, 1),
        ),
      };
    });
    fc.assert(
      fc.property(expression, (source) => {
        let trip: ReturnType<typeof roundTrip>;
        try {
          trip = roundTrip(source);
        } catch (error) {
          if (error instanceof UnprintableError) return;
          throw error;
        }
        if (trip !== null) expect(trip.after).toBe(trip.before);
      }),
      { numRuns: 3000 },
    );
  });
});
