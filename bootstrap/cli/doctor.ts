// `jl0 doctor`: what is there, what is missing, and what to do about it.
//
// Each check tries the thing itself: it opens the library and finds a symbol in it, loads the package, reserves the
// memory. A check never throws; what went wrong is its answer.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { installed } from '../root.ts';
import { showApi } from './api.ts';
import { ExitCode } from './exit.ts';

/** The answer to one check. */
interface Finding {
  readonly name: string;
  readonly present: boolean;
  /** Whether jl0 cannot work at all without it. */
  readonly required: boolean;
  /** Version or place if present, else why it is not. */
  readonly detail: string;
  /** What it is for. */
  readonly purpose: string;
  /** What to do if it is missing. */
  readonly remedy: string;
}

type Check = Omit<Finding, 'present' | 'detail'> & { readonly look: () => Promise<string> };

const require = createRequire(import.meta.url);

/** Opens a library through the border to C and looks for a symbol; gives the file it was loaded from. */
async function libraryWith(name: string, symbol: string): Promise<string> {
  const { openLibrary, symbolIn } = await import('../../ffi/libraries.ts');
  const library = openLibrary(name);
  symbolIn(library, symbol);
  return library.file === '' ? 'in this process' : library.file;
}

/** The version of an npm package that is installed. */
function packageVersion(name: string): string {
  let file: string;
  try {
    file = join(dirname(require.resolve(name)), 'package.json');
  } catch {
    throw new Error('the npm package is not installed');
  }
  return String((JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version);
}

/** A checkout has the tools that set it up; what npm installs has not. */
const isCheckout = existsSync(installed('tools/start.mjs'));
const install = (name: string): string => `as root: apt-get install ${name}`;

const checks: readonly Check[] = [
  {
    name: 'Node',
    required: true,
    purpose: 'running jl0',
    remedy: 'install Node 24 or newer; in a checkout, npm start brings it',
    look: async () => {
      if (Number(process.versions.node.split('.')[0]) < 24) throw new Error(`version ${process.versions.node}`);
      return `${process.versions.node} at ${process.execPath}`;
    },
  },
  {
    name: 'platform',
    required: true,
    purpose: 'the tables of calling convention and system constants',
    remedy: 'run jl0 on Linux, x86-64',
    look: async () => {
      const platform = `${process.platform} ${process.arch}`;
      if (platform !== 'linux x64') throw new Error(platform);
      return platform;
    },
  },
  {
    name: 'koffi',
    required: true,
    purpose: 'calling C',
    remedy: 'npm ci --ignore-scripts',
    look: async () => {
      const { thisProcess } = await import('../../ffi/koffi.ts');
      if (thisProcess.func('strlen', 'size_t', ['str'])('jl0') !== 3) throw new Error('a call of strlen went wrong');
      return packageVersion('koffi');
    },
  },
  {
    name: 'memory',
    required: true,
    purpose: 'the heap, 4 GiB of address space (not of memory)',
    remedy: 'lift the limit on address space (ulimit -v unlimited)',
    look: async () => {
      const { REGION_BASE, REGION_BYTES } = await import('../../ffi/region.ts');
      return `${REGION_BYTES / 2 ** 30} GiB reserved at 0x${REGION_BASE.toString(16)}`;
    },
  },
  {
    name: 'library',
    required: true,
    purpose: 'Core and Base, in Julia',
    remedy: 'reinstall jl0: bootstrap/lib is missing',
    look: async () => {
      const folder = installed('bootstrap/lib');
      if (!existsSync(folder)) throw new Error(`no folder ${folder}`);
      const files = readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.jl'));
      if (files.length === 0) throw new Error(`no Julia files in ${folder}`);
      return `${files.length} files in ${folder}`;
    },
  },
  {
    name: 'bundle',
    required: false,
    purpose: 'a quick start',
    remedy: 'npm run build',
    look: async () => {
      if (!existsSync(installed('dist/jl0.cjs'))) throw new Error('dist/ has not been built; running from the sources');
      return installed('dist/jl0.cjs');
    },
  },
  {
    name: 'image',
    required: false,
    purpose: 'a quick start: the library as it was when it had been booted',
    remedy: isCheckout ? 'npm run build' : 'reinstall jl0',
    look: async () => {
      const { imagePlace } = await import('../image/snapshot-store.ts');
      const { verifySnapshot } = await import('../../interpreter/memory/snapshot.ts');
      const { file, onDemand } = imagePlace();
      if (onDemand && !existsSync(file)) return 'the next start makes one';
      // What a start does not do, because it would take as long as the image is large: the data itself is checked.
      return `${file}, ${(verifySnapshot(file) / 2 ** 20).toFixed(1)} MiB, sound`;
    },
  },
  {
    name: 'LLVM',
    required: false,
    purpose: 'compiling to native objects',
    remedy: install('llvm-14-dev'),
    look: () => libraryWith('libLLVM-14.so.1', 'LLVMParseBitcodeInContext2'),
  },
  {
    name: 'llvm-bindings',
    required: false,
    purpose: 'compiling to native objects',
    remedy: `${install('llvm-14-dev g++')}; then ${isCheckout ? 'npm start builds it' : 'npm install llvm-bindings'}`,
    look: async () => {
      const version = packageVersion('llvm-bindings');
      // In a process of its own: what goes wrong while a native module is loaded may end the process.
      const program = 'process.stdout.write(require(process.argv[1]).config.LLVM_VERSION_STRING)';
      try {
        const llvm = execFileSync(process.execPath, ['-e', program, 'llvm-bindings'], {
          cwd: installed('.'),
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        return `${version}, built against LLVM ${llvm}`;
      } catch {
        throw new Error(`${version} is installed but cannot be loaded: not built, or built against another LLVM`);
      }
    },
  },
  {
    name: 'libgmp',
    required: false,
    purpose: 'BigInt',
    remedy: install('libgmp10'),
    look: () => libraryWith('libgmp.so.10', '__gmpz_init'),
  },
  {
    name: 'libmpfr',
    required: false,
    purpose: 'BigFloat',
    remedy: install('libmpfr6'),
    look: () => libraryWith('libmpfr.so.6', 'mpfr_init2'),
  },
  {
    name: 'libpcre2-8',
    required: false,
    purpose: 'regular expressions',
    remedy: install('libpcre2-8-0'),
    look: () => libraryWith('libpcre2-8.so.0', 'pcre2_compile_8'),
  },
  {
    name: 'libuv',
    required: false,
    purpose: 'files, processes and timers',
    remedy: 'use a Node that exports the functions of libuv, as those from nodejs.org do',
    look: () => libraryWith('', 'uv_version_string'),
  },
];

async function answer(check: Check): Promise<Finding> {
  const { look, ...rest } = check;
  try {
    return { ...rest, present: true, detail: await look() };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ...rest, present: false, detail: message.split('\n')[0] ?? '' };
  }
}

function show(findings: readonly Finding[]): void {
  const width = Math.max(...findings.map((finding) => finding.name.length));
  for (const finding of findings) {
    const sign = finding.present ? 'ok     ' : 'missing';
    console.log(`${sign}  ${finding.name.padEnd(width)}  ${finding.detail}`);
  }
  const missing = findings.filter((finding) => !finding.present);
  if (missing.length === 0) {
    console.log('\nNothing is missing. (No C compiler is needed to run, compile or load Julia code.)');
    return;
  }
  console.log('\nWhat to do:');
  for (const finding of missing) {
    const weight = finding.required ? 'required' : 'optional';
    console.log(`  ${finding.name} (${weight}, for ${finding.purpose}): ${finding.remedy}`);
  }
  if (missing.every((finding) => !finding.required)) console.log('\njl0 works; only what is named above does not.');
}

/** Adds the command to the program. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .summary('what is installed, what is missing, what to do')
    .description(
      'Says what jl0 uses, whether it is there, and what to do if it is not. The exit code is 3 if something is missing ' +
        'without which jl0 cannot work.',
    )
    .option('--json', 'as JSON')
    .option('--api', 'list the functions of the C API (jl_*) that jl0 has, with their types in C')
    .action(async (options: { json?: boolean; api?: boolean }) => {
      if (options.api) return showApi(options.json === true);
      const findings: Finding[] = [];
      for (const check of checks) findings.push(await answer(check));
      if (options.json) console.log(JSON.stringify(findings, null, 2));
      else show(findings);
      const unusable = findings.some((finding) => finding.required && !finding.present);
      process.exitCode = unusable ? ExitCode.unavailable : ExitCode.ok;
    });
}
