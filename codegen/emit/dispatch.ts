// Calls whose method is only known when they run.
//
// Callee and arguments are objects in a list. A call site has memory of its own, which travels in the object's data and
// starts empty: up to four answers, each the types of the arguments that were met and the code that they lead to. A hit
// stays in native code. A miss asks the runtime, which makes the call and, when the method has native code, remembers it at
// the site; it empties the sites again whenever a new method could change an answer. Calls of builtins have no method and go
// to the runtime each time.
//
// Enters: arguments in any form. Leaves: operations, and the site as data of the program.

import { cInt64, cPointer } from '../../ffi/ctype.ts';
import type { Ref } from '../../interpreter/memory/layout.ts';
import { isSubtype } from '../../interpreter/types/index.ts';
import { builtinOf } from '../../interpreter/vm/calls.ts';
import { FunctionBuilder } from './builder.ts';
import type { Program, Value } from './operations.ts';
import { type Emitted, typeOfEmitted, type ValueWriter } from './values.ts';

/** The calls of a program whose methods are only known when they run, by the types of callee and arguments. */
export class DynamicCalls {
  private readonly byCallee = new Map<Ref, Map<string, readonly Ref[]>>();

  note(types: readonly Ref[]): void {
    const list = this.byCallee.get(types[0]) ?? new Map<string, readonly Ref[]>();
    list.set(types.join(' '), types);
    this.byCallee.set(types[0], list);
  }

  /** Could one of the calls be one with exactly these types? The type of its callee must have been known. */
  mayMean(types: readonly Ref[]): boolean {
    const list = this.byCallee.get(types[0]);
    if (list === undefined) return false;
    for (const call of list.values()) {
      if (call.length === types.length && types.every((type, i) => isSubtype(type, call[i]))) return true;
    }
    return false;
  }
}

/** Answers that a site can hold. */
export const SITE_WAYS = 4;
/** At the start of a site: how many answers it holds, and how often it has asked. */
export const SITE_COUNT = 0;
export const SITE_MISSES = 4;
export const SITE_HEADER = 8;

/** Bytes of one answer for a call with `count` objects, callee first: the code's address and the types. */
export const wayBytes = (count: number): number => 8 + 8 * count;
/** Bytes of a site. */
export const siteBytes = (count: number): number => SITE_HEADER + SITE_WAYS * wayBytes(count);

/** Any call: callee and arguments as objects. Gives the result as an object. */
export function callDynamic(w: ValueWriter, args: readonly Emitted[]): Value {
  const { build } = w;
  const list = w.listOf(args);
  const count = args.length;
  const [callee] = args;
  if (callee.kind === 'const' && builtinOf(callee.value) !== undefined) {
    const result = build.callRuntime(w.runtime('call'), { result: cPointer, args: [cPointer, cInt64] }, [
      list,
      build.integer('i64', count),
    ]);
    if (result === undefined) throw new Error('a call through the runtime has a result');
    return build.bitcast(result, 'ref');
  }
  w.calls.note(args.map(typeOfEmitted));
  const site = defineSite(w.program, count);
  const [result] = build.callLocal(defineDispatch(w.program, count), [list, build.symbol(site)]);
  return result;
}

function defineSite(program: Program, count: number): string {
  const bytes = new Uint8Array(siteBytes(count));
  const name = `jl0:site ${program.data.size + 1}`;
  return program.defineData({ name, bytes, align: 8, writable: true, exported: false, holes: [] });
}

/** The function that makes the calls with `count` objects; one for all sites. */
function defineDispatch(program: Program, count: number): string {
  const name = `jl0:dispatch ${count}`;
  if (program.functions.has(name)) return name;
  const build = new FunctionBuilder(program, name, ['ptr', 'ptr'], ['ref'], { inline: 'never' });
  const [list, site] = build.parameters;
  const kind = 'site';
  const types: Value[] = [];
  for (let i = 0; i < count; i++) {
    const header = build.load('i64', build.load('ref', list, 8 * i, {}), -8, { kind: 'type' });
    types.push(build.binary('and', header, build.integer('i64', -16)));
  }
  for (let way = 0; way < SITE_WAYS; way++) {
    const at = SITE_HEADER + way * wayBytes(count);
    const hit = build.block('hit');
    const next = build.block('next');
    types.forEach((type, i) => {
      const more = i === count - 1 ? hit : build.block('more');
      build.branch(build.compare('eq', type, build.load('i64', site, at + 8 + 8 * i, { kind })), more, next);
      build.at(more);
    });
    const code = build.load('ptr', site, at, { kind });
    const result = build.callC(code, { result: cPointer, args: [cPointer] }, [list]);
    if (result === undefined) throw new Error('a call has a result');
    build.return(build.bitcast(result, 'ref'));
    build.at(next);
  }
  const runtime = program.declare('jl0:dispatch', 'function', { kind: 'runtime', name: 'dispatch' });
  const result = build.callRuntime(runtime, { result: cPointer, args: [cPointer, cInt64, cPointer] }, [
    list,
    build.integer('i64', count),
    site,
  ]);
  if (result === undefined) throw new Error('a call has a result');
  build.return(build.bitcast(result, 'ref'));
  return name;
}

/** The symbol of the function that takes a list of objects and gives an object: what a site leads to. */
export const boxedName = (specialised: string): string => `${specialised} boxed`;
