// Type definitions: struct, abstract type, primitive type, and the constructors inside a struct.
//
// The type object is made in a local variable of a scope of its own (so that fields and parameters can mention it) and
// becomes the const global last. Calls of `new` inside constructors turn into `new` expressions with conversions to
// the field types.

import { LineNumberNode, QuoteNode, type Sym, sym } from '../../syntax/expr.ts';
import type { Context } from '../context.ts';
import { convertForTypeDecl } from '../convert.ts';
import { deparse } from '../deparse.ts';
import {
  assign,
  block,
  CTOR_SELF,
  call,
  core,
  declName,
  declType,
  duplicate,
  equal,
  Form,
  flattened,
  form,
  isAny,
  isAssignment,
  isDecl,
  isEffectFree,
  isEventuallyCall,
  isForm,
  isKwarg,
  isQuoted,
  isSym,
  isSymDecl,
  isVararg,
  LoweringError,
  type Node,
  quoted,
  top,
} from '../node.ts';
import { expand, type Rules } from './expand.ts';
import { flattenWhere, makeTypeVar, type TypeVariable, typeVariable } from './typeexpressions.ts';

export const typeRules: Rules = {
  struct: expandStruct,
  abstract(c, e) {
    const { name, parameters, supertype } = typeSignature(e.args[0]);
    const make = call(
      core('_abstracttype'),
      c.module,
      quoted(name),
      call(core('svec'), ...parameters.map((p) => p.name)),
    );
    return expand(c, simpleType(c, 'abstract_type', name, parameters, supertype, make));
  },
  primitive(c, e) {
    const { name, parameters, supertype } = typeSignature(e.args[0]);
    const names = call(core('svec'), ...parameters.map((p) => p.name));
    const make = call(core('_primitivetype'), c.module, quoted(name), names, e.args[1]);
    return expand(c, simpleType(c, 'primitive_type', name, parameters, supertype, make));
  },
};

/** `T{X} <: S` taken apart. */
function typeSignature(x: Node): { name: Sym; parameters: TypeVariable[]; supertype: Node } {
  let left = x;
  let supertype: Node = core('Any');
  if (isForm(x, '<:') && x.args.length === 2) [left, supertype] = x.args;
  let parameters: readonly Node[] = [];
  if (isForm(left, 'curly')) {
    parameters = left.args.slice(1);
    left = left.args[0];
  }
  if (!isSym(left)) throw new LoweringError('invalid type signature');
  return { name: left, parameters: parameters.map(typeVariable), supertype };
}

const declareParameters = (parameters: readonly TypeVariable[]): Node[] => [
  ...parameters.map((p) => form('local', p.name)),
  ...parameters.map((p) => assign(p.name, makeTypeVar(p, true))),
];

const definedAs = (c: Context, name: Sym): Node =>
  form(
    '&&',
    call(core('isdefinedglobal'), c.module, quoted(name), false),
    call(core('_equiv_typedef'), c.global(name), name),
  );

function simpleType(
  c: Context,
  kind: string,
  name: Sym,
  parameters: readonly TypeVariable[],
  supertype: Node,
  make: Node,
): Node {
  return block(
    form('global', name),
    form(
      'scope-block',
      block(
        form('local-def', name),
        ...declareParameters(parameters),
        form('toplevel-only', sym(kind)),
        assign(name, make),
        call(core('_setsuper!'), name, supertype),
        call(core('_typebody!'), false, name),
        form('if', definedAs(c, name), null, form('const', c.global(name), name)),
        form('latestworld'),
        null,
      ),
    ),
  );
}

function isEventuallyDecl(x: Node): boolean {
  if (isSymDecl(x)) return true;
  return (isForm(x, 'atomic') || isForm(x, 'const')) && isEventuallyDecl(x.args[0]);
}

function expandStruct(c: Context, e: Form): Node {
  const [mutable, signature, body] = e.args;
  const written = isForm(body) ? body.args : [];
  for (const x of written) {
    if (isEventuallyDecl(x) || x instanceof LineNumberNode) continue;
    if (isAssignment(x) && isEventuallyDecl(x.args[0]) && !isEventuallyCall(x.args[0])) {
      throw new LoweringError(`"${deparse(x)}" inside type definition is reserved`);
    }
    break;
  }
  const { name, parameters, supertype } = typeSignature(signature);
  const statements = flattened('block', new Form('block', written));
  return expand(c, defineStruct(c, name, parameters, supertype, statements, mutable));
}

