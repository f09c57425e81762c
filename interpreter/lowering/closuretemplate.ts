// The body of a global method that captures local variables: code that builds the method's code.
//
// When such a method is defined, the captured values are known, and its body is made anew with the values in it. So
// instead of a CodeInfo there is an expression that evaluates to `Expr(:lambda, ...)` in the layout of lowering's own
// output: argument names, variables, statements, lines. Parts without captured values are quoted and copied.

import { type CodeInfo, type Operand, ReturnNode, SlotNumber, SSAValue, type Statement } from '../ir/code.ts';
import { Expr, Sym, type Syntax, sym } from '../syntax/expr.ts';
import { AnyVector, LineLocations, LineTable, placeOfEntry } from './anyvector.ts';
import type { Context } from './context.ts';
import { importSyntax } from './importsyntax.ts';
import { assemble, exportSyntax, layOut } from './layout.ts';
import { linearise } from './linearise.ts';
import { call, core, form, isForm, type Lambda, type Node, quoted, VarInfo } from './node.ts';

/** An expression whose value is `lambda` as syntax, with its captured variables filled in. */
export function closureTemplate(c: Context, lambda: Lambda): Node {
  linearise(c, lambda);
  const body = layOut(c, lambda, sym('none'), 0);
  const variables = lambda.vars.map((v) => new AnyVector([v.name, exportType(c, v.type), BigInt(v.flags)]));
  const info = new AnyVector([
    new AnyVector(variables),
    new AnyVector([]),
    BigInt(body.statements.length),
    new AnyVector([...lambda.sparams]),
  ]);
  const copied = (x: Syntax): Node => form('copyast', quoted(x));
  const statements = body.statements.map((s) => template(c, statementSyntax(s)));
  const block = body.statements.some((s) => hasSplice(s as Syntax))
    ? call(core('_expr'), quoted(sym('block')), ...statements)
    : copied(new Expr('block', body.statements.map(statementSyntax)));
  return call(
    core('_expr'),
    quoted(sym('lambda')),
    copied(new AnyVector([...lambda.args])),
    copied(info),
    block,
    copied(new LineLocations(body.places)),
    copied(new LineTable(body.places)),
  );
}

function exportType(c: Context, type: Node): Syntax {
  if (isForm(type, 'core') && type.args[0] instanceof Sym) return c.coreRef(type.args[0]);
  return exportSyntax(type);
}

const statementSyntax = (s: Statement): Syntax => s;

const hasSplice = (x: Syntax): boolean => x instanceof Expr && (x.head === '$' || x.args.some(hasSplice));

function template(c: Context, x: Syntax): Node {
  if (x instanceof Sym || x instanceof SSAValue) return quoted(x);
  if (x instanceof Expr) {
    if (x.head === '$') return importSyntax(x.args[0]);
    if (!hasSplice(x)) return form('copyast', quoted(x));
    return call(core('_expr'), quoted(sym(x.head)), ...x.args.map((arg) => template(c, arg)));
  }
  if (x === null || typeof x !== 'object') return importSyntax(x);
  if (x instanceof SlotNumber) return form('copyast', quoted(x));
  return form('copyast', quoted(x));
}

/**
 * The code of such a template once it was evaluated: `Expr(:lambda, names, variables, block, lines, files)`, with the
 * vectors as AnyVectors. Throws TypeError for any other expression.
 */
export function templateCode(lambda: Expr): CodeInfo {
  const [names, variables, block, lines, files] = lambda.args;
  if (lambda.head !== 'lambda' || !(names instanceof AnyVector) || !(variables instanceof AnyVector))
    throw noTemplate();
  if (!(block instanceof Expr) || !(lines instanceof AnyVector) || !(files instanceof AnyVector)) throw noTemplate();
  const [slots] = variables.args;
  if (!(slots instanceof AnyVector)) throw noTemplate();
  const infos = slots.args.map((slot) => {
    const [name, , flags] = slot instanceof AnyVector ? slot.args : [];
    if (!(name instanceof Sym)) throw noTemplate();
    return new VarInfo(name, null, Number(flags));
  });
  const places = lines.args.map((line, i) => {
    return line === 0n ? null : placeOfEntry(Number(line), files.args[i]);
  });
  const statements = block.args.map((s): Statement => {
    if (s instanceof Expr && s.head === 'return') return new ReturnNode(s.args[0] as Operand);
    return s as Statement;
  });
  return assemble(statements, places, infos, names.args.length);
}

const noTemplate = (): TypeError => new TypeError('not the code of a method');
