// The bundle in dist/, where it has been built: what its speed hangs on and no other test sees.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../oracle.ts';

const folder = join(root, 'dist');
const file = existsSync(folder) ? readdirSync(folder).find((name) => /^region-.*\.cjs$/.test(name)) : undefined;

it.skipIf(file === undefined)('has the region where V8 finds it without a hash table', () => {
  const script = `console.log(%HasFastProperties(require(${JSON.stringify(join(folder, file ?? ''))})))`;
  const shown = execFileSync(process.execPath, ['--allow-natives-syntax', '-e', script], { encoding: 'utf8' });
  expect(shown).toBe('true\n');
});
