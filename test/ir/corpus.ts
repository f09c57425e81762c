// Round trips over the lowering corpus: what a case is lowered to, printed, read back and compared.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodeInfo } from '../../interpreter/ir/code.ts';
import { difference } from '../../interpreter/ir/equal.ts';
import { printCode } from '../../interpreter/ir/print.ts';
import { readScript } from '../../interpreter/ir/read.ts';
import { verify } from '../../interpreter/ir/verify.ts';
import { lower } from '../../interpreter/lowering/index.ts';
import { Expr, LineNumberNode, ModuleRef } from '../../interpreter/syntax/expr.ts';
import { parseAll } from '../../interpreter/syntax/index.ts';
import { NoMacros, TestHost } from '../lowering/testhost.ts';

export interface CorpusResult {
  readonly codes: number;
  readonly passed: number;
  readonly failed: readonly string[];
  /** Code that the verifier complains about though lowering made it. */
  readonly invalid: readonly string[];
}

/** Where and how `code` comes back changed; undefined if it does not. */
export function changed(code: CodeInfo, modules: readonly string[]): string | undefined {
  const text = printCode(code, { exact: true, heapText: ({ ref }) => `object${ref}`, modules });
  const { items, diagnostics } = readScript(text, { modules });
  const [item] = items;
  if (diagnostics.length > 0 || items.length !== 1 || item?.kind !== 'thunk') {
    return `not read: ${diagnostics[0]?.message ?? 'no code'}\n${text}`;
  }
  const where = difference(code, item.code);
  return where === undefined ? undefined : `differs at ${where}\n${text}`;
}

/** Sends all code of the corpus there and back that lowers without a running system. */
export function corpusRoundTrips(folder: string): CorpusResult {
  const failed: string[] = [];
  const invalid: string[] = [];
  let codes = 0;
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.jsonl'))) {
    for (const line of readFileSync(join(folder, file), 'utf8').trim().split('\n')) {
      const { src, mode } = JSON.parse(line) as { src: string; mode?: string };
      for (const code of codesOf(src, mode === 'soft')) {
        codes++;
        const problem = changed(code, ['M']);
        if (problem !== undefined) failed.push(`${src}\n${problem}`);
        const [complaint] = verify(code);
        if (complaint !== undefined) invalid.push(`${src}\n${complaint.statement}: ${complaint.message}`);
      }
    }
  }
  return { codes, passed: codes - failed.length, failed, invalid };
}

function* codesOf(src: string, softscope: boolean): Generator<CodeInfo> {
  const module = new ModuleRef('M');
  const host = new TestHost();
  for (const statement of parseAll(src, { file: 'none' }).value.args) {
    if (statement instanceof LineNumberNode) continue;
    try {
      const lowered = lower(statement, module, host, { softscope, file: 'corpus.jl', line: 1 });
      if (lowered instanceof Expr && lowered.args[0] instanceof CodeInfo) yield lowered.args[0];
    } catch (error) {
      if (!(error instanceof NoMacros)) throw error;
    }
  }
}
