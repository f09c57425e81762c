// The writer: a program of operations, said in LLVM IR.
//
// Each function is first declared, so that calls find each other; then its blocks are written so that definitions come
// before uses (dominators first), with a phi for each block parameter. Most operations are one instruction. Those whose
// meaning is wider than LLVM's (shifts) get the missing cases; those that llvm-bindings cannot express leave a note for
// `finish.ts`. Exceptions are the C library's setjmp and longjmp over the chain of handlers in the thread state: the
// setjmp is in the function itself, the throwing in two small internal functions of the module.
//
// Enters: a verified Program. Leaves: an LLVM module in llvm-bindings' hands, and the notes.

import type { DataDefinition, FunctionDefinition, Program } from '../emit/operations.ts';
import {
  HANDLER_JUMP,
  HANDLER_PREVIOUS,
  HANDLER_ROOTS,
  OFFSET_EXCEPTION,
  OFFSET_HANDLER,
  OFFSET_ROOTS,
  THREAD_STATE_SYMBOL,
} from '../emit/thread-state.ts';
import type { FunctionAttribute, FunctionNotes, ModuleNotes } from './annotations.ts';
import type {
  Bindings,
  Builder,
  Context,
  FunctionType,
  FunctionValue,
  GlobalVariable,
  Module,
  Type,
  Value,
} from './bindings.ts';
import { Constants } from './constants.ts';
import { writeBody } from './function-writer.ts';
import { dataLayout, triple } from './target.x86_64-linux.ts';

export interface WrittenModule {
  readonly module: Module;
  readonly notes: ModuleNotes;
  /** Symbols that the code refers to and that nobody declared: what the writer itself needs of the C library. */
  readonly support: readonly string[];
}

/** The functions of the C library that exceptions need. */
const SETJMP = '_setjmp';
const LONGJMP = '_longjmp';

export function writeModule(llvm: Bindings, program: Program): WrittenModule {
  const writer = new ModuleWriter(llvm, program);
  writer.write();
  return { module: writer.module, notes: writer.notes, support: [...writer.support] };
}

/** What the functions of one module share while they are written. */
export class ModuleWriter {
  readonly llvm: Bindings;
  readonly program: Program;
  readonly context: Context;
  readonly module: Module;
  readonly builder: Builder;
  readonly constants: Constants;
  readonly notes: ModuleNotes = { functions: [], data: [] };
  readonly support = new Set<string>();
  private readonly functions = new Map<string, { value: FunctionValue; type: FunctionType }>();
  private readonly globals = new Map<string, GlobalVariable>();
  private placeholders = 0;

  constructor(llvm: Bindings, program: Program) {
    this.llvm = llvm;
    this.program = program;
    this.context = new llvm.LLVMContext();
    this.module = new llvm.Module(program.name, this.context);
    this.builder = new llvm.IRBuilder(this.context);
    this.constants = new Constants(llvm, this.context, this.builder);
  }

  write(): void {
    this.module.setSourceFileName(this.program.name);
    this.module.setTargetTriple(triple);
    this.module.setDataLayout(dataLayout);
    this.module.addModuleFlag(this.llvm.Module.ModFlagBehavior.Max, 'PIC Level', 2);
    for (const definition of this.program.functions.values()) this.declareDefined(definition);
    for (const data of this.program.data.values()) this.declareData(data);
    for (const data of this.program.data.values()) this.fillData(data);
    for (const definition of this.program.functions.values()) {
      writeBody(this, definition, this.local(definition.name), this.notesOf(definition.name));
    }
  }

  // --- Functions ---

  /** The LLVM type of a function of operations: several results are a struct, which travels in registers. */
  typeOfDefinition(definition: FunctionDefinition): FunctionType {
    const results = definition.results.map((type) => this.constants.type(type));
    const result =
      results.length === 0
        ? this.llvm.Type.getVoidTy(this.context)
        : results.length === 1
          ? results[0]
          : this.llvm.StructType.get(this.context, results);
    const parameters = definition.parameters.map((parameter) => this.constants.type(parameter.type));
    return this.llvm.FunctionType.get(result, parameters, false);
  }

  /** A function of the program, by name. */
  local(name: string): FunctionValue {
    const known = this.functions.get(name);
    if (known === undefined) throw new Error(`the function ${name} has not been declared to LLVM`);
    return known.value;
  }

  private notesOf(name: string): FunctionNotes {
    const notes = this.notes.functions.find((each) => each.name === name);
    if (notes === undefined) throw new Error(`the function ${name} has no notes`);
    return notes;
  }

  private declareDefined(definition: FunctionDefinition): void {
    const attributes: FunctionAttribute[] = [{ name: 'nounwind' }];
    if (definition.inline === 'always') attributes.push({ name: 'alwaysinline' });
    if (definition.inline === 'never') attributes.push({ name: 'noinline' });
    for (const [parameter, facts] of definition.facts) {
      const index = parameter + 1;
      if (facts.nonnull) attributes.push({ name: 'nonnull', index });
      if (facts.noalias) attributes.push({ name: 'noalias', index });
      if (facts.readonly) attributes.push({ name: 'readonly', index });
      if (facts.dereferenceable !== undefined) {
        attributes.push({ name: 'dereferenceable', index, value: facts.dereferenceable });
      }
    }
    this.define(definition.name, this.typeOfDefinition(definition), definition.exported, attributes);
  }