/** A field: `name`, `name::T`, `const name`, `@atomic name`. */
interface Field {
  readonly name: Sym;
  readonly type: Node;
}

function defineStruct(
  c: Context,
  name: Sym,
  parameters: readonly TypeVariable[],
  supertype: Node,
  statements: readonly Node[],
  mutable: Node,
): Node {
  const attributes: Node[] = [];
  const declarations = statements.filter(isEventuallyDecl).map((x, i) => {
    let at = x;
    while (isForm(at) && !isDecl(at)) {
      attributes.push(BigInt(i + 1), quoted(sym(at.head)));
      at = at.args[0];
    }
    return at;
  });
  const definitions = statements.filter((x) => !isEventuallyDecl(x) && !isEffectFree(x) && !isForm(x, 'string'));
  const location = statements[0] instanceof LineNumberNode ? statements[0] : new LineNumberNode(0, sym(''));
  const names = declarations.map(declName);
  const twice = duplicate(names);
  if (twice !== undefined) throw new LoweringError(`duplicate field name: "${deparse(twice)}" is not unique`);
  const fields = declarations.map((x): Field => {
    const field = declName(x);
    if (!isSym(field)) throw new LoweringError(`field name "${deparse(field)}" is not a symbol`);
    return { name: field, type: declType(x) };
  });
  const initialized = Math.min(fields.length, ...definitions.map(fewestNewArguments));
  const parameterNames = parameters.map((p) => p.name);
  const hasPrevious = c.temp();
  const previous = c.temp();
  const defined = c.temp();
  // The parameters of an equivalent earlier definition are used again, so that the types stay the same.
  let unwrapped: Node = previous;
  for (let i = 0; i < parameters.length; i++) unwrapped = form('.', unwrapped, quoted(sym('body')));
  const reuse =
    parameters.length === 0
      ? []
      : [assign(form('tuple', ...parameterNames), form('.', unwrapped, quoted(sym('parameters'))))];
  const types = fields.map((f) => structNameShim(c, f.type, name));
  return block(
    form('global', name),
    form(
      'scope-block',
      block(
        form('hardscope'),
        form('local-def', name),
        ...declareParameters(parameters),
        form('toplevel-only', sym('struct'), c.global(name)),
        assign(
          name,
          call(
            core('_structtype'),
            c.module,
            quoted(name),
            call(core('svec'), ...parameterNames),
            call(core('svec'), ...fields.map((f) => quoted(f.name))),
            call(core('svec'), ...attributes),
            mutable,
            BigInt(initialized),
          ),
        ),
        call(core('_setsuper!'), name, supertype),
        assign(hasPrevious, definedAs(c, name)),
        assign(previous, form('if', hasPrevious, c.global(name), false)),
        form('if', hasPrevious, block(...reuse)),
        assign(defined, call(core('_typebody!'), previous, name, call(core('svec'), ...types))),
        form('const', c.global(name), defined),
        form('latestworld'),
        null,
      ),
    ),
    definitions.length === 0
      ? call(core('_defaultctors'), defined, quoted(location))
      : form(
          'scope-block',
          block(
            form('hardscope'),
            form('global', name),
            ...definitions.map((x) => rewriteConstructor(c, x, name, parameterNames, fields)),
          ),
        ),
    form('latestworld'),
    null,
  );
}

// `M.T` inside the fields of T means the type being defined when M is the module it is defined in.
function structNameShim(c: Context, x: Node, name: Sym): Node {
  if (!(x instanceof Form) || isQuoted(x)) return x;
  if (x.head === '.' && x.args.length === 2 && x.args[1] instanceof QuoteNode && x.args[1].value === name) {
    return call(core('struct_name_shim'), x.args[0], x.args[1], c.module, name);
  }
  return new Form(
    x.head,
    x.args.map((arg) => structNameShim(c, arg, name)),
  );
}

const isNew = (x: Node): boolean => x === sym('new');

// The number of fields that every constructor initialises at least.
function fewestNewArguments(x: Node): number {
  if (!(x instanceof Form)) return Number.POSITIVE_INFINITY;
  let fewest = Number.POSITIVE_INFINITY;
  if (x.head === 'call') {
    const [callee, ...args] = x.args;
    if (isNew(callee) || (isForm(callee, 'curly') && isNew(callee.args[0]))) fewest = args.length;
  }
  for (const arg of x.args) fewest = Math.min(fewest, fewestNewArguments(arg));
  return fewest;
}

