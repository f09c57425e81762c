// Closure conversion: inner functions become types.
//
// A local function that captures `x` becomes a type with a field `x`, defined at top level, whose instances are called;
// making the function means making an instance. What must happen at top level first (type definitions, methods) is
// wrapped as `(toplevel-butfirst value statements...)` where it arises and lifted out when the enclosing toplevel
// statement is reached. A captured variable that is assigned after it was captured lives in a Core.Box.
//
// Two kinds of methods need care. Methods of one local function are converted together, so that all of them see the
// same fields. A *global* method that captures a local variable cannot be code that is known before it runs: its body
// is built as a syntax tree when the definition is evaluated, with the captured values spliced in (`interpolating`).

import { SSAValue } from '../ir/code.ts';
import { GlobalRef, type QuoteNode, type Sym, sym } from '../syntax/expr.ts';
import { closureTemplate } from './closuretemplate.ts';
import type { Context } from './context.ts';
import { convertForTypeDecl, renumberTemporaries } from './convert.ts';
import { deparse } from './deparse.ts';
import { replaceNames } from './desugar/functions.ts';
import { LocalInitialisation } from './initialisation.ts';
import {
  ASSIGNED,
  assign,
  block,
  CAPTURED,
  call,
  core,
  equal,
  Form,
  form,
  insertAfterMeta,
  isAny,
  isForm,
  isQuoted,
  isSimpleAtom,
  isSym,
  isSymbolLike,
  isUnderscore,
  Lambda,
  LoweringError,
  MAYBE_UNDEF,
  malformed,
  NEVER_UNDEF,
  type Node,
  quoted,
  VarInfo,
} from './node.ts';
import { methodName, methodsOf, withoutDuplicates } from './scope.ts';

/** What conversion of a function body needs to know of where it is. */
interface Place {
  /** The name by which the body knows its own closure. */
  readonly self: Sym | undefined;
  readonly lambda: Lambda;
  /** Type names of local functions met so far in this function. */
  readonly typeNames: Map<Sym, Sym>;
  /** Functions whose type exists (local ones by symbol, globals by path). */
  readonly defined: Set<Sym | string>;
  readonly toplevel: boolean;
  readonly interpolating: boolean;
  /** In an opaque closure captured variables are fields by number. */
  readonly opaque: ReadonlyMap<Sym, number> | undefined;
  /** Names of the methods around, innermost first. */
  readonly methods: readonly Sym[];
  /** False for globals that were declared const here: assignments to them are not converted. */
  readonly globals: Map<string, boolean>;
  readonly locals: ReadonlyMap<Sym, VarInfo>;
}

const variableTable = (vars: readonly VarInfo[]): Map<Sym, VarInfo> => new Map(vars.map((v) => [v.name, v]));
const globalKey = (x: GlobalRef): string => `${x.module.path}.${x.name.name}`;
const definitionKey = (x: Node): Sym | string => (x instanceof GlobalRef ? globalKey(x) : (x as Sym));

/** Converts the function of a toplevel expression. Throws LoweringError. */
export function convertClosures(c: Context, lambda: Lambda): void {
  new Converter(c).convertNested(lambda, undefined);
}

const TOPLEVEL_PRESERVING = new Set(['if', 'elseif', 'block', 'trycatch', 'tryfinally', 'trycatchelse']);
const UNCHANGED = new Set(['top', 'core', 'global', 'break', 'module', 'toplevel', 'meta', 'import', 'using']);
UNCHANGED.add('export').add('public').add('atomic').add('inbounds').add('loopinfo');

class Converter {
  private readonly c: Context;
  constructor(c: Context) {
    this.c = c;
  }

