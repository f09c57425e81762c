// Equality of syntax and code by their parts.
//
// Objects of the heap are equal when `sameObject` says so; unless told otherwise, when they are the same object.

import { AnyVector } from '../lowering/anyvector.ts';
import {
  Expr,
  GlobalRef,
  HeapValue,
  LineNumberNode,
  Literal,
  ModuleRef,
  QuoteNode,
  Sym,
  type Syntax,
} from '../syntax/expr.ts';
import {
  CodeInfo,
  EnterNode,
  GotoIfNot,
  GotoNode,
  InvokeTarget,
  NewvarNode,
  PhiCNode,
  PhiNode,
  PiNode,
  ReturnNode,
  SlotNumber,
  SourceValue,
  SSAValue,
  UpsilonNode,
} from './code.ts';

type Part = Syntax | undefined;
type SameObject = (a: HeapValue, b: HeapValue) => boolean;

/** Are the two the same, part by part? */
export function equalSyntax(a: Part, b: Part, sameObject: SameObject = (x, y) => x.ref === y.ref): boolean {
  return difference(a, b, sameObject) === undefined;
}

/** Where two values differ first, as a path of fields; undefined if nowhere. */
export function difference(a: Part, b: Part, sameObject: SameObject = (x, y) => x.ref === y.ref): string | undefined {
  if (Object.is(a, b)) return undefined;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return '';
  if (a.constructor !== b.constructor) return '';
  if (a instanceof Sym) return '';
  if (a instanceof HeapValue && b instanceof HeapValue) return sameObject(a, b) ? undefined : '';
  if (a instanceof ModuleRef && b instanceof ModuleRef) return a.path === b.path ? undefined : '.path';
  for (const [name, left, right] of parts(a, b)) {
    const inner = differenceOf(left, right, sameObject);
    if (inner !== undefined) return `.${name}${inner}`;
  }
  return undefined;
}

function differenceOf(a: unknown, b: unknown, sameObject: SameObject): string | undefined {
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return '.length';
    for (let i = 0; i < a.length; i++) {
      const inner = differenceOf(a[i], b[i], sameObject);
      if (inner !== undefined) return `[${i + 1}]${inner}`;
    }
    return undefined;
  }
  if (isPlainObject(a) && isPlainObject(b)) {
    return JSON.stringify(a, printable) === JSON.stringify(b, printable) ? undefined : '';
  }
  return difference(a as Part, b as Part, sameObject);
}

const isPlainObject = (x: unknown): x is object =>
  typeof x === 'object' && x !== null && (Object.getPrototypeOf(x) ?? Object.prototype) === Object.prototype;
const printable = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value);

const classes = [
  Expr,
  AnyVector,
  QuoteNode,
  LineNumberNode,
  GlobalRef,
  Literal,
  CodeInfo,
  EnterNode,
  GotoIfNot,
  GotoNode,
  InvokeTarget,
  NewvarNode,
  PhiCNode,
  PhiNode,
  PiNode,
  ReturnNode,
  SlotNumber,
  SourceValue,
  SSAValue,
  UpsilonNode,
];

function parts(a: object, b: object): [string, unknown, unknown][] {
  if (!classes.some((known) => a instanceof known))
    throw new TypeError(`no parts of a ${a.constructor.name} are known`);
  const right = new Map(Object.entries(b));
  return Object.entries(a).map(([name, value]) => [name, value, right.get(name)]);
}
