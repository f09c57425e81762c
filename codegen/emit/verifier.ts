// The verifier: a program either means something, or emission has a mistake and hears where.
//
// A writer trusts what passed here; LLVM would answer the same mistakes by ending the process. Checked are the types of
// every operation, that a value is used only where its definition has happened on every path (dominance), that blocks end
// and jumps pass what their targets take, that names are declared, and that calls fit their signatures.
//
// Enters: a Program. Leaves: a list of complaints, each naming function, block and operation. Nothing is changed.

import {
  type Access,
  type Block,
  bitsOf,
  blocksInOrder,
  type FunctionDefinition,
  isAddressType,
  isFloatType,
  isIntegerType,
  isResultInMemory,
  type MachineType,
  machineTypeOf,
  type Operation,
  operandsOf,
  operandsOfTerminator,
  type Program,
  resultsOf,
  type Target,
  type Terminator,
  targetsOf,
  type Value,
} from './operations.ts';
import { printOperation, printTerminator } from './printer.ts';

export class InvalidProgram extends Error {
  readonly complaints: readonly string[];
  constructor(program: Program, complaints: readonly string[]) {
    super(`the program ${program.name} is not valid:\n  ${complaints.join('\n  ')}`);
    this.name = 'InvalidProgram';
    this.complaints = complaints;
  }
}

/** @throws InvalidProgram with all complaints, if there are any */
export function requireValid(program: Program): void {
  const complaints = verifyProgram(program);
  if (complaints.length > 0) throw new InvalidProgram(program, complaints);
}

/** What is wrong with a program, in words; empty if nothing is. */
export function verifyProgram(program: Program): string[] {
  const complaints: string[] = [];
  for (const name of program.functions.keys()) {
    if (program.symbols.has(name)) complaints.push(`${name} is both defined and declared`);
    if (program.data.has(name)) complaints.push(`${name} is both a function and data`);
  }
  for (const data of program.data.values()) {
    if (program.symbols.has(data.name)) complaints.push(`${data.name} is both defined and declared`);
    if (!isPowerOfTwo(data.align)) complaints.push(`data ${data.name}: alignment ${data.align}`);
    for (const hole of data.holes) {
      if (hole.offset % 8 !== 0 || hole.offset < 0 || hole.offset + 8 > data.bytes.length) {
        complaints.push(`data ${data.name}: a hole at ${hole.offset}`);
      }
      if (!isKnown(program, hole.symbol)) complaints.push(`data ${data.name}: unknown symbol ${hole.symbol}`);
    }
  }
  for (const definition of program.functions.values()) {
    new FunctionVerifier(program, definition, complaints).run();
  }
  return complaints;
}

function isKnown(program: Program, name: string): boolean {
  return program.symbols.has(name) || program.functions.has(name) || program.data.has(name);
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(value) && value > 0 && Number.isInteger(Math.log2(value));
}

class FunctionVerifier {
  private readonly program: Program;
  private readonly definition: FunctionDefinition;
  private readonly complaints: string[];
  private where = '';

  constructor(program: Program, definition: FunctionDefinition, complaints: string[]) {
    this.program = program;
    this.definition = definition;
    this.complaints = complaints;
  }

  run(): void {
    const { definition } = this;
    const start = definition.blocks[0];
    this.where = definition.name;
    if (start === undefined) {
      this.complain('has no blocks');
      return;
    }
    if (start.parameters.length > 0) this.complain('the first block has parameters');
    if (new Set(definition.blocks.map((block) => block.label)).size !== definition.blocks.length) {
      this.complain('two blocks have one label');
    }
    this.checkDefinitions();
    for (const block of definition.blocks) {
      for (const operation of block.operations) {
        this.where = `${definition.name}, ${block.label}: ${printOperation(operation)}`;
        this.checkOperation(operation);
      }
      this.where = `${definition.name}, ${block.label}`;
      if (block.terminator === undefined) {
        this.complain('the block does not end');
        continue;
      }
      this.where += `: ${printTerminator(block.terminator)}`;
      this.checkTerminator(block.terminator, start);
    }
    this.checkDominance();
  }

  private complain(what: string): void {
    this.complaints.push(`${this.where}: ${what}`);
  }

  private require(condition: boolean, what: string): void {
    if (!condition) this.complain(what);
  }

  private checkDefinitions(): void {
    const ids = new Set<number>();
    const add = (value: Value) => {
      if (ids.has(value.id)) this.complain(`%${value.id} is defined twice`);
      ids.add(value.id);
    };
    this.definition.parameters.forEach(add);
    for (const block of this.definition.blocks) {
      block.parameters.forEach(add);
      for (const operation of block.operations) resultsOf(operation).forEach(add);
    }
  }

