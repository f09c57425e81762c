// Forms that start with a reserved word: blocks, loops, definitions, types, modules.
//
// Each form is a rule; `form` chooses by the word. All of them leave the context of the brackets around: inside
// `[begin a -b end]` the blanks mean nothing. A block notes the line of each statement in front of it.

import { Expr, GlobalRef, ModuleRef, Sym, type Syntax, sym } from './expr.ts';
import { AtomGrammar } from './grammar-atoms.ts';
import { isDecorated, isHead, N, type Rule, SPACES, STATEMENT } from './grammar-base.ts';
import { keywords } from './grammar-calls.ts';
import { COMPARISON, PAIR, RANGE } from './grammar-operators.ts';
import { isAssignment, isBlockContinuation, K, type Kind, spelling } from './tokens.ts';

const docMacro = new GlobalRef(new ModuleRef('Core'), sym('@doc'));

interface Signature {
  readonly value: Syntax;
  readonly hasBody: boolean;
}

interface Clause {
  readonly line: number;
  readonly test: Syntax;
  readonly body: Expr;
}

export abstract class FormGrammar extends AtomGrammar {
  protected abstract exportForm: Rule;
  protected abstract publicForm: Rule;
  protected abstract importForm: Rule;
  protected abstract moduleStatement: () => Syntax;

  protected override readonly form: Rule = this.RULE('form', () => {
    if (!this.descend(12)) return this.errorValue();
    const saved = this.context;
    this.context = STATEMENT;
    this.skipSpace();
    const value = this.OR(
      (this.formAlternatives ??= [
        { ALT: () => this.SUBRULE(this.beginForm) },
        { ALT: () => this.SUBRULE(this.quoteForm) },
        { ALT: () => this.SUBRULE(this.whileForm) },
        { ALT: () => this.SUBRULE(this.forForm) },
        { ALT: () => this.SUBRULE(this.letForm) },
        { ALT: () => this.SUBRULE(this.ifForm) },
        { ALT: () => this.SUBRULE(this.scopeForm) },
        { ALT: () => this.SUBRULE(this.constForm) },
        { ALT: () => this.SUBRULE(this.functionForm) },
        { ALT: () => this.SUBRULE(this.macroForm) },
        { ALT: () => this.SUBRULE(this.abstractForm) },
        { ALT: () => this.SUBRULE(this.structForm) },
        { ALT: () => this.SUBRULE(this.primitiveForm) },
        { ALT: () => this.SUBRULE(this.tryForm) },
        { ALT: () => this.SUBRULE(this.returnForm) },
        { ALT: () => this.SUBRULE(this.jumpForm) },
        { ALT: () => this.SUBRULE(this.moduleForm) },
        { ALT: () => this.SUBRULE(this.exportForm) },
        { ALT: () => this.SUBRULE(this.publicForm) },
        { ALT: () => this.SUBRULE(this.importForm) },
        { ALT: () => this.SUBRULE(this.strayDo) },
      ]),
    );
    this.context = saved;
    this.depth -= 12;
    return value;
  });
  private formAlternatives: { ALT: () => Syntax }[] | undefined;

  // --- statements and blocks ----------------------------------------------------------------------------------------

  private readonly expressionStatement = (): Syntax => this.expressionOrTuple();
  protected readonly documented = (): Syntax => this.docstring(this.expressionStatement);
  private readonly field = (): Syntax => {
    if (this.peek().kind !== K.Const) return this.expressionOrTuple();
    this.take();
    return this.result(N.Other, new Expr('const', [this.expressionOrTuple()]));
  };
  private readonly documentedField = (): Syntax => this.docstring(this.field);

  /** A statement; a string before another, at most one newline away, documents it. */
  protected docstring(statement: () => Syntax): Syntax {
    const line = this.atLine;
    const value = statement();
    if (this.node !== N.String) return value;
    const next = this.peek();
    if (this.closes(next.kind)) return value;
    if (next.kind === K.Newline) {
      const second = this.after(next).kind;
      if (this.closesOrNewline(second)) return value;
      this.take();
    }
    const target = statement();
    return this.result(N.MacroCall, new Expr('macrocall', [docMacro, this.line(line), value, target]));
  }

