// Callbacks: JavaScript functions that C can call by address.
//
// A callback has a C signature and a handler that works on a frame of slots exactly as a call does, seen from the other
// side: slot `base` is the result's, slots base + 1 and following hold the arguments' bits (or addresses, where
// travelsByAddress). A result that travels by address is to be written to the address found in slot `base`. What the
// handler points to lives until it returns.
//
// koffi sees one function only, dispatch, and holds one of its 8192 callback slots for it; callbacks differ in the number
// that their stub passes, so their own number is bounded by code memory alone (some 100,000).
//
// A handler that throws: C gets zero and runs on, since nothing may unwind C. What was thrown is kept, and whoever made
// the foreign call asks takePendingException() after it returned. Until then further callbacks of the same call are
// answered with zero and not run: an exception stops the program, not one of its parts.
//
// C may call back on a thread of its own; koffi then runs the handler on JavaScript's thread as soon as that is idle,
// which it never is while it waits in a foreign call for that thread.

import {
  type Address,
  copyBytes,
  fillBytes,
  offsetBy,
  readAddress,
  readI8,
  readI16,
  readI32,
  readU8,
  readU16,
  readU32,
  toAddress,
  writeAddress,
  writeU32,
  writeWords,
} from './address.ts';
import { type Placement, placeSignature } from './calling-convention.x86_64-linux.ts';
import { installCode } from './code-memory.ts';
import { type CSignature, type CType, signatureText, sizeOf, travelsByAddress } from './ctype.ts';
import { ForeignError, ForeignTypeError } from './error.ts';
import { koffi, thisProcess } from './koffi.ts';
import {
  addressInSlot,
  closeFrame,
  getErrno,
  openFrame,
  setErrno,
  setSlotAddress,
  slotAddress,
  slotU32,
} from './slots.ts';
import { callbackBlock, callbackEntry, callbackStub } from './thunk.x86_64-linux.ts';

/** Answers one call: reads arguments from, and writes the result into, the frame that starts at slot `base`. */
export type CallbackHandler = (base: number) => void;

/** A registered callback. */
export interface Callback {
  /** The C function pointer. */
  readonly address: Address;
  readonly signature: CSignature;
  /** What errors call it. */
  readonly name: string;
}

interface Registered extends Callback {
  readonly number: number;
  readonly handler: CallbackHandler;
  /** Runs even while something that a callback threw is waiting. */
  readonly always: boolean;
  /** Null until it is needed. */
  frame: CallbackFrame | null;
}

/** What the handlers of a signature are given. */
interface CallbackFrame {
  readonly placement: Placement;
  /** Slots of a frame: result, arguments, and room for structs that came in registers or will leave in them. */
  readonly frameSlots: number;
  /** For each argument, the slot (from the frame's first) of its room; 0 if it needs none. */
  readonly rooms: readonly number[];
  readonly resultRoom: number;
}

const callbacks: (Registered | undefined)[] = [];
const stubs: Address[] = [];
const released: number[] = [];
const byAddress = new Map<Address, Registered>();
let entry: Address | undefined;
let pending: { readonly error: unknown } | undefined;

/**
 * Makes a C function pointer that runs `handler`.
 *
 * @param name what to call it in errors
 * @param always answers even while something that a callback threw is waiting: for functions of the runtime, which
 *   compiled code needs to catch it
 * @returns the callback; it stays callable until releaseCallback
 * @throws ForeignTypeError if the signature cannot be received; ForeignError if code memory is used up
 */
export function registerCallback(
  signature: CSignature,
  handler: CallbackHandler,
  name: string,
  always = false,
): Callback {
  if (signature.fixed !== undefined) {
    throw new ForeignTypeError(`a callback cannot be variadic: ${signatureText(signature)}`);
  }
  // Many functions of the runtime are registered for each that is called, and theirs are signatures that can be received.
  const frame = always ? null : frameOf(signature);
  entry ??= installEntry();
  const number = released.shift() ?? callbacks.length;
  stubs[number] ??= installCode(callbackStub(number, entry));
  const address = stubs[number];
  const callback: Registered = { address, signature, name, number, handler, always, frame };
  callbacks[number] = callback;
  byAddress.set(address, callback);
  return callback;
}

