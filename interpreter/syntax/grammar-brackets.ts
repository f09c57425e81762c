// Everything in brackets: argument lists, parentheses, arrays, comprehensions and generators.
//
// Parentheses are overloaded: a group, a tuple, a block, the parameters of a function, a generator. Only what is found
// inside (commas, semicolons, a splat) and what follows (`->`) tells. So the contents are read first, in one loop, and
// the meaning is chosen at the closing parenthesis. Between square brackets the separators make the shape: commas a
// vector, blanks a row, one or more semicolons the higher dimensions.

import { Expr, type Syntax } from './expr.ts';
import { GENERATORS, INDEXING, isHead, MULTILINE, N, RANGES, type Rule, SPACES, WHERE } from './grammar-base.ts';
import { type Arguments, arrayOf, CallGrammar, type Elements, keywords } from './grammar-calls.ts';
import { PIPE_LEFT, type PrefixParens } from './grammar-operators.ts';
import { isLiteral, isSyntacticOperator, K, SPACE_BEFORE } from './tokens.ts';

/** Contents of brackets before their meaning is known. */
export interface Contents {
  readonly items: Syntax[];
  /** Line of each item, for those that turn out to be statements. */
  readonly lines: number[];
  /** For each `;`, how many items came before it. */
  readonly sections: number[];
  commas: boolean;
  splat: boolean;
  trailingComma: boolean;
}

/** How a separator of array elements binds: 0 for blanks, -n for n semicolons, `NO_SEPARATOR` where none follows. */
interface Separator {
  readonly dimension: number;
  readonly power: number;
}

const NO_SEPARATOR = Number.NEGATIVE_INFINITY;
const noSeparator: Separator = { dimension: 0, power: NO_SEPARATOR };
const rowSeparator: Separator = { dimension: 2, power: 0 };
const mixedSeparators = 'cannot mix space and ;; separators in an array expression, except to wrap a line';

export abstract class BracketGrammar extends CallGrammar {
  /** The items up to `closer`, which is left in place. The opening bracket has been consumed. */
  protected contents(closer: number, generatorIsLast: boolean): Contents {
    const saved = this.context;
    this.context = this.multiline();
    const items: Syntax[] = [];
    const lines: number[] = [];
    const found: Contents = { items, lines, sections: [], commas: false, splat: false, trailingComma: false };
    if (!this.descend(8)) return found;
    for (;;) {
      const token = this.peek();
      const kind = token.kind;
      if (kind === closer) break;
      if (kind === K.Semicolon) {
        found.sections.push(items.length);
        this.take();
        this.skipSpace();
        continue;
      }
      if (this.closes(kind)) {
        found.trailingComma = false;
        break;
      }
      const line = this.atLine;
      let item = this.item();
      lines.push(this.statementLine(item, line));
      found.trailingComma = false;
      if (items.length === 0) found.splat = this.node === N.Splat;
      let next = this.peek().kind;
      if (next === K.For) {
        item = this.generator(item);
        items.push(item);
        if (generatorIsLast) break;
        next = this.peek().kind;
      } else items.push(item);
      if (next === K.Comma) {
        found.commas = true;
        this.take();
        found.trailingComma = true;
      } else if (next !== K.Semicolon && next !== closer) break;
    }
    this.context = saved;
    this.depth -= 8;
    return found;
  }

  /** An argument; one token followed by a separator needs no more looking. */
  private item(): Syntax {
    const token = this.peek();
    if (token.kind === K.Identifier) {
      const next = this.peekSecond().kind;
      if (next === K.Comma || next === K.RParen || next === K.RBrace || next === K.RBracket) {
        this.consumed(token);
        return this.leafResult(N.Name, token, token.symbol);
      }
    }
    return this.argument();
  }

  /** The items as arguments: those behind a `;` become `parameters`. */
  protected argumentsOf(found: Contents): Syntax[] {
    const { items, sections } = found;
    if (sections.length === 0) return items;
    const args = items.slice(0, sections[0]);
    for (let i = 0; i < sections.length; i++) {
      args.push(new Expr('parameters', items.slice(sections[i], sections[i + 1] ?? items.length)));
    }
    return args;
  }

  /** The items as statements. */
  private blockOf(found: Contents): Expr {
    const args: Syntax[] = [];
    for (let i = 0; i < found.items.length; i++) {
      if (i > 0) args.push(this.line(found.lines[i] as number));
      args.push(found.items[i] as Syntax);
    }
    return new Expr('block', args);
  }

