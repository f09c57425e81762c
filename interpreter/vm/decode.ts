// From CodeInfo to decoded code.
//
// One pass gathers what the statements use; one pass emits. Three simplifications take most of what lowering's uniform
// output would cost:
//
//   - an SSA value that only reads a variable (`%4 = _2`) becomes that variable's slot, if the variable is not assigned
//     before the last use and all uses are in the same basic block;
//   - a global that is constant when the code is decoded becomes a constant operand. The code is registered with the
//     binding, and decoded anew when the binding changes;
//   - SSA values that live within one basic block share slots.
//
// Catching is static: which handler covers a statement follows from the nesting of `enter` and `leave`, so that entering
// a try block costs nothing but noting the depth of the exception stack.

import {
  type ArrayRef,
  type BindingRef,
  type CodeInfoRef,
  type ExprRef,
  type ModuleRef,
  type Ref,
  readRef,
  readU8,
  readWide,
  type SymbolRef,
  typeOf,
} from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { registerPurge, registerWeakMap } from '../memory/roots.ts';
import { CoreModule, datatype, nothing, trueValue } from '../memory/wellknown.ts';
import {
  currentWorld,
  globalValue,
  isConstKind,
  onBindingChange,
  onResolutionChange,
  resolutionValue,
  resolveBinding,
} from '../runtime/bindings.ts';
import { InternalError } from '../runtime/errors.ts';
import { symbol, symbolName } from '../runtime/symbols.ts';
import { arrayGetRef, arrayLength, unboxInt64 } from '../runtime/values.ts';
import { CALL_HEADER, Code, constantSlot, instructionLength, isFused, NO_OPERAND, Op, Site } from './code.ts';
import { type Fusion, findFusions } from './fusion.ts';
import { HookKind, observed } from './hooks.ts';
import { leafBodyOf, leafOf } from './leafbody.ts';
import { findPhis, type Phis } from './phis.ts';
import { setSlot } from './slots.ts';

const T = {
  Expr: datatype('Expr'),
  SSAValue: datatype('SSAValue'),
  SlotNumber: datatype('SlotNumber'),
  GotoNode: datatype('GotoNode'),
  GotoIfNot: datatype('GotoIfNot'),
  ReturnNode: datatype('ReturnNode'),
  EnterNode: datatype('EnterNode'),
  NewvarNode: datatype('NewvarNode'),
  GlobalRef: datatype('GlobalRef'),
  QuoteNode: datatype('QuoteNode'),
  Symbol: datatype('Symbol'),
  Method: datatype('Method'),
  PhiNode: datatype('PhiNode'),
  PiNode: datatype('PiNode'),
  PhiCNode: datatype('PhiCNode'),
  UpsilonNode: datatype('UpsilonNode'),
} as const;

/** Codes that took a binding's value for constant. */
const dependents = new Map<BindingRef, Set<Code>>();
const invalidationListeners: ((code: Code) => void)[] = [];

/** Registers what to do with code whose assumptions about globals no longer hold. */
export function onCodeInvalidated(listener: (code: Code) => void): void {
  invalidationListeners.push(listener);
}

function invalidateDependents(binding: BindingRef): void {
  const affected = dependents.get(binding);
  if (affected === undefined) return;
  dependents.delete(binding);
  for (const code of affected) for (const listener of invalidationListeners) listener(code);
}

onBindingChange(invalidateDependents);
onResolutionChange(() => {
  // Which names changed their meaning is not known; those resolved through `using` are checked again.
  for (const binding of implicitlyResolved) {
    const before = implicitValues.get(binding);
    const resolution = resolveBinding(binding, currentWorld());
    const value = isConstKind(resolution.kind) ? resolutionValue(resolution) : 0;
    if (value !== before) {
      implicitlyResolved.delete(binding);
      implicitValues.delete(binding);
      invalidateDependents(binding);
    }
  }
});
const implicitlyResolved = new Set<BindingRef>();
const implicitValues = new Map<BindingRef, Ref>();
registerWeakMap(dependents);
registerPurge((isAlive) => {
  for (const [binding, value] of implicitValues) {
    if (isAlive(binding) && (value === 0 || isAlive(value))) continue;
    implicitValues.delete(binding);
    implicitlyResolved.delete(binding);
    if (isAlive(binding)) invalidateDependents(binding);
  }
});

const headOf = (expr: Ref): string => symbolName(readRef<SymbolRef>(expr, objects.Expr.head));
const argsOf = (expr: Ref): ArrayRef => readRef<ArrayRef>(expr, objects.Expr.args);

/**
 * The value of a binding that is constant now, 0 if it is none. `code` is decoded anew when that changes.
 */
