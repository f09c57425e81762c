// Lowered code as the listing that lowering is checked with: one statement a line, nested code indented below.
//
// The form is that of the reference corpus: s-expressions, with the values that only lowered code has added. Generated
// names are renumbered in order of appearance, so that two listings compare equal when they differ only in those.

import type { Syntax } from '../syntax/expr.ts';
import { Expr, sym } from '../syntax/expr.ts';
import { CodeInfo, type Statement } from './code.ts';
import { type HeapText, sexpr } from './sexpr.ts';

/** The listing of what lowering returned; `heapText` gives the text of objects of the heap in it. */
export function listing(x: Syntax, heapText?: HeapText): string {
  if (x instanceof Expr && x.head === 'thunk' && x.args[0] instanceof CodeInfo) {
    return ['thunk', ...codeLines(x.args[0], '  ', heapText)].join('\n');
  }
  if (x instanceof CodeInfo) return ['thunk', ...codeLines(x, '  ', heapText)].join('\n');
  return `expr ${sexpr(x, heapText)}`;
}

function codeLines(info: CodeInfo, indent: string, heapText?: HeapText): string[] {
  const lines = [indent + header(info)];
  const inner = `${indent}  `;
  info.slotnames.forEach((name, i) => {
    // a name of digits only is what is left of a renamed generated name
    const shown = /^\d+$/.test(name.name) ? sym(`#s${name.name}`) : name;
    lines.push(`${inner}slot _${i + 1} ${sexpr(shown)} ${info.slotflags[i]}`);
  });
  info.code.forEach((statement, i) => {
    const flags = info.ssaflags[i];
    const suffix = flags === 0 ? '' : `  flags=0x${flags.toString(16).padStart(4, '0')}`;
    lines.push(`${inner}%${i + 1} = ${sexpr(statement, heapText)}${suffix}`);
    for (const nested of nestedCode(statement)) lines.push(...codeLines(nested, `${inner}  `, heapText));
  });
  return lines;
}

function header(info: CodeInfo): string {
  let text = `codeinfo nargs=${info.nargs}`;
  if (info.isva) text += ' isva';
  if (info.inlining !== 0) text += ` inlining=${info.inlining}`;
  if (info.propagateInbounds) text += ' propagate_inbounds';
  if (info.hasFcall) text += ' has_fcall';
  if (info.nospecializeinfer) text += ' nospecializeinfer';
  if (info.constprop !== 0) text += ` constprop=${info.constprop}`;
  if (info.purity !== 0) text += ` purity=0x${info.purity.toString(16).padStart(4, '0')}`;
  return text;
}

function nestedCode(x: Statement): CodeInfo[] {
  if (x instanceof CodeInfo) return [x];
  return x instanceof Expr ? x.args.flatMap((arg) => nestedCode(arg)) : [];
}

// A row of digits behind `#` or a leading `#s`, up to the next `#` or the end.
const RUN = /#s?(\d+)(?=#|$)/g;

/** Renumbers generated names in a listing or message. The argument may hold several parts of one case. */
export function renumberNames(text: string): string {
  const counters = new Map<string, Map<string, number>>();
  return text.replace(/\|(?:[^|\\]|\\.)*\||"(?:[^"\\]|\\.)*"/g, (token) => {
    if (token.startsWith('"')) return token;
    const before = token.slice(1, -1);
    const name = renumber(before, counters);
    if (name === before) return token;
    return /^[A-Za-z_!@][A-Za-z0-9_!@.]*$/.test(name) ? name : `|${name}|`;
  });
}

/** Renumbers one name; `counters` holds the numbers given out so far by shape. */
export function renumber(name: string, counters: Map<string, Map<string, number>>): string {
  const runs: { start: number; end: number }[] = [];
  for (const match of name.matchAll(RUN)) {
    const digits = match[1];
    const isLeadingS = match[0][1] === 's';
    if (isLeadingS && match.index !== 0) continue;
    const end = match.index + match[0].length;
    runs.push({ start: end - digits.length, end });
  }
  if (runs.length === 0) return name;
  let shape = '';
  let before = '';
  let at = 0;
  runs.forEach(({ start, end }, i) => {
    shape += name.slice(at, start);
    if (i === runs.length - 1) {
      before = shape;
      shape += '\u0000';
    }
    at = end;
  });
  const after = name.slice(at);
  shape += after;
  let seen = counters.get(shape);
  if (seen === undefined) {
    seen = new Map();
    counters.set(shape, seen);
  }
  let number = seen.get(name);
  if (number === undefined) {
    number = seen.size + 1;
    seen.set(name, number);
  }
  return `${before}${number}${after}`;
}
