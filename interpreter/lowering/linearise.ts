// Linearisation: from nested code to a list of statements and jumps.
//
// Works like an interpreter that, where it would do something, emits the statement that does it. `compile` returns what
// denotes the value of a form (an operand, or a call that the receiver must emit), or undefined where there is none.
// Three properties are kept everywhere: operands are evaluated from left to right, so that one that could be changed
// by a later one is copied first; a value in tail position is returned at once; and leaving a `try` by any road emits
// what that needs (`leave` for handlers, `pop_exception` inside catch code, the detour through `finally`).

import { SSAValue } from '../ir/code.ts';
import { GlobalRef, LineNumberNode, QuoteNode, type Sym, sym } from '../syntax/expr.ts';
import { type Context, placeSuffix } from './context.ts';
import { convertForTypeDecl, renumberTemporaries } from './convert.ts';
import { deparse } from './deparse.ts';
import { Branch, Enter, Exits, type Instruction, Jump, Label, Line } from './linear.ts';
import {
  ASSIGNED,
  assign,
  CAPTURED,
  call,
  core,
  equal,
  Form,
  flattened,
  form,
  isForm,
  isQuoted,
  isSimpleAtom,
  isSym,
  isUnderscore,
  Lambda,
  LoweringError,
  malformed,
  NEVER_UNDEF,
  type Node,
  quoted,
  SINGLE_ASSIGNED,
  top,
  VarInfo,
} from './node.ts';
import { tableOrder } from './tableorder.ts';

/** Gives `lambda`, and all functions in it, its code. Throws LoweringError. */
export function linearise(c: Context, lambda: Lambda): void {
  if (lambda.code !== undefined) return;
  lambda.code = new Linearizer(c, lambda).run();
}

/** A persistent stack: handlers that are active, compared by identity. */
interface Stack {
  readonly token: SSAValue;
  readonly rest: Stack | null;
}
const depth = (s: Stack | null): number => {
  let n = 0;
  for (let at = s; at !== null; at = at.rest) n++;
  return n;
};

/** Where `break` of a kind goes. */
interface BreakTarget {
  readonly name: Node;
  readonly label: number;
  readonly handlers: Stack | null;
  readonly catches: Stack | null;
}
interface Breaks {
  readonly target: BreakTarget;
  readonly outer: Breaks | null;
}

type FinallyAction =
  | { readonly kind: 'return'; readonly value: Node }
  | { readonly kind: 'break'; readonly target: BreakTarget };

/** The `finally` block in force: each way into it has a number, by which it continues afterwards. */
interface Finally {
  readonly variable: Sym;
  readonly label: number;
  readonly handlers: Stack;
  readonly catches: Stack | null;
  readonly actions: { readonly tag: number; readonly action: FinallyAction }[];
}

/** The type of variables that lowering makes. */
const ANY = sym('Any');

type Tail = false | true | 'explicit';
type Value = Node | undefined;

const INLINE_HEADS = new Set(['top', 'core', 'slot', 'static_parameter']);
const VALUE_HEADS = new Set(['top', 'core', 'copyast', 'the_exception', '$', 'static_parameter', 'thismodule']);
const RVALUE_HEADS = new Set([
  'new',
  'splatnew',
  'the_exception',
  'isdefined',
  'call',
  'invoke',
  'foreigncall',
  'cfunction',
  'gc_preserve_begin',
  'copyast',
  'new_opaque_closure',
]);

// Operands that may stand in a statement as they are.
const isOperand = (x: Node): boolean =>
  isSimpleAtom(x) || x instanceof QuoteNode || (x instanceof Form && INLINE_HEADS.has(x.head));

const isConstantName = (x: Node): boolean =>
  x instanceof QuoteNode || (x instanceof Form && (x.head === 'top' || x.head === 'core'));

function isRightSide(left: Node, x: Node): boolean {
  if (left instanceof SSAValue || isOperand(x)) return true;
  return isSym(left) && (x instanceof GlobalRef || (x instanceof Form && RVALUE_HEADS.has(x.head)));
}

// Only metadata: a `finally` block like this needs no code.
function isTrivial(x: Node): boolean {
  if (x instanceof LineNumberNode) return true;
  if (!(x instanceof Form)) return !(x instanceof Lambda) && !(x instanceof GlobalRef) && !(x instanceof QuoteNode);
  return x.head === 'block' && x.args.every(isTrivial);
}

