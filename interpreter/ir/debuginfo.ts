// DebugInfo: which line of which file each statement of a body comes from.
//
// A body's own lines are those of one file, `def`. A statement that a macro brought in from another file has a chain of
// places instead: where in the macro's file it stands, and which line of the body's file expanded it. The chain is kept the
// way inlining is: the statement's entry names its line in the body's file, an edge (a DebugInfo for the other file), and an
// entry of that edge, which holds the line there and may lead further in.
//
// So a body has three numbers for each statement: line, edge, entry of the edge (0 for none). `codelocs` packs them into a
// String: a header of three Int32 (smallest line, range of lines, largest edge or entry), the body's first line, then the
// statements, all in the fewest bytes (1, 2 or 4) that their range needs. Lines are stored as the distance from the smallest,
// plus one; edges and entries as they are, and left out altogether where all are 0.
//
// Source: the developer documentation's chapter on the AST, "DebugInfo", and julia.h.

import { type Address, readU8 } from '../../ffi/address.ts';
import { REGION_BASE } from '../../ffi/region.ts';
import { allocate } from '../memory/heap.ts';
import {
  type Ref,
  readRef,
  readWide,
  type StringRef,
  type SvecRef,
  type SymbolRef,
  typeOf,
  writeRef,
} from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { datatype, emptySvec, nothing } from '../memory/wellknown.ts';
import { symbol } from '../runtime/symbols.ts';
import { stringOfBytes, svecGet, svecLength, svecOf } from '../runtime/values.ts';
import type { Place } from './code.ts';

/** Line, edge and entry of one statement; 0 for none. */
export interface CodeLocation {
  readonly line: number;
  readonly edge: number;
  readonly entry: number;
}

/** A line of a file. */
export interface FileLine {
  readonly file: SymbolRef;
  readonly line: number;
}

const HEADER_BYTES = 12;

const bytesFor = (range: number): 1 | 2 | 4 => (range < 255 ? 1 : range < 65535 ? 2 : 4);

/** Packs the locations of a body whose first line is `firstLine` (0: not known). All zero gives the empty string. */
export function compressCodelocs(firstLine: number, locations: readonly CodeLocation[]): Uint8Array {
  if (locations.every(({ line, edge, entry }) => line === 0 && edge === 0 && entry === 0)) return new Uint8Array(0);
  let smallest = firstLine > 0 ? firstLine : 0x7fffffff;
  let largest = 0;
  let reach = 0;
  for (const { line, edge, entry } of locations) {
    if (line > 0 && line < smallest) smallest = line;
    largest = Math.max(largest, line);
    reach = Math.max(reach, edge, entry);
  }
  const anyLine = smallest <= largest;
  const base = anyLine ? smallest : 0;
  const range = anyLine ? largest - smallest : 0;
  const lineBytes = bytesFor(range);
  const edgeBytes = reach === 0 ? 0 : bytesFor(reach);
  const packed = new DataView(
    new ArrayBuffer(HEADER_BYTES + lineBytes + locations.length * (lineBytes + 2 * edgeBytes)),
  );
  packed.setInt32(0, base, true);
  packed.setInt32(4, range, true);
  packed.setInt32(8, reach, true);
  let at = HEADER_BYTES;
  const put = (value: number, bytes: 0 | 1 | 2 | 4): void => {
    if (bytes === 1) packed.setUint8(at, value);
    else if (bytes === 2) packed.setUint16(at, value, true);
    else if (bytes === 4) packed.setUint32(at, value, true);
    at += bytes;
  };
  const distance = (line: number): number => (line > 0 ? line - base + 1 : 0);
  put(distance(firstLine), lineBytes);
  for (const { line, edge, entry } of locations) {
    put(distance(line), lineBytes);
    put(edge, edgeBytes);
    put(entry, edgeBytes);
  }
  return new Uint8Array(packed.buffer);
}

/** A number of a `codelocs` String, little-endian. */
function readPacked(at: Address, bytes: 0 | 1 | 2 | 4): number {
  let value = 0;
  for (let i = bytes - 1; i >= 0; i--) value = value * 256 + readU8((at + i) as Address);
  return value;
}

/**
 * Unpacks one location of a `codelocs` String.
 *
 * @param index statement, from 1; 0 gives the body's first line
 * @returns undefined where the String has none for it
 */
