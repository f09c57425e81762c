// Whatever the input, the parser answers: with a value or with errors that have a place in the text.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeBytes,
  encodeBytes,
  parseAll,
  parseOne,
  printSyntax,
  renderDiagnostics,
  sourceLines,
} from '../../interpreter/syntax/index.ts';

function survives(source: string | Uint8Array): void {
  const result = parseAll(source);
  printSyntax(result.value);
  sourceLines(result.value);
  renderDiagnostics(result);
  expect(result.status === 'ok').toBe(!result.diagnostics.some((diagnostic) => diagnostic.severity === 'error'));
  for (const { start, end } of result.diagnostics) {
    expect(start).toBeGreaterThanOrEqual(0);
    expect(end).toBeGreaterThanOrEqual(start);
    expect(end).toBeLessThanOrEqual(result.text.length);
  }
}

const words = (
  'begin end if else elseif while for in let function macro quote do try catch finally struct mutable abstract type ' +
  'primitive module baremodule using import export public const global local return break continue where isa outer as ' +
  'var true x y f 1 2.5 0x1f 1e3 ( ) [ ] { } , ; : :: . .. ... = += .= == < <: >: -> => ? $ @ @m ! + - * / ^ ~ & && || ' +
  '|> \' " """ ` ``` # #= =# \\ \n \t "a$(b)c" \'c\' .+ √ ≤ é 😀'
).split(' ');

describe('any input', () => {
  it('may be random text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), survives), { numRuns: 1500 });
  });
  it('may be random bytes, which are kept', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(encodeBytes(decodeBytes(bytes))).toEqual(bytes);
        survives(bytes);
      }),
      { numRuns: 1000 },
    );
  });
  it('may be a soup of tokens, with and without blanks', () => {
    const soup = fc.array(fc.tuple(fc.constantFrom(...words), fc.boolean()), { maxLength: 30 });
    fc.assert(
      fc.property(soup, (parts) => survives(parts.map(([word, blank]) => (blank ? `${word} ` : word)).join(''))),
      { numRuns: 5000 },
    );
  });
  it('moves forward from statement to statement', () => {
    const soup = fc.array(fc.constantFrom(...words), { maxLength: 20 });
    fc.assert(
      fc.property(soup, (parts) => {
        const text = parts.join(' ');
        let position = 0;
        while (position < text.length) {
          const { next } = parseOne(text, position);
          expect(next).toBeGreaterThan(position);
          position = next;
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('deep nesting', () => {
  const openers = [
    '(',
    '[',
    '{',
    'f(',
    'a[',
    'A{',
    '@m(',
    '@m ',
    '"$(',
    ':(',
    'if a\n',
    'begin ',
    'x -> ',
    'a ? b : ',
    '-',
    '!',
    '$',
    '::',
    'f() do ',
    'a || ',
    'x = ',
    'function f() ',
  ];
  for (const opener of openers) {
    it(`a megabyte of ${JSON.stringify(opener)} is an error, not a crash`, () => {
      const result = parseAll(opener.repeat(1e6 / opener.length));
      expect(result.status).not.toBe('ok');
    });
  }
  it('two hundred levels of brackets are fine', () => {
    for (const [open, close] of [
      ['(', ')'],
      ['[', ']'],
      ['f(', ')'],
      ['begin\n', '\nend'],
      ['"$(', ')"'],
    ] as const) {
      expect(parseAll(`${open.repeat(200)}x${close.repeat(200)}`).status).toBe('ok');
    }
  });
  it('a thousand alternatives in a row are fine', () => {
    expect(parseAll(`${'a || '.repeat(1000)}b`).status).toBe('ok');
    expect(parseAll(`${'a + '.repeat(100000)}b`).status).toBe('ok');
    expect(parseAll(`x${'.y'.repeat(100000)}`).status).toBe('ok');
    expect(parseAll(`if a\n${'elseif b\n'.repeat(10000)}end`).status).toBe('ok');
  });
});