const isTupleCall = (x: Node): boolean =>
  isForm(x, 'call') && (x.args[0] === sym('tuple') || equal(x.args[0], core('tuple')));

const TOPLEVEL_NAMES: Readonly<Record<string, string>> = {
  abstract_type: '"abstract type" expression',
  primitive_type: '"primitive type" expression',
  struct_type: '"struct" expression',
  method: 'method definition',
  latestworld: 'World age increment',
};

class Linearizer {
  private readonly c: Context;
  private readonly lambda: Lambda;
  private readonly code: Instruction[] = [];
  private readonly known: ReadonlyMap<Sym, VarInfo>;
  private readonly arguments: ReadonlySet<Sym>;
  /** Arguments that are assigned to live on in a slot of their own. */
  private readonly renamed = new Map<Sym, Sym>();
  private file: Sym | null | undefined;
  private firstLine = true;
  private location: LineNumberNode | null = null;
  private returnType: Node | undefined;
  private labels = 0;
  private readonly symbolicLabels = new Map<Node, number>();
  private readonly labelNesting = new Map<Node, { handlers: Stack | null; catches: Stack | null }>();
  private readonly gotos: { exits: Exits; handlers: Stack | null; catches: Stack | null; name: Node }[] = [];
  private finally: Finally | null = null;
  private handlers: Stack | null = null;
  private catches: Stack | null = null;

  constructor(c: Context, lambda: Lambda) {
    this.c = c;
    this.lambda = lambda;
    this.known = new Map(lambda.vars.map((v) => [v.name, v]));
    this.arguments = new Set(lambda.args);
  }

  run(): Instruction[] {
    const { lambda } = this;
    const args = lambda.vars.slice(0, lambda.args.length);
    for (const v of args) if (v.has(ASSIGNED)) this.renamed.set(v.name, this.variable(v.name));
    this.compile(lambda.body, null, true, true);
    this.finishGotos();
    const code = this.code.flatMap((e): Instruction[] => (e instanceof Exits ? e.instructions : [e]));
    const initialised = this.definitelyInitialised(code);
    const kept = code.filter((e) => !(isForm2(e, 'newvar') && initialised.has(e.args[0])));
    if (this.renamed.size === 0) return kept;
    let n = 0;
    while (n < kept.length && isMetaInstruction(kept[n])) n++;
    const copies = tableOrder([...this.renamed.keys()]).map((from) => assign(this.renamed.get(from) ?? from, from));
    return [...kept.slice(0, n), ...copies, ...kept.slice(n)];
  }

  private get isToplevel(): boolean {
    return this.lambda.args.length === 0;
  }
  private emit(e: Instruction): void {
    this.code.push(e);
  }
  private newLabel(): number {
    return this.labels++;
  }
  private mark(label: number): void {
    this.emit(new Label(label));
  }
  // A label here: the last one, if nothing was emitted since.
  private here(): number {
    const last = this.code[this.code.length - 1];
    if (last instanceof Label) return last.id;
    const label = this.newLabel();
    this.mark(label);
    return label;
  }
  private variable(name?: Sym): Sym {
    const fresh = name === undefined ? this.c.gensym() : this.c.renamed(name);
    this.lambda.vars.push(new VarInfo(fresh, ANY, ASSIGNED));
    return fresh;
  }
  private store(x: Node): SSAValue {
    const temporary = this.c.temp();
    this.emit(assign(temporary, x));
    return temporary;
  }
  private error(message: string): LoweringError {
    return new LoweringError(message + placeSuffix(this.location));
  }

  // ---- operands

  private isDefined(x: Node): boolean {
    return isOperand(x) || (isSym(x) && (this.arguments.has(x) || this.known.get(x)?.has(NEVER_UNDEF) === true));
  }
  private isConstant(x: Node): boolean {
    if (isSimpleAtom(x) || isConstantName(x)) return true;
    return isSym(x) && (this.arguments.has(x) || this.known.get(x)?.has(SINGLE_ASSIGNED) === true);
  }

  private compileArguments(list: readonly Node[], breaks: Breaks | null): Node[] {
    // If no argument can have an effect, none needs a copy for the sake of order.
    const simple = list.every((x) => isSimpleAtom(x) || isSym(x) || isConstantName(x) || x instanceof GlobalRef);
    return list.map((x) => {
      const value = this.compile(x, breaks, true, false) ?? null;
      return (simple || this.isConstant(value)) && this.isDefined(value) ? value : this.store(value);
    });
  }

