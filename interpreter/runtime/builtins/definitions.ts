// Builtins that define types: what `struct`, `abstract type` and `primitive type` lower to, and default constructors.
import {
  type ModuleRef,
  type Ref,
  readRef,
  readWide,
  type SvecRef,
  type SymbolRef,
  typeOf,
} from '../../memory/layout.ts';
import * as objects from '../../memory/objects.ts';
import { datatype, nothing, wrapper } from '../../memory/wellknown.ts';
import { newTypeVar } from '../../types/construct.ts';
import {
  abstractType,
  equivalentDefinition,
  primitiveType,
  setSupertype,
  structType,
  typeBody,
} from '../../types/define.ts';
import { defineBuiltins } from '../../vm/builtin.ts';
import { Int64, setSlotBool, setSlotReference, slotInt64, slotRef, slotType } from '../../vm/slots.ts';
import { InternalError, throwError, throwTypeErrorIn } from '../errors.ts';
import { symbol, symbolName } from '../symbols.ts';
import { expectArguments, expectBool, expectInt, expectType } from './arguments.ts';

let defaultConstructors: (type: Ref, file: SymbolRef, line: number) => void = () => {
  throw new InternalError('default constructors need the front end');
};

/** Installs how the default constructors of a struct are made; the front end writes their code. */
export function setDefaultConstructors(maker: (type: Ref, file: SymbolRef, line: number) => void): void {
  defaultConstructors = maker;
}

const moduleOf = (name: string, word: number): ModuleRef => expectType<ModuleRef>(name, word, datatype('Module'));
const symbolOf = (name: string, word: number): SymbolRef => expectType<SymbolRef>(name, word, datatype('Symbol'));
const svecOf = (name: string, word: number): SvecRef => expectType<SvecRef>(name, word, datatype('SimpleVector'));

defineBuiltins({
  _typevar: (args, n, result) => {
    expectArguments('TypeVar', n, 3);
    const name = symbolOf('TypeVar', args[0]);
    for (const [which, bound] of [
      ['lower bound', slotRef(args[1])],
      ['upper bound', slotRef(args[2])],
    ] as const) {
      const kind = typeOf(bound);
      const isBound =
        kind === datatype('DataType') ||
        kind === datatype('UnionAll') ||
        kind === datatype('Union') ||
        kind === datatype('TypeofBottom') ||
        kind === datatype('TypeVar');
      if (!isBound && kind !== datatype('TypeofVararg')) {
        throwTypeErrorIn('TypeVar', symbol(which), wrapper('Type'), bound);
      }
    }
    setSlotReference(result, newTypeVar(name, slotRef(args[1]), slotRef(args[2])));
  },
  _structtype: (args, n, result) => {
    expectArguments('_structtype', n, 7);
    const type = structType(
      moduleOf('_structtype', args[0]),
      symbolOf('_structtype', args[1]),
      svecOf('_structtype', args[2]),
      svecOf('_structtype', args[3]),
      svecOf('_structtype', args[4]),
      expectBool('_structtype', args[5]),
      expectInt('_structtype', args[6]),
    );
    setSlotReference(result, type);
  },
  _abstracttype: (args, n, result) => {
    expectArguments('_abstracttype', n, 3);
    const type = abstractType(
      moduleOf('_abstracttype', args[0]),
      symbolOf('_abstracttype', args[1]),
      svecOf('_abstracttype', args[2]),
    );
    setSlotReference(result, type);
  },
  _primitivetype: (args, n, result) => {
    expectArguments('_primitivetype', n, 4);
    const module = moduleOf('_primitivetype', args[0]);
    const name = symbolOf('_primitivetype', args[1]);
    const parameters = svecOf('_primitivetype', args[2]);
    if (slotType(args[3]) !== Int64) throwError(`invalid declaration of primitive type ${symbolName(name)}`);
    setSlotReference(result, primitiveType(module, name, parameters, slotInt64(args[3])));
  },
  '_setsuper!': (args, n, result) => {
    expectArguments('_setsuper!', n, 2);
    setSupertype(slotRef(args[0]), slotRef(args[1]));
    setSlotReference(result, nothing);
  },
  '_typebody!': (args, n, result) => {
    expectArguments('_typebody!', n, 2, 3);
    const types = (n === 3 ? slotRef(args[2]) : 0) as SvecRef;
    setSlotReference(result, typeBody(slotRef(args[0]), slotRef(args[1]), types));
  },
  _equiv_typedef: (args, n, result) => {
    expectArguments('_equiv_typedef', n, 2);
    setSlotBool(result, equivalentDefinition(slotRef(args[0]), slotRef(args[1])));
  },
  _defaultctors: (args, n, result) => {
    expectArguments('_defaultctors', n, 2);
    const place = slotRef(args[1]);
    const hasPlace = typeOf(place) === datatype('LineNumberNode');
    const file = hasPlace ? readRef<SymbolRef>(place, objects.LineNumberNode.file) : (0 as SymbolRef);
    defaultConstructors(slotRef(args[0]), file, hasPlace ? readWide(place, objects.LineNumberNode.line) : 0);
    setSlotReference(result, nothing);
  },
});
