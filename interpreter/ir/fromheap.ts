// Code of the heap as data on the JavaScript side: the way back from what heap.ts makes.
//
// Syntax stays as `fromHeap` reads it; here the nodes that only lowered code has are read too, in statements and wherever
// they stand in expressions. What is left over of the heap (types, functions, constants) is a HeapValue.
//
// Not carried over are fields that only the compiler's own data structures give a meaning to: `parent`, `edges` and
// `method_for_inference_limit_heuristics`.

import {
  type ArrayRef,
  type CodeInfoRef,
  type Ref,
  readRef,
  readU8,
  readU16,
  readWide,
  type SvecRef,
  type SymbolRef,
  typeOf,
} from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { ArrayAnyType, datatype, nothing } from '../memory/wellknown.ts';
import { WORLD_MAX } from '../runtime/bindings.ts';
import { symbolName } from '../runtime/symbols.ts';
import { arrayBits, arrayGetRef, arrayLength, svecToArray } from '../runtime/values.ts';
import { Expr, HeapValue, QuoteNode, type Syntax, sym } from '../syntax/expr.ts';
import {
  CodeInfo,
  EnterNode,
  GotoIfNot,
  GotoNode,
  InvokeTarget,
  NewvarNode,
  type Operand,
  PhiCNode,
  PhiNode,
  PiNode,
  type Place,
  ReturnNode,
  SlotNumber,
  type Statement,
  UpsilonNode,
} from './code.ts';
import { placesOf } from './debuginfo.ts';
import { fromHeap } from './heap.ts';

const elements = (array: ArrayRef): Ref[] =>
  Array.from({ length: arrayLength(array) }, (_, i) => arrayGetRef(array, i));

/** The bytes or words of a vector of bits. */
function numbers(array: ArrayRef, bytes: 1 | 4, isSigned = false): number[] {
  // Before vectors of bits exist, CodeInfos hold their flags as strings; nobody reads those.
  if (typeOf(array) === datatype('String')) return [];
  if (bytes === 1) return Array.from(arrayBits(array, 1));
  return Array.from(arrayBits(array, 4), (word) => (isSigned ? word | 0 : word));
}

/** A part of code that may hold other nodes than syntax does. */
function partFromHeap(object: Ref): Syntax {
  if (object === 0) return new HeapValue(0);
  switch (typeOf(object)) {
    case datatype('Expr'): {
      const head = symbolName(readRef<SymbolRef>(object, objects.Expr.head));
      const args = elements(readRef<ArrayRef>(object, objects.Expr.args));
      if (head === 'lambda') return fromHeap(object);
      if (head === 'invoke' && args.length > 0)
        return new Expr(head, [target(args[0]), ...args.slice(1).map(partFromHeap)]);
      return new Expr(head, args.map(partFromHeap));
    }
    case datatype('QuoteNode'):
      return new QuoteNode(partFromHeap(readRef(object, objects.QuoteNode.value)));
    case datatype('CodeInfo'):
      return codeFromHeap(object as CodeInfoRef);
    case datatype('GotoNode'):
      return new GotoNode(readWide(object, objects.GotoNode.label));
    case datatype('GotoIfNot'):
      return new GotoIfNot(operand(readRef(object, objects.GotoIfNot.cond)), readWide(object, objects.GotoIfNot.dest));
    case datatype('ReturnNode'):
      return new ReturnNode(optional(readRef(object, objects.ReturnNode.val)));
    case datatype('EnterNode'): {
      const scope = readRef(object, objects.EnterNode.scope);
      return new EnterNode(readWide(object, objects.EnterNode.catch_dest), optional(scope));
    }
    case datatype('NewvarNode'): {
      const slot = readRef(object, objects.NewvarNode.slot);
      return new NewvarNode(new SlotNumber(readWide(slot, objects.SlotNumber.id)));
    }
    case datatype('PhiNode'): {
      const edges = numbers(readRef<ArrayRef>(object, objects.PhiNode.edges), 4, true);
      return new PhiNode(edges, elements(readRef<ArrayRef>(object, objects.PhiNode.values)).map(optional));
    }
    case datatype('PhiCNode'):
      return new PhiCNode(elements(readRef<ArrayRef>(object, objects.PhiCNode.values)).map(operand));
    case datatype('PiNode'):
      return new PiNode(
        operand(readRef(object, objects.PiNode.val)),
        partFromHeap(readRef(object, objects.PiNode.typ)),
      );
    case datatype('UpsilonNode'):
      return new UpsilonNode(optional(readRef(object, objects.UpsilonNode.val)));
    default:
      return fromHeap(object);
  }
}

