// Programs of operations as such: what the verifier finds, how they are shown, rewritten and put out.

import { describe, expect, it } from 'vitest';
import { FunctionBuilder } from '../../codegen/emit/builder.ts';
import { type FunctionDefinition, Program } from '../../codegen/emit/operations.ts';
import { printFunction, printProgram } from '../../codegen/emit/printer.ts';
import { copyOf, unrollRecursion } from '../../codegen/emit/recursion.ts';
import { InvalidProgram, requireValid, verifyProgram } from '../../codegen/emit/verifier.ts';
import { compileProgram } from '../../codegen/llvm/compile.ts';
import { cFloat, cInt64, cPointer, cVoid } from '../../ffi/ctype.ts';
import { build, enter, hasLLVM } from './native.ts';
import { defineSamples } from './samples.ts';

/** The complaints about a function of one i64 and its result. */
function complaintsAbout(body: (b: FunctionBuilder) => void): string[] {
  const program = new Program('bad');
  body(new FunctionBuilder(program, 'f', ['i64'], ['i64']));
  return verifyProgram(program);
}

describe('the verifier', () => {
  it('has nothing to say about a program that is right', () => {
    const program = new Program('samples');
    defineSamples(program);
    expect(verifyProgram(program)).toEqual([]);
  });

  it('names function, block and operation of what is wrong', () => {
    const [complaint] = complaintsAbout((b) => {
      const sum = b.binary('add', b.parameters[0], b.integer('i32', 1));
      b.return(sum);
    });
    expect(complaint).toBe('f, start: %2: i64 = add %0, %1: i32 where i64 is needed');
  });

  it('finds a value that is used where it may not exist', () => {
    const complaints = complaintsAbout((b) => {
      const [one, two] = [b.block('one'), b.block('two')];
      b.branch(b.compare('eq', b.parameters[0], b.parameters[0]), one, two);
      b.at(one);
      const value = b.integer('i64', 1);
      b.jump(two);
      b.at(two);
      b.return(value);
    });
    expect(complaints).toEqual(['f, two.2: return %2: %2 is used where it may not be defined yet']);
  });

  it('finds blocks that do not end, jumps that pass too little, and results of another type', () => {
    expect(complaintsAbout((b) => b.integer('i64', 1))).toEqual(['f, start: the block does not end']);
    const short = complaintsAbout((b) => b.jump(b.block('next', ['i64'])));
    expect(short[0]).toMatch(/arguments of next\.1: \(\) for \(i64\)/);
    expect(complaintsAbout((b) => b.return(b.float('f64', 1)))[0]).toMatch(/results: \(f64\) for \(i64\)/);
    const loop = complaintsAbout((b) => b.jump(b.position));
    expect(loop).toEqual(['f, start: jump start: nothing may jump to the first block']);
  });

  it('checks calls against signatures', () => {
    const program = new Program('bad');
    program.declare('g', 'function', { kind: 'c', library: '', name: 'g' });
    const b = new FunctionBuilder(program, 'f', ['i64', 'f32'], []);
    b.callC('g', { result: cVoid, args: [cPointer] }, [b.parameters[0]]);
    b.callC('g', { result: cVoid, args: [cInt64, cInt64] }, [b.parameters[0]]);
    b.callC('g', { result: cVoid, args: [cInt64, cFloat], fixed: 1 }, b.parameters);
    b.callC('h', { result: cVoid, args: [] }, []);
    b.return();
    expect(verifyProgram(program).map((complaint) => complaint.replace(/.*?\): */, ''))).toEqual([
      expect.stringContaining('argument 1 is i64'),
      expect.stringContaining('1 arguments for 2'),
      expect.stringContaining('must be a double'),
      expect.stringContaining('the symbol h is not declared as a function'),
    ]);
  });

  it('keeps a wrong program from LLVM, which would end the process', () => {
    const program = new Program('bad');
    new FunctionBuilder(program, 'f', ['i64'], ['i64']).unreachable();
    const b = new FunctionBuilder(program, 'g', ['ref'], ['i1']);
    b.return(b.compare('slt', b.parameters[0], b.parameters[0]));
    expect(() => requireValid(program)).toThrow(InvalidProgram);
    expect(() => compileProgram(program)).toThrow(/references have no order/);
  });

  it('gives a symbol that means something else another name', () => {
    const program = new Program('bad');
    const names = [1, 1, 2, 1, 2].map((value) => program.declare('x', 'data', { kind: 'value', value }));
    expect(names).toEqual(['x', 'x', 'x (2)', 'x', 'x (2)']);
  });
});