  private compileCondition(x: Node, breaks: Breaks | null): Node {
    const value = this.compile(x, breaks, true, false) ?? null;
    return this.isDefined(value) ? value : this.store(value);
  }

  // Emits the tests of a condition; the answer are the branches taken when it fails.
  private emitCondition(written: Node, breaks: Breaks | null, label: number): Branch[] {
    let condition = written;
    if (isForm(condition, 'block')) {
      const parts = flattened('block', condition);
      const last = parts.pop() ?? null;
      if (parts.length > 0) this.compile(new Form('block', parts), breaks, false, false);
      condition = last;
    }
    const test = (clause: Node): Branch => {
      const branch = new Branch(this.compileCondition(clause, breaks), label);
      this.emit(branch);
      return branch;
    };
    if (isForm(condition, '||')) {
      const jumps: Jump[] = [];
      for (const clause of condition.args.slice(0, -1)) {
        const branch = test(clause);
        const shortcut = new Jump();
        this.emit(shortcut);
        jumps.push(shortcut);
        branch.label = this.here();
      }
      const last = test(condition.args[condition.args.length - 1]);
      const label2 = this.here();
      for (const jump of jumps) jump.label = label2;
      return [last];
    }
    return (isForm(condition, '&&') ? condition.args : [condition]).map(test);
  }

  // ---- leaving

  // The token to which the exception stack must go back, when catch blocks are left.
  private popException(from: Stack | null, to: Stack | null): Form | undefined {
    if (from === to) return undefined;
    for (let at = from; at !== null; at = at.rest) if (at.rest === to) return form('pop_exception', at.token);
    throw new LoweringError('Attempt to jump into catch block');
  }
  private leaveHandlers(from: Stack | null, to: Stack | null, label?: Node): Form | undefined {
    if (from === to) return undefined;
    const tokens: Node[] = [];
    for (let at = from; at !== to; at = at.rest) {
      if (at === null) {
        throw new LoweringError(
          label === undefined
            ? 'Attempt to jump into catch block'
            : `cannot goto label "${deparse(label)}" inside try/catch block`,
        );
      }
      tokens.push(at.token);
    }
    return new Form('leave', tokens);
  }

  private enterFinally(target: Finally, action: FinallyAction): Node {
    const tag = target.actions.length === 0 ? 1 : target.actions[0].tag + 1;
    target.actions.unshift({ tag, action });
    this.emit(assign(target.variable, BigInt(tag)));
    const pop = this.popException(this.catches, target.catches);
    if (pop !== undefined) this.emit(pop);
    this.emit(this.leaveHandlers(this.handlers, target.handlers.rest) ?? new Form('leave', []));
    this.emit(new Jump(target.label));
    return BigInt(tag);
  }

  private emitReturn(tail: Tail, x: Value): Value {
    if (x === undefined) return undefined;
    if (this.handlers === null) {
      this.actuallyReturn(tail, x);
      return x;
    }
    let value: Node = x;
    if (!isSimpleAtom(x) || (x instanceof SSAValue && this.finally !== null)) {
      const holder = this.finally !== null ? this.variable() : this.c.temp();
      this.emit(assign(holder, x));
      value = holder;
    }
    if (this.finally !== null) this.enterFinally(this.finally, { kind: 'return', value });
    else {
      const tokens: Node[] = [];
      for (let at: Stack | null = this.handlers; at !== null; at = at.rest) tokens.push(at.token);
      this.emit(new Form('leave', tokens));
      this.actuallyReturn(tail, value);
    }
    return value;
  }

  private actuallyReturn(tail: Tail, x: Node): void {
    const hold = (v: Node): Node => {
      const fits = this.catches === null ? isOperand(v) || v instanceof Lambda : isSimpleAtom(v);
      return fits ? v : this.store(v);
    };
    let value = hold(x);
    // a return nobody wrote has no line
    if (tail !== 'explicit') this.emit(new Line(undefined, null));
    if (this.returnType !== undefined) {
      const converted = convertForTypeDecl(this.c, value, this.returnType, true, this.lambda);
      value = this.compile(converted, null, true, false) ?? null;
    }
    value = hold(value);
    const pop = this.popException(this.catches, null);
    if (pop !== undefined) this.emit(pop);
    this.emit(form('return', value));
  }

