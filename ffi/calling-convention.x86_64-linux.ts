// Where values travel when C functions call each other: the System V ABI of x86-64, section 3.2.3.
//
// A value of at most 16 bytes is cut into eightbytes, each travelling in an integer or a vector register if registers
// are left for all of it; any other value travels on the stack. The class of an eightbyte is "integer" as soon as one
// member in it is an integer. Results follow the same classes with registers of their own; a result that fits no
// register is written through a hidden pointer, passed as the first argument.
//
// Enters: a C signature. Leaves: for each argument and the result, its place. Machine code and callbacks are written
// from these places alone.

import { alignOf, type CSignature, type CType, sizeOf, typeText } from './ctype.ts';
import { ForeignTypeError } from './error.ts';

/** A part of a value that travels in one register: `bytes` (1 to 8; 16 for a vector) from `offset` in the value. */
export interface Piece {
  readonly bank: 'integer' | 'vector';
  readonly offset: number;
  readonly bytes: number;
  /** Number of the register among those of its bank that carry arguments (or results). */
  readonly register: number;
}

/** Where one argument travels. `stack` is the offset in bytes from the first stack argument. */
export type Place =
  | { readonly where: 'nowhere' }
  | { readonly where: 'registers'; readonly pieces: readonly Piece[] }
  | { readonly where: 'stack'; readonly stack: number; readonly bytes: number };

/** Where the result travels. `memory`: through a hidden pointer in the first integer register. */
export type ResultPlace =
  | { readonly where: 'nowhere' }
  | { readonly where: 'registers'; readonly pieces: readonly Piece[] }
  | { readonly where: 'memory' };

export interface Placement {
  readonly args: readonly Place[];
  readonly result: ResultPlace;
  /** Bytes of stack arguments, a multiple of 16. */
  readonly stackBytes: number;
  /** Number of vector registers in use: variadic functions are told it in `al`. */
  readonly vectorRegisters: number;
}

export const integerArgumentRegisters = 6;
export const vectorArgumentRegisters = 8;

type PieceShape = Omit<Piece, 'register'>;

/**
 * Places the arguments and the result of a call.
 *
 * @throws ForeignTypeError for what this convention cannot pass, or what would need registers wider than 16 bytes
 */
export function placeSignature(signature: CSignature): Placement {
  const resultPieces = classify(signature.result);
  let integers = 0;
  let vectors = 0;
  let result: ResultPlace;
  if (sizeOf(signature.result) === 0) result = { where: 'nowhere' };
  else if (resultPieces === undefined) {
    result = { where: 'memory' };
    integers = 1;
  } else result = { where: 'registers', pieces: numbered(resultPieces, 0, 0) };

  let stack = 0;
  const args: Place[] = [];
  for (const type of signature.args) {
    if (type.kind === 'void') throw new ForeignTypeError('an argument cannot be void');
    if (sizeOf(type) === 0) {
      args.push({ where: 'nowhere' });
      continue;
    }
    const pieces = classify(type);
    const integersNeeded = pieces?.filter(({ bank }) => bank === 'integer').length ?? 0;
    const vectorsNeeded = (pieces?.length ?? 0) - integersNeeded;
    if (
      pieces !== undefined &&
      integers + integersNeeded <= integerArgumentRegisters &&
      vectors + vectorsNeeded <= vectorArgumentRegisters
    ) {
      args.push({ where: 'registers', pieces: numbered(pieces, integers, vectors) });
      integers += integersNeeded;
      vectors += vectorsNeeded;
      continue;
    }
    const align = Math.max(8, alignOf(type));
    if (align > 16) throw new ForeignTypeError(`${typeText(type)} is aligned to ${align} bytes: not passed by value`);
    stack = roundUp(stack, align);
    args.push({ where: 'stack', stack, bytes: sizeOf(type) });
    stack += roundUp(sizeOf(type), 8);
  }
  return { args, result, stackBytes: roundUp(stack, 16), vectorRegisters: vectors };
}

/** The pieces in which a value travels in registers; undefined if it must be in memory. */
function classify(type: CType): PieceShape[] | undefined {
  const size = sizeOf(type);
  if (type.kind === 'vector') {
    if (size !== 8 && size !== 16) {
      throw new ForeignTypeError(`a vector of ${size} bytes cannot be passed by value (8 and 16 can)`);
    }
    return [{ bank: 'vector', offset: 0, bytes: size }];
  }
  if (size > 16 || !eachMember(type, 0, (member, offset) => offset % alignOf(member) === 0)) return undefined;
  let isVector16 = false;
  const holdsInteger = [false, false];
  eachMember(type, 0, (member, offset) => {
    if (member.kind === 'vector') {
      if (member.bytes === 16) isVector16 = true;
    } else if (member.kind !== 'float') {
      holdsInteger[offset >> 3] = true;
      if (sizeOf(member) === 16) holdsInteger[1] = true;
    }
    return true;
  });
  if (isVector16) return [{ bank: 'vector', offset: 0, bytes: 16 }];
  const pieces: PieceShape[] = [];
  for (let offset = 0; offset < size; offset += 8) {
    pieces.push({ bank: holdsInteger[offset >> 3] ? 'integer' : 'vector', offset, bytes: Math.min(8, size - offset) });
  }
  return pieces;
}

/** Visits the scalars and vectors a type is made of; whether `visit` said true to all of them. */
function eachMember(type: CType, offset: number, visit: (member: CType, offset: number) => boolean): boolean {
  if (type.kind !== 'struct') return visit(type, offset);
  return type.fields.every((field) => eachMember(field.type, offset + field.offset, visit));
}

function numbered(pieces: readonly PieceShape[], integers: number, vectors: number): Piece[] {
  return pieces.map((piece) => ({ ...piece, register: piece.bank === 'integer' ? integers++ : vectors++ }));
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