const operand = (object: Ref): Operand => partFromHeap(object) as Operand;
const optional = (object: Ref): Operand | undefined => (object === 0 ? undefined : operand(object));

/** What an `invoke` names, by its types. */
function target(object: Ref): Syntax {
  const instance = typeOf(object) === datatype('CodeInstance') ? readRef(object, objects.CodeInstance.def) : object;
  if (instance === 0 || typeOf(instance) !== datatype('MethodInstance')) return partFromHeap(object);
  let types = readRef(instance, objects.MethodInstance.specTypes);
  while (typeOf(types) === datatype('UnionAll')) types = readRef(types, objects.UnionAll.body);
  const parameters = svecToArray(readRef<SvecRef>(types, objects.DataType.parameters));
  return new InvokeTarget(parameters.map(partFromHeap), instance !== object);
}

function placeFromHeap(debug: Ref, index: number): Place | null {
  const outermostFirst = placesOf(debug, index).reverse();
  let place: Place | null = null;
  for (const { file, line } of outermostFirst) {
    const own = { file: sym(symbolName(file)), line };
    place = place === null ? own : { ...own, expandedAt: place };
  }
  return place;
}

/** Reads the code of a CodeInfo object. */
export function codeFromHeap(info: CodeInfoRef): CodeInfo {
  const code = new CodeInfo();
  const debug = readRef(info, objects.CodeInfo.debuginfo);
  const statements = elements(readRef<ArrayRef>(info, objects.CodeInfo.code));
  code.code = statements.map(
    (statement): Statement => (statement === 0 ? null : (partFromHeap(statement) as Statement)),
  );
  code.places = statements.map((_, i) => placeFromHeap(debug, i));
  const flags = numbers(readRef<ArrayRef>(info, objects.CodeInfo.ssaflags), 4);
  code.ssaflags = statements.map((_, i) => flags[i] ?? 0);
  code.slotnames = elements(readRef<ArrayRef>(info, objects.CodeInfo.slotnames)).map((name) =>
    sym(symbolName(name as SymbolRef)),
  );
  const slotflags = numbers(readRef<ArrayRef>(info, objects.CodeInfo.slotflags), 1);
  code.slotflags = code.slotnames.map((_, i) => slotflags[i] ?? 0);
  code.nargs = readWide(info, objects.CodeInfo.nargs);
  code.isva = readU8(info, objects.CodeInfo.isva) !== 0;
  code.inlining = readU8(info, objects.CodeInfo.inlining);
  code.propagateInbounds = readU8(info, objects.CodeInfo.propagate_inbounds) !== 0;
  code.hasFcall = readU8(info, objects.CodeInfo.has_fcall) !== 0;
  code.nospecializeinfer = readU8(info, objects.CodeInfo.nospecializeinfer) !== 0;
  code.constprop = readU8(info, objects.CodeInfo.constprop);
  code.purity = readU16(info, objects.CodeInfo.purity);
  code.inliningCost = readU16(info, objects.CodeInfo.inlining_cost);
  const types = readRef(info, objects.CodeInfo.ssavaluetypes);
  if (types !== 0 && typeOf(types) === ArrayAnyType) code.ssavaluetypes = elements(types as ArrayRef).map(partFromHeap);
  const slottypes = readRef(info, objects.CodeInfo.slottypes);
  if (slottypes !== 0 && typeOf(slottypes) === ArrayAnyType)
    code.slottypes = elements(slottypes as ArrayRef).map(partFromHeap);
  const rettype = readRef(info, objects.CodeInfo.rettype);
  if (rettype !== 0 && rettype !== nothing && rettype !== datatype('Any')) code.rettype = partFromHeap(rettype);
  const min = readWide(info, objects.CodeInfo.min_world);
  const max = readWide(info, objects.CodeInfo.max_world);
  if (min !== 1 || max < WORLD_MAX) code.worlds = { min: BigInt(min), max: BigInt(max) };
  return code;
}