  // A jump has no value, but where one is asked for, the jump itself stands in for it once more.
  private emitBreak(target: BreakTarget): Node {
    if (this.finally !== null && depth(this.finally.handlers) > depth(target.handlers)) {
      return this.enterFinally(this.finally, { kind: 'break', target });
    }
    const pop = this.popException(this.catches, target.catches);
    if (pop !== undefined) this.emit(pop);
    const leave = this.leaveHandlers(this.handlers, target.handlers);
    if (leave !== undefined) this.emit(leave);
    this.emit(new Jump(target.label));
    return form('goto', BigInt(target.label));
  }

  private finishGotos(): void {
    for (const { exits, handlers, catches, name } of this.gotos) {
      const target = this.labelNesting.get(name);
      if (target === undefined) throw new LoweringError(`label "${deparse(name)}" referenced but not defined`);
      const leave = this.leaveHandlers(handlers, target.handlers, name);
      if (leave !== undefined) exits.instructions = [leave];
      const pop = this.popException(catches, target.catches);
      if (pop !== undefined) exits.instructions.push(pop);
    }
  }

  // ---- assignment

  private emitStore(left: Node, right: Node, head: string): void {
    if (left instanceof GlobalRef && head === '=') {
      this.emit(call(top('setglobal!'), left.module, quoted(left.name), right));
    } else this.emit(form(head, left, right));
  }

  private emitAssignment(left: Node, right: Value, head = '='): void {
    // In unreachable code the assignment stays, so that the variable keeps its uses.
    if (right === undefined) this.emitStore(left, null, head);
    else if (isRightSide(left, right)) this.emitStore(left, right, head);
    else this.emitStore(left, this.store(right), head);
  }

  private compileAssignment(e: Form, breaks: Breaks | null, value: boolean, tail: Tail): Value {
    const [name, right] = e.args;
    if (e.head === 'const') {
      if (isSym(name) && this.isLocal(name)) throw this.error('unsupported `const` declaration on local variable');
      if (!this.isToplevel) throw this.error('`global const` declaration not allowed inside function');
    }
    if (isUnderscore(name)) return this.compile(right, breaks, value, tail);
    const compiled = this.compile(right, breaks, true, false);
    const left = isSym(name) ? (this.renamed.get(name) ?? name) : name;
    if (!value || compiled === undefined) {
      this.emitAssignment(left, compiled, e.head);
      return undefined;
    }
    const repeatable = compiled === null || compiled instanceof SSAValue || isAtom(compiled);
    const result = repeatable ? compiled : this.store(compiled);
    this.emitStore(left, result, e.head);
    if (tail) this.emitReturn(tail, result);
    return result;
  }

  private isLocal(name: Sym): boolean {
    return [...this.lambda.vars, ...this.lambda.captured].some((v) => v.name === name);
  }

  // ---- the compiler

  private finishValue(e: Node, value: boolean, tail: Tail): Value {
    if (tail) return this.emitReturn(tail, e);
    if (value) return e;
    this.emit(e);
    return undefined;
  }

  private nothing(breaks: Breaks | null, value: boolean, tail: Tail): Value {
    return value ? this.compile(null, breaks, value, tail) : undefined;
  }

