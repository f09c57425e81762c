// Types as text: the plain form for error messages of the runtime's own and for debugging, and the canonical form that
// corpora are written in.
//
// Both write applications out (`Array{Int64, 1}`, no aliases). The plain form keeps the variables' names and writes
// `where` as Julia does; the canonical form renames variables T1, T2, ... from the outside in, puts each UnionAll in
// parentheses, and orders the members of unions by their text, so that equal texts mean equal types (of one shape).

import { F64, I32, U8, U32 } from '../../ffi/region.ts';
import { NULL, type Ref, readRef, type StringRef, type SymbolRef, typeOf } from '../memory/layout.ts';
import { Module, TypeName } from '../memory/objects.ts';
import {
  BaseModule,
  CoreModule,
  CPUAddressSpace,
  datatype,
  falseValue,
  MainModule,
  nothing,
  trueValue,
} from '../memory/wellknown.ts';
import { symbolName } from '../runtime/symbols.ts';
import { stringText, unboxInt64 } from '../runtime/values.ts';
import { boxedFieldAt } from './boxedfield.ts';
import {
  AnyType,
  ArrayName,
  Bottom,
  isBits,
  isDataType,
  isInt64,
  isPrimitiveType,
  isSymbol,
  isTupleType,
  isType,
  isTypeVar,
  isUnion,
  isUnionAll,
  isVararg,
  ModuleType,
  nameText,
  param,
  paramCount,
  StringType,
  TupleType,
  typeNameOf,
  unionAllBody,
  unionAllVar,
  unionMembers,
  varargN,
  varargT,
  varLower,
  varName,
  varUpper,
  wrapperOf,
} from './kinds.ts';
import { layoutSize } from './layoutaccess.ts';

interface Writer {
  readonly canonical: boolean;
  readonly names: Map<Ref, string>;
}

/** A type (or parameter) in canonical form. */
export const canonicalText = (t: Ref): string => write(t, { canonical: true, names: new Map() });

/** A type (or parameter) for a reader. */
export const typeText = (t: Ref): string => write(t, { canonical: false, names: new Map() });

const identifier = /^[\p{L}_\p{So}][\p{L}\p{N}_!\p{So}]*$/u;

function qualifiedName(t: Ref): string {
  const singleton = symbolName(readRef<SymbolRef>(typeNameOf(t), TypeName.singletonname));
  const text = nameText(t);
  if (text === `#${singleton}`) {
    // The type of a function with a name.
    const path = modulePath(readRef(typeNameOf(t), TypeName.module), singleton);
    return `typeof(${path === '' ? '' : `${path}.`}${singleton})`;
  }
  const name = identifier.test(text) ? text : `var${JSON.stringify(text)}`;
  const path = modulePath(readRef(typeNameOf(t), TypeName.module), nameText(t));
  return path === '' ? name : `${path}.${name}`;
}

/** Is a name of a module written without the module's name? */
let isBare: (module: Ref, name: string) => boolean = (module) => module === CoreModule || module === MainModule;

/** Tells which names are visible without qualification; those of Core and Main are until told. */
export function setNameVisibility(visible: (module: Ref, name: string) => boolean): void {
  isBare = visible;
}

function modulePath(module: Ref, name: string): string {
  if (module === NULL || isBare(module, name)) return '';
  const parts: string[] = [];
  for (let m = module; m !== MainModule; ) {
    const own = readRef<SymbolRef>(m, Module.name);
    if (own === NULL) break;
    parts.unshift(symbolName(own));
    const parent = readRef(m, Module.parent);
    if (m === CoreModule || m === BaseModule || parent === m || parent === NULL) break;
    m = parent;
  }
  return parts.join('.');
}

function write(t: Ref, w: Writer): string {
  if (t === NULL) return '#undef';
  if (t === Bottom) return 'Union{}';
  if (isDataType(t)) return writeDataType(t, w);
  if (isUnion(t)) {
    const members = unionMembers(t).map((member) => write(member, w));
    if (w.canonical) members.sort();
    return `Union{${members.join(', ')}}`;
  }
  if (isUnionAll(t)) return writeUnionAll(t, w);
  if (isTypeVar(t)) return w.names.get(t) ?? symbolName(varName(t));
  if (isVararg(t)) {
    if (varargT(t) === NULL) return 'Vararg';
    return varargN(t) === NULL
      ? `Vararg{${write(varargT(t), w)}}`
      : `Vararg{${write(varargT(t), w)}, ${write(varargN(t), w)}}`;
  }
  return writeValue(t, w);
}

