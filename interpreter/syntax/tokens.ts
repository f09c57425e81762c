// The tokens of Julia: their kinds, what the parser asks about a kind, and the token object itself.
//
// Kinds are small integers in an order such that most questions are range checks. Each kind has a chevrotain token
// type of the same name, which is what the grammar consumes; a token carries both numbers. Operators of one precedence
// that the grammar treats alike share a kind.
//
// Tokens form a linked list that the scanner extends on demand: what the parser has left behind can be collected, so a
// large file never has all of its tokens in memory.

import { createToken, EOF, type IToken, Lexer, type TokenType } from 'chevrotain';
import type { Sym } from './expr.ts';

export const K = {
  None: 0,
  EndOfInput: 1,
  Newline: 2,
  Identifier: 3,
  // Reserved words that start a form.
  Baremodule: 10,
  Begin: 11,
  Break: 12,
  Const: 13,
  Continue: 14,
  Do: 15,
  Export: 16,
  For: 17,
  Function: 18,
  Global: 19,
  If: 20,
  Import: 21,
  Let: 22,
  Local: 23,
  Macro: 24,
  Module: 25,
  Quote: 26,
  Return: 27,
  Struct: 28,
  Try: 29,
  Using: 30,
  While: 31,
  // Reserved words that continue or end one.
  Catch: 32,
  Finally: 33,
  Else: 34,
  Elseif: 35,
  End: 36,
  // Words that are reserved only in some places.
  Abstract: 37,
  As: 38,
  Doc: 39,
  Mutable: 40,
  Outer: 41,
  Primitive: 42,
  Public: 43,
  Type: 44,
  Var: 45,
  // Literals.
  Bool: 50,
  Integer: 51,
  BinInt: 52,
  HexInt: 53,
  OctInt: 54,
  Float: 55,
  Float32: 56,
  String: 57,
  Char: 58,
  CmdString: 59,
  // Delimiters.
  At: 60,
  Comma: 61,
  Semicolon: 62,
  LBracket: 63,
  RBracket: 64,
  LBrace: 65,
  RBrace: 66,
  LParen: 67,
  RParen: 68,
  Quote1: 69,
  Quote3: 70,
  Backtick1: 71,
  Backtick3: 72,
  // Operators, loosest first.
  InvalidOperator: 80,
  StarStar: 81,
  Splat: 82,
  Equals: 83,
  UpdateOp: 84,
  ColonEquals: 85,
  Tilde: 86,
  AssignOp: 87,
  Pair: 88,
  Question: 89,
  LongArrow: 90,
  ArrowOp: 91,
  OrOr: 92,
  AndAnd: 93,
  Subtype: 94,
  Supertype: 95,
  Less: 96,
  Greater: 97,
  In: 98,
  Isa: 99,
  ElementOf: 100,
  CompareOp: 101,
  PipeLeft: 102,
  PipeRight: 103,
  Colon: 104,
  DotDot: 105,
  RangeOp: 106,
  Dollar: 107,
  Plus: 108,
  Minus: 109,
  PlusPlus: 110,
  PlusMinus: 111,
  PlusOp: 112,
  Times: 113,
  Ampersand: 114,
  Star: 115,
  TimesOp: 116,
  Rational: 117,
  Shift: 118,
  Power: 119,
  PowerOp: 120,
  Declare: 121,
  Where: 122,
  Dot: 123,
  Not: 124,
  Prime: 125,
  Arrow: 126,
  Negation: 127,
  Radical: 128,
  // Malformed tokens.
  EofMultiComment: 130,
  InvalidNumber: 131,
  HexFloatWithoutP: 132,
  AmbiguousDot: 133,
  AmbiguousMultiply: 134,
  InterpolationEnd: 135,
  InvalidUTF8: 136,
  InvisibleChar: 137,
  IdentifierStart: 138,
  UnknownChar: 139,
  BidiFormatting: 140,
} as const;

export type Kind = (typeof K)[keyof typeof K];

/** Number of kinds, for tables indexed by kind. */
export const kindCount = 141;

/** Spelling of the kinds that have only one, for messages. */
const spellings: Readonly<Record<number, string>> = {
  [K.Comma]: ',',
  [K.Semicolon]: ';',
  [K.LBracket]: '[',
  [K.RBracket]: ']',
  [K.LBrace]: '{',
  [K.RBrace]: '}',
  [K.LParen]: '(',
  [K.RParen]: ')',
  [K.At]: '@',
  [K.Equals]: '=',
  [K.Less]: '<',
  [K.Greater]: '>',
  [K.End]: 'end',
};

/** The words, with the kind each is scanned as. */
export const words: ReadonlyMap<string, number> = new Map<string, number>([
  ['baremodule', K.Baremodule],
  ['begin', K.Begin],
  ['break', K.Break],
  ['const', K.Const],
  ['continue', K.Continue],
  ['do', K.Do],
  ['export', K.Export],
  ['for', K.For],
  ['function', K.Function],
  ['global', K.Global],
  ['if', K.If],
  ['import', K.Import],
  ['let', K.Let],
  ['local', K.Local],
  ['macro', K.Macro],
  ['module', K.Module],
  ['quote', K.Quote],
  ['return', K.Return],
  ['struct', K.Struct],
  ['try', K.Try],
  ['using', K.Using],
  ['while', K.While],
  ['catch', K.Catch],
  ['finally', K.Finally],
  ['else', K.Else],
  ['elseif', K.Elseif],
  ['end', K.End],
  ['abstract', K.Abstract],
  ['as', K.As],
  ['doc', K.Doc],
  ['mutable', K.Mutable],
  ['outer', K.Outer],
  ['primitive', K.Primitive],
  ['public', K.Public],
  ['type', K.Type],
  ['var', K.Var],
  ['in', K.In],
  ['isa', K.Isa],
  ['where', K.Where],
  ['true', K.Bool],
  ['false', K.Bool],
]);

