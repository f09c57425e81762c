// The grammar of IR text: documents, code, statements.
//
// A chevrotain parser over the tokens of scan.ts. Operands are found here, as a row of tokens with balanced brackets, and
// handed on as spans of the text; what they mean is operand.ts's business. See docs/jlir.md for the grammar in EBNF.
//
// Enters: tokens. Leaves: the tree below, and what was expected where the text is something else.

import { EmbeddedActionsParser, EOF, type IToken, type ParserMethod, type TokenType } from 'chevrotain';
import { T, tokenTypes } from './scan.ts';

/** A part of the text, from `start` up to `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** An operand, with the code that is nested in it. */
export interface RawOperand extends Span {
  readonly codes: readonly RawCode[];
}

export type RawForm =
  | {
      readonly kind: 'goto';
      readonly target: IToken;
      readonly condition: RawOperand | undefined;
      readonly type: RawOperand | undefined;
    }
  | { readonly kind: 'return'; readonly value: RawOperand }
  | { readonly kind: 'unreachable'; readonly type: RawOperand | undefined }
  | {
      readonly kind: 'enter';
      readonly target: IToken;
      readonly scope: RawOperand | undefined;
      readonly type: RawOperand | undefined;
    }
  | { readonly kind: 'phi' | 'phic' | 'upsilon' | 'pi' | 'operand'; readonly value: RawOperand }
  | { readonly kind: 'invoke'; readonly keyword: IToken; readonly value: RawOperand };

export interface RawStatement extends Span {
  /** Number of the block that begins here. */
  readonly block: IToken | undefined;
  /** The `%3` in front of `=`. */
  readonly name: IToken | undefined;
  readonly form: RawForm;
}

export type RawLine =
  | { readonly kind: 'place'; readonly token: IToken }
  | { readonly kind: 'header'; readonly name: IToken; readonly value: RawOperand }
  | { readonly kind: 'statement'; readonly statement: RawStatement };

export interface RawCode extends Span {
  readonly lines: readonly RawLine[];
  /** What stands behind `=>`. */
  readonly rettype: RawOperand | undefined;
}

export type RawItem =
  | { readonly kind: 'code'; readonly code: RawCode }
  | { readonly kind: 'method'; readonly keyword: IToken; readonly signature: RawOperand; readonly code: RawCode }
  | { readonly kind: 'expression'; readonly value: RawOperand }
  | { readonly kind: 'module'; readonly keyword: IToken; readonly name: RawOperand }
  | { readonly kind: 'end'; readonly keyword: IToken };

type Rule<R> = ParserMethod<[], R>;

const endOf = (token: IToken): number => (token.endOffset ?? token.startOffset) + 1;

/** Tokens that an operand is made of, besides brackets and nested code. */
const operandTokens: TokenType[] = [T.Word, T.Ssa, T.Hash, T.Literal, T.Assign, T.Arrow, T.Declare, T.Other, T.Line];
/** Words of statements: ordinary words inside brackets. */
const wordTokens: TokenType[] = [T.Newline, T.Label, T.Invoke];

class IRGrammar extends EmbeddedActionsParser {
  private depthCodes: RawCode[] = [];

  constructor() {
    super(tokenTypes, { maxLookahead: 2, recoveryEnabled: false });
    this.performSelfAnalysis();
  }

  readonly document: Rule<RawItem[]> = this.RULE('document', () => {
    const items: RawItem[] = [];
    this.MANY(() => {
      this.OR([
        { ALT: () => this.CONSUME(T.Newline) },
        { ALT: () => items.push({ kind: 'code', code: this.SUBRULE(this.code) }) },
        { ALT: () => items.push(this.SUBRULE(this.method)) },
        {
          ALT: () => {
            const keyword = this.CONSUME(T.Module);
            items.push({ kind: 'module', keyword, name: this.SUBRULE(this.operand) });
          },
        },
        { ALT: () => items.push({ kind: 'end', keyword: this.CONSUME(T.ModuleEnd) }) },
        { ALT: () => items.push({ kind: 'expression', value: this.SUBRULE1(this.operand) }) },
      ]);
    });
    return items;
  });

