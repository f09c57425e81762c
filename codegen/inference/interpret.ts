// Abstract interpretation of one body.
//
// Statements are run on elements of the lattice instead of values, basic block by basic block, until nothing changes any
// more. Where paths meet, what the variables hold is joined. A branch on a Conditional narrows the variable it speaks of on
// both of its ways. Within a `try`, whatever holds before a statement that may throw may hold where the exception is caught.
//
// Enters: a specialisation, the elements of its arguments, and somebody who infers what it calls. Leaves: an element for
// every SSA value, the variables before every statement (none: it is never reached), what each call turned out to be, and
// what the whole gives, does and throws.

import { U32 } from '../../ffi/region.ts';
import {
  type BindingRef,
  type DataTypeRef,
  type ModuleRef,
  type Ref,
  readRef,
  readU16,
  readWide,
  type SymbolRef,
  typeOf,
} from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import {
  Bottom,
  datatype,
  falseValue,
  nothing,
  trueValue,
  typename,
  wrapper,
} from '../../interpreter/memory/wellknown.ts';
import {
  currentWorld,
  getBinding,
  globalType,
  isConstKind,
  PartitionKind,
  resolutionValue,
  resolveBinding,
} from '../../interpreter/runtime/bindings.ts';
import { unboxInt64 } from '../../interpreter/runtime/values.ts';
import {
  boxedFieldAt,
  containsVariable,
  fieldCount,
  fieldIsConst,
  fieldType,
  hasFreeVars,
  isBits,
  isConcrete,
  isDataType,
  isMutableType,
  isSubtype,
  isTupleType,
  isType,
  isTypeType,
  isTypeVar,
  isUnion,
  isUnionAll,
  isVararg,
  newTypeVar,
  param,
  paramCount,
  typeNameOf,
  typeTypeOf,
  uninitializedCount,
  unionAll,
  unionAllBody,
  unionAllVar,
  unwrapUnionAll,
  varLower,
  varName,
  varUpper,
} from '../../interpreter/types/index.ts';
import { builtinOf } from '../../interpreter/vm/calls.ts';
import { isValueType } from './builtin-effects.ts';
import { exactType } from './builtins.ts';
import { type Called, type Caller, type CallInfo, type Edge, inferCall, type Outcome } from './calls.ts';
import {
  Effect,
  type Effects,
  mergeEffects,
  PURE,
  settleEffects,
  TERMINATES_LOCALLY,
  THROWS,
  UNKNOWN,
  withPromises,
} from './effects.ts';
import { argsOf, type Body, gotoLabel, headOf, isExpr, Node, slotId, ssaId } from './heapdata.ts';
import {
  anything,
  constantBool,
  fieldOf,
  impossible,
  isBelow,
  isImpossible,
  isRest,
  type Lattice,
  meet,
  ofConst,
  ofType,
  partial,
  restrict,
  sameElement,
  someBool,
  widen,
  withoutConditional,
} from './lattice.ts';
import type { Specialisation } from './matches.ts';
import { join } from './merge.ts';
import { Variables } from './variables.ts';

export type { Variable, Variables } from './variables.ts';

/** What code was found to rely on: names that are constant, and calls that were looked up. */
export interface Reliance {
  readonly bindings: Set<BindingRef>;
  /** Tuple types of calls, with the methods that were found for them. */
  readonly lookups: Map<Ref, readonly Ref[]>;
  /** Methods whose code was looked at. */
  readonly methods: Set<Ref>;
}

/** A body with what is known of it. */
export interface Typed {
  readonly of: Specialisation;
  readonly body: Body;
  /** What is known of callee and arguments. */
  readonly args: readonly Lattice[];
  /** By statement, from 1. */
  readonly ssa: readonly Lattice[];
  readonly before: readonly (Variables | undefined)[];
  /** What each call expression is, by the expression. */
  readonly calls: ReadonlyMap<Ref, CallInfo>;
  readonly result: Lattice;
  readonly effects: Effects;
  readonly exception: Lattice;
  readonly relies: Reliance;
}