  compile(e: Node, breaks: Breaks | null, value: boolean, tail: Tail): Value {
    if (e instanceof LineNumberNode) {
      this.location = e;
      this.emit(new Line(e.line, this.firstLine ? e.file : null));
      this.firstLine = false;
      return this.afterMeta(tail);
    }
    if (e instanceof Lambda) {
      linearise(this.c, e);
      return this.finishValue(e, value, tail);
    }
    if (!(e instanceof Form) || VALUE_HEADS.has(e.head)) return this.compileValue(e, value, tail);
    const { head, args } = e;
    switch (head) {
      case 'call':
      case 'new':
      case 'splatnew':
      case 'foreigncall':
      case 'cfunction':
      case 'new_opaque_closure':
        return this.finishValue(new Form(head, this.compileCallArguments(e, breaks)), value, tail);
      case '=':
      case 'const':
        return this.compileAssignment(e, breaks, value, tail);
      case 'block':
        return this.compileBlock(e, breaks, value, tail);
      case 'return':
        this.compile(args[0], breaks, true, 'explicit');
        return undefined;
      case 'unnecessary':
        return value ? this.compile(args[0], breaks, value, tail) : undefined;
      case 'if':
      case 'elseif':
        return this.compileIf(e, breaks, value, tail);
      case '_while': {
        const end = this.newLabel();
        const start = this.here();
        this.emitCondition(args[0], breaks, end);
        this.compile(args[1], breaks, false, false);
        this.emit(new Jump(start));
        this.mark(end);
        return this.nothing(breaks, value, tail);
      }
      case '_do_while': {
        const end = this.newLabel();
        const start = this.here();
        this.compile(args[0], breaks, false, false);
        this.emit(new Branch(this.compileCondition(args[1], breaks), end));
        this.emit(new Jump(start));
        this.mark(end);
        return this.nothing(breaks, value, tail);
      }
      case 'break-block': {
        const end = this.newLabel();
        const target = { name: args[0], label: end, handlers: this.handlers, catches: this.catches };
        this.compile(args[1], { target, outer: breaks }, false, false);
        this.mark(end);
        return this.nothing(breaks, value, tail);
      }
      case 'break': {
        let at = breaks;
        while (at !== null && at.target.name !== args[0]) at = at.outer;
        if (at === null) throw new LoweringError('break or continue outside loop');
        return this.emitBreak(at.target);
      }
      case 'symboliclabel':
        return this.compileLabel(args[0], value, tail);
      case 'symbolicgoto': {
        let label = this.symbolicLabels.get(args[0]);
        if (label === undefined) {
          label = this.newLabel();
          this.symbolicLabels.set(args[0], label);
        }
        const exits = new Exits();
        this.emit(exits);
        this.emit(new Jump(label));
        this.gotos.push({ exits, handlers: this.handlers, catches: this.catches, name: args[0] });
        return undefined;
      }
      case 'trycatch':
      case 'tryfinally':
      case 'trycatchelse':
        return this.compileTry(e, breaks, value, tail);
      case 'newvar': {
        const last = this.code[this.code.length - 1];
        const again = isForm2(last, 'newvar') && last.args[0] === args[0];
        if (!again && isSym(args[0]) && this.known.has(args[0])) this.emit(e);
        return undefined;
      }
      case 'global':
        if (value) throw new LoweringError('misplaced "global" declaration');
        this.emit(e);
        if (this.isToplevel) this.emit(form('latestworld'));
        return undefined;
      case 'globaldecl':
        if (value) throw new LoweringError('misplaced "global" declaration');
        this.compileGlobalDeclaration(e);
        return undefined;
      case 'local':
      case 'local-def':
        return undefined;
      case 'moved-local':
        this.lambda.vars.push(new VarInfo(args[0] as Sym, ANY, ASSIGNED));
        return undefined;
      case 'atomic':
        throw new LoweringError('misplaced atomic declaration');
      case 'isdefined':
      case 'throw_undef_if_not':
      case 'boundscheck':
        return tail ? this.emitReturn(tail, e) : e;
      case 'method':
        return this.compileMethod(e, breaks, value, tail);
      case 'thunk':
        this.checkToplevel(e);
        if (args[0] instanceof Lambda) linearise(this.c, args[0]);
        this.emit(e);
        if (tail) this.emitReturn(tail, null);
        return null;
      case 'module':
        this.checkToplevel(e);
        this.emit(e);
        if (tail) this.emitReturn(tail, null);
        return null;
      case 'toplevel-only':
        this.checkToplevel(form((args[0] as Sym).name, ...args.slice(1)));
        return null;
      case 'toplevel': {
        this.checkToplevel(e);
        const result = this.store(e);
        if (tail) this.emitReturn(tail, result);
        return result;
      }
      case 'latestworld-if-toplevel':
        if (this.isToplevel) this.emit(form('latestworld'));
        return null;
      case 'import':
      case 'using':
      case 'export':
      case 'public':
      case 'latestworld':
        this.checkToplevel(e);
        if (head !== 'latestworld') this.emit(e);
        this.emit(form('latestworld'));
        return this.afterMeta(tail);
      case 'gc_preserve_begin':
        return new Form(head, this.compileArguments(args, breaks));
      case 'meta':
        if (args.length > 1 && args[0] === sym('ret-type')) this.returnType = args[1];
        else this.emit(e);
        return this.afterMeta(tail);
      case 'inbounds':
      case 'loopinfo':
      case 'gc_preserve_end':
      case 'aliasscope':
      case 'popaliasscope':
      case 'inline':
      case 'noinline':
      case 'purity':
        this.emit(e);
        return this.afterMeta(tail);
      case '≔':
      case '⩴':
      case '≕':
      case ':=':
        throw new LoweringError(`unsupported assignment operator "${head}"`);
      case 'escape':
        throw new LoweringError('"esc(...)" used outside of macro expansion');
      case 'error':
        throw new LoweringError(typeof args[0] === 'string' ? args[0] : deparse(args[0]));
      default:
        throw new LoweringError(`invalid syntax ${deparse(e)}`);
    }
  }

