// Where `jl0 lower` lowers: fresh modules of the running system.

import { BaseModule, MainModule } from '../../interpreter/memory/wellknown.ts';
import { evaluate, moduleSyntax, runtimeHost } from '../../interpreter/runtime/frontend.ts';
import { newModule, useModule } from '../../interpreter/runtime/modules.ts';
import { symbol } from '../../interpreter/runtime/symbols.ts';
import type { Place } from './lower-answer.ts';
import { heapText, thrownText } from './value-text.ts';

/** A new module named `name` that uses Base and Core, with a host that finds no globals for a soft scope to assign to. */
export function freshPlace(name: string): Place {
  const module = newModule(symbol(name), MainModule, true);
  useModule(module, BaseModule);
  return {
    module: moduleSyntax(module),
    // The reference lowers all of a request in the world in which it began: globals that it defines itself are not seen.
    host: { ...runtimeHost, isDefinedGlobal: () => false, warnAmbiguousSoftScope: () => {} },
    evaluate: (_lowered, statement) => {
      evaluate(module, statement, 'none');
    },
    heapText,
    thrown: thrownText,
  };
}

/** Main, where a file is lowered as it would be run. */
export function mainPlace(file: string): Place {
  return {
    module: moduleSyntax(MainModule),
    host: runtimeHost,
    evaluate: (_lowered, statement, line) => {
      evaluate(MainModule, statement, file, line);
    },
    heapText,
    thrown: thrownText,
  };
}
