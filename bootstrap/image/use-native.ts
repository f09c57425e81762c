// Running a program with the objects that were compiled from it.
//
// An object that cannot be used as a whole is reported and the program runs without it; of one that can, each method is
// attached when it is first called. Afterwards the methods that stayed interpreted are reported with the reason.

import { readFileSync } from 'node:fs';
import { ObjectError } from '../../codegen/object/error.ts';
import { LoadError } from '../loader/error.ts';
import { type NativeMethods, NOT_CALLED, prepareNative } from './attach.ts';

/** Gets the methods of objects ready in the running system; returns what reports on them after the program. */
export function useNative(files: readonly string[]): () => void {
  const loaded: { file: string; methods: NativeMethods }[] = [];
  for (const file of files) {
    try {
      loaded.push({ file, methods: prepareNative(readFileSync(file)) });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      process.stderr.write(`jl0: ${file} is not used: ${error.message}\n`);
    }
  }
  return () => {
    for (const { file, methods } of loaded) {
      for (const { name, reason } of methods.refused()) {
        if (reason !== NOT_CALLED) process.stderr.write(`jl0: ${file}: ${name} is interpreted: ${reason}\n`);
      }
    }
  };
}

const isRefusal = (error: unknown): error is Error =>
  error instanceof LoadError || error instanceof ObjectError || (error instanceof Error && 'code' in error);
