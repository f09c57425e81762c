// What `jl0 lower` prints and `jl0 lower --jsonl` answers: lowered code as listings, in the form of the reference corpora.
//
// Lowering happens at a place: a module, and a host that knows its globals and can expand its macros. Code that is
// lowered piece by piece is evaluated in between, because what a name means depends on what was defined before.

import { listing, renumber, renumberNames } from '../../interpreter/ir/listing.ts';
import { type LoweringHost, lower } from '../../interpreter/lowering/index.ts';
import { Expr, type HeapValue, LineNumberNode, type ModuleRef, type Syntax } from '../../interpreter/syntax/expr.ts';
import { errorExpression, parseAll, parseOne } from '../../interpreter/syntax/index.ts';
import type { Answer } from './batch.ts';

/** Where code is lowered. */
export interface Place {
  readonly module: ModuleRef;
  readonly host: LoweringHost;
  /** Evaluates a statement that has been lowered. */
  evaluate(lowered: Syntax, statement: Syntax, line?: number): void;
  /** The text of an object of the heap in a listing. */
  heapText?(value: HeapValue): string;
  /** What Julia code threw: the name of its type, and the first line of its message. */
  thrown?(error: unknown): { readonly type: string; readonly message: string } | undefined;
}

/** Without a mode one statement is lowered; `soft` as at the prompt; `seq` each statement of a file, evaluated in between. */
export type LowerMode = 'soft' | 'seq' | undefined;

/** Lowers a source text and says what came of it. `setup` holds sources to evaluate first. */
export function lowerAnswer(source: string, mode: LowerMode, setup: readonly string[], place: Place): Answer {
  try {
    return lowered(source, mode, setup, place);
  } catch (error) {
    const thrown = place.thrown?.(error);
    if (thrown === undefined) throw error;
    return { error: renumberMessage(thrown.message), thrown: thrown.type };
  }
}

function lowered(source: string, mode: LowerMode, setup: readonly string[], place: Place): Answer {
  const show = place.heapText;
  for (const text of setup) {
    for (const statement of statementsOf(text)) {
      place.evaluate(lower(statement, place.module, place.host), statement);
    }
  }
  if (mode === 'seq') {
    const parts: string[] = [];
    for (const statement of statementsOf(source)) {
      const result = lower(statement, place.module, place.host);
      const message = errorMessage(result);
      parts.push(`== ${(parts.length >> 1) + 1}`, message === undefined ? listing(result, show) : `error ${message}`);
      if (message !== undefined) break;
      place.evaluate(result, statement);
    }
    return { ir: renumberNames(shortened(parts.join('\n'))) };
  }
  const parsed = parseOne(source, 0, { file: 'none' });
  const statement = parsed.status === 'ok' ? parsed.value : errorExpression(parsed);
  const result = lower(statement, place.module, place.host, { softscope: mode === 'soft' });
  const message = errorMessage(result);
  if (message !== undefined) return { error: renumberMessage(message) };
  return { ir: renumberNames(shortened(listing(result, show))) };
}

/** What one statement of a file was lowered to, or what went wrong. */
export interface Part {
  readonly text: string;
  readonly failed: boolean;
  readonly line: number;
}

/** Lowers and evaluates the statements of a file one after the other; each failure is a part, and the next is tried. */
export function* lowerFileStatements(toplevel: Expr, place: Place, file: string): Generator<Part> {
  let line = 0;
  for (const argument of toplevel.args) {
    if (argument instanceof LineNumberNode) {
      line = argument.line;
      continue;
    }
    try {
      const result = lower(argument, place.module, place.host, { file, line });
      const message = errorMessage(result);
      if (message !== undefined) {
        yield { text: message, failed: true, line };
        continue;
      }
      yield { text: listing(result, place.heapText), failed: false, line };
      place.evaluate(result, argument, line);
    } catch (error) {
      const thrown = place.thrown?.(error);
      if (thrown === undefined) throw error;
      yield { text: thrown.message, failed: true, line };
    }
  }
}

function statementsOf(text: string): Syntax[] {
  return parseAll(text, { file: 'none' }).value.args.filter((argument) => !(argument instanceof LineNumberNode));
}

/** The first line of the message of an error expression; undefined for anything else. */
function errorMessage(result: Syntax): string | undefined {
  if (!(result instanceof Expr) || (result.head !== 'error' && result.head !== 'incomplete')) return undefined;
  const [message] = result.args;
  return typeof message === 'string' ? message.split('\n')[0] : '';
}

/** The module of a request is a submodule of Main, but goes by its own name. */
const shortened = (text: string): string => text.replace(/\bMain\.M\b/g, 'M');

/** Renumbers generated names in a message by the rule for names in listings. */
function renumberMessage(message: string): string {
  const counters = new Map<string, Map<string, number>>();
  return shortened(message).replace(/#[^\s"'`,;()[\]{}]*/g, (name) => renumber(name, counters));
}
