// Operators: everything from assignment down to `::`, `->` and `^`.
//
// The levels between `=>` and `<<` are one loop over a table of precedences (precedence climbing), as a rule per level
// would cost a dozen calls per operand. Tighter than those bind, in this order: `<:` before an operand, `where`,
// juxtaposition (`2x`), unary operators, `^`, `::` and `->`, and then calls and the like (grammar-calls.ts).
//
// The loop carries `highest`: an operator of a tighter level than the last one applied cannot follow at this level (it
// would have been taken by the right operand), except where that operand was not allowed to take it; then the whole
// expression ends there, as in Julia.

import { Expr, type Syntax, sym } from './expr.ts';
import {
  GENERATORS,
  GrammarBase,
  INDEXING,
  isDecorated,
  isHead,
  MULTILINE,
  N,
  RANGES,
  SPACES,
  WHERE,
} from './grammar-base.ts';
import {
  DOTTED,
  isAssignment,
  isBlockContinuation,
  isContextualKeyword,
  isNumber,
  isOperator,
  isReservedWord,
  isStringDelimiter,
  isSyntacticOperator,
  isSyntacticUnary,
  isUnaryAndBinary,
  isUnaryOperator,
  isWordOperator,
  K,
  kindCount,
  SPACE_BEFORE,
  spelling,
  Token,
} from './tokens.ts';

// Precedence levels, loosest first.
export const PAIR = 2;
const TERNARY = 3;
const ARROW = 4;
const OR = 5;
const AND = 6;
export const COMPARISON = 7;
export const PIPE_LEFT = 8;
const PIPE_RIGHT = 9;
export const RANGE = 10;
const INVALID = 11;
const PLUS = 12;
const TIMES = 13;
const RATIONAL = 14;
const SHIFT = 15;

const levels: Uint8Array = new Uint8Array(kindCount);
for (let kind = 0; kind < kindCount; kind++) {
  if (kind === K.Pair) levels[kind] = PAIR;
  else if (kind === K.Question) levels[kind] = TERNARY;
  else if (kind === K.LongArrow || kind === K.ArrowOp) levels[kind] = ARROW;
  else if (kind === K.OrOr) levels[kind] = OR;
  else if (kind === K.AndAnd) levels[kind] = AND;
  else if (kind >= K.Subtype && kind <= K.CompareOp) levels[kind] = COMPARISON;
  else if (kind === K.PipeLeft) levels[kind] = PIPE_LEFT;
  else if (kind === K.PipeRight) levels[kind] = PIPE_RIGHT;
  else if ((kind >= K.Colon && kind <= K.RangeOp) || kind === K.Splat) levels[kind] = RANGE;
  else if (kind === K.InvalidOperator || kind === K.StarStar) levels[kind] = INVALID;
  else if (kind >= K.Dollar && kind <= K.PlusOp) levels[kind] = PLUS;
  else if (kind >= K.Times && kind <= K.TimesOp) levels[kind] = TIMES;
  else if (kind === K.Rational) levels[kind] = RATIONAL;
  else if (kind === K.Shift) levels[kind] = SHIFT;
}

const times = sym('*');

export abstract class OperatorGrammar extends GrammarBase {
  protected abstract call(): Syntax;
  protected abstract callChain(callee: Syntax, start: number, line: number): Syntax;
  protected abstract atom(checked: boolean, prefixed: boolean): Syntax;
  protected abstract operatorAsName(token: Token, checked: boolean): Syntax;
  protected abstract braces(): Syntax;
  protected abstract prefixParens(): PrefixParens;
  protected abstract startsForm(token: Token): boolean;
  protected abstract numberLiteral(kind: number, start: number, end: number, token: Token): Syntax;

  // --- assignment ---------------------------------------------------------------------------------------------------

  /** An expression, with bare tuples: `a, b = c, d`. */
  protected expressionOrTuple(): Syntax {
    const line = this.atLine;
    return this.assignment(this.bareTuple(), line, true);
  }

  /** An expression where a comma ends it. */
  protected argument(): Syntax {
    const line = this.atLine;
    return this.assignment(this.binary(PAIR), line, false);
  }

