// Calls, indexing, fields, adjoints, string macros, and macro calls: the suffixes that bind tightest.
//
// One loop applies suffixes from left to right. A macro call starts in the same loop: after `@name` (or in the middle of
// a path, `A.@name`) the loop is in macro state until the arguments come, in brackets or separated by blanks. Until then
// the name is kept as an ordinary path, and gets its `@` when the call is built.

import { Expr, GlobalRef, type LineNumberNode, ModuleRef, QuoteNode, Sym, type Syntax, sym } from './expr.ts';
import { GENERATORS, isHead, MULTILINE, N, type Rule, SPACES } from './grammar-base.ts';
import { OperatorGrammar } from './grammar-operators.ts';
import { type DottedName, macroName } from './macro-names.ts';
import {
  DOTTED,
  isContextualKeyword,
  isKeyword,
  isNumber,
  isStringDelimiter,
  isSyntacticUnary,
  isWordOperator,
  K,
  SPACE_BEFORE,
  type Token,
} from './tokens.ts';

/** Arguments as they stand between brackets: positional ones, then one list per `;`. */
export interface Arguments {
  readonly args: Syntax[];
  readonly trailingComma: boolean;
}

/** Elements of `[...]` or `{...}`. `head` is that of the array itself, not of an indexing. */
export interface Elements {
  readonly head: 'vect' | 'hcat' | 'vcat' | 'ncat' | 'comprehension';
  readonly args: Syntax[];
  readonly dimension: bigint;
}

export abstract class CallGrammar extends OperatorGrammar {
  protected abstract form: Rule;
  protected abstract bracketArguments(closer: typeof K.RParen | typeof K.RBrace): Arguments;
  protected abstract elements(closer: typeof K.RBracket | typeof K.RBrace, indexing: boolean): Elements;
  protected abstract bracesOf(elements: Elements): Expr;
  protected abstract stringLiteral(raw: boolean): Syntax;
  protected abstract doBlock(call: Expr): Expr;
  protected abstract quoteOf(value: Syntax): Syntax;

  /** An operand with its suffixes, or a form that starts with a reserved word. */
  protected override call(): Syntax {
    const token = this.peek();
    if (token.kind === K.Identifier) {
      this.consumed(token);
      this.leafResult(N.Name, token, token.symbol);
      return this.callChain(token.symbol, token.start, token.line);
    }
    if (this.startsForm(token)) return this.SUBRULE(this.form);
    const start = this.at;
    const operand = this.prefixed(false);
    return this.callChain(operand, start, token.line);
  }

  protected override startsForm(token: Token): boolean {
    const kind = token.kind;
    if (this.isInitialWord(kind)) return true;
    if (!isContextualKeyword(kind)) return false;
    const next = this.after(token).kind;
    if (kind === K.Mutable) return next === K.Struct;
    return (kind === K.Primitive || kind === K.Abstract) && next === K.Type;
  }

  /** `&x`, `::T`, `$x`. `prefixed` tells whether another such prefix came before. */
  protected prefixed(already: boolean): Syntax {
    const token = this.peek();
    const kind = token.kind;
    if (!isSyntacticUnary(kind) || (token.flags & DOTTED) !== 0) return this.atom(true, already);
    if (kind !== K.Declare) {
      const next = this.peekSecond().kind;
      if (this.closesOrNewline(next)) {
        this.take();
        return this.leafResult(N.Operator, token, this.symbolOf(token));
      }
    }
    this.take();
    if (!this.descend()) return this.errorValue();
    const operand = kind === K.Dollar ? this.prefixed(true) : this.typeAfterDeclare();
    this.depth--;
    if (kind === K.Dollar) return this.result(N.Interpolation, new Expr('$', [operand]));
    return this.result(N.UnaryOp, new Expr(kind === K.Declare ? '::' : '&', [operand]));
  }

  /** The callee as it stands in a call: `.+(x)` calls the broadcast operator. */
  private callee(value: Syntax): Syntax {
    if (this.node === N.DottedOperator && value instanceof Expr)
      return sym(`.${(value.args[0] as { name: string }).name}`);
    return value;
  }

