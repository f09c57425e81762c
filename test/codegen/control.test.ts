// Memory, control, calls of C and exceptions, compiled and run in this process.

import { afterAll, describe, expect, it } from 'vitest';
import { resolveC } from '../../bootstrap/loader/symbols.ts';
import { FunctionBuilder, target } from '../../codegen/emit/builder.ts';
import { defineEntry } from '../../codegen/emit/entry.ts';
import { Program } from '../../codegen/emit/operations.ts';
import {
  OFFSET_HANDLER,
  OFFSET_PENDING,
  OFFSET_ROOTS,
  ROOTS_COUNT,
  ROOTS_FIRST,
} from '../../codegen/emit/thread-state.ts';
import { compileProgram } from '../../codegen/llvm/compile.ts';
import { calloc, malloc, offsetBy, readU8, readU64, toAddress, writeU8, writeU64 } from '../../ffi/address.ts';
import {
  type CType,
  cDouble,
  cFloat,
  cInt8,
  cInt16,
  cInt32,
  cInt64,
  cPointer,
  cUInt8,
  cVoid,
  structOf,
} from '../../ffi/ctype.ts';
import { koffi } from '../../ffi/koffi.ts';
import { buildLibrary, hasCompiler } from '../ffi/c-library.ts';
import { bitsOfDouble, build, define, doubleOfBits, enter, hasLLVM, record, resolver, threadState } from './native.ts';

const signed = (bits: bigint) => BigInt.asIntN(64, bits);

