// Evaluating type declarations and type expressions straight from syntax, without lowering or a VM.
//
// Supports what the corpora of types are written in: abstract, primitive and struct declarations (inner constructors
// only tell how many fields `new` may leave out), constants and parametric aliases, `T{...}` with `<:X` for a fresh
// variable, `where`, Union, Tuple, Vararg, NamedTuple, `typeof` of simple values, and literals as parameters.

import { U8 } from '../../ffi/region.ts';
import { allocate } from '../../interpreter/memory/heap.ts';
import {
  type ModuleRef,
  NULL,
  type Ref,
  type SvecRef,
  setRefAt,
  typeOf,
  writeRef,
} from '../../interpreter/memory/layout.ts';
import { TypeName } from '../../interpreter/memory/objects.ts';
import {
  AnyTupleType,
  BaseModule,
  Bottom,
  CoreModule,
  datatype,
  emptySvec,
  emptyTuple,
  falseValue,
  MainModule,
  nothing,
  trueValue,
  typename,
  wrapper,
} from '../../interpreter/memory/wellknown.ts';
import { symbol } from '../../interpreter/runtime/symbols.ts';
import { boxBigInt64, boxBits, boxFloat64, boxInt64, string, svecOf } from '../../interpreter/runtime/values.ts';
import { Expr, LineNumberNode, Literal, QuoteNode, Sym, type Syntax } from '../../interpreter/syntax/expr.ts';
import { parseAll, parseOne } from '../../interpreter/syntax/index.ts';
import {
  abstractType,
  applyTupleType,
  applyType,
  fieldIsPtr,
  fieldOffset,
  freshVar,
  instanceOf,
  isDataType,
  isTypeVar,
  isUnionAll,
  layoutOffset,
  layoutSize,
  newStructType,
  newTypeVar,
  param,
  paramCount,
  primitiveType,
  setSupertype,
  structType,
  typeBody,
  typeNameOf,
  unionAll,
  unionAllBody,
  unionAllVar,
  unwrapUnionAll,
  varLower,
  varName,
  varUpper,
  wrapperOf,
} from '../../interpreter/types/index.ts';

/** A name without a value. */
export class Undefined extends Error {
  readonly variable: string;
  constructor(variable: string) {
    super(`\`${variable}\` not defined in \`Main\``);
    this.variable = variable;
  }
}

/** Syntax that this evaluator does not know, or that is wrong. */
export class Unsupported extends Error {}

type Scope = ReadonlyMap<string, Ref>;
const noScope: Scope = new Map();
/** Number of the last variable made for `<:X`; each has a name of its own. */
let generated = 0;

/** A tuple object of the given values. */
export function tupleOf(values: readonly Ref[]): Ref {
  if (values.length === 0) return emptyTuple;
  const type = applyTupleType(values.map(typeOf));
  const singleton = instanceOf(type);
  if (singleton !== NULL) return singleton;
  const tuple = allocate(type, layoutSize(type));
  values.forEach((value, i) => {
    const offset = fieldOffset(type, i);
    if (fieldIsPtr(type, i)) setRefAt(tuple, offset / 8, value);
    else U8.copyWithin(tuple * 8 + offset, value * 8, value * 8 + layoutSize(typeOf(value)));
  });
  return tuple;
}

export class World {
  readonly globals: Map<string, Ref>;

  constructor(globals: Map<string, Ref> = new Map()) {
    this.globals = globals;
  }

  /** A world of its own that starts with the names of this one. */
  copy(): World {
    return new World(new Map(this.globals));
  }

  define(name: string, value: Ref): void {
    this.globals.set(name, value);
  }

  /** Defines a generic function without methods. */
  defineFunction(name: string, module: ModuleRef, parent: Ref = datatype('Function')): void {
    const type = newStructType(symbol(`#${name}`), module, parent, emptySvec, emptySvec, emptySvec, false, 0);
    writeRef(typeNameOf(type), TypeName.singletonname, symbol(name));
    this.define(name, instanceOf(type));
  }

