// Is code valid? Each rule is checked on its own, and each complaint names the statement and the rule it breaks.
//
//   terminator        the last statement returns or jumps
//   jump              a jump goes to a statement of the code
//   value             an SSA value is that of a statement
//   dominance         a value is used only where its statement has been executed
//   slot              a slot is one of those declared; arguments are among them
//   head              an expression is of a head that statements have
//   arity             an expression has as many arguments as its head asks for
//   operand           an argument is something that can be an argument
//   exceptions        `leave` and `pop_exception` name an `enter`; handlers are left in the order they were entered,
//                     and a statement is reached with the same handlers on every way
//   phi               a φ node has one value for each edge, and its edges come from where control comes from
//   lengths           flags, places and types are as many as statements
//   nesting           the same holds for nested code
//
// Enters: a CodeInfo. Leaves: complaints, none if the code is valid.

import { Expr, GlobalRef, Sym, type Syntax } from '../syntax/expr.ts';
import { basicBlocks, jumpTargets } from './blocks.ts';
import {
  CodeInfo,
  EnterNode,
  GotoIfNot,
  GotoNode,
  NewvarNode,
  PhiCNode,
  PhiNode,
  PiNode,
  ReturnNode,
  SlotNumber,
  SSAValue,
  type Statement,
  UpsilonNode,
} from './code.ts';

export type Rule =
  | 'terminator'
  | 'jump'
  | 'value'
  | 'dominance'
  | 'slot'
  | 'head'
  | 'arity'
  | 'operand'
  | 'exceptions'
  | 'phi'
  | 'lengths';

export interface Complaint {
  readonly rule: Rule;
  readonly message: string;
  /** The code it is about: the one that was given, or one nested in it. */
  readonly code: CodeInfo;
  /** Number of the statement, 0 for the code as a whole. */
  readonly statement: number;
}

const ANY_NUMBER = Number.POSITIVE_INFINITY;

/** Heads of expressions, with the fewest and the most arguments. Source: Julia's `validate_code!`, and its interpreter. */
const heads: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['call', [1, ANY_NUMBER]],
  ['invoke', [2, ANY_NUMBER]],
  ['invoke_modify', [3, ANY_NUMBER]],
  ['static_parameter', [1, 1]],
  ['gotoifnot', [2, 2]],
  ['&', [1, 1]],
  ['=', [2, 2]],
  ['method', [1, 4]],
  ['const', [1, 2]],
  ['new', [1, ANY_NUMBER]],
  ['splatnew', [2, 2]],
  ['the_exception', [0, 0]],
  ['leave', [1, ANY_NUMBER]],
  ['pop_exception', [1, 1]],
  ['inbounds', [1, 1]],
  ['inline', [1, 1]],
  ['noinline', [1, 1]],
  ['boundscheck', [0, ANY_NUMBER]],
  ['copyast', [1, 1]],
  ['meta', [0, ANY_NUMBER]],
  ['global', [1, ANY_NUMBER]],
  ['globaldecl', [1, 2]],
  ['foreigncall', [5, ANY_NUMBER]],
  ['cfunction', [5, 5]],
  ['isdefined', [1, 2]],
  ['code_coverage_effect', [0, 0]],
  ['loopinfo', [0, ANY_NUMBER]],
  ['gc_preserve_begin', [0, ANY_NUMBER]],
  ['gc_preserve_end', [0, 1]],
  ['thunk', [1, 1]],
  ['throw_undef_if_not', [2, 2]],
  ['aliasscope', [0, 1]],
  ['popaliasscope', [0, 1]],
  ['new_opaque_closure', [4, ANY_NUMBER]],
  ['opaque_closure_method', [5, 5]],
  ['import', [1, ANY_NUMBER]],
  ['using', [1, ANY_NUMBER]],
  ['export', [1, ANY_NUMBER]],
  ['public', [1, ANY_NUMBER]],
  ['module', [3, 4]],
  ['toplevel', [0, ANY_NUMBER]],
  ['latestworld', [0, 0]],
  ['error', [1, ANY_NUMBER]],
  ['incomplete', [1, ANY_NUMBER]],
  ['purity', [0, ANY_NUMBER]],
  ['line', [0, ANY_NUMBER]],
]);