  private afterMeta(tail: Tail): Value {
    if (tail && !isForm2(this.code[this.code.length - 1], 'return')) this.emitReturn(tail, null);
    return null;
  }

  private compileValue(e: Node, value: boolean, tail: Tail): Value {
    const x = isSym(e) ? (this.renamed.get(e) ?? e) : e;
    if (isUnderscore(e) || (e instanceof GlobalRef && isUnderscore(e.name))) {
      throw this.error('all-underscore identifiers are write-only and their values cannot be used in expressions');
    }
    if (tail) return this.emitReturn(tail, x);
    if (value) return x;
    // reading a variable may throw
    if (isSym(x) || x instanceof GlobalRef || isForm(x, 'static_parameter')) this.emit(x);
    return undefined;
  }

  private compileCallArguments(e: Form, breaks: Breaks | null): Node[] {
    const { head, args } = e;
    const first = args[0];
    if (head === 'foreigncall') {
      // the library may be named by a tuple, which stays as it is; so do the types
      const name = isTupleCall(first) ? [first] : this.compileArguments([first], breaks);
      return [...name, ...args.slice(1, 5), ...this.compileArguments(args.slice(5), breaks)];
    }
    if (head === 'cfunction') {
      const [fn] = this.compileArguments([args[1]], breaks);
      return [first, fn, ...args.slice(2)];
    }
    if (head === 'new_opaque_closure') {
      const method = args[4];
      if (!isForm(method, 'opaque_closure_method')) throw malformed();
      linearise(this.c, method.args[method.args.length - 1] as Lambda);
      return [
        ...this.compileArguments(args.slice(0, 4), breaks),
        method,
        ...this.compileArguments(args.slice(5), breaks),
      ];
    }
    if (
      args.length > 1 &&
      (first === sym('cglobal') ||
        (first instanceof GlobalRef && first.name.name === 'cglobal' && first.module.path === this.c.module.path))
    ) {
      const name = isTupleCall(args[1]) ? [args[1]] : this.compileArguments([args[1]], breaks);
      return [first, ...name, ...this.compileArguments(args.slice(2), breaks)];
    }
    return this.compileArguments(args, breaks);
  }

  private compileBlock(e: Form, breaks: Breaks | null, value: boolean, tail: Tail): Value {
    const { args } = e;
    const outerFile = this.file;
    const first = args.find((x) => !isForm(x, 'meta'));
    const file = first instanceof LineNumberNode && first.file !== null ? first.file : this.file;
    // code of another file inside a body (from a macro) is marked, except where the body begins
    const marked = file !== outerFile && outerFile !== undefined && e !== this.lambda.body;
    if (file !== outerFile) this.file = file;
    if (marked) this.emit(form('meta', sym('push_loc'), file ?? null));
    // line numbers behind the last statement do not make it less the last
    let last = args.length - 1;
    while (last > 0 && (args[last] instanceof LineNumberNode || isForm(args[last], 'loopinfo'))) last--;
    for (let i = 0; i < last; i++) this.compile(args[i], breaks, false, false);
    let result = this.compile(args[last], breaks, value, tail);
    const finalMeta = (): void => {
      for (let i = last + 1; i < args.length; i++) this.compile(args[i], breaks, false, false);
    };
    if (!marked) finalMeta();
    else {
      const pop = form('meta', sym('pop_loc'));
      const end = this.code[this.code.length - 1];
      if (tail) {
        // the return belongs to the outer file
        if (isForm2(end, 'return')) {
          this.code.pop();
          let returned = end.args[0];
          if (!isSimpleAtom(returned)) returned = this.store(returned);
          finalMeta();
          this.emit(pop);
          this.emit(form('return', returned));
        } else this.emit(pop);
      } else if (result !== undefined && value && !isSimpleAtom(result)) {
        result = this.store(result);
        finalMeta();
        this.emit(pop);
      } else {
        finalMeta();
        this.emit(pop);
      }
    }
    if (file !== outerFile) this.file = outerFile;
    return result;
  }

