// libLLVM's C API, through koffi: what llvm-bindings lacks. The passes, object emission, and on a finished module the
// attributes, alignments, atomic operations and branch weights.
//
// LLVM's objects are addresses here, kept apart by brands. They belong to LLVM; `LLVMLibrary` frees nothing by itself.
// Source of the names and numbers: llvm-c/Core.h, Target.h, TargetMachine.h and Transforms/PassBuilder.h of LLVM 14.

import { koffi } from '../../ffi/koffi.ts';
import { LLVMUnavailable } from './error.ts';

declare const handleBrand: unique symbol;
/** The address of one of LLVM's objects; as a number, which koffi passes faster than a BigInt. */
export type Handle<Name extends string> = number & { readonly [handleBrand]: Name };
export type ContextHandle = Handle<'context'>;
export type ModuleHandle = Handle<'module'>;
export type ValueHandle = Handle<'value'>;
export type BlockHandle = Handle<'block'>;
export type AttributeHandle = Handle<'attribute'>;
export type TypeHandle = Handle<'type'>;
export type MetadataHandle = Handle<'metadata'>;
export type MachineHandle = Handle<'machine'>;
export type BufferHandle = Handle<'buffer'>;
export type BuilderHandle = Handle<'builder'>;
export type OptionsHandle = Handle<'options'>;

/** The null handle, which LLVM returns at the end of a list or for what does not exist. */
export function isNull(handle: number): boolean {
  return handle === 0;
}

/** LLVMOpcode, of the instructions that `finish.ts` looks at. */
export const opcode = { branch: 2, alloca: 26, load: 27, store: 28, call: 45 } as const;
/** LLVMAtomicOrdering. */
export const ordering = { relaxed: 2, acquire: 4, release: 5, 'acquire-release': 6, sequential: 7 } as const;
/** LLVMAtomicRMWBinOp. */
export const atomicUpdate = {
  exchange: 0,
  add: 1,
  sub: 2,
  and: 3,
  nand: 4,
  or: 5,
  xor: 6,
  smax: 7,
  smin: 8,
  umax: 9,
  umin: 10,
} as const;
/** LLVMCodeGenFileType. */
export const fileType = { asm: 0, obj: 1 } as const;
/** LLVMCodeGenOptLevel, LLVMRelocMode, LLVMCodeModel: those in use. */
export const codegenLevelDefault = 2;
export const relocationPIC = 2;
export const codeModelSmall = 3;
/** LLVMAttributeFunctionIndex and LLVMAttributeReturnIndex; parameters count from 1. */
export const functionIndex = 0xffffffff;

const path = 'libLLVM-14.so.1';

/** The functions in use, each with its C types: `p` a handle or pointer, `s` a string, `i` an int, `u` unsigned. */
const signatures = {
  LLVMContextCreate: 'p',
  LLVMContextDispose: 'v p',
  LLVMCreateMemoryBufferWithContentsOfFile: 'i s o o',
  LLVMDisposeMemoryBuffer: 'v p',
  LLVMParseBitcodeInContext2: 'i p p o',
  LLVMDisposeModule: 'v p',
  LLVMSetModuleIdentifier: 'v p s z',
  LLVMVerifyModule: 'i p i o',
  LLVMPrintModuleToString: 'p p',
  LLVMDisposeMessage: 'v p',
  LLVMWriteBitcodeToMemoryBuffer: 'p p',
  LLVMGetBufferStart: 'p p',
  LLVMGetBufferSize: 'z p',
  LLVMGetTargetFromTriple: 'i s o o',
  LLVMCreateTargetMachine: 'p p s s s i i i',
  LLVMDisposeTargetMachine: 'v p',
  LLVMTargetMachineEmitToMemoryBuffer: 'i p p i o o',
  LLVMCreatePassBuilderOptions: 'p',
  LLVMDisposePassBuilderOptions: 'v p',
  LLVMPassBuilderOptionsSetLoopVectorization: 'v p i',
  LLVMPassBuilderOptionsSetSLPVectorization: 'v p i',
  LLVMPassBuilderOptionsSetLoopUnrolling: 'v p i',
  LLVMRunPasses: 'p p s p p',
  LLVMGetErrorMessage: 'p p',
  LLVMDisposeErrorMessage: 'v p',
  LLVMGetNamedFunction: 'p p s',
  LLVMGetNamedGlobal: 'p p s',
  LLVMGetFirstBasicBlock: 'p p',
  LLVMGetNextBasicBlock: 'p p',
  LLVMGetFirstInstruction: 'p p',
  LLVMGetNextInstruction: 'p p',
  LLVMGetInstructionOpcode: 'i p',
  LLVMGetParam: 'p p u',
  LLVMSetAlignment: 'v p u',
  LLVMSetVolatile: 'v p i',
  LLVMSetOrdering: 'v p i',
  LLVMSetVisibility: 'v p i',
  LLVMSetUnnamedAddress: 'v p i',
  LLVMGetEnumAttributeKindForName: 'u s z',
  LLVMCreateEnumAttribute: 'p p u q',
  LLVMCreateTypeAttribute: 'p p u p',
  LLVMCreateStringAttribute: 'p p s u s u',
  LLVMAddAttributeAtIndex: 'v p u p',
  LLVMAddCallSiteAttribute: 'v p u p',
  LLVMGetMDKindIDInContext: 'u p s u',
  LLVMMDStringInContext2: 'p p s z',
  LLVMMDNodeInContext2: 'p p P z',
  LLVMValueAsMetadata: 'p p',
  LLVMMetadataAsValue: 'p p p',
  LLVMSetMetadata: 'v p u p',
  LLVMInt8TypeInContext: 'p p',
  LLVMInt32TypeInContext: 'p p',
  LLVMInt64TypeInContext: 'p p',
  LLVMArrayType: 'p p u',
  LLVMConstInt: 'p p q i',
  LLVMCreateBuilderInContext: 'p p',
  LLVMDisposeBuilder: 'v p',
  LLVMPositionBuilderBefore: 'v p p',
  LLVMBuildAtomicRMW: 'p p i p p i i',
  LLVMBuildAtomicCmpXchg: 'p p p p p i i i',
  LLVMBuildFence: 'p p i i s',
  LLVMBuildFreeze: 'p p p s',
  LLVMGetOperand: 'p p u',
  LLVMReplaceAllUsesWith: 'v p p',
  LLVMInstructionEraseFromParent: 'v p',
  LLVMDeleteFunction: 'v p',
} as const;

