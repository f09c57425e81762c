// What `jl0 lower` prints and `jl0 lower --jsonl` answers: lowered code as listings, in the form of the reference corpora.
//
// Lowering happens at a place: a module, and a host that knows its globals and can expand its macros. Code that is
// lowered piece by piece is evaluated in between, because what a name means depends on what was defined before.

import { listing, renumber, renumberNames } from '../../interpreter/ir/listing.ts';
import { type LoweringHost, lower } from '../../interpreter/lowering/index.ts';
import { Expr, LineNumberNode, type ModuleRef, type Syntax } from '../../interpreter/syntax/expr.ts';
import { errorExpression, parseAll, parseOne } from '../../interpreter/syntax/index.ts';
import type { Answer } from './batch.ts';

/** Where code is lowered. */
export interface Place {
  readonly module: ModuleRef;
  readonly host: LoweringHost;
  /** Evaluates a statement that has been lowered. */
  evaluate(lowered: Syntax, statement: Syntax): void;
}

/** Without a mode one statement is lowered; `soft` as at the prompt; `seq` each statement of a file, evaluated in between. */
export type LowerMode = 'soft' | 'seq' | undefined;

/** Lowers a source text and says what came of it. `setup` holds sources to evaluate first. */
export function lowerAnswer(source: string, mode: LowerMode, setup: readonly string[], place: Place): Answer {
  for (const text of setup) {
    for (const statement of statementsOf(parseAll(text).value)) {
      place.evaluate(lower(statement, place.module, place.host), statement);
    }
  }
  if (mode === 'seq') {
    const parts = lowerSequence(parseAll(source).value, place, {});
    return { ir: renumberNames(parts.map(({ text }, index) => `== ${index + 1}\n${text}`).join('\n')) };
  }
  const parsed = parseOne(source);
  const statement = parsed.status === 'ok' ? parsed.value : errorExpression(parsed);
  const lowered = lower(statement, place.module, place.host, { softscope: mode === 'soft' });
  const message = errorMessage(lowered);
  if (message !== undefined) return { error: renumberMessage(message) };
  return { ir: renumberNames(listing(lowered)) };
}

/** What one statement of a sequence was lowered to. */
export interface Part {
  readonly text: string;
  readonly failed: boolean;
}

/** Lowers and evaluates the statements of a file one after the other; an error ends the sequence. */
export function lowerSequence(toplevel: Expr, place: Place, options: { readonly file?: string }): Part[] {
  const parts: Part[] = [];
  let line = 0;
  for (const argument of toplevel.args) {
    if (argument instanceof LineNumberNode) {
      line = argument.line;
      continue;
    }
    const lowered = lower(argument, place.module, place.host, { ...options, line });
    const message = errorMessage(lowered);
    if (message !== undefined) {
      parts.push({ text: `error ${message}`, failed: true });
      break;
    }
    parts.push({ text: listing(lowered), failed: false });
    place.evaluate(lowered, argument);
  }
  return parts;
}

function statementsOf(toplevel: Expr): Syntax[] {
  return toplevel.args.filter((argument) => !(argument instanceof LineNumberNode));
}

/** The first line of the message of an error expression; undefined for anything else. */
function errorMessage(lowered: Syntax): string | undefined {
  if (!(lowered instanceof Expr) || (lowered.head !== 'error' && lowered.head !== 'incomplete')) return undefined;
  const [message] = lowered.args;
  return typeof message === 'string' ? message.split('\n')[0] : '';
}

/** Renumbers generated names in a message by the rule for names in listings, and shortens the module's name. */
function renumberMessage(message: string): string {
  const counters = new Map<string, Map<string, number>>();
  return message.replace(/Main\.M/g, 'M').replace(/#[^\s"'`,;()[\]{}]*/g, (name) => renumber(name, counters));
}
