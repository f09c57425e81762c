// The instructions that are not calls: globals, construction, static parameters, and the expressions that define things.
import { U32 } from '../../ffi/region.ts';
import { makeExpr, methodSource } from '../ir/heap.ts';
import {
  type ArrayRef,
  type BindingRef,
  type CodeInfoRef,
  type DataTypeRef,
  type MethodInstanceRef,
  type ModuleRef,
  type Ref,
  readRef,
  readU8,
  readWide,
  type SvecRef,
  type SymbolRef,
  typeOf,
  writeRef,
  writeU8,
} from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { rooted } from '../memory/roots.ts';
import { datatype, nothing } from '../memory/wellknown.ts';
import {
  bindingName,
  currentWorld,
  getBinding,
  globalValue,
  PartitionKind,
  resolutionValue,
  resolveBinding,
} from '../runtime/bindings.ts';
import { addMethod, declareFunction } from '../runtime/definitions.ts';
import {
  InternalError,
  throwError,
  throwPlain,
  throwTooFewArguments,
  throwTooManyArguments,
  throwTypeError,
  throwTypeErrorIn,
  throwUndefVar,
} from '../runtime/errors.ts';
import { loadField } from '../runtime/fieldaccess.ts';
import { assignableBinding, declareGlobal, defineConst, modulePath } from '../runtime/modules.ts';
import { symbol, symbolName } from '../runtime/symbols.ts';
import { arrayGetRef, arrayLength, stringText, svecGet, svecLength, unboxInt64 } from '../runtime/values.ts';
import { fieldCount, fieldType, uninitializedCount } from '../types/fields.ts';
import { instanceIsA } from '../types/index.ts';
import { isConcrete, isMemoryType, isTupleType, isTypeVar } from '../types/kinds.ts';
import { isOpaqueLayout } from '../types/layoutaccess.ts';
import { call, runThunk } from './calls.ts';
import { makeCFunction } from './cfunction.ts';
import { type Code, Op } from './code.ts';
import { topException } from './exceptions.ts';
import { Header } from './frames.ts';
import { copySlot, setSlot, setSlotBool, setSlotNothing, slotRef, slotType } from './slots.ts';
import { makeStruct } from './tuples.ts';

/** GETGLOBAL: reads a global by its GlobalRef; a global variable's instruction becomes the quick form. */
export function getGlobal(code: Code, pc: number, fp: number): void {
  const globalref = code.objects[code.ops[pc + 2]];
  const binding = readRef<BindingRef>(globalref, objects.GlobalRef.binding);
  const resolution = resolveBinding(binding, U32[fp - Header.WORLD]);
  const value = resolutionValue(resolution);
  if (value === 0) throwUndefinedGlobal(binding);
  if (resolution.kind === PartitionKind.BACKDATED_CONST) warnOfBackdated(resolution.binding);
  if (resolution.kind === PartitionKind.GLOBAL && resolution.binding === binding && !code.isAged) {
    code.ops[pc] = Op.GETGLOBAL_CELL;
    code.ops[pc + 2] = binding;
  }
  setSlot(fp + code.ops[pc + 1], value);
}

/** A GETGLOBAL_CELL whose variable has no value becomes the GETGLOBAL that it was. */
export function forgetCell(code: Code, pc: number): void {
  const binding = code.ops[pc + 2] as BindingRef;
  code.ops[pc] = Op.GETGLOBAL;
  code.ops[pc + 2] = code.objects.indexOf(readRef(binding, objects.Binding.globalref));
}

/** Says once for each binding that it was read in a world in which it was not defined yet. */
function warnOfBackdated(binding: BindingRef): void {
  const flags = readU8(binding, objects.Binding.flags);
  if ((flags & objects.BindingFlag.did_print) !== 0) return;
  writeU8(binding, objects.Binding.flags, flags | objects.BindingFlag.did_print);
  const path = modulePath(readRef<ModuleRef>(readRef(binding, objects.Binding.globalref), objects.GlobalRef.mod));
  process.stderr.write(
    `WARNING: Detected access to binding \`${path}.${symbolName(bindingName(binding))}\` in a world prior to its definition world.
  Julia 1.12 has introduced more strict world age semantics for global bindings.
  !!! This code may malfunction under Revise.
  !!! This code will error in future versions of Julia.
Hint: Add an appropriate \`invokelatest\` around the access to this binding.
`,
  );
}

