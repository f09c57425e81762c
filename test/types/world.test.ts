// What the type system does for a program: small worlds of types, and what can be asked of them.

import { beforeAll, describe, expect, it } from 'vitest';
import { type Ref, readU32, typeOf } from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import {
  datatype,
  EmptyTupleType,
  emptyTuple,
  nothing,
  type WellKnownTypeName,
  wrapper,
} from '../../interpreter/memory/wellknown.ts';
import { symbol } from '../../interpreter/runtime/symbols.ts';
import { boxInt64, string, svecToArray } from '../../interpreter/runtime/values.ts';
import {
  applyType,
  egal,
  fieldNames,
  fieldOffset,
  instanceIsA,
  intersectWithValues,
  isSubtype,
  layoutSize,
  matchSignature,
  moreSpecific,
  TypeSystemError,
  tupleTypeOf,
  typeEqual,
  typeText,
} from '../../interpreter/types/index.ts';
import type { World } from './evaluate.ts';
import { baseWorld } from './world.ts';

let world: World;
const t = (text: string): Ref => world.value(text);

beforeAll(() => {
  world = baseWorld().copy();
  world.run(
    'abstract type Shape{T} end\nstruct Disc{T<:Real} <: Shape{T}\n r::T\nend\nmutable struct Cell\n value::Any\n @atomic n::Int\nend',
  );
});

describe('types as objects', () => {
  it('makes each instance of a parametric type once', () => {
    expect(t('Vector{Int}')).toBe(t('Array{Int,1}'));
    expect(t('Vector{Union{Int,String}}')).toBe(t('Vector{Union{String,Int}}'));
    expect(t('Tuple{Int,Vararg{String,2}}')).toBe(t('Tuple{Int,String,String}'));
    expect(t('NTuple{0,Int}')).toBe(EmptyTupleType);
  });

  it('has the layouts that the runtime accesses its own objects by', () => {
    const own: WellKnownTypeName[] = [
      'DataType',
      'TypeName',
      'UnionAll',
      'Union',
      'TypeVar',
      'Method',
      'MethodInstance',
      'CodeInstance',
      'CodeInfo',
      'Expr',
      'Binding',
      'BindingPartition',
      'GlobalRef',
      'TypeMapEntry',
      'MethodMatch',
      'DebugInfo',
      'LineNumberNode',
      'GotoIfNot',
      'EnterNode',
      'Task',
      'OpaqueClosure',
    ];
    const layouts = new Map<
      string,
      { readonly $info: { readonly fields: readonly { readonly name: string; readonly offset: number }[] } }
    >(Object.entries(objects).filter(([, value]) => '$info' in value) as never);
    for (const name of own) {
      const declared = layouts.get(name)?.$info.fields ?? [];
      const offsets = fieldNames(datatype(name)).map((_, i) => fieldOffset(datatype(name), i));
      expect([name, offsets]).toEqual([name, declared.slice(0, offsets.length).map((field) => field.offset)]);
    }
  });

  it('refuses parameters outside of their bounds, naming type and parameter', () => {
    expect(() => t('Disc{String}')).toThrow(TypeSystemError);
    expect(() => t('Disc{String}')).toThrow('in Disc, in T');
    expect(() => t('Disc{Int,Int}')).toThrow('too many parameters for type Disc');
  });

  it('places fields at their alignment, and unions of bits inline', () => {
    expect(layoutSize(t('Tuple{Int8,Int32,Int8}'))).toBe(12);
    expect(layoutSize(t('Tuple{Int8,Int128}'))).toBe(32);
    world.run('struct MaybeInt\n x::Union{Int32,Nothing}\nend');
    expect(layoutSize(t('MaybeInt'))).toBe(8);
  });
});

describe('relations', () => {
  it('follows the diagonal rule', () => {
    expect(isSubtype(t('Tuple{Int,Int}'), t('Tuple{T,T} where T'))).toBe(true);
    expect(isSubtype(t('Tuple{Int,String}'), t('Tuple{T,T} where T'))).toBe(false);
    expect(isSubtype(t('Tuple{Vector{Any},Int}'), t('Tuple{Vector{T},T} where T'))).toBe(true);
  });

  it('treats parameters as invariant', () => {
    expect(isSubtype(t('Vector{Int}'), t('Vector{Integer}'))).toBe(false);
    expect(isSubtype(t('Vector{Int}'), t('Vector{<:Integer}'))).toBe(true);
    expect(typeEqual(t('Vector{T} where T<:Int'), t('Vector{S} where S<:Int'))).toBe(true);
  });

  it('gives a method its static parameters', () => {
    const values = matchSignature(t('Tuple{Vector{Int},Int}'), t('Tuple{Vector{T},S} where {T,S<:T}'));
    expect(values === null ? null : svecToArray(values)).toEqual([datatype('Int64'), datatype('Int64')]);
    expect(matchSignature(t('Tuple{String}'), t('Tuple{Vector{T}} where T'))).toBe(null);
  });

  it('intersects types, with the values that variables take', () => {
    const both = intersectWithValues(t('Tuple{Integer,Vector{Int}}'), t('Tuple{T,Vector{T}} where T'));
    expect(typeText(both.type)).toBe('Tuple{Int64, Vector{Int64}}');
    expect(both.values).toEqual([datatype('Int64')]);
  });

  it('ranks signatures', () => {
    expect(moreSpecific(t('Tuple{Int}'), t('Tuple{Integer}'))).toBe(true);
    expect(moreSpecific(t('Tuple{Int,Any}'), t('Tuple{Any,Int}'))).toBe(false);
    expect(moreSpecific(t('Tuple{T,T} where T'), t('Tuple{Any,Any}'))).toBe(true);
  });

  it('says what a value is an instance of', () => {
    expect(instanceIsA(boxInt64(3), t('Integer'))).toBe(true);
    expect(instanceIsA(datatype('Int64'), t('Type{Int}'))).toBe(true);
    expect(instanceIsA(wrapper('Array'), t('Type{<:AbstractArray}'))).toBe(true);
    expect(instanceIsA(nothing, t('Union{Int,String}'))).toBe(false);
  });
});

describe('values', () => {
  it('compares immutable ones by contents', () => {
    expect(egal(boxInt64(7), boxInt64(7))).toBe(true);
    expect(egal(string('a'), string('a'))).toBe(true);
    expect(egal(symbol('y'), symbol('x'))).toBe(false);
  });

  it('finds the tuple type of arguments, with types as Type{T}', () => {
    const args = [boxInt64(1), datatype('Int64'), emptyTuple];
    expect(tupleTypeOf(args)).toBe(t('Tuple{Int,Type{Int},Tuple{}}'));
    expect(tupleTypeOf(args)).toBe(tupleTypeOf(args));
    expect(readU32(tupleTypeOf(args), objects.DataType.hash)).not.toBe(0);
    expect(typeOf(tupleTypeOf(args))).toBe(datatype('DataType'));
  });

  it('applies Vararg and Tuple like any type', () => {
    expect(
      applyType(datatype('Tuple'), [datatype('Int64'), applyType(datatype('Vararg'), [datatype('String')])]),
    ).not.toBe(0);
    expect(typeText(t('Tuple{Int,Vararg{String}}'))).toBe('Tuple{Int64, Vararg{String}}');
  });
});
