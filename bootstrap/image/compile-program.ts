// `jl0 compile`: runs a program, then compiles what it used and writes it down.

import { basename } from 'node:path';
import { compileProgram as compileOperations, type OutputKind, requireLLVM } from '../../codegen/llvm/compile.ts';
import { redirected } from '../../ffi/descriptors.ts';
import { writeOutput } from '../cli/output.ts';
import { inSession } from '../cli/session.ts';
import { runFile, runStandardInput } from '../program.ts';
import { compileUsed, watchDefinitions, writeObject } from './compile.ts';

/**
 * Runs a file, compiles the methods it used, and writes them.
 *
 * @param emit object, assembly, LLVM IR or bitcode
 * @param output file to write; `-` is standard output, and what the program prints then goes to standard error
 * @returns the exit code: the program's own if it failed, since what it used is not known then
 * @throws LLVMUnavailable without LLVM
 * @throws CommandError if the file cannot be written
 */
export function compileFile(file: string, args: readonly string[], emit: OutputKind, output: string): number {
  requireLLVM();
  return inSession(file, args, () => {
    watchDefinitions();
    const run = (): number => (file === '-' ? runStandardInput() : runFile(file));
    // The program's own output must not get in between.
    const code = output === '-' ? redirected(1, 2, run) : run();
    if (code !== 0) {
      process.stderr.write(`jl0: nothing is compiled: the program ended with ${code}\n`);
      return code;
    }
    const compiled = compileUsed(file === '-' ? 'stdin' : basename(file));
    for (const { name, reason } of compiled.refused) process.stderr.write(`jl0: ${name} is not compiled: ${reason}\n`);
    const bytes =
      emit === 'obj' ? writeObject(compiled) : compileOperations(compiled.compiler.program, { output: emit }).bytes;
    writeOutput(output, bytes);
    process.stderr.write(
      `jl0: ${compiled.records.length} methods compiled, ${compiled.refused.length} refused, ${bytes.length} bytes\n`,
    );
    return 0;
  });
}
