// Rows of the corpora, asked by scripts that `jl0 run` executes: what the tests of the rooms ask the runtime directly has to
// be the same through the functions of Base.
//
// A sample of each file is asked, every n-th row; JL0_ALL_ROWS=1 asks all. Each script prints an answer per row.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { command } from '../cli/jl0.ts';
import { oracle, readRows, root } from '../oracle.ts';

const run = promisify(execFile);
const every = (n: number): number => (process.env['JL0_ALL_ROWS'] === '1' ? 1 : n);
const folder = oracle ?? '';

/** The lines that a script prints when it is given a prelude and lines of questions. */
async function answers(script: string, prelude: readonly string[], questions: readonly string[]): Promise<string[]> {
  const place = mkdtempSync(join(tmpdir(), 'jl0-rows-'));
  try {
    const file = join(place, 'rows');
    writeFileSync(file, questions.map((line) => `${line}\n`).join(''));
    const jl0 = command(['run', join(root, 'test/scripts', script), ...prelude, file]);
    const { stdout } = await run(jl0.program, jl0.args, { maxBuffer: 1 << 28 });
    return stdout.split('\n').slice(0, -1);
  } finally {
    rmSync(place, { recursive: true });
  }
}

const sample = <Row>(file: string, n: number): Row[] =>
  readRows<Row>(join(folder, file)).filter((_, i) => i % every(n) === 0);

interface TypeRow {
  readonly op: string;
  readonly a: string;
  readonly b?: string;
  readonly r?: unknown;
  readonly err?: string;
  readonly exact?: boolean;
  readonly egal?: boolean;
  readonly typeeq?: boolean;
  readonly show?: string;
}

/** What the script should print for a row; of `unary` rows only the text of the type is compared here. */
function expectedType(row: TypeRow): string {
  if (row.op === 'equal') return `${row.egal}\t${row.typeeq}`;
  if (row.op === 'apply') return String(row.r ?? row.err);
  return String(row.r);
}

interface IntrinsicRow {
  readonly f: string;
  readonly t: readonly string[];
  readonly in: readonly string[];
  readonly rt?: string;
  readonly out?: string | readonly string[];
  readonly err?: string;
  readonly exact?: string;
  readonly nan?: boolean;
  readonly ub?: boolean;
}

interface LayoutRow {
  readonly def: string;
  readonly type: string;
  readonly err?: string;
  readonly kind?: string;
  readonly [column: string]: unknown;
}

const literal = (text: string): string => JSON.stringify(text).replaceAll('$', '\\$');
const column = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? `[${value.map(column).join(',')}]` : String(value);

interface BuiltinRow {
  readonly src: string;
  readonly rt?: string;
  readonly out?: string;
  readonly err?: string;
}

/** Runtime functions put their name before some texts, and the core ends others before what Base adds. */
const withoutAdditions = (text: string): string =>
  text.replace(/, available fields: .*$/, '').replace(/^(err\tConcurrencyViolationError: )[^ ]+: /, '$1');

interface InferenceRow {
  readonly src: string;
  readonly f: string;
  readonly argtypes: string;
  readonly rettype: string;
}

const layoutColumns =
  'kind sizeof alignment fieldoffsets isbits ismutable isconcrete singleton haspadding pointerfree npointers layoutsize ' +
  'nfields allocatedinline elsize isbitsunion uniondatasize atomicfields constfields';

