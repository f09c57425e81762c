// From text to tokens.
//
// One pass by hand over the text: Julia's tokens depend on what came before (a quote after a name is an adjoint, after
// a blank a character literal; inside a string everything changes), which a table of regular expressions cannot say.
// What it depends on is little: the token before, and a stack of the strings we are inside of, each with the number of
// parentheses open in its interpolation. So the scanner never needs the parser, and runs a token ahead of it.
//
// White space and comments make no tokens; a token knows whether any came before it. A newline is a token: whether it
// ends a statement is for the grammar to say. Malformed input makes tokens of the error kinds, never an exception.
//
// Enters: text in which each byte of invalid UTF-8 is a lone surrogate. Leaves: `Token`s, one at a time.

import {
  asciiClass,
  continuesName,
  DIGIT,
  HEX_DIGIT,
  isInvisible,
  isSpace,
  isSurrogate,
  joinsGrapheme,
  NAME_PART,
  NAME_START,
  neverInName,
  normalizeName,
  startsName,
  suffixesOperator,
} from './characters.ts';
import { Sym } from './expr.ts';
import { startsDottedOperator, startsOperator, takesSuffix, unicodeOperator } from './operators.ts';
import {
  DOTTED,
  isContextualKeyword,
  isLiteral,
  isWordOperator,
  K,
  SPACE_BEFORE,
  SUFFIXED,
  Token,
  words,
} from './tokens.ts';

/** A spelling that has occurred as a name or word, found again by hash without making a substring. */
interface Name {
  readonly text: string;
  readonly hash: number;
  readonly kind: number;
  readonly symbol: Sym;
  /** The next name in the same slot. */
  chain: Name | null;
}

/** The names by hash; twice as many slots as soon as there are more names than slots, which are a power of two. */
let nameTable: (Name | null)[] = new Array<Name | null>(1 << 14).fill(null);
let nameCount = 0;

/** V8 makes a substring of fewer characters a string of its own, and one of as many or more a view of the whole. */
const VIEW_LENGTH = 13;

function internName(text: string, start: number, end: number, hash: number): Name {
  const slot = (hash ^ (hash >>> 15)) & (nameTable.length - 1);
  for (let name = nameTable[slot] as Name | null; name !== null; name = name.chain) {
    if (name.hash === hash && name.text.length === end - start && text.startsWith(name.text, start)) return name;
  }
  // A copy, lest a short substring keep the whole source text alive.
  const spelling =
    end - start < VIEW_LENGTH
      ? text.slice(start, end)
      : Buffer.from(text.slice(start, end), 'utf16le').toString('utf16le');
  const name: Name = {
    text: spelling,
    hash,
    kind: words.get(spelling) ?? K.Identifier,
    symbol: Sym.of(normalizeName(spelling)),
    chain: nameTable[slot] as Name | null,
  };
  nameTable[slot] = name;
  if (++nameCount > nameTable.length) growNameTable();
  return name;
}

function growNameTable(): void {
  const small = nameTable;
  nameTable = new Array<Name | null>(2 * small.length).fill(null);
  for (const first of small) {
    for (let name = first; name !== null; ) {
      const after: Name | null = name.chain;
      const slot = (name.hash ^ (name.hash >>> 15)) & (nameTable.length - 1);
      name.chain = nameTable[slot] as Name | null;
      nameTable[slot] = name;
      name = after;
    }
  }
}

/** A string literal we are inside of. `depth` counts the parentheses open in its current interpolation. */
interface StringState {
  readonly triple: boolean;
  readonly raw: boolean;
  readonly delimiter: number;
  depth: number;
}

const code = (character: string): number => character.charCodeAt(0);
const QUOTE = code('"');
const BACKTICK = code('`');
const PRIME = code("'");
const BACKSLASH = code('\\');
const DOLLAR = code('$');
const HASH = code('#');
const EQUALS = code('=');
const LPAREN = code('(');
const RPAREN = code(')');
const DOT = code('.');
const UNDERSCORE = code('_');
const MINUS = code('-');
const PLUS = code('+');
const GREATER = code('>');
const LESS = code('<');
const COLON = code(':');
const BAR = code('|');
const NEWLINE = 10;
const RETURN = 13;
const UNICODE_MINUS = 0x2212;

