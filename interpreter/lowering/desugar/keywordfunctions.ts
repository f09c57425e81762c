// Functions with keyword arguments. One definition becomes three:
//
//   the body function `#f#1(k..., f, x...)`, which takes all keywords as leading positional arguments;
//   `f(x...)`, which calls it with the defaults;
//   `Core.kwcall(kw::NamedTuple, f, x...)`, which sorts the keywords out of a NamedTuple, rejects unknown ones, and
//   calls the body function.

import { GlobalRef, LineNumberNode, QuoteNode, Sym, sym } from '../../syntax/expr.ts';
import type { Context } from '../context.ts';
import { deparse } from '../deparse.ts';
import {
  assign,
  block,
  blockify,
  call,
  contains,
  core,
  declName,
  declType,
  Form,
  form,
  insertAfterMeta,
  isAssignment,
  isDecl,
  isForm,
  isKwarg,
  isNospecializeMeta,
  isSym,
  isSymDecl,
  isVararg,
  LoweringError,
  mentions,
  type Node,
  occurs,
  quoted,
  top,
  UNUSED,
} from '../node.ts';
import { argumentName, isVarargTyped } from './arguments.ts';
import { definePositional, methodPrologue, usedSparams, withoutGenerated } from './functions.ts';
import type { TypeVariable } from './typeexpressions.ts';

function checkKeywords(keywords: readonly Node[]): void {
  const valid = (x: Node): boolean => isKwarg(x) || isVararg(x);
  const wrong = keywords.find((x) => !valid(x) && !(isNospecializeMeta(x) && valid(x.args[1])));
  if (wrong === undefined) return;
  if (isForm(wrong, 'parameters')) throw new LoweringError('more than one semicolon in argument list');
  throw new LoweringError(`invalid keyword argument syntax "${deparse(wrong)}"`);
}

// A keyword without default must be given by the caller.
function withDefault(x: Node): Node {
  if (isSymDecl(x)) {
    return form('kw', x, call(core('throw'), call(core('UndefKeywordError'), quoted(declName(x) as Sym))));
  }
  return isNospecializeMeta(x) ? form('meta', x.args[0], withDefault(x.args[1])) : x;
}

const scopeNest = (names: readonly Node[], values: readonly Node[], inner: Node): Node =>
  names.reduceRight<Node>((body, name, i) => form('let', assign(name, values[i]), block(body)), inner);

const METHOD_META = new Set(['inline', 'noinline', 'aggressive_constprop', 'no_constprop', 'propagate_inbounds']);
const propagated = (meta: Form): Form =>
  new Form(
    'meta',
    meta.args.filter((x) => (isSym(x) && METHOD_META.has(x.name)) || isForm(x, 'purity')),
  );

const isArgwideNospecialize = (x: Node): boolean =>
  isForm(x, 'meta') && x.args.length === 1 && isSym(x.args[0]) && /^(no)?specialize$/.test(x.args[0].name);

