// Direct names: what a file of the bundle has of another one, as constants of its own.
//
// In CommonJS what is imported is a property of the other file's `exports`, behind a getter: `require_region.U32`, at each
// access. Most of it never changes once the other file has run, and what a file asks again and again for in the midst of its
// loops is better a constant in its own scope, which V8 reads at once. Names that are assigned to stay as they are.
//
// Enters: the files of a bundle as they are about to be written, each with its `require`s at its start. Leaves: the same with
// a line of constants after those.

import type { Node } from '@oxc-project/types';
import { parseAst } from 'rolldown/parseAst';

interface File {
  code: string;
  /** Names that it exports, with the constants they stand for; null if the name may get another value. */
  readonly exported: ReadonlyMap<string, string | null>;
  /** Its variables for other files, with the names of those, and where their declarations end. */
  readonly required: ReadonlyMap<string, { readonly file: string; readonly end: number }>;
  readonly members: readonly {
    readonly object: string;
    readonly name: string;
    readonly start: number;
    readonly end: number;
  }[];
}

function children(node: Node): Node[] {
  const found: Node[] = [];
  for (const value of Object.values(node)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (typeof each === 'object' && each !== null && typeof each.type === 'string') found.push(each);
    }
  }
  return found;
}

/** The name and the variable of `Object.defineProperty(exports, "name", {get: function() {return variable}})`. */
function exportOf(node: Node): readonly [string, string] | null {
  if (node.type !== 'CallExpression' || node.arguments.length !== 3) return null;
  const [target, name, descriptor] = node.arguments;
  if (target.type !== 'Identifier' || target.name !== 'exports') return null;
  if (name.type !== 'Literal' || typeof name.value !== 'string' || descriptor.type !== 'ObjectExpression') return null;
  for (const property of descriptor.properties) {
    if (property.type !== 'Property' || property.value.type !== 'FunctionExpression') continue;
    const [statement] = property.value.body?.body ?? [];
    if (statement?.type === 'ReturnStatement' && statement.argument?.type === 'Identifier')
      return [name.value, statement.argument.name];
  }
  return null;
}

/** The file that `require("./file")` loads. */
function requiredFile(node: Node | null): string | null {
  if (node?.type !== 'CallExpression' || node.callee.type !== 'Identifier' || node.callee.name !== 'require')
    return null;
  const [path] = node.arguments;
  return path?.type === 'Literal' && typeof path.value === 'string' && path.value.startsWith('./')
    ? path.value.slice(2)
    : null;
}

function read(code: string): File {
  const program = parseAst(code, { sourceType: 'script', lang: 'js' });
  const required = new Map<string, { file: string; end: number }>();
  for (const statement of program.body) {
    if (statement.type !== 'VariableDeclaration') continue;
    for (const { id, init, end } of statement.declarations) {
      const file = requiredFile(init);
      if (file !== null && id.type === 'Identifier') required.set(id.name, { file, end });
    }
  }
  const exports = new Map<string, string>();
  const assigned = new Set<string>();
  const members: { object: string; name: string; start: number; end: number }[] = [];
  const waiting: Node[] = [program];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const exported = exportOf(node);
    if (exported !== null) exports.set(...exported);
    if (node.type === 'AssignmentExpression') for (const name of namesIn(node.left)) assigned.add(name);
    if (node.type === 'UpdateExpression') for (const name of namesIn(node.argument)) assigned.add(name);
    if (node.type === 'MemberExpression' && !node.computed && node.object.type === 'Identifier') {
      const { object, property } = node;
      if (required.has(object.name) && property.type === 'Identifier')
        members.push({ object: object.name, name: property.name, start: node.start, end: node.end });
    }
    waiting.push(...children(node));
  }
  return {
    code,
    exported: new Map([...exports].map(([name, variable]) => [name, assigned.has(variable) ? null : variable])),
    required,
    members: members.sort((a, b) => a.start - b.start),
  };
}

/** The variables that an assignment to a pattern changes. */
function namesIn(pattern: Node): string[] {
  if (pattern.type === 'Identifier') return [pattern.name];
  return pattern.type === 'MemberExpression' ? [] : children(pattern).flatMap(namesIn);
}

/** A file that is required before it has run has no values yet. */
function checkOrder(files: ReadonlyMap<string, File>): void {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    if (path.includes(name)) throw new Error(`files of the bundle require each other: ${[...path, name].join(', ')}`);
    if (done.has(name)) return;
    for (const { file } of files.get(name)?.required.values() ?? []) visit(file, [...path, name]);
    done.add(name);
  };
  for (const name of files.keys()) visit(name, []);
}

/**
 * Makes constants of what files have of each other.
 *
 * @param codes the files by name
 * @returns their new code
 */
export function withDirectNames(codes: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const files = new Map([...codes].map(([name, code]) => [name, read(code)]));
  checkOrder(files);
  return new Map([...files].map(([name, file]) => [name, rewrite(file, files)]));
}

function rewrite({ code, required, members }: File, files: ReadonlyMap<string, File>): string {
  const constants = new Map<string, Set<string>>();
  const edits: { readonly start: number; readonly end: number; readonly text: string }[] = [];
  for (const { object, name, start, end } of members) {
    const other = files.get(required.get(object)?.file ?? '');
    if (typeof other?.exported.get(name) !== 'string') continue;
    const names = constants.get(object) ?? new Set();
    constants.set(object, names.add(name));
    edits.push({ start, end, text: `${object}_${name}` });
  }
  for (const [object, { end }] of required) {
    const names = [...(constants.get(object) ?? [])].map((name) => `${name}:${object}_${name}`);
    if (names.length > 0) edits.push({ start: end, end, text: `,{${names.join(',')}}=${object}` });
  }
  let result = '';
  let at = 0;
  for (const { start, end, text } of edits.sort((a, b) => a.start - b.start)) {
    result += code.slice(at, start) + text;
    at = end;
  }
  return result + code.slice(at);
}
