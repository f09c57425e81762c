// The tour in README.md and the examples of docs/jlir.md: every command shown there prints what is shown.
//
// A command is an indented line that starts with `$`; the indented lines after it, up to an empty or unindented line,
// are its output, standard output and standard error together. `...` stands for any text, over lines.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { root } from '../oracle.ts';

const folder = mkdtempSync(join(tmpdir(), 'jl0-readme-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
symlinkSync(join(root, 'bin/jl0'), join(folder, 'jl0'));

interface Shown {
  readonly command: string;
  readonly output: string;
}

/** The commands of a document with the output shown for them. */
function shownCommands(text: string): Shown[] {
  const blocks = text.matchAll(/^ {4}\$ (.*)\n((?: {4}.*\n)*)/gm);
  return [...blocks].map(([, command, lines]) => ({ command, output: lines.replace(/^ {4}/gm, '').trimEnd() }));
}

/** A pattern for output in which `...` is any text. */
function patternOf(output: string): RegExp {
  const parts = output.split('...').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*')}$`);
}

const shown = ['README.md', 'docs/jlir.md'].flatMap((name) => shownCommands(readFileSync(join(root, name), 'utf8')));

it('has commands to show', () => {
  expect(shown.length).toBeGreaterThan(2);
});

it.each(shown)('$command', ({ command, output }) => {
  const result = spawnSync('sh', ['-c', `{ ${command}\n} 2>&1`], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH']}` },
  });
  const given = result.stdout.trimEnd();
  if (!patternOf(output).test(given)) expect(given).toBe(output);
});
