// Plans: everything about a foreign call that can be settled before it is made.
//
// A call shape belongs to a signature: where each value travels, the thunk that puts it there, and koffi's door into the
// thunk. A plan belongs to a function called by a signature; the function's address is all it adds. Both are made once
// and kept, so a call is: two words stored, one comparison (does anybody listen?), and the door.
//
// To call: open a frame of 1 + arguments slots, put the bits of the arguments into slots base + 1 and following (the
// address, where travelsByAddress), call, fetch the bits of the result from slot base. A result that travels by address
// is written to the address that the caller put into slot base. Narrow integers are taken from the low bytes of their
// slot; as results they are extended to the whole slot, by sign or by zero as their type says.
//
// What a callback throws during the call is not thrown here: see callback.ts.

import { type Address, highWord, lowWord, toAddress } from './address.ts';
import { type Placement, placeSignature } from './calling-convention.x86_64-linux.ts';
import { installCode } from './code-memory.ts';
import { type CSignature, signatureText } from './ctype.ts';
import { ForeignError, ForeignTypeError } from './error.ts';
import { koffi, thisProcess } from './koffi.ts';
import { errnoSlot, getErrno, slotArea, slotU32, targetSlot } from './slots.ts';
import { callThunk, type ThunkAddresses } from './thunk.x86_64-linux.ts';
import { type ForeignCall, foreignCallListener } from './trace.ts';
import { decodeSlot } from './values.ts';

/** How functions of one signature are called. */
export interface CallShape {
  readonly signature: CSignature;
  /** The signature as text; two shapes with the same text are the same shape. */
  readonly text: string;
  /** Slots of a frame: result and arguments. */
  readonly frameSlots: number;
  readonly placement: Placement;
  /** Calls the address in the target slot with the frame that starts at slot `base`. */
  readonly enter: (base: number) => void;
}

const shapes = new Map<string, CallShape>();
let addresses: ThunkAddresses | undefined;
let doorPrototype: ReturnType<typeof koffi.proto> | undefined;

function thunkAddresses(): ThunkAddresses {
  if (process.arch !== 'x64' || process.platform !== 'linux') {
    throw new ForeignError(`foreign calls are not yet written for ${process.arch} ${process.platform}`);
  }
  const errno = toAddress(thisProcess.func('__errno_location', 'uintptr_t', [])());
  return { slotArea, targetSlot, errnoSlot, errno };
}

/**
 * The call shape of a signature, made on first use.
 *
 * @throws ForeignTypeError if the signature cannot be called (its message says why)
 */
export function callShape(signature: CSignature): CallShape {
  const text = signatureText(signature);
  const known = shapes.get(text);
  if (known !== undefined) return known;
  checkVariadic(signature);
  addresses ??= thunkAddresses();
  doorPrototype ??= koffi.proto('void', ['int']);
  const placement = placeSignature(signature);
  const thunk = installCode(callThunk(signature, placement, addresses));
  const enter: (base: number) => void = koffi.decode(BigInt(thunk), doorPrototype);
  const shape = { signature, text, frameSlots: 1 + signature.args.length, placement, enter };
  shapes.set(text, shape);
  return shape;
}

function checkVariadic({ fixed, args }: CSignature): void {
  if (fixed !== undefined && (fixed < 0 || fixed > args.length)) {
    throw new ForeignTypeError(`${fixed} named arguments in a call with ${args.length}`);
  }
}

/** A C function with the signature it is called by. */
export class Plan {
  readonly shape: CallShape;
  readonly target: Address;
  readonly symbol: string;
  readonly library: string;
  private readonly enter: (base: number) => void;
  private readonly targetLow: number;
  private readonly targetHigh: number;

  /** Use planFor: it makes each plan once. */
  constructor(shape: CallShape, target: Address, symbol: string, library: string) {
    this.shape = shape;
    this.target = target;
    this.symbol = symbol;
    this.library = library;
    this.enter = shape.enter;
    this.targetLow = lowWord(target);
    this.targetHigh = highWord(target);
  }

  /** Calls the function with the frame that starts at slot `base`; the result is in that slot afterwards. */
  call(base: number): void {
    if (foreignCallListener !== undefined) {
      callObserved(this.shape, this.target, this.symbol, this.library, base);
      return;
    }
    slotU32[2 * targetSlot] = this.targetLow;
    slotU32[2 * targetSlot + 1] = this.targetHigh;
    this.enter(base);
  }
}

/** Calls whatever function is at `target`; for function pointers that differ from call to call. As Plan.call otherwise. */
export function callAt(shape: CallShape, target: Address, base: number): void {
  if (foreignCallListener !== undefined) {
    callObserved(shape, target, `0x${target.toString(16)}`, '', base);
    return;
  }
  setTarget(target);
  shape.enter(base);
}

function setTarget(target: Address): void {
  slotU32[2 * targetSlot] = target >>> 0;
  slotU32[2 * targetSlot + 1] = target / 2 ** 32;
}

function callObserved(shape: CallShape, target: Address, symbol: string, library: string, base: number): void {
  const { signature } = shape;
  const args = signature.args.map((type, i) => decodeSlot(type, base + 1 + i));
  const call: ForeignCall = { symbol, library, target, signature, args };
  foreignCallListener?.before(call);
  setTarget(target);
  const start = process.hrtime.bigint();
  shape.enter(base);
  const nanoseconds = Number(process.hrtime.bigint() - start);
  foreignCallListener?.after(call, { result: decodeSlot(signature.result, base), errno: getErrno(), nanoseconds });
}

const plans = new Map<CallShape, Map<Address, Plan>>();

/**
 * The plan for calling the function at `target`, made on first use.
 *
 * @param symbol and library: what traces and crash reports call the function
 * @throws ForeignTypeError if the signature cannot be called
 */
export function planFor(target: Address, signature: CSignature, symbol: string, library: string): Plan {
  const shape = callShape(signature);
  let byTarget = plans.get(shape);
  if (byTarget === undefined) plans.set(shape, (byTarget = new Map()));
  let plan = byTarget.get(target);
  if (plan === undefined) byTarget.set(target, (plan = new Plan(shape, target, symbol, library)));
  return plan;
}
