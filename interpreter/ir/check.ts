// Reading and verifying a script, with complaints as a person reads them: file, line, column, the line, a caret.

import { type Diagnostic, renderDiagnostic } from '../syntax/diagnostics.ts';
import { CodeInfo } from './code.ts';
import { type ReadOptions, type ReadResult, readScript, type ScriptItem } from './read.ts';
import { verify } from './verify.ts';

export interface Checked {
  readonly result: ReadResult;
  readonly complaints: readonly string[];
}

function* codesOf(items: readonly ScriptItem[]): Generator<CodeInfo> {
  for (const item of items) {
    if (item.kind === 'thunk' || item.kind === 'method') yield item.code;
    else if (item.kind === 'module') yield* codesOf(item.items);
    else if (item.value instanceof CodeInfo) yield item.value;
  }
}

/** Reads a script and verifies its code. */
export function checkScript(source: string | Uint8Array, file: string, options: ReadOptions = {}): Checked {
  const result = readScript(source, options);
  const diagnostics: Diagnostic[] = [...result.diagnostics];
  // Code that could not be read whole would only be complained about again.
  if (diagnostics.length === 0) {
    for (const code of codesOf(result.items)) {
      for (const { message, rule, statement, code: where } of verify(code)) {
        const spans = result.spans.get(where) ?? [];
        const span = spans[statement - 1] ?? spans[0] ?? { start: 0, end: 0 };
        const what = statement === 0 ? 'the code' : `statement ${statement}`;
        diagnostics.push({
          severity: 'error',
          message: `${what}: ${message} (rule: ${rule})`,
          start: span.start,
          end: span.end,
        });
      }
    }
  }
  diagnostics.sort((a, b) => a.start - b.start);
  return { result, complaints: diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, result.text, file)) };
}