  protected override bracketArguments(closer: typeof K.RParen | typeof K.RBrace): Arguments {
    const saved = this.context;
    this.context |= GENERATORS;
    const found = this.contents(closer, false);
    const args = this.argumentsOf(found);
    this.context = this.multiline();
    this.close(closer, ' or `,`', 'other');
    this.context = saved;
    return { args, trailingComma: found.trailingComma };
  }

  // --- parentheses --------------------------------------------------------------------------------------------------

  /** After an operator: arguments of a call of it, or its operand in parentheses. The `(` is next. */
  protected override prefixParens(): PrefixParens {
    this.take();
    const initialSemicolon = this.peekPastNewlines().kind === K.Semicolon;
    const found = this.contents(K.RParen, true);
    const semicolons = found.sections.length;
    const count = found.items.length;
    const call =
      found.commas ||
      found.splat ||
      (initialSemicolon && (count > 0 || semicolons === 1)) ||
      (semicolons === 0 && count === 0);
    const node = this.node;
    const isCall = this.isCall;
    const saved = this.context;
    this.context = this.multiline();
    this.close(K.RParen, ' or `,`', !call && semicolons > 0 ? 'block' : 'other');
    this.context = saved;
    if (call) {
      const args = this.argumentsOf(found);
      keywords(args);
      return { call, args, value: null };
    }
    if (semicolons > 0) return { call, args: [], value: this.result(N.BlockForm, this.blockOf(found)) };
    this.node = node;
    this.isCall = isCall;
    this.leaf = null;
    return { call, args: [], value: found.items[0] as Syntax };
  }

  /** Parentheses that stand by themselves. The `(` is next. */
  protected parens(checked: boolean, prefixed: boolean): Syntax {
    if (!this.descend(2)) return this.errorValue();
    const saved = this.context;
    this.context = this.multiline();
    const value = this.parensInside(checked, prefixed);
    this.context = saved;
    this.depth -= 2;
    return value;
  }

  private parensInside(checked: boolean, prefixed: boolean): Syntax {
    this.take();
    const first = this.peek();
    if (first.kind === K.RParen) {
      this.take();
      this.tupleClosed = false;
      return this.result(N.Tuple, new Expr('tuple', []));
    }
    if (isSyntacticOperator(first.kind)) {
      const value = this.atom(checked, false);
      this.close(K.RParen, '', 'other');
      return this.grouped(value);
    }
    if (!checked && first.kind === K.Declare && this.skipNewlines(this.after(first)).kind === K.RParen) {
      const value = this.symbolOf(this.take());
      this.leafResult(N.Operator, first, value);
      this.take();
      return this.grouped(value);
    }
    const initialSemicolon = first.kind === K.Semicolon;
    const found = this.contents(K.RParen, true);
    const semicolons = found.sections.length;
    const tuple =
      found.commas ||
      (found.splat && semicolons >= 1) ||
      (initialSemicolon && (semicolons === 1 || found.items.length > 0)) ||
      (this.peekSecond().kind === K.Arrow && this.node !== N.Where && !prefixed);
    const node = this.node;
    const { leaf, parenthesizedLeaf } = this;
    const isCall = this.isCall;
    this.close(K.RParen, ' or `,`', !tuple && semicolons > 0 ? 'block' : 'other');
    if (tuple) {
      const args = this.argumentsOf(found);
      for (const arg of args) if (isHead(arg, 'parameters')) keywords(arg.args);
      this.placeParameters(args, 0);
      this.tupleClosed = found.trailingComma;
      return this.result(N.Tuple, new Expr('tuple', args));
    }
    if (semicolons > 0) return this.result(N.BlockForm, this.blockOf(found));
    this.node = node;
    this.leaf = leaf ?? parenthesizedLeaf;
    this.isCall = isCall;
    return this.grouped(found.items[0] as Syntax);
  }

  /**
   * Leaves `value` as a group: what looks back sees through the parentheses, except for broadcast operators (which are
   * not called then) and generators (which may be interpolated then).
   */
  private grouped(value: Syntax): Syntax {
    this.parenthesizedLeaf = this.leaf;
    this.leaf = null;
    if (this.node === N.DottedOperator || this.node === N.Generator) this.node = N.Other;
    return value;
  }

  // --- generators ---------------------------------------------------------------------------------------------------