  protected override callChain(operand: Syntax, start: number, line: number): Syntax {
    const next = this.peek();
    if (this.node === N.Number && next.kind === K.LParen) return operand;
    return this.suffixes(operand, start, line, null);
  }

  /** The suffixes of `operand`; `macro` is the name just parsed when the chain starts with `@`. */
  protected suffixes(operand: Syntax, start: number, line: number, macro: DottedName | null): Syntax {
    let value = operand;
    let name = macro;
    // Where the `@` part of a macro's path begins and ends, until its arguments come.
    let atStart = -1;
    let atEnd = -1;
    // The name that a string right behind would make a macro of.
    let prefix: Token | null = this.leaf;
    for (;;) {
      const token = this.peek();
      const kind = token.kind;
      const spaced = (token.flags & SPACE_BEFORE) !== 0;
      if (name === null) {
        if (spaced && (this.context & SPACES) !== 0 && opensSuffix(kind)) break;
      } else if (spaced || !continuesMacro(kind)) {
        return this.blankArguments(value, name, line);
      }
      let nextPrefix: Token | null = null;
      if (kind === K.LParen) {
        value = name !== null ? this.macroArguments(value, name, line) : this.callArguments(value);
        name = null;
        atStart = -1;
      } else if (kind === K.Dot) {
        this.refuseSpace();
        const dot = this.at;
        this.take();
        if (atStart >= 0) {
          this.diagnose('`@` must appear on first or last macro name component', atStart, atEnd);
          this.failFrom('Unexpected `.` after macro name', dot);
        }
        const field = this.peek();
        if (field.kind === K.LParen) {
          if (name !== null) {
            this.missing(null);
            this.diagnose('dot call syntax not supported for macros', start, this.at);
          }
          value = this.broadcastArguments(value);
        } else if (field.kind === K.Colon) {
          this.take();
          this.refuseSpace();
          const quoted = this.atEnd('block') ? this.errorValue() : this.quoteOf(this.atom(false, false));
          value = this.result(N.Other, new Expr('.', [value, quoted]));
        } else if (field.kind === K.Dollar) {
          this.take();
          const interpolated = this.atom(true, false);
          value = this.result(N.Other, new Expr('.', [value, new QuoteNode(new Expr('$', [interpolated]))]));
          if (name !== null) name = { ok: false, symbol: sym(''), doc: false, start: dot, end: this.at };
        } else if (field.kind === K.At) {
          atStart = this.at;
          this.take();
          if (name !== null) this.failFrom('repeated `@` in macro module path', atStart);
          name = this.macroNameAtom();
          atEnd = this.at;
          value = this.result(N.Other, new Expr('.', [value, new QuoteNode(name.symbol)]));
        } else if (field.kind === K.Prime) {
          this.take();
          this.failFrom("the .' operator for transpose is discontinued", dot);
        } else {
          const part = this.atom(false, false);
          nextPrefix = this.leaf;
          if (name !== null) name = this.nameOfPart(part, dot + 1);
          const quoted = part instanceof QuoteNode || isHead(part, 'quote') ? part : new QuoteNode(part);
          value = this.result(N.Other, new Expr('.', [value, quoted]));
        }
      } else if (kind === K.LBracket) {
        value = this.indexing(value, name, line);
        name = null;
        atStart = -1;
      } else if (kind === K.LBrace) {
        value = this.typeArguments(value, name, line);
        name = null;
        atStart = -1;
      } else if (kind === K.Prime && !spaced) {
        this.take();
        const operator = this.symbolOf(token);
        const call = operator.name === "'" ? new Expr("'", [value]) : new Expr('call', [operator, value]);
        value = this.result(N.Call, call);
      } else if (prefix !== null && !spaced && isLiteralDelimiter(kind) && namesStringMacro(prefix.kind)) {
        value = this.stringMacro(value, line);
      } else break;
      prefix = nextPrefix;
    }
    return value;
  }

  // --- calls --------------------------------------------------------------------------------------------------------

