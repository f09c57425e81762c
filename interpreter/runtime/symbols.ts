// Symbols: interned strings of the heap.
//
// All symbols form one binary search tree, ordered by hash and then by bytes, whose root is in the state block: the heap
// alone says which symbols exist. A JavaScript Map from text to reference stands before it as a cache.

import { REGION_HIGH, U8, U32 } from '../../ffi/region.ts';
import { allocate } from '../memory/heap.ts';
import { readRef, type SymbolRef, writeRef } from '../memory/layout.ts';
import { JuliaSymbol } from '../memory/objects.ts';
import { State, setStateRef, stateRef } from '../memory/state.ts';
import { datatype } from '../memory/wellknown.ts';
import { decodeText, encodeText } from './text.ts';

const cache = new Map<string, SymbolRef>();
const names = new Map<SymbolRef, string>();

const SYMBOL_BYTES = JuliaSymbol.$size;
const hashWord = (symbol: SymbolRef): number => (symbol << 1) + 4;

/** FNV-1a, 32 bits: spreads short names well enough for a search tree and is trivial to compute. */
function hashBytes(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  // The multiplicative tail mixes the high bits down: neighbours in the source must not be neighbours in the tree.
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d) >>> 0;
}

function compareBytes(symbol: SymbolRef, bytes: Uint8Array): number {
  const at = symbol * 8 + SYMBOL_BYTES;
  for (let i = 0; i < bytes.length; i++) {
    const difference = bytes[i] - U8[at + i];
    if (difference !== 0) return difference;
  }
  return U8[at + bytes.length] === 0 ? 0 : -1;
}

/** Interns bytes (without NUL) as a symbol. */
export function internBytes(bytes: Uint8Array): SymbolRef {
  const hash = hashBytes(bytes);
  let node = stateRef<SymbolRef>(State.symbols);
  let parent = 0 as SymbolRef;
  let order = 0;
  while (node !== 0) {
    const nodeHash = U32[hashWord(node)];
    order = hash === nodeHash ? compareBytes(node, bytes) : hash < nodeHash ? -1 : 1;
    if (order === 0) return node;
    parent = node;
    node = readRef<SymbolRef>(node, order < 0 ? JuliaSymbol.left : JuliaSymbol.right);
  }
  const symbol = allocate(datatype('Symbol'), SYMBOL_BYTES + bytes.length + 1) as SymbolRef;
  U32[hashWord(symbol)] = hash;
  U32[hashWord(symbol) + 1] = 0;
  U8.set(bytes, symbol * 8 + SYMBOL_BYTES);
  if (parent === 0) setStateRef(State.symbols, symbol);
  else writeRef(parent, order < 0 ? JuliaSymbol.left : JuliaSymbol.right, symbol);
  return symbol;
}

/** The symbol of a name. */
export function symbol(name: string): SymbolRef {
  let found = cache.get(name);
  if (found === undefined) {
    found = internBytes(encodeText(name));
    cache.set(name, found);
    names.set(found, name);
  }
  return found;
}

/** Length of a symbol's name in bytes. */
export function symbolLength(s: SymbolRef): number {
  const at = s * 8 + SYMBOL_BYTES;
  let end = at;
  while (U8[end] !== 0) end++;
  return end - at;
}

/** The name of a symbol. */
export function symbolName(s: SymbolRef): string {
  let name = names.get(s);
  if (name === undefined) {
    const at = s * 8 + SYMBOL_BYTES;
    name = decodeText(U8.slice(at, at + symbolLength(s)));
    names.set(s, name);
    cache.set(name, s);
  }
  return name;
}

/** Hash of a symbol's name, 32 bits, the same in every process. */
export const symbolHash = (s: SymbolRef): number => U32[hashWord(s)];

/** Address of the NUL-terminated name, for C. */
export const symbolAddress = (s: SymbolRef): number => REGION_HIGH * 2 ** 32 + s * 8 + SYMBOL_BYTES;