function frameOf(signature: CSignature): CallbackFrame {
  const placement = placeSignature(signature);
  let frameSlots = 1 + signature.args.length;
  const room = (type: CType): number => {
    const at = frameSlots;
    frameSlots += Math.ceil(sizeOf(type) / 8);
    return at;
  };
  const rooms = signature.args.map((type, i) =>
    travelsByAddress(type) && placement.args[i].where !== 'stack' ? room(type) : 0,
  );
  const resultRoom =
    travelsByAddress(signature.result) && placement.result.where !== 'memory' ? room(signature.result) : 0;
  return { placement, frameSlots, rooms, resultRoom };
}

/**
 * Ends a callback's life. If C calls the address later, it gets zero and the error surfaces after that foreign call;
 * once many callbacks have come and gone the address serves another callback.
 */
export function releaseCallback(callback: Callback): void {
  const known = byAddress.get(callback.address);
  if (known === undefined || known !== callback) return;
  byAddress.delete(callback.address);
  callbacks[known.number] = undefined;
  released.push(known.number);
}

/** The callback that lives at an address, if one does. */
export function callbackAt(address: Address): Callback | undefined {
  return byAddress.get(address);
}

/** Number of callbacks alive. */
export function callbackCount(): number {
  return byAddress.size;
}

/** Whether a callback threw during the foreign call that has just returned. */
export function isExceptionPending(): boolean {
  return pending !== undefined;
}

let onPending: (error: unknown, isPending: boolean) => void = () => {};

/** Asks to be told when something that a callback threw begins to wait, and when it is taken. */
export function watchPendingException(listener: (error: unknown, isPending: boolean) => void): void {
  onPending = listener;
}

/** Keeps what was thrown while C runs, until C has returned; the first one counts. */
export function keepPendingException(error: unknown): void {
  if (pending !== undefined) return;
  pending = { error };
  onPending(error, true);
}

/** Hands over what a callback threw, wrapped since anything can be thrown, and forgets it; undefined if nothing was. */
export function takePendingException(): { readonly error: unknown } | undefined {
  const taken = pending;
  pending = undefined;
  if (taken !== undefined) onPending(taken.error, false);
  return taken;
}

function installEntry(): Address {
  const prototype = koffi.proto('void', ['int', 'size_t']);
  const javascript = toAddress(koffi.register(dispatch, koffi.pointer(prototype)));
  const errnoLocation = toAddress(koffi.address(thisProcess.symbol('__errno_location')));
  return installCode(callbackEntry(javascript, errnoLocation));
}

/** What every callback runs. Never throws: koffi would lose the exception. */
function dispatch(number: number, blockAddress: number | bigint): void {
  const block = Number(blockAddress) as Address;
  setErrno(readI32(offsetBy(block, callbackBlock.errno)));
  const callback = callbacks[number];
  if (callback === undefined) {
    keepPendingException(new ForeignError(`C called back through function pointer ${number}, which was released`));
    return;
  }
  callback.frame ??= frameOf(callback.signature);
  if (pending === undefined || callback.always) run(callback, callback.frame, block);
  else zeroResult(callback, callback.frame, block);
  writeU32(offsetBy(block, callbackBlock.errno), getErrno());
}

function run(callback: Registered, frame: CallbackFrame, block: Address): void {
  let base = -1;
  try {
    base = openFrame(frame.frameSlots);
    receiveArguments(callback, frame, block, base);
    callback.handler(base);
    if (pending === undefined || callback.always) sendResult(callback, frame, block, base);
    else zeroResult(callback, frame, block);
  } catch (error) {
    keepPendingException(error);
    zeroResult(callback, frame, block);
  } finally {
    if (base >= 0) closeFrame(base);
  }
}

