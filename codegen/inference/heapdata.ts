// Reading code from the heap: the parts of CodeInfo, Expr and the other node types that inference and emission look at.

import { U8 } from '../../ffi/region.ts';
import {
  type ArrayRef,
  type CodeInfoRef,
  type Ref,
  readRef,
  readU8,
  readWide,
  type SvecRef,
  type SymbolRef,
  typeOf,
} from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import { datatype, nothing } from '../../interpreter/memory/wellknown.ts';
import { symbolName } from '../../interpreter/runtime/symbols.ts';
import { arrayBits, arrayGetRef, arrayLength, svecGet, svecLength } from '../../interpreter/runtime/values.ts';

/** The node types of lowered code. */
export const Node = {
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
} as const;

export const headOf = (expr: Ref): string => symbolName(readRef<SymbolRef>(expr, objects.Expr.head));
export const isExpr = (value: Ref, head: string): boolean => typeOf(value) === Node.Expr && headOf(value) === head;

export function arrayToList(array: ArrayRef): Ref[] {
  const list: Ref[] = [];
  for (let i = 0, n = arrayLength(array); i < n; i++) list.push(arrayGetRef(array, i));
  return list;
}

export const argsOf = (expr: Ref): Ref[] => arrayToList(readRef<ArrayRef>(expr, objects.Expr.args));

export function svecToArray(svec: SvecRef): Ref[] {
  const list: Ref[] = [];
  for (let i = 0, n = svecLength(svec); i < n; i++) list.push(svecGet(svec, i));
  return list;
}

export const ssaId = (node: Ref): number => readWide(node, objects.SSAValue.id);
export const slotId = (node: Ref): number => readWide(node, objects.SlotNumber.id);
export const gotoLabel = (node: Ref): number => readWide(node, objects.GotoNode.label);

/** What a `catch` covers: for each statement (from 1) the innermost `enter` that catches, 0 for none. */
export interface Body {
  readonly source: CodeInfoRef;
  /** Statement `i` is at `statements[i]`; index 0 is unused. */
  readonly statements: readonly Ref[];
  readonly slotCount: number;
  readonly slotNames: readonly Ref[];
  readonly slotFlags: readonly number[];
  readonly nargs: number;
  readonly isva: boolean;
  /** For each statement, the `enter` statements that are open there, outermost first; undefined where unreachable. */
  readonly open: readonly (readonly number[] | undefined)[];
  /** For each statement, the `enter` whose exception is being handled there; 0: none. */
  readonly caught: readonly number[];
  /** Statements that something jumps to. */
  readonly targets: ReadonlySet<number>;
  /** For each statement, the first one of its basic block. */
  readonly blockOf: readonly number[];
  /** For each SSA value, the blocks of the statements that use it, its own left out. */
  readonly users: ReadonlyMap<number, readonly number[]>;
  /** For each statement, whether nothing uses its value. */
  readonly isUnused: readonly boolean[];
  /** Slots with more than one assignment, or an argument slot with any. */
  readonly assigned: ReadonlyMap<number, readonly number[]>;
  readonly inlining: 'always' | 'never' | 'undecided';
  readonly propagatesInbounds: boolean;
  readonly hasTry: boolean;
  /** For each statement whether an `@inbounds` block is open there. */
  readonly inbounds: readonly boolean[];
  /** For each statement, what its author promises of its effects. */
  readonly promises: readonly number[];
}

const bodies = new Map<CodeInfoRef, Body>();

/** The body of a CodeInfo, gathered once. */
export function bodyOf(source: CodeInfoRef): Body {
  let body = bodies.get(source);
  if (body === undefined) {
    body = gather(source);
    bodies.set(source, body);
  }
  return body;
}

function gather(source: CodeInfoRef): Body {
  const statements = [0 as Ref, ...arrayToList(readRef<ArrayRef>(source, objects.CodeInfo.code))];
  const slotNames = arrayToList(readRef<ArrayRef>(source, objects.CodeInfo.slotnames));
  const targets = new Set<number>();
  const assigned = new Map<number, number[]>();
  let inlining: Body['inlining'] = 'undecided';
  let propagatesInbounds = readU8(source, objects.CodeInfo.propagate_inbounds) !== 0;
  const setting = readU8(source, objects.CodeInfo.inlining);
  if (setting === 1) inlining = 'always';
  if (setting === 2) inlining = 'never';
  const inbounds: boolean[] = [false];
  let inboundsDepth: boolean[] = [];
  let hasTry = false;
  for (let i = 1; i < statements.length; i++) {
    const statement = statements[i];
    inbounds.push(inboundsDepth.at(-1) ?? false);
    switch (typeOf(statement)) {
      case Node.GotoNode:
        targets.add(gotoLabel(statement));
        break;
      case Node.GotoIfNot:
        targets.add(readWide(statement, objects.GotoIfNot.dest));
        break;
      case Node.EnterNode:
        hasTry = true;
        if (readWide(statement, objects.EnterNode.catch_dest) !== 0)
          targets.add(readWide(statement, objects.EnterNode.catch_dest));
        break;
      case Node.NewvarNode:
        note(assigned, slotId(readRef(statement, objects.NewvarNode.slot)), i);
        break;
      case Node.Expr: {
        const head = headOf(statement);
        const args = argsOf(statement);
        if (head === '=' && typeOf(args[0]) === Node.SlotNumber) note(assigned, slotId(args[0]), i);
        if (head === 'meta') {
          for (const arg of args) {
            if (typeOf(arg) !== datatype('Symbol')) continue;
            const name = symbolName(arg as SymbolRef);
            if (name === 'inline') inlining = 'always';
            if (name === 'noinline') inlining = 'never';
            if (name === 'propagate_inbounds') propagatesInbounds = true;
          }
        }
        if (head === 'inbounds') {
          const what = args[0];
          if (what !== undefined && typeOf(what) === datatype('Bool'))
            inboundsDepth = [...inboundsDepth, U8[what * 8] !== 0];
          else inboundsDepth = inboundsDepth.slice(0, -1);
        }
        break;
      }
      default:
    }
  }
  const { open, caught } = openTries(statements);
  const blockOf = basicBlocks(statements, targets);
  return {
    source,
    statements,
    slotCount: slotNames.length,
    slotNames,
    slotFlags: slotFlags(readRef(source, objects.CodeInfo.slotflags), slotNames.length),
    nargs: readWide(source, objects.CodeInfo.nargs),
    isva: readU8(source, objects.CodeInfo.isva) !== 0,
    open,
    caught,
    targets,
    blockOf,
    ...usersOf(statements, blockOf),
    assigned,
    inlining,
    propagatesInbounds,
    hasTry,
    inbounds,
    promises: promisesOf(source, statements.length),
  };
}