/** Who infers what a body calls. */
export interface Inferrer {
  edge(from: Interpreter, target: Specialisation, isOneOfMany: boolean): Edge;
  refined(from: Interpreter, target: Specialisation, given: readonly Lattice[]): Outcome | null;
}

/** Visits of a block after which values that still change are joined with what they were. */
const MANY_VISITS = 24;

/** What a statement gives and does. */
interface Evaluated {
  readonly value: Lattice;
  readonly effects: Effects;
  readonly exception: Lattice;
  readonly refinements?: Called['refinements'];
}

const gives = (value: Lattice, effects: Effects = PURE, exception: Lattice = impossible): Evaluated => ({
  value,
  effects,
  exception,
});
const throwing = (effects: Effects, exception: Lattice): Evaluated => gives(impossible, effects, exception);

export class Interpreter implements Caller {
  readonly of: Specialisation;
  readonly body: Body;
  readonly args: readonly Lattice[];
  readonly ssa: Lattice[];
  readonly before: (Variables | undefined)[];
  readonly calls: Map<Ref, CallInfo> = new Map();
  readonly relies: Reliance = { bindings: new Set(), lookups: new Map(), methods: new Set() };
  result: Lattice = impossible;
  exception: Lattice = impossible;
  private raw: Effects = PURE;
  /** Those whose statements used the outcome before it was final, with the block to be run again when it changes. */
  readonly users: { readonly by: Interpreter; readonly block: number }[] = [];
  private readonly inferrer: Inferrer;
  private readonly purity: number;
  private readonly entry: (Variables | undefined)[] = [];
  private readonly queued: boolean[] = [];
  private readonly queue: number[] = [];
  private readonly visits: number[] = [];
  private readonly caughtThere = new Map<number, Lattice>();
  private at = 0;
  private operands: readonly Ref[] = [];

  constructor(of: Specialisation, body: Body, args: readonly Lattice[], inferrer: Inferrer) {
    this.of = of;
    this.body = body;
    this.args = args;
    this.inferrer = inferrer;
    this.purity = readU16(of.method, objects.Method.purity);
    this.ssa = new Array<Lattice>(body.statements.length).fill(impossible);
    this.before = new Array<Variables | undefined>(body.statements.length + 1).fill(undefined);
    this.entry[1] = Variables.of(args);
    this.enqueue(1);
  }

  // Work.

  get hasWork(): boolean {
    return this.queue.length > 0;
  }

  /** Asks for a block to be run again. */
  enqueue(block: number): void {
    if (this.queued[block]) return;
    this.queued[block] = true;
    this.queue.push(block);
  }

  /** Runs blocks until nothing changes any more. */
  run(): void {
    while (this.queue.length > 0) {
      let first = 0;
      for (let i = 1; i < this.queue.length; i++) if (this.queue[i] < this.queue[first]) first = i;
      const block = this.queue[first];
      this.queue.splice(first, 1);
      this.queued[block] = false;
      this.runBlock(block);
    }
  }

  private runBlock(start: number): void {
    const { body } = this;
    let variables = this.entry[start];
    this.visits[start] = (this.visits[start] ?? 0) + 1;
    for (let i = start; variables !== undefined && i < body.statements.length; i++) {
      if (i !== start && body.blockOf[i] === i) {
        this.flow(i, variables);
        return;
      }
      this.before[i] = variables;
      this.at = i;
      variables = this.statement(i, body.statements[i], variables);
    }
  }

  private flow(to: number, variables: Variables): void {
    const old = this.entry[to];
    const next = old === undefined ? variables : old.join(variables);
    if (next === old) return;
    this.entry[to] = next;
    this.enqueue(to);
  }