  /** Statements up to a word that ends the block, which is left in place. */
  protected block(statement: () => Syntax = this.expressionStatement): Expr {
    const startLine = this.atLine;
    const args: Syntax[] = [];
    this.skipSpace();
    let kind = this.peek().kind;
    if (!isBlockContinuation(kind)) {
      if (kind !== K.Semicolon) this.blockStatement(args, statement);
      for (;;) {
        kind = this.peek().kind;
        if (kind !== K.Newline && kind !== K.Semicolon) break;
        this.take();
        kind = this.peek().kind;
        if (kind === K.EndOfInput || isBlockContinuation(kind)) break;
        if (kind === K.Newline || kind === K.Semicolon) continue;
        this.blockStatement(args, statement);
      }
    }
    if (args.length === 0) args.push(this.line(startLine));
    this.node = N.BlockForm;
    return new Expr('block', args);
  }

  private blockStatement(args: Syntax[], statement: () => Syntax): void {
    if (this.atEnd('block')) return;
    const line = this.atLine;
    const value = statement();
    args.push(this.line(this.statementLine(value, line)), value);
  }

  private end(tag: 'block' | 'other'): void {
    this.close(K.End, '', tag);
  }

  private readonly beginForm: Rule = this.RULE('beginForm', () => {
    this.expectKind(K.Begin);
    const block = this.block(this.documented);
    this.end('block');
    return this.result(N.BlockForm, block);
  });

  private readonly quoteForm: Rule = this.RULE('quoteForm', () => {
    this.expectKind(K.Quote);
    const block = this.block(this.documented);
    this.end('block');
    return this.result(N.BlockForm, new Expr('quote', [block]));
  });

  // --- loops and conditions -----------------------------------------------------------------------------------------

  private readonly whileForm: Rule = this.RULE('whileForm', () => {
    this.expectKind(K.While);
    const test = this.condition();
    const body = this.block();
    this.end('block');
    body.args.push(this.line(this.lastLine));
    return this.result(N.BlockForm, new Expr('while', [test, body]));
  });

  private readonly forForm: Rule = this.RULE('forForm', () => {
    this.expectKind(K.For);
    const iterations = this.iterations();
    const body = this.block();
    this.end('block');
    body.args.push(this.line(this.lastLine));
    const header = iterations.length === 1 ? (iterations[0] as Syntax) : new Expr('block', iterations);
    return this.result(N.BlockForm, new Expr('for', [header, body]));
  });

  private readonly ifForm: Rule = this.RULE('ifForm', () => {
    this.expectKind(K.If);
    const test = this.test('if');
    const body = this.block();
    const clauses: Clause[] = [];
    let otherwise: Expr | null = null;
    for (;;) {
      this.skipSpace();
      const token = this.peek();
      if (token.kind === K.Else) {
        this.take();
        if (this.peek().kind !== K.If) {
          otherwise = this.block();
          break;
        }
        this.take();
        this.failFrom('use `elseif` instead of `else if`', token.start);
      } else if (token.kind === K.Elseif) this.take();
      else break;
      const clauseTest = this.test('elseif');
      clauses.push({ line: token.line, test: clauseTest, body: this.block() });
    }
    this.end('block');
    for (let i = clauses.length - 1; i >= 0; i--) {
      const clause = clauses[i] as Clause;
      const args: Syntax[] = [new Expr('block', [this.line(clause.line), clause.test]), clause.body];
      if (otherwise !== null) args.push(otherwise);
      otherwise = new Expr('elseif', args);
    }
    const args: Syntax[] = [test, body];
    if (otherwise !== null) args.push(otherwise);
    return this.result(N.BlockForm, new Expr('if', args));
  });

  private test(word: string): Syntax {
    const kind = this.peek().kind;
    if (kind !== K.Newline && kind !== K.End) return this.condition();
    const start = this.at;
    this.skipSpace();
    return this.failFrom(`missing condition in \`${word}\``, start);
  }

  private readonly letForm: Rule = this.RULE('letForm', () => {
    this.expectKind(K.Let);
    const bindings: Syntax[] = [];
    const first = this.peek().kind;
    if (first !== K.Newline && first !== K.Semicolon) {
      if (!this.atEnd('block')) bindings.push(this.argument());
      while (this.peek().kind === K.Comma) {
        this.take();
        if (!this.atEnd('block')) bindings.push(this.argument());
      }
    }
    const next = this.peek().kind;
    if (next === K.Newline || next === K.Semicolon) this.take();
    else if (next !== K.End) {
      this.recover('let variables should end in `;` or newline', (kind) => this.closesOrNewline(kind));
    }
    const body = this.block();
    this.end('block');
    const only = bindings.length === 1 ? (bindings[0] as Syntax) : null;
    const bare = only instanceof Sym || isHead(only, '=') || isHead(only, '::');
    return this.result(N.BlockForm, new Expr('let', [bare ? only : new Expr('block', bindings), body]));
  });

