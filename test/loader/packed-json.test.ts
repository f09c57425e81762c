// Packed JSON: the same value back, equal parts as one object, and nothing but an ObjectError for other texts.

import { describe, expect, it } from 'vitest';
import { ObjectError } from '../../codegen/object/error.ts';
import { PackedJson, packJson, unpackJson } from '../../codegen/object/packed-json.ts';
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
    const bytes = packJson(many);
    expect(bytes.length).toBeLessThan(600);
    const [first, ...others] = unpackJson(bytes) as readonly Json[];
    for (const other of others) expect(other).toBe(first);
  });

  it('is the same bytes for the same value', () => {
    const value = (): Json => ({ a: [type('Point'), type('Point')], b: [type('Circle'), type('Point')] });
    expect(packJson(value())).toEqual(packJson(value()));
  });

  it('keeps texts that are not ASCII, whatever they are', () => {
    const value = ['die Übergröße der Brüche', 'x̂ ∈ ℝ³ 🎲🎲🎲', '\ud800 alone'];
    expect(unpackJson(packJson(value))).toEqual(value);
  });

  it('is read part by part, and each part is one object however it was reached', () => {
    const methods = [{ of: type('Point') }, { of: type('Circle'), with: type('Point') }];
    const packed = new PackedJson(packJson({ methods }, { apart: methods }));
    const { methods: list } = packed.root as { methods: readonly Json[] };
    expect(packed.open(list[0])).not.toEqual(methods[0]);
    const second = packed.whole(list[1]) as { with: Json };
    expect(second).toEqual(methods[1]);
    expect((packed.whole(list[0]) as { of: Json }).of).toBe(second.with);
  });

  it('gives the place of a part that has one to who asks for places, and the part to who does not', () => {
    const point = type('Point');
    const bytes = packJson([point, type('Circle')], { places: new Map([[point, 4711]]) });
    expect(unpackJson(bytes)).toEqual([point, type('Circle')]);
    const packed = new PackedJson(bytes);
    packed.usePlaces();
    expect(packed.whole(packed.root)).toEqual([{ place: 4711 }, type('Circle')]);
  });

  /** Packed JSON with these parts, whatever they say. */
  const bytesOf = (parts: readonly string[], count = parts.length) => {
    let end = 0;
    const ends = parts.map((part) => (end += part.length));
    const index = Uint32Array.from([count, ...ends, ...parts.map(() => 0)]);
    return Buffer.concat([Buffer.from(index.buffer), Buffer.from(parts.join(''))]);
  };

  it('refuses what is no packed JSON, and parts that refer to themselves or to later ones', () => {
    for (const bytes of [new Uint8Array(), bytesOf([]), bytesOf(['x']), bytesOf(['[1'])])
      expect(() => unpackJson(bytes)).toThrow(ObjectError);
    expect(unpackJson(bytesOf(['["x"]', '[0,0]']))).toEqual([['x'], ['x']]);
    for (const parts of [['[0]'], ['0'], ['[1]', '["x"]', '[0]'], ['"x"', '-1'], ['"x"', '0.5'], ['"x"', '7']])
      expect(() => unpackJson(bytesOf(parts))).toThrow('the metadata cannot be read');
    expect(() => unpackJson(bytesOf(['["x"]'], 1_000_000_000))).toThrow(ObjectError);
  });

  it('refuses a small text that stands for more than fits into memory, or lies too deep', () => {
    const wide = Array.from({ length: 64 }, (_, i) => (i === 0 ? '["x"]' : `[${i - 1},${i - 1}]`));
    expect(() => unpackJson(bytesOf(wide))).toThrow(ObjectError);
    const deep = Array.from({ length: 100_000 }, (_, i) => (i === 0 ? '"x"' : `${i - 1}`));
    expect(() => unpackJson(bytesOf(deep))).toThrow(ObjectError);
  });
});
