// Packed JSON: the same value back, equal parts as one object, and nothing but an ObjectError for other texts.

import { describe, expect, it } from 'vitest';
import { ObjectError } from '../../codegen/object/error.ts';
import { packJson, unpackJson } from '../../codegen/object/packed-json.ts';
import type { Json } from '../../codegen/object/recipe.ts';

const type = (name: string): Json => ({ type: [['Main', 'Geometry'], name, name] });

describe('packed JSON', () => {
  it('gives back what was packed', () => {
    const values: Json[] = [
      null,
      true,
      0,
      -1.5,
      '',
      'a text that is long enough to be a part',
      [],
      {},
      [[], {}, [0, 0], [0, 0]],
      { tuple: [type('Point'), type('Point'), { of: type('Point'), bits: [7, 7, 'Geometry', 'Geometry'] }] },
      { variable: 0, '#': 'no number' },
    ];
    for (const value of values) expect(unpackJson(packJson(value))).toEqual(value);
  });

  it('writes a repeated part once, and makes one object of it', () => {
    const many = Array.from({ length: 50 }, () => ({ tuple: [type('Point'), type('Circle')] }));
    const text = packJson(many);
    expect(text.length).toBeLessThan(600);
    const [first, ...others] = unpackJson(text) as readonly Json[];
    for (const other of others) expect(other).toBe(first);
  });

  it('is the same text for the same value', () => {
    const value = (): Json => ({ a: [type('Point'), type('Point')], b: [type('Circle'), type('Point')] });
    expect(packJson(value())).toBe(packJson(value()));
  });

  it('refuses what is no packed JSON, and parts that refer to themselves or to later ones', () => {
    for (const text of ['', '[]', '{"parts":1,"value":1}', '{"parts":[]}', '{"parts":[0],"value":0}'])
      expect(() => unpackJson(text)).toThrow(ObjectError);
    expect(() => unpackJson('{"parts":[[1],["x"]],"value":0}')).toThrow('the metadata cannot be read');
    expect(() => unpackJson('{"parts":["x"],"value":-1}')).toThrow(ObjectError);
  });

  it('refuses a small text that stands for more than fits into memory', () => {
    const parts = Array.from({ length: 64 }, (_, i) => (i === 0 ? ['x'] : [i - 1, i - 1]));
    expect(() => unpackJson(JSON.stringify({ parts, value: 63 }))).toThrow(ObjectError);
  });
});
