// The bundle's files and what they have of each other: constants, where it is constant.

import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { withDirectNames } from '../../tools/direct-names.ts';

const exported = (name: string, variable: string) =>
  `Object.defineProperty(exports,"${name}",{enumerable:!0,get:function(){return ${variable}}})`;

const files = new Map([
  [
    'words.cjs',
    `const U32=[7,8];let count=0;function next(){return++count}${exported('a', 'U32')},${exported('b', 'count')},${exported('c', 'next')};`,
  ],
  [
    'user.cjs',
    'const w=require("./words.cjs"),first=w.a[0],other=x=>w.a[x]+w.b;function use(){(0,w.c)();return [first,other(1),w.b]}exports.use=use;',
  ],
]);

/** Runs a file of the bundle as Node would. */
function load(codes: ReadonlyMap<string, string>, name: string): Record<string, () => unknown> {
  const exports = {};
  runInNewContext(codes.get(name) ?? '', { exports, require: (path: string) => load(codes, path.slice(2)) });
  return exports;
}

describe('the files of the bundle', () => {
  const direct = withDirectNames(files);

  it('have as constants what never changes, and ask for what does', () => {
    expect(direct.get('user.cjs')).toBe(
      'const w=require("./words.cjs"),{a:w_a,c:w_c}=w,first=w_a[0],other=x=>w_a[x]+w.b;' +
        'function use(){(0,w_c)();return [first,other(1),w.b]}exports.use=use;',
    );
    expect(direct.get('words.cjs')).toBe(files.get('words.cjs'));
  });

  it('do what they did', () => {
    const results = [files, direct].map((codes) => JSON.stringify(load(codes, 'user.cjs')['use']()));
    expect(results).toEqual(['[7,9,1]', '[7,9,1]']);
  });

  it('may not require each other', () => {
    const circle = new Map([
      ['a.cjs', 'const b=require("./b.cjs");'],
      ['b.cjs', 'const a=require("./a.cjs");'],
    ]);
    expect(() => withDirectNames(circle)).toThrow('files of the bundle require each other: a.cjs, b.cjs, a.cjs');
  });
});
