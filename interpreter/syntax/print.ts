// Expressions back to source text, such that parsing the text gives the same expression.
//
// The text favours certainty over elegance: an operand that is not a name, a literal or a bracketed form stands in
// parentheses, so no precedence has to be weighed. Statements get lines of their own, indented by their block. What the
// parser cannot produce (a value of the heap, a head it does not know) has no source, and is refused.
//
// Enters: surface syntax. Leaves: text. Line numbers are dropped; parsing makes new ones.

import { normalizeName } from './characters.ts';
import { Expr, GlobalRef, LineNumberNode, Literal, QuoteNode, Sym, type Syntax } from './expr.ts';
import { isHead } from './grammar-base.ts';
import {
  arrayHeads,
  character,
  escapeRaw,
  escapeText,
  expressionHeads,
  float,
  isAssignmentHead,
  isBinary,
  isBlockConditional,
  isBroadcast,
  isInfixHead,
  isPlainName,
  needsBrackets,
  operatorToken,
  quotedOperator,
  UnprintableError,
} from './print-words.ts';
import { isKeyword, isSyntacticOperator, isUnaryOperator, K, words } from './tokens.ts';

export { UnprintableError } from './print-words.ts';

/** The source text of an expression. Throws `UnprintableError` for what no source produces, or what is nested too deeply. */
export function printSource(value: Syntax): string {
  try {
    return new Printer().statement(value, '', true);
  } catch (error) {
    if (error instanceof RangeError && /call stack/i.test(error.message)) {
      throw new UnprintableError('the expression is nested too deeply');
    }
    throw error;
  }
}

/** What a string in front of a definition becomes. */
function isDocumentation(value: Syntax): boolean {
  if (!isHead(value, 'macrocall')) return false;
  const [name] = value.args;
  return name instanceof GlobalRef && name.module.path === 'Core' && name.name.name === '@doc';
}

class Printer {
  /** Inside `a[...]`, where `end` and `begin` are names. */
  private indexing = false;

  // --- names and literals -------------------------------------------------------------------------------------------

  private name(name: string): string {
    if (isPlainName(name)) return name;
    if (this.indexing && (name === 'end' || name === 'begin')) return name;
    if (operatorToken(name) !== null && !this.isSyntax(name)) return `(${name})`;
    return this.quotedName(name);
  }

  private isSyntax(name: string): boolean {
    const token = operatorToken(name);
    return (
      token === null ||
      isSyntacticOperator(token.kind) ||
      token.kind === K.Question ||
      token.flags !== 0 ||
      token.kind === K.Declare
    );
  }

  private quotedName(name: string): string {
    if (normalizeName(name) !== name || !name.isWellFormed())
      throw new UnprintableError(`no source for the name ${name}`);
    return `var"${escapeRaw(name, '"')}"`;
  }

  /** A name behind a dot. */
  private field(name: string): string {
    if (isPlainName(name) || words.has(name))
      return name === 'true' || name === 'false' || name === 'var' ? this.quotedName(name) : name;
    return operatorToken(name) !== null ? quotedOperator(name) : this.quotedName(name);
  }

  private literal(value: Literal): string {
    const bits = value.value;
    switch (value.type) {
      case 'UInt8':
        return `0x${bits.toString(16).padStart(2, '0')}`;
      case 'UInt16':
        return `0x${bits.toString(16).padStart(4, '0')}`;
      case 'UInt32':
        return `0x${bits.toString(16).padStart(8, '0')}`;
      case 'UInt64':
        return `0x${bits.toString(16).padStart(16, '0')}`;
      case 'UInt128':
        return `0x${bits.toString(16).padStart(32, '0')}`;
      case 'Float32': {
        const view = new DataView(new ArrayBuffer(4));
        view.setUint32(0, Number(bits));
        return float(view.getFloat32(0), true);
      }
      case 'Char':
        return character(Number(bits));
      default:
        throw new UnprintableError(`no literal of type ${value.type}`);
    }
  }

  // --- operands -----------------------------------------------------------------------------------------------------

  /** Text that can stand as an operand of anything. */
  primary(value: Syntax): string {
    if (value instanceof Sym) return this.name(value.name);
    if (value instanceof Expr && !this.isBracketed(value)) return `(${this.expression(value)})`;
    return this.expression(value);
  }

