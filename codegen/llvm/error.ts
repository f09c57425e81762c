// What can go wrong with LLVM, as errors that callers can tell apart.

/** LLVM is not on this machine, or not usable. Everything but compiling works without it. */
export class LLVMUnavailable extends Error {
  constructor(what: string, cause?: unknown) {
    const reason = cause instanceof Error ? `: ${cause.message.split('\n')[0]}` : '';
    super(`native code cannot be generated here: ${what}${reason}; "jl0 doctor" says what to install`);
    this.name = 'LLVMUnavailable';
  }
}

/** LLVM refused what it was given: a mistake in jl0, since programs are verified before they get here. */
export class LLVMError extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'LLVMError';
  }
}

/** Something that this writer cannot express; the method is left to the interpreter. */
export class CannotCompile extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'CannotCompile';
  }
}
