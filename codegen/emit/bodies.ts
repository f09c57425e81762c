// Bodies: a typed body as blocks of operations.
//
// Statements are taken in order. A statement that something jumps to starts a block; an SSA value is whatever its statement
// gave; a variable lives in slots of the frame, one for each machine value of its shape, which the target's compiler turns
// into registers. A call whose method is known becomes a call of that method's code, or that method's body is written down in
// place of the call, its arguments in the form in which they are known. So `+` of two Ints is one operation, and the tuple
// that `iterate` returns never exists.
//
// Enters: a typed body and its arguments. Leaves: operations, and at every `return` a call of what the surroundings want
// done with the value.

import { cInt64, cPointer, cVoid } from '../../ffi/ctype.ts';
import {
  type BindingRef,
  type ModuleRef,
  type Ref,
  readRef,
  readWide,
  type SvecRef,
  type SymbolRef,
  typeOf,
} from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import { datatype, falseValue, nothing, trueValue } from '../../interpreter/memory/wellknown.ts';
import {
  currentWorld,
  getBinding,
  globalType,
  isConstKind,
  PartitionKind,
  resolutionValue,
  resolveBinding,
} from '../../interpreter/runtime/bindings.ts';
import { symbol } from '../../interpreter/runtime/symbols.ts';
import { svecOf, unboxInt64 } from '../../interpreter/runtime/values.ts';
import { orElse } from '../../interpreter/types/errors.ts';
import { applyType, fieldType, isDataType, isTypeVar, isUnion } from '../../interpreter/types/index.ts';
import type { CallInfo, Case } from '../inference/calls.ts';
import { knowsMore } from '../inference/calls.ts';
import {
  argsOf,
  type Body,
  gotoLabel,
  headOf,
  isExpr,
  leaveCount,
  Node,
  slotId,
  ssaId,
  svecToArray,
} from '../inference/heapdata.ts';
import { typedBody } from '../inference/infer.ts';
import type { Typed, Variables } from '../inference/interpret.ts';
import {
  impossible,
  isImpossible,
  type Lattice,
  ofConst,
  ofType,
  restrict,
  widen,
  withoutConditional,
} from '../inference/lattice.ts';
import { hasAllParameters, type Specialisation } from '../inference/matches.ts';
import { join } from '../inference/merge.ts';
import { emitBuiltin, isInstance, makeTuple, throwTypeError } from './builtins.ts';
import { emitCFunction } from './callbacks.ts';
import { construct, throwUndefVar } from './construct.ts';
import { coreObject } from './corevalues.ts';
import { callDynamic } from './dispatch.ts';
import { emitForeignCall } from './foreign.ts';
import { countReturns, type InlineStack, isPure, shallInline } from './inlining.ts';
import { emitIntrinsic } from './intrinsics.ts';
import type { Block, Value } from './operations.ts';
import { CannotCompile } from './recipes.ts';
import { leavesOf, type Shape, shapeOf } from './shapes.ts';
import { OFFSET_SCOPES } from './thread-state.ts';
import { constant, type Emitted, theBool, typeOfEmitted, type ValueWriter } from './values.ts';

/** What a body asks of the compilation as a whole. */
export interface Compilation {
  /** The symbol of the specialised function of a method; it is going to be defined. Null: it cannot be compiled. */
  functionFor(of: Specialisation): CompiledFunction | null;
  /** True when a body has shown that it cannot be compiled. */
  isBlocked(of: Specialisation): boolean;
  /** True for a method that is not worth code of its own: nothing has called it so far. */
  isCold(of: Specialisation): boolean;
  /** Remembers which body an error comes from; the first one told counts. */
  blame(error: CannotCompile, of: Specialisation): void;
  /** Notes that code relies on what inference looked at. */
  note(typed: Typed): void;
}

/** How a specialised function is called. */
export interface CompiledFunction {
  readonly name: string;
  readonly parameters: readonly Shape[];
  readonly result: Shape;
  /** The function never returns. */
  readonly isEndless: boolean;
  /** Functions through which C calls it. */
  readonly callbacks: Set<string>;
}

/** A variable: where it lives, or what it always is. */
interface Place {
  readonly shape: Shape;
  readonly slots: readonly Value[];
  /** An `i8` that says whether it has a value, if that can be in doubt. */
  readonly defined: Value | undefined;
}

interface Handler {
  readonly record: Value;
  /** Where the caught exception and the depth of the exception stack are kept. */
  readonly exception: Value;
  readonly depth: Value;
  /** Where the number of dynamic scopes is kept that were entered before. */
  readonly scopes: Value;
}

/** Roughly, to tell how large a function has become without counting. */
const OPERATIONS_PER_BLOCK = 8;