  /** Does the text of `value` hold together by itself? */
  private isBracketed(value: Expr): boolean {
    switch (value.head) {
      case 'call':
        return !this.isInfix(value) && !this.isUnaryCall(value);
      case 'ref':
      case 'curly':
      case 'vect':
      case 'hcat':
      case 'vcat':
      case 'ncat':
      case 'braces':
      case 'bracescat':
      case 'comprehension':
      case 'typed_comprehension':
      case 'typed_hcat':
      case 'typed_vcat':
      case 'typed_ncat':
      case 'tuple':
      case 'generator':
      case 'flatten':
      case '$':
        return true;
      case 'block':
        return this.indexing;
      case 'macrocall':
        return (
          !(value.args[0] instanceof GlobalRef) &&
          value.args[0] instanceof Sym &&
          isPlainName(value.args[0].name.slice(1))
        );
      case '.':
        return value.args.length === 2;
      default:
        return false;
    }
  }

  private isInfix(value: Expr): boolean {
    const [callee, ...args] = value.args;
    if (!(callee instanceof Sym) || args.length < 2) return false;
    if (callee.name === 'in' || callee.name === 'isa') return args.length === 2 && !args.some(needsBrackets);
    const token = operatorToken(callee.name);
    if (token === null || isSyntacticOperator(token.kind)) return false;
    if (args.some(needsBrackets)) return false;
    if (!isBinary(token)) return false;
    if (args.length === 2) return true;
    if (token.flags !== 0) return false;
    if (token.kind === K.Colon) return args.length === 3;
    return token.kind === K.Plus || token.kind === K.PlusPlus || token.kind === K.Times;
  }

  private isUnaryCall(value: Expr): boolean {
    const callee = value.args[0];
    if (!(callee instanceof Sym) || value.args.length !== 2) return false;
    if (callee.name.startsWith("'")) return callee.name !== "'";
    const token = operatorToken(callee.name);
    return token !== null && isUnaryOperator(token.kind, token.flags);
  }

  // --- lists --------------------------------------------------------------------------------------------------------

  /** Arguments between brackets, keywords behind a semicolon. */
  private list(args: readonly Syntax[]): string {
    let positional = args;
    let keywords = '';
    const first = args[0];
    if (isHead(first ?? null, 'parameters')) {
      positional = args.slice(1);
      keywords = this.parameters(first as Expr);
    }
    return positional.map((arg) => this.argument(arg)).join(', ') + keywords;
  }

  private parameters(parameters: Expr): string {
    const [first, ...rest] = parameters.args;
    if (isHead(first ?? null, 'parameters')) {
      return `; ${rest.map((arg) => this.argument(arg)).join(', ')}${this.parameters(first as Expr)}`;
    }
    return `; ${parameters.args.map((arg) => this.argument(arg)).join(', ')}`;
  }

  private argument(value: Syntax): string {
    if (isHead(value, 'kw'))
      return `${this.primary(value.args[0] as Syntax)} = ${this.primary(value.args[1] as Syntax)}`;
    if (isHead(value, '...')) return this.expression(value);
    return this.primary(value);
  }

  private tuple(args: readonly Syntax[]): string {
    const first = args[0] ?? null;
    const keywords = isHead(first, 'parameters') ? first : null;
    const positional = keywords === null ? args : args.slice(1);
    const comma = positional.length === 1 ? ',' : '';
    const items = positional.map((arg) => (isHead(arg, '=') ? this.expression(arg) : this.argument(arg))).join(', ');
    return `(${items}${comma}${keywords === null ? '' : this.parameters(keywords)})`;
  }

  /** Rows of an array; `dimension` is that of the separator between them. */
  private rows(args: readonly Syntax[], dimension: number): string {
    const separator = dimension === 0 ? ' ' : `${';'.repeat(dimension)} `;
    const items = args.map((arg) => {
      if (isHead(arg, 'row')) return this.rows(arg.args, 0);
      if (isHead(arg, 'nrow')) return this.rows(arg.args.slice(1), Number(arg.args[0]));
      return this.primary(arg);
    });
    if (dimension > 0 && args.length <= 1) return `${items.join('')}${';'.repeat(dimension)}`;
    return items.join(separator);
  }

  private array(value: Expr): string {
    const head = value.head.startsWith('typed_') ? value.head.slice(6) : value.head;
    const args = head === value.head ? value.args : value.args.slice(1);
    switch (head) {
      case 'hcat':
        if (args.length < 2) throw new UnprintableError('a row of one element');
        return this.rows(args, 0);
      case 'vcat':
        return this.rows(args, 1);
      case 'ncat':
        return this.rows(args.slice(1), Number(args[0]));
      default:
        return this.clauses(args[0] as Syntax);
    }
  }

