// A frame as a debugger shows it: what runs, where it stands, the values it holds, and expressions evaluated in it.
//
// Everything is read from the frame in memory when it is asked for; a view is valid while its frame is on the stack.
// Variables have the names of the source. A name that several scopes use is the innermost that has a value, since
// lowering lists slots in the order of their scopes. Variables that a closure captured are the fields of its function.
//
// An expression is evaluated as the body of a function whose arguments are the frame's variables, in the module of the
// frame's code and in the latest world. What it assigns to variables that have a value is written back into the frame;
// captured variables are only read.
//
// References that a view hands out are not rooted: who evaluates something between getting and using one must root it.

import { U32 } from '../../ffi/region.ts';
import {
  type ArrayRef,
  type MethodInstanceRef,
  type Ref,
  readRef,
  type SvecRef,
  type SymbolRef,
  typeOf,
} from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { rooted } from '../memory/roots.ts';
import { datatype } from '../memory/wellknown.ts';
import { type SourcePlace, sourcePlace } from '../runtime/backtraces.ts';
import { loadField } from '../runtime/fieldaccess.ts';
import { evaluateText } from '../runtime/frontend.ts';
import { symbolName } from '../runtime/symbols.ts';
import { arrayGetRef, arrayLength, svecGet, svecLength } from '../runtime/values.ts';
import { fieldNames } from '../types/fields.ts';
import { isTypeVar } from '../types/kinds.ts';
import { call } from './calls.ts';
import type { Code } from './code.ts';
import { frameBelow, frameCode, frameInstance, Header, machine } from './frames.ts';
import { isUndefinedSlot, setSlot, slotRef } from './slots.ts';

const NO_OPERAND = 0x7fffffff;

/** Places of a code's statements, from 1; found once. */
const placesOfCode = new WeakMap<Code, readonly SourcePlace[]>();

/** Where each statement of a code stands in the source. Index 0 is not used. */
export function statementPlaces(code: Code): readonly SourcePlace[] {
  let places = placesOfCode.get(code);
  if (places === undefined) {
    const count = arrayLength(readRef<ArrayRef>(code.source, objects.CodeInfo.code));
    places = Array.from({ length: count + 1 }, (_, statement) =>
      sourcePlace({ code, statement: Math.max(1, statement), instance: 0 as Ref }),
    );
    placesOfCode.set(code, places);
  }
  return places;
}

/** The statement, from 1, that a frame stands at. */
export function frameStatement(fp: number): number {
  return frameCode(fp).statements[U32[fp - Header.AT]] ?? 1;
}

/** True if a statement is the first of its line: control may have come from another line. */
export function beginsLine(places: readonly SourcePlace[], statement: number): boolean {
  return statement === 1 || places[statement - 1].line !== places[statement].line;
}

/** A name that source text can use for a variable. */
const isName = (name: string): boolean => name !== '' && !name.startsWith('#') && name !== '@_';
const quotedName = (name: string): string => `var${JSON.stringify(name)}`;

/** Field `index` (from 0) of an object, 0 if it is undefined. */
function fieldOf(object: Ref, index: number): Ref {
  return loadField(object, typeOf(object), index, machine.sp) ? slotRef(machine.sp) : (0 as Ref);
}

/** A variable of a frame: where its value is. */
interface Variable {
  readonly name: string;
  /** Word of its slot, 0 when the value lies elsewhere. */
  readonly word: number;
  /** The value if it is not in a slot. */
  readonly value: Ref;
}

export class FrameView {
  readonly fp: number;
  readonly code: Code;
  constructor(fp: number) {
    this.fp = fp;
    this.code = frameCode(fp);
  }

  /** Number of the statement at hand, from 1. */
  get statement(): number {
    return frameStatement(this.fp);
  }

  get place(): SourcePlace {
    return statementPlaces(this.code)[this.statement];
  }

  /** The MethodInstance that runs, or the Module of toplevel code. */
  get instance(): Ref {
    return frameInstance(this.fp);
  }

  /** The frame that called this one; undefined for the outermost. */
  get caller(): FrameView | undefined {
    const below = frameBelow(this.fp);
    return below === 0 ? undefined : new FrameView(below);
  }

