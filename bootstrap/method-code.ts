// A statement of a CodeInfo as text, for reports of what jl0 itself does wrong: it asks nothing of the library, and
// little of the heap.

import { fromHeap } from '../interpreter/ir/heap.ts';
import { sexpr } from '../interpreter/ir/sexpr.ts';
import { type Ref, readRef, readWide, typeOf } from '../interpreter/memory/layout.ts';
import * as objects from '../interpreter/memory/objects.ts';
import { datatype } from '../interpreter/memory/wellknown.ts';

/**
 * A statement or operand as an s-expression.
 *
 * @param describe the text of objects that are no code
 */
export function codeText(object: Ref, describe: (object: Ref) => string): string {
  const text = (part: Ref): string => codeText(part, describe);
  switch (typeOf(object)) {
    case datatype('GotoNode'):
      return `(goto %${readWide(object, objects.GotoNode.label)})`;
    case datatype('GotoIfNot'):
      return `(gotoifnot ${text(readRef(object, objects.GotoIfNot.cond))} %${readWide(object, objects.GotoIfNot.dest)})`;
    case datatype('ReturnNode'): {
      const value = readRef(object, objects.ReturnNode.val);
      return value === 0 ? '(return)' : `(return ${text(value)})`;
    }
    case datatype('EnterNode'): {
      const target = readWide(object, objects.EnterNode.catch_dest);
      const scope = readRef(object, objects.EnterNode.scope);
      return `(enter ${target === 0 ? 'none' : `%${target}`}${scope === 0 ? '' : ` ${text(scope)}`})`;
    }
    case datatype('NewvarNode'):
      return `(newvar ${text(readRef(object, objects.NewvarNode.slot))})`;
    default:
      return sexpr(fromHeap(object), ({ ref }) => describe(ref as Ref));
  }
}
