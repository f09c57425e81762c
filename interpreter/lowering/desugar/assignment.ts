// Assignment and declarations: what may stand on the left of `=`, and `const`, `global`, `local` around it.

import { SSAValue } from '../../ir/code.ts';
import { GlobalRef } from '../../syntax/expr.ts';
import type { Context } from '../context.ts';
import { convertForTypeDecl } from '../convert.ts';
import { deparse } from '../deparse.ts';
import {
  assign,
  block,
  call,
  declName,
  Form,
  form,
  isAssignment,
  isCompound,
  isDecl,
  isEventuallyCall,
  isForm,
  isFunctionDefinition,
  isQuoted,
  isSym,
  isSymbolLike,
  isUnderscore,
  LoweringError,
  type Node,
  top,
} from '../node.ts';
import { withoutSideEffects } from './calls.ts';
import { destructureProperties, destructureTuple } from './destructuring.ts';
import { expand, expandAll, type Rules } from './expand.ts';
import { splitIndices, usesBounds } from './indexing.ts';

export const assignmentRules: Rules = {
  '=': (c, e) => expandAssignment(c, e, false),
  const: expandConst,
  global: expandDeclaration,
  local: expandDeclaration,
  'local-def': expandDeclaration,
  atomic() {
    throw new LoweringError('unimplemented or unsupported atomic declaration');
  },
};

const FORBIDDEN_NAMES = new Set(['ccall', 'cglobal']);
/** Names that stand for syntax cannot be bound. */
export const isValidName = (x: Node): boolean => !(isSym(x) && FORBIDDEN_NAMES.has(x.name));

/** Puts the assignment into the last statement when `right` is a block, so that its other statements stay outside. */
export function sinkAssignment(left: Node, right: Node): Node {
  if (!isForm(right, 'block') || right.args.length === 0) return assign(left, right);
  const last = right.args.length - 1;
  return new Form('block', [...right.args.slice(0, last), assign(left, right.args[last])]);
}

function isFunctionLeft(left: Node): boolean {
  if (!isForm(left)) return false;
  return left.head === 'call' || left.head === 'where' || (left.head === '::' && isForm(left.args[0], 'call'));
}

const invalidLocation = (left: Node): LoweringError =>
  new LoweringError(`invalid assignment location "${deparse(left)}"`);

function expandAssignment(c: Context, e: Form, isConst: boolean): Node {
  const [left, right] = e.args;
  const wrap = (x: Node): Node => (isConst ? form('const', x) : x);
  // `const f() = ...` is accepted; the const says nothing
  if (isFunctionLeft(left)) return expand(c, new Form('function', e.args));
  if (isForm(left, 'curly')) return expandTypeAlias(c, left, right, isConst);
  if (isAssignment(right)) return expandChain(c, left, right, wrap);
  if ((isSymbolLike(left) && isValidName(left)) || left instanceof GlobalRef) {
    if (!isConst) return sinkAssignment(left, expand(c, right));
    const value = c.temp();
    return block(
      sinkAssignment(value, expand(c, right)),
      form('const', left, value),
      form('latestworld'),
      form('unnecessary', value),
    );
  }
  if (!isForm(left)) throw invalidLocation(left);
  const noConst = (): void => {
    if (isConst) throw new LoweringError(`cannot declare "${deparse(left)}" \`const\``);
  };
  switch (left.head) {
    case '.':
      noConst();
      return assignProperty(c, left, right);
    case 'tuple':
      return isForm(left.args[0], 'parameters')
        ? destructureProperties(c, left.args, right, wrap)
        : destructureTuple(c, left.args, right, wrap);
    case 'ref':
      noConst();
      return assignIndexed(c, left, right);
    case '::':
      return assignTyped(c, left, right, isConst);
    case 'typed_hcat':
      throw new LoweringError('invalid spacing in left side of indexed assignment');
    case 'typed_vcat':
    case 'typed_ncat':
      throw new LoweringError('unexpected ";" in left side of indexed assignment');
    case 'vcat':
    case 'ncat':
      throw new LoweringError('use "(a, b) = ..." to assign multiple values');
    default:
      throw invalidLocation(left);
  }
}

// `a = b = c` evaluates c once and assigns from the right; only the leftmost name of a const chain becomes const.
function expandChain(c: Context, left: Node, right: Form, wrap: (x: Node) => Node): Node {
  const targets = [left];
  let value: Node = right;
  while (isAssignment(value) && !isFunctionLeft(value.args[0])) {
    targets.push(value.args[0]);
    value = value.args[1];
  }
  const result = isSymbolLike(value) ? value : c.temp();
  const source = isAssignment(value) ? new Form('function', value.args) : value;
  const [first, ...others] = targets;
  return expand(
    c,
    block(
      ...(result === value ? [] : [assign(result, source)]),
      ...others.reverse().map((target) => assign(target, result)),
      wrap(assign(first, result)),
      form('unnecessary', result),
    ),
  );
}

function assignProperty(c: Context, left: Form, right: Node): Node {
  const [object, field] = left.args;
  if (isForm(field, 'tuple') && field.args.length === 1) {
    throw new LoweringError(`invalid syntax "${deparse(object)}.(${deparse(field.args[0])}) = ..."`);
  }
  const before: Node[] = [];
  const store = (x: Node, keep: boolean): Node => {
    if (keep) return x;
    const value = c.temp();
    before.push(sinkAssignment(value, expand(c, x)));
    return value;
  };
  const a = store(object, isSymbolLike(object));
  const b = store(field, !isCompound(field) || isSymbolLike(field) || isQuoted(field));
  const value = store(right, isSymbolLike(right) || !isCompound(right));
  return block(...before, call(top('setproperty!'), a, b, value), form('unnecessary', value));
}

