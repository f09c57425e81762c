// Reads Julia code of others: every .jl file in the folders given is parsed, its statements are lowered, and what came
// of it is counted. Nothing is evaluated but what macros do, so each statement is lowered as if it came first.
//
//     node tools/survey.ts [--parse-only] [--errors=N] FOLDER...
//
// What counts as a fault of jl0 is an internal error: a failure that is not one of Julia's own messages. The first N of
// every kind of error are listed.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Expr, LineNumberNode, type Syntax } from '../interpreter/syntax/expr.ts';
import { parseAll, renderDiagnostics } from '../interpreter/syntax/index.ts';

interface Counts {
  files: number;
  bytes: number;
  statements: number;
  parseMilliseconds: number;
  lowerMilliseconds: number;
}

const counts: Counts = { files: 0, bytes: 0, statements: 0, parseMilliseconds: 0, lowerMilliseconds: 0 };
const errors = new Map<string, { count: number; readonly examples: string[] }>();

function note(kind: string, where: string): void {
  const entry = errors.get(kind) ?? { count: 0, examples: [] };
  errors.set(kind, entry);
  entry.count++;
  if (entry.examples.length < shown) entry.examples.push(where);
}

function* juliaFiles(path: string): Generator<string> {
  if (!statSync(path).isDirectory()) {
    if (path.endsWith('.jl')) yield path;
    return;
  }
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory() || entry.isFile()) yield* juliaFiles(join(path, entry.name));
  }
}

/** The statements of a file with their lines; those of modules one by one. */
function* statements(body: Expr): Generator<{ readonly statement: Syntax; readonly line: number }> {
  let line = 0;
  for (const statement of body.args) {
    if (statement instanceof LineNumberNode) {
      line = statement.line;
      continue;
    }
    yield { statement, line };
    if (statement instanceof Expr && statement.head === 'module' && statement.args[2] instanceof Expr) {
      yield* statements(statement.args[2]);
    }
  }
}

/** A lowering that says what went wrong: the kind of error, or undefined. */
type Lower = (statement: Syntax, file: string, line: number) => string | undefined;

async function lowerer(): Promise<Lower> {
  const { start } = await import('../bootstrap/session.ts');
  const { freshPlace } = await import('../bootstrap/cli/place.ts');
  const { lower } = await import('../interpreter/lowering/index.ts');
  start('', []);
  let place = freshPlace('M');
  let current = '';
  return (statement, file, line) => {
    if (file !== current) {
      place = freshPlace('M');
      current = file;
    }
    try {
      const result = lower(statement, place.module, place.host, { file, line });
      if (!(result instanceof Expr) || result.head !== 'error') return undefined;
      return `lowering error: ${String(result.args[0]).split('\n')[0]}`;
    } catch (error) {
      const thrown = place.thrown?.(error);
      if (thrown !== undefined) return `thrown by a macro: ${thrown.type}: ${thrown.message}`;
      return `INTERNAL: ${error instanceof Error ? error.message : String(error)}`;
    }
  };
}

const folders = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const parseOnly = process.argv.includes('--parse-only');
const shown = Number(process.argv.find((argument) => argument.startsWith('--errors='))?.slice('--errors='.length) ?? 3);
const lowerStatement = parseOnly ? undefined : await lowerer();

for (const folder of folders) {
  for (const file of juliaFiles(folder)) {
    const bytes = readFileSync(file);
    counts.files++;
    counts.bytes += bytes.length;
    const began = performance.now();
    let parsed: ReturnType<typeof parseAll>;
    try {
      parsed = parseAll(bytes, { file });
    } catch (error) {
      note(`INTERNAL in the parser: ${error instanceof Error ? error.message : String(error)}`, file);
      continue;
    }
    counts.parseMilliseconds += performance.now() - began;
    if (parsed.status !== 'ok') {
      note(`syntax: ${parsed.diagnostics[0]?.message}`, renderDiagnostics(parsed, file).split('\n')[0] ?? file);
    }
    for (const { statement, line } of statements(parsed.value)) {
      if (statement instanceof Expr && (statement.head === 'error' || statement.head === 'incomplete')) continue;
      counts.statements++;
      if (lowerStatement === undefined) continue;
      const start = performance.now();
      const problem = lowerStatement(statement, file, line);
      counts.lowerMilliseconds += performance.now() - start;
      if (problem !== undefined) note(problem, `${file}:${line}`);
    }
  }
}

const megabytes = counts.bytes / 1e6;
console.log(`${counts.files} files, ${megabytes.toFixed(2)} MB, ${counts.statements} toplevel expressions`);
console.log(
  `parsed in ${(counts.parseMilliseconds / 1000).toFixed(2)} s: ${(megabytes / (counts.parseMilliseconds / 1000)).toFixed(2)} MB/s`,
);
if (!parseOnly) console.log(`lowered in ${(counts.lowerMilliseconds / 1000).toFixed(2)} s`);
for (const [kind, { count, examples }] of [...errors].sort(([, a], [, b]) => b.count - a.count)) {
  console.log(`${count} × ${kind}`);
  for (const example of examples) console.log(`      ${example}`);
}
