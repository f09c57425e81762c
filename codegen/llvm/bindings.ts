// The part of llvm-bindings that jl0 uses, with types of its own, loaded on first use.
//
// llvm-bindings is an optional package with a native part that must be built against LLVM 14. It is declared here in
// full, so that jl0 type-checks without it. Its numbers are not to be trusted: integer constants pass through an unsigned
// 32-bit conversion, so `constants.ts` builds anything wider from exact halves. Nothing else in jl0 imports it.

import { createRequire } from 'node:module';
import { LLVMUnavailable } from './error.ts';

export interface Type {
  readonly isVoidTy: () => boolean;
}
export interface Value {
  setName(name: string): void;
}
export interface Argument extends Value {
  getArgNo(): number;
}
export interface BasicBlock extends Value {
  getParent(): FunctionValue | null;
}
export interface PHINode extends Value {
  addIncoming(value: Value, block: BasicBlock): void;
}
export interface SwitchInst extends Value {
  addCase(value: Value, block: BasicBlock): void;
}
export interface FunctionValue extends Value {
  getArg(index: number): Argument;
}
export interface GlobalVariable extends Value {
  setInitializer(value: Value): void;
}
export interface FunctionType extends Type {
  readonly functionType?: never;
}
export interface StructType extends Type {
  readonly structType?: never;
}
export interface ArrayType extends Type {
  readonly arrayType?: never;
}
export interface Context {
  readonly context?: never;
}
export interface Module {
  setTargetTriple(triple: string): void;
  setDataLayout(layout: string): void;
  setSourceFileName(name: string): void;
  addModuleFlag(behavior: number, key: string, value: number): void;
  print(): string;
}

type Binary = (left: Value, right: Value, name?: string) => Value;
type Cast = (value: Value, type: Type, name?: string) => Value;

export interface Builder {
  SetInsertPoint(block: BasicBlock): void;
  GetInsertBlock(): BasicBlock | null;
  getInt1(value: boolean): Value;
  getInt32(value: number): Value;
  getInt64(value: number): Value;
  readonly CreateAdd: Binary;
  readonly CreateSub: Binary;
  readonly CreateMul: Binary;
  readonly CreateSDiv: Binary;
  readonly CreateUDiv: Binary;
  readonly CreateSRem: Binary;
  readonly CreateURem: Binary;
  readonly CreateAnd: Binary;
  readonly CreateOr: Binary;
  readonly CreateXor: Binary;
  readonly CreateShl: Binary;
  readonly CreateAShr: Binary;
  readonly CreateLShr: Binary;
  readonly CreateFAdd: Binary;
  readonly CreateFSub: Binary;
  readonly CreateFMul: Binary;
  readonly CreateFDiv: Binary;
  readonly CreateFRem: Binary;
  readonly CreateICmpEQ: Binary;
  readonly CreateICmpNE: Binary;
  readonly CreateICmpSLT: Binary;
  readonly CreateICmpSLE: Binary;
  readonly CreateICmpSGT: Binary;
  readonly CreateICmpSGE: Binary;
  readonly CreateICmpULT: Binary;
  readonly CreateICmpULE: Binary;
  readonly CreateICmpUGT: Binary;
  readonly CreateICmpUGE: Binary;
  readonly CreateFCmpOEQ: Binary;
  readonly CreateFCmpUNE: Binary;
  readonly CreateFCmpOLT: Binary;
  readonly CreateFCmpOLE: Binary;
  readonly CreateFCmpOGT: Binary;
  readonly CreateFCmpOGE: Binary;
  CreateNeg(value: Value): Value;
  CreateNot(value: Value): Value;
  CreateFNeg(value: Value): Value;
  readonly CreateTrunc: Cast;
  readonly CreateZExt: Cast;
  readonly CreateSExt: Cast;
  readonly CreateZExtOrTrunc: Cast;
  readonly CreateFPToSI: Cast;
  readonly CreateFPToUI: Cast;
  readonly CreateSIToFP: Cast;
  readonly CreateUIToFP: Cast;
  readonly CreateFPExt: Cast;
  readonly CreateFPTrunc: Cast;
  readonly CreateBitCast: Cast;
  readonly CreatePtrToInt: Cast;
  readonly CreateIntToPtr: Cast;
  CreateSelect(condition: Value, left: Value, right: Value): Value;
  CreateAlloca(type: Type): Value;
  CreateLoad(type: Type, address: Value): Value;
  CreateStore(value: Value, address: Value): Value;
  CreateGEP(type: Type, address: Value, index: Value): Value;
  CreateCall(type: FunctionType, callee: Value, args: Value[]): Value;
  CreateCall(callee: FunctionValue, args: Value[]): Value;
  CreateExtractValue(aggregate: Value, path: number[]): Value;
  CreateInsertValue(aggregate: Value, value: Value, path: number[]): Value;
  CreatePHI(type: Type, reserved: number): PHINode;
  CreateRet(value: Value): Value;
  CreateRetVoid(): Value;
  CreateBr(block: BasicBlock): Value;
  CreateCondBr(condition: Value, then: BasicBlock, otherwise: BasicBlock): Value;
  CreateSwitch(value: Value, otherwise: BasicBlock, cases: number): SwitchInst;
  CreateUnreachable(): Value;
}

