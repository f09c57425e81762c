// Syntax back to text, for error messages.
//
// This is not Julia's printer: messages of lowering are written by a small printer of its own, which puts operators in
// parentheses, cannot print everything, and falls back to the raw form of a list. Its words are part of the messages.

import { SSAValue } from '../ir/code.ts';
import { Expr, GlobalRef, HeapValue, LineNumberNode, Literal, ModuleRef, QuoteNode, Sym, sym } from '../syntax/expr.ts';
import { importSyntax } from './importsyntax.ts';
import { showLiteral, showString } from './literals.ts';
import { Form, hasParameters, isDecl, isDotOperator, isForm, isSym, LoweringError, type Node } from './node.ts';
import { isOperator, isSyntacticOperator } from './operatornames.ts';

/** The text of `e` as messages quote it. */
export function deparse(e: Node, level = 0): string {
  if (e instanceof Sym) return e.name;
  if (e === null) return 'nothing';
  if (typeof e === 'string') return showString(e);
  if (e instanceof QuoteNode) return deparseQuote(e);
  if (e instanceof GlobalRef) return `${e.module.path}.${colonDot(e.name)}`;
  if (e instanceof LineNumberNode) {
    return e.file === null ? `# line ${e.line}` : `# ${e.file.name}, line ${e.line}`;
  }
  if (e instanceof SSAValue) return `SSAValue(${e.id})`;
  if (e instanceof Expr) return deparse(importSyntax(e), level);
  if (!(e instanceof Form)) return deparseAtom(e);
  return deparseForm(e, level);
}

function deparseAtom(e: Node): string {
  if (typeof e === 'bigint' || typeof e === 'boolean') return String(e);
  if (typeof e === 'number' || e instanceof Literal) return showLiteral(e);
  if (e instanceof ModuleRef) return e.path;
  if (e instanceof HeapValue) return '#<value>';
  return '#<lambda>';
}

const list = (args: readonly Node[], separator = ', '): string => {
  if (!hasParameters(args)) return args.map((x) => deparse(x)).join(separator);
  const rest = args.slice(1);
  return rest.map((x) => deparse(x)).join(separator) + (rest.length === 1 ? ',' : '') + deparse(args[0]);
};

function colonDot(e: Node): string {
  return isDotOperator(e) ? `:${deparse(e)}` : deparse(e);
}

function deparseQuote(e: QuoteNode): string {
  const value = e.value as Node;
  if (isSym(value) && !/^[=:]/.test(value.name)) return `:${value.name}`;
  return `:(${deparse(value)})`;
}

function applied(head: Node, args: readonly Node[], open: string, close: string): string {
  const h = isDecl(head) || head === sym(':') ? `(${deparse(head)})` : deparse(head);
  return `${h}${open}${list(args)}${close}`;
}

const indent = (level: number): string => '    '.repeat(level);

function indented(statements: readonly Node[], level: number): string {
  return statements.map((x) => `${indent(level + 1)}${deparse(x, level + 1)}\n`).join('');
}

function blockText(head: string, statements: readonly Node[], level: number): string {
  return `${head}\n${indented(statements, level)}${indent(level)}end`;
}

const statementsOf = (x: Node): readonly Node[] => (isForm(x, 'block') ? x.args : [x]);
const partsOf = (x: Node): readonly Node[] => (isForm(x) ? x.args : []);

