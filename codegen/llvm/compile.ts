// Compiling: from a program of operations to bytes, as a list of steps.
//
// llvm-bindings builds the module and can do no more than write it to a file as bitcode; from there libLLVM's C API takes
// over. The result is a function of the program, the options and LLVM's version, of nothing else: no time, no path, no
// address gets in.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Program } from '../emit/operations.ts';
import { requireValid } from '../emit/verifier.ts';
import { llvmBindings, type Module } from './bindings.ts';
import { LLVMError } from './error.ts';
import { finishModule } from './finish.ts';
import {
  type ContextHandle,
  codegenLevelDefault,
  codeModelSmall,
  fileType,
  isNull,
  type LLVMLibrary,
  llvmLibrary,
  type MachineHandle,
  type ModuleHandle,
  relocationPIC,
} from './library.ts';
import { defaultProcessor, triple } from './target.x86_64-linux.ts';
import { writeModule } from './writer.ts';

/** `obj` a relocatable ELF object, `asm` assembly, `ll` LLVM IR as text, `bc` as bitcode. */
export type OutputKind = 'obj' | 'asm' | 'll' | 'bc';

export interface CompileOptions {
  readonly output?: OutputKind;
  /** 2: LLVM's O2 pipeline, vectorising. 0: nothing is optimised, as `ll` shows what the writer wrote. */
  readonly optimise?: 0 | 2;
  /** LLVM's name of the processor to compile for; by default what every machine of the architecture has. */
  readonly processor?: string;
}

export interface Compiled {
  readonly bytes: Uint8Array;
  readonly processor: string;
  /** Symbols that the writer itself refers to, beyond those that the program declares. */
  readonly support: readonly string[];
}

/** Version of LLVM that is used, for the record. */
export const llvmVersion = '14';

/**
 * Makes sure that LLVM can be used, before the work that needs it.
 *
 * @throws LLVMUnavailable if LLVM or its bindings are not on this machine
 */
export function requireLLVM(): void {
  llvmBindings();
  llvmLibrary();
}

/**
 * Compiles a program.
 *
 * @throws InvalidProgram if the program is not valid
 * @throws CannotCompile if it holds something that cannot be expressed
 * @throws LLVMUnavailable if LLVM is not on this machine
 * @throws LLVMError if LLVM refuses the module, which is a mistake in jl0
 */
export function compileProgram(program: Program, options: CompileOptions = {}): Compiled {
  requireValid(program);
  const bindings = llvmBindings();
  const library = llvmLibrary();
  const processor = options.processor ?? defaultProcessor;
  const { module, notes, support } = writeModule(bindings, program);
  const context = library.handle<'context'>('LLVMContextCreate');
  try {
    const parsed = handOver(library, context, module, program.name);
    finishModule(library, context, parsed, notes);
    check(library, parsed);
    const machine = createMachine(library, processor);
    try {
      if (options.optimise !== 0) runPasses(library, parsed, machine);
      return { bytes: output(library, parsed, machine, options.output ?? 'obj'), processor, support };
    } finally {
      library.number('LLVMDisposeTargetMachine', machine);
    }
  } finally {
    library.number('LLVMContextDispose', context);
  }
}

/** Moves the module from llvm-bindings' hands into those of the C API, by way of a file. */
function handOver(library: LLVMLibrary, context: ContextHandle, module: Module, name: string): ModuleHandle {
  const folder = mkdtempSync(join(tmpdir(), 'jl0-'));
  try {
    const path = join(folder, 'module.bc');
    llvmBindings().WriteBitcodeToFile(module, path);
    const buffer = library.attempt<'buffer'>('LLVMCreateMemoryBufferWithContentsOfFile', 'result, message', path);
    if (typeof buffer === 'string') throw new LLVMError(`the bitcode cannot be read: ${buffer}`);
    const parsed = library.attempt<'module'>('LLVMParseBitcodeInContext2', 'result', context, buffer);
    library.number('LLVMDisposeMemoryBuffer', buffer);
    if (typeof parsed === 'string') throw new LLVMError(`the bitcode cannot be parsed: ${parsed}`);
    // It would be the path otherwise, which differs from run to run.
    library.number('LLVMSetModuleIdentifier', parsed, name, Buffer.byteLength(name));
    return parsed;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function check(library: LLVMLibrary, module: ModuleHandle): void {
  const returnStatus = 2;
  const message: (bigint | null)[] = [null];
  const broken = library.number('LLVMVerifyModule', module, returnStatus, message);
  const text = library.text(Number(message[0] ?? 0));
  if (broken !== 0) throw new LLVMError(`LLVM finds the module broken: ${text}`);
}

function createMachine(library: LLVMLibrary, processor: string): MachineHandle {
  const target = library.attempt<'target'>('LLVMGetTargetFromTriple', 'result, message', triple);
  if (typeof target === 'string') throw new LLVMError(`LLVM does not know ${triple}: ${target}`);
  const levels = [codegenLevelDefault, relocationPIC, codeModelSmall];
  const machine = library.handle<'machine'>('LLVMCreateTargetMachine', target, triple, processor, '', ...levels);
  if (isNull(machine)) throw new LLVMError(`LLVM cannot compile for ${processor}`);
  return machine;
}

function runPasses(library: LLVMLibrary, module: ModuleHandle, machine: MachineHandle): void {
  const options = library.handle<'options'>('LLVMCreatePassBuilderOptions');
  library.number('LLVMPassBuilderOptionsSetLoopVectorization', options, 1);
  library.number('LLVMPassBuilderOptionsSetSLPVectorization', options, 1);
  library.number('LLVMPassBuilderOptionsSetLoopUnrolling', options, 1);
  const error = library.handle<'error'>('LLVMRunPasses', module, 'default<O2>', machine, options);
  library.number('LLVMDisposePassBuilderOptions', options);
  if (!isNull(error)) throw new LLVMError(`LLVM's passes failed: ${library.errorText(error)}`);
}

function output(library: LLVMLibrary, module: ModuleHandle, machine: MachineHandle, kind: OutputKind): Uint8Array {
  switch (kind) {
    case 'll':
      return Buffer.from(library.text(library.handle<'text'>('LLVMPrintModuleToString', module)));
    case 'bc':
      return library.bytes(library.handle<'buffer'>('LLVMWriteBitcodeToMemoryBuffer', module));
    case 'asm':
    case 'obj': {
      const emit = 'LLVMTargetMachineEmitToMemoryBuffer';
      const buffer = library.attempt<'buffer'>(emit, 'message, result', machine, module, fileType[kind]);
      if (typeof buffer === 'string') throw new LLVMError(`LLVM cannot emit the module: ${buffer}`);
      return library.bytes(buffer);
    }
  }
}
