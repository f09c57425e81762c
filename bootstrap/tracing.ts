// Tracing foreign calls.
//
// The border tells a listener of every call: symbol, library, C signature, the bits of arguments and result as C values.
// What they mean to Julia is known to the frame that makes the call: its statement names the declared types, and its line
// table the place. Here the two are put together, and written as text or as lines of JSON.
//
// Pointers are followed only where that is safe: a Cstring to its end, since C would do the same; a Ref or Ptr to numbers
// if it points into the heap. What such a pointer refers to is read before the call and after it.

import { basename } from 'node:path';
import { type Address, readCStringBytes, toAddress } from '../ffi/address.ts';
import { type CType, signatureText } from '../ffi/ctype.ts';
import { dladdr } from '../ffi/libraries.ts';
import { REGION_BASE, REGION_BYTES, U32 } from '../ffi/region.ts';
import { getErrno } from '../ffi/slots.ts';
import type { ForeignCall, ForeignReturn } from '../ffi/trace.ts';
import { type CValue, decodeAt } from '../ffi/values.ts';
import { type ArrayRef, type Ref, readRef, type SvecRef } from '../interpreter/memory/layout.ts';
import { Expr } from '../interpreter/memory/objects.ts';
import { typename } from '../interpreter/memory/wellknown.ts';
import { type SourcePlace, sourcePlace } from '../interpreter/runtime/backtraces.ts';
import { cTypeOf } from '../interpreter/runtime/ctypes.ts';
import { decodeText } from '../interpreter/runtime/text.ts';
import { arrayGetRef, svecGet, svecLength } from '../interpreter/runtime/values.ts';
import {
  isBits,
  isDataType,
  isPrimitiveType,
  isTypeVar,
  param,
  typeNameOf,
  typeText,
} from '../interpreter/types/index.ts';
import { Op } from '../interpreter/vm/code.ts';
import { operandRef } from '../interpreter/vm/evaluate.ts';
import { backtrace, frameCode, Header, machine } from '../interpreter/vm/frames.ts';
import { listen } from '../interpreter/vm/hooks.ts';
import { describe } from './describe.ts';

/** One foreign call, as it is shown. */
export interface TracedCall {
  readonly symbol: string;
  /** File of the library that the function lies in, '' if it lies in none. */
  readonly library: string;
  /** The C signature, as in `i32(ptr,u64)`. */
  readonly signature: string;
  /** The declared Julia types of arguments and result; absent where the statement does not name them. */
  readonly types?: { readonly args: readonly string[]; readonly result: string };
  readonly args: readonly string[];
  readonly result: string;
  /** errno after the call, and before it. */
  readonly errno: number;
  readonly errnoBefore: number;
  readonly nanoseconds: number;
  /** Where the call is made, and where the program called what makes it if that is in the library. */
  readonly place: SourcePlace | undefined;
  readonly from: SourcePlace | undefined;
  /** Calls that were under way when this one was made: those whose callbacks made it. */
  readonly depth: number;
}

/** What the calling frame says of the types. */
interface Declared {
  readonly args: readonly Ref[];
  readonly result: Ref;
}

interface Pending {
  readonly errnoBefore: number;
  readonly declared: Declared | undefined;
  readonly args: readonly string[];
  readonly place: SourcePlace | undefined;
  readonly from: SourcePlace | undefined;
}

/** Files of the embedded library go by relative names. */
const isLibraryFile = (file: string): boolean => file.startsWith('./');

/** The declared types of the foreigncall that the innermost frame executes. */
function declaredTypes(): Declared | undefined {
  const { fp } = machine;
  if (fp === 0) return undefined;
  const code = frameCode(fp);
  const at = U32[fp - Header.AT];
  if (code.ops[at] !== Op.FOREIGNCALL && code.ops[at] !== Op.RUNTIME_CALL) return undefined;
  const parts = readRef<ArrayRef>(code.objects[code.ops[at + 4]], Expr.args);
  const result = operandRef(code, fp, arrayGetRef(parts, 1));
  const args = operandRef(code, fp, arrayGetRef(parts, 2)) as SvecRef;
  return { result, args: Array.from({ length: svecLength(args) }, (_, i) => svecGet(args, i)) };
}

const libraryFiles = new Map<Address, string>();

/** The file that a function lies in, whatever name it was looked up by. */
function libraryOf(call: ForeignCall): string {
  let file = libraryFiles.get(call.target);
  if (file === undefined) {
    file = dladdr(call.target)?.file ?? call.library;
    libraryFiles.set(call.target, file);
  }
  return file;
}

/** A type as programs write it: the names of Base and Core need no module. */
const nameOf = (type: Ref): string => typeText(type).replace(/\b(?:Base|Core)\./g, '');

const LONGEST_TEXT = 80;

function quoted(at: Address): string {
  const bytes = readCStringBytes(at);
  const text = JSON.stringify(decodeText(bytes.subarray(0, LONGEST_TEXT)));
  return bytes.length > LONGEST_TEXT ? `${text}... (${bytes.length} bytes)` : text;
}

const pointerText = (address: number): string => (address === 0 ? 'C_NULL' : `0x${address.toString(16)}`);

