// Builtins that say which call to make: applying, invoking, calling in another world.
//
// They rewrite the argument list and let the VM carry on with it (see vm/builtin.ts), so that none of them recurses.
import { U32 } from '../../../ffi/region.ts';
import {
  type ArrayRef,
  type DataTypeRef,
  type MethodRef,
  type Ref,
  readRef,
  readWide,
  type SvecRef,
  typeOf,
} from '../../memory/layout.ts';
import * as objects from '../../memory/objects.ts';
import { root, rootScope } from '../../memory/roots.ts';
import { Bottom, datatype, emptySvec, nothing, typename, wrapper } from '../../memory/wellknown.ts';
import { newTypeVar } from '../../types/construct.ts';
import { fieldCount } from '../../types/fields.ts';
import {
  applyTupleType,
  applyType,
  instanceIsA,
  isSubtype,
  matchSignature,
  typeTypeOf,
  unionAll,
} from '../../types/index.ts';
import { isTupleType, param, typeNameOf } from '../../types/kinds.ts';
import { defineBuiltins, defineRedirects, type Redirection } from '../../vm/builtin.ts';
import { call, dispatchTuple } from '../../vm/calls.ts';
import { machine, runningWorld } from '../../vm/frames.ts';
import { setSlot, setSlotBool, setSlotReference, slotInt64, slotRef, slotType } from '../../vm/slots.ts';
import { makeTupleOfSlots } from '../../vm/tuples.ts';
import { currentWorld } from '../bindings.ts';
import { throwBoundsError, throwError, throwMethodError, throwPlain, throwTypeError } from '../errors.ts';
import { loadField } from '../fieldaccess.ts';
import { invokedMethod } from '../methodmatches.ts';
import { isKindType, lookupMethod, methodInstance, unwrapUnionAll } from '../methods.ts';
import { symbol } from '../symbols.ts';
import { arrayLength, svecGet, svecLength } from '../values.ts';
import { expectArguments, expectType } from './arguments.ts';

const plain = (n: number, world = 0, target = 0 as Ref): Redirection => ({ n, world, target });

/** A list of slots for flattened arguments, above the innermost frame; it grows as arguments come. */
class ArgumentList {
  words: Int32Array;
  n: number;
  private next: number;
  constructor(words: Int32Array, n: number) {
    this.words = words;
    this.n = n;
    this.next = machine.sp;
  }
  /** Adds a word that is a slot already. */
  push(word: number): void {
    if (this.n >= this.words.length) {
      const larger = new Int32Array(2 * this.n + 8);
      larger.set(this.words);
      this.words = larger;
    }
    this.words[this.n++] = word;
  }
  /** A fresh slot, added to the list. */
  slot(): number {
    const word = this.next;
    this.next += 4;
    machine.sp = this.next;
    this.push(word);
    return word;
  }
}

/** Adds the elements of an argument of `_apply_iterate` to the list. */
function spread(list: ArgumentList, iterate: Ref, word: number): void {
  const type = slotType(word);
  const object = slotRef(word);
  const name = typeNameOf(type);
  if (isTupleType(type) || name === typename('NamedTuple')) {
    for (let i = 0, n = fieldCount(type); i < n; i++) loadField(object, type, i, list.slot());
    return;
  }
  if (type === datatype('SimpleVector')) {
    for (let i = 0, n = svecLength(object as SvecRef); i < n; i++) setSlot(list.slot(), svecGet(object as SvecRef, i));
    return;
  }
  if (name === typename('Array') && param(type, 0) === datatype('Any')) {
    const array = object as ArrayRef;
    const data = U32[(array << 1) + (objects.JuliaArray.ptr_or_offset & 0xfff)] >>> 3;
    for (let i = 0, n = arrayLength(array); i < n; i++) {
      const element = (U32[(data + i) << 1] >>> 3) as Ref;
      if (element === 0) throwPlain('UndefRefError');
      setSlot(list.slot(), element);
    }
    return;
  }
  spreadIterator(list, iterate, object);
}

