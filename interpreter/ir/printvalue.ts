// Values as text: what stands inside `$(...)`, among the arguments of `Expr(...)`, and where a type is asked for.
//
// A value is written as the Julia expression that makes it: `:x` is a symbol, `Expr(:meta, :inline)` an expression,
// `Int32(5)` an Int32. `:( ... )` quotes. Inside an IR expression it quotes an operand (`:(%3)`, `:(Main.f)`); inside a
// QuoteNode it quotes syntax, where `x` is the symbol x and not a variable. Syntax is quoted only where the text parses
// back to the very same expression; what is left is written out with `Expr(...)`.

import { AnyVector, LineLocations, LineTable } from '../lowering/anyvector.ts';
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
} from '../syntax/expr.ts';
import { printSource } from '../syntax/print.ts';
import { UnprintableError } from '../syntax/print-words.ts';
import {
  CodeInfo,
  EnterNode,
  GotoIfNot,
  GotoNode,
  type InvokeTarget,
  NewvarNode,
  PhiCNode,
  PhiNode,
  PiNode,
  ReturnNode,
  SlotNumber,
  SourceValue,
  SSAValue,
  UpsilonNode,
} from './code.ts';
import { equalSyntax } from './equal.ts';
import {
  exactLiteral,
  fieldText,
  floatText,
  literalText,
  parsed,
  pathText,
  stringLiteral,
  symbolText,
  UnwritableError,
} from './words.ts';

/** How the parts of a value are written that are not its own business. */
export interface ValueStyle {
  readonly exact: boolean;
  readonly heapText: (value: HeapValue) => string;
  readonly quoted?: (value: Syntax) => string | undefined;
  /** An operand, as among the arguments of a call. */
  readonly operand: (x: Syntax) => string;
  readonly code: (code: CodeInfo) => string;
  /** Does a path alone mean the module? */
  readonly isModule: (path: string) => boolean;
  readonly slot: (id: number) => string;
}

/** Is the text a name, or names joined by dots? */
export const isPlainPath = (text: string): boolean =>
  /^[\p{L}_][\p{L}\p{N}_!]*(\.[\p{L}_][\p{L}\p{N}_!]*)*$/u.test(text);

/**
 * The text of a value.
 *
 * @param isType whether it stands where a type is asked for
 */
export function valueText(x: Syntax, style: ValueStyle, isType: boolean): string {
  return new ValuePrinter(style).value(x, false, isType);
}

class ValuePrinter {
  private readonly style: ValueStyle;
  constructor(style: ValueStyle) {
    this.style = style;
  }

  value(x: Syntax, isSyntax: boolean, isType = false): string {
    if (x === null) return 'nothing';
    if (typeof x === 'string') return stringLiteral(x);
    if (typeof x === 'number') return floatText(x);
    if (typeof x === 'boolean' || typeof x === 'bigint') return String(x);
    if (x instanceof Sym) return symbolText(x);
    if (x instanceof Literal) return this.style.exact ? exactLiteral(x) : literalText(x).text;
    if (x instanceof ModuleRef) {
      const path = pathText(x.path);
      return !this.style.exact || (this.style.isModule(x.path) && !isType) ? path : `Module(${path})`;
    }
    if (x instanceof HeapValue) return x.ref === 0 ? '#undef' : this.style.heapText(x);
    if (x instanceof SourceValue) return this.source(x.source);
    if (x instanceof CodeInfo) return this.style.code(x);
    if (x instanceof AnyVector) return this.vector(x);
    if (x instanceof Expr) return isSyntax ? this.syntax(x) : this.expression(x);
    if (x instanceof QuoteNode) return this.quoteNode(x, isSyntax);
    if (x instanceof LineNumberNode) {
      if (!this.style.exact) return `:(#= ${x.file?.name ?? 'line'}${x.file === null ? ' ' : ':'}${x.line} =#)`;
      return `LineNumberNode(${x.line}, ${x.file === null ? 'nothing' : symbolText(x.file)})`;
    }
    if (x instanceof GlobalRef) {
      if (isSyntax || fieldText(x.name.name) === '')
        return `GlobalRef(${this.module(x.module)}, ${symbolText(x.name)})`;
      return `:(${this.style.operand(x)})`;
    }
    if (x instanceof SSAValue) return isSyntax ? `SSAValue(${x.id})` : `:(%${x.id})`;
    if (x instanceof SlotNumber) return isSyntax ? `SlotNumber(${x.id})` : `:(${this.style.slot(x.id)})`;
    return this.node(x, isSyntax);
  }