const punctuation: Uint8Array = new Uint8Array(128);
for (const [character, kind] of [
  ['[', K.LBracket],
  [']', K.RBracket],
  ['{', K.LBrace],
  ['}', K.RBrace],
  ['(', K.LParen],
  [')', K.RParen],
  [';', K.Semicolon],
  [',', K.Comma],
  ['@', K.At],
  ['?', K.Question],
  ['~', K.Tilde],
] as const) {
  punctuation[code(character)] = kind;
}

export class Scanner {
  readonly text: string;
  private position: number;
  private line: number;
  /** Kind of the token just before `position`, `K.None` if white space or nothing is there. */
  private previous: number = K.None;
  private readonly strings: StringState[] = [];
  /** Decoration of the operator being scanned. */
  private flags = 0;
  private symbol: Sym | null = null;

  constructor(text: string, position: number, line: number) {
    this.text = text;
    this.position = position;
    this.line = line;
  }

  /** Scans the token after the last one returned. At the end of the text it returns `EndOfInput`, for ever. */
  next(): Token {
    const state = this.strings.length === 0 ? null : (this.strings[this.strings.length - 1] as StringState);
    if (state !== null && state.depth === 0) {
      return this.inString(state);
    }
    return this.inCode(state);
  }

  private token(kind: number, start: number, end: number, spaced: boolean): Token {
    const line = this.line;
    this.position = end;
    this.previous = kind;
    const flags = spaced ? this.flags | SPACE_BEFORE : this.flags;
    const token = new Token(kind, start, end, line, line, flags, this.symbol);
    this.flags = 0;
    this.symbol = null;
    return token;
  }

  /** A token that may contain newlines. */
  private longToken(kind: number, start: number, end: number, spaced: boolean): Token {
    const line = this.line;
    const text = this.text;
    for (let i = text.indexOf('\n', start); i >= 0 && i < end; i = text.indexOf('\n', i + 1)) this.line++;
    this.position = end;
    this.previous = kind;
    return new Token(kind, start, end, line, this.line, spaced ? SPACE_BEFORE : 0, null);
  }

  private inCode(state: StringState | null): Token {
    const text = this.text;
    let position = this.position;
    let spaced = this.previous === K.Newline;
    for (;;) {
      if (position >= text.length) {
        return this.token(K.EndOfInput, text.length, text.length, spaced);
      }
      const c = text.charCodeAt(position);
      if (c === 32) {
        position++;
        // A run of blanks that reaches a newline belongs to it.
        let end = position;
        while (end < text.length && this.isBlank(text.charCodeAt(end))) end++;
        if (text.charCodeAt(end) === NEWLINE) return this.newline(position - 1, end);
        position = end;
        spaced = true;
        this.previous = K.None;
        continue;
      }
      if (c < 128) {
        const bits = asciiClass[c] as number;
        if ((bits & NAME_START) !== 0) return this.name(position, spaced);
        const kind = punctuation[c] as number;
        if (kind !== 0) {
          if (state !== null) {
            if (c === LPAREN) state.depth++;
            else if (c === RPAREN) state.depth--;
          }
          return this.token(kind, position, position + 1, spaced);
        }
        if ((bits & DIGIT) !== 0) return this.number(position, position + 1, K.Integer, spaced);
        if (c === NEWLINE) return this.newline(position, position);
        if (c === HASH) {
          const end = this.commentEnd(position);
          if (end < 0) return this.badComment(position, -end, spaced);
          if (text.charCodeAt(position + 1) === EQUALS) this.countLines(position, end);
          position = end;
          this.position = end;
          spaced = true;
          this.previous = K.None;
          continue;
        }
        if (isSpace(c)) {
          let end = position + 1;
          while (end < text.length && this.isBlank(text.charCodeAt(end))) end++;
          if (text.charCodeAt(end) === NEWLINE) return this.newline(position, end);
          position = end;
          spaced = true;
          this.previous = K.None;
          continue;
        }
        return this.symbolic(c, position, spaced);
      }
      const point = text.codePointAt(position) as number;
      if (isSpace(point)) {
        let end = position + 1;
        while (end < text.length && this.isBlank(text.charCodeAt(end))) end++;
        if (text.charCodeAt(end) === NEWLINE) return this.newline(position, end);
        position = end;
        spaced = true;
        this.previous = K.None;
        continue;
      }
      if (startsName(point)) return this.name(position, spaced);
      return this.symbolic(point, position, spaced);
    }
  }

