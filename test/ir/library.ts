// Round trips of the embedded library: every method's code to text and back to the heap.

import '../answers.ts';
import { bootFromSource } from '../../bootstrap/session.ts';
import { difference } from '../../interpreter/ir/equal.ts';
import { codeFromHeap } from '../../interpreter/ir/fromheap.ts';
import { printCode } from '../../interpreter/ir/print.ts';
import { readScript } from '../../interpreter/ir/read.ts';
import { type Complaint, verify } from '../../interpreter/ir/verify.ts';
import { UnwritableError } from '../../interpreter/ir/words.ts';
import { type CodeInfoRef, type MethodRef, readRef, typeOf } from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import { rootScope } from '../../interpreter/memory/roots.ts';
import { datatype } from '../../interpreter/memory/wellknown.ts';
import { loadCode } from '../../interpreter/runtime/irscript.ts';
import { heapText } from '../../interpreter/runtime/irtext.ts';
import { isMethodAlive, methodNameOf, onMethodChange } from '../../interpreter/runtime/methods.ts';
import type { HeapValue } from '../../interpreter/syntax/expr.ts';

export interface LibraryResult {
  readonly methods: number;
  readonly passed: number;
  /** Methods whose code holds an object that has no text, with what it is. */
  readonly unwritable: readonly string[];
  readonly failed: readonly string[];
  readonly invalid: readonly string[];
}

const textOf = (value: HeapValue): string => {
  try {
    return heapText(value);
  } catch (error) {
    if (error instanceof UnwritableError) return `unwritable ${value.ref}`;
    throw error;
  }
};
/** Are two objects the same, or written the same? */
export const sameObject = (a: HeapValue, b: HeapValue): boolean => a.ref === b.ref || textOf(a) === textOf(b);

/** Boots the library and sends every method there and back. */
export function libraryRoundTrips(boot: () => void = bootFromSource): LibraryResult {
  const all = new Set<MethodRef>();
  onMethodChange((method) => all.add(method));
  boot();
  const unwritable: string[] = [];
  const failed: string[] = [];
  const invalid: string[] = [];
  let methods = 0;
  let passed = 0;
  for (const method of all) {
    if (!isMethodAlive(method)) continue;
    const source = readRef<CodeInfoRef>(method, objects.Method.source);
    if (source === 0 || typeOf(source) !== datatype('CodeInfo')) continue;
    methods++;
    rootScope(() => {
      const name = methodNameOf(method);
      const code = codeFromHeap(source);
      const complaints = verify(code);
      if (complaints.length > 0) invalid.push(`${name}: ${describe(complaints[0])}`);
      let text: string;
      try {
        text = printCode(code, { exact: true, heapText });
      } catch (error) {
        if (!(error instanceof UnwritableError)) throw error;
        unwritable.push(`${name}: ${error.message}`);
        return;
      }
      const { items, diagnostics } = readScript(text);
      const [item] = items;
      if (diagnostics.length > 0 || item?.kind !== 'thunk') {
        failed.push(`${name}: ${diagnostics[0]?.message ?? 'nothing was read'}\n${text}`);
        return;
      }
      const where = difference(code, codeFromHeap(loadCode(item.code)), sameObject);
      if (where === undefined) passed++;
      else failed.push(`${name}: differs at ${where}\n${text}`);
    });
  }
  return { methods, passed, unwritable, failed, invalid };
}

const describe = ({ rule, message, statement }: Complaint): string => `${rule}: statement ${statement}: ${message}`;