  /** `body for ... for ...`; a `for` is next. */
  protected generator(body: Syntax): Syntax {
    const clauses: Syntax[][] = [];
    for (;;) {
      const token = this.peek();
      if (token.kind !== K.For) break;
      if ((token.flags & SPACE_BEFORE) === 0) this.missing('Expected space before `for` in generator');
      this.take();
      const specifications = this.iterations();
      if (this.peek().kind === K.If) {
        this.take();
        clauses.push([new Expr('filter', [this.condition(), ...specifications])]);
      } else clauses.push(specifications);
    }
    let value = body;
    for (let i = clauses.length - 1; i >= 0; i--) {
      value = new Expr('generator', [value, ...(clauses[i] as Syntax[])]);
      if (i < clauses.length - 1) value = new Expr('flatten', [value]);
    }
    return this.result(N.Generator, value);
  }

  /** `i = a, j in b, ...` */
  protected iterations(): Syntax[] {
    const list = [this.SUBRULE(this.iteration)];
    while (this.peek().kind === K.Comma) {
      this.take();
      list.push(this.SUBRULE(this.iteration));
    }
    return list;
  }

  private readonly iteration: Rule = this.RULE('iteration', () => {
    if (!this.descend(3)) return this.errorValue();
    const value = this.iterationInside();
    this.depth -= 3;
    return value;
  });

  private iterationInside(): Syntax {
    const saved = this.context;
    this.context = (saved | SPACES) & ~MULTILINE;
    let variable = this.binary(PIPE_LEFT);
    this.context = saved;
    if (this.leaf !== null && this.leaf.kind === K.Outer && !this.startsRange()) {
      variable = new Expr('outer', [this.binary(PIPE_LEFT)]);
    }
    if (!this.startsRange()) {
      this.recover(
        'invalid iteration spec: expected one of `=` `in` or `∈`',
        (kind) => kind === K.Comma || this.closesOrNewline(kind),
      );
      return this.errorValue();
    }
    if (this.peek().kind === K.Newline) this.take();
    this.take();
    return new Expr('=', [variable, this.binary(PIPE_LEFT)]);
  }

  private startsRange(): boolean {
    let token = this.peek();
    if (token.kind === K.Newline && (this.context & GENERATORS) !== 0) token = this.after(token);
    return token.kind === K.Equals || token.kind === K.In || token.kind === K.ElementOf;
  }

  // --- arrays -------------------------------------------------------------------------------------------------------

  /** `[...]` standing alone. */
  protected readonly array: Rule = this.RULE('array', () => {
    this.expectKind(K.LBracket);
    return this.result(N.Other, arrayOf(this.elements(K.RBracket, false)));
  });

  /** `{...}` standing alone. */
  protected readonly braceList: Rule = this.RULE('braceList', () => this.braces());

  protected override braces(): Syntax {
    this.expectKind(K.LBrace);
    return this.result(N.Other, this.bracesOf(this.elements(K.RBrace, false)));
  }

  protected override bracesOf(elements: Elements): Expr {
    switch (elements.head) {
      case 'vect':
      case 'comprehension':
        return new Expr('braces', elements.args);
      case 'hcat':
        return new Expr('bracescat', [new Expr('row', elements.args)]);
      case 'ncat':
        return new Expr('bracescat', [new Expr('nrow', [elements.dimension, ...elements.args])]);
      case 'vcat':
        return new Expr('bracescat', elements.args);
    }
  }

  /** The elements up to `closer` and their shape. The opening bracket has been consumed. */
  protected override elements(closer: typeof K.RBracket | typeof K.RBrace, indexing: boolean): Elements {
    if (!this.descend(10)) return { head: 'vect', args: [], dimension: 0n };
    const saved = this.context;
    const context = (saved | RANGES | SPACES | WHERE | GENERATORS) & ~MULTILINE;
    this.context = indexing ? context | INDEXING : context;
    const elements = this.elementsInside(closer, saved & INDEXING);
    this.context = saved;
    this.depth -= 10;
    return elements;
  }

  private elementsInside(closer: typeof K.RBracket | typeof K.RBrace, outerIndexing: number): Elements {
    const first = this.peekPastNewlines().kind;
    if (first === closer) return this.vector([], closer);
    if (first === K.Semicolon) {
      this.skipSpace();
      const { dimension } = this.separator(new ArrayShape());
      this.close(closer, '', 'other');
      return { head: 'ncat', args: [], dimension: BigInt(dimension) };
    }
    const token = this.peek();
    let value: Syntax;
    const second = token.kind === K.Identifier || isLiteral(token.kind) ? this.peekSecond().kind : K.None;
    if (token.kind === K.Identifier && (second === K.Comma || second === K.RBracket)) {
      this.consumed(token);
      value = token.symbol;
    } else value = this.argument();
    const next = this.peekPastNewlines().kind;
    if (next === K.Comma || (this.closes(next) && next !== K.Semicolon)) {
      if (next === K.Comma) {
        this.skipSpace();
        this.take();
      }
      return this.vector([value], closer);
    }
    if (next === K.For) {
      this.context = (this.context | MULTILINE) & ~(SPACES | INDEXING);
      const generator = this.generator(value);
      this.close(closer, '', 'other');
      return { head: 'comprehension', args: [generator], dimension: 0n };
    }
    this.context = (this.context & ~INDEXING) | outerIndexing;
    return this.concatenation(value, closer);
  }

