// Where the oracle corpora are: what the reference Julia answers on inputs written for this project.
//
// They are not part of the repository. A test that needs them asks here, and is skipped where they are not:
//
//   describe.skipIf(oracle === undefined)('syntax corpus', ...)

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The repository's root. */
export const root = dirname(import.meta.dirname);

function locate(): string | undefined {
  const folder = process.env['JL0_ORACLE'] ?? resolve(root, '../shared/oracle');
  if (existsSync(join(folder, 'README.md'))) return folder;
  console.log(`skipped: no oracle corpora at ${folder} (set JL0_ORACLE to their folder)`);
  return undefined;
}

/** The folder of the corpora, or undefined if this machine has none. Taken from JL0_ORACLE, else ../shared/oracle. */
export const oracle: string | undefined = locate();

/** The files of one corpus (`syntax`, `programs/strings`, ...) whose name ends in `ending`, sorted, as full paths. */
export function oracleFiles(corpus: string, ending: string): string[] {
  if (oracle === undefined) return [];
  const folder = join(oracle, corpus);
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name));
}

/** The rows of a JSON-lines file. The caller names the shape it expects; the corpora's README.md defines it. */
export function readRows<Row>(path: string): Row[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}
