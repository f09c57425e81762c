// The thread state: the few words of memory that native code, the runtime and the VM share.
//
// The runtime reserves the block (in the region, 16-byte aligned, zeroed at start) and resolves the symbol
// `jl0_thread_state` to its address. Native code reads and writes it at these offsets; docs/native-abi.md tells the
// whole protocol. All fields are 8 bytes.

/** Name of the symbol that stands for the block's address. */
export const THREAD_STATE_SYMBOL = 'jl0_thread_state';

export const THREAD_STATE_SIZE = 64;

/** Address of the innermost handler record; 0 when no native code has one. */
export const OFFSET_HANDLER = 0;
/** Reference of the exception that is under way, or that was caught last. */
export const OFFSET_EXCEPTION = 8;
/** Address of the innermost root frame; 0 when there is none. */
export const OFFSET_ROOTS = 16;
/** Not 0 when a runtime function that was called from native code wants the exception to be thrown on its return. */
export const OFFSET_PENDING = 24;
/** Native code must not grow its stack below this address; 0 when there is no limit. */
export const OFFSET_STACK_LIMIT = 32;
/** How many dynamic scopes the running task has entered. */
export const OFFSET_SCOPES = 40;

// A handler record lies in the frame of the function that pushed it.

/** Address of the handler record that was innermost before. */
export const HANDLER_PREVIOUS = 0;
/** The value of OFFSET_ROOTS when the handler was pushed. */
export const HANDLER_ROOTS = 8;
/** The C library's jmp_buf: 200 bytes with glibc on x86-64, 64 with musl; the rest is to spare. */
export const HANDLER_JUMP = 16;
export const HANDLER_SIZE = 256;
export const HANDLER_ALIGN = 16;

// A root frame lies in the frame of a function that keeps roots.

/** Address of the root frame that was innermost before. */
export const ROOTS_PREVIOUS = 0;
/** Number of roots that follow, as a 64-bit integer. */
export const ROOTS_COUNT = 8;
/** The first root; each is a reference or 0. */
export const ROOTS_FIRST = 16;