const names: readonly string[] = (() => {
  const list: string[] = new Array<string>(kindCount).fill('');
  for (const [name, kind] of Object.entries(K)) list[kind] = name;
  return list;
})();

const wordOfKind = new Map<number, string>();
for (const [word, kind] of words) wordOfKind.set(kind, word);

/** How a kind is written in messages: its spelling if it has one, else its name. */
export function spelling(kind: number): string {
  return spellings[kind] ?? wordOfKind.get(kind) ?? names[kind] ?? '';
}

/** The chevrotain token type of each kind. */
export const tokenTypes: readonly TokenType[] = names.map((name, kind) =>
  kind === K.EndOfInput ? EOF : createToken({ name: name === '' ? `Unused${kind}` : name, pattern: Lexer.NA }),
);

const typeIndex: readonly number[] = tokenTypes.map((type) => type.tokenTypeIdx ?? 0);

/** The chevrotain token type of a kind, for the grammar. */
export function typeOf(kind: Kind): TokenType {
  return tokenTypes[kind] as TokenType;
}

/** Bits of `Token.flags`. */
export const SPACE_BEFORE = 1;
export const DOTTED = 2;
export const SUFFIXED = 4;
/** The token is dotted or suffixed. */
export const DECORATED = DOTTED | SUFFIXED;

/**
 * One token. Offsets are in UTF-16 units of the source text; `line` is the line of its first character, `endLine` that
 * of the character after its last. A newline token also covers the blanks around the newline.
 */
export class Token implements IToken {
  readonly tokenTypeIdx: number;
  readonly kind: number;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly endLine: number;
  readonly flags: number;
  /** The symbol of an identifier or word, already in normal form. */
  readonly symbol: Sym | null;
  next: Token | null = null;
  constructor(
    kind: number,
    start: number,
    end: number,
    line: number,
    endLine: number,
    flags: number,
    symbol: Sym | null,
  ) {
    this.tokenTypeIdx = typeIndex[kind] as number;
    this.kind = kind;
    this.start = start;
    this.end = end;
    this.line = line;
    this.endLine = endLine;
    this.flags = flags;
    this.symbol = symbol;
  }
  get image(): string {
    return spelling(this.kind);
  }
  get startOffset(): number {
    return this.start;
  }
  get endOffset(): number {
    return this.end - 1;
  }
  get startLine(): number {
    return this.line;
  }
  get tokenType(): TokenType {
    return tokenTypes[this.kind] as TokenType;
  }
}

export function isKeyword(kind: number): boolean {
  return kind >= K.Baremodule && kind <= K.Var;
}
export function isContextualKeyword(kind: number): boolean {
  return kind >= K.Abstract && kind <= K.Var;
}
export function isReservedWord(kind: number): boolean {
  return kind >= K.Baremodule && kind <= K.End;
}
export function isBlockContinuation(kind: number): boolean {
  return kind >= K.Catch && kind <= K.End;
}
export function isLiteral(kind: number): boolean {
  return kind >= K.Bool && kind <= K.CmdString;
}
export function isNumber(kind: number): boolean {
  return kind >= K.Bool && kind <= K.Float32;
}
export function isOperator(kind: number): boolean {
  return kind >= K.InvalidOperator && kind <= K.Radical;
}
export function isWordOperator(kind: number): boolean {
  return kind === K.In || kind === K.Isa || kind === K.Where;
}
export function isErrorToken(kind: number): boolean {
  return kind >= K.EofMultiComment || kind === K.InvalidOperator || kind === K.StarStar;
}
export function isAssignment(kind: number): boolean {
  return kind >= K.Equals && kind <= K.AssignOp;
}
export function isStringDelimiter(kind: number): boolean {
  return kind === K.Quote1 || kind === K.Quote3;
}
/** Operators that are syntax and never functions. */
export function isSyntacticOperator(kind: number): boolean {
  return (
    (kind >= K.Equals && kind <= K.ColonEquals) ||
    kind === K.AndAnd ||
    kind === K.OrOr ||
    kind === K.Dot ||
    kind === K.Splat ||
    kind === K.Arrow
  );
}
/** `$ & ::` before an operand are syntax, not calls. */
export function isSyntacticUnary(kind: number): boolean {
  return kind === K.Dollar || kind === K.Ampersand || kind === K.Declare;
}
/** Operators written before their operand. */
export function isUnaryOperator(kind: number, flags: number): boolean {
  if ((flags & SUFFIXED) !== 0) return false;
  if (kind === K.Subtype || kind === K.Supertype) return (flags & DOTTED) === 0;
  return (
    kind === K.Plus ||
    kind === K.Minus ||
    kind === K.Not ||
    kind === K.Tilde ||
    kind === K.Negation ||
    kind === K.Radical ||
    kind === K.Star ||
    kind === K.PlusMinus
  );
}
/** Operators that may stand before an operand or between two; in an array the blanks around them decide. */
export function isUnaryAndBinary(kind: number, flags: number): boolean {
  if ((flags & SUFFIXED) !== 0) return false;
  if (kind === K.Plus || kind === K.Minus || kind === K.Star || kind === K.PlusMinus) return true;
  return (kind === K.Dollar || kind === K.Ampersand || kind === K.Tilde) && (flags & DOTTED) === 0;
}
