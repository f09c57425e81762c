// A running system: the embedded library booted, ready to run programs.
//
// A session starts from an image if there is one that fits, else from the library's sources, which takes seconds; sources
// that run as they are save an image then. Whatever is wrong with an image is no error: it is said in a note, and the
// system boots from the sources.
//
// Enters: nothing, or the file of an image. Leaves: functions that run files and text the way the commands need them.
// How a program ends (exit, uncaught exceptions, errors of jl0 itself) is the business of program.ts.

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { type ArrayRef, type ModuleRef, type Ref, setRefAt, writeRef } from '../interpreter/memory/layout.ts';
import { Binding } from '../interpreter/memory/objects.ts';
import { loadSnapshot, SnapshotRefused, saveSnapshot } from '../interpreter/memory/snapshot.ts';
import { BaseModule, CoreModule, MainModule } from '../interpreter/memory/wellknown.ts';
import { getBinding, globalValue } from '../interpreter/runtime/bindings.ts';
import { keepBuffersInside } from '../interpreter/runtime/builtins/memory.ts';
import { setLibraryFolder } from '../interpreter/runtime/capi/evaluation.ts';
import { bootCore, reconnect } from '../interpreter/runtime/core.ts';
import { JuliaException } from '../interpreter/runtime/errors.ts';
import { addStandardNames, evaluateFile, evaluateText, setRequire } from '../interpreter/runtime/frontend.ts';
import { defineName, initializeModule, useModule } from '../interpreter/runtime/modules.ts';
import { symbol } from '../interpreter/runtime/symbols.ts';
import { string } from '../interpreter/runtime/values.ts';
import { afterBoot } from '../interpreter/types/index.ts';
import { call, rehearse, saveKnownCalls } from '../interpreter/vm/calls.ts';
import { collectNow } from '../interpreter/vm/collection.ts';
import { prepareOutOfMemory, startSafepoints } from '../interpreter/vm/incidents.ts';
import { setExercise } from '../interpreter/vm/run.ts';
import { dropOldImages, imagePlace } from './image/snapshot-store.ts';
import './inference/questions.ts';
import { installed } from './root.ts';

/** Builds the embedded library from its sources in an empty heap. */
export function bootFromSource(progress: (what: string) => void = () => {}): void {
  progress('Core');
  bootCore();
  evaluateText(CoreModule, readFileSync(installed('bootstrap/lib/core/boot.jl')), './boot.jl');
  afterBoot();
  prepareOutOfMemory();
  startSafepoints();
  progress('Base');
  setLibraryFolder(installed('bootstrap/lib/base'));
  initializeModule(BaseModule, symbol('Base'), MainModule);
  defineName(BaseModule, 'Base', BaseModule);
  defineName(MainModule, 'Base', BaseModule);
  useModule(BaseModule, CoreModule);
  evaluateText(BaseModule, 'include(m::Module, path) = ccall(:jl_load_library_file, Any, (Any, Any), m, path)', 'boot');
  evaluateText(BaseModule, readFileSync(installed('bootstrap/lib/base/base.jl')), './base.jl');
  useModule(MainModule, CoreModule);
  addStandardNames(MainModule);
}

/** A function or other value of Base. */
export function fromBase(name: string): Ref {
  const value = globalValue(BaseModule, symbol(name));
  if (value === 0) throw new Error(`the library has no Base.${name}`);
  return value;
}

/** How a session came to be. */
export interface Start {
  readonly from: 'image' | 'sources';
  /** What the user may want to know, such as why an image was refused; empty if nothing. */
  readonly notes: readonly string[];
}

/** The packages that come with jl0. An image holds them, so that `using` them costs nothing. */
const packages = (): string[] =>
  readdirSync(installed('bootstrap/lib/stdlib'))
    .filter((name) => name.endsWith('.jl'))
    .map((name) => name.slice(0, -3))
    .sort();

/** Boots from the sources, as an image is made: everything the heap needs lies in the heap. */
function bootForImage(progress: (what: string) => void): void {
  keepBuffersInside(true);
  bootFromSource(progress);
  connect();
  for (const name of packages()) {
    progress(name);
    try {
      call(fromBase('require'), [MainModule, symbol(name)]);
    } catch (error) {
      // Whoever says `using` loads it again and is told what is wrong.
      if (!(error instanceof JuliaException)) throw error;
    }
  }
  progress('calls of small programs');
  call(fromBase('__init__'), []);
  try {
    evaluateFile(MainModule, installed('bootstrap/lib/warmup.jl'));
  } catch (error) {
    // Whatever fails there fails in programs too, and is reported there; here it only makes starts slower.
    if (!(error instanceof JuliaException)) throw error;
    progress('(they failed)');
  }
  call(fromBase('forget_process'), []);
  // What the program above left behind may have finalizers; once they have run it can be saved.
  collectNow();
  saveKnownCalls();
  keepBuffersInside(false);
}

/** What a new process must tell the library: where it is, and how packages are found. */
function connect(): void {
  setLibraryFolder(installed('bootstrap/lib/base'));
  setRefAt(fromBase('library_directory'), 0, string(installed('bootstrap/lib')));
  setRequire((into, name) => call(fromBase('require'), [into, symbol(name)]) as typeof into);
}

/**
 * Makes the image of an installation.
 *
 * @throws Error of the file system
 */
export function buildImage(file: string, identity: Uint8Array, progress?: (what: string) => void): void {
  bootForImage(progress ?? (() => {}));
  saveSnapshot(file, identity);
}

function bootAndSave(file: string, identity: Uint8Array, notes: string[]): void {
  bootForImage(() => {});
  try {
    saveSnapshot(file, identity);
    dropOldImages(file);
  } catch (error) {
    notes.push(`the system image cannot be saved, so every start is slow: ${messageOf(error)}`);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/**
 * Starts the system and runs the library's own initialization. At most once in a process.
 *
 * @param programFile what PROGRAM_FILE shall be
 * @param args what ARGS shall hold
 */
export function start(programFile: string, args: readonly string[]): Start {
  const notes: string[] = [];
  const from = process.env['JL0_IMAGE'] === 'none' ? startFromSources() : startFromImage(notes);
  connect();
  call(fromBase('__init__'), []);
  setExercise(() => {
    rehearse(() => call(globalValue(fromBase('Exercise') as ModuleRef, symbol('run')), []));
  });
  setCommandLine(programFile, args);
  return { from, notes };
}

/** What the environment variable JL0_IMAGE=none asks for: as if there were no images. */
function startFromSources(): Start['from'] {
  bootFromSource();
  return 'sources';
}

function startFromImage(notes: string[]): Start['from'] {
  const { file, identity, onDemand } = imagePlace();
  try {
    loadSnapshot(file, identity);
    reconnect();
    return 'image';
  } catch (error) {
    if (error instanceof SnapshotRefused) notes.push(`the system image ${file} is not used: ${error.message}`);
    else if (!isMissing(error)) notes.push(`the system image ${file} cannot be read: ${messageOf(error)}`);
    else if (!onDemand) notes.push(`there is no system image ${file}; starting from the library's sources is slow`);
    if (onDemand) {
      if (!isMissing(error)) rmSync(file, { force: true });
      bootAndSave(file, identity, notes);
    } else {
      bootFromSource();
    }
    return 'sources';
  }
}

function setCommandLine(programFile: string, args: readonly string[]): void {
  const list = fromBase('ARGS') as ArrayRef;
  const push = fromBase('push!');
  for (const argument of args) call(push, [list, string(argument)]);
  writeRef(getBinding(BaseModule, symbol('PROGRAM_FILE')), Binding.value, string(programFile));
}
