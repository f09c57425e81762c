// The last line of `npm test`: what counts as passed and as failed.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { root } from '../oracle.ts';

const folder = mkdtempSync(join(tmpdir(), 'jl0-results-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Adds up a report the way `npm test` does. */
function count(report: object | string, status: number): { passed: number; failed: number } {
  const file = join(folder, 'report.json');
  writeFileSync(file, typeof report === 'string' ? report : JSON.stringify(report));
  const program = `
    const { countResults } = await import(${JSON.stringify(join(root, 'tools/test-results.mjs'))});
    console.log(JSON.stringify(countResults(${JSON.stringify(file)}, ${status}, () => {})));`;
  const result = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  return JSON.parse(result.stdout) as { passed: number; failed: number };
}

const good = { name: 'a', status: 'passed', assertionResults: [{ status: 'passed' }] };
const bad = { name: 'b', status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'passed' }] };
const broken = { name: 'c', status: 'failed', assertionResults: [] };

it('adds up the tests', () => {
  expect(count({ numPassedTests: 1, numFailedTests: 0, testResults: [good] }, 0)).toEqual({ passed: 1, failed: 0 });
  expect(count({ numPassedTests: 2, numFailedTests: 1, testResults: [good, bad] }, 1)).toEqual({
    passed: 2,
    failed: 1,
  });
});

it('counts a file that could not be loaded as a failure', () => {
  expect(count({ numPassedTests: 1, numFailedTests: 0, testResults: [good, broken] }, 1)).toEqual({
    passed: 1,
    failed: 1,
  });
});

it('counts a run that left no report, or ended badly without a failing test, as a failure', () => {
  expect(count('', 1)).toEqual({ passed: 0, failed: 1 });
  expect(count({ numPassedTests: 1, numFailedTests: 0, testResults: [good] }, 1)).toEqual({ passed: 1, failed: 1 });
});
