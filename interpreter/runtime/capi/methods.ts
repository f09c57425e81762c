// The C API of methods: which one a signature means, their instances, what their code says of its variables.

import { type ArrayRef, type MethodRef, type Ref, readRef, readU8, type SvecRef } from '../../memory/layout.ts';
import * as objects from '../../memory/objects.ts';
import { nothing } from '../../memory/wellknown.ts';
import { matchSignature, moreSpecific, typeEqual } from '../../types/index.ts';
import { setSlot, slotRef } from '../../vm/slots.ts';
import { currentWorld } from '../bindings.ts';
import { throwError } from '../errors.ts';
import { invokedMethod } from '../methodmatches.ts';
import { methodInstance, methodsOfCallee, signatureParameters } from '../methods.ts';
import { argumentDataType } from '../staticshow.ts';
import { arrayBits, arrayLength, svecGet, svecToArray } from '../values.ts';
import { setFlagResult, setInteger, wordOf } from './core.ts';
import { defineRuntimeFunctions } from './table.ts';

const signatureOf = (method: Ref): Ref => readRef(method, objects.Method.sig);
const worldOf = (word: number): number => Math.min(wordOf(word), currentWorld());

/** The instance of a method for types, if it was made before. */
function knownInstance(method: Ref, types: Ref): Ref {
  const instances = svecToArray(readRef<SvecRef>(method, objects.Method.specializations));
  return (
    instances.find((each) => each !== nothing && typeEqual(readRef(each, objects.MethodInstance.specTypes), types)) ??
    nothing
  );
}

defineRuntimeFunctions({
  jl_argument_datatype: [
    'jl_value_t *(jl_value_t *)',
    (args, _n, result) => setSlot(result, argumentDataType(slotRef(args[0]))),
  ],
  jl_method_lookup_by_tt: [
    'jl_value_t *(jl_tupletype_t *, size_t, jl_value_t *)',
    (args, _n, result) => {
      const types = slotRef(args[0]);
      const found = invokedMethod(types, worldOf(args[1]));
      setSlot(result, found === null ? nothing : methodInstance(found.method, types, found.sparams));
    },
  ],
  jl_methtable_lookup: [
    'jl_value_t *(jl_value_t *, size_t)',
    (args, _n, result) => {
      const signature = slotRef(args[0]);
      const callee = svecGet(signatureParameters(signature), 0);
      const found = methodsOfCallee(callee, worldOf(args[1])).find((each) => typeEqual(signatureOf(each), signature));
      setSlot(result, found ?? nothing);
    },
  ],
  jl_method_morespecific: [
    'int (jl_method_t *, jl_method_t *)',
    (args, _n, result, declared) =>
      setFlagResult(result, declared, moreSpecific(signatureOf(slotRef(args[0])), signatureOf(slotRef(args[1])))),
  ],
  jl_specializations_lookup: [
    'jl_value_t *(jl_method_t *, jl_value_t *)',
    (args, _n, result) => setSlot(result, knownInstance(slotRef(args[0]), slotRef(args[1]))),
  ],
  jl_specializations_get_linfo: [
    'jl_method_instance_t *(jl_method_t *, jl_value_t *, jl_svec_t *)',
    (args, _n, result) => {
      const method = slotRef(args[0]) as MethodRef;
      const [types, sparams] = [slotRef(args[1]), slotRef(args[2]) as SvecRef];
      if (matchSignature(types, signatureOf(method)) === null) throwError('the types are not those of the method');
      setSlot(result, methodInstance(method, types, sparams));
    },
  ],
  jl_ir_nslots: [
    'ssize_t (jl_value_t *)',
    (args, _n, result, declared) =>
      setInteger(result, declared, arrayLength(readRef<ArrayRef>(slotRef(args[0]), objects.CodeInfo.slotflags))),
  ],
  jl_ir_slotflag: [
    'uint8_t (jl_value_t *, size_t)',
    (args, _n, result, declared) => {
      const flags = arrayBits(readRef<ArrayRef>(slotRef(args[0]), objects.CodeInfo.slotflags), 1);
      setInteger(result, declared, flags[wordOf(args[1])]);
    },
  ],
  jl_ir_flag_has_image_globalref: [
    'uint8_t (jl_value_t *)',
    (args, _n, result, declared) =>
      setInteger(result, declared, readU8(slotRef(args[0]), objects.CodeInfo.has_image_globalref)),
  ],
});
