// `jl0 inspect`: shows what is in a compiled object.
//
// The text is for people, the JSON for programs; both say the same. Nothing of the object is loaded or resolved, and
// an object that jl0 would not load is refused here too, with the reason.

import type { Command } from 'commander';
import type { ElfObject, ElfSymbol, Section } from '../../codegen/object/elf.ts';
import type { Metadata } from '../../codegen/object/metadata.ts';
import { CommandError, ExitCode } from './exit.ts';
import { readBytes } from './input.ts';

/** Adds the command to the program. */
export function registerInspect(program: Command): void {
  program
    .command('inspect')
    .summary('show what is in an object')
    .description(
      'Prints the sections, methods, symbols with their recipes, and relocations of an object. Needs no LLVM.',
    )
    .argument('<object>', 'an object written by jl0 compile')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  jl0 inspect script.o\n  jl0 inspect --json script.o')
    .action(async (file: string, options: { json?: boolean }) => {
      const bytes = readBytes(file);
      const { openObject } = await import('../../codegen/object/object.ts');
      const { ObjectError } = await import('../../codegen/object/error.ts');
      const { describeRecipe } = await import('../../codegen/object/recipe.ts');
      const { relocationName } = await import('../../codegen/object/relocations.x86_64.ts');
      const { readElf } = await import('../../codegen/object/elf-reader.ts');
      let report: Report;
      try {
        const { metadata } = openObject(bytes);
        report = reportOf(readElf(bytes), metadata, bytes.length, relocationName);
      } catch (error) {
        if (error instanceof ObjectError) throw new CommandError(ExitCode.failed, `${file}: ${error.message}`);
        throw error;
      }
      if (options.json) console.log(JSON.stringify(report, null, 2));
      else show(file, report, (name) => describeRecipe(report.symbols[name]));
    });
}

type Report = ReturnType<typeof reportOf>;

function reportOf(elf: ElfObject, metadata: Metadata, bytes: number, relocationName: (type: number) => string) {
  const sizes = new Map(elf.symbols.map((symbol) => [symbol.name, symbol.size]));
  return {
    bytes,
    julia: metadata.julia,
    producer: metadata.producer,
    target: metadata.target,
    sections: elf.sections.map((section) => ({ name: section.name, bytes: section.size, flags: flagsOf(section) })),
    methods: metadata.methods.map((method) => ({
      name: method.name,
      specialised: method.specialised,
      entry: method.entry,
      boxed: method.boxed,
      parameters: method.parameters,
      result: method.result,
      resultBytes: method.resultBytes,
      identity: method.identity,
      types: method.types,
      returns: method.returns,
      dependencies: method.dependencies,
      libraryDependencies: method.libraryDependencies,
      bytes: sizes.get(method.specialised) ?? 0,
    })),
    symbols: Object.fromEntries(metadata.symbols),
    relocations: elf.sections.flatMap((section) =>
      [...section.relocations].map(({ offset, type, symbol, addend }) => ({
        section: section.name,
        offset,
        type: relocationName(type),
        symbol: nameOf(symbol),
        addend,
      })),
    ),
  };
}

/** The flags of a section as readelf writes them. Source: System V gABI, sh_flags. */
function flagsOf(section: Section): string {
  const letters: readonly [number, string][] = [
    [1, 'W'],
    [2, 'A'],
    [4, 'X'],
    [16, 'M'],
    [32, 'S'],
  ];
  return letters.map(([flag, letter]) => (section.flags & flag ? letter : '')).join('');
}

/** A symbol's name; that of a section's symbol is the section's. */
function nameOf(symbol: ElfSymbol): string {
  if (symbol.name !== '' || typeof symbol.section === 'string') return symbol.name;
  return symbol.section.name;
}

function show(file: string, report: Report, recipeOf: (name: string) => string): void {
  const { target } = report;
  console.log(
    `${file}: ${report.bytes} bytes, for ${target.architecture} ${target.system}, processor ${target.processor}`,
  );
  console.log(`Julia ${report.julia}, written by ${report.producer}`);

  console.log(`\nSections (${report.sections.length})`);
  table(report.sections.map(({ name, bytes, flags }) => [name, `${bytes} bytes`, flags]));

  console.log(`\nMethods (${report.methods.length})`);
  for (const method of report.methods) {
    console.log(`  ${method.name}`);
    console.log(
      `    code ${method.specialised} (${method.bytes} bytes), ${method.entry === '' ? 'no entry' : `entry ${method.entry}`}`,
    );
    console.log(`    slots (${method.parameters.join(', ')}) -> ${method.result}`);
    for (const dependency of [...method.dependencies, ...method.libraryDependencies])
      console.log(`    valid with ${JSON.stringify(dependency)}`);
  }

  const names = Object.keys(report.symbols);
  console.log(`\nSymbols from elsewhere (${names.length})`);
  table(names.map((name) => [name, recipeOf(name)]));

  console.log(`\nRelocations (${report.relocations.length})`);
  table(
    report.relocations.map(({ section, offset, type, symbol, addend }) => [
      `${section}+0x${offset.toString(16)}`,
      type,
      addend === 0 ? symbol : `${symbol} ${addend < 0 ? '-' : '+'} ${Math.abs(addend)}`,
    ]),
  );
}

/** Prints rows with their columns aligned. */
function table(rows: readonly (readonly string[])[]): void {
  const widths: number[] = [];
  for (const row of rows) row.forEach((text, column) => (widths[column] = Math.max(widths[column] ?? 0, text.length)));
  for (const row of rows)
    console.log(`  ${row.map((text, column) => text.padEnd(widths[column])).join('  ')}`.trimEnd());
}
