// The whole grammar: names that modules exchange, statements at top level, and the entry points.

import type { Diagnostic, IncompleteTag } from './diagnostics.ts';
import { Expr, QuoteNode, Sym, type Syntax, sym } from './expr.ts';
import { N, type Rule } from './grammar-base.ts';
import { FormGrammar } from './grammar-forms.ts';
import { macroName } from './macro-names.ts';
import { DOTTED, isSyntacticOperator, K, SPACE_BEFORE, type Token } from './tokens.ts';

/** What a run of the parser leaves. */
export interface Parsed {
  readonly value: Syntax;
  /** Offset behind what was parsed. */
  readonly next: number;
  readonly diagnostics: readonly Diagnostic[];
  readonly failed: boolean;
  readonly tag: IncompleteTag;
}

export class Grammar extends FormGrammar {
  constructor() {
    super();
    this.performSelfAnalysis();
  }

  // --- export, import -----------------------------------------------------------------------------------------------

  protected override readonly exportForm: Rule = this.RULE('exportForm', () => {
    this.expectKind(K.Export);
    return this.result(N.Word, new Expr('export', this.nameList()));
  });

  protected override readonly publicForm: Rule = this.RULE('publicForm', () => {
    this.expectKind(K.Public);
    return this.result(N.Word, new Expr('public', this.nameList()));
  });

  private nameList(): Syntax[] {
    const names = [this.exchangedName(false)];
    while (this.peek().kind === K.Comma) {
      this.take();
      names.push(this.exchangedName(false));
    }
    return names;
  }

  /** A name in an export or import: plain, an operator, a macro, or an interpolation. */
  private exchangedName(quotes: boolean): Syntax {
    this.skipSpace();
    if (this.peek().kind === K.At) {
      this.take();
      const name = this.macroNameAtom();
      return this.result(N.Name, macroName(name.symbol, null, ''));
    }
    const start = this.at;
    if (quotes && this.peek().kind === K.Colon && !this.closes(this.peekSecond().kind)) {
      const token = this.peek();
      this.warn('quoting with `:` is not required here', token.start, token.end);
    }
    const value = this.prefixed(false);
    const node = this.node;
    if (
      quotes &&
      node === N.Quote &&
      value instanceof QuoteNode &&
      value.value instanceof Sym &&
      this.quotedLeaf !== null
    ) {
      return value.value;
    }
    if (node === N.Name || node === N.Operator || node === N.Var || node === N.Interpolation) return value;
    return this.failFrom('expected identifier', start);
  }

  protected override readonly importForm: Rule = this.RULE('importForm', () => {
    const word = this.peek().kind === K.Using ? 'using' : 'import';
    this.OR([{ ALT: () => this.expectKind(K.Import) }, { ALT: () => this.expectKind(K.Using) }]);
    const start = this.at;
    const first = this.importItem(word, false);
    const token = this.peek();
    const items: Syntax[] = [first];
    const prefix = token.kind === K.Colon && (token.flags & SPACE_BEFORE) === 0;
    if (prefix) {
      this.take();
      if (first instanceof Expr && first.head === 'as') this.failFrom('`as` before `:` in import/using', start);
    } else if (token.kind === K.Comma) this.take();
    if (prefix || token.kind === K.Comma) {
      this.importItems(items, word, prefix);
      if (this.peek().kind === K.Colon) {
        const from = this.at;
        this.take();
        this.importItems(items, word, prefix);
        this.failFrom('`:` can only be used when importing a single module. Split imports into multiple lines', from);
      }
    }
    return this.result(N.Word, new Expr(word, prefix ? [new Expr(':', items)] : items));
  });

  private importItems(items: Syntax[], word: string, prefix: boolean): void {
    items.push(this.importItem(word, prefix));
    while (this.peek().kind === K.Comma) {
      this.take();
      items.push(this.importItem(word, prefix));
    }
  }

  private importItem(word: string, prefix: boolean): Syntax {
    const start = this.at;
    const path = this.importPath();
    if (this.peek().kind !== K.As) return path;
    this.take();
    const renamed = new Expr('as', [path, this.exchangedName(false)]);
    if (word === 'using' && !prefix) {
      this.failFrom('`using` with `as` renaming requires a `:` and context module', start);
    }
    return renamed;
  }

