// Runs the rows of the inference corpus in one session and prints, as JSON, how many return types are those of the
// reference, and with arguments `--show` each one that is not.

import { start } from '../../bootstrap/session.ts';
import { svecToArray } from '../../codegen/inference/heapdata.ts';
import { typedBody } from '../../codegen/inference/infer.ts';
import { impossible, join, type Lattice, widen, withoutConditional } from '../../codegen/inference/lattice.ts';
import { findMatches } from '../../codegen/inference/matches.ts';
import { type Ref, readRef, type SvecRef, typeOf } from '../../interpreter/memory/layout.ts';
import { DataType } from '../../interpreter/memory/objects.ts';
import { BaseModule, datatype, MainModule } from '../../interpreter/memory/wellknown.ts';
import { currentWorld, globalValue } from '../../interpreter/runtime/bindings.ts';
import { JuliaException } from '../../interpreter/runtime/errors.ts';
import { addStandardNames, evaluateText } from '../../interpreter/runtime/frontend.ts';
import { newModule, useModule } from '../../interpreter/runtime/modules.ts';
import { symbol } from '../../interpreter/runtime/symbols.ts';
import { canonicalText, isType, typeTypeOf } from '../../interpreter/types/index.ts';
import { oracleFiles, readRows } from '../oracle.ts';

interface Row {
  readonly src: string;
  readonly f: string;
  readonly argtypes: string;
  readonly rettype: string;
}

function infer(row: Row, index: number): string {
  const name = `InferRow${index}`;
  const module = newModule(symbol(name), MainModule, true);
  useModule(module, BaseModule);
  addStandardNames(module);
  evaluateText(module, row.src, 'row');
  const types = evaluateText(module, row.argtypes, 'types');
  const callee = globalValue(module, symbol(row.f));
  if (callee === 0) return `no function ${row.f}`;
  const calleeType = isType(callee) ? typeTypeOf(callee) : typeOf(callee);
  if (typeOf(types) !== datatype('DataType')) return 'types of several lengths';
  const parameters = svecToArray(readRef<SvecRef>(types, DataType.parameters));
  const matches = findMatches([calleeType, ...(parameters as Ref[])], currentWorld());
  if (matches === null) return 'Any';
  let result: Lattice = impossible;
  for (const found of matches.found) {
    const typed = typedBody(found, null);
    if (typed === null) return 'Any';
    result = join(result, withoutConditional(typed.result));
  }
  const text = canonicalText(widen(result));
  return reduced(text.replaceAll(`Main.${name}.`, '').replaceAll(`${name}.`, ''));
}

/** Names that a compiler numbers, without the numbers, as the corpus has them. */
const reduced = (text: string): string => text.replace(/#\d+/g, '#');

start('infer', []);
let passed = 0;
let total = 0;
for (const file of oracleFiles('infer', '.jsonl')) {
  for (const row of readRows<Row>(file)) {
    total++;
    let answer: string;
    try {
      answer = infer(row, total);
    } catch (error) {
      if (error instanceof JuliaException) answer = 'the definitions throw';
      else answer = error instanceof Error ? `error: ${error.message}` : String(error);
    }
    if (answer === reduced(row.rettype)) passed++;
    else if (process.argv.includes('--show')) {
      console.error(`${row.src.replaceAll('\n', '; ')} ${row.argtypes}: ${answer}, not ${row.rettype}`);
    }
  }
}
console.log(JSON.stringify({ passed, total }));