/** A global is read that has no value. */
export function throwUndefinedGlobal(binding: BindingRef): never {
  const globalref = readRef(binding, objects.Binding.globalref);
  return throwUndefVar(
    readRef<SymbolRef>(globalref, objects.GlobalRef.name),
    readRef(globalref, objects.GlobalRef.mod),
  );
}

/** NEW: `%new(type, fields...)` */
export function makeNew(code: Code, pc: number, fp: number): void {
  const { ops } = code;
  const count = ops[pc + 3] - 1;
  const typeWord = ops[pc + 4] >= 0 ? fp + ops[pc + 4] : -ops[pc + 4];
  const type = slotRef(typeWord) as DataTypeRef;
  const words = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const operand = ops[pc + 5 + i];
    words[i] = operand >= 0 ? fp + operand : -operand;
  }
  newObject(type, words, count, fp + ops[pc + 1]);
}

/** Only objects of concrete types whose fields say what they are can be made by `new`. */
function expectAllocatable(type: Ref): void {
  if (!isConcrete(type) || isOpaqueLayout(type) || isMemoryType(type))
    throwTypeError('new', datatype('DataType'), type);
}

/** `new` with its checks: a concrete type, not too few fields, each of the declared type. */
export function newObject(type: DataTypeRef, words: Int32Array, count: number, result: number): void {
  expectAllocatable(type);
  const fields = fieldCount(type);
  if (count > fields) throwError('invalid struct allocation');
  if (count < fields - uninitializedCount(type)) throwError('invalid struct allocation');
  for (let i = 0; i < count; i++) {
    const declared = fieldType(type, i);
    if (declared === datatype('Any') || declared === slotType(words[i])) continue;
    const value = slotRef(words[i]);
    if (!instanceIsA(value, declared)) throwTypeError('new', declared, value);
  }
  makeStruct(type, words, count, result);
}

/** STATIC_PARAMETER: the value of a method's static parameter in this instance. */
export function staticParameter(fp: number, index: number, result: number): void {
  const instance = U32[fp - Header.INSTANCE] as MethodInstanceRef;
  const values = readRef<SvecRef>(instance, objects.MethodInstance.sparam_vals);
  const value = index < svecLength(values) ? svecGet(values, index) : (0 as Ref);
  if (value === 0 || isTypeVar(value)) throwUndefVar(staticParameterName(instance, index), symbol('static_parameter'));
  setSlot(result, value);
}

function staticParameterName(instance: MethodInstanceRef, index: number): SymbolRef {
  let sig = readRef(readRef(instance, objects.MethodInstance.def), objects.Method.sig);
  for (let i = 0; i < index; i++) sig = readRef(sig, objects.UnionAll.body);
  return readRef<SymbolRef>(readRef(sig, objects.UnionAll.var), objects.TypeVar.name);
}

/** The word of the slot that an IR operand names, or a scratch slot that is filled with its value. */
function operandWord(code: Code, fp: number, value: Ref, scratch: number): number {
  switch (typeOf(value)) {
    case datatype('SSAValue'): {
      const operand = code.ssaOperands[readWide(value, objects.SSAValue.id)];
      return operand >= 0 ? fp + operand : -operand;
    }
    case datatype('SlotNumber'):
      return fp + 4 * (readWide(value, objects.SlotNumber.id) - 1);
    case datatype('GlobalRef'): {
      const binding = readRef<BindingRef>(value, objects.GlobalRef.binding);
      const resolution = resolveBinding(binding, U32[fp - Header.WORLD]);
      const found = resolutionValue(resolution);
      if (found === 0) throwUndefinedGlobal(binding);
      setSlot(scratch, found);
      return scratch;
    }
    case datatype('QuoteNode'):
      setSlot(scratch, readRef(value, objects.QuoteNode.value));
      return scratch;
    case datatype('Expr'):
      evalExpression(code, fp, value, scratch);
      return scratch;
    default:
      setSlot(scratch, value);
      return scratch;
  }
}

