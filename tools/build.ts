// The bundle: all of jl0's TypeScript as a few JavaScript files in dist/.
//
// Sources run under Node 24 as they are; the bundle is there because starting from it is several times faster: a few
// files instead of hundreds to find, read and strip of types. Every dynamic import becomes a file of its own, so a
// command loads only what it uses. koffi and llvm-bindings have native parts and stay where they are.
//
// Enters: bootstrap/cli/main.ts. Leaves: dist/, replaced as a whole.

import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

const root = dirname(import.meta.dirname);
const folder = join(root, 'dist');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
await build({
  entryPoints: { jl0: join(root, 'bootstrap/cli/start.ts'), main: join(root, 'bootstrap/cli/main.ts') },
  outdir: folder,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  external: ['koffi', 'llvm-bindings', './main.js'],
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
  // A CommonJS package inside an ES module bundle asks for `require`.
  banner: {
    js: "import { createRequire as createRequireOfBundle } from 'node:module';\nconst require = createRequireOfBundle(import.meta.url);",
  },
});