  /** Runs a statement; gives what the variables hold after it, or undefined when control does not go on to the next one. */
  private statement(i: number, statement: Ref, variables: Variables): Variables | undefined {
    switch (typeOf(statement)) {
      case Node.GotoNode:
        this.jump(i, gotoLabel(statement), variables);
        return undefined;
      case Node.GotoIfNot:
        this.branch(i, statement, variables);
        return undefined;
      case Node.ReturnNode: {
        const value = readRef(statement, objects.ReturnNode.val);
        if (value !== 0) this.returns(this.use(value, variables), variables);
        return undefined;
      }
      case Node.EnterNode: {
        const scope = readRef(statement, objects.EnterNode.scope);
        if (scope !== 0) this.use(scope, variables);
        return variables;
      }
      case Node.NewvarNode:
        return variables.delete(slotId(readRef(statement, objects.NewvarNode.slot)));
      default:
    }
    if (isExpr(statement, '=')) return this.assignment(i, statement, variables);
    const done = this.evaluate(statement, variables);
    this.notes(done, variables);
    this.setValue(i, done.value);
    return isImpossible(done.value) ? undefined : this.afterwards(variables, done);
  }

  private assignment(i: number, statement: Ref, variables: Variables): Variables | undefined {
    const [left, right] = argsOf(statement);
    const done = this.evaluate(right, variables);
    this.notes(done, variables);
    this.setValue(i, done.value);
    if (isImpossible(done.value)) return undefined;
    const after = this.afterwards(variables, done);
    if (typeOf(left) !== Node.SlotNumber) {
      if (typeOf(left) === Node.GlobalRef) this.addEffects(Effect.sideEffects | Effect.accessesMemory);
      return after;
    }
    const slot = slotId(left);
    const { value } = done;
    const kept = value.kind === 'conditional' && value.slot === slot ? withoutConditional(value) : value;
    return after.forgetConditionalsOn(slot, withoutConditional).set(slot, { value: kept, maybeUndefined: false });
  }

  private afterwards(variables: Variables, done: Evaluated): Variables {
    let after = variables;
    for (const [slot, value] of done.refinements ?? []) {
      const known = after.get(slot);
      if (known !== undefined)
        after = after.set(slot, { value: meet(known.value, value), maybeUndefined: known.maybeUndefined });
    }
    return after;
  }

  private setValue(i: number, value: Lattice): void {
    const old = this.ssa[i];
    const block = this.body.blockOf[i];
    const next = (this.visits[block] ?? 0) > MANY_VISITS ? join(old, value) : value;
    if (sameElement(old, next)) return;
    this.ssa[i] = next;
    for (const user of this.body.users.get(i) ?? []) if (this.entry[user] !== undefined) this.enqueue(user);
  }

  // Effects and exceptions.

  private notes(done: Evaluated, variables: Variables): void {
    const effects = withPromises(done.effects, this.body.promises[this.at]);
    this.addEffects(effects & ~Effect.throws);
    if ((effects & Effect.throws) !== 0) this.mayThrow(done.exception, variables);
  }

  private addEffects(effects: Effects): void {
    const merged = mergeEffects(this.raw, effects);
    if (merged === this.raw) return;
    this.raw = merged;
    this.changed();
  }

  private mayThrow(exception: Lattice, variables: Variables): void {
    const enter = this.handler(this.at);
    const thrown = isImpossible(exception) ? anything : withoutConditional(exception);
    if (enter === 0) {
      const joined = join(this.exception, ofType(widen(thrown)));
      if (sameElement(joined, this.exception)) return;
      this.exception = joined;
      this.changed();
      return;
    }
    const target = readWide(this.body.statements[enter], objects.EnterNode.catch_dest);
    const known = this.caughtThere.get(enter) ?? impossible;
    const joined = join(known, ofType(widen(thrown)));
    if (!sameElement(joined, known)) {
      this.caughtThere.set(enter, joined);
      for (let i = 1; i < this.body.statements.length; i++) {
        const block = this.body.blockOf[i];
        if (this.body.caught[i] === enter && this.entry[block] !== undefined) this.enqueue(block);
      }
    }
    this.flow(target, variables);
  }