export function constantGlobalOf(code: Code, binding: BindingRef): Ref {
  const resolution = resolveBinding(binding, currentWorld());
  if (!isConstKind(resolution.kind)) return 0 as Ref;
  // Toplevel code may itself give a name of its own to what it so far sees through `using`, and then read it.
  if (resolution.binding !== binding && typeOf(code.owner) === datatype('Module')) return 0 as Ref;
  const value = resolutionValue(resolution);
  depend(binding, code);
  if (resolution.binding !== binding) {
    depend(resolution.binding, code);
    implicitlyResolved.add(binding);
    implicitValues.set(binding, value);
  }
  return value;
}

function depend(binding: BindingRef, code: Code): void {
  const set = dependents.get(binding);
  if (set === undefined) dependents.set(binding, new Set([code]));
  else set.add(code);
}

/** Facts about the statements, from the first pass. */
class Facts {
  readonly uses: Int32Array;
  readonly lastUse: Int32Array;
  readonly block: Int32Array;
  /** Values that a statement uses which stands before the one that computes them, as optimised code may have it. */
  readonly early = new Set<number>();
  /** Statements that assign each slot, in order. */
  readonly assignments: number[][];
  constructor(statements: number, slots: number) {
    this.uses = new Int32Array(statements + 2);
    this.lastUse = new Int32Array(statements + 2);
    this.block = new Int32Array(statements + 2);
    this.assignments = Array.from({ length: slots + 1 }, () => []);
  }
}

class Decoder {
  private readonly code: Code;
  private readonly statements: Ref[] = [];
  /** Slots that certainly have a value where emission stands. */
  private defined: Uint8Array = new Uint8Array(0);
  private entryDefined: Uint8Array[] = [];
  /** Statements that jumps and handlers go to. */
  private readonly jumpedTo = new Set<number>();
  /** Blocks that execution can come to. */
  private reached: boolean[] = [];
  private readonly facts: Facts;
  private readonly out: number[] = [];
  private readonly owners: number[] = [];
  private readonly start: Int32Array;
  private fusion: Fusion = { fused: new Map(), absorbed: new Set(), negated: new Map() };
  private readonly fixups: { at: number; statement: number }[] = [];
  /** Sites of the statements that are calls. */
  private readonly callSites = new Map<number, number>();
  private readonly phis: Phis;
  /** Where the values for φ nodes wait, by the node's number. */
  private readonly incoming = new Map<number, number>();
  private readonly operands: Int32Array;
  private frameSlots: number;
  /** Words of the frame that hold variables; values have theirs behind. */
  private readonly variableWords: number;
  private readonly freeSlots: number[] = [];
  private readonly releaseAt: Map<number, number[]> = new Map();
  private current = 0;
  /** Whether listeners want to hear of each statement. */
  private readonly isObserved = observed.code;

  constructor(code: Code) {
    this.code = code;
    const list = readRef<ArrayRef>(code.source, objects.CodeInfo.code);
    for (let i = 0, n = arrayLength(list); i < n; i++) this.statements.push(arrayGetRef(list, i));
    const names = readRef<ArrayRef>(code.source, objects.CodeInfo.slotnames);
    const slots = arrayLength(names);
    this.facts = new Facts(this.statements.length, slots);
    this.phis = findPhis(this.statements);
    this.start = new Int32Array(this.statements.length + 2);
    this.operands = new Int32Array(this.statements.length + 2).fill(NO_OPERAND);
    code.nargs = readWide(code.source, objects.CodeInfo.nargs);
    code.isva = readU8(code.source, objects.CodeInfo.isva) !== 0;
    this.frameSlots = Math.max(slots, code.nargs);
    this.variableWords = 4 * this.frameSlots;
  }

  decode(): void {
    this.gather();
    this.findDefined();
    if (!this.isObserved) this.fuse();
    const n = this.statements.length;
    for (const at of this.facts.early) this.dedicated(at);
    for (const at of this.phis.phiCs) this.dedicated(at);
    for (const at of this.phis.phis) {
      this.dedicated(at);
      this.incoming.set(at, this.frameSlots++ * 4);
    }
    this.emitPhiMoves(0);
    for (let i = 1; i <= n; i++) {
      if (i === 1 || this.facts.block[i] !== this.facts.block[i - 1]) {
        this.defined = this.entryDefined[this.facts.block[i]];
      }
      this.current = i;
      if (this.isObserved && i === 1) this.emit(Op.HOOK, HookKind.CALL, 0);
      this.start[i] = this.out.length;
      if (this.isObserved) this.emit(Op.HOOK, HookKind.STEP, 0);
      const statement = this.statements[i - 1];
      const jumps = typeOf(statement) === T.GotoNode || typeOf(statement) === T.GotoIfNot;
      // What no way leads to may use values that no statement makes, such as that of a `break`.
      if (this.reached[this.facts.block[i]]) {
        if (jumps) this.emitPhiMoves(i);
        if (this.facts.early.has(i)) this.emitEarly(statement, i);
        else this.emitStatement(statement, i);
        if (!jumps) this.emitPhiMoves(i);
      }
      const release = this.releaseAt.get(i);
      if (release !== undefined) this.freeSlots.push(...release);
    }
    this.start[n + 1] = this.out.length;
    for (const { at, statement } of this.fixups) this.out[at] = this.start[statement];
    const { code } = this;
    code.statements = Int32Array.from(this.owners);
    code.ssaOperands = this.operands;
    code.frameWords = this.frameSlots * 4;
    code.place(this.out);
    code.handlers = this.handlers();
    code.leafBody = leafBodyOf(code);
  }