  private indexed(print: () => string): string {
    const saved = this.indexing;
    this.indexing = true;
    const text = print();
    this.indexing = saved;
    return text;
  }

  /** `body for ... for ...` */
  private clauses(generator: Syntax): string {
    const parts: string[] = [];
    let value: Syntax = generator;
    for (;;) {
      const outer: Syntax = value;
      const flat = isHead(outer, 'flatten');
      const inner: Syntax = flat ? (outer.args[0] as Syntax) : outer;
      if (!isHead(inner, 'generator')) throw new UnprintableError('a generator without clauses');
      parts.push(this.clause(inner.args.slice(1)));
      value = inner.args[0] as Syntax;
      if (!flat) break;
    }
    return `${this.primary(value)} for ${parts.join(' for ')}`;
  }

  private clause(args: readonly Syntax[]): string {
    const first = args[0];
    if (isHead(first ?? null, 'filter')) {
      const [test, ...iterations] = (first as Expr).args;
      return `${iterations.map((i) => this.iteration(i)).join(', ')} if ${this.primary(test as Syntax)}`;
    }
    return args.map((i) => this.iteration(i)).join(', ');
  }

  private iteration(value: Syntax): string {
    if (!isHead(value, '=')) throw new UnprintableError('an iteration that is no assignment');
    const [variable, range] = value.args as [Syntax, Syntax];
    const left = isHead(variable, 'outer')
      ? `outer ${this.primary(variable.args[0] as Syntax)}`
      : this.primary(variable);
    return `${left} = ${this.primary(range)}`;
  }

  // --- expressions --------------------------------------------------------------------------------------------------

  /** Text of an expression where nothing stands beside it. */
  expression(value: Syntax): string {
    if (value === null) return 'nothing';
    switch (typeof value) {
      case 'boolean':
        return value ? 'true' : 'false';
      case 'bigint':
        return value < 0n ? `(${value})` : value.toString();
      case 'number':
        return Object.is(value, -0) || value < 0 ? `(${float(value, false)})` : float(value, false);
      case 'string':
        return `"${escapeText(value)}"`;
      default:
        break;
    }
    if (value instanceof Sym) return this.name(value.name);
    if (value instanceof Literal) return this.literal(value);
    if (value instanceof QuoteNode) return this.quoteNode(value);
    if (value instanceof Expr) return this.inside(value);
    if (value instanceof GlobalRef) return `${value.module.path}.${this.field(value.name.name)}`;
    throw new UnprintableError('a value that no source produces');
  }

  private inside(value: Expr): string {
    const { head, args } = value;
    const [first, second] = args as [Syntax, Syntax];
    switch (head) {
      case 'call':
        return this.call(value);
      case 'kw':
        return `${this.primary(first)} = ${this.primary(second)}`;
      case 'tuple':
        return this.tuple(args);
      case 'ref':
        return `${this.primary(first)}[${this.indexed(() => this.list(args.slice(1)))}]`;
      case 'curly':
        return `${this.callee(first)}{${this.list(args.slice(1))}}`;
      case 'vect':
        return `[${this.commaFirst(args)}]`;
      case 'braces':
        if (args.length === 1 && (isHead(first, 'generator') || isHead(first, 'flatten')))
          return `{${this.clauses(first)}}`;
        return `{${this.commaFirst(args)}}`;
      case 'hcat':
      case 'vcat':
      case 'ncat':
      case 'comprehension':
        return `[${this.array(value)}]`;
      case 'bracescat':
        return `{${this.bracescat(args)}}`;
      case 'typed_hcat':
      case 'typed_vcat':
      case 'typed_ncat':
      case 'typed_comprehension':
        return `${this.primary(first)}[${this.indexed(() => this.array(value))}]`;
      case 'generator':
      case 'flatten':
        return `(${this.clauses(value)})`;
      case 'block':
        if (this.indexing) return this.parenthesizedBlock(args);
        return this.statement(value, '', false);
      case 'string':
        return this.interpolated(args);
      case 'macrocall':
        return this.macroCall(args);
      case '.':
        return this.dot(args);
      case '...':
        return `${this.primary(first)}...`;
      case '$':
        return first instanceof Sym && isPlainName(first.name) ? `$${first.name}` : `$(${this.expression(first)})`;
      case '&':
        return `&${this.primary(first)}`;
      case "'":
        return `${this.beforePrime(first)}'`;
      case '::':
        return args.length === 1 ? `::${this.primary(first)}` : `${this.primary(first)}::${this.primary(second)}`;
      case '->':
        return `${this.arrowParameters(first)} -> ${this.arrowBody(second)}`;
      case 'where':
        return `${this.primary(first)} where {${this.list(args.slice(1))}}`;
      case 'comparison':
        return args.map((arg, i) => (i % 2 === 1 && arg instanceof Sym ? arg.name : this.primary(arg))).join(' ');
      case 'do':
        return this.doBlock(first as Expr, second as Expr);
      case 'quote':
        return this.quotation(first);
      default:
        if (isInfixHead(head) && args.length === 2) return `${this.primary(first)} ${head} ${this.primary(second)}`;
        if (head === '<:' || head === '>:') return `${head}(${this.list(args)})`;
        return this.statement(value, '', false);
    }
  }