  /** White space other than a newline. */
  private isBlank(c: number): boolean {
    return c !== NEWLINE && isSpace(c);
  }

  private countLines(start: number, end: number): void {
    const text = this.text;
    for (let i = text.indexOf('\n', start); i >= 0 && i < end; i = text.indexOf('\n', i + 1)) this.line++;
  }

  /** The newline at `at` and the blanks around it, up to the next newline. */
  private newline(start: number, at: number): Token {
    const text = this.text;
    let end = at + 1;
    while (end < text.length && this.isBlank(text.charCodeAt(end))) {
      if (text.charCodeAt(end) === RETURN && text.charCodeAt(end + 1) === NEWLINE) break;
      end++;
    }
    const line = this.line++;
    this.position = end;
    this.previous = K.Newline;
    return new Token(K.Newline, start, end, line, this.line, SPACE_BEFORE, null);
  }

  /** End of the comment at `start`; negated if it is malformed (in bytes or direction) or does not end. */
  private commentEnd(start: number): number {
    const text = this.text;
    let valid = true;
    if (text.charCodeAt(start + 1) !== EQUALS) {
      let i = start + 1;
      for (; i < text.length; i++) {
        const c = text.charCodeAt(i);
        if (c === NEWLINE || (c === RETURN && text.charCodeAt(i + 1) === NEWLINE)) break;
        if (c >= 0xd800 && c <= 0xdfff) {
          if (isSurrogate(text.codePointAt(i) as number)) valid = false;
          else i++;
        }
      }
      return valid ? i : -i;
    }
    const bidi = new BidiState();
    let depth = 1;
    let i = start + 2;
    while (i < text.length) {
      const c = text.charCodeAt(i);
      if (c === HASH && text.charCodeAt(i + 1) === EQUALS) {
        depth++;
        i += 2;
        continue;
      }
      if (c === EQUALS && text.charCodeAt(i + 1) === HASH) {
        depth--;
        i += 2;
        if (depth === 0) return valid && bidi.balanced ? i : -i;
        continue;
      }
      if (c >= 128 || c === NEWLINE) {
        bidi.update(c);
        if (c >= 0xd800 && c <= 0xdfff) {
          if (isSurrogate(text.codePointAt(i) as number)) valid = false;
          else i++;
        }
      }
      i++;
    }
    return -text.length;
  }

  private badComment(start: number, end: number, spaced: boolean): Token {
    const text = this.text;
    const multi = text.charCodeAt(start + 1) === EQUALS;
    const closed = multi && end >= start + 4 && text.startsWith('=#', end - 2) && this.commentCloses(start, end);
    let kind: number = K.InvalidUTF8;
    if (multi && !closed) kind = K.EofMultiComment;
    else if (multi && !hasLoneSurrogate(text.slice(start, end))) kind = K.BidiFormatting;
    return this.longToken(kind, start, end, spaced);
  }

  private commentCloses(start: number, end: number): boolean {
    const text = this.text;
    let depth = 1;
    let i = start + 2;
    while (i < end) {
      if (text.startsWith('#=', i)) {
        depth++;
        i += 2;
      } else if (text.startsWith('=#', i)) {
        depth--;
        i += 2;
        if (depth === 0) return i === end;
      } else i++;
    }
    return false;
  }