/** Loads a part of what `iterate` returned, which need not be a tuple. */
function loadPart(pair: Ref, index: number, word: number): void {
  const type = typeOf(pair);
  if (index >= fieldCount(type)) throwBoundsError(pair, index + 1);
  if (!loadField(pair, type, index, word)) throwPlain('UndefRefError');
}

/** Anything else is iterated by the given function. */
function spreadIterator(list: ArgumentList, iterate: Ref, iterator: Ref): void {
  rootScope(() => {
    let next = root(call(iterate, [iterator]));
    while (next !== nothing) {
      loadPart(next, 0, list.slot());
      const scratch = machine.sp;
      machine.sp += 4;
      loadPart(next, 1, scratch);
      const state = root(slotRef(scratch));
      machine.sp -= 4;
      next = root(call(iterate, [iterator, state]));
    }
  });
}

/** Method instance for `invoke(f, types, args...)`. */
function invokeTarget(f: Ref, types: Ref, words: Int32Array, n: number): Ref {
  const kind = typeOf(f);
  const calleeType = isKindType(kind) ? typeTypeOf(f) : kind;
  const tuple = unwrapUnionAll(types);
  const parameters = readRef<SvecRef>(tuple, objects.DataType.parameters);
  const all: Ref[] = [calleeType];
  for (let i = 0; i < svecLength(parameters); i++) all.push(svecGet(parameters, i));
  const signature = applyTupleType(all);
  const world = runningWorld();
  const match = invokedMethod(signature, world);
  if (match === null) {
    // The arguments of such a MethodError are the types that were asked for.
    return throwMethodError(f, types, world);
  }
  return instanceFor(match.method, words, n);
}

/** The callee and the arguments are not what a method, or a compiled instance of one, is for. */
function throwArgumentTypeError(expected: Ref, words: Int32Array, n: number): never {
  const scratch = machine.sp;
  makeTupleOfSlots(words, n, scratch);
  return throwTypeError('invoke: argument type error', expected, slotRef(scratch));
}

/** The instance that a CodeInstance is compiled code of, if the arguments are right and the caller's world sees it. */
function compiledInstance(code: Ref, words: Int32Array, n: number): Ref {
  const instance = readRef(code, objects.CodeInstance.def);
  const specTypes = readRef(instance, objects.MethodInstance.specTypes);
  const method = readRef(instance, objects.MethodInstance.def);
  const types = dispatchTuple(words, n);
  const isMethod = typeOf(method) === datatype('Method');
  if (!isSubtype(types, specTypes) || (isMethod && !isSubtype(types, readRef(method, objects.Method.sig)))) {
    return throwArgumentTypeError(specTypes, words, n);
  }
  const world = runningWorld();
  const isValid =
    readWide(code, objects.CodeInstance.min_world) <= world && world <= readWide(code, objects.CodeInstance.max_world);
  if (!isValid) throwError('invoke: CodeInstance not valid for this world');
  return instance;
}

/** The instance of a given method for the actual arguments. */
function instanceFor(method: MethodRef, words: Int32Array, n: number): Ref {
  const types = dispatchTuple(words, n);
  const sparams = matchSignature(types, readRef(method, objects.Method.sig));
  if (sparams === null) return throwArgumentTypeError(method, words, n);
  return methodInstance(method, types, sparams);
}

/** The world that an argument names; one that is still to come stands for the newest. */
function worldArgument(name: string, word: number): number {
  expectType(name, word, datatype('UInt64'));
  const world = slotInt64(word);
  const newest = currentWorld();
  return world < 0 || world > newest ? newest : world;
}

