// The text of any value without a method of Julia's: what `jl_static_show` prints, and with it Core.show and Core.print.
//
// It calls no Julia code, so it works before Base exists, while an exception is on its way, and on objects that are not
// finished. Names are qualified unless Core exports them, structs are written as `Type(field=value, ...)`, types of
// functions as `typeof(Module.f)`. A value met inside itself is a circular reference; the variables of a UnionAll are written
// without bounds inside it and with them behind its `where`.

import { U8, U32 } from '../../ffi/region.ts';
import {
  type ArrayRef,
  type DataTypeRef,
  type ModuleRef,
  NULL,
  type Ref,
  readRef,
  readWide,
  type StringRef,
  type SvecRef,
  type SymbolRef,
  typeOf,
} from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { Bottom, CoreModule, CPUAddressSpace, datatype, MainModule, nothing } from '../memory/wellknown.ts';
import { continuesName, startsName } from '../syntax/characters.ts';
import { operatorToken } from '../syntax/print-words.ts';
import * as types from '../types/index.ts';
import { machine } from '../vm/frames.ts';
import { setSlot, slotRef } from '../vm/slots.ts';
import { currentWorld, findBinding, isConstKind, isExported, resolutionValue, resolveBinding } from './bindings.ts';
import { elementAt, layoutOfMemory, loadElement } from './builtins/memory.ts';
import { loadField } from './fieldaccess.ts';
import { intrinsicNames } from './intrinsics/names.ts';
import { symbolName } from './symbols.ts';
import { arrayGetRef, arrayLength, stringBytes, stringText, svecGet, svecLength, unboxInt64 } from './values.ts';

/** The values that the one in hand is inside of, innermost first. */
interface Inside {
  readonly value: Ref;
  readonly outer: Inside | null;
}

export const staticText = (value: Ref): string => show(value, null);

function show(value: Ref, inside: Inside | null): string {
  if (value === NULL) return '#<null>';
  let distance = 1;
  for (let each = inside; each !== null; each = each.outer, distance++) {
    if (each.value === value) return `<circular reference @-${distance}>`;
  }
  return showValue(value, { value, outer: inside });
}

const showAll = (values: readonly Ref[], inside: Inside | null): string =>
  values.map((value) => show(value, inside)).join(', ');

/** The value of a field of the runtime's own types. */
const part = (value: Ref, field: Parameters<typeof readRef>[1], inside: Inside): string =>
  show(readRef(value, field), inside);

const unsigned = (value: Ref, bytes: number): string =>
  `0x${Buffer.from(U8.subarray(value * 8, value * 8 + bytes))
    .reverse()
    .toString('hex')}`;

const signed = (value: Ref, bytes: number): bigint => BigInt.asIntN(8 * bytes, BigInt(unsigned(value, bytes)));

const viewOf = (value: Ref): DataView => new DataView(U8.buffer, U8.byteOffset + value * 8);

