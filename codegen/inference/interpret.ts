// Abstract interpretation of one body.
//
// The statements are run in order on elements of the lattice instead of values, again and again until nothing changes any
// more. What variables hold is a map from slot to element, immutable, so that every statement can keep the map it was
// reached with; where paths meet, maps are joined. A branch on a Conditional narrows the variable it speaks of on both of
// its ways. Within a `try`, whatever holds before a statement may hold where the exception is caught.
//
// Enters: a specialisation and the elements of its arguments. Leaves: an element for every SSA value, the map before every
// statement (none: it is never reached), what each call turned out to be, and an element for the result.

import { Map as ImmutableMap } from 'immutable';
import {
  type BindingRef,
  type DataTypeRef,
  type ModuleRef,
  type Ref,
  readRef,
  readWide,
  type SymbolRef,
  typeOf,
} from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import { Bottom, datatype, falseValue, nothing, trueValue, typename } from '../../interpreter/memory/wellknown.ts';
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
  fieldCount,
  fieldType,
  hasFreeVars,
  isConcrete,
  isDataType,
  isMutableType,
  isType,
  isTypeVar,
  isUnionAll,
  param,
  typeNameOf,
} from '../../interpreter/types/index.ts';
import type { Surroundings } from './builtins.ts';
import { type CallInfo, inferCall } from './calls.ts';
import { argsOf, type Body, gotoLabel, headOf, isExpr, Node, slotId, ssaId } from './heapdata.ts';
import {
  anything,
  impossible,
  isBelow,
  isImpossible,
  join,
  type Lattice,
  ofConst,
  ofType,
  partial,
  restrict,
  sameElement,
  someBool,
  withoutConditional,
} from './lattice.ts';
import type { Specialisation } from './matches.ts';

/** What a variable holds, and whether it may have no value at all. */
export interface Variable {
  readonly value: Lattice;
  readonly maybeUndefined: boolean;
}

export type Variables = ImmutableMap<number, Variable>;

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
  readonly relies: Reliance;
}

/** Passes over a body after which it is given up. */
const MAX_PASSES = 24;

export class DoesNotConverge extends Error {}

export class Interpreter implements Surroundings {
  readonly of: Specialisation;
  readonly body: Body;
  readonly args: readonly Lattice[];
  readonly ssa: Lattice[];
  readonly before: (Variables | undefined)[];
  readonly calls: Map<Ref, CallInfo> = new Map();
  readonly relies: Reliance;
  result: Lattice = impossible;
  private at = 0;
  private pass = 0;
  private again = false;
  /** The operands of the call that is being looked at, callee first. */
  private operands: readonly Ref[] = [];

  constructor(of: Specialisation, body: Body, args: readonly Lattice[], relies: Reliance) {
    this.of = of;
    this.body = body;
    this.args = args;
    this.relies = relies;
    this.ssa = new Array<Lattice>(body.statements.length).fill(impossible);
    this.before = new Array<Variables | undefined>(body.statements.length + 1).fill(undefined);
  }

  run(): void {
    let initial: Variables = ImmutableMap();
    this.args.forEach((value, i) => {
      initial = initial.set(i + 1, { value, maybeUndefined: false });
    });
    this.before[1] = initial;
    const count = this.body.statements.length;
    do {
      this.again = false;
      if (++this.pass > MAX_PASSES) throw new DoesNotConverge('inference of a body does not converge');
      for (let i = 1; i < count; i++) {
        const variables = this.before[i];
        if (variables !== undefined) this.statement(i, variables);
      }
    } while (this.again);
  }

  private statement(i: number, variables: Variables): void {
    this.at = i;
    const statement = this.body.statements[i];
    this.flowToCatch(i, variables);
    switch (typeOf(statement)) {
      case Node.GotoNode:
        this.flow(gotoLabel(statement), variables);
        return;
      case Node.GotoIfNot:
        this.branch(i, statement, variables);
        return;
      case Node.ReturnNode: {
        const value = readRef(statement, objects.ReturnNode.val);
        if (value !== 0) this.returns(this.operand(value, variables));
        return;
      }
      case Node.EnterNode:
        this.flow(i + 1, variables);
        return;
      case Node.NewvarNode: {
        const slot = slotId(readRef(statement, objects.NewvarNode.slot));
        this.flow(i + 1, variables.delete(slot));
        return;
      }
      default:
    }
    if (isExpr(statement, '=')) {
      const [left, right] = argsOf(statement);
      const value = this.value(right, variables);
      this.setValue(i, value);
      if (isImpossible(value)) return;
      if (typeOf(left) === Node.SlotNumber) {
        const kept = { value: withoutConditional(value), maybeUndefined: false };
        this.flow(i + 1, variables.set(slotId(left), kept));
      } else {
        this.flow(i + 1, variables);
      }
      return;
    }
    const value = this.value(statement, variables);
    this.setValue(i, value);
    if (!isImpossible(value)) this.flow(i + 1, variables);
  }