export class BodyWriter {
  private readonly w: ValueWriter;
  private readonly typed: Typed;
  private readonly body: Body;
  private readonly compilation: Compilation;
  private readonly stack: InlineStack;
  private readonly inbounds: boolean;
  private readonly returns: (value: Emitted) => void;
  private readonly values: (Emitted | undefined)[] = [];
  private readonly blocks: (Block | undefined)[] = [];
  private readonly places: (Place | undefined)[] = [];
  private readonly handlers = new Map<number, Handler>();
  private at = 0;

  constructor(
    w: ValueWriter,
    typed: Typed,
    compilation: Compilation,
    stack: InlineStack,
    inbounds: boolean,
    returns: (value: Emitted) => void,
  ) {
    this.w = w;
    this.typed = typed;
    this.body = typed.body;
    this.compilation = compilation;
    this.stack = stack;
    this.inbounds = inbounds;
    this.returns = returns;
    compilation.note(typed);
  }

  /** Writes the body. The current block goes on into it; afterwards every block that it made has ended. */
  write(args: readonly Emitted[]): void {
    const { body, typed } = this;
    const { build } = this.w;
    this.makePlaces();
    args.forEach((arg, i) => {
      this.assign(i + 1, arg);
    });
    for (const target of body.targets) {
      if (typed.before[target] !== undefined) this.blocks[target] = build.block(`s${target}`);
    }
    for (let i = 1; i < body.statements.length; i++) {
      const variables = typed.before[i];
      const block = this.blocks[i];
      if (variables === undefined) {
        if (!build.finished) this.w.notReached();
        continue;
      }
      if (block !== undefined) {
        if (!build.finished) build.jump(block);
        build.at(block);
      }
      if (build.finished) continue;
      this.at = i;
      this.statement(i, variables);
    }
    if (!build.finished) this.w.notReached();
  }

  // Variables.

  private makePlaces(): void {
    const { body, typed } = this;
    const { build } = this.w;
    const all: (Lattice | undefined)[] = [];
    const doubtful = new Set<number>();
    const note = (variables: Variables | undefined): void => {
      if (variables === undefined) return;
      for (const [slot, variable] of variables) {
        all[slot] = join(all[slot] ?? impossible, variable.value);
        if (variable.maybeUndefined) doubtful.add(slot);
      }
    };
    for (let i = 1; i < body.statements.length; i++) {
      if (typed.before[i] === undefined) continue;
      note(typed.before[i]);
      const statement = body.statements[i];
      if (isExpr(statement, '=') && typeOf(argsOf(statement)[0]) === Node.SlotNumber) {
        const slot = slotId(argsOf(statement)[0]);
        all[slot] = join(all[slot] ?? impossible, withoutConditional(typed.ssa[i]));
        if ((body.slotFlags[slot - 1] & 32) !== 0) doubtful.add(slot);
      }
    }
    all.forEach((element, slot) => {
      if (element === undefined) return;
      // A variable that is never assigned anew needs no slot: it is its argument.
      if (slot <= body.nargs && !body.assigned.has(slot)) return;
      const shape: Shape = element.kind === 'const' ? { kind: 'none', value: element.value } : shapeOf(widen(element));
      const defined = doubtful.has(slot) ? build.slot(1, 1) : undefined;
      if (defined !== undefined) build.store(build.integer('i8', 0), defined, 0, this.access());
      this.places[slot] = { shape, slots: leavesOf(shape).map(() => build.slot(16, 16)), defined };
    });
  }

  /** A body with a `try` keeps its variables in memory: a catch block reads what the body of the try has written. */
  private access(): { volatile?: boolean } {
    return this.body.hasTry ? { volatile: true } : {};
  }

  private readonly fixed: (Emitted | undefined)[] = [];

  private assign(slot: number, value: Emitted): void {
    const place = this.places[slot];
    if (place === undefined) {
      this.fixed[slot] = value;
      return;
    }
    const { build } = this.w;
    const leaves = this.w.flatten(this.w.coerce(value, place.shape), place.shape);
    leaves.forEach((leaf, i) => {
      build.store(leaf, place.slots[i], 0, { ...this.access() });
    });
    if (place.defined !== undefined) build.store(build.integer('i8', 1), place.defined, 0, this.access());
  }

  private read(slot: number, variables: Variables): Emitted {
    const known = variables.get(slot);
    const place = this.places[slot];
    const { build } = this.w;
    if (place?.defined !== undefined && (known === undefined || known.maybeUndefined)) {
      this.checkDefined(slot, place.defined);
    }
    if (known === undefined) return this.neverReached();
    if (known.value.kind === 'const') return constant(known.value.value);
    const fixed = this.fixed[slot];
    if (place === undefined && fixed !== undefined) return this.narrowed(fixed, known.value);
    if (place === undefined) throw new Error(`a variable without a place`);
    const leaves = leavesOf(place.shape).map((machine, i) => build.load(machine, place.slots[i], 0, this.access()));
    return this.narrowed(this.w.unflatten(leaves, place.shape), known.value);
  }