interface NewContext {
  readonly type: Sym;
  readonly parameters: readonly Sym[];
  readonly fields: readonly Field[];
}

function rewriteConstructor(
  c: Context,
  definition: Node,
  type: Sym,
  parameters: readonly Sym[],
  fields: readonly Field[],
): Node {
  const within: NewContext = { type, parameters, fields };
  return rewriteDefinitions(c, flattenWheres(definition), within);
}

function flattenWheres(x: Node): Node {
  if (!(x instanceof Form) || isQuoted(x)) return x;
  if (isForm(x, 'where') && isForm(x.args[0], 'where')) {
    const { inner, variables } = flattenWhere(x);
    return new Form('where', [flattenWheres(inner), ...variables.map(flattenWheres)]);
  }
  return new Form(x.head, x.args.map(flattenWheres));
}

// Finds function definitions anywhere in `x` and gives those that construct the type their `new`.
function rewriteDefinitions(c: Context, x: Node, within: NewContext): Node {
  if (!(x instanceof Form) || isQuoted(x)) return x;
  if ((x.head === 'function' || x.head === '=') && x.args.length === 2) {
    const found = constructorSignature(x.args[0], x.head === 'function');
    if (found !== undefined) return defineConstructor(c, x, found, within);
  }
  return new Form(
    x.head,
    x.args.map((arg) => rewriteDefinitions(c, arg, within)),
  );
}

interface ConstructorSignature {
  readonly callee: Node;
  readonly wheres: readonly Node[];
}

function constructorSignature(signature: Node, isFunction: boolean): ConstructorSignature | undefined {
  let at = signature;
  let wheres: readonly Node[] = [];
  if (isForm(at, 'where')) {
    wheres = at.args.slice(1);
    at = at.args[0];
  }
  if (isForm(at, '::') && at.args.length === 2) at = at.args[0];
  if (!isForm(at, 'call')) return undefined;
  const callee = at.args[0];
  // `(t::(Type{X{T}} where T))(...)` is a constructor of X too
  if (isFunction && wheres.length === 0 && isForm(callee, '::') && callee.args.length === 2) {
    const declared = callee.args[1];
    if (isForm(declared, 'where') && isForm(declared.args[0], 'curly')) {
      const [kind, constructed] = declared.args[0].args;
      if (isForm(kind, 'core') && kind.args[0] === sym('Type'))
        return { callee: constructed, wheres: declared.args.slice(1) };
    }
  }
  return { callee, wheres };
}

function defineConstructor(c: Context, x: Form, found: ConstructorSignature, within: NewContext): Node {
  const [signature, body] = x.args;
  const curly = isForm(found.callee, 'curly') ? found.callee : undefined;
  const name = curly === undefined ? found.callee : curly.args[0];
  const sparams = found.wheres.map((w) => typeVariable(w).name);
  if (name !== within.type) {
    return form('function', signature, rewriteNew(c, body, [], sparams, false, within));
  }
  const self = constructorSelf(signature);
  const parameters = curly === undefined ? [] : curly.args.slice(1);
  return form('function', self ?? signature, rewriteNew(c, body, parameters, sparams, self !== undefined, within));
}

// `X(...)` as `(#ctor-self#::Type{X})(...)`
function constructorSelf(signature: Node): Node | undefined {
  if (!isForm(signature)) return undefined;
  const [first, ...rest] = signature.args;
  if (signature.head === '::' || signature.head === 'where') {
    const inner = constructorSelf(first);
    return inner === undefined ? undefined : new Form(signature.head, [inner, ...rest]);
  }
  if (signature.head !== 'call') return undefined;
  if (isDecl(first)) return first.args[0] === CTOR_SELF ? signature : undefined;
  return call(form('::', CTOR_SELF, form('curly', core('Type'), first)), ...rest);
}

function rewriteNew(
  c: Context,
  x: Node,
  parameters: readonly Node[],
  sparams: readonly Sym[],
  isSelf: boolean,
  within: NewContext,
): Node {
  if (!(x instanceof Form) || isQuoted(x)) return x;
  const inner = (part: Node): Node => rewriteNew(c, part, parameters, sparams, isSelf, within);
  if (x.head === 'call') {
    const [callee, ...args] = x.args;
    if (isNew(callee)) return newExpression(c, parameters, sparams, args.map(inner), isSelf, within);
    if (isForm(callee, 'curly') && isNew(callee.args[0])) {
      return newExpression(c, callee.args.slice(1), sparams, args.map(inner), false, within);
    }
  }
  return new Form(x.head, x.args.map(inner));
}

