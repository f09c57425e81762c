// `npm test`: set-up, then every test, then one line with the sum.
//
// Arguments are passed on to vitest: `npm test -- test/syntax` runs a part. Format, lint and types are tests too
// (test/project), so the sum covers everything that is checked.
//
// The last line on standard output is always `N passed, N failed`. A test file that could not be loaded, a run that
// crashed and a run that took too long count as one failure each: a sum without failures means that all went well.

import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nodePath, root, setUp } from './setup/index.mjs';
import { say } from './setup/report.mjs';
import { countResults } from './test-results.mjs';

const minutesAllowed = 45;

/** What the tests find in their environment. */
const settings = {
  // The bundle is current when they run; without this, tests of the command line run from the sources.
  JL0_TEST_BUNDLE: '1',
  ...(process.stdout.isTTY ? {} : { NO_COLOR: '1', FORCE_COLOR: undefined }),
};

/** Runs vitest and gives its exit status; the results go to `resultFile`. */
function runVitest(resultFile, args) {
  return new Promise((resolve) => {
    const child = spawn(
      nodePath(),
      [
        join(root, 'node_modules/vitest/vitest.mjs'),
        'run',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${resultFile}`,
        ...args,
      ],
      { cwd: root, stdio: 'inherit', env: { ...process.env, ...settings } },
    );
    const timer = setTimeout(() => {
      say(`the tests took longer than ${minutesAllowed} minutes and were stopped`);
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), 5000).unref();
    }, minutesAllowed * 60_000);
    child.on('error', () => resolve(1));
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve(status ?? 1);
    });
  });
}

/** Sets up, runs the tests, and gives the sum. */
async function test(args) {
  if (!(await setUp())) return { passed: 0, failed: 1 };
  const folder = join(root, '.jl0');
  const resultFile = join(folder, 'test-results.json');
  mkdirSync(folder, { recursive: true });
  rmSync(resultFile, { force: true });
  const status = await runVitest(resultFile, args);
  return countResults(resultFile, status, say);
}

const { passed, failed } = await test(process.argv.slice(2));
process.exitCode = failed === 0 ? 0 : 1;
say(`${passed} passed, ${failed} failed`);