describe.skipIf(!hasLLVM)('memory', () => {
  it('is read and written in every size, at any offset and alignment', () => {
    const memory = malloc(64);
    const object = build((program) => [
      define(program, 'swap', ['ptr', 'i64'], ['i64'], (b, at, index) => {
        const place = b.element(at, index, 3, 1);
        const byte = b.load('i8', place, -1);
        const word = b.load('i32', place, 1, { align: 1 });
        b.store(word, place, 10, { align: 2, volatile: true });
        b.store(b.convert('sext', byte, 'i64'), place, 20, { align: 1 });
        b.return(b.convert('zext', word, 'i64'));
      }),
    ]);
    for (let i = 0; i < 64; i++) writeU8(offsetBy(memory, i), 0x80 + i);
    expect(enter(object, 'swap', BigInt(memory), 2n).result).toBe(0x8b8a_8988n);
    expect(readU64(offsetBy(memory, 17)) & 0xffff_ffffn).toBe(0x8b8a_8988n);
    expect(signed(readU64(offsetBy(memory, 27)))).toBe(0x86n - 256n);
  });

  it('is copied and filled, overlapping or not', () => {
    const memory = calloc(64);
    const object = build((program) => [
      define(program, 'move', ['ptr', 'i64'], [], (b, at, length) => {
        b.fill(at, b.integer('i8', 7), length);
        b.store(b.integer('i8', 9), at);
        b.copy(b.offset(at, 1), at, length, 1, true);
        b.copy(b.offset(at, 32), at, length);
        b.return();
      }),
    ]);
    enter(object, 'move', BigInt(memory), 5n);
    const bytes = (from: number) => Array.from({ length: 7 }, (_, i) => readU8(offsetBy(memory, from + i)));
    expect(bytes(0)).toEqual([9, 9, 7, 7, 7, 7, 0]);
    expect(bytes(32)).toEqual([9, 9, 7, 7, 7, 0, 0]);
  });

  it('is updated atomically', () => {
    const memory = calloc(16);
    const object = build((program) => [
      define(program, 'update', ['ptr', 'i64'], ['i64'], (b, at, value) => {
        const old = b.update('add', at, value, 'sequential');
        b.fence('acquire-release');
        const exchanged = b.update('exchange', b.offset(at, 8), b.bitcast(value, 'ref'), 'acquire-release');
        b.return(b.binary('add', old, b.bitcast(exchanged, 'i64')));
      }),
      define(program, 'exchange', ['ptr', 'i64', 'i64'], ['i64'], (b, at, expected, value) => {
        const { result, success } = b.compareExchange(at, expected, value, 'sequential');
        const loaded = b.load('i64', at, 0, { order: 'acquire' });
        b.store(b.binary('add', loaded, b.integer('i64', 1)), at, 0, { order: 'release' });
        b.return(b.select(success, b.integer('i64', -1), result));
      }),
    ]);
    writeU64(memory, 40n);
    writeU64(offsetBy(memory, 8), 1000n);
    expect(enter(object, 'update', BigInt(memory), 2n).result).toBe(1040n);
    expect([readU64(memory), readU64(offsetBy(memory, 8))]).toEqual([42n, 2n]);
    expect(enter(object, 'exchange', BigInt(memory), 41n, 5n).result).toBe(42n);
    expect(signed(enter(object, 'exchange', BigInt(memory), 43n, 5n).result)).toBe(-1n);
    expect(readU64(memory)).toBe(6n);
  });

  it('of different kinds is known not to overlap, so a loop reads its bound once', () => {
    const program = (kinds: boolean) => {
      const made = new Program('kinds');
      define(made, 'clear', ['ptr', 'ptr'], [], (b, header, data) => {
        const loop = b.block('loop', ['i64']);
        const body = b.block('body');
        const done = b.block('done');
        b.jump(loop, b.integer('i64', 0));
        b.at(loop);
        const [i] = loop.parameters;
        b.branch(b.compare('slt', i, b.load('i64', header, 0, kinds ? { kind: 'length' } : {})), body, done);
        b.at(body);
        b.store(i, b.element(data, i, 8), 0, kinds ? { kind: 'element' } : {});
        b.jump(loop, b.binary('add', i, b.integer('i64', 1)));
        b.at(done);
        b.return();
      });
      return made;
    };
    const listing = (kinds: boolean) => {
      return Buffer.from(compileProgram(program(kinds), { output: 'll' }).bytes).toString();
    };
    expect(listing(true)).toMatch(/<2 x i64>/);
    expect(listing(false)).not.toMatch(/<2 x i64>/);
  });

  it('travels with the code, holes filled with addresses', () => {
    const object = build((program) => {
      const bytes = new Uint8Array(32).fill(3);
      const holes = [
        { offset: 8, symbol: 'f' },
        { offset: 24, symbol: 'table' },
      ];
      program.defineData({ name: 'table', bytes, align: 16, writable: true, exported: true, holes });
      return [
        define(program, 'f', [], ['i64'], (b) => {
          const table = b.symbol('table');
          b.store(b.integer('i8', 5), table, 7);
          b.return(b.load('i64', table, 0));
        }),
        define(program, 'call', ['i64'], ['i64'], (b) => {
          const f = b.load('ptr', b.symbol('table'), 8);
          const result = b.callC(f, { result: cInt64, args: [] }, []);
          if (result === undefined) throw new Error('f has a result');
          b.return(result);
        }),
      ];
    });
    const table = object.symbols.get('table');
    if (table === undefined) throw new Error('the data is not exported');
    expect(enter(object, 'call', 0n).result).toBe(0x0503_0303_0303_0303n);
    expect(readU64(offsetBy(table, 8))).toBe(BigInt(object.symbols.get('f') ?? 0));
    expect(readU64(offsetBy(table, 24))).toBe(BigInt(table));
    expect(Number(table) % 16).toBe(0);
  });
});

