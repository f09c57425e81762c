// Finishing: saying on the module what the notes hold, through libLLVM's C API.
//
// Instructions are met in their order and compared with the notes of their function; a difference means that the writer
// and this file disagree, and stops the compilation. Attributes, alignments, atomic orders, kinds of memory and branch
// weights are set in place; placeholders are replaced by the instruction they stand for.

import type { FunctionNotes, ModuleNotes, Note, Replacement } from './annotations.ts';
import { LLVMError } from './error.ts';
import {
  type AttributeHandle,
  atomicUpdate,
  type BlockHandle,
  type BuilderHandle,
  type ContextHandle,
  functionIndex,
  isNull,
  type LLVMLibrary,
  type MetadataHandle,
  type ModuleHandle,
  opcode,
  ordering,
  type TypeHandle,
  type ValueHandle,
} from './library.ts';

export function finishModule(
  library: LLVMLibrary,
  context: ContextHandle,
  module: ModuleHandle,
  notes: ModuleNotes,
): void {
  new Finisher(library, context, module).finish(notes);
}

const noteOfOpcode: ReadonlyMap<number, Note['kind']> = new Map([
  [opcode.alloca, 'alloca'],
  [opcode.load, 'load'],
  [opcode.store, 'store'],
  [opcode.call, 'call'],
  [opcode.branch, 'branch'],
]);

/** How much likelier the likely side of a branch is; the number that LLVM takes for __builtin_expect. */
const likelyWeight = 2000n;

class Finisher {
  private readonly library: LLVMLibrary;
  private readonly context: ContextHandle;
  private readonly module: ModuleHandle;
  private readonly memoryTags = new Map<string, ValueHandle>();
  private readonly metadataKinds = new Map<string, number>();
  private builder: BuilderHandle | undefined;

  constructor(library: LLVMLibrary, context: ContextHandle, module: ModuleHandle) {
    this.library = library;
    this.context = context;
    this.module = module;
  }

  finish(notes: ModuleNotes): void {
    const { library, module } = this;
    for (const { name, align } of notes.data) {
      library.number('LLVMSetAlignment', library.handle<'value'>('LLVMGetNamedGlobal', module, name), align);
    }
    for (const each of notes.functions) this.finishFunction(each);
    for (const { name } of notes.functions) {
      if (!name.startsWith('jl0.placeholder.')) continue;
      library.number('LLVMDeleteFunction', library.handle<'value'>('LLVMGetNamedFunction', module, name));
    }
    if (this.builder !== undefined) library.number('LLVMDisposeBuilder', this.builder);
  }

  private finishFunction(notes: FunctionNotes): void {
    const { library } = this;
    const value = library.handle<'value'>('LLVMGetNamedFunction', this.module, notes.name);
    if (isNull(value)) throw new LLVMError(`the function ${notes.name} is missing from the module`);
    for (const { name, index, value: number } of notes.attributes) {
      const attribute = this.attribute(name, BigInt(number ?? 0));
      library.number('LLVMAddAttributeAtIndex', value, index ?? functionIndex, attribute);
    }
    const remaining = notes.notes[Symbol.iterator]();
    const wrong = () => new LLVMError(`the notes of ${notes.name} do not fit its instructions`);
    let block = library.handle<'block'>('LLVMGetFirstBasicBlock', value);
    while (!isNull(block)) {
      this.finishBlock(block, remaining, wrong);
      block = library.handle<'block'>('LLVMGetNextBasicBlock', block);
    }
    if (remaining.next().done !== true) throw wrong();
  }

  private finishBlock(block: BlockHandle, notes: Iterator<Note>, wrong: () => LLVMError): void {
    const { library } = this;
    let instruction = library.handle<'value'>('LLVMGetFirstInstruction', block);
    while (!isNull(instruction)) {
      // A replaced instruction is gone afterwards, so the way on is asked for first.
      const next = library.handle<'value'>('LLVMGetNextInstruction', instruction);
      const kind = noteOfOpcode.get(library.number('LLVMGetInstructionOpcode', instruction));
      if (kind !== undefined) {
        const { value: note, done } = notes.next();
        if (done || note.kind !== kind) throw wrong();
        this.apply(note, instruction);
      }
      instruction = next;
    }
  }

  private apply(note: Note, instruction: ValueHandle): void {
    const { library } = this;
    switch (note.kind) {
      case 'alloca':
        library.number('LLVMSetAlignment', instruction, note.align);
        return;
      case 'load':
      case 'store':
        if (note.align !== undefined) library.number('LLVMSetAlignment', instruction, note.align);
        if (note.volatile) library.number('LLVMSetVolatile', instruction, 1);
        if (note.order !== undefined) library.number('LLVMSetOrdering', instruction, ordering[note.order]);
        if (note.memory !== undefined) this.setMetadata(instruction, 'tbaa', this.memoryTag(note.memory));
        if (note.constant) this.setMetadata(instruction, 'invariant.load', this.asValue(this.node([])));
        return;
      case 'call':
        for (const { index, name, bytes, align } of note.attributes) {
          const byte = library.handle<'type'>('LLVMInt8TypeInContext', this.context);
          const type = library.handle<'type'>('LLVMArrayType', byte, bytes);
          library.number('LLVMAddCallSiteAttribute', instruction, index, this.typeAttribute(name, type));
          library.number('LLVMAddCallSiteAttribute', instruction, index, this.attribute('align', BigInt(align)));
        }
        if (note.replace !== undefined) this.replace(instruction, note.replace);
        return;
      case 'branch':
        if (note.likely !== undefined) this.setWeights(instruction, note.likely);
        return;
    }
  }