  /** Elements of a vector; a semicolon among them needs a comma before it. */
  private commaFirst(args: readonly Syntax[]): string {
    const keywords = isHead(args[0] ?? null, 'parameters');
    const count = keywords ? args.length - 1 : args.length;
    if (keywords && count === 0) throw new UnprintableError('a vector of parameters only');
    const items = (keywords ? args.slice(1) : args).map((arg) =>
      isHead(arg, '=') ? `(${this.expression(arg)})` : this.argument(arg),
    );
    if (!keywords) return items.join(', ');
    return `${items.join(', ')}${count === 1 ? ',' : ''}${this.parameters(args[0] as Expr)}`;
  }

  private bracescat(args: readonly Syntax[]): string {
    const only = args.length === 1 ? args[0] : null;
    if (isHead(only ?? null, 'row')) return this.rows((only as Expr).args, 0);
    if (isHead(only ?? null, 'nrow')) return this.rows((only as Expr).args.slice(1), Number((only as Expr).args[0]));
    return this.rows(args, 1);
  }

  /** A quote right behind another one would start a character literal. */
  private beforePrime(value: Syntax): string {
    const text = this.primary(value);
    return text.endsWith('"') || text.endsWith('`') ? `(${text})` : text;
  }

  /** Statements in parentheses: inside an index `begin` is no reserved word. */
  private parenthesizedBlock(args: readonly Syntax[]): string {
    const statements = args.filter((arg) => !(arg instanceof LineNumberNode)) as Syntax[];
    const parts = statements.map((arg) => this.expression(arg));
    // Documentation is written as a block already.
    if (parts.length === 1 && isDocumentation(statements[0])) return `(${parts[0]})`;
    return parts.length < 2 ? `(${parts.join('')};${parts.length === 0 ? ';' : ''})` : `(${parts.join('; ')})`;
  }

  private callee(value: Syntax): string {
    if (value instanceof Sym) {
      const token = operatorToken(value.name);
      if (token !== null && token.flags !== 0 && !isSyntacticOperator(token.kind)) return value.name;
    }
    if (typeof value === 'bigint' || typeof value === 'number')
      throw new UnprintableError('a number called as a function');
    return this.primary(value);
  }

  private call(value: Expr): string {
    const [callee, ...args] = value.args as [Syntax, ...Syntax[]];
    if (this.isInfix(value)) {
      const operator = (callee as Sym).name;
      return args.map((arg) => this.primary(arg)).join(` ${operator} `);
    }
    if (this.isUnaryCall(value)) {
      const operator = (callee as Sym).name;
      const operand = args[0] as Syntax;
      if (operator.startsWith("'")) return `${this.beforePrime(operand)}${operator}`;
      return isHead(operand, '...') || isHead(operand, 'kw') || isHead(operand, 'parameters')
        ? `${operator}(${isHead(operand, 'parameters') ? '' : `${this.argument(operand)},`}${isHead(operand, 'parameters') ? this.parameters(operand) : ''})`
        : `${operator}(${this.primary(operand)})`;
    }
    return `${this.callee(callee)}(${this.list(args)})`;
  }