  /** The innermost `enter` that catches what a statement throws; 0 if there is none. */
  private handler(i: number): number {
    const open = this.body.open[i];
    if (open === undefined) return 0;
    for (let k = open.length - 1; k >= 0; k--) {
      if (readWide(this.body.statements[open[k]], objects.EnterNode.catch_dest) !== 0) return open[k];
    }
    return 0;
  }

  private changed(): void {
    for (const { by, block } of this.users) by.enqueue(block);
  }

  /** What the whole does. */
  get effects(): Effects {
    const throws = isImpossible(this.exception) ? PURE : THROWS;
    const isIdentity = !isValueType(widen(this.result)) && !isImpossible(this.result);
    const own = mergeEffects(this.raw, throws);
    const areValues = this.args.every((arg) => isRest(arg) || isValueType(widen(arg)) || arg.kind === 'const');
    return withPromises(settleEffects(own, isIdentity, areValues), this.purity);
  }

  // Flow.

  private jump(from: number, to: number, variables: Variables): void {
    if (to <= from && (this.purity & TERMINATES_LOCALLY) === 0) this.addEffects(Effect.endless);
    this.flow(to, variables);
  }

  private branch(i: number, statement: Ref, variables: Variables): void {
    const operand = readRef(statement, objects.GotoIfNot.cond);
    let condition = this.use(operand, variables);
    const target = readWide(statement, objects.GotoIfNot.dest);
    if (isImpossible(condition)) return;
    if (!isBelow(condition, someBool)) {
      this.mayThrow(ofType(datatype('TypeError')), variables);
      condition = restrict(condition, datatype('Bool'));
      if (isImpossible(condition)) return;
    }
    const known = constantBool(condition);
    if (known !== true) this.jump(i, target, this.narrowed(condition, operand, variables, false));
    if (known !== false) this.flow(i + 1, this.narrowed(condition, operand, variables, true));
  }

  private narrowed(condition: Lattice, operand: Ref, variables: Variables, way: boolean): Variables {
    if (condition.kind === 'conditional' && this.isUnchanged(condition.slot, operand)) {
      const variable = variables.get(condition.slot);
      if (variable === undefined) return variables;
      const value = meet(variable.value, way ? condition.whenTrue : condition.whenFalse);
      return variables.set(condition.slot, { value, maybeUndefined: false });
    }
    const slot = this.slotOfOperand(operand);
    if (slot === 0 || condition.kind === 'const') return variables;
    return variables.set(slot, { value: ofConst(way ? trueValue : falseValue), maybeUndefined: false });
  }

  /** Has a slot kept its value since the statement that computed an operand? */
  private isUnchanged(slot: number, operand: Ref): boolean {
    // What a variable holds is forgotten when the other variable is assigned.
    if (typeOf(operand) === Node.SlotNumber) return true;
    return typeOf(operand) === Node.SSAValue && this.isUnchangedSince(slot, ssaId(operand));
  }

  private isUnchangedSince(slot: number, since: number): boolean {
    const assignments = this.body.assigned.get(slot);
    if (assignments === undefined) return true;
    if (this.body.blockOf[since] !== this.body.blockOf[this.at]) {
      for (let i = since + 1; i <= this.at; i++) if (this.body.targets.has(i)) return false;
    }
    return !assignments.some((at) => at > since && at < this.at);
  }

  private slotOfOperand(operand: Ref | undefined): number {
    if (operand === undefined) return 0;
    if (typeOf(operand) === Node.SlotNumber) return slotId(operand);
    if (typeOf(operand) !== Node.SSAValue) return 0;
    const definition = this.body.statements[ssaId(operand)];
    if (definition === undefined || typeOf(definition) !== Node.SlotNumber) return 0;
    const slot = slotId(definition);
    return this.isUnchangedSince(slot, ssaId(operand)) ? slot : 0;
  }

  private returns(value: Lattice, variables: Variables): void {
    if (isImpossible(value)) return;
    const joined = join(this.result, this.returned(value, variables));
    if (sameElement(joined, this.result)) return;
    this.result = joined;
    this.changed();
  }

