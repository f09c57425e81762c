// Operands: from what Julia's parser makes of their masked text to the values of the IR.
//
// There are three contexts (see print.ts and printvalue.ts). Among operands, `x` is a slot, `M.x` a global, `f(x)` a call.
// Among values, inside `$(...)` and `Expr(...)`, `:x` is a symbol and `:( ... )` quotes an operand. Inside a QuoteNode,
// `:( ... )` quotes syntax, in which names are symbols. What stands where a type or a value is meant and is neither of
// the forms above is kept as source, and evaluated when the code is loaded.
//
// Enters: a span of the text. Leaves: an operand; or a BadOperand, which says what is wrong and where.

import { AnyVector, LineLocations, LineTable } from '../lowering/anyvector.ts';
import {
  Expr,
  GlobalRef,
  HeapValue,
  LineNumberNode,
  Literal,
  type LiteralType,
  ModuleRef,
  QuoteNode,
  Sym,
  type Syntax,
  sym,
} from '../syntax/expr.ts';
import { parseOne } from '../syntax/index.ts';
import { operatorToken } from '../syntax/print-words.ts';
import {
  type CodeInfo,
  EnterNode,
  GotoIfNot,
  GotoNode,
  InvokeTarget,
  NewvarNode,
  type Operand,
  PhiCNode,
  PhiNode,
  PiNode,
  ReturnNode,
  SlotNumber,
  SourceValue,
  SSAValue,
  UpsilonNode,
} from './code.ts';
import type { Scanned } from './scan.ts';

/** An operand is no operand; `start` and `end` are offsets in the text. */
export class BadOperand extends Error {
  readonly start: number;
  readonly end: number;
  constructor(message: string, start: number, end: number) {
    super(message);
    this.start = start;
    this.end = end;
  }
}

/** What names mean in one body of code. */
export interface Names {
  /** The slot of a name; undefined if the name means no slot. */
  slot(name: string): number | undefined;
  isModule(path: string): boolean;
  /** The module whose operators an infix call in pasted code means. */
  readonly module: ModuleRef;
}

/** What a text may hold where a statement takes an operand. */
export interface Operands {
  readonly scanned: Scanned;
  /** Code that is nested in operands, by the number behind its mask. */
  readonly codes: readonly CodeInfo[];
}

const CORE = new ModuleRef('Core');

/** Parses a masked part of the text as one Julia expression. */
export function parseSpan(masked: string, start: number): Syntax {
  const text = masked.trimEnd();
  const result = parseOne(text);
  const error = result.diagnostics.find((diagnostic) => diagnostic.severity === 'error');
  if (error !== undefined) throw new BadOperand(error.message, start + error.start, start + error.end);
  if (result.next < text.length && text.slice(result.next).trim() !== '') {
    throw new BadOperand('the operand ends here', start + result.next, start + text.length);
  }
  return result.value;
}

/** Turns parsed operands into values of the IR. */
export class OperandReader {
  private readonly operands: Operands;
  private readonly names: Names;
  private readonly start: number;
  private readonly end: number;

  /** `start` and `end` are where complaints point to. */
  constructor(operands: Operands, names: Names, start: number, end: number) {
    this.operands = operands;
    this.names = names;
    this.start = start;
    this.end = end;
  }

  private bad(message: string): never {
    throw new BadOperand(message, this.start, this.end);
  }

  private get masks(): Scanned['masks'] {
    return this.operands.scanned.masks;
  }

  private unmask(name: string): string {
    const { hash, at } = this.masks;
    return name.replaceAll(hash, '#').replaceAll(at, '@');
  }