  /** Evaluates the declarations in `source`, in `module`. */
  run(source: string, module: ModuleRef = MainModule): void {
    const parsed = parseAll(source);
    if (parsed.status !== 'ok') throw new Unsupported(`does not parse: ${parsed.diagnostics[0]?.message ?? source}`);
    for (const statement of parsed.value.args)
      if (!(statement instanceof LineNumberNode)) this.statement(statement, module);
  }

  /** The value of a type expression. */
  value(source: string): Ref {
    const parsed = parseOne(source);
    if (parsed.status !== 'ok') throw new Unsupported(`does not parse: ${parsed.diagnostics[0]?.message ?? source}`);
    return this.evaluate(parsed.value, noScope);
  }

  private statement(s: Syntax, module: ModuleRef): void {
    if (!(s instanceof Expr)) return;
    switch (s.head) {
      case 'abstract':
        this.declaration(s.args[0], (name, parameters) => abstractType(module, name, parameters));
        return;
      case 'primitive':
        this.declaration(s.args[0], (name, parameters) => primitiveType(module, name, parameters, Number(s.args[1])));
        return;
      case 'struct':
        this.struct(s, module);
        return;
      case 'const':
        this.statement(s.args[0], module);
        return;
      case '=': {
        const [left, right] = s.args;
        if (left instanceof Sym) this.define(left.name, this.assigned(left.name, right, module));
        else if (left instanceof Expr && left.head === 'curly') this.alias(left, right);
        else if (left instanceof Expr && left.head === 'call' && left.args[0] instanceof Sym)
          this.defineFunction(left.args[0].name, module);
        else throw new Unsupported(`assignment to ${String(left)}`);
        return;
      }
      default:
        throw new Unsupported(`statement ${s.head}`);
    }
  }

  private assigned(name: string, value: Syntax, module: ModuleRef): Ref {
    if (value instanceof Expr && value.head === 'let') {
      this.defineFunction(`${name}#1`, module);
      return this.evaluate(Sym.of(`${name}#1`), noScope);
    }
    return this.evaluate(value, noScope);
  }

  private alias(left: Expr, right: Syntax): void {
    const [name, ...parameters] = left.args;
    const { variables, scope } = this.variables(parameters, noScope);
    let type = this.evaluate(right, scope);
    for (const variable of variables.reverse()) type = unionAll(variable, type);
    if (name instanceof Sym) this.define(name.name, type);
  }

  /** Makes the TypeVars of `{A, B<:A, C>:D, E<:F<:G}`. */
  private variables(parameters: readonly Syntax[], outer: Scope): { variables: Ref[]; scope: Scope } {
    const scope = new Map(outer);
    const variables: Ref[] = [];
    for (const p of parameters) {
      const { name, lower, upper } = bounds(p);
      const variable = newTypeVar(
        symbol(name),
        lower === undefined ? Bottom : this.evaluate(lower, scope),
        upper === undefined ? datatype('Any') : this.evaluate(upper, scope),
      );
      scope.set(name, variable);
      variables.push(variable);
    }
    return { variables, scope };
  }

  private declaration(
    head: Syntax,
    make: (name: ReturnType<typeof symbol>, parameters: SvecRef) => Ref,
  ): { type: Ref; scope: Scope } {
    let parent: Syntax = Sym.of('Any');
    if (head instanceof Expr && head.head === '<:') [head, parent] = head.args;
    let parameters: Syntax[] = [];
    if (head instanceof Expr && head.head === 'curly') [head, ...parameters] = head.args;
    if (!(head instanceof Sym)) throw new Unsupported('name of a type');
    const { variables, scope } = this.variables(parameters, noScope);
    const type = make(symbol(head.name), svecOf(variables));
    const own = new Map(scope);
    own.set(head.name, type);
    setSupertype(type, this.evaluate(parent, own));
    const body = unwrapUnionAll(type);
    if (isDataType(body)) typeBody(falseValue, type, NULL as SvecRef);
    this.define(head.name, type);
    return { type, scope: own };
  }

