// The sum of a test run.
//
// Enters: vitest's JSON report and exit status. Leaves: how many tests passed and failed, and a sentence for each failure
// that is not a test's. A file that could not be loaded has no tests to count, a crash leaves no report, an error outside
// of any test leaves only a status: each of them is one failure, so that no failures means that all went well.

import { readFileSync } from 'node:fs';

/**
 * Adds up a test run.
 *
 * @param file the JSON report
 * @param status the exit status of vitest
 * @param say what to call with each sentence
 */
export function countResults(file, status, say) {
  let passed = 0;
  let failed = 0;
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    passed = report.numPassedTests;
    failed = report.numFailedTests;
    for (const { name, status, assertionResults } of report.testResults) {
      if (status !== 'failed' || assertionResults.some((test) => test.status === 'failed')) continue;
      say(`could not be run: ${name}`);
      failed += 1;
    }
  } catch {
    say('the test run left no result');
    return { passed: 0, failed: 1 };
  }
  if (status !== 0 && failed === 0) {
    say(`the test run ended with status ${status}`);
    failed = 1;
  }
  return { passed, failed };
}