  /** A Bool that is returned may tell the caller something of an argument. */
  private returned(value: Lattice, variables: Variables): Lattice {
    if (value.kind === 'conditional') {
      if (this.isArgument(value.slot) && !this.body.isva) {
        return { kind: 'interconditional', slot: value.slot, whenTrue: value.whenTrue, whenFalse: value.whenFalse };
      }
      return withoutConditional(value);
    }
    if (!isBelow(value, someBool)) return value;
    const count = this.body.isva ? this.body.nargs - 1 : this.body.nargs;
    const { result } = this;
    for (let slot = 2; slot <= count; slot++) {
      if (result.kind === 'interconditional' && result.slot !== slot) continue;
      if (!this.isArgument(slot)) continue;
      const old = this.args[slot - 1];
      const now = withoutConditional(variables.get(slot)?.value ?? old);
      if (!isBelow(now, old) || isBelow(old, now)) continue;
      const known = constantBool(value);
      const whenTrue = known === false ? impossible : now;
      const whenFalse = known === true ? impossible : now;
      return { kind: 'interconditional', slot, whenTrue, whenFalse };
    }
    return value;
  }

  private isArgument(slot: number): boolean {
    return slot <= this.body.nargs && !this.body.assigned.has(slot);
  }

  // Operands.

  /** An operand, with what reading it may do. */
  private use(value: Ref, variables: Variables): Lattice {
    switch (typeOf(value)) {
      case Node.SSAValue:
        return this.ssa[ssaId(value)];
      case Node.SlotNumber: {
        const variable = variables.get(slotId(value));
        if (variable === undefined || variable.maybeUndefined) {
          this.mayThrow(ofType(datatype('UndefVarError')), variables);
        }
        return variable?.value ?? impossible;
      }
      case Node.GlobalRef:
        return this.noted(this.globalOf(readRef<BindingRef>(value, objects.GlobalRef.binding)), variables);
      case Node.QuoteNode:
        return ofConst(readRef(value, objects.QuoteNode.value));
      case Node.Expr:
        return this.noted(this.expression(value, variables), variables);
      default:
        return ofConst(value);
    }
  }

  private noted(done: Evaluated, variables: Variables): Lattice {
    this.notes(done, variables);
    return done.value;
  }

  global(module: ModuleRef, name: SymbolRef): Lattice {
    return this.globalOf(getBinding(module, name)).value;
  }

  private globalOf(binding: BindingRef): Evaluated {
    const resolution = resolveBinding(binding, currentWorld());
    const undefined = ofType(datatype('UndefVarError'));
    if (isConstKind(resolution.kind)) {
      this.relies.bindings.add(binding);
      const value = resolutionValue(resolution);
      if (value === 0) return throwing(THROWS, undefined);
      return gives(ofConst(value), isUnchanging(value) ? PURE : Effect.accessesMemory);
    }
    const effects = Effect.inconsistent | Effect.accessesMemory | Effect.throws;
    if (resolution.kind === PartitionKind.GLOBAL) {
      this.relies.bindings.add(binding);
      return gives(ofType(globalType(resolution.partition)), effects, undefined);
    }
    return gives(anything, effects, undefined);
  }

  // Expressions.

  private evaluate(value: Ref, variables: Variables): Evaluated {
    if (typeOf(value) === Node.Expr) return this.expression(value, variables);
    return gives(this.use(value, variables));
  }