/** What a Ref or Ptr to a number or to a struct of such points to, if that lies in the heap; else undefined. */
function pointee(declared: Ref, address: number): string | undefined {
  if (!isDataType(declared)) return undefined;
  const name = typeNameOf(declared);
  if (name !== typename('Ref') && name !== typename('Ptr')) return undefined;
  const inner = param(declared, 0);
  if (isTypeVar(inner) || !isDataType(inner) || !isBits(inner)) return undefined;
  if (address < REGION_BASE || address >= REGION_BASE + REGION_BYTES - 16) return undefined;
  return valueText(decodeAt(cTypeOf(inner, false), toAddress(address)), inner, cTypeOf(inner, false));
}

/** True if a pointer of this declared type is a Julia object itself. */
function isObject(declared: Ref, address: number): boolean {
  if (address < REGION_BASE || address >= REGION_BASE + REGION_BYTES) return false;
  if (!isDataType(declared)) return true;
  const name = typeNameOf(declared);
  return name !== typename('Ref') && name !== typename('Ptr') && !isPrimitiveType(declared);
}

function objectText(address: number): string {
  const text = describe(((address - REGION_BASE) / 8) as Ref);
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}...` : text;
}

/** A value as Julia would write it, as far as its type is known. */
function valueText(value: CValue, declared: Ref | undefined, type: CType): string {
  if (value === undefined) return 'nothing';
  if (type.kind === 'pointer' && typeof value === 'number') {
    if (declared !== undefined && nameOf(declared) === 'Cstring' && value !== 0) return quoted(toAddress(value));
    return declared !== undefined && isObject(declared, value) ? objectText(value) : pointerText(value);
  }
  if (Array.isArray(value)) {
    const parts = value.map((part, i) =>
      valueText(part as CValue, undefined, type.kind === 'struct' ? type.fields[i].type : type),
    );
    return `(${parts.join(', ')})`;
  }
  if (type.kind === 'float' && typeof value === 'number' && Number.isInteger(value)) {
    return Number.isSafeInteger(value) ? `${Object.is(value, -0) ? '-0' : value}.0` : String(value);
  }
  return String(value);
}

function argumentTexts(call: ForeignCall, declared: Declared | undefined): string[] {
  return call.args.map((value, i) => {
    const type = declared?.args[i];
    const text = valueText(value, type, call.signature.args[i]);
    const target = type !== undefined && typeof value === 'number' ? pointee(type, value) : undefined;
    return target === undefined ? text : `${text} => ${target}`;
  });
}

/** Adds what has become of the targets of pointers. */
function withChanges(before: readonly string[], after: readonly string[]): string[] {
  return before.map((text, i) => {
    if (text === after[i]) return text;
    return `${text} -> ${after[i].slice(after[i].indexOf('=> ') + 3)}`;
  });
}

/** True if the program makes the call itself, false if the library makes it on the program's behalf. */
export const isProgramCall = (call: TracedCall): boolean => call.place !== undefined && !isLibraryFile(call.place.file);

/** Calls `report` with every foreign call made from now on, in the order in which they end. */
export function traceCalls(report: (call: TracedCall) => void): void {
  const pending: Pending[] = [];
  listen({
    foreigncall: {
      before(call) {
        const declared = declaredTypes();
        const places = backtrace(200).map(sourcePlace);
        const [place] = places;
        const from =
          place !== undefined && isLibraryFile(place.file) ? places.find((p) => !isLibraryFile(p.file)) : undefined;
        pending.push({ declared, args: argumentTexts(call, declared), place, from, errnoBefore: getErrno() });
      },
      after(call: ForeignCall, { result, errno, nanoseconds }: ForeignReturn) {
        const known = pending.pop();
        if (known === undefined) return;
        const { declared, args, place, from, errnoBefore } = known;
        report({
          symbol: call.symbol,
          library: libraryOf(call),
          signature: signatureText(call.signature),
          ...(declared === undefined
            ? {}
            : { types: { args: declared.args.map(nameOf), result: nameOf(declared.result) } }),
          args: withChanges(args, argumentTexts(call, declared)),
          result: valueText(result, declared?.result, call.signature.result),
          errno,
          errnoBefore,
          nanoseconds,
          place,
          from,
          depth: pending.length,
        });
      },
    },
  });
}

/** The call as a line of text. */
export function callText(call: TracedCall): string {
  const types = call.types?.args;
  const args = call.args.map((text, i) => (types === undefined ? text : `${text}::${types[i]}`));
  const result = `${call.result}::${call.types?.result ?? call.signature.slice(0, call.signature.indexOf('('))}`;
  const facts = [
    call.library === '' ? 'no library' : basename(call.library),
    call.signature,
    ...(call.errno === call.errnoBefore ? [] : [`errno ${call.errno}`]),
    `${(call.nanoseconds / 1000).toFixed(1)} us`,
  ];
  const at = (place: SourcePlace) => `${place.file}:${place.line}`;
  const where =
    call.place === undefined ? '' : ` at ${at(call.place)}${call.from === undefined ? '' : ` from ${at(call.from)}`}`;
  return `${'  '.repeat(call.depth)}${call.symbol}(${args.join(', ')}) = ${result}  [${facts.join(', ')}]${where}`;
}

/** The call as a JSON object. */
export function callJson(call: TracedCall): string {
  const { place, from, types, errnoBefore, ...rest } = call;
  void errnoBefore;
  return JSON.stringify({
    ...rest,
    ...(types === undefined ? {} : { types }),
    ...(place === undefined ? {} : { file: place.file, line: place.line, function: place.name }),
    ...(from === undefined ? {} : { calledFrom: { file: from.file, line: from.line, function: from.name } }),
  });
}
