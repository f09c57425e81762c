// Objects of the heap as text that makes them anew, for code that is written to be read back: `svec(1, 2)`, `Base.sin`,
// `new(Base.Pair{Symbol, Int64}, :a, 1)`.
//
// A type is written by its name, a function by where it is found, another object by its type and its fields, however deep.
// Objects that are what they are because of who else knows them (tasks, methods, type variables) have no text.

import { U32 } from '../../ffi/region.ts';
import { fromHeap } from '../ir/heap.ts';
import { type ValueStyle, valueText } from '../ir/printvalue.ts';
import { fieldText, pathText, UnwritableError } from '../ir/words.ts';
import {
  type ArrayRef,
  type ModuleRef,
  type Ref,
  readRef,
  type SvecRef,
  type SymbolRef,
  typeOf,
} from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { ArrayAnyType, datatype, typename } from '../memory/wellknown.ts';
import type { HeapValue, Syntax } from '../syntax/expr.ts';
import { fieldCount } from '../types/fields.ts';
import { hasFreeVars, isType, layoutSize, typeText } from '../types/index.ts';
import { machine } from '../vm/frames.ts';
import { slotRef } from '../vm/slots.ts';
import { globalValue } from './bindings.ts';
import { isFieldDefined, loadField } from './fieldaccess.ts';
import { modulePath } from './modules.ts';
import { symbolName } from './symbols.ts';
import { arrayGetRef, arrayLength, svecToArray } from './values.ts';

/** Text that makes the object anew. Throws UnwritableError where there is none. */
export const heapText = (value: HeapValue): string => objectText(value.ref as Ref, 0);

const deepest = 12;
/** The most elements of a vector that is written out. */
const longest = 1000;

const style = (depth: number): ValueStyle => ({
  exact: true,
  heapText: (value) => objectText(value.ref as Ref, depth),
  operand: unexpected,
  code: unexpected,
  isModule: (path) => path === 'Main' || path === 'Base' || path === 'Core',
  slot: String,
});
const unexpected = (_: Syntax): string => {
  throw new UnwritableError('code inside an object');
};

function typeSource(type: Ref): string {
  const text = typeText(type);
  if (hasFreeVars(type) || text.includes('#undef')) throw new UnwritableError(`the type ${text}`);
  return text;
}

function objectText(object: Ref, depth: number): string {
  if (object === 0) return '#undef';
  if (depth > deepest) throw new UnwritableError('an object that holds others too deeply');
  if (isType(object)) return typeSource(object);
  const type = typeOf(object);
  const part = (value: Ref): string => valueText(fromHeap(value), style(depth + 1), false);
  const list = (values: readonly Ref[]): string => values.map(part).join(', ');
  if (type === datatype('SimpleVector')) return `svec(${list(svecToArray(object as SvecRef))})`;
  const name = readRef(type, objects.DataType.name);
  if (type === ArrayAnyType) {
    const array = object as ArrayRef;
    const length = arrayLength(array);
    if (length > longest) throw new UnwritableError(`a vector of ${length} elements`);
    return `vector(${list(Array.from({ length }, (_, i) => arrayGetRef(array, i)))})`;
  }
  if (readRef(type, objects.DataType.instance) === object) return singletonText(type, name, object);
  // A pointer in an object, such as the compiled form of a Regex, is null wherever else the object is: as in Julia's images.
  if (name === typename('Ptr') && depth > 0) return `bits(${typeSource(type)}, 0x0000000000000000)`;
  if (isRuntimeObject(type, name)) throw new UnwritableError(`a ${typeText(type)}`);
  const count = fieldCount(type);
  if (count === 0) return bitsText(object, type);
  const fields: Ref[] = [];
  for (let i = 0; i < count && isFieldDefined(object, type, i); i++) {
    loadField(object, type, i, machine.sp);
    fields.push(slotRef(machine.sp));
  }
  if (name !== typename('Tuple')) return `new(${[typeSource(type), ...fields.map(part)].join(', ')})`;
  return count === 1 ? `(${list(fields)},)` : `(${list(fields)})`;
}

const runtimeTypes = [
  'Method',
  'MethodInstance',
  'CodeInstance',
  'TypeName',
  'TypeVar',
  'Task',
  'Binding',
  'MethodTable',
  'Module',
  'CodeInfo',
] as const;

function isRuntimeObject(type: Ref, name: Ref): boolean {
  if (runtimeTypes.some((known) => type === datatype(known))) return true;
  return (
    name === typename('Array') ||
    name === typename('GenericMemory') ||
    name === typename('Ptr') ||
    type === datatype('TypeofVararg')
  );
}

function bitsText(object: Ref, type: Ref): string {
  const size = layoutSize(type);
  if (size === 0 || size > 8) throw new UnwritableError(`a ${typeText(type)}`);
  const bits = BigInt(U32[object << 1]) | (size > 4 ? BigInt(U32[(object << 1) + 1]) << 32n : 0n);
  return `bits(${typeSource(type)}, 0x${BigInt.asUintN(size * 8, bits)
    .toString(16)
    .padStart(16, '0')})`;
}

/** An object that is the only one of its type: a function by its name, another by its type. */
function singletonText(type: Ref, name: Ref, object: Ref): string {
  const own = readRef<SymbolRef>(name, objects.TypeName.singletonname);
  const module = readRef<ModuleRef>(name, objects.TypeName.module);
  if (own !== 0 && module !== 0 && globalValue(module, own) === object) {
    const field = fieldText(symbolName(own));
    if (field !== '') return pathText(modulePath(module)) + field;
  }
  return `new(${typeSource(type)})`;
}