  private compileIf(e: Form, breaks: Breaks | null, value: boolean, tail: Tail): Value {
    const [condition, then, otherwise] = e.args;
    const hasElse = e.args.length > 2;
    const tests = this.emitCondition(condition, breaks, -1);
    const end = new Jump();
    const result = value && !tail ? this.variable() : undefined;
    const first = this.compile(then, breaks, value, tail);
    if (result !== undefined) this.emitAssignment(result, first);
    if (!tail && (hasElse || result !== undefined)) {
      this.emit(new Line(undefined, null));
      this.emit(end);
    }
    const elseLabel = this.here();
    for (const test of tests) test.label = elseLabel;
    const second = hasElse ? this.compile(otherwise, breaks, value, tail) : null;
    if (result !== undefined) this.emitAssignment(result, second);
    if (!tail) end.label = this.here();
    else if (!hasElse) this.emitReturn(tail, second);
    return result;
  }

  private compileLabel(name: Node, value: boolean, tail: Tail): Value {
    if (this.labelNesting.has(name)) throw new LoweringError(`label "${deparse(name)}" defined multiple times`);
    this.labelNesting.set(name, { handlers: this.handlers, catches: this.catches });
    const known = this.symbolicLabels.get(name);
    if (known !== undefined) this.mark(known);
    else this.symbolicLabels.set(name, this.here());
    if (tail) return this.emitReturn(tail, null);
    if (value) throw new LoweringError('misplaced label');
    return undefined;
  }

  private compileTry(e: Form, breaks: Breaks | null, value: boolean, tail: Tail): Value {
    const { args } = e;
    const isFinally = e.head === 'tryfinally';
    const token = this.c.temp();
    const catchLabel = this.newLabel();
    const elseLabel = e.head === 'trycatchelse' ? this.newLabel() : undefined;
    let end: number | undefined = this.newLabel();
    const outerFinally = this.finally;
    // an empty `finally` block is only a handler that rethrows
    const finallyVariable = isFinally && !isTrivial(args[1]) ? this.variable() : undefined;
    const handler = isFinally ? call(top('rethrow')) : args[1];
    this.emit(new Enter(token, catchLabel, this.compileArguments(isFinally ? args.slice(2) : [], breaks)));
    const outerHandlers = this.handlers;
    const handlers: Stack = { token, rest: outerHandlers };
    this.handlers = handlers;
    let own: Finally | undefined;
    if (finallyVariable !== undefined) {
      own = { variable: finallyVariable, label: end, handlers, catches: this.catches, actions: [] };
      this.finally = own;
      this.emit(assign(finallyVariable, -1n));
    }
    const body = this.compile(args[0], breaks, value, false);
    const result = value && !tail ? this.variable() : undefined;
    if (result !== undefined && body !== undefined) this.emitAssignment(result, body);
    if (tail) {
      if (elseLabel !== undefined) {
        if (body !== undefined) this.emit(body);
        this.emit(form('leave', token));
      } else if (body !== undefined) this.emitReturn(tail, body);
      if (own === undefined) end = undefined;
    } else {
      this.emit(form('leave', token));
      this.emit(new Jump(elseLabel ?? end));
    }
    this.handlers = outerHandlers;
    if (elseLabel !== undefined) {
      this.mark(elseLabel);
      const other = this.compile(args[2], breaks, value, tail);
      if (result !== undefined) this.emitAssignment(result, other);
      if (end !== undefined) this.emit(new Jump(end));
    }
    this.mark(catchLabel);
    const outerCatches = this.catches;
    this.catches = { token, rest: outerCatches };
    if (own !== undefined && end !== undefined) {
      this.finally = outerFinally;
      this.compile(args[1], breaks, false, false);
      this.emit(call(top('rethrow')));
      this.emitReturn(tail, null);
      this.catches = outerCatches;
      this.mark(end);
      this.compile(renumberTemporaries(this.c, args[1]), breaks, false, false);
      this.emitFinallyActions(own, tail);
    } else {
      const caught = this.compile(handler, breaks, value, tail);
      if (result !== undefined) this.emitAssignment(result, caught);
      if (!tail) this.emit(form('pop_exception', token));
      if (end !== undefined) this.mark(end);
      this.catches = outerCatches;
    }
    return result;
  }

