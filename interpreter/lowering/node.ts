// The trees that the passes of lowering hand to each other.
//
// Surface syntax arrives as `Expr`. Lowering works on a copy made of `Form`s, for three reasons: the passes may then
// share and rebuild subtrees without touching what the caller holds, functions can be objects (`Lambda`) that carry
// what the passes learn about them, and the compiler keeps surface trees and half-lowered trees apart. Heads of Forms
// are those of Expr plus the ones that only live between two passes (`scope-block`, `break-block`, `unnecessary`, ...).
//
// Temporaries are SSAValues with numbers of their own; they get their final number when the code is laid out.

import { type CodeInfo, SSAValue } from '../ir/code.ts';
import {
  Expr,
  GlobalRef,
  HeapValue,
  LineNumberNode,
  Literal,
  ModuleRef,
  QuoteNode,
  Sym,
  type Syntax,
  sym,
} from '../syntax/expr.ts';
import type { Instruction } from './linear.ts';

/** An inner node of a tree in lowering: Expr's counterpart, immutable by convention. */
export class Form {
  /** Keeps the type apart from Expr's; there is no such field. */
  declare private readonly brand: 'form';
  readonly head: string;
  readonly args: readonly Node[];
  constructor(head: string, args: readonly Node[]) {
    this.head = head;
    this.args = args;
  }
}

/** What is known of a variable of one function. `flags` has the bits below; they end up in CodeInfo's slotflags. */
export class VarInfo {
  readonly name: Sym;
  type: Node;
  flags: number;
  constructor(name: Sym, type: Node = core('Any'), flags = 0) {
    this.name = name;
    this.type = type;
    this.flags = flags;
  }
  has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }
  /** Assigned and captured by an inner function: the variable lives in a Core.Box. */
  get boxed(): boolean {
    return (this.flags & (CAPTURED | ASSIGNED)) === (CAPTURED | ASSIGNED);
  }
}
export const CAPTURED = 1;
export const ASSIGNED = 2;
export const NEVER_UNDEF = 4;
export const READ = 8;
export const SINGLE_ASSIGNED = 16;
export const MAYBE_UNDEF = 32;
export const CALLED = 64;

/** A function body. Each pass fills in more of it; `locals` belongs to scope analysis, `vars` and on to the next. */
export class Lambda {
  readonly args: readonly Sym[];
  body: Node;
  locals: Sym[] = [];
  vars: VarInfo[] = [];
  captured: VarInfo[] = [];
  sparams: Sym[] = [];
  /** Names that occur free, computed once. */
  free: ReadonlySet<Sym> | undefined;
  /** Its toplevel statements were taken out already. */
  lifted = false;
  /** Definitions of methods in its body by name, not in functions inside; computed once. */
  methods: ReadonlyMap<Sym, readonly Form[]> | undefined;
  /** Its statements, once it is linearised. */
  code: Instruction[] | undefined;
  constructor(args: readonly Sym[], body: Node) {
    this.args = args;
    this.body = body;
  }
}

export type Node =
  | Form
  | Lambda
  | CodeInfo
  | Expr
  | Sym
  | SSAValue
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

/** A lowering error; the message is Julia's. */
export class LoweringError extends Error {}

export const form = (head: string, ...args: Node[]): Form => new Form(head, args);
export const block = (...statements: Node[]): Form => new Form('block', statements);
export const call = (callee: Node, ...args: Node[]): Form => new Form('call', [callee, ...args]);
export const assign = (left: Node, right: Node): Form => new Form('=', [left, right]);
export const quoted = (value: Syntax): QuoteNode => new QuoteNode(value);

const tops = new Map<string, Form>();
const cores = new Map<string, Form>();
function interned(table: Map<string, Form>, head: string, name: string): Form {
  let found = table.get(name);
  if (found === undefined) {
    found = new Form(head, [sym(name)]);
    table.set(name, found);
  }
  return found;
}
/** A name of Base (of the base module that goes with the module being lowered). */
export const top = (name: string): Form => interned(tops, 'top', name);
/** A name of Core. */
export const core = (name: string): Form => interned(cores, 'core', name);

/** The name of an argument that is never read. */
export const UNUSED = sym('#unused#');
export const SELF = sym('#self#');
export const CTOR_SELF = sym('#ctor-self#');

export const isSym = (x: Node | undefined): x is Sym => x instanceof Sym;
/** A Form of one head. */
export type FormOf<Head extends string> = Form & { readonly head: Head };
export function isForm(x: Node | undefined): x is Form;
export function isForm<Head extends string>(x: Node | undefined, head: Head): x is FormOf<Head>;
export function isForm(x: Node | undefined, head?: string): boolean {
  return x instanceof Form && (head === undefined || x.head === head);
}