  private name(start: number, spaced: boolean): Token {
    const text = this.text;
    let hash = 0;
    let i = start;
    for (;;) {
      const c = text.charCodeAt(i);
      // NaN at the end of the text fails the comparison too.
      if (!(c < 128)) break;
      if (((asciiClass[c] as number) & NAME_PART) === 0) break;
      if (c === 33 && text.charCodeAt(i + 1) === EQUALS) break;
      hash = Math.imul(hash ^ c, 0x01000193);
      i++;
    }
    if (i < text.length && text.charCodeAt(i) >= 128) {
      i = this.nameEnd(start, i);
      hash = 0;
      for (let k = start; k < i; k++) hash = Math.imul(hash ^ text.charCodeAt(k), 0x01000193);
    }
    const name = internName(text, start, i, hash);
    this.symbol = name.symbol;
    return this.token(name.kind, start, i, spaced);
  }

  /** End of a name with a character beyond ASCII at `i`. */
  private nameEnd(start: number, from: number): number {
    const text = this.text;
    let i = from;
    let before = i > start ? text.charCodeAt(i - 1) : 0;
    while (i < text.length) {
      const c = text.codePointAt(i) as number;
      const width = c > 0xffff ? 2 : 1;
      if (c === 33 && text.charCodeAt(i + 1) === EQUALS) break;
      if (!continuesName(c)) {
        const after = i + width < text.length ? (text.codePointAt(i + width) as number) : -1;
        if (i === start || !joinsGrapheme(before, c, after)) break;
      }
      before = c;
      i += width;
    }
    return i;
  }

  private pointAt(position: number): number {
    return position < this.text.length ? (this.text.codePointAt(position) as number) : -1;
  }

  /** End of a run of digits of the class `mask`, single underscores between digits included. */
  private digits(from: number, accept: (c: number) => boolean): number {
    const text = this.text;
    let i = from;
    for (;;) {
      const c = text.charCodeAt(i);
      if (c === UNDERSCORE) {
        if (!accept(text.charCodeAt(i + 1))) return i;
      } else if (!accept(c)) return i;
      i++;
    }
  }

  /** A number whose first digit (or point and digit) ends at `from`. */
  private number(start: number, from: number, initial: number, spaced: boolean): Token {
    const text = this.text;
    let i = this.digits(from, isDecimal);
    let c = text.charCodeAt(i);
    if (c === DOT) {
      const after = this.pointAt(i + 1);
      if (after === DOT) return this.token(initial, start, i, spaced);
      if (initial === K.Float) return this.token(K.InvalidNumber, start, i + 1, spaced);
      if (startsDottedOperator(after)) return this.token(K.AmbiguousDot, start, i + 1, spaced);
      i++;
      if (text.charCodeAt(i) === UNDERSCORE) return this.token(K.InvalidNumber, start, i + 1, spaced);
      const fraction = i;
      i = this.digits(i, isDecimal);
      c = text.charCodeAt(i);
      if (this.isExponent(i)) return this.exponent(start, i, spaced);
      const beyond = this.pointAt(i + 1);
      if (c === DOT && beyond !== DOT && !startsDottedOperator(beyond)) {
        return this.token(K.InvalidNumber, start, i + 1, spaced);
      }
      if (i === fraction) {
        const point = this.pointAt(i);
        if (startsName(point) || (point >= 0 && '([{@`"'.includes(String.fromCodePoint(point)))) {
          return this.token(K.AmbiguousMultiply, start, i, spaced);
        }
      }
      return this.token(K.Float, start, i, spaced);
    }
    if (this.isExponent(i)) return this.exponent(start, i, spaced);
    if (i - start === 1 && text.charCodeAt(start) === 48) {
      if (c === code('x')) return this.hexadecimal(start, i + 1, spaced);
      if (c === code('b')) return this.radixNumber(K.BinInt, start, i + 1, this.digits(i + 1, isBinary), spaced);
      if (c === code('o')) return this.radixNumber(K.OctInt, start, i + 1, this.digits(i + 1, isOctal), spaced);
    }
    return this.token(initial, start, i, spaced);
  }

