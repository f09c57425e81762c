// A running session for tests of the runtime, made once per process.

import '../answers.ts';
import { start } from '../../bootstrap/session.ts';
import type { StringRef } from '../../interpreter/memory/layout.ts';
import { MainModule } from '../../interpreter/memory/wellknown.ts';
import { evaluateText } from '../../interpreter/runtime/frontend.ts';
import { stringText } from '../../interpreter/runtime/values.ts';

let started = false;

/** Starts the session if it does not run yet. */
export function session(): void {
  if (!started) start('', []);
  started = true;
}

/** What a program's last expression gives, as `repr` prints it; an exception as `showerror` prints its first line. */
export function answer(program: string): string {
  session();
  const wrapped = `Main.Core.eval(Main, Meta.parseall(${JSON.stringify(program).replaceAll('$', '\\$')}))`;
  const source = `try repr(${wrapped}) catch e; String(first(split(sprint(showerror, e), '\\n'))) end`;
  return stringText(evaluateText(MainModule, source, 'test') as StringRef);
}