/**
 * True for what has parts in Julia's own lowering, whose lists include constants like `nothing` and references;
 * several rules distinguish "atom" from "compound" and thereby say different things of `true` and of `1`.
 */
export function isCompound(x: Node | undefined): boolean {
  return (
    x instanceof Form ||
    x instanceof Lambda ||
    x instanceof QuoteNode ||
    x instanceof GlobalRef ||
    x instanceof SSAValue ||
    x instanceof LineNumberNode ||
    x === null ||
    typeof x === 'boolean'
  );
}

const QUOTED_HEADS = new Set([
  'top',
  'core',
  'break',
  'meta',
  'inbounds',
  'loopinfo',
  'thismodule',
  'inline',
  'noinline',
]);
/** Compounds whose parts are not expressions. */
export function isQuoted(x: Node): boolean {
  return (
    x instanceof QuoteNode ||
    x instanceof GlobalRef ||
    x instanceof LineNumberNode ||
    (x instanceof Form && QUOTED_HEADS.has(x.head))
  );
}

/** Nothing to look into: an atom, a constant, or a quotation. */
export function isLeaf(x: Node): boolean {
  return !(x instanceof Form) || QUOTED_HEADS.has(x.head);
}

export const isSymbolLike = (x: Node): x is Sym | SSAValue => x instanceof Sym || x instanceof SSAValue;

/** Constants and temporaries: they may be repeated and evaluate to themselves. */
export function isSimpleAtom(x: Node): boolean {
  return (
    x === null ||
    x instanceof SSAValue ||
    typeof x === 'boolean' ||
    typeof x === 'string' ||
    typeof x === 'number' ||
    typeof x === 'bigint' ||
    x instanceof Literal ||
    x instanceof HeapValue ||
    x instanceof ModuleRef
  );
}

/** All underscores: may be assigned to, never read. */
export const isUnderscore = (x: Node): x is Sym => x instanceof Sym && /^_+$/.test(x.name);

export const isVararg = (x: Node | undefined): x is FormOf<'...'> => isForm(x, '...');
export const isKwarg = (x: Node | undefined): x is FormOf<'kw'> => isForm(x, 'kw');
export const isAssignment = (x: Node | undefined): x is FormOf<'='> => isForm(x, '=');
export const isDecl = (x: Node | undefined): x is FormOf<'::'> => isForm(x, '::');
export const isSymDecl = (x: Node | undefined): boolean => isSym(x) || isDecl(x);
export const hasParameters = (args: readonly Node[]): boolean => isForm(args[0], 'parameters');

/** The name in `x::T` or `x`. */
export const declName = (x: Node): Node => (isDecl(x) ? x.args[0] : x);
/** The type in `x::T`, Core.Any for a plain `x`. */
export function declType(x: Node): Node {
  if (!isDecl(x)) return core('Any');
  if (x.args.length < 2) throw malformed();
  return x.args[1];
}

/** The name of a possibly qualified global. */
export const identifierName = (x: Node): Node => (x instanceof GlobalRef ? x.name : x);

/** `.+`, `.==`, but not `.` or `...`. */
export function isDotOperator(x: Node): boolean {
  const name = identifierName(x);
  return name instanceof Sym && name.name.length > 1 && name.name[0] === '.' && name.name[1] !== '.';
}
export function undotted(x: Node): Node {
  if (x instanceof GlobalRef) return new GlobalRef(x.module, sym(x.name.name.slice(1)));
  return x instanceof Sym ? sym(x.name.slice(1)) : x;
}

/** `f(...)`, `f(...) where T`, `f(...)::T`. */
export function isEventuallyCall(x: Node): boolean {
  for (let at = x; isForm(at) && (at.head === 'where' || at.head === '::'); at = at.args[0]) {
    if (isForm(at.args[0], 'call')) return true;
  }
  return isForm(x, 'call');
}

export function isFunctionDefinition(x: Node): boolean {
  if (!isForm(x)) return false;
  return (
    x.head === 'function' || x.head === '->' || (x.head === '=' && x.args.length === 2 && isEventuallyCall(x.args[0]))
  );
}

/** `@nospecialize x` and its opposite, after macro expansion. */
export function isNospecializeMeta(x: Node, single = false): x is FormOf<'meta'> {
  if (!isForm(x, 'meta') || (single ? x.args.length !== 2 : x.args.length < 2)) return false;
  const kind = x.args[0];
  return isSym(kind) && (kind.name === 'nospecialize' || kind.name === 'specialize');
}