  convert(e: Node, at: Place): Node {
    if (isSym(e)) return this.readVariable(e, at);
    if (e instanceof Lambda) {
      this.convertNested(e, at);
      return e;
    }
    if (!(e instanceof Form) || UNCHANGED.has(e.head)) return e;
    switch (e.head) {
      case 'toplevel-only':
        if (e.args[0] === sym('struct')) at.defined.add(definitionKey(e.args[1]));
        return e;
      case '=':
        return this.convertAssignment(e.args[0], this.convert(e.args[1], at), at);
      case 'local-def':
        return this.info(e.args[0], at)?.boxed ? assign(e.args[0], call(core('Box'))) : null;
      case 'local': {
        const info = this.info(e.args[0], at);
        if (info?.boxed) return assign(e.args[0], call(core('Box')));
        return info === undefined || info.has(NEVER_UNDEF) ? null : form('newvar', e.args[0]);
      }
      case 'const':
        if (e.args[0] instanceof GlobalRef) at.globals.set(globalKey(e.args[0]), false);
        return e;
      case 'isdefined':
        return this.convertIsDefined(e, at);
      case '_opaque_closure':
        return this.convertOpaqueClosure(e, at);
      case 'method': {
        const name = methodName(e);
        return this.convertMethod(e, isSym(name) ? { ...at, methods: [name, ...at.methods] } : at);
      }
      case '::':
        return this.convert(call(core('typeassert'), ...e.args), at);
      case 'decl':
        return this.convertDeclaration(e, at);
      case 'with-static-parameters':
        return this.convert(e.args[0], at);
      default:
        return new Form(e.head, this.convertAll(e.args, at));
    }
  }

  private info(x: Node, at: Place): VarInfo | undefined {
    return isSym(x) ? at.locals.get(x) : undefined;
  }

  /** How many forms were made so far whose statements belong to top level. */
  private toLift = 0;
  private lifting(value: Node, ...statements: readonly Node[]): Form {
    this.toLift++;
    return form('toplevel-butfirst', value, ...statements);
  }

  private convertAll(list: readonly Node[], at: Place): Node[] {
    if (!at.toplevel) return list.map((x) => this.convert(x, at));
    return list.map((x) => {
      const toplevel = isForm(x) && TOPLEVEL_PRESERVING.has(x.head);
      const before = this.toLift;
      const converted = this.convert(x, { ...at, toplevel });
      // Looking through what holds nothing to lift would make deep nesting cost its square.
      if (this.toLift === before) return converted;
      const { value, statements } = lift(converted);
      return statements.length === 0 ? value : block(...statements, value);
    });
  }

  // Functions that stand as they are: toplevel thunks and bodies of generated functions.
  convertNested(lambda: Lambda, at: Place | undefined): void {
    prepare(lambda);
    const { body } = lambda;
    if (!isForm(body, 'block')) throw malformed();
    const inner: Place = {
      self: undefined,
      lambda,
      typeNames: new Map(),
      defined: new Set(),
      toplevel: lambda.args.length === 0,
      interpolating: at?.interpolating ?? false,
      opaque: at?.opaque,
      methods: at?.methods ?? [],
      globals: at?.globals ?? new Map(),
      locals: variableTable(lambda.vars),
    };
    lambda.body = block(...this.convertAll(body.args, inner));
    finish(lambda, []);
    lambda.captured = [];
  }

  // A function that becomes a method; `self` is the argument that holds its closure.
  private convertBody(
    lambda: Lambda,
    self: Sym | undefined,
    interpolating: boolean,
    opaque: Place['opaque'],
    at: Place,
  ): void {
    const inner: Place = {
      self,
      lambda,
      typeNames: new Map(),
      defined: new Set(),
      toplevel: false,
      interpolating,
      opaque,
      methods: at.methods,
      globals: new Map(),
      locals: variableTable(lambda.vars),
    };
    const body = this.convert(lambda.body, inner);
    const boxes = lambda.args
      .filter((arg) => lambda.vars.find((v) => v.name === arg)?.boxed)
      .map((arg) => assign(arg, call(core('Box'), arg)));
    lambda.body = isForm(body) ? insertAfterMeta(body, boxes) : body;
  }

  private addVariable(lambda: Lambda, name: Sym, flags: number): Sym {
    lambda.vars.push(new VarInfo(name, sym('Any'), flags));
    return name;
  }

  private captured(name: Node, at: Place): VarInfo | undefined {
    return at.lambda.captured.find((v) => v.name === name);
  }

  // The value of a captured variable, or its box.
  private access(name: Sym, at: Place, quote = true): Node {
    if (at.interpolating) return form('$', quote ? call(core('QuoteNode'), name) : name);
    const self = at.self as Sym;
    return call(core('getfield'), self, at.opaque === undefined ? quoted(name) : BigInt(at.opaque.get(name) ?? 0));
  }

  private readVariable(name: Sym, at: Place): Node {
    if (name === at.self || isStaticParameter(name, at)) return name;
    const captured = this.captured(name, at);
    if (captured !== undefined) {
      const access = this.access(name, at);
      return captured.boxed ? this.boxContents(name, access, captured.type, at) : access;
    }
    const info = at.locals.get(name);
    return info?.boxed ? this.boxContents(name, name, info.type, at) : name;
  }

