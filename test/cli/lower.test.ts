// `jl0 lower`: lowered code of files and of JSON lines.

import { describe, expect, it } from 'vitest';
import { jl0 } from './jl0.ts';

describe('files', () => {
  it('prints a listing for each statement', () => {
    const { status, stdout, stderr } = jl0(['lower', '-'], { input: 'print(π)\n' });
    // the program's own output is not among the listings
    expect(stderr).toBe('π');
    expect(stdout).toBe(
      [
        'thunk',
        '  codeinfo nargs=0',
        '    %1 = (globalref Main print)',
        '    %2 = (globalref Main |π|)',
        '    %3 = (call %1 %2)',
        '    %4 = (return %3)\n',
      ].join('\n'),
    );
    expect(status).toBe(0);
  });

  it('says what lowering does not accept, after what came before', () => {
    const { status, stdout, stderr } = jl0(['lower', '-'], { input: 'pi\n1 = 2\nx\n' });
    expect(stdout).toBe('expr pi\nexpr x\n');
    expect(stderr).toBe(
      'stdin:2: error invalid assignment location "1" around stdin:2\nstdin:3: error UndefVarError: `x` not defined in `Main`\n',
    );
    expect(status).toBe(1);
  });

  it('says where a file does not parse', () => {
    const { status, stdout, stderr } = jl0(['lower', '-'], { input: 'x = (\n' });
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^stdin:\d+:\d+: error: /);
    expect(status).toBe(1);
  });
});

describe('JSON lines', () => {
  it('answers every line in order', () => {
    const requests = [
      { src: 'f(x)' },
      { src: '1 = 2' },
      { src: 'for i in y; x = i; end', mode: 'soft', setup: ['x = 1'] },
      { src: 'a = 1; b', mode: 'none' },
    ];
    const { status, stdout } = jl0(['lower', '--jsonl'], {
      input: requests.map((row) => JSON.stringify(row)).join('\n'),
    });
    expect(status).toBe(0);
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line): Record<string, string> => JSON.parse(line));
    expect(answers).toHaveLength(4);
    expect(answers[0].ir).toMatch(/^thunk\n {2}codeinfo nargs=0\n {4}%1 = \(globalref M f\)/);
    expect(answers[1].error).toMatch(/^invalid assignment location "1"/);
    // as in the reference, whose lowering does not see globals younger than the request
    expect(answers[2].ir).not.toContain('setglobal!');
    expect(answers[3].error).toBe('request');
  });

  it('expands macros, those of the library and those of the setup', () => {
    const rows = [
      { src: '@m x', setup: ['macro m(x) :($(esc(x)) + 1) end'] },
      { src: '@assert x' },
      { src: '@nowhere x' },
      { src: '@m', setup: ['macro m() error("no") end'] },
    ];
    const [own, library, unknown, failing] = answersTo(rows);
    expect(own.ir).toContain('(globalref M x)');
    expect(library.ir).toContain('AssertionError');
    expect(unknown).toEqual({ error: 'UndefVarError: `@nowhere` not defined in `M`', thrown: 'UndefVarError' });
    expect(failing).toEqual({ error: 'no', thrown: 'ErrorException' });
  });

  it('answers the next line when a macro never ends, exits, or prints', () => {
    const rows = [
      { src: '@m', setup: ['macro m() while true end end'] },
      { src: '@m', setup: ['macro m() exit(3) end'] },
      { src: '@m', setup: ['macro m() println("{}"); :x end'] },
      { src: '@m', setup: ['macro m() m() end; m() = 1 + m()'] },
    ];
    const [endless, ending, printing, deep] = answersTo(rows, ['--timeout', '3']);
    expect(endless).toEqual({ error: 'timeout', message: 'no answer after 3 seconds' });
    expect(ending.error).toBe('internal');
    expect(printing.ir).toContain('(globalref M x)');
    expect(deep.thrown).toBe('StackOverflowError');
  });
});

function answersTo(rows: readonly object[], options: readonly string[] = []): Record<string, string>[] {
  const { status, stdout } = jl0(['lower', '--jsonl', ...options], {
    input: rows.map((row) => JSON.stringify(row)).join('\n'),
  });
  expect(status).toBe(0);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line): Record<string, string> => JSON.parse(line));
}