  private dot(args: readonly Syntax[]): string {
    const [object, part] = args as [Syntax, Syntax];
    if (args.length === 1) {
      if (!(object instanceof Sym)) throw new UnprintableError('a dot before something else than an operator');
      return `.${object.name}`;
    }
    if (isHead(part, 'tuple')) return `${this.callee(object)}.(${this.list(part.args)})`;
    const left =
      typeof object === 'bigint' || typeof object === 'number' ? `(${this.expression(object)})` : this.primary(object);
    if (isHead(part, 'quote')) return `${left}.${this.quotation(part.args[0] as Syntax)}`;
    if (!(part instanceof QuoteNode)) throw new UnprintableError('a field that is not quoted');
    const field = part.value;
    if (field instanceof Sym) {
      return `${left}.${this.field(field.name)}`;
    }
    if (isHead(field, '$')) return `${left}.$(${this.expression(field.args[0] as Syntax)})`;
    if (typeof field === 'boolean') return `${left}.${field}`;
    if (field instanceof Expr && arrayHeads.has(field.head)) return `${left}.${this.expression(field)}`;
    if (!(field instanceof Expr) && !(field instanceof QuoteNode)) return `${left}.:(${this.expression(field)})`;
    throw new UnprintableError('a field that is no name');
  }

  private arrowParameters(value: Syntax): string {
    if (isHead(value, 'tuple')) return this.tuple(value.args);
    if (isHead(value, 'block')) {
      const parts = value.args.filter((arg) => !(arg instanceof LineNumberNode));
      return `(${parts.map((part) => this.expression(part)).join('; ')}${parts.length === 1 ? ';' : ''})`;
    }
    return value instanceof Sym ? this.name(value.name) : `(${this.expression(value)})`;
  }

  private interpolated(args: readonly Syntax[]): string {
    const parts = args.map((arg) => {
      if (typeof arg === 'string') return escapeText(arg);
      if (isHead(arg, 'string') && arg.args.length === 1 && typeof arg.args[0] === 'string')
        return `$(${this.expression(arg.args[0])})`;
      return `$(${this.expression(arg)})`;
    });
    return `"${parts.join('')}"`;
  }

  private quoteNode(value: QuoteNode): string {
    const quoted = value.value;
    if (quoted instanceof Sym) {
      const { name } = quoted;
      if (isPlainName(name) || (isKeyword(words.get(name) ?? 0) && name !== 'var')) return `:${name}`;
      if (operatorToken(name) !== null) return quotedOperator(name);
      return `:${this.quotedName(name)}`;
    }
    if (
      quoted instanceof Expr ||
      quoted instanceof QuoteNode ||
      typeof quoted === 'boolean' ||
      quoted instanceof LineNumberNode
    ) {
      throw new UnprintableError('a quotation that source writes as quote');
    }
    return `:(${this.expression(quoted)})`;
  }

  private quotation(value: Syntax): string {
    if (isHead(value, 'block')) return `quote\n${this.body(value, '  ', true)}end`;
    if (typeof value === 'boolean') return `:${value}`;
    if (isHead(value, 'tuple') && !isHead(value.args[0] ?? null, 'parameters')) return `:${this.tuple(value.args)}`;
    return `:(${this.expression(value)})`;
  }

  // --- macros -------------------------------------------------------------------------------------------------------

  private macroPath(value: Syntax): string {
    if (value instanceof Sym) {
      const name = value.name.slice(1);
      if (!value.name.startsWith('@')) throw new UnprintableError('a macro whose name has no @');
      if (name === '__dot__') return '@.';
      if (isPlainName(name) || words.has(name)) return `@${name}`;
      const token = operatorToken(name);
      if (token !== null && token.flags === 0 && token.kind !== K.Colon && token.kind !== K.Dot) return `@${name}`;
      return `@${this.quotedName(name)}`;
    }
    if (isHead(value, '.') && value.args.length === 2) {
      const part = value.args[1];
      if (part instanceof QuoteNode && part.value instanceof Sym)
        return `${this.primary(value.args[0] as Syntax)}.${this.macroPath(part.value)}`;
    }
    throw new UnprintableError('a macro without a name');
  }

  private macroCall(args: readonly Syntax[]): string {
    const [name, , ...rest] = args as [Syntax, Syntax, ...Syntax[]];
    if (name instanceof GlobalRef && name.module.path === 'Core') {
      const text = rest[0];
      if (typeof text === 'string') {
        const macro = name.name.name;
        if (macro === '@cmd' && rest.length === 1) return `\`${escapeRaw(text, '`')}\``;
        if (macro === '@int128_str' || macro === '@uint128_str' || macro === '@big_str')
          return text.startsWith('-') ? `(${text})` : text;
      }
      if (name.name.name === '@doc')
        return `begin\n${this.body(new Expr('block', [new Expr('macrocall', [...args])]), '  ', true)}end`;
    }
    return `${this.macroPath(name)}(${this.macroList(rest)})`;
  }

