// From a program and what is known of its methods to a sealed object: the one function that a driver calls.

import { JULIA_VERSION } from '../interpreter/runtime/version.ts';
import type { FunctionDefinition, Program } from './emit/operations.ts';
import { THREAD_STATE_SYMBOL } from './emit/thread-state.ts';
import { type CompileOptions, compileProgram, llvmVersion } from './llvm/compile.ts';
import { architecture, targetSystem } from './llvm/target.x86_64-linux.ts';
import { readElf } from './object/elf-reader.ts';
import { type EmittedRecord, type Metadata, noOrigin, type Origin } from './object/metadata.ts';
import { makeObject } from './object/object.ts';
import type { Shortcuts, SymbolRecipe } from './object/recipe.ts';

/**
 * Compiles a program to a relocatable object with metadata.
 *
 * @param methods the records of the methods whose entries the program defines
 * @param origin what the program is, and where it ran
 * @param shortcuts shorter ways to what recipes stand for
 * @throws what `compileProgram` and `makeObject` throw
 */
export function compileObject(
  program: Program,
  methods: readonly EmittedRecord[],
  options: CompileOptions = {},
  origin: Origin = noOrigin,
  shortcuts: Shortcuts = new Map(),
): Uint8Array {
  const { bytes, processor } = compileProgram(program, { ...options, output: 'obj' });
  const references = new Map([...program.functions.values()].map((each) => [each.name, referencesOf(each)]));
  const switching = whatSwitches(program, references);
  const metadata: Metadata = {
    julia: JULIA_VERSION,
    producer: `jl0, LLVM ${llvmVersion}`,
    target: { architecture, system: targetSystem, processor },
    origin,
    methods: methods.map((method) => ({ ...method, maySwitch: switching.has(method.specialised) })),
    symbols: recipesOf(program, bytes),
    references,
  };
  return makeObject(bytes, metadata, shortcuts);
}

/**
 * The recipes of the symbols that the code refers to in the end. Those that the program does not declare are the thread
 * state, and functions of the C library that the compiler calls on its own (memcpy, _setjmp, 128-bit division, ...).
 */
function recipesOf(program: Program, emitted: Uint8Array): ReadonlyMap<string, SymbolRecipe> {
  const recipes = new Map<string, SymbolRecipe>();
  for (const { name, section } of readElf(emitted).symbols) {
    if (section !== 'undefined') continue;
    const declared = program.symbols.get(name)?.recipe;
    recipes.set(
      name,
      declared ?? (name === THREAD_STATE_SYMBOL ? { kind: 'threadState' } : { kind: 'c', library: '', name }),
    );
  }
  return recipes;
}

/** Functions of the runtime that may run any code of the program, and what it waits in. */
const switchingFunctions: ReadonlySet<string> = new Set(['call', 'dispatch', 'foreign']);

/** The names of the functions that reach one of those. */
function whatSwitches(program: Program, references: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { name, recipe } of program.symbols.values())
    if (recipe.kind === 'runtime' && switchingFunctions.has(recipe.name)) found.add(name);
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const [name, others] of references) if (others.some((other) => found.has(other))) found.add(name);
  }
  return found;
}

/** The functions and symbols that a function refers to by itself, each once. */
function referencesOf(definition: FunctionDefinition): string[] {
  const names = new Set<string>();
  for (const block of definition.blocks) {
    for (const operation of block.operations) {
      if (operation.op === 'symbol') names.add(operation.name);
      if (operation.op === 'call' && operation.callee.kind !== 'address') names.add(operation.callee.name);
    }
  }
  return [...names];
}