  /** Goes on after the left side `left`, which starts on `line`, if an assignment operator follows. */
  protected assignment(left: Syntax, line: number, tuples: boolean): Syntax {
    const operator = this.peek();
    if (!isAssignment(operator.kind)) return left;
    if (!this.descend(3)) return left;
    const result = this.assignmentTail(left, operator, line, tuples);
    this.depth -= 3;
    return result;
  }

  private assignmentTail(left: Syntax, operator: Token, line: number, tuples: boolean): Syntax {
    if (operator.kind === K.Tilde) {
      if ((this.context & SPACES) !== 0 && this.looksUnary(operator)) return left;
      this.take();
      this.skipSpace();
      const right = this.assignmentSide(tuples);
      return this.infix(operator, left, right);
    }
    const defines = operator.kind === K.Equals && !isDecorated(operator) && this.isCall;
    this.take();
    this.skipSpace();
    const right = defines && this.atEnd('block') ? this.errorValue() : this.assignmentSide(tuples);
    const head = this.symbolOf(operator).name;
    if (!defines) return this.result(N.Other, new Expr(head, [left, right]));
    // A definition in one line: its body is a block that knows its line.
    let body = right;
    if (!isHead(right, 'block') && !isHead(left, "'")) body = new Expr('block', [right]);
    if (body instanceof Expr) body.args.unshift(this.line(line));
    return this.result(N.BlockForm, new Expr('=', [left, body]));
  }

  private assignmentSide(tuples: boolean): Syntax {
    return tuples ? this.expressionOrTuple() : this.argument();
  }

  /** In an array, is `operator` written like a prefix: blank before, none after? */
  protected looksUnary(operator: Token): boolean {
    return (operator.flags & SPACE_BEFORE) !== 0 && (this.after(operator).flags & SPACE_BEFORE) === 0;
  }

  /** `a` or `a, b, ...`. */
  protected bareTuple(): Syntax {
    const first = this.binary(PAIR);
    if (this.peek().kind !== K.Comma) return first;
    return this.result(N.Tuple, new Expr('tuple', this.commaSeparated(first)));
  }

  protected commaSeparated(first: Syntax): Syntax[] {
    const items = [first];
    while (this.peek().kind === K.Comma) {
      this.take();
      const next = this.peek();
      // `x, = xs` takes one element.
      if (next.kind === K.Equals && !isDecorated(next)) continue;
      items.push(this.binary(PAIR));
    }
    this.tupleClosed = false;
    return items;
  }

  /** Whether the last tuple was written in parentheses with a trailing comma. */
  protected tupleClosed = false;

  // --- binary operators ---------------------------------------------------------------------------------------------

  /** A condition: everything looser than `?:` excluded. */
  protected condition(): Syntax {
    return this.binary(TERNARY);
  }

  /** An expression of operators at `lowest` or tighter. */
  protected binary(lowest: number): Syntax {
    if (!this.descend()) return this.errorValue();
    let left = this.subtypePrefix();
    let highest = SHIFT;
    for (;;) {
      const operator = this.peek();
      const level = levels[operator.kind] as number;
      if (level < lowest || level > highest || level === 0) break;
      if (level === RANGE) {
        const range = this.range(left, operator);
        if (range === null) break;
        left = range;
        highest = PIPE_RIGHT;
      } else if (level === COMPARISON) {
        left = this.comparison(left);
        highest = AND;
      } else if (level === PLUS || level === TIMES) {
        if (
          (this.context & SPACES) !== 0 &&
          isUnaryAndBinary(operator.kind, operator.flags) &&
          this.looksUnary(operator)
        )
          break;
        left = this.chain(left, operator, level);
        highest = level;
      } else if (level === TERNARY) {
        left = this.ternary(left);
        highest = PAIR;
      } else if (level === OR || level === AND) {
        this.take();
        const right = this.binary(level);
        left = this.result(N.Other, new Expr(this.textOf(operator), [left, right]));
        highest = level - 1;
      } else if (level === INVALID) {
        this.take();
        this.malformed((operator.flags & DOTTED) === 0 ? operator : withoutDot(operator), 'other');
        this.binary(PLUS);
        left = this.errorValue();
        highest = INVALID;
      } else if (level === SHIFT || level === RATIONAL || level === PIPE_RIGHT) {
        this.take();
        const right = this.binary(level + 1);
        left = this.infix(operator, left, right);
        highest = level;
      } else {
        // `=>`, arrows and `<|` group to the right.
        this.take();
        const right = this.binary(level);
        left =
          operator.kind === K.LongArrow && !isDecorated(operator)
            ? this.result(N.Other, new Expr('-->', [left, right]))
            : this.infix(operator, left, right);
        highest = level - 1;
      }
    }
    this.depth--;
    return left;
  }

