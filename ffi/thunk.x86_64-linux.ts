// Thunks: the machine code between a frame of slots and a C function, both ways.
//
// koffi converts JavaScript values to C's and back for every argument. That conversion is lossy where Julia's values do
// not fit JavaScript's (64-bit integers, NaN payloads, 128-bit integers, Float16, vectors), accepts nonsense silently
// (3.7 for an int), and costs more than the call. But all values are in memory as bits already. So koffi is given one
// kind of function only, void(int), and the function is a thunk: some 100 bytes of machine code, made once per C
// signature, that loads registers and stack from the frame whose number it gets, calls the address in the target slot,
// and stores the result. No value passes through JavaScript, every type has its exact bits, and errno is set before and
// fetched after the call with nothing in between. Measured: 45 ns for strlen from frame to frame; koffi's own conversion
// takes 45 to 90 ns for it, and 190 ns for cabs, whose argument is a struct.
//
// The way back: a callback's address is a stub that names its number and jumps to code common to all. That saves the
// registers that can carry arguments in a block on the C stack, enters JavaScript through the one function that koffi
// registers for all of jl0, with the number and the block's address, and then loads the result's registers.
//
// In a call thunk rbx is the address of the frame's slot 0, r12 that of the slot area, and the stack is:
//   rbp - 16 .. rbp + 8   saved registers and the return address
//   rsp + stackBytes ..   scratch, for structs whose last eightbyte is not of 1, 2, 4 or 8 bytes
//   rsp ..                the arguments that travel on the stack

import type { Address } from './address.ts';
import { Assembler, r8, r9, r10, r11, r12, rax, rbp, rbx, rcx, rdi, rdx, rsi, rsp } from './assembler.x86_64.ts';
import {
  integerArgumentRegisters,
  type Piece,
  type Placement,
  vectorArgumentRegisters,
} from './calling-convention.x86_64-linux.ts';
import { type CSignature, type CType, sizeOf, travelsByAddress } from './ctype.ts';

const integerRegisters: readonly number[] = [rdi, rsi, rdx, rcx, r8, r9];
const resultRegisters: readonly number[] = [rax, rdx];

/** The addresses that thunks of this process contain. */
export interface ThunkAddresses {
  readonly slotArea: Address;
  readonly targetSlot: number;
  readonly errnoSlot: number;
  /** errno of the thread that runs JavaScript. */
  readonly errno: Address;
}