export function defineWithKeywords(
  c: Context,
  name: Node,
  sparams: readonly TypeVariable[],
  writtenKeywords: readonly Node[],
  positional: readonly Node[],
  written: Node,
  returnType: Node,
): Node {
  let keywords = writtenKeywords.map(withDefault);
  checkKeywords(keywords);
  const annotations = keywords
    .filter((x) => isNospecializeMeta(x))
    .map((x) => form('meta', x.args[0], argumentName((x.args[1] as Form).args[0])));
  keywords = keywords.map((x) => (isNospecializeMeta(x) ? x.args[1] : x));
  const body = blockify(written);

  const last = positional[positional.length - 1];
  const lastInner = isKwarg(last) ? last.args[0] : last;
  const vararg = isVararg(lastInner) || isVarargTyped(lastInner) ? [last] : [];
  const splatted = vararg.map((x) => form('...', argumentName(x)));
  const plain = vararg.length === 0 ? positional : positional.slice(0, -1);
  const required = plain.map((x) => (isKwarg(x) ? x.args[0] : x));
  const passed = plain.map(argumentName);

  const lastKeyword = keywords[keywords.length - 1];
  const rest = isVararg(lastKeyword) ? [lastKeyword.args[0]] : [];
  const declared = (rest.length === 0 ? keywords : keywords.slice(0, -1)) as Form[];
  if (declared.some(isVararg)) throw new LoweringError('invalid "..." on non-final keyword argument');
  const variables = declared.map((x) => x.args[0]);
  const defaults = declared.map((x) => x.args[1]);
  const names = variables.map(declName);

  // Defaults may use earlier keywords: then values live in variables of nested scopes, else in temporaries.
  const ordered = names.some((k) => defaults.some((value) => occurs(value, k)));
  const temporaries = !ordered && !defaults.some((value) => contains(value, isAssignment));
  const holders = temporaries ? names.map(() => c.temp()) : names;
  const slot = c.gensym();
  const prologue = methodPrologue(body);
  const positionalSparams = usedSparams(positional, sparams);
  const keywordSparams = sparams.filter((v) => !positionalSparams.includes(v));
  const kw = c.gensym();
  const restHolder = rest.map((x) => sym(`${argumentName(x).name}...`));
  const restFormal = rest.map((x) => form('::', x, call(top('pairs'), core('NamedTuple'))));
  const mangled = bodyName(c, name);
  const simple = isSym(name) || name instanceof GlobalRef;

  const bodyFunction = definePositional(
    c,
    mangled,
    sparams,
    [form('::', mangled, call(core('typeof'), mangled)), ...variables, ...restFormal, ...required, ...vararg],
    insertAfterMeta(block(...body.args), [
      form('meta', sym('nkw'), BigInt(variables.length + rest.length)),
      ...annotations,
    ]),
    returnType,
  );

  const noRest = rest.length === 0 ? [] : [call(top('pairs'), call(core('NamedTuple')))];
  const callBody = (values: readonly Node[], restValue: readonly Node[]): Node =>
    form('return', call(mangled, ...values, ...restValue, ...passed, ...splatted));
  const withDefaults = callBody(ordered ? names : defaults, noRest);
  const plainMethod = definePositional(
    c,
    name,
    positionalSparams,
    positional,
    block(
      ...keepFirstLine(withoutGenerated(prologue)),
      ordered ? scopeNest(names, defaults, withDefaults) : withDefaults,
    ),
  );

  const values = variables.map((v, i) => {
    const k = declName(v) as Sym;
    const taken = keywordValue(c, v, kw, keywordSparams);
    return block(
      form('if', call(core('isdefined'), kw, quoted(k)), assign(slot, taken), assign(slot, defaults[i])),
      slot,
    );
  });
  const tail = block(
    rest.length === 0
      ? form(
          'if',
          call(
            top('isempty'),
            call(top('diff_names'), call(top('keys'), kw), form('tuple', ...names.map((k) => quoted(k as Sym)))),
          ),
          null,
          call(top('kwerr'), kw, ...passed, ...splatted),
        )
      : assign(
          restHolder[0],
          call(
            top('pairs'),
            names.length === 0
              ? kw
              : call(
                  top('structdiff'),
                  kw,
                  form('curly', core('NamedTuple'), form('tuple', ...names.map((k) => quoted(k as Sym)))),
                ),
          ),
        ),
    callBody(holders, restHolder),
  );
  const metas = prologue.filter((x) => isForm(x, 'meta')) as Form[];
  const firstLine = prologue.find((x) => x instanceof LineNumberNode);
  const optional = [...plain, ...vararg].some(isKwarg);
  const sorter = definePositional(
    c,
    name,
    positionalSparams,
    [
      form('::', optional ? c.gensym() : UNUSED, call(core('kwftype'), declType(positional[0]))),
      form('::', kw, core('NamedTuple')),
      ...positional,
    ],
    block(
      ...metas.map(propagated),
      ...prologue.filter(isArgwideNospecialize),
      ...(firstLine === undefined ? [] : [firstLine]),
      ...metas
        .filter((x) => isNospecializeMeta(x))
        .map((m) => new Form('meta', [m.args[0], ...m.args.slice(1).filter((v) => !names.includes(v))])),
      // temporaries hide the names of the keywords from reflection, so they are declared all the same
      ...(temporaries ? [...names].reverse().map((k) => form('local', k)) : []),
      temporaries
        ? block(...holders.map((holder, i) => assign(holder, values[i])), tail)
        : scopeNest(holders, values, tail),
    ),
  );

  // The three definitions stand inside one call, so that closure conversion handles them together and defines all
  // types they need before the first method.
  return call(
    core('ifelse'),
    false,
    false,
    block(
      ...(simple ? [form('method', name)] : []),
      form('latestworld-if-toplevel'),
      bodyFunction,
      plainMethod,
      sorter,
      isSym(name) ? name : null,
    ),
  );
}

// The keyword's value in the NamedTuple; a declared type is asserted unless it needs parameters that are not known yet.
function keywordValue(c: Context, v: Node, kw: Node, keywordSparams: readonly TypeVariable[]): Node {
  const k = declName(v) as Sym;
  const value = call(core('getfield'), kw, quoted(k));
  if (!isDecl(v)) return value;
  const type = v.args[1];
  if (keywordSparams.some((s) => mentions(type, s.name))) return value;
  const temporary = c.temp();
  const error = form('new', core('TypeError'), quoted(sym('keyword argument')), quoted(k), type, temporary);
  return block(
    assign(temporary, value),
    form('if', call(core('isa'), temporary, type), null, call(core('throw'), error)),
    temporary,
  );
}

function bodyName(c: Context, name: Node): Sym {
  let shown = '_';
  if (isSym(name)) shown = name.name;
  else if (name instanceof GlobalRef) shown = name.name.name;
  else if (isForm(name, '.') && name.args[1] instanceof QuoteNode && name.args[1].value instanceof Sym) {
    shown = name.args[1].value.name;
  } else if (isForm(name, 'overlay')) shown = listText(name);
  const prefix = isSym(name) && name.name.startsWith('#') ? '' : '#';
  return sym(`${prefix}${shown}#${c.counter()}`);
}

/** A form as the reference's lowering writes its lists: the body of a method of a method table is named after both. */
function listText(x: Node): string {
  if (isSym(x)) return x.name;
  if (x instanceof QuoteNode) return `(inert ${x.value instanceof Sym ? x.value.name : deparse(x)})`;
  if (isForm(x)) return `(${[x.head, ...x.args.map(listText)].join(' ')})`;
  return deparse(x);
}

function keepFirstLine(statements: readonly Node[]): Node[] {
  let seen = false;
  return statements.filter((x) => {
    if (!(x instanceof LineNumberNode)) return true;
    const first = !seen;
    seen = true;
    return first;
  });
}