/** Heads whose arguments are syntax, not operands. */
const quoting = new Set([
  'meta',
  'loopinfo',
  'import',
  'using',
  'export',
  'public',
  'module',
  'toplevel',
  'global',
  'inbounds',
  'error',
  'incomplete',
  'purity',
  'line',
]);

/** All that is wrong with `code`, nested code included. */
export function verify(code: CodeInfo): Complaint[] {
  return new Verifier(code).run();
}

class Verifier {
  private readonly code: CodeInfo;
  private readonly complaints: Complaint[] = [];

  constructor(code: CodeInfo) {
    this.code = code;
  }

  run(): Complaint[] {
    this.lengths();
    this.code.code.forEach((statement, index) => this.statement(statement, index + 1));
    this.terminator();
    const jumpsAreGood = !this.complaints.some(({ rule, code }) => rule === 'jump' && code === this.code);
    if (jumpsAreGood && this.code.code.length > 0) {
      this.exceptions();
      this.dominance();
      this.phis();
    }
    return this.complaints;
  }

  private complain(rule: Rule, statement: number, message: string): void {
    this.complaints.push({ rule, message, code: this.code, statement });
  }

  private lengths(): void {
    const { code } = this;
    const n = code.code.length;
    const check = (what: string, length: number | undefined, expected: number): void => {
      if (length !== undefined && length !== expected)
        this.complain('lengths', 0, `there are ${length} ${what} for ${expected}`);
    };
    check('flags of statements', code.ssaflags.length, n);
    check('source lines of statements', code.places.length, n);
    check('types of statements', code.ssavaluetypes?.length, n);
    check('flags of slots', code.slotflags.length, code.slotnames.length);
    check('types of slots', code.slottypes?.length, code.slotnames.length);
    if (code.nargs > code.slotnames.length) {
      this.complain('slot', 0, `there are ${code.nargs} arguments and only ${code.slotnames.length} slots`);
    }
    if (code.isva && code.nargs < 1) this.complain('slot', 0, 'code with a trailing vararg has an argument to hold it');
  }

  private terminator(): void {
    const last = this.code.code[this.code.code.length - 1];
    if (last instanceof ReturnNode || last instanceof GotoNode) return;
    this.complain(
      'terminator',
      this.code.code.length,
      'control runs off the end: the last statement neither returns nor jumps',
    );
  }

  private jump(at: number, dest: number): void {
    const n = this.code.code.length;
    if (!Number.isInteger(dest) || dest < 1 || dest > n)
      this.complain('jump', at, `it jumps to statement ${dest} of ${n}`);
  }

  private statement(x: Statement, at: number): void {
    if (x instanceof GotoNode) return this.jump(at, x.label);
    if (x instanceof GotoIfNot) {
      this.jump(at, x.dest);
      return this.operand(x.condition, at);
    }
    if (x instanceof EnterNode) {
      if (x.catchDest !== 0) this.jump(at, x.catchDest);
      if (x.scope !== undefined) this.operand(x.scope, at);
      return;
    }
    if (x instanceof ReturnNode || x instanceof UpsilonNode) {
      if (x.value !== undefined) this.operand(x.value, at);
      return;
    }
    if (x instanceof NewvarNode) return this.slot(x.slot.id, at);
    if (x instanceof PiNode) return this.operand(x.value, at);
    if (x instanceof PhiNode || x instanceof PhiCNode) {
      for (const value of x.values) if (value !== undefined) this.operand(value, at);
      return;
    }
    if (x instanceof Expr) return this.expression(x, at, true);
    this.operand(x, at);
  }

  private slot(id: number, at: number): void {
    const n = this.code.slotnames.length;
    if (!Number.isInteger(id) || id < 1 || id > n) this.complain('slot', at, `slot ${id} is not one of ${n}`);
  }

  private operand(x: Syntax, at: number): void {
    if (x instanceof SSAValue) {
      const n = this.code.code.length;
      if (!Number.isInteger(x.id) || x.id < 1 || x.id > n)
        this.complain('value', at, `%${x.id} is the value of no statement; there are ${n}`);
    } else if (x instanceof SlotNumber) this.slot(x.id, at);
    else if (x instanceof Expr) this.expression(x, at, false);
    else if (x instanceof CodeInfo) this.complaints.push(...verify(x));
    else if (
      x instanceof GotoNode ||
      x instanceof GotoIfNot ||
      x instanceof ReturnNode ||
      x instanceof EnterNode ||
      x instanceof NewvarNode ||
      x instanceof PhiNode ||
      x instanceof PhiCNode ||
      x instanceof UpsilonNode
    ) {
      this.complain('operand', at, `a ${x.constructor.name} is a statement, not an operand`);
    }
  }

