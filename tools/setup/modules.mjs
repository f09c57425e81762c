// npm packages: `npm ci` when node_modules is missing or does not match the lock file.
//
// Install scripts are not run: what they would do is either not needed (koffi and Node 24 come as binaries inside their
// packages) or done by us (llvm-bindings, whose own script downloads headers that we already have). So set-up needs the
// npm registry and nothing else.
//
// npm itself records what it installed in node_modules/.package-lock.json, written last. That record is compared with
// package-lock.json; a stamp holding the hash of the lock file makes the next comparison a matter of reading one line.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './process.mjs';
import { progress, say, since } from './report.mjs';

/** True if node_modules holds what package-lock.json asks for. */
function upToDate(root, hash) {
  const stamp = join(root, 'node_modules/.jl0-lock-hash');
  const record = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return true;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '') continue;
    const found = installed[path];
    if (!found && !entry.optional && !entry.devOptional) return false;
    if (found && found.version !== entry.version) return false;
  }
  writeFileSync(stamp, hash);
  return true;
}

/**
 * Brings node_modules up to date.
 *
 * @throws ProgramError if npm fails; nothing of jl0 works then
 */
export async function setUpModules(root) {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
  if (upToDate(root, hash)) return;
  const start = performance.now();
  say('npm packages: npm ci');
  // npm must not run on the Node it is about to delete.
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .join(delimiter);
  const display = progress();
  const timer = setInterval(() => display.show(`downloading and unpacking, ${since(start)}`), 1000);
  try {
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      env: { PATH: path, NODE_ENV: '', npm_config_omit: '', npm_config_include: 'dev' },
    });
  } finally {
    clearInterval(timer);
    display.close();
  }
  writeFileSync(join(root, 'node_modules/.jl0-lock-hash'), hash);
  say(`  installed in ${since(start)}`);
}
