// Reading IR text: from the text to a script of code, methods and modules.
//
// scan.ts takes the text apart, grammar.ts finds statements, operand.ts reads operands; here they become CodeInfos. What
// the text does not say takes the default of a fresh CodeInfo. Slots are those that `slots:` declares; in code pasted from
// Julia, which does not list them, they are the arguments that `method` names, then what is assigned.
//
// Enters: any text. Leaves: a script, or diagnostics with places in the text; nothing is thrown because of the text.

import type { IToken } from 'chevrotain';
import type { Diagnostic } from '../syntax/diagnostics.ts';
import { Expr, ModuleRef, Sym, type Syntax, sym } from '../syntax/expr.ts';
import { decodeBytes } from '../syntax/index.ts';
import {
  CodeInfo,
  EnterNode,
  GotoIfNot,
  GotoNode,
  InvokeTarget,
  type Operand,
  PhiCNode,
  PhiNode,
  PiNode,
  type Place,
  ReturnNode,
  SourceValue,
  type Statement,
  UpsilonNode,
} from './code.ts';
import { parseDocument, type RawCode, type RawOperand, type RawStatement, type Span } from './grammar.ts';
import { BadOperand, modulePath, type Names, OperandReader, parseSpan } from './operand.ts';
import { type Scanned, scan } from './scan.ts';
import { isReadableSlotName } from './slotnames.ts';

/** Where the statements of a CodeInfo stand in the text, by their index. */
export type StatementSpans = ReadonlyMap<CodeInfo, readonly Span[]>;

export type ScriptItem =
  /** Code to run at top level. */
  | { readonly kind: 'thunk'; readonly code: CodeInfo }
  /** Code to define as a method with this signature: a call with typed arguments, in `where`s. */
  | { readonly kind: 'method'; readonly signature: Syntax; readonly code: CodeInfo }
  /** A toplevel expression that lowering leaves alone. */
  | { readonly kind: 'expression'; readonly value: Syntax }
  | { readonly kind: 'module'; readonly name: string; readonly isBare: boolean; readonly items: readonly ScriptItem[] };

export interface ReadResult {
  readonly items: readonly ScriptItem[];
  readonly diagnostics: readonly Diagnostic[];
  readonly text: string;
  readonly spans: StatementSpans;
}

export interface ReadOptions {
  /** Modules that a path alone means, besides Main, Base and Core. */
  readonly modules?: readonly string[];
  /** Is a bare name in pasted code a global (a type, a module)? By default: does it begin with a capital letter? */
  readonly isGlobal?: (name: string) => boolean;
  /** Code that stands alone is this method. */
  readonly method?: string;
}

/** Reads a whole text. */
export function readScript(source: string | Uint8Array, options: ReadOptions = {}): ReadResult {
  const text = typeof source === 'string' ? source : decodeBytes(source);
  return new ScriptReader(text, options).read();
}

class ScriptReader {
  private readonly text: string;
  private readonly options: ReadOptions;
  private readonly scanned: Scanned;
  private readonly diagnostics: Diagnostic[] = [];
  private readonly spans = new Map<CodeInfo, Span[]>();
  private readonly codes: CodeInfo[] = [];
  private readonly modules: Set<string>;
  /** Path of the module that the items stand in. */
  private path = 'Main';

  constructor(text: string, options: ReadOptions) {
    this.text = text;
    this.options = options;
    this.scanned = scan(text);
    this.modules = new Set(['Main', 'Base', 'Core', ...(options.modules ?? [])]);
  }

  read(): ReadResult {
    const items = this.items();
    return { items, diagnostics: this.diagnostics, text: this.text, spans: this.spans };
  }

  private complain(message: string, start: number, end: number): void {
    this.diagnostics.push({ severity: 'error', message, start, end: Math.max(start, end) });
  }

