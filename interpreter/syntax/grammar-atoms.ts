// Atoms: names, literals, quotes, strings, and whatever starts with a delimiter.

import { normalizeName } from './characters.ts';
import { type IncompleteTag, showCharacter, showText } from './diagnostics.ts';
import { Expr, QuoteNode, type Syntax, sym } from './expr.ts';
import { INDEXING, isDecorated, N, type Rule } from './grammar-base.ts';
import { BracketGrammar } from './grammar-brackets.ts';
import { commandCall } from './grammar-calls.ts';
import {
  characterLiteral,
  decimalInteger,
  type EscapeError,
  float32,
  float64,
  radixInteger,
  unescapeRaw,
  unescapeString,
} from './literals.ts';
import { dedent, type Piece } from './strings.ts';
import {
  DOTTED,
  isErrorToken,
  isKeyword,
  isLiteral,
  isOperator,
  isSyntacticOperator,
  isWordOperator,
  K,
  SPACE_BEFORE,
  spelling,
  type Token,
  typeOf,
} from './tokens.ts';

export abstract class AtomGrammar extends BracketGrammar {
  protected override malformed(token: Token, tag: IncompleteTag): void {
    this.failMalformed(token, (text, character) => (character ? showCharacter(text) : showText(text)), tag);
  }

  protected override atom(checked: boolean, prefixed: boolean): Syntax {
    if (this.ahead.kind === K.Newline || this.at !== this.ahead.start) this.skipSpace();
    const token = this.ahead;
    const kind = token.kind;
    if (kind === K.Identifier) {
      this.consumed(token);
      return this.leafResult(N.Name, token, token.symbol);
    }
    if (kind >= K.Bool && kind <= K.Float32) {
      this.consumed(token);
      return this.numberLiteral(kind, token.start, token.end, token);
    }
    if (kind === K.LParen) return this.parens(checked, prefixed);
    if (kind >= K.At && kind <= K.Backtick3 && !this.closes(kind)) return this.SUBRULE(this.delimited);
    if (isErrorToken(kind)) {
      this.consumed(token);
      this.malformed(token, 'other');
      return this.errorValue();
    }
    if (kind === K.Prime) return this.SUBRULE(this.character);
    if (kind === K.Char) {
      this.consumed(token);
      return this.leafResult(N.Name, token, sym(this.textOf(token)));
    }
    if (kind === K.Colon) return this.colon(token);
    if (checked && kind === K.Equals && !isDecorated(token)) {
      this.take();
      return this.failFrom('unexpected `=`', token.start);
    }
    if (isWordOperator(kind)) {
      this.consumed(token);
      return this.leafResult(N.Name, token, token.symbol);
    }
    if (isOperator(kind)) return this.operatorAsName(token, checked);
    if (isKeyword(kind)) return this.word(token, checked);
    if (isLiteral(kind)) {
      this.consumed(token);
      return this.errorValue();
    }
    const message = kind === K.EndOfInput ? 'premature end of input' : `unexpected \`${spelling(kind)}\``;
    this.diagnose(message, token.start, token.end);
    return this.missing(null);
  }

  /** Atoms that start with a delimiter of their own. */
  private readonly delimited: Rule = this.RULE('delimited', () =>
    this.OR(
      (this.delimitedAlternatives ??= [
        { ALT: () => this.SUBRULE(this.macroCall) },
        { ALT: () => this.SUBRULE(this.array) },
        { ALT: () => this.SUBRULE(this.braceList) },
        { ALT: () => this.SUBRULE(this.string) },
        { ALT: () => this.SUBRULE(this.command) },
      ]),
    ),
  );
  private delimitedAlternatives: { ALT: () => Syntax }[] | undefined;

  /** A word in the place of a name. */
  private word(token: Token, checked: boolean): Syntax {
    const second = this.after(token);
    if (token.kind === K.Var && second.kind === K.Quote1 && (second.flags & SPACE_BEFORE) === 0) {
      return this.SUBRULE(this.quotedName);
    }
    this.consumed(token);
    if (checked && this.closes(token.kind)) return this.failFrom('invalid identifier', token.start);
    return this.leafResult(N.Name, token, token.symbol);
  }

  protected override operatorAsName(token: Token, checked: boolean): Syntax {
    this.consumed(token);
    const kind = token.kind;
    const syntactic = isSyntacticOperator(kind);
    if (checked && (syntactic || kind === K.Question)) return this.failFrom('invalid identifier', token.start);
    if ((token.flags & DOTTED) === 0 || syntactic) return this.leafResult(N.Operator, token, this.symbolOf(token));
    return this.result(N.DottedOperator, new Expr('.', [this.undotted(token)]));
  }