describe.skipIf(!hasLLVM)('control', () => {
  it('goes by switch, with block parameters', () => {
    const object = build((program) => [
      define(program, 'pick', ['i64'], ['i64'], (b, x) => {
        const done = b.block('done', ['i64']);
        const cases = [1n, 2n, 0x8000_0000n].map((bits) => ({
          bits,
          target: target(done, [b.integer('i64', bits * 10n)]),
        }));
        b.switch(x, cases.slice(0, 1), b.block('other'));
        const other = b.definition.blocks.at(-1);
        if (other === undefined) throw new Error('no block');
        b.at(other);
        const two = b.block('two');
        b.switch(x, [{ bits: 2n, target: two }], target(done, [b.integer('i64', -1)]));
        b.at(two);
        b.jump(done, b.integer('i64', 22));
        b.at(done);
        b.return(done.parameters[0]);
      }),
    ]);
    expect([1n, 2n, 3n].map((x) => signed(enter(object, 'pick', x).result))).toEqual([10n, 22n, -1n]);
  });

  it('gives several results of a function in registers', () => {
    const object = build((program) => {
      const inner = new FunctionBuilder(program, 'both', ['i64', 'f64'], ['i64', 'f64', 'i8'], { inline: 'never' });
      const [i, x] = inner.parameters;
      inner.return(inner.binary('add', i, inner.integer('i64', 1)), inner.unary('fneg', x), inner.integer('i8', 3));
      return [
        define(program, 'sum', ['i64', 'f64'], ['f64'], (b, n, y) => {
          const [one, two, three] = b.callLocal('both', [n, y]);
          const sum = b.binary('add', one, b.convert('zext', three, 'i64'));
          b.return(b.binary('fadd', b.convert('sitofp', sum, 'f64'), two));
        }),
      ];
    });
    expect(doubleOfBits(enter(object, 'sum', 10n, bitsOfDouble(0.5)).result)).toBe(13.5);
  });

  it('selects, and knows addresses of its own frame', () => {
    const object = build((program) => [
      define(program, 'frame', ['i64'], ['i64'], (b, x) => {
        const slot = b.slot(16, 16);
        b.store(x, slot, 8);
        const near = b.binary('sub', b.bitcast(b.stackAddress(), 'i64'), b.bitcast(slot, 'i64'));
        const within = b.compare('ult', b.binary('add', near, b.integer('i64', 4096)), b.integer('i64', 8192));
        b.return(b.select(within, b.load('i64', slot, 8), b.integer('i64', 0)));
      }),
    ]);
    expect(enter(object, 'frame', 77n).result).toBe(77n);
  });
});