  private isExponent(i: number): boolean {
    const text = this.text;
    const c = text.charCodeAt(i);
    if (c !== code('e') && c !== code('E') && c !== code('f')) return false;
    const next = text.charCodeAt(i + 1);
    return isDecimal(next) || next === PLUS || next === MINUS || next === UNICODE_MINUS;
  }

  private exponent(start: number, at: number, spaced: boolean): Token {
    const text = this.text;
    const kind = text.charCodeAt(at) === code('f') ? K.Float32 : K.Float;
    let i = at + 1;
    if (isSign(text.charCodeAt(i))) i++;
    const digits = i;
    while (isDecimal(text.charCodeAt(i))) i++;
    if (i === digits) return this.token(K.InvalidNumber, start, i, spaced);
    if (text.charCodeAt(i) === DOT && !startsDottedOperator(this.pointAt(i + 1))) {
      return this.token(K.InvalidNumber, start, i + 1, spaced);
    }
    return this.token(kind, start, i, spaced);
  }

  private hexadecimal(start: number, from: number, spaced: boolean): Token {
    const text = this.text;
    let i = this.digits(from, isHex);
    let any = i > from;
    let point = false;
    if (text.charCodeAt(i) === DOT && text.charCodeAt(i + 1) !== DOT) {
      point = true;
      const fraction = ++i;
      i = this.digits(i, isHex);
      any ||= i > fraction;
    }
    const c = text.charCodeAt(i);
    if (c === code('p') || c === code('P')) {
      i++;
      if (isSign(text.charCodeAt(i))) i++;
      const end = this.digits(i, isDecimal);
      if (end === i || !any) return this.token(K.InvalidNumber, start, end, spaced);
      // Without a point the rule for integers holds: no letters may follow.
      return point ? this.token(K.Float, start, end, spaced) : this.radixNumber(K.Float, start, from, end, spaced);
    }
    if (point) return this.token(K.HexFloatWithoutP, start, i, spaced);
    return this.radixNumber(K.HexInt, start, from, i, spaced);
  }

  private radixNumber(kind: number, start: number, from: number, end: number, spaced: boolean): Token {
    let i = end;
    const stray = this.pointAt(i);
    if (i > from && !isDecimal(stray) && !startsName(stray)) return this.token(kind, start, i, spaced);
    for (let c = stray; isDecimal(c) || startsName(c); c = this.pointAt(i)) i += c > 0xffff ? 2 : 1;
    return this.token(K.InvalidNumber, start, i, spaced);
  }

  /** A token that starts with neither letter nor digit. */
  private symbolic(c: number, start: number, spaced: boolean): Token {
    switch (c) {
      case QUOTE: {
        const triple = this.text.startsWith('""', start + 1);
        this.strings.push({ triple, raw: this.previousIsName(), delimiter: QUOTE, depth: 0 });
        return this.token(triple ? K.Quote3 : K.Quote1, start, start + (triple ? 3 : 1), spaced);
      }
      case BACKTICK: {
        const triple = this.text.startsWith('``', start + 1);
        this.strings.push({ triple, raw: true, delimiter: BACKTICK, depth: 0 });
        return this.token(triple ? K.Backtick3 : K.Backtick1, start, start + (triple ? 3 : 1), spaced);
      }
      case PRIME:
        if (this.primeIsAdjoint()) return this.operator(K.Prime, start, start + 1, spaced);
        this.strings.push({ triple: false, raw: true, delimiter: PRIME, depth: 0 });
        return this.token(K.Prime, start, start + 1, spaced);
      case DOT:
        return this.dot(start, spaced);
      default:
        return this.operatorFrom(c, start, start, spaced);
    }
  }

  private previousIsName(): boolean {
    const kind = this.previous;
    return kind === K.Identifier || isContextualKeyword(kind) || isWordOperator(kind);
  }