  private macroList(args: readonly Syntax[]): string {
    const keywords = isHead(args[0] ?? null, 'parameters');
    const positional = (keywords ? args.slice(1) : args).map((arg) =>
      isHead(arg, '...') ? this.expression(arg) : this.primary(arg),
    );
    return positional.join(', ') + (keywords ? this.parameters(args[0] as Expr) : '');
  }

  private doBlock(call: Expr, lambda: Expr): string {
    const [parameters, body] = lambda.args as [Expr, Expr];
    const names = parameters.args.map((arg) => this.argument(arg)).join(', ');
    const callText =
      call.head === 'call'
        ? `${this.callee(call.args[0] as Syntax)}(${this.list(call.args.slice(1))})`
        : this.expression(call);
    return `${callText} do ${names}${names === '' ? ';' : '\n'}${this.body(body, '  ', false)}end`;
  }

  // --- statements ---------------------------------------------------------------------------------------------------

  /** The lines of a block. `documented` tells whether a string there may document what follows it. */
  private body(block: Syntax, indent: string, documented: boolean): string {
    if (!isHead(block, 'block')) throw new UnprintableError('a body that is no block');
    let text = '';
    for (const arg of block.args) {
      if (arg instanceof LineNumberNode) continue;
      const isText = typeof arg === 'string' || isHead(arg, 'string');
      text += `${indent}${this.statement(arg, indent, documented)}${documented && isText ? ';' : ''}\n`;
    }
    return text;
  }

  private blockText(block: Syntax): string {
    if (isHead(block, 'block') && this.indexing) return this.parenthesizedBlock(block.args);
    return isHead(block, 'block') ? `begin\n${this.body(block, '  ', true)}end` : this.primary(block);
  }

  /** The body of `->`; a single expression is made a block by the parser. */
  private arrowBody(body: Syntax): string {
    const parts = isHead(body, 'block') ? body.args.filter((arg) => !(arg instanceof LineNumberNode)) : [];
    const only = parts.length === 1 ? (parts[0] as Syntax) : null;
    return only !== null && !isHead(only, 'block') ? this.primary(only) : this.blockText(body);
  }

  private docstring(args: readonly Syntax[], indent: string): string {
    const [, , text, target] = args as [Syntax, Syntax, Syntax, Syntax];
    return `${this.expression(text)}\n${indent}${this.statement(target, indent, false)}`;
  }

  /** Text of a statement; its further lines are indented by `indent`. */
  statement(value: Syntax, indent: string, documented: boolean): string {
    if (!(value instanceof Expr)) return value === null ? 'nothing' : this.expression(value);
    const { head, args } = value;
    const [first, second] = args as [Syntax, Syntax];
    const inner = `${indent}  `;
    const saved = this.indexing;
    this.indexing = false;
    try {
      switch (head) {
        case 'toplevel':
          return this.toplevel(args);
        case 'block':
          return `begin\n${this.body(value, inner, true)}${indent}end`;
        case 'macrocall':
          if (documented && first instanceof GlobalRef && first.name.name === '@doc' && args.length === 4) {
            return this.docstring(args, indent);
          }
          break;
        case 'if':
          if (!isBlockConditional(args)) {
            this.indexing = saved;
            return this.ternary(args);
          }
          return this.conditional(args, indent);
        case 'while':
          return `while ${this.primary(first)}\n${this.body(second, inner, false)}${indent}end`;
        case 'for': {
          const iterations = isHead(first, 'block') ? first.args : [first];
          return `for ${iterations.map((i) => this.iteration(i)).join(', ')}\n${this.body(second, inner, false)}${indent}end`;
        }
        case 'let': {
          const bindings = isHead(first, 'block') ? first.args : [first];
          return `let ${bindings.map((b) => this.binding(b)).join(', ')}\n${this.body(second, inner, false)}${indent}end`;
        }
        case 'try':
          return this.tryText(args, indent);
        case 'function':
        case 'macro':
          if (args.length === 1) return `${head} ${this.signature(first)} end`;
          return `${head} ${this.signature(first)}\n${this.body(second, inner, false)}${indent}end`;
        case 'struct':
          return `${first === true ? 'mutable ' : ''}struct ${this.typeName(second)}\n${this.body(args[2] as Syntax, inner, true)}${indent}end`;
        case 'abstract':
          return `abstract type ${this.typeName(first)} end`;
        case 'primitive':
          return `primitive type ${this.typeName(first)} ${this.primary(second)} end`;
        case 'module':
          return `${first === true ? '' : 'bare'}module ${this.primary(second)}\n${this.body(args[2] as Syntax, inner, true)}${indent}end`;
        case 'return':
          return first === null ? 'return' : `return ${this.primary(first)}`;
        case 'break':
        case 'continue':
          return head;
        case 'const':
        case 'global':
        case 'local':
          return `${head} ${args.length === 0 ? '()' : args.map((arg) => this.binding(arg)).join(', ')}`;
        case 'export':
        case 'public':
          return `${head} ${args.map((arg) => this.exchanged(arg, true)).join(', ')}`;
        case 'import':
        case 'using':
          return `${head} ${this.imports(args)}`;
        default:
          if (isAssignmentHead(head) && args.length === 2) return this.assignment(value, saved);
          if (!expressionHeads.has(head) && !isInfixHead(head))
            throw new UnprintableError(`no source for the head ${head}`);
      }
    } finally {
      this.indexing = saved;
    }
    return this.inside(value);
  }

