// Runs the intrinsics corpus: one call of an intrinsic per row, on slots, compared bit by bit.
//
// Rows of pointers.jsonl and builtins.jsonl are Julia source and need the whole VM; they are not run here.

import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { U8 } from '../../ffi/region.ts';
import { type Ref, readRef, refAt, type StringRef, type SymbolRef, typeOf } from '../../interpreter/memory/layout.ts';
import { TypeName } from '../../interpreter/memory/objects.ts';
import { datatype, nothing } from '../../interpreter/memory/wellknown.ts';
import { JuliaException } from '../../interpreter/runtime/errors.ts';
import '../../interpreter/runtime/intrinsics/index.ts';
import { symbolName } from '../../interpreter/runtime/symbols.ts';
import { stringText } from '../../interpreter/runtime/values.ts';
import * as types from '../../interpreter/types/index.ts';
import { intrinsics } from '../../interpreter/vm/builtin.ts';
import { bitsOffset, slotRef, slotType } from '../../interpreter/vm/slots.ts';
import type { Count } from '../conformance/floor.ts';
import { oracleFiles } from '../oracle.ts';
import { parseType, prepareHeap, setArgument, slot } from './heap.ts';

/** A row, as the corpora's README.md describes it (section 6). */
export interface Row {
  readonly f: string;
  readonly t: readonly string[];
  readonly in: readonly string[];
  readonly rt?: string;
  readonly out?: string | readonly string[];
  readonly err?: string;
  readonly exact?: string;
  readonly nan?: boolean;
  readonly ub?: boolean;
  readonly plat?: boolean;
}

/** Files whose rows are Julia source. */
const sourceFiles = new Set(['pointers.jsonl', 'builtins.jsonl']);

/** What a call gave: a type and bit patterns, or an error. */
export interface Outcome {
  readonly rt?: string;
  readonly out?: string | readonly string[];
  readonly err?: string;
}

let prepared = false;

/** Makes the call of a row. */
export function execute(row: Row): Outcome {
  if (!prepared) prepareHeap();
  prepared = true;
  const f = intrinsics.get(row.f);
  if (f === undefined) return { err: 'not registered' };
  const words = Int32Array.from(row.t, (_, i) => slot(i + 1));
  row.t.forEach((type, i) => {
    setArgument(slot(i + 1), type, row.in[i]);
  });
  try {
    f(words, words.length, slot(0));
  } catch (error) {
    if (error instanceof JuliaException) return { err: describeException(error.exception, row) };
    if (error instanceof types.TypeSystemError) return { err: `${error.name}: ${error.message}` };
    throw error;
  }
  const type = slotType(slot(0));
  const rt = types.canonicalText(type);
  if (types.isPrimitiveType(type)) return { rt, out: hex(bitsOffset(slot(0)), types.layoutSize(type)) };
  const object = slotRef(slot(0));
  if (types.isTupleType(type)) {
    const out: string[] = [];
    for (let i = 0; i < types.layoutFieldCount(type); i++) {
      out.push(hex(object * 8 + types.fieldOffset(type, i), types.fieldSize(type, i)));
    }
    return { rt, out };
  }
  return { rt, out: object === nothing ? 'nothing' : types.canonicalText(object) };
}

/** The bytes at an offset as a number in hexadecimal. */
function hex(offset: number, size: number): string {
  let text = '';
  for (let i = size - 1; i >= 0; i--) text += U8[offset + i].toString(16).padStart(2, '0');
  return text.replace(/^0+(?=.)/, '');
}

const aliases: Readonly<Record<string, string>> = {
  '(Array{T1, 1} where T1)': 'Vector',
  '(Ptr{T1} where T1)': 'Ptr',
};

/** A type as Julia shows it in messages; an argument is shown as the row writes it. */
function shownType(type: Ref, row: Row): string {
  for (const [i, kind] of row.t.entries()) {
    if (kind === 'Type' && types.egal(parseType(row.in[i]), type)) return aliases[row.in[i]] ?? row.in[i];
  }
  const text = types.canonicalText(type);
  return aliases[text] ?? text;
}

/** `ExceptionType: first line of the message`. */
function describeException(exception: Ref, row: Row): string {
  const type = typeOf(exception);
  const name =
    symbolName(readRef<SymbolRef>(types.typeNameOf(type), TypeName.name) as SymbolRef) || exceptionName(type);
  return `${name}: ${message(exception, name, row).split('\n')[0]}`;
}

const exceptionNames = [
  'ErrorException',
  'ArgumentError',
  'TypeError',
  'DivideError',
  'ConcurrencyViolationError',
] as const;

/** boot.jl has not declared the exceptions: their reserved places tell them apart. */
const exceptionName = (type: Ref): string => exceptionNames.find((name) => datatype(name) === type) ?? 'an exception';