/** The value of an IR operand as an object. */
function operandRef(code: Code, fp: number, value: Ref): Ref {
  const scratch = fp + code.frameWords;
  return slotRef(operandWord(code, fp, value, scratch));
}

/** The module and name that a definition's target names: a GlobalRef, or a Symbol of the code's module. */
function bindingOf(code: Code, target: Ref): BindingRef {
  if (typeOf(target) === datatype('GlobalRef')) return readRef<BindingRef>(target, objects.GlobalRef.binding);
  if (typeOf(target) === datatype('Symbol')) return getBinding(code.module, target as SymbolRef);
  throw new InternalError('a definition names neither a GlobalRef nor a Symbol');
}

let evalToplevel: (module: ModuleRef, expr: Ref) => Ref = () => {
  throw new InternalError('toplevel expressions need the front end');
};

/** Installs how `module`, `using`, `import`, `export`, `toplevel` expressions are evaluated. */
export function setToplevelEvaluator(evaluator: (module: ModuleRef, expr: Ref) => Ref): void {
  evalToplevel = evaluator;
}
export const evaluateToplevel = (module: ModuleRef, expr: Ref): Ref => evalToplevel(module, expr);

type Evaluator = (code: Code, fp: number, args: ArrayRef, n: number, result: number, expr: Ref) => void;

const toplevelForm: Evaluator = (code, _fp, _args, _n, result, expr) =>
  setSlot(result, evalToplevel(code.module, expr));
const noValue: Evaluator = (_code, _fp, _args, _n, result) => setSlotNothing(result);