  private assignment(value: Expr, indexing: boolean): string {
    this.indexing = indexing;
    const [left, right] = value.args as [Syntax, Syntax];
    // Only a product written without its sign is a call that takes a plain right side.
    const product = value.head === '=' && isHead(left, 'call') && !isHead(right, 'block') && !isBroadcast(left);
    const target = product ? this.juxtaposed(left) : this.primary(left);
    return `${target} ${value.head} ${this.assigned(right)}`;
  }

  private juxtaposed(call: Expr): string {
    const [callee, first, ...rest] = call.args as [Syntax, Syntax, ...Syntax[]];
    const numeric = typeof first === 'bigint' || typeof first === 'number' || typeof first === 'boolean';
    if (!(callee instanceof Sym) || callee.name !== '*' || rest.length === 0 || !(numeric || isHead(first, "'"))) {
      throw new UnprintableError('a call assigned something else than a body');
    }
    if (numeric) return this.expression(first) + rest.map((term) => `(${this.expression(term)})`).join('');
    if (!rest.every((term) => term instanceof Sym && isPlainName(term.name)) || rest.length > 1) {
      throw new UnprintableError('a product assigned to');
    }
    return `${this.expression(first)}${this.expression(rest[0] as Syntax)}`;
  }

  private assigned(value: Syntax): string {
    return isHead(value, 'block') ? this.blockText(value) : this.primary(value);
  }

  private toplevel(args: readonly Syntax[]): string {
    const statements = args.filter((arg) => !(arg instanceof LineNumberNode));
    const isFile = args.length > 0 && args[0] instanceof LineNumberNode;
    const text = (arg: Syntax): string =>
      this.statement(arg, '', true) + (isFile && (typeof arg === 'string' || isHead(arg, 'string')) ? '\n' : '');
    if (isFile) return `${statements.map(text).join('\n')}\n`;
    return `${statements.map(text).join('; ')}${statements.length < 2 ? ';' : ''}`;
  }

  private ternary(args: readonly Syntax[]): string {
    const [test, yes, no] = args as [Syntax, Syntax, Syntax | undefined];
    if (no === undefined) throw new UnprintableError('a condition without alternative that is no block');
    return `${this.primary(test)} ? ${this.primary(yes)} : ${this.primary(no)}`;
  }

  private conditional(args: readonly Syntax[], indent: string): string {
    const [test, yes, no] = args as [Syntax, Syntax, Syntax | undefined];
    const inner = `${indent}  `;
    let text = `if ${this.primary(test)}\n${this.body(yes, inner, false)}`;
    let rest: Syntax | undefined = no;
    while (rest !== undefined) {
      if (isHead(rest, 'elseif')) {
        const condition = rest.args[0] as Syntax;
        const inside = isHead(condition, 'block')
          ? condition.args.filter((arg) => !(arg instanceof LineNumberNode))
          : [condition];
        text += `${indent}elseif ${this.primary(inside[0] ?? null)}\n${this.body(rest.args[1] as Syntax, inner, false)}`;
        rest = rest.args[2];
      } else {
        text += `${indent}else\n${this.body(rest, inner, false)}`;
        rest = undefined;
      }
    }
    return `${text}${indent}end`;
  }

