// Operations as text: for listings, tests and error messages. Nothing reads it back.

import { signatureText } from '../../ffi/ctype.ts';
import { describeRecipe } from '../object/recipe.ts';
import type { Access, Block, FunctionDefinition, Operation, Program, Target, Terminator, Value } from './operations.ts';
import { resultsOf } from './operations.ts';

/** The whole program: its symbols, its data, its functions, each in the order of definition. */
export function printProgram(program: Program): string {
  const lines = [`program ${program.name}`];
  for (const symbol of program.symbols.values()) {
    const effects = symbol.effects === 'any' ? '' : ` effects ${symbol.effects}`;
    lines.push(`symbol ${symbol.name}: ${symbol.kind}${effects} = ${describeRecipe(symbol.recipe)}`);
  }
  for (const data of program.data.values()) {
    const holes = data.holes.map((hole) => ` +${hole.offset} ${hole.symbol}`).join(',');
    lines.push(
      `data ${data.name}: ${data.bytes.length} bytes align ${data.align}${data.writable ? ' writable' : ''}${holes}`,
    );
  }
  for (const definition of program.functions.values()) lines.push('', printFunction(definition));
  return `${lines.join('\n')}\n`;
}

export function printFunction(definition: FunctionDefinition): string {
  const parameters = definition.parameters.map(declared).join(', ');
  const results = definition.results.length === 0 ? '' : ` -> ${definition.results.join(', ')}`;
  const notes = [
    definition.exported ? 'exported' : '',
    definition.inline === 'undecided' ? '' : `inline ${definition.inline}`,
    definition.roots === 0 ? '' : `roots ${definition.roots}`,
  ].filter((note) => note !== '');
  const heading = [`function ${definition.name}(${parameters})${results}`, ...notes].join(' ');
  return [`${heading} {`, ...definition.blocks.flatMap(printBlock), '}'].join('\n');
}

function printBlock(block: Block): string[] {
  const parameters = block.parameters.length === 0 ? '' : `(${block.parameters.map(declared).join(', ')})`;
  const end = block.terminator === undefined ? '(unfinished)' : printTerminator(block.terminator);
  return [`${block.label}${parameters}:`, ...block.operations.map((each) => `  ${printOperation(each)}`), `  ${end}`];
}

/** One operation, as `%4: i64 = add %2, %3`. */
export function printOperation(operation: Operation): string {
  const results = resultsOf(operation);
  const left = results.length === 0 ? '' : `${results.map(declared).join(', ')} = `;
  return left + body(operation);
}

function body(operation: Operation): string {
  switch (operation.op) {
    case 'constant':
      return `constant ${printConstant(operation.bits, operation.result)}`;
    case 'fma':
      return `${operation.exact ? 'fma' : 'muladd'} ${list([operation.a, operation.b, operation.c])}`;
    case 'checked':
    case 'compare':
      return `${operation.op} ${operation.kind} ${list([operation.left, operation.right])}`;
    case 'convert':
      return `${operation.kind} ${name(operation.operand)}`;
    case 'select':
      return `select ${list([operation.condition, operation.left, operation.right])}`;
    case 'slot':
      return `slot ${operation.size} align ${operation.align}`;
    case 'address': {
      const index = operation.index === undefined ? '' : ` + ${name(operation.index)} * ${operation.scale}`;
      const offset = operation.offset === 0 ? '' : ` + ${operation.offset}`;
      return `address ${name(operation.base)}${index}${offset}`;
    }
    case 'symbol':
      return `symbol ${operation.name}`;
    case 'threadState':
    case 'stackAddress':
      return operation.op;
    case 'load':
      return `load ${place(operation.address, operation.offset)}${printAccess(operation.access)}`;
    case 'store':
      return `store ${name(operation.value)} at ${place(operation.address, operation.offset)}${printAccess(operation.access)}`;
    case 'update':
      return `update ${operation.kind} ${place(operation.address, 0)}, ${name(operation.value)} ${operation.order}`;
    case 'compareExchange':
      return `compareExchange ${place(operation.address, 0)}, ${list([operation.expected, operation.value])} ${operation.order}`;
    case 'fence':
      return `fence ${operation.order}`;
    case 'copy': {
      const how = operation.overlap ? ' overlap' : '';
      return `copy ${list([operation.target, operation.source, operation.length])} align ${operation.align}${how}`;
    }
    case 'fill':
      return `fill ${list([operation.target, operation.byte, operation.length])} align ${operation.align}`;
    case 'call':
      return printCall(operation);
    case 'root':
      return `root ${operation.index} ${name(operation.value)}`;
    case 'leaveTry':
      return `leaveTry ${name(operation.handler)}`;
    default:
      if ('operand' in operation) return `${operation.op} ${name(operation.operand)}`;
      return `${operation.op} ${list([operation.left, operation.right])}`;
  }
}

