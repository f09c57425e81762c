// Why an object, or one of its methods, is not used. Never the end of the process: the interpreter runs what is left.

import { ObjectError, type Refusal } from '../../codegen/object/error.ts';

/** Beyond what an object itself may be refused for: the place has no room, or a hole cannot hold its address. */
export type LoadRefusal = Refusal | 'no-memory' | 'out-of-reach';

/** An object that is not loaded. Nothing of it is left in memory. */
export class LoadError extends Error {
  readonly refusal: LoadRefusal;
  constructor(refusal: LoadRefusal, message: string) {
    super(message);
    this.name = 'LoadError';
    this.refusal = refusal;
  }
}

/** Runs a step whose complaints about the object are the loader's. */
export function asLoadError<Result>(step: () => Result): Result {
  try {
    return step();
  } catch (error) {
    if (error instanceof ObjectError) throw new LoadError(error.refusal, error.message);
    throw error;
  }
}
