// What the rest of jl0 needs of the type system. Rooms may also import the parts by file: kinds.ts (what a type is),
// layoutaccess.ts (offsets and sizes), fields.ts, fieldlayout.ts, egal.ts.

import { type DataTypeRef, NULL, type Ref, type SvecRef, type SymbolRef, type TypeRef } from '../memory/layout.ts';
import { svecOf } from '../runtime/values.ts';
import { newDataType } from './define.ts';
import { outerVarCount, subtypeValues } from './relation/questions.ts';

export {
  applyType as applyTypeUnchecked,
  applyTypeChecked as applyType,
  applyWrapper,
  tupleTypeOf,
  typeUnionAll as unionAll,
} from './apply.ts';
export { afterBoot, coreTypeBindings, initializeTypes, installAccessCheck } from './bootstrap.ts';
export { boxedFieldAt } from './boxedfield.ts';
export { typeHash } from './cache.ts';
export { freshVar, newTypeVar, newVararg } from './construct.ts';
export {
  abstractType,
  equivalentDefinition,
  newDataType,
  newPrimitiveType,
  newTypeName,
  primitiveType,
  setSupertype,
  structType,
  typeBody,
} from './define.ts';
export { egal, typesEgal as typeEgal, valueHash } from './egal.ts';
export { setTypeErrorHandlers, type TypeErrorHandlers, TypeSystemError } from './errors.ts';
export {
  type ElementLayout,
  elementLayout,
  inlineShape,
  isBitsUnion,
  isInlineAllocated,
  isPointerEgal,
  sizeOf,
} from './fieldlayout.ts';
export {
  fieldCount,
  fieldIndex,
  fieldIsAtomic,
  fieldIsConst,
  fieldNames,
  fieldType,
  fieldTypes,
  uninitializedCount,
} from './fields.ts';
export {
  applyTupleType,
  instantiateUnionAll,
  renameUnionAll,
  substituteVar,
  wrapType as typeTypeOf,
  wrapVararg,
} from './instantiate.ts';
export * from './kinds.ts';
export * from './layoutaccess.ts';
export { isValidParameter } from './normalize.ts';
export {
  hasEmptyIntersection,
  type Intersection,
  intersectWithValues,
  typeIntersect,
} from './relation/intersection.ts';
export { isa as instanceIsA, meetsKindNotType, meetsTypeNotKind } from './relation/isa.ts';
export { obviouslyDisjoint } from './relation/obvious.ts';
export { isSubtype, outerVarCount, subtypeValues, typesEqual as typeEqual } from './relation/questions.ts';
export { moreSpecific } from './relation/specificity.ts';
export { canonicalText, setNameVisibility, typeText } from './show.ts';
export { rewrapUnionAll, typeUnion } from './union.ts';
export { freeVars, hasFreeVars, hasVar as containsVariable } from './variables.ts';

/**
 * Matches argument types against a method's signature.
 *
 * @returns the values of the signature's variables, outermost first, or null when it does not apply
 */
export function matchSignature(argumentTypes: Ref, signature: Ref): SvecRef | null {
  const values = new Array<Ref>(outerVarCount(signature)).fill(NULL);
  return subtypeValues(argumentTypes, signature, values) ? svecOf(values) : null;
}

/** A complete struct type made in one step: the types of functions and closures, and the like. */
export function newStructType(
  name: SymbolRef,
  module: Ref,
  parent: Ref,
  parameters: SvecRef,
  fieldNames: SvecRef,
  fieldTypes: SvecRef,
  mutable: boolean,
  initialized: number,
): DataTypeRef {
  return newDataType({
    name,
    module,
    super: parent,
    parameters,
    fieldNames,
    fieldTypes,
    abstract: false,
    mutable,
    initialized,
  });
}

export type { TypeRef };