describe('a listing', () => {
  it('shows a program as text', () => {
    const program = new Program('listing');
    program.declare('value:x', 'data', { kind: 'value', value: 'x' });
    const b = new FunctionBuilder(program, 'f', ['ref', 'i64'], ['f64'], { exported: true });
    const [object, index] = b.parameters;
    b.root(b.newRoot(), b.symbol('value:x', 'ref'));
    b.return(b.load('f64', b.element(object, index, 8, 16), -8, { align: 4, kind: 'element' }));
    expect(printProgram(program)).toBe(
      `program listing
symbol value:x: data = value "x"

function f(%0: ref, %1: i64) -> f64 exported roots 1 {
start:
  %2: ref = symbol value:x
  root 0 %2
  %3: ptr = address %0 + %1 * 8 + 16
  %4: f64 = load [%3 + -8] align 4 kind element
  return %4
}
`,
    );
  });
});

describe('unrolling', () => {
  const functionOf = (program: Program, name: string): FunctionDefinition => {
    const definition = program.functions.get(name);
    if (definition === undefined) throw new Error(`no ${name}`);
    return definition;
  };

  it('puts a copy between a function and itself', () => {
    const program = new Program('samples');
    defineSamples(program);
    const fib = 'julia:fib(Int64)';
    const before = printFunction(functionOf(program, fib));
    expect(printFunction(copyOf(functionOf(program, fib)))).toBe(before);
    unrollRecursion(program);
    expect(verifyProgram(program)).toEqual([]);
    expect(printFunction(functionOf(program, fib))).toContain(`call ${fib} unrolled(`);
    expect(printFunction(functionOf(program, `${fib} unrolled`))).toContain(`call ${fib} unrolled 2(`);
    const levels = [...program.functions.keys()].filter((name) => name.startsWith(`${fib} unrolled`));
    expect(levels).toHaveLength(3);
    expect(printFunction(functionOf(program, `${fib} unrolled ${levels.length}`))).toContain(`call ${fib}(`);
  });

  it.skipIf(!hasLLVM)('changes no result', () => {
    const object = build((program) => {
      const methods = defineSamples(program);
      unrollRecursion(program);
      return methods;
    });
    for (const [n, result] of [
      [0n, 0n],
      [1n, 1n],
      [2n, 1n],
      [3n, 2n],
      [25n, 75025n],
    ]) {
      expect(enter(object, 'julia:fib(Int64)', n).result).toBe(result);
    }
  });
});

describe.skipIf(!hasLLVM)('output', () => {
  const program = new Program('output');
  defineSamples(program);
  const text = (output: 'll' | 'asm', optimise: 0 | 2 = 2) =>
    Buffer.from(compileProgram(program, { output, optimise }).bytes).toString();

  it('is LLVM IR, bitcode or assembly on request', () => {
    expect(text('ll')).toMatch(/define i64 @"julia:fib\(Int64\)"\(i64 %0\)/);
    expect(text('asm')).toMatch(/"julia:fib\(Int64\)":/);
    expect(Buffer.from(compileProgram(program, { output: 'bc' }).bytes.subarray(0, 2)).toString()).toBe('BC');
  });

  it('holds nothing of the machine it was made on', () => {
    expect(text('ll')).toMatch(/ModuleID = 'output'/);
    expect(text('ll')).not.toMatch(/\/tmp|jl0-/);
    expect(text('ll')).not.toMatch(/placeholder/);
  });

  it('carries what the operations promise', () => {
    const facts = new Map([[0, { nonnull: true, noalias: true, readonly: true, dereferenceable: 24 }]]);
    const promising = new Program('promises');
    promising.declare('pure', 'function', { kind: 'c', library: '', name: 'pure' }, 'none');
    const b = new FunctionBuilder(promising, 'f', ['ptr', 'i64'], ['i64'], { exported: true, inline: 'never', facts });
    const [at, x] = b.parameters;
    const rare = b.block('rare');
    const usual = b.block('usual');
    b.branch(b.compare('eq', x, b.integer('i64', 0)), rare, usual, false);
    b.at(rare);
    b.return(b.callC('pure', { result: cInt64, args: [cInt64] }, [x]) ?? x);
    b.at(usual);
    b.return(b.load('i64', at, 8, { constant: true, align: 4, volatile: true, kind: 'length' }));
    const written = Buffer.from(compileProgram(promising, { output: 'll', optimise: 0 }).bytes).toString();
    expect(written).toMatch(/define i64 @f\(i8\* noalias nonnull readonly dereferenceable\(24\) %0, i64 %1\) #\d+/);
    expect(written).toMatch(/load volatile i64, i64\* %\d+, align 4, !tbaa !\d+, !invariant\.load !\d+/);
    expect(written).toMatch(/br i1 .*, !prof !\d+/);
    expect(written).toMatch(/!"branch_weights", i32 1, i32 2000/);
    expect(written).toMatch(/attributes #\d+ = { noinline nounwind }/);
    expect(written).toMatch(/attributes #\d+ = { nounwind readnone willreturn }/);
  });

  it('is not optimised when that is asked for', () => {
    // The sum of squares has a closed form, which the optimiser finds: no loop is left.
    expect(text('ll', 0)).toMatch(/br label %loop/);
    expect(text('ll', 2)).not.toMatch(/br label %loop/);
  });
});
