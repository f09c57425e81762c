// The body of one function, from operations to LLVM instructions.
//
// Everything that needs a place in the frame (slots, root frame) is taken in the first block, as LLVM expects it. Calls of
// C functions are written in `c-call.ts`.

import {
  type Access,
  type Block,
  bitsOf,
  blocksInOrder,
  bytesOf,
  type Checked,
  type FloatCompare,
  type FunctionDefinition,
  type IntegerCompare,
  isIntegerType,
  type Operation,
  type Value as OperationValue,
  operandsOf,
  resultsOf,
  type Target,
  type Terminator,
} from '../emit/operations.ts';
import {
  HANDLER_JUMP,
  HANDLER_PREVIOUS,
  HANDLER_ROOTS,
  OFFSET_HANDLER,
  OFFSET_ROOTS,
  ROOTS_COUNT,
  ROOTS_FIRST,
  ROOTS_PREVIOUS,
} from '../emit/thread-state.ts';
import type { FunctionNotes, Note, Replacement } from './annotations.ts';
import type { BasicBlock, Bindings, FunctionValue, PHINode, Type, Value } from './bindings.ts';
import { writeCCall } from './c-call.ts';
import { CannotCompile } from './error.ts';
import type { ModuleWriter } from './writer.ts';

export function writeBody(
  module: ModuleWriter,
  definition: FunctionDefinition,
  value: FunctionValue,
  notes: FunctionNotes,
): void {
  new FunctionWriter(module, definition, value, notes).write();
}

type Shifts = Extract<Operation, { op: 'shl' | 'lshr' | 'ashr' }>;
type Call = Extract<Operation, { op: 'call' }>;

class FunctionWriter {
  private readonly module: ModuleWriter;
  private readonly llvm: Bindings;
  private readonly definition: FunctionDefinition;
  private readonly function: FunctionValue;
  private readonly notes: FunctionNotes;
  private readonly values = new Map<OperationValue, Value>();
  /** Bits of the values that are constants, for what is simpler with one. */
  private readonly known = new Map<OperationValue, bigint>();
  private readonly blocks = new Map<Block, BasicBlock>();
  private readonly phis = new Map<Block, PHINode[]>();
  private readonly frames = new Map<Operation, Value>();
  private roots: Value | undefined;

  constructor(module: ModuleWriter, definition: FunctionDefinition, value: FunctionValue, notes: FunctionNotes) {
    this.module = module;
    this.llvm = module.llvm;
    this.definition = definition;
    this.function = value;
    this.notes = notes;
  }

  write(): void {
    const { module, definition, llvm } = this;
    const order = blocksInOrder(definition);
    for (const [index, parameter] of definition.parameters.entries()) {
      this.values.set(parameter, this.function.getArg(index));
    }
    for (const block of order) {
      this.blocks.set(block, llvm.BasicBlock.Create(module.context, block.label, this.function));
    }
    order.forEach((block, index) => {
      module.builder.SetInsertPoint(this.block(block));
      if (index === 0) {
        this.takeFrame(order);
        this.pushRoots();
      }
      const phis = block.parameters.map((parameter) => {
        const phi = module.builder.CreatePHI(module.constants.type(parameter.type), 2);
        this.values.set(parameter, phi);
        return phi;
      });
      this.phis.set(block, phis);
      for (const operation of block.operations) this.operation(operation);
      if (block.terminator !== undefined) this.terminator(block.terminator);
    });
    // A jump back passes values to a block that stood earlier, so phis are filled when all blocks are written.
    for (const block of order) this.fillPhis(block);
  }

  // --- The frame ---

  private takeFrame(order: readonly Block[]): void {
    for (const block of order) {
      for (const operation of block.operations) {
        if (operation.op === 'slot') {
          const slot = this.alloca(operation.size, operation.align);
          this.frames.set(operation, slot);
        } else if (operation.op === 'stackAddress') {
          this.frames.set(operation, this.alloca(1, 1));
        }
      }
    }
  }

  private alloca(size: number, align: number): Value {
    const { builder, constants } = this.module;
    this.note({ kind: 'alloca', align });
    const slot = builder.CreateAlloca(this.llvm.ArrayType.get(constants.integerType(8), size));
    return builder.CreateBitCast(slot, constants.bytePointer);
  }

