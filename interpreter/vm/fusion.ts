// Fusing chains of builtins.
//
// In Julia's IR an array access is a chain: read the array's MemoryRef, make a reference to the element, load through it.
// Each link makes an object that only the next one looks at. Where a link has a single use, in the same basic block and
// with nothing in between that could tell the difference, the chain becomes one instruction, whose quick form touches
// the element directly and whose general form does exactly what the chain says (fused.ts). The same goes for a field of a
// field, when the inner one is a struct stored inline.

import { type ArrayRef, type Ref, readRef, readWide, type SymbolRef, typeOf } from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { datatype } from '../memory/wellknown.ts';
import { symbolName } from '../runtime/symbols.ts';
import { arrayGetRef, arrayLength } from '../runtime/values.ts';
import { Op } from './code.ts';

/** What the decoder emits for a fused chain: the instruction and its operands, in the place of the chain's last link. */
export interface FusedChain {
  readonly op: number;
  readonly operands: readonly Ref[];
}

export interface Fusion {
  /** By the statement that ends the chain. */
  readonly fused: Map<number, FusedChain>;
  /** Statements that are part of a chain and emit nothing themselves. */
  readonly absorbed: Set<number>;
  /** By a branch on `not_int` of a Bool: that Bool. */
  readonly negated: Map<number, Ref>;
}

interface Call {
  readonly name: string;
  readonly args: readonly Ref[];
}

/** Intrinsics that may stand between the links of a chain: indices are computed there. */
const ARITHMETIC = new Set(['add_int', 'sub_int', 'mul_int', 'and_int', 'bitcast']);

interface UseFacts {
  readonly uses: Int32Array;
  readonly block: Int32Array;
}

const T = {
  Expr: datatype('Expr'),
  SSAValue: datatype('SSAValue'),
  SlotNumber: datatype('SlotNumber'),
  GlobalRef: datatype('GlobalRef'),
  QuoteNode: datatype('QuoteNode'),
  Symbol: datatype('Symbol'),
  GotoIfNot: datatype('GotoIfNot'),
} as const;

