// Functions: the methods of a program, each as a specialised function and its generic entry.
//
// Compilation starts from the methods that somebody wants, and goes on with those that their code calls. A function is
// known by its signature before its body is written, so that recursion needs no care. A method that cannot be compiled is
// noted with the reason; where others call it, a function of its name goes through the runtime, which interprets it. That
// needs a name for the callee: where even that is missing the function is withdrawn, and those who call it are written again.
//
// A body that fails while it stands inside another one is taken out: it is blocked, and the other is written again with a
// call in its place.

import type { BindingRef, MethodRef, Ref } from '../../interpreter/memory/layout.ts';
import type { SnapshotContent } from '../../interpreter/memory/snapshot.ts';
import { nothing } from '../../interpreter/memory/wellknown.ts';
import { currentWorld, resolutionValue, resolveBinding } from '../../interpreter/runtime/bindings.ts';
import { param, paramCount } from '../../interpreter/types/index.ts';
import { typedBody } from '../inference/infer.ts';
import type { Typed } from '../inference/interpret.ts';
import { isImpossible, widen, withoutConditional } from '../inference/lattice.ts';
import { hasAllParameters, type Specialisation } from '../inference/matches.ts';
import type { EmittedRecord, SlotKind } from '../object/metadata.ts';
import type { Json, Shortcuts } from '../object/recipe.ts';
import { BodyWriter, bundleArguments, type Compilation, type CompiledFunction } from './bodies.ts';
import { FunctionBuilder } from './builder.ts';
import { boxedName, callDynamic, DynamicCalls } from './dispatch.ts';
import { STATUS_RETURNED, STATUS_THREW } from './entry.ts';
import { dependenciesOf, identityOf, nameOf } from './identity.ts';
import { throwIf } from './intrinsics.ts';
import { bitsOf, isFloatType, type MachineType, Program, type Value } from './operations.ts';
import { CannotCompile, encode, shortcutsOf } from './recipes.ts';
import { unrollRecursion } from './recursion.ts';
import { leavesOf, type Shape, shapeOf } from './shapes.ts';
import { OFFSET_STACK_LIMIT } from './thread-state.ts';
import { constant, type Emitted, ValueWriter } from './values.ts';

export interface Refused {
  readonly name: string;
  readonly reason: string;
}

interface Pending extends CompiledFunction {
  readonly of: Specialisation;
  readonly typed: Typed;
  /** Bodies that are part of it. */
  readonly noted: Set<Typed>;
  /** Functions whose code may name this one. */
  readonly callers: Set<Pending>;
}

const keyOf = (of: Specialisation): string => `${of.method}|${of.types}`;

/** Compiles methods into one program. */
export class MethodCompiler implements Compilation {
  readonly program: Program;
  readonly records: EmittedRecord[] = [];
  readonly refused: Refused[] = [];
  private readonly functions = new Map<string, Pending | null>();
  private readonly names = new Map<string, string>();
  private readonly queue: Pending[] = [];
  private readonly blocked = new Map<string, string>();
  private readonly origins = new Map<Ref, BindingRef>();
  private current: Pending | null = null;
  private readonly libraryWorld: number;
  private readonly isUsed: (method: MethodRef) => boolean;
  private readonly needsEntry: (of: Specialisation) => boolean;

  /**
   * @param libraryWorld the last world before the program: what was defined by then is the library's
   * @param isUsed whether a method is worth compiling when code calls it; the others are called by way of the runtime
   * @param needsEntry whether the interpreter gains anything by calling the code of a method; if not, only code does
   */
  constructor(
    name: string,
    libraryWorld: number,
    isUsed: (method: MethodRef) => boolean = () => true,
    needsEntry: (of: Specialisation) => boolean = () => true,
  ) {
    this.program = new Program(name);
    this.libraryWorld = libraryWorld;
    this.isUsed = isUsed;
    this.needsEntry = needsEntry;
  }