  private readonly tryForm: Rule = this.RULE('tryForm', () => {
    const start = this.at;
    this.expectKind(K.Try);
    const body = this.block();
    let variable: Syntax = false;
    let handler: Syntax = false;
    let otherwise: Syntax = false;
    let last: Syntax = false;
    let caught = false;
    const handle = (): void => {
      caught = true;
      this.take();
      variable = this.catchVariable();
      handler = this.block();
    };
    this.skipSpace();
    if (this.peek().kind === K.Catch) handle();
    this.skipSpace();
    if (this.peek().kind === K.Else) {
      const from = this.at;
      this.take();
      otherwise = this.block();
      if (!caught) this.failFrom('Expected `catch` before `else`', from);
    }
    this.skipSpace();
    if (this.peek().kind === K.Finally) {
      this.take();
      last = this.block();
    }
    this.skipSpace();
    if (!caught && this.peek().kind === K.Catch) handle();
    const unhandled = !caught && last === false;
    if (unhandled) this.missing(null, 'block');
    this.end('block');
    if (unhandled) this.diagnose('try without catch or finally', start, this.at);
    const args: Syntax[] = [body, variable, handler];
    if (last !== false || otherwise !== false) args.push(last);
    if (otherwise !== false) args.push(otherwise);
    return this.result(N.BlockForm, new Expr('try', args));
  });

  private catchVariable(): Syntax {
    if (this.peek().kind === K.Semicolon || this.closesOrNewline(this.peek().kind)) return false;
    const start = this.at;
    const value = this.argument();
    const node = this.node;
    if (node === N.Name || node === N.Var || node === N.Interpolation || node === N.Operator) return value;
    return this.failFrom('a variable name is expected after `catch`', start);
  }

  /** `do x, y ... end` after a call; the word is next. */
  protected override doBlock(call: Expr): Expr {
    if (!this.descend(7)) return call;
    this.take();
    const saved = this.context;
    this.context = STATEMENT;
    const parameters: Syntax[] = [];
    const next = this.peek().kind;
    if (next === K.Newline || next === K.Semicolon) this.take();
    else {
      parameters.push(this.binary(RANGE));
      while (this.peek().kind === K.Comma) {
        this.take();
        parameters.push(this.binary(RANGE));
      }
    }
    const body = this.block();
    this.end('block');
    this.context = saved;
    this.depth -= 7;
    return new Expr('do', [call, new Expr('->', [new Expr('tuple', parameters), body])]);
  }

  private readonly strayDo: Rule = this.RULE('strayDo', () => {
    const token = this.expectKind(K.Do);
    return this.failFrom('invalid `do` syntax', token.start);
  });

  private readonly returnForm: Rule = this.RULE('returnForm', () => {
    this.expectKind(K.Return);
    const value = this.closesOrNewline(this.peek().kind) ? null : this.expressionOrTuple();
    return this.result(N.Word, new Expr('return', [value]));
  });

  private readonly jumpForm: Rule = this.RULE('jumpForm', () => {
    const word = this.choose(K.Break, K.Continue);
    const next = this.peek().kind;
    const ends =
      next === K.Newline ||
      next === K.Semicolon ||
      next === K.RParen ||
      next === K.Colon ||
      next === K.EndOfInput ||
      next === K.End;
    if (!ends) this.recover(`unexpected token after ${spelling(word)}`, (kind) => this.closesOrNewline(kind));
    return this.result(N.Word, new Expr(spelling(word), []));
  });

  /** Consumes one of two words and says which. */
  private choose(first: Kind, second: Kind): number {
    const kind = this.peek().kind;
    this.OR([{ ALT: () => this.expectKind(first) }, { ALT: () => this.expectKind(second) }]);
    return kind;
  }

  // --- variables ----------------------------------------------------------------------------------------------------

  private readonly scopeForm: Rule = this.RULE('scopeForm', () => {
    const start = this.at;
    const word = spelling(this.choose(K.Global, K.Local));
    const constant = this.peek().kind === K.Const;
    if (constant) this.take();
    const { args, assigned } = this.variables();
    if (constant && !assigned) this.failFrom('expected assignment after `const`', start);
    const scope = new Expr(word, args);
    return this.result(N.Word, constant ? new Expr('const', [scope]) : scope);
  });

