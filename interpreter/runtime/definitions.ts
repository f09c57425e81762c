// Defining functions and methods: what `Expr(:method, ...)` does.

import { allocate } from '../memory/heap.ts';
import {
  type ArrayRef,
  type BindingRef,
  type CodeInfoRef,
  type DataTypeRef,
  type MethodRef,
  type ModuleRef,
  type Ref,
  readRef,
  readWide,
  type SvecRef,
  type SymbolRef,
  typeOf,
  writeRef,
} from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { datatype, emptySvec, nothing, typename } from '../memory/wellknown.ts';
import { applyTupleType, newStructType, unionAll } from '../types/index.ts';
import { evaluateToplevel } from '../vm/evaluate.ts';
import {
  bindingModule,
  bindingName,
  currentWorld,
  isConstKind,
  PartitionKind,
  resolutionValue,
  resolveBinding,
} from './bindings.ts';
import { throwError } from './errors.ts';
import { insertMethod, isKindType, newMethod, signatureParameters, unwrapUnionAll } from './methods.ts';
import { defineConst } from './modules.ts';
import { symbol, symbolName } from './symbols.ts';
import { arrayGetRef, arrayLength, arraySetRef, svecGet, svecToArray } from './values.ts';

/** The singleton type and instance of a new generic function; its type is named `#name` as Julia names it. */
export function newGenericFunction(module: ModuleRef, name: SymbolRef): Ref {
  const text = symbolName(name);
  const typeName = symbol(text.startsWith('#') ? text : `#${text}`);
  const type = newStructType(typeName, module, datatype('Function'), emptySvec, emptySvec, emptySvec, false, 0);
  const owner = readRef(type, objects.DataType.name);
  writeRef(owner, objects.TypeName.singletonname, name);
  let instance = readRef(type, objects.DataType.instance);
  if (instance === 0) {
    instance = allocate(type, 8);
    writeRef(type, objects.DataType.instance, instance);
  }
  return instance;
}

/** `function name end`: the generic function of a name, made if the name is not defined. */
export function declareFunction(binding: BindingRef): Ref {
  const resolution = resolveBinding(binding, currentWorld());
  const value = resolutionValue(resolution);
  if (value !== 0 && (resolution.binding === binding || isImported(binding))) {
    return value;
  }
  if (value !== 0 && resolution.binding !== binding && !isConstKind(resolution.kind)) return value;
  // A type that is only visible through `using` may still be given constructors; a function is shadowed by a new one.
  if (value !== 0 && isKindType(typeOf(value))) return value;
  const instance = newGenericFunction(bindingModule(binding), bindingName(binding));
  defineConst(binding, instance);
  return instance;
}

/** True if the binding itself was imported, so that a method definition extends the imported function. */
function isImported(binding: BindingRef): boolean {
  const partition = readRef(binding, objects.Binding.partitions);
  if (partition === 0) return false;
  const kind = readWide(partition, objects.BindingPartition.kind) & 0xf;
  return kind === PartitionKind.IMPORTED || kind === PartitionKind.EXPLICIT || kind === PartitionKind.CONST_IMPORT;
}

/** The name that a method is shown under, from its signature: that of its function, type or callable type. */
function methodName(sig: Ref): SymbolRef {
  let first = unwrapUnionAll(svecGet(signatureParameters(sig), 0));
  while (typeOf(first) === datatype('TypeVar')) first = unwrapUnionAll(readRef(first, objects.TypeVar.ub));
  if (typeOf(first) !== datatype('DataType')) return symbol('callable');
  const name = readRef(first, objects.DataType.name);
  if (name === typename('Type')) {
    let inner = unwrapUnionAll(svecGet(readRef<SvecRef>(first, objects.DataType.parameters), 0));
    while (typeOf(inner) === datatype('TypeVar')) inner = unwrapUnionAll(readRef(inner, objects.TypeVar.ub));
    if (typeOf(inner) === datatype('DataType')) {
      return readRef<SymbolRef>(readRef(inner, objects.DataType.name), objects.TypeName.name);
    }
    return symbol('Type');
  }
  const singleton = readRef<SymbolRef>(name, objects.TypeName.singletonname);
  return singleton !== 0 ? singleton : readRef<SymbolRef>(name, objects.TypeName.name);
}