  /** Finds the chains that become one instruction; what their links use must last until there. */
  private fuse(): void {
    this.fusion = findFusions(this.statements, this.facts, (callee) => this.builtinName(callee));
    const { lastUse } = this.facts;
    for (const [at, { operands }] of this.fusion.fused) {
      for (const operand of operands) {
        if (typeOf(operand) !== T.SSAValue) continue;
        const id = readWide(operand, objects.SSAValue.id);
        lastUse[id] = Math.max(lastUse[id], at);
      }
    }
  }

  /** Stores what φ nodes take along the edges that begin behind (or, for a jump, with) statement `from`. */
  private emitPhiMoves(from: number): void {
    for (const { phi, value } of this.phis.moves.get(from) ?? []) {
      const place = this.incoming.get(phi) ?? this.scratch();
      if (value === 0) this.emit(Op.CLEAR, place);
      else this.emit(Op.MOVE, place, this.operand(value));
    }
  }

  /** A statement whose value has its place already, because it is used by one that stands before it. */
  private emitEarly(statement: Ref, i: number): void {
    const place = this.operands[i];
    this.operands[i] = NO_OPERAND;
    this.emitStatement(statement, i);
    if (this.operands[i] !== NO_OPERAND && this.operands[i] !== place) this.emit(Op.MOVE, place, this.operands[i]);
    this.operands[i] = place;
  }

  /** The name of the builtin that a callee operand is, '' when it is none or not constant. */
  private builtinName(callee: Ref): string {
    const value = typeOf(callee) === T.GlobalRef ? this.constantGlobal(callee) : callee;
    return value === 0 ? '' : (leafOf(-this.constant(value))?.name ?? '');
  }

  // First pass: uses of SSA values, basic blocks, assignments.

  private gather(): void {
    const { facts, statements, jumpedTo } = this;
    const leaders = new Set<number>();
    const addJump = (target: number, i: number): void => {
      jumpedTo.add(target);
      leaders.add(target).add(i + 1);
    };
    statements.forEach((statement, index) => {
      const i = index + 1;
      this.gatherUses(statement, i);
      switch (typeOf(statement)) {
        case T.GotoNode:
          addJump(readWide(statement, objects.GotoNode.label), i);
          break;
        case T.GotoIfNot:
          addJump(readWide(statement, objects.GotoIfNot.dest), i);
          break;
        case T.EnterNode:
          addJump(readWide(statement, objects.EnterNode.catch_dest), i);
          break;
        case T.ReturnNode:
          leaders.add(i + 1);
          break;
        case T.NewvarNode:
          facts.assignments[readWide(readRef(statement, objects.NewvarNode.slot), objects.SlotNumber.id)].push(i);
          break;
        case T.Expr:
          if (headOf(statement) === '=') {
            const left = arrayGetRef(argsOf(statement), 0);
            if (typeOf(left) === T.SlotNumber) facts.assignments[readWide(left, objects.SlotNumber.id)].push(i);
          }
          break;
        default:
      }
    });
    this.gatherPhiUses();
    let block = 0;
    for (let i = 1; i <= statements.length; i++) {
      if (leaders.has(i)) block++;
      facts.block[i] = block;
    }
  }