  private setValue(i: number, value: Lattice): void {
    this.ssa[i] = this.pass > 3 ? join(this.ssa[i], value) : value;
  }

  private returns(value: Lattice): void {
    let kept = value;
    if (value.kind === 'conditional') {
      const isArgument = value.slot <= this.body.nargs && !this.body.assigned.has(value.slot);
      kept = isArgument ? value : withoutConditional(value);
    }
    this.result = join(this.result, kept);
  }

  private branch(i: number, statement: Ref, variables: Variables): void {
    const operand = readRef(statement, objects.GotoIfNot.cond);
    const condition = this.operand(operand, variables);
    const target = readWide(statement, objects.GotoIfNot.dest);
    if (isImpossible(condition)) return;
    if (condition.kind === 'conditional' && this.isUnchanged(condition.slot, operand)) {
      const known = variables.get(condition.slot);
      if (known !== undefined) {
        const narrowed = (to: Lattice): Variable => ({
          value: meet(known.value, to),
          maybeUndefined: known.maybeUndefined,
        });
        if (!isImpossible(condition.whenTrue))
          this.flow(i + 1, variables.set(condition.slot, narrowed(condition.whenTrue)));
        if (!isImpossible(condition.whenFalse))
          this.flow(target, variables.set(condition.slot, narrowed(condition.whenFalse)));
        return;
      }
    }
    const plain = withoutConditional(condition);
    if (plain.kind === 'const') {
      this.flow(plain.value === trueValue ? i + 1 : target, variables);
      return;
    }
    const slot = this.slotOfOperand(operand);
    const narrowed = (value: boolean): Variables =>
      slot === 0
        ? variables
        : variables.set(slot, { value: ofConst(value ? trueValue : falseValue), maybeUndefined: false });
    this.flow(i + 1, narrowed(true));
    this.flow(target, narrowed(false));
  }

  /** Has a slot kept its value since the statement that computed an SSA operand? */
  private isUnchanged(slot: number, operand: Ref): boolean {
    if (typeOf(operand) !== Node.SSAValue) return false;
    return this.isUnchangedSince(slot, ssaId(operand));
  }

