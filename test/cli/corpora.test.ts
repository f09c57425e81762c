// The corpora of the reference Julia from outside: every row is a request to `jl0 parse --jsonl` or `jl0 lower --jsonl`, and
// the answers are compared as data, as anyone could who has the program and the files.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import knownDifferences from '../conformance/lowering-differences.json' with { type: 'json' };
import { oracle } from '../oracle.ts';
import { jl0 } from './jl0.ts';

type Row = Readonly<Record<string, unknown>>;

const REQUEST = ['src', 'mode', 'setup'];

function rowsOf(folder: string): Row[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.jsonl'))
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').trimEnd().split('\n'))
    .map((line): Row => JSON.parse(line));
}

/** The sources of the rows that are answered differently in one of the fields. */
function differing(command: string, rows: readonly Row[], fields: readonly string[]): string[] {
  const input = rows.map((row) => JSON.stringify(row, REQUEST)).join('\n');
  const { status, stdout } = jl0([command, '--jsonl'], { input });
  expect(status).toBe(0);
  const answers = stdout
    .trimEnd()
    .split('\n')
    .map((line): Row => JSON.parse(line));
  expect(answers).toHaveLength(rows.length);
  const differs = (row: Row, answer: Row): boolean =>
    fields.some((field) => JSON.stringify(row[field]) !== JSON.stringify(answer[field]));
  return rows.filter((row, i) => differs(row, answers[i])).map((row) => String(row['src']));
}

describe.skipIf(oracle === undefined)('corpora from outside', () => {
  it('parse as in the reference', () => {
    const rows = rowsOf(join(oracle ?? '', 'syntax'));
    expect(differing('parse', rows, ['expr', 'lines', 'error', 'message', 'at', 'tag', 'before'])).toEqual([]);
  }, 300_000);

  it('lower as in the reference, but for the known differences', () => {
    const rows = rowsOf(join(oracle ?? '', 'lowering'));
    const found = differing('lower', rows, ['ir', 'error', 'thrown']);
    expect(found.sort()).toEqual(Object.keys(knownDifferences).sort());
  }, 600_000);
});
