// Runs the corpora of types and layouts: every row through the type system, counted per file.
//
//     node test/types/corpus.ts [subtype|typeintersect|morespecific|misc|layout] [number of failures to print]

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ref } from '../../interpreter/memory/layout.ts';
import { typeOf } from '../../interpreter/memory/layout.ts';
import { DataTypeFlag, TypeLayoutFlag, TypeNameFlag } from '../../interpreter/memory/objects.ts';
import { Bottom, datatype } from '../../interpreter/memory/wellknown.ts';
import {
  canonicalText,
  egal,
  fieldCount,
  fieldIsAtomic,
  fieldIsConst,
  fieldNames,
  fieldOffset,
  fieldType,
  hasFlag,
  hasFreeVars,
  hasNameFlag,
  inlineShape,
  inUnion,
  isAbstractType,
  isBits,
  isBitsUnion,
  isConcrete,
  isDataType,
  isDispatchTuple,
  isInlineAllocated,
  isMemoryType,
  isMutableType,
  isNamedTupleType,
  isOpaqueLayout,
  isPrimitiveType,
  isSingletonType,
  isStructType,
  isSubtype,
  isTupleType,
  isType,
  isTypeVar,
  isUnion,
  isUnionAll,
  isVarargTuple,
  layoutAlignment,
  layoutFlags,
  layoutOffset,
  layoutPointerCount,
  layoutSize,
  moreSpecific,
  nameText,
  param,
  rawFieldTypes,
  rewrapUnionAll,
  superOf,
  TypeSystemError,
  typeEqual,
  typeIntersect,
  typeNameOf,
  typeText,
  uninitializedCount,
  unionA,
  unionB,
  unwrapUnionAll,
} from '../../interpreter/types/index.ts';
import type { Count } from '../conformance/floor.ts';
import { oracle, readRows } from '../oracle.ts';
import { Undefined, Unsupported, type World } from './evaluate.ts';
import { baseWorld } from './world.ts';

export interface Failure {
  readonly file: string;
  readonly row: string;
  readonly got: string;
}

export interface Outcome {
  readonly counts: Map<string, Count>;
  readonly failures: Failure[];
}

type Row = Record<string, unknown> & { op?: string; a: string; b: string; r?: boolean | string };
type Check = (row: Row) => string | undefined;

function preparedWorld(): World {
  const world = baseWorld().copy();
  if (oracle === undefined) throw new Error('no oracle corpora');
  world.run(readFileSync(join(oracle, 'types/prelude.jl'), 'utf8'));
  return world;
}

/** The error as the corpus writes it, up to what showing types takes part in. */
function errorText(error: unknown): string {
  if (error instanceof Undefined) return `UndefVarError: UndefVarError: ${error.message}`;
  if (error instanceof Unsupported) return `ErrorException: ${error.message}`;
  if (!(error instanceof TypeSystemError)) throw error;
  if (error.exception !== 'TypeError') return `${error.exception}: ${error.message}`;
  const context = error.context === '' ? '' : ` in ${error.context},`;
  const got = isType(error.got)
    ? `Type{${typeText(error.got)}}`
    : typeOf(error.got) === datatype('TypeofVararg')
      ? typeText(error.got)
      : `a value of type ${typeText(typeOf(error.got))}`;
  const expected = isTypeVar(error.expected) ? '' : ` expected ${typeText(error.expected)}, got ${got}`;
  return `TypeError: TypeError: in ${error.func},${context}${expected}`;
}

