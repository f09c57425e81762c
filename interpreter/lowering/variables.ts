// Variable analysis: how each variable is used.
//
// Enters: code with resolved names. Leaves: for every Lambda its variables with what happens to them (captured by an
// inner function, assigned, assigned once, read, called, declared type), the variables it captures itself, and its
// static parameters. Closure conversion decides from this what to put in boxes.

import { GlobalRef, type Sym } from '../syntax/expr.ts';
import {
  ASSIGNED,
  CALLED,
  CAPTURED,
  core,
  Form,
  isAny,
  isLeaf,
  isQuoted,
  isSym,
  isUnderscore,
  Lambda,
  LoweringError,
  NEVER_UNDEF,
  type Node,
  READ,
  SINGLE_ASSIGNED,
  UNUSED,
  VarInfo,
} from './node.ts';
import { methodName, methodStaticParameters, withoutDuplicates } from './scope.ts';

/** Analyses the function of a toplevel expression and all functions inside. */
export function analyseVariables(lambda: Lambda): void {
  analyseLambda(lambda, [], [], [], undefined, new Map());
}

/** Adds the names of variables that occur in `x` and are not bound in it to `into`. */
function collectFree(x: Node, into: Set<Sym>): void {
  if (isSym(x)) {
    if (x !== UNUSED && !isUnderscore(x)) into.add(x);
    return;
  }
  if (x instanceof Lambda) {
    for (const v of freeVariables(x)) into.add(v);
    return;
  }
  if (isLeaf(x) || !(x instanceof Form) || x.head === 'global') return;
  if (x.head === 'break-block') collectFree(x.args[1], into);
  else if (x.head === 'with-static-parameters') collectFree(x.args[0], into);
  else for (const arg of x.args) collectFree(arg, into);
}

function freeVariables(lambda: Lambda): ReadonlySet<Sym> {
  if (lambda.free === undefined) {
    const free = new Set<Sym>();
    collectFree(lambda.body, free);
    for (const v of lambda.args) free.delete(v);
    for (const v of lambda.locals) free.delete(v);
    lambda.free = free;
  }
  return lambda.free;
}

function analyseLambda(
  lambda: Lambda,
  environment: readonly VarInfo[],
  sparams: readonly Sym[],
  newSparams: readonly Sym[],
  signature: Node | undefined,
  outer: ReadonlyMap<Sym, VarInfo>,
): void {
  const free = new Set(freeVariables(lambda));
  // a captured variable drags along what its declared type mentions
  for (const v of [...free]) {
    const info = outer.get(v);
    if (info !== undefined && !isAny(info.type)) collectFree(info.type, free);
  }
  const vars = [...lambda.args, ...lambda.locals].map((name) => new VarInfo(name));
  const inSignature = new Set<Sym>();
  if (signature !== undefined) collectFree(signature, inSignature);
  const capturedSparams = sparams.filter((v) => (free.has(v) && !newSparams.includes(v)) || inSignature.has(v));
  const captured = [
    ...environment.filter((v) => free.has(v.name) && !newSparams.includes(v.name)),
    ...capturedSparams.map((v) => new VarInfo(v)),
  ];
  const own = new Set(vars.map((v) => v.name));
  const inner = [...vars, ...environment.filter((v) => !own.has(v.name))];
  const table = new Map<Sym, VarInfo>();
  for (const v of captured) table.set(v.name, v);
  for (const v of vars) table.set(v.name, v);
  lambda.vars = vars;
  lambda.captured = captured;
  const pass = new Pass(inner, captured, withoutDuplicates([...newSparams, ...sparams]), table);
  pass.visit(lambda.body);
  for (const v of captured) v.flags |= CAPTURED;
  lambda.sparams = withoutDuplicates([...newSparams, ...capturedSparams]);
}

class Pass {
  private readonly environment: readonly VarInfo[];
  private readonly captured: readonly VarInfo[];
  private readonly sparams: readonly Sym[];
  private readonly table: ReadonlyMap<Sym, VarInfo>;
  constructor(
    environment: readonly VarInfo[],
    captured: readonly VarInfo[],
    sparams: readonly Sym[],
    table: ReadonlyMap<Sym, VarInfo>,
  ) {
    this.environment = environment;
    this.captured = captured;
    this.sparams = sparams;
    this.table = table;
  }

  private info(x: Node): VarInfo | undefined {
    return isSym(x) ? this.table.get(x) : undefined;
  }

  private assigned(x: Node): void {
    const info = this.info(x);
    if (info === undefined) return;
    if (info.has(ASSIGNED)) info.flags &= ~SINGLE_ASSIGNED;
    else info.flags |= SINGLE_ASSIGNED;
    info.flags |= ASSIGNED;
  }

  private lambda(lambda: Lambda, newSparams: readonly Sym[], signature: Node | undefined): void {
    analyseLambda(lambda, this.environment, this.sparams, newSparams, signature, this.table);
  }

  visit(e: Node): void {
    if (isSym(e)) {
      const info = this.table.get(e);
      if (info !== undefined) info.flags |= READ;
      return;
    }
    if (e instanceof Lambda) {
      this.lambda(e, [], undefined);
      return;
    }
    if (!(e instanceof Form) || isQuoted(e)) return;
    const [first, second, third] = e.args;
    switch (e.head) {
      case 'local-def': {
        const info = this.info(first);
        if (info !== undefined) info.flags |= NEVER_UNDEF;
        return;
      }
      case '=':
      case 'const':
        this.assigned(first);
        this.visit(second);
        return;
      case 'call': {
        const callee = this.info(first);
        if (callee !== undefined) callee.flags |= CALLED;
        // the function called with keywords or splatted arguments comes third
        if ((first === core('kwcall') || first === core('_apply_iterate')) && e.args.length > 2) {
          const target = this.info(third);
          if (target !== undefined) target.flags |= CALLED;
        }
        break;
      }
      case 'decl':
        this.declareType(first, second);
        return;
      case 'with-static-parameters':
        this.lambda(first as Lambda, e.args.slice(1).filter(isSym), undefined);
        return;
      case 'method':
        if (e.args.length === 1) {
          if (!(first instanceof GlobalRef)) this.assigned(methodName(e));
          return;
        }
        this.visit(second);
        this.lambda(third as Lambda, methodStaticParameters(e), second);
        return;
      case 'module':
      case 'toplevel':
        return;
    }
    for (const arg of e.args) this.visit(arg);
  }

  private declareType(name: Node, type: Node): void {
    const info = this.info(name);
    if (info === undefined) return;
    if (!isAny(info.type)) throw new LoweringError(`multiple type declarations for "${info.name.name}"`);
    if (this.captured.some((v) => v.name === info.name)) {
      throw new LoweringError(`type of "${info.name.name}" declared in inner scope`);
    }
    info.type = type;
  }
}