  private vector(first: Syntax[], closer: typeof K.RBracket | typeof K.RBrace): Elements {
    const found = this.contents(closer, true);
    if (first.length > 0) {
      found.items.unshift(first[0] as Syntax);
      for (let i = 0; i < found.sections.length; i++) found.sections[i] = (found.sections[i] as number) + 1;
    }
    const args = this.argumentsOf(found);
    const saved = this.context;
    this.context = this.multiline();
    this.close(closer, ' or `,`', 'other');
    this.context = saved;
    this.placeParameters(args, 0);
    return { head: 'vect', args, dimension: 0n };
  }

  /** Elements separated by blanks, newlines and semicolons; the first has been parsed. */
  private concatenation(first: Syntax, closer: typeof K.RBracket | typeof K.RBrace): Elements {
    const items = [first];
    const shape = new ArrayShape();
    let { dimension, power } = this.separator(shape);
    if (power === NO_SEPARATOR) {
      this.close(closer, '', 'other');
      return { head: 'hcat', args: items, dimension: 0n };
    }
    for (;;) {
      const next = this.looserOrEqual(items, power, shape);
      if (next.power === NO_SEPARATOR) break;
      wrap(items, 0, power, dimension);
      ({ dimension, power } = next);
    }
    this.close(closer, '', 'other');
    const head = power === 0 ? 'hcat' : power === -1 ? 'vcat' : 'ncat';
    return { head, args: items, dimension: BigInt(dimension) };
  }

  /**
   * Elements joined by separators that bind as tight as `power` or tighter; a tighter run is wrapped as it ends.
   * Returns the looser separator met, or none at the closing bracket.
   */
  private looserOrEqual(items: Syntax[], power: number, shape: ArrayShape): Separator {
    let mark = items.length;
    let last: Separator = { dimension: -1, power };
    for (;;) {
      if (last.power < power) return last;
      if (this.closes(this.peek().kind)) return noSeparator;
      if (last.power === power) {
        mark = items.length;
        items.push(this.argument());
        last = this.separator(shape);
      } else {
        if (!this.descend()) return noSeparator;
        const next = this.looserOrEqual(items, last.power, shape);
        this.depth--;
        wrap(items, mark, last.power, last.dimension);
        last = next;
      }
    }
  }

  private separator(shape: ArrayShape): Separator {
    const start = this.at;
    if (this.peekPastNewlines().kind === K.Semicolon) {
      this.skipSpace();
      let count = 1;
      for (;;) {
        this.take();
        const next = this.peek();
        if (next.kind !== K.Semicolon) break;
        this.refuseSpace();
        count++;
      }
      const newline = this.peek().kind === K.Newline;
      this.skipSpace();
      if (count === 2) {
        if (shape.order === 'rows') {
          // Between blanks, `;;` at the end of a line only continues it.
          if (newline) return rowSeparator;
          this.failFrom(mixedSeparators, start);
        } else shape.order = 'columns';
      }
      return { dimension: count, power: -count };
    }
    const token = this.peek();
    if (token.kind === K.Newline) {
      this.skipSpace();
      return this.peek().kind === K.RBracket ? noSeparator : { dimension: 1, power: -1 };
    }
    if (token.kind === K.Comma) {
      this.take();
      this.failFrom('unexpected comma in array expression', token.start);
      return { dimension: 1, power: -1 };
    }
    if ((token.flags & SPACE_BEFORE) === 0 || this.closes(token.kind)) return noSeparator;
    if (shape.order === 'columns') {
      this.skipSpace();
      this.failFrom(mixedSeparators, start);
    } else shape.order = 'rows';
    return rowSeparator;
  }
}

/** Whether blanks (rows first) or double semicolons (columns first) have been seen; they do not mix. */
class ArrayShape {
  order: 'unknown' | 'rows' | 'columns' = 'unknown';
}

/** Makes one row of the items from `mark` on. */
function wrap(items: Syntax[], mark: number, power: number, dimension: number): void {
  const row = items.splice(mark);
  items.push(power === 0 ? new Expr('row', row) : new Expr('nrow', [BigInt(dimension), ...row]));
}