  private checkDefined(slot: number, defined: Value): void {
    const { build } = this.w;
    const good = build.block('defined');
    const bad = build.block('undefined');
    build.branch(
      build.compare('ne', build.load('i8', defined, 0, this.access()), build.integer('i8', 0)),
      good,
      bad,
      true,
    );
    build.at(bad);
    throwUndefVar(this.w, this.body.slotNames[slot - 1]);
    build.at(good);
  }

  private narrowed(value: Emitted, element: Lattice): Emitted {
    if (element.kind === 'const') return constant(element.value);
    return this.w.narrow(value, widen(element));
  }

  private neverReached(): Emitted {
    const { build } = this.w;
    this.w.notReached();
    build.at(build.block('dead'));
    return constant(nothing);
  }

  // Statements.

  private goTo(target: number): Block {
    const block = this.blocks[target];
    if (block === undefined) {
      const { build } = this.w;
      const dead = build.block('dead');
      build.apart(dead, () => this.w.notReached());
      return dead;
    }
    return block;
  }

  private statement(i: number, variables: Variables): void {
    const { build } = this.w;
    const statement = this.body.statements[i];
    switch (typeOf(statement)) {
      case Node.GotoNode:
        build.jump(this.goTo(gotoLabel(statement)));
        return;
      case Node.GotoIfNot:
        this.branch(i, statement, variables);
        return;
      case Node.ReturnNode: {
        const value = this.operand(readRef(statement, objects.ReturnNode.val), variables);
        if (!build.finished) this.returns(value);
        return;
      }
      case Node.EnterNode:
        this.enterTry(i, statement, variables);
        return;
      case Node.NewvarNode: {
        const place = this.places[slotId(readRef(statement, objects.NewvarNode.slot))];
        if (place?.defined !== undefined) build.store(build.integer('i8', 0), place.defined, 0, this.access());
        return;
      }
      default:
    }
    if (isExpr(statement, '=')) {
      const [left, right] = argsOf(statement);
      const value = this.value(right, variables, this.typed.ssa[i]);
      if (value === null) return;
      if (typeOf(left) !== Node.SlotNumber) {
        this.assignGlobal(left, value);
        this.values[i] = value;
        return;
      }
      const slot = slotId(left);
      const known = withoutConditional(this.typed.ssa[i]);
      this.assign(slot, this.narrowed(value, known));
      this.values[i] = value;
      return;
    }
    const value = this.value(statement, variables, this.typed.ssa[i]);
    if (value !== null) this.values[i] = value;
  }

  private assignGlobal(left: Ref, value: Emitted): void {
    const isRef = typeOf(left) === Node.GlobalRef;
    const module = readRef(isRef ? left : this.typed.of.method, isRef ? objects.GlobalRef.mod : objects.Method.module);
    const name = isRef ? readRef(left, objects.GlobalRef.name) : left;
    this.w.callBuiltin('setglobal!', [constant(module), constant(name), value]);
  }

  private branch(i: number, statement: Ref, variables: Variables): void {
    const { build } = this.w;
    const target = readWide(statement, objects.GotoIfNot.dest);
    const operand = readRef(statement, objects.GotoIfNot.cond);
    const element = withoutConditional(this.elementOf(operand, variables));
    if (element.kind === 'const') {
      if (theBool(element.value) === trueValue) return;
      build.jump(this.goTo(target));
      return;
    }
    const condition = this.operand(operand, variables);
    if (build.finished) return;
    const otherwise = this.goTo(target);
    const next = this.blocks[i + 1] ?? build.block(`s${i + 1}`);
    if (typeOfEmitted(condition) !== datatype('Bool')) {
      const good = build.block('isbool');
      const bad = build.block('notbool');
      build.branch(isInstance(this.w, condition, datatype('Bool')), good, bad, true);
      build.at(bad);
      throwTypeError(this.w, 'if', datatype('Bool'), condition);
      build.at(good);
    }
    const truth = this.w.truth(this.w.pick(condition, datatype('Bool')));
    build.branch(truth, next, otherwise);
    if (this.blocks[i + 1] === undefined) build.at(next);
  }