  private pushRoots(): void {
    const { module, definition } = this;
    if (definition.roots === 0) return;
    this.roots = this.alloca(ROOTS_FIRST + 8 * definition.roots, 8);
    const none = module.constants.constant('ref', 0n);
    for (let root = 0; root < definition.roots; root++) this.storeWord(none, this.roots, ROOTS_FIRST + 8 * root);
    const count = module.constants.constant('ptr', BigInt(definition.roots));
    this.storeWord(count, this.roots, ROOTS_COUNT);
    const state = module.threadState();
    this.storeWord(this.loadWord(state, OFFSET_ROOTS), this.roots, ROOTS_PREVIOUS);
    this.storeWord(this.roots, state, OFFSET_ROOTS);
  }

  private popRoots(): void {
    if (this.roots === undefined) return;
    this.storeWord(this.loadWord(this.roots, ROOTS_PREVIOUS), this.module.threadState(), OFFSET_ROOTS);
  }

  // --- Values ---

  private value(value: OperationValue): Value {
    const written = this.values.get(value);
    if (written === undefined) throw new Error(`%${value.id} of ${this.definition.name} has not been written yet`);
    return written;
  }

  private block(block: Block): BasicBlock {
    const written = this.blocks.get(block);
    if (written === undefined) throw new Error(`the block ${block.label} has not been declared to LLVM`);
    return written;
  }

  private note(note: Note): void {
    this.notes.notes.push(note);
  }

  private loadWord(base: Value, offset: number): Value {
    return this.module.loadWord(base, offset, this.notes);
  }

  private storeWord(value: Value, base: Value, offset: number): void {
    this.module.storeWord(value, base, offset, this.notes);
  }

  // --- Operations ---

  private operation(operation: Operation): void {
    const results = resultsOf(operation);
    const written = this.results(operation);
    for (const [index, result] of results.entries()) this.values.set(result, written[index]);
    if (operation.op === 'constant') this.known.set(operation.result, operation.bits);
  }