  private struct(s: Expr, module: ModuleRef): void {
    const mutable = s.args[0] === true;
    const body = s.args[2];
    if (!(body instanceof Expr)) throw new Unsupported('struct body');
    const names: string[] = [];
    const types: Syntax[] = [];
    const attributes: Ref[] = [];
    let fewest = Number.POSITIVE_INFINITY;
    for (let part of body.args) {
      if (part instanceof LineNumberNode) continue;
      for (; part instanceof Expr && (part.head === 'const' || isAtomic(part)); part = part.args[part.args.length - 1])
        attributes.push(boxInt64(names.length + 1), symbol(part.head === 'const' ? 'const' : 'atomic'));
      if (part instanceof Sym) {
        names.push(part.name);
        types.push(Sym.of('Any'));
      } else if (part instanceof Expr && part.head === '::' && part.args[0] instanceof Sym) {
        names.push(part.args[0].name);
        types.push(part.args[1]);
      } else fewest = Math.min(fewest, ...newCalls(part));
    }
    const initialized = Math.min(fewest, names.length);
    let head = s.args[1];
    let parent: Syntax = Sym.of('Any');
    if (head instanceof Expr && head.head === '<:') [head, parent] = head.args;
    let parameters: Syntax[] = [];
    if (head instanceof Expr && head.head === 'curly') [head, ...parameters] = head.args;
    if (!(head instanceof Sym)) throw new Unsupported('name of a struct');
    const { variables, scope } = this.variables(parameters, noScope);
    const type = structType(
      module,
      symbol(head.name),
      svecOf(variables),
      svecOf(names.map(symbol)),
      svecOf(attributes),
      mutable,
      initialized,
    );
    const own = new Map(scope);
    own.set(head.name, type);
    setSupertype(type, this.evaluate(parent, own));
    const fieldTypes = types.map((t) => this.evaluate(t, own));
    this.define(head.name, typeBody(falseValue, type, svecOf(fieldTypes)));
    // The default constructor is a method on the types of the fields: they must form a tuple type.
    if (fewest === Number.POSITIVE_INFINITY) applyTupleType(fieldTypes);
  }

  private evaluate(s: Syntax, scope: Scope): Ref {
    if (s instanceof Sym) return this.lookup(s.name, scope);
    if (typeof s === 'bigint') return boxBigInt64(s);
    if (typeof s === 'number') return boxFloat64(s);
    if (typeof s === 'string') return string(s);
    if (s === true) return trueValue;
    if (s === false) return falseValue;
    if (s === null) return nothing;
    if (s instanceof QuoteNode && s.value instanceof Sym) return symbol(s.value.name);
    if (s instanceof Literal) return literal(s);
    if (s instanceof Expr) return this.expression(s, scope);
    throw new Unsupported(`value ${String(s)}`);
  }

  private lookup(name: string, scope: Scope): Ref {
    const found = scope.get(name) ?? this.globals.get(name);
    if (found === undefined) throw new Undefined(name);
    return found;
  }

  private expression(s: Expr, scope: Scope): Ref {
    switch (s.head) {
      case 'curly':
        return this.curly(s, scope);
      case 'where':
        return this.where(s, scope);
      case 'tuple':
        return this.tuple(s, scope);
      case 'block':
        return this.evaluate(s.args[s.args.length - 1], scope);
      case '.':
        return this.property(s, scope);
      case 'braces':
      case 'macrocall':
        return this.macro(s, scope);
      case 'call':
        return this.call(s, scope);
      case 'vect':
        return this.vector(s, scope);
      default:
        throw new Unsupported(`expression ${s.head}`);
    }
  }

  private curly(s: Expr, scope: Scope): Ref {
    const [head, ...args] = s.args;
    const f = this.evaluate(head, scope);
    const fresh: Ref[] = [];
    const parameters = args.map((arg) => {
      if (arg instanceof Expr && (arg.head === '<:' || arg.head === '>:') && arg.args.length === 1) {
        const bound = this.evaluate(arg.args[0], scope);
        const name = symbol(`#s${++generated}`);
        const variable = arg.head === '<:' ? newTypeVar(name, Bottom, bound) : newTypeVar(name, bound, datatype('Any'));
        fresh.push(variable);
        return variable;
      }
      return this.evaluate(arg, scope);
    });
    let type = applyType(f, parameters);
    for (const variable of fresh.reverse()) type = unionAll(variable, type);
    return type;
  }