function printCall(operation: Extract<Operation, { op: 'call' }>): string {
  const { callee } = operation;
  const args = `(${list(operation.args)})`;
  if (callee.kind === 'local') return `call ${callee.name}${args}`;
  const to = callee.kind === 'symbol' ? callee.name : `at ${name(callee.address)} `;
  const result = operation.structResult === undefined ? '' : ` into ${name(operation.structResult)}`;
  return `call ${to}${args}${result} as ${signatureText(callee.signature)}`;
}

/** A terminator, as `branch %3 then one.1 else two.2(%4)`. */
export function printTerminator(terminator: Terminator): string {
  switch (terminator.op) {
    case 'jump':
      return `jump ${printTarget(terminator.target)}`;
    case 'branch': {
      const likely = terminator.likely === undefined ? '' : terminator.likely ? ' likely' : ' unlikely';
      return `branch ${name(terminator.condition)} then ${printTarget(terminator.taken)} else ${printTarget(terminator.otherwise)}${likely}`;
    }
    case 'switch': {
      const cases = terminator.cases.map((each) => `${each.bits}: ${printTarget(each.target)}`);
      return `switch ${name(terminator.value)} { ${[...cases, `else: ${printTarget(terminator.otherwise)}`].join(', ')} }`;
    }
    case 'return':
      return terminator.values.length === 0 ? 'return' : `return ${list(terminator.values)}`;
    case 'enterTry':
      return `enterTry ${name(terminator.handler)} body ${printTarget(terminator.body)} caught ${printTarget(terminator.caught)}`;
    case 'throw':
      return terminator.value === undefined ? 'throw' : `throw ${name(terminator.value)}`;
    case 'unreachable':
      return 'unreachable';
  }
}

function printConstant(bits: bigint, result: Value): string {
  if (result.type === 'f32' || result.type === 'f64') {
    const view = new DataView(new ArrayBuffer(8));
    if (result.type === 'f64') view.setBigUint64(0, bits);
    else view.setUint32(0, Number(bits));
    return `${result.type === 'f64' ? view.getFloat64(0) : view.getFloat32(0)} (0x${bits.toString(16)})`;
  }
  if (result.type === 'ref' || result.type === 'ptr') return bits === 0n ? 'null' : `0x${bits.toString(16)}`;
  return result.type === 'i1' ? String(bits) : String(BigInt.asIntN(Number(result.type.slice(1)), bits));
}

function printAccess(access: Access): string {
  const notes = [
    access.align === undefined ? '' : `align ${access.align}`,
    access.volatile ? 'volatile' : '',
    access.order ?? '',
    access.constant ? 'constant' : '',
    access.kind === undefined ? '' : `kind ${access.kind}`,
  ].filter((note) => note !== '');
  return notes.map((note) => ` ${note}`).join('');
}

function printTarget(target: Target): string {
  return target.args.length === 0 ? target.block.label : `${target.block.label}(${list(target.args)})`;
}

function place(address: Value, offset: number): string {
  return offset === 0 ? `[${name(address)}]` : `[${name(address)} + ${offset}]`;
}

function declared(value: Value): string {
  return `${name(value)}: ${value.type}`;
}

function name(value: Value): string {
  return `%${value.id}`;
}

function list(values: readonly Value[]): string {
  return values.map(name).join(', ');
}
