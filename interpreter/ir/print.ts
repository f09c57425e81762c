// Code as text: what Julia prints for `@code_lowered` and `@code_typed`.
//
//     CodeInfo(
//     1 ─ %1 = Main.:<
//     │   %2 =   dynamic (%1)(n, 2)
//     └──      goto #3 if not %2
//     ...
//     )
//
// There are two uses. Shown to people, the text is Julia's, letter for letter; what Julia does not show (the order of
// slots, flags, the width of an integer) is not there. Written to be read back (`exact`), it says the same in the same
// form, and adds what is missing: lines behind `CodeInfo(` name the slots and whatever differs from the default, `@` lines
// give the source lines, and an operand that would be read as something else stands in `$(...)`, as a value.
//
// Two contexts alternate, as in Julia: among the operands of a call a name is a variable and `:x` a symbol; inside
// `$(Expr(...))` stand values, where `:x` is a symbol and `:(...)` quotes an operand. See printvalue.ts for values.

import { Expr, GlobalRef, HeapValue, Literal, ModuleRef, QuoteNode, Sym, type Syntax } from '../syntax/expr.ts';
import { operatorToken } from '../syntax/print-words.ts';
import { type Blocks, basicBlocks } from './blocks.ts';
import { isBuiltinName } from './builtinnames.ts';
import {
  CodeInfo,
  EnterNode,
  GotoIfNot,
  GotoNode,
  InvokeTarget,
  NewvarNode,
  PhiCNode,
  PhiNode,
  PiNode,
  type Place,
  ReturnNode,
  SlotNumber,
  SourceValue,
  SSAValue,
  type Statement,
  UpsilonNode,
} from './code.ts';
import { isPlainPath, type ValueStyle, valueText } from './printvalue.ts';
import { shownSlotNames, writtenSlotNames } from './slotnames.ts';
import { anyName, fieldText, floatText, literalText, pathText, stringLiteral, symbolText } from './words.ts';

/** What a call calls, as far as it is known: how Julia labels the statement. */
export type CalleeKind = 'builtin' | 'dynamic builtin' | 'intrinsic' | 'dynamic' | 'unknown';

export interface PrintOptions {
  /** To be read back; else as Julia shows it. */
  readonly exact: boolean;
  /** The text of objects of the heap. */
  readonly heapText: (value: HeapValue) => string;
  /** Quoted code as Julia shows it; only for people. */
  readonly quoted?: (value: Syntax) => string | undefined;
  /** How a call is labelled, where that is known better than from the code alone. */
  readonly calleeKind?: (call: Expr) => CalleeKind;
  /** Whether source lines are shown (in text to be read back they always are). */
  readonly lines?: boolean;
  /** Modules that a path alone means, besides Main, Base and Core. */
  readonly modules?: readonly string[];
}

/** The text of `code`, without a newline at its end. */
export function printCode(code: CodeInfo, options: PrintOptions): string {
  return new CodePrinter(code, options).text();
}

const labels: Record<CalleeKind, string> = {
  builtin: '  builtin ',
  'dynamic builtin': 'dynamic builtin ',
  intrinsic: 'intrinsic ',
  dynamic: '  dynamic ',
  unknown: '  unknown ',
};

/** What the code alone says about a call: only names of Core are known to be what they are in every world. */
export function staticCalleeKind(call: Expr): CalleeKind {
  const callee = call.args[0];
  if (!(callee instanceof GlobalRef)) return 'dynamic';
  const { name } = callee.name;
  if (callee.module.path === 'Core.Intrinsics') return 'intrinsic';
  if (callee.module.path !== 'Core' || !isBuiltinName(name)) return 'dynamic';
  const dispatches =
    name === '_apply_iterate'
      ? call.args.length >= 3
      : name === 'invoke_in_world' || name === '_call_in_world_total' || name === 'invokelatest';
  return dispatches ? 'dynamic builtin' : 'builtin';
}