function checks(world: World): Record<string, Check> {
  const value = (text: string): Ref => world.value(text);
  const expectBool = (got: boolean, want: unknown): string | undefined => (got === want ? undefined : String(got));
  return {
    subtype: (row) => expectBool(isSubtype(value(row.a), value(row.b)), row.r),
    morespecific: (row) => expectBool(moreSpecific(value(row.a), value(row.b)), row.r),
    typeintersect: (row) => {
      const a = value(row.a);
      const b = value(row.b);
      const got = typeIntersect(a, b);
      if (typeEqual(got, value(String(row.r)))) return undefined;
      return canonicalText(got);
    },
    equal: (row) => {
      const a = value(row.a);
      const b = value(row.b);
      const got = [egal(a, b), typeEqual(a, b)];
      return got[0] === row['egal'] && got[1] === row['typeeq'] ? undefined : got.join();
    },
    apply: (row) => {
      let got: Ref;
      try {
        got = value(row.a);
      } catch (error) {
        const text = errorText(error);
        const want = row['err'];
        return typeof want === 'string' && (want === text || want.startsWith(text)) ? undefined : text;
      }
      if (row['err'] !== undefined) return canonicalText(got);
      const text = canonicalText(got);
      return text === row.r || (isType(got) && typeEqual(got, value(String(row.r)))) ? undefined : text;
    },
    unary: (row) => {
      const t = value(row.a);
      const facts = unaryFacts(t);
      for (const [name, got] of Object.entries(facts))
        if (row[name] !== undefined && got !== row[name]) return `${name}: ${got}`;
      return undefined;
    },
  };
}

function supertypeText(t: Ref): string | null {
  const inner = unwrapUnionAll(t);
  if (!isDataType(inner)) return null;
  return canonicalText(rewrapUnionAll(superOf(inner), t));
}

function unaryFacts(t: Ref): Record<string, unknown> {
  const inner = unwrapUnionAll(t);
  const name = isDataType(inner) ? typeNameOf(inner) : undefined;
  return {
    isconcretetype: isConcrete(t),
    isabstracttype: isDataType(inner) && isAbstractType(inner),
    isbitstype: isBits(t),
    ismutabletype: name !== undefined && hasNameFlag(name, TypeNameFlag.mutable),
    isprimitivetype: isDataType(inner) && isPrimitiveType(inner),
    isstructtype: isDataType(inner) && isStructType(inner),
    isdispatchtuple: isDataType(inner) && isDispatchTuple(inner),
    issingletontype: isSingletonType(t) && isConcrete(t),
    allocatedinline: t !== Bottom && inlineShape(t) !== null,
    hasfreetypevars: hasFreeVars(t),
    typeof: canonicalText(typeOf(t)),
    supertype: supertypeText(t),
    canon: canonicalText(t),
  };
}

/** `Core.sizeof`, null where it throws. */
function definiteSize(t: Ref): number | null {
  const inner = unwrapUnionAll(t);
  if (isUnion(inner)) {
    const shape = inlineShape(inner, false);
    return shape === null ? null : shape.size;
  }
  if (!isDataType(inner) || !computable(inner) || isOpaqueLayout(inner) || isMemoryType(inner)) return null;
  return layoutSize(inner);
}

const computable = (t: Ref): boolean => {
  if (!isDataType(t) || isAbstractType(t)) return false;
  isInlineAllocated(t, false);
  return layoutOffset(t) !== 0;
};

function fieldCountOf(t: Ref): number | null {
  const inner = unwrapUnionAll(t);
  if (!isDataType(inner) || isAbstractType(inner)) return null;
  if (isTupleType(inner) && isVarargTuple(inner)) return null;
  if (isNamedTupleType(inner) && hasFreeVars(inner)) {
    const names = param(inner, 0);
    return isTypeVar(names) ? null : fieldNames(inner).length;
  }
  return fieldCount(inner);
}

function layoutFacts(t: Ref): Record<string, unknown> {
  const isData = isDataType(t);
  const laid = isData && layoutOffset(t) !== 0;
  const flags = laid ? layoutFlags(t) : 0;
  const count = fieldCountOf(t);
  const fields = isData && count !== null ? Array.from({ length: count }, (_, i) => i) : null;
  const inline = inlineShape(t);
  return {
    kind: nameText(typeOf(t)),
    sizeof: definiteSize(t),
    alignment: laid ? layoutAlignment(t) : null,
    fieldoffsets:
      laid && fields !== null && !isOpaqueLayout(t) && !isMemoryType(t) ? fields.map((i) => fieldOffset(t, i)) : null,
    fieldtypes: fields === null ? null : fields.map((i) => canonicalText(fieldType(t, i))),
    isbits: isBits(t),
    ismutable: isDataType(unwrapUnionAll(t)) && isMutableType(unwrapUnionAll(t)),
    isconcrete: isConcrete(t),
    singleton: isSingletonType(t),
    haspadding: laid ? (flags & TypeLayoutFlag.haspadding) !== 0 : null,
    pointerfree: laid ? layoutPointerCount(t) === 0 : null,
    npointers: laid ? layoutPointerCount(t) : null,
    layoutsize: laid ? layoutSize(t) : null,
    nfields: count,
    nuninitialized: isData ? uninitializedCount(t) : null,
    allocatedinline: inline !== null,
    isbitsunion: isBitsUnion(t),
    uniondatasize: isBitsUnion(t) ? unionDataSize(t) : null,
    atomicfields: fields === null ? null : fields.filter((i) => fieldIsAtomic(t, i)).map((i) => i + 1),
    constfields: fields === null ? null : fields.filter((i) => fieldIsConst(t, i)).map((i) => i + 1),
  };
}