function message(exception: Ref, name: string, row: Row): string {
  switch (name) {
    case 'DivideError':
      return 'integer division error';
    case 'TypeError': {
      const got = refAt(exception, 3);
      const what = types.isType(got)
        ? `Type{${shownType(got, row)}}`
        : `a value of type ${shownType(typeOf(got), row)}`;
      return `in ${symbolName(refAt<SymbolRef>(exception, 0))}, expected ${shownType(refAt(exception, 2), row)}, got ${what}`;
    }
    default:
      return stringText(refAt<StringRef>(exception, 0));
  }
}

/** True when the bits are a NaN of the type named `type`. */
function isNaNText(type: string, bits: string): boolean {
  const value = BigInt(`0x${bits}`);
  switch (type.replace('Core.', '')) {
    case 'Float64':
      return (value & 0x7fffffffffffffffn) > 0x7ff0000000000000n;
    case 'Float32':
      return (value & 0x7fffffffn) > 0x7f800000n;
    case 'Float16':
      return (value & 0x7fffn) > 0x7c00n;
    default:
      return (value & 0x7fffn) > 0x7f80n;
  }
}

/** Precision and exponent range of the formats: significant bits, exponent bits. */
const formats: Readonly<Record<string, readonly [number, number]>> = {
  Float64: [53, 11],
  Float32: [24, 8],
  Float16: [11, 5],
  BFloat16: [8, 8],
};

/** The bits of the float nearest to an integer, ties to even, worked out on the integer itself. */
function nearestFloat(value: bigint, type: string): string {
  const [precision, exponentBits] = formats[type];
  const sign = value < 0n ? 1n : 0n;
  const magnitude = value < 0n ? -value : value;
  const bias = (1n << BigInt(exponentBits - 1)) - 1n;
  const fractionBits = BigInt(precision - 1);
  const signBit = sign << (BigInt(exponentBits) + fractionBits);
  if (magnitude === 0n) return '0';
  let exponent = BigInt(magnitude.toString(2).length - 1);
  const shift = exponent - fractionBits;
  let significand = shift <= 0n ? magnitude << -shift : magnitude >> shift;
  if (shift > 0n) {
    const rest = magnitude - (significand << shift);
    const half = 1n << (shift - 1n);
    if (rest > half || (rest === half && (significand & 1n) === 1n)) significand += 1n;
    if (significand >> (fractionBits + 1n) === 1n) {
      significand >>= 1n;
      exponent += 1n;
    }
  }
  if (exponent > bias) return (signBit | (((bias << 1n) | 1n) << fractionBits)).toString(16);
  return (signBit | ((exponent + bias) << fractionBits) | (significand & ((1n << fractionBits) - 1n))).toString(16);
}

/** The integer that a row converts to a float. */
function integerArgument(row: Row): bigint {
  const bits = BigInt(`0x${row.in[1]}`);
  const size = types.layoutSize(parseType(row.t[1]));
  return row.f === 'sitofp' ? BigInt.asIntN(8 * size, bits) : bits;
}

/** Whether an outcome is what the row demands. */
export function agrees(row: Row, outcome: Outcome): boolean {
  if (row.err !== undefined || outcome.err !== undefined) return row.err === outcome.err;
  if (row.rt?.replace('Core.', '') !== outcome.rt?.replace('Core.', '')) return false;
  // No integer is a NaN: there the reference goes wrong like in the rows that have `exact`, but its NaN hid that.
  if (row.nan === true && /^[su]itofp$/.test(row.f)) {
    return outcome.out === nearestFloat(integerArgument(row), row.rt?.replace('Core.', '') ?? '');
  }
  if (row.nan === true && row.f !== 'muladd_float' && typeof outcome.out === 'string')
    return isNaNText(row.rt ?? '', outcome.out);
  if (row.exact !== undefined) return outcome.out === row.exact;
  // muladd may round the product or not: both are right.
  if (row.plat === true && row.f === 'muladd_float') {
    if (outcome.out === execute({ ...row, f: 'fma_float' }).out) return true;
  }
  return JSON.stringify(row.out) === JSON.stringify(outcome.out);
}

export interface FileResult extends Count {
  readonly file: string;
  readonly failures: readonly { readonly row: Row; readonly outcome: Outcome }[];
}

/** Runs all files whose rows are single calls. */
export function runCorpus(): FileResult[] {
  return oracleFiles('intrinsics', '.jsonl')
    .filter((path) => !sourceFiles.has(basename(path)))
    .map((path) => {
      const rows = readFileSync(join(path), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Row);
      const failures: { row: Row; outcome: Outcome }[] = [];
      for (const row of rows) {
        const outcome = execute(row);
        if (!agrees(row, outcome)) failures.push({ row, outcome });
      }
      return { file: basename(path), passed: rows.length - failures.length, total: rows.length, failures };
    });
}