/** Finds the chains of a body. `builtinName` tells which builtin a callee operand is. */
export function findFusions(statements: readonly Ref[], facts: UseFacts, builtinName: (callee: Ref) => string): Fusion {
  const fusion: Fusion = { fused: new Map(), absorbed: new Set(), negated: new Map() };

  const callOf = (statement: number): Call | null => callIn(statements[statement - 1]);

  const callIn = (expr: Ref): Call | null => {
    if (typeOf(expr) !== T.Expr) return null;
    if (symbolName(readRef<SymbolRef>(expr, objects.Expr.head)) !== 'call') return null;
    const list = readRef<ArrayRef>(expr, objects.Expr.args);
    const name = builtinName(calleeOf(arrayGetRef(list, 0)));
    if (name === '') return null;
    const args: Ref[] = [];
    for (let i = 1, n = arrayLength(list); i < n; i++) args.push(arrayGetRef(list, i));
    return { name, args };
  };

  /** The call that a statement makes, even if only to assign its value to a variable. */
  const lastCall = (statement: number): Call | null => {
    const expr = statements[statement - 1];
    if (typeOf(expr) !== T.Expr || symbolName(readRef<SymbolRef>(expr, objects.Expr.head)) !== '=') return callIn(expr);
    const parts = readRef<ArrayRef>(expr, objects.Expr.args);
    return typeOf(arrayGetRef(parts, 0)) === T.SlotNumber ? callIn(arrayGetRef(parts, 1)) : null;
  };

  /** A callee that is an SSA value stands for the GlobalRef that the value reads. */
  const calleeOf = (callee: Ref): Ref => {
    if (typeOf(callee) !== T.SSAValue) return callee;
    const statement = statements[readWide(callee, objects.SSAValue.id) - 1];
    return typeOf(statement) === T.GlobalRef ? statement : callee;
  };

  /** The statement that an operand is the only use of, in the same block as `user`; 0 if it is not so. */
  const onlyUse = (operand: Ref, user: number): number => {
    if (typeOf(operand) !== T.SSAValue) return 0;
    const id = readWide(operand, objects.SSAValue.id);
    return facts.uses[id] === 1 && facts.block[id] === facts.block[user] ? id : 0;
  };

  /** Nothing between two statements has an effect, other than those that are absorbed too. */
  const undisturbed = (from: number, to: number, part: number): boolean => {
    for (let i = from + 1; i < to; i++) {
      if (i === part) continue;
      const statement = statements[i - 1];
      if (typeOf(statement) !== T.Expr) continue;
      if (symbolName(readRef<SymbolRef>(statement, objects.Expr.head)) === 'boundscheck') continue;
      if (!ARITHMETIC.has(callOf(i)?.name ?? '')) return false;
    }
    return true;
  };

  /** A branch on the negation, just before it, of what `===` says. */
  const findNegation = (branch: number): void => {
    const condition = onlyUse(readRef(statements[branch - 1], objects.GotoIfNot.cond), branch);
    if (condition === 0 || condition !== branch - 1) return;
    const negation = callOf(condition);
    if (negation === null || negation.name !== 'not_int' || negation.args.length !== 1) return;
    const [operand] = negation.args;
    if (typeOf(operand) !== T.SSAValue || callOf(readWide(operand, objects.SSAValue.id))?.name !== '===') return;
    fusion.absorbed.add(condition);
    fusion.negated.set(branch, operand);
  };

  for (let i = 1; i <= statements.length; i++) {
    if (typeOf(statements[i - 1]) === T.GotoIfNot) findNegation(i);
    const call = lastCall(i);
    if (call === null) continue;
    if (call.name === 'memoryrefget' || call.name === 'memoryrefset!') {
      const element = onlyUse(call.args[0], i);
      const made = element === 0 ? null : callOf(element);
      if (made === null || made.name !== 'memoryrefnew' || made.args.length !== 3) continue;
      const base = onlyUse(made.args[0], element);
      const read = base === 0 ? null : callOf(base);
      if (read === null) continue;
      // The array's own MemoryRef, or that of a whole Memory.
      const isArray = read.name === 'getfield' && read.args.length === 2 && isQuotedRef(read.args[1]);
      if (!isArray && (read.name !== 'memoryrefnew' || read.args.length !== 1)) continue;
      if (!undisturbed(base, i, element)) continue;
      fusion.absorbed.add(base).add(element);
      const isGet = call.name === 'memoryrefget';
      const operands = [read.args[0], made.args[1], made.args[2], ...call.args.slice(1)];
      const op = isArray ? (isGet ? Op.ARRAY_GET : Op.ARRAY_SET) : isGet ? Op.MEMORY_GET : Op.MEMORY_SET;
      fusion.fused.set(i, { op, operands });
    } else if (call.name === 'getfield' && call.args.length === 2 && isConstantName(call.args[1])) {
      const inner = onlyUse(call.args[0], i);
      const read = inner === 0 ? null : callOf(inner);
      if (read === null || read.name !== 'getfield' || read.args.length !== 2 || !isConstantName(read.args[1]))
        continue;
      if (!undisturbed(inner, i, 0) || fusion.fused.has(inner)) continue;
      fusion.absorbed.add(inner);
      fusion.fused.set(i, { op: Op.GETFIELD_NESTED, operands: [read.args[0], read.args[1], call.args[1]] });
    }
  }
  return fusion;
}

function isQuotedRef(name: Ref): boolean {
  if (typeOf(name) !== T.QuoteNode) return false;
  const value = readRef(name, objects.QuoteNode.value);
  return typeOf(value) === T.Symbol && symbolName(value as SymbolRef) === 'ref';
}

const isConstantName = (name: Ref): boolean => typeOf(name) === T.QuoteNode || typeOf(name) === datatype('Int64');
