// The few x86-64 instructions that thunks are made of, as bytes.
//
// Every memory operand is a base register and a 32-bit displacement: longer than need be, but of one form. The encoding
// of an instruction is: an optional mandatory prefix, REX (which carries the fourth bit of register numbers and the
// 64-bit width), opcode, ModRM, SIB if the base is rsp or r12, displacement. Source: Intel's manual, volume 2, chapter 2.

/** Register numbers as the processor counts them. */
export const rax = 0;
export const rcx = 1;
export const rdx = 2;
export const rbx = 3;
export const rsp = 4;
export const rbp = 5;
export const rsi = 6;
export const rdi = 7;
export const r8 = 8;
export const r9 = 9;
export const r10 = 10;
export const r11 = 11;
export const r12 = 12;

/** Collects the bytes of one piece of code. `wide` in the names below means 64 bits. */
export class Assembler {
  private readonly code: number[] = [];

  /** The code so far. */
  bytes(): Uint8Array {
    return Uint8Array.from(this.code);
  }

  /** Puts bytes in as they are. */
  raw(...bytes: readonly number[]): void {
    this.code.push(...bytes);
  }

  push(register: number): void {
    if (register >= 8) this.code.push(0x41);
    this.code.push(0x50 + (register & 7));
  }

  pop(register: number): void {
    if (register >= 8) this.code.push(0x41);
    this.code.push(0x58 + (register & 7));
  }

  ret(): void {
    this.code.push(0xc3);
  }

  /** to = from, 64 bits */
  move(to: number, from: number): void {
    this.code.push(0x48 | ((from >> 3) << 2) | (to >> 3), 0x89, 0xc0 | ((from & 7) << 3) | (to & 7));
  }

  /** register = a 64-bit constant below 2^53 */
  constant64(register: number, value: number): void {
    this.code.push(0x48 | (register >> 3), 0xb8 + (register & 7));
    this.word(value);
    this.word(Math.floor(value / 2 ** 32));
  }

  /** register = a 32-bit constant, zero-extended */
  constant32(register: number, value: number): void {
    if (register >= 8) this.code.push(0x41);
    this.code.push(0xb8 + (register & 7));
    this.word(value);
  }

  /** rsp -= bytes */
  reserveStack(bytes: number): void {
    this.code.push(0x48, 0x81, 0xec);
    this.word(bytes);
  }

  callRegister(register: number): void {
    if (register >= 8) this.code.push(0x41);
    this.code.push(0xff, 0xd0 | (register & 7));
  }

  jumpRegister(register: number): void {
    if (register >= 8) this.code.push(0x41);
    this.code.push(0xff, 0xe0 | (register & 7));
  }

  /** to = the address base + displacement */
  addressOf(to: number, base: number, displacement: number): void {
    this.memory([], true, [0x8d], to, base, displacement);
  }

  /** to = base + index * 8 (index is not rsp, base not rbp or r13) */
  addressOfElement8(to: number, base: number, index: number): void {
    this.code.push(0x48 | ((to >> 3) << 2) | ((index >> 3) << 1) | (base >> 3), 0x8d, ((to & 7) << 3) | 4);
    this.code.push(0xc0 | ((index & 7) << 3) | (base & 7));
  }

  /** register = memory, extended from `bytes` (1, 2, 4, 8) to 64 bits by its sign or by zero */
  loadInteger(register: number, base: number, displacement: number, bytes: number, signed: boolean): void {
    switch (bytes) {
      case 1:
        this.memory([], signed, [0x0f, signed ? 0xbe : 0xb6], register, base, displacement);
        return;
      case 2:
        this.memory([], signed, [0x0f, signed ? 0xbf : 0xb7], register, base, displacement);
        return;
      case 4:
        this.memory([], signed, [signed ? 0x63 : 0x8b], register, base, displacement);
        return;
      case 8:
        this.memory([], true, [0x8b], register, base, displacement);
        return;
      default:
        throw new Error(`no load of ${bytes} bytes`);
    }
  }

