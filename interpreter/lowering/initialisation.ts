// Which captured variables need no box.
//
// A variable that is assigned exactly once, before anything can read or capture it, may be captured by value. Finding
// that out is a walk over the body in order of execution which understands straight-line code only: where control may
// come from elsewhere (labels, loops, ends of branches), it forgets what it knows of the current block.

import { GlobalRef, type Sym } from '../syntax/expr.ts';
import { CAPTURED, Form, isSym, type Lambda, NEVER_UNDEF, type Node, SINGLE_ASSIGNED } from './node.ts';
import { methodName, methodsOf } from './scope.ts';

const IGNORED = new Set(
  (
    'quote top core lineinfo line inert local-def unnecessary copyast meta inbounds boundscheck loopinfo decl ' +
    'aliasscope popaliasscope thunk with-static-parameters toplevel-only global globalref global-if-global ' +
    'assign-const-if-global isglobal thismodule const atomic null true false ssavalue isdefined toplevel module ' +
    'lambda error gc_preserve_begin gc_preserve_end import using export public inline noinline purity'
  ).split(' '),
);
const IN_ORDER = new Set(['block', 'call', 'new', 'splatnew', 'new_opaque_closure']);
const BRANCHING = new Set(['if', 'elseif', 'trycatch', 'tryfinally', 'trycatchelse']);

/** Marks variables of `lambda` that are never undefined and takes the box off those it may. */
export class LocalInitialisation {
  private readonly lambda: Lambda;
  private readonly args: ReadonlySet<Sym>;
  private declared = new Set<Sym>();
  /** Candidates that nothing read in the current block yet. */
  private readonly unused = new Set<Sym>();
  /** Candidates that were assigned in the current block. */
  private live = new Set<Sym>();
  private readonly seen = new Set<Sym>();

  constructor(lambda: Lambda) {
    this.lambda = lambda;
    this.args = new Set(lambda.args);
  }

  run(): void {
    const { lambda } = this;
    for (const v of lambda.vars) if (v.has(CAPTURED) && v.has(SINGLE_ASSIGNED)) this.unused.add(v.name);
    if (this.unused.size > 0) this.visit(lambda.body);
    for (const v of lambda.vars) {
      if (this.seen.has(v.name) && (this.live.has(v.name) || this.unused.has(v.name))) v.flags |= NEVER_UNDEF;
      if (v.has(SINGLE_ASSIGNED) && v.has(NEVER_UNDEF)) v.flags &= ~(CAPTURED | NEVER_UNDEF);
    }
  }

  private restore(old: Set<Sym>): void {
    for (const v of this.live) if (!old.has(v)) this.unused.add(v);
    this.live = old;
  }
  private kill(): void {
    this.restore(new Set());
  }
  private assign(x: Node): void {
    if (isSym(x) && this.unused.delete(x)) {
      this.live.add(x);
      this.seen.add(x);
    }
  }
  private leaveLoop(before: Set<Sym>): void {
    // what was declared outside of the loop may be assigned in each round
    for (const v of [...this.live]) if (before.has(v)) this.live.delete(v);
    this.declared = before;
  }
  private visitAll(list: readonly Node[]): boolean {
    let label = false;
    for (const x of list) label = this.visit(x) || label;
    return label;
  }

  // Answers whether there was a label in `e`.
  private visit(e: Node): boolean {
    if (isSym(e)) {
      if (!this.args.has(e)) this.unused.delete(e);
      return false;
    }
    if (!(e instanceof Form) || IGNORED.has(e.head)) return false;
    const { head, args } = e;
    if (IN_ORDER.has(head)) return this.visitAll(args);
    if (BRANCHING.has(head)) {
      const before = new Set(this.live);
      let label = false;
      for (const x of args) {
        label = this.visit(x) || label;
        this.kill();
      }
      // with a label inside, control may have skipped an earlier assignment
      if (label) this.kill();
      else this.restore(before);
      return label;
    }
    switch (head) {
      case 'scope-block':
        return this.visit(args[0]);
      case 'break-block':
        return this.visit(args[1]);
      case 'return': {
        const label = this.visit(args[0]);
        this.kill();
        return label;
      }
      case 'break':
      case 'label':
      case 'symbolicgoto':
        this.kill();
        return false;
      case 'symboliclabel':
        this.kill();
        return true;
      case '_while':
      case '_do_while': {
        const before = new Set(this.live);
        const declared = new Set(this.declared);
        const label = this.visitAll(args);
        this.leaveLoop(declared);
        if (!label) this.restore(before);
        return label;
      }
      case '=': {
        const label = this.visit(args[1]);
        this.assign(args[0]);
        return label;
      }
      case 'local':
        if (isSym(args[0]) && this.unused.has(args[0])) this.declared.add(args[0]);
        return false;
      case 'method':
        if (args.length > 1) {
          for (const method of this.methodsLike(e)) {
            for (const v of (method.args[2] as Lambda).captured) this.unused.delete(v.name);
          }
          this.assign(args[0]);
        }
        return false;
      default:
        return this.visitAll(args);
    }
  }

  // A method captures what any method of the same local function captures.
  private methodsLike(method: Form): readonly Form[] {
    const name = methodName(method);
    const isLocal =
      !(method.args[0] instanceof GlobalRef) &&
      [...this.lambda.vars, ...this.lambda.captured].some((v) => v.name === name);
    return isLocal && isSym(name) ? methodsOf(this.lambda, name) : [method];
  }
}