  /** What a masked name stands for, if it is more than a name: a value's number, code, a line number. */
  private part(name: Sym): SSAValue | CodeInfo | LineNumberNode | undefined {
    const { percent, part } = this.masks;
    if (name.name.startsWith(percent)) {
      const number = Number(name.name.slice(percent.length));
      return Number.isSafeInteger(number) ? new SSAValue(number) : undefined;
    }
    if (!name.name.startsWith(part)) return undefined;
    const index = Number.parseInt(name.name.slice(part.length), 10);
    if (name.name.endsWith('C')) return this.operands.codes[index];
    const line = this.operands.scanned.lines[index];
    return line === undefined ? undefined : new LineNumberNode(line.line, line.file === null ? null : sym(line.file));
  }

  /** The number that a masked `#3` or `%3` names; undefined if it names none. */
  blockOrValue(x: Syntax): { kind: 'block' | 'value'; number: number } | undefined {
    if (!(x instanceof Sym)) return undefined;
    const { percent, hash } = this.masks;
    const number = /^\d+$/.exec(x.name.slice(1));
    if (number === null) return undefined;
    if (x.name.startsWith(hash)) return { kind: 'block', number: Number(number[0]) };
    return x.name.startsWith(percent) ? { kind: 'value', number: Number(number[0]) } : undefined;
  }

  isUndefined(x: Syntax): boolean {
    return x instanceof Sym && this.unmask(x.name) === '#undef';
  }

  // --- operands -----------------------------------------------------------------------------------------------------

  /** An operand among those of a call. */
  operand(x: Syntax): Operand {
    if (x instanceof Sym) return this.name(x);
    if (x instanceof QuoteNode) return new QuoteNode(this.surface(x.value));
    if (!(x instanceof Expr)) return x as Operand;
    const { head, args } = x;
    switch (head) {
      case 'call':
        return this.call(x);
      case '.':
        return this.globalRef(x);
      case '$':
        return this.value(args[0]) as Operand;
      case '::':
        // The type of a slot, as Julia shows it in code that was inferred.
        if (args.length === 2) return this.operand(args[0]);
        break;
      case '=':
        return new Expr('=', [this.operand(args[0]), this.operand(args[1])]);
      case 'quote':
        return this.quotation(args[0]);
      case 'string':
        return this.bad('a string of an operand has no interpolation');
      case 'curly':
      case 'where':
      case 'tuple':
      case 'vect':
      case 'ref':
      case 'macrocall':
        return this.literal(x) ?? this.source(x);
      case '<:':
      case '>:':
        if (args.length === 2) {
          return new Expr('call', [
            new GlobalRef(head === '<:' ? CORE : this.names.module, sym(head)),
            ...args.map((arg) => this.operand(arg)),
          ]);
        }
        break;
      case 'comparison': {
        // Only a row of three is a call of its operator.
        const [left, operator, right] = args;
        if (args.length === 3 && operator instanceof Sym) return this.infix(operator.name, [left, right]);
        break;
      }
      default:
    }
    return this.bad(`an expression :${head} is no operand; write $(Expr(:${head}, ...))`);
  }

  // `:( ... )` among operands: a quoted operand is a QuoteNode of syntax.
  private quotation(x: Syntax): Operand {
    return new QuoteNode(this.surface(x));
  }

  private name(x: Sym): Operand {
    const part = this.part(x);
    if (part !== undefined) return part;
    const name = this.unmask(x.name);
    const slot = this.names.slot(name);
    if (slot !== undefined) return new SlotNumber(slot);
    const constant = constants.get(name);
    if (constant !== undefined) return constant;
    if (this.names.isModule(name)) return new ModuleRef(name);
    if (name !== x.name) this.bad(`\`${name}\` names no slot`);
    return new SourceValue(x);
  }

  private globalRef(x: Expr): Operand {
    const [module, field] = x.args;
    const path = modulePath(module);
    if (path !== undefined && field instanceof QuoteNode && field.value instanceof Sym) {
      if (this.names.slot(path.split('.')[0] ?? '') === undefined || /^(Main|Base|Core)\b/.test(path)) {
        return new GlobalRef(new ModuleRef(path), field.value);
      }
    }
    return this.bad('only a global of a module is written with a dot');
  }