function deparseForm(e: Form, level: number): string {
  const { head, args } = e;
  const [a, b, c] = args;
  if (head === '.') {
    if (args.length === 1) return `.${deparse(a)}`;
    if (b instanceof QuoteNode) return `${deparse(a)}.${colonDot(b.value as Node)}`;
    return `${deparse(a)}.(${deparse(b)})`;
  }
  if (head === '...' || head === "'") return `${deparse(a)}${head}`;
  if (isSyntacticOperator(head) || head === '<:' || head === '>:') {
    return args.length === 1 ? `${head}${deparse(a)}` : `${deparse(a)} ${head} ${deparse(b)}`;
  }
  switch (head) {
    case 'call':
      if (a === sym(':') && (args.length === 3 || args.length === 4))
        return args
          .slice(1)
          .map((x) => deparse(x))
          .join(':');
      if (args.length === 3 && isSym(a) && isOperator(a.name)) return `(${deparse(b)} ${a.name} ${deparse(c)})`;
      return applied(a, args.slice(1), '(', ')');
    case '$':
    case '&':
      return isForm(a) ? `${head}(${deparse(a)})` : `${head}${deparse(a)}`;
    case '::':
      return args.length === 1 ? `::${deparse(a)}` : `${deparse(a)}::${deparse(b)}`;
    case 'comparison':
      return args.map((x) => deparse(x)).join(' ');
    case 'macrocall':
      return `${deparse(a)} ${list(
        args.slice(1).filter((x) => !(x instanceof LineNumberNode)),
        ' ',
      )}`;
    case 'kw':
      return `${deparse(a)} = ${deparse(b)}`;
    case 'where':
      return `${deparse(a)} where ${args.length === 2 ? deparse(b) : deparse(new Form('braces', args.slice(1)))}`;
    case 'parameters':
      return `; ${list(args)}`;
    case 'tuple':
      return `(${list(args)}${args.length === 1 ? ',' : ''})`;
    case 'ref':
      return applied(a, args.slice(1), '[', ']');
    case 'curly':
      return applied(a, args.slice(1), '{', '}');
    case 'vect':
      return `[${list(args)}]`;
    case 'vcat':
      return `[${list(args, '; ')}]`;
    case 'hcat':
      return `[${list(args, ' ')}]`;
    case 'typed_vcat':
    case 'typed_hcat':
      return deparse(a) + deparse(new Form(head.slice(6), args.slice(1)));
    case 'ncat':
      return `[${list(args.slice(1), `${';'.repeat(Number(a))} `)}]`;
    case 'typed_ncat':
      return deparse(a) + deparse(new Form('ncat', args.slice(1)));
    case 'row':
      return list(args, ' ');
    case 'nrow':
      return list(args.slice(1), `${';'.repeat(Number(a))} `);
    case 'braces':
      return `{${list(args)}}`;
    case 'bracescat':
      return `{${list(args, '; ')}}`;
    case 'string':
      return `"${args.map((x) => (isSym(x) ? `$${x.name}` : typeof x === 'string' ? x : `$(${deparse(x)})`)).join('')}"`;
    case 'generator':
    case 'flatten':
      return `(${generator(e)})`;
    case 'filter':
      return `${args
        .slice(1)
        .map((x) => deparse(x))
        .join(', ')} if ${deparse(a)}`;
    case 'comprehension':
      return `[${generator(a)}]`;
    case 'typed_comprehension':
      return deparse(a) + deparse(new Form('comprehension', args.slice(1)));
    case 'block':
      return blockText('begin', args, level);
    case 'toplevel':
      return args.map((x) => deparse(x)).join('\n');
    case 'function':
    case 'macro':
    case 'for':
    case 'while':
      return blockText(`${head} ${deparse(a)}`, args.length > 1 ? statementsOf(b) : [], level);
    case 'return':
      return `return ${deparse(a)}`;
    case 'break':
    case 'continue':
      return head;
    case 'if':
    case 'elseif':
      return deparseIf(e, level);
    case 'let':
      return blockText(
        `let ${(isForm(a, 'block') ? a.args : [a]).map((x) => deparse(x)).join(', ')}`,
        statementsOf(b),
        level,
      );
    case 'try':
      return deparseTry(e, level);
    case 'do':
      return deparseDo(e, level);
    case 'struct':
      return `${a === true ? 'mutable ' : ''}struct ${blockText(deparse(b), partsOf(c), level)}`;
    case 'abstract':
      return `abstract type ${deparse(a)} end`;
    case 'primitive':
      return `primitive type ${deparse(a)} ${deparse(b)} end`;
    case 'module':
      return `${a === true ? 'module ' : 'baremodule '}${deparse(b)}\n${partsOf(c)
        .map((x) => deparse(x))
        .join('\n')}\nend`;
    case 'import':
    case 'using':
      return `${head} ${args.map(importPath).join(', ')}`;
    case 'global':
    case 'local':
    case 'export':
    case 'public':
      return `${head} ${args.map((x) => deparse(x)).join(', ')}`;
    case 'const':
      return `const ${deparse(a)}`;
    case 'top':
      return deparse(a);
    case 'core':
      return `Core.${deparse(a)}`;
    case 'copyast':
      return deparse(a);
    case 'quote':
      return isSym(a) && !/^[=:]/.test(a.name) ? `:${a.name}` : `:(${deparse(a)})`;
    default:
      return rawText(e);
  }
}