/**
 * Defines a method.
 *
 * @param signature svec(svec(argument types), svec(type variables), LineNumberNode)
 * @returns the Method
 */
export function addMethod(module: ModuleRef, signature: SvecRef, source: CodeInfoRef): MethodRef {
  const types = svecToArray(svecGet<SvecRef>(signature, 0));
  const variables = svecToArray(svecGet<SvecRef>(signature, 1));
  const place = svecGet(signature, 2);
  checkTypes(types);
  let sig: Ref = applyTupleType(types);
  for (const variable of variables.reverse()) sig = unionAll(variable, sig);
  const name = methodName(sig);
  checkExtensible(sig, name);
  const hasPlace = typeOf(place) === datatype('LineNumberNode');
  const file = hasPlace ? readRef<SymbolRef>(place, objects.LineNumberNode.file) : symbol('none');
  const line = hasPlace ? readWide(place, objects.LineNumberNode.line) : 0;
  const method = newMethod(
    name,
    module,
    sig,
    source,
    typeOf(file) === datatype('Symbol') ? file : symbol('none'),
    line,
    types.length > 0 && typeOf(types[types.length - 1]) === datatype('TypeofVararg'),
  );
  takeGenerator(method, source);
  insertMethod(method);
  return method;
}

/**
 * A generated function: `Expr(:meta, :generated, g)` in its body makes `g` the method's generator, and
 * `Expr(:meta, :generated_only)` says that the body has nothing else.
 */
function takeGenerator(method: MethodRef, source: CodeInfoRef): void {
  const statements = readRef<ArrayRef>(source, objects.CodeInfo.code);
  for (let i = 0, n = arrayLength(statements); i < n; i++) {
    const statement = arrayGetRef(statements, i);
    if (typeOf(statement) !== datatype('Expr')) continue;
    if (readRef(statement, objects.Expr.head) !== symbol('meta')) continue;
    const args = readRef<ArrayRef>(statement, objects.Expr.args);
    const count = arrayLength(args);
    const kind = count === 0 ? nothing : arrayGetRef(args, 0);
    if (kind === symbol('generated') && count === 2) {
      const module = readRef<ModuleRef>(method, objects.Method.module);
      writeRef(method, objects.Method.generator, evaluateToplevel(module, arrayGetRef(args, 1)));
      arraySetRef(statements, i, nothing);
    } else if (kind === symbol('generated_only') && count === 1) {
      writeRef(method, objects.Method.source, 0 as Ref);
      arraySetRef(statements, i, nothing);
    }
  }
}

function checkTypes(types: readonly Ref[]): void {
  types.forEach((type, i) => {
    const kind = typeOf(type);
    const isVararg = kind === datatype('TypeofVararg');
    if (isVararg && i !== types.length - 1) {
      throwError('Vararg on non-final argument');
    }
    if (
      !isVararg &&
      kind !== datatype('DataType') &&
      kind !== datatype('UnionAll') &&
      kind !== datatype('Union') &&
      kind !== datatype('TypeofBottom') &&
      kind !== datatype('TypeVar')
    ) {
      throwError(`invalid type for argument number ${i} in method definition`);
    }
  });
}

/** Builtins and the abstract Function cannot be given methods. */
function checkExtensible(sig: Ref, name: SymbolRef): void {
  const first = unwrapUnionAll(svecGet(signatureParameters(sig), 0));
  if (typeOf(first) !== datatype('DataType')) return;
  const type = first as DataTypeRef;
  if (readRef(type, objects.DataType.super) === datatype('Builtin')) {
    throwError(`cannot add methods to a builtin function: function \`${symbolName(name)}\``);
  }
  if (type === datatype('Function') || type === datatype('Builtin'))
    throwError('cannot add methods to an abstract type');
}