/** Bits of a statement's flags below those of its promises. */
const FLAG_BITS = 3;

function promisesOf(source: CodeInfoRef, count: number): number[] {
  const flags = readRef<ArrayRef>(source, objects.CodeInfo.ssaflags);
  const promises = new Array<number>(count).fill(0);
  // Before vectors of bits exist, code has no promises.
  if (typeOf(flags) === datatype('String') || flags === nothing) return promises;
  const words = arrayBits(flags, 4);
  for (let i = 1, n = Math.min(count - 1, words.length); i <= n; i++) promises[i] = words[i - 1] >>> FLAG_BITS;
  return promises;
}

function note(map: Map<number, number[]>, slot: number, at: number): void {
  const list = map.get(slot);
  if (list === undefined) map.set(slot, [at]);
  else list.push(at);
}

function slotFlags(flags: Ref, count: number): number[] {
  if (flags === nothing) return new Array<number>(count).fill(0);
  if (typeOf(flags) !== datatype('String')) return Array.from(arrayBits(flags as ArrayRef, 1).subarray(0, count));
  const at = flags * 8 + 8;
  return Array.from(U8.subarray(at, at + count));
}

/** How many `enter`s a `leave` closes. */
export function leaveCount(statement: Ref): number {
  return argsOf(statement).filter((arg) => arg !== nothing).length;
}

/** The first statement of the basic block of each statement. */
function basicBlocks(statements: readonly Ref[], targets: ReadonlySet<number>): number[] {
  const blockOf: number[] = [0];
  let starts = true;
  for (let i = 1; i < statements.length; i++) {
    blockOf.push(starts || targets.has(i) ? i : blockOf[i - 1]);
    const type = typeOf(statements[i]);
    starts = type === Node.GotoNode || type === Node.GotoIfNot || type === Node.ReturnNode || type === Node.EnterNode;
  }
  return blockOf;
}

function usersOf(
  statements: readonly Ref[],
  blockOf: readonly number[],
): { users: Map<number, number[]>; isUnused: boolean[] } {
  const isUnused = statements.map((statement, i) => i > 0 && !isExpr(statement, '='));
  const users = new Map<number, number[]>();
  const visit = (value: Ref, block: number): void => {
    switch (typeOf(value)) {
      case Node.SSAValue: {
        const id = ssaId(value);
        isUnused[id] = false;
        if (blockOf[id] === block) return;
        const known = users.get(id);
        if (known === undefined) users.set(id, [block]);
        else if (!known.includes(block)) known.push(block);
        return;
      }
      case Node.Expr:
        for (const arg of argsOf(value)) if (arg !== 0) visit(arg, block);
        return;
      case Node.GotoIfNot:
        visit(readRef(value, objects.GotoIfNot.cond), block);
        return;
      case Node.ReturnNode: {
        const returned = readRef(value, objects.ReturnNode.val);
        if (returned !== 0) visit(returned, block);
        return;
      }
      case Node.EnterNode: {
        const scope = readRef(value, objects.EnterNode.scope);
        if (scope !== 0) visit(scope, block);
        return;
      }
      default:
    }
  };
  for (let i = 1; i < statements.length; i++) visit(statements[i], blockOf[i]);
  return { users, isUnused };
}

interface Tries {
  readonly open: (readonly number[] | undefined)[];
  readonly caught: number[];
}

function openTries(statements: readonly Ref[]): Tries {
  const open = new Array<readonly number[] | undefined>(statements.length + 1).fill(undefined);
  const caught = new Array<number>(statements.length + 1).fill(0);
  const work: { at: number; stack: readonly number[]; handled: readonly number[] }[] = [
    { at: 1, stack: [], handled: [] },
  ];
  for (let item = work.pop(); item !== undefined; item = work.pop()) {
    let { at, stack, handled } = item;
    while (at < statements.length && open[at] === undefined) {
      open[at] = stack;
      caught[at] = handled.at(-1) ?? 0;
      const statement = statements[at];
      const type = typeOf(statement);
      if (type === Node.GotoNode) {
        at = gotoLabel(statement);
        continue;
      }
      if (type === Node.ReturnNode) break;
      if (type === Node.GotoIfNot) work.push({ at: readWide(statement, objects.GotoIfNot.dest), stack, handled });
      else if (type === Node.EnterNode) {
        const dest = readWide(statement, objects.EnterNode.catch_dest);
        if (dest !== 0) work.push({ at: dest, stack, handled: [...handled, at] });
        stack = [...stack, at];
      } else if (isExpr(statement, 'leave')) stack = stack.slice(0, stack.length - leaveCount(statement));
      else if (isExpr(statement, 'pop_exception')) handled = handled.slice(0, -1);
      at++;
    }
  }
  return { open, caught };
}