function unionDataSize(t: Ref): number[] {
  const shape = inlineShape(t, false);
  return shape === null ? [] : [shape.size, shape.alignment];
}

function checkLayout(row: Row): string | undefined {
  const world = baseWorld().copy();
  let type: Ref;
  try {
    world.run(String(row['def']));
    type = world.value(String(row['type']));
  } catch (error) {
    return row['err'] === errorText(error) ? undefined : errorText(error);
  }
  for (const [name, got] of Object.entries(layoutFacts(type))) {
    const want = row[name];
    // Offsets of fields that a layout does not describe come from elsewhere in the reference.
    if (name === 'fieldoffsets' && got === null) continue;
    // Base.fieldcount joins the members of a union: that is Julia code.
    if (name === 'nfields' && isUnion(type)) continue;
    if (JSON.stringify(got) !== JSON.stringify(want)) return `${name}: ${JSON.stringify(got)}`;
  }
  return undefined;
}

/** Runs one file's rows; stops early, as failed, what takes longer than `seconds` in all. */
export function runCorpus(file: string, seconds = 600): Outcome {
  const counts = new Map<string, Count>();
  const failures: Failure[] = [];
  if (oracle === undefined) return { counts, failures };
  const isLayout = file === 'layout';
  const rows = readRows<Row>(join(oracle, isLayout ? 'layout/layout.jsonl' : `types/${file}.jsonl`));
  const world = isLayout ? null : preparedWorld();
  const all: Record<string, Check> = world === null ? { layout: checkLayout } : checks(world);
  const end = Date.now() + seconds * 1000;
  for (const row of rows) {
    const op = isLayout ? 'layout' : String(row.op);
    const check = all[op];
    if (check === undefined) continue; // typejoin and promote_type are Julia code
    const key = file === 'misc' ? `misc.${op}` : file;
    const count = counts.get(key) ?? { passed: 0, total: 0 };
    counts.set(key, count);
    count.total++;
    if (Date.now() > end) continue;
    let got: string | undefined;
    const start = Date.now();
    try {
      got = check(row);
    } catch (error) {
      got = error instanceof Error ? `${error.constructor.name}: ${error.message}` : String(error);
    }
    const took = Date.now() - start;
    if (took > 2000) console.log(`slow (${took} ms): ${JSON.stringify(row)}`);
    if (got === undefined) count.passed++;
    else failures.push({ file: key, row: JSON.stringify(row), got });
  }
  return { counts, failures };
}

if (process.argv[1] === import.meta.filename) {
  const files = process.argv[2] ? [process.argv[2]] : ['layout', 'misc', 'subtype', 'typeintersect', 'morespecific'];
  const limit = Number(process.argv[3] ?? 5);
  for (const file of files) {
    const start = Date.now();
    const { counts, failures } = runCorpus(file);
    for (const failure of failures.slice(0, limit))
      console.log(`${failure.file}: got ${failure.got}\n    ${failure.row}`);
    for (const [name, count] of counts)
      console.log(`${name}: ${count.passed} of ${count.total} (${((100 * count.passed) / count.total).toFixed(2)} %)`);
    console.log(`${file}: ${Date.now() - start} ms`);
  }
}

export { DataTypeFlag, hasFlag, inUnion, isUnionAll, rawFieldTypes, unionA, unionB };