function generator(e: Node): string {
  if (!isForm(e)) return deparse(e);
  if (e.head === 'flatten') return flattenedGenerator(e.args[0], [], true);
  return `${deparse(e.args[0])} for ${list(e.args.slice(1))}`;
}

function flattenedGenerator(e: Node, ranges: readonly string[], flat: boolean): string {
  if (flat && isForm(e, 'generator')) return flattenedGenerator(e.args[0], [list(e.args.slice(1)), ...ranges], false);
  if (flat && isForm(e, 'flatten') && isForm(e.args[0])) {
    return flattenedGenerator(e.args[0].args[0], [list(e.args[0].args.slice(1)), ...ranges], true);
  }
  if (isForm(e, 'generator')) return flattenedGenerator(e.args[0], [list(e.args.slice(1)), ...ranges], false);
  return `${deparse(e)} for ${[...ranges].reverse().join(' for ')}`;
}

// Only blocks can be printed here; a branch that is an atom makes the message itself fail.
function listParts(x: Node): readonly Node[] {
  if (isForm(x)) return x.args;
  throw new LoweringError('malformed expression');
}

function deparseIf(e: Form, level: number): string {
  const [condition, then, otherwise] = e.args;
  const test = isForm(condition, 'block') ? condition.args[condition.args.length - 1] : condition;
  if (e.args.length === 2) return blockText(`${e.head} ${deparse(test)}`, listParts(then), level);
  const start = `${e.head} ${deparse(test)}\n${indented(listParts(then), level)}${indent(level)}`;
  return start + (isForm(otherwise, 'elseif') ? deparse(otherwise) : blockText('else', listParts(otherwise), level));
}

function deparseTry(e: Form, level: number): string {
  const [body, variable, handler, last] = e.args;
  let text = `try\n${indented(statementsOf(body), level)}`;
  if (isForm(handler, 'block')) {
    text += `${indent(level)}catch${variable === false ? '' : ` ${deparse(variable)}`}\n${indented(handler.args, level)}`;
  }
  if (isForm(last, 'block')) text += `${indent(level)}finally\n${indented(last.args, level)}`;
  return `${text}${indent(level)}end`;
}

function deparseDo(e: Form, level: number): string {
  const [called, fn] = e.args;
  const [parameters, body] = partsOf(fn);
  const names = partsOf(parameters);
  return blockText(`${deparse(called)} do${names.length > 0 ? ' ' : ''}${list(names)}`, statementsOf(body), level);
}

function importPath(e: Node): string {
  if (isForm(e, '.')) {
    let dots = 0;
    while (e.args[dots] === sym('.')) dots++;
    return (
      '.'.repeat(dots) +
      e.args
        .slice(dots)
        .map((x) => deparse(x))
        .join('.')
    );
  }
  if (isForm(e, ':')) return `${importPath(e.args[0])}: ${e.args.slice(1).map(importPath).join(', ')}`;
  return deparse(e);
}

/** A list as the lowering's own language writes it. */
export function rawText(e: Node): string {
  if (e instanceof Form) return `(${[e.head, ...e.args.map(rawText)].join(' ')})`;
  if (e === null) return '(null)';
  if (typeof e === 'boolean') return `(${e})`;
  if (e instanceof QuoteNode) return `(inert ${rawText(e.value as Node)})`;
  if (e instanceof GlobalRef) return `(globalref ${e.module.path} ${e.name.name})`;
  if (e instanceof LineNumberNode) return e.file === null ? `(line ${e.line})` : `(line ${e.line} ${e.file.name})`;
  if (e instanceof Expr) return rawText(importSyntax(e));
  return deparse(e);
}
