// What all parts of the grammar share: the token stream with its context, the record of errors, small helpers.
//
// The grammar is a chevrotain parser with embedded actions: rules return `Syntax` directly, no concrete tree is built.
// Two things about Julia shape this class. First, whether a newline, a blank or the word `end` means anything depends
// on the brackets around it; so lookahead goes through `peek`, which reads the context bits, and chevrotain's own
// lookahead is routed to it. Second, an error never stops the parser: a rule that does not find what it needs records
// a diagnostic and goes on where a reader would, so the first diagnostics of a text are all useful.
//
// Julia decides a few forms by looking back at the kind of what was just parsed (is it a call, a string, a tuple?).
// The rules leave that in `node`.

import { EmbeddedActionsParser, type ParserMethod } from 'chevrotain';
import { normalizeName } from './characters.ts';
import type { Diagnostic, IncompleteTag } from './diagnostics.ts';
import { Expr, LineNumberNode, type Sym, type Syntax, sym } from './expr.ts';
import { Scanner } from './scanner.ts';
import { DECORATED, isErrorToken, K, type Kind, kindCount, spelling, Token, tokenTypes, typeOf } from './tokens.ts';

export type Rule = ParserMethod<[], Syntax>;

// Context bits.
/** `:` makes ranges; off between `?` and `:`. */
export const RANGES = 1;
/** Blanks separate elements, as in `[a -b]` and in the arguments of a macro. */
export const SPACES = 2;
/** `for` after an element makes a generator. */
export const GENERATORS = 4;
/** `end` and `begin` are indices, as in `a[end]`. */
export const INDEXING = 8;
/** Newlines are blanks, as inside parentheses. */
export const MULTILINE = 16;
/** `where` may follow. */
export const WHERE = 32;

/** Context of a statement. */
export const STATEMENT = RANGES | WHERE;

/** What was parsed last, seen through parentheses. */
export const N = {
  Other: 0,
  Number: 1,
  String: 2,
  Tuple: 3,
  Where: 4,
  Call: 5,
  Splat: 6,
  Generator: 7,
  Name: 8,
  Var: 9,
  Interpolation: 10,
  MacroCall: 11,
  BlockForm: 12,
  UnaryOp: 13,
  Word: 14,
  DottedOperator: 15,
  Quote: 16,
  DotDot: 17,
  Operator: 18,
  Error: 19,
} as const;
export type NodeKind = (typeof N)[keyof typeof N];

/** A place where the text is wrong, as part of the tree: decides whether more text could mend it. */
interface ErrorNode {
  readonly start: number;
  readonly end: number;
  readonly tag: IncompleteTag;
  readonly kind: 'plain' | 'escape' | 'comment';
}

/**
 * How deep expressions may nest, in units of about 200 bytes of stack; a rule takes as many as it was measured to use.
 * The budget is some two thirds of Node's default stack: 300 nested parentheses, or 3,000 operators that group to the
 * right. Where the caller leaves less than that, the stack itself runs out first and is reported in the same way.
 */
const depthBudget = 3200;
const nestedTooDeeply = 'expression is nested too deeply';

const nothingParsed = new Token(K.EndOfInput, 0, 0, 1, 1, 0, null);
nothingParsed.next = nothingParsed;

const vocabulary = tokenTypes.filter((type) => !type.name.startsWith('Unused'));
const isClosing: Uint8Array = new Uint8Array(kindCount);
for (const kind of [
  K.Else,
  K.Elseif,
  K.Catch,
  K.Finally,
  K.Comma,
  K.RParen,
  K.RBracket,
  K.RBrace,
  K.Semicolon,
  K.EndOfInput,
  K.End,
]) {
  isClosing[kind] = 1;
}

const asciiSymbols: readonly Sym[] = Array.from({ length: 128 }, (_, code) => sym(String.fromCharCode(code)));

const tokenMessages: Readonly<Record<number, string>> = {
  [K.EofMultiComment]: 'unterminated multi-line comment #= ... =#',
  [K.InvalidNumber]: 'invalid numeric constant',
  [K.HexFloatWithoutP]: 'hex float literal must contain `p` or `P`',
  [K.AmbiguousDot]: 'ambiguous `.` syntax; add whitespace to clarify (eg `1.+2` might be `1.0+2` or `1 .+ 2`)',
  [K.AmbiguousMultiply]: 'numeric constant cannot be implicitly multiplied because it ends with `.`',
  [K.InterpolationEnd]: 'interpolated variable ends with invalid character; use `$(...)` instead',
  [K.InvalidUTF8]: 'invalid UTF-8 sequence',
  [K.InvisibleChar]: 'invisible character',
  [K.IdentifierStart]: 'identifier cannot begin with character',
  [K.UnknownChar]: 'unknown unicode character',
  [K.BidiFormatting]: 'unbalanced bidirectional unicode formatting',
  [K.InvalidOperator]: 'invalid operator',
  [K.StarStar]: 'use `x^y` instead of `x**y` for exponentiation, and `x...` instead of `**x` for splatting',
};