  // Reading a box tests it through a variable of the same name first, so that an undefined variable is reported by
  // its own name; the test folds away when compiled.
  private boxContents(name: Sym, box: Node, type: Node, at: Place): Node {
    const holder = isSym(box) ? box : this.c.temp();
    const undefinedName = this.addVariable(at.lambda, this.c.renamed(name), MAYBE_UNDEF);
    const test = form(
      'if',
      call(core('isdefined'), holder, CONTENTS),
      null,
      block(form('newvar', undefinedName), undefinedName),
    );
    let value: Node = call(core('getfield'), holder, CONTENTS);
    if (!isAny(type)) {
      const converted = this.convert(type, at);
      const simple = isSymbolLike(converted) || isQuoted(converted);
      value = call(core('typeassert'), value, simple ? converted : renumberTemporaries(this.c, converted));
    }
    return block(...(holder === box ? [] : [assign(holder, box)]), test, value);
  }

  private convertIsDefined(e: Form, at: Place): Node {
    const name = e.args[0];
    if (isSym(name)) {
      if (name === at.self || isStaticParameter(name, at)) return e;
      const captured = this.captured(name, at);
      if (captured !== undefined) {
        return captured.boxed ? call(core('isdefined'), this.access(name, at), CONTENTS) : true;
      }
      return at.locals.get(name)?.boxed ? call(core('isdefined'), name, CONTENTS) : e;
    }
    return name instanceof GlobalRef ? call(core('isdefinedglobal'), name.module, quoted(name.name)) : e;
  }

  private convertDeclaration(e: Form, at: Place): Node {
    const [name, type] = e.args;
    if (isSym(name) && isLocal(name, at)) return null;
    const ref = name instanceof GlobalRef ? name : isSym(name) ? this.c.global(name) : undefined;
    if (ref === undefined) return this.convert(call(core('typeassert'), name, type), at);
    at.globals.set(globalKey(ref), true);
    return this.convert(
      block(form('toplevel-only', sym('set_binding_type!'), name), form('globaldecl', ref, type), null),
      at,
    );
  }

  /** `name = right` with `right` converted already; the whole still has the value of `right`. */
  private convertAssignment(name: Node, right: Node, at: Place): Node {
    if (name instanceof GlobalRef) return this.assignGlobal(name, right, at);
    if (name instanceof SSAValue) return assign(name, right);
    if (!isSym(name)) throw new LoweringError(`invalid assignment location "${deparse(name)}"`);
    const info = at.locals.get(name);
    const captured = this.captured(name, at);
    const type = info?.type ?? captured?.type ?? core('Any');
    if (!captured?.boxed && !info?.boxed && isAny(type)) {
      if (isLocalOf(name, at.lambda) || isUnderscore(name)) return assign(name, right);
      return this.assignGlobal(this.c.global(name), right, at);
    }
    const value = isRepeatable(right) ? right : this.c.temp();
    const target = this.convert(type, {
      ...at,
      typeNames: new Map(),
      defined: new Set(),
      toplevel: false,
      globals: new Map(),
    });
    const converted = convertForTypeDecl(this.c, value, target, true, at.lambda);
    let store: Node = assign(name, converted);
    if (captured?.boxed) store = call(core('setfield!'), this.access(name, at, false), CONTENTS, converted);
    else if (info?.boxed) store = call(core('setfield!'), name, CONTENTS, converted);
    return value === right ? block(store, right) : block(assign(value, right), store, value);
  }

  private assignGlobal(ref: GlobalRef, right: Node, at: Place): Node {
    const value = isRepeatable(right) ? right : this.c.temp();
    const typed = at.globals.get(globalKey(ref)) ?? true;
    const type = call(core('get_binding_type'), ref.module, quoted(ref.name));
    const converted = typed ? convertForTypeDecl(this.c, value, type, false, at.lambda) : value;
    const store = [form('globaldecl', ref), ...(value === right ? [] : [assign(value, right)])];
    return block(...store, assign(ref, converted), value);
  }