describe.skipIf(!hasLLVM)('exceptions', () => {
  const exception = 0x1000_0000_1230n;

  it('that nothing catches end in the generic entry, as status 1', () => {
    const object = build((program) => [
      define(program, 'check', ['ref', 'i64'], ['i64'], (b, error, x) => {
        const bad = b.block('bad');
        const good = b.block('good');
        b.branch(b.compare('slt', x, b.integer('i64', 0)), bad, good, false);
        b.at(bad);
        b.throw(error);
        b.at(good);
        b.return(x);
      }),
    ]);
    expect(enter(object, 'check', exception, 5n)).toMatchObject({ status: 0, result: 5n });
    expect(enter(object, 'check', exception, -5n)).toMatchObject({ status: 1, exception });
    expect(readU64(offsetBy(threadState, OFFSET_HANDLER))).toBe(0n);
  });

  it('are caught by the innermost try, with slots as the body left them', () => {
    const object = build((program) => {
      const thrower = new FunctionBuilder(program, 'thrower', ['ref'], [], { inline: 'never' });
      thrower.throw(thrower.parameters[0]);
      return [
        define(program, 'nested', ['ref', 'i64'], ['i64'], (b, error, x) => {
          const variable = b.slot(8, 8);
          const [outer, inner] = [b.handlerSlot(), b.handlerSlot()];
          const kept = b.binary('mul', x, b.integer('i64', 1000));
          b.store(b.integer('i64', 1), variable, 0, { volatile: true });
          const [outerBody, outerCaught, innerBody, innerCaught] = ['a', 'b', 'c', 'd'].map((each) => b.block(each));
          b.enterTry(outer, outerBody, outerCaught);
          b.at(outerBody);
          b.enterTry(inner, innerBody, innerCaught);
          b.at(innerBody);
          b.store(b.integer('i64', 2), variable, 0, { volatile: true });
          b.callLocal('thrower', [error]);
          b.leaveTry(inner);
          b.unreachable();
          b.at(innerCaught);
          const seen = b.compare('eq', b.caughtException(), error);
          const next = b.binary('add', b.load('i64', variable, 0, { volatile: true }), b.convert('zext', seen, 'i64'));
          b.store(next, variable, 0, { volatile: true });
          b.throw(undefined);
          b.at(outerCaught);
          b.return(b.binary('add', kept, b.load('i64', variable, 0, { volatile: true })));
        }),
        define(program, 'passed', ['i64'], ['i64'], (b, x) => {
          const handler = b.handlerSlot();
          const [body, caught] = [b.block('body'), b.block('caught')];
          b.enterTry(handler, body, caught);
          b.at(body);
          b.leaveTry(handler);
          b.return(x);
          b.at(caught);
          b.return(b.integer('i64', 0));
        }),
      ];
    });
    expect(enter(object, 'nested', exception, 4n)).toMatchObject({ status: 0, result: 4003n });
    expect(enter(object, 'passed', 9n)).toMatchObject({ status: 0, result: 9n });
    expect(readU64(offsetBy(threadState, OFFSET_HANDLER))).toBe(0n);
  });

  it('left by a function of the runtime are thrown when it returns', () => {
    const callback = koffi.register(
      (x: number) => {
        if (x < 0) {
          writeU64(offsetBy(threadState, 8), exception);
          writeU64(offsetBy(threadState, OFFSET_PENDING), 1n);
        }
        return x * 2;
      },
      koffi.pointer(koffi.proto('int64_t jl0_test_double(int64_t x)')),
    );
    const object = build(
      (program) => {
        program.declare('jl_double', 'function', { kind: 'runtime', name: 'jl_double' });
        return [
          define(program, 'call', ['i64'], ['i64'], (b, x) => {
            const doubled = b.callRuntime('jl_double', { result: cInt64, args: [cInt64] }, [x]);
            if (doubled === undefined) throw new Error('it has a result');
            b.return(b.binary('add', doubled, b.integer('i64', 1)));
          }),
        ];
      },
      {},
      (recipe) => (recipe.kind === 'runtime' ? toAddress(callback) : resolver(recipe)),
    );
    expect(enter(object, 'call', 20n)).toMatchObject({ status: 0, result: 41n });
    expect(enter(object, 'call', -1n)).toMatchObject({ status: 1, exception });
    expect(readU64(offsetBy(threadState, OFFSET_PENDING))).toBe(0n);
    koffi.unregister(callback);
  });

  it('pass through JavaScript in between, one handler chain after the other', () => {
    // outer -> JavaScript -> inner, which throws: its entry returns 1, JavaScript leaves it pending, outer throws it on.
    const callback = koffi.register(
      (x: number) => {
        const { status, result } = enter(object, 'inner', exception, BigInt(x));
        if (status === 1) writeU64(offsetBy(threadState, OFFSET_PENDING), 1n);
        return Number(result);
      },
      koffi.pointer(koffi.proto('int64_t jl0_test_nested(int64_t x)')),
    );
    const object = build(
      (program) => {
        program.declare('jl_nested', 'function', { kind: 'runtime', name: 'jl_nested' });
        return [
          define(program, 'inner', ['ref', 'i64'], ['i64'], (b, error, x) => {
            const [bad, good] = [b.block('bad'), b.block('good')];
            b.branch(b.compare('sgt', x, b.integer('i64', 3)), bad, good);
            b.at(bad);
            b.throw(error);
            b.at(good);
            b.return(b.binary('mul', x, x));
          }),
          define(program, 'outer', ['i64'], ['i64'], (b, x) => {
            const handler = b.handlerSlot();
            const [body, caught] = [b.block('body'), b.block('caught')];
            b.enterTry(handler, body, caught);
            b.at(body);
            const result = b.callRuntime('jl_nested', { result: cInt64, args: [cInt64] }, [x]);
            b.leaveTry(handler);
            b.return(result ?? x);
            b.at(caught);
            b.return(b.bitcast(b.caughtException(), 'i64'));
          }),
        ];
      },
      {},
      (recipe) => (recipe.kind === 'runtime' ? toAddress(callback) : resolver(recipe)),
    );
    expect(enter(object, 'outer', 3n)).toMatchObject({ status: 0, result: 9n });
    for (let round = 0; round < 100; round++) {
      expect(enter(object, 'outer', 4n)).toMatchObject({ status: 0, result: exception });
    }
    expect(readU64(offsetBy(threadState, OFFSET_HANDLER))).toBe(0n);
    koffi.unregister(callback);
  });

  it('put the chain of roots back to where the handler was entered', () => {
    const object = build((program) => {
      const deep = new FunctionBuilder(program, 'deep', ['ref'], ['i64'], { inline: 'never' });
      const [value] = deep.parameters;
      const roots = [deep.newRoot(), deep.newRoot()];
      deep.root(roots[1], value);
      const frame = deep.load('ptr', deep.threadState(), OFFSET_ROOTS);
      const first = deep.bitcast(deep.load('ref', frame, ROOTS_FIRST), 'i64');
      const second = deep.bitcast(deep.load('ref', frame, ROOTS_FIRST + 8), 'i64');
      const count = deep.load('i64', frame, ROOTS_COUNT);
      const throwing = deep.block('throwing');
      const returning = deep.block('returning');
      deep.branch(deep.compare('eq', value, deep.null('ref')), throwing, returning);
      deep.at(throwing);
      deep.throw(value);
      deep.at(returning);
      deep.return(deep.binary('add', deep.binary('add', first, second), count));
      return [
        define(program, 'call', ['ref'], ['i64'], (b, x) => {
          const [result] = b.callLocal('deep', [x]);
          b.return(result);
        }),
      ];
    });
    expect(enter(object, 'call', 0x1000_0000_0040n).result).toBe(0x1000_0000_0042n);
    expect(enter(object, 'call', 0n).status).toBe(1);
    expect(readU64(offsetBy(threadState, OFFSET_ROOTS))).toBe(0n);
  });
});

