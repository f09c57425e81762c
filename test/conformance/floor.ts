// Recorded pass counts: how much of each corpus passes, which only goes up.
//
// A corpus test counts what passes per file and hands the counts over. They are printed, and compared with those that
// test/conformance/<area>.json records. Fewer in any file is a failure, so nothing that worked gets lost unseen. More is
// said, and recorded by running the test with JL0_RECORD=1, which raises counts and never lowers any.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How many cases of a file pass, of how many. */
export interface Count {
  passed: number;
  total: number;
}

/**
 * Prints the counts of an area and compares them with the recorded ones.
 *
 * @param area names the record, test/conformance/<area>.json
 * @param counts by file, without folder
 * @returns a line for each file in which less passes than recorded; empty if all is well
 */
export function compareWithRecord(area: string, counts: ReadonlyMap<string, Count>): string[] {
  const path = join(import.meta.dirname, `${area}.json`);
  const record: Record<string, number> = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  const lost: string[] = [];
  let passed = 0;
  let total = 0;
  const files = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [file, count] of files) {
    const recorded = record[file] ?? 0;
    const change = count.passed === recorded ? '' : ` (recorded: ${recorded})`;
    console.log(`${area} ${file}: ${count.passed} of ${count.total}${change}`);
    if (count.passed < recorded) lost.push(`${file}: ${count.passed} of ${count.total}, ${recorded} were recorded`);
    passed += count.passed;
    total += count.total;
  }
  console.log(`${area}: ${passed} of ${total}`);
  if (process.env['JL0_RECORD'] === '1') {
    const raised = files.map(([file, count]) => [file, Math.max(count.passed, record[file] ?? 0)]);
    writeFileSync(path, `${JSON.stringify(Object.fromEntries(raised), null, 2)}\n`);
  }
  return lost;
}
