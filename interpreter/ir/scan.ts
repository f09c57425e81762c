// IR text into tokens, and a masked copy of the text for Julia's parser.
//
// IR text has its own outside: blocks in the margin, `goto #3 if not %2`, `φ (#1 => 0)`. Its operands are Julia
// expressions, except for a few spellings that Julia reads otherwise: `%3` is a value, `#self#` and `x@_4` are slots,
// `%new(...)` makes an object, `:(x)` among values is the slot x and not the symbol. So that Julia's own parser can read
// operands, each of these is masked in a copy of the text by a letter that occurs nowhere in it: the copy is as long as
// the text, every offset means the same place in both, and operand.ts takes the masks off again.
//
// The margin is decoration but for the number that begins a block; so are the brackets in which Julia shows what was
// inlined. `#` begins a comment where a blank or nothing follows it.
//
// Enters: any text. Leaves: tokens, the masked text, and what was wrong; nothing is thrown.

import { createToken, type IToken, type TokenType } from 'chevrotain';
import { continuesName, startsName } from '../syntax/characters.ts';
import type { Diagnostic } from '../syntax/diagnostics.ts';

const token = (name: string): TokenType => createToken({ name });

/** The kinds of tokens. */
export const T = {
  Newline: token('end of line'),
  Block: token('number of a block'),
  Place: token('source line'),
  Header: token('slots:, facts:, flags: or rettype:'),
  CodeInfo: token('CodeInfo('),
  Method: token('method'),
  Module: token('module'),
  ModuleEnd: token('end'),
  Ssa: token('value (%1)'),
  Hash: token('block (#1)'),
  Goto: token('goto'),
  IfNot: token('if not'),
  Return: token('return'),
  Unreachable: token('unreachable'),
  Enter: token('enter'),
  WithScope: token('with scope'),
  Phi: token('φ'),
  PhiC: token('φᶜ'),
  Upsilon: token('ϒ'),
  Pi: token('π'),
  Label: token('builtin, dynamic or intrinsic'),
  Invoke: token('invoke'),
  Word: token('name'),
  Literal: token('literal'),
  Open: token('opening bracket'),
  Close: token('closing bracket'),
  Assign: token('='),
  Arrow: token('=>'),
  Declare: token('::'),
  Other: token('operator'),
  Line: token('line number (#= file:1 =#)'),
} as const;

export const tokenTypes: TokenType[] = Object.values(T);

/** The letters that mask, chosen so that the text has none of them. */
export interface Masks {
  /** For `%`. */
  readonly percent: string;
  /** For `#` in a name. */
  readonly hash: string;
  /** For `@` in a name. */
  readonly at: string;
  /** For `:` in front of a slot in parentheses. */
  readonly quote: string;
  /** Begins what stands for a nested CodeInfo or a line number, followed by the token's or code's number. */
  readonly part: string;
}

export interface Scanned {
  readonly tokens: IToken[];
  readonly masked: string[];
  readonly masks: Masks;
  readonly diagnostics: Diagnostic[];
  /** Line numbers that stand in the text as `#= file:1 =#`, by the number behind the mask. */
  readonly lines: { readonly file: string | null; readonly line: number }[];
}

/** How deep brackets may nest. */
const deepest = 200;

const MASK_LETTERS = 'ꙮꙩꙫꙧꙭꙡꙣꙥꙛꙗꙕꙓꙑꚁꚃꚅꚇꚉꚋꚍꚏꚑꚓꚕꚗ';

function chooseMasks(text: string): Masks | undefined {
  const free = Array.from(MASK_LETTERS).filter((letter) => !text.includes(letter));
  const [percent, hash, at, quote, part] = free;
  if (percent === undefined || hash === undefined || at === undefined || quote === undefined || part === undefined)
    return undefined;
  return { percent, hash, at, quote, part };
}

const MARGIN = /(\d+) [─┄]+/y;
const BARS = /[│┌└├─┄╻╷┃┐┘]+/y;
const KEYWORD = /(goto|return|unreachable|enter|φᶜ|φ|π|ϒ)(?![\p{L}\p{N}_!#@])(?! *=[^=])/uy;
const LABEL = /(dynamic +invoke|invoke|dynamic +builtin|builtin|dynamic|intrinsic|unknown)(?= +[^ =\n])(?! *= )/y;
const NUMBER = /0[xX][0-9a-fA-F_]+|0b[01_]+|0o[0-7_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eEf][+-]?\d+)?/y;
const CHARACTER = /'(?:\\[^\n']{1,12}|\\'|[^'\\\n])'/uy;
const OPERATOR = /===|=>|==|<=|>=|!=|::|[\s\S]/uy;
const LINE_COMMENT = /^#= (?:line (\d+)|([\s\S]*):(\d+)) =#$/;