  /** A use is in order when its definition stands earlier in the block, or in a block that dominates it. */
  private checkDominance(): void {
    const order = blocksInOrder(this.definition);
    const place = new Map(order.map((block, index) => [block, index]));
    const dominators = immediateDominators(order, place);
    const definedIn = new Map<Value, number>();
    const position = new Map<Value, number>();
    for (const parameter of this.definition.parameters) definedIn.set(parameter, 0);
    order.forEach((block, index) => {
      for (const parameter of block.parameters) definedIn.set(parameter, index);
      block.operations.forEach((operation, at) => {
        for (const result of resultsOf(operation)) {
          definedIn.set(result, index);
          position.set(result, at);
        }
      });
    });
    const dominates = (above: number, below: number) => {
      let at = below;
      while (at > above) at = dominators[at];
      return at === above;
    };
    order.forEach((block, index) => {
      const check = (value: Value, at: number) => {
        const home = definedIn.get(value);
        if (home === undefined) this.complain(`%${value.id} is not defined in this function`);
        else if (home === index ? (position.get(value) ?? -1) >= at : !dominates(home, index)) {
          this.complain(`%${value.id} is used where it may not be defined yet`);
        }
      };
      block.operations.forEach((operation, at) => {
        this.where = `${this.definition.name}, ${block.label}: ${printOperation(operation)}`;
        for (const value of operandsOf(operation)) check(value, at);
      });
      if (block.terminator === undefined) return;
      this.where = `${this.definition.name}, ${block.label}: ${printTerminator(block.terminator)}`;
      for (const value of operandsOfTerminator(block.terminator)) check(value, block.operations.length);
    });
  }

  private checkOperation(operation: Operation): void {
    switch (operation.op) {
      case 'constant': {
        const { bits, result } = operation;
        this.require(bits >= 0n && bits < 1n << BigInt(bitsOf(result.type)), 'the constant does not fit its type');
        return;
      }
      case 'add':
      case 'sub':
      case 'mul':
      case 'sdiv':
      case 'udiv':
      case 'srem':
      case 'urem':
      case 'and':
      case 'or':
      case 'xor':
        this.require(isIntegerType(operation.left.type), 'the operands are not integers');
        this.requireSame(operation.left, operation.right, operation.result);
        return;
      case 'shl':
      case 'lshr':
      case 'ashr':
        this.require(isIntegerType(operation.left.type) && isIntegerType(operation.right.type), 'not integers');
        this.requireSame(operation.left, operation.result);
        return;
      case 'fadd':
      case 'fsub':
      case 'fmul':
      case 'fdiv':
      case 'frem':
      case 'copysign':
        this.require(isFloatType(operation.left.type), 'the operands are not floats');
        this.requireSame(operation.left, operation.right, operation.result);
        return;
      case 'neg':
      case 'not':
      case 'ctpop':
      case 'ctlz':
      case 'cttz':
      case 'bitreverse':
        this.require(isIntegerType(operation.operand.type), 'the operand is not an integer');
        this.requireSame(operation.operand, operation.result);
        return;
      case 'bswap':
        this.require(isIntegerType(operation.operand.type) && bitsOf(operation.operand.type) >= 8, 'not whole bytes');
        this.requireSame(operation.operand, operation.result);
        return;
      case 'fneg':
      case 'fabs':
      case 'fsqrt':
      case 'ceil':
      case 'floor':
      case 'ftrunc':
      case 'rint':
        this.require(isFloatType(operation.operand.type), 'the operand is not a float');
        this.requireSame(operation.operand, operation.result);
        return;
      case 'fma':
        this.require(isFloatType(operation.a.type), 'the operands are not floats');
        this.requireSame(operation.a, operation.b, operation.c, operation.result);
        return;
      case 'checked':
        this.require(isIntegerType(operation.left.type), 'the operands are not integers');
        this.requireType(operation.overflow, 'i1');
        this.requireSame(operation.left, operation.right, operation.result);
        return;
      case 'compare': {
        const { type } = operation.left;
        this.requireType(operation.result, 'i1');
        this.requireSame(operation.left, operation.right);
        if (operation.kind.startsWith('f')) {
          this.require(isFloatType(type), 'the operands are not floats');
          return;
        }
        this.require(!isFloatType(type), 'the operands are floats');
        if (type === 'ref')
          this.require(operation.kind === 'eq' || operation.kind === 'ne', 'references have no order');
        return;
      }
      case 'convert':
        this.checkConversion(operation.kind, operation.operand.type, operation.result.type);
        return;
      case 'select':
        this.requireType(operation.condition, 'i1');
        this.requireSame(operation.left, operation.right, operation.result);
        return;
      case 'slot':
        this.require(Number.isInteger(operation.size) && operation.size > 0, 'the size is not positive');
        this.require(isPowerOfTwo(operation.align), 'the alignment is not a power of two');
        this.requireType(operation.result, 'ptr');
        return;
      case 'address':
        this.requireAddress(operation.base);
        if (operation.index !== undefined) this.requireType(operation.index, 'i64');
        this.require(Number.isSafeInteger(operation.offset), 'the offset is not an integer');
        this.require(Number.isSafeInteger(operation.scale) && operation.scale > 0, 'the scale is not positive');
        this.requireType(operation.result, 'ptr');
        return;
      case 'symbol':
        this.requireAddress(operation.result);
        this.require(isKnown(this.program, operation.name), `the symbol ${operation.name} is not declared`);
        return;
      case 'threadState':
      case 'stackAddress':
        this.requireType(operation.result, 'ptr');
        return;
      case 'load':
        this.checkAccess(operation.address, operation.offset, operation.access, operation.result.type, false);
        return;
      case 'store':
        this.checkAccess(operation.address, operation.offset, operation.access, operation.value.type, true);
        return;
      case 'update':
        this.requireAddress(operation.address);
        this.requireAtomic(operation.value.type);
        this.require(
          operation.kind === 'exchange' || isIntegerType(operation.value.type),
          'the value is not an integer',
        );
        this.requireSame(operation.value, operation.result);
        return;
      case 'compareExchange':
        this.requireAddress(operation.address);
        this.requireAtomic(operation.value.type);
        this.requireType(operation.success, 'i1');
        this.requireSame(operation.expected, operation.value, operation.result);
        return;
      case 'fence':
        return;
      case 'copy':
        this.requireAddress(operation.target);
        this.requireAddress(operation.source);
        this.require(isPowerOfTwo(operation.align), 'the alignment is not a power of two');
        this.requireType(operation.length, 'i64');
        return;
      case 'fill':
        this.requireAddress(operation.target);
        this.requireType(operation.byte, 'i8');
        this.require(isPowerOfTwo(operation.align), 'the alignment is not a power of two');
        this.requireType(operation.length, 'i64');
        return;
      case 'call':
        this.checkCall(operation);
        return;
      case 'root':
        this.requireType(operation.value, 'ref');
        this.require(
          operation.index >= 0 && operation.index < this.definition.roots,
          `the function has ${this.definition.roots} roots`,
        );
        return;
      case 'leaveTry':
        this.requireType(operation.handler, 'ptr');
        return;
    }
  }

