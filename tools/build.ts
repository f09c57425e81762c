// The bundle: all of jl0's TypeScript as a few JavaScript files in dist/.
//
// Sources run under Node 24 as they are; the bundle is there because starting from it is several times faster: a few
// files instead of hundreds to find, read and strip of types. Every dynamic import becomes a file of its own, so a
// command loads only what it uses. koffi and llvm-bindings have native parts and stay where they are.
//
// Enters: bootstrap/cli/launch.ts, start.ts. Leaves: dist/jl0.cjs and the files it loads. What an earlier build left over
// goes last, so that a jl0 that runs at this moment keeps its files almost to the end.

import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build, type InputOptions, type OutputOptions, type Plugin } from 'rolldown';
import { bundleIdentity, IDENTITY_FILE, IMAGE_FILE } from '../bootstrap/image/snapshot-store.ts';
import {
  datatype,
  typename,
  type WellKnownTypeName,
  wellKnownTypeNames,
  wrapper,
} from '../interpreter/memory/wellknown.ts';
import { withDirectNames } from './direct-names.ts';

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
  resolveId(path, _importer, { kind }) {
    if (!path.startsWith('node:')) return null;
    if (kind === 'dynamic-import') return { id: path, external: true };
    return `\0${kind === 'require-call' ? 'required' : 'imported'}:${path.slice(5)}`;
  },
  load(id) {
    const [, way, path] = /^\0(required|imported):(.*)$/.exec(id) ?? [];
    if (path === undefined) return null;
    const whole = path === 'process' ? 'process' : `process.getBuiltinModule(${JSON.stringify(path)})`;
    const late = path === 'child_process';
    if (way === 'required') {
      if (!late) return `module.exports = ${whole};`;
      const functions = ['execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync'];
      return `module.exports = { ${functions.map((name) => `get ${name}() { return ${whole}.${name}; }`).join(', ')} };`;
    }
    const exported = importedNames(path).map((name) =>
      late
        ? `export const ${name} = (...args) => ${whole}.${name}(...args);`
        : `export const ${name} = builtin.${name};`,
    );
    return [late ? '' : `const builtin = ${whole}; export default builtin;`, ...exported].join('\n');
  },
};

/** koffi's own JavaScript is bundled for the same reason; its native part is found from where koffi is installed. */
const koffiLoader: Plugin = {
  name: 'koffi',
  load(id) {
    if (!/koffi\/src\/koffi\/src\/static\.js$/.test(id)) return null;
    return `import { createRequire } from 'node:module';
      export const loadStatic = (platform) =>
        createRequire(createRequire(import.meta.url).resolve('koffi'))('@koromix/koffi-' + platform);`;
  },
};

/**
 * The types of Core have fixed places, so what asks for one by name is a number known now. The sources keep the names; the
 * bundle has the numbers, in the midst of the paths that have to be quick.
 */
const wellKnown: Plugin = {
  name: 'well-known',
  transform: {
    filter: { id: /\/interpreter\/.*\.ts$/ },
    handler(code) {
      const lookups: Readonly<Record<string, (name: WellKnownTypeName) => number>> = { datatype, typename, wrapper };
      const isName = (name: string): name is WellKnownTypeName =>
        (wellKnownTypeNames as readonly string[]).includes(name);
      // One line stays one line, so places in the sources stay what they are.
      const known = code.replace(/(?<![.\w])(datatype|typename|wrapper)\('(\w+)'\)/g, (call, kind, name) =>
        isName(name) ? String(lookups[kind](name)) : call,
      );
      return { code: known, map: null };
    },
  },
};

/** See direct-names.ts. */
const directNames: Plugin = {
  name: 'direct-names',
  generateBundle(_options, bundle) {
    const chunks = new Map(
      Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file]] : [])),
    );
    const codes = new Map([...chunks].map(([name, { code }]) => [name, code]));
    for (const [name, code] of withDirectNames(codes)) {
      const chunk = chunks.get(name);
      if (chunk !== undefined) chunk.code = code;
    }
  },
};

/** A file with these modules and all that they need, but for what files of higher priority have. */
const group = (name: string, priority: number, modules: readonly string[]) => ({
  name,
  priority,
  test: (id: string) => modules.includes(id.startsWith('\0') ? id.slice(1) : relative(root, id)),
});

const common = { cwd: root, platform: 'node', external: ['llvm-bindings'] } satisfies InputOptions;
const output = {
  dir: folder,
  format: 'cjs',
  sourcemap: true,
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name]-[hash].cjs',
  // A string of one byte a character is half as long for V8.
  charset: 'ascii',
  // Every start reads them. Names stay: internal errors show where they come from.
  minify: { compress: true, mangle: false, codegen: true },
} satisfies OutputOptions;

const launcher = await build({
  ...common,
  input: { jl0: join(root, 'bootstrap/cli/launch.ts') },
  plugins: [builtins],
  output,
});
const program = await build({
  ...common,
  // The second is loaded by name, in the middle of a call.
  input: { start: join(root, 'bootstrap/cli/start.ts'), answers: join(root, 'bootstrap/inference/answers.ts') },
  plugins: [builtins, koffiLoader, wellKnown, directNames],
  output: {
    ...output,
    // Finding a file costs a start as much as reading it: what every program needs is a few files, each with all that
    // the files before it lack.
    codeSplitting: {
      groups: [
        group('root', 5, ['bootstrap/root.ts', 'imported:module']),
        group('region', 4, ['ffi/address.ts', 'ffi/region.ts']),
        group('main', 3, ['bootstrap/cli/main.ts']),
        group('syntax', 2, ['interpreter/syntax/index.ts']),
        group('julia', 1, ['bootstrap/session.ts', 'bootstrap/program.ts', 'bootstrap/cli/session.ts']),
      ],
    },
  },
});
const files = [...launcher.output, ...program.output];
const written = new Set(files.flatMap((file) => [file.fileName, `${file.fileName}.map`]));
const scripts = [...written].filter((name) => name.endsWith('.cjs')).map((name) => join(folder, name));

// The system image: the library, booted by the bundle itself, so that starting it later is mapping a file.
writeFileSync(join(folder, IDENTITY_FILE), `${bundleIdentity(scripts).toString('hex')}\n`);
execFileSync(join(root, 'bin/jl0'), ['image'], { stdio: 'inherit' });

// What V8 makes of the files is kept by the first process that loads them, with the functions that it called. That shall be
// one that does what programs do, not the making of an image or an object.
const jl0 = (args: readonly string[], stdio: 'inherit' | 'ignore'): boolean =>
  spawnSync(join(root, 'bin/jl0'), args, { stdio }).status === 0;
const warmUp = join(root, 'tools/warm-up.jl');
const object = join(folder, 'warm-up.o');
const hasObject = jl0(['compile', warmUp, '-o', object], 'ignore');
rmSync(join(root, '.jl0/code-cache'), { recursive: true, force: true });
if (!jl0(['run', ...(hasObject ? ['--native', object] : []), warmUp], 'inherit')) process.exit(1);

const kept = new Set([...written, IDENTITY_FILE, IMAGE_FILE]);
for (const name of readdirSync(folder)) {
  if (!kept.has(name)) rmSync(join(folder, name), { recursive: true, force: true });
}