  private infix(operator: string, args: readonly Syntax[]): Expr {
    const module = operator === '===' || operator === 'isa' || operator === '<:' ? CORE : this.names.module;
    return new Expr('call', [new GlobalRef(module, sym(operator)), ...args.map((arg) => this.operand(arg))]);
  }

  private call(x: Expr): Operand {
    const [callee, ...args] = x.args;
    if (callee instanceof Sym) {
      const { percent, quote } = this.masks;
      if (callee.name === quote) return this.operand(args[0]);
      if (callee.name.startsWith(percent) && !/^\d/.test(callee.name.slice(percent.length))) {
        const head = callee.name.slice(percent.length);
        return new Expr(
          head,
          args.map((arg) => this.operand(arg)),
        );
      }
      if (isOperator(callee.name)) {
        if (callee.name === '-' && args.length === 1 && (args[0] === sym('Inf') || args[0] === sym('Inf32'))) {
          return args[0] === sym('Inf') ? -Infinity : new Literal('Float32', 0xff800000n);
        }
        return this.infix(callee.name, args);
      }
    }
    if (
      args.some((arg) => arg instanceof Expr && (arg.head === 'kw' || arg.head === 'parameters' || arg.head === '...'))
    ) {
      this.bad('a call in IR has neither keyword arguments nor splatting');
    }
    if (callee instanceof Expr && callee.head === '.' && isNewvar(callee) && args.length === 1) {
      const slot = this.value(args[0]);
      if (slot instanceof SlotNumber) return new NewvarNode(slot) as unknown as Operand;
    }
    return new Expr('call', [this.operand(callee), ...args.map((arg) => this.operand(arg))]);
  }

  // --- values -------------------------------------------------------------------------------------------------------

  /** A value: an argument of `Expr(...)`, or what stands inside `$(...)`. */
  value(x: Syntax, isSyntax = false): Syntax {
    if (x instanceof Sym) return this.valueOfName(x);
    if (x instanceof QuoteNode) return this.surface(x.value);
    if (!(x instanceof Expr)) return x;
    const { head, args } = x;
    if (head === 'quote') return isSyntax ? this.surface(args[0]) : this.operand(args[0]);
    if (head === 'call') return this.constructed(x, isSyntax);
    if (head === 'ref') return this.vector(x) ?? this.source(x);
    const path = head === '.' ? modulePath(x) : undefined;
    if (path !== undefined && this.names.isModule(path)) return new ModuleRef(path);
    if (head === 'macrocall') return this.literal(x) ?? this.source(x);
    if (head === 'string') this.bad('a string of an operand has no interpolation');
    return this.source(x);
  }

  private valueOfName(x: Sym): Syntax {
    const part = this.part(x);
    if (part !== undefined) return part;
    const name = this.unmask(x.name);
    if (name === '#undef') return new HeapValue(0);
    const constant = constants.get(name);
    if (constant !== undefined) return constant;
    if (this.names.isModule(name)) return new ModuleRef(name);
    return new SourceValue(sym(name));
  }

  /** Syntax inside a quotation, with names unmasked. */
  private surface(x: Syntax): Syntax {
    if (x instanceof Sym) return this.part(x) ?? sym(this.unmask(x.name));
    if (x instanceof QuoteNode) return new QuoteNode(this.surface(x.value));
    if (!(x instanceof Expr)) return x;
    // `$(...)` inside quoted syntax puts a value there, as it does where Julia shows one.
    if (x.head === '$' && isConstructor(x.args[0])) return this.value(x.args[0], true);
    return new Expr(
      x.head,
      x.args.map((arg) => this.surface(arg)),
    );
  }

  private source(x: Syntax): SourceValue {
    return new SourceValue(this.surface(x));
  }

  private list(args: readonly Syntax[], isSyntax: boolean): Syntax[] {
    return args.map((arg) => this.value(arg, isSyntax));
  }