  private isUnchangedSince(slot: number, since: number): boolean {
    if (!this.body.assigned.has(slot)) return true;
    for (let i = since + 1; i <= this.at; i++) if (this.body.targets.has(i)) return false;
    const assignments = this.body.assigned.get(slot) ?? [];
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

  slotOf(index: number): number {
    return this.slotOfOperand(this.operands[index + 1]);
  }

  private flow(to: number, variables: Variables): void {
    const old = this.before[to];
    const isJoin = this.body.targets.has(to);
    const next = old === undefined || !isJoin ? variables : joinVariables(old, variables);
    if (old !== undefined && (old === next || sameVariables(old, next))) return;
    this.before[to] = next;
    if (to <= this.at) this.again = true;
  }

  private flowToCatch(i: number, variables: Variables): void {
    const open = this.body.open[i];
    if (open === undefined) return;
    for (let k = open.length - 1; k >= 0; k--) {
      const target = readWide(this.body.statements[open[k]], objects.EnterNode.catch_dest);
      if (target === 0) continue;
      const here = this.at;
      this.at = i;
      this.flow(target, variables);
      this.at = here;
      return;
    }
  }

  // Values.

  /** An operand: something without effect of its own, except that a variable or global may be undefined. */
  operand(value: Ref, variables: Variables): Lattice {
    switch (typeOf(value)) {
      case Node.SSAValue:
        return this.ssa[ssaId(value)];
      case Node.SlotNumber:
        return variables.get(slotId(value))?.value ?? impossible;
      case Node.GlobalRef:
        return this.globalOf(readRef<BindingRef>(value, objects.GlobalRef.binding));
      case Node.QuoteNode:
        return ofConst(readRef(value, objects.QuoteNode.value));
      case Node.Expr:
        return this.value(value, variables);
      default:
        return ofConst(value);
    }
  }

  global(module: ModuleRef, name: SymbolRef): Lattice {
    return this.globalOf(getBinding(module, name));
  }

  private globalOf(binding: BindingRef): Lattice {
    const resolution = resolveBinding(binding, currentWorld());
    if (isConstKind(resolution.kind)) {
      this.relies.bindings.add(binding);
      const value = resolutionValue(resolution);
      return value === 0 ? impossible : ofConst(value);
    }
    if (resolution.kind === PartitionKind.GLOBAL) {
      this.relies.bindings.add(binding);
      return ofType(globalType(resolution.partition));
    }
    return anything;
  }

  private value(value: Ref, variables: Variables): Lattice {
    if (typeOf(value) !== Node.Expr) return this.operand(value, variables);
    const args = argsOf(value);
    switch (headOf(value)) {
      case 'call': {
        const elements = args.map((arg) => this.operand(arg, variables));
        if (elements.some(isImpossible)) return impossible;
        this.operands = args;
        const { info, result } = inferCall(elements, this, this.relies, this.of);
        this.calls.set(value, info);
        return result;
      }
      case 'new':
        return this.construct(args.map((arg) => this.operand(arg, variables)));
      case 'splatnew': {
        const type = this.operand(args[0], variables);
        return type.kind === 'const' && isType(type.value) ? ofType(type.value) : anything;
      }
      case 'static_parameter': {
        const known = this.of.sparams[unboxInt64(args[0]) - 1];
        return known === undefined || isTypeVar(known) ? anything : ofConst(known);
      }
      case 'foreigncall':
        // Function, result type and argument types may be expressions of their own; their calls are noted.
        this.operand(args[0], variables);
        this.operand(args[2], variables);
        return foreignResult(this.operand(args[1], variables));
      case 'isdefined':
      case 'boundscheck':
        return someBool;
      case 'copyast':
        return ofType(typeOf(this.operandObject(args[0])));
      case 'the_exception':
      case 'gc_preserve_begin':
        return anything;
      case 'cfunction':
        return args[0] !== undefined && isType(args[0]) ? ofType(args[0]) : anything;
      case 'new_opaque_closure':
      case 'static_typeof':
      case 'method':
      case 'const':
      case 'thunk':
        return anything;
      default:
        return ofConst(nothing);
    }
  }

  private operandObject(value: Ref): Ref {
    return typeOf(value) === Node.QuoteNode ? readRef(value, objects.QuoteNode.value) : value;
  }

  private construct(elements: readonly Lattice[]): Lattice {
    if (elements.some(isImpossible)) return impossible;
    const [of, ...fields] = elements;
    if (of.kind !== 'const' || !isDataType(of.value) || !isConcrete(of.value)) return anything;
    const type = of.value as DataTypeRef;
    const count = fieldCount(type);
    if (fields.length > count) return impossible;
    const checked: Lattice[] = [];
    for (let i = 0; i < fields.length; i++) {
      const declared = fieldType(type, i);
      const field = isBelow(fields[i], ofType(declared)) ? fields[i] : restrict(fields[i], declared);
      if (isImpossible(field)) return impossible;
      checked.push(field);
    }
    if (isMutableType(type) || fields.length < count) return ofType(type);
    return partial(type, checked);
  }
}

/** What both elements say of one value. */
function meet(a: Lattice, b: Lattice): Lattice {
  if (isBelow(b, a)) return b;
  if (isBelow(a, b)) return a;
  return b.kind === 'type' ? restrict(a, b.type) : b;
}

/** What a ccall of a declared result type gives. */
function foreignResult(declared: Lattice): Lattice {
  if (declared.kind !== 'const') return anything;
  const type = declared.value;
  if (!isType(type) || hasFreeVars(type)) return anything;
  if (isUnionAll(type)) return anything;
  if (type === Bottom) return impossible;
  if (isDataType(type) && typeNameOf(type) === typename('Ref')) {
    const of = param(type, 0);
    return isTypeVar(of) ? anything : ofType(of);
  }
  return type === datatype('Any') ? anything : ofType(type);
}

export function joinVariables(a: Variables, b: Variables): Variables {
  if (a === b) return a;
  return a.withMutations((result) => {
    for (const [slot, right] of b) {
      const left = a.get(slot);
      if (left === undefined) result.set(slot, { value: right.value, maybeUndefined: true });
      else if (left !== right) {
        result.set(slot, {
          value: join(left.value, right.value),
          maybeUndefined: left.maybeUndefined || right.maybeUndefined,
        });
      }
    }
    for (const [slot, left] of a) {
      if (!b.has(slot) && !left.maybeUndefined) result.set(slot, { value: left.value, maybeUndefined: true });
    }
  });
}

function sameVariables(a: Variables, b: Variables): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [slot, left] of a) {
    const right = b.get(slot);
    if (right === undefined || left.maybeUndefined !== right.maybeUndefined) return false;
    if (!sameElement(left.value, right.value)) return false;
  }
  return true;
}
