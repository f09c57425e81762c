// Tables of known differences: the cases in which jl0 answers otherwise than the reference, each with the reason.
//
// test/conformance/<area>-differences.json maps the name of a case to why it differs. The tables are kept current both
// ways: a case that fails without being listed is a failure, and so is a listed case that passes.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The known differences of an area, by the name of the case. */
export function knownDifferences(area: string): ReadonlyMap<string, string> {
  const path = join(import.meta.dirname, `${area}-differences.json`);
  if (!existsSync(path)) return new Map();
  const table: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (typeof table !== 'object' || table === null) throw new Error(`${path} is no table`);
  const entries = Object.entries(table);
  for (const [name, reason] of entries) {
    if (typeof reason !== 'string' || reason.length < 20) throw new Error(`${path}: ${name} has no reason`);
  }
  return new Map(entries);
}

/**
 * Compares the cases that fail with the table of an area.
 *
 * @param failing names of the cases that fail
 * @param undecided names of cases that could not be judged, for want of time: they count as neither
 * @returns a line for each case that the table is wrong about; empty if all is well
 */
export function compareWithTable(area: string, failing: Iterable<string>, undecided: Iterable<string> = []): string[] {
  const known = knownDifferences(area);
  const failed = new Set(failing);
  const open = new Set(undecided);
  const unlisted = [...failed].filter((name) => !known.has(name) && !open.has(name));
  const cured = [...known.keys()].filter((name) => !failed.has(name) && !open.has(name));
  return [
    ...unlisted.map((name) => `${area}: ${name} differs and is not in the table`),
    ...cured.map((name) => `${area}: ${name} is in the table and does not differ any more`),
  ];
}