  private readonly constForm: Rule = this.RULE('constForm', () => {
    const start = this.at;
    this.expectKind(K.Const);
    const next = this.peek().kind;
    const scoped = next === K.Global || next === K.Local;
    if (scoped) this.take();
    const { args, assigned } = this.variables(scoped);
    if (!assigned) this.failFrom('expected assignment after `const`', start);
    return this.result(N.Word, new Expr('const', scoped ? [new Expr(spelling(next), args)] : args));
  });

  /** `x`, `x, y` or an assignment. The names of a tuple without assignment are listed, unless `keep`. */
  private variables(flatten = true): { args: Syntax[]; assigned: boolean } {
    const line = this.atLine;
    const first = this.binary(PAIR);
    let args: Syntax[] = [first];
    const several = this.peek().kind === K.Comma;
    if (several) args = this.commaSeparated(first);
    const operator = this.peek();
    if (!isAssignment(operator.kind)) {
      if (!several && flatten && isHead(first, 'tuple')) args = first.args;
      return { args, assigned: false };
    }
    const left = several ? this.result(N.Tuple, new Expr('tuple', args)) : first;
    const value = this.assignment(left, line, true);
    return { args: [value], assigned: operator.kind === K.Equals && !isDecorated(operator) };
  }

  // --- functions and macros -----------------------------------------------------------------------------------------

  private readonly functionForm: Rule = this.RULE('functionForm', () => {
    const { line } = this.expectKind(K.Function);
    this.skipSpace();
    const { value, hasBody } = this.functionSignature();
    return this.definition('function', value, hasBody, line, 'block');
  });

  private readonly macroForm: Rule = this.RULE('macroForm', () => {
    const { line } = this.expectKind(K.Macro);
    this.skipSpace();
    const start = this.at;
    const startLine = this.atLine;
    let name = this.prefixed(false);
    if (this.leaf !== null && this.isInitialWord(this.leaf.kind)) name = this.failFrom('invalid macro name', start);
    const { value, hasBody } = this.signatureTail(name, start, startLine, 'macro');
    return this.definition('macro', value, hasBody, line, 'other');
  });

  private definition(word: string, signature: Syntax, hasBody: boolean, line: number, tag: 'block' | 'other'): Syntax {
    if (!hasBody) {
      this.skipSpace();
      this.take();
      return this.result(N.BlockForm, new Expr(word, [signature]));
    }
    const body = this.block();
    this.end(tag);
    body.args.unshift(this.line(line));
    return this.result(N.BlockForm, new Expr(word, [signature, body]));
  }

  private functionSignature(): Signature {
    const start = this.at;
    const startLine = this.atLine;
    if (this.peek().kind !== K.LParen) {
      let name = this.prefixed(false);
      if (this.leaf !== null && this.isReserved(this.leaf.kind)) name = this.failFrom('invalid function name', start);
      return this.signatureTail(name, start, startLine, 'function');
    }
    // In parentheses may stand the name, the parameters of an anonymous function, or all of the signature.
    this.take();
    const empty = this.peekPastNewlines().kind === K.RParen;
    const found = this.contents(K.RParen, true);
    const parsedCall = this.isCall;
    const node = this.node;
    const leaf = this.leaf;
    // Not past newlines: a `)` on a line of its own hides what follows it.
    const second = this.peekSecond().kind;
    const named = second === K.LParen || second === K.Dot;
    const anonymous = (!named && !parsedCall) || found.commas;
    const saved = this.context;
    this.context = this.multiline();
    this.close(K.RParen, ' or `,`', 'other');
    this.context = saved;
    if (anonymous) {
      const args = this.argumentsOf(found);
      for (const arg of args) if (isHead(arg, 'parameters')) keywords(arg.args);
      this.placeParameters(args, 0);
      const only = args.length === 1 ? (args[0] as Syntax) : null;
      const grouping = !found.commas && !found.splat && found.sections.length === 0 && found.items.length === 1;
      if (grouping && (node === N.MacroCall || node === N.Interpolation)) {
        this.failFrom(
          'Ambiguous signature. Add a trailing comma if this is a 1-argument anonymous function; remove parentheses if this is a macro call acting as function signature.',
          start,
        );
      }
      const parameters = isHead(only, '...') ? only : new Expr('tuple', args);
      this.result(N.Tuple, parameters);
      if (!named) return this.signatureEnd(parameters, true);
      return this.signatureTail(this.result(N.Tuple, new Expr('tuple', args)), start, startLine, 'function');
    }
    let value: Syntax;
    if (empty) value = this.result(N.Tuple, new Expr('tuple', []));
    else {
      value = found.items[0] as Syntax;
      this.node = node;
      this.isCall = parsedCall;
      this.leaf = null;
      if (leaf !== null && this.isReserved(leaf.kind)) value = this.failFrom('invalid function name', start);
    }
    if (!named) return this.signatureEnd(value, true);
    return this.signatureTail(value, start, startLine, 'function');
  }