  private checkConversion(kind: string, from: MachineType, to: MachineType): void {
    const narrower = bitsOf(to) < bitsOf(from);
    const wider = bitsOf(to) > bitsOf(from);
    const integers = isIntegerType(from) && isIntegerType(to);
    const floats = isFloatType(from) && isFloatType(to);
    const ok = () => {
      switch (kind) {
        case 'trunc':
          return integers && narrower;
        case 'zext':
        case 'sext':
          return integers && wider;
        case 'fptosi':
        case 'fptoui':
          return isFloatType(from) && isIntegerType(to);
        case 'sitofp':
        case 'uitofp':
          return isIntegerType(from) && isFloatType(to);
        case 'fpext':
          return floats && wider;
        case 'fptrunc':
          return floats && narrower;
        default:
          return !narrower && !wider;
      }
    };
    this.require(ok(), `${kind} does not go from ${from} to ${to}`);
  }

  private checkAccess(address: Value, offset: number, access: Access, type: MachineType, stores: boolean): void {
    this.requireAddress(address);
    this.require(type !== 'i1', 'an i1 is never in memory');
    this.require(Number.isSafeInteger(offset), 'the offset is not an integer');
    if (access.align !== undefined) this.require(isPowerOfTwo(access.align), 'the alignment is not a power of two');
    if (access.order === undefined) return;
    this.requireAtomic(type);
    this.require((access.align ?? bitsOf(type) / 8) >= bitsOf(type) / 8, 'an atomic access must be aligned');
    const wrong = stores ? access.order === 'acquire' : access.order === 'release';
    this.require(
      !wrong && access.order !== 'acquire-release',
      `${access.order} is no order of a ${stores ? 'store' : 'load'}`,
    );
  }

