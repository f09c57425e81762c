// Lowered code as data, on the JavaScript side of the border: what the lowering hands over, what the `.jlir` reader
// reads, and what becomes a CodeInfo object of the heap before it runs. Statements are those of Julia 1.12's IR.
//
// Numbers in SSAValue, SlotNumber and jump targets are 1-based, as Julia prints them.

import type {
  Expr,
  GlobalRef,
  HeapValue,
  LineNumberNode,
  Literal,
  ModuleRef,
  QuoteNode,
  Sym,
  Syntax,
} from '../syntax/expr.ts';

export class SSAValue {
  readonly id: number;
  constructor(id: number) {
    this.id = id;
  }
}

export class SlotNumber {
  readonly id: number;
  constructor(id: number) {
    this.id = id;
  }
}

export class GotoNode {
  readonly label: number;
  constructor(label: number) {
    this.label = label;
  }
}

export class GotoIfNot {
  readonly condition: Operand;
  readonly dest: number;
  constructor(condition: Operand, dest: number) {
    this.condition = condition;
    this.dest = dest;
  }
}

/** `value` is undefined for an unreachable return. */
export class ReturnNode {
  readonly value: Operand | undefined;
  constructor(value: Operand | undefined) {
    this.value = value;
  }
}

/** `catchDest` is 0 where there is no catch block (only a scope is entered). */
export class EnterNode {
  readonly catchDest: number;
  readonly scope: Operand | undefined;
  constructor(catchDest: number, scope: Operand | undefined) {
    this.catchDest = catchDest;
    this.scope = scope;
  }
}

export class NewvarNode {
  readonly slot: SlotNumber;
  constructor(slot: SlotNumber) {
    this.slot = slot;
  }
}

/** The value of edge `edges[i]` (a statement number; 0: before the first) is `values[i]`, undefined for none. */
export class PhiNode {
  readonly edges: readonly number[];
  readonly values: readonly (Operand | undefined)[];
  constructor(edges: readonly number[], values: readonly (Operand | undefined)[]) {
    this.edges = edges;
    this.values = values;
  }
}

/** `value`, known to be of `type` here. */
export class PiNode {
  readonly value: Operand;
  readonly type: Syntax;
  constructor(value: Operand, type: Syntax) {
    this.value = value;
    this.type = type;
  }
}

/** In a handler: the value that the last executed of the named UpsilonNodes stored. */
export class PhiCNode {
  readonly values: readonly Operand[];
  constructor(values: readonly Operand[]) {
    this.values = values;
  }
}

/** Stores a value for a PhiCNode; undefined stores that there is none. */
export class UpsilonNode {
  readonly value: Operand | undefined;
  constructor(value: Operand | undefined) {
    this.value = value;
  }
}

/**
 * A value that a text gives by an expression of Julia's (a type, a function, a constant), before there is a heap to have
 * it in. `toHeap` evaluates it in Main.
 */
export class SourceValue {
  readonly source: Syntax;
  constructor(source: Syntax) {
    this.source = source;
  }
}

/** The method instance that an `invoke` names: found by the types of callee and arguments when the code is loaded. */
export class InvokeTarget {
  /** Of the callee and all arguments. */
  readonly types: readonly Syntax[];
  /** Whether compiled code of the instance is named (`invoke`), or only the instance (`dynamic invoke`). */
  readonly isCompiled: boolean;
  constructor(types: readonly Syntax[], isCompiled = false) {
    this.types = types;
    this.isCompiled = isCompiled;
  }
}

/** What may stand as an argument of a statement (nested Exprs occur for a few heads only, as in Julia's IR). */
export type Operand =
  | SSAValue
  | SlotNumber
  | GlobalRef
  | QuoteNode
  | Sym
  | Literal
  | HeapValue
  | ModuleRef
  | LineNumberNode
  | string
  | number
  | bigint
  | boolean
  | null
  | SourceValue
  | InvokeTarget
  | Expr
  | CodeInfo;

/**
 * A statement: an operand alone (its value), an Expr whose arguments are operands (`call`, `new`, `=`, `method`, ...;
 * IR nodes may stand among the arguments of an Expr), or a control node.
 */
export type Statement =
  | Operand
  | GotoNode
  | GotoIfNot
  | ReturnNode
  | EnterNode
  | NewvarNode
  | PhiNode
  | PiNode
  | PhiCNode
  | UpsilonNode;

/** The values that lowered code adds to what may stand as an argument of an Expr. */
export type IRSyntax =
  | SSAValue
  | SlotNumber
  | GotoNode
  | GotoIfNot
  | ReturnNode
  | EnterNode
  | NewvarNode
  | PhiNode
  | PiNode
  | PhiCNode
  | UpsilonNode
  | SourceValue
  | InvokeTarget
  | CodeInfo;

/** Source place of a statement. */
export interface Place {
  readonly file: Sym | null;
  readonly line: number;
  /** What expanded the macro that the statement comes from, where that is in another file. */
  readonly expandedAt?: Place;
}

/** One lowered body. `code`, `places` and `ssaflags` have the same length; `slotnames` and `slotflags` too. */
export class CodeInfo {
  code: Statement[] = [];
  /** The place of each statement; null where Julia's line table has none. */
  places: (Place | null)[] = [];
  ssaflags: number[] = [];
  slotnames: Sym[] = [];
  slotflags: number[] = [];
  nargs = 0;
  isva = false;
  /** 0 default, 1 `@inline`, 2 `@noinline`. */
  inlining = 0;
  propagateInbounds = false;
  hasFcall = false;
  nospecializeinfer = false;
  /** 0 heuristic, 1 `@constprop :aggressive`, 2 `:none`. */
  constprop = 0;
  /** Bits of the `:purity` meta, as `Base.encode_effects_override` packs them. */
  purity = 0;
  /** Inferred types of the statements; null before inference. */
  ssavaluetypes: Syntax[] | null = null;
  /** Inferred types of the slots; null before inference. */
  slottypes: Syntax[] | null = null;
  /** Inferred type of the result; undefined for Any. */
  rettype: Syntax | undefined = undefined;
  /** First and last world that the code is valid in; null for all worlds. */
  worlds: { readonly min: bigint; readonly max: bigint } | null = null;
  /** What inlining it costs; 0xffff for never. */
  inliningCost = 0xffff;
}