  /** After the name: the argument list, the return type, `where`. */
  private signatureTail(name: Syntax, start: number, line: number, word: 'function' | 'macro'): Signature {
    let value = this.callChain(name, start, line);
    const node = this.node;
    const nameOnly = node === N.Name || node === N.Var || node === N.Interpolation || node === N.Operator;
    if (nameOnly && this.peekPastNewlines().kind === K.End) return { value, hasBody: false };
    if (node !== N.Call && node !== N.MacroCall) {
      value = this.failFrom(`Invalid signature in ${word} definition`, start);
    }
    return this.signatureEnd(value, word === 'function');
  }

  private signatureEnd(signature: Syntax, typed: boolean): Signature {
    let value = signature;
    if (typed && this.peek().kind === K.Declare) {
      this.take();
      value = new Expr('::', [value, this.call()]);
    }
    if (this.peek().kind === K.Where) value = this.whereChain(value);
    return { value, hasBody: true };
  }

  // --- types and modules --------------------------------------------------------------------------------------------

  /** `Name{T} <: Super`. */
  private typeName(): Syntax {
    const token = this.peek();
    if (!this.isReserved(token.kind)) return this.binary(COMPARISON);
    const start = this.at;
    this.take();
    return this.failFrom(`Invalid type name \`${spelling(token.kind)}\``, start);
  }

  private skipSeparators(): void {
    for (;;) {
      const kind = this.peek().kind;
      if (kind !== K.Newline && kind !== K.Semicolon) break;
      this.take();
    }
  }

  private readonly abstractForm: Rule = this.RULE('abstractForm', () => {
    this.expectKind(K.Abstract);
    this.expectKind(K.Type);
    const name = this.typeName();
    this.skipSeparators();
    this.end('other');
    return this.result(N.BlockForm, new Expr('abstract', [name]));
  });

  private readonly primitiveForm: Rule = this.RULE('primitiveForm', () => {
    this.expectKind(K.Primitive);
    this.expectKind(K.Type);
    this.context |= SPACES;
    const name = this.typeName();
    const size = this.condition();
    this.context = STATEMENT;
    this.skipSeparators();
    this.end('other');
    return this.result(N.BlockForm, new Expr('primitive', [name, size]));
  });

  private readonly structForm: Rule = this.RULE('structForm', () => {
    const mutable = this.peek().kind === K.Mutable;
    this.OR([
      { ALT: () => this.expectKind(K.Struct) },
      {
        ALT: () => {
          this.expectKind(K.Mutable);
          this.expectKind(K.Struct);
        },
      },
    ]);
    const name = this.typeName();
    const body = this.block(this.documentedField);
    this.end('block');
    // Between fields a docstring is a statement of its own.
    const fields: Syntax[] = [];
    for (const arg of body.args) {
      if (isHead(arg, 'macrocall') && arg.args[0] === docMacro)
        fields.push(arg.args[2] as Syntax, arg.args[3] as Syntax);
      else fields.push(arg);
    }
    return this.result(N.BlockForm, new Expr('struct', [mutable, name, new Expr('block', fields)]));
  });

  private readonly moduleForm: Rule = this.RULE('moduleForm', () => {
    const { line } = this.peek();
    const word = this.choose(K.Module, K.Baremodule);
    const token = this.peek();
    let name: Syntax;
    if (this.isReserved(token.kind)) {
      const start = this.at;
      this.take();
      name = this.failFrom('Invalid module name', start);
    } else name = this.prefixed(false);
    const body = this.block(this.moduleStatement);
    this.end('block');
    body.args.unshift(this.line(line));
    return this.result(N.BlockForm, new Expr('module', [word === K.Module, name, body]));
  });
}
