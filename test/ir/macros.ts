// Round trips over the lowering corpus in a running system: macros are called, setup code is evaluated, and what they put
// into the code (types, functions, any objects) is written and made anew.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodeInfo } from '../../interpreter/ir/code.ts';
import { difference } from '../../interpreter/ir/equal.ts';
import { printCode } from '../../interpreter/ir/print.ts';
import { readScript } from '../../interpreter/ir/read.ts';
import { UnwritableError } from '../../interpreter/ir/words.ts';
import { lower } from '../../interpreter/lowering/index.ts';
import { rootScope } from '../../interpreter/memory/roots.ts';
import { JuliaException } from '../../interpreter/runtime/errors.ts';
import { evaluated } from '../../interpreter/runtime/irscript.ts';
import { heapText } from '../../interpreter/runtime/irtext.ts';
import { Expr, LineNumberNode, type Syntax } from '../../interpreter/syntax/expr.ts';
import { parseAll } from '../../interpreter/syntax/index.ts';
import { vmSession } from '../lowering/vmsession.ts';
import { sameObject } from './library.ts';

export interface MacroResult {
  readonly codes: number;
  readonly passed: number;
  readonly unwritable: readonly string[];
  readonly failed: readonly string[];
}

const statementsOf = (src: string): Syntax[] =>
  parseAll(src, { file: 'none' }).value.args.filter((x) => !(x instanceof LineNumberNode));

/** Sends all code of the corpus there and back. */
export function macroRoundTrips(folder: string): MacroResult {
  const unwritable: string[] = [];
  const failed: string[] = [];
  let codes = 0;
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.jsonl'))) {
    for (const line of readFileSync(join(folder, file), 'utf8').trim().split('\n')) {
      const test = JSON.parse(line) as { src: string; setup?: string[]; mode?: string };
      const session = vmSession();
      const { module, host } = session;
      const modules = [module.path];
      const attempt = (run: () => void): void => {
        try {
          rootScope(run);
        } catch (error) {
          // What a case does wrong on purpose.
          if (!(error instanceof JuliaException)) throw error;
        }
      };
      for (const source of test.setup ?? []) {
        for (const statement of statementsOf(source)) attempt(() => session.evaluate(null, statement));
      }
      for (const statement of statementsOf(test.src)) {
        attempt(() => {
          const lowered = lower(statement, module, host, {
            softscope: test.mode === 'soft',
            file: 'corpus.jl',
            line: 1,
          });
          if (!(lowered instanceof Expr) || !(lowered.args[0] instanceof CodeInfo)) return;
          codes++;
          const problem = changed(lowered.args[0], modules);
          if (problem instanceof UnwritableError) unwritable.push(`${test.src}: ${problem.message}`);
          else if (problem !== undefined) failed.push(`${test.src}\n${problem}`);
        });
        if (test.mode === 'seq') attempt(() => session.evaluate(null, statement));
      }
    }
  }
  return { codes, passed: codes - failed.length - unwritable.length, unwritable, failed };
}

function changed(code: CodeInfo, modules: readonly string[]): string | UnwritableError | undefined {
  let text: string;
  try {
    text = printCode(code, { exact: true, heapText, modules });
  } catch (error) {
    if (error instanceof UnwritableError) return error;
    throw error;
  }
  const { items, diagnostics } = readScript(text, { modules });
  const [item] = items;
  if (diagnostics.length > 0 || item?.kind !== 'thunk')
    return `not read: ${diagnostics[0]?.message ?? 'no code'}\n${text}`;
  const where = difference(code, evaluated(item.code), sameObject);
  return where === undefined ? undefined : `differs at ${where}\n${text}`;
}
