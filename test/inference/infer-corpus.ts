// Runs the rows of the inference corpus in one session and prints, as JSON, how many return types, effects and unoptimised
// return types are those of the reference, and with arguments `--show` (or `--show=rettype`) each one that is not.

import '../answers.ts';
import { start } from '../../bootstrap/session.ts';
import { effectsText } from '../../codegen/inference/effects.ts';
import { svecToArray } from '../../codegen/inference/heapdata.ts';
import { effectsOf, returnTypeOf, returnTypesOf } from '../../codegen/inference/reflect.ts';
import { type ModuleRef, type Ref, readRef, type SvecRef, typeOf } from '../../interpreter/memory/layout.ts';
import { DataType } from '../../interpreter/memory/objects.ts';
import { BaseModule, datatype, MainModule } from '../../interpreter/memory/wellknown.ts';
import { currentWorld, getBinding, globalValue, resolveBinding } from '../../interpreter/runtime/bindings.ts';
import { JuliaException } from '../../interpreter/runtime/errors.ts';
import { addStandardNames, evaluateText } from '../../interpreter/runtime/frontend.ts';
import { newModule, useModule } from '../../interpreter/runtime/modules.ts';
import { symbol } from '../../interpreter/runtime/symbols.ts';
import {
  applyTupleType,
  canonicalText,
  isType,
  rewrapUnionAll,
  setNameVisibility,
  typeTypeOf,
  unwrapUnionAll,
} from '../../interpreter/types/index.ts';
import { oracleFiles, readRows } from '../oracle.ts';

interface Row {
  readonly src: string;
  readonly f: string;
  readonly argtypes: string;
  readonly rettype: string;
  readonly effects: string;
  readonly rettype_noopt: readonly string[];
}

const kinds = ['rettype', 'effects', 'rettype_noopt'] as const;
type Answers = Record<(typeof kinds)[number], string>;

/** The same answer to all questions. */
const allAnswers = (answer: string): Answers => ({ rettype: answer, effects: answer, rettype_noopt: answer });

function infer(row: Row, index: number): Answers {
  const name = `InferRow${index}`;
  const module = newModule(symbol(name), MainModule, true);
  useModule(module, BaseModule);
  addStandardNames(module);
  evaluateText(module, row.src, 'row');
  const types = evaluateText(module, row.argtypes, 'types');
  const callee = globalValue(module, symbol(row.f));
  if (callee === 0) return allAnswers(`no function ${row.f}`);
  const calleeType = isType(callee) ? typeTypeOf(callee) : typeOf(callee);
  const body = unwrapUnionAll(types);
  if (typeOf(body) !== datatype('DataType')) return allAnswers('types of several lengths');
  const parameters = svecToArray(readRef<SvecRef>(body, DataType.parameters));
  const question = rewrapUnionAll(applyTupleType([calleeType, ...(parameters as Ref[])]), types);
  const textOf = (type: Ref): string =>
    reduced(canonicalText(type).replaceAll(`Main.${name}.`, '').replaceAll(`${name}.`, ''));
  return {
    rettype: textOf(returnTypeOf(question)),
    effects: effectsText(effectsOf(question)),
    rettype_noopt: returnTypesOf(question).map(textOf).join('; '),
  };
}

/** Names that a compiler numbers, without the numbers, as the corpus has them. */
const reduced = (text: string): string => text.replace(/#\d+/g, '#');

start('infer', []);
// Names are written without their module where Main sees them so.
setNameVisibility((module, name) => {
  const own = getBinding(module as ModuleRef, symbol(name));
  const seen = resolveBinding(getBinding(MainModule, symbol(name)), currentWorld());
  return module === MainModule || seen.binding === resolveBinding(own, currentWorld()).binding;
});
const passed = new Map<string, number>(kinds.map((kind) => [kind, 0]));
const shown = process.argv.find((arg) => arg.startsWith('--show'))?.split('=');
let total = 0;
const only = Number(process.argv.find((arg) => arg.startsWith('--row='))?.split('=')[1] ?? 0);
for (const file of oracleFiles('infer', '.jsonl')) {
  for (const row of readRows<Row>(file)) {
    total++;
    if (only !== 0 && only !== total) continue;
    if (process.argv.includes('--trace')) console.error(total, row.src, row.argtypes);
    let answers: Answers;
    try {
      answers = infer(row, total);
    } catch (error) {
      if (error instanceof JuliaException) answers = allAnswers('the definitions throw');
      else answers = allAnswers(error instanceof Error ? `error: ${error.message}` : String(error));
    }
    const wanted: Answers = {
      rettype: reduced(row.rettype),
      effects: row.effects,
      rettype_noopt: row.rettype_noopt.map(reduced).join('; '),
    };
    for (const kind of kinds) {
      if (answers[kind] === wanted[kind]) passed.set(kind, (passed.get(kind) ?? 0) + 1);
      else if (shown !== undefined && (shown[1] ?? kind) === kind) {
        const what = `${row.src.replaceAll('\n', '; ')} ${row.argtypes}`;
        console.error(`${kind} ${what}: ${answers[kind]}, not ${wanted[kind]}`);
      }
    }
  }
}
console.log(JSON.stringify({ passed: Object.fromEntries(passed), total }));