/** Expressions that may be evaluated twice, or not at all. */
export function isEffectFree(x: Node): boolean {
  return !isForm(x) || isQuoted(x) || (x.head === '.' && x.args.length === 2 && isSymbolLike(x.args[0]));
}

/** Does `found` hold for `x` or a part of it? Parts of quotations are not looked at unless `intoQuotes`. */
export function contains(x: Node, found: (x: Node) => boolean, enter?: (x: Form) => boolean): boolean {
  if (found(x)) return true;
  if (!(x instanceof Form) || QUOTED_HEADS.has(x.head)) return false;
  if (enter !== undefined && !enter(x)) return false;
  for (const arg of x.args) if (contains(arg, found, enter)) return true;
  return false;
}

/** Is the symbol or temporary `name` mentioned in `x`? */
export function mentions(x: Node, name: Node): boolean {
  return contains(x, (part) => same(part, name));
}

/** Is the symbol or temporary anywhere in `x`, be it in a quotation or the name of a global? */
export function occurs(x: Node, name: Node): boolean {
  if (same(x, name)) return true;
  if (x instanceof QuoteNode) return occurs(x.value as Node, name);
  if (x instanceof GlobalRef) return x.name === name;
  return (x instanceof Form || x instanceof Expr) && x.args.some((arg) => occurs(arg as Node, name));
}

/** Integers that Julia's lowering knows as numbers; larger ones are opaque values to it. */
export const isSmallInteger = (x: Node | undefined): x is bigint =>
  typeof x === 'bigint' && x >= -(1n << 61n) && x < 1n << 61n;

/** Identity of symbols and temporaries. */
export const same = (a: Node, b: Node): boolean =>
  a === b || (a instanceof SSAValue && b instanceof SSAValue && a.id === b.id);

/** Structural equality, as far as rules of lowering compare expressions. */
export function equal(a: Node, b: Node): boolean {
  if (same(a, b)) return true;
  if (a instanceof Form && b instanceof Form) {
    return a.head === b.head && a.args.length === b.args.length && a.args.every((arg, i) => equal(arg, b.args[i]));
  }
  if (a instanceof GlobalRef && b instanceof GlobalRef) return a.name === b.name && a.module.path === b.module.path;
  if (a instanceof QuoteNode && b instanceof QuoteNode) return a.value === b.value;
  if (a instanceof LineNumberNode && b instanceof LineNumberNode) return a.line === b.line && a.file === b.file;
  return false;
}

export const isAny = (x: Node): boolean => x === core('Any') || equal(x, core('Any'));

/** `(op (op a b) c)` to the list `a b c`. */
export function flattened(head: string, x: Form): Node[] {
  const out: Node[] = [];
  const visit = (e: Form): void => {
    for (const arg of e.args) {
      if (isForm(arg, head)) visit(arg);
      else out.push(arg);
    }
  };
  visit(x);
  return out;
}

/** A block with at least one statement. */
export function blockify(x: Node, line?: LineNumberNode): Form {
  const before = line === undefined ? [] : [line];
  if (!isForm(x, 'block')) return new Form('block', [...before, x]);
  if (x.args.length === 0) return new Form('block', [...before, null]);
  return line === undefined ? x : new Form('block', [...before, ...x.args]);
}

/** How many leading statements of a block are line numbers and metadata. */
export function prologueLength(body: Form): number {
  let n = 0;
  while (n < body.args.length && (body.args[n] instanceof LineNumberNode || isForm(body.args[n], 'meta'))) n++;
  return n;
}

/** `statements` inserted behind the leading line numbers and metadata of a block. */
export function insertAfterMeta(body: Form, statements: readonly Node[]): Form {
  if (statements.length === 0) return body;
  const n = prologueLength(body);
  return new Form(body.head, [...body.args.slice(0, n), ...statements, ...body.args.slice(n)]);
}

/** The elements in order, later copies removed. */
export const unique = <T>(list: readonly T[]): T[] => [...new Set(list)];

/** The first element that occurs again later. */
export function duplicate<T>(list: readonly T[]): T | undefined {
  for (let i = 0; i < list.length; i++) if (list.indexOf(list[i], i + 1) >= 0) return list[i];
  return undefined;
}

/** An error for syntax that no program text can be, only a macro can make. */
export const malformed = (): LoweringError => new LoweringError('malformed expression');