  private primeIsAdjoint(): boolean {
    const kind = this.previous;
    return (
      this.previousIsName() ||
      kind === K.Dot ||
      kind === K.RParen ||
      kind === K.RBracket ||
      kind === K.RBrace ||
      kind === K.Prime ||
      kind === K.End ||
      isLiteral(kind)
    );
  }

  private dot(start: number, spaced: boolean): Token {
    const text = this.text;
    const c = this.pointAt(start + 1);
    if (c === DOT) {
      if (text.charCodeAt(start + 2) === DOT) return this.token(K.Splat, start, start + 3, spaced);
      const after = this.pointAt(start + 2);
      if (startsDottedOperator(after)) {
        return this.operator(K.InvalidOperator, start, start + (after > 0xffff ? 4 : 3), spaced);
      }
      return this.token(K.DotDot, start, start + 2, spaced);
    }
    if (isDecimal(c)) return this.number(start, start + 1, K.Float, spaced);
    if (!startsDottedOperator(c)) return this.token(K.Dot, start, start + 1, spaced);
    this.flags = DOTTED;
    return this.operatorFrom(c, start, start + 1, spaced);
  }

  /** An operator token, with the suffix characters that follow it. */
  private operator(kind: number, start: number, end: number, spaced: boolean): Token {
    let i = end;
    if (takesSuffix(kind)) {
      for (let c = this.text.charCodeAt(i); c >= 0xa1; c = this.text.charCodeAt(i)) {
        const point = this.pointAt(i);
        if (!suffixesOperator(point)) break;
        i += point > 0xffff ? 2 : 1;
        this.flags |= SUFFIXED;
      }
    }
    return this.token(kind, start, i, spaced);
  }

  /** The operator whose first character `c` is at `at`; the token starts at `start`, a dot earlier if it is dotted. */
  private operatorFrom(c: number, start: number, at: number, spaced: boolean): Token {
    const text = this.text;
    const next = text.charCodeAt(at + 1);
    const make = (kind: number, width: number): Token => this.operator(kind, start, at + width, spaced);
    const orUpdate = (kind: number): Token => (next === EQUALS ? make(K.UpdateOp, 2) : make(kind, 1));
    switch (c) {
      case EQUALS:
        if (next === EQUALS) return make(K.CompareOp, text.charCodeAt(at + 2) === EQUALS ? 3 : 2);
        return next === GREATER ? make(K.Pair, 2) : make(K.Equals, 1);
      case PLUS:
        return next === PLUS ? make(K.PlusPlus, 2) : orUpdate(K.Plus);
      case MINUS:
        if (next === MINUS) {
          return text.charCodeAt(at + 2) === GREATER ? make(K.LongArrow, 3) : make(K.InvalidOperator, 2);
        }
        if (next === GREATER && at === start) return make(K.Arrow, 2);
        return orUpdate(K.Minus);
      case UNICODE_MINUS:
        return orUpdate(K.Minus);
      case 42: // *
        return next === 42 ? make(K.StarStar, 2) : orUpdate(K.Times);
      case 47: // /
        if (next === 47) return text.charCodeAt(at + 2) === EQUALS ? make(K.UpdateOp, 3) : make(K.Rational, 2);
        return orUpdate(K.TimesOp);
      case BACKSLASH:
      case 37: // %
      case 0xf7: // ÷
        return orUpdate(K.TimesOp);
      case 94: // ^
        return orUpdate(K.Power);
      case DOLLAR:
        return orUpdate(K.Dollar);
      case 0x22bb: // ⊻
        return orUpdate(K.PlusOp);
      case 126: // ~
        return make(K.Tilde, 1);
      case 38: // &
        return next === 38 ? make(K.AndAnd, 2) : orUpdate(K.Ampersand);
      case BAR:
        if (next === BAR) return make(K.OrOr, 2);
        return next === GREATER ? make(K.PipeRight, 2) : orUpdate(K.PlusOp);
      case 33: // !
        if (next !== EQUALS) return make(K.Not, 1);
        return make(K.CompareOp, text.charCodeAt(at + 2) === EQUALS ? 3 : 2);
      case COLON:
        if (next === COLON) return make(K.Declare, 2);
        return next === EQUALS ? make(K.ColonEquals, 2) : make(K.Colon, 1);
      case GREATER:
        if (next === GREATER) {
          const width = text.charCodeAt(at + 2) === GREATER ? 3 : 2;
          return text.charCodeAt(at + width) === EQUALS ? make(K.UpdateOp, width + 1) : make(K.Shift, width);
        }
        if (next === EQUALS) return make(K.CompareOp, 2);
        return next === COLON ? make(K.Supertype, 2) : make(K.Greater, 1);
      case LESS:
        if (next === LESS) return text.charCodeAt(at + 2) === EQUALS ? make(K.UpdateOp, 3) : make(K.Shift, 2);
        if (next === EQUALS) return make(K.CompareOp, 2);
        if (next === COLON) return make(K.Subtype, 2);
        if (next === BAR) return make(K.PipeLeft, 2);
        if (next === MINUS && text.charCodeAt(at + 2) === MINUS) {
          const third = text.charCodeAt(at + 3);
          if (third === MINUS) return make(K.InvalidOperator, 4);
          return third === GREATER ? make(K.ArrowOp, 4) : make(K.ArrowOp, 3);
        }
        return make(K.Less, 1);
      default: {
        const width = c > 0xffff ? 2 : 1;
        const kind = unicodeOperator(c);
        if (kind !== 0) return make(kind, width);
        return this.token(malformedKind(c), start, at + width, spaced);
      }
    }
  }

