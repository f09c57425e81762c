// The bundle in dist/: built when a source file is newer than it.

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './process.mjs';
import { say, since } from './report.mjs';

const sources = ['ffi', 'interpreter', 'codegen', 'bootstrap', 'tools'];

function changedAt(path) {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return -Infinity;
  }
}

function isCurrent(root) {
  const built = changedAt(join(root, 'dist/jl0.js'));
  const files = ['package.json', 'node_modules/.package-lock.json'];
  for (const folder of sources) {
    if (!existsSync(join(root, folder))) continue;
    for (const name of readdirSync(join(root, folder), { recursive: true })) {
      if (/\.(ts|jl)$/.test(name)) files.push(join(folder, name));
    }
  }
  return files.every((file) => changedAt(join(root, file)) < built);
}

/**
 * Builds dist/ if it is not current.
 *
 * @param node the Node to build with: 24 or newer
 * @throws ProgramError if a source file cannot be bundled
 */
export async function setUpBundle(root, node) {
  if (isCurrent(root)) return;
  const start = performance.now();
  await run(node, [join(root, 'tools/build.ts')], { cwd: root });
  say(`dist/: built in ${since(start)}`);
}