  private readonly method: Rule<RawItem & { kind: 'method' }> = this.RULE('methodItem', () => {
    const keyword = this.CONSUME(T.Method);
    const signature = this.SUBRULE(this.operand);
    this.AT_LEAST_ONE(() => this.CONSUME(T.Newline));
    const code = this.SUBRULE(this.code);
    return { kind: 'method' as const, keyword, signature, code };
  });

  private readonly code: Rule<RawCode> = this.RULE('code', () => {
    const open = this.CONSUME(T.CodeInfo);
    const outer = this.depthCodes;
    this.ACTION(() => {
      this.depthCodes = [];
    });
    const lines: RawLine[] = [];
    this.MANY(() => {
      this.OR([
        { ALT: () => this.CONSUME(T.Newline) },
        { ALT: () => lines.push({ kind: 'place', token: this.CONSUME(T.Place) }) },
        {
          ALT: () => {
            const name = this.CONSUME(T.Header);
            lines.push({ kind: 'header', name, value: this.SUBRULE(this.operand) });
          },
        },
        { ALT: () => lines.push({ kind: 'statement', statement: this.SUBRULE(this.statement) }) },
      ]);
    });
    const close = this.CONSUME(T.Close);
    let rettype: RawOperand | undefined;
    this.OPTION(() => {
      this.CONSUME(T.Arrow);
      rettype = this.SUBRULE1(this.operand);
    });
    this.ACTION(() => {
      this.depthCodes = outer;
    });
    return { start: open.startOffset, end: endOf(close), lines, rettype };
  });

  private readonly statement: Rule<RawStatement> = this.RULE('statement', () => {
    let block: IToken | undefined;
    let name: IToken | undefined;
    this.OPTION(() => {
      block = this.CONSUME(T.Block);
    });
    this.OPTION1({
      GATE: () => this.LA(1).tokenType === T.Ssa && this.LA(2).tokenType === T.Assign,
      DEF: () => {
        name = this.CONSUME(T.Ssa);
        this.CONSUME(T.Assign);
      },
    });
    const start = this.LA(1).startOffset;
    const form = this.SUBRULE(this.form);
    return { block, name, form, start, end: endOf(this.LA(0)) };
  });

  private readonly form: Rule<RawForm> = this.RULE('form', () =>
    this.OR<RawForm>([
      {
        ALT: () => {
          this.CONSUME(T.Goto);
          const target = this.SUBRULE(this.target);
          let condition: RawOperand | undefined;
          this.OPTION(() => {
            this.CONSUME(T.IfNot);
            condition = this.SUBRULE(this.operand);
          });
          return { kind: 'goto', target, condition, type: this.SUBRULE(this.typeSuffix) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.Return);
          return { kind: 'return', value: this.SUBRULE1(this.operand) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.Unreachable);
          return { kind: 'unreachable', type: this.SUBRULE1(this.typeSuffix) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.Enter);
          const target = this.SUBRULE1(this.target);
          let scope: RawOperand | undefined;
          this.OPTION1(() => {
            this.CONSUME(T.WithScope);
            scope = this.SUBRULE2(this.operand);
          });
          return { kind: 'enter', target, scope, type: this.SUBRULE2(this.typeSuffix) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.Phi);
          return { kind: 'phi', value: this.SUBRULE3(this.operand) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.PhiC);
          return { kind: 'phic', value: this.SUBRULE4(this.operand) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.Upsilon);
          return { kind: 'upsilon', value: this.SUBRULE5(this.operand) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.Pi);
          return { kind: 'pi', value: this.SUBRULE6(this.operand) };
        },
      },
      {
        ALT: () => {
          const keyword = this.CONSUME(T.Invoke);
          return { kind: 'invoke', keyword, value: this.SUBRULE7(this.operand) };
        },
      },
      {
        ALT: () => {
          this.OPTION2(() => this.CONSUME(T.Label));
          return { kind: 'operand', value: this.SUBRULE8(this.operand) };
        },
      },
    ]),
  );