function writeDataType(t: Ref, w: Writer): string {
  if (t === TupleType) return w.canonical ? 'Tuple{Vararg{Any}}' : 'Tuple';
  const n = paramCount(t);
  if (n === 0) return isTupleType(t) ? 'Tuple{}' : qualifiedName(t);
  const parts: string[] = [];
  for (let i = 0; i < n; i++) parts.push(write(param(t, i), w));
  if (!w.canonical && typeNameOf(t) === ArrayName && (parts[1] === '1' || parts[1] === '2'))
    return `${parts[1] === '1' ? 'Vector' : 'Matrix'}{${parts[0]}}`;
  return `${qualifiedName(t)}{${parts.join(', ')}}`;
}

function writeUnionAll(t: Ref, w: Writer): string {
  const variable = unionAllVar(t);
  const lower = varLower(variable);
  const upper = varUpper(variable);
  if (!w.canonical) {
    const inner = unwrapAll(t);
    // A wrapper is written by its name alone.
    if (isDataType(inner) && wrapperOf(typeNameOf(inner)) === t) return qualifiedName(t === inner ? t : inner);
  }
  const lowerText = lower === Bottom ? '' : write(lower, w);
  const upperText = upper === AnyType ? '' : write(upper, w);
  const old = w.names.get(variable);
  const name = w.canonical ? `T${w.names.size + 1}` : symbolName(varName(variable));
  w.names.set(variable, name);
  const body = write(unionAllBody(t), w);
  if (old === undefined) w.names.delete(variable);
  else w.names.set(variable, old);
  const bounds =
    lowerText !== '' && upperText !== ''
      ? `${lowerText}<:${name}<:${upperText}`
      : lowerText !== ''
        ? `${name}>:${lowerText}`
        : upperText !== ''
          ? `${name}<:${upperText}`
          : name;
  return w.canonical ? `(${body} where ${bounds})` : `${body} where ${bounds}`;
}

function unwrapAll(t: Ref): Ref {
  while (isUnionAll(t)) t = unionAllBody(t);
  return t;
}

/** A value that is a type parameter. */
function writeValue(x: Ref, w: Writer): string {
  const type = typeOf(x);
  if (isInt64(x)) return String(unboxInt64(x));
  if (isSymbol(x)) {
    const text = symbolName(x);
    return identifier.test(text) ? `:${text}` : `Symbol(${JSON.stringify(text)})`;
  }
  if (x === trueValue) return 'true';
  if (x === falseValue) return 'false';
  if (x === nothing) return 'nothing';
  if (x === CPUAddressSpace) return 'Core.CPU';
  if (type === StringType) return JSON.stringify(stringText(x as StringRef));
  if (type === ModuleType) return symbolName(readRef<SymbolRef>(x, Module.name));
  if (isTupleType(type)) {
    const parts: string[] = [];
    for (let i = 0, n = paramCount(type); i < n; i++) parts.push(write(boxedFieldAt(x, i), w));
    return parts.length === 1 ? `(${parts[0]},)` : `(${parts.join(', ')})`;
  }
  if (isPrimitiveType(type) && isBits(type)) return writeBits(x, type);
  return isType(x) ? '' : `${write(type, w)}(…)`;
}

function writeBits(x: Ref, type: Ref): string {
  const size = layoutSize(type);
  if (type === datatype('Float64')) {
    const value = F64[x];
    if (Object.is(value, -0)) return '-0.0';
    return Number.isInteger(value) && Math.abs(value) < 1e16 ? `${value}.0` : String(value).replace('Infinity', 'Inf');
  }
  if (type === datatype('Char')) return `'${String.fromCodePoint(U32[x << 1] >>> 24)}'`;
  if (size > 4)
    return `${nameText(type)}(0x${U32[(x << 1) + 1].toString(16).padStart(8, '0')}${U32[x << 1].toString(16).padStart(8, '0')})`;
  const unsigned = size === 4 ? U32[x << 1] : size === 1 ? U8[x * 8] : U8[x * 8] | (U8[x * 8 + 1] << 8);
  const name = nameText(type);
  if (name.startsWith('U')) return `0x${unsigned.toString(16).padStart(2 * size, '0')}`;
  return name === 'Int32' ? `${I32[x << 1]}` : `${name}(0x${unsigned.toString(16)})`;
}