class CodePrinter {
  private readonly code: CodeInfo;
  private readonly options: PrintOptions;
  private readonly slots: readonly string[];
  private readonly taken: ReadonlySet<string>;
  private readonly blocks: Blocks;
  private readonly style: ValueStyle;
  private readonly modules: ReadonlySet<string>;

  constructor(code: CodeInfo, options: PrintOptions) {
    this.code = code;
    this.options = options;
    this.slots = options.exact ? writtenSlotNames(code) : shownSlotNames(code);
    this.taken = new Set(this.slots);
    this.blocks = basicBlocks(code.code);
    this.modules = new Set(['Main', 'Base', 'Core', ...(options.modules ?? [])]);
    this.style = {
      exact: options.exact,
      heapText: options.heapText,
      ...(options.quoted === undefined ? {} : { quoted: options.quoted }),
      operand: (x) => this.operand(x, 0),
      code: (nested) => printCode(nested, options),
      isModule: (path) => this.modules.has(path),
      slot: (id) => this.slot(id),
    };
  }

  text(): string {
    const lines = ['CodeInfo('];
    if (this.options.exact) lines.push(...this.header());
    const used = usedValues(this.code.code);
    let width = 0;
    for (const id of used) width = Math.max(width, String(id).length);
    const margin = String(this.blocks.list.length).length;
    let place: Place | null = null;
    this.code.code.forEach((statement, index) => {
      const at = index + 1;
      const block = this.blocks.list[this.blocks.of[at] - 1];
      const number = String(this.blocks.of[at]);
      const here = this.code.places[index] ?? null;
      const change = this.placeLine(place, here);
      if (change !== undefined) lines.push(`${at === block.first ? '  ' : '│ '}${' '.repeat(margin)} ${change}`);
      if (this.options.exact || (here !== null && here.line !== 0)) place = here;
      let leader: string;
      if (at === block.first) {
        leader = `${number} ${(block.predecessors.length <= 1 ? '─' : '┄') + '─'.repeat(margin - number.length)}`;
      } else if (at === block.last) leader = `└${'─'.repeat(margin + 1)}`;
      else leader = `│ ${' '.repeat(margin)}`;
      const label = used.has(at) ? `%${at}${' '.repeat(width - String(at).length + 1)}= ` : ' '.repeat(width + 4);
      lines.push(`${leader} ${label}${this.statement(statement, at)}`);
    });
    lines.push(')');
    return lines.join('\n');
  }

  /** What Julia does not show, where it is not the default. */
  private header(): string[] {
    const { code } = this;
    const lines: string[] = [];
    if (code.slotnames.length > 0) {
      const slots = code.slotnames.map(({ name }, i) => {
        const own = this.slots[i] === name ? name : anyName(name);
        const flags = code.slotflags[i] === 0 ? '' : ` ${code.slotflags[i]}`;
        const type = code.slottypes === null ? '' : `::${this.type(code.slottypes[i])}`;
        return own + type + flags;
      });
      lines.push(`    slots: ${slots.join(', ')}`);
    }
    const facts: string[] = [];
    if (code.nargs !== 0) facts.push(`nargs ${code.nargs}`);
    if (code.isva) facts.push('isva');
    if (code.inlining !== 0) facts.push(`inlining ${code.inlining}`);
    if (code.propagateInbounds) facts.push('propagate_inbounds');
    if (code.hasFcall) facts.push('has_fcall');
    if (code.nospecializeinfer) facts.push('nospecializeinfer');
    if (code.constprop !== 0) facts.push(`constprop ${code.constprop}`);
    if (code.purity !== 0) facts.push(`purity 0x${code.purity.toString(16).padStart(4, '0')}`);
    if (code.inliningCost !== 0xffff) facts.push(`inlining_cost ${code.inliningCost}`);
    if (code.worlds !== null) facts.push(`worlds ${code.worlds.min} ${code.worlds.max}`);
    if (facts.length > 0) lines.push(`    facts: ${facts.join(', ')}`);
    if (code.rettype !== undefined) lines.push(`    rettype: ${this.type(code.rettype)}`);
    const flags = code.ssaflags.flatMap((flag, i) =>
      flag === 0 ? [] : [`%${i + 1} 0x${flag.toString(16).padStart(4, '0')}`],
    );
    if (flags.length > 0) lines.push(`    flags: ${flags.join(', ')}`);
    return lines;
  }