  private convertOpaqueClosure(e: Form, at: Place): Node {
    const [type, lower, upper, isva, nargs, partial, location, body] = e.args;
    const lambda = body as Lambda;
    const names = lambda.captured.map((v) => v.name);
    prepare(lambda);
    const values = names.map((v) => (this.captured(v, at) === undefined ? v : this.access(v, at)));
    const indices = new Map(names.map((v, i) => [v, i + 1]));
    this.convertBody(lambda, lambda.args[0], false, indices, at);
    finish(lambda, []);
    lambda.captured = [];
    return form(
      'new_opaque_closure',
      type,
      lower ?? call(core('apply_type'), core('Union')),
      upper ?? core('Any'),
      partial,
      form('opaque_closure_method', null, nargs, isva, location, lambda),
      ...values,
    );
  }

  private convertMethod(e: Form, at: Place): Node {
    const [target, signature] = e.args;
    const short = e.args.length === 1;
    const lambda = short ? undefined : (e.args[2] as Lambda);
    const isLocalFunction = isSym(target) && isLocal(target, at);
    const parts = isForm(signature, 'block') ? signature.args : [signature];
    const inits = short ? [] : this.convertAll(parts.slice(0, -1), at);
    const types = parts[parts.length - 1];
    if (isLocalFunction) {
      if (at.lambda.args.includes(target)) {
        throw new LoweringError(`cannot add method to function argument ${target.name}`);
      }
      if (target.name.startsWith('@')) throw new LoweringError('macro definition not allowed inside a local scope');
    }
    if (lambda !== undefined) prepare(lambda);
    if (isLocalFunction) return this.convertLocalFunction(e, target, types, inits, at);
    if (lambda === undefined) {
      const key = definitionKey(target);
      if (at.defined.has(key)) return e;
      at.defined.add(key);
      return this.lifting(form('unnecessary', target), e, form('latestworld'));
    }
    if (lambda.captured.length === 0) {
      const converted = this.convert(renameSignatureTypes(this.c, types, at.typeNames), at);
      this.convertBody(lambda, undefined, at.interpolating, at.opaque, at);
      finish(lambda, undefined);
      return block(...inits, form('method', target, converted, lambda), form('latestworld'));
    }
    this.convertBody(lambda, undefined, true, undefined, at);
    finish(lambda, []);
    lambda.captured = [];
    const { value, statements } = lift(lambda);
    const converted = this.convert(types, at);
    return this.lifting(
      block(...inits, form('method', target, converted, closureTemplate(this.c, value as Lambda)), form('latestworld')),
      ...statements,
    );
  }

  // A local function: a type at top level, and an instance of it here.
  private convertLocalFunction(e: Form, name: Sym, types: Node, inits: readonly Node[], at: Place): Node {
    const c = this.c;
    const lambda = e.args.length === 1 ? undefined : (e.args[2] as Lambda);
    const exists = at.defined.has(name);
    const others = methodsOf(at.lambda, name).filter((m) => m !== e);
    const typeName = at.typeNames.get(name) ?? this.newTypeName(name, at);
    at.typeNames.set(name, typeName);

    const definitions = [...(lambda === undefined ? [] : [e]), ...others];
    const lambdas = definitions.map((m) => m.args[2] as Lambda);
    const capturedAll = withoutDuplicates(lambdas.flatMap((l) => l.captured.map((v) => v.name)));
    const sparamsAll = new Set(lambdas.flatMap((l) => l.sparams));
    const capturedSparams = sorted(capturedAll.filter((v) => sparamsAll.has(v)));
    const fields = capturedAll.filter((v) => !capturedSparams.includes(v));
    const moved = lambda === undefined ? [] : this.movedVariables(e, name, capturedSparams, at);
    const inSignatures = sorted(
      withoutDuplicates(
        definitions.flatMap((m) => {
          const own = (m.args[2] as Lambda).sparams;
          return symbolsIn(m.args[1]).filter((s) => s !== name && !capturedSparams.includes(s) && own.includes(s));
        }),
      ),
    );
    const parameterNames = [...capturedSparams, ...inSignatures];
    const parameterTemps = parameterNames.map(() => c.temp());
    const boxed = new Map(fields.map((v) => [v, this.isBoxed(v, at)]));

    const fieldTypes = fields.map((v) => (boxed.get(v) ? core('Box') : c.temp()));
    const definition = closureType(
      c,
      typeName,
      [...parameterTemps, ...fieldTypes.filter((t) => t instanceof SSAValue)],
      [...parameterNames, ...fields.filter((v) => !boxed.get(v))],
      fields,
      fieldTypes,
    );

    const methods: Node[] = [];
    if (lambda !== undefined) {
      const isKeyword = mentionsKwftype(types);
      const renames = new Map(parameterNames.map((v, i) => [v, parameterTemps[i] as Node]));
      const own = closureSignature(c, types as Form, c.global(typeName), isKeyword, at.typeNames, parameterTemps);
      const converted = this.convert(replaceNames(own, renames), at);
      this.convertBody(lambda, lambda.args[isKeyword ? 2 : 0], false, undefined, at);
      finish(lambda, parameterNames);
      lambda.captured = [];
      methods.push(
        ...parameterNames.map((v, i) => assign(parameterTemps[i], call(core('TypeVar'), quoted(v), core('Any')))),
        form('method', false, converted, lambda),
      );
    }

    const values = fields.map((v) => (this.captured(v, at) === undefined ? v : this.access(v, at)));
    const arguments_: Node[] = [
      ...parameterNames,
      ...fields.flatMap((v, i) => (boxed.get(v) ? [] : [call(core('_typeof_captured_variable'), values[i])])),
    ];
    const type = c.global(typeName);
    const instance = form(
      'new',
      arguments_.length === 0 ? type : call(core('apply_type'), type, ...arguments_),
      ...values,
    );
    if (moved.length > 0) at.lambda.vars = at.lambda.vars.filter((v) => !moved.includes(v.name));
    const rest = [...moved.map((v) => form('moved-local', v)), ...inits, ...methods, form('latestworld')];
    if (exists || (lambda === undefined && others.length > 0)) return this.lifting(null, ...rest);
    at.defined.add(name);
    return this.lifting(
      this.convertAssignment(name, instance, at),
      form('thunk', definition),
      form('latestworld'),
      ...rest,
    );
  }

