// Calls: from callee and arguments to what runs.
//
// Three levels, each remembering for the one before: the call site (inline cache, or an instruction rewritten into a
// quick one), a table of all calls by the types of their arguments, and the method table itself. Only the last decides;
// the others hold what it said, and forget it when a method is added or deleted that could have changed the answer.
//
// Caches answer for the latest world only. When a new world begins, the frames that are on the stack stay in theirs:
// their code is replaced by its aged variant (see decode.ts), which asks the method table with the frame's world.
import { U32 } from '../../ffi/region.ts';
import {
  type CodeInfoRef,
  type DataTypeRef,
  type MethodInstanceRef,
  type MethodRef,
  type ModuleRef,
  type Ref,
  readRef,
  readWide,
  type SvecRef,
  type TypeNameRef,
  typeOf,
} from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { registerPurge, registerRoots, registerWeakMap } from '../memory/roots.ts';
import { State, stateRef } from '../memory/state.ts';
import { datatype, emptySvec, typename } from '../memory/wellknown.ts';
import { currentWorld } from '../runtime/bindings.ts';
import { InternalError, throwMethodError, throwTypeError } from '../runtime/errors.ts';
import { isKindType, lookupMethod, methodInstance, onMethodChange, unwrapUnionAll } from '../runtime/methods.ts';
import { symbolName } from '../runtime/symbols.ts';
import { isInt64, svecGet, svecLength, unboxInt64 } from '../runtime/values.ts';
import { applyTupleType, instanceIsA, isSubtype, typeTypeOf } from '../types/index.ts';
import { isTypeVar, isVararg } from '../types/kinds.ts';
import { builtins, intrinsics, type Redirect, redirects, type SlotFunction } from './builtin.ts';
import {
  CALL_HEADER,
  type Code,
  codeAt,
  codes,
  Entry,
  instructionLength,
  Op,
  retireCode,
  type Site,
  type Target,
} from './code.ts';
import { forgetFields } from './codezone.ts';
import { agedVariant, decode, onCodeInvalidated } from './decode.ts';
import { exceptionDepth } from './exceptions.ts';
import { frameBelow, HEADER_WORDS, Header, machine } from './frames.ts';
import { observed, onObservationChange } from './hooks.ts';
import { generatedSource, stackOverflow } from './incidents.ts';
import { setLeafResolver } from './leafbody.ts';
import { quicken, quickenBuiltin, quickenGetter } from './quicken.ts';
import { run } from './run.ts';
import { forgetSavedCalls, type KnownCall, saveCalls, savedInstance } from './savedcalls.ts';
import { setSlot, slotRef, slotType } from './slots.ts';
import { makeTupleOfSlots } from './tuples.ts';

// Builtins and intrinsics by object.

interface Callable {
  readonly name: string;
  readonly leaf: SlotFunction | null;
  readonly redirect: Redirect | null;
}

const callables = new Map<Ref, Callable>();
const IntrinsicFunction = datatype('IntrinsicFunction');

/** Registers the object that stands for a builtin; called by the bootstrap, and again after a snapshot is mapped. */
export function registerBuiltin(object: Ref, name: string): void {
  callables.set(object, { name, leaf: builtins.get(name) ?? null, redirect: redirects.get(name) ?? null });
}

/** Registers the object that stands for an intrinsic. */
export function registerIntrinsic(object: Ref, name: string): void {
  callables.set(object, { name, leaf: intrinsics.get(name) ?? null, redirect: null });
  intrinsicObjects[U32[object << 1]] = object;
}

/** Intrinsics by number. */
const intrinsicObjects: Ref[] = [];

/** The callee in a slot, 0 if it is no object. An intrinsic is its number, so a copy of it stands for the same one. */
function calleeIn(word: number): Ref {
  const tag = U32[word + 2];
  const object = (U32[word] >>> 3) as Ref;
  if (tag === 0)
    return object !== 0 && typeOf(object) === IntrinsicFunction ? intrinsicObjects[U32[object << 1]] : object;
  return tag === IntrinsicFunction ? intrinsicObjects[U32[word]] : (0 as Ref);
}

/** The builtin or intrinsic that an object stands for. */
export const builtinOf = (object: Ref): Callable | undefined => callables.get(object);