  private enterTry(i: number, statement: Ref, variables: Variables): void {
    const { build } = this.w;
    const target = readWide(statement, objects.EnterNode.catch_dest);
    const record = build.handlerSlot();
    const handler: Handler = { record, exception: build.slot(8, 8), depth: build.slot(8, 8), scopes: build.slot(8, 8) };
    const scope = readRef(statement, objects.EnterNode.scope);
    build.store(build.load('i64', build.threadState(), OFFSET_SCOPES), handler.scopes, 0, { volatile: true });
    if (scope !== 0) {
      const entered = this.w.box(this.operand(scope, variables));
      build.callC(this.w.runtime('enter_scope'), { result: cVoid, args: [cPointer] }, [entered]);
    }
    this.handlers.set(i, handler);
    const body = build.block('try');
    const caught = build.block('catch');
    build.enterTry(record, body, caught);
    build.at(caught);
    build.store(build.caughtException(), handler.exception, 0, { volatile: true });
    const depth = build.callC(this.w.runtime('push_exception'), { result: cInt64, args: [cInt64] }, [
      build.load('i64', handler.scopes, 0, { volatile: true }),
    ]);
    if (depth === undefined) throw new Error('a depth is a result');
    build.store(depth, handler.depth, 0, { volatile: true });
    build.jump(this.goTo(target));
    build.at(body);
  }

  /** The `enter` whose catch block a statement is in. */
  private enclosingCatch(): Handler {
    let best: Handler | undefined;
    let bestAt = 0;
    for (const [enter, handler] of this.handlers) {
      const dest = readWide(this.body.statements[enter], objects.EnterNode.catch_dest);
      if (dest <= this.at && dest >= bestAt && !this.isPopped(enter, dest)) {
        best = handler;
        bestAt = dest;
      }
    }
    if (best === undefined) throw new CannotCompile('an exception outside of a catch block');
    return best;
  }

  private isPopped(enter: number, from: number): boolean {
    for (let i = from; i < this.at; i++) {
      const statement = this.body.statements[i];
      if (!isExpr(statement, 'pop_exception')) continue;
      const token = argsOf(statement)[0];
      if (typeOf(token) === Node.SSAValue && ssaId(token) === enter) return true;
    }
    return false;
  }

  // Operands and expressions.

  private elementOf(value: Ref, variables: Variables): Lattice {
    switch (typeOf(value)) {
      case Node.SSAValue:
        return this.typed.ssa[ssaId(value)];
      case Node.SlotNumber:
        return variables.get(slotId(value))?.value ?? impossible;
      case Node.QuoteNode:
        return ofConst(readRef(value, objects.QuoteNode.value));
      case Node.GlobalRef: {
        const resolution = resolveBinding(readRef<BindingRef>(value, objects.GlobalRef.binding), currentWorld());
        if (isConstKind(resolution.kind)) return ofConst(resolutionValue(resolution));
        return resolution.kind === PartitionKind.GLOBAL
          ? ofType(globalType(resolution.partition))
          : ofType(datatype('Any'));
      }
      case Node.Expr:
        return this.typed.calls.get(value)?.result ?? this.expressionElement(value);
      default:
        return ofConst(value);
    }
  }

  private expressionElement(value: Ref): Lattice {
    if (headOf(value) === 'static_parameter') {
      const known = this.typed.of.sparams[unboxInt64(argsOf(value)[0]) - 1];
      if (known !== undefined && !isTypeVar(known)) return ofConst(known);
    }
    return headOf(value) === 'boundscheck' ? ofConst(this.boundscheck()) : ofType(datatype('Any'));
  }

  private boundscheck(): Ref {
    return this.inbounds ? falseValue : trueValue;
  }

  private operand(value: Ref, variables: Variables): Emitted {
    switch (typeOf(value)) {
      case Node.SSAValue: {
        const id = ssaId(value);
        const element = withoutConditional(this.typed.ssa[id]);
        if (element.kind === 'const') return constant(element.value);
        const known = this.values[id];
        if (known === undefined) return this.neverReached();
        return known;
      }
      case Node.SlotNumber:
        return this.read(slotId(value), variables);
      case Node.QuoteNode:
        return constant(readRef(value, objects.QuoteNode.value));
      case Node.GlobalRef:
        return this.global(readRef<BindingRef>(value, objects.GlobalRef.binding));
      case Node.Expr: {
        const result = this.value(value, variables, this.elementOf(value, variables));
        return result ?? this.neverReached();
      }
      default:
        return constant(value);
    }
  }

  private construct(
    args: readonly Ref[],
    variables: Variables,
    known: Lattice,
    how: 'new_struct' | 'new_splat' = 'new_struct',
  ): Emitted | null {
    const operands = args.map((arg) => this.operand(arg, variables));
    if (this.w.build.finished) return null;
    return construct(this.w, operands, widen(withoutConditional(known)), how);
  }

