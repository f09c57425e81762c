// A running system: the embedded library booted, ready to evaluate.
//
// Enters: nothing, or the file of a snapshot. Leaves: functions that run files and text the way the commands need them,
// with uncaught errors reported as Julia reports them.

import { BaseModule, CoreModule, MainModule } from '../interpreter/memory/wellknown.ts';
import { setLibraryFolder } from '../interpreter/runtime/capi/evaluation.ts';
import { bootCore } from '../interpreter/runtime/core.ts';
import { evaluateFile, evaluateText } from '../interpreter/runtime/frontend.ts';
import { defineName, initializeModule, useModule } from '../interpreter/runtime/modules.ts';
import { symbol } from '../interpreter/runtime/symbols.ts';
import { afterBoot } from '../interpreter/types/index.ts';
import { prepareOutOfMemory } from '../interpreter/vm/incidents.ts';
import { installed } from './root.ts';

/** Builds the embedded library from its sources in an empty heap. */
export function bootFromSource(progress: (what: string) => void = () => {}): void {
  progress('Core');
  bootCore();
  evaluateFile(CoreModule, installed('bootstrap/lib/core/boot.jl'));
  afterBoot();
  prepareOutOfMemory();
  progress('Base');
  setLibraryFolder(installed('bootstrap/lib/base'));
  initializeModule(BaseModule, symbol('Base'), MainModule);
  defineName(BaseModule, 'Base', BaseModule);
  defineName(MainModule, 'Base', BaseModule);
  useModule(BaseModule, CoreModule);
  evaluateText(BaseModule, 'include(m::Module, path) = ccall(:jl_load_library_file, Any, (Any, Any), m, path)', 'boot');
  evaluateFile(BaseModule, installed('bootstrap/lib/base/base.jl'));
  useModule(MainModule, CoreModule);
  useModule(MainModule, BaseModule);
}