  /** `A.B`, `..A`, `A.+`: here dots are never part of an operator. */
  private importPath(): Expr {
    this.skipSpace();
    const dot = sym('.');
    const parts: Syntax[] = [];
    for (;;) {
      const kind = this.peek().kind;
      const count = kind === K.Dot ? 1 : kind === K.DotDot ? 2 : kind === K.Splat ? 3 : 0;
      if (count === 0) break;
      this.take();
      for (let i = 0; i < count; i++) parts.push(dot);
    }
    if ((this.peek().flags & DOTTED) !== 0) {
      this.skipSpace();
      parts.push(dot, this.undotted(this.take()));
    } else parts.push(this.exchangedName(false));
    for (;;) {
      const token = this.peek();
      if (token.kind === K.Dot) {
        this.refuseSpace();
        this.take();
        parts.push(this.exchangedName(true));
      } else if ((token.flags & DOTTED) !== 0) {
        this.skipSpace();
        this.take();
        parts.push(this.undotted(token));
        if (isSyntacticOperator(token.kind)) {
          this.failFrom('syntactic operators not allowed in import', token.start + 1);
        }
      } else if (token.kind === K.Splat) {
        this.take();
        parts.push(sym('..'));
      } else break;
    }
    return new Expr('.', parts);
  }

  // --- top level ----------------------------------------------------------------------------------------------------

  /** A statement of a file or module, where `public` is a word of its own. */
  protected override moduleStatement = (): Syntax => {
    const token = this.peek();
    if (token.kind === K.Public) {
      const next = this.peekSecond().kind;
      if (next !== K.LParen && next !== K.Equals && next !== K.LBracket) return this.SUBRULE(this.form);
      this.warn('using public as an identifier is deprecated', token.start, token.end);
    }
    return this.documented();
  };

  /** Whether the line parsed last was one sound statement, at most with something left over behind it. */
  private wholeStatement = true;

  /** Statements separated by semicolons, up to the end of the line. */
  private readonly statements: Rule = this.RULE('statements', () => {
    this.skipSpace();
    const errors = this.errorCount();
    const items: Syntax[] = [];
    let several = false;
    if (this.peek().kind !== K.Semicolon) items.push(this.moduleStatement());
    while (this.peek().kind === K.Semicolon) {
      several = true;
      this.take();
      const kind = this.peek().kind;
      if (kind === K.EndOfInput || kind === K.Newline) break;
      if (kind !== K.Semicolon) items.push(this.moduleStatement());
    }
    this.wholeStatement = !several && this.errorCount() === errors;
    const start = this.at;
    let kind = this.peek().kind;
    const sound = kind === K.EndOfInput || kind === K.Newline;
    while (kind !== K.EndOfInput && kind !== K.Newline) {
      this.discard();
      kind = this.peek().kind;
    }
    if (!sound) this.failFrom('extra tokens after end of expression', start);
    if (!several && items.length === 1) return items[0] as Syntax;
    return this.result(N.Other, new Expr('toplevel', items));
  });

  /** A whole file. */
  private readonly toplevel: Rule = this.RULE('toplevel', () => {
    const args: Syntax[] = [];
    const startLine = this.atLine;
    let failedAt = -1;
    while (this.peekPastNewlines().kind !== K.EndOfInput) {
      this.skipSpace();
      let line = this.atLine;
      const errors = this.errorCount();
      const value = this.SUBRULE(this.statements);
      if (this.leaf !== null) line = this.leaf.line;
      if (failedAt < 0 && this.errorCount() > errors) failedAt = args.length + (this.wholeStatement ? 2 : 0);
      args.push(this.line(line), value);
    }
    this.skipSpace();
    if (args.length === 0) args.push(this.line(startLine));
    if (failedAt >= 0) args.length = failedAt;
    return new Expr('toplevel', args);
  });

  /** Parses all of `text`. After an error, the value is what came before it. */
  parseAll(text: string, file: Sym | null, line: number): Parsed {
    return this.run(text, file, 0, line, () => this.toplevel());
  }

  /** Parses the statements of one line, from `start` to its end; null if only white space is left. */
  parseStatement(text: string, file: Sym | null, start: number, line: number): Parsed {
    return this.run(text, file, start, line, () => {
      this.skipSpace();
      if (this.peek().kind === K.EndOfInput) return null;
      const value = this.statements();
      const next = this.peek();
      if (next.kind === K.Newline) this.take();
      else this.skipSpace();
      return value;
    });
  }

  /** Parses one atom, from `start` on; null if only white space is left. */
  parseAtom(text: string, file: Sym | null, start: number, line: number): Parsed {
    return this.run(text, file, start, line, () => {
      this.skipSpace();
      if (this.peek().kind === K.EndOfInput) return null;
      return this.atom(true, false);
    });
  }

  private run(text: string, file: Sym | null, start: number, line: number, rule: () => Syntax): Parsed {
    this.begin(text, file, start, line);
    let value: Syntax;
    try {
      value = rule();
    } catch (error) {
      // The caller had used up most of the stack: the same error as for nesting beyond the bound.
      if (!(error instanceof RangeError)) throw error;
      value = null;
      this.giveUp();
    }
    const diagnostics = this.sortedDiagnostics();
    const failed = diagnostics.some((diagnostic) => diagnostic.severity === 'error');
    const tag = failed ? this.incompleteTag() : 'none';
    const next = this.at;
    // Lets go of the text.
    this.begin('', null, 0, 1);
    return { value, next, diagnostics, failed, tag };
  }
}

export type { Token };