  private attribute(name: string, value: bigint): AttributeHandle {
    const kind = this.library.attributeKind(name);
    return this.library.handle<'attribute'>('LLVMCreateEnumAttribute', this.context, kind, value);
  }

  private typeAttribute(name: string, type: TypeHandle): AttributeHandle {
    const kind = this.library.attributeKind(name);
    return this.library.handle<'attribute'>('LLVMCreateTypeAttribute', this.context, kind, type);
  }

  // --- Metadata ---

  private setMetadata(instruction: ValueHandle, name: string, node: ValueHandle): void {
    let kind = this.metadataKinds.get(name);
    if (kind === undefined) {
      kind = this.library.number('LLVMGetMDKindIDInContext', this.context, name, name.length);
      this.metadataKinds.set(name, kind);
    }
    this.library.number('LLVMSetMetadata', instruction, kind, node);
  }

  private string(text: string): MetadataHandle {
    return this.library.handle<'metadata'>('LLVMMDStringInContext2', this.context, text, Buffer.byteLength(text));
  }

  private node(parts: readonly MetadataHandle[]): MetadataHandle {
    const list = new BigUint64Array(parts.length === 0 ? 1 : parts.length);
    list.set(parts.map((part) => BigInt(part)));
    return this.library.handle<'metadata'>('LLVMMDNodeInContext2', this.context, list, parts.length);
  }

  private integer(type: 'LLVMInt32TypeInContext' | 'LLVMInt64TypeInContext', value: bigint): MetadataHandle {
    const constant = this.library.handle<'value'>('LLVMConstInt', this.library.handle(type, this.context), value, 0);
    return this.library.handle<'metadata'>('LLVMValueAsMetadata', constant);
  }

  private asValue(node: MetadataHandle): ValueHandle {
    return this.library.handle<'value'>('LLVMMetadataAsValue', this.context, node);
  }

  /** The tag of a kind of memory: all kinds are siblings, so no two of them overlap. Source: LLVM LangRef, tbaa. */
  private memoryTag(kind: string): ValueHandle {
    let tag = this.memoryTags.get(kind);
    if (tag === undefined) {
      const zero = this.integer('LLVMInt64TypeInContext', 0n);
      const root = this.node([this.string('jl0')]);
      const type = this.node([this.string(kind), root, zero]);
      tag = this.asValue(this.node([type, type, zero]));
      this.memoryTags.set(kind, tag);
    }
    return tag;
  }

  private setWeights(branch: ValueHandle, likely: boolean): void {
    const weight = (often: boolean) => this.integer('LLVMInt32TypeInContext', often ? likelyWeight : 1n);
    const node = this.node([this.string('branch_weights'), weight(likely), weight(!likely)]);
    this.setMetadata(branch, 'prof', this.asValue(node));
  }

  // --- Placeholders ---

  private replace(call: ValueHandle, by: Replacement): void {
    const { library } = this;
    this.builder ??= library.handle<'builder'>('LLVMCreateBuilderInContext', this.context);
    const { builder } = this;
    library.number('LLVMPositionBuilderBefore', builder, call);
    const operand = (index: number) => library.handle<'value'>('LLVMGetOperand', call, index);
    if (by.op === 'freeze') {
      this.substitute(call, library.handle<'value'>('LLVMBuildFreeze', builder, operand(0), ''));
      return;
    }
    const order = ordering[by.order];
    const singleThread = 0;
    switch (by.op) {
      case 'update': {
        const kind = atomicUpdate[by.update];
        const args = [kind, operand(0), operand(1), order, singleThread];
        this.substitute(call, library.handle<'value'>('LLVMBuildAtomicRMW', builder, ...args));
        return;
      }
      case 'compareExchange': {
        // The order of a failure is that of a load.
        const failure =
          by.order === 'release' ? ordering.relaxed : by.order === 'acquire-release' ? ordering.acquire : order;
        const args = [operand(0), operand(1), operand(2), order, failure, singleThread];
        this.substitute(call, library.handle<'value'>('LLVMBuildAtomicCmpXchg', builder, ...args));
        return;
      }
      case 'fence':
        library.handle<'value'>('LLVMBuildFence', builder, order, singleThread, '');
        library.number('LLVMInstructionEraseFromParent', call);
        return;
    }
  }

  private substitute(call: ValueHandle, instruction: ValueHandle): void {
    this.library.number('LLVMReplaceAllUsesWith', call, instruction);
    this.library.number('LLVMInstructionEraseFromParent', call);
  }
}
