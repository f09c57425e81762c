// Builds a shared library from C source for a test, where there is a C compiler.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether gcc is there; a note is printed when it is not. */
export const hasCompiler: boolean = spawnSync('gcc', ['--version']).status === 0;
if (!hasCompiler) console.log('skipped: tests of the C border that need gcc');

/** Compiles `source`; gives the library's file and a function that removes it. */
export function buildLibrary(source: string): { file: string; folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'jl0-ffi-'));
  const file = join(folder, 'libprobe.so');
  writeFileSync(join(folder, 'probe.c'), source);
  execFileSync('gcc', ['-O1', '-w', '-shared', '-fPIC', join(folder, 'probe.c'), '-o', file]);
  return { file, folder, remove: () => rmSync(folder, { recursive: true }) };
}