/** Expressions by head. */
const evaluators = new Map<string, Evaluator>([
  [
    'method',
    (code, fp, args, n, result) => {
      const name = arrayGetRef(args, 0);
      if (n === 1) {
        setSlot(result, declareFunction(bindingOf(code, name)));
        return;
      }
      const signature = operandRef(code, fp, arrayGetRef(args, 1)) as SvecRef;
      const body = arrayGetRef(args, 2);
      const source = typeOf(body) === datatype('CodeInfo') ? body : operandRef(code, fp, body);
      setSlot(result, addMethod(code.module, signature, methodSource(source)));
    },
  ],
  [
    'global',
    (code, _fp, args, _n, result) => {
      declareGlobal(bindingOf(code, arrayGetRef(args, 0)), 0 as Ref, false);
      setSlotNothing(result);
    },
  ],
  [
    'globaldecl',
    (code, fp, args, n, result) => {
      const type = n > 1 ? operandRef(code, fp, arrayGetRef(args, 1)) : (0 as Ref);
      declareGlobal(bindingOf(code, arrayGetRef(args, 0)), type, true);
      setSlotNothing(result);
    },
  ],
  [
    'const',
    (code, fp, args, n, result) => {
      const binding = bindingOf(code, arrayGetRef(args, 0));
      if (n > 1) defineConst(binding, operandRef(code, fp, arrayGetRef(args, 1)));
      else defineConst(binding, 0 as Ref, PartitionKind.UNDEF_CONST);
      setSlotNothing(result);
    },
  ],
  [
    '=',
    (code, fp, args, _n, result) => {
      const value = operandRef(code, fp, arrayGetRef(args, 1));
      const binding = bindingOf(code, arrayGetRef(args, 0));
      setGlobal(binding, value);
      setSlot(result, value);
    },
  ],
  ['copyast', (code, fp, args, _n, result) => setSlot(result, copyAst(operandRef(code, fp, arrayGetRef(args, 0))))],
  ['isdefined', (code, fp, args, n, result) => setSlotBool(result, isDefined(code, fp, arrayGetRef(args, 0), n))],
  [
    'throw_undef_if_not',
    (code, fp, args, _n, result) => {
      if (U32[operandWord(code, fp, arrayGetRef(args, 1), fp + code.frameWords)] === 0) {
        const name = arrayGetRef<SymbolRef>(args, 0);
        if (symbolName(name) === '##getfield##') throwPlain('UndefRefError');
        throwUndefVar(name, symbol('local'));
      }
      setSlotNothing(result);
    },
  ],
  [
    'call',
    // Calls nested in an operand: the types of a foreigncall. Their parts are few and settled once.
    (code, fp, args, n, result) => {
      const parts: Ref[] = [];
      for (let i = 0; i < n; i++) parts.push(operandRef(code, fp, arrayGetRef(args, i)));
      setSlot(
        result,
        rooted(parts, () => call(parts[0], parts.slice(1))),
      );
    },
  ],
  [
    'cfunction',
    (code, fp, args, _n, result) => {
      const type = operandRef(code, fp, arrayGetRef(args, 0)) as DataTypeRef;
      const quoted = arrayGetRef(args, 1);
      const f =
        typeOf(quoted) === datatype('QuoteNode')
          ? evalToplevel(code.module, readRef(quoted, objects.QuoteNode.value))
          : operandRef(code, fp, quoted);
      const returned = operandRef(code, fp, arrayGetRef(args, 2));
      const types = operandRef(code, fp, arrayGetRef(args, 3)) as SvecRef;
      makeCFunction(type, f, returned, types, result);
    },
  ],
  ['boundscheck', (_code, _fp, _args, _n, result) => setSlotBool(result, true)],
  [
    'static_parameter',
    (_code, fp, args, _n, result) => staticParameter(fp, unboxInt64(arrayGetRef(args, 0)) - 1, result),
  ],
  ['splatnew', (code, fp, args, _n, result) => splatNew(code, fp, args, result)],
  [
    'new',
    (code, fp, args, n, result) => {
      const type = operandRef(code, fp, arrayGetRef(args, 0)) as DataTypeRef;
      const base = fp + code.frameWords + 4;
      const words = new Int32Array(n - 1);
      for (let i = 1; i < n; i++) {
        const word = base + 4 * i;
        copySlot(word, operandWord(code, fp, arrayGetRef(args, i), word));
        words[i - 1] = word;
      }
      newObject(type, words, n - 1, result);
    },
  ],
  ['thunk', (code, _fp, args, _n, result) => setSlot(result, runThunk(arrayGetRef<CodeInfoRef>(args, 0), code.module))],
  ['the_exception', (_code, _fp, _args, _n, result) => setSlot(result, topException()?.exception ?? nothing)],
  ['gc_preserve_begin', noValue],
  ['gc_preserve_end', noValue],
  ['inbounds', noValue],
  ['meta', noValue],
  ['loopinfo', noValue],
  ['aliasscope', noValue],
  ['popaliasscope', noValue],
  ['code_coverage_effect', noValue],
  ['line', noValue],
  ['null', noValue],
  ['error', (_code, _fp, args) => throwSyntaxError(arrayGetRef(args, 0))],
  ['incomplete', (_code, _fp, args) => throwSyntaxError(arrayGetRef(args, 0))],
  ...(['module', 'using', 'import', 'export', 'public', 'toplevel', 'importall'] as const).map(
    (head): [string, Evaluator] => [head, toplevelForm],
  ),
]);

function throwSyntaxError(message: Ref): never {
  const text =
    typeOf(message) === datatype('String')
      ? stringText(message as import('../memory/layout.ts').StringRef)
      : 'malformed expression';
  return throwError(`syntax: ${text}`);
}

/** Adds an evaluator for a head that a later part of the runtime implements. */
export function defineEvaluator(head: string, evaluator: Evaluator): void {
  evaluators.set(head, evaluator);
}
export { operandRef, operandWord };