  private items(): ScriptItem[] {
    this.diagnostics.push(...this.scanned.diagnostics);
    if (this.diagnostics.length > 0) return [];
    const { items: raw, error } = parseDocument(this.scanned.tokens, this.text.length);
    if (error !== undefined) {
      this.complain(error.message, error.start, error.end);
      return [];
    }
    const root: ScriptItem[] = [];
    const open: { items: ScriptItem[]; keyword: IToken; path: string }[] = [];
    let items = root;
    for (const item of raw) {
      switch (item.kind) {
        case 'code':
          this.guarded(() => items.push(this.thunk(item.code)));
          break;
        case 'method':
          this.guarded(() => items.push(this.method(item.signature, item.code)));
          break;
        case 'expression':
          this.guarded(() => items.push(this.expression(item.value)));
          break;
        case 'module': {
          const name = this.masked(item.name).trim();
          const inner: ScriptItem[] = [];
          if (!/^[\p{L}_][\p{L}\p{N}_!]*$/u.test(name))
            this.complain('a module has a plain name', item.name.start, item.name.end);
          open.push({ items, keyword: item.keyword, path: this.path });
          items.push({ kind: 'module', name, isBare: item.keyword.image === 'baremodule', items: inner });
          this.path = `${this.path}.${name}`;
          this.modules.add(this.path);
          items = inner;
          break;
        }
        case 'end': {
          const outer = open.pop();
          if (outer === undefined) {
            this.complain('this `end` ends no module', item.keyword.startOffset, item.keyword.startOffset + 3);
            break;
          }
          items = outer.items;
          this.path = outer.path;
          break;
        }
      }
    }
    const left = open.pop();
    if (left !== undefined)
      this.complain('this module has no `end`', left.keyword.startOffset, left.keyword.startOffset + 6);
    return root;
  }

  /** Turns a BadOperand into a diagnostic; the item is left out then. */
  private guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof BadOperand)) throw error;
      this.complain(error.message, error.start, error.end);
    }
  }

  private masked(span: Span): string {
    return this.scanned.masked.slice(span.start, span.end).join('');
  }

  private thunk(raw: RawCode): ScriptItem {
    if (this.options.method !== undefined) {
      let signature: Syntax;
      try {
        signature = parseSpan(this.options.method, 0);
      } catch (error) {
        if (!(error instanceof BadOperand)) throw error;
        throw new BadOperand(`the method's signature: ${error.message}`, raw.start, raw.start);
      }
      const callee = signatureCall(signature);
      if (callee === undefined)
        throw new BadOperand("the method's signature is no call, as `f(x::Int)` is", raw.start, raw.start);
      return { kind: 'method', signature, code: this.code(raw, argumentNames(callee)) };
    }
    return { kind: 'thunk', code: this.code(raw, []) };
  }

  private method(span: RawOperand, raw: RawCode): ScriptItem {
    const signature = parseSpan(this.masked(span), span.start);
    const callee = signatureCall(signature);
    if (callee === undefined)
      throw new BadOperand('expected a signature, such as f(x::Int, ys...) where T', span.start, span.end);
    return { kind: 'method', signature, code: this.code(raw, argumentNames(callee)) };
  }

  private expression(span: RawOperand): ScriptItem {
    const names: Names = {
      slot: () => undefined,
      isModule: (path) => this.modules.has(path),
      module: new ModuleRef(this.path),
    };
    const x = parseSpan(this.maskCodes(span), span.start);
    // As Meta.lower shows code: `:($(Expr(:thunk, CodeInfo(...))))`.
    const quoted = x instanceof Expr && x.head === 'quote' ? x : undefined;
    const reader = new OperandReader({ scanned: this.scanned, codes: this.codes }, names, span.start, span.end);
    if (quoted !== undefined) {
      const value = reader.value(quoted);
      if (value instanceof Expr && value.head === 'thunk' && value.args[0] instanceof CodeInfo)
        return { kind: 'thunk', code: value.args[0] };
      return { kind: 'expression', value };
    }
    if (x instanceof Expr && ['using', 'import', 'export', 'public', 'global'].includes(x.head))
      return { kind: 'expression', value: x };
    if (x instanceof Expr && x.head === '$') return { kind: 'expression', value: reader.value(x.args[0]) };
    throw new BadOperand('expected CodeInfo(, method, module, using, import or export', span.start, span.end);
  }

  /** The text of a span with nested code masked by its number among `codes`. */
  private maskCodes(span: RawOperand, inherited: readonly string[] = []): string {
    const letters = this.scanned.masked.slice(span.start, span.end);
    for (const raw of span.codes) {
      const code = this.code(raw, inherited);
      const name = `${this.scanned.masks.part}${this.codes.push(code) - 1}C`;
      for (let i = raw.start; i < raw.end; i++) letters[i - span.start] = name[i - raw.start] ?? ' ';
    }
    return letters.join('');
  }

  // --- code ---------------------------------------------------------------------------------------------------------

  private code(raw: RawCode, argumentNames: readonly string[]): CodeInfo {
    return new CodeReader(
      {
        scanned: this.scanned,
        codes: this.codes,
        modules: this.modules,
        module: new ModuleRef(this.path),
        isGlobal: this.options.isGlobal ?? ((name) => /^\p{Lu}/u.test(name)),
        masked: (span) => this.masked(span),
        maskCodes: (span) => this.maskCodes(span),
        complain: (message, start, end) => this.complain(message, start, end),
        spans: this.spans,
      },
      raw,
      argumentNames,
    ).read();
  }
}