  private where(s: Expr, scope: Scope): Ref {
    const [body, ...rest] = s.args;
    const parameters = rest.length === 1 && rest[0] instanceof Expr && rest[0].head === 'braces' ? rest[0].args : rest;
    const made = this.variables(parameters, scope);
    let type = this.evaluate(body, made.scope);
    for (const variable of made.variables.reverse()) type = unionAll(variable, type);
    return type;
  }

  private tuple(s: Expr, scope: Scope): Ref {
    const [first] = s.args;
    const named = first instanceof Expr && (first.head === '=' || first.head === 'parameters');
    if (!named) return tupleOf(s.args.map((arg) => this.evaluate(arg, scope)));
    const parts = first.head === 'parameters' ? first.args : s.args;
    const names: Ref[] = [];
    const values: Ref[] = [];
    for (const part of parts) {
      if (!(part instanceof Expr) || !(part.args[0] instanceof Sym)) throw new Unsupported('named tuple');
      names.push(symbol(part.args[0].name));
      values.push(this.evaluate(part.args[1], scope));
    }
    return this.instance(applyType(wrapper('NamedTuple'), [tupleOf(names), applyTupleType(values.map(typeOf))]));
  }

  /** An object of a type, with contents that do not matter. */
  private instance(type: Ref): Ref {
    const singleton = instanceOf(type);
    return singleton !== NULL
      ? singleton
      : allocate(type, Math.max(8, layoutOffset(type) === 0 ? 8 : layoutSize(type)));
  }

  /** An object with the given fields. */
  private construct(type: Ref, values: readonly Ref[]): Ref {
    const object = this.instance(type);
    values.forEach((value, i) => {
      const offset = fieldOffset(type, i);
      if (fieldIsPtr(type, i)) setRefAt(object, offset / 8, value);
      else U8.copyWithin(object * 8 + offset, value * 8, value * 8 + layoutSize(typeOf(value)));
    });
    return object;
  }

  private property(s: Expr, scope: Scope): Ref {
    const [object, field] = s.args;
    const name = field instanceof QuoteNode && field.value instanceof Sym ? field.value.name : '';
    const value = this.evaluate(object, scope);
    if (typeOf(value) === datatype('Module')) {
      if (name === 'Iterators' || name === 'Threads') return BaseModule;
      return this.lookup(name, noScope);
    }
    if (isUnionAll(value) && name === 'body') return unionAllBody(value);
    if (isUnionAll(value) && name === 'var') return unionAllVar(value);
    if (isTypeVar(value)) {
      if (name === 'ub') return varUpper(value);
      if (name === 'lb') return varLower(value);
      if (name === 'name') return varName(value);
    }
    throw new Unsupported(`property ${name}`);
  }

  /** `@NamedTuple{a::Int, b}` */
  private macro(s: Expr, scope: Scope): Ref {
    const braces = s.args[s.args.length - 1];
    const call = s.head === 'macrocall' && s.args[0] instanceof Sym && s.args[0].name === '@NamedTuple';
    if (!call || !(braces instanceof Expr) || (braces.head !== 'braces' && braces.head !== 'bracescat'))
      throw new Unsupported('macro');
    const names: Ref[] = [];
    const types: Ref[] = [];
    for (const part of braces.args) {
      if (part instanceof Expr && part.args[0] instanceof Sym) {
        names.push(symbol(part.args[0].name));
        types.push(this.evaluate(part.args[1], scope));
      } else if (part instanceof Sym) {
        names.push(symbol(part.name));
        types.push(datatype('Any'));
      }
    }
    return applyType(wrapper('NamedTuple'), [tupleOf(names), applyTupleType(types)]);
  }