defineRedirects({
  _apply_iterate: (args, n) => {
    expectArguments('_apply_iterate', n, 2, 1 << 20);
    const iterate = slotRef(args[0]);
    const list = new ArgumentList(new Int32Array(Math.max(16, n)), 0);
    list.push(args[1]);
    const sources = args.slice(2, n);
    for (const word of sources) spread(list, iterate, word);
    return { n: list.n, world: 0, target: 0 as Ref, words: list.words };
  },
  invokelatest: (_args, n) => {
    expectArguments('invokelatest', n, 1, 1 << 20);
    return plain(n, currentWorld());
  },
  _call_latest: (_args, n) => plain(n, currentWorld()),
  invoke_in_world: (args, n) => {
    expectArguments('invoke_in_world', n, 2, 1 << 20);
    const world = worldArgument('invoke_in_world', args[0]);
    args.copyWithin(0, 1, n);
    return plain(n - 1, world);
  },
  _call_in_world_total: (args, n) => {
    expectArguments('_call_in_world_total', n, 2, 1 << 20);
    const world = worldArgument('_call_in_world_total', args[0]);
    args.copyWithin(0, 1, n);
    return plain(n - 1, world);
  },
  invoke: (args, n) => {
    expectArguments('invoke', n, 2, 1 << 20);
    const types = slotRef(args[1]);
    const f = slotRef(args[0]);
    args.copyWithin(1, 2, n);
    const count = n - 1;
    const kind = typeOf(types);
    if (kind === datatype('Method')) return plain(count, 0, instanceFor(types as MethodRef, args, count));
    if (kind === datatype('CodeInstance')) return plain(count, 0, compiledInstance(types, args, count));
    const body = unwrapUnionAll(types);
    if (typeOf(body) !== datatype('DataType') || !isTupleType(body)) throwTypeError('invoke', tupleTypeType(), types);
    if (!argumentsFit(types, args, count)) {
      const given = tupleOf(args, count);
      if (!instanceIsA(given, types)) throwTypeError('invoke: argument type error', types, given);
    }
    return plain(count, 0, invokeTarget(f, types, args, count));
  },
});

function tupleOf(words: Int32Array, n: number): Ref {
  const scratch = machine.sp;
  makeTupleOfSlots(words.subarray(1, n), n - 1, scratch);
  return slotRef(scratch);
}

/** `Type{T} where T<:Tuple` */
function tupleTypeType(): Ref {
  const variable = newTypeVar(symbol('T'), Bottom, datatype('Tuple'));
  return unionAll(variable, applyType(wrapper('Type'), [variable]));
}

/** The quick check of `invoke`: as many parameters as arguments, each of which is an instance. */
function argumentsFit(types: Ref, words: Int32Array, count: number): boolean {
  if (typeOf(types) !== datatype('DataType')) return false;
  if (svecLength(readRef<SvecRef>(types, objects.DataType.parameters)) !== count - 1) return false;
  for (let i = 1; i < count; i++) {
    const expected = expectedArgument(types, i - 1);
    if (expected === null || !instanceIsA(slotRef(words[i]), expected)) return false;
  }
  return true;
}

/** Type that `invoke`'s tuple gives argument `index`, null where it says nothing simple. */
function expectedArgument(types: Ref, index: number): Ref | null {
  if (typeOf(types) !== datatype('DataType')) return null;
  const parameters = readRef<SvecRef>(types, objects.DataType.parameters);
  if (index >= svecLength(parameters)) return null;
  const parameter = svecGet(parameters, index);
  return isKindType(typeOf(parameter)) ? parameter : null;
}

defineBuiltins({
  applicable: (args, n, result) => {
    expectArguments('applicable', n, 1, 1 << 20);
    const types: DataTypeRef = dispatchTuple(args, n);
    setSlotBool(result, lookupMethod(types, runningWorld()).kind === 'found');
  },
  _compute_sparams: (args, n, result) => {
    expectArguments('_compute_sparams', n, 1, 1 << 20);
    const method = expectType<MethodRef>('_compute_sparams', args[0], datatype('Method'));
    const types = dispatchTuple(args.subarray(1, n), n - 1);
    const values = matchSignature(types, readRef(method, objects.Method.sig));
    setSlotReference(result, values ?? emptySvec);
  },
  throw_methoderror: (args, n) => {
    expectArguments('throw_methoderror', n, 1, 1 << 20);
    const f = slotRef(args[0]);
    const scratch = machine.sp;
    makeTupleOfSlots(args.subarray(1, n), n - 1, scratch);
    throwMethodError(f, slotRef(scratch), runningWorld());
  },
});
