// `jl0 lower`: lowered code of files and of JSON lines.

import { describe, expect, it } from 'vitest';
import { jl0 } from './jl0.ts';

describe('files', () => {
  it('prints a listing for each statement', () => {
    const { status, stdout, stderr } = jl0(['lower', '-'], { input: 'f(x)\n' });
    expect(stderr).toBe('');
    expect(stdout).toBe(
      [
        'thunk',
        '  codeinfo nargs=0',
        '    %1 = (globalref Main f)',
        '    %2 = (globalref Main x)',
        '    %3 = (call %1 %2)',
        '    %4 = (return %3)\n',
      ].join('\n'),
    );
    expect(status).toBe(0);
  });

  it('says what lowering does not accept, after what came before', () => {
    const { status, stdout, stderr } = jl0(['lower', '-'], { input: 'x\n1 = 2\ny\n' });
    expect(stdout).toBe('expr x\n');
    expect(stderr).toMatch(/^stdin: error invalid assignment location "1"/);
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
    expect(answers[2].ir).toContain('setglobal!');
    expect(answers[3].error).toBe('request');
  });
});