  private newTypeName(name: Sym, at: Place): Sym {
    let base = `#${name.name}`;
    if (name.name.startsWith('#')) {
      base = /^#[0-9]/.test(name.name) ? `#${this.c.counter(at.methods)}` : name.name;
    }
    return sym(`${base}#${this.c.counter(at.methods)}`);
  }

  private isBoxed(name: Sym, at: Place): boolean {
    return at.lambda.vars.find((v) => v.name === name)?.boxed === true || this.captured(name, at)?.boxed === true;
  }

  // Variables that only serve the signature move to top level with it; using others there is an error.
  private movedVariables(e: Form, name: Sym, capturedSparams: readonly Sym[], at: Place): Sym[] {
    const signature = e.args[1];
    if (at.lambda.args.length === 0) return [];
    const moved: Sym[] = [];
    for (const s of new Set(symbolsIn(signature))) {
      if (s === name || capturedSparams.includes(s) || !isLocal(s, at)) continue;
      const elsewhere = usedOutside(s, at.lambda.body, signature);
      if (elsewhere || !assignedIn(s, signature)) {
        if (at.typeNames.has(s)) continue;
        throw new LoweringError(`local variable ${s.name} cannot be used in closure declaration`);
      }
      moved.push(s);
    }
    return moved;
  }
}

const CONTENTS = quoted(sym('contents'));

function isLocalOf(name: Sym, lambda: Lambda): boolean {
  return lambda.vars.some((v) => v.name === name) || lambda.captured.some((v) => v.name === name);
}
const isLocal = (name: Sym, at: Place): boolean => at.locals.has(name) || isLocalOf(name, at.lambda);

// An opaque closure has no static parameters: those of the function around it are captured.
const isStaticParameter = (name: Sym, at: Place): boolean =>
  at.lambda.sparams.includes(name) && at.opaque?.has(name) !== true;

const isRepeatable = (x: Node): boolean => isSimpleAtom(x) || isForm(x, 'the_exception');

// Symbols by the order flisp gives them: it compares their text.
const sorted = (names: readonly Sym[]): Sym[] =>
  [...names].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));

// Locals that are never assigned are treated as those that are: reading them must find an undefined variable.
function prepare(lambda: Lambda): void {
  for (let i = lambda.args.length; i < lambda.vars.length; i++) lambda.vars[i].flags |= ASSIGNED;
  new LocalInitialisation(lambda).run();
}

// Captured flags have done their work once a body is converted. `extra` are static parameters the closure type adds.
function finish(lambda: Lambda, extra: readonly Sym[] | undefined): void {
  for (const v of lambda.vars) v.flags &= ~CAPTURED;
  if (extra !== undefined) lambda.sparams = withoutDuplicates([...lambda.sparams, ...extra]);
}

