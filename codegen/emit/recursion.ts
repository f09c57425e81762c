// Unrolling recursion: a small function that calls itself gets a copy to call instead, which calls it back.
//
// Inliners leave direct recursion alone, so each level pays for a call. With a copy between a function and itself the copy is
// inlined, and a call does the work of two levels. It pays for functions that do little else (fib, tree walks); large ones,
// those with handlers (which are never inlined) and those that keep roots are left as they are.
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

/** Most operations of a function that is worth a copy. */
const sizeLimit = 60;

/** Gives every function that is worth it a copy between it and itself. */
export function unrollRecursion(program: Program): void {
  for (const definition of [...program.functions.values()]) {
    if (!isWorthACopy(definition)) continue;
    const name = `${definition.name} unrolled`;
    if (program.functions.has(name)) continue;
    program.functions.set(name, { ...copyOf(definition), name, exported: false, inline: 'always' });
    for (const block of definition.blocks) {
      block.operations.forEach((operation, index) => {
        if (operation.op === 'call' && calls(operation, definition.name)) {
          block.operations[index] = { ...operation, callee: { kind: 'local', name } };
        }
      });
    }
  }
}

function isWorthACopy(definition: FunctionDefinition): boolean {
  if (definition.roots > 0 || definition.inline === 'never') return false;
  let size = 0;
  let isRecursive = false;
  for (const block of definition.blocks) {
    if (block.terminator?.op === 'enterTry') return false;
    size += block.operations.length;
    isRecursive ||= block.operations.some((operation) => calls(operation, definition.name));
  }
  return isRecursive && size <= sizeLimit;
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