/** The code of a function void(int frame) that makes a call of this signature. */
export function callThunk(signature: CSignature, placement: Placement, at: ThunkAddresses): Uint8Array {
  const code = new Assembler();
  const { args } = signature;
  // Where a struct with an odd tail is unfolded, by argument; -1 for the others.
  let scratchBytes = 0;
  const scratch = args.map((type, i) => {
    const place = placement.args[i];
    if (place.where !== 'registers' || !place.pieces.some(({ bytes }) => isOdd(bytes))) return -1;
    const offset = placement.stackBytes + scratchBytes;
    scratchBytes += Math.ceil(sizeOf(type) / 8) * 8;
    return offset;
  });
  const frameBytes = placement.stackBytes + Math.max(16, Math.ceil(scratchBytes / 16) * 16);

  code.push(rbp);
  code.move(rbp, rsp);
  code.push(rbx);
  code.push(r12);
  code.constant64(r12, at.slotArea);
  code.raw(0x89, 0xfb); // mov ebx, edi
  code.addressOfElement8(rbx, r12, rbx);
  code.reserveStack(frameBytes);
  code.constant64(rcx, at.errno);
  code.loadInteger(rax, r12, 8 * at.errnoSlot, 4, false);
  code.storeInteger(rax, rcx, 0, 4);

  // Whatever needs registers to be copied comes before the registers are loaded.
  args.forEach((type, i) => {
    const place = placement.args[i];
    const destination = place.where === 'stack' ? place.stack : scratch[i];
    if (place.where === 'nowhere' || (place.where === 'registers' && destination < 0)) return;
    if (travelsByAddress(type)) {
      code.loadInteger(rsi, rbx, argumentOffset(i), 8, false);
      code.addressOf(rdi, rsp, destination);
      code.constant32(rcx, sizeOf(type));
      code.repeatMoveBytes();
    } else {
      loadScalar(code, rax, type, argumentOffset(i));
      code.storeInteger(rax, rsp, destination, 8);
    }
  });

  if (placement.result.where === 'memory') code.loadInteger(rdi, rbx, 0, 8, false);
  args.forEach((type, i) => {
    const place = placement.args[i];
    if (place.where !== 'registers') return;
    if (!travelsByAddress(type)) {
      const { bank, register } = place.pieces[0];
      if (bank === 'integer') loadScalar(code, integerRegisters[register], type, argumentOffset(i));
      else loadVectorPiece(code, register, rbx, argumentOffset(i), sizeOf(type));
      return;
    }
    const unfolded = scratch[i];
    const base = unfolded >= 0 ? rsp : rax;
    if (unfolded < 0) code.loadInteger(rax, rbx, argumentOffset(i), 8, false);
    for (const { bank, register, offset, bytes } of place.pieces) {
      const from = unfolded >= 0 ? unfolded + offset : offset;
      const width = isOdd(bytes) ? 8 : bytes;
      if (bank === 'integer') code.loadInteger(integerRegisters[register], base, from, width, false);
      else loadVectorPiece(code, register, base, from, width);
      // A Float16 alone goes through eax, which held the address.
      if (bank === 'vector' && width === 2 && unfolded < 0) code.loadInteger(rax, rbx, argumentOffset(i), 8, false);
    }
  });
  code.loadInteger(r11, r12, 8 * at.targetSlot, 8, false);
  code.constant32(rax, placement.vectorRegisters);
  code.callRegister(r11);

  code.constant64(rcx, at.errno);
  code.loadInteger(rcx, rcx, 0, 4, false);
  code.storeInteger(rcx, r12, 8 * at.errnoSlot, 4);
  storeResult(code, signature.result, placement);
  code.addressOf(rsp, rbp, -16);
  code.pop(r12);
  code.pop(rbx);
  code.pop(rbp);
  code.ret();
  return code.bytes();
}

function argumentOffset(index: number): number {
  return 8 * (index + 1);
}

/** Whether a piece has no load or store of its own width. */
function isOdd(bytes: number): boolean {
  return bytes === 3 || bytes === 5 || bytes === 6 || bytes === 7;
}

/** Loads a scalar that is not a float into a register, extended: of the slot only the type's own bytes are read. */
function loadScalar(code: Assembler, register: number, type: CType, offset: number): void {
  const signed = type.kind === 'int' && type.signed;
  code.loadInteger(register, rbx, offset, sizeOf(type), signed);
}

function loadVectorPiece(code: Assembler, register: number, base: number, offset: number, bytes: number): void {
  if (bytes === 2) {
    code.loadInteger(rax, base, offset, 2, false);
    code.vectorFromEax(register);
  } else code.loadVector(register, base, offset, bytes);
}

function storeResult(code: Assembler, type: CType, placement: Placement): void {
  const place = placement.result;
  if (place.where !== 'registers') return;
  if (!travelsByAddress(type)) {
    if (place.pieces[0].bank === 'integer') {
      code.extendResult(sizeOf(type), type.kind === 'int' && type.signed);
    } else if (sizeOf(type) === 8) {
      code.storeVector(0, rbx, 0, 8);
      return;
    } else {
      code.eaxFromVector(0);
      code.extendResult(sizeOf(type), false);
    }
    code.storeInteger(rax, rbx, 0, 8);
    return;
  }
  const odd = place.pieces.some(({ bytes }) => isOdd(bytes));
  if (odd) code.addressOf(r10, rsp, 0);
  else code.loadInteger(r10, rbx, 0, 8, false);
  for (const piece of place.pieces) storeResultPiece(code, piece, r10, odd ? 8 : piece.bytes);
  if (odd) {
    code.move(rsi, r10);
    code.loadInteger(rdi, rbx, 0, 8, false);
    code.constant32(rcx, sizeOf(type));
    code.repeatMoveBytes();
  }
}

