// The bundle: all of jl0's TypeScript as a few JavaScript files in dist/.
//
// Sources run under Node 24 as they are; the bundle is there because starting from it is several times faster: a few
// files instead of hundreds to find, read and strip of types. Every dynamic import becomes a file of its own, so a
// command loads only what it uses. koffi and llvm-bindings have native parts and stay where they are.
//
// Enters: bootstrap/cli/start.ts. Leaves: dist/jl0.js and the files it loads. What an earlier build left over goes
// last, so that a jl0 that runs at this moment keeps its files almost to the end.

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { bundleIdentity, IDENTITY_FILE, IMAGE_FILE } from '../bootstrap/image/snapshot-store.ts';

const root = dirname(import.meta.dirname);
const folder = join(root, 'dist');

/** The names that the sources import from one of Node's modules. */
function importedNames(module: string): string[] {
  const names = new Set<string>();
  const pattern = new RegExp(`^import (?:\\w+, )?\\{([^}]*)\\} from 'node:${module}'`, 'gm');
  for (const room of ['bootstrap', 'codegen', 'interpreter', 'ffi']) {
    for (const file of readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue;
      for (const [, list] of readFileSync(join(root, room, file), 'utf8').matchAll(pattern)) {
        for (const item of list.split(',')) {
          const name = item.trim().split(' as ')[0];
          if (name !== '' && !name.startsWith('type ')) names.add(name);
        }
      }
    }
  }
  return [...names];
}

/**
 * Node's own modules without their ESM side. To be importable a module's exports are all read once, and those of `fs`,
 * `util` and `process` include getters that load streams, promises, workers and more: half of what Node takes to start.
 * `getBuiltinModule` gives the module alone. `child_process`, which pulls in the network, waits until a function is wanted.
 */
const builtins: Plugin = {
  name: 'builtins',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path, kind }) => {
      if (kind === 'dynamic-import') return { path, external: true };
      return { path: path.slice(5), namespace: kind === 'require-call' ? 'builtin-required' : 'builtin-imported' };
    });
    const whole = (path: string): string =>
      path === 'process' ? 'process' : `process.getBuiltinModule(${JSON.stringify(path)})`;
    build.onLoad({ filter: /.*/, namespace: 'builtin-required' }, ({ path }) => {
      if (path !== 'child_process') return { contents: `module.exports = ${whole(path)};` };
      const functions = ['execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync'];
      const getters = functions.map((name) => `get ${name}() { return ${whole(path)}.${name}; }`);
      return { contents: `module.exports = { ${getters.join(', ')} };` };
    });
    build.onLoad({ filter: /.*/, namespace: 'builtin-imported' }, ({ path }) => {
      const names = importedNames(path);
      const late = path === 'child_process';
      const exported = names.map((name) =>
        late
          ? `export const ${name} = (...args) => ${whole(path)}.${name}(...args);`
          : `export const ${name} = builtin.${name};`,
      );
      const head = late ? '' : `const builtin = ${whole(path)}; export default builtin;`;
      return { contents: [head, ...exported].join('\n') };
    });
  },
};

/** koffi's own JavaScript is bundled for the same reason; its native part is found from where koffi is installed. */
const koffiLoader: Plugin = {
  name: 'koffi',
  setup(build) {
    build.onLoad({ filter: /koffi\/src\/koffi\/src\/static\.js$/ }, () => ({
      contents: `import { createRequire } from 'node:module';
        export const loadStatic = (platform) =>
          createRequire(createRequire(import.meta.url).resolve('koffi'))('@koromix/koffi-' + platform);`,
    }));
  },
};

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
  external: ['llvm-bindings'],
  sourcemap: true,
  sourcesContent: false,
  // Every start reads them. Names stay: internal errors show where they come from.
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
  plugins: [builtins, koffiLoader],
  // CommonJS packages inside an ES module ask for `require`.
  banner: {
    js: "const require = (id) => process.getBuiltinModule('module').createRequire(import.meta.url)(id);",
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