  /** A call of an operator written between its arguments. */
  protected infix(operator: Token, left: Syntax, right: Syntax): Syntax {
    const node = (operator.flags & DOTTED) === 0 ? N.Call : N.Other;
    return this.result(node, new Expr('call', [this.symbolOf(operator), left, right]));
  }

  /** `a + b + c` is one call of `+`; so it is for `*` and `++`. */
  private chain(left: Syntax, operator: Token, level: number): Syntax {
    this.take();
    const call = new Expr('call', [this.symbolOf(operator), left, this.binary(level + 1)]);
    const kind = operator.kind;
    if ((kind === K.Plus || kind === K.PlusPlus || kind === K.Times) && !isDecorated(operator)) {
      for (;;) {
        const next = this.peek();
        if (next.kind !== kind || isDecorated(next)) break;
        if ((this.context & SPACES) !== 0 && isUnaryAndBinary(kind, next.flags) && this.looksUnary(next)) break;
        this.take();
        call.args.push(this.binary(level + 1));
      }
    }
    return this.result((operator.flags & DOTTED) === 0 ? N.Call : N.Other, call);
  }

  private comparison(left: Syntax): Syntax {
    const first = this.take();
    const args = [left, this.symbolOf(first), this.binary(PIPE_LEFT)];
    while (levels[this.peek().kind] === COMPARISON) {
      args.push(this.symbolOf(this.take()));
      args.push(this.binary(PIPE_LEFT));
    }
    if (args.length > 3) return this.result(N.Other, new Expr('comparison', args));
    if ((first.kind === K.Subtype || first.kind === K.Supertype) && (first.flags & DOTTED) === 0) {
      return this.result(N.Other, new Expr(this.textOf(first), [left, args[2] as Syntax]));
    }
    return this.infix(first, left, args[2] as Syntax);
  }

  /** `a:b:c`, `a..b` and the postfix `...`. Null when a `:` here does not make a range. */
  private range(left: Syntax, operator: Token): Syntax | null {
    let value = left;
    if (operator.kind === K.Colon) {
      if ((this.context & RANGES) === 0) return null;
      const before = this.at;
      value = this.colons(left);
      if (this.at === before) return null;
    } else if (operator.kind !== K.Splat) {
      this.take();
      value = this.infix(operator, left, this.binary(INVALID));
    }
    if (this.peek().kind === K.Splat) {
      this.take();
      value = this.result(N.Splat, new Expr('...', [value]));
    }
    return value;
  }

  /** `a:b`, `a:step:b`; longer chains group from the left by two. */
  private colons(left: Syntax): Syntax {
    const colon = sym(':');
    let args: Syntax[] = [colon, left];
    for (;;) {
      const operator = this.peek();
      if (operator.kind !== K.Colon) break;
      if ((this.context & SPACES) !== 0 && this.looksUnary(operator)) break;
      const second = this.peekSecond();
      if ((second.kind === K.Less || second.kind === K.Greater) && (second.flags & SPACE_BEFORE) === 0) {
        const from = operator.start;
        this.take();
        const reversed = this.textOf(this.take());
        this.failFrom(`Invalid \`:${reversed}\` found, maybe replace with \`${reversed}:\``, from);
        this.binary(INVALID);
        return this.result(N.Call, this.errorValue());
      }
      this.take();
      const newline = this.peek().kind === K.Newline;
      const next = this.peek();
      if (this.closes(next.kind)) {
        this.missing('missing last argument in range expression');
        this.diagnose('found unexpected closing token', next.start, next.end);
        return this.result(N.Call, this.errorValue());
      }
      if (newline) {
        this.diagnose('line break after `:` in range expression', this.at, next.end);
        this.missing(null);
        return this.result(N.Call, this.errorValue());
      }
      args.push(this.binary(INVALID));
      if (args.length === 4) args = [colon, this.result(N.Call, new Expr('call', args))];
    }
    if (args.length === 2) return args[1] as Syntax;
    return this.result(N.Call, new Expr('call', args));
  }

