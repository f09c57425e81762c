// Between the JavaScript side and the heap: syntax and lowered code become Julia objects (an Expr that a macro receives,
// a CodeInfo that runs), and Julia objects become syntax (what a macro returns).
//
// Objects that have no counterpart in the syntax travel as HeapValue and keep their identity.

import { F64, U32 } from '../../ffi/region.ts';
import { AnyVector } from '../lowering/anyvector.ts';
import { templateCode } from '../lowering/closuretemplate.ts';
import { allocate } from '../memory/heap.ts';
import {
  type CodeInfoRef,
  type ExprRef,
  type ModuleRef as HeapModule,
  type Ref,
  readRef,
  readWide,
  type StringRef,
  type SymbolRef,
  typeOf,
  writeRef,
  writeU8,
  writeU16,
  writeWide,
} from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { root } from '../memory/roots.ts';
import {
  ArrayAnyType,
  BaseModule,
  CoreModule,
  datatype,
  falseValue,
  MainModule,
  nothing,
  trueValue,
} from '../memory/wellknown.ts';
import { getBinding, globalValue, WORLD_MAX } from '../runtime/bindings.ts';
import { modulePath } from '../runtime/modules.ts';
import { symbol, symbolName } from '../runtime/symbols.ts';
import {
  arrayGetRef,
  arrayLength,
  boxBigInt64,
  boxBits,
  boxFloat64,
  boxInt64,
  string,
  stringOfBytes,
  stringText,
  vectorAny,
} from '../runtime/values.ts';
import {
  Expr,
  GlobalRef,
  HeapValue,
  LineNumberNode,
  Literal,
  type LiteralType,
  ModuleRef,
  QuoteNode,
  Sym,
  type Syntax,
  sym,
} from '../syntax/expr.ts';
import {
  type CodeInfo,
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
  type Statement,
  UpsilonNode,
} from './code.ts';
import { debugInfo } from './debuginfo.ts';

let bigIntOf: (value: bigint) => Ref = () => {
  throw new Error('a BigInt literal needs the library');
};

/** Installs how a BigInt is made: it is a type of the library, not of the runtime. */
export function setBigIntMaker(maker: (value: bigint) => Ref): void {
  bigIntOf = maker;
}

const literalBytes: Record<Exclude<LiteralType, 'BigInt'>, number> = {
  Int8: 1,
  UInt8: 1,
  Int16: 2,
  UInt16: 2,
  Float16: 2,
  Int32: 4,
  UInt32: 4,
  Float32: 4,
  Char: 4,
  UInt64: 8,
  Int128: 16,
  UInt128: 16,
};

function literalToHeap(literal: Literal): Ref {
  if (literal.type === 'BigInt') return bigIntOf(literal.value);
  const bytes = literalBytes[literal.type];
  const bits = BigInt.asUintN(128, literal.value);
  const low = Number(bits & 0xffffffffn);
  const high = Number((bits >> 32n) & 0xffffffffn);
  if (bytes <= 8) return boxBits(datatype(literal.type), bytes, low, high);
  const object = allocate(datatype(literal.type), 16);
  U32[object << 1] = low;
  U32[(object << 1) + 1] = high;
  U32[(object << 1) + 2] = Number((bits >> 64n) & 0xffffffffn);
  U32[(object << 1) + 3] = Number(bits >> 96n);
  return object;
}

function int64Node(type: 'SSAValue' | 'SlotNumber' | 'GotoNode', value: number): Ref {
  const node = allocate(datatype(type), 8);
  U32[node << 1] = value;
  return node;
}

