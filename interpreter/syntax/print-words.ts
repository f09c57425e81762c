// The words and literals of printed source: which names are plain, which text spells an operator, how numbers and text
// are escaped.

import { continuesName, normalizeName, startsName } from './characters.ts';
import { Expr, GlobalRef, Sym, type Syntax } from './expr.ts';
import { isHead } from './grammar-base.ts';
import { encodeBytes } from './literals.ts';
import { Scanner } from './scanner.ts';
import { charCode } from './sexpr.ts';
import { DOTTED, isAssignment, isOperator, isWordOperator, K, type Token, words } from './tokens.ts';

/** The expression has no source form. */
export class UnprintableError extends Error {}

/** The one token that `text` is, null if it is none or several. */
function singleToken(text: string): Token | null {
  const scanner = new Scanner(text, 0, 1);
  const token = scanner.next();
  return token.kind !== K.EndOfInput && token.end === text.length ? token : null;
}

const operatorCache = new Map<string, Token | null>();

/** The operator token that `name` spells, null if it is none. */
export function operatorToken(name: string): Token | null {
  let token = operatorCache.get(name);
  if (token === undefined) {
    token = singleToken(name);
    if (token !== null && (!isOperator(token.kind) || isWordOperator(token.kind) || token.kind === K.Prime))
      token = null;
    operatorCache.set(name, token);
  }
  return token;
}

/** Is `name` an identifier that needs no quoting anywhere? */
export function isPlainName(name: string): boolean {
  let first = true;
  for (const character of name) {
    const code = character.codePointAt(0) as number;
    if (!(first ? startsName(code) : continuesName(code))) return false;
    first = false;
  }
  if (first || normalizeName(name) !== name) return false;
  const word = words.get(name);
  return word === undefined || (word >= K.Abstract && word <= K.Type && word !== K.Public);
}

/** Heads that brackets make, and strings: what may stand behind a dot without a colon. */
export const arrayHeads: ReadonlySet<string> = new Set([
  'vect',
  'hcat',
  'vcat',
  'ncat',
  'comprehension',
  'braces',
  'bracescat',
  'string',
]);

/** Heads that `Printer` writes as expressions. */
export const expressionHeads: ReadonlySet<string> = new Set([
  'call',
  'kw',
  'tuple',
  'ref',
  'curly',
  'vect',
  'braces',
  'hcat',
  'vcat',
  'ncat',
  'comprehension',
  'bracescat',
  'typed_hcat',
  'typed_vcat',
  'typed_ncat',
  'typed_comprehension',
  'generator',
  'flatten',
  'string',
  'macrocall',
  '.',
  '...',
  '$',
  '&',
  "'",
  '::',
  '->',
  'where',
  'comparison',
  'do',
  'quote',
  '<:',
  '>:',
]);

/** Heads of assignments: `=`, `+=`, `.=` and the like. */
export function isAssignmentHead(head: string): boolean {
  const token = operatorToken(head);
  return token !== null && isAssignment(token.kind) && token.kind !== K.Tilde;
}

/** Heads that are the operator itself. */
export function isInfixHead(head: string): boolean {
  const token = operatorToken(head);
  if (token === null) return false;
  if (token.kind === K.AndAnd || token.kind === K.OrOr) return true;
  return token.flags === 0 && (token.kind === K.LongArrow || token.kind === K.Subtype || token.kind === K.Supertype);
}

/** Arguments that only an argument list can hold. */
export function needsBrackets(arg: Syntax): boolean {
  return isHead(arg, 'kw') || isHead(arg, 'parameters') || isHead(arg, '...');
}

/** A call of a dotted operator, which no `=` makes a definition. */
export function isBroadcast(call: Expr): boolean {
  const callee = call.args[0];
  return callee instanceof Sym && ((operatorToken(callee.name)?.flags ?? 0) & DOTTED) !== 0;
}