setLeafResolver((word) => {
  if (U32[word + 2] !== 0) return null;
  const callable = callables.get((U32[word] >>> 3) as Ref);
  return callable === undefined || callable.leaf === null
    ? null
    : { leaf: callable.leaf, name: callable.name, field: null };
});

// Decoded code of methods and instances.

const codeOfSource = new Map<CodeInfoRef, Code>();

onCodeInvalidated((code) => {
  forgetOlderCalls();
  codeOfSource.delete(code.source);
  for (const site of codeUsers.get(code) ?? []) site.reset();
  codeUsers.delete(code);
  for (const list of cache.values()) for (const entry of list) if (entry.target.code === code) entry.stale = true;
});

/** Sites that call a code directly: when it is decoded anew they must ask again. */
const codeUsers = new Map<Code, Set<Site>>();

/** The decoded code of a method instance. */
export function codeOf(instance: MethodInstanceRef): Code {
  const method = readRef<MethodRef>(instance, objects.MethodInstance.def);
  const source =
    readRef(method, objects.Method.generator) === 0
      ? readRef<CodeInfoRef>(method, objects.Method.source)
      : generatedSource(instance);
  let code = codeOfSource.get(source);
  if (code === undefined) {
    code = decode(source, method, readRef<ModuleRef>(method, objects.Method.module));
    codeOfSource.set(source, code);
  }
  return code;
}

registerRoots((visit) => {
  for (const source of codeOfSource.keys()) visit(source);
  for (const object of callables.keys()) visit(object);
});

/** Native entries by instance; codegen installs them. */
const nativeEntries = new Map<Ref, NativeEntry>();

// The table of calls by argument types.

interface CachedCall {
  readonly keys: Int32Array;
  readonly target: Target;
  /** Sites that learned this answer. */
  readonly sites: Set<Site>;
  stale: boolean;
  /** The program has made the call; not only a rehearsal (see `rehearse`). */
  isMade: boolean;
  /** Methods whose sites make the call and have no room for the answer. */
  readonly askers: Set<Ref>;
  lastAsker: Ref;
}

/** Cached calls by hash of their keys. */
const cache = new Map<number, CachedCall[]>();
/** Cached calls by the TypeNames that their callee's methods come from. */
const byName = new Map<TypeNameRef, Set<CachedCall>>();

onMethodChange((_method, names) => {
  forgetSavedCalls(names);
  forgetFields();
  for (const name of names) {
    const affected = byName.get(name);
    if (affected === undefined) continue;
    byName.delete(name);
    for (const entry of affected) {
      entry.stale = true;
      for (const site of entry.sites) site.reset();
    }
  }
  ageFrames();
});

onObservationChange(() => {
  forgetOlderCalls();
  codeOfSource.clear();
  for (const list of cache.values()) {
    for (const entry of list) {
      entry.stale = true;
      for (const site of entry.sites) site.reset();
    }
  }
  cache.clear();
  byName.clear();
  codeUsers.clear();
});

/** The keys that guard a call: for each operand its type, or the negated reference of a type given as argument. */
function keyOf(word: number): number {
  const tag = U32[word + 2];
  if (tag !== 0) return tag;
  const object = (U32[word] >>> 3) as Ref;
  if (object === 0) throw new InternalError('an undefined slot is used as an argument');
  const type = typeOf(object);
  return isKindType(type) ? -object : type;
}

function hashKeys(keys: Int32Array, n: number): number {
  let hash = n;
  for (let i = 0; i < n; i++) hash = Math.imul(hash ^ keys[i], 0x9e3779b1) ^ (hash >>> 15);
  return hash;
}

