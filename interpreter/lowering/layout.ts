// Layout: the last pass. Labels, temporaries and variables get their numbers, metadata moves from statements into the
// fields of CodeInfo, and every statement gets its place in the source.

import {
  CodeInfo,
  EnterNode,
  GotoIfNot,
  GotoNode,
  NewvarNode,
  type Operand,
  type Place,
  ReturnNode,
  SlotNumber,
  SSAValue,
  type Statement,
} from '../ir/code.ts';
import { Expr, GlobalRef, type ModuleRef, Sym, type Syntax, sym } from '../syntax/expr.ts';
import type { Context } from './context.ts';
import { Branch, Enter, Exits, type Instruction, Jump, Label, Line } from './linear.ts';
import {
  CALLED,
  Form,
  isForm,
  isNospecializeMeta,
  Lambda,
  LoweringError,
  MAYBE_UNDEF,
  type Node,
  READ,
  SINGLE_ASSIGNED,
  UNUSED,
  type VarInfo,
} from './node.ts';

/** Statements with their numbers; `$` forms may still stand in them (see closuretemplate.ts). */
export interface Body {
  readonly statements: Statement[];
  readonly places: (Place | null)[];
}

/** The CodeInfo of a linearised function. `file` and `line` are the place of what has none of its own. */
export function codeInfo(c: Context, lambda: Lambda, file: Sym, line: number): CodeInfo {
  const body = layOut(c, lambda, file, line);
  return assemble(body.statements, body.places, lambda.vars, lambda.args.length);
}

/** A CodeInfo from numbered statements and the variables of their function. */
export function assemble(
  statements: Statement[],
  places: (Place | null)[],
  variables: readonly VarInfo[],
  nargs: number,
): CodeInfo {
  const info = new CodeInfo();
  info.code = statements;
  info.places = places;
  info.nargs = nargs;
  variables.forEach((v, i) => {
    info.slotnames.push(slotName(v, i));
    info.slotflags.push(v.flags & SLOT_FLAGS);
  });
  applyMetadata(info);
  return info;
}

const SLOT_FLAGS = READ | SINGLE_ASSIGNED | MAYBE_UNDEF | CALLED;
const EMPTY = sym('');

// A renamed variable shows the name it was written with; a made-up one shows none.
function slotName(v: VarInfo, index: number): Sym {
  const { name } = v.name;
  if (index === 0 || v.name === UNUSED || !name.startsWith('#')) return v.name;
  const second = name.indexOf('#', 1);
  if (second >= 0) return sym(name.slice(second + 1));
  return name[1] === 's' ? EMPTY : v.name;
}

/** Numbers the statements of `lambda`. Throws LoweringError. */
export function layOut(c: Context, lambda: Lambda, file: Sym, line: number): Body {
  const instructions = lambda.code ?? [];
  const kept: { e: Instruction; place: Place | null }[] = [];
  const temporaries = new Map<number, number>();
  const labels = new Map<number, number>();
  let place: { file: Sym | null; line: number; expandedAt?: Place } | undefined;
  let expandedAt: Place | undefined;
  let nowhere = false;
  let currentFile: Sym | null = file;
  let currentLine = line;
  const stack: { place: typeof place; expandedAt: Place | undefined; file: Sym | null; line: number }[] = [];
  const placed = (at: { file: Sym | null; line: number }): typeof place => (expandedAt ? { ...at, expandedAt } : at);
  const emit = (e: Instruction): void => {
    if (place === undefined && !(e instanceof Form && e.head === 'meta')) place = { file, line };
    kept.push({ e, place: nowhere || place === undefined ? null : place });
    nowhere = false;
  };
  for (const e of instructions) {
    if (e instanceof Line) {
      if (e.line === undefined) nowhere = true;
      else if (currentLine === 0 && e.file === null && place !== undefined) {
        // the first line in a file that was just entered
        place.line = e.line;
        currentLine = e.line;
      } else {
        currentLine = e.line;
        if (e.file !== null) currentFile = e.file;
        place = placed({ file: currentFile, line: currentLine });
      }
    } else if (isForm3(e, 'meta') && e.args.length > 1 && e.args[0] === PUSH_LOC) {
      stack.push({ place, expandedAt, file: currentFile, line: currentLine });
      expandedAt = place ?? { file, line };
      currentFile = e.args[1] instanceof Sym ? e.args[1] : null;
      currentLine = 0;
      place = placed({ file: currentFile, line: 0 });
    } else if (isForm3(e, 'meta') && e.args.length === 1 && e.args[0] === POP_LOC) {
      const outer = stack.pop();
      if (outer !== undefined) {
        place = outer.place;
        expandedAt = outer.expandedAt;
        currentFile = outer.file;
        currentLine = outer.line;
      }
    } else if (e instanceof Label) {
      labels.set(e.id, kept.length + 1);
    } else if (isForm3(e, '=') && e.args[0] instanceof SSAValue) {
      const [left, right] = e.args as [SSAValue, Node];
      const same = right instanceof SSAValue ? temporaries.get(right.id) : undefined;
      temporaries.set(left.id, same ?? kept.length + 1);
      if (same === undefined) emit(right);
    } else if (e instanceof Enter) {
      temporaries.set(e.token.id, kept.length + 1);
      emit(e);
    } else emit(e);
  }
  const numbering = new Numbering(c, lambda, temporaries, labels);
  return {
    statements: kept.map(({ e }) => numbering.statement(e)),
    places: kept.map((k) => k.place),
  };
}