  private cfunction(args: readonly Ref[], variables: Variables): Emitted | null {
    const type = this.typeExpression(args[0]);
    const result = this.typeExpression(args[2]);
    const types = this.typeExpression(args[3]);
    const f = this.callbackFunction(args[1], variables);
    if (this.w.build.finished) return null;
    return emitCFunction(this.w, this.compilation, f, { type, result, args: svecToArray(types as SvecRef) });
  }

  /** The function of a `cfunction`: a name where it is quoted, otherwise a value. */
  private callbackFunction(value: Ref, variables: Variables): Emitted {
    if (typeOf(value) !== Node.QuoteNode) return this.operand(value, variables);
    const name = readRef(value, objects.QuoteNode.value);
    if (typeOf(name) !== datatype('Symbol')) throw new CannotCompile('a @cfunction of an expression');
    const module = readRef<ModuleRef>(this.typed.of.method, objects.Method.module);
    const binding = getBinding(module, name as SymbolRef);
    this.typed.relies.bindings.add(binding);
    return this.global(binding);
  }

  /** An expression among those that say types: names, and calls of `apply_type` and `svec`. */
  private typeExpression(value: Ref): Ref {
    if (typeOf(value) === Node.GlobalRef) {
      const binding = readRef<BindingRef>(value, objects.GlobalRef.binding);
      this.typed.relies.bindings.add(binding);
      const resolution = resolveBinding(binding, currentWorld());
      if (isConstKind(resolution.kind)) return resolutionValue(resolution);
    } else if (isExpr(value, 'call')) {
      const [callee, ...args] = argsOf(value).map((arg) => this.typeExpression(arg));
      if (callee === coreObject('svec')) return svecOf(args);
      if (callee === coreObject('apply_type')) return orElse(() => applyType(args[0], args.slice(1)), 0 as Ref);
    } else if (isExpr(value, 'static_parameter')) {
      const parameter = this.typed.of.sparams[unboxInt64(argsOf(value)[0]) - 1];
      if (parameter !== undefined && !isTypeVar(parameter)) return parameter;
    } else if (typeOf(value) === Node.QuoteNode) {
      return readRef(value, objects.QuoteNode.value);
    } else if (typeOf(value) !== Node.Expr && typeOf(value) !== Node.SSAValue && typeOf(value) !== Node.SlotNumber) {
      return value;
    }
    throw new CannotCompile('a @cfunction whose types have to be computed');
  }

  private global(binding: BindingRef): Emitted {
    const resolution = resolveBinding(binding, currentWorld());
    if (isConstKind(resolution.kind)) return constant(resolutionValue(resolution));
    const { build } = this.w;
    const name = readRef(readRef(binding, objects.Binding.globalref), objects.GlobalRef.name);
    const module = readRef(readRef(binding, objects.Binding.globalref), objects.GlobalRef.mod);
    if (resolution.kind !== PartitionKind.GLOBAL) {
      const got = this.w.callBuiltin('getglobal', [constant(module), constant(name)]);
      return { kind: 'reference', type: datatype('Any'), value: got };
    }
    const place = this.w.symbolOfBinding(resolution.binding);
    const value = build.load('ref', place, 8, {});
    const good = build.block('set');
    const bad = build.block('unset');
    build.branch(build.compare('ne', value, build.null('ref')), good, bad, true);
    build.at(bad);
    throwUndefVar(this.w, name, module);
    build.at(good);
    return { kind: 'reference', type: globalType(resolution.partition), value };
  }

  /** The value of an expression; null when it does not return: the block has then ended. */
  private value(value: Ref, variables: Variables, known: Lattice): Emitted | null {
    const { build } = this.w;
    if (typeOf(value) !== Node.Expr) {
      const operand = this.operand(value, variables);
      return build.finished ? null : operand;
    }
    const result = this.expression(value, variables, known);
    if (build.finished) return null;
    if (isImpossible(known)) {
      this.w.notReached();
      return null;
    }
    return result;
  }

