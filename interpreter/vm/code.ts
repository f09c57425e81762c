// Decoded code: what the VM executes.
//
// A CodeInfo of the heap is decoded once, on its first call, into an array of 32-bit words. Operands are resolved to
// slots: a non-negative operand is the word offset of a slot in the frame, a negative one the negated word index of a
// constant's slot. Decoded code is a cache: it may be dropped at any time and decoded again.
//
// Call instructions have a Site for what they learn while they run (inline caches), and three spare words in the
// instruction itself, so that an instruction can be rewritten in place into a quicker one that checks its assumptions
// (quickening) and falls back to the general form where they fail.

import { I32, U32 } from '../../ffi/region.ts';
import { STACKS_END, STACKS_START } from '../memory/heap.ts';
import type { CodeInfoRef, ModuleRef, Ref } from '../memory/layout.ts';
import { registerRoots } from '../memory/roots.ts';
import type { SlotFunction } from './builtin.ts';
import { CODE_ZONE_END, CONSTANTS_END, CONSTANTS_START, giveBackWords, takeWords } from './codezone.ts';

/**
 * Instruction numbers. The loop in run.ts repeats them as literals, since only literal cases compile to a jump table.
 * Layouts: `dst`, `src`, ... are operands; a CALL is [4, dst, site, n, q0, q1, q2, callee, arguments...].
 * The fused instructions (fused.ts) are [op, dst, site, n, q0, q1, q2, operands...] likewise, without a callee.
 * FOREIGNCALL and its quick forms are [op, dst, site, n, object, q0, arguments...].
 */
export const Op = {
  MOVE: 0,
  JUMP: 1,
  BRANCH_UNLESS: 2,
  RETURN: 3,
  CALL: 4,
  GETGLOBAL: 5,
  CHECK_DEFINED: 6,
  EVAL: 7,
  ENTER: 8,
  LEAVE: 9,
  POP_EXCEPTION: 10,
  THE_EXCEPTION: 11,
  CLEAR: 12,
  NEW: 13,
  LATESTWORLD: 14,
  STATIC_PARAMETER: 15,
  HOOK: 16,
  CALL_WORLD: 17,
  GETGLOBAL_CELL: 18,
  FOREIGNCALL: 19,
  ADD_I64: 20,
  SUB_I64: 21,
  MUL_I64: 22,
  SLT_I64: 23,
  SLE_I64: 24,
  EQ_I64: 25,
  ADD_F64: 26,
  SUB_F64: 27,
  MUL_F64: 28,
  DIV_F64: 29,
  LT_F64: 30,
  LE_F64: 31,
  EQ_F64: 32,
  NOT_BOOL: 33,
  AND_BITS: 34,
  OR_BITS: 35,
  XOR_BITS: 36,
  GETFIELD: 37,
  NEG_I64: 38,
  NE_I64: 39,
  NEG_F64: 40,
  SETFIELD: 41,
  CONSTANT: 42,
  ARRAY_GET: 43,
  ARRAY_SET: 44,
  GETFIELD_NESTED: 45,
  IS: 46,
  ISA: 47,
  TUPLE: 48,
  BITCAST_64: 49,
  ULT_64: 50,
  BRANCH_IF: 51,
  MEMORY_GET: 52,
  MEMORY_SET: 53,
  LEAF: 54,
  TYPE_MEMO: 55,
  REM_I64: 56,
  DIV_I64: 57,
  LSHR_64: 58,
  SHL_64: 59,
  RESIZE: 60,
  TYPEASSERT: 61,
  POINTER_GET: 62,
  POINTER_SET: 63,
  RUNTIME_CALL: 64,
  STRING_POINTER: 65,
  BRANCH_UNLESS_ONCE: 66,
  BRANCH_IF_ONCE: 67,
} as const;

/** Fused instructions, branches and calls of the runtime call no method: they mean the same in every world. */
export const isFused = (op: number): boolean =>
  (op >= Op.ARRAY_GET && op <= Op.GETFIELD_NESTED) ||
  (op >= Op.BRANCH_IF && op <= Op.MEMORY_SET) ||
  op >= Op.RUNTIME_CALL;

/** Stands for an operand that there is none of. */
export const NO_OPERAND = 0x7fffffff;