  /**
   * Which slots certainly have a value at the start of each block: arguments, and what is assigned on every way there. A
   * read of any other slot is checked.
   */
  private findDefined(): void {
    const { facts, statements } = this;
    const n = statements.length;
    const slots = facts.assignments.length - 1;
    const blocks = n === 0 ? 1 : facts.block[n] + 1;
    const first: number[] = new Array(blocks).fill(0);
    for (let i = n; i >= 1; i--) first[facts.block[i]] = i;
    const entry = Array.from({ length: blocks }, () => new Uint8Array(slots + 1).fill(1));
    this.entryDefined = entry;
    entry[0].fill(0);
    for (let slot = 1; slot <= Math.min(this.code.nargs, slots); slot++) entry[0][slot] = 1;
    const cleared = new Uint8Array(slots + 1);
    for (const statement of statements) {
      if (typeOf(statement) === T.NewvarNode) cleared[slotOf(readRef(statement, objects.NewvarNode.slot))] = 1;
    }
    const work = [0];
    const meet = (block: number, state: Uint8Array, throughException: boolean): void => {
      const target = entry[block];
      let changed = false;
      for (let slot = 1; slot <= slots; slot++) {
        if (target[slot] === 1 && (state[slot] === 0 || (throughException && cleared[slot] === 1))) {
          target[slot] = 0;
          changed = true;
        }
      }
      if (changed || !reached[block]) {
        reached[block] = true;
        work.push(block);
      }
    };
    const reached: boolean[] = new Array(blocks).fill(false);
    this.reached = reached;
    reached[0] = true;
    for (let block = work.pop(); block !== undefined; block = work.pop()) {
      const state = Uint8Array.from(entry[block]);
      let falls = true;
      for (let i = first[block]; i >= 1 && i <= n && facts.block[i] === block; i++) {
        const statement = statements[i - 1];
        switch (typeOf(statement)) {
          case T.NewvarNode:
            state[slotOf(readRef(statement, objects.NewvarNode.slot))] = 0;
            break;
          case T.Expr:
            if (headOf(statement) === '=') {
              const left = arrayGetRef(argsOf(statement), 0);
              if (typeOf(left) === T.SlotNumber) state[slotOf(left)] = 1;
            }
            break;
          case T.GotoNode:
            meet(facts.block[readWide(statement, objects.GotoNode.label)], state, false);
            falls = false;
            break;
          case T.GotoIfNot:
            meet(facts.block[readWide(statement, objects.GotoIfNot.dest)], state, false);
            break;
          case T.EnterNode: {
            const dest = readWide(statement, objects.EnterNode.catch_dest);
            if (dest !== 0) meet(facts.block[dest], state, true);
            break;
          }
          case T.ReturnNode:
            falls = false;
            break;
          default:
        }
      }
      if (falls && block + 1 < blocks) meet(block + 1, state, false);
    }
  }

  /** Emits a check before a slot is read that may have no value. */
  private checkDefined(slot: number): void {
    if (this.defined[slot] === 1) return;
    this.emit(Op.CHECK_DEFINED, (slot - 1) * 4, slot);
    this.defined[slot] = 1;
  }

  private gatherUses(value: Ref, i: number): void {
    if (value === 0) return;
    switch (typeOf(value)) {
      case T.SSAValue: {
        const id = readWide(value, objects.SSAValue.id);
        if (id >= i && !this.isPhi(id)) this.facts.early.add(id);
        this.facts.uses[id]++;
        this.facts.lastUse[id] = Math.max(this.facts.lastUse[id], i);
        break;
      }
      case T.Expr: {
        const args = argsOf(value);
        for (let k = 0, n = arrayLength(args); k < n; k++) this.gatherUses(arrayGetRef(args, k), i);
        break;
      }
      case T.GotoIfNot:
        this.gatherUses(readRef(value, objects.GotoIfNot.cond), i);
        break;
      case T.ReturnNode:
        this.gatherUses(readRef(value, objects.ReturnNode.val), i);
        break;
      case T.EnterNode:
        this.gatherUses(readRef(value, objects.EnterNode.scope), i);
        break;
      case T.PiNode:
        this.gatherUses(readRef(value, objects.PiNode.val), i);
        break;
      case T.UpsilonNode:
        this.gatherUses(readRef(value, objects.UpsilonNode.val), i);
        break;
      default:
    }
  }

  private isPhi(at: number): boolean {
    const kind = typeOf(this.statements[at - 1]);
    return kind === T.PhiNode || kind === T.PhiCNode;
  }

  /** The values of φ nodes are used where the edges begin. */
  private gatherPhiUses(): void {
    for (const [from, moves] of this.phis.moves) {
      const statement = this.statements[from - 1];
      const jumps = from > 0 && (typeOf(statement) === T.GotoNode || typeOf(statement) === T.GotoIfNot);
      // Behind a statement that computes the value itself, it is used later than there.
      for (const { value } of moves) this.gatherUses(value, jumps ? from : from + 1);
    }
  }

  // Second pass.

  private emit(...words: number[]): void {
    for (const word of words) {
      this.out.push(word);
      this.owners.push(this.current);
    }
  }

  /** A site of the instruction that is emitted next; its number. */
  private newSite(): number {
    const { sites } = this.code;
    return sites.push(new Site(this.code, this.out.length, sites.length)) - 1;
  }

  /** Where a jump to a statement ends up: jumps forward are followed, those backward are safepoints. */
  private finalTarget(statement: number, from: number): number {
    let target = statement;
    while (target > from && target <= this.statements.length && typeOf(this.statements[target - 1]) === T.GotoNode) {
      const next = readWide(this.statements[target - 1], objects.GotoNode.label);
      if (next <= target) break;
      target = next;
    }
    return target;
  }

  /** Where the jump at a statement ends up, if it goes forward and is only come to from above; else 0. */
  private soleJump(at: number): number {
    const statement = this.statements[at - 1];
    if (this.isObserved || statement === undefined || typeOf(statement) !== T.GotoNode) return 0;
    if (this.jumpedTo.has(at) || this.phis.moves.has(at)) return 0;
    const target = this.finalTarget(at, at - 1);
    return target > at + 1 ? target : 0;
  }

