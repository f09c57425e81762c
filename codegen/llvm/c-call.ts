// Calls of C functions, with each argument where the platform's calling convention wants it.
//
// LLVM passes integers, floats and pointers as C does; structs it does not know. So a struct that travels in registers is cut
// into the pieces that the convention names, each loaded from the bytes and passed as a number; one that travels in memory
// is passed by `byval`, returned by `sret`. Small integers are extended to 32 bits, which C callees may rely on.
//
// Enters: a signature, and LLVM values for the arguments. Leaves: the call, and the notes on it.

import type { Piece } from '../../ffi/calling-convention.x86_64-linux.ts';
import type { CSignature } from '../../ffi/ctype.ts';
import type { MachineType } from '../emit/operations.ts';
import type { ArgumentAttribute, FunctionNotes, Note } from './annotations.ts';
import type { FunctionType, Type, Value } from './bindings.ts';
import { CannotCompile } from './error.ts';
import { type Passing, passingOf } from './target.x86_64-linux.ts';
import type { ModuleWriter } from './writer.ts';

export interface CCall {
  readonly signature: CSignature;
  readonly args: readonly { readonly value: Value; readonly type: MachineType }[];
  readonly result: MachineType | undefined;
  /** Where a struct result goes. */
  readonly structResult: Value | undefined;
  /** The function to call, as a pointer to a function of the given type. */
  readonly callee: (type: FunctionType) => Value;
}

/** Writes a call; gives its result, which has no meaning if there is none. */
export function writeCCall(module: ModuleWriter, notes: FunctionNotes, call: CCall): Value[] {
  return new CCallWriter(module, notes).write(call);
}

class CCallWriter {
  private readonly module: ModuleWriter;
  private readonly notes: FunctionNotes;
  private readonly attributes: ArgumentAttribute[] = [];
  private readonly types: Type[] = [];
  private readonly args: Value[] = [];

  constructor(module: ModuleWriter, notes: FunctionNotes) {
    this.module = module;
    this.notes = notes;
  }

  write({ signature, args, result, structResult, callee }: CCall): Value[] {
    const { llvm, builder } = this.module;
    const passing = passingOf(signature);
    if (passing.result.how === 'memory' && structResult !== undefined) {
      this.addInMemory(structResult, 'sret', passing.result);
    }
    let fixed = this.types.length;
    args.forEach(({ value, type }, index) => {
      this.passArgument(value, type, passing.args[index]);
      if (signature.fixed === undefined || index < signature.fixed) fixed = this.types.length;
    });
    const type = llvm.FunctionType.get(
      this.resultType(result, passing.result),
      this.types.slice(0, fixed),
      signature.fixed !== undefined,
    );
    const to = callee(type);
    this.notes.notes.push({ kind: 'call', attributes: this.attributes, replace: undefined });
    const value = builder.CreateCall(type, to, this.args);
    if (passing.result.how === 'pieces' && structResult !== undefined) {
      this.storePieces(value, passing.result.pieces, structResult);
    }
    return [value];
  }

  private add(value: Value, type: Type): void {
    this.types.push(type);
    this.args.push(value);
  }

  private addInMemory(address: Value, name: 'byval' | 'sret', passing: Passing & { readonly how: 'memory' }): void {
    const { llvm, constants } = this.module;
    const bytes = llvm.ArrayType.get(constants.integerType(8), passing.size);
    this.add(this.typed(address, bytes), llvm.PointerType.getUnqual(bytes));
    this.attributes.push({ index: this.args.length, name, bytes: passing.size, align: passing.align });
  }

  private typed(address: Value, type: Type): Value {
    return this.module.builder.CreateBitCast(address, this.module.llvm.PointerType.getUnqual(type));
  }

  private resultType(type: MachineType | undefined, passing: Passing): Type {
    const { llvm, constants, context } = this.module;
    if (passing.how === 'pieces') {
      const types = passing.pieces.map((piece) => this.pieceType(piece));
      return types.length === 1 ? types[0] : llvm.StructType.get(context, types);
    }
    return type === undefined ? llvm.Type.getVoidTy(context) : constants.type(type);
  }

  private passArgument(value: Value, type: MachineType, passing: Passing): void {
    const { builder, constants } = this.module;
    switch (passing.how) {
      case 'nothing':
        return;
      case 'direct': {
        if (passing.extend === undefined) {
          this.add(value, constants.type(type));
          return;
        }
        const wide = constants.integerType(32);
        const isSigned = passing.extend === 'signed';
        this.add(isSigned ? builder.CreateSExt(value, wide) : builder.CreateZExt(value, wide), wide);
        return;
      }
      case 'pieces':
        for (const piece of passing.pieces) this.add(this.loadPiece(piece, value), this.pieceType(piece));
        return;
      case 'memory':
        this.addInMemory(value, 'byval', passing);
        return;
    }
  }

  /** The type of the register that carries a piece. Two floats travel like a double: in the low half of one register. */
  private pieceType(piece: Piece): Type {
    const { constants } = this.module;
    if (piece.bank === 'integer') return constants.integerType(64);
    if (piece.bytes > 8) throw new CannotCompile('a vector of 16 bytes travels to or from a C function');
    return constants.type(piece.bytes === 4 ? 'f32' : 'f64');
  }

  /** Reads just the bytes that are there: a struct of 3 bytes may be the last thing of its page. */
  private loadPiece(piece: Piece, struct: Value): Value {
    const { builder, constants } = this.module;
    const type = piece.bank === 'integer' ? constants.integerType(8 * piece.bytes) : this.pieceType(piece);
    this.notes.notes.push(bytewise('load'));
    const loaded = builder.CreateLoad(type, this.typed(this.module.at(struct, piece.offset), type));
    return piece.bank === 'integer' && piece.bytes < 8 ? builder.CreateZExt(loaded, this.pieceType(piece)) : loaded;
  }

  private storePieces(result: Value, pieces: readonly Piece[], struct: Value): void {
    const { builder, constants } = this.module;
    pieces.forEach((piece, index) => {
      const whole = pieces.length === 1 ? result : builder.CreateExtractValue(result, [index]);
      const isNarrow = piece.bank === 'integer' && piece.bytes < 8;
      const type = isNarrow ? constants.integerType(8 * piece.bytes) : this.pieceType(piece);
      const place = this.typed(this.module.at(struct, piece.offset), type);
      this.notes.notes.push(bytewise('store'));
      builder.CreateStore(isNarrow ? builder.CreateTrunc(whole, type) : whole, place);
    });
  }
}

function bytewise(kind: 'load' | 'store'): Note {
  return { kind, align: 1, volatile: false, order: undefined, memory: undefined, constant: false };
}