  /**
   * Asks for a method; it is compiled by `finish`.
   *
   * @param report whether it counts as refused if it cannot be compiled
   */
  add(of: Specialisation, report = true): void {
    if (this.functionFor(of) === null && report) {
      this.refused.push({ name: nameOf(of), reason: this.blocked.get(keyOf(of)) ?? 'its types cannot be inferred' });
    }
  }

  /** Compiles everything that was asked for, and what that calls. */
  finish(): void {
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) this.define(next);
  }

  /** Says that nothing more is going to be added. */
  close(): void {
    unrollRecursion(this.program);
  }

  /** Methods whose bodies are part of the program. */
  readonly methods = new Set<Ref>();

  note(typed: Typed): void {
    this.methods.add(typed.of.method);
    this.current?.noted.add(typed);
    for (const call of typed.relies.lookups.keys()) this.lookups.add(call);
    for (const binding of typed.relies.bindings) {
      const value = resolutionValue(resolveBinding(binding, currentWorld()));
      if (value !== 0 && !this.origins.has(value)) this.origins.set(value, binding);
    }
  }

  functionFor(of: Specialisation): CompiledFunction | null {
    const key = keyOf(of);
    const known = this.functions.get(key);
    if (known !== undefined) {
      if (known !== null && this.current !== null) known.callers.add(this.current);
      return known;
    }
    const typed = hasAllParameters(of) && !this.blocked.has(key) ? typedBody(of, null) : null;
    if (typed === null) {
      this.functions.set(key, null);
      return null;
    }
    const parameters: Shape[] = [];
    for (let i = 0, n = paramCount(of.types); i < n; i++) parameters.push(shapeOf(param(of.types, i)));
    const result = withoutConditional(typed.result);
    const shape: Shape =
      result.kind === 'const'
        ? { kind: 'none', value: result.value }
        : isImpossible(result)
          ? { kind: 'none', value: nothing }
          : shapeOf(widen(result));
    const pending: Pending = {
      of,
      typed,
      name: this.uniqueName(nameOf(of), key),
      parameters,
      result: shape,
      isEndless: isImpossible(result),
      noted: new Set(),
      callers: new Set(this.current === null ? [] : [this.current]),
      callbacks: new Set(),
    };
    this.functions.set(key, pending);
    this.declareShell(pending);
    this.queue.push(pending);
    return pending;
  }

  private uniqueName(text: string, key: string): string {
    for (let n = 1; ; n++) {
      const name = n === 1 ? `julia:${text}` : `julia:${text} (${n})`;
      if (this.names.has(name)) continue;
      this.names.set(name, key);
      return name;
    }
  }

  private declareShell(pending: Pending): FunctionBuilder {
    this.program.functions.delete(pending.name);
    const parameters = pending.parameters.flatMap(leavesOf);
    return new FunctionBuilder(this.program, pending.name, parameters, leavesOf(pending.result), { exported: true });
  }

  private define(pending: Pending): void {
    for (let attempt = 1; ; attempt++) {
      pending.noted.clear();
      const build = this.declareShell(pending);
      this.current = pending;
      try {
        this.writeBody(pending, build);
        if (this.needsEntry(pending.of)) this.writeEntry(pending);
        this.writeBoxed(pending);
        this.records.push(this.recordOf(pending));
        return;
      } catch (error) {
        if (!(error instanceof CannotCompile)) throw error;
        this.removeWaysIn(pending);
        const culprit = this.culprits.get(error) ?? null;
        if (culprit !== null && keyOf(culprit) !== keyOf(pending.of) && attempt < 30) {
          this.blocked.set(keyOf(culprit), error.message);
          continue;
        }
        this.refused.push({ name: nameOf(pending.of), reason: error.message });
        if (!this.writeStub(pending)) this.withdraw(pending, error.message);
        return;
      } finally {
        this.current = null;
      }
    }
  }

  private removeWaysIn(pending: Pending): void {
    this.program.functions.delete(`${pending.name} entry`);
    this.program.functions.delete(boxedName(pending.name));
  }

  /** Takes a function out of the program. What calls it is written again, and finds it blocked. */
  private withdraw(pending: Pending, reason: string): void {
    this.blocked.set(keyOf(pending.of), reason);
    this.functions.set(keyOf(pending.of), null);
    this.program.functions.delete(pending.name);
    for (const name of pending.callbacks) this.program.functions.delete(name);
    for (const caller of pending.callers) {
      // One that is still to be written finds out by itself, and one that was refused names no other.
      const written = this.records.findIndex((record) => record.specialised === caller.name);
      if (written < 0) continue;
      this.records.splice(written, 1);
      this.removeWaysIn(caller);
      this.declareShell(caller);
      this.queue.push(caller);
    }
  }

  /** The body that an error comes from, where it was written into another one. */
  private readonly culprits = new WeakMap<CannotCompile, Specialisation>();

  blame(error: CannotCompile, of: Specialisation): void {
    if (!this.culprits.has(error)) this.culprits.set(error, of);
  }

  isBlocked(of: Specialisation): boolean {
    return this.blocked.has(keyOf(of));
  }

  isCold(of: Specialisation): boolean {
    return !this.isUsed(of.method) && !this.functions.has(keyOf(of));
  }

  private writeBody(pending: Pending, build: FunctionBuilder): void {
    const w = new ValueWriter(build, this.origins, this.calls);
    this.note(pending.typed);
    const args: Emitted[] = [];
    let next = 0;
    for (const shape of pending.parameters) {
      const count = leavesOf(shape).length;
      args.push(w.unflatten(build.parameters.slice(next, next + count), shape));
      next += count;
    }
    // Only a function that calls others can exhaust the stack.
    const limit = build.load('i64', build.threadState(), OFFSET_STACK_LIMIT);
    throwIf(w, build.compare('ult', build.bitcast(build.stackAddress(), 'i64'), limit), 'StackOverflowError');
    const stack = { of: pending.of, outer: null, depth: 0 };
    const body = new BodyWriter(w, pending.typed, this, stack, false, (value) => {
      build.return(...w.flatten(w.coerce(value, pending.result), pending.result));
    });
    body.write(bundleArguments(pending.typed.body, args));
  }

  /** A function that passes its call on to the runtime. False: code has no way to name what is to be called, or its result. */
  private writeStub(pending: Pending): boolean {
    const build = this.declareShell(pending);
    const w = new ValueWriter(build, this.origins, this.calls);
    const args: Emitted[] = [];
    let next = 0;
    for (const shape of pending.parameters) {
      const count = leavesOf(shape).length;
      args.push(w.unflatten(build.parameters.slice(next, next + count), shape));
      next += count;
    }
    try {
      const value = callDynamic(w, args);
      if (pending.isEndless) {
        w.notReached();
        return true;
      }
      const whole: Emitted =
        pending.result.kind === 'none'
          ? constant(pending.result.value)
          : { kind: 'reference', type: pending.result.type, value };
      build.return(...w.flatten(w.coerce(whole, pending.result), pending.result));
      return true;
    } catch (error) {
      if (!(error instanceof CannotCompile)) throw error;
      return false;
    }
  }

  // The generic entry.

  private writeEntry(pending: Pending): void {
    const build = new FunctionBuilder(this.program, `${pending.name} entry`, ['ptr', 'ptr'], ['i32'], {
      exported: true,
    });
    const w = new ValueWriter(build, this.origins, this.calls);
    const [list, place] = build.parameters;
    const handler = build.handlerSlot();
    const body = build.block('body');
    const caught = build.block('caught');
    build.enterTry(handler, body, caught);
    build.at(body);
    const leaves: Value[] = [];
    pending.parameters.forEach((shape, i) => {
      leaves.push(...this.loadArgument(w, shape, list, 8 * i));
    });
    const results = build.callLocal(pending.name, leaves);
    if (pending.isEndless) w.notReached();
    else {
      const value = w.unflatten(results, pending.result);
      if (pending.result.kind === 'bits' && pending.result.machine !== 'i128') storeBits(w, results[0], place);
      else if (pending.result.kind !== 'none') build.store(w.box(value), place, 0, { align: 8 });
      build.leaveTry(handler);
      build.return(build.integer('i32', STATUS_RETURNED));
    }
    build.at(caught);
    build.return(build.integer('i32', STATUS_THREW));
  }

  /** The way in for calls whose method is found while they run: arguments and result are objects. */
  private writeBoxed(pending: Pending): void {
    const build = new FunctionBuilder(this.program, boxedName(pending.name), ['ptr'], ['ref'], { exported: true });
    const w = new ValueWriter(build, this.origins, this.calls);
    const [list] = build.parameters;
    const leaves = pending.parameters.flatMap((shape, i): Value[] => {
      if (shape.kind === 'none') return [];
      const value = build.load('ref', list, 8 * i);
      return w.flatten(w.coerce({ kind: 'reference', type: shape.type, value }, shape), shape);
    });
    const results = build.callLocal(pending.name, leaves);
    if (pending.isEndless) w.notReached();
    else build.return(w.box(w.unflatten(results, pending.result)));
  }

  private loadArgument(w: ValueWriter, shape: Shape, list: Value, offset: number): Value[] {
    const { build } = w;
    if (shape.kind === 'none') return [];
    if (shape.kind === 'bits' && shape.machine !== 'i128')
      return [build.load(shape.machine, list, offset, { align: 8 })];
    const value = build.load('ref', list, offset, { align: 8 });
    return w.flatten(w.coerce({ kind: 'reference', type: shape.type, value }, shape), shape);
  }

  /** The argument types of all calls that were resolved, as recipes: a new method that meets one may change the code. */
  resolvedCalls(): Json[] {
    const calls = new Map<string, Json>();
    for (const call of this.lookups) {
      try {
        const recipe = encode(call, this.origins);
        calls.set(JSON.stringify(recipe), recipe);
      } catch (error) {
        if (!(error instanceof CannotCompile)) throw error;
      }
    }
    return [...calls].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, recipe]) => recipe);
  }

  /** Shorter ways to what the recipes of this compilation stand for; `image` as for `shortcutsOf`. */
  shortcuts(image: SnapshotContent | null): Shortcuts {
    return shortcutsOf(this.origins, image);
  }

  private readonly lookups = new Set<Ref>();
  /** What is called without its method being known: methods that may be meant are worth compiling as well. */
  readonly calls = new DynamicCalls();

  private recordOf(pending: Pending): EmittedRecord {
    const { own, library } = dependenciesOf(pending.noted, this.origins, this.libraryWorld);
    return {
      name: nameOf(pending.of),
      specialised: pending.name,
      entry: this.needsEntry(pending.of) ? `${pending.name} entry` : '',
      boxed: boxedName(pending.name),
      parameters: pending.parameters.map(slotKind),
      result: pending.isEndless ? 'none' : slotKind(pending.result),
      resultBytes: 0,
      ...identityOf(pending.of, pending.result, this.origins, this.libraryWorld),
      dependencies: own,
      libraryDependencies: library,
    };
  }
}

const slotKind = (shape: Shape): SlotKind =>
  shape.kind === 'none' ? 'none' : shape.kind === 'bits' && shape.machine !== 'i128' ? 'bits' : 'reference';

function storeBits(w: ValueWriter, value: Value, place: Value): void {
  const { build } = w;
  const bits = isFloatType(value.type) ? build.bitcast(value, integerOf(value.type)) : value;
  const wide = bitsOf(bits.type) < 64 ? build.convert('zext', bits, 'i64') : bits;
  build.store(wide, place, 0, { align: 8 });
}

const integerOf = (type: MachineType): MachineType => (type === 'f32' ? 'i32' : 'i64');
