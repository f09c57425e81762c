// Functions of Base and Core that inference knows by name, as Julia's does: what is worth inferring with constants is a
// matter of what a function is for, and `!` turns around what a Bool says.

import { type ModuleRef, type Ref, readRef, typeOf } from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import { BaseModule, CoreModule } from '../../interpreter/memory/wellknown.ts';
import { moduleParent } from '../../interpreter/runtime/modules.ts';
import { instanceOf, isDataType, nameText, typeNameOf } from '../../interpreter/types/index.ts';

const names = new Map<Ref, string | null>();

/** The name of a function that Base or Core define; null for everything else. */
export function topFunctionName(callee: Ref): string | null {
  const type = typeOf(callee);
  let name = names.get(type);
  if (name === undefined) {
    name = nameOf(type, callee);
    names.set(type, name);
  }
  return name;
}

function nameOf(type: Ref, callee: Ref): string | null {
  if (!isDataType(type) || instanceOf(type) !== callee) return null;
  const text = nameText(type);
  if (!text.startsWith('#')) return null;
  const module = readRef<ModuleRef>(typeNameOf(type), objects.TypeName.module);
  const isTop = module === BaseModule || module === CoreModule || moduleParent(module) === BaseModule;
  return isTop ? text.slice(1) : null;
}