const PUSH_LOC = sym('push_loc');
const POP_LOC = sym('pop_loc');
function isForm3(e: Instruction, head: string): e is Form {
  return e instanceof Form && e.head === head;
}

const RAW_HEADS = new Set([
  'using',
  'import',
  'export',
  'public',
  'global',
  'toplevel',
  'module',
  'inbounds',
  'loopinfo',
]);

class Numbering {
  private readonly c: Context;
  private readonly temporaries: ReadonlyMap<number, number>;
  private readonly labels: ReadonlyMap<number, number>;
  private readonly slots = new Map<Sym, SlotNumber>();
  private readonly sparams = new Map<Sym, number>();
  private readonly values = new Map<number, SSAValue>();
  private readonly base: ModuleRef;
  private readonly core: ModuleRef;

  constructor(
    c: Context,
    lambda: Lambda,
    temporaries: ReadonlyMap<number, number>,
    labels: ReadonlyMap<number, number>,
  ) {
    this.c = c;
    this.temporaries = temporaries;
    this.labels = labels;
    this.base = c.host.baseModule(c.module);
    this.core = c.host.coreModule();
    lambda.vars.forEach((v, i) => this.slots.set(v.name, new SlotNumber(i + 1)));
    lambda.sparams.forEach((v, i) => this.sparams.set(v, i + 1));
  }

  private label(id: number): number {
    return this.labels.get(id) ?? 0;
  }

  statement(e: Instruction): Statement {
    if (e instanceof Jump) return new GotoNode(this.label(e.label));
    if (e instanceof Branch) return new GotoIfNot(this.operand(e.condition), this.label(e.label));
    if (e instanceof Enter) {
      return new EnterNode(this.label(e.label), e.scope.length > 0 ? this.operand(e.scope[0]) : undefined);
    }
    if (e instanceof Label || e instanceof Line || e instanceof Exits) throw new LoweringError('malformed expression');
    if (e instanceof Form) {
      if (e.head === 'goto') return new GotoNode(this.label(Number(e.args[0])));
      if (e.head === 'return') return new ReturnNode(this.operand(e.args[0]));
      if (e.head === 'newvar') return new NewvarNode(this.slots.get(e.args[0] as Sym) ?? new SlotNumber(0));
    }
    return this.operand(e);
  }

  operand(e: Node): Operand {
    if (e === UNUSED) throw new LoweringError('Attempted to use slot marked unused');
    if (e instanceof Sym) {
      const slot = this.slots.get(e);
      if (slot !== undefined) return slot;
      const sparam = this.sparams.get(e);
      return sparam === undefined ? e : new Expr('static_parameter', [BigInt(sparam)]);
    }
    if (e instanceof SSAValue) return this.value(e);
    if (e instanceof Lambda) return codeInfo(this.c, e, NONE, 0);
    if (!(e instanceof Form)) return e;
    const { head, args } = e;
    switch (head) {
      case 'top':
        return new GlobalRef(this.base, args[0] as Sym);
      case 'core':
        return new GlobalRef(this.core, args[0] as Sym);
      case 'slot':
        return new SlotNumber(Number(args[0]));
      case 'thismodule':
        return this.c.module;
      case '$':
        return new Expr('$', args.map(exportSyntax));
      case 'meta':
        if (!isNospecializeMeta(e)) return exportMeta(this, e);
        return new Expr('meta', [exportSyntax(args[0]), ...args.slice(1).map((x) => this.operand(x))]);
    }
    if (RAW_HEADS.has(head)) return exportSyntax(e) as Operand;
    const result = new Expr(
      head,
      args.map((x) => this.operand(x)),
    );
    if (head === 'foreigncall' && isTupleCall(args[0]) && mentionsLocal(result.args[0])) {
      throw new LoweringError('ccall function name and library expression cannot reference local variables');
    }
    return result;
  }