function receiveArguments({ signature }: Registered, frame: CallbackFrame, block: Address, base: number): void {
  const { placement, rooms, resultRoom } = frame;
  slotU32[2 * base] = 0;
  slotU32[2 * base + 1] = 0;
  if (placement.result.where === 'memory') setSlotAddress(base, readAddress(offsetBy(block, callbackBlock.integers)));
  else if (resultRoom > 0) {
    setSlotAddress(base, slotAddress(base + resultRoom));
    fillBytes(slotAddress(base + resultRoom), 0, sizeOf(signature.result));
  }
  for (let i = 0; i < signature.args.length; i++) {
    const type = signature.args[i];
    const slot = base + 1 + i;
    const place = placement.args[i];
    switch (place.where) {
      case 'nowhere':
        setSlotAddress(slot, slotAddress(slot));
        break;
      case 'stack': {
        const at = offsetBy(block, callbackBlock.stack + place.stack);
        if (travelsByAddress(type)) setSlotAddress(slot, at);
        else receiveScalar(type, at, slot);
        break;
      }
      case 'registers':
        if (!travelsByAddress(type)) {
          receiveScalar(type, registerInBlock(block, place.pieces[0]), slot);
          break;
        }
        setSlotAddress(slot, slotAddress(base + rooms[i]));
        for (const piece of place.pieces) {
          const to = offsetBy(slotAddress(base + rooms[i]), piece.offset);
          copyBytes(to, registerInBlock(block, piece), piece.bytes);
        }
    }
  }
}

function registerInBlock(
  block: Address,
  { bank, register }: { readonly bank: 'integer' | 'vector'; readonly register: number },
): Address {
  const offset = bank === 'integer' ? callbackBlock.integers + 8 * register : callbackBlock.vectors + 16 * register;
  return offsetBy(block, offset);
}

/** Brings a scalar into a slot, extended to all of it: C leaves the rest of a register undefined. */
function receiveScalar(type: CType, from: Address, slot: number): void {
  const bytes = sizeOf(type);
  const signed = type.kind === 'int' && type.signed;
  let low: number;
  switch (bytes) {
    case 1:
      low = signed ? readI8(from) : readU8(from);
      break;
    case 2:
      low = signed ? readI16(from) : readU16(from);
      break;
    default:
      low = readI32(from);
  }
  slotU32[2 * slot] = low;
  if (bytes === 8) slotU32[2 * slot + 1] = readU32(offsetBy(from, 4));
  else slotU32[2 * slot + 1] = signed ? low >> 31 : 0;
}

function sendResult({ signature }: Registered, frame: CallbackFrame, block: Address, base: number): void {
  const { placement, resultRoom } = frame;
  const type = signature.result;
  switch (placement.result.where) {
    case 'nowhere':
      return;
    case 'memory':
      writeAddress(offsetBy(block, callbackBlock.integerResults), addressInSlot(base));
      return;
    case 'registers':
      if (!travelsByAddress(type)) {
        const [{ bank }] = placement.result.pieces;
        if (bank === 'integer') receiveScalar(type, slotAddress(base), base);
        const to = bank === 'integer' ? callbackBlock.integerResults : callbackBlock.vectorResults;
        writeWords(offsetBy(block, to), slotU32[2 * base], slotU32[2 * base + 1]);
        return;
      }
      for (const { bank, register, offset, bytes } of placement.result.pieces) {
        const to =
          bank === 'integer'
            ? callbackBlock.integerResults + 8 * register
            : callbackBlock.vectorResults + 16 * register;
        copyBytes(offsetBy(block, to), offsetBy(slotAddress(base + resultRoom), offset), bytes);
      }
  }
}

function zeroResult({ signature }: Registered, { placement }: CallbackFrame, block: Address): void {
  fillBytes(block, 0, callbackBlock.errno);
  if (placement.result.where !== 'memory') return;
  const at = readAddress(offsetBy(block, callbackBlock.integers));
  fillBytes(at, 0, sizeOf(signature.result));
  writeAddress(offsetBy(block, callbackBlock.integerResults), at);
}
