// Julia's surface syntax as data, on the JavaScript side of the border.
//
// The parser produces these values, the lowering consumes and produces them, and only where a macro is called or a
// CodeInfo becomes an object of the heap are they turned into (or read back from) Julia objects. Keeping them apart
// from the heap makes the front end a pure function of its text: it can be tested and run without a runtime.
//
// The mapping is one to one with what `Meta.parse` returns:
//
//   Julia                         here
//   Expr, Symbol, QuoteNode,      the classes below
//   LineNumberNode, GlobalRef
//   nothing, true, false          null, true, false
//   Int64                         bigint
//   Float64                       number
//   String                        string
//   every other literal           Literal (type name and value)
//   a value of the running heap   HeapValue (a macro may put any object into an Expr)
//
// Text that is not valid UTF-8 is kept without loss: a byte 0xNN that is not part of a valid sequence is the lone
// surrogate U+DCNN in our strings. Valid UTF-8 never decodes to a surrogate, so the mapping is one to one.

import type { IRSyntax } from '../ir/code.ts';

/** An interned symbol: two symbols are the same object exactly when their names are the same text. */
export class Sym {
  readonly name: string;
  private constructor(name: string) {
    this.name = name;
  }
  private static readonly table = new Map<string, Sym>();
  static of(name: string): Sym {
    let symbol = Sym.table.get(name);
    if (symbol === undefined) {
      symbol = new Sym(name);
      Sym.table.set(name, symbol);
    }
    return symbol;
  }
}

/** `sym('x')` is `:x`. */
export const sym = Sym.of;

/** `Expr(head, args...)`. Arguments are mutable, as in Julia; passes that share trees must copy before they write. */
export class Expr {
  head: string;
  args: Syntax[];
  constructor(head: string, args: Syntax[]) {
    this.head = head;
    this.args = args;
  }
}

export class QuoteNode {
  readonly value: Syntax;
  constructor(value: Syntax) {
    this.value = value;
  }
}

/** `file` is null for Julia's `nothing`. */
export class LineNumberNode {
  readonly line: number;
  readonly file: Sym | null;
  constructor(line: number, file: Sym | null) {
    this.line = line;
    this.file = file;
  }
}

/** A module as the front end sees it: a name path it can print, and (in a running system) the object itself. */
export class ModuleRef {
  readonly path: string;
  /** Reference of the Module object, 0 when there is no heap. */
  readonly ref: number;
  constructor(path: string, ref = 0) {
    this.path = path;
    this.ref = ref;
  }
}

export class GlobalRef {
  readonly module: ModuleRef;
  readonly name: Sym;
  constructor(module: ModuleRef, name: Sym) {
    this.module = module;
    this.name = name;
  }
}

export type LiteralType =
  | 'Int8'
  | 'Int16'
  | 'Int32'
  | 'Int128'
  | 'UInt8'
  | 'UInt16'
  | 'UInt32'
  | 'UInt64'
  | 'UInt128'
  | 'BigInt'
  | 'Float32'
  | 'Float16'
  | 'Char';

/**
 * A literal that is neither Int64, Float64, String nor Bool. `value` is the mathematical value of an integer, the bit
 * pattern of a Float32, Float16 or Char (a Char's 32 bits hold its UTF-8 bytes from the top, as in Julia).
 */
export class Literal {
  readonly type: LiteralType;
  readonly value: bigint;
  constructor(type: LiteralType, value: bigint) {
    this.type = type;
    this.value = value;
  }
}

/** Any other object of the heap, by reference. The holder must see to it that the object is rooted. */
export class HeapValue {
  readonly ref: number;
  constructor(ref: number) {
    this.ref = ref;
  }
}

/** Anything that may stand as an argument of an Expr, in syntax and in lowered code. */
export type Syntax =
  | IRSyntax
  | Expr
  | Sym
  | QuoteNode
  | LineNumberNode
  | GlobalRef
  | ModuleRef
  | Literal
  | HeapValue
  | string
  | number
  | bigint
  | boolean
  | null;
