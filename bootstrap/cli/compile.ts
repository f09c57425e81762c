// `jl0 compile`: compiles what a program uses to a relocatable object.

import { type Command, Option } from 'commander';
import { checkReadable } from './input.ts';
import { checkWritable } from './output.ts';

interface Options {
  readonly output: string;
  readonly emit: 'obj' | 'asm' | 'll' | 'bc';
}

/** Adds the command to the program. */
export function registerCompile(program: Command): void {
  program
    .command('compile')
    .summary('compile to a relocatable object')
    .description('Runs a Julia file, compiles the methods it used, and writes them as an object, assembly or LLVM IR.')
    .argument('<file>', 'the Julia file; `-` is standard input')
    .argument('[args...]', 'its arguments')
    .requiredOption(
      '-o, --output <file>',
      'where to write; `-` is standard output (what the program prints then goes to standard error)',
    )
    .addOption(new Option('--emit <kind>', 'what to write').choices(['obj', 'asm', 'll', 'bc']).default('obj'))
    .addHelpText(
      'after',
      `
Examples:
  jl0 compile script.jl -o script.o
  jl0 compile script.jl -o - --emit ll

The object holds no address of this process and the same program gives the same bytes. Needs LLVM (see jl0 doctor).`,
    )
    .action(async (file: string, args: string[], options: Options) => {
      if (file !== '-') checkReadable(file);
      checkWritable(options.output);
      const { compileFile } = await import('../image/compile-program.ts');
      process.exitCode = compileFile(file, args, options.emit, options.output);
    });
}