function sameKeys(a: Int32Array, b: Int32Array, n: number): boolean {
  if (a.length !== n) return false;
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The tuple type of a call's arguments as dispatch sees it: `Type{T}` for an argument that is the type T. */
export function dispatchTuple(words: Int32Array, n: number): DataTypeRef {
  const types: Ref[] = [];
  for (let i = 0; i < n; i++) {
    const key = keyOf(words[i]);
    types.push(key < 0 ? typeTypeOf(-key as Ref) : (key as Ref));
  }
  return applyTupleType(types);
}

function namesOfCallee(key: number): TypeNameRef[] {
  const names: TypeNameRef[] = [];
  const push = (start: Ref): void => {
    let t = start;
    while (typeOf(t) === datatype('UnionAll')) t = readRef(t, objects.UnionAll.body);
    if (typeOf(t) !== datatype('DataType')) {
      names.push(readRef<TypeNameRef>(datatype('Any'), objects.DataType.name));
      if (typeOf(t) === datatype('Union')) {
        push(readRef(t, objects.Union.a));
        push(readRef(t, objects.Union.b));
      }
      return;
    }
    for (;;) {
      names.push(readRef<TypeNameRef>(t, objects.DataType.name));
      if (t === datatype('Any')) break;
      t = readRef(t, objects.DataType.super);
      while (typeOf(t) === datatype('UnionAll')) t = readRef(t, objects.UnionAll.body);
    }
  };
  if (key < 0) {
    push(-key as Ref);
    push(typeOf(-key as Ref));
  } else {
    push(key as Ref);
  }
  return names;
}

/** Scratch for keys; sized to the largest call so far. */
let keys = new Int32Array(64);

/**
 * Answers for the older world that was asked about last: code that runs in it asks much. They stay right, since later
 * definitions do not change what an older world sees.
 */
const olderCalls = { world: 0, table: new Map<number, { keys: Int32Array; target: Target }[]>() };

function forgetOlderCalls(): void {
  olderCalls.table.clear();
}

function resolveOlder(words: Int32Array, n: number, world: number): Target {
  if (olderCalls.world !== world) forgetOlderCalls();
  olderCalls.world = world;
  const hash = hashKeys(keys, n);
  const list = olderCalls.table.get(hash);
  const known = list?.find((entry) => sameKeys(entry.keys, keys, n));
  if (known !== undefined) return known.target;
  const own = keys.slice(0, n);
  const target = lookupTarget(words, n, world);
  // Looking up may have called Julia (a generator), and so asked about another world.
  if (olderCalls.world === world) olderCalls.table.set(hash, [...(list ?? []), { keys: own, target }]);
  return target;
}

/** Finds what a call runs, through the table. `words[0]` is the callee. */
function resolve(words: Int32Array, n: number, world: number): CachedCall | Target {
  if (n > keys.length) keys = new Int32Array(2 * n);
  const scratch = keys;
  for (let i = 0; i < n; i++) scratch[i] = keyOf(words[i]);
  const latest = world === currentWorld();
  if (latest) {
    const list = cache.get(hashKeys(scratch, n));
    if (list !== undefined) {
      for (const entry of list) {
        if (entry.stale || !sameKeys(entry.keys, scratch, n)) continue;
        if (!isRehearsing) entry.isMade = true;
        return entry;
      }
    }
  }
  if (!latest) return resolveOlder(words, n, world);
  const own = scratch.slice(0, n);
  const saved = latest ? savedInstance(own, n, hashKeys(own, n), () => namesOfCallee(own[0])) : 0;
  const target = saved !== 0 ? targetOfInstance(saved as MethodInstanceRef) : lookupTarget(words, n, world);
  if (!latest || world !== currentWorld()) return target;
  const entry: CachedCall = { keys: own, target, sites: new Set(), stale: false, ...madeBy(!isRehearsing) };
  const hash = hashKeys(own, n);
  const list = cache.get(hash);
  if (list === undefined) cache.set(hash, [entry]);
  else cache.set(hash, [...list.filter((other) => !other.stale), entry]);
  for (const name of namesOfCallee(own[0])) {
    const set = byName.get(name);
    if (set === undefined) byName.set(name, new Set([entry]));
    else set.add(entry);
  }
  return entry;
}

// Types that are made anew each time, as `Vector{T} where T` is, are keys too, and may die.
registerPurge((isAlive) => {
  forgetOlderCalls();
  for (const [hash, list] of cache) {
    for (const entry of list) entry.stale ||= !entry.keys.every((key) => isAlive(Math.abs(key) as Ref));
    const known = list.filter((entry) => !entry.stale);
    if (known.length === 0) cache.delete(hash);
    else if (known.length < list.length) cache.set(hash, known);
  }
  for (const [name, entries] of byName) {
    for (const entry of entries) if (entry.stale) entries.delete(entry);
    if (entries.size === 0 || !isAlive(name)) byName.delete(name);
  }
  for (const code of codes) for (const site of code.sites) if (!site.guardsAlive(isAlive)) site.reset();
});
registerWeakMap(nativeEntries);

/** Keeps what the table knows in the heap, for processes that start from a snapshot of it. */
export function saveKnownCalls(): void {
  const known: KnownCall[] = [];
  for (const list of cache.values()) {
    for (const { keys: own, target, stale } of list) {
      if (stale || target.instance === 0) continue;
      known.push({ keys: own, hash: hashKeys(own, own.length), instance: target.instance as MethodInstanceRef });
    }
  }
  saveCalls(known);
}

function lookupTarget(words: Int32Array, n: number, world: number): Target {
  const types = dispatchTuple(words, n);
  const found = lookupMethod(types, world);
  if (found.kind !== 'found') {
    const f = slotRef(words[0]);
    const result = machine.sp;
    machine.sp += 4;
    makeTupleOfSlots(words.subarray(1, n), n - 1, result);
    machine.sp -= 4;
    return throwMethodError(f, slotRef(result), world);
  }
  const { method, sparams } = found.match;
  return targetOfInstance(methodInstance(method, types, sparams));
}

let isRehearsing = false;

/** Makes calls that do not count as those of the program. */
export function rehearse(work: () => void): void {
  isRehearsing = true;
  try {
    work();
  } finally {
    isRehearsing = false;
  }
}

const madeBy = (isMade: boolean): Pick<CachedCall, 'isMade' | 'askers' | 'lastAsker'> => ({
  isMade,
  askers: new Set(),
  lastAsker: 0 as Ref,
});

/** The method instances that calls of the program have reached in this process, with the methods that made the calls. */
export type ReachedInstances = ReadonlyMap<
  MethodInstanceRef,
  { readonly callers: ReadonlySet<Ref>; isCalledElsewhere: boolean; readonly hasFrame: boolean }
>;

/**
 * What there is to compile for a program. A call that code of the library has learned in a rehearsal counts once the
 * program has called that code.
 */
export function reachedInstances(): ReachedInstances {
  const methodOf = (instance: Ref): Ref => readRef(instance as MethodInstanceRef, objects.MethodInstance.def);
  const reached = new Map<MethodInstanceRef, { callers: Set<Ref>; isCalledElsewhere: boolean; hasFrame: boolean }>();
  const called = new Set<Ref>();
  let left: CachedCall[] = [];
  for (const list of cache.values()) left.push(...list.filter((each) => each.target.instance !== 0));
  for (let before = -1; before !== called.size; ) {
    before = called.size;
    const unsure: CachedCall[] = [];
    for (const each of left) {
      const callers = [...each.askers, ...[...each.sites].map((site) => site.code.owner)];
      if (!each.isMade && !callers.some((caller) => called.has(caller))) {
        unsure.push(each);
        continue;
      }
      const instance = each.target.instance as MethodInstanceRef;
      called.add(methodOf(instance));
      if (each.stale) continue;
      const known = reached.get(instance) ?? {
        callers: new Set(),
        isCalledElsewhere: false,
        hasFrame: each.target.code !== null,
      };
      for (const caller of callers) known.callers.add(caller);
      if (callers.length === 0) known.isCalledElsewhere = true;
      reached.set(instance, known);
    }
    left = unsure;
  }
  return reached;
}

/** How native code of a method instance is entered. */
interface NativeEntry {
  readonly enter: SlotFunction;
  /**
   * Whether it may call what switches tasks. It then waits in the midst of native frames, and those of several tasks cannot
   * end in another order than they began: the root task alone has such frames.
   */
  readonly maySwitch: boolean;
}

/** Installs a native entry point for a method instance: calls with exactly its types run it from now on. */
export function installNative(instance: MethodInstanceRef, entry: NativeEntry): void {
  nativeEntries.set(instance, entry);
  // Of an instance that is about to run for the first time nobody knows a target yet.
  if (instance !== sought) forgetInstance(instance);
}

/** Takes a native entry away again. */
export function removeNative(instance: MethodInstanceRef): void {
  if (nativeEntries.delete(instance)) forgetInstance(instance);
}

/** Makes all who know the target of an instance ask again. */
function forgetInstance(instance: MethodInstanceRef): void {
  forgetOlderCalls();
  for (const list of cache.values()) {
    for (const cached of list) {
      if (cached.target.instance !== instance) continue;
      cached.stale = true;
      for (const site of cached.sites) site.reset();
    }
  }
}

let findNative: (instance: MethodInstanceRef) => void = () => {};

/** Installs who is asked when an instance is about to run for the first time: it may install a native entry. */
export function setNativeFinder(finder: (instance: MethodInstanceRef) => void): void {
  findNative = finder;
}

/** The instance whose native entry is being looked for. */
let sought: Ref = 0 as Ref;

function targetOfInstance(instance: MethodInstanceRef): Target {
  if (!nativeEntries.has(instance)) {
    sought = instance;
    findNative(instance);
    sought = 0 as Ref;
  }
  // What is observed runs interpreted.
  const native = observed.code ? undefined : nativeEntries.get(instance);
  if (native !== undefined) {
    const { enter, maySwitch } = native;
    const [leaf, switching] = maySwitch ? [null, enter] : [enter, null];
    return { code: null, instance, leaf, switching, name: '', field: null };
  }
  const code = codeOf(instance);
  if (code.leafBody !== null) return { code: null, instance, switching: null, ...code.leafBody };
  return { code, instance, leaf: null, switching: null, name: '', field: null };
}

const isCached = (found: CachedCall | Target): found is CachedCall => 'target' in found;

// Worlds.

/** Frames on the stack keep their world when a new one begins. */
export function ageFrames(): void {
  for (let fp = machine.fp; fp !== 0; fp = frameBelow(fp)) {
    const code = codeAt(U32[fp - Header.CODE]);
    if (code.isAged) continue;
    const at = U32[fp - Header.AT];
    if (fp === machine.fp && code.ops[at + instructionLength(code.ops, at)] === Op.LATESTWORLD) continue;
    U32[fp - Header.CODE] = agedVariant(code).start;
  }
}

// Making a call.

const pool: Int32Array[] = [];
let depth = 0;

function acquire(n: number): Int32Array {
  let words = pool[depth];
  if (words === undefined || words.length < n) {
    words = new Int32Array(Math.max(32, 2 * n));
    pool[depth] = words;
  }
  depth++;
  return words;
}

/** Runs `body` with an argument list; lists are reused, and `body` may call back into Julia. */
function gather(code: Code, pc: number, fp: number): Int32Array {
  const n = code.ops[pc + 3];
  const words = acquire(n + 4);
  for (let i = 0; i < n; i++) {
    const operand = code.ops[pc + CALL_HEADER + i];
    words[i] = operand >= 0 ? fp + operand : -operand;
  }
  return words;
}

/**
 * Enters the frame of a call. Returns its fp; the caller goes on there.
 *
 * @param words callee and arguments; they are copied before the frame's slots are cleared
 */
function pushFrame(
  target: Code,
  instance: Ref,
  words: Int32Array,
  n: number,
  caller: number,
  returnTo: number,
  result: number,
  world: number,
): number {
  const code = world === currentWorld() ? target : agedVariant(target);
  const fp = machine.sp + HEADER_WORDS;
  if (fp + code.frameWords + 64 >= machine.limit) throw stackOverflow();
  const fixed = code.isva ? code.nargs - 1 : code.nargs;
  if (!code.isva && n !== code.nargs)
    throw new InternalError(`a method of ${code.nargs} arguments is entered with ${n}`);
  let to = fp;
  for (let i = 0; i < fixed; i++, to += 4) {
    const from = words[i];
    U32[to] = U32[from];
    U32[to + 1] = U32[from + 1];
    U32[to + 2] = U32[from + 2];
  }
  if (code.isva) {
    U32[to] = 0;
    U32[to + 2] = 0;
    makeTupleOfSlots(words.subarray(fixed, n), n - fixed, to);
    to += 4;
  }
  for (const end = fp + code.frameWords; to < end; to += 4) {
    U32[to] = 0;
    U32[to + 2] = 0;
  }
  U32[fp - 16] = caller;
  U32[fp - 15] = returnTo;
  U32[fp - 14] = code.start;
  U32[fp - 13] = instance;
  U32[fp - 12] = world;
  U32[fp - 11] = result;
  U32[fp - 10] = 0;
  U32[fp - 9] = exceptionDepth();
  return fp;
}

/**
 * Makes the call in `words`: runs a leaf and returns 0, or enters a frame and returns its fp.
 *
 * @param caller frame to return to, 0 for the bottom frame of a run
 */
function enter(
  words: Int32Array,
  count: number,
  caller: number,
  returnTo: number,
  result: number,
  callWorld: number,
): number {
  let n = count;
  let world = callWorld;
  for (let hops = 0; hops < 1000; hops++) {
    const callee = calleeIn(words[0]);
    const callable = callee === 0 ? undefined : callables.get(callee);
    if (callable === undefined) {
      if (isOpaqueClosure(callee)) return enterOpaque(callee, words, n, caller, returnTo, result);
      const found = resolve(words, n, world);
      const target = isCached(found) ? found.target : found;
      return enterResolved(target, words, n, caller, returnTo, result, world);
    }
    if (callable.leaf !== null) {
      words.copyWithin(0, 1, n);
      callable.leaf(words, n - 1, result);
      return 0;
    }
    if (callable.redirect === null) throw new InternalError(`the builtin ${callable.name} has no implementation`);
    words.copyWithin(0, 1, n);
    const redirection = callable.redirect(words, n - 1, machine.fp);
    n = redirection.n;
    words = redirection.words ?? words;
    if (redirection.world !== 0) world = redirection.world;
    if (redirection.done === true) {
      if (words[0] !== result) {
        U32[result] = U32[words[0]];
        U32[result + 1] = U32[words[0] + 1];
        U32[result + 2] = U32[words[0] + 2];
      }
      return 0;
    }
    if (redirection.target !== 0) {
      return enterResolved(
        targetOfInstance(redirection.target as MethodInstanceRef),
        words,
        n,
        caller,
        returnTo,
        result,
        world,
      );
    }
  }
  throw new InternalError('a call redirects for ever');
}

const isOpaqueClosure = (callee: Ref): boolean =>
  callee !== 0 && readRef(typeOf(callee), objects.DataType.name) === typename('OpaqueClosure');

/** Throws for arguments of an opaque closure that are too few, too many, or not of the types that it was made for. */
function checkOpaqueArguments(closure: Ref, declared: Ref, words: Int32Array, n: number): void {
  const types = readRef<SvecRef>(declared, objects.DataType.parameters);
  const last = svecLength(types) - 1;
  const rest = last >= 0 && isVararg(svecGet(types, last)) ? svecGet(types, last) : (0 as Ref);
  const length = rest === 0 ? (0 as Ref) : readRef(rest, objects.Vararg.N);
  const isOpen = rest !== 0 && (length === 0 || !isInt64(length));
  const least = rest === 0 ? last + 1 : last + (isOpen ? 0 : unboxInt64(length));
  if (n - 1 < least || (!isOpen && n - 1 > least)) {
    const scratch = machine.sp;
    makeTupleOfSlots(words.subarray(1, n), n - 1, scratch);
    throwMethodError(closure, slotRef(scratch), readWide(closure, objects.OpaqueClosure.world));
  }
  for (let i = 0; i < n - 1; i++) {
    const expected = rest !== 0 && i >= last ? readRef(rest, objects.Vararg.T) || datatype('Any') : svecGet(types, i);
    const value = slotRef(words[i + 1]);
    if (!isTypeVar(expected) && !instanceIsA(value, expected)) throwTypeError('typeassert', expected, value);
  }
}

/** The call of an opaque closure: its captured values take the place of the callee, its world that of the caller. */
function enterOpaque(
  closure: Ref,
  words: Int32Array,
  n: number,
  caller: number,
  returnTo: number,
  result: number,
): number {
  const parameters = readRef<SvecRef>(typeOf(closure), objects.DataType.parameters);
  const given = dispatchTuple(words.subarray(1, n), n - 1);
  const declared = svecGet(parameters, 0);
  if (!isSubtype(given, declared)) checkOpaqueArguments(closure, unwrapUnionAll(declared), words, n);
  setSlot(machine.sp, readRef(closure, objects.OpaqueClosure.captures));
  words[0] = machine.sp;
  const method = readRef<MethodRef>(closure, objects.OpaqueClosure.source);
  const target = targetOfInstance(methodInstance(method, dispatchTuple(words, n), emptySvec));
  const world = readWide(closure, objects.OpaqueClosure.world);
  const returns = svecGet(parameters, 1);
  if (returns === datatype('Any')) return enterResolved(target, words, n, caller, returnTo, result, world);
  // What it returns is checked, so it runs here.
  const fp = enterResolved(target, words, n, 0, 0, result, world);
  if (fp !== 0) run(fp);
  if (slotType(result) !== returns && !instanceIsA(slotRef(result), returns)) {
    throwTypeError('typeassert', returns, slotRef(result));
  }
  return 0;
}

function enterResolved(
  target: Target,
  words: Int32Array,
  n: number,
  caller: number,
  returnTo: number,
  result: number,
  world: number,
): number {
  if (target.code === null) {
    const { leaf, switching, instance } = target;
    if (switching !== null && stateRef(State.current_task) !== stateRef(State.root_task)) {
      const code = codeOf(instance as MethodInstanceRef);
      return pushFrame(code, instance, words, n, caller, returnTo, result, world);
    }
    const run = leaf ?? switching;
    if (run === null) throw new InternalError('a call has no target');
    words.copyWithin(0, 1, n);
    run(words, n - 1, result);
    return 0;
  }
  return pushFrame(target.code, target.instance, words, n, caller, returnTo, result, world);
}

const returnAfter = (code: Code, pc: number): number => pc + CALL_HEADER + code.ops[pc + 3];

/** A call with a site that knows its target, of the kinds that the loop does not do itself. */
export function enterTarget(code: Code, pc: number, fp: number, target: Target): number {
  const n = code.ops[pc + 3];
  const words = gather(code, pc, fp);
  try {
    return enterResolved(target, words, n, fp, returnAfter(code, pc), fp + code.ops[pc + 1], U32[fp - Header.WORLD]);
  } finally {
    depth--;
  }
}

/** A call from a frame of an older world. */
export function callWorld(code: Code, pc: number, fp: number): number {
  const words = gather(code, pc, fp);
  try {
    const world = U32[fp - Header.WORLD];
    return enter(words, code.ops[pc + 3], fp, returnAfter(code, pc), fp + code.ops[pc + 1], world);
  } finally {
    depth--;
  }
}

/** How many answers a site remembers before it asks the table every time. */
const SITE_ENTRIES = 8;

/** A call whose site has no answer: finds the target, teaches the site, makes the call. */
export function callSlow(code: Code, pc: number, fp: number): number {
  const { ops } = code;
  const n = ops[pc + 3];
  const site = code.sites[ops[pc + 2]];
  site.replaceCallee();
  const words = gather(code, pc, fp);
  try {
    const callee = calleeIn(words[0]);
    const callable = callee === 0 ? undefined : callables.get(callee);
    const world = U32[fp - Header.WORLD];
    if (callable !== undefined) {
      if (callable.leaf !== null) learnBuiltin(site, code, pc, words, n, callee, callable.name, callable.leaf);
      return enter(words, n, fp, returnAfter(code, pc), fp + ops[pc + 1], world);
    }
    if (isOpaqueClosure(callee)) return enter(words, n, fp, returnAfter(code, pc), fp + ops[pc + 1], world);
    const found = resolve(words, n, world);
    if (!isCached(found)) return enterResolved(found, words, n, fp, returnAfter(code, pc), fp + ops[pc + 1], world);
    if (site.entries.length >= SITE_ENTRIES) {
      if (found.lastAsker !== code.owner) {
        found.lastAsker = code.owner;
        found.askers.add(code.owner);
      }
      if (found.target.field !== null) quickenGetter(ops, pc, words, found.target.field);
    } else {
      learn(site, ops, pc, n, found);
      // `===` and `tuple` have quick forms for operands of any type: right for the builtin, wrong for one method of a
      // generic function that happens to be nothing but it.
      const { leaf, name, field } = found.target;
      if (field !== null) quickenGetter(ops, pc, words, field);
      if (site.entries.length === 1 && leaf !== null) {
        if (name !== '' && name !== '===' && name !== 'tuple') quicken(code, pc, words, n, name);
      }
    }
    return enterResolved(found.target, words, n, fp, returnAfter(code, pc), fp + ops[pc + 1], world);
  } finally {
    depth--;
  }
}

function learn(site: Site, ops: Int32Array, pc: number, n: number, cached: CachedCall): void {
  const guards = Int32Array.from(cached.keys);
  // A constant operand cannot change its type; a type among them is what it is.
  for (let i = 0; i < n; i++) if (ops[pc + CALL_HEADER + i] < 0) guards[i] = 0;
  site.add(guards, cached.target);
  cached.sites.add(site);
  if (cached.target.code !== null) {
    const users = codeUsers.get(cached.target.code);
    if (users === undefined) codeUsers.set(cached.target.code, new Set([site]));
    else users.add(site);
  }
}

function learnBuiltin(
  site: Site,
  code: Code,
  pc: number,
  words: Int32Array,
  n: number,
  callee: Ref,
  name: string,
  leaf: SlotFunction,
): void {
  if (site.entries.length >= SITE_ENTRIES) return;
  const guards = new Int32Array(n);
  if (code.ops[pc + CALL_HEADER] >= 0) guards[0] = -callee;
  site.add(guards, { code: null, instance: 0 as Ref, leaf, switching: null, name, field: null });
  if (site.entries.length === 1 && guards[0] === 0) {
    quicken(code, pc, words, n, name);
    quickenBuiltin(code.ops, pc, n, name, U32[site.entries[0].words + Entry.TARGET]);
  }
}

// Calls from JavaScript.

/**
 * Calls a Julia function and returns its result.
 *
 * @param world world to call in; the latest unless given
 * @throws JuliaException what the call throws
 */
export function call(f: Ref, args: readonly Ref[], world: number = currentWorld()): Ref {
  const start = machine.sp;
  const n = args.length + 1;
  const words = acquire(n + 4);
  const result = start;
  U32[result] = 0;
  U32[result + 2] = 0;
  setSlot(start + 4, f);
  words[0] = start + 4;
  for (let i = 1; i < n; i++) {
    words[i] = start + 4 + 4 * i;
    setSlot(words[i], args[i - 1]);
  }
  machine.sp = start + 4 + 4 * n;
  try {
    const fp = enter(words, n, 0, 0, result, world);
    if (fp !== 0) run(fp);
    return slotRef(result);
  } finally {
    depth--;
    machine.sp = start;
  }
}

/** Calls with arguments that are in slots already; the result goes to a slot. */
export function callSlots(words: Int32Array, n: number, result: number, world: number = currentWorld()): void {
  const own = acquire(n + 4);
  own.set(words.subarray(0, n));
  const start = machine.sp;
  try {
    const fp = enter(own, n, 0, 0, result, world);
    if (fp !== 0) run(fp);
  } finally {
    depth--;
    machine.sp = start;
  }
}

/** Runs a toplevel thunk in a module and returns its value. */
export function runThunk(source: CodeInfoRef, module: ModuleRef): Ref {
  const code = decode(source, module, module);
  const start = machine.sp;
  const result = start;
  U32[result] = 0;
  U32[result + 2] = 0;
  machine.sp = start + 4;
  try {
    const fp = pushFrame(code, module, new Int32Array(0), code.nargs, 0, 0, result, currentWorld());
    run(fp);
    return slotRef(result);
  } finally {
    machine.sp = start;
    releaseCode(code);
  }
}

/** Pushes the frame of toplevel code at the end of the stack, to be run by the loop that is running; returns its fp. */
export function pushThunk(source: CodeInfoRef, module: ModuleRef, world: number): number {
  let code = codeOfSource.get(source);
  if (code === undefined) {
    code = decode(source, module, module);
    codeOfSource.set(source, code);
  }
  const result = machine.sp;
  machine.sp += 4;
  return pushFrame(code, module, new Int32Array(0), code.nargs, 0, 0, result, world);
}

/** A thunk runs once: its decoded code is not needed again, and its id may be. */
function releaseCode(code: Code): void {
  retireCode(code);
  code.sites = [];
  code.objects = [];
}

/** The code of a method that is looked up by argument types; for inference and tools. */
export function instanceForCall(words: Int32Array, n: number, world: number = currentWorld()): Ref {
  const found = resolve(words, n, world);
  return isCached(found) ? found.target.instance : found.instance;
}

export const describeCallee = (callee: Ref): string => {
  const callable = callables.get(callee);
  return callable?.name ?? symbolName(readRef(readRef(typeOf(callee), objects.DataType.name), objects.TypeName.name));
};