  private expression(value: Ref, variables: Variables): Evaluated {
    const args = argsOf(value);
    switch (headOf(value)) {
      case 'call':
        return this.call(value, args, variables);
      case 'new':
        return this.construct(args.map((arg) => this.use(arg, variables)));
      case 'splatnew':
        return this.splatNew(args.map((arg) => this.use(arg, variables)));
      case 'static_parameter':
        return this.staticParameter(unboxInt64(args[0]) - 1);
      case 'foreigncall':
        // Its parts may be expressions of their own, and what they do is noted.
        for (const arg of args) if (arg !== 0 && typeOf(arg) !== Node.QuoteNode) this.use(arg, variables);
        return gives(foreignResult(this.use(args[1], variables)), this.foreignEffects(args), anything);
      case 'isdefined':
        return this.isDefined(args[0], variables);
      case 'boundscheck':
        return gives(someBool, this.boundscheckEffects());
      case 'copyast':
        return gives(ofType(typeOf(quoted(args[0]))), UNKNOWN, anything);
      case 'the_exception':
        return gives(this.caughtThere.get(this.body.caught[this.at]) ?? anything, Effect.inconsistent);
      case 'throw_undef_if_not': {
        const condition = withoutConditional(this.use(args[1], variables));
        const known = constantBool(condition);
        if (known === true) return gives(ofConst(nothing));
        const exception = ofType(datatype('UndefVarError'));
        return known === false ? throwing(THROWS, exception) : gives(ofConst(nothing), THROWS, exception);
      }
      case 'gc_preserve_begin':
        for (const arg of args) this.use(arg, variables);
        return gives(anything);
      case 'cfunction':
        return gives(args[0] !== undefined && isType(args[0]) ? ofType(args[0]) : anything, UNKNOWN, anything);
      case 'new_opaque_closure':
      case 'static_typeof':
      case 'method':
      case 'const':
      case 'thunk':
        return gives(anything, UNKNOWN, anything);
      default:
        return gives(ofConst(nothing));
    }
  }

  private call(expression: Ref, args: readonly Ref[], variables: Variables): Evaluated {
    const elements: Lattice[] = [];
    const isGetfield = this.isGetfield(args[0]);
    for (const arg of args) {
      // The bounds check of a getfield is the getfield's own affair.
      const isCheck = isGetfield && typeOf(arg) === Node.Expr && headOf(arg) === 'boundscheck';
      elements.push(isCheck ? someBool : this.use(arg, variables));
    }
    if (elements.some(isImpossible)) return gives(impossible);
    this.operands = args;
    const answer = inferCall(elements, this);
    this.calls.set(expression, answer.info);
    return {
      value: answer.result,
      effects: this.withBounds(answer.effects),
      exception: answer.exception,
      refinements: answer.refinements,
    };
  }

  /** What depends on whether bounds are checked is undefined where they are not; of a getfield, it is its own affair. */
  private boundscheckEffects(): Effects {
    const next = this.body.statements[this.at + 1];
    if (next !== undefined && isExpr(next, 'call') && this.isGetfield(argsOf(next)[0])) return PURE;
    return this.body.inbounds[this.at] ? Effect.undefinedIfInbounds | Effect.inconsistent : Effect.undefinedIfInbounds;
  }

  private isGetfield(named: Ref): boolean {
    const callee = typeOf(named) === Node.SSAValue ? this.body.statements[ssaId(named)] : named;
    if (callee === undefined || typeOf(callee) !== Node.GlobalRef) return false;
    const resolution = resolveBinding(readRef<BindingRef>(callee, objects.GlobalRef.binding), currentWorld());
    return isConstKind(resolution.kind) && builtinOf(resolutionValue(resolution))?.name === 'getfield';
  }

  /** What a callee does where bounds are not checked concerns this code only if it says so, or passes it on. */
  private withBounds(effects: Effects): Effects {
    if ((effects & Effect.undefinedIfInbounds) === 0) return effects;
    if (this.body.inbounds[this.at]) return mergeEffects(effects, Effect.undefinedBehaviour);
    return this.body.propagatesInbounds ? effects : effects & ~Effect.undefinedIfInbounds;
  }