  private expression(x: Expr, at: number, isStatement: boolean): void {
    const arity = heads.get(x.head);
    if (arity === undefined) return this.complain('head', at, `no statement has the head :${x.head}`);
    const [fewest, most] = arity;
    const n = x.args.length;
    if (n < fewest || n > most) {
      const expected =
        fewest === most ? `${fewest}` : most === ANY_NUMBER ? `${fewest} or more` : `${fewest} to ${most}`;
      this.complain('arity', at, `Expr(:${x.head}) has ${n} arguments instead of ${expected}`);
      return;
    }
    if (x.head === 'method' && n === 2)
      this.complain('arity', at, 'Expr(:method) has 2 arguments instead of 1, 3 or 4');
    if (quoting.has(x.head)) return;
    if (x.head === '=') {
      const [left] = x.args;
      if (!isStatement) this.complain('operand', at, 'an assignment is a statement, not an operand');
      if (!(left instanceof SlotNumber || left instanceof GlobalRef || left instanceof Sym)) {
        this.complain('operand', at, 'only a slot or a global is assigned to');
      }
    }
    if ((x.head === 'leave' || x.head === 'pop_exception') && isStatement) {
      for (const token of x.args) {
        if (token === null && x.head === 'leave') continue;
        if (!(token instanceof SSAValue)) this.complain('exceptions', at, `Expr(:${x.head}) names an enter, as %3`);
        else if (!(this.code.code[token.id - 1] instanceof EnterNode))
          this.complain('exceptions', at, `%${token.id} is no enter`);
      }
    }
    for (const arg of x.args) this.operand(arg, at);
  }

  /** Follows control and the handlers that are active. */
  private exceptions(): void {
    const { code } = this.code;
    const seen: (readonly number[] | undefined)[] = new Array(code.length + 2);
    const work: { at: number; handlers: readonly number[] }[] = [{ at: 1, handlers: [] }];
    const reported = new Set<number>();
    const go = (at: number, handlers: readonly number[], from: number): void => {
      const known = seen[at];
      if (known === undefined) {
        if (at >= 1 && at <= code.length) {
          seen[at] = handlers;
          work.push({ at, handlers });
        }
        return;
      }
      if (same(known, handlers) || reported.has(at)) return;
      reported.add(at);
      this.complain(
        'exceptions',
        at,
        `it is reached with ${list(known)} and, from statement ${from}, with ${list(handlers)} active`,
      );
    };
    seen[1] = [];
    for (let item = work.pop(); item !== undefined; item = work.pop()) {
      const { at } = item;
      let { handlers } = item;
      const statement = code[at - 1];
      if (statement instanceof EnterNode) {
        if (statement.catchDest !== 0) go(statement.catchDest, handlers, at);
        go(at + 1, [...handlers, at], at);
        continue;
      }
      if (statement instanceof Expr && statement.head === 'leave') {
        const left = statement.args.filter((token) => token instanceof SSAValue).map(({ id }) => id);
        for (const id of left) {
          if (handlers.includes(id)) continue;
          this.complain('exceptions', at, `it leaves %${id}, which is not active here (${list(handlers)})`);
        }
        const outer = handlers.slice(0, Math.max(0, handlers.length - left.length));
        if (left.every((id) => handlers.includes(id)) && outer.some((id) => left.includes(id))) {
          this.complain('exceptions', at, `it leaves ${list(left)} before handlers that were entered later`);
        }
        handlers = outer;
      }
      for (const target of jumpTargets(statement, at)) go(target, handlers, at);
    }
  }

