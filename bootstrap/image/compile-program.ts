// `jl0 compile`: runs a program, then compiles what it used and writes it down.

import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { compileProgram as compileOperations, type OutputKind } from '../../codegen/llvm/compile.ts';
import { inSession } from '../cli/session.ts';
import { runFile } from '../program.ts';
import { compileUsed, watchDefinitions, writeObject } from './compile.ts';

/**
 * Runs a file, compiles the methods it used, and writes them.
 *
 * @param emit object, assembly, LLVM IR or bitcode
 * @param output file to write; `-` is standard output
 * @returns the exit code: the program's own if it failed, since what it used is not known then
 * @throws LLVMUnavailable without LLVM
 */
export function compileFile(file: string, args: readonly string[], emit: OutputKind, output: string): number {
  return inSession(file, args, () => {
    watchDefinitions();
    const code = runFile(file);
    if (code !== 0) {
      process.stderr.write(`jl0: nothing is compiled: the program ended with ${code}\n`);
      return code;
    }
    const compiled = compileUsed(basename(file));
    for (const { name, reason } of compiled.refused) process.stderr.write(`jl0: ${name} is not compiled: ${reason}\n`);
    const bytes =
      emit === 'obj' ? writeObject(compiled) : compileOperations(compiled.compiler.program, { output: emit }).bytes;
    if (output === '-') process.stdout.write(bytes);
    else writeFileSync(output, bytes);
    process.stderr.write(
      `jl0: ${compiled.records.length} methods compiled, ${compiled.refused.length} refused, ${bytes.length} bytes\n`,
    );
    return 0;
  });
}
