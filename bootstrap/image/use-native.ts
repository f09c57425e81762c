// Running a program with the objects that were compiled from it.
//
// An object that cannot be used as a whole is reported and the program runs without it; of one that can, each method is
// attached when it is first called. Afterwards the methods that stayed interpreted are reported with the reason.

import { readFileSync } from 'node:fs';
import { ObjectError } from '../../codegen/object/error.ts';
import { reason } from '../cli/input.ts';
import { LoadError } from '../loader/error.ts';
import { type NativeMethods, NOT_CALLED, prepareNative } from './attach.ts';

/** Gets the methods of objects ready in the running system; returns what reports on them after the program. */
export function useNative(files: readonly string[]): () => void {
  const loaded: { file: string; methods: NativeMethods }[] = [];
  for (const file of files) {
    const methods = prepareFile(file);
    if (typeof methods === 'string') process.stderr.write(`jl0: ${file} is not used: ${methods}\n`);
    else loaded.push({ file, methods });
  }
  return () => {
    for (const { file, methods } of loaded) {
      for (const { name, reason: why } of methods.refused()) {
        if (why !== NOT_CALLED) process.stderr.write(`jl0: ${file}: ${name} is interpreted: ${why}\n`);
      }
    }
  };
}

/** Gets the methods of an object ready, or says why it cannot be used. */
function prepareFile(file: string): NativeMethods | string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    return reason(error);
  }
  try {
    return prepareNative(bytes);
  } catch (error) {
    if (error instanceof LoadError || error instanceof ObjectError) return error.message;
    throw error;
  }
}