  private callArguments(callee: Syntax): Expr {
    const function_ = this.callee(callee);
    this.refuseSpace();
    this.take();
    const { args } = this.bracketArguments(K.RParen);
    keywords(args);
    args.unshift(function_);
    this.placeParameters(args, 1);
    let call = new Expr('call', args);
    if (this.peek().kind === K.Do) call = this.doBlock(call);
    this.result(N.Call, call);
    return call;
  }

  private broadcastArguments(callee: Syntax): Expr {
    const function_ = this.callee(callee);
    this.refuseSpace();
    this.take();
    const { args } = this.bracketArguments(K.RParen);
    keywords(args);
    this.placeParameters(args, 0);
    const call = new Expr('.', [function_, new Expr('tuple', args)]);
    this.result(N.Other, call);
    return call;
  }

  private indexing(object: Syntax, macro: DottedName | null, line: number): Syntax {
    this.refuseSpace();
    this.take();
    const saved = this.context;
    const elements = this.elements(K.RBracket, true);
    this.context = saved;
    if (macro !== null) {
      return this.macroResult(object, macro, line, [arrayOf(elements)]);
    }
    const args = elements.args;
    let value: Expr;
    switch (elements.head) {
      case 'vect':
        for (const arg of args) if (isHead(arg, '=')) arg.head = 'kw';
        args.unshift(object);
        this.placeParameters(args, 1);
        value = new Expr('ref', args);
        break;
      case 'comprehension':
        value = new Expr('typed_comprehension', [object, ...args]);
        break;
      case 'ncat':
        value = new Expr('typed_ncat', [object, elements.dimension, ...args]);
        break;
      case 'hcat':
      case 'vcat':
        value = new Expr(`typed_${elements.head}`, [object, ...args]);
        break;
    }
    return this.result(N.Other, value);
  }

  private typeArguments(object: Syntax, macro: DottedName | null, line: number): Syntax {
    const callee = this.callee(object);
    this.refuseSpace();
    this.take();
    const { args } = this.bracketArguments(K.RBrace);
    if (macro !== null) {
      this.placeParameters(args, 0);
      return this.macroResult(object, macro, line, [new Expr('braces', args)]);
    }
    args.unshift(callee);
    this.placeParameters(args, 1);
    return this.result(N.Other, new Expr('curly', args));
  }

  // --- macros -------------------------------------------------------------------------------------------------------

  /** `@name ...`; the `@` is next. */
  protected readonly macroCall: Rule = this.RULE('macroCall', () => {
    const at = this.expectKind(K.At);
    if (!this.descend(12)) return this.errorValue();
    const name = this.macroNameAtom();
    const value = this.suffixes(name.symbol, at.start, at.line, name);
    this.depth -= 12;
    return value;
  });

  /** The name after an `@`. */
  protected macroNameAtom(): DottedName {
    this.refuseSpace();
    const start = this.at;
    const grouped = this.peek().kind === K.LParen;
    const errors = this.errorCount();
    const value = this.atom(false, false);
    const part = this.nameOfPart(value, start);
    // In parentheses, what is wrong with the name is reported where the call is complete, unless it has been already.
    if (grouped && this.errorCount() > errors) return { ...part, ok: true };
    if (part.ok || (grouped && this.node !== N.Tuple && this.node !== N.BlockForm)) return part;
    this.failFrom('invalid macro name', start);
    return { ...part, ok: true };
  }

  /** The atom parsed last, as a component of a macro's name. */
  private nameOfPart(value: Syntax, start: number): DottedName {
    const token = this.leaf ?? this.parenthesizedLeaf;
    const end = this.at;
    if (token !== null) {
      const symbol = token.kind === K.Dot ? sym('__dot__') : this.symbolOf(token);
      return { ok: true, symbol, doc: token.kind === K.Doc, start, end };
    }
    if (this.node === N.Var && value instanceof Sym) return { ok: true, symbol: value, doc: false, start, end };
    // What is an error already needs no second report.
    return { ok: this.node === N.Error, symbol: sym(''), doc: false, start, end };
  }

  private macroResult(path: Syntax, name: DottedName, line: number, args: Syntax[]): Expr {
    if (!name.ok) {
      this.diagnose('invalid macro name', name.end, name.end);
      this.errorNode(name.start, name.end);
    }
    const call = new Expr('macrocall', [macroName(path, name.symbol.name, ''), this.line(line), ...args]);
    this.result(N.MacroCall, call);
    return call;
  }