  private expression(value: Ref, variables: Variables, known: Lattice): Emitted | null {
    const args = argsOf(value);
    const { build } = this.w;
    switch (headOf(value)) {
      case 'call': {
        const info = this.typed.calls.get(value);
        if (info === undefined) throw new CannotCompile('a call that inference has not seen');
        const elements = args.map((arg) => withoutConditional(this.elementOf(arg, variables)));
        const operands = args.map((arg) => this.operand(arg, variables));
        if (build.finished) return null;
        return this.call(info, operands, elements);
      }
      case 'new':
        return this.construct(args, variables, known);
      case 'splatnew':
        return this.construct(args, variables, known, 'new_splat');
      case 'cfunction':
        return this.cfunction(args, variables);
      case 'static_parameter': {
        const parameter = this.typed.of.sparams[unboxInt64(args[0]) - 1];
        if (parameter !== undefined && !isTypeVar(parameter)) return constant(parameter);
        const name = parameter === undefined ? symbol('?') : readRef(parameter, objects.TypeVar.name);
        throwUndefVar(this.w, name, symbol('static_parameter'));
        return null;
      }
      case 'boundscheck':
        return constant(this.boundscheck());
      case 'foreigncall': {
        const operands = args.slice(5).map((arg) => this.operand(arg, variables));
        const parts = args.slice(0, 5).map((arg) => this.constantPart(arg, variables));
        const pointer = parts[0] === undefined ? this.operand(args[0], variables) : undefined;
        return emitForeignCall(this.w, parts, pointer, operands, widen(withoutConditional(known)));
      }
      case 'the_exception':
        return {
          kind: 'reference',
          type: datatype('Any'),
          value: build.load('ref', this.enclosingCatch().exception, 0, { volatile: true }),
        };
      case 'pop_exception': {
        const handler = this.handlers.get(ssaId(args[0]));
        if (handler === undefined) throw new CannotCompile('pop_exception without its try');
        build.callC(this.w.runtime('pop_exceptions'), { result: cVoid, args: [cInt64] }, [
          build.load('i64', handler.depth, 0, { volatile: true }),
        ]);
        return constant(nothing);
      }
      case 'leave': {
        const open = this.body.open[this.at] ?? [];
        const count = leaveCount(value);
        for (const enter of open.slice(open.length - count).reverse()) {
          const handler = this.handlers.get(enter);
          if (handler === undefined) throw new CannotCompile('leave without its try');
          build.leaveTry(handler.record);
          if (readRef(this.body.statements[enter], objects.EnterNode.scope) === 0) continue;
          build.callC(this.w.runtime('leave_scopes'), { result: cVoid, args: [cInt64] }, [
            build.load('i64', handler.scopes, 0, { volatile: true }),
          ]);
        }
        return constant(nothing);
      }
      case 'globaldecl':
        return this.declareGlobal(args);
      case 'isdefined':
        return this.isDefined(args[0], variables);
      case 'throw_undef_if_not': {
        const name = args[0];
        const condition = this.operand(args[1], variables);
        const good = build.block('defined');
        const bad = build.block('undefined');
        build.branch(this.w.truth(condition), good, bad, true);
        build.at(bad);
        throwUndefVar(this.w, name);
        build.at(good);
        return constant(nothing);
      }
      case 'gc_preserve_begin':
      case 'gc_preserve_end':
      case 'meta':
      case 'inbounds':
      case 'loopinfo':
      case 'line':
      case 'inline':
      case 'noinline':
      case 'aliasscope':
      case 'popaliasscope':
      case 'null':
      case 'purity':
      case 'latestworld':
      case 'global':
        return constant(nothing);
      default:
        throw new CannotCompile(`an expression of head :${headOf(value)}`);
    }
  }

  /** A part of a foreigncall that must be known, or undefined. */
  private constantPart(value: Ref, variables: Variables): Ref | undefined {
    if (typeOf(value) === Node.Expr && headOf(value) === 'call') {
      // (tuple name library), evaluated by hand: a tuple of constants.
      const info = this.typed.calls.get(value);
      if (info?.result.kind === 'const') return info.result.value;
      return undefined;
    }
    const element = withoutConditional(this.elementOf(value, variables));
    return element.kind === 'const' ? element.value : undefined;
  }

  /** A declaration of a global that is one already says nothing new. */
  private declareGlobal(args: readonly Ref[]): Emitted {
    const [name, type] = args;
    const module = readRef<ModuleRef>(this.typed.of.method, objects.Method.module);
    const binding =
      typeOf(name) === Node.GlobalRef
        ? readRef<BindingRef>(name, objects.GlobalRef.binding)
        : getBinding(module, name as SymbolRef);
    if (type !== undefined || resolveBinding(binding, currentWorld()).kind !== PartitionKind.GLOBAL) {
      throw new CannotCompile('a declaration of a global');
    }
    return constant(nothing);
  }