type Name = keyof typeof signatures;
type Call = (...args: (bigint | number | string | (bigint | null)[] | BigUint64Array)[]) => bigint | number;

const koffiTypes: Record<string, string> = {
  p: 'uint64_t',
  v: 'void',
  s: 'str',
  i: 'int',
  u: 'uint',
  z: 'size_t',
  q: 'uint64_t',
  P: 'void *',
};

/** libLLVM, loaded. */
export class LLVMLibrary {
  private readonly library: ReturnType<typeof koffi.load>;
  private readonly functions = new Map<Name, Call>();
  private readonly attributeKinds = new Map<string, number>();

  constructor() {
    try {
      this.library = koffi.load(path);
    } catch (error) {
      throw new LLVMUnavailable(`${path} cannot be loaded`, error);
    }
    for (const part of ['TargetInfo', 'Target', 'TargetMC', 'AsmPrinter']) {
      this.library.func(`LLVMInitializeX86${part}`, 'void', [])();
    }
  }

  private function(name: Name): Call {
    let call = this.functions.get(name);
    if (call === undefined) {
      const [result, ...parameters] = signatures[name].split(' ');
      const out = koffi.out(koffi.pointer('uint64_t'));
      call = this.library.func(
        name,
        koffiTypes[result],
        parameters.map((letter) => (letter === 'o' ? out : koffiTypes[letter])),
      ) as Call;
      this.functions.set(name, call);
    }
    return call;
  }

  /** Calls a function that returns a handle. */
  handle<Result extends string>(name: Name, ...args: Parameters<Call>): Handle<Result> {
    return Number(this.function(name)(...args)) as Handle<Result>;
  }

  /** Calls a function that returns an int, a size or nothing. */
  number(name: Name, ...args: Parameters<Call>): number {
    return Number(this.function(name)(...args));
  }

  /**
   * Calls a function that returns 0 for success and fills its last or last but one argument with a handle, the other
   * with a message.
   *
   * @returns the handle, or the message as text
   */
  attempt<Result extends string>(
    name: Name,
    order: 'result, message' | 'message, result' | 'result',
    ...args: Parameters<Call>
  ): Handle<Result> | string {
    const result: (bigint | null)[] = [null];
    const message: (bigint | null)[] = [null];
    const outs = order === 'result' ? [result] : order === 'result, message' ? [result, message] : [message, result];
    const failed = this.number(name, ...args, ...outs);
    if (failed !== 0) return order === 'result' ? `${name} failed` : this.text(Number(message[0] ?? 0));
    return Number(result[0] ?? 0) as Handle<Result>;
  }

  /** Reads and disposes of a message that LLVM allocated. */
  text(message: number): string {
    if (isNull(message)) return '(no message)';
    const text = koffi.decode.string(BigInt(message));
    this.number('LLVMDisposeMessage', message);
    return text;
  }

  /** Reads and disposes of an error. */
  errorText(error: number): string {
    const message = this.handle<'text'>('LLVMGetErrorMessage', error);
    const text = koffi.decode.string(BigInt(message));
    this.number('LLVMDisposeErrorMessage', message);
    return text;
  }

  /** The bytes of a memory buffer, copied; the buffer is disposed of. */
  bytes(buffer: BufferHandle): Uint8Array {
    const start = this.handle<'bytes'>('LLVMGetBufferStart', buffer);
    const bytes = new Uint8Array(koffi.view(BigInt(start), this.number('LLVMGetBufferSize', buffer))).slice();
    this.number('LLVMDisposeMemoryBuffer', buffer);
    return bytes;
  }

  /** The number of an attribute. @throws LLVMUnavailable if this LLVM does not know it */
  attributeKind(name: string): number {
    let kind = this.attributeKinds.get(name);
    if (kind === undefined) {
      kind = this.number('LLVMGetEnumAttributeKindForName', name, name.length);
      if (kind === 0) throw new LLVMUnavailable(`${path} knows no attribute ${name}`);
      this.attributeKinds.set(name, kind);
    }
    return kind;
  }
}

let loaded: LLVMLibrary | undefined;

/**
 * libLLVM, loaded on first use.
 *
 * @throws LLVMUnavailable if it is not on this machine
 */
export function llvmLibrary(): LLVMLibrary {
  loaded ??= new LLVMLibrary();
  return loaded;
}