const source = `
#include <stdarg.h>
#include <stdint.h>
typedef struct { int8_t a, b, c; } Three;
typedef struct { double x; int32_t n; } Mixed;
typedef struct { float x, y, z; } Floats;
typedef struct { int64_t a, b, c; } Large;
typedef struct { int64_t a, b; } Pair;
int64_t small(int8_t a, int16_t b, uint8_t c, float d) { return a * 1000000 + b * 1000 + c + (int64_t)d; }
uint8_t truth(int64_t x) { return x > 3; }
Three three(Three s, int8_t by) { s.a += by; s.b += by; s.c += by; return s; }
Mixed mixed(Mixed s, Floats f) { s.x += f.x + f.y; s.n += f.z; return s; }
Floats floats(float x) { Floats f = { x, x * 2, x * 3 }; return f; }
Large large(Large s, int64_t by) { s.a += by; s.b += by; s.c += by; return s; }
int64_t crowded(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, Pair p, int64_t f, Large l) {
  return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * p.a + 7 * p.b + 8 * f + 9 * l.a + 10 * l.c; }
int64_t sum(int64_t n, ...) { va_list l; va_start(l, n); int64_t s = 0;
  for (int64_t i = 0; i < n; i++) s += i % 2 ? (int64_t)va_arg(l, double) : va_arg(l, int32_t); va_end(l); return s; }
`;