/** The call of a signature, below `where` and `::`. */
export function signatureCall(x: Syntax): Expr | undefined {
  let call = x;
  while (call instanceof Expr && (call.head === 'where' || call.head === '::')) call = call.args[0];
  return call instanceof Expr && call.head === 'call' ? call : undefined;
}

/** The names of a method's slots 1 to nargs, as its signature gives them; '' for an argument without one. */
function argumentNames(call: Expr): string[] {
  const [callee, ...args] = call.args;
  const self =
    callee instanceof Expr && callee.head === '::' && callee.args.length === 2 ? nameOf(callee.args[0]) : '#self#';
  return [self, ...args.map(nameOf)];
}

function nameOf(x: Syntax): string {
  if (x instanceof Sym) return x.name;
  if (!(x instanceof Expr)) return '';
  if (x.head === '...' || (x.head === '::' && x.args.length === 2)) return nameOf(x.args[0]);
  return '';
}

/** What a body of code needs of the text around it. */
interface Surroundings {
  readonly scanned: Scanned;
  readonly codes: readonly CodeInfo[];
  readonly modules: ReadonlySet<string>;
  readonly module: ModuleRef;
  readonly isGlobal: (name: string) => boolean;
  readonly masked: (span: Span) => string;
  readonly maskCodes: (span: RawOperand) => string;
  readonly complain: (message: string, start: number, end: number) => void;
  readonly spans: Map<CodeInfo, Span[]>;
}

class CodeReader {
  private readonly around: Surroundings;
  private readonly raw: RawCode;
  private readonly info = new CodeInfo();
  private readonly ids = new Map<string, number>();
  private isDeclared = false;
  private readonly blocks = new Map<number, number>();
  private readonly statements: RawStatement[] = [];
  /** Last statement of each block. */
  private readonly lastOf = new Map<number, number>();
  private readonly types: (Syntax | undefined)[] = [];
  /** Names that are neither declared nor assigned; arguments, then. */
  private readonly implicit: string[] = [];
  private names: Names;
  private readonly parsed = new Map<number, Syntax>();

  constructor(around: Surroundings, raw: RawCode, argumentNames: readonly string[]) {
    this.around = around;
    this.raw = raw;
    this.names = this.namesBy((name) => this.slotOf(name));
    for (const name of argumentNames) {
      this.info.slotnames.push(sym(name));
      this.info.slotflags.push(0);
      if (name !== '') this.ids.set(name, this.info.slotnames.length);
    }
    this.info.nargs = argumentNames.length;
  }