  private call(s: Expr, scope: Scope): Ref {
    const [f, ...args] = s.args;
    if (f instanceof Sym) {
      const values = () => args.map((arg) => this.evaluate(arg, scope));
      switch (f.name) {
        case 'typeof':
          return typeOf(this.evaluate(args[0], scope));
        case ':': {
          const [a] = values();
          if (args.length === 2) return this.instance(applyType(this.lookup('UnitRange', scope), [typeOf(a)]));
          const t = typeOf(a);
          if (t !== datatype('Float64')) return this.instance(applyType(this.lookup('StepRange', scope), [t, t]));
          const twice = applyType(this.lookup('TwicePrecision', scope), [t]);
          return this.instance(applyType(this.lookup('StepRangeLen', scope), [t, twice, twice, datatype('Int64')]));
        }
        case '//':
          return this.construct(applyType(this.lookup('Rational', scope), [datatype('Int64')]), values());
        case '=>':
          return this.instance(applyType(wrapper('Pair'), values().map(typeOf)));
        case '-':
          if (args.length === 1 && typeof args[0] === 'bigint') return boxBigInt64(-args[0]);
          if (args.length === 1 && typeof args[0] === 'number') return boxFloat64(-args[0]);
          break;
        case 'UInt8':
          return boxBits(datatype('UInt8'), 1, Number(args[0]), 0);
        case 'Int32':
          return boxBits(datatype('Int32'), 4, Number(args[0]), 0);
        case 'TypeVar':
          if (args[0] instanceof QuoteNode && args[0].value instanceof Sym) return freshVar(args[0].value.name);
          break;
      }
    }
    const callee = this.evaluate(f, scope);
    if (isDataType(callee) && args.length === 0) return this.instance(callee);
    // A constructor: the fields as given; a parametric type takes its parameters from them.
    const given = args.map((arg) => this.evaluate(arg, scope));
    if (isUnionAll(callee)) {
      const type = callee === this.lookup('Ref', scope) ? this.lookup('RefValue', scope) : callee;
      return this.construct(applyType(type, [typeOf(given[0])]), given);
    }
    throw new Unsupported('call');
  }

  private vector(s: Expr, scope: Scope): Ref {
    const values = s.args.map((arg) => this.evaluate(arg, scope));
    const element = values.length === 0 ? datatype('Any') : typeOf(values[0]);
    return this.instance(applyType(wrapperOf(typename('Array')), [element, boxInt64(1)]));
  }
}

function literal(s: Literal): Ref {
  const bytes: Partial<Record<string, number>> = {
    Int8: 1,
    UInt8: 1,
    Int16: 2,
    UInt16: 2,
    Int32: 4,
    UInt32: 4,
    UInt64: 8,
    Float32: 4,
    Char: 4,
  };
  const size = bytes[s.type];
  if (size === undefined || s.type === 'BigInt') throw new Unsupported(`literal of ${s.type}`);
  const value = BigInt.asUintN(64, s.value);
  return boxBits(datatype(s.type), size, Number(value & 0xffff_ffffn), Number(value >> 32n));
}

const isAtomic = (s: Expr): boolean =>
  s.head === 'macrocall' && s.args[0] instanceof Sym && s.args[0].name === '@atomic';

/** Name and bounds of a type variable's declaration. */
function bounds(p: Syntax): { name: string; lower?: Syntax; upper?: Syntax } {
  if (p instanceof Sym) return { name: p.name };
  if (p instanceof Expr && p.args[0] instanceof Sym && p.head === '<:')
    return { name: p.args[0].name, upper: p.args[1] };
  if (p instanceof Expr && p.args[0] instanceof Sym && p.head === '>:')
    return { name: p.args[0].name, lower: p.args[1] };
  if (p instanceof Expr && p.head === 'comparison' && p.args[2] instanceof Sym) {
    const down = p.args[1] instanceof Sym && p.args[1].name === '<:';
    return down
      ? { name: p.args[2].name, lower: p.args[0], upper: p.args[4] }
      : { name: p.args[2].name, lower: p.args[4], upper: p.args[0] };
  }
  throw new Unsupported(`syntax: invalid type parameter name "${String(p)}"`);
}

/** Numbers of arguments of the calls of `new` in an inner constructor. */
function newCalls(s: Syntax): number[] {
  if (!(s instanceof Expr)) return [];
  const [f] = s.args;
  const isNew =
    f instanceof Sym
      ? f.name === 'new'
      : f instanceof Expr && f.head === 'curly' && f.args[0] instanceof Sym && f.args[0].name === 'new';
  if (s.head === 'call' && isNew) return [s.args.length - 1];
  return s.args.flatMap(newCalls);
}

export { AnyTupleType, CoreModule, param, paramCount };
