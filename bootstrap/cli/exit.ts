// How a command ends: the exit codes, and the errors that carry them.
//
// The codes are part of the interface and never change meaning; docs/command-line.md lists them for users.

/** The exit codes of jl0 itself. A program's own `exit(n)` passes through. */
export const ExitCode = {
  /** All went well. */
  ok: 0,
  /** The program failed: an uncaught exception, a syntax error, a function that could not be compiled. */
  failed: 1,
  /** The command line is wrong, or a file it names cannot be read. */
  usage: 2,
  /** Something this machine or build lacks: LLVM, a library, a newer Node. `jl0 doctor` says more. */
  unavailable: 3,
  /** An error inside jl0. Please report it. */
  internal: 70,
} as const;

/** Ends the command with a message on standard error and the given exit code. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The error of a command whose back end this build does not have. */
export function notInThisBuild(what: string): CommandError {
  return new CommandError(ExitCode.unavailable, `${what} is not part of this build of jl0 yet`);
}