  private value(e: SSAValue): SSAValue {
    const id = this.temporaries.get(e.id);
    if (id === undefined) throw new LoweringError('ssavalue with no def');
    let value = this.values.get(id);
    if (value === undefined) {
      value = new SSAValue(id);
      this.values.set(id, value);
    }
    return value;
  }
}

const NONE = sym('none');

// Metadata is not code, except for references to names of Core and Base inside (the stub of a generated function).
function exportMeta(numbering: Numbering, e: Form): Expr {
  const convert = (x: Node): Syntax => {
    if (!(x instanceof Form)) return exportSyntax(x);
    if (x.head === 'top' || x.head === 'core' || x.head === 'slot') return numbering.operand(x);
    return new Expr(x.head, x.args.map(convert));
  };
  return new Expr('meta', e.args.map(convert));
}

function isTupleCall(x: Node): boolean {
  if (!isForm(x, 'call')) return false;
  const callee = x.args[0];
  return callee === sym('tuple') || (isForm(callee, 'core') && callee.args[0] === sym('tuple'));
}

function mentionsLocal(x: Syntax): boolean {
  if (x instanceof SSAValue || x instanceof SlotNumber) return true;
  return x instanceof Expr && x.args.some(mentionsLocal);
}

/** A Form as plain syntax. */
export function exportSyntax(x: Node): Syntax {
  if (x instanceof Form) return new Expr(x.head, x.args.map(exportSyntax));
  if (x instanceof Lambda) throw new LoweringError('malformed expression');
  return x;
}

const INBOUNDS = 1;
const INLINE = 2;
const NOINLINE = 4;
/** Bits of ssaflags below those of a purity override. */
const FLAG_BITS = 3;
const PURITY_FLAGS = 11;

// Reads what metadata statements say into the fields of the CodeInfo, and marks the statements that stand between
// the beginning and the end of an @inbounds, @inline, @noinline or @assume_effects region.
function applyMetadata(info: CodeInfo): void {
  let inbounds = 0;
  const inlining: boolean[] = [];
  const purity: number[] = [];
  info.code.forEach((statement, i) => {
    let flags = 0;
    if (inbounds > 0) flags |= INBOUNDS;
    if (inlining.length > 0) flags |= inlining[inlining.length - 1] ? INLINE : NOINLINE;
    if (purity.length > 0) flags |= purity[purity.length - 1] << FLAG_BITS;
    if (!(statement instanceof Expr)) {
      info.ssaflags.push(flags);
      return;
    }
    const { head, args } = statement;
    const region = (apply: () => void): void => {
      apply();
      info.code[i] = null;
      flags = 0;
    };
    switch (head) {
      case 'meta':
        readMeta(info, statement, i);
        break;
      case 'inbounds':
        region(() => {
          if (args[0] === true) inbounds++;
          else if (args[0] === false) inbounds = 0;
          else if (inbounds > 0) inbounds--;
        });
        break;
      case 'inline':
      case 'noinline':
        region(() => {
          if (args[0] === true) inlining.push(head === 'inline');
          else inlining.pop();
        });
        break;
      case 'purity':
        region(() => {
          if (args.length === PURITY_FLAGS) purity.push(purityBits(args));
          else purity.pop();
        });
        break;
      case 'boundscheck':
        flags = 0;
        break;
      case 'foreigncall':
      case 'cfunction':
        info.hasFcall = true;
        break;
      case '=':
        if (args[1] instanceof Expr && (args[1].head === 'foreigncall' || args[1].head === 'cfunction')) {
          info.hasFcall = true;
        }
        break;
    }
    info.ssaflags.push(flags);
  });
}

/** The eleven flags of a purity expression as bits; `inaccessiblememonly` and the like in Julia's order. */
function purityBits(args: readonly Syntax[]): number {
  return args.reduce<number>((bits, flag, i) => (flag === true ? bits | (1 << i) : bits), 0);
}

function readMeta(info: CodeInfo, statement: Expr, i: number): void {
  const rest: Syntax[] = [];
  for (const x of statement.args) {
    const name = x instanceof Sym ? x.name : undefined;
    if (name === 'inline') info.inlining = 1;
    else if (name === 'noinline') info.inlining = 2;
    else if (name === 'propagate_inbounds') info.propagateInbounds = true;
    else if (name === 'nospecializeinfer') info.nospecializeinfer = true;
    else if (name === 'aggressive_constprop') info.constprop = 1;
    else if (name === 'no_constprop') info.constprop = 2;
    else if (x instanceof Expr && x.head === 'purity') {
      if (x.args.length === PURITY_FLAGS) info.purity |= purityBits(x.args);
    } else rest.push(x);
  }
  if (rest.length === 0) info.code[i] = null;
  else if (rest.length < statement.args.length) info.code[i] = new Expr('meta', rest);
}