  private isDefined(what: Ref, variables: Variables): Emitted {
    const { build } = this.w;
    if (typeOf(what) === Node.SlotNumber) {
      const known = variables.get(slotId(what));
      if (known === undefined) return constant(falseValue);
      const place = this.places[slotId(what)];
      if (!known.maybeUndefined || place?.defined === undefined) return constant(trueValue);
      return this.w.bool(
        build.compare('ne', build.load('i8', place.defined, 0, this.access()), build.integer('i8', 0)),
      );
    }
    if (isExpr(what, 'static_parameter')) {
      const parameter = this.typed.of.sparams[unboxInt64(argsOf(what)[0]) - 1];
      return constant(parameter !== undefined && !isTypeVar(parameter) ? trueValue : falseValue);
    }
    if (typeOf(what) === Node.GlobalRef) {
      const binding = readRef<BindingRef>(what, objects.GlobalRef.binding);
      const name = readRef(readRef(binding, objects.Binding.globalref), objects.GlobalRef.name);
      const module = readRef(readRef(binding, objects.Binding.globalref), objects.GlobalRef.mod);
      const answer = this.w.callBuiltin('isdefinedglobal', [constant(module), constant(name)]);
      return { kind: 'reference', type: datatype('Bool'), value: answer };
    }
    throw new CannotCompile('isdefined of something that is no variable');
  }

  // Calls.

  private call(info: CallInfo, operands: readonly Emitted[], elements: readonly Lattice[]): Emitted | null {
    switch (info.kind) {
      case 'builtin':
        return this.builtin(info, operands.slice(1));
      case 'methods':
        return this.methods(info, operands, elements);
      case 'flattened': {
        const flat: Emitted[] = [];
        for (const source of info.sources) {
          const from = operands[source.index + 1];
          if (source.kind === 'argument') {
            flat.push(from);
            continue;
          }
          const field = this.fieldOf(from, source.field);
          if (field === null) return null;
          flat.push(field);
        }
        return this.call(info.inner, flat, info.elements);
      }
      case 'invoke': {
        const given = [operands[1], ...operands.slice(3)];
        return this.direct(info.target, given, [elements[1], ...elements.slice(3)], info.result);
      }
      case 'dynamic':
        return this.dynamic(operands, info.result);
    }
  }

  private fieldOf(object: Emitted, index: number): Emitted | null {
    if (object.kind === 'struct') return object.fields[index];
    const opened = this.w.open(object);
    if (opened.kind === 'struct') return opened.fields[index];
    if (opened.kind === 'const') {
      const shape = shapeOf(typeOf(opened.value));
      const whole = this.w.coerce(opened, shape);
      if (whole.kind === 'struct') return whole.fields[index];
    }
    const got = this.w.callBuiltin('getfield', [object, this.w.int(this.w.build.integer('i64', index + 1))]);
    const type = typeOfEmitted(object);
    const declared = isDataType(type) ? fieldType(type, index) : datatype('Any');
    return { kind: 'reference', type: declared, value: got };
  }

  private builtin(info: CallInfo & { kind: 'builtin' }, args: readonly Emitted[]): Emitted | null {
    const { result } = info;
    if (result.kind === 'const' && !info.throws && isPure(info)) return constant(result.value);
    const inbounds = this.inboundsHere();
    const written = info.isIntrinsic
      ? emitIntrinsic(this.w, info.name, args)
      : emitBuiltin(this.w, info.name, { args, resultType: widen(withoutConditional(result)), inbounds });
    if (written === 'never') return null;
    if (written !== undefined) {
      if (isImpossible(result)) {
        this.w.notReached();
        return null;
      }
      return this.narrowed(written, withoutConditional(result));
    }
    return this.dynamic([constant(info.callee), ...args], withoutConditional(result));
  }

  private inboundsHere(): boolean {
    return this.body.inbounds[this.at] || (this.inbounds && this.body.propagatesInbounds);
  }

  private dynamic(operands: readonly Emitted[], result: Lattice): Emitted | null {
    const value = callDynamic(this.w, operands);
    if (isImpossible(result)) {
      this.w.notReached();
      return null;
    }
    const known = withoutConditional(result);
    if (known.kind === 'const') return constant(known.value);
    return { kind: 'reference', type: widen(known), value };
  }

  private methods(
    info: CallInfo & { kind: 'methods' },
    operands: readonly Emitted[],
    elements: readonly Lattice[],
  ): Emitted | null {
    const { cases } = info;
    if (cases.length === 1) return this.oneCase(cases[0], operands, elements, info.result);
    const { build } = this.w;
    const known = withoutConditional(info.result);
    const shape: Shape = known.kind === 'const' ? { kind: 'none', value: known.value } : shapeOf(widen(known));
    const done = build.block('joined', isImpossible(known) ? [] : leavesOf(shape));
    let returns = false;
    cases.forEach((one, index) => {
      const last = index === cases.length - 1;
      const miss = last ? undefined : build.block('nextcase');
      if (miss !== undefined) {
        let hit: Value = build.constant('i1', 1n);
        one.types.forEach((type, i) => {
          if (isUnion(widen(elements[i]))) hit = build.binary('and', hit, isInstance(this.w, operands[i], type));
        });
        const here = build.block('case');
        build.branch(hit, here, miss);
        build.at(here);
      }
      const narrowed = operands.map((operand, i) => this.narrowed(operand, restrict(elements[i], one.types[i])));
      const given = elements.map((element, i) => restrict(element, one.types[i]));
      const value = this.oneCase(one, narrowed, given, one.result);
      if (value !== null && !build.finished) {
        returns = true;
        build.jump(done, ...this.w.flatten(this.w.coerce(value, shape), shape));
      }
      if (miss !== undefined) build.at(miss);
    });
    if (!returns) {
      if (!build.finished) this.w.notReached();
      return null;
    }
    build.at(done);
    return this.w.unflatten(done.parameters, shape);
  }