  /** memory = the low `bytes` (1, 2, 4, 8) of a register; one byte only of rax, rcx, rdx, rbx */
  storeInteger(register: number, base: number, displacement: number, bytes: number): void {
    switch (bytes) {
      case 1:
        this.memory([], false, [0x88], register, base, displacement);
        return;
      case 2:
        this.memory([0x66], false, [0x89], register, base, displacement);
        return;
      case 4:
        this.memory([], false, [0x89], register, base, displacement);
        return;
      case 8:
        this.memory([], true, [0x89], register, base, displacement);
        return;
      default:
        throw new Error(`no store of ${bytes} bytes`);
    }
  }

  /** register = rax extended in place from `bytes` to 64 bits by its sign or by zero */
  extendResult(bytes: number, signed: boolean): void {
    switch (bytes) {
      case 1:
        this.raw(...(signed ? [0x48, 0x0f, 0xbe, 0xc0] : [0x0f, 0xb6, 0xc0]));
        return;
      case 2:
        this.raw(...(signed ? [0x48, 0x0f, 0xbf, 0xc0] : [0x0f, 0xb7, 0xc0]));
        return;
      case 4:
        this.raw(...(signed ? [0x48, 0x63, 0xc0] : [0x89, 0xc0]));
        return;
      case 8:
        return;
      default:
        throw new Error(`no extension of ${bytes} bytes`);
    }
  }

  /** vector register = 4, 8 (the rest zero) or 16 bytes of memory */
  loadVector(register: number, base: number, displacement: number, bytes: number): void {
    switch (bytes) {
      case 4:
        this.memory([0xf3], false, [0x0f, 0x10], register, base, displacement);
        return;
      case 8:
        this.memory([0xf3], false, [0x0f, 0x7e], register, base, displacement);
        return;
      case 16:
        this.memory([], false, [0x0f, 0x10], register, base, displacement);
        return;
      default:
        throw new Error(`no vector load of ${bytes} bytes`);
    }
  }

  /** memory = the low 4, 8 or 16 bytes of a vector register */
  storeVector(register: number, base: number, displacement: number, bytes: number): void {
    switch (bytes) {
      case 4:
        this.memory([0xf3], false, [0x0f, 0x11], register, base, displacement);
        return;
      case 8:
        this.memory([0x66], false, [0x0f, 0xd6], register, base, displacement);
        return;
      case 16:
        this.memory([], false, [0x0f, 0x11], register, base, displacement);
        return;
      default:
        throw new Error(`no vector store of ${bytes} bytes`);
    }
  }

  /** vector register = the low 32 bits of eax, the rest zero */
  vectorFromEax(register: number): void {
    this.raw(0x66, ...(register >= 8 ? [0x44] : []), 0x0f, 0x6e, 0xc0 | ((register & 7) << 3));
  }

  /** eax = the low 32 bits of a vector register */
  eaxFromVector(register: number): void {
    this.raw(0x66, ...(register >= 8 ? [0x44] : []), 0x0f, 0x7e, 0xc0 | ((register & 7) << 3));
  }

  /** copies ecx bytes from [rsi] to [rdi] (the direction flag is clear at every call) */
  repeatMoveBytes(): void {
    this.raw(0xf3, 0xa4);
  }

  private memory(
    prefix: readonly number[],
    wide: boolean,
    opcode: readonly number[],
    register: number,
    base: number,
    displacement: number,
  ): void {
    const rex = (wide ? 8 : 0) | ((register >> 3) << 2) | (base >> 3);
    this.code.push(...prefix);
    if (rex !== 0) this.code.push(0x40 | rex);
    this.code.push(...opcode, 0x80 | ((register & 7) << 3) | (base & 7));
    if ((base & 7) === rsp) this.code.push(0x24);
    this.word(displacement);
  }

  private word(value: number): void {
    this.code.push(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255);
  }
}