  private ternary(test: Syntax): Syntax {
    const question = this.peek();
    if ((question.flags & SPACE_BEFORE) === 0) this.missing('space required before `?` operator');
    this.take();
    if ((this.peek().flags & SPACE_BEFORE) === 0) this.missing('space required after `?` operator');
    const saved = this.context;
    this.context &= ~RANGES;
    const yes = this.argument();
    this.context = saved;
    const colon = this.peek();
    if ((colon.flags & SPACE_BEFORE) === 0) this.missing('space required before `:` in `?` expression');
    if (colon.kind === K.Colon) this.take();
    else this.missing('`:` expected in `?` expression');
    const next = this.peekPastNewlines();
    if ((next.flags & SPACE_BEFORE) === 0) this.missing('space required after `:` in `?` expression');
    if (isBlockContinuation(next.kind) && !(next.kind === K.End && (saved & INDEXING) !== 0)) {
      this.missing(`unexpected \`${spelling(next.kind)}\``);
      return this.result(N.BlockForm, new Expr('error', []));
    }
    if (!this.descend()) return this.errorValue();
    const no = this.argument();
    this.depth--;
    return this.result(N.Other, new Expr('if', [test, yes, no]));
  }

  // --- prefixes, where, juxtaposition -------------------------------------------------------------------------------

  /** `<: T`, where it is no binary operator. */
  private subtypePrefix(): Syntax {
    const token = this.peek();
    const kind = token.kind;
    if ((kind !== K.Subtype && kind !== K.Supertype) || (token.flags & DOTTED) !== 0) return this.juxtaposeWhere();
    const next = this.peekSecond().kind;
    if (this.closesOrNewline(next) || next === K.Equals) {
      this.take();
      return this.leafResult(N.Operator, token, this.symbolOf(token));
    }
    if (next === K.LBrace || next === K.LParen) return this.juxtaposeWhere();
    this.take();
    if (!this.descend()) return this.errorValue();
    const operand = this.subtypePrefix();
    this.depth--;
    return this.result(N.Other, new Expr(this.textOf(token), [operand]));
  }

  private juxtaposeWhere(): Syntax {
    const left = this.juxtapose();
    return this.peek().kind === K.Where && (this.context & WHERE) !== 0 ? this.whereChain(left) : left;
  }

  /** `left where ...`, any number of times. */
  protected whereChain(left: Syntax): Syntax {
    const saved = this.context;
    // What `where` applies to still decides whether `=` defines a function.
    const defines = this.isCall;
    this.context &= ~WHERE;
    let value = left;
    while (this.peek().kind === K.Where) {
      this.take();
      this.skipSpace();
      if (this.peek().kind === K.LBrace) {
        const braces = this.braces();
        const args = isHead(braces, 'braces') ? braces.args : [braces];
        value = new Expr('where', [value, ...args]);
      } else {
        value = new Expr('where', [value, this.binary(COMPARISON)]);
      }
    }
    this.context = saved;
    this.result(N.Where, value);
    this.isCall = defines;
    return value;
  }

  private juxtapose(): Syntax {
    const first = this.unary();
    const next = this.peek();
    if ((next.flags & SPACE_BEFORE) !== 0) return first;
    if (!this.continuesJuxtaposition(next)) return first;
    const terms = [times, first];
    for (;;) {
      const token = this.peek();
      if (!this.continuesJuxtaposition(token)) break;
      if (this.node === N.String || isStringDelimiter(token.kind)) this.missing('cannot juxtapose string literal');
      terms.push(token.kind === K.Radical ? this.unary() : this.factor());
    }
    return this.result(N.Other, new Expr('call', terms));
  }

  /** Does `token`, with no blank before it, multiply what was just parsed? */
  private continuesJuxtaposition(token: Token): boolean {
    const kind = token.kind;
    if ((token.flags & SPACE_BEFORE) !== 0 || kind === K.Newline) return false;
    if (isOperator(kind) && kind !== K.Radical) return false;
    if (this.closes(kind)) return false;
    const node = this.node;
    if (node !== N.Number) {
      if (isNumber(kind) || kind === K.At) return false;
      if (node === N.BlockForm || node === N.Quote || node === N.UnaryOp || node === N.Interpolation || node === N.Word)
        return false;
    }
    if (node === N.String || isStringDelimiter(kind)) return true;
    return !this.isInitialWord(kind);
  }

