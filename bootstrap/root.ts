// Where jl0 is installed: the folder that holds package.json, bin/, dist/ and the embedded library.
//
// The same code runs from its sources (bootstrap/...) and from the bundle (dist/...), at different depths; going up to
// the nearest package.json is right for both.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

function locate(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json above ${import.meta.dirname}`);
  }
}

/** The folder jl0 is installed in, as an absolute path. */
export const installation: string = locate();

/** The path of a file that comes with jl0, such as `bootstrap/lib/Base.jl`. */
export function installed(path: string): string {
  return join(installation, path);
}
