// What users of the parser see: values, line numbers, positions, several errors at once, what is missing.

import { describe, expect, it } from 'vitest';
import { Expr, LineNumberNode, Literal, QuoteNode, sym } from '../../interpreter/syntax/expr.ts';
import {
  parseAll,
  parseAtom,
  parseOne,
  positionAt,
  printSyntax,
  renderDiagnostics,
} from '../../interpreter/syntax/index.ts';

describe('values', () => {
  it('are Julia’s expressions', () => {
    const { value } = parseOne('f(x, 2; k=1.5)');
    expect(value).toEqual(
      new Expr('call', [sym('f'), new Expr('parameters', [new Expr('kw', [sym('k'), 1.5])]), sym('x'), 2n]),
    );
  });
  it('have exact literals', () => {
    const literal = (text: string) => printSyntax(parseOne(text).value);
    expect(literal('0x0f')).toBe('UInt8:0x0f');
    expect(literal('9223372036854775808')).toBe(
      '(macrocall (globalref Core @int128_str) nothing "9223372036854775808")',
    );
    expect(literal('-9223372036854775808')).toBe('-9223372036854775808');
    expect(literal('0x1.8p1')).toBe('Float64:0x4008000000000000');
    expect(literal('0x1.00000000000018p0')).toBe('Float64:0x3ff0000000000002');
    expect(literal('5e-324')).toBe('Float64:0x0000000000000001');
    expect(literal('1.00000017881393432617187499f0')).toBe('Float32:0x3f800001');
    expect(literal('1.00000017881393432617187501f0')).toBe('Float32:0x3f800002');
    expect(parseOne("'é'").value).toEqual(new Literal('Char', 0xc3a90000n));
    expect(parseOne(':x').value).toEqual(new QuoteNode(sym('x')));
  });
  it('carry the file and line of each statement', () => {
    const { value } = parseAll('a\n\nb', { file: 'foo.jl', firstLine: 10 });
    expect(value.args[0]).toEqual(new LineNumberNode(10, sym('foo.jl')));
    expect(value.args[2]).toEqual(new LineNumberNode(12, sym('foo.jl')));
  });
  it('keep bytes that are not UTF-8', () => {
    const bytes = Uint8Array.from([0x22, 0x61, 0x5c, 0x78, 0x66, 0x66, 0x22]); // "a\xff"
    expect(printSyntax(parseOne(bytes).value)).toBe('"a\\xff"');
    expect(parseOne(Uint8Array.from([0x22, 0xff, 0x22])).diagnostics[0]?.message).toBe(
      'invalid UTF-8 sequence "\\xff"',
    );
  });
});

describe('statement by statement', () => {
  it('tells where to go on', () => {
    const text = 'a; b\nc';
    const first = parseOne(text);
    expect(printSyntax(first.value)).toBe('(toplevel a b)');
    expect(printSyntax(parseOne(text, first.next).value)).toBe('c');
  });
  it('gives nothing at the end', () => {
    expect(parseOne('  # comment\n').value).toBe(null);
  });
  it('can stop after an atom', () => {
    const result = parseAtom('(a + b) * c');
    expect(printSyntax(result.value)).toBe('(call |+| a b)');
    expect(result.next).toBe(7);
  });
});

describe('errors', () => {
  it('are told from missing text', () => {
    expect(parseOne('f(a').status).toBe('incomplete');
    expect(parseOne('f(a]').status).toBe('error');
    expect(parseOne('"abc').tag).toBe('string');
    expect(parseOne('begin').tag).toBe('block');
    expect(parseOne('#= a').tag).toBe('comment');
  });
  it('are reported one and all', () => {
    const { diagnostics } = parseAll('x = )\ny = 1\nz = ]\n');
    expect(diagnostics.map((d) => d.message)).toContain('unexpected `)`');
    expect(diagnostics.map((d) => d.message)).toContain('unexpected `]`');
  });
  it('leave what came before', () => {
    expect(printSyntax(parseAll('a = 1\nb = )\n').value)).toBe('(toplevel (|=| a 1))');
  });
  it('show the place', () => {
    const result = parseAll('x = 1\ny = (2 +)\n');
    expect(renderDiagnostics(result, 'foo.jl')).toBe('foo.jl:2:9: error: unexpected `)`\n  y = (2 +)\n          ^');
  });
  it('count columns in characters', () => {
    const result = parseOne('"😀"; )');
    expect(positionAt(result.text, result.diagnostics[0]?.start ?? 0)).toEqual({ line: 1, column: 6 });
  });
});