  // Behind a `finally` block: continue the way it was entered.
  private emitFinallyActions(own: Finally, tail: Tail): void {
    own.actions.forEach(({ tag, action }, i) => {
      const last = tail !== false && i === own.actions.length - 1 && action.kind === 'return';
      const skip = last ? undefined : this.newLabel();
      if (skip !== undefined) {
        const test = this.store(call(core('==='), own.variable, BigInt(tag)));
        this.emit(new Branch(test, skip));
      }
      if (action.kind === 'return') this.emitReturn(tail, action.value);
      else this.emitBreak(action.target);
      if (skip !== undefined) this.mark(skip);
    });
  }

  private compileGlobalDeclaration(e: Form): void {
    const [ref, type] = e.args;
    if (e.args.length === 1) this.emit(e);
    else this.emit(form('globaldecl', ref, ...this.compileArguments([type], null)));
    if (this.isToplevel) this.emit(form('latestworld'));
  }

  private compileMethod(e: Form, breaks: Breaks | null, value: boolean, tail: Tail): Value {
    if (!this.isToplevel) {
      const line = this.location;
      const place =
        line === null
          ? ''
          : line.file === null
            ? ` around line ${line.line}`
            : ` around ${line.file.name}:${line.line}`;
      throw new LoweringError(`Global method definition${place} needs to be placed at the top level, or use "eval".`);
    }
    const [name, signature, body] = e.args;
    if (e.args.length === 1) return this.finishValue(e, value, tail);
    const compiled = this.compile(signature, breaks, true, false) ?? null;
    const types = isOperand(compiled) ? compiled : this.store(compiled);
    let code: Node = body;
    if (body instanceof Lambda) linearise(this.c, body);
    else code = this.store(this.compile(body, breaks, true, false) ?? null);
    this.emit(form('method', name, types, code));
    return this.nothing(breaks, value, tail);
  }

  private checkToplevel(e: Form): void {
    if (this.isToplevel) return;
    let text = TOPLEVEL_NAMES[e.head] ?? `"${e.head}" expression`;
    if (e.head === 'set_binding_type!') text = `type declaration for global "${this.globalText(e.args[0])}"`;
    throw new LoweringError(`${text} not at top level`);
  }

  // In messages a global of the module itself has no module name.
  private globalText(x: Node): string {
    const own = x instanceof GlobalRef && x.module.path === this.c.module.path;
    return own ? `(thismodule).${x.name.name}` : deparse(x);
  }

  // Variables that are assigned before any branch after their declaration: they need no reset to "undefined".
  private definitelyInitialised(code: readonly Instruction[]): Set<Node> {
    let pending = new Set<Node>();
    const initialised = new Set<Node>();
    const captured = new Set(this.lambda.vars.filter((v) => v.has(CAPTURED)).map((v) => v.name));
    const all = new Set(this.lambda.vars.map((v) => v.name));
    const forget = (x: Node): void => {
      if (!(x instanceof Form) || isQuoted(x)) return;
      if (x.head === 'isdefined') pending.delete(x.args[0]);
      else x.args.forEach(forget);
    };
    for (const e of code) {
      if (e instanceof Jump || e instanceof Branch || e instanceof Enter) {
        pending = new Set();
        continue;
      }
      if (!(e instanceof Form)) continue;
      if (pending.size > 0) forget(e);
      if (e.head === 'newvar') {
        const name = e.args[0] as Sym;
        if (all.has(name) && !captured.has(name)) pending.add(name);
      } else if (e.head === '=' && pending.delete(e.args[0])) initialised.add(e.args[0]);
    }
    return initialised;
  }
}

const isAtom = (x: Node): boolean =>
  !(x instanceof Form) &&
  !(x instanceof QuoteNode) &&
  !(x instanceof GlobalRef) &&
  typeof x !== 'boolean' &&
  x !== null;

function isForm2(x: Instruction | undefined, head: string): x is Form {
  return x instanceof Form && x.head === head;
}
const isMetaInstruction = (x: Instruction): boolean => x instanceof Line || isForm2(x, 'meta');
