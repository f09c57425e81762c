// The arguments that builtins and intrinsics check, in which order, and what they say of wrong ones.
//
// The tables in checks/ have a row for each call: the expression, a tab, and its value as `repr` prints it or the first line
// of the error as `showerror` prints it. Lines that begin with `#` say which of Julia's sources the rows were read from.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MainModule } from '../../interpreter/memory/wellknown.ts';
import { evaluateText } from '../../interpreter/runtime/frontend.ts';
import { root } from '../oracle.ts';
import { answer, session } from './session.ts';

const folder = join(root, 'test/runtime/checks');

function rowsOf(table: string): [expression: string, expected: string][] {
  const lines = readFileSync(join(folder, table), 'utf8').split('\n');
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const tab = line.indexOf('\t');
      if (tab < 0) throw new Error(`${table}: no tab in ${line}`);
      return [line.slice(0, tab), line.slice(tab + 1)];
    });
}

describe('arguments are checked', { timeout: 120_000 }, () => {
  session();
  evaluateText(MainModule, readFileSync(join(folder, 'prelude.jl'), 'utf8'), 'prelude.jl');
  for (const table of readdirSync(folder).filter((name) => name.endsWith('.tsv'))) {
    it(`as ${table} says`, () => {
      const rows = rowsOf(table);
      const differing = rows
        .map(([expression, expected]) => ({ expression, expected, given: answer(expression) }))
        .filter(({ expected, given }) => given !== expected);
      expect(differing).toEqual([]);
    });
  }
});