  /** The function that was called, as an object; 0 for toplevel code. */
  get callee(): Ref {
    return this.code.nargs > 0 ? slotRef(this.fp) : (0 as Ref);
  }

  /** The variables that have a value now, by name, captured ones and static parameters among them. */
  locals(): Map<string, Ref> {
    return new Map(
      this.variables().map(({ name, word, value }) => [name, word === 0 ? value : slotRef(word)] as const),
    );
  }

  /** The value of SSA value `%i`, 0 if it has none or not yet. */
  ssaValue(i: number): Ref {
    const operand = this.code.ssaOperands[i];
    if (operand === undefined || operand === NO_OPERAND) return 0 as Ref;
    const word = operand >= 0 ? this.fp + operand : -operand;
    return isUndefinedSlot(word) ? (0 as Ref) : slotRef(word);
  }

  /**
   * Evaluates an expression with the frame's variables.
   *
   * @throws JuliaException what it throws, syntax errors too
   */
  evaluate(text: string): Ref {
    const variables = this.variables();
    const names = variables.map(({ name }) => quotedName(name)).join(', ');
    const values = variables.map(({ word, value }) => (word === 0 ? value : slotRef(word)));
    return rooted(values, () => {
      const f = evaluateText(
        this.code.module,
        `(${names}${names === '' ? '' : ','}) -> ((\n${text}\n), (${names},))`.replace('(,)', '()'),
        'frame',
      );
      const answer = rooted([f], () => call(f, values));
      const after = fieldOf(answer, 1);
      variables.forEach(({ word }, i) => {
        if (word !== 0) setSlot(word, fieldOf(after, i));
      });
      return fieldOf(answer, 0);
    });
  }

  private variables(): Variable[] {
    const found = new Map<string, Variable>();
    for (const variable of [...this.staticParameters(), ...this.captured()]) found.set(variable.name, variable);
    const names = readRef<ArrayRef>(this.code.source, objects.CodeInfo.slotnames);
    for (let i = 0, n = arrayLength(names); i < n; i++) {
      const name = symbolName(arrayGetRef<SymbolRef>(names, i));
      const word = this.fp + 4 * i;
      if (isName(name) && !isUndefinedSlot(word)) found.set(name, { name, word, value: 0 as Ref });
    }
    return [...found.values()];
  }

  private staticParameters(): Variable[] {
    if (typeOf(this.instance) !== datatype('MethodInstance')) return [];
    const instance = this.instance as MethodInstanceRef;
    const values = readRef<SvecRef>(instance, objects.MethodInstance.sparam_vals);
    let sig = readRef(readRef(instance, objects.MethodInstance.def), objects.Method.sig);
    const variables: Variable[] = [];
    for (let i = 0; i < svecLength(values) && typeOf(sig) === datatype('UnionAll'); i++) {
      const name = symbolName(readRef<SymbolRef>(readRef(sig, objects.UnionAll.var), objects.TypeVar.name));
      const value = svecGet(values, i);
      if (isName(name) && value !== 0 && !isTypeVar(value)) variables.push({ name, word: 0, value });
      sig = readRef(sig, objects.UnionAll.body);
    }
    return variables;
  }

  private captured(): Variable[] {
    if (this.code.nargs === 0 || typeOf(this.code.owner) !== datatype('Method')) return [];
    const callee = slotRef(this.fp);
    const type = typeOf(callee);
    const typeName = symbolName(readRef<SymbolRef>(readRef(type, objects.DataType.name), objects.TypeName.name));
    // The types of closures are named by lowering; those of callable structs are the user's.
    if (!typeName.startsWith('#')) return [];
    const variables: Variable[] = [];
    for (const [i, field] of fieldNames(type).entries()) {
      const name = symbolName(field);
      let value = fieldOf(callee, i);
      if (value !== 0 && typeOf(value) === datatype('Box')) value = fieldOf(value, 0);
      if (isName(name) && value !== 0) variables.push({ name, word: 0, value });
    }
    return variables;
  }
}

/** The frames of the running stack, innermost first. */
export function frameViews(): FrameView[] {
  const views: FrameView[] = [];
  for (let fp = machine.fp; fp !== 0; fp = frameBelow(fp)) views.push(new FrameView(fp));
  return views;
}