/** Words of a CALL before its callee operand. */
export const CALL_HEADER = 7;

/** Number of words of the instruction at `at`. */
export function instructionLength(ops: Int32Array, at: number): number {
  const op = ops[at];
  switch (op) {
    case Op.LATESTWORLD:
      return 1;
    case Op.JUMP:
    case Op.RETURN:
    case Op.LEAVE:
    case Op.POP_EXCEPTION:
    case Op.THE_EXCEPTION:
    case Op.CLEAR:
      return 2;
    case Op.MOVE:
    case Op.BRANCH_UNLESS:
    case Op.BRANCH_IF:
    case Op.BRANCH_UNLESS_ONCE:
    case Op.BRANCH_IF_ONCE:
    case Op.GETGLOBAL:
    case Op.GETGLOBAL_CELL:
    case Op.CHECK_DEFINED:
    case Op.EVAL:
    case Op.ENTER:
    case Op.STATIC_PARAMETER:
    case Op.HOOK:
      return 3;
    case Op.NEW:
      return 4 + ops[at + 3];
    case Op.FOREIGNCALL:
    case Op.RUNTIME_CALL:
    case Op.STRING_POINTER:
      return 6 + ops[at + 3];
    default:
      return CALL_HEADER + ops[at + 3];
  }
}

/** One thing a call site has learned: for arguments of these types, do this. */
export interface SiteEntry {
  /**
   * Per operand, callee included: 0 no check (the operand is a constant), positive the type it must have, negative the
   * negated reference it must be (types as arguments).
   */
  readonly guards: Int32Array;
  readonly target: Target;
  /** Its copy for the loop: first word of an entry in the code zone. */
  readonly words: number;
}

/** What a call turns out to be. */
export interface Target {
  /** Code to run in a frame of its own, or null for a leaf. */
  readonly code: Code | null;
  /** The MethodInstance called; 0 for builtins. */
  readonly instance: Ref;
  /** A function on slots (builtin, intrinsic, native entry), or null. */
  readonly leaf: SlotFunction | null;
  /** Native code that may switch tasks: only the root task enters it. */
  readonly switching: SlotFunction | null;
  /** The builtin or intrinsic that the leaf is; '' for others. */
  readonly name: string;
  /** What LeafBody says of a field. */
  readonly field: readonly number[] | null;
}

/**
 * An entry of a site as the loop reads it: these words, then one guard for each operand. START is 0 when the target is
 * not code that a plain frame runs; TARGET is its number among `siteTargets` then.
 */
export const Entry = { NEXT: 0, TARGET: 1, START: 2, FRAME_WORDS: 3, INSTANCE: 4, GUARDS: 5 } as const;

/** Targets that entries name by number; a number that is not in use is a null. */
export const siteTargets: (Target | null)[] = [null];
const freeTargets: number[] = [];

/** What one call instruction knows. */
export class Site {
  readonly entries: SiteEntry[] = [];
  /** The plan or other private knowledge of FOREIGNCALL, NEW and quickened instructions. */
  data: unknown = null;
  /** Number of the site whose instruction computes the callee, as `M.f` in `M.f(x)`; -1 if there is none. */
  calleeFrom = -1;
  /** The call's operand of the callee while a constant stands in its place; -1 while none does. */
  replacedCallee = -1;
  /** The sites of the calls of what this one computes. */
  callers: Site[] | null = null;
  readonly code: Code;
  readonly at: number;
  readonly index: number;
  constructor(code: Code, at: number, index: number) {
    this.code = code;
    this.at = at;
    this.index = index;
  }

  /** Remembers one more answer, behind those that are known. */
  add(guards: Int32Array, target: Target): void {
    const length = Entry.GUARDS + guards.length;
    const words = takeWords(length);
    const { code } = target;
    const plain = code !== null && !code.isva;
    const number = plain ? 0 : (freeTargets.pop() ?? siteTargets.length);
    if (!plain) siteTargets[number] = target;
    I32[words + Entry.NEXT] = 0;
    I32[words + Entry.TARGET] = number;
    I32[words + Entry.START] = plain ? code.start : 0;
    I32[words + Entry.FRAME_WORDS] = plain ? code.frameWords : 0;
    I32[words + Entry.INSTANCE] = target.instance;
    I32.set(guards, words + Entry.GUARDS);
    const last = this.entries.at(-1);
    I32[last === undefined ? this.code.headOfSite(this.index) : last.words + Entry.NEXT] = words;
    this.entries.push({ guards, target, words });
  }