  /** Writes an operation and gives the LLVM values of its results. */
  private results(operation: Operation): Value[] {
    const { module } = this;
    const { builder, constants } = module;
    switch (operation.op) {
      case 'constant':
        return [constants.constant(operation.result.type, operation.bits)];
      case 'add':
        return [builder.CreateAdd(...this.pair(operation))];
      case 'sub':
        return [builder.CreateSub(...this.pair(operation))];
      case 'mul':
        return [builder.CreateMul(...this.pair(operation))];
      case 'sdiv':
        return [builder.CreateSDiv(...this.pair(operation))];
      case 'udiv':
        return [builder.CreateUDiv(...this.pair(operation))];
      case 'srem':
        return [builder.CreateSRem(...this.pair(operation))];
      case 'urem':
        return [builder.CreateURem(...this.pair(operation))];
      case 'and':
        return [builder.CreateAnd(...this.pair(operation))];
      case 'or':
        return [builder.CreateOr(...this.pair(operation))];
      case 'xor':
        return [builder.CreateXor(...this.pair(operation))];
      case 'fadd':
        return [builder.CreateFAdd(...this.pair(operation))];
      case 'fsub':
        return [builder.CreateFSub(...this.pair(operation))];
      case 'fmul':
        return [builder.CreateFMul(...this.pair(operation))];
      case 'fdiv':
        return [builder.CreateFDiv(...this.pair(operation))];
      case 'frem':
        return [builder.CreateFRem(...this.pair(operation))];
      case 'copysign':
        return [this.intrinsic(this.llvm.Intrinsic.copysign, operation.result, this.pair(operation))];
      case 'shl':
      case 'lshr':
      case 'ashr':
        return [this.shift(operation)];
      case 'neg':
        return [builder.CreateNeg(this.value(operation.operand))];
      case 'not':
        return [builder.CreateNot(this.value(operation.operand))];
      case 'fneg':
        return [builder.CreateFNeg(this.value(operation.operand))];
      case 'ctpop':
      case 'bswap':
      case 'bitreverse':
      case 'ceil':
      case 'floor':
      case 'rint':
        return [this.intrinsic(this.llvm.Intrinsic[operation.op], operation.result, [this.value(operation.operand)])];
      case 'fabs':
        return [this.intrinsic(this.llvm.Intrinsic.fabs, operation.result, [this.value(operation.operand)])];
      case 'fsqrt':
        return [this.intrinsic(this.llvm.Intrinsic.sqrt, operation.result, [this.value(operation.operand)])];
      case 'ftrunc':
        return [this.intrinsic(this.llvm.Intrinsic.trunc, operation.result, [this.value(operation.operand)])];
      case 'ctlz':
      case 'cttz': {
        const ofZero = builder.getInt1(false);
        const args = [this.value(operation.operand), ofZero];
        return [this.intrinsic(this.llvm.Intrinsic[operation.op], operation.result, args)];
      }
      case 'fma': {
        const id = operation.exact ? this.llvm.Intrinsic.fma : this.llvm.Intrinsic.fmuladd;
        return [
          this.intrinsic(
            id,
            operation.result,
            operandsOf(operation).map((each) => this.value(each)),
          ),
        ];
      }
      case 'checked': {
        const id = this.llvm.Intrinsic[checkedIntrinsic[operation.kind]];
        const both = this.intrinsic(id, operation.result, this.pair(operation));
        return [builder.CreateExtractValue(both, [0]), builder.CreateExtractValue(both, [1])];
      }
      case 'compare':
        return [this.compare(operation.kind, operation.left, operation.right)];
      case 'convert':
        return [this.convert(operation)];
      case 'select':
        return [
          builder.CreateSelect(
            this.value(operation.condition),
            this.value(operation.left),
            this.value(operation.right),
          ),
        ];
      case 'slot':
      case 'stackAddress': {
        const place = this.frames.get(operation);
        if (place === undefined) throw new Error(`${this.definition.name}: a slot without a place`);
        return [place];
      }
      case 'address':
        return [this.address(operation)];
      case 'symbol':
        return [module.address(operation.name)];
      case 'threadState':
        return [module.threadState()];
      case 'load': {
        const type = constants.type(operation.result.type);
        const place = this.place(operation.address, operation.offset, type);
        this.noteAccess('load', operation.result, operation.access);
        return [builder.CreateLoad(type, place)];
      }
      case 'store': {
        const place = this.place(operation.address, operation.offset, constants.type(operation.value.type));
        this.noteAccess('store', operation.value, operation.access);
        builder.CreateStore(this.value(operation.value), place);
        return [];
      }
      case 'update':
      case 'compareExchange':
      case 'fence':
        return this.atomic(operation);
      case 'copy': {
        const id = operation.overlap ? this.llvm.Intrinsic.memmove : this.llvm.Intrinsic.memcpy;
        const pointer = constants.bytePointer;
        const declared = module.intrinsic(id, [pointer, pointer, constants.integerType(64)]);
        const args = [operation.target, operation.source, operation.length].map((each) => this.value(each));
        this.call(declared, [...args, builder.getInt1(false)]);
        return [];
      }
      case 'fill': {
        const { memset } = this.llvm.Intrinsic;
        const declared = module.intrinsic(memset, [constants.bytePointer, constants.integerType(64)]);
        const args = [operation.target, operation.byte, operation.length].map((each) => this.value(each));
        this.call(declared, [...args, builder.getInt1(false)]);
        return [];
      }
      case 'call':
        return this.writeCall(operation);
      case 'root':
        if (this.roots !== undefined)
          this.storeWord(this.value(operation.value), this.roots, ROOTS_FIRST + 8 * operation.index);
        return [];
      case 'leaveTry': {
        const handler = this.value(operation.handler);
        this.storeWord(this.loadWord(handler, HANDLER_PREVIOUS), module.threadState(), OFFSET_HANDLER);
        return [];
      }
    }
  }

  private pair(operation: { readonly left: OperationValue; readonly right: OperationValue }): [Value, Value] {
    return [this.value(operation.left), this.value(operation.right)];
  }

  /** Calls an intrinsic that is overloaded on the type of its result. */
  private intrinsic(id: number, result: OperationValue, args: Value[]): Value {
    return this.call(this.module.intrinsic(id, [this.module.constants.type(result.type)]), args);
  }

  private call(callee: FunctionValue, args: Value[], replace?: Replacement): Value {
    this.note({ kind: 'call', attributes: [], replace });
    return this.module.builder.CreateCall(callee, args);
  }

