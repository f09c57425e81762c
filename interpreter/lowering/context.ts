// The state of one lowering: where it happens, and the counters that fresh names and temporaries come from.

import { SSAValue } from '../ir/code.ts';
import { GlobalRef, LineNumberNode, type ModuleRef, type Sym, sym } from '../syntax/expr.ts';
import type { LoweringHost } from './host.ts';

// Fresh names are unique within a process, like Julia's: two lowered functions never share one.
let gensymCounter = 0;

/** A fresh name that still shows what it stands for. */
export const freshName = (name: Sym): Sym => sym(`#${gensymCounter++}#${name.name}`);

export class Context {
  readonly module: ModuleRef;
  readonly host: LoweringHost;
  /** The line that was met last: where an error of desugaring is said to be. */
  line: LineNumberNode;
  private temporaries = 0;

  constructor(module: ModuleRef, host: LoweringHost, line = new LineNumberNode(0, sym('none'))) {
    this.module = module;
    this.host = host;
    this.line = line;
  }

  /** A temporary: assigned once, read only where its assignment has happened. */
  temp(): SSAValue {
    return new SSAValue(this.temporaries++);
  }
  /** A fresh variable name. */
  gensym(): Sym {
    return sym(`#s${gensymCounter++}`);
  }
  /** A fresh name that still shows what it stands for. */
  renamed(name: Sym): Sym {
    return freshName(name);
  }
  global(name: Sym): GlobalRef {
    return new GlobalRef(this.module, name);
  }
  coreRef(name: Sym): GlobalRef {
    return new GlobalRef(this.host.coreModule(), name);
  }
  /**
   * The number part of a new global name. Inside methods it carries the name of the outermost one that has a name,
   * which keeps the names of closures stable when unrelated code changes.
   */
  counter(methods: readonly Sym[] = []): string {
    const number = this.host.nextCounter(this.module);
    const outermost = methods[methods.length - 1];
    return outermost === undefined || outermost.name.startsWith('#') ? String(number) : `${outermost.name}##${number}`;
  }
}

/** " around FILE:LINE", or nothing where the place is not known. */
export function placeSuffix(line: LineNumberNode | null): string {
  if (line === null || line.line === 0 || line.file === null || line.file.name === 'none') return '';
  return ` around ${line.file.name}:${line.line}`;
}