  private define(name: string, type: FunctionType, exported: boolean, attributes: FunctionAttribute[]): FunctionValue {
    const { ExternalLinkage, InternalLinkage } = this.llvm.Function.LinkageTypes;
    const value = this.llvm.Function.Create(type, exported ? ExternalLinkage : InternalLinkage, name, this.module);
    this.functions.set(name, { value, type });
    this.notes.functions.push({ name, attributes, notes: [], hidden: false });
    return value;
  }

  private declareFunction(name: string, type: FunctionType, attributes: FunctionAttribute[]): FunctionValue {
    const { ExternalLinkage } = this.llvm.Function.LinkageTypes;
    const value = this.llvm.Function.Create(type, ExternalLinkage, name, this.module);
    this.functions.set(name, { value, type });
    this.notes.functions.push({ name, attributes, notes: [], hidden: false });
    return value;
  }

  /**
   * A function behind a symbol, to be called with this type. The first type it is called with is the one it is declared
   * with; any other call goes through a cast.
   */
  external(name: string, type: FunctionType): Value {
    const known = this.functions.get(name);
    if (known !== undefined) {
      // Types are unique within a context, but not their wrappers, so a cast that changes nothing is left to fold.
      return this.builder.CreateBitCast(known.value, this.llvm.PointerType.getUnqual(type));
    }
    const effects = this.program.symbols.get(name)?.effects ?? 'any';
    const attributes: FunctionAttribute[] = [{ name: 'nounwind' }];
    if (effects === 'none') attributes.push({ name: 'readnone' }, { name: 'willreturn' });
    if (effects === 'reads') attributes.push({ name: 'readonly' }, { name: 'willreturn' });
    return this.declareFunction(name, type, attributes);
  }

  /** The address of a symbol of any kind, as a pointer to bytes. */
  address(name: string): Value {
    const { bytePointer } = this.constants;
    const known = this.functions.get(name)?.value ?? this.globals.get(name);
    if (known !== undefined) return this.builder.CreateBitCast(known, bytePointer);
    if (this.program.symbols.get(name)?.kind === 'function') {
      const type = this.llvm.FunctionType.get(this.llvm.Type.getVoidTy(this.context), [], false);
      return this.builder.CreateBitCast(this.external(name, type), bytePointer);
    }
    const { ExternalLinkage } = this.llvm.Function.LinkageTypes;
    const byte = this.constants.integerType(8);
    const global = new this.llvm.GlobalVariable(this.module, byte, false, ExternalLinkage, null, name);
    this.globals.set(name, global);
    return global;
  }

  threadState(): Value {
    this.support.add(THREAD_STATE_SYMBOL);
    return this.address(THREAD_STATE_SYMBOL);
  }

  /** An intrinsic of LLVM, for the types it is overloaded on. */
  intrinsic(id: number, types: Type[]): FunctionValue {
    return this.llvm.Intrinsic.getDeclaration(this.module, id, types);
  }

  /** A function that stands for an instruction until the module is finished. */
  placeholder(type: FunctionType): FunctionValue {
    return this.declareFunction(`jl0.placeholder.${++this.placeholders}`, type, []);
  }

  // --- Data ---

  private declareData(data: DataDefinition): void {
    const { ExternalLinkage, InternalLinkage } = this.llvm.Function.LinkageTypes;
    const linkage = data.exported ? ExternalLinkage : InternalLinkage;
    const type = this.llvm.StructType.get(
      this.context,
      this.dataParts(data).map((part) => part.type),
    );
    const initializer = this.llvm.Constant.getNullValue(type);
    const global = new this.llvm.GlobalVariable(this.module, type, !data.writable, linkage, initializer, data.name);
    this.globals.set(data.name, global);
    this.notes.data.push({ name: data.name, align: data.align });
  }

  private fillData(data: DataDefinition): void {
    const parts = this.dataParts(data);
    const type = this.llvm.StructType.get(
      this.context,
      parts.map((part) => part.type),
    );
    const values = parts.map((part) => {
      if ('symbol' in part) return this.address(part.symbol);
      const bytes = Array.from(part.bytes, (byte) => this.constants.integer(8, BigInt(byte)));
      return this.llvm.ConstantArray.get(part.type, bytes);
    });
    this.globals.get(data.name)?.setInitializer(this.llvm.ConstantStruct.get(type, values));
  }

  /** The bytes between the holes, and the holes. Holes are at multiples of 8, so the struct needs no padding. */
  private dataParts(data: DataDefinition) {
    const parts: ({ type: Type; bytes: Uint8Array } | { type: Type; symbol: string })[] = [];
    const byte = this.constants.integerType(8);
    const addBytes = (from: number, to: number) => {
      if (from < to)
        parts.push({ type: this.llvm.ArrayType.get(byte, to - from), bytes: data.bytes.subarray(from, to) });
    };
    let done = 0;
    for (const hole of [...data.holes].sort((a, b) => a.offset - b.offset)) {
      addBytes(done, hole.offset);
      parts.push({ type: this.constants.bytePointer, symbol: hole.symbol });
      done = hole.offset + 8;
    }
    addBytes(done, data.bytes.length);
    return parts;
  }