/** Makes the Julia object for a piece of syntax or lowered code. */
export function toHeap(value: Syntax | Statement): Ref {
  if (value === null || value === undefined) return nothing;
  switch (typeof value) {
    case 'boolean':
      return value ? trueValue : falseValue;
    case 'number':
      return boxFloat64(value);
    case 'bigint':
      return boxBigInt64(value);
    case 'string':
      return string(value);
    default:
  }
  if (value instanceof Sym) return symbol(value.name);
  if (value instanceof AnyVector) return vectorAny(value.args.map(toHeap));
  if (value instanceof Expr) return exprToHeap(value);
  if (value instanceof SSAValue) return int64Node('SSAValue', value.id);
  if (value instanceof SlotNumber) return int64Node('SlotNumber', value.id);
  if (value instanceof GlobalRef)
    return readRef(getBinding(moduleOf(value.module), symbol(value.name.name)), objects.Binding.globalref);
  if (value instanceof QuoteNode) {
    const inner = toHeap(value.value);
    const node = allocate(datatype('QuoteNode'), 8);
    writeRef(node, objects.QuoteNode.value, inner);
    return node;
  }
  if (value instanceof LineNumberNode) {
    const node = allocate(datatype('LineNumberNode'), 16);
    writeWide(node, objects.LineNumberNode.line, value.line);
    writeRef(node, objects.LineNumberNode.file, value.file === null ? nothing : symbol(value.file.name));
    return node;
  }
  if (value instanceof Literal) return literalToHeap(value);
  if (value instanceof HeapValue) return value.ref as Ref;
  if (value instanceof ModuleRef) return moduleOf(value);
  if (value instanceof GotoNode) return int64Node('GotoNode', value.label);
  if (value instanceof GotoIfNot) {
    const condition = toHeap(value.condition);
    const node = allocate(datatype('GotoIfNot'), 16);
    writeRef(node, objects.GotoIfNot.cond, condition);
    writeWide(node, objects.GotoIfNot.dest, value.dest);
    return node;
  }
  if (value instanceof ReturnNode) {
    const node = allocate(datatype('ReturnNode'), 8);
    if (value.value !== undefined) writeRef(node, objects.ReturnNode.val, toHeap(value.value));
    return node;
  }
  if (value instanceof EnterNode) {
    const node = allocate(datatype('EnterNode'), 16);
    writeWide(node, objects.EnterNode.catch_dest, value.catchDest);
    if (value.scope !== undefined) writeRef(node, objects.EnterNode.scope, toHeap(value.scope));
    return node;
  }
  if (value instanceof NewvarNode) {
    const slot = toHeap(value.slot);
    const node = allocate(datatype('NewvarNode'), 8);
    writeRef(node, objects.NewvarNode.slot, slot);
    return node;
  }
  if (value instanceof PiNode) {
    const parts = [toHeap(value.value), toHeap(value.type)];
    const node = allocate(datatype('PiNode'), objects.PiNode.$size);
    writeRef(node, objects.PiNode.val, parts[0]);
    writeRef(node, objects.PiNode.typ, parts[1]);
    return node;
  }
  if (value instanceof UpsilonNode) {
    const stored = value.value === undefined ? (0 as Ref) : toHeap(value.value);
    const node = allocate(datatype('UpsilonNode'), objects.UpsilonNode.$size);
    writeRef(node, objects.UpsilonNode.val, stored);
    return node;
  }
  if (value instanceof PhiNode) {
    const edges = int32sMaker(value.edges);
    const values = vectorAny(value.values.map((x) => (x === undefined ? (0 as Ref) : toHeap(x))));
    const node = allocate(datatype('PhiNode'), objects.PhiNode.$size);
    writeRef(node, objects.PhiNode.edges, edges);
    writeRef(node, objects.PhiNode.values, values);
    return node;
  }
  if (value instanceof PhiCNode) {
    const values = vectorAny(value.values.map(toHeap));
    const node = allocate(datatype('PhiCNode'), objects.PhiCNode.$size);
    writeRef(node, objects.PhiCNode.values, values);
    return node;
  }
  // Evaluating may collect garbage, and this must not: see runtime/irscript.ts, which does it before.
  if (value instanceof SourceValue || value instanceof InvokeTarget) {
    throw new Error('a value that is given by its source has not been evaluated');
  }
  return codeInfoToHeap(value);
}

/** The module that the parser or the lowering names by path only (Core, Base, Main), or the one it was given. */
export function moduleOf(module: ModuleRef): HeapModule {
  if (module.ref !== 0) return asModule(module.ref);
  switch (module.path) {
    case 'Core':
      return CoreModule;
    case 'Base':
      return BaseModule;
    case 'Main':
      return MainModule;
    default:
      return namedModule(module.path);
  }
}

/** The module that a path names, starting at Main, Base or Core. */
function namedModule(path: string): HeapModule {
  const [first, ...rest] = path.split('.');
  let module: Ref = first === 'Core' ? CoreModule : first === 'Base' ? BaseModule : MainModule;
  for (const name of first === 'Core' || first === 'Base' || first === 'Main' ? rest : [first, ...rest]) {
    module = globalValue(asModule(module), symbol(name));
    if (module === 0 || typeOf(module) !== datatype('Module')) {
      throw new Error(`the module ${path} has no object in this heap`);
    }
  }
  return asModule(module);
}
const asModule = (ref: number) => ref as HeapModule;