  /** LLVM leaves shifts by the width or more undefined; here they are 0, or the sign. */
  private shift(operation: Shifts): Value {
    const { builder, constants } = this.module;
    const width = BigInt(bitsOf(operation.left.type));
    const amountBits = bitsOf(operation.right.type);
    const left = this.value(operation.left);
    const type = constants.type(operation.left.type);
    const given = this.value(operation.right);
    const narrow = builder.CreateZExtOrTrunc(given, type);
    const by = (amount: Value) => {
      if (operation.op === 'shl') return builder.CreateShl(left, amount);
      return operation.op === 'lshr' ? builder.CreateLShr(left, amount) : builder.CreateAShr(left, amount);
    };
    const known = this.known.get(operation.right);
    if (known !== undefined && known < width) return by(narrow);
    // All amounts that the type can express are within the width.
    if (1n << BigInt(amountBits) <= width) return by(narrow);
    const within = builder.CreateICmpULT(given, constants.integer(amountBits, width));
    if (operation.op !== 'ashr') return builder.CreateSelect(within, by(narrow), this.llvm.Constant.getNullValue(type));
    const most = constants.integer(Number(width), width - 1n);
    return by(builder.CreateSelect(within, narrow, most));
  }

  private compare(kind: IntegerCompare | FloatCompare, left: OperationValue, right: OperationValue): Value {
    const { builder, constants } = this.module;
    let [a, b] = [this.value(left), this.value(right)];
    if (left.type === 'ptr' && kind !== 'eq' && kind !== 'ne') {
      a = builder.CreatePtrToInt(a, constants.integerType(64));
      b = builder.CreatePtrToInt(b, constants.integerType(64));
    }
    switch (kind) {
      case 'eq':
        return builder.CreateICmpEQ(a, b);
      case 'ne':
        return builder.CreateICmpNE(a, b);
      case 'slt':
        return builder.CreateICmpSLT(a, b);
      case 'sle':
        return builder.CreateICmpSLE(a, b);
      case 'sgt':
        return builder.CreateICmpSGT(a, b);
      case 'sge':
        return builder.CreateICmpSGE(a, b);
      case 'ult':
        return builder.CreateICmpULT(a, b);
      case 'ule':
        return builder.CreateICmpULE(a, b);
      case 'ugt':
        return builder.CreateICmpUGT(a, b);
      case 'uge':
        return builder.CreateICmpUGE(a, b);
      case 'feq':
        return builder.CreateFCmpOEQ(a, b);
      case 'fne':
        return builder.CreateFCmpUNE(a, b);
      case 'flt':
        return builder.CreateFCmpOLT(a, b);
      case 'fle':
        return builder.CreateFCmpOLE(a, b);
      case 'fgt':
        return builder.CreateFCmpOGT(a, b);
      case 'fge':
        return builder.CreateFCmpOGE(a, b);
    }
  }

  private convert(operation: Extract<Operation, { op: 'convert' }>): Value {
    const { builder, constants } = this.module;
    const operand = this.value(operation.operand);
    const type = constants.type(operation.result.type);
    switch (operation.kind) {
      case 'trunc':
        return builder.CreateTrunc(operand, type);
      case 'zext':
        return builder.CreateZExt(operand, type);
      case 'sext':
        return builder.CreateSExt(operand, type);
      case 'fptosi':
        return this.frozen(builder.CreateFPToSI(operand, type), type);
      case 'fptoui':
        return this.frozen(builder.CreateFPToUI(operand, type), type);
      case 'sitofp':
        return builder.CreateSIToFP(operand, type);
      case 'uitofp':
        return builder.CreateUIToFP(operand, type);
      case 'fpext':
        return builder.CreateFPExt(operand, type);
      case 'fptrunc':
        return builder.CreateFPTrunc(operand, type);
      case 'bitcast': {
        const from = kindOfBits(operation.operand);
        const to = kindOfBits(operation.result);
        if (from === to) return builder.CreateBitCast(operand, type);
        const word = constants.integerType(64);
        if (to === 'address') return builder.CreateIntToPtr(builder.CreateBitCast(operand, word), type);
        if (from === 'address') return builder.CreateBitCast(builder.CreatePtrToInt(operand, word), type);
        return builder.CreateBitCast(operand, type);
      }
    }
  }

