// The way into compiled code: one function of C's whose first argument says where to go.

/** Calls its first argument with the others: mov rax, rdi; mov rdi, rsi; mov rsi, rdx; jmp rax */
export const enterCode = Uint8Array.of(0x48, 0x89, 0xf8, 0x48, 0x89, 0xf7, 0x48, 0x89, 0xd6, 0xff, 0xe0);