function exprToHeap(expr: Expr): ExprRef {
  const args = vectorAny(expr.args.map(toHeap));
  const object = allocate(datatype('Expr'), 16) as ExprRef;
  writeRef(object, objects.Expr.head, symbol(expr.head));
  writeRef(object, objects.Expr.args, args);
  return object;
}

/** A new Expr from parts that are in the heap already. */
export function makeExpr(head: string, args: readonly Ref[]): ExprRef {
  const object = allocate(datatype('Expr'), 16) as ExprRef;
  writeRef(object, objects.Expr.head, symbol(head));
  writeRef(object, objects.Expr.args, vectorAny(args));
  return object;
}

/** Makes the CodeInfo object of a lowered body. */
export function codeInfoToHeap(code: CodeInfo): CodeInfoRef {
  const info = allocate(datatype('CodeInfo'), objects.CodeInfo.$size) as CodeInfoRef;
  writeRef(info, objects.CodeInfo.code, vectorAny(code.code.map(toHeap)));
  writeRef(info, objects.CodeInfo.debuginfo, debugInfo(code.places));
  const { ssavaluetypes, slottypes } = code;
  writeRef(
    info,
    objects.CodeInfo.ssavaluetypes,
    ssavaluetypes === null ? boxInt64(code.code.length) : vectorAny(ssavaluetypes.map(toHeap)),
  );
  writeRef(info, objects.CodeInfo.ssaflags, vectorOfWords(code.ssaflags));
  writeRef(info, objects.CodeInfo.slotnames, vectorAny(code.slotnames.map((name) => symbol(name.name))));
  writeRef(info, objects.CodeInfo.slotflags, vectorOfBytes(code.slotflags));
  writeRef(info, objects.CodeInfo.slottypes, slottypes === null ? nothing : vectorAny(slottypes.map(toHeap)));
  writeRef(info, objects.CodeInfo.rettype, code.rettype === undefined ? datatype('Any') : toHeap(code.rettype));
  writeRef(info, objects.CodeInfo.parent, nothing);
  writeRef(info, objects.CodeInfo.edges, nothing);
  writeWide(info, objects.CodeInfo.min_world, code.worlds === null ? 1 : Number(code.worlds.min));
  writeWide(
    info,
    objects.CodeInfo.max_world,
    code.worlds === null || code.worlds.max >= BigInt(WORLD_MAX) ? WORLD_MAX : Number(code.worlds.max),
  );
  writeRef(info, objects.CodeInfo.method_for_inference_limit_heuristics, nothing);
  writeWide(info, objects.CodeInfo.nargs, code.nargs);
  writeU8(info, objects.CodeInfo.propagate_inbounds, code.propagateInbounds ? 1 : 0);
  writeU8(info, objects.CodeInfo.has_fcall, code.hasFcall ? 1 : 0);
  writeU8(info, objects.CodeInfo.nospecializeinfer, code.nospecializeinfer ? 1 : 0);
  writeU8(info, objects.CodeInfo.isva, code.isva ? 1 : 0);
  writeU8(info, objects.CodeInfo.inlining, code.inlining);
  writeU8(info, objects.CodeInfo.constprop, code.constprop);
  writeU16(info, objects.CodeInfo.purity, code.purity);
  writeU16(info, objects.CodeInfo.inlining_cost, code.inliningCost);
  return info;
}

/** Vectors of bits are built by the array support once Array{T,1} types exist; until then as strings of bytes. */
let vectorOfBytesMaker: (values: readonly number[]) => Ref = (values) => stringOfBytes(Uint8Array.from(values));
let vectorOfWordsMaker: (values: readonly number[]) => Ref = (values) =>
  stringOfBytes(new Uint8Array(Uint32Array.from(values).buffer));

let int32sMaker: (values: readonly number[]) => Ref = vectorOfWordsMaker;

/** Installs the makers of Vector{UInt8}, Vector{UInt32} and Vector{Int32}. */
export function setBitsVectorMakers(
  bytes: (values: readonly number[]) => Ref,
  words: (values: readonly number[]) => Ref,
  int32s: (values: readonly number[]) => Ref,
): void {
  vectorOfBytesMaker = bytes;
  vectorOfWordsMaker = words;
  int32sMaker = int32s;
}
const vectorOfBytes = (values: readonly number[]) => vectorOfBytesMaker(values);
const vectorOfWords = (values: readonly number[]) => vectorOfWordsMaker(values);

const literalTypes = new Map<Ref, LiteralType>(
  (
    [
      'Int8',
      'Int16',
      'Int32',
      'Int128',
      'UInt8',
      'UInt16',
      'UInt32',
      'UInt64',
      'UInt128',
      'Float32',
      'Float16',
      'Char',
    ] as const
  ).map((name) => [datatype(name), name]),
);