/** Types whose values have a form of their own. */
const forms = new Map<Ref, (value: Ref, inside: Inside) => string>([
  [datatype('Method'), (value) => signatureText(readRef(value, objects.Method.sig))],
  [datatype('MethodInstance'), instanceText],
  [datatype('TypeName'), (value, at) => `${show(types.unwrapUnionAll(types.wrapperOf(value)), at)}.name`],
  [datatype('SimpleVector'), (value) => `svec(${showAll(elementsOf(value as SvecRef), null)})`],
  [datatype('TypeofVararg'), varargText],
  [datatype('DataType'), dataTypeText],
  [datatype('Union'), (value, at) => `Union{${unionParts(value, at).join(', ')}}`],
  [datatype('UnionAll'), unionAllText],
  [datatype('TypeVar'), variableText],
  [datatype('IntrinsicFunction'), (value) => `#<intrinsic #${U32[value << 1]} ${intrinsicNames[U32[value << 1]]}>`],
  [datatype('Int64'), (value) => String(signed(value, 8))],
  [datatype('Int32'), (value) => `Int32(${signed(value, 4)})`],
  [datatype('Int16'), (value) => `Int16(${signed(value, 2)})`],
  [datatype('Int8'), (value) => `Int8(${signed(value, 1)})`],
  [datatype('UInt64'), (value) => unsigned(value, 8)],
  [datatype('UInt32'), (value) => unsigned(value, 4)],
  [datatype('UInt16'), (value) => unsigned(value, 2)],
  [datatype('UInt8'), (value) => unsigned(value, 1)],
  [datatype('Float64'), (value) => floatText(viewOf(value).getFloat64(0, true), '', (x) => general(x, 17, true))],
  [datatype('Float32'), (value) => floatText(viewOf(value).getFloat32(0, true), '32', singleText)],
  [datatype('Float16'), (value) => floatText(half(value), '16', (x) => `Float16(${general(x, 5, true)})`)],
  [datatype('Bool'), (value) => (U8[value * 8] !== 0 ? 'true' : 'false')],
  [datatype('String'), (value) => `"${escaped(value as StringRef)}"`],
  [datatype('Module'), moduleText],
  [datatype('Symbol'), (value) => `:${nameText(value as SymbolRef)}`],
  [datatype('SSAValue'), (value) => `SSAValue(${readWide(value, objects.SSAValue.id)})`],
  [datatype('GlobalRef'), globalText],
  [datatype('GotoNode'), (value) => `goto ${readWide(value, objects.GotoNode.label)}`],
  [datatype('QuoteNode'), quotedText],
  [datatype('NewvarNode'), (value, at) => `<newvar ${part(value, objects.NewvarNode.slot, at)}>`],
  [
    datatype('LineNumberNode'),
    (value, at) =>
      `#= ${part(value, objects.LineNumberNode.file, at)}:${readWide(value, objects.LineNumberNode.line)} =#`,
  ],
  [datatype('Expr'), exprText],
]);

function showValue(value: Ref, inside: Inside): string {
  if (value === Bottom) return 'Union{}';
  if (value === types.wrapperOf(types.TypeTypeName)) return 'Type';
  if (value === nothing) return 'nothing';
  const type = typeOf(value);
  const form = forms.get(type);
  if (form !== undefined) return form(value, inside);
  const name = types.typeNameOf(type);
  if (name === types.ArrayName) return arrayText(value, type, inside);
  if (name === types.GenericMemoryName) return memoryText(value, type, inside);
  if (name === types.GenericMemoryRefName) return memoryRefText(value, inside);
  const known = coreForms.get(symbolName(readRef<SymbolRef>(name, objects.TypeName.name)));
  if (known !== undefined && moduleOf(type) === CoreModule) return known(value, inside);
  if (isFunctionType(type) && isGlobalOf(value, type)) return functionName(type, inside);
  return structText(value, type, inside);
}

/** Exceptions of Core that have a form of their own. */
const coreForms = new Map<string, (value: Ref, inside: Inside) => string>([
  ['ErrorException', (value, at) => `ErrorException(${fieldText(value, 0, at)})`],
  [
    'LoadError',
    (value, at) =>
      `LoadError(at ${fieldText(value, 0, at)} line ${fieldText(value, 1, at)}: ${fieldText(value, 2, at)})`,
  ],
]);

// Names.

const isName = (text: string): boolean =>
  [...text].every((character, i) => (i === 0 ? startsName : continuesName)(character.codePointAt(0) ?? 0)) &&
  text !== '';

const quotedOperators = new Set([':', '::', ':=', '=', '==', '===', '=>', '`']);
const isOperatorName = (text: string): boolean => operatorToken(text) !== null || text === 'isa' || text === 'in';

function nameText(name: SymbolRef): string {
  const text = symbolName(name);
  if (isName(text) || (isOperatorName(text) && !quotedOperators.has(text))) return text;
  return `var"${text.replace(/(\\*)("|$)/g, (_, slashes: string, stop: string) => slashes + slashes + (stop === '' ? '' : '\\"'))}"`;
}