  /** Whether all objects that it, or the quick form of its instruction, knows by where they lie are alive. */
  guardsAlive(isAlive: (object: Ref) => boolean): boolean {
    if (this.code.start === 0) return true;
    for (const { guards } of this.entries) {
      for (const guard of guards) if (guard !== 0 && !isAlive(Math.abs(guard) as Ref)) return false;
    }
    const { ops } = this.code;
    switch (ops[this.at]) {
      case Op.GETFIELD:
        return isAlive(ops[this.at + 4] as Ref);
      case Op.ISA:
      case Op.BITCAST_64:
      case Op.RESIZE:
      case Op.POINTER_GET:
      case Op.POINTER_SET:
        return isAlive(ops[this.at + 4] as Ref) && isAlive(ops[this.at + 5] as Ref);
      default:
        return true;
    }
  }

  /** Forgets everything and makes the instruction general again. */
  reset(): void {
    if (this.code.start === 0) return;
    this.forget();
    const { ops } = this.code;
    const op = ops[this.at];
    if (op >= Op.ADD_I64 && !isFused(op)) ops[this.at] = Op.CALL;
    if (this.callers === null) return;
    for (const caller of this.callers) {
      ops[caller.at + CALL_HEADER] = caller.replacedCallee;
      caller.replacedCallee = -1;
      caller.reset();
    }
    this.callers = null;
  }

  /** Where the callee is computed by an instruction that has become a CONSTANT, the constant takes its place. */
  replaceCallee(): void {
    const { ops, sites } = this.code;
    const operand = ops[this.at + CALL_HEADER];
    if (operand < 0 || this.calleeFrom < 0 || this.entries.length > 0) return;
    const source = sites[this.calleeFrom];
    if (ops[source.at] !== Op.CONSTANT || ops[source.at + 1] !== operand) return;
    this.replacedCallee = operand;
    ops[this.at + CALL_HEADER] = -ops[source.at + 4];
    source.callers = [...(source.callers ?? []), this];
  }

  forget(): void {
    for (const { guards, words } of this.entries) {
      const number = I32[words + Entry.TARGET];
      if (number !== 0) {
        siteTargets[number] = null;
        freeTargets.push(number);
      }
      giveBackWords(words, Entry.GUARDS + guards.length);
    }
    this.entries.length = 0;
    I32[this.code.headOfSite(this.index)] = 0;
  }
}

/** What a method does that needs no frame: callers run the leaf instead. */
export interface LeafBody {
  readonly leaf: SlotFunction;
  /** The builtin or intrinsic that gets the arguments in their order; '' if it is something else. */
  readonly name: string;
  /** The constant slots of the names when the body reads a field, or a field of a field, of its only argument. */
  readonly field: readonly number[] | null;
}

/** All decoded code, by id. Id 0 is no code. */
export const codes: Code[] = [];
const freeIds: number[] = [];

export class Code {
  readonly id: number;
  readonly source: CodeInfoRef;
  /** Method, or Module for a toplevel thunk. */
  readonly owner: Ref;
  readonly module: ModuleRef;
  /** First word of the instructions in the code zone; frames name their code by it. 0 until it is placed. */
  start = 0;
  /** The instructions: a view of the code zone. */
  ops: Int32Array = new Int32Array(0);
  /** For each word of `ops`, the statement (from 1) it belongs to. */
  statements: Int32Array = new Int32Array(0);
  /** For each statement (from 1), the instruction to go on with when it throws; -1 when this frame does not catch. */
  handlers: Int32Array = new Int32Array(0);
  /** For each statement that is covered by a try block: the slot in which that block's `enter` noted what to restore. */
  handlerTokens: Int32Array = new Int32Array(0);
  /** Operand of each SSA value (from 1); 0x7fffffff when it has no slot. */
  ssaOperands: Int32Array = new Int32Array(0);
  sites: Site[] = [];
  /** Objects that instructions name by number. */
  objects: Ref[] = [];
  constants: number[] = [];
  frameWords = 0;
  /** Arguments including the callee. */
  nargs = 0;
  isva = false;
  leafBody: LeafBody | null = null;
  /** The variant for frames of an older world: no caches, every lookup in the frame's world. */
  aged: Code | null = null;
  isAged = false;
  constructor(source: CodeInfoRef, owner: Ref, module: ModuleRef) {
    this.source = source;
    this.owner = owner;
    this.module = module;
    const free = freeIds.pop();
    if (free === undefined) {
      this.id = codes.push(this) - 1;
    } else {
      this.id = free;
      codes[free] = this;
    }
  }