  /** `:name`, `:(...)`; a colon alone where nothing can follow. */
  private colon(token: Token): Syntax {
    const next = this.peekSecond();
    if (this.closes(next.kind) && (!isKeyword(next.kind) || (next.flags & SPACE_BEFORE) !== 0)) {
      this.take();
      return this.leafResult(N.Operator, token, sym(':'));
    }
    return this.SUBRULE(this.quotation);
  }

  /** The token quoted last, if it was a single one. */
  protected quotedLeaf: Token | null = null;

  private readonly quotation: Rule = this.RULE('quotation', () => {
    this.expectKind(K.Colon);
    const next = this.peek();
    if ((next.flags & SPACE_BEFORE) !== 0) {
      const start = this.at;
      this.skipSpace();
      this.failFrom('whitespace not allowed after `:` used for quoting', start);
    }
    if (!this.descend(2)) return this.errorValue();
    const saved = this.context;
    this.context &= ~INDEXING;
    const value = this.atom(false, false);
    this.context = saved;
    this.depth -= 2;
    this.quotedLeaf = this.leaf ?? this.parenthesizedLeaf;
    return this.result(N.Quote, this.quoteOf(value));
  });

  /** The quotation of the atom parsed last. */
  protected override quoteOf(value: Syntax): Syntax {
    let quoted = value;
    if (this.node === N.DottedOperator && value instanceof Expr) {
      const name = value.args[0];
      quoted = sym(`.${typeof name === 'object' && name !== null && 'name' in name ? String(name.name) : ''}`);
    }
    return quotation(quoted);
  }

  // --- numbers and characters ---------------------------------------------------------------------------------------

  protected override numberLiteral(kind: number, start: number, end: number, token: Token): Syntax {
    if (kind === K.Bool) return this.leafResult(N.Number, token, this.text.charCodeAt(start) === 116);
    const text = this.text.slice(start, end);
    let value: Syntax;
    if (kind === K.Integer) value = decimalInteger(text);
    else if (kind === K.Float || kind === K.Float32) {
      value = kind === K.Float ? float64(text) : float32(text);
      if (value === null) this.failToken('overflow in floating point literal', start, end, token, false, 'other');
    } else value = radixInteger(text);
    return this.leafResult(N.Number, token, value);
  }

  private readonly character: Rule = this.RULE('character', () => {
    this.expectKind(K.Prime);
    const token = this.peek();
    if (token.kind === K.Prime) {
      this.missing('empty character literal', 'char');
      this.take();
      return this.result(N.Other, new Expr('error', []));
    }
    if (token.kind === K.EndOfInput) {
      this.missing('unterminated character literal', 'char');
      return this.result(N.Other, new Expr('error', []));
    }
    this.take();
    let value: Syntax = null;
    if (isErrorToken(token.kind)) this.malformed(token, 'char');
    else value = this.characterValue(token);
    if (this.peek().kind === K.Prime) this.take();
    else this.missing('unterminated character literal', 'char');
    return this.result(N.Other, value);
  });

  private characterValue(token: Token): Syntax {
    const errors: EscapeError[] = [];
    const text = unescapeString(this.textOf(token), errors);
    for (const error of errors) {
      this.failToken(error.message, token.start + error.start, token.start + error.end, token, true, 'char');
    }
    if (errors.length > 0) return null;
    const value = characterLiteral(text);
    if (value === null) {
      this.failToken('character literal contains multiple characters', token.start, token.end, token, false, 'char');
    }
    return value;
  }

  // --- strings ------------------------------------------------------------------------------------------------------

  private readonly string: Rule = this.RULE('string', () => {
    const open = this.peek().kind;
    this.OR([{ ALT: () => this.CONSUME(typeOf(K.Quote1)) }, { ALT: () => this.CONSUME(typeOf(K.Quote3)) }]);
    return this.result(N.String, this.stringBody(open, false));
  });

  private readonly command: Rule = this.RULE('command', () => {
    const { kind: open, line } = this.peek();
    this.OR([{ ALT: () => this.CONSUME(typeOf(K.Backtick1)) }, { ALT: () => this.CONSUME(typeOf(K.Backtick3)) }]);
    const text = this.stringBody(open, true);
    return this.result(N.Other, commandCall(this.line(line), text));
  });

  protected override stringLiteral(raw: boolean): Syntax {
    const open = this.take().kind;
    return this.result(N.Other, this.stringBody(open, raw));
  }