  /** What a jump forward from a statement to a `return` returns, if the jump may do that itself. */
  private returnedAt(at: number, from: number): number {
    const statement = this.statements[at - 1];
    if (this.isObserved || at <= from || statement === undefined || typeOf(statement) !== T.ReturnNode)
      return NO_OPERAND;
    const value = readRef(statement, objects.ReturnNode.val);
    if (value === 0) return NO_OPERAND;
    switch (typeOf(value)) {
      case T.SSAValue:
        return this.operands[readWide(value, objects.SSAValue.id)];
      case T.SlotNumber:
        // A check would belong to the other statement.
        return this.defined[slotOf(value)] === 1 ? (slotOf(value) - 1) * 4 : NO_OPERAND;
      case T.GlobalRef:
      case T.Expr:
        return NO_OPERAND;
      default:
        return this.operand(value);
    }
  }

  private emitJump(op: readonly number[], statement: number): void {
    this.emit(...op, 0);
    this.fixups.push({ at: this.out.length - 1, statement });
  }

  /** A slot for SSA value `i`; shared with others if its whole life is in this block. */
  private newTemporary(i: number): number {
    const { facts } = this;
    const last = facts.lastUse[i];
    const local = !this.isObserved && last > 0 && facts.block[last] === facts.block[i];
    const slot = local && this.freeSlots.length > 0 ? (this.freeSlots.pop() as number) : this.frameSlots++;
    if (local) {
      const list = this.releaseAt.get(last);
      if (list === undefined) this.releaseAt.set(last, [slot]);
      else list.push(slot);
    }
    return slot * 4;
  }

  /** Where the value of statement `i` goes; a scratch slot when nobody uses it. */
  private resultOperand(i: number): number {
    if (this.facts.uses[i] === 0 && !this.isObserved) return this.scratch();
    const operand = this.newTemporary(i);
    this.operands[i] = operand;
    return operand;
  }

  private scratchSlot = -1;
  private scratch(): number {
    if (this.scratchSlot < 0) this.scratchSlot = this.frameSlots++ * 4;
    return this.scratchSlot;
  }

  /** Whether a value that is no variable is made in the block of the branch at `at`, for nothing but that branch. */
  private isUsedOnce(value: Ref, at: number): boolean {
    if (this.isObserved || typeOf(value) !== T.SSAValue || this.jumpedTo.has(at)) return false;
    const id = readWide(value, objects.SSAValue.id);
    const { uses, block, early } = this.facts;
    return uses[id] === 1 && block[id] === block[at] && !early.has(id) && this.operands[id] >= this.variableWords;
  }

  /** The variable that a statement assigns, 0 if none. */
  private assignedSlot(statement: Ref): number {
    if (typeOf(statement) !== T.Expr || headOf(statement) !== '=') return 0;
    const left = arrayGetRef(argsOf(statement), 0);
    return typeOf(left) === T.SlotNumber ? slotOf(left) : 0;
  }

  /** Behind statement `i`, which has assigned a variable. */
  private finishAssignment(i: number, slot: number): void {
    this.defined[slot] = 1;
    if (this.facts.uses[i] > 0) this.emit(Op.MOVE, this.resultOperand(i), (slot - 1) * 4);
  }