  /** A value may be used where its statement lies on every way from the entry. */
  private dominance(): void {
    const { code } = this.code;
    const { list: blocks, of } = basicBlocks(code);
    const dominators = immediateDominators(code, blocks, of);
    const dominates = (a: number, b: number): boolean => {
      for (let block = b; block > 0; block = dominators[block]) if (block === a) return true;
      return false;
    };
    const isReachable = (block: number): boolean => block === 1 || dominators[block] !== 0;
    code.forEach((statement, index) => {
      const at = index + 1;
      const block = of[at];
      if (!isReachable(block)) return;
      const use = (id: number, where: number, before: number): void => {
        if (id < 1 || id > code.length || !isReachable(where)) return;
        const home = of[id];
        const good = home === where ? id < before : dominates(home, where);
        if (!good) this.complain('dominance', at, `%${id} may not have been computed yet`);
      };
      if (statement instanceof PhiNode) {
        statement.values.forEach((value, i) => {
          const edge = statement.edges[i];
          if (value instanceof SSAValue && edge >= 1 && edge <= code.length) use(value.id, of[edge], edge + 1);
        });
        return;
      }
      // What a handler reads of a protected region is checked by Julia when it runs.
      if (statement instanceof PhiCNode) return;
      for (const id of usesOf(statement)) use(id, block, at);
    });
  }

  private phis(): void {
    const { code } = this.code;
    const { list: blocks, of } = basicBlocks(code);
    code.forEach((statement, index) => {
      if (!(statement instanceof PhiNode)) return;
      const at = index + 1;
      if (statement.edges.length !== statement.values.length) {
        this.complain('phi', at, `it has ${statement.edges.length} edges and ${statement.values.length} values`);
      }
      const { predecessors } = blocks[of[at] - 1];
      for (const edge of statement.edges) {
        if (edge === 0 && of[at] === 1) continue;
        const source = edge >= 1 && edge <= code.length ? of[edge] : 0;
        if (source === 0 || !predecessors.includes(source))
          this.complain('phi', at, `control does not come here from statement ${edge}`);
      }
    });
  }
}

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((x, i) => x === b[i]);
const list = (handlers: readonly number[]): string =>
  handlers.length === 0 ? 'no handler' : handlers.map((id) => `%${id}`).join(', ');

function usesOf(x: Statement): number[] {
  const uses: number[] = [];
  const visit = (y: Syntax | undefined): void => {
    if (y instanceof SSAValue) uses.push(y.id);
    else if (y instanceof Expr && !quoting.has(y.head)) for (const arg of y.args) visit(arg);
  };
  if (x instanceof GotoIfNot) visit(x.condition);
  else if (x instanceof ReturnNode || x instanceof UpsilonNode || x instanceof PiNode) visit(x.value);
  else if (x instanceof EnterNode) visit(x.scope);
  else visit(x);
  return uses;
}

/** The immediate dominator of each block (from 1), 0 for the first and for what is not reached. Cooper, Harvey, Kennedy. */
function immediateDominators(
  code: readonly Statement[],
  blocks: readonly { readonly last: number }[],
  of: Int32Array,
): Int32Array {
  const successors = blocks.map(({ last }) =>
    jumpTargets(code[last - 1], last)
      .filter((at) => at >= 1 && at <= code.length)
      .map((at) => of[at]),
  );
  const order: number[] = [];
  const position = new Int32Array(blocks.length + 1).fill(-1);
  const visited = new Uint8Array(blocks.length + 1);
  const stack: { block: number; next: number }[] = [{ block: 1, next: 0 }];
  visited[1] = 1;
  for (let top = stack[stack.length - 1]; top !== undefined; top = stack[stack.length - 1]) {
    const target = successors[top.block - 1][top.next++];
    if (target === undefined) {
      order.push(top.block);
      stack.pop();
    } else if (visited[target] === 0) {
      visited[target] = 1;
      stack.push({ block: target, next: 0 });
    }
  }
  order.reverse();
  order.forEach((block, i) => {
    position[block] = i;
  });
  const predecessors: number[][] = blocks.map(() => []);
  successors.forEach((targets, i) => {
    if (visited[i + 1] === 1) for (const target of targets) predecessors[target - 1].push(i + 1);
  });
  const dominator = new Int32Array(blocks.length + 1);
  dominator[1] = 1;
  const intersect = (a: number, b: number): number => {
    let x = a;
    let y = b;
    while (x !== y) {
      while (position[x] > position[y]) x = dominator[x];
      while (position[y] > position[x]) y = dominator[y];
    }
    return x;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of order) {
      if (block === 1) continue;
      let best = 0;
      for (const source of predecessors[block - 1]) {
        if (dominator[source] !== 0) best = best === 0 ? source : intersect(source, best);
      }
      if (best !== dominator[block]) {
        dominator[block] = best;
        changed = true;
      }
    }
  }
  dominator[1] = 0;
  return dominator;
}