  private readonly target: Rule<IToken> = this.RULE('target', () =>
    this.OR([{ ALT: () => this.CONSUME(T.Hash) }, { ALT: () => this.CONSUME(T.Ssa) }]),
  );

  private readonly typeSuffix: Rule<RawOperand | undefined> = this.RULE('typeSuffix', () => {
    let type: RawOperand | undefined;
    this.OPTION(() => {
      this.CONSUME(T.Declare);
      type = this.SUBRULE(this.operand);
    });
    return type;
  });

  private readonly operand: Rule<RawOperand> = this.RULE('operand', () => {
    const outer = this.depthCodes;
    this.ACTION(() => {
      this.depthCodes = [];
    });
    const start = this.LA(1).startOffset;
    this.AT_LEAST_ONE(() => this.SUBRULE(this.piece));
    const result = { start, end: endOf(this.LA(0)), codes: this.depthCodes };
    this.ACTION(() => {
      this.depthCodes = outer;
    });
    return result;
  });

  private readonly piece: Rule<void> = this.RULE('piece', () => {
    this.OR([
      ...operandTokens.map((type) => ({ ALT: () => void this.consume(operandTokens.indexOf(type), type) })),
      { ALT: () => this.SUBRULE(this.group) },
    ]);
  });

  private readonly group: Rule<void> = this.RULE('group', () => {
    this.CONSUME(T.Open);
    this.MANY(() => {
      this.OR([
        { ALT: () => this.SUBRULE(this.piece) },
        { ALT: () => void this.depthCodes.push(this.SUBRULE(this.code)) },
        ...wordTokens.map((type, i) => ({ ALT: () => void this.consume(20 + i, type) })),
      ]);
    });
    this.CONSUME(T.Close);
  });
}

let grammar: IRGrammar | undefined;

export interface RawDocument {
  readonly items: readonly RawItem[];
  readonly error: { readonly message: string; readonly start: number; readonly end: number } | undefined;
}

/** Parses the tokens of a text of `length` characters. */
export function parseDocument(tokens: IToken[], length: number): RawDocument {
  grammar ??= new IRGrammar();
  grammar.input = tokens;
  const items = grammar.document();
  const [error] = grammar.errors;
  if (error === undefined) return { items, error: undefined };
  const { token } = error;
  const atEnd = token.tokenType === EOF;
  const start = atEnd ? length : token.startOffset;
  return {
    items: [],
    error: { message: describe(error.message, token), start, end: atEnd ? length : endOf(token) },
  };
}

// Chevrotain's messages name alternatives one by one; a reader wants to know what was met and what may stand there.
function describe(message: string, token: IToken): string {
  const found =
    token.tokenType === EOF
      ? 'the end of the text'
      : token.tokenType === T.Newline
        ? 'the end of the line'
        : `\`${token.image}\``;
  const expecting = /^Expecting token of type --> (.*?) <--/.exec(message)?.[1];
  if (expecting !== undefined) return `expected ${expecting}, found ${found}`;
  if (/Redundant input/.test(message))
    return `expected CodeInfo(, method, module or the end of the text, found ${found}`;
  if (/at least one iteration/.test(message)) return `expected an operand, found ${found}`;
  const alternatives = [...message.matchAll(/^\d+\. \[(.*?)\]$/gm)].map((match) => match[1]);
  const names = new Set(alternatives.map((sequence) => sequence?.split(',')[0]?.trim() ?? ''));
  if (names.has('name')) return `expected an operand or a statement, found ${found}`;
  return names.size === 0 || names.size > 6
    ? `unexpected ${found}`
    : `expected ${[...names].join(' or ')}, found ${found}`;
}