  read(): CodeInfo {
    this.gather();
    if (!this.isDeclared) this.findSlots();
    const { info } = this;
    this.around.spans.set(info, this.statements);
    this.statements.forEach((statement, index) => this.readStatement(statement, index));
    if (this.types.some((type) => type !== undefined)) {
      info.ssavaluetypes = this.statements.map((_, i) => this.types[i] ?? new SourceValue(sym('Any')));
    }
    if (this.raw.rettype !== undefined) {
      const { rettype } = this.raw;
      this.guarded(() => {
        info.rettype = this.reader(rettype).value(this.parse(rettype));
      });
    }
    return info;
  }

  private guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof BadOperand)) throw error;
      this.around.complain(error.message, error.start, error.end);
    }
  }

  private namesBy(slot: (name: string) => number | undefined): Names {
    return { slot, isModule: (path) => this.around.modules.has(path), module: this.around.module };
  }

  private parse(span: RawOperand): Syntax {
    let x = this.parsed.get(span.start);
    if (x === undefined) {
      x = parseSpan(span.codes.length === 0 ? this.around.masked(span) : this.around.maskCodes(span), span.start);
      this.parsed.set(span.start, x);
    }
    return x;
  }

  private reader(span: Span): OperandReader {
    return new OperandReader(this.around, this.names, span.start, span.end);
  }

  /** An operand with the type that may stand behind it. */
  private typed(span: RawOperand, index: number): Syntax {
    const x = this.parse(span);
    if (x instanceof Expr && x.head === '::' && x.args.length === 2) {
      this.types[index] = this.reader(span).value(x.args[1]);
      return x.args[0];
    }
    return x;
  }

  // --- headers, places, blocks --------------------------------------------------------------------------------------

  private gather(): void {
    let place: Place | null = null;
    const { info } = this;
    for (const line of this.raw.lines) {
      switch (line.kind) {
        case 'place':
          this.guarded(() => {
            place = readPlace(line.token);
          });
          break;
        case 'header':
          this.guarded(() => this.header(line.name.image.slice(0, -1), line.value));
          break;
        case 'statement': {
          const { statement } = line;
          const at = this.statements.push(statement);
          info.places.push(place);
          if (info.ssaflags.length < at) info.ssaflags.push(0);
          const number: unknown = statement.block?.payload;
          if (typeof number === 'number') {
            if (this.blocks.has(number))
              this.around.complain(`block ${number} begins twice`, statement.block?.startOffset ?? 0, statement.start);
            this.blocks.set(number, at);
          }
          const value: unknown = statement.name?.payload;
          if (typeof value === 'number' && value !== at) {
            const { name } = statement;
            this.around.complain(
              `this is statement ${at}, not ${value}`,
              name?.startOffset ?? 0,
              (name?.endOffset ?? 0) + 1,
            );
          }
          break;
        }
      }
    }
    const starts = [...this.blocks].sort((a, b) => a[1] - b[1]);
    starts.forEach(([number], i) => {
      this.lastOf.set(number, (starts[i + 1]?.[1] ?? this.statements.length + 1) - 1);
    });
    info.ssaflags.length = Math.min(info.ssaflags.length, this.statements.length);
    while (info.ssaflags.length < this.statements.length) info.ssaflags.push(0);
  }

  private header(name: string, span: RawOperand): void {
    const text = this.around.masked(span);
    switch (name) {
      case 'slots':
        this.slots(span);
        return;
      case 'facts':
        for (const fact of text.split(',')) this.fact(fact.trim(), span);
        return;
      case 'flags':
        for (const entry of text.split(',')) {
          const [, at, flag] = /^.(\d+) 0x([0-9a-f]+)$/.exec(entry.trim()) ?? [];
          const index = Number(at) - 1;
          if (flag === undefined || !(index >= 0 && index < 0xffffff))
            throw new BadOperand('flags: %3 0x0001, ...', span.start, span.end);
          while (this.info.ssaflags.length <= index) this.info.ssaflags.push(0);
          this.info.ssaflags[index] = Number.parseInt(flag, 16);
        }
        return;
      default:
        this.info.rettype = this.reader(span).value(this.parse(span));
    }
  }

  private fact(fact: string, span: Span): void {
    const { info } = this;
    const [name = '', first = '', second = ''] = fact.split(/\s+/);
    const number = /^(0x[0-9a-f]{1,8}|\d{1,9})$/.test(first) ? Number(first) : undefined;
    const has = (value: number | undefined): number => {
      if (value === undefined) throw new BadOperand(`\`${name}\` has a number behind it`, span.start, span.end);
      return value;
    };
    switch (name) {
      case 'nargs':
        info.nargs = has(number);
        return;
      case 'isva':
        info.isva = true;
        return;
      case 'inlining':
        info.inlining = has(number);
        return;
      case 'propagate_inbounds':
        info.propagateInbounds = true;
        return;
      case 'has_fcall':
        info.hasFcall = true;
        return;
      case 'nospecializeinfer':
        info.nospecializeinfer = true;
        return;
      case 'constprop':
        info.constprop = has(number);
        return;
      case 'purity':
        info.purity = has(number);
        return;
      case 'inlining_cost':
        info.inliningCost = has(number);
        return;
      case 'worlds':
        if (!/^\d{1,20}$/.test(first) || !/^\d{1,20}$/.test(second))
          throw new BadOperand('worlds FIRST LAST', span.start, span.end);
        info.worlds = { min: BigInt(first), max: BigInt(second) };
        return;
      default:
        throw new BadOperand(
          `\`${name}\` is no fact; there are nargs, isva, inlining, propagate_inbounds, has_fcall, nospecializeinfer, constprop, purity, inlining_cost and worlds`,
          span.start,
          span.end,
        );
    }
  }

  /** `slots: #self#, x::Int64 8, var"" 2` */
  private slots(span: RawOperand): void {
    const { info } = this;
    this.isDeclared = true;
    info.slotnames = [];
    info.slotflags = [];
    this.ids.clear();
    const types: (Syntax | undefined)[] = [];
    const reader = this.reader(span);
    for (const part of splitList(this.around.masked(span))) {
      const flag = /\s(\d{1,3})\s*$/.exec(part.text);
      const text = flag === null ? part.text : part.text.slice(0, flag.index);
      const x = parseSpan(text.trimStart(), span.start + part.start + (text.length - text.trimStart().length));
      const isTyped = x instanceof Expr && x.head === '::' && x.args.length === 2;
      const given = isTyped ? x.args[0] : x;
      const name = given instanceof Expr && given.head === 'call' ? reader.value(given) : given;
      if (!(name instanceof Sym))
        throw new BadOperand(
          'expected the name of a slot',
          span.start + part.start,
          span.start + part.start + part.text.length,
        );
      types.push(isTyped ? reader.value(x.args[1]) : undefined);
      const { hash, at } = this.around.scanned.masks;
      const shown = name.name.replaceAll(hash, '#').replaceAll(at, '@');
      info.slotflags.push(flag === null ? 0 : Number(flag[1]));
      info.slotnames.push(sym(shown));
    }
    if (types.some((type) => type !== undefined)) {
      info.slottypes = types.map((type) => type ?? new SourceValue(sym('Any')));
    }
    const count = new Map<string, number>();
    for (const { name } of info.slotnames) count.set(name, (count.get(name) ?? 0) + 1);
    info.slotnames.forEach(({ name }, i) => {
      if (name === '#unused#') return;
      // Names that mean something else are not the slot's: it goes by its number, `_3`.
      const shown = name === '' || count.get(name) !== 1 ? `${name}@_${i + 1}` : name;
      if (!name.includes('@') && isReadableSlotName(shown)) this.ids.set(shown, i + 1);
    });
  }

  // --- slots of pasted code -----------------------------------------------------------------------------------------

  private slotOf(name: string): number | undefined {
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    const number = /^_(\d{1,6})$/.exec(name) ?? (this.isDeclared ? null : /@_(\d{1,6})$/.exec(name));
    return number === null || Number(number[1]) === 0 ? undefined : Number(number[1]);
  }

  /** Gives numbers to the slots that pasted code names. */
  private findSlots(): void {
    const { info } = this;
    const assigned: string[] = [];
    const numbered = new Map<number, string>();
    const meet = (name: string, isAssigned: boolean): number => {
      const shared = /^([\s\S]*)@_(\d{1,6})$/.exec(name);
      if (shared !== null) numbered.set(Number(shared[2]), shared[1]);
      else if (/^_\d{1,6}$/.test(name)) {
        if (!numbered.has(Number(name.slice(1)))) numbered.set(Number(name.slice(1)), '');
      } else if (!this.ids.has(name)) {
        if (isAssigned && !assigned.includes(name)) assigned.push(name);
        if (!isAssigned && !assigned.includes(name) && !this.implicit.includes(name)) this.implicit.push(name);
      }
      return 1;
    };
    const { masks } = this.around.scanned;
    const unmask = (name: string): string => name.replaceAll(masks.hash, '#').replaceAll(masks.at, '@');
    for (const { form } of this.statements) {
      const span = 'value' in form ? form.value : undefined;
      if (span === undefined) continue;
      const head = this.around.masked(span);
      // What is assigned, or declared by a NewvarNode.
      const target =
        /^\(?\s*([^\s()=,]+)\s*=(?![=>])/u.exec(head) ??
        new RegExp(`^Core\\.NewvarNode\\(${masks.quote}\\(([^()]+)\\)\\)`).exec(head);
      if (target !== null && !/^["'\d:]/.test(target[1]) && !target[1].includes('.')) meet(unmask(target[1]), true);
    }
    const discovering = this.namesBy((name) => {
      if (this.slotOf(name) !== undefined || assigned.includes(name) || name.includes('#') || name.includes('@'))
        return meet(name, false);
      if (
        this.around.modules.has(name) ||
        name === 'nothing' ||
        name === 'NaN' ||
        name === 'Inf' ||
        this.around.isGlobal(name)
      )
        return undefined;
      return meet(name, false);
    });
    this.names = discovering;
    for (const statement of this.statements) {
      for (const span of spansOf(statement)) {
        try {
          if (span.codes.length === 0 && statement.form.kind !== 'phi' && statement.form.kind !== 'pi')
            this.reader(span).operand(this.parse(span));
          else if (span.codes.length === 0) this.discoverIn(span);
        } catch (error) {
          // Reported when the statement is read.
          if (!(error instanceof BadOperand)) throw error;
        }
      }
    }
    this.names = this.namesBy((name) => this.slotOf(name));
    const implicit = this.implicit.filter((name) => !assigned.includes(name));
    if (info.nargs === 0 && implicit.length > 0) {
      info.slotnames.push(sym('#self#'));
      this.ids.set('#self#', 1);
      info.nargs = 1;
    }
    for (const name of implicit) {
      if (name === '#self#') continue;
      this.ids.set(name, info.slotnames.push(sym(name)));
      info.nargs++;
    }
    let id = info.slotnames.length;
    for (const name of assigned) {
      do id++;
      while (numbered.has(id));
      while (info.slotnames.length < id - 1) info.slotnames.push(sym(numbered.get(info.slotnames.length + 1) ?? ''));
      this.ids.set(name, info.slotnames.push(sym(name)));
    }
    for (const [number, name] of [...numbered].sort((a, b) => a[0] - b[0])) {
      if (number > 0xffff) continue;
      while (info.slotnames.length < number) info.slotnames.push(sym(numbered.get(info.slotnames.length + 1) ?? ''));
      if (name !== '' && info.slotnames[number - 1] === sym('')) info.slotnames[number - 1] = sym(name);
    }
    info.slotflags = info.slotnames.map(() => 0);
  }

  private discoverIn(span: RawOperand): void {
    const x = this.parse(span);
    const parts = x instanceof Expr && x.head === 'tuple' ? x.args : [x];
    for (const part of parts) {
      const value = part instanceof Expr && part.head === 'call' && part.args[0] === sym('=>') ? part.args[2] : part;
      this.reader(span).operand(value);
    }
  }

  // --- statements ---------------------------------------------------------------------------------------------------

  private target(token: IToken): number {
    const number: unknown = token.payload;
    if (typeof number !== 'number')
      throw new BadOperand(
        'expected a block, as #2, or a statement, as %7',
        token.startOffset,
        (token.endOffset ?? 0) + 1,
      );
    if (token.image.startsWith('%')) return number;
    return this.blockStart(number, token.startOffset, (token.endOffset ?? 0) + 1);
  }

  private blockStart(number: number, start: number, end: number): number {
    if (number === 0) return 0;
    const at = this.blocks.get(number);
    if (at === undefined) throw new BadOperand(`there is no block ${number}`, start, end);
    return at;
  }

  private readStatement(raw: RawStatement, index: number): void {
    let statement: Statement = null;
    this.guarded(() => {
      statement = this.form(raw, index);
    });
    this.info.code.push(statement);
  }

  private form(raw: RawStatement, index: number): Statement {
    const { form } = raw;
    switch (form.kind) {
      case 'goto': {
        const target = this.target(form.target);
        if (form.type !== undefined) this.types[index] = this.reader(form.type).value(this.parse(form.type));
        if (form.condition === undefined) return new GotoNode(target);
        return new GotoIfNot(this.reader(form.condition).operand(this.typed(form.condition, index)), target);
      }
      case 'return':
        return new ReturnNode(this.reader(form.value).operand(this.typed(form.value, index)));
      case 'unreachable':
        if (form.type !== undefined) this.types[index] = this.reader(form.type).value(this.parse(form.type));
        return new ReturnNode(undefined);
      case 'enter': {
        const target = this.target(form.target);
        if (form.type !== undefined) this.types[index] = this.reader(form.type).value(this.parse(form.type));
        const scope =
          form.scope === undefined ? undefined : this.reader(form.scope).operand(this.typed(form.scope, index));
        return new EnterNode(target, scope);
      }
      case 'phi':
        return this.phi(form.value, index);
      case 'phic':
        return new PhiCNode(
          tupleParts(this.typed(form.value, index)).map((part) => this.reader(form.value).operand(part)),
        );
      case 'upsilon': {
        const x = this.typed(form.value, index);
        const reader = this.reader(form.value);
        return new UpsilonNode(reader.isUndefined(x) ? undefined : reader.operand(x));
      }
      case 'pi': {
        const parts = tupleParts(this.typed(form.value, index));
        if (parts.length !== 2) throw new BadOperand('expected π (value, Type)', form.value.start, form.value.end);
        const reader = this.reader(form.value);
        return new PiNode(reader.operand(parts[0]), reader.value(parts[1]));
      }
      case 'invoke':
        return this.invoke(form.value, index, form.keyword.image === 'invoke');
      case 'operand':
        return this.reader(form.value).operand(this.typed(form.value, index));
    }
  }

  private phi(span: RawOperand, index: number): Statement {
    const edges: number[] = [];
    const values: (Operand | undefined)[] = [];
    const reader = this.reader(span);
    for (const part of tupleParts(this.typed(span, index))) {
      const isEdge =
        part instanceof Expr && part.head === 'call' && part.args[0] === sym('=>') && part.args.length === 3;
      const from = isEdge ? reader.blockOrValue(part.args[1]) : undefined;
      if (!isEdge || from === undefined)
        throw new BadOperand('expected φ (#1 => value, #2 => value)', span.start, span.end);
      let edge = from.number;
      if (from.kind === 'block' && from.number !== 0) {
        const last = this.lastOf.get(from.number);
        if (last === undefined) throw new BadOperand(`there is no block ${from.number}`, span.start, span.end);
        edge = last;
      }
      edges.push(edge);
      values.push(reader.isUndefined(part.args[2]) ? undefined : reader.operand(part.args[2]));
    }
    return new PhiNode(edges, values);
  }

  /** `f(x::Int64, 1::Int64)`: the types name the method instance. */
  private invoke(span: RawOperand, index: number, isCompiled: boolean): Statement {
    let x = this.parse(span);
    if (x instanceof Expr && x.head === '::' && x.args.length === 2) {
      this.types[index] = this.reader(span).value(x.args[1]);
      x = x.args[0];
    }
    if (!(x instanceof Expr) || x.head !== 'call')
      throw new BadOperand('expected invoke f(x::Type, ...)', span.start, span.end);
    const reader = this.reader(span);
    const types: Syntax[] = [];
    const [callee, ...args] = x.args.map((arg, i) => {
      if (arg instanceof Expr && arg.head === '::' && arg.args.length === 2) {
        types.push(reader.value(arg.args[1]));
        return reader.operand(arg.args[0]);
      }
      const operand = reader.operand(arg);
      const path = modulePath(arg);
      types.push(
        i === 0 && path !== undefined
          ? new SourceValue(new Expr('call', [sym('typeof'), arg]))
          : new SourceValue(sym('Any')),
      );
      return operand;
    });
    return new Expr('invoke', [new InvokeTarget(types, isCompiled), callee ?? null, ...args]);
  }
}

function* spansOf({ form }: RawStatement): Generator<RawOperand> {
  if ('value' in form) yield form.value;
  if (form.kind === 'goto' && form.condition !== undefined) yield form.condition;
  if (form.kind === 'enter' && form.scope !== undefined) yield form.scope;
}

const tupleParts = (x: Syntax): readonly Syntax[] => (x instanceof Expr && x.head === 'tuple' ? x.args : [x]);

/** Splits at commas outside brackets and strings. */
function splitList(text: string): { text: string; start: number }[] {
  const parts: { text: string; start: number }[] = [];
  let start = 0;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '"') {
      for (i++; i < text.length && text[i] !== '"'; i++) if (text[i] === '\\') i++;
    } else if ('([{'.includes(c)) depth++;
    else if (')]}'.includes(c)) depth--;
    else if (c === ',' && depth === 0) {
      parts.push({ text: text.slice(start, i), start });
      start = i + 1;
    }
  }
  parts.push({ text: text.slice(start), start });
  return parts;
}