function moduleText(module: Ref, inside: Inside | null): string {
  const name = nameText(readRef<SymbolRef>(module, objects.Module.name));
  const parent = readRef(module, objects.Module.parent);
  return parent !== module && parent !== MainModule ? `${show(parent, inside)}.${name}` : name;
}

const moduleOf = (type: Ref): ModuleRef => readRef<ModuleRef>(types.typeNameOf(type), objects.TypeName.module);

/** A name with its module in front of it, unless Core exports it. */
function qualified(module: ModuleRef, name: SymbolRef, isFunction: boolean, inside: Inside): string {
  const binding = module === CoreModule ? findBinding(module, name) : 0;
  if (binding !== 0 && isExported(binding)) return nameText(name);
  const startsAsName = startsName(symbolName(name).codePointAt(0) ?? 0);
  const text = isFunction && !startsAsName ? `:(${nameText(name)})` : nameText(name);
  return `${show(module, inside)}.${text}`;
}

const singletonName = (type: Ref): SymbolRef =>
  readRef<SymbolRef>(types.typeNameOf(type), objects.TypeName.singletonname);

/** Is `value` a type whose instance, or an instance that, is the constant of its type's singleton name? */
function isGlobalOf(value: Ref, type: Ref): boolean {
  const name = singletonName(type);
  const module = moduleOf(type);
  const binding = name === NULL || module === NULL ? 0 : findBinding(module, name);
  if (binding === 0) return false;
  const found = resolveBinding(binding, currentWorld());
  const constant = isConstKind(found.kind) ? resolutionValue(found) : NULL;
  return constant !== NULL && (type === value ? typeOf(constant) : constant) === value;
}