/** Takes all `toplevel-butfirst` statements out of `x`; type definitions come first. */
function lift(x: Node): { value: Node; statements: Node[] } {
  const lifted: (readonly Node[])[] = [];
  const visit = (e: Node): Node => {
    if (e instanceof Lambda) {
      if (!e.lifted) {
        e.lifted = true;
        e.body = visit(e.body);
      }
      return e;
    }
    if (!(e instanceof Form) || isQuoted(e)) return e;
    let changed = false;
    const args = e.args.map((arg) => {
      const next = visit(arg);
      changed ||= next !== arg;
      return next;
    });
    if (e.head === 'toplevel-butfirst') {
      lifted.push(args.slice(1));
      return args[0];
    }
    return changed ? new Form(e.head, args) : e;
  };
  const value = visit(x);
  const all = lifted.flat();
  const isType = (s: Node): boolean => isForm(s, 'thunk');
  return { value, statements: [...all.filter(isType), ...all.filter((s) => !isType(s))] };
}

function symbolsIn(x: Node): Sym[] {
  const found: Sym[] = [];
  const visit = (e: Node): void => {
    if (isSym(e)) found.push(e);
    else if (e instanceof Form && !isQuoted(e)) e.args.forEach(visit);
  };
  visit(x);
  return found;
}

function usedOutside(s: Sym, body: Node, signature: Node): boolean {
  const visit = (e: Node): boolean => {
    if (e === s) return true;
    if (e === signature) return false;
    if (e instanceof Lambda) return visit(e.body);
    if (!(e instanceof Form) || isQuoted(e) || e.head === 'local') return false;
    return e.args.some(visit);
  };
  return visit(body);
}

function assignedIn(s: Sym, x: Node): boolean {
  if (!(x instanceof Form) || isQuoted(x)) return false;
  if ((x.head === '=' || x.head === 'method') && x.args[0] === s) return true;
  return x.args.some((arg) => assignedIn(s, arg));
}

function mentionsKwftype(x: Node): boolean {
  return x instanceof Form && (equal(x, core('kwftype')) || x.args.some(mentionsKwftype));
}

// `Core.Typeof(f)` of a local function in a signature is the type it was converted to.
function renameSignatureTypes(c: Context, x: Node, typeNames: ReadonlyMap<Sym, Sym>): Node {
  if (!(x instanceof Form) || isQuoted(x)) return x;
  if (x.head === 'call' && x.args.length === 2 && equal(x.args[0], core('Typeof')) && isSym(x.args[1])) {
    const typeName = typeNames.get(x.args[1]);
    if (typeName !== undefined) return c.global(typeName);
  }
  return new Form(
    x.head,
    x.args.map((arg) => renameSignatureTypes(c, arg, typeNames)),
  );
}

// The signature svec with the function's own argument replaced by its closure type.
function closureSignature(
  c: Context,
  signature: Form,
  typeRef: Node,
  isKeyword: boolean,
  typeNames: ReadonlyMap<Sym, Sym>,
  parameters: readonly Node[],
): Node {
  const [, typesCall, variables, location] = signature.args as [Node, Form, Form, QuoteNode];
  const types = typesCall.args.slice(1).map((t) => renameSignatureTypes(c, t, typeNames));
  const own = parameters.length === 0 ? typeRef : call(core('apply_type'), typeRef, ...parameters);
  types[isKeyword ? 2 : 0] = own;
  return call(
    core('svec'),
    call(core('svec'), ...types),
    call(core('svec'), ...variables.args.slice(1), ...parameters),
    location,
  );
}

/** The thunk that defines a closure type. */
function closureType(
  c: Context,
  name: Sym,
  parameters: readonly Node[],
  parameterNames: readonly Sym[],
  fields: readonly Sym[],
  fieldTypes: readonly Node[],
): Lambda {
  const type = c.temp();
  const names = call(core('svec'), ...fields.map((f) => quoted(f)));
  return new Lambda(
    [],
    block(
      form('global', name),
      ...parameters.map((p, i) => assign(p, call(core('TypeVar'), quoted(parameterNames[i]), core('Any')))),
      assign(
        type,
        call(
          core('_structtype'),
          c.module,
          quoted(name),
          call(core('svec'), ...parameters),
          names,
          call(core('svec')),
          false,
          BigInt(fields.length),
        ),
      ),
      call(core('_setsuper!'), type, core('Function')),
      form('const', c.global(name), type),
      call(core('_typebody!'), false, type, call(core('svec'), ...fieldTypes)),
      form('return', null),
    ),
  );
}