  private module(x: ModuleRef): string {
    return this.style.isModule(x.path) ? pathText(x.path) : `Module(${pathText(x.path)})`;
  }

  private list(args: readonly (Syntax | undefined)[], isSyntax: boolean): string {
    return args.map((arg) => (arg === undefined ? '#undef' : this.value(arg, isSyntax))).join(', ');
  }

  private node(x: Node, isSyntax: boolean): string {
    if (x instanceof GotoNode) return `GotoNode(${x.label})`;
    if (x instanceof GotoIfNot) return `GotoIfNot(${this.value(x.condition, isSyntax)}, ${x.dest})`;
    if (x instanceof ReturnNode)
      return x.value === undefined ? 'ReturnNode()' : `ReturnNode(${this.value(x.value, isSyntax)})`;
    if (x instanceof EnterNode) {
      return x.scope === undefined
        ? `EnterNode(${x.catchDest})`
        : `EnterNode(${x.catchDest}, ${this.value(x.scope, isSyntax)})`;
    }
    if (x instanceof NewvarNode) return `NewvarNode(${x.slot.id})`;
    if (x instanceof PhiNode) return `PhiNode(Int32[${x.edges.join(', ')}], Any[${this.list(x.values, isSyntax)}])`;
    if (x instanceof PhiCNode) return `PhiCNode(Any[${this.list(x.values, isSyntax)}])`;
    if (x instanceof PiNode) return `PiNode(${this.value(x.value, isSyntax)}, ${this.value(x.type, isSyntax)})`;
    if (x instanceof UpsilonNode)
      return x.value === undefined ? 'UpsilonNode()' : `UpsilonNode(${this.value(x.value, isSyntax)})`;
    return `MethodInstance(${x.types.map((type) => this.value(type, isSyntax)).join(', ')})`;
  }

  private vector(x: AnyVector): string {
    const name = x instanceof LineLocations ? 'LineLocations' : x instanceof LineTable ? 'LineTable' : 'Any';
    return `${name}[${this.list(x.args, true)}]`;
  }

  /** An expression of the IR. */
  private expression(x: Expr): string {
    const operand =
      (x.head === 'call' && x.args.length > 0) ||
      x.head === 'new' ||
      x.head === 'splatnew' ||
      x.head === 'new_opaque_closure';
    if (operand) return `:(${this.style.operand(x)})`;
    return this.head(x, false);
  }

  private head(x: Expr, isSyntax: boolean): string {
    const head = symbolText(Sym.of(x.head));
    return x.args.length === 0 ? `Expr(${head})` : `Expr(${head}, ${this.list(x.args, isSyntax)})`;
  }

  /** An expression of the surface syntax. */
  private syntax(x: Expr): string {
    if (!this.style.exact) {
      const text = this.style.quoted?.(x);
      if (text !== undefined) return text;
    }
    const quoted = quotedSyntax(x);
    return quoted ?? this.head(x, true);
  }

  private quoteNode(x: QuoteNode, isSyntax: boolean): string {
    if (!isSyntax && x.value instanceof Sym) {
      const text = symbolText(x.value);
      if (text.startsWith(':')) return `:(${text})`;
    }
    return `QuoteNode(${this.value(x.value, true)})`;
  }

  private source(source: Syntax): string {
    try {
      return printSource(source);
    } catch (error) {
      if (error instanceof UnprintableError) throw new UnwritableError(error.message);
      throw error;
    }
  }
}

type Node =
  | GotoNode
  | GotoIfNot
  | ReturnNode
  | EnterNode
  | NewvarNode
  | PhiNode
  | PhiCNode
  | PiNode
  | UpsilonNode
  | InvokeTarget;

const longest = 60;

/** `:( ... )`, if it is short and parses to the same; undefined otherwise. */
function quotedSyntax(x: Expr): string | undefined {
  let text: string;
  try {
    text = printSource(x);
  } catch (error) {
    if (error instanceof UnprintableError) return undefined;
    throw error;
  }
  // What the scanner of IR text has uses of its own for is not for quotes.
  if (text.length > longest || /[#@%\n"'`$]/.test(text)) return undefined;
  const quoted = `:(${text})`;
  const back = parsed(quoted);
  const inner =
    back instanceof QuoteNode ? back.value : back instanceof Expr && back.head === 'quote' ? back.args[0] : undefined;
  return inner !== undefined && equalSyntax(inner, x) ? quoted : undefined;
}