const isPlainFunctionName = (name: SymbolRef): boolean => name !== NULL && !/[#@]/.test(symbolName(name));

function isFunctionType(type: Ref): boolean {
  for (let each: Ref = type; each !== types.AnyType; each = types.superOf(each)) {
    if (each === datatype('Function')) return true;
  }
  return false;
}

const functionName = (type: Ref, inside: Inside): string =>
  qualified(moduleOf(type), singletonName(type), isPlainFunctionName(singletonName(type)), inside);

// Types.

const parametersOf = (type: Ref): Ref[] =>
  Array.from({ length: types.paramCount(type) }, (_, i) => types.param(type, i));

/** A row of more than three equal types at a tuple's end is written as one. */
function tupleTypeText(type: Ref, inside: Inside): string {
  if (type === types.TupleType) return 'Tuple';
  const all = parametersOf(type);
  const last = all[all.length - 1];
  let first = all.length;
  while (first > 0 && all[first - 1] === last) first--;
  const tail = all.length - first;
  if (tail <= 3) return `Tuple{${showAll(all, inside)}}`;
  if (first === 0) return `NTuple{${tail}, ${show(last, inside)}}`;
  return `Tuple{${showAll(all.slice(0, first), inside)}, Vararg{${show(last, inside)}, ${tail}}}`;
}

function dataTypeText(type: Ref, inside: Inside): string {
  if (types.isTupleType(type)) return tupleTypeText(type, inside);
  if (types.isMemoryType(type) && isPlainMemory(type)) return `Memory{${show(types.param(type, 1), inside)}}`;
  const name = singletonName(type);
  const isFunction = isPlainFunctionName(name) && isGlobalOf(type, type);
  const own = isFunction ? name : readRef<SymbolRef>(types.typeNameOf(type), objects.TypeName.name);
  const text = qualified(moduleOf(type), own, isFunction, inside);
  const all = type === types.wrapperOf(types.typeNameOf(type)) ? [] : parametersOf(type);
  return (isFunction ? `typeof(${text})` : text) + (all.length === 0 ? '' : `{${showAll(all, inside)}}`);
}

const isPlainMemory = (type: Ref): boolean => {
  const kind = types.param(type, 0);
  return types.isSymbol(kind) && symbolName(kind) === 'not_atomic' && types.param(type, 2) === CPUAddressSpace;
};

function varargText(value: Ref, inside: Inside): string {
  const element = types.varargT(value);
  if (element === NULL) return 'Vararg';
  const length = types.varargN(value);
  return `Vararg{${show(element, inside)}${length === NULL ? '' : `, ${show(length, inside)}`}}`;
}

function unionParts(value: Ref, inside: Inside): string[] {
  const parts: string[] = [];
  let rest = value;
  for (; types.isUnion(rest); rest = types.unionB(rest)) parts.push(show(types.unionA(rest), inside));
  parts.push(show(rest, inside));
  return parts;
}

function unionAllText(value: Ref, inside: Inside): string {
  return `${show(types.unionAllBody(value), inside)} where ${show(types.unionAllVar(value), inside.outer)}`;
}

function variableText(variable: Ref, inside: Inside): string {
  const name = nameText(types.varName(variable));
  for (let each: Inside | null = inside; each !== null; each = each.outer) {
    if (types.isUnionAll(each.value) && types.unionAllVar(each.value) === variable) return name;
  }
  const bound = (type: Ref): string => (types.isUnionAll(type) ? `(${show(type, inside)})` : show(type, inside));
  const [lower, upper] = [types.varLower(variable), types.varUpper(variable)];
  const below = lower === Bottom ? '' : `${bound(lower)}<:`;
  return `${below}${name}${upper === types.AnyType && lower === Bottom ? '' : `<:${bound(upper)}`}`;
}

/** The DataType that the n-th part of a signature is of (0: the type itself); null if it is no single one. */
function partType(type: Ref, n: number): Ref | null {
  if (types.isDataType(type)) {
    if (n === 0) return type;
    return types.isTupleType(type) && types.paramCount(type) >= n ? partType(types.param(type, n - 1), 0) : null;
  }
  if (types.isTypeVar(type)) return partType(types.varUpper(type), n);
  if (types.isUnionAll(type)) return partType(types.unionAllBody(type), n);
  if (!types.isUnion(type)) return null;
  const [a, b] = [partType(types.unionA(type), n), partType(types.unionB(type), n)];
  return a === null || b === null || types.typeNameOf(a) !== types.typeNameOf(b) ? null : a;
}

/** The DataType that a type is of, or `nothing`: `jl_argument_datatype`. */
export const argumentDataType = (type: Ref): Ref => partType(type, 0) ?? nothing;

/** A method's signature as a call: `f(Int64, T) where {T}`. */
export function signatureText(signature: Ref): string {
  const callee = partType(signature, 1);
  if (callee === null) return staticText(signature);
  let inside: Inside | null = null;
  let body = signature;
  const variables: string[] = [];
  for (; types.isUnionAll(body); body = types.unionAllBody(body)) {
    variables.push(show(types.unionAllVar(body), inside));
    inside = { value: body, outer: inside };
  }
  if (!types.isDataType(body)) return staticText(body);
  const isPlain =
    (types.paramCount(callee) === 0 || callee === types.wrapperOf(types.typeNameOf(callee))) &&
    !types.isTypeType(callee) &&
    !types.isTypeType(types.superOf(callee));
  const name =
    isPlain && singletonName(callee) !== NULL ? nameText(singletonName(callee)) : `(::${show(callee, inside)})`;
  const args = parametersOf(body)
    .slice(1)
    .map((type) => argumentText(type, inside));
  return `${name}(${args.join(', ')})${variables.length === 0 ? '' : ` where {${variables.join(', ')}}`}`;
}

function argumentText(type: Ref, inside: Inside | null): string {
  if (!types.isVararg(type) || types.varargKind(type) !== types.VarargKind.unbound) return show(type, inside);
  const element = types.varargElement(type);
  return types.isUnionAll(element) ? `(${show(element, inside)})...` : `${show(element, inside)}...`;
}

function instanceText(instance: Ref, inside: Inside): string {
  const def = readRef(instance, objects.MethodInstance.def);
  if (typeOf(def) !== datatype('Method')) return `${show(def, inside)}.<toplevel thunk>`;
  const own = signatureText(readRef(instance, objects.MethodInstance.specTypes));
  return `${own} from ${signatureText(readRef(def, objects.Method.sig))}`;
}

// Code.

function globalText(value: Ref, inside: Inside): string {
  const name = readRef<SymbolRef>(value, objects.GlobalRef.name);
  const text = isOperatorName(symbolName(name)) ? `:(${symbolName(name)})` : nameText(name);
  return `${part(value, objects.GlobalRef.mod, inside)}.${text}`;
}

function quotedText(value: Ref, inside: Inside): string {
  const quoted = readRef(value, objects.QuoteNode.value);
  return types.isSymbol(quoted) ? `:(${show(quoted, inside)})` : `quote ${show(quoted, inside)} end`;
}

function exprText(value: Ref, inside: Inside): string {
  const args = readRef<ArrayRef>(value, objects.Expr.args);
  const list = Array.from({ length: arrayLength(args) }, (_, i) => arrayGetRef(args, i));
  const head = readRef<SymbolRef>(value, objects.Expr.head);
  if (symbolName(head) === '=' && list.length === 2) return list.map((arg) => show(arg, inside)).join(' = ');
  return `Expr(${showAll([head, ...list], inside)})`;
}

// Numbers and strings.

function half(value: Ref): number {
  const bits = viewOf(value).getUint16(0, true);
  const [exponent, fraction] = [(bits >>> 10) & 31, bits & 1023];
  const size =
    exponent === 31
      ? fraction === 0
        ? Infinity
        : Number.NaN
      : exponent === 0
        ? fraction * 2 ** -24
        : (1024 + fraction) * 2 ** (exponent - 25);
  return bits >>> 15 === 0 ? size : -size;
}

function floatText(value: number, suffix: string, finite: (value: number) => string): string {
  if (Number.isNaN(value)) return `NaN${suffix}`;
  if (!Number.isFinite(value)) return `${value < 0 ? '-' : ''}Inf${suffix}`;
  return finite(value);
}

/** printf's %g with so many digits; `all` keeps zeros at the end, as # does. */
function general(value: number, digits: number, all: boolean): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [mantissa, power] = Math.abs(value)
    .toExponential(digits - 1)
    .split('e');
  const exponent = Number(power);
  const trim = (text: string): string => (all || !text.includes('.') ? text : text.replace(/\.?0+$/, ''));
  if (exponent >= -4 && exponent < digits) {
    const fixed = Math.abs(value).toFixed(Math.max(0, digits - 1 - exponent));
    return sign + (all && !fixed.includes('.') ? `${fixed}.` : trim(fixed));
  }
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `${sign}${trim(mantissa)}e${exponent < 0 ? '-' : '+'}${size}`;
}