function storeResultPiece(code: Assembler, piece: Piece, base: number, bytes: number): void {
  if (piece.bank === 'integer') code.storeInteger(resultRegisters[piece.register], base, piece.offset, bytes);
  else if (bytes === 2) {
    // The integer piece of the same result, if any, is rdx or was stored already: pieces come in order.
    code.eaxFromVector(piece.register);
    code.storeInteger(rax, base, piece.offset, 2);
  } else code.storeVector(piece.register, base, piece.offset, bytes);
}

/** Layout of the block that a callback's entry builds on the C stack; all offsets in bytes from its address. */
export const callbackBlock = {
  /** rax and rdx, as they will be when the callback returns; zero at first. */
  integerResults: 0,
  /** xmm0 and xmm1, as they will be when the callback returns; zero at first; 16 bytes each. */
  vectorResults: 16,
  /** errno on entry; what it says on return becomes errno. */
  errno: 48,
  /** The six integer argument registers. */
  integers: 64,
  /** The eight vector argument registers; 16 bytes each. */
  vectors: 112,
  /** The first stack argument: behind the block, the saved rbp and the return address. */
  stack: 256,
} as const;

const callbackBlockBytes = 240;
const errnoAddressInBlock = 56;

/**
 * The code common to all callbacks: builds the block, calls `javascript(number in r11d, block)`, loads the results.
 *
 * @param javascript address of the function void(int number, size_t block) that koffi registered
 * @param errnoLocation address of __errno_location: C may call back on another thread than JavaScript's
 */
export function callbackEntry(javascript: Address, errnoLocation: Address): Uint8Array {
  const code = new Assembler();
  code.push(rbp);
  code.move(rbp, rsp);
  code.reserveStack(callbackBlockBytes);
  for (let i = 0; i < integerArgumentRegisters; i++) {
    code.storeInteger(integerRegisters[i], rsp, callbackBlock.integers + 8 * i, 8);
  }
  for (let i = 0; i < vectorArgumentRegisters; i++) code.storeVector(i, rsp, callbackBlock.vectors + 16 * i, 16);
  code.storeInteger(r11, rsp, callbackBlock.errno, 8);
  code.constant64(rax, errnoLocation);
  code.callRegister(rax);
  code.loadInteger(rdi, rsp, callbackBlock.errno, 8, false);
  code.storeInteger(rax, rsp, errnoAddressInBlock, 8);
  code.loadInteger(rax, rax, 0, 4, false);
  code.storeInteger(rax, rsp, callbackBlock.errno, 8);
  code.constant32(rax, 0);
  code.vectorFromEax(0);
  code.storeInteger(rax, rsp, callbackBlock.integerResults, 8);
  code.storeInteger(rax, rsp, callbackBlock.integerResults + 8, 8);
  code.storeVector(0, rsp, callbackBlock.vectorResults, 16);
  code.storeVector(0, rsp, callbackBlock.vectorResults + 16, 16);
  code.move(rsi, rsp);
  code.constant64(rax, javascript);
  code.callRegister(rax);
  code.loadInteger(rax, rsp, callbackBlock.errno, 4, false);
  code.loadInteger(rcx, rsp, errnoAddressInBlock, 8, false);
  code.storeInteger(rax, rcx, 0, 4);
  code.loadInteger(rax, rsp, callbackBlock.integerResults, 8, false);
  code.loadInteger(rdx, rsp, callbackBlock.integerResults + 8, 8, false);
  code.loadVector(0, rsp, callbackBlock.vectorResults, 16);
  code.loadVector(1, rsp, callbackBlock.vectorResults + 16, 16);
  code.move(rsp, rbp);
  code.pop(rbp);
  code.ret();
  return code.bytes();
}

/** The code at a callback's own address. */
export function callbackStub(number: number, entry: Address): Uint8Array {
  const code = new Assembler();
  code.constant32(r11, number);
  code.constant64(r10, entry);
  code.jumpRegister(r10);
  return code.bytes();
}