  /** The line that says that the source line changes; undefined if it does not. */
  private placeLine(before: Place | null, here: Place | null): string | undefined {
    if (this.options.exact) {
      if (here === null) return before === null ? undefined : '@';
      return samePlace(before, here) ? undefined : `@ ${placeText(here)}`;
    }
    if (this.options.lines !== true || here === null || here.line === 0) return undefined;
    if (samePlace(before, here)) return undefined;
    return `@ ${here.file?.name ?? 'none'}:${here.line} within \`unknown scope\``;
  }

  private type(type: Syntax): string {
    return valueText(type, this.style, true);
  }

  private slot(id: number): string {
    return id >= 1 && id <= this.slots.length ? this.slots[id - 1] : `_${id}`;
  }

  /** A block as the target of a jump; a statement's number where the block does not say it. */
  private target(dest: number): string {
    const number = dest >= 1 && dest < this.blocks.of.length ? this.blocks.of[dest] : 0;
    if (number !== 0 && (!this.options.exact || this.blocks.list[number - 1].first === dest)) return `#${number}`;
    return dest === 0 && !this.options.exact ? '#0' : `%${dest}`;
  }

  /** The block that a value of a φ node comes from. */
  private source(edge: number): string {
    const number = edge >= 1 && edge < this.blocks.of.length ? this.blocks.of[edge] : 0;
    if (number !== 0 && (!this.options.exact || this.blocks.list[number - 1].last === edge)) return `#${number}`;
    return edge === 0 && !this.options.exact ? '#0' : `%${edge}`;
  }

  private statement(statement: Statement, at: number): string {
    const type = this.code.ssavaluetypes?.[at - 1];
    const shown = type !== undefined && hasShownType(statement);
    const text = this.untyped(statement, shown);
    if (type === undefined) return text;
    if (!shown) return this.options.exact ? `${text} ::${this.type(type)}` : text;
    return `${text}::${this.type(type)}`;
  }

  private untyped(x: Statement, typed: boolean): string {
    if (x instanceof GotoNode) return `goto ${this.target(x.label)}`;
    if (x instanceof GotoIfNot) return `goto ${this.target(x.dest)} if not ${this.operand(x.condition, 0)}`;
    if (x instanceof ReturnNode) return x.value === undefined ? 'unreachable' : `return ${this.operand(x.value, 0)}`;
    if (x instanceof EnterNode) {
      const enter = `enter ${x.catchDest === 0 ? '#0' : this.target(x.catchDest)}`;
      return x.scope === undefined ? enter : `${enter} with scope ${this.operand(x.scope, 0)}`;
    }
    if (x instanceof NewvarNode) return `Core.NewvarNode(:(${this.slot(x.slot.id)}))`;
    if (x instanceof PhiNode) {
      const values = x.edges.map((edge, i) => {
        const value = x.values[i];
        return `${this.source(edge)} => ${value === undefined ? '#undef' : this.operand(value, 0)}`;
      });
      return `φ (${values.join(', ')})`;
    }
    if (x instanceof PhiCNode) return `φᶜ (${x.values.map((value) => this.operand(value, 0)).join(', ')})`;
    if (x instanceof PiNode) return `π (${this.operand(x.value, 0)}, ${this.type(x.type)})`;
    if (x instanceof UpsilonNode) return `ϒ (${x.value === undefined ? '#undef' : this.operand(x.value, 0)})`;
    if (!(x instanceof Expr)) return this.operand(x, typed ? DECLARATION : 0);
    const [first] = x.args;
    if (x.head === 'call' && x.args.length > 0) {
      return labels[(this.options.calleeKind ?? staticCalleeKind)(x)] + this.operand(x, typed ? DECLARATION : 0);
    }
    if (x.head === 'invoke' && first instanceof InvokeTarget && first.types.length > 0 && x.args.length > 1)
      return this.invoke(x, first);
    if (x.head === '=' && x.args.length === 2 && isTarget(x.args[0])) {
      const text = `${this.operand(x.args[0], 0)} = ${this.operand(x.args[1], 0)}`;
      // `%1 = ...` alone would be the number of a statement.
      return typed || x.args[0] instanceof SSAValue ? `(${text})` : text;
    }
    return this.operand(x, typed ? DECLARATION : 0);
  }

