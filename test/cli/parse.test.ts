// `jl0 parse`: syntax trees of files and of JSON lines.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { jl0 } from './jl0.ts';

const folder = mkdtempSync(join(tmpdir(), 'jl0-parse-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('files', () => {
  it('prints a file as one s-expression', () => {
    writeFileSync(join(folder, 'good.jl'), 'f(x) = x + 1\n# comment\ny = f(2)\n');
    const { status, stdout, stderr } = jl0(['parse', join(folder, 'good.jl')]);
    expect(stdout).toBe('(toplevel (|=| (call f x) (block (call |+| x 1))) (|=| y (call f 2)))\n');
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it('reads standard input for -', () => {
    expect(jl0(['parse', '-'], { input: 'a && b' }).stdout).toBe('(toplevel (&& a b))\n'.replace('&&', '|&&|'));
  });

  it('names file, line and column of a syntax error and shows the line with a caret', () => {
    writeFileSync(join(folder, 'bad.jl'), 'x = 1\ny = (2\nz = 3\n');
    const { status, stdout, stderr } = jl0(['parse', 'bad.jl'], { cwd: folder });
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^bad\.jl:\d+:\d+: error: /);
    expect(stderr).toMatch(/^ +\^/m);
    expect(status).toBe(1);
  });

  it('wants a file', () => {
    const { status, stderr } = jl0(['parse']);
    expect(stderr).toBe('jl0: parse: name a file, or - for standard input\n');
    expect(status).toBe(2);
  });
});

describe('JSON lines', () => {
  /** The answers to some lines of input. */
  function answers(...lines: (object | string)[]): Record<string, unknown>[] {
    const input = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
    const { status, stdout } = jl0(['parse', '--jsonl'], { input: `${input}\n` });
    expect(status).toBe(0);
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  }

  it('answers every line in order', () => {
    const given = answers({ src: 'a + b', mode: 'one' }, { src: 'x = 1\ny', mode: 'all' }, { src: 'f(' });
    expect(given[0]).toEqual({ expr: '(call |+| a b)', lines: [] });
    expect(given[1]).toEqual({ expr: '(toplevel (|=| x 1) y)', lines: [1, 2] });
    expect(given[2]).toEqual({ error: 'incomplete', message: 'Expected `)` or `,`', at: [1, 3], tag: 'other' });
  });

  it('says what is left over, and what came before an error', () => {
    const given = answers({ src: 'a\nb', mode: 'one' }, { src: 'a = 1\nb c', mode: 'all' });
    expect(given[0]).toEqual({ error: 'error', message: 'extra token after end of expression' });
    expect(given[1]).toMatchObject({ error: 'error', at: [2, 2], before: '(toplevel (|=| a 1) b)' });
  });

  it('takes only a newline for the end of a line', () => {
    const given = answers({ src: '"a\u2028b"' }, { src: 'c' });
    expect(given).toEqual([
      { expr: '"a\u2028b"', lines: [] },
      { expr: 'c', lines: [] },
    ]);
  });

  it('goes on after a line that is no request', () => {
    const given = answers('{', { mode: 'one' }, { src: 'a', mode: 'some' }, { src: 'a' });
    expect(given.map((answer) => answer.error)).toEqual(['request', 'request', 'request', undefined]);
    expect(given[3]).toEqual({ expr: 'a', lines: [] });
  });
});
