// Values as text without the library: for reports of failures in which no Julia code can run, and for traces, which may not
// run any.

import { type Ref, refAt, type SymbolRef, typeOf } from '../interpreter/memory/layout.ts';
import { datatype } from '../interpreter/memory/wellknown.ts';
import { symbolName } from '../interpreter/runtime/symbols.ts';
import { stringText, unboxInt64 } from '../interpreter/runtime/values.ts';
import { fieldCount, fieldType } from '../interpreter/types/fields.ts';
import { fieldIsPtr, typeText } from '../interpreter/types/index.ts';
/** A value as its type and fields, without the library's help. Never throws. */
export function describe(object: Ref, depth = 0): string {
  try {
    if (object === 0) return '#undef';
    const type = typeOf(object);
    if (type === datatype('String')) return JSON.stringify(stringText(object as Parameters<typeof stringText>[0]));
    if (type === datatype('Symbol')) return `:${symbolName(object as SymbolRef)}`;
    if (type === datatype('Int64')) return String(unboxInt64(object));
    if (type === datatype('DataType') || type === datatype('UnionAll') || type === datatype('Union'))
      return typeText(object);
    const fields = depth < 3 ? fieldTexts(object, depth) : ['...'];
    return `${typeText(type)}(${fields.join(', ')})`;
  } catch {
    return '?';
  }
}

function fieldTexts(object: Ref, depth: number): string[] {
  const texts: string[] = [];
  for (let i = 0; i < Math.min(6, fieldCount(typeOf(object))); i++) {
    const type = fieldType(typeOf(object), i);
    texts.push(fieldIsPtr(typeOf(object), i) ? describe(refAt(object, i), depth + 1) : `::${typeText(type)}`);
  }
  return texts;
}