  /** A reserved word that starts a form; inside `a[...]`, `begin` is an index. */
  protected isInitialWord(kind: number): boolean {
    return kind >= K.Baremodule && kind <= K.While && !(kind === K.Begin && (this.context & INDEXING) !== 0);
  }

  /** The operand parsed last, without any operator, and the line it starts on. */
  private operand: Syntax = null;
  private operandLine = 0;

  /**
   * The line of a statement just parsed; `line` is where the white space before it began. An operand starts with its
   * first token; what operators make of it starts, for Julia, with the white space (a comment may span lines).
   */
  protected statementLine(value: Syntax, line: number): number {
    if (this.leaf !== null) return this.leaf.line;
    return value === this.operand ? this.operandLine : line;
  }

  /** Unary operators, signed literals, and operators called like functions. */
  protected unary(): Syntax {
    const start = this.at;
    const line = this.atLine;
    this.skipSpace();
    const token = this.ahead;
    const kind = token.kind;
    if (
      !isOperator(kind) ||
      isWordOperator(kind) ||
      kind === K.Colon ||
      kind === K.Prime ||
      (isSyntacticUnary(kind) && (token.flags & DOTTED) === 0) ||
      isSyntacticOperator(kind)
    ) {
      const value = this.factor();
      this.operand = value;
      this.operandLine = token.line;
      return value;
    }
    return this.operatorFirst(token, start, line);
  }

  private operatorFirst(token: Token, start: number, line: number): Syntax {
    const kind = token.kind;
    const second = this.peekSecond();
    if ((kind === K.Minus || kind === K.Plus) && !isDecorated(token) && (second.flags & SPACE_BEFORE) === 0) {
      const unsigned = second.kind === K.BinInt || second.kind === K.HexInt || second.kind === K.OctInt;
      if (
        second.kind === K.Integer ||
        second.kind === K.Float ||
        second.kind === K.Float32 ||
        (kind === K.Plus && unsigned)
      ) {
        const third = this.after(second).kind;
        if (third === K.Power || third === K.PowerOp || third === K.LBracket || third === K.LBrace) {
          this.take();
          const operand = this.factor();
          return this.result(N.Call, new Expr('call', [this.symbolOf(token), operand]));
        }
        this.take();
        this.take();
        const value = this.numberLiteral(second.kind, token.start, second.end, second);
        return this.factorTail(value, line);
      }
    }
    if (this.closesOrNewline(second.kind) || second.kind === K.Equals) return this.atom(true, false);
    const unary = isUnaryOperator(kind, token.flags);
    if (second.kind === K.LBrace || (!unary && second.kind === K.LParen)) return this.factor();
    if (second.kind === K.LParen) return this.prefixCallOrUnary(token, second, line);
    return this.unaryCall(token, unary, start);
  }

  /** `-x`, `√x`, `<:x`. */
  private unaryCall(token: Token, unary: boolean, start: number): Syntax {
    this.take();
    if (!unary) this.failFrom('not a unary operator', start);
    if (!this.descend(2)) return this.errorValue();
    const operand = this.unary();
    this.depth -= 2;
    return this.applyPrefix(token, operand);
  }

  private applyPrefix(token: Token, operand: Syntax): Syntax {
    if ((token.kind === K.Subtype || token.kind === K.Supertype) && (token.flags & DOTTED) === 0) {
      return this.result(N.Other, new Expr(this.textOf(token), [operand]));
    }
    const node = (token.flags & DOTTED) === 0 ? N.Call : N.Other;
    return this.result(node, new Expr('call', [this.symbolOf(token), operand]));
  }

  /** `+(a, b)` is a call of `+`, `+(a)` applies `+` to `(a)`: the parentheses decide. */
  private prefixCallOrUnary(token: Token, paren: Token, line: number): Syntax {
    this.take();
    const spaceStart = this.at;
    const spaced = (paren.flags & SPACE_BEFORE) !== 0;
    if (spaced) this.skipSpace();
    const spaceEnd = this.at;
    const start = this.at;
    const parens = this.prefixParens();
    if (parens.call) {
      if (spaced) {
        this.diagnose('whitespace not allowed between prefix function call and argument list', spaceStart, spaceEnd);
        this.errorNode(spaceStart, spaceEnd);
      }
      const args = parens.args;
      let value: Expr;
      if ((token.kind === K.Subtype || token.kind === K.Supertype) && (token.flags & DOTTED) === 0) {
        value = new Expr(this.textOf(token), args);
        this.result(N.Other, value);
      } else {
        value = new Expr('call', [this.symbolOf(token), ...args]);
        this.placeParameters(value.args, 1);
        this.result(N.Call, value);
      }
      return this.factorTail(this.callChain(value, token.start, token.line), line);
    }
    const grouped = this.callChain(parens.value, start, paren.line);
    return this.applyPrefix(token, this.factorTail(grouped, paren.line));
  }