  private invoke(x: Expr, target: InvokeTarget): string {
    const callee = x.args[1];
    const typed = (value: Syntax, i: number): string => {
      const type = target.types[i];
      return this.operand(value, DECLARATION) + (type === undefined ? '' : `::${this.type(type)}`);
    };
    const name = callee instanceof GlobalRef ? this.operand(callee, 0) : `(${typed(callee, 0)})`;
    return `${target.isCompiled ? '   invoke' : 'dynamic invoke'} ${name}(${x.args
      .slice(2)
      .map((arg, i) => typed(arg, i + 1))
      .join(', ')})`;
  }

  /** An operand. `precedence` is DECLARATION where a type follows: then an infix call needs parentheses. */
  private operand(x: Syntax, precedence: number): string {
    if (x instanceof SSAValue) return `%${x.id}`;
    if (x instanceof SlotNumber) return this.slot(x.id);
    if (x instanceof GlobalRef) {
      const field = fieldText(x.name.name);
      if (field !== '') return pathText(x.module.path) + field;
      return this.value(x);
    }
    if (x instanceof QuoteNode) {
      if (x.value instanceof Sym) {
        const text = symbolText(x.value);
        if (text.startsWith(':')) return text;
      }
      return this.value(x);
    }
    if (x instanceof Expr) return this.expression(x, precedence);
    if (x instanceof ModuleRef) {
      const text = pathText(x.path);
      const reads = this.modules.has(x.path) && !text.includes('.') && !this.taken.has(text);
      return !this.options.exact || reads ? text : this.value(x);
    }
    if (x instanceof Literal) {
      const { text, isPlain } = literalText(x);
      return isPlain || !this.options.exact ? text : this.value(x);
    }
    if (x instanceof HeapValue || x instanceof SourceValue) {
      const text = valueText(x, this.style, false);
      return !this.options.exact || this.readsAsValue(text) ? text : `$(${text})`;
    }
    if (x instanceof CodeInfo) return printCode(x, this.options);
    if (x === null) return 'nothing';
    if (typeof x === 'string') return stringLiteral(x);
    if (typeof x === 'number') {
      const text = floatText(x);
      return text.startsWith('reinterpret') ? `$(${text})` : text;
    }
    if (typeof x === 'boolean' || typeof x === 'bigint') return String(x);
    if (x instanceof Sym && !this.options.exact) return x.name;
    return this.value(x);
  }

  private value(x: Syntax): string {
    return `$(${valueText(x, this.style, false)})`;
  }