  private emitStatement(statement: Ref, i: number): void {
    const { code } = this;
    if (this.fusion.absorbed.has(i)) return;
    const fused = this.fusion.fused.get(i);
    if (fused !== undefined) {
      const assigned = this.assignedSlot(statement);
      const site = this.newSite();
      const operands = fused.operands.map((operand) => this.operand(operand));
      const result = assigned === 0 ? this.resultOperand(i) : (assigned - 1) * 4;
      code.sites[site] = new Site(code, this.out.length, site);
      this.emit(fused.op, result, site, operands.length, 0, 0, 0, ...operands);
      if (assigned !== 0) this.finishAssignment(i, assigned);
      return;
    }
    switch (typeOf(statement)) {
      case T.GotoNode: {
        const target = this.finalTarget(readWide(statement, objects.GotoNode.label), i);
        const returned = this.returnedAt(target, i);
        if (returned !== NO_OPERAND) this.emit(Op.RETURN, returned);
        else if (target !== i + 1) this.emitJump([Op.JUMP], target);
        return;
      }
      case T.GotoIfNot: {
        const target = this.finalTarget(readWide(statement, objects.GotoIfNot.dest), i);
        const negated = this.fusion.negated.get(i);
        const condition = this.operand(negated ?? readRef(statement, objects.GotoIfNot.cond));
        if (condition < 0 && -condition === constantSlot(trueValue, (word) => setSlot(word, trueValue))) return;
        // Around a jump forward, which nothing else leads to: the branch can do that itself, the other way round.
        const around = readWide(statement, objects.GotoIfNot.dest) === i + 2 ? this.soleJump(i + 1) : 0;
        if (around !== 0) this.fusion.absorbed.add(i + 1);
        const branchesIf = (negated !== undefined) !== (around !== 0);
        const isOnce = this.isUsedOnce(negated ?? readRef(statement, objects.GotoIfNot.cond), i);
        const [unless, ifSo] = isOnce ? [Op.BRANCH_UNLESS_ONCE, Op.BRANCH_IF_ONCE] : [Op.BRANCH_UNLESS, Op.BRANCH_IF];
        this.emitJump([branchesIf ? ifSo : unless, condition], around !== 0 ? around : target);
        return;
      }
      case T.ReturnNode: {
        const value = readRef(statement, objects.ReturnNode.val);
        if (value === 0) {
          // Control never comes to a return without a value; if it does, that is an error of whoever made the code.
          this.emit(Op.EVAL, this.scratch(), code.objects.push(statement) - 1);
          return;
        }
        const operand = this.operand(value);
        if (this.isObserved) this.emit(Op.HOOK, HookKind.RETURN, operand);
        this.emit(Op.RETURN, operand);
        return;
      }
      case T.EnterNode: {
        const scope = readRef(statement, objects.EnterNode.scope);
        const operand = scope === 0 ? NO_OPERAND : this.operand(scope);
        this.emit(Op.ENTER, this.dedicated(i), operand);
        return;
      }
      case T.NewvarNode: {
        const slot = readWide(readRef(statement, objects.NewvarNode.slot), objects.SlotNumber.id);
        this.defined[slot] = 0;
        // A new frame's slots are clear, and the first block runs once.
        const isFresh = this.facts.block[i] === 0 && slot > this.code.nargs;
        if (!isFresh || this.facts.assignments[slot].some((at) => at < i)) this.emit(Op.CLEAR, (slot - 1) * 4);
        return;
      }
      case T.PhiNode:
        this.emit(Op.MOVE, this.operands[i], this.incoming.get(i) ?? this.scratch());
        return;
      case T.PhiCNode:
        return;
      case T.UpsilonNode: {
        const value = readRef(statement, objects.UpsilonNode.val);
        for (const phiC of this.phis.stores.get(i) ?? []) {
          if (value === 0) this.emit(Op.CLEAR, this.operands[phiC]);
          else this.emit(Op.MOVE, this.operands[phiC], this.operand(value));
        }
        return;
      }
      case T.PiNode:
        this.emit(Op.MOVE, this.resultOperand(i), this.operand(readRef(statement, objects.PiNode.val)));
        return;
      case T.Expr:
        if (headOf(statement) === '=') {
          const args = argsOf(statement);
          const left = arrayGetRef(args, 0);
          const right = arrayGetRef(args, 1);
          if (typeOf(left) !== T.SlotNumber) {
            this.emit(Op.EVAL, this.resultOperand(i), code.objects.push(statement) - 1);
            return;
          }
          const slot = slotOf(left);
          this.emitValue(right, (slot - 1) * 4);
          this.finishAssignment(i, slot);
          return;
        }
        if (NO_VALUE.has(headOf(statement)) && this.facts.uses[i] === 0) return;
        // The VM always checks bounds.
        if (headOf(statement) === 'boundscheck') {
          this.operands[i] = this.constant(trueValue);
          return;
        }
        this.emitValue(statement, this.resultOperand(i));
        return;
      case T.SlotNumber: {
        const slot = readWide(statement, objects.SlotNumber.id);
        this.checkDefined(slot);
        if (this.facts.uses[i] === 0) return;
        if (this.canAlias(i, slot)) {
          this.operands[i] = (slot - 1) * 4;
          return;
        }
        this.emit(Op.MOVE, this.resultOperand(i), (slot - 1) * 4);
        return;
      }
      default:
        if (this.facts.uses[i] === 0 && typeOf(statement) !== T.GlobalRef) return;
        if (typeOf(statement) === T.GlobalRef && !this.isConstantGlobal(statement)) {
          this.emitValue(statement, this.resultOperand(i));
          return;
        }
        this.operands[i] = this.operand(statement);
    }
  }

  /** `%i = _slot` may be an alias when the slot keeps its value until the last use, within one block. */
  private canAlias(i: number, slot: number): boolean {
    const last = this.facts.lastUse[i];
    if (this.facts.block[last] !== this.facts.block[i]) return false;
    // An assignment at `last` itself reads its operands before it writes.
    return !this.facts.assignments[slot].some((at) => at > i && at < last);
  }

  /** A slot of its own for the whole frame. */
  private dedicated(i: number): number {
    const operand = this.frameSlots++ * 4;
    this.operands[i] = operand;
    return operand;
  }

  private emitValue(value: Ref, result: number): void {
    const { code } = this;
    switch (typeOf(value)) {
      case T.Expr:
        this.emitExpr(value as ExprRef, result);
        return;
      case T.GlobalRef:
        if (!this.isConstantGlobal(value)) {
          this.emit(Op.GETGLOBAL, result, code.objects.push(value) - 1);
          return;
        }
        this.emit(Op.MOVE, result, this.operand(value));
        return;
      case T.SlotNumber: {
        const slot = readWide(value, objects.SlotNumber.id);
        this.checkDefined(slot);
        this.emit(Op.MOVE, result, (slot - 1) * 4);
        return;
      }
      default:
        this.emit(Op.MOVE, result, this.operand(value));
    }
  }