const KEYWORDS: Readonly<Record<string, TokenType>> = {
  goto: T.Goto,
  return: T.Return,
  unreachable: T.Unreachable,
  enter: T.Enter,
  φ: T.Phi,
  φᶜ: T.PhiC,
  ϒ: T.Upsilon,
  π: T.Pi,
};

/** Takes `text` apart. */
export function scan(text: string): Scanned {
  const masks = chooseMasks(text);
  if (masks === undefined) {
    const message = 'the text uses all letters that the reader needs for its own';
    return {
      tokens: [],
      masked: [],
      masks: { percent: '', hash: '', at: '', quote: '', part: '' },
      diagnostics: [{ severity: 'error', message, start: 0, end: 0 }],
      lines: [],
    };
  }
  return new IRScanner(text, masks).run();
}

class IRScanner {
  private readonly text: string;
  private readonly masks: Masks;
  private readonly masked: string[];
  private readonly tokens: IToken[] = [];
  private readonly diagnostics: Diagnostic[] = [];
  private readonly lines: { file: string | null; line: number }[] = [];
  private at = 0;
  private readonly brackets: { start: number; isCode: boolean }[] = [];
  /** Depth of brackets at which lines are statements. */
  private isLineStart = true;
  private isStatementStart = true;
  /** What the statement began with, which decides whether `if not` and `with scope` are words of its own. */
  private keyword: TokenType | null = null;

  constructor(text: string, masks: Masks) {
    this.text = text;
    this.masks = masks;
    this.masked = text.split('');
  }

  run(): Scanned {
    while (this.at < this.text.length) {
      const before = this.at;
      this.next();
      if (this.diagnostics.length > 0) break;
      if (this.at === before) throw new Error(`the scanner stands still at ${before}`);
    }
    const open = this.brackets[this.brackets.length - 1];
    if (open !== undefined && this.diagnostics.length === 0) {
      const what = open.isCode ? 'CodeInfo( has no closing )' : 'this bracket is not closed';
      this.fail(what, open.start, open.start + 1);
    }
    const { tokens, masked, masks, diagnostics, lines } = this;
    return { tokens, masked, masks, diagnostics, lines };
  }

  private fail(message: string, start: number, end: number): void {
    this.diagnostics.push({ severity: 'error', message, start, end });
    this.at = this.text.length;
  }