  private checkCall(operation: Extract<Operation, { op: 'call' }>): void {
    const { callee, args, results, structResult } = operation;
    if (callee.kind === 'local') {
      const called = this.program.functions.get(callee.name);
      if (called === undefined) {
        this.complain(`the function ${callee.name} is not defined`);
        return;
      }
      this.require(structResult === undefined, 'only a C function writes its result to a place');
      this.requireTypes(
        args,
        called.parameters.map((parameter) => parameter.type),
        'arguments',
      );
      this.requireTypes(results, called.results, 'results');
      return;
    }
    if (callee.kind === 'address') this.requireAddress(callee.address);
    else {
      const symbol = this.program.symbols.get(callee.name);
      const defined = this.program.functions.has(callee.name);
      this.require(defined || symbol?.kind === 'function', `the symbol ${callee.name} is not declared as a function`);
    }
    const { signature } = callee;
    this.require(args.length === signature.args.length, `${args.length} arguments for ${signature.args.length}`);
    args.forEach((arg, index) => {
      const parameter = signature.args[index];
      if (parameter === undefined) return;
      const type = machineTypeOf(parameter);
      this.require(
        type === 'ptr' ? isAddressType(arg.type) : arg.type === type,
        `argument ${index + 1} is ${arg.type}`,
      );
      if (signature.fixed === undefined || index < signature.fixed) return;
      this.require(arg.type !== 'f32', 'a float as a further argument of a variadic function must be a double');
    });
    const inMemory = isResultInMemory(signature.result);
    this.require(inMemory === (structResult !== undefined), 'a struct result, and only it, needs a place');
    if (structResult !== undefined) this.requireAddress(structResult);
    const expected = inMemory ? undefined : machineTypeOf(signature.result);
    this.requireTypes(results, expected === undefined ? [] : [expected], 'results');
  }

  private checkTerminator(terminator: Terminator, start: Block): void {
    const targets = targetsOf(terminator);
    for (const target of targets) this.checkTarget(target, start);
    for (const target of targets) {
      const other = targets.find((each) => each.block === target.block);
      const same = other?.args.every((arg, index) => arg === target.args[index]) ?? true;
      this.require(same, `${target.block.label} gets different arguments from one place`);
    }
    switch (terminator.op) {
      case 'branch':
        this.requireType(terminator.condition, 'i1');
        return;
      case 'switch':
        this.require(isIntegerType(terminator.value.type), 'the value is not an integer');
        this.require(
          new Set(terminator.cases.map((each) => each.bits)).size === terminator.cases.length,
          'a case occurs twice',
        );
        for (const { bits } of terminator.cases) {
          this.require(
            bits >= 0n && bits < 1n << BigInt(bitsOf(terminator.value.type)),
            `the case ${bits} does not fit`,
          );
        }
        return;
      case 'return':
        this.requireTypes(terminator.values, this.definition.results, 'results');
        return;
      case 'enterTry':
        this.requireType(terminator.handler, 'ptr');
        return;
      case 'throw':
        if (terminator.value !== undefined) this.requireType(terminator.value, 'ref');
        return;
      case 'jump':
      case 'unreachable':
        return;
    }
  }

  private checkTarget(target: Target, start: Block): void {
    this.require(
      this.definition.blocks.includes(target.block),
      `${target.block.label} is not a block of this function`,
    );
    this.require(target.block !== start, 'nothing may jump to the first block');
    this.requireTypes(
      target.args,
      target.block.parameters.map((parameter) => parameter.type),
      `arguments of ${target.block.label}`,
    );
  }

  private requireTypes(values: readonly Value[], types: readonly MachineType[], what: string): void {
    const given = values.map((value) => value.type).join(', ');
    this.require(given === types.join(', '), `${what}: (${given}) for (${types.join(', ')})`);
  }

  private requireSame(first: Value, ...others: readonly Value[]): void {
    for (const other of others) this.require(other.type === first.type, `${other.type} where ${first.type} is needed`);
  }

  private requireType(value: Value, type: MachineType): void {
    this.require(value.type === type, `${value.type} where ${type} is needed`);
  }

  private requireAddress(value: Value): void {
    this.require(isAddressType(value.type), `${value.type} where an address is needed`);
  }

  private requireAtomic(type: MachineType): void {
    this.require(!isFloatType(type) && type !== 'i1' && type !== 'i128', `${type} cannot be accessed atomically`);
  }
}

/** For each block its immediate dominator, by place in the order; the first one is its own. Cooper, Harvey, Kennedy 2001. */
function immediateDominators(order: readonly Block[], place: ReadonlyMap<Block, number>): number[] {
  const sources: number[][] = order.map(() => []);
  order.forEach((block, index) => {
    if (block.terminator === undefined) return;
    for (const target of targetsOf(block.terminator)) {
      const at = place.get(target.block);
      if (at !== undefined) sources[at].push(index);
    }
  });
  const dominators: number[] = order.map((_, index) => (index === 0 ? 0 : -1));
  const meet = (a: number, b: number) => {
    let [left, right] = [a, b];
    while (left !== right) {
      while (left > right) left = dominators[left];
      while (right > left) right = dominators[right];
    }
    return left;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (let index = 1; index < order.length; index++) {
      const known = sources[index].filter((source) => dominators[source] !== -1);
      const nearest = known.reduce(meet);
      if (dominators[index] !== nearest) {
        dominators[index] = nearest;
        changed = true;
      }
    }
  }
  return dominators;
}