  private staticParameter(index: number): Evaluated {
    const known = this.of.sparams[index];
    if (known === undefined) return gives(anything, THROWS, ofType(datatype('UndefVarError')));
    if (isVararg(known)) return gives(ofType(datatype('Int64')));
    if (!isTypeVar(known)) return gives(hasFreeVars(known) ? anything : ofConst(known));
    const upper = varUpper(known);
    const effects = isBoundToArgument(known, this.of.types) ? PURE : THROWS;
    const exception = effects === PURE ? impossible : ofType(datatype('UndefVarError'));
    if (upper === datatype('Any') && varLower(known) === Bottom) return gives(anything, effects, exception);
    if (hasFreeVars(upper) || hasFreeVars(varLower(known))) return gives(ofType(wrapper('Type')), effects, exception);
    const variable = newTypeVar(varName(known), varLower(known), upper);
    return gives(ofType(unionAll(variable, typeTypeOf(variable))), effects, exception);
  }

  private isDefined(what: Ref, variables: Variables): Evaluated {
    if (typeOf(what) === Node.SlotNumber) {
      const variable = variables.get(slotId(what));
      if (variable === undefined) return gives(ofConst(falseValue));
      return gives(variable.maybeUndefined ? someBool : ofConst(trueValue));
    }
    if (isExpr(what, 'static_parameter')) {
      const known = this.of.sparams[unboxInt64(argsOf(what)[0]) - 1];
      return gives(known === undefined || isTypeVar(known) ? someBool : ofConst(trueValue));
    }
    return gives(someBool, Effect.inconsistent | Effect.accessesMemory);
  }

  private construct(elements: readonly Lattice[]): Evaluated {
    if (elements.some(isImpossible)) return gives(impossible);
    const [of, ...fields] = elements;
    const exact = exactType(of);
    if (exact === null || !isDataType(exact) || !isConcrete(exact)) return this.constructOpen(of);
    const type = exact;
    const count = fieldCount(type);
    if (fields.length > count) return throwing(THROWS, anything);
    const checked: Lattice[] = [];
    let effects: Effects = isMutableType(type) ? Effect.consistentIfNotReturned : PURE;
    let throws = false;
    for (let i = 0; i < fields.length; i++) {
      const declared = fieldType(type, i);
      const plain = withoutConditional(fields[i]);
      const fits = isSubtype(widen(plain), declared) || isBelow(plain, ofType(declared));
      const field = fits ? plain : restrict(plain, declared);
      if (isImpossible(field)) return throwing(effects | THROWS, ofType(datatype('TypeError')));
      throws ||= !fits;
      checked.push(isMutableType(type) && !fieldIsConst(type, i) ? ofType(declared) : field);
    }
    for (let i = fields.length; i < count; i++) {
      if (isBits(fieldType(type, i))) effects = mergeEffects(effects, Effect.inconsistent);
    }
    if (fields.length < count - uninitializedCount(type)) throws = true;
    if (throws) effects |= THROWS;
    return gives(constructed(type, checked), effects, throws ? ofType(datatype('TypeError')) : impossible);
  }

  private constructOpen(of: Lattice): Evaluated {
    const type = widen(of);
    const body = unwrapUnionAll(type);
    let result: Lattice = anything;
    if (isTypeType(body) && (isDataType(unwrapUnionAll(param(body, 0))) || isTypeVar(param(body, 0)))) {
      let inner = param(body, 0);
      for (let u = type; isUnionAll(u); u = unionAllBody(u))
        if (containsVariable(inner, unionAllVar(u))) inner = unionAll(unionAllVar(u), inner);
      if (!hasFreeVars(inner)) result = ofType(inner);
    }
    const made = unwrapUnionAll(widen(result));
    const isMutable = !isDataType(made) || made === datatype('Any') || isMutableType(made);
    const effects = THROWS | (isMutable ? Effect.consistentIfNotReturned : PURE);
    return gives(result, effects, anything);
  }