function newExpression(
  c: Context,
  parameters: readonly Node[],
  sparams: readonly Sym[],
  args: readonly Node[],
  isSelf: boolean,
  within: NewContext,
): Node {
  const { type, fields } = within;
  if (args.some(isKwarg)) throw new LoweringError('"new" does not accept keyword arguments');
  const given = parameters.filter((p) => !isVararg(p)).length;
  if (given === parameters.length && within.parameters.length > given) {
    throw new LoweringError('too few type parameters specified in "new{...}"');
  }
  if (given > within.parameters.length) throw new LoweringError('too many type parameters specified in "new{...}"');

  const written: Node =
    parameters.length === 0 ? c.global(type) : isSelf ? CTOR_SELF : form('curly', c.global(type), ...parameters);
  const name = isSym(written) ? written : c.temp();
  const init = isSym(written) ? [] : [assign(name, written)];
  const sameParameters =
    parameters.length === within.parameters.length && parameters.every((p, i) => equal(p, within.parameters[i]));
  const converted = (value: Node, i: number): Node => {
    const declared = fields[i].type;
    if (isAny(declared)) return value;
    // A field whose type is a parameter that the constructor itself has can name it; else the type is asked.
    const direct =
      !isSelf &&
      sameParameters &&
      isSym(declared) &&
      within.parameters.includes(declared) &&
      sparams.includes(declared);
    const target = direct ? declared : call(core('fieldtype'), name, BigInt(i + 1));
    return convertForTypeDecl(c, value, target, false, undefined);
  };
  const wrongNumber = (kind: string): Node =>
    call(core('throw'), call(top('ArgumentError'), `new: too ${kind} arguments (expected ${fields.length})`));

  if (args.filter((x) => !isVararg(x)).length > fields.length) return wrongNumber('many');
  if (!args.some(isVararg)) return block(...init, new Form('new', [name, ...args.map(converted)]));
  if (fields.every((f) => isAny(f.type))) return form('splatnew', written, call(core('tuple'), ...args));
  const tuple = c.temp();
  const count = c.temp();
  return block(
    ...init,
    assign(tuple, call(core('tuple'), ...args)),
    assign(count, call(core('nfields'), tuple)),
    form('if', call(top('ult_int'), count, BigInt(fields.length)), wrongNumber('few')),
    form('if', call(top('ult_int'), BigInt(fields.length), count), wrongNumber('many')),
    new Form('new', [name, ...fields.map((_, i) => converted(call(core('getfield'), tuple, BigInt(i + 1), false), i))]),
  );
}

/** How a field is converted in a default constructor: not at all, to the field's type, or to the n-th parameter. */
export type FieldKind = number;

/** Body of the default inner constructor. `kinds`: -1 no conversion, 0 to the field's type, n to parameter n. */
export function defaultInnerConstructor(c: Context, kinds: readonly FieldKind[]): { args: Sym[]; body: Node } {
  const args = kinds.map((_, i) => sym(`_${i + 1}`));
  const values = kinds.map((kind, i) => {
    if (kind === -1) return args[i];
    const target =
      kind > 0 ? form('static_parameter', BigInt(kind)) : call(core('fieldtype'), CTOR_SELF, BigInt(i + 1));
    return convertForTypeDecl(c, args[i], target, false, undefined);
  });
  return { args: [CTOR_SELF, ...args], body: form('return', new Form('new', [CTOR_SELF, ...values])) };
}

/** Body of the default outer constructor, whose arguments have exactly the field types. */
export function defaultOuterConstructor(type: Node, fields: number, parameters: number): { args: Sym[]; body: Node } {
  const args = Array.from({ length: fields }, (_, i) => sym(`_${i + 1}`));
  const sparams = Array.from({ length: parameters }, (_, i) => form('static_parameter', BigInt(i + 1)));
  const constructed = parameters === 0 ? CTOR_SELF : form('curly', type, ...sparams);
  return { args: [CTOR_SELF, ...args], body: form('return', new Form('new', [constructed, ...args])) };
}