  /** Between the delimiters of a string, outside its interpolations. */
  private inString(state: StringState): Token {
    const text = this.text;
    const start = this.position;
    const c = this.pointAt(start);
    if (this.previous === K.Dollar) {
      if (c === LPAREN) {
        state.depth++;
        return this.token(K.LParen, start, start + 1, false);
      }
      if (startsName(c)) return this.name(start, false);
    } else if (this.previous === K.Identifier && c >= 0 && !startsOperator(c) && !neverInName(c)) {
      return this.token(K.InterpolationEnd, start, start + (c > 0xffff ? 2 : 1), false);
    }
    if (c < 0) return this.token(K.EndOfInput, start, start, false);
    if (!state.raw) {
      if (c === DOLLAR) return this.token(K.Dollar, start, start + 1, false);
      if (c === BACKSLASH) {
        const end = this.continuationEnd(start);
        if (end >= 0) {
          // An escaped newline is white space inside the string.
          this.countLines(start, end);
          this.position = end;
          this.previous = K.None;
          const token = this.inString(state);
          return new Token(
            token.kind,
            token.start,
            token.end,
            token.line,
            token.endLine,
            token.flags | SPACE_BEFORE,
            token.symbol,
          );
        }
      }
    }
    if (c === state.delimiter && this.terminates(state, start)) {
      if (c === PRIME && this.previous === K.Prime && text.charCodeAt(start + 1) === PRIME) {
        return this.token(K.Char, start, start + 1, false);
      }
      this.strings.pop();
      const width = state.triple ? 3 : 1;
      let kind: number = K.Prime;
      if (c === QUOTE) kind = state.triple ? K.Quote3 : K.Quote1;
      else if (c === BACKTICK) kind = state.triple ? K.Backtick3 : K.Backtick1;
      return this.token(kind, start, start + width, false);
    }
    return this.chunk(state, start);
  }

  /** End of an escaped newline and the indentation after it, -1 if there is none at `start`. */
  private continuationEnd(start: number): number {
    const text = this.text;
    const c = text.charCodeAt(start + 1);
    if (c !== NEWLINE && c !== RETURN) return -1;
    let i = start + 2;
    if (c === RETURN && text.charCodeAt(i) === NEWLINE) i++;
    while (text.charCodeAt(i) === 32 || text.charCodeAt(i) === 9) i++;
    return i;
  }