export abstract class GrammarBase extends EmbeddedActionsParser {
  protected text = '';
  protected file: Sym | null = null;
  private scanner = new Scanner('', 0, 1);
  /** The next token, newlines included. */
  protected ahead: Token = nothingParsed;
  /** End of what has been consumed, white space included where a rule has skipped it. */
  protected at = 0;
  protected atLine = 1;
  /** Line of the last token consumed. */
  protected lastLine = 1;
  /** End of the last token consumed that is not white space. */
  protected lastEnd = 0;
  protected context: number = STATEMENT;
  protected node: NodeKind = N.Other;
  /** The token when the last node is one token, else null. */
  protected leaf: Token | null = null;
  /** The same, where the token stands in parentheses. */
  protected parenthesizedLeaf: Token | null = null;
  /** Whether the last node is a call, seen through `where` and `::`: then `=` after it defines a function. */
  protected isCall = false;
  protected depth = 0;
  private diagnostics: Diagnostic[] = [];
  /** Diagnostics about single tokens come after the grammar's own at the same place. */
  private tokenDiagnostics: Diagnostic[] = [];
  private errorNodes: ErrorNode[] = [];
  protected tooDeep = false;

  constructor() {
    super(vocabulary, { maxLookahead: 1, skipValidations: true, recoveryEnabled: false });
  }

  /** Makes `text` the input, from `start` on. */
  protected begin(text: string, file: Sym | null, start: number, line: number): void {
    this.reset();
    this.text = text;
    this.file = file;
    this.scanner = new Scanner(text, start, line);
    this.ahead = this.scanner.next();
    this.at = start;
    this.atLine = line;
    this.lastLine = line;
    this.lastEnd = start;
    this.context = STATEMENT;
    this.node = N.Other;
    this.leaf = null;
    this.depth = 0;
    this.diagnostics = [];
    this.tokenDiagnostics = [];
    this.errorNodes = [];
    this.tooDeep = false;
  }

  // --- tokens -------------------------------------------------------------------------------------------------------

  /** The token after `token`. */
  protected after(token: Token): Token {
    return token.next ?? this.extend(token);
  }

  private extend(token: Token): Token {
    if (token.kind === K.EndOfInput) {
      token.next = token;
      return token;
    }
    const next = this.scanner.next();
    token.next = next;
    return next;
  }

  /** The next token, as the context sees it. */
  protected peek(): Token {
    const token = this.ahead;
    if (token.kind === K.Newline && (this.context & MULTILINE) !== 0) return this.skipNewlines(token);
    return token;
  }

  /** The next token that is no newline. */
  protected peekPastNewlines(): Token {
    return this.ahead.kind === K.Newline ? this.skipNewlines(this.ahead) : this.ahead;
  }

  /** The token after the next, as the context sees it. */
  protected peekSecond(): Token {
    const token = this.after(this.peek());
    if (token.kind === K.Newline && (this.context & MULTILINE) !== 0) return this.skipNewlines(token);
    return token;
  }

  protected skipNewlines(token: Token): Token {
    let result = token;
    while (result.kind === K.Newline) result = this.after(result);
    return result;
  }

  /** Consumes the next token. */
  protected take(): Token {
    const token = this.peek();
    this.consumed(token);
    return token;
  }

  protected consumed(token: Token): void {
    this.ahead = this.after(token);
    this.at = token.end;
    this.atLine = token.endLine;
    if (token.kind !== K.Newline && token.kind !== K.EndOfInput) {
      this.lastLine = token.endLine;
      if (token.kind !== K.EofMultiComment) this.lastEnd = token.end;
    }
  }

  /** Skips the white space before the next token; newlines count as such unless told otherwise. */
  protected skipSpace(): void {
    const token = this.ahead.kind === K.Newline ? this.skipNewlines(this.ahead) : this.ahead;
    this.ahead = token;
    this.at = token.start;
    this.atLine = token.line;
  }

  protected override LA(howMuch: number): Token {
    let token = this.peek();
    for (let i = 1; i < howMuch; i++) token = this.after(token);
    return token;
  }

  protected override LA_FAST(howMuch: number): Token {
    return howMuch === 1 ? this.peek() : this.LA(howMuch);
  }

  /** Called by chevrotain's CONSUME. */
  protected consumeToken(): void {
    this.consumed(this.peek());
  }