function singleText(value: number): string {
  const text = general(value, 9, false);
  return text.includes('e') ? text.replace('e', 'f') : `${text}f0`;
}

const named: Readonly<Record<number, string>> = {
  7: 'a',
  8: 'b',
  9: 't',
  10: 'n',
  11: 'v',
  12: 'f',
  13: 'r',
  27: 'e',
};

/** The inside of a string literal; the bytes of a string that is not UTF-8 are written one by one. */
function escaped(value: StringRef): string {
  const text = stringText(value);
  if (!text.isWellFormed()) {
    return [...stringBytes(value)]
      .map((byte) => {
        const character = String.fromCharCode(byte);
        if (/[\\"$]/.test(character)) return `\\${character}`;
        return byte >= 32 && byte < 127 ? character : `\\x${byte.toString(16).padStart(2, '0')}`;
      })
      .join('');
  }
  return text.replace(/[\\"$\u0000-\u001f\u007f]/g, (character) => {
    const code = character.charCodeAt(0);
    if (code >= 32 && code !== 127) return `\\${character}`;
    return named[code] !== undefined ? `\\${named[code]}` : `\\x${code.toString(16).padStart(2, '0')}`;
  });
}

// Containers and structs.

const elementsOf = (vector: SvecRef): Ref[] => Array.from({ length: svecLength(vector) }, (_, i) => svecGet(vector, i));

const pointerText = (address: number): string => (address === 0 ? '(nil)' : `0x${address.toString(16)}`);

function arrayText(value: Ref, type: DataTypeRef, inside: Inside): string {
  const size = types.boxedFieldAt(value, 1);
  const dims = Array.from({ length: types.fieldCount(typeOf(size)) }, (_, i) =>
    unboxInt64(types.boxedFieldAt(size, i)),
  );
  const dimensions = dims.length === 1 ? `${dims[0]},` : dims.join(', ');
  const memory = part(value, objects.JuliaArray.mem, inside);
  return `Array{${show(types.param(type, 0), inside)}, ${dims.length}}(dims=(${dimensions}), mem=${memory})`;
}

function memoryRefText(value: Ref, inside: Inside): string {
  const at = readWide(value, objects.GenericMemoryRef.ptr_or_offset);
  const memory = readRef(value, objects.GenericMemoryRef.mem);
  const layout = layoutOfMemory(typeOf(memory));
  const counts = layout.size === 0 || layout.union;
  const offset = counts ? at : (at - readWide(memory, objects.GenericMemory.ptr)) / layout.size;
  return `GenericMemoryRef(offset=${offset}, ptr_or_offset=${pointerText(at)}, mem=${show(memory, inside)}`;
}

function memoryText(memory: Ref, type: DataTypeRef, inside: Inside): string {
  const length = readWide(memory, objects.GenericMemory.length);
  const head = `${show(type, inside)}(${length}, ${pointerText(readWide(memory, objects.GenericMemory.ptr))})[`;
  if (types.param(type, 2) !== CPUAddressSpace) return `${head}...]`;
  const layout = layoutOfMemory(type);
  const shown = layout.size === 0 && !layout.boxed && length >= 3 ? 1 : length;
  const elements = Array.from({ length: shown }, (_, i): Ref => {
    const defined = loadElement(elementAt(memory, i), machine.sp);
    return defined ? slotRef(machine.sp) : NULL;
  });
  if (shown < length) return `${head}${show(elements[0], inside)}, ...]`;
  const isLarge = layout.boxed && elements.some((each) => each !== NULL && !types.isBits(typeOf(each)));
  const parts = elements.map((each) => show(each, inside));
  return `${head}${isLarge && length > 1 ? '\n  ' : ''}${parts.join(isLarge ? ',\n  ' : ', ')}]`;
}

function fieldText(value: Ref, index: number, inside: Inside): string {
  setSlot(machine.sp, nothing);
  const defined = loadField(value, typeOf(value), index, machine.sp);
  return show(defined ? slotRef(machine.sp) : NULL, inside);
}

function structText(value: Ref, type: DataTypeRef, inside: Inside): string {
  const isTuple = types.isTupleType(type);
  const isNamed = types.isNamedTupleType(type);
  const count = types.fieldCount(type);
  const head = isNamed ? (count === 0 ? 'NamedTuple' : '') : isTuple ? '' : show(type, inside);
  const bytes = types.layoutSize(type);
  if (bytes > 0 && count === 0) return `${head}(${unsigned(value, bytes)})`;
  const names = types.fieldNames(type);
  const parts = Array.from({ length: count }, (_, i): string => {
    const text = fieldText(value, i, inside);
    if (isTuple) return text;
    const name = symbolName(names[i]);
    return `${isOperatorName(name) ? `(${name})` : nameText(names[i])}=${text}`;
  });
  return `${head}(${parts.join(', ')}${(isTuple || isNamed) && count === 1 ? ',' : ''})`;
}