  private emitExpr(expr: ExprRef, result: number): void {
    const { code } = this;
    const args = argsOf(expr);
    const n = arrayLength(args);
    switch (headOf(expr)) {
      case 'call': {
        const operands: number[] = [];
        for (let k = 0; k < n; k++) operands.push(this.operand(arrayGetRef(args, k)));
        const site = this.newSite();
        this.callSites.set(this.current, site);
        code.sites[site].calleeFrom = this.siteOfCallee(arrayGetRef(args, 0));
        this.emit(Op.CALL, result, site, n, 0, 0, 0, ...operands);
        return;
      }
      case 'invoke': {
        // `invoke(f, instance, args...)`
        const operands = [this.constant(globalValue(CoreModule, symbol('invoke'))), this.operand(arrayGetRef(args, 1))];
        operands.push(this.constant(invokedBy(arrayGetRef(args, 0))));
        for (let k = 2; k < n; k++) operands.push(this.operand(arrayGetRef(args, k)));
        const site = this.newSite();
        this.emit(Op.CALL, result, site, operands.length, 0, 0, 0, ...operands);
        return;
      }
      case 'new': {
        const operands: number[] = [];
        for (let k = 0; k < n; k++) operands.push(this.operand(arrayGetRef(args, k)));
        const site = this.newSite();
        this.emit(Op.NEW, result, site, n, ...operands);
        return;
      }
      case 'foreigncall': {
        const operands: number[] = [];
        // The name: a computed (tuple) expression or an operand; parts of a tuple call are evaluated by the site.
        for (let k = 5; k < n; k++) operands.push(this.operand(arrayGetRef(args, k)));
        const index = this.newSite();
        this.emit(Op.FOREIGNCALL, result, index, operands.length, code.objects.push(expr) - 1, 0, ...operands);
        return;
      }
      case 'leave':
        this.emit(Op.LEAVE, this.scopesLeft(args));
        return;
      case 'pop_exception':
        this.emit(Op.POP_EXCEPTION, this.operand(arrayGetRef(args, 0)));
        return;
      case 'the_exception':
        this.emit(Op.THE_EXCEPTION, result);
        return;
      case 'latestworld':
        this.emit(Op.LATESTWORLD);
        return;
      case 'static_parameter':
        this.emit(Op.STATIC_PARAMETER, result, unboxInt64(arrayGetRef(args, 0)) - 1);
        return;
      default:
        this.emit(Op.EVAL, result, code.objects.push(expr) - 1);
    }
  }

  /** The site of the call that computes a callee, if it is one that may turn out to be a constant; else -1. */
  private siteOfCallee(callee: Ref): number {
    if (typeOf(callee) !== T.SSAValue) return -1;
    const id = readWide(callee, objects.SSAValue.id);
    return this.facts.early.has(id) ? -1 : (this.callSites.get(id) ?? -1);
  }

  /** How many of the blocks that a `leave` names had entered a dynamic scope. */
  private scopesLeft(args: ArrayRef): number {
    let count = 0;
    for (let k = 0, n = arrayLength(args); k < n; k++) {
      const token = arrayGetRef(args, k);
      if (typeOf(token) !== T.SSAValue) continue;
      const enter = this.statements[readWide(token, objects.SSAValue.id) - 1];
      if (typeOf(enter) === T.EnterNode && readRef(enter, objects.EnterNode.scope) !== 0) count++;
    }
    return count;
  }

  private isConstantGlobal(globalref: Ref): boolean {
    return this.constantGlobal(globalref) !== 0;
  }

  private constantGlobal(globalref: Ref): Ref {
    return constantGlobalOf(this.code, readRef<BindingRef>(globalref, objects.GlobalRef.binding));
  }

  /** The operand of a value that stands as an argument; emits the instructions that it needs. */
  private operand(value: Ref): number {
    const { code } = this;
    switch (typeOf(value)) {
      case T.SSAValue: {
        const operand = this.operands[readWide(value, objects.SSAValue.id)];
        if (operand === NO_OPERAND)
          throw new InternalError(`%${readWide(value, objects.SSAValue.id)} is used but has no value`);
        return operand;
      }
      case T.SlotNumber: {
        const slot = readWide(value, objects.SlotNumber.id);
        this.checkDefined(slot);
        return (slot - 1) * 4;
      }
      case T.GlobalRef: {
        const constant = this.constantGlobal(value);
        if (constant !== 0) return this.constant(constant);
        const slot = this.frameSlots++ * 4;
        this.emit(Op.GETGLOBAL, slot, code.objects.push(value) - 1);
        return slot;
      }
      case T.QuoteNode:
        return this.constant(readRef(value, objects.QuoteNode.value));
      case T.Expr: {
        if (headOf(value) === 'boundscheck') return this.constant(trueValue);
        const slot = this.frameSlots++ * 4;
        this.emitExpr(value as ExprRef, slot);
        return slot;
      }
      default:
        return this.constant(value);
    }
  }