  // --- Exceptions ---

  /** The C library's _setjmp. */
  setjmp(): FunctionValue {
    this.support.add(SETJMP);
    const known = this.functions.get(SETJMP);
    if (known !== undefined) return known.value;
    const type = this.llvm.FunctionType.get(this.constants.integerType(32), [this.constants.bytePointer], false);
    return this.declareFunction(SETJMP, type, [{ name: 'nounwind' }, { name: 'returns_twice' }]);
  }

  /** The internal function that goes to the innermost handler, the exception being in the thread state already. */
  rethrow(): FunctionValue {
    return this.functions.get('jl0.rethrow')?.value ?? this.apart(() => this.defineRethrow());
  }

  /** The internal function that throws its argument. */
  throw(): FunctionValue {
    return this.functions.get('jl0.throw')?.value ?? this.apart(() => this.defineThrow());
  }

  /** Writes a function while another one is being written. */
  private apart(define: () => FunctionValue): FunctionValue {
    const block = this.builder.GetInsertBlock();
    const value = define();
    if (block !== null) this.builder.SetInsertPoint(block);
    return value;
  }

  private defineCold(name: string, parameters: Type[]): { value: FunctionValue; notes: FunctionNotes } {
    const type = this.llvm.FunctionType.get(this.llvm.Type.getVoidTy(this.context), parameters, false);
    const attributes = ['nounwind', 'noreturn', 'noinline', 'cold'].map((each) => ({ name: each }));
    const value = this.define(name, type, false, attributes);
    return { value, notes: this.notesOf(name) };
  }

  private defineThrow(): FunctionValue {
    const rethrow = this.rethrow();
    const { value, notes } = this.defineCold('jl0.throw', [this.constants.bytePointer]);
    this.builder.SetInsertPoint(this.llvm.BasicBlock.Create(this.context, 'start', value));
    this.storeWord(value.getArg(0), this.threadState(), OFFSET_EXCEPTION, notes);
    this.builder.CreateCall(rethrow, []);
    notes.notes.push({ kind: 'call', attributes: [], replace: undefined });
    this.builder.CreateUnreachable();
    return value;
  }

  private defineRethrow(): FunctionValue {
    this.support.add(LONGJMP);
    const { builder, constants } = this;
    const pointer = constants.bytePointer;
    const longjmpType = this.llvm.FunctionType.get(
      this.llvm.Type.getVoidTy(this.context),
      [pointer, constants.integerType(32)],
      false,
    );
    const longjmp = this.declareFunction(LONGJMP, longjmpType, [{ name: 'nounwind' }, { name: 'noreturn' }]);
    const { value, notes } = this.defineCold('jl0.rethrow', []);
    builder.SetInsertPoint(this.llvm.BasicBlock.Create(this.context, 'start', value));
    const state = this.threadState();
    // Every way into native code pushes a handler, so there is always one: see emit/entry.ts.
    const handler = this.loadWord(state, OFFSET_HANDLER, notes);
    this.storeWord(this.loadWord(handler, HANDLER_PREVIOUS, notes), state, OFFSET_HANDLER, notes);
    this.storeWord(this.loadWord(handler, HANDLER_ROOTS, notes), state, OFFSET_ROOTS, notes);
    builder.CreateCall(longjmp, [this.at(handler, HANDLER_JUMP), builder.getInt32(1)]);
    notes.notes.push({ kind: 'call', attributes: [], replace: undefined });
    builder.CreateUnreachable();
    return value;
  }

  // --- Words of memory ---

  /** base + offset. */
  at(base: Value, offset: number): Value {
    if (offset === 0) return base;
    const bytes = this.constants.integer(64, BigInt.asUintN(64, BigInt(offset)));
    return this.builder.CreateGEP(this.constants.integerType(8), base, bytes);
  }

  /** Reads an address. */
  loadWord(base: Value, offset: number, notes: FunctionNotes): Value {
    const { bytePointer } = this.constants;
    notes.notes.push(plainAccess('load'));
    const place = this.builder.CreateBitCast(this.at(base, offset), this.llvm.PointerType.getUnqual(bytePointer));
    return this.builder.CreateLoad(bytePointer, place);
  }

  storeWord(value: Value, base: Value, offset: number, notes: FunctionNotes): void {
    const { bytePointer } = this.constants;
    notes.notes.push(plainAccess('store'));
    const place = this.builder.CreateBitCast(this.at(base, offset), this.llvm.PointerType.getUnqual(bytePointer));
    this.builder.CreateStore(value, place);
  }
}

function plainAccess(kind: 'load' | 'store') {
  return { kind, align: undefined, volatile: false, order: undefined, memory: undefined, constant: false } as const;
}
