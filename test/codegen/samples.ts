// Programs of operations that tests share, each with what it computes.

import type { Program } from '../../codegen/emit/operations.ts';
import type { EmittedRecord } from '../../codegen/object/metadata.ts';
import { cDouble } from '../../ffi/ctype.ts';
import { define } from './native.ts';

/** sum of i*i for i from 0 to n - 1; fib(n); cos(x) of libm plus 0.1. */
export function defineSamples(program: Program): EmittedRecord[] {
  const squares = define(program, 'julia:squares(Int64)', ['i64'], ['i64'], (b, n) => {
    const loop = b.block('loop', ['i64', 'i64']);
    const body = b.block('body');
    const done = b.block('done');
    b.jump(loop, b.integer('i64', 0), b.integer('i64', 0));
    b.at(loop);
    const [i, sum] = loop.parameters;
    b.branch(b.compare('slt', i, n), body, done);
    b.at(body);
    b.jump(loop, b.binary('add', i, b.integer('i64', 1)), b.binary('add', sum, b.binary('mul', i, i)));
    b.at(done);
    b.return(sum);
  });
  const fib = define(program, 'julia:fib(Int64)', ['i64'], ['i64'], (b, n) => {
    const small = b.block('small');
    const large = b.block('large');
    b.branch(b.compare('slt', n, b.integer('i64', 2)), small, large);
    b.at(small);
    b.return(n);
    b.at(large);
    const [one] = b.callLocal('julia:fib(Int64)', [b.binary('sub', n, b.integer('i64', 1))]);
    const [two] = b.callLocal('julia:fib(Int64)', [b.binary('sub', n, b.integer('i64', 2))]);
    b.return(b.binary('add', one, two));
  });
  program.declare('libm.so.6:cos', 'function', { kind: 'c', library: 'libm.so.6', name: 'cos' }, 'none');
  const cosine = define(program, 'julia:cosine(Float64)', ['f64'], ['f64'], (b, x) => {
    const cos = b.callC('libm.so.6:cos', { result: cDouble, args: [cDouble] }, [x]);
    if (cos === undefined) throw new Error('cos has a result');
    b.return(b.binary('fadd', cos, b.float('f64', 0.1)));
  });
  return [squares, fib, cosine];
}