  /** LLVM calls the result undefined where the type cannot hold the number; this makes it some number, the same for all. */
  private frozen(value: Value, type: Type): Value {
    return this.call(this.module.placeholder(this.llvm.FunctionType.get(type, [type], false)), [value], {
      op: 'freeze',
    });
  }

  // --- Memory ---

  private address(operation: Extract<Operation, { op: 'address' }>): Value {
    const { builder, constants } = this.module;
    let result = this.value(operation.base);
    if (operation.index !== undefined) {
      const index = this.value(operation.index);
      const bytes =
        operation.scale === 1 ? index : builder.CreateMul(index, constants.integer(64, BigInt(operation.scale)));
      result = builder.CreateGEP(constants.integerType(8), result, bytes);
    }
    return this.module.at(result, operation.offset);
  }

  private place(address: OperationValue, offset: number, type: Type): Value {
    return this.typed(this.module.at(this.value(address), offset), type);
  }

  private typed(address: Value, type: Type): Value {
    return this.module.builder.CreateBitCast(address, this.llvm.PointerType.getUnqual(type));
  }

  private noteAccess(kind: 'load' | 'store', value: OperationValue, access: Access): void {
    if (value.type === 'i1') throw new Error('an i1 is never in memory');
    // The data layout of LLVM 14 aligns 128-bit integers to 8 bytes.
    const usual = Math.min(8, bytesOf(value.type));
    const align = access.align ?? bytesOf(value.type);
    this.note({
      kind,
      align: align === usual ? undefined : align,
      volatile: access.volatile ?? false,
      order: access.order,
      memory: access.kind,
      constant: access.constant ?? false,
    });
  }

  /** Calls a placeholder that has the operands and the result of the instruction. */
  private atomic(operation: Extract<Operation, { op: 'update' | 'compareExchange' | 'fence' }>): Value[] {
    const { builder, constants, context } = this.module;
    if (operation.op === 'fence') {
      const type = this.llvm.FunctionType.get(this.llvm.Type.getVoidTy(context), [], false);
      this.call(this.module.placeholder(type), [], operation);
      return [];
    }
    // References are exchanged as integers: LLVM 14 has no atomic operations on pointers.
    const isAddress = !isIntegerType(operation.value.type);
    const type = isAddress ? constants.integerType(64) : constants.type(operation.value.type);
    const word = (value: OperationValue) =>
      isAddress ? builder.CreatePtrToInt(this.value(value), type) : this.value(value);
    const back = (value: Value) =>
      isAddress ? builder.CreateIntToPtr(value, constants.type(operation.result.type)) : value;
    const pointer = this.llvm.PointerType.getUnqual(type);
    const place = this.place(operation.address, 0, type);
    if (operation.op === 'update') {
      const placeholder = this.module.placeholder(this.llvm.FunctionType.get(type, [pointer, type], false));
      const replace: Replacement = { op: 'update', update: operation.kind, order: operation.order };
      return [back(this.call(placeholder, [place, word(operation.value)], replace))];
    }
    const result = this.llvm.StructType.get(context, [type, constants.integerType(1)]);
    const placeholder = this.module.placeholder(this.llvm.FunctionType.get(result, [pointer, type, type], false));
    const both = this.call(placeholder, [place, word(operation.expected), word(operation.value)], operation);
    return [back(builder.CreateExtractValue(both, [0])), builder.CreateExtractValue(both, [1])];
  }

  // --- Calls ---

  private writeCall(operation: Call): Value[] {
    const { builder } = this.module;
    const { callee } = operation;
    if (callee.kind !== 'local') return this.writeCCall(operation, callee);
    const args = operation.args.map((arg) => this.value(arg));
    const result = this.call(this.module.local(callee.name), args);
    if (operation.results.length < 2) return [result];
    return operation.results.map((_, index) => builder.CreateExtractValue(result, [index]));
  }

  private writeCCall(operation: Call, callee: Exclude<Call['callee'], { kind: 'local' }>): Value[] {
    return writeCCall(this.module, this.notes, {
      signature: callee.signature,
      args: operation.args.map((arg) => ({ value: this.value(arg), type: arg.type })),
      result: operation.results[0]?.type,
      structResult: operation.structResult === undefined ? undefined : this.value(operation.structResult),
      callee: (type) => {
        if (callee.kind === 'symbol') return this.module.external(callee.name, type);
        return this.typed(this.value(callee.address), type);
      },
    });
  }