export function codeLocation(codelocs: StringRef, index: number): CodeLocation | undefined {
  const length = readWide(codelocs, objects.JuliaString.length);
  if (length < HEADER_BYTES) return undefined;
  const start = (REGION_BASE + codelocs * 8 + 8) as Address;
  const base = readPacked(start, 4);
  const lineBytes = bytesFor(readPacked((start + 4) as Address, 4));
  const reach = readPacked((start + 8) as Address, 4);
  const edgeBytes = reach === 0 ? 0 : bytesFor(reach);
  const first = HEADER_BYTES + lineBytes;
  const width = lineBytes + 2 * edgeBytes;
  const at = index === 0 ? HEADER_BYTES : first + (index - 1) * width;
  if (at + (index === 0 ? lineBytes : width) > length) return undefined;
  const distance = readPacked((start + at) as Address, lineBytes);
  const line = distance > 0 ? distance + base - 1 : 0;
  if (index === 0) return { line, edge: 0, entry: 0 };
  return {
    line,
    edge: readPacked((start + at + lineBytes) as Address, edgeBytes),
    entry: readPacked((start + at + lineBytes + edgeBytes) as Address, edgeBytes),
  };
}

/** The edge for one file, while a line table is made. */
interface Edge {
  readonly file: string;
  readonly edges: Edge[];
  readonly locations: CodeLocation[];
}

/** The entry for a chain of places, outermost first, among `edges`. */
function entryOf(edges: Edge[], chain: readonly Place[]): { edge: number; entry: number } {
  const [{ file, line }, ...inner] = chain;
  const name = file?.name ?? 'none';
  let at = edges.findIndex((edge) => edge.file === name);
  if (at < 0) at = edges.push({ file: name, edges: [], locations: [] }) - 1;
  const edge = edges[at];
  const further = inner.length > 0 ? entryOf(edge.edges, inner) : { edge: 0, entry: 0 };
  const same = edge.locations.findIndex((l) => l.line === line && l.edge === further.edge && l.entry === further.entry);
  const entry = same >= 0 ? same : edge.locations.push({ line, ...further }) - 1;
  return { edge: at + 1, entry: entry + 1 };
}

function outermostFirst(place: Place): Place[] {
  const chain: Place[] = [];
  for (let p: Place | undefined = place; p !== undefined; p = p.expandedAt) chain.unshift(p);
  return chain;
}

function make(file: string, firstLine: number, edges: readonly Edge[], locations: readonly CodeLocation[]): Ref {
  const inner = edges.map((edge) => make(edge.file, 0, edge.edges, edge.locations));
  const codelocs = stringOfBytes(compressCodelocs(firstLine, locations));
  const info = allocate(datatype('DebugInfo'), objects.DebugInfo.$size);
  writeRef(info, objects.DebugInfo.def, symbol(file));
  writeRef(info, objects.DebugInfo.linetable, nothing);
  writeRef(info, objects.DebugInfo.edges, inner.length === 0 ? emptySvec : svecOf(inner));
  writeRef(info, objects.DebugInfo.codelocs, codelocs);
  return info;
}

/** The DebugInfo of a body with these places; `def` is the file of the outermost place of its first statement. */
export function debugInfo(places: readonly (Place | null)[]): Ref {
  const first = places.find((place) => place !== null);
  const top = first ? outermostFirst(first)[0] : undefined;
  const file = top?.file?.name ?? 'none';
  const edges: Edge[] = [];
  const locations = places.map((place): CodeLocation => {
    if (place === null) return { line: 0, edge: 0, entry: 0 };
    const chain = outermostFirst(place);
    const line = (chain[0].file?.name ?? 'none') === file ? chain[0].line : 0;
    const inner = line === 0 ? chain : chain.slice(1);
    return { line, ...(inner.length > 0 ? entryOf(edges, inner) : { edge: 0, entry: 0 }) };
  });
  return make(file, top?.line ?? 0, edges, locations);
}

function appendPlaces(info: Ref, index: number, found: FileLine[]): void {
  const location = codeLocation(readRef<StringRef>(info, objects.DebugInfo.codelocs), index);
  if (location === undefined) return;
  const edges = readRef<SvecRef>(info, objects.DebugInfo.edges);
  if (location.edge > 0 && location.edge <= svecLength(edges)) {
    appendPlaces(svecGet(edges, location.edge - 1), location.entry, found);
  }
  const def = readRef(info, objects.DebugInfo.def);
  if (location.line > 0 && typeOf(def) === datatype('Symbol')) {
    found.push({ file: def as SymbolRef, line: location.line });
  }
}

/** Where statement `index` (from 0) comes from: innermost first; behind it, what expanded the macro that it comes from. */
export function placesOf(info: Ref, index: number): FileLine[] {
  const found: FileLine[] = [];
  appendPlaces(info, index + 1, found);
  return found;
}

/** The innermost of those places; undefined where none is known. */
export const placeOf = (info: Ref, index: number): FileLine | undefined => placesOf(info, index)[0];