  /** Puts the instructions, and the heads of the sites' entries, into the code zone. Frame size and sites are known. */
  place(words: ArrayLike<number>): void {
    const total = Before.WORDS + words.length + this.sites.length;
    const start = takeWords(total) + Before.WORDS;
    this.start = start;
    I32.fill(0, start - Before.WORDS, start - Before.WORDS + total);
    I32.set(words, start);
    I32[start - Before.ID] = this.id;
    I32[start - Before.FRAME_WORDS] = this.frameWords;
    I32[start - Before.HEADS] = start + words.length;
    this.ops = I32.subarray(start, start + words.length);
  }

  /** The word that holds the first entry of a site. */
  headOfSite(index: number): number {
    return this.start + this.ops.length + index;
  }

  /** Gives the place back; nothing may run this code any more. */
  remove(): void {
    if (this.start === 0) return;
    for (const site of this.sites) if (site.code === this) site.forget();
    giveBackWords(this.start - Before.WORDS, Before.WORDS + this.ops.length + this.sites.length);
    this.start = 0;
  }
}

/** What stands in the words before a code's instructions, by distance from them. */
export const Before = { ID: 1, FRAME_WORDS: 2, HEADS: 3, WORDS: 4 } as const;

/** The code whose instructions start at a word of the code zone: what a frame's header names. */
export const codeAt = (start: number): Code => codes[I32[start - Before.ID]];

/** Stands in the table for ids that are not in use. */
const noCode = new Code(0 as CodeInfoRef, 0 as Ref, 0 as ModuleRef);

/** Gives the id of code that no frame can be in any more to the next code. */
export function retireCode(code: Code): void {
  if (code.aged !== null) {
    code.aged.remove();
    codes[code.aged.id] = noCode;
    freeIds.push(code.aged.id);
  }
  code.remove();
  codes[code.id] = noCode;
  freeIds.push(code.id);
}

/** First word of the root task's stack. */
export const STACK_START = CODE_ZONE_END;
/** The root task's stack may grow to here; beyond lies a reserve for handling the overflow itself. */
export const STACK_LIMIT = Math.min((STACKS_START + 0x0800_0000) >>> 2, STACKS_END / 4 - 0x10000);

let nextConstant = CONSTANTS_START;
const byReference = new Map<Ref, number>();

/** A new slot for a constant. */
export function newConstantSlot(): number {
  if (nextConstant >= CONSTANTS_END) throw new Error('too many constants in decoded code');
  const word = nextConstant;
  nextConstant += 4;
  return word;
}

/** The constant slot of an object, shared by all code. The caller fills in a slot that is new. */
export function constantSlot(object: Ref, fill: (word: number) => void): number {
  let word = byReference.get(object);
  if (word === undefined) {
    word = newConstantSlot();
    fill(word);
    byReference.set(object, word);
  }
  return word;
}

registerRoots((visit) => {
  for (let word = CONSTANTS_START; word < nextConstant; word += 4) {
    if (U32[word + 2] === 0 && U32[word] !== 0) visit((U32[word] >>> 3) as Ref);
  }
  for (const object of byReference.keys()) visit(object);
  for (let id = 1; id < codes.length; id++) {
    const code = codes[id];
    if (code === noCode) continue;
    visit(code.source);
    visit(code.owner);
    for (const object of code.objects) if (object !== 0) visit(object);
    for (const site of code.sites) {
      for (const { target } of site.entries) if (target.instance !== 0) visit(target.instance);
    }
  }
});