  /** Asked by chevrotain after the outermost rule: text behind a statement is no error, it is the next statement. */
  protected isAtEndOfInput(): boolean {
    return true;
  }

  /** CONSUME of a token the rule has already looked at. */
  protected expectKind(kind: Kind): Token {
    return this.CONSUME(typeOf(kind)) as Token;
  }

  protected closes(kind: number): boolean {
    return isClosing[kind] === 1 && (kind !== K.End || (this.context & INDEXING) === 0);
  }

  protected closesOrNewline(kind: number): boolean {
    return kind === K.Newline || this.closes(kind);
  }

  // --- results ------------------------------------------------------------------------------------------------------

  protected result(node: NodeKind, value: Syntax): Syntax {
    this.node = node;
    this.leaf = null;
    this.parenthesizedLeaf = null;
    this.isCall = node === N.Call;
    return value;
  }

  /** A result that is one token. */
  protected leafResult(node: NodeKind, token: Token, value: Syntax): Syntax {
    this.node = node;
    this.leaf = token;
    this.parenthesizedLeaf = null;
    this.isCall = false;
    return value;
  }

  protected line(line: number): LineNumberNode {
    return new LineNumberNode(line, this.file);
  }

  /** The spelling of a token. */
  protected textOf(token: Token): string {
    return this.text.slice(token.start, token.end);
  }

  /** The symbol of a token's spelling. */
  protected symbolOf(token: Token): Sym {
    if (token.symbol !== null) return token.symbol;
    if (token.end - token.start === 1) {
      const code = this.text.charCodeAt(token.start);
      if (code < 128) return asciiSymbols[code] as Sym;
    }
    return sym(normalizeName(this.textOf(token)));
  }

  /** The symbol of an operator without the dot in front. */
  protected undotted(token: Token): Sym {
    return sym(normalizeName(this.text.slice(token.start + 1, token.end)));
  }

  /** Moves trailing `parameters` to position `index`, each inside the one before it. */
  protected placeParameters(args: Syntax[], index: number): void {
    let first = args.length;
    while (first > 0 && isHead(args[first - 1] as Syntax, 'parameters')) first--;
    if (first === args.length) return;
    for (let i = args.length - 2; i >= first; i--) (args[i] as Expr).args.unshift(args.pop() as Syntax);
    args.splice(index, 0, args.pop() as Syntax);
  }

  // --- errors -------------------------------------------------------------------------------------------------------

  protected diagnose(message: string, start: number, end: number): void {
    this.diagnostics.push({ severity: 'error', message, start, end: Math.max(start, end) });
  }

  protected warn(message: string, start: number, end: number): void {
    this.diagnostics.push({ severity: 'warning', message, start, end: Math.max(start, end) });
  }

  protected errorNode(start: number, end: number, tag: IncompleteTag = 'other'): Expr {
    this.errorNodes.push({ start, end, tag, kind: 'plain' });
    return this.errorValue();
  }

  protected errorValue(): Expr {
    this.node = N.Error;
    this.leaf = null;
    this.parenthesizedLeaf = null;
    this.isCall = false;
    return new Expr('error', []);
  }

  /** Records an error covering `start` up to what has been consumed. */
  protected failFrom(message: string, start: number, tag: IncompleteTag = 'other'): Expr {
    this.diagnose(message, start, this.at);
    return this.errorNode(start, this.at, tag);
  }

  /** Records that something is missing right here. */
  protected missing(message: string | null, tag: IncompleteTag = 'other'): Expr {
    if (message !== null) this.diagnose(message, this.at, this.at);
    this.lastEnd = Math.max(this.lastEnd, this.at);
    return this.errorNode(this.at, this.at, tag);
  }

  /** Reports the end of the text where the grammar needs more, if that is what comes next. */
  protected atEnd(tag: IncompleteTag): boolean {
    if (this.peekPastNewlines().kind !== K.EndOfInput) return false;
    this.skipSpace();
    this.missing('premature end of input', tag);
    return true;
  }

  /** Records what is wrong inside a token: an escape, an overflow. */
  protected failToken(
    message: string,
    start: number,
    end: number,
    token: Token,
    escape: boolean,
    tag: IncompleteTag,
  ): void {
    this.tokenDiagnostics.push({ severity: 'error', message, start, end });
    this.errorNodes.push({ start: token.start, end: token.end, tag, kind: escape ? 'escape' : 'plain' });
  }