const PLACE = /^("(?:[^"\\]|\\.)*"|\S*?|[^"]*?):(\d{1,9})(?= expanded at | within `| @ |$)/;

/** `@ file:line`, with what Julia writes behind it left aside; `@` alone: no place. */
function readPlace(token: IToken): Place | null {
  let text = token.image.slice(1).trim();
  if (text === '') return null;
  const end = (token.endOffset ?? 0) + 1;
  // A file without a line, as Julia shows what has none.
  const alone = /^(\S+) within `/.exec(text);
  if (alone !== null && !PLACE.test(text)) return { file: sym(alone[1]), line: 0 };
  const places: { file: Sym | null; line: number }[] = [];
  for (;;) {
    const [whole = '', file = '', digits = ''] = PLACE.exec(text) ?? [];
    if (digits === '') throw new BadOperand('expected @ file:line', token.startOffset, end);
    places.push({ file: fileOf(file, token), line: Number(digits) });
    const rest = text.slice(whole.length);
    if (!rest.startsWith(' expanded at ')) break;
    text = rest.slice(' expanded at '.length);
  }
  let place: Place | null = null;
  for (const own of places.reverse()) place = place === null ? own : { ...own, expandedAt: place };
  return place;
}

function fileOf(text: string, token: IToken): Sym | null {
  if (text === 'nothing') return null;
  if (!text.startsWith('"')) return sym(text);
  const value = parseSpan(text, token.startOffset);
  if (typeof value === 'string') return sym(value);
  throw new BadOperand('expected @ file:line', token.startOffset, (token.endOffset ?? 0) + 1);
}