/** EVAL: an expression that is neither a call nor control flow. */
export function evalExpression(code: Code, fp: number, expr: Ref, result: number): void {
  if (typeOf(expr) === datatype('ReturnNode'))
    throw new InternalError('a statement was reached that cannot be reached');
  const head = symbolName(readRef<SymbolRef>(expr, objects.Expr.head));
  const args = readRef<ArrayRef>(expr, objects.Expr.args);
  const evaluator = evaluators.get(head);
  if (evaluator === undefined)
    throw new InternalError(`the IR has an expression of head :${head}, which the VM does not know`);
  evaluator(code, fp, args, arrayLength(args), result, expr);
}

function isDefined(code: Code, fp: number, what: Ref, _n: number): boolean {
  switch (typeOf(what)) {
    case datatype('SlotNumber'): {
      const word = fp + 4 * (readWide(what, objects.SlotNumber.id) - 1);
      return U32[word] !== 0 || U32[word + 2] !== 0;
    }
    case datatype('GlobalRef'): {
      const resolution = resolveBinding(readRef<BindingRef>(what, objects.GlobalRef.binding), U32[fp - Header.WORLD]);
      return resolutionValue(resolution) !== 0;
    }
    case datatype('Symbol'):
      return globalValue(code.module, what as SymbolRef, U32[fp - Header.WORLD]) !== 0;
    case datatype('Expr'): {
      const index = unboxInt64(arrayGetRef(readRef<ArrayRef>(what, objects.Expr.args), 0)) - 1;
      const values = readRef<SvecRef>(U32[fp - Header.INSTANCE] as Ref, objects.MethodInstance.sparam_vals);
      return index < svecLength(values) && !isTypeVar(svecGet(values, index));
    }
    default:
      throw new InternalError('isdefined of something that is no variable');
  }
}

/** A deep copy of quoted code: Exprs are mutable, so each evaluation of a quote makes its own. */
export function copyAst(value: Ref): Ref {
  if (typeOf(value) !== datatype('Expr')) return value;
  const args = readRef<ArrayRef>(value, objects.Expr.args);
  const copies: Ref[] = [];
  for (let i = 0, n = arrayLength(args); i < n; i++) {
    const arg = arrayGetRef(args, i);
    copies.push(arg === 0 ? arg : copyAst(arg));
  }
  return makeExpr(symbolName(readRef<SymbolRef>(value, objects.Expr.head)), copies);
}

/** Checks a value for a global variable against the type that the variable was declared with. */
export function checkGlobalType(binding: BindingRef, type: Ref, value: Ref, func: string): void {
  if (type !== datatype('Any') && !instanceIsA(value, type)) {
    throwTypeErrorIn(func, readRef(binding, objects.Binding.globalref), type, value);
  }
}

/**
 * Stores into a global variable, checking its declared type.
 *
 * @param func what a TypeError says was done
 */
export function setGlobal(binding: BindingRef, value: Ref, func = 'setglobal!'): void {
  let resolution = resolveBinding(binding, currentWorld());
  if (resolution.kind !== PartitionKind.GLOBAL || resolution.binding !== binding) {
    resolution = assignableBinding(
      readRef<ModuleRef>(readRef(binding, objects.Binding.globalref), objects.GlobalRef.mod),
      bindingName(binding),
    );
  }
  checkGlobalType(binding, readRef(resolution.partition, objects.BindingPartition.restriction), value, func);
  writeRef(binding, objects.Binding.value, value);
}

/** `splatnew(type, tuple)` */
function splatNew(code: Code, fp: number, args: ArrayRef, result: number): void {
  const type = operandRef(code, fp, arrayGetRef(args, 0)) as DataTypeRef;
  const tuple = operandRef(code, fp, arrayGetRef(args, 1));
  const tupleType = typeOf(tuple);
  if (!isTupleType(tupleType)) throwTypeError('new', datatype('Tuple'), tuple);
  expectAllocatable(type);
  const n = fieldCount(tupleType);
  const fields = fieldCount(type);
  if (n < fields) throwTooFewArguments('new', fields);
  if (n > fields) throwTooManyArguments('new', fields);
  const base = fp + code.frameWords + 8;
  const words = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    words[i] = base + 4 * i;
    loadField(tuple, tupleType, i, words[i]);
  }
  newObject(type, words, n, result);
}
