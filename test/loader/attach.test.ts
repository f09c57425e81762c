// Which methods of a loaded object a runtime gets, and which not, with a runtime that answers from lists.

import { describe, expect, it } from 'vitest';
import { type AttachRuntime, attachObject } from '../../bootstrap/loader/attach.ts';
import { loadObject } from '../../bootstrap/loader/load.ts';
import { compileObject } from '../../codegen/compile-object.ts';
import { Program } from '../../codegen/emit/operations.ts';
import { define, enter, hasLLVM, resolver } from '../codegen/native.ts';

describe.skipIf(!hasLLVM)('attaching', () => {
  /** g calls f; h stands alone; each depends on the method it comes from. */
  const load = () => {
    const program = new Program('attach');
    const methods = [
      define(program, 'f', ['i64'], ['i64'], (b, x) => b.return(b.binary('add', x, b.integer('i64', 1)))),
      define(program, 'g', ['i64'], ['i64'], (b, x) => b.return(...b.callLocal('f', [x]))),
      define(program, 'h', ['i64'], ['i64'], (b, x) => b.return(x)),
    ].map((record) => ({ ...record, dependencies: [`method ${record.name}`] }));
    return loadObject(compileObject(program, methods), resolver);
  };
  const runtime = (known: readonly string[], changes: Record<string, string>) => {
    const attached: string[] = [];
    const host: AttachRuntime<number> = {
      find: (identity) => {
        const index = known.indexOf(String(identity));
        return index >= 0 ? index : { reason: `there is no method ${identity}` };
      },
      changed: (dependency) => changes[String(dependency)],
      attach: (instance) => attached.push(known[instance]),
    };
    return { host, attached };
  };
  const reasonsOf = (refused: readonly { record: { name: string }; reason: string }[]) =>
    refused.map(({ record, reason }) => `${record.name}: ${reason}`);

  it('gives the runtime every method that is still valid', () => {
    const { host, attached } = runtime(['f', 'g', 'h'], {});
    const object = load();
    expect(attachObject(object, host).refused).toEqual([]);
    expect(attached).toEqual(['f', 'g', 'h']);
    expect(enter(object, 'g', 4n).result).toBe(5n);
  });

  it('refuses a stale method, and those whose code calls its code', () => {
    const { host, attached } = runtime(['f', 'g', 'h'], { 'method f': 'f(Int64) was defined anew' });
    expect(reasonsOf(attachObject(load(), host).refused)).toEqual([
      'f: f(Int64) was defined anew',
      'g: it calls f, which is refused: f(Int64) was defined anew',
    ]);
    expect(attached).toEqual(['h']);
  });

  it('refuses a method that the program does not have', () => {
    const { host, attached } = runtime(['f', 'g'], {});
    expect(reasonsOf(attachObject(load(), host).refused)).toEqual(['h: there is no method h']);
    expect(attached).toEqual(['f', 'g']);
  });
});