  private constant(value: Ref): number {
    return -constantSlot(value, (word) => setSlot(word, value));
  }

  // Handlers.

  private handlers(): Int32Array {
    const n = this.statements.length;
    const result = new Int32Array(n + 2).fill(-1);
    this.code.handlerTokens = new Int32Array(n + 2);
    const seen: (readonly number[] | undefined)[] = new Array(n + 2);
    const work: { at: number; stack: readonly number[] }[] = [{ at: 1, stack: [] }];
    for (let item = work.pop(); item !== undefined; item = work.pop()) {
      let { at, stack } = item;
      while (at >= 1 && at <= n && seen[at] === undefined) {
        seen[at] = stack;
        const innermost = stack.findLast(
          (enter) => readWide(this.statements[enter - 1], objects.EnterNode.catch_dest) !== 0,
        );
        if (innermost !== undefined) {
          result[at] = this.start[readWide(this.statements[innermost - 1], objects.EnterNode.catch_dest)];
          this.code.handlerTokens[at] = this.operands[innermost];
        }
        const statement = this.statements[at - 1];
        switch (typeOf(statement)) {
          case T.GotoNode:
            at = readWide(statement, objects.GotoNode.label);
            continue;
          case T.GotoIfNot:
            work.push({ at: readWide(statement, objects.GotoIfNot.dest), stack });
            break;
          case T.ReturnNode:
            at = n + 1;
            continue;
          case T.EnterNode: {
            const dest = readWide(statement, objects.EnterNode.catch_dest);
            if (dest !== 0) work.push({ at: dest, stack });
            stack = [...stack, at];
            break;
          }
          case T.Expr:
            if (headOf(statement) === 'leave') stack = stack.slice(0, stack.length - leaveCount(statement));
            break;
          default:
        }
        at++;
      }
    }
    return result;
  }
}

/** What `Core.invoke` takes for the callee of an `invoke` expression: of a MethodInstance the method. */
const invokedBy = (target: Ref): Ref =>
  typeOf(target) === datatype('MethodInstance') ? readRef(target, objects.MethodInstance.def) : target;

function leaveCount(statement: Ref): number {
  const args = argsOf(statement);
  let count = 0;
  for (let k = 0, n = arrayLength(args); k < n; k++) if (arrayGetRef(args, k) !== nothing) count++;
  return count;
}

/** Heads that stand for nothing at run time. */
const NO_VALUE = new Set([
  'meta',
  'line',
  'loopinfo',
  'inbounds',
  'aliasscope',
  'popaliasscope',
  'gc_preserve_end',
  'inline',
  'noinline',
  'purity',
  'code_coverage_effect',
]);

const slotOf = (slotNumber: Ref): number => readWide(slotNumber, objects.SlotNumber.id);

/**
 * Decodes a CodeInfo.
 *
 * @param owner the Method, or the Module of a toplevel thunk
 */
export function decode(source: CodeInfoRef, owner: Ref, module: ModuleRef): Code {
  const code = new Code(source, owner, module);
  new Decoder(code).decode();
  return code;
}

/** Number among a code's objects of the GlobalRef that names a binding. */
function globalRefIndex(code: Code, binding: BindingRef): number {
  const globalref = readRef(binding, objects.Binding.globalref);
  const known = code.objects.indexOf(globalref);
  return known >= 0 ? known : code.objects.push(globalref) - 1;
}

/** The variant of decoded code for frames of an older world: the same instructions, none of which caches. */
export function agedVariant(code: Code): Code {
  if (code.isAged) return code;
  if (code.aged !== null) return code.aged;
  const aged = new Code(code.source, code.owner, code.module);
  aged.statements = code.statements;
  aged.handlers = code.handlers;
  aged.handlerTokens = code.handlerTokens;
  aged.ssaOperands = code.ssaOperands;
  aged.sites = code.sites;
  aged.objects = code.objects;
  aged.frameWords = code.frameWords;
  aged.nargs = code.nargs;
  aged.isva = code.isva;
  aged.isAged = true;
  aged.aged = code;
  aged.place(code.ops);
  for (let at = 0; at < aged.ops.length; at += instructionLength(aged.ops, at)) {
    const op = aged.ops[at];
    if (op === Op.CALL || (op >= Op.ADD_I64 && !isFused(op))) {
      aged.ops[at] = Op.CALL_WORLD;
      const { replacedCallee } = code.sites[aged.ops[at + 2]];
      if (replacedCallee >= 0) aged.ops[at + CALL_HEADER] = replacedCallee;
    } else if (op === Op.GETGLOBAL_CELL) {
      aged.ops[at] = Op.GETGLOBAL;
      aged.ops[at + 2] = globalRefIndex(code, aged.ops[at + 2] as BindingRef);
    }
  }
  code.aged = aged;
  return aged;
}
