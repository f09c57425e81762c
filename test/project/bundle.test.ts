// The bundle in dist/, where it has been built: what its speed hangs on and no other test sees.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../oracle.ts';

const folder = join(root, 'dist');
const file = existsSync(folder) ? readdirSync(folder).find((name) => /^julia-.*\.cjs$/.test(name)) : undefined;

it.skipIf(file === undefined)('has the words of the region as constants where its loops read them', () => {
  const code = readFileSync(join(folder, file ?? ''), 'utf8');
  expect(code).toMatch(/require_region=require\("\.\/region-[\w-]+\.cjs"\),\{/);
  expect(code).not.toMatch(/\brequire_region\./);
});
