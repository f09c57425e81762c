// LLVM types and exact constants.
//
// llvm-bindings narrows the numbers it makes constants of: an int64 keeps its low 53 bits at best, -1 becomes 2^32 - 1.
// Constants of 32 bits, given as an unsigned number, are right. So wider ones are put together from such words with zext,
// shl and or, which the IR builder folds into one constant. Floats are their bit pattern, cast, so that every NaN and the
// signed zero stay what they are.

import { bitsOf, isFloatType, type MachineType } from '../emit/operations.ts';
import type { Bindings, Builder, Context, Type, Value } from './bindings.ts';

export class Constants {
  private readonly llvm: Bindings;
  private readonly builder: Builder;
  private readonly context: Context;
  readonly bytePointer: Type;
  private readonly integers = new Map<number, Type>();
  private readonly float: Type;
  private readonly double: Type;

  constructor(llvm: Bindings, context: Context, builder: Builder) {
    this.llvm = llvm;
    this.context = context;
    this.builder = builder;
    this.bytePointer = llvm.PointerType.getUnqual(this.integerType(8));
    this.float = llvm.Type.getFloatTy(context);
    this.double = llvm.Type.getDoubleTy(context);
  }

  integerType(bits: number): Type {
    let type = this.integers.get(bits);
    if (type === undefined) {
      type = this.llvm.Type.getIntNTy(this.context, bits);
      this.integers.set(bits, type);
    }
    return type;
  }

  /** The LLVM type of a machine type; both address types are pointers to bytes. */
  type(type: MachineType): Type {
    switch (type) {
      case 'f32':
        return this.float;
      case 'f64':
        return this.double;
      case 'ref':
      case 'ptr':
        return this.bytePointer;
      default:
        return this.integerType(bitsOf(type));
    }
  }

  /** An integer of any width up to 128, from its bits as an unsigned number. */
  integer(bits: number, value: bigint): Value {
    const { builder } = this;
    const type = this.integerType(bits);
    if (bits <= 32) return this.llvm.ConstantInt.get(type, Number(value), false);
    let result = this.llvm.Constant.getNullValue(type);
    for (let shift = 0; shift < bits; shift += 32) {
      const word = (value >> BigInt(shift)) & 0xffff_ffffn;
      if (word === 0n) continue;
      const wide = builder.CreateZExt(builder.getInt32(Number(word)), type);
      const amount = builder.CreateZExt(builder.getInt32(shift), type);
      result = builder.CreateOr(result, builder.CreateShl(wide, amount));
    }
    return result;
  }

  /** A constant of a machine type, from its bit pattern. */
  constant(type: MachineType, value: bigint): Value {
    if (isFloatType(type)) return this.builder.CreateBitCast(this.integer(bitsOf(type), value), this.type(type));
    if (type !== 'ref' && type !== 'ptr') return this.integer(bitsOf(type), value);
    if (value === 0n) return this.llvm.Constant.getNullValue(this.bytePointer);
    return this.builder.CreateIntToPtr(this.integer(64, value), this.bytePointer);
  }
}