  private tryText(args: readonly Syntax[], indent: string): string {
    const [body, variable, handler, last, otherwise] = args as [
      Syntax,
      Syntax,
      Syntax,
      Syntax | undefined,
      Syntax | undefined,
    ];
    const inner = `${indent}  `;
    let text = `try\n${this.body(body, inner, false)}`;
    if (handler !== false) {
      text += `${indent}catch${variable === false ? '' : ` ${this.primary(variable)}`}\n${this.body(handler, inner, false)}`;
    }
    if (otherwise !== undefined && otherwise !== false) text += `${indent}else\n${this.body(otherwise, inner, false)}`;
    if (last !== undefined && last !== false) text += `${indent}finally\n${this.body(last, inner, false)}`;
    return `${text}${indent}end`;
  }

  private binding(value: Syntax): string {
    if (value instanceof Expr && isAssignmentHead(value.head) && value.args.length === 2) {
      return `${this.primary(value.args[0] as Syntax)} ${value.head} ${this.assigned(value.args[1] as Syntax)}`;
    }
    if (value instanceof Expr && (value.head === 'global' || value.head === 'local'))
      return this.statement(value, '', false);
    return this.primary(value);
  }

  /** The head of a definition. */
  private signature(value: Syntax): string {
    if (value instanceof Sym)
      return isPlainName(value.name) || operatorToken(value.name) === null ? this.name(value.name) : value.name;
    if (!(value instanceof Expr)) throw new UnprintableError('a signature that is no call');
    switch (value.head) {
      case 'call': {
        const [callee, ...args] = value.args as [Syntax, ...Syntax[]];
        const plain = callee instanceof Sym && operatorToken(callee.name) !== null && !this.isSyntax(callee.name);
        return `${plain ? (callee as Sym).name : this.callee(callee)}(${this.list(args)})`;
      }
      case 'where':
        return `${this.signature(value.args[0] as Syntax)} where {${this.list(value.args.slice(1))}}`;
      case '::':
        if (value.args.length === 2)
          return `${this.signature(value.args[0] as Syntax)}::${this.primary(value.args[1] as Syntax)}`;
        throw new UnprintableError('a type as signature');
      case '...':
        return `(${this.expression(value)})`;
      case 'tuple':
        return this.tuple(value.args);
      default:
        return this.expression(value);
    }
  }

  private typeName(value: Syntax): string {
    if (isHead(value, '<:') && value.args.length === 2)
      return `${this.primary(value.args[0] as Syntax)} <: ${this.primary(value.args[1] as Syntax)}`;
    return this.primary(value);
  }

  // --- import and export --------------------------------------------------------------------------------------------

  /** A name in an export, or (not `dots`) in an import, where dots in front would be part of the path. */
  private exchanged(value: Syntax, dots: boolean): string {
    if (value instanceof Sym) {
      if (value.name.startsWith('@')) return this.macroPath(value);
      const token = operatorToken(value.name);
      if (token !== null && token.flags === 0)
        return value.name !== ':' && (dots || !value.name.startsWith('.')) ? value.name : `(${value.name})`;
      return words.has(value.name) && value.name !== 'true' && value.name !== 'false' && value.name !== 'var'
        ? value.name
        : this.name(value.name);
    }
    return this.expression(value);
  }

  private imports(args: readonly Syntax[]): string {
    const first = args[0];
    if (isHead(first ?? null, ':')) {
      const [path, ...names] = (first as Expr).args;
      return `${this.importItem(path as Syntax)}: ${names.map((name) => this.importItem(name)).join(', ')}`;
    }
    return args.map((arg) => this.importItem(arg)).join(', ');
  }

  private importItem(value: Syntax): string {
    if (isHead(value, 'as'))
      return `${this.importItem(value.args[0] as Syntax)} as ${this.exchanged(value.args[1] as Syntax, true)}`;
    if (!isHead(value, '.')) throw new UnprintableError('an import that is no path');
    let text = '';
    let leading = true;
    for (const part of value.args) {
      if (leading && part instanceof Sym && part.name === '.') {
        text += '.';
        continue;
      }
      text += `${leading ? '' : '.'}${this.exchanged(part, false)}`;
      leading = false;
    }
    return text;
  }
}