function literalFromHeap(object: Ref, type: LiteralType): Literal {
  const word = object << 1;
  const low = BigInt(U32[word]);
  switch (type) {
    case 'Int8':
      return new Literal(type, BigInt.asIntN(8, low));
    case 'UInt8':
      return new Literal(type, low & 0xffn);
    case 'Int16':
      return new Literal(type, BigInt.asIntN(16, low));
    case 'UInt16':
    case 'Float16':
      return new Literal(type, low & 0xffffn);
    case 'Int32':
      return new Literal(type, BigInt.asIntN(32, low));
    case 'UInt32':
    case 'Float32':
    case 'Char':
      return new Literal(type, low);
    case 'UInt64':
      return new Literal(type, low | (BigInt(U32[word + 1]) << 32n));
    default: {
      const bits =
        low | (BigInt(U32[word + 1]) << 32n) | (BigInt(U32[word + 2]) << 64n) | (BigInt(U32[word + 3]) << 96n);
      return new Literal(type, type === 'Int128' ? BigInt.asIntN(128, bits) : bits);
    }
  }
}

const EXPR = datatype('Expr');

// A part of `Expr(:lambda, ...)`: Vector{Any}s are converted with all they hold.
function treeFromHeap(object: Ref): Syntax {
  if (typeOf(object) !== ArrayAnyType) return fromHeap(object);
  const array = object as import('../memory/layout.ts').ArrayRef;
  return new AnyVector(Array.from({ length: arrayLength(array) }, (_, i) => treeFromHeap(arrayGetRef(array, i))));
}

/** The source of a method: a CodeInfo, made from `Expr(:lambda, ...)` where a definition built one. */
export function methodSource(source: Ref): CodeInfoRef {
  if (typeOf(source) !== EXPR) return source as CodeInfoRef;
  return codeInfoToHeap(templateCode(fromHeap(source) as Expr));
}

/** Reads a Julia object back as syntax. What has no counterpart becomes a rooted HeapValue. */
export function fromHeap(object: Ref): Syntax {
  if (object === nothing) return null;
  if (object === trueValue) return true;
  if (object === falseValue) return false;
  const type = typeOf(object);
  switch (type) {
    case datatype('Symbol'):
      return sym(symbolName(object as SymbolRef));
    case EXPR: {
      const args = readRef<import('../memory/layout.ts').ArrayRef>(object, objects.Expr.args);
      const head = symbolName(readRef<SymbolRef>(object, objects.Expr.head));
      const result: Syntax[] = [];
      for (let i = 0, n = arrayLength(args); i < n; i++) {
        const arg = arrayGetRef(args, i);
        // the vectors of a function as a tree are part of the tree; any other vector is a value
        result.push(arg === 0 ? new HeapValue(0) : head === 'lambda' ? treeFromHeap(arg) : fromHeap(arg));
      }
      return new Expr(head, result);
    }
    case datatype('Int64'):
      return BigInt.asIntN(64, BigInt(U32[object << 1]) | (BigInt(U32[(object << 1) + 1]) << 32n));
    case datatype('Float64'):
      return F64[object];
    case datatype('String'):
      return stringText(object as StringRef);
    case datatype('QuoteNode'):
      return new QuoteNode(fromHeap(readRef(object, objects.QuoteNode.value)));
    case datatype('LineNumberNode'): {
      const file = readRef(object, objects.LineNumberNode.file);
      const isSymbol = file !== 0 && typeOf(file) === datatype('Symbol');
      return new LineNumberNode(
        readWide(object, objects.LineNumberNode.line),
        isSymbol ? sym(symbolName(file as SymbolRef)) : null,
      );
    }
    case datatype('GlobalRef'): {
      const module = readRef<HeapModule>(object, objects.GlobalRef.mod);
      return new GlobalRef(
        new ModuleRef(modulePath(module), module),
        sym(symbolName(readRef<SymbolRef>(object, objects.GlobalRef.name))),
      );
    }
    case datatype('Module'): {
      const module = asModule(object);
      return new ModuleRef(modulePath(module), module);
    }
    case datatype('SSAValue'):
      return new SSAValue(readWide(object, objects.SSAValue.id));
    case datatype('SlotNumber'):
      return new SlotNumber(readWide(object, objects.SlotNumber.id));
    default: {
      const literal = literalTypes.get(type);
      return literal === undefined ? new HeapValue(root(object)) : literalFromHeap(object, literal);
    }
  }
}