describe.skipIf(oracle === undefined)('rows of the corpora, asked by scripts', () => {
  it.each([
    ['subtype', 97],
    ['morespecific', 23],
    ['typeintersect', 41],
    ['misc', 31],
  ])('types/%s', { timeout: 300_000 }, async (file, step) => {
    const rows = sample<TypeRow>(`types/${file}.jsonl`, step).filter((row) => !row.a.includes('\n'));
    const needed = new Set(['typeintersect', 'typejoin', 'promote_type']);
    const lines = rows.map((row) => [row.op, row.a, row.b ?? '', needed.has(row.op) ? String(row.r) : ''].join('\t'));
    const got = await answers('types.jl', [join(folder, 'types/prelude.jl')], lines);
    const wrong = rows.flatMap((row, i) => {
      const answer = got[i] ?? '';
      if (row.op === 'unary') {
        const text = answer.split('\t').at(-1);
        return text === row.show ? [] : [`${row.a} is shown as ${text}, not ${row.show}`];
      }
      // One of several valid intersections may be given where Julia's own depends on the order.
      if (row.op === 'typeintersect') return row.exact === false || answer.split('\t')[0] === row.r ? [] : [row.a];
      return answer === expectedType(row) ? [] : [`${row.op} ${row.a} ${row.b ?? ''}: ${answer}`];
    });
    expect(got.length).toBe(rows.length);
    expect(wrong.length, wrong.join('\n')).toBeLessThanOrEqual(Math.floor(rows.length / 50));
  });

  it.each([
    'bitcast',
    'checked',
    'conv_float',
    'conv_int',
    'errors',
    'float_arith',
    'float_cmp',
    'float_fma',
    'float_round',
    'int_arith',
    'int_bits',
    'int_cmp',
    'misc',
    'shift',
  ])('intrinsics/%s', { timeout: 300_000 }, async (file) => {
    const rows = sample<IntrinsicRow>(`intrinsics/${file}.jsonl`, 29);
    const lines = rows.map((row) => [row.f, row.t.join('\u001f'), row.in.join('\u001f')].join('\t'));
    const got = await answers('intrinsics.jl', [join(folder, 'intrinsics/prelude.jl')], lines);
    const wrong = rows.flatMap((row, i) => {
      const answer = got[i];
      if (row.nan || row.ub || row.exact !== undefined) return [];
      const out = typeof row.out === 'string' ? row.out : row.out?.join(',');
      const expected = row.err !== undefined ? `err\t${row.err}` : `${row.rt}\t${out}`;
      return answer === expected ? [] : [`${row.f}(${row.in.join(', ')}): ${answer}, not ${expected}`];
    });
    expect(wrong).toEqual([]);
  });

  it('layout', { timeout: 300_000 }, async () => {
    const rows = sample<LayoutRow>('layout/layout.jsonl', 3);
    const got = await answers(
      'layout.jl',
      [],
      rows.flatMap((row) => [literal(row.def), literal(row.type)]),
    );
    const wrong = rows.flatMap((row, i) => {
      const expected =
        row.err !== undefined
          ? 'err'
          : layoutColumns
              .split(' ')
              .map((name) => column(row[name]))
              .join('\t');
      return got[i] === expected ? [] : [`${row.type}: ${got[i]}, not ${expected}`];
    });
    expect(wrong.length, wrong.join('\n')).toBeLessThanOrEqual(Math.floor(rows.length / 50));
  });

  it.each(['builtins', 'pointers'])('intrinsics/%s', { timeout: 300_000 }, async (file) => {
    const rows = sample<BuiltinRow>(`intrinsics/${file}.jsonl`, 3);
    const preludes = ['prelude.jl', 'prelude-src.jl'].map((name) => join(folder, 'intrinsics', name));
    const got = await answers(
      'builtins.jl',
      preludes,
      rows.map((row) => literal(row.src)),
    );
    const wrong = rows.flatMap((row, i) => {
      const answer: unknown = JSON.parse((got[i] ?? 'null').replaceAll('\\$', '$').replaceAll('\\e', '\\u001b'));
      const expected = row.err === undefined ? `${row.rt}\t${row.out}` : `err\t${row.err}`;
      return withoutAdditions(String(answer)) === withoutAdditions(expected)
        ? []
        : [`${row.src}: ${answer}, not ${expected}`];
    });
    expect(wrong).toEqual([]);
  });

  it('infer', { timeout: 300_000 }, async () => {
    const rows = sample<InferenceRow>('infer/infer.jsonl', 4);
    const lines = rows.map((row) => [row.src, row.f, row.argtypes].map(literal).join(', '));
    const got = await answers('infer.jl', [], lines);
    const wrong = rows.flatMap((row, i) => {
      const [rettype, effects] = String(JSON.parse((got[i] ?? 'null').replaceAll('\\$', '$'))).split('\t');
      const plausible = /^\([+!?][a-z](,[+!?][a-z]){8}\)$/.test(effects);
      return plausible && rettype === row.rettype.replace(/#\d+/g, '#')
        ? []
        : [`${row.f}, ${row.src}: ${rettype}, ${effects}, not ${row.rettype}`];
    });
    // What inference itself answers is compared with the whole corpus in test/inference.
    expect(wrong.length, wrong.join('\n')).toBeLessThanOrEqual(Math.floor(rows.length / 15));
  });
});