  // Among operands, `Vector{Int64}` and `Int64` can only be values; `Base.RefValue` would be a GlobalRef.
  private readsAsValue(text: string): boolean {
    if (isPlainPath(text)) return !text.includes('.') && !this.taken.has(text) && !this.modules.has(text);
    return /^[\w.!]+\{[^"'`#@%:]*\}$/.test(text) && !this.taken.has(text.slice(0, text.indexOf('{')));
  }

  private expression(x: Expr, precedence: number): string {
    const list = (args: readonly Syntax[]): string => args.map((arg) => this.operand(arg, 0)).join(', ');
    switch (x.head) {
      case 'call':
        if (x.args.length === 0 || x.constructor !== Expr) break;
        return this.call(x, x.args[0], precedence, list);
      case 'new':
      case 'splatnew':
      case 'new_opaque_closure':
        if (x.constructor !== Expr) break;
        return `%${x.head}(${list(x.args)})`;
      default:
    }
    return this.value(x);
  }

  private call(x: Expr, callee: Syntax, precedence: number, list: (args: readonly Syntax[]) => string): string {
    const args = x.args.slice(1);
    if (callee instanceof GlobalRef) {
      const { name } = callee.name;
      // Read back, an operator between operands is the builtin that lowering calls.
      const isInfix = this.options.exact
        ? callee.module.path === 'Core' && (name === '===' || name === 'isa')
        : operatorToken(name) !== null || name === 'isa' || name === 'in';
      if (isInfix && args.length === 2 && name !== ':') {
        const text = args.map((arg) => this.operand(arg, DECLARATION)).join(` ${name} `);
        return precedence > 0 ? `(${text})` : text;
      }
      if (!this.options.exact && args.length === 2 && name === ':') {
        const text = args.map((arg) => this.operand(arg, DECLARATION)).join(':');
        return precedence > 0 ? `(${text})` : text;
      }
      if (!this.options.exact && args.length === 1 && /^[-+!~√]$/.test(name))
        return name + this.operand(args[0], DECLARATION);
      return `${this.operand(callee, 0)}(${list(args)})`;
    }
    if (!this.options.exact && callee instanceof Sym) return `${callee.name}(${list(args)})`;
    // A number in front of a bracket would be a factor.
    const isName =
      callee instanceof SSAValue ||
      callee instanceof SlotNumber ||
      callee instanceof HeapValue ||
      callee instanceof SourceValue ||
      callee instanceof Expr;
    const text = isName || !this.options.exact ? this.operand(callee, 0) : this.value(callee);
    return `(${text})(${list(args)})`;
  }
}

function samePlace(a: Place | null | undefined, b: Place | null | undefined): boolean {
  if (a === null || a === undefined || b === null || b === undefined) return (a ?? null) === (b ?? null);
  return a.line === b.line && a.file === b.file && samePlace(a.expandedAt, b.expandedAt);
}

/** `file:line`, with `expanded at file:line` behind what a macro brought in. */
function placeText({ file, line, expandedAt }: Place): string {
  const plain = file !== null && file.name !== 'nothing' && /^[\w./[\]~+-]+$/.test(file.name);
  const name = file === null ? 'nothing' : plain ? file.name : stringLiteral(file.name);
  return expandedAt === undefined ? `${name}:${line}` : `${name}:${line} expanded at ${placeText(expandedAt)}`;
}

const DECLARATION = 1;

const isTarget = (x: Syntax): boolean => x instanceof SlotNumber || x instanceof GlobalRef || x instanceof SSAValue;

/** Julia shows no type behind statements that have no value. */
function hasShownType(x: Statement): boolean {
  if (x instanceof Expr) {
    return x.head !== 'gc_preserve_begin' && x.head !== 'gc_preserve_end' && x.head !== 'meta' && x.head !== 'leave';
  }
  return !(
    x instanceof PiNode ||
    x instanceof GotoIfNot ||
    x instanceof GotoNode ||
    x instanceof ReturnNode ||
    x instanceof QuoteNode ||
    x instanceof EnterNode
  );
}

/** The statements whose values others use. */
export function usedValues(code: readonly Statement[]): Set<number> {
  const used = new Set<number>();
  const visit = (x: Statement | Syntax | undefined): void => {
    if (x instanceof SSAValue) used.add(x.id);
    else if (x instanceof Expr) for (const arg of x.args) visit(arg);
    else if (x instanceof GotoIfNot) visit(x.condition);
    else if (x instanceof ReturnNode || x instanceof UpsilonNode || x instanceof PiNode) visit(x.value);
    else if (x instanceof EnterNode) visit(x.scope);
    else if (x instanceof PhiNode || x instanceof PhiCNode) for (const value of x.values) visit(value);
  };
  for (const statement of code) visit(statement);
  return used;
}