  private splatNew(elements: readonly Lattice[]): Evaluated {
    const [of, fields] = elements.map(withoutConditional);
    const type = exactType(of);
    if (type === null) return this.constructOpen(of);
    if (
      isDataType(type) &&
      isConcrete(type) &&
      !isMutableType(type) &&
      (fields.kind === 'partial' || fields.kind === 'const')
    ) {
      const list: Lattice[] = [];
      for (let i = 0, n = fieldCount(type); i < n; i++) {
        const field = fieldOf(fields, i);
        if (field === null || isRest(field) || !isBelow(field, ofType(fieldType(type, i))))
          return gives(ofType(type), THROWS, anything);
        list.push(field);
      }
      return gives(partial(type, list));
    }
    const tuple = widen(fields);
    const fits =
      isDataType(type) &&
      isConcrete(type) &&
      isTupleType(tuple) &&
      paramCount(tuple) === fieldCount(type) &&
      everyFieldFits(tuple, type);
    return gives(ofType(type), fits ? PURE : THROWS, fits ? impossible : anything);
  }

  private foreignEffects(args: readonly Ref[]): Effects {
    const convention = args[4] === undefined ? 0 : quoted(args[4]);
    if (convention === 0 || !isTupleType(typeOf(convention))) return UNKNOWN;
    const purity = boxedFieldAt(convention, 1);
    return typeOf(purity) === datatype('UInt16') ? withPromises(UNKNOWN, unboxUInt16(purity)) : UNKNOWN;
  }

  // What calls ask of the code around them.

  slotOf(index: number): number {
    return this.slotOfOperand(this.operands[index + 1]);
  }

  noteLookup(tuple: Ref, methods: readonly Ref[]): void {
    this.relies.lookups.set(tuple, methods);
  }

  noteMethod(method: Ref): void {
    this.relies.methods.add(method);
  }

  noteBinding(binding: Ref): void {
    this.relies.bindings.add(binding as BindingRef);
  }

  edge(target: Specialisation, isOneOfMany: boolean): Edge {
    const { at, operands } = this;
    const edge = this.inferrer.edge(this, target, isOneOfMany);
    this.at = at;
    this.operands = operands;
    return edge;
  }

  refined(target: Specialisation, given: readonly Lattice[]): Outcome | null {
    const { at, operands } = this;
    const outcome = this.inferrer.refined(this, target, given);
    this.at = at;
    this.operands = operands;
    return outcome;
  }

  /** The block that is being run. */
  get block(): number {
    return this.body.blockOf[this.at];
  }

  get isResultUnused(): boolean {
    return this.body.isUnused[this.at];
  }

  readonly inlining = 'undecided';
}

/** Is a constant certain to be the same whenever it is read? */
const isUnchanging = (value: Ref): boolean => isType(value) || isValueType(typeOf(value));

const quoted = (value: Ref): Ref =>
  typeOf(value) === Node.QuoteNode ? readRef(value, objects.QuoteNode.value) : value;
const unboxUInt16 = (object: Ref): number => U32[object << 1] & 0xffff;

/** Is a variable of a signature certain to have a value, since some argument has it in its type? */
function isBoundToArgument(variable: Ref, types: Ref): boolean {
  const body = unwrapUnionAll(types);
  for (let i = 0, n = paramCount(body); i < n; i++) {
    const parameter = param(body, i);
    if (!isVararg(parameter) && !isUnion(parameter) && containsVariable(parameter, variable)) return true;
  }
  return false;
}

/** An instance of a type made of these fields; those that it leaves out have no value. */
function constructed(type: DataTypeRef, fields: readonly Lattice[]): Lattice {
  return partial(type, fields);
}

function everyFieldFits(tuple: Ref, type: Ref): boolean {
  for (let i = 0, n = paramCount(tuple); i < n; i++) {
    if (isVararg(param(tuple, i)) || !isSubtype(param(tuple, i), fieldType(type, i))) return false;
  }
  return true;
}

/** What a ccall of a declared result type gives. */
function foreignResult(declared: Lattice): Lattice {
  if (declared.kind !== 'const') return anything;
  const type = declared.value;
  if (!isType(type) || hasFreeVars(type)) return anything;
  if (type === Bottom) return impossible;
  if (isDataType(type) && typeNameOf(type) === typename('Ref')) {
    const of = param(type, 0);
    return isTypeVar(of) ? anything : ofType(of);
  }
  return isUnionAll(type) || type === datatype('Any') ? anything : ofType(type);
}