  private oneCase(
    one: Case,
    operands: readonly Emitted[],
    elements: readonly Lattice[],
    result: Lattice,
  ): Emitted | null {
    if (!one.covers || one.targets.length !== 1) return this.dynamic(operands, result);
    return this.direct(one.targets[0], operands, elements, result);
  }

  /** A call of a method that is known. */
  private direct(
    target: Specialisation,
    operands: readonly Emitted[],
    elements: readonly Lattice[],
    result: Lattice,
  ): Emitted | null {
    if (!hasAllParameters(target) || this.compilation.isBlocked(target)) return this.dynamic(operands, result);
    const general = typedBody(target, null);
    if (general === null) return this.dynamic(operands, result);
    const better = elements.some(knowsMore) ? typedBody(target, elements) : null;
    const typed = better ?? general;
    if (this.shallInline(target, typed)) {
      const inlined = this.inline(typed, operands);
      if (inlined !== undefined) return inlined === null ? null : this.narrowed(inlined, withoutConditional(result));
    }
    const compiled = this.compilation.isCold(target) ? null : this.compilation.functionFor(target);
    if (compiled === null) return this.dynamic(operands, result);
    this.compilation.note(general);
    return this.callCompiled(compiled, operands, result);
  }

  private callCompiled(compiled: CompiledFunction, operands: readonly Emitted[], result: Lattice): Emitted | null {
    const { build } = this.w;
    const args = operands.flatMap((operand, i) =>
      this.w.flatten(this.w.coerce(operand, compiled.parameters[i]), compiled.parameters[i]),
    );
    const values = build.callLocal(compiled.name, args);
    if (compiled.isEndless || isImpossible(result)) {
      this.w.notReached();
      return null;
    }
    return this.narrowed(this.w.unflatten(values, compiled.result), withoutConditional(result));
  }

  private shallInline(target: Specialisation, typed: Typed): boolean {
    return shallInline(this.stack, target, typed, this.w.build.definition.blocks.length * OPERATIONS_PER_BLOCK);
  }

  /** Writes a body in place of its call; undefined when that cannot be done. */
  private inline(typed: Typed, operands: readonly Emitted[]): Emitted | null | undefined {
    const { build } = this.w;
    const args = bundleArguments(typed.body, operands);
    const known = withoutConditional(typed.result);
    if (isImpossible(known)) {
      this.writeInline(typed, args, () => this.w.notReached());
      return null;
    }
    const shape: Shape = known.kind === 'const' ? { kind: 'none', value: known.value } : shapeOf(widen(known));
    // A body with one `return` gives its value as it is: nothing has to be brought into a common form.
    const returnCount = countReturns(typed);
    if (returnCount === 1) {
      let single: Emitted | undefined;
      const after = build.block('after');
      this.writeInline(typed, args, (value) => {
        single = value;
        build.jump(after);
      });
      if (single === undefined) {
        build.at(after);
        this.w.notReached();
        return null;
      }
      build.at(after);
      return single;
    }
    const done = build.block('returned', leavesOf(shape));
    this.writeInline(typed, args, (value) => {
      build.jump(done, ...this.w.flatten(this.w.coerce(value, shape), shape));
    });
    build.at(done);
    return this.w.unflatten(done.parameters, shape);
  }

  private writeInline(typed: Typed, args: readonly Emitted[], returns: (value: Emitted) => void): void {
    const stack: InlineStack = { of: typed.of, outer: this.stack, depth: this.stack.depth + 1 };
    try {
      new BodyWriter(this.w, typed, this.compilation, stack, this.inboundsHere(), returns).write(args);
    } catch (error) {
      if (error instanceof CannotCompile) this.compilation.blame(error, typed.of);
      throw error;
    }
  }
}

/** The arguments as the body has them: a vararg method's last ones are one tuple. */
export function bundleArguments(body: Body, operands: readonly Emitted[]): readonly Emitted[] {
  if (!body.isva) return operands;
  const rest = operands.slice(body.nargs - 1);
  const tuple = rest.length === 0 ? constant(coreObject('()')) : makeTuple(rest);
  return [...operands.slice(0, body.nargs - 1), tuple];
}