  private constructed(x: Expr, isSyntax: boolean): Syntax {
    const [callee, ...args] = x.args;
    if (!(callee instanceof Sym)) return this.source(x);
    const [first, second] = args;
    const name = callee.name;
    if (name === this.masks.quote) return isSyntax ? this.surface(first) : this.operand(first);
    switch (name) {
      case 'Expr': {
        const head = this.value(first, isSyntax);
        if (!(head instanceof Sym)) this.bad('the head of an Expr is a symbol');
        return new Expr((head as Sym).name, this.list(args.slice(1), isSyntax));
      }
      case 'QuoteNode':
        return new QuoteNode(this.value(first, true));
      case 'Symbol':
        return typeof first === 'string' ? sym(first) : this.source(x);
      case 'GlobalRef': {
        const module = this.value(first, isSyntax);
        const field = this.value(second, isSyntax);
        if (!(module instanceof ModuleRef) || !(field instanceof Sym)) return this.bad('GlobalRef(module, :name)');
        return new GlobalRef(module, field);
      }
      case 'Module': {
        const path = modulePath(first);
        if (path === undefined) this.bad('Module(path)');
        return new ModuleRef(path as string);
      }
      case 'LineNumberNode': {
        const file = args.length > 1 ? this.value(second, isSyntax) : null;
        return new LineNumberNode(this.integer(first), file instanceof Sym ? file : null);
      }
      case 'LineLocations':
      case 'LineTable':
        return this.source(x);
      default:
        return this.node(name, args, isSyntax) ?? this.literal(x) ?? this.source(x);
    }
  }

  private node(name: string, args: readonly Syntax[], isSyntax: boolean): Syntax | undefined {
    const [first, second] = args;
    const one = (x: Syntax): Operand => this.value(x, isSyntax) as Operand;
    switch (name) {
      case 'SSAValue':
        return new SSAValue(this.integer(first));
      case 'SlotNumber':
        return new SlotNumber(this.integer(first));
      case 'GotoNode':
        return new GotoNode(this.integer(first));
      case 'GotoIfNot':
        return new GotoIfNot(one(first), this.integer(second));
      case 'ReturnNode':
        return new ReturnNode(args.length === 0 ? undefined : one(first));
      case 'EnterNode':
        return new EnterNode(this.integer(first), args.length > 1 ? one(second) : undefined);
      case 'NewvarNode':
        return new NewvarNode(new SlotNumber(this.integer(first)));
      case 'PiNode':
        return new PiNode(one(first), this.value(second, isSyntax));
      case 'UpsilonNode':
        return new UpsilonNode(args.length === 0 ? undefined : one(first));
      case 'PhiNode': {
        const edges = elements(first).map((edge) => this.integer(edge));
        return new PhiNode(
          edges,
          elements(second).map((value) => (this.isUndefined(value) ? undefined : one(value))),
        );
      }
      case 'PhiCNode':
        return new PhiCNode(elements(first).map(one));
      case 'MethodInstance':
        return new InvokeTarget(args.map((arg) => this.value(arg, isSyntax)));
      default:
        return undefined;
    }
  }

  private integer(x: Syntax | undefined): number {
    if (typeof x !== 'bigint' || x < -0x7fffffffn || x > 0x7fffffffn)
      return this.bad('a number of a statement, slot or line is expected');
    return Number(x);
  }

  // `Any[...]`: the vectors of a function that is built as syntax.
  private vector(x: Expr): Syntax | undefined {
    const [name, ...args] = x.args;
    if (name === sym('Any')) return new AnyVector(this.list(args, true));
    if (name === sym('LineLocations')) {
      return new LineLocations(
        this.list(args, true).map((line) => (line === 0n ? null : { file: null, line: Number(line) })),
      );
    }
    if (name === sym('LineTable')) {
      const files = this.list(args, true);
      return new LineTable(files.map((file) => ({ file: file instanceof Sym ? file : null, line: 0 })));
    }
    return undefined;
  }