  private push(type: TokenType, end: number, payload?: number): void {
    this.tokens.push({
      image: this.text.slice(this.at, end),
      startOffset: this.at,
      endOffset: end - 1,
      tokenType: type,
      tokenTypeIdx: type.tokenTypeIdx ?? 0,
      ...(payload === undefined ? {} : { payload }),
    });
    this.at = end;
    if (type !== T.Newline && type !== T.Block) this.isLineStart = false;
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text);
  }

  private blank(end: number): void {
    for (let i = this.at; i < end; i++) if (this.text[i] !== '\n') this.masked[i] = ' ';
    this.at = end;
  }

  private endOfLine(): number {
    const end = this.text.indexOf('\n', this.at);
    return end < 0 ? this.text.length : end;
  }

  /** Are lines statements here, or just white space inside an operand's brackets? */
  private inStatements(): boolean {
    const innermost = this.brackets[this.brackets.length - 1];
    return innermost === undefined || innermost.isCode;
  }

  private next(): void {
    const { text } = this;
    const c = text[this.at];
    if (c === '\n') {
      this.push(T.Newline, this.at + 1);
      this.isLineStart = true;
      this.isStatementStart = true;
      this.keyword = null;
      this.nested = false;
      return;
    }
    if (c === ' ' || c === '\t' || c === '\r') {
      this.at++;
      return;
    }
    if (this.isLineStart && this.inStatements() && this.lineStart()) return;
    if (c === '#' && this.hash()) return;
    if (c === '"') return this.string();
    if (c === '%' && this.percent()) return;
    if (c === "'") {
      const literal = this.isAfterOperand() ? null : this.match(CHARACTER);
      if (literal !== null) return this.other(T.Literal, this.at + literal[0].length);
    }
    if (c >= '0' && c <= '9') {
      const number = this.match(NUMBER);
      if (number !== null) return this.other(T.Literal, this.at + number[0].length);
    }
    if (this.isStatementStart && this.inStatements() && this.statementWord()) return;
    const word = this.wordEnd();
    if (word > this.at) return this.word(word);
    this.punctuation(c);
  }

  private other(type: TokenType, end: number): void {
    this.push(type, end);
    this.isStatementStart = false;
  }

  /** Margin, places, headers and what stands outside code; true if something was taken. */
  private lineStart(): boolean {
    const { text } = this;
    const column = this.at === 0 || text[this.at - 1] === '\n';
    const block = this.match(MARGIN);
    if (block !== null && this.brackets.length > 0) {
      this.push(T.Block, this.at + block[0].length, Number(block[1]));
      this.skipBars();
      return true;
    }
    const bars = this.match(BARS);
    if (bars !== null) {
      const isNested = !column || (bars[0].length > 1 + 0 && /[┌│].*[┌│]/.test(bars[0]));
      this.at += bars[0].length;
      this.nested ||= isNested;
      return true;
    }
    if (text[this.at] === '@' && /[ \r\n]/.test(text[this.at + 1] ?? '\n')) {
      const wasNested = this.nested;
      this.nested = false;
      // The place of inlined code says nothing about the statement's own.
      if (wasNested) this.blank(this.endOfLine());
      else this.push(T.Place, this.endOfLine());
      return true;
    }
    this.nested = false;
    if (this.brackets.length > 0) {
      const header = /(slots|facts|flags|rettype):/y;
      const found = this.match(header);
      if (found !== null) {
        this.other(T.Header, this.at + found[0].length);
        return true;
      }
      return false;
    }
    // The prompt of a REPL with what was typed, and the first line of a vector that Julia shows.
    if (
      /^julia> /.test(text.slice(this.at, this.at + 7)) ||
      this.match(/\d+-element [^\n]*:[ \r]*(?=\n|$)/y) !== null
    ) {
      this.blank(this.endOfLine());
      return true;
    }
    const outside = this.match(/(method|module|baremodule|end)(?![\p{L}\p{N}_!.(])/uy);
    if (outside !== null) {
      const type = outside[1] === 'method' ? T.Method : outside[1] === 'end' ? T.ModuleEnd : T.Module;
      this.other(type, this.at + outside[0].length);
      return true;
    }
    return false;
  }

  private nested = false;

  private skipBars(): void {
    const bars = this.match(BARS);
    if (bars !== null) this.at += bars[0].length;
  }

  /** Comments, line numbers, blocks and names that begin with `#`. */
  private hash(): boolean {
    const { text } = this;
    const next = text[this.at + 1] ?? '';
    if (next === '=') {
      const end = this.commentEnd();
      if (end < 0) {
        this.fail('this comment has no end', this.at, this.at + 2);
        return true;
      }
      const line = LINE_COMMENT.exec(text.slice(this.at, end));
      if (line === null || end - this.at < 9) {
        this.blank(end);
        return true;
      }
      const name = `${this.masks.part + String(this.lines.length)}L`;
      this.lines.push({ file: line[2] ?? null, line: Number(line[1] ?? line[3]) });
      this.mask(name, end);
      this.other(T.Line, end);
      return true;
    }
    if (next === '' || next === ' ' || next === '\t' || next === '\n' || next === '\r' || next === '!') {
      this.blank(this.endOfLine());
      return true;
    }
    return false;
  }

  /** Writes `name` into the masked text from here to `end`, padded with blanks. */
  private mask(name: string, end: number): void {
    for (let i = this.at; i < end; i++) this.masked[i] = name[i - this.at] ?? ' ';
  }

  private commentEnd(): number {
    let depth = 0;
    for (let i = this.at; i < this.text.length - 1; i++) {
      if (this.text.startsWith('#=', i)) {
        depth++;
        i++;
      } else if (this.text.startsWith('=#', i)) {
        depth--;
        i++;
        if (depth === 0) return i + 1;
      }
    }
    return -1;
  }

  private string(): void {
    const { text } = this;
    const fence = text.startsWith('"""', this.at) ? '"""' : '"';
    let i = this.at + fence.length;
    while (i < text.length && !text.startsWith(fence, i)) i += text[i] === '\\' ? 2 : 1;
    if (i >= text.length) return this.fail('this string has no end', this.at, this.at + fence.length);
    this.other(T.Literal, i + fence.length);
  }

  private percent(): boolean {
    const value = this.match(/%(\d+)(?![\p{L}\p{N}_])/uy);
    if (value !== null) {
      this.masked[this.at] = this.masks.percent;
      const isTarget =
        this.isStatementStart &&
        /^ *=[^=>]/.test(this.text.slice(this.at + value[0].length, this.at + value[0].length + 12));
      this.push(T.Ssa, this.at + value[0].length, Number(value[1]));
      if (!isTarget) this.isStatementStart = false;
      return true;
    }
    const head = this.match(/%[a-z_]+(?=\()/y);
    if (head === null) return false;
    this.masked[this.at] = this.masks.percent;
    this.other(T.Word, this.at + head[0].length);
    return true;
  }

  private isAfterOperand(): boolean {
    const before = this.text[this.at - 1] ?? ' ';
    return /[)\]}'"]/.test(before) || continuesName(before.codePointAt(0) ?? 32);
  }

  private statementWord(): boolean {
    const keyword = this.match(KEYWORD);
    if (keyword !== null) {
      this.keyword = KEYWORDS[keyword[1]] ?? null;
      this.other(this.keyword ?? T.Word, this.at + keyword[0].length);
      return true;
    }
    const label = this.match(LABEL);
    if (label === null) return false;
    this.push(label[1].endsWith('invoke') ? T.Invoke : T.Label, this.at + label[0].length);
    return true;
  }

  /** End of the name that begins here; the place itself if none does. */
  private wordEnd(): number {
    const { text } = this;
    let i = this.at;
    if (text.startsWith('var"', i)) {
      const quoted = this.match(/var"(?:[^"\\]|\\[\s\S])*"/y);
      if (quoted !== null) return i + quoted[0].length;
    }
    for (;;) {
      const code = text.codePointAt(i) ?? 0;
      const isFirst = i === this.at;
      if (code === 0x23) {
        const next = text.codePointAt(i + 1) ?? 32;
        if (!(continuesName(next) || next === 0x23) && isFirst) return i;
        i++;
      } else if (code === 0x40) {
        const number = /@_\d+/y;
        number.lastIndex = i;
        const found = number.exec(text);
        return found === null ? i : i + found[0].length;
      } else if (isFirst ? startsName(code) : continuesName(code)) {
        i += code > 0xffff ? 2 : 1;
      } else return i;
    }
  }

  private word(end: number): void {
    const { text, masks } = this;
    const image = text.slice(this.at, end);
    if (image === 'CodeInfo' && text[end] === '(') {
      this.open(end + 1, true);
      this.push(T.CodeInfo, end + 1);
      this.isStatementStart = true;
      return;
    }
    if (this.keyword === T.Goto && image === 'if' && this.inStatements()) {
      const words = this.match(/if +not(?![\p{L}\p{N}_])/uy);
      if (words !== null) return this.other(T.IfNot, this.at + words[0].length);
    }
    if (this.keyword === T.Enter && image === 'with' && this.inStatements()) {
      const words = this.match(/with +scope(?![\p{L}\p{N}_])/uy);
      if (words !== null) return this.other(T.WithScope, this.at + words[0].length);
    }
    if (!image.startsWith('var"')) {
      for (let i = this.at; i < end; i++) {
        if (text[i] === '#') this.masked[i] = masks.hash;
        else if (text[i] === '@') this.masked[i] = masks.at;
      }
    }
    const block = /^#(\d+)$/.exec(image);
    if (block !== null) {
      this.push(T.Hash, end, Number(block[1]));
      this.isStatementStart = false;
      return;
    }
    this.other(T.Word, end);
  }

  private open(end: number, isCode: boolean): void {
    this.brackets.push({ start: this.at, isCode });
    if (this.brackets.length > deepest) this.fail('the brackets nest too deeply', this.at, end);
  }

  private punctuation(c: string): void {
    switch (c) {
      case '(':
      case '[':
      case '{':
        this.open(this.at + 1, false);
        if (this.at < this.text.length) this.other(T.Open, this.at + 1);
        return;
      case ')':
      case ']':
      case '}': {
        if (this.brackets.length === 0) return this.fail(`\`${c}\` closes nothing`, this.at, this.at + 1);
        this.brackets.pop();
        return this.other(T.Close, this.at + 1);
      }
      case ':': {
        const before = this.text[this.at - 1] ?? ' ';
        const slot = /[\s(,[]/.test(before) ? this.match(/:\((?![\d])(?=[^()\s,:;."'`%$]+\))/y) : null;
        if (slot !== null && this.isSlotName(this.at + 2)) this.masked[this.at] = this.masks.quote;
        break;
      }
      default:
    }
    const operator = this.match(OPERATOR);
    const image = operator?.[0] ?? c;
    const type = image === '=' ? T.Assign : image === '=>' ? T.Arrow : image === '::' ? T.Declare : T.Other;
    this.push(type, this.at + image.length);
    // Behind `%3 =` the statement begins.
    if (type !== T.Assign || this.tokens[this.tokens.length - 2]?.tokenType !== T.Ssa) this.isStatementStart = false;
  }

  private isSlotName(start: number): boolean {
    const outer = this.at;
    this.at = start;
    const end = this.wordEnd();
    this.at = outer;
    return end > start && this.text[end] === ')';
  }
}
