// The bundle: all of jl0's TypeScript as a few JavaScript files in dist/.
//
// Sources run under Node 24 as they are; the bundle is there because starting from it is several times faster: a few
// files instead of hundreds to find, read and strip of types. Every dynamic import becomes a file of its own, so a
// command loads only what it uses. koffi and llvm-bindings have native parts and stay where they are.
//
// Enters: bootstrap/cli/start.ts. Leaves: dist/jl0.js and the files it loads. What an earlier build left over goes
// last, so that a jl0 that runs at this moment keeps its files almost to the end.

import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { bundleIdentity, IDENTITY_FILE, IMAGE_FILE } from '../bootstrap/image/snapshot-store.ts';

const root = dirname(import.meta.dirname);
const folder = join(root, 'dist');

const result = await build({
  // The second is loaded by name, in the middle of a call.
  entryPoints: { jl0: join(root, 'bootstrap/cli/start.ts'), answers: join(root, 'bootstrap/inference/answers.ts') },
  absWorkingDir: root,
  outdir: folder,
  bundle: true,
  splitting: true,
  metafile: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  external: ['koffi', 'llvm-bindings'],
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
  // CommonJS packages inside an ES module ask for `require`.
  banner: {
    js: "import { createRequire as bundleRequire } from 'node:module';\nconst require = bundleRequire(import.meta.url);",
  },
});
const written = new Set(Object.keys(result.metafile.outputs).map((path) => basename(path)));
const scripts = [...written].filter((name) => name.endsWith('.js')).map((name) => join(folder, name));

// The system image: the library, booted by the bundle itself, so that starting it later is mapping a file.
writeFileSync(join(folder, IDENTITY_FILE), `${bundleIdentity(scripts).toString('hex')}\n`);
execFileSync(process.execPath, [join(folder, 'jl0.js'), 'image'], { stdio: 'inherit' });

const kept = new Set([...written, IDENTITY_FILE, IMAGE_FILE]);
for (const name of readdirSync(folder)) {
  if (!kept.has(name)) rmSync(join(folder, name), { recursive: true, force: true });
}