/** The constructors and functions of the package that jl0 uses. */
export interface Bindings {
  readonly LLVMContext: new () => Context;
  readonly Module: { new (name: string, context: Context): Module; readonly ModFlagBehavior: { readonly Max: number } };
  readonly IRBuilder: new (context: Context) => Builder;
  readonly Type: {
    getVoidTy(context: Context): Type;
    getIntNTy(context: Context, bits: number): Type;
    getFloatTy(context: Context): Type;
    getDoubleTy(context: Context): Type;
  };
  readonly PointerType: { getUnqual(type: Type): Type };
  readonly FunctionType: { get(result: Type, parameters: Type[], variadic: boolean): FunctionType };
  readonly StructType: { get(context: Context, elements: Type[]): StructType };
  readonly ArrayType: { get(element: Type, length: number): ArrayType };
  readonly BasicBlock: { Create(context: Context, name: string, parent: FunctionValue): BasicBlock };
  readonly Function: {
    readonly LinkageTypes: { readonly ExternalLinkage: number; readonly InternalLinkage: number };
    Create(type: FunctionType, linkage: number, name: string, module: Module): FunctionValue;
  };
  readonly GlobalVariable: new (
    module: Module,
    type: Type,
    constant: boolean,
    linkage: number,
    initializer: Value | null,
    name: string,
  ) => GlobalVariable;
  readonly Constant: { getNullValue(type: Type): Value };
  readonly ConstantInt: { get(type: Type, value: number, signed: boolean): Value };
  readonly ConstantArray: { get(type: ArrayType, elements: Value[]): Value };
  readonly ConstantStruct: { get(type: StructType, elements: Value[]): Value };
  readonly UndefValue: { get(type: Type): Value };
  readonly Intrinsic: {
    getDeclaration(module: Module, id: number, types: Type[]): FunctionValue;
    readonly sadd_with_overflow: number;
    readonly uadd_with_overflow: number;
    readonly ssub_with_overflow: number;
    readonly usub_with_overflow: number;
    readonly smul_with_overflow: number;
    readonly umul_with_overflow: number;
    readonly ctpop: number;
    readonly ctlz: number;
    readonly cttz: number;
    readonly bswap: number;
    readonly bitreverse: number;
    readonly fabs: number;
    readonly sqrt: number;
    readonly ceil: number;
    readonly floor: number;
    readonly trunc: number;
    readonly rint: number;
    readonly copysign: number;
    readonly fma: number;
    readonly fmuladd: number;
    readonly memcpy: number;
    readonly memmove: number;
    readonly memset: number;
    readonly trap: number;
  };
  WriteBitcodeToFile(module: Module, path: string): void;
}

let loaded: Bindings | undefined;

/**
 * The package, loaded on first use.
 *
 * @throws LLVMUnavailable if it is not installed, was not built, or cannot find its libLLVM
 */
export function llvmBindings(): Bindings {
  if (loaded === undefined) {
    try {
      loaded = createRequire(import.meta.url)('llvm-bindings') as Bindings;
    } catch (error) {
      throw new LLVMUnavailable('the package llvm-bindings cannot be loaded', error);
    }
  }
  return loaded;
}