  /** Records a token the scanner found malformed. `repr` is added where Julia shows the character or text. */
  protected failMalformed(token: Token, repr: (text: string, character: boolean) => string, tag: IncompleteTag): void {
    const message = tokenMessages[token.kind] ?? 'invalid token';
    const text = this.textOf(token);
    let shown = message;
    if (token.kind === K.InvisibleChar || token.kind === K.UnknownChar || token.kind === K.IdentifierStart) {
      shown = `${message} ${repr(text, true)}`;
    } else if (token.kind === K.InvalidUTF8 || token.kind === K.BidiFormatting) {
      shown = `${message} ${repr(text, false)}`;
    }
    this.tokenDiagnostics.push({ severity: 'error', message: shown, start: token.start, end: token.end });
    const kind = token.kind === K.EofMultiComment ? 'comment' : 'plain';
    this.errorNodes.push({ start: token.start, end: token.end, tag, kind });
  }

  protected abstract malformed(token: Token, tag: IncompleteTag): void;

  /** Consumes a token that is being skipped over; malformed ones are still reported. */
  protected discard(): void {
    const token = this.take();
    if (isErrorToken(token.kind)) this.malformed(token, 'other');
  }

  /** `whitespace is not allowed here`, if there is some before the next token. */
  protected refuseSpace(): void {
    const token = this.peek();
    if ((token.flags & 1) === 0) return;
    const start = this.at;
    // Up to the token, or to the newline before it.
    const next = this.ahead;
    this.at = next.start;
    this.atLine = next.line;
    this.failFrom('whitespace is not allowed here', start);
  }

  /** Consumes the closing token of a form, or reports it and skips to where the form may end. */
  protected close(kind: Kind, hint: string, tag: IncompleteTag): void {
    if (this.peek().kind === kind) {
      this.consumed(this.peek());
      return;
    }
    const start = this.at;
    this.diagnose(`Expected \`${spelling(kind)}\`${hint}`, start, start);
    for (;;) {
      const next = this.peek().kind;
      if (this.closes(next) && next !== K.Comma && next !== K.Semicolon) break;
      this.discard();
    }
    this.errorNode(start, this.at, tag);
    if (this.peek().kind === kind) this.consumed(this.peek());
  }

  /** Skips tokens until `stop` says so, as one error. */
  protected recover(message: string, stop: (kind: number) => boolean, start: number = this.at): void {
    for (;;) {
      const kind = this.peek().kind;
      if (kind === K.EndOfInput) {
        this.missing('premature end of input');
        break;
      }
      if (stop(kind)) break;
      this.discard();
    }
    this.failFrom(message, start);
  }

  /** Entered by every rule through which expressions nest. Past the bound, the rest of the text is given up. */
  protected descend(cost = 1): boolean {
    if (this.depth + cost <= depthBudget) {
      this.depth += cost;
      return true;
    }
    if (!this.tooDeep && !this.RECORDING_PHASE) this.giveUp();
    return false;
  }

  /** Reports that the nesting is too deep and makes the rest of the text disappear. */
  protected giveUp(): void {
    this.tooDeep = true;
    const start = this.at;
    this.diagnose(nestedTooDeeply, start, start);
    this.errorNode(start, start);
    const end = this.text.length;
    this.ahead = new Token(K.EndOfInput, end, end, this.atLine, this.atLine, 0, null);
    this.at = end;
    this.lastEnd = end;
  }

  /** Number of errors so far; rules compare it to see whether a part was sound. */
  protected errorCount(): number {
    return this.errorNodes.length;
  }

  /** All diagnostics in order of their place. */
  protected sortedDiagnostics(): Diagnostic[] {
    // Past the bound every open bracket would be reported as well.
    const last = this.diagnostics.findIndex((diagnostic) => diagnostic.message === nestedTooDeeply);
    const kept = last < 0 ? this.diagnostics : this.diagnostics.slice(0, last + 1);
    return kept.concat(this.tokenDiagnostics).sort((a, b) => a.start - b.start);
  }

  /** What the text lacks to be complete, `none` if it is wrong whatever follows. */
  protected incompleteTag(): IncompleteTag {
    let first: ErrorNode | null = null;
    for (const node of this.errorNodes) {
      if (first === null || node.start < first.start || (node.start === first.start && node.end > first.end))
        first = node;
    }
    if (first === null || this.tooDeep) return 'none';
    if (first.end < this.lastEnd || this.lastEnd === 0) return first.kind === 'comment' ? 'comment' : 'none';
    if (first.start < this.lastEnd && first.kind !== 'escape') return 'none';
    return first.tag;
  }

  protected firstErrorStart(): number {
    let start = Number.POSITIVE_INFINITY;
    for (const node of this.errorNodes) start = Math.min(start, node.start);
    return start;
  }
}

/** Is `value` an Expr with this head? */
export function isHead(value: Syntax, head: string): value is Expr {
  return value instanceof Expr && value.head === head;
}

export function isDecorated(token: Token): boolean {
  return (token.flags & DECORATED) !== 0;
}