/** Is this `if` the form with blocks, not `?:`? */
export function isBlockConditional(args: readonly Syntax[]): boolean {
  const otherwise = args[2];
  return (
    isHead(args[1] ?? null, 'block') &&
    (otherwise === undefined || isHead(otherwise, 'block') || isHead(otherwise, 'elseif')) &&
    // in the branches of `if` a string documents nothing; in `begin` blocks between `?` and `:` it does
    !(otherwise !== undefined && args.slice(1).some(hasDocumentation))
  );
}

function hasDocumentation(block: Syntax): boolean {
  return block instanceof Expr && block.head === 'block' && block.args.some(isDocumentation);
}

function isDocumentation(x: Syntax): boolean {
  if (!(x instanceof Expr) || x.head !== 'macrocall' || x.args.length !== 4) return false;
  const [name] = x.args;
  return name instanceof GlobalRef && name.module.path === 'Core' && name.name.name === '@doc';
}

/** Can the operator stand between two operands, as a call? */
export function isBinary(token: Token): boolean {
  const kind = token.kind;
  if (kind === K.Not || kind === K.Negation || kind === K.Radical || kind === K.Question || kind === K.Declare)
    return false;
  if (kind === K.LongArrow && token.flags === 0) return false;
  if ((kind === K.Subtype || kind === K.Supertype) && token.flags === 0) return false;
  return !isAssignment(kind) || kind === K.Tilde;
}

/** A literal for a finite float; `single` makes it a Float32. */
export function float(value: number, single: boolean): string {
  if (!Number.isFinite(value)) throw new UnprintableError('a float that no literal denotes');
  const text = Object.is(value, -0) ? '-0' : String(value);
  if (single) return text.includes('e') ? text.replace('e', 'f') : `${text}f0`;
  return text.includes('e') || text.includes('.') ? text : `${text}.0`;
}

/** An operator behind a quoting colon. Parentheses keep the colon apart, but would take a dotted operator apart. */
export function quotedOperator(name: string): string {
  const token = operatorToken(name);
  const bare = token !== null && ((token.flags & DOTTED) !== 0 || token.kind === K.Question);
  return bare ? `:${name}` : `:(${name})`;
}

const namedEscapes: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
  '"': '\\"',
  '\\': '\\\\',
  $: '\\$',
};

/** The inside of a string literal. */
export function escapeText(text: string): string {
  let result = '';
  for (const character_ of text) {
    const code = character_.codePointAt(0) as number;
    const named = namedEscapes[character_];
    if (named !== undefined) result += named;
    else if (code < 32 || code === 127) result += `\\x${code.toString(16).padStart(2, '0')}`;
    else if (code >= 0xdc80 && code <= 0xdcff) result += `\\x${(code - 0xdc00).toString(16)}`;
    else if (code >= 0xd800 && code <= 0xdfff)
      for (const byte of encodeBytes(character_)) result += `\\x${byte.toString(16)}`;
    else if (code >= 0x202a && code <= 0x2069) result += `\\u${code.toString(16)}`;
    else result += character_;
  }
  return result;
}

/** Raw text: backslashes are doubled only where a delimiter follows them. */
export function escapeRaw(text: string, delimiter: string): string {
  if (!text.isWellFormed() || text.includes('\r')) throw new UnprintableError('text that a raw literal cannot hold');
  const run = delimiter === '`' ? /(\\*)(`|$)/g : /(\\*)("|$)/g;
  return text.replace(run, (_, slashes: string, stop: string) => slashes + slashes + (stop === '' ? '' : `\\${stop}`));
}

/** A literal for the Char whose 32 bits are `bits`. */
export function character(bits: number): string {
  const code = charCode(bits);
  if (code < 0) {
    const bytes = [(bits >>> 24) & 255, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255];
    while (bytes.length > 1 && bytes[bytes.length - 1] === 0) bytes.pop();
    return `'${bytes.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}'`;
  }
  if (code === 39) return "'\\''";
  if (code === 92) return "'\\\\'";
  if (code < 32 || code >= 127) return `'\\U${code.toString(16)}'`;
  return `'${String.fromCharCode(code)}'`;
}