  // --- `^`, `::`, `->` ----------------------------------------------------------------------------------------------

  protected factor(): Syntax {
    const token = this.peek();
    return this.factorTail(this.call(), token.line);
  }

  /** What may follow an operand at the tightest levels. */
  protected factorTail(left: Syntax, line: number): Syntax {
    let value = left;
    let kind = this.peek().kind;
    if (kind === K.Declare || kind === K.Arrow) {
      value = this.declaration(value, line);
      kind = this.peek().kind;
    }
    if (kind === K.Power || kind === K.PowerOp) {
      const operator = this.take();
      value = this.infix(operator, value, this.exponent());
    }
    return value;
  }

  /** The right operand of `^`, which may itself be a power: `2^-x^y`. */
  private exponent(): Syntax {
    if (!this.descend(3)) return this.errorValue();
    let value = this.juxtapose();
    const operator = this.peek();
    if (operator.kind === K.Power || operator.kind === K.PowerOp) {
      this.take();
      value = this.infix(operator, value, this.exponent());
    }
    this.depth -= 3;
    return value;
  }

  private declaration(left: Syntax, line: number): Syntax {
    let value = left;
    while (this.peek().kind === K.Declare) {
      const defines = this.isCall;
      this.take();
      const type = this.typeAfterDeclare();
      value = this.result(N.UnaryOp, new Expr('::', [value, type]));
      this.isCall = defines;
    }
    if (this.peek().kind !== K.Arrow) return value;
    const parameters = this.arrowParameters(value);
    this.take();
    if (!this.descend(5)) return this.errorValue();
    const body = this.argument();
    this.depth -= 5;
    let block: Syntax = body;
    if (isHead(body, 'block')) body.args.unshift(this.line(line));
    else block = new Expr('block', [this.line(line), body]);
    return this.result(N.Other, new Expr('->', [parameters, block]));
  }

  /** What `::` names: a call, perhaps with `where`. */
  protected typeAfterDeclare(): Syntax {
    if (!this.descend()) return this.errorValue();
    const type = this.call();
    const value = this.peek().kind === K.Where && (this.context & WHERE) !== 0 ? this.whereChain(type) : type;
    this.depth--;
    return value;
  }

  /** The left side of `->`, in the forms Julia gives it. */
  private arrowParameters(left: Syntax): Syntax {
    if (this.node !== N.Tuple || !isHead(left, 'tuple')) return left;
    const args = left.args;
    const first = args[0] as Syntax;
    if (args.length === 1 && !this.tupleClosed && !isHead(first, 'parameters')) return first;
    if (
      args.length === 2 &&
      isHead(first, 'parameters') &&
      first.args.length <= 1 &&
      !isHead(args[1] as Syntax, '...')
    ) {
      const keyword = first.args[0];
      if (keyword === undefined) return new Expr('block', [args[1] as Syntax]);
      const assignment = isHead(keyword, 'kw') ? new Expr('=', keyword.args) : keyword;
      return new Expr('block', [args[1] as Syntax, this.line(this.lastLine), assignment]);
    }
    return left;
  }

  protected isReserved(kind: number): boolean {
    return isReservedWord(kind) && !isContextualKeyword(kind);
  }

  protected multiline(): number {
    return (this.context | RANGES | WHERE | MULTILINE) & ~SPACES;
  }

  protected generators(): number {
    return this.context | GENERATORS;
  }
}

function withoutDot(token: Token): Token {
  return new Token(token.kind, token.start + 1, token.end, token.line, token.endLine, 0, null);
}

/** What stood in parentheses after an operator. */
export interface PrefixParens {
  readonly call: boolean;
  readonly args: Syntax[];
  readonly value: Syntax;
}
