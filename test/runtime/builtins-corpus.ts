// Runs the corpora of builtins and raw memory: each row is Julia source, evaluated in Main of a running session after the
// corpora's preludes; its value is compared as `repr` prints it (types in canonical form), an exception by type and the
// first line of its message. The format is in the corpora's README.md, section 6.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ModuleRef, type Ref, type StringRef, typeOf } from '../../interpreter/memory/layout.ts';
import { root, rootScope } from '../../interpreter/memory/roots.ts';
import { BaseModule, MainModule } from '../../interpreter/memory/wellknown.ts';
import { currentWorld, getBinding, globalValue, resolveBinding } from '../../interpreter/runtime/bindings.ts';
import { JuliaException } from '../../interpreter/runtime/errors.ts';
import { evaluateText } from '../../interpreter/runtime/frontend.ts';
import { isKindType } from '../../interpreter/runtime/methods.ts';
import { symbol } from '../../interpreter/runtime/symbols.ts';
import { stringText } from '../../interpreter/runtime/values.ts';
import { canonicalText, setNameVisibility } from '../../interpreter/types/index.ts';
import { call } from '../../interpreter/vm/calls.ts';
import { oracleFiles, readRows } from '../oracle.ts';

/** A row: source, and what it gives. */
export interface Row {
  readonly src: string;
  readonly rt?: string;
  readonly out?: string;
  readonly err?: string;
}

export interface Outcome {
  readonly rt?: string;
  readonly out?: string;
  readonly err?: string;
}

export interface FileResult {
  readonly file: string;
  readonly passed: number;
  readonly total: number;
  readonly failures: readonly { readonly row: Row; readonly outcome: Outcome }[];
}

/** How the corpora write an exception down. */
const describer = `
function (e)
    e isa Exception || return string("throw ", repr(e))
    name = string(nameof(typeof(e)))
    text = hasfield(typeof(e), :msg) && isdefined(e, :msg) ? string(e.msg) : sprint(showerror, e)
    startswith(text, string(name, ": ")) && (text = text[ncodeunits(name)+3:end])
    return string(name, ": ", first(split(text, '\\n')))
end`;

let describeError = 0 as Ref;

/** Names are written without their module where Main sees them so. */
function showNamesAsMain(): void {
  setNameVisibility((module, name) => {
    const own = getBinding(module as ModuleRef, symbol(name));
    const seen = resolveBinding(getBinding(MainModule, symbol(name)), currentWorld());
    return module === MainModule || seen.binding === resolveBinding(own, currentWorld()).binding;
  });
}

function prepare(folder: string): void {
  showNamesAsMain();
  for (const file of ['prelude.jl', 'prelude-src.jl']) {
    evaluateText(MainModule, readFileSync(join(folder, file)), file);
  }
  describeError = root(evaluateText(MainModule, describer, 'test'));
}

const reprOf = (value: Ref): string => stringText(call(globalValue(BaseModule, symbol('repr')), [value]) as StringRef);

function execute(row: Row): Outcome {
  return rootScope(() => {
    try {
      const value = root(evaluateText(MainModule, row.src, 'test'));
      const out = isKindType(typeOf(value)) ? canonicalText(value) : reprOf(value);
      return { rt: canonicalText(typeOf(value)), out };
    } catch (error) {
      if (!(error instanceof JuliaException)) return { err: String(error) };
      try {
        return { err: stringText(call(describeError, [root(error.exception)]) as StringRef) };
      } catch (failure) {
        return { err: `the exception cannot be shown: ${String(failure)}` };
      }
    }
  });
}

/** The runtime functions put their name before some texts, and end others before the hints that Base adds. */
function sameError(expected: string, actual: string): boolean {
  if (expected === actual) return true;
  const withoutHint = expected.replace(/, available fields: .*$/, '');
  if (actual === withoutHint || actual.replace(/, available fields: .*$/, '') === withoutHint) return true;
  return actual.replace(/^(ConcurrencyViolationError: )[^ ]+: /, '$1') === expected;
}

const passes = (row: Row, outcome: Outcome): boolean =>
  row.err !== undefined
    ? outcome.err !== undefined && sameError(row.err, outcome.err)
    : outcome.err === undefined && outcome.out === row.out && outcome.rt === row.rt;

/** Runs the files in a session that has been started. */
export function runCorpus(only?: (file: string) => boolean): FileResult[] {
  const results: FileResult[] = [];
  const files = oracleFiles('intrinsics', '.jsonl').filter((file) => /(pointers|builtins)\.jsonl$/.test(file));
  files.forEach((path, i) => {
    if (i === 0) prepare(dirname(path));
    const file = path.slice(dirname(path).length + 1);
    if (only !== undefined && !only(file)) return;
    const failures: { row: Row; outcome: Outcome }[] = [];
    const rows = readRows<Row>(path);
    for (const row of rows) {
      const outcome = execute(row);
      if (!passes(row, outcome)) failures.push({ row, outcome });
    }
    results.push({ file, passed: rows.length - failures.length, total: rows.length, failures });
  });
  return results;
}