function assignIndexed(c: Context, left: Form, right: Node): Node {
  const [written, ...indices] = left.args;
  const reuse = isCompound(written) && usesBounds(indices, true);
  const array = reuse ? c.temp() : written;
  const store = isCompound(right) && !(right instanceof SSAValue) && !isQuoted(right);
  const value = store ? c.temp() : right;
  const before = reuse ? [assign(array, expand(c, written))] : [];
  const init = store ? [sinkAssignment(value, expand(c, right))] : [];
  const parts = splitIndices(c, array, indices);
  return block(
    ...before,
    ...expandAll(c, parts.statements),
    ...init,
    expand(c, call(top('setindex!'), array, value, ...parts.indices)),
    form('unnecessary', value),
  );
}

function assignTyped(c: Context, left: Form, right: Node, isConst: boolean): Node {
  if (left.args.length === 1) throw invalidLocation(left);
  const [name, type] = left.args;
  const { expression, before } = withoutSideEffects(c, name);
  const discarded = isUnderscore(expression);
  if (isConst) {
    const value = discarded ? right : convertForTypeDecl(c, right, type, true, undefined);
    return expand(c, form('const', assign(expression, value)));
  }
  return expand(c, block(...before, ...(discarded ? [] : [form('decl', expression, type)]), assign(expression, right)));
}

// `A{T} = Vector{T}`
function expandTypeAlias(c: Context, left: Form, right: Node, isConst: boolean): Node {
  const [name, ...parameters] = left.args;
  if (parameters.length === 0) {
    throw new LoweringError(`empty type parameter list in "${deparse(assign(form('curly', name), right))}"`);
  }
  const value = c.temp();
  return expand(
    c,
    block(
      assign(value, form('where', right, ...parameters)),
      form(isConst ? 'const' : 'assign-const-if-global', name, value),
      form('latestworld-if-toplevel'),
      value,
    ),
  );
}

function expandConst(c: Context, e: Form): Node {
  if (e.args.length === 2) return form('const', e.args[0], expand(c, e.args[1]));
  const checked = (x: Node): Form => {
    if (isAssignment(x)) return x;
    throw new LoweringError('expected assignment after "const"');
  };
  const declared = e.args[0];
  if (isForm(declared, 'global')) {
    const assignment = checked(declared.args[0]);
    return block(
      ...boundNames(assignment.args[0]).map((name) => form('global', name)),
      expandAssignment(c, assignment, true),
    );
  }
  return expandAssignment(c, checked(declared), true);
}

/** The names that a left side declares. */
export function declaredNames(left: Node): Node[] {
  if (isSym(left) || isDecl(left)) return [left];
  if (isForm(left, 'tuple') || isForm(left, 'parameters')) return left.args.flatMap(declaredNames);
  return [];
}
export const assignedNames = (left: Node): Node[] => declaredNames(left).map(declName);

// All names a const assignment binds, through calls and type applications too.
function boundNames(left: Node): Node[] {
  if (isUnderscore(left)) return [];
  if (!isForm(left)) return [left];
  if (left.head === 'tuple' || left.head === 'parameters') return left.args.flatMap(boundNames);
  if (left.head === 'call' || left.head === 'curly' || left.head === 'where' || left.head === '::') {
    return boundNames(left.args[0]);
  }
  return [];
}

/** The name that `f(x)`, `A{T}`, `f(x) where T`, `f(x)::T` on the left assigns to. */
export function assignedName(left: Node): Node {
  if (!isForm(left)) return left;
  if (left.head === 'call' || left.head === 'curly' || left.head === 'where') return assignedName(left.args[0]);
  return isDecl(left) && isEventuallyCall(left) ? assignedName(left.args[0]) : left;
}

function withoutDeclarations(left: Node): Node {
  if (isEventuallyCall(left)) return left;
  if (isDecl(left)) return left.args[0];
  return isForm(left, 'tuple') ? new Form('tuple', left.args.map(withoutDeclarations)) : left;
}

const ASSIGNMENT_HEADS = /^(=|:=|\.?(\+|-|\*|\/|\/\/|\\|\^|÷|%|\||&|⊻|<<|>>|>>>)=|\$=|\.=|≔|⩴|≕)$/;
const isAssignmentLike = (x: Node): x is Form => isForm(x) && ASSIGNMENT_HEADS.test(x.head);

// `local x, (y = 2), z::T`: first all declarations, then the assignments.
function expandDeclaration(c: Context, e: Form): Node {
  const what = e.head;
  if (e.args.length === 1 && isSym(e.args[0])) return e;
  const declarations: Node[] = [];
  const assignments: Node[] = [];
  for (const x of e.args) {
    if (isAssignmentLike(x) || isFunctionDefinition(x)) {
      const f = x as Form;
      // (the names of one tuple are declared back to front)
      declarations.push(
        ...declaredNames(assignedName(f.args[0]))
          .reverse()
          .map((name) => form(what, name)),
      );
      assignments.push(new Form(f.head, [withoutDeclarations(f.args[0]), f.args[1]]));
    } else if (isDecl(x)) {
      declarations.push(form(what, declName(x)), new Form('decl', x.args));
    } else if (isSym(x)) {
      declarations.push(form(what, x));
    } else {
      throw new LoweringError(`invalid syntax in "${what}" declaration`);
    }
  }
  return expand(c, block(...declarations, ...assignments, ...(assignments.length === 0 ? [null] : [])));
}