  private terminates(state: StringState, at: number): boolean {
    const text = this.text;
    const delimiter = state.delimiter;
    if (text.charCodeAt(at) !== delimiter) return false;
    return !state.triple || (text.charCodeAt(at + 1) === delimiter && text.charCodeAt(at + 2) === delimiter);
  }

  /** A run of literal characters; in a triple-quoted string it ends after a newline, for the sake of dedenting. */
  private chunk(state: StringState, start: number): Token {
    const text = this.text;
    const bidi = new BidiState();
    let valid = true;
    let i = start;
    while (i < text.length) {
      const c = text.charCodeAt(i);
      if (c === state.delimiter && this.terminates(state, i)) break;
      if (state.triple && (c === NEWLINE || c === RETURN)) {
        i++;
        if (c === RETURN && text.charCodeAt(i) === NEWLINE) i++;
        if (text.charCodeAt(i - 1) === NEWLINE) bidi.reset();
        break;
      }
      if (c === BACKSLASH) {
        if (state.raw) {
          const from = i;
          while (text.charCodeAt(i) === BACKSLASH) i++;
          if (text.charCodeAt(i) === state.delimiter && (i - from) % 2 === 1) i++;
          continue;
        }
        if (this.continuationEnd(i) >= 0) {
          if (text.charCodeAt(i + 1) === NEWLINE || text.charCodeAt(i + 2) === NEWLINE) bidi.reset();
          break;
        }
        i++;
        if (i >= text.length) break;
        const escaped = text.codePointAt(i) as number;
        if (isSurrogate(escaped)) valid = false;
        i += escaped > 0xffff ? 2 : 1;
        continue;
      }
      if (c === DOLLAR && !state.raw) break;
      if (c >= 128 || c === NEWLINE) {
        bidi.update(c);
        if (c >= 0xd800 && c <= 0xdfff) {
          if (isSurrogate(text.codePointAt(i) as number)) valid = false;
          else i++;
        }
      }
      i++;
    }
    let kind: number = K.CmdString;
    if (!valid) kind = K.InvalidUTF8;
    else if (state.delimiter === PRIME) kind = K.Char;
    else if (!bidi.balanced) kind = K.BidiFormatting;
    else if (state.delimiter === QUOTE) kind = K.String;
    return this.longToken(kind, start, i, false);
  }
}

function isDecimal(c: number): boolean {
  return c >= 48 && c <= 57;
}
function isHex(c: number): boolean {
  return c < 128 && ((asciiClass[c] as number) & HEX_DIGIT) !== 0;
}
function isBinary(c: number): boolean {
  return c === 48 || c === 49;
}
function isOctal(c: number): boolean {
  return c >= 48 && c <= 55;
}
function isSign(c: number): boolean {
  return c === PLUS || c === MINUS || c === UNICODE_MINUS;
}

function malformedKind(c: number): number {
  if (isSurrogate(c)) return K.InvalidUTF8;
  if (isInvisible(c)) return K.InvisibleChar;
  return continuesName(c) ? K.IdentifierStart : K.UnknownChar;
}

function hasLoneSurrogate(text: string): boolean {
  return !text.isWellFormed();
}

/** Nesting of the characters that switch the direction of writing: text that looks other than it reads is refused. */
class BidiState {
  private embeddings = 0;
  private isolates = 0;
  get balanced(): boolean {
    return this.embeddings === 0 && this.isolates === 0;
  }
  reset(): void {
    this.embeddings = 0;
    this.isolates = 0;
  }
  update(c: number): void {
    if (c === NEWLINE) this.reset();
    else if (c < 0x202a || c > 0x2069) return;
    else if (c === 0x202c) this.embeddings--;
    else if (c <= 0x202e) this.embeddings++;
    else if (c >= 0x2066 && c <= 0x2068) this.isolates++;
    else if (c === 0x2069) this.isolates--;
  }
}
