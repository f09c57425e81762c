// The command line's own manners: help, version, wrong use, exit codes.

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasLLVM } from '../codegen/native.ts';
import { root } from '../oracle.ts';
import { jl0 } from './jl0.ts';

describe('help and version', () => {
  it('prints the version and the Julia it follows', () => {
    const { status, stdout } = jl0(['--version']);
    expect(stdout).toMatch(/^jl0 \d+\.\d+\.\d+ \(Julia 1\.12\)\n$/);
    expect(status).toBe(0);
  });

  it('prints help with examples on standard output', () => {
    const { status, stdout, stderr } = jl0(['--help']);
    expect(status).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toContain('Usage: jl0');
    expect(stdout).toContain('Examples:');
    for (const command of ['run', '-e', 'parse', 'lower', 'ir', 'compile', 'inspect', 'trace', 'doctor', 'demo']) {
      expect(stdout).toContain(command);
    }
  });

  it.each(['run', 'parse', 'lower', 'ir', 'compile', 'inspect', 'trace'])(
    'prints help with examples for %s',
    (command) => {
      const { status, stdout } = jl0([command, '--help']);
      expect(status).toBe(0);
      expect(stdout).toContain(`Usage: jl0 ${command}`);
      expect(stdout).toContain('Examples:');
    },
  );
});

describe('wrong use ends with 2 and says what is wrong', () => {
  it('without arguments', () => {
    const { status, stdout, stderr } = jl0([]);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('Usage: jl0');
  });

  it('with an unknown command', () => {
    const { status, stderr } = jl0(['pares']);
    expect(status).toBe(2);
    expect(stderr).toContain("unknown command 'pares'");
    expect(stderr).toContain('parse');
  });

  it('with an unknown option', () => {
    const { status, stderr } = jl0(['doctor', '--nonsense']);
    expect(status).toBe(2);
    expect(stderr).toContain("unknown option '--nonsense'");
  });

  it('with a file that is not there', () => {
    const { status, stderr } = jl0(['run', 'no-such-file.jl']);
    expect(status).toBe(2);
    expect(stderr).toBe('jl0: cannot read no-such-file.jl: no such file\n');
  });

  it('with a folder for a file', () => {
    const { status, stderr } = jl0(['parse', 'test']);
    expect(status).toBe(2);
    expect(stderr).toBe('jl0: cannot read test: it is a folder\n');
  });

  it('with a kind of output that does not exist', () => {
    const { status, stderr } = jl0(['compile', '--emit', 'exe', '-o', 'x', 'x.jl']);
    expect(status).toBe(2);
    expect(stderr).toContain('obj, asm, ll, bc');
  });

  it('with a place for the output that cannot be written, before the program runs', () => {
    const file = join(root, 'examples/sieve.jl');
    const { status, stdout, stderr } = jl0(['compile', file, '-o', '/no-such-folder/sieve.o']);
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: '',
      stderr: 'jl0: cannot write /no-such-folder/sieve.o: no such folder\n',
    });
    expect(jl0(['compile', file, '-o', root]).stderr).toBe(`jl0: cannot write ${root}: it is a folder\n`);
  });
});

describe('compile -o -', () => {
  it.skipIf(!hasLLVM)('gives the output alone on standard output', () => {
    const { status, stdout, stderr } = jl0(['compile', '-', '-o', '-', '--emit', 'll'], { input: 'println(6 * 7)' });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^; ModuleID = 'stdin'\n/);
    expect(stderr).toMatch(/^42\n/);
  });
});

describe('doctor', () => {
  it('names what is there, and what to do about what is missing', () => {
    const { status, stdout } = jl0(['doctor', '--json']);
    const findings = JSON.parse(stdout) as { name: string; present: boolean; required: boolean; remedy: string }[];
    const names = findings.map((finding) => finding.name);
    for (const name of [
      'Node',
      'koffi',
      'memory',
      'image',
      'LLVM',
      'llvm-bindings',
      'libgmp',
      'libmpfr',
      'libpcre2-8',
      'libuv',
    ]) {
      expect(names).toContain(name);
    }
    for (const finding of findings) expect(finding.remedy).not.toBe('');
    const usable = findings.every((finding) => finding.present || !finding.required);
    expect(status).toBe(usable ? 0 : 3);
  });

  it('says it in words', () => {
    const { stdout } = jl0(['doctor']);
    expect(stdout).toMatch(/^ok +Node +24\./m);
    expect(stdout).toMatch(/Nothing is missing|What to do:/);
  });

  it('lists the C API with the types of its functions', () => {
    const { status, stdout } = jl0(['doctor', '--api', '--json']);
    expect(status).toBe(0);
    const functions = JSON.parse(stdout) as { name: string; signature: string }[];
    const names = functions.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)].sort());
    for (const name of ['jl_new_task', 'jl_exit_on_sigint', 'jl_inferred_type']) expect(names).toContain(name);
    for (const { name, signature } of functions) expect(`${name}: ${signature}`).toMatch(/^\w+: .+ ?\(.*\)$/);
    expect(jl0(['doctor', '--api']).stdout.trimEnd().split('\n')).toHaveLength(names.length);
  });
});