  // --- Terminators ---

  private terminator(terminator: Terminator): void {
    const { module } = this;
    const { builder, constants } = module;
    switch (terminator.op) {
      case 'jump':
        this.note({ kind: 'branch', likely: undefined });
        builder.CreateBr(this.block(terminator.target.block));
        return;
      case 'branch':
        this.note({ kind: 'branch', likely: terminator.likely });
        builder.CreateCondBr(
          this.value(terminator.condition),
          this.block(terminator.taken.block),
          this.block(terminator.otherwise.block),
        );
        return;
      case 'switch': {
        const otherwise = this.block(terminator.otherwise.block);
        const instruction = builder.CreateSwitch(this.value(terminator.value), otherwise, terminator.cases.length);
        for (const { bits, target } of terminator.cases) {
          if (bits >= 1n << 32n) throw new CannotCompile(`the case ${bits} of a switch`);
          const value = this.llvm.ConstantInt.get(constants.type(terminator.value.type), Number(bits), false);
          instruction.addCase(value, this.block(target.block));
        }
        return;
      }
      case 'return': {
        this.popRoots();
        const values = terminator.values.map((value) => this.value(value));
        if (values.length === 0) builder.CreateRetVoid();
        else if (values.length === 1) builder.CreateRet(values[0]);
        else {
          const types = this.definition.results.map((type) => constants.type(type));
          let all: Value = this.llvm.UndefValue.get(this.llvm.StructType.get(module.context, types));
          values.forEach((value, index) => {
            all = builder.CreateInsertValue(all, value, [index]);
          });
          builder.CreateRet(all);
        }
        return;
      }
      case 'enterTry':
        this.enterTry(terminator);
        return;
      case 'throw':
        if (terminator.value === undefined) this.call(module.rethrow(), []);
        else this.call(module.throw(), [this.value(terminator.value)]);
        builder.CreateUnreachable();
        return;
      case 'unreachable':
        builder.CreateUnreachable();
        return;
    }
  }

  private enterTry(terminator: Extract<Terminator, { op: 'enterTry' }>): void {
    const { module } = this;
    const { builder } = module;
    const handler = this.value(terminator.handler);
    const state = module.threadState();
    this.storeWord(this.loadWord(state, OFFSET_HANDLER), handler, HANDLER_PREVIOUS);
    this.storeWord(this.loadWord(state, OFFSET_ROOTS), handler, HANDLER_ROOTS);
    this.storeWord(handler, state, OFFSET_HANDLER);
    const setjmp = module.setjmp();
    const returned = this.call(setjmp, [module.at(handler, HANDLER_JUMP)]);
    const first = builder.CreateICmpEQ(returned, builder.getInt32(0));
    this.note({ kind: 'branch', likely: true });
    builder.CreateCondBr(first, this.block(terminator.body.block), this.block(terminator.caught.block));
  }

  /** Tells the phis of the blocks that this block goes to what it passes. */
  private fillPhis(block: Block): void {
    const from = this.block(block);
    const pass = (target: Target) => {
      const phis = this.phis.get(target.block) ?? [];
      for (const [index, phi] of phis.entries()) phi.addIncoming(this.value(target.args[index]), from);
    };
    const { terminator } = block;
    if (terminator === undefined) return;
    switch (terminator.op) {
      case 'jump':
        pass(terminator.target);
        return;
      case 'branch':
        pass(terminator.taken);
        pass(terminator.otherwise);
        return;
      case 'switch':
        for (const each of terminator.cases) pass(each.target);
        pass(terminator.otherwise);
        return;
      case 'enterTry':
        pass(terminator.body);
        pass(terminator.caught);
        return;
      case 'return':
      case 'throw':
      case 'unreachable':
        return;
    }
  }
}

const checkedIntrinsic = {
  sadd: 'sadd_with_overflow',
  uadd: 'uadd_with_overflow',
  ssub: 'ssub_with_overflow',
  usub: 'usub_with_overflow',
  smul: 'smul_with_overflow',
  umul: 'umul_with_overflow',
} as const satisfies Record<Checked, string>;

function kindOfBits(value: OperationValue): 'address' | 'float' | 'integer' {
  if (value.type === 'ref' || value.type === 'ptr') return 'address';
  return isIntegerType(value.type) ? 'integer' : 'float';
}
