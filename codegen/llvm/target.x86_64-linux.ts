// What LLVM must know of x86-64 Linux.

import { type Piece, type Placement, placeSignature } from '../../ffi/calling-convention.x86_64-linux.ts';
import { alignOf, type CSignature, type CType, sizeOf } from '../../ffi/ctype.ts';
import { ForeignTypeError } from '../../ffi/error.ts';
import { CannotCompile } from './error.ts';

export const triple = 'x86_64-unknown-linux-gnu';
/** LLVM 14's own data layout of the triple; objects and constants are computed with it. */
export const dataLayout = 'e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-f80:128-n8:16:32:64-S128';
/** What runs on every x86-64 machine; objects are meant to be copied to others. */
export const defaultProcessor = 'x86-64';
/** What metadata calls this target. */
export const architecture = 'x86_64';
export const targetSystem = 'linux';

/** How LLVM is told about one argument or result, so that it ends up where the C calling convention wants it. */
export type Passing =
  /** As it is; `extend` first to 32 bits, as C callees may expect of small integers. */
  | { readonly how: 'direct'; readonly extend: 'signed' | 'unsigned' | undefined }
  /** In pieces, each loaded from (or stored to) the bytes: an integer, a float or double, or two floats. */
  | { readonly how: 'pieces'; readonly pieces: readonly Piece[] }
  /** By LLVM's byval (an argument) or sret (a result). */
  | { readonly how: 'memory'; readonly size: number; readonly align: number }
  | { readonly how: 'nothing' };

/**
 * How each argument and the result of a call are passed.
 *
 * @throws CannotCompile for what LLVM would pass differently from C
 */
export function passingOf(signature: CSignature): { readonly args: readonly Passing[]; readonly result: Passing } {
  const placement = placed(signature);
  const args = signature.args.map((type, index): Passing => {
    const place = placement.args[index];
    if (place.where === 'nowhere') return { how: 'nothing' };
    if (type.kind === 'float' && type.bytes === 2) throw new CannotCompile('a Float16 travels to a C function');
    if (type.kind === 'int' && type.bytes === 16 && place.where === 'stack') {
      // LLVM would put one half into the last register.
      throw new CannotCompile('a 128-bit integer travels to a C function on the stack');
    }
    if (!isAggregate(type)) return { how: 'direct', extend: extensionOf(type) };
    if (place.where === 'registers') return { how: 'pieces', pieces: place.pieces };
    return { how: 'memory', size: sizeOf(type), align: Math.max(8, alignOf(type)) };
  });
  const { result } = placement;
  if (result.where === 'nowhere') return { args, result: { how: 'nothing' } };
  if (signature.result.kind === 'float' && signature.result.bytes === 2)
    throw new CannotCompile('a Float16 comes from a C function');
  if (!isAggregate(signature.result)) return { args, result: { how: 'direct', extend: undefined } };
  if (result.where === 'registers') return { args, result: { how: 'pieces', pieces: result.pieces } };
  return { args, result: { how: 'memory', size: sizeOf(signature.result), align: alignOf(signature.result) } };
}

function placed(signature: CSignature): Placement {
  try {
    return placeSignature(signature);
  } catch (error) {
    if (error instanceof ForeignTypeError) throw new CannotCompile(error.message);
    throw error;
  }
}

function isAggregate(type: CType): boolean {
  return type.kind === 'struct' || type.kind === 'vector';
}

function extensionOf(type: CType): 'signed' | 'unsigned' | undefined {
  if (type.kind === 'bool') return 'unsigned';
  if (type.kind === 'int' && type.bytes < 4) return type.signed ? 'signed' : 'unsigned';
  return undefined;
}