describe.skipIf(!hasLLVM || !hasCompiler)('calls of C', () => {
  const library = hasCompiler ? buildLibrary(source) : undefined;
  afterAll(() => library?.remove());
  const three = structOf(cInt8, cInt8, cInt8);
  const mixed = structOf(cDouble, cInt32);
  const floats = structOf(cFloat, cFloat, cFloat);
  const large = structOf(cInt64, cInt64, cInt64);
  const pair = structOf(cInt64, cInt64);

  /** Calls a C function from native code: arguments by slot, those that are structs by the address of their bytes. */
  const call = (name: string, result: CType, args: readonly CType[], bits: readonly bigint[], fixed?: number) => {
    const place = calloc(32);
    const object = build(
      (program) => {
        program.declare(name, 'function', { kind: 'c', library: library?.file ?? '', name });
        const types = args.map((type) =>
          type.kind === 'struct' ? 'ptr' : type === cDouble ? 'f64' : type === cFloat ? 'f32' : 'i64',
        );
        return [
          define(program, 'call', ['ptr', ...types] as const, ['i64'], (b, at, ...values) => {
            const given = values.map((value, index) => {
              const type = args[index];
              return type.kind === 'int' && type.bytes < 8
                ? b.convert('trunc', value, `i${8 * type.bytes}` as 'i8')
                : value;
            });
            const signature = { result, args, ...(fixed === undefined ? {} : { fixed }) };
            const got = b.callC(name, signature, given, result.kind === 'struct' ? at : undefined);
            b.return(
              got === undefined ? b.integer('i64', 0) : got.type === 'i64' ? got : b.convert('zext', got, 'i64'),
            );
          }),
        ];
      },
      {},
      (recipe) => (recipe.kind === 'c' ? resolveC(recipe) : resolver(recipe)),
    );
    const outcome = enter(object, 'call', BigInt(place), ...bits);
    return { ...outcome, place };
  };
  const bytes = (...words: bigint[]) => {
    const at = calloc(8 * words.length);
    words.forEach((word, index) => {
      writeU64(offsetBy(at, 8 * index), BigInt.asUintN(64, word));
    });
    return BigInt(at);
  };
  const single = (value: number) => {
    const view = new DataView(new ArrayBuffer(4));
    view.setFloat32(0, value);
    return BigInt(view.getUint32(0));
  };

  it('extends small integers, passes floats', () => {
    const args = [cInt8, cInt16, cUInt8, cFloat];
    expect(signed(call('small', cInt64, args, [0xfen, 0xfff0n, 0xffn, single(3.5)]).result)).toBe(
      -2000000n - 16000n + 255n + 3n,
    );
    expect(call('truth', cUInt8, [cInt64], [4n]).result).toBe(1n);
  });

  it('passes structs by value and gets them back, as the calling convention cuts them', () => {
    const small = call('three', three, [three, cInt8], [bytes(0x030201n), 10n]);
    expect(readU64(small.place)).toBe(0x0d0c0bn);
    const both = call(
      'mixed',
      mixed,
      [mixed, floats],
      [bytes(bitsOfDouble(1.5), 7n), bytes((single(2) << 32n) | single(1), single(4))],
    );
    expect([doubleOfBits(readU64(both.place)), readU64(offsetBy(both.place, 8))]).toEqual([4.5, 11n]);
    const made = call('floats', floats, [cFloat], [single(1.5)]);
    expect(readU64(made.place)).toBe((single(3) << 32n) | single(1.5));
    expect(readU64(offsetBy(made.place, 8))).toBe(single(4.5));
    const inMemory = call('large', large, [large, cInt64], [bytes(1n, 2n, 3n), 100n]);
    expect([0, 8, 16].map((at) => readU64(offsetBy(inMemory.place, at)))).toEqual([101n, 102n, 103n]);
  });

  it('passes on the stack what no register is left for', () => {
    const args = [cInt64, cInt64, cInt64, cInt64, cInt64, pair, cInt64, large];
    const bits = [1n, 2n, 3n, 4n, 5n, bytes(6n, 7n), 8n, bytes(9n, 0n, 10n)];
    expect(call('crowded', cInt64, args, bits).result).toBe(1n + 4n + 9n + 16n + 25n + 36n + 49n + 64n + 81n + 100n);
  });

  it('passes further arguments to a variadic function', () => {
    const args = [cInt64, cInt32, cDouble, cInt32];
    expect(call('sum', cInt64, args, [3n, 5n, bitsOfDouble(6), 7n], 1).result).toBe(18n);
  });

  it('calls one symbol with two signatures', () => {
    const object = build((program) => {
      program.declare('abs', 'function', { kind: 'c', library: '', name: 'abs' });
      return [
        define(program, 'f', ['i32'], ['i32'], (b, x) => {
          const once = b.callC('abs', { result: cInt32, args: [cInt32] }, [x]);
          if (once === undefined) throw new Error('abs has a result');
          b.callC('abs', { result: cVoid, args: [cPointer] }, [b.null('ptr')]);
          b.return(once);
        }),
      ];
    });
    expect(enter(object, 'f', 0xffff_fffbn).result).toBe(5n);
  });
});

describe.skipIf(!hasLLVM)('a result in memory', () => {
  it('is written by the entry to where the caller says', () => {
    const place = calloc(24);
    const program = new Program('sret');
    const inner = new FunctionBuilder(program, 'triple', ['ptr', 'i64'], [], { exported: true });
    const [at, x] = inner.parameters;
    for (const offset of [0, 8, 16]) inner.store(x, at, offset);
    inner.return();
    defineEntry(program, { entry: 'triple entry', specialised: 'triple', resultInMemory: true });
    const object = build((other) => {
      for (const [name, definition] of program.functions) other.functions.set(name, definition);
      return [{ ...record('triple', 1, true), result: 'address', resultBytes: 24 }];
    });
    const { entry } = object.methods[0];
    const enterAt = koffi.decode(BigInt(entry ?? 0), koffi.proto('int32_t jl0_test_entry(uint64_t, uint64_t)'));
    expect(enterAt(bytesOfOne(5n), place)).toBe(0);
    expect([0, 8, 16].map((offset) => readU64(offsetBy(place, offset)))).toEqual([5n, 5n, 5n]);
  });
  const bytesOfOne = (word: bigint) => {
    const at = calloc(8);
    writeU64(at, word);
    return at;
  };
});