  private macroArguments(path: Syntax, name: DottedName, line: number): Expr {
    this.refuseSpace();
    this.take();
    const { args } = this.bracketArguments(K.RParen);
    for (const arg of args) if (isHead(arg, 'parameters')) keywords(arg.args);
    this.placeParameters(args, 0);
    const call = this.macroResult(path, name, line, args);
    if (this.peek().kind !== K.Do) return call;
    const withBlock = this.doBlock(call);
    this.result(N.MacroCall, withBlock);
    return withBlock;
  }

  /** Arguments separated by blanks, up to the end of the line. */
  private blankArguments(path: Syntax, name: DottedName, line: number): Expr {
    const saved = this.context;
    this.context = (saved | SPACES) & ~MULTILINE;
    const args: Syntax[] = [];
    for (;;) {
      const kind = this.peek().kind;
      if (this.closesOrNewline(kind) || (kind === K.For && (saved & GENERATORS) !== 0)) break;
      args.push(this.expressionOrTuple());
    }
    if (name.doc && args.length === 1 && this.peek().kind === K.Newline) {
      const second = this.after(this.peek()).kind;
      if (second !== K.Newline && !this.closes(second)) {
        this.take();
        args.push(this.expressionOrTuple());
      }
    }
    this.context = saved;
    return this.macroResult(path, name, line, args);
  }

  /** `name"..."` or `name`...``; the literal is next. */
  private stringMacro(path: Syntax, line: number): Expr {
    const command = !isStringDelimiter(this.peek().kind);
    const literal = this.stringLiteral(true);
    const callee = macroName(path, null, command ? '_cmd' : '_str');
    // Behind a path, a command literal is a command within the macro call.
    const nested = command && path instanceof Expr;
    const args: Syntax[] = [callee, this.line(line), nested ? commandCall(this.line(line), literal) : literal];
    const suffix = this.peek();
    const kind = suffix.kind;
    if ((suffix.flags & SPACE_BEFORE) === 0) {
      if (isNumber(kind)) {
        this.take();
        args.push(this.numberLiteral(kind, suffix.start, suffix.end, suffix));
      } else if (kind === K.Identifier || isKeyword(kind) || isWordOperator(kind)) {
        this.take();
        args.push(this.textOf(suffix));
      }
    }
    const call = new Expr('macrocall', args);
    this.result(N.MacroCall, call);
    return call;
  }
}

/** Keyword arguments are written as assignments. */
export function keywords(args: readonly Syntax[]): void {
  for (const arg of args) {
    if (!(arg instanceof Expr)) continue;
    if (arg.head === '=') arg.head = 'kw';
    else if (arg.head === 'parameters') {
      for (const keyword of arg.args) if (isHead(keyword, '=')) keyword.head = 'kw';
    }
  }
}

const commandMacro = new GlobalRef(new ModuleRef('Core'), sym('@cmd'));

/** What a command literal means by itself. */
export function commandCall(line: LineNumberNode, text: Syntax): Expr {
  return new Expr('macrocall', [commandMacro, line, text]);
}

/** The array expression of elements that stand alone. */
export function arrayOf(elements: Elements): Expr {
  return new Expr(elements.head, elements.head === 'ncat' ? [elements.dimension, ...elements.args] : elements.args);
}

function opensSuffix(kind: number): boolean {
  return kind === K.LParen || kind === K.LBracket || kind === K.LBrace || isLiteralDelimiter(kind);
}

function isLiteralDelimiter(kind: number): boolean {
  return kind >= K.Quote1 && kind <= K.Backtick3;
}

function continuesMacro(kind: number): boolean {
  return kind === K.LParen || kind === K.LBracket || kind === K.LBrace || kind === K.Prime || kind === K.Dot;
}

/** Must agree with the scanner, which reads the string behind such a name as raw. */
function namesStringMacro(kind: number): boolean {
  return kind === K.Identifier || isContextualKeyword(kind) || isWordOperator(kind);
}
