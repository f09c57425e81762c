// Unrolling recursion: a small function that calls itself gets copies to call instead, the last of which calls it back.
//
// Inliners leave direct recursion alone, so each level pays for a call. With copies between a function and itself the copies
// are inlined, and a call does the work of several levels. It pays for functions that do little else (fib, tree walks);
// large ones, those with handlers (which are never inlined) and those that keep roots are left as they are. As many levels
// are made as the code may grow for. A copy does not look at the limit of the stack: the function that it is part of has.
//
// Enters: a program. Leaves: the same program, with the copies in it. What the functions compute is the same.

import {
  type Block,
  type FunctionDefinition,
  type Operation,
  type Program,
  resultsOf,
  type Target,
  type Terminator,
  type Value,
} from './operations.ts';

/** Most operations of a function that is worth a copy, and of a function with its copies inlined. */
const sizeLimit = 60;
const unrolledLimit = 500;
const maxLevels = 3;

/** Gives every function that is worth it copies between it and itself. */
export function unrollRecursion(program: Program): void {
  for (const definition of [...program.functions.values()]) {
    const levels = levelsOf(definition);
    const nameOf = (level: number): string =>
      level === 1 ? `${definition.name} unrolled` : `${definition.name} unrolled ${level}`;
    if (levels === 0 || program.functions.has(nameOf(1))) continue;
    // The deepest first, so that each is copied from the function as it was written.
    for (let level = levels; level >= 1; level--) {
      const name = nameOf(level);
      const copy: FunctionDefinition = { ...copyOf(definition), name, exported: false, inline: 'always' };
      dropStackCheck(copy);
      if (level < levels) redirectCalls(copy, definition.name, nameOf(level + 1));
      program.functions.set(name, copy);
    }
    redirectCalls(definition, definition.name, nameOf(1));
  }
}

function redirectCalls(definition: FunctionDefinition, from: string, to: string): void {
  for (const block of definition.blocks) {
    block.operations.forEach((operation, index) => {
      if (operation.op === 'call' && calls(operation, from)) {
        block.operations[index] = { ...operation, callee: { kind: 'local', name: to } };
      }
    });
  }
}

/** How many copies a function is worth, 0 for most. */
function levelsOf(definition: FunctionDefinition): number {
  if (definition.roots > 0 || definition.inline === 'never') return 0;
  let size = 0;
  let own = 0;
  for (const block of definition.blocks) {
    if (block.terminator?.op === 'enterTry') return 0;
    size += block.operations.length;
    own += block.operations.filter((operation) => calls(operation, definition.name)).length;
  }
  if (own === 0 || size > sizeLimit) return 0;
  let levels = 0;
  for (let copies = own, total = size; levels < maxLevels && total + copies * size <= unrolledLimit; copies *= own) {
    total += copies * size;
    levels++;
  }
  return levels;
}

/** Makes the comparison of the stack with its limit, if the function starts with one, a way straight on. */
function dropStackCheck({ blocks: [start] }: FunctionDefinition): void {
  const end = start?.terminator;
  if (end?.op !== 'branch' || !start.operations.some((operation) => operation.op === 'stackAddress')) return;
  start.terminator = { op: 'jump', target: end.otherwise };
}

function calls(operation: Operation, name: string): boolean {
  return operation.op === 'call' && operation.callee.kind === 'local' && operation.callee.name === name;
}

/** A function with values and blocks of its own, otherwise the same. */
export function copyOf(definition: FunctionDefinition): FunctionDefinition {
  const values = new Map<Value, Value>();
  const blocks = new Map<Block, Block>();
  const fresh = (value: Value): Value => {
    const copy = { ...value };
    values.set(value, copy);
    return copy;
  };
  const parameters = definition.parameters.map(fresh);
  for (const block of definition.blocks) {
    blocks.set(block, {
      label: block.label,
      parameters: block.parameters.map(fresh),
      operations: [],
      terminator: undefined,
    });
    for (const operation of block.operations) resultsOf(operation).forEach(fresh);
  }
  const value = (old: Value): Value => {
    const copy = values.get(old);
    if (copy === undefined) throw new Error(`%${old.id} of ${definition.name} is defined nowhere`);
    return copy;
  };
  const place = (target: Target): Target => {
    const block = blocks.get(target.block);
    if (block === undefined) throw new Error(`${target.block.label} is no block of ${definition.name}`);
    return { block, args: target.args.map(value) };
  };
  for (const [old, block] of blocks) {
    block.operations.push(...old.operations.map((operation) => copyOperation(operation, value)));
    block.terminator = old.terminator === undefined ? undefined : copyTerminator(old.terminator, value, place);
  }
  return { ...definition, parameters, blocks: [...blocks.values()] };
}

/** Every field of an operation that holds values is one of these; all other fields are plain data. */
function copyOperation(operation: Operation, value: (old: Value) => Value): Operation {
  const copy: Record<string, unknown> = { ...operation };
  for (const [field, content] of Object.entries(operation)) {
    if (isValue(content)) copy[field] = value(content);
  }
  if (operation.op === 'call') {
    copy['args'] = operation.args.map(value);
    copy['results'] = operation.results.map(value);
    if (operation.callee.kind === 'address')
      copy['callee'] = { ...operation.callee, address: value(operation.callee.address) };
  }
  return copy as Operation;
}

function isValue(content: unknown): content is Value {
  return typeof content === 'object' && content !== null && 'id' in content && 'type' in content;
}

function copyTerminator(
  terminator: Terminator,
  value: (old: Value) => Value,
  place: (target: Target) => Target,
): Terminator {
  switch (terminator.op) {
    case 'jump':
      return { op: 'jump', target: place(terminator.target) };
    case 'branch': {
      const condition = value(terminator.condition);
      return { ...terminator, condition, taken: place(terminator.taken), otherwise: place(terminator.otherwise) };
    }
    case 'switch': {
      const cases = terminator.cases.map(({ bits, target }) => ({ bits, target: place(target) }));
      return { op: 'switch', value: value(terminator.value), cases, otherwise: place(terminator.otherwise) };
    }
    case 'return':
      return { op: 'return', values: terminator.values.map(value) };
    case 'enterTry': {
      const handler = value(terminator.handler);
      return { op: 'enterTry', handler, body: place(terminator.body), caught: place(terminator.caught) };
    }
    case 'throw':
      return { op: 'throw', value: terminator.value === undefined ? undefined : value(terminator.value) };
    case 'unreachable':
      return terminator;
  }
}
