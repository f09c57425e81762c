// Annotations: what must be said about instructions and functions that llvm-bindings has no words for.
//
// The writer notes it while it creates the instructions; `finish.ts` says it on the finished module, through libLLVM's C
// API. The two meet by order: every instruction of the kinds below has a note, in the order in which they stand in the
// function, and finishing checks the kind of each. Constant folding creates and drops no instruction of these kinds.

import type { AtomicUpdate, MemoryOrder } from '../emit/operations.ts';

export type Note =
  | { readonly kind: 'alloca'; readonly align: number }
  | {
      readonly kind: 'load' | 'store';
      /** Where it is not the one that LLVM takes by default. */
      readonly align: number | undefined;
      readonly volatile: boolean;
      readonly order: MemoryOrder | undefined;
      /** The kind of memory, for LLVM's type based alias analysis. */
      readonly memory: string | undefined;
      readonly constant: boolean;
    }
  | {
      readonly kind: 'call';
      readonly attributes: readonly ArgumentAttribute[];
      readonly replace: Replacement | undefined;
    }
  | { readonly kind: 'branch'; readonly likely: boolean | undefined };

/** An attribute of one argument of a call, counted from 1. `bytes` is the size of what is passed. */
export interface ArgumentAttribute {
  readonly index: number;
  readonly name: 'byval' | 'sret';
  readonly bytes: number;
  readonly align: number;
}

/** The call is a placeholder for an instruction that llvm-bindings cannot create, with the same operands. */
export type Replacement =
  | { readonly op: 'update'; readonly update: AtomicUpdate; readonly order: MemoryOrder }
  | { readonly op: 'compareExchange'; readonly order: MemoryOrder }
  | { readonly op: 'fence'; readonly order: MemoryOrder }
  /** Gives its operand, or any one value if the operand is undefined. */
  | { readonly op: 'freeze' };

/** An attribute of a function, or of a parameter (counted from 1), without value or with a number. */
export interface FunctionAttribute {
  readonly name: string;
  readonly index?: number;
  readonly value?: number;
}

export interface FunctionNotes {
  readonly name: string;
  readonly attributes: FunctionAttribute[];
  /** Empty for a function that is only declared. */
  readonly notes: Note[];
  /** Defined here, and not to be seen outside. */
  readonly hidden: boolean;
}

export interface ModuleNotes {
  readonly functions: FunctionNotes[];
  /** Global variables, with their alignment. */
  readonly data: { readonly name: string; readonly align: number }[];
}