  /** The literal whose opening delimiter, of kind `open`, has just been consumed. */
  private stringBody(open: number, raw: boolean): Syntax {
    const triple = open === K.Quote3 || open === K.Backtick3;
    const command = open === K.Backtick1 || open === K.Backtick3;
    const chunkKind = command ? K.CmdString : K.String;
    const tag: IncompleteTag = command ? 'cmd' : 'string';
    const pieces: Piece[] = [];
    for (;;) {
      const token = this.peek();
      const kind = token.kind;
      if (kind === chunkKind) {
        this.consumed(token);
        pieces.push({ text: this.textOf(token), offset: token.start, token, value: null, grouped: false });
      } else if (kind === K.Dollar && !raw) {
        this.consumed(token);
        pieces.push(this.interpolation());
      } else if (kind === K.InterpolationEnd || kind === K.BidiFormatting || kind === K.InvalidUTF8) {
        this.consumed(token);
        this.malformed(token, tag);
        pieces.push({ text: null, offset: token.start, token, value: null, grouped: false });
      } else break;
    }
    const closed = this.peek().kind === open;
    if (triple) dedent(pieces, closed);
    const value = this.assemble(pieces, raw, command, tag);
    if (closed) this.take();
    else this.missing('unterminated string literal', tag);
    return value;
  }

  /** `$name` or `$(...)` inside a string; the `$` has been consumed. */
  private interpolation(): Piece {
    const token = this.ahead;
    const piece = (value: Syntax, grouped: boolean): Piece => ({
      text: null,
      offset: token.start,
      token: null,
      value,
      grouped,
    });
    if (token.kind === K.LParen) {
      if (!this.descend(3)) return piece(this.errorValue(), true);
      const start = this.at;
      this.consumed(token);
      const found = this.contents(K.RParen, true);
      const simple = !found.commas && found.sections.length === 0 && found.items.length === 1;
      const generator = this.node === N.Generator;
      const saved = this.context;
      this.context = this.multiline();
      this.close(K.RParen, ' or `,`', 'other');
      this.context = saved;
      this.depth -= 3;
      if (!simple || generator) this.failFrom('invalid interpolation syntax', start);
      return piece(found.items[0] ?? null, true);
    }
    if (token.kind === K.Identifier || isKeyword(token.kind) || isWordOperator(token.kind)) {
      if (token.kind === K.Identifier || !this.closes(token.kind)) {
        this.consumed(token);
        return piece(token.symbol, false);
      }
      return piece(this.atom(true, false), false);
    }
    return piece(this.missing('identifier or parenthesized expression expected after $ in string', 'string'), false);
  }

  /** Undoes escapes, joins neighbouring text, and makes the string or the expression that builds it. */
  private assemble(pieces: readonly Piece[], raw: boolean, command: boolean, tag: IncompleteTag): Syntax {
    const args: Syntax[] = [];
    let text: string | null = null;
    for (const piece of pieces) {
      if (piece.text !== null) {
        const part = raw ? unescapeRaw(piece.text, command ? '`' : '"') : this.unescaped(piece, tag);
        text = text === null ? part : text + part;
        continue;
      }
      if (text !== null) args.push(text);
      text = null;
      if (piece.token !== null) continue;
      const value = piece.value;
      args.push(piece.grouped && typeof value === 'string' ? new Expr('string', [value]) : value);
    }
    if (args.length === 0) return text ?? '';
    if (text !== null) args.push(text);
    return new Expr('string', args);
  }

  private unescaped(piece: Piece, tag: IncompleteTag): string {
    const errors: EscapeError[] = [];
    const result = unescapeString(piece.text ?? '', errors);
    for (const error of errors) {
      if (piece.token === null) continue;
      this.failToken(error.message, piece.offset + error.start, piece.offset + error.end, piece.token, true, tag);
    }
    return result;
  }

  /** `var"name"`. */
  private readonly quotedName: Rule = this.RULE('quotedName', () => {
    this.expectKind(K.Var);
    this.expectKind(K.Quote1);
    let name = '';
    const chunk = this.peek();
    if (chunk.kind === K.String) {
      this.take();
      name = unescapeRaw(this.textOf(chunk), '"');
    }
    if (this.peek().kind === K.Quote1) this.take();
    else this.missing('unterminated `var""` identifier', 'string');
    const next = this.peek();
    const kind = next.kind;
    if ((next.flags & SPACE_BEFORE) === 0 && !isOperator(kind)) {
      if (kind === K.Identifier || isKeyword(kind) || (kind >= K.Bool && kind <= K.Float32)) {
        this.take();
        this.failFrom('suffix not allowed after `var"..."` syntax', next.start, 'string');
      } else if (kind >= K.Quote1 && kind <= K.Backtick3) {
        this.missing('`var"..."` syntax not supported as string macro name', 'string');
      }
    }
    return this.result(N.Var, sym(normalizeName(name)));
  });
}

/** The quotation of a value: simple values are stored as they are, expressions may hold interpolations. */
export function quotation(value: Syntax): Syntax {
  if (value instanceof Expr || value instanceof QuoteNode || typeof value === 'boolean')
    return new Expr('quote', [value]);
  return new QuoteNode(value);
}