  /** A literal of a type that its digits do not show. */
  private literal(x: Expr): Literal | number | undefined {
    if (x.head === 'macrocall') {
      const [macro, , digits] = x.args;
      const name = macro instanceof GlobalRef ? macro.name.name : '';
      if (typeof digits !== 'string') return undefined;
      if (name === '@int128_str') return new Literal('Int128', BigInt(digits));
      if (name === '@uint128_str') return new Literal('UInt128', BigInt(digits));
      return name === '@big_str' && /^-?\d+$/.test(digits) ? new Literal('BigInt', BigInt(digits)) : undefined;
    }
    if (x.head !== 'call' || !(x.args[0] instanceof Sym)) return undefined;
    const { name } = x.args[0];
    const [, first, second] = x.args;
    if (isIntegerType(name)) {
      const value = bigInteger(first);
      if (x.args.length !== 2 || value === undefined || !fits(name, value)) return undefined;
      return new Literal(name, value);
    }
    if (name !== 'reinterpret' || !(first instanceof Sym)) return undefined;
    const bits = bigInteger(second);
    if (bits === undefined) return undefined;
    if (first.name === 'Float16' || first.name === 'Float32') return new Literal(first.name, bits);
    if (first.name !== 'Float64') return undefined;
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, bits);
    return view.getFloat64(0);
  }
}

const constants = new Map<string, Literal | number | null>([
  ['nothing', null],
  ['Inf', Infinity],
  ['NaN', Number.NaN],
  ['Inf32', new Literal('Float32', 0x7f800000n)],
  ['NaN32', new Literal('Float32', 0x7fc00000n)],
]);

const widths: Readonly<Record<string, number>> = { Int8: 8, Int16: 16, Int32: 32, Int128: 128, BigInt: 0 };
const isIntegerType = (name: string): name is LiteralType => name in widths;
const fits = (name: string, value: bigint): boolean => {
  const width = widths[name] ?? 0;
  return width === 0 || BigInt.asIntN(width, value) === value;
};

function bigInteger(x: Syntax | undefined): bigint | undefined {
  if (typeof x === 'bigint') return x;
  if (x instanceof Literal && x.type !== 'Char' && !x.type.startsWith('Float')) return x.value;
  if (!(x instanceof Expr)) return undefined;
  if (x.head === 'call' && x.args.length === 2 && x.args[0] === sym('-')) {
    const value = bigInteger(x.args[1]);
    return value === undefined ? undefined : -value;
  }
  if (x.head !== 'macrocall') return undefined;
  const digits = x.args[2];
  return typeof digits === 'string' && /^-?\d+$/.test(digits) ? BigInt(digits) : undefined;
}

/** `A.B.C` as a path; undefined for anything else. */
export function modulePath(x: Syntax | undefined): string | undefined {
  if (x instanceof Sym) return x.name;
  if (!(x instanceof Expr) || x.head !== '.' || x.args.length !== 2) return undefined;
  const outer = modulePath(x.args[0]);
  const field = x.args[1];
  return outer !== undefined && field instanceof QuoteNode && field.value instanceof Sym
    ? `${outer}.${field.value.name}`
    : undefined;
}

const isNewvar = (callee: Expr): boolean => modulePath(callee) === 'Core.NewvarNode';

const constructors = new Set(['Expr', 'QuoteNode', 'GlobalRef', 'Symbol', 'LineNumberNode', 'SSAValue', 'SlotNumber']);
const isConstructor = (x: Syntax | undefined): boolean =>
  x instanceof Expr && x.head === 'call' && x.args[0] instanceof Sym && constructors.has(x.args[0].name);

const elements = (x: Syntax | undefined): readonly Syntax[] =>
  x instanceof Expr && x.head === 'ref' ? x.args.slice(1) : [];

const isOperator = (name: string): boolean => operatorToken(name) !== null || name === 'isa' || name === 'in';
