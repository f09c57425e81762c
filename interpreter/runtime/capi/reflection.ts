// The C API of reflection: methods of signatures, their code, bindings, fields.

import { toAddress, writeU32, writeU64 } from '../../../ffi/address.ts';
import { allocate } from '../../memory/heap.ts';
import {
  type ArrayRef,
  type CodeInfoRef,
  type MethodRef,
  type ModuleRef,
  type Ref,
  readRef,
  type StringRef,
  type SvecRef,
  type SymbolRef,
  writeRef,
  writeU8,
} from '../../memory/layout.ts';
import * as objects from '../../memory/objects.ts';
import { Bottom, datatype, nothing } from '../../memory/wellknown.ts';
import { fieldIndex } from '../../types/fields.ts';
import { moreSpecific, typeHash, typeIntersect } from '../../types/index.ts';
import { fieldOffset } from '../../types/layoutaccess.ts';
import { copyAst } from '../../vm/evaluate.ts';
import { setSlot, setSlotNothing, setSlotReference, slotRef } from '../../vm/slots.ts';
import { vectorOfReferences } from '../arrays.ts';
import { currentWorld } from '../bindings.ts';
import { codeText } from '../codetext.ts';
import { addMethod } from '../definitions.ts';
import { throwFieldError } from '../errors.ts';
import { intrinsicNames } from '../intrinsics/names.ts';
import { invokedMethod, type Reached, reachedMethods } from '../methodmatches.ts';
import { deleteMethod } from '../methods.ts';
import { addressOfObject, copyBytes } from '../storage.ts';
import { symbol, symbolAddress } from '../symbols.ts';
import { arrayGetRef, arrayLength, string, stringText, vectorAny } from '../values.ts';
import { intOf, setInteger, wordOf } from './core.ts';
import { defineRuntimeFunctions } from './table.ts';

function matchObject({ method, types, sparams, covers }: Reached): Ref {
  const match = allocate(datatype('MethodMatch'), objects.MethodMatch.$size);
  writeRef(match, objects.MethodMatch.spec_types, types);
  writeRef(match, objects.MethodMatch.sparams, sparams);
  writeRef(match, objects.MethodMatch.method, method);
  writeU8(match, objects.MethodMatch.fully_covers, covers ? 1 : 0);
  return match;
}

/** A world argument: `typemax(UInt)` means the latest. */
const worldOf = (word: number): number => Math.min(wordOf(word), currentWorld());

/** A copy of a CodeInfo that may be changed without changing the method. */
function copyCode(source: CodeInfoRef): Ref {
  const bytes = objects.CodeInfo.$size;
  const copy = allocate(datatype('CodeInfo'), bytes);
  copyBytes(addressOfObject(copy), addressOfObject(source), bytes);
  const code = readRef<ArrayRef>(source, objects.CodeInfo.code);
  const statements: Ref[] = [];
  for (let i = 0, n = arrayLength(code); i < n; i++) statements.push(copyAst(arrayGetRef(code, i)));
  writeRef(copy, objects.CodeInfo.code, vectorAny(statements));
  return copy;
}

/** The parts of text that end in NUL, as symbols: how a method keeps the names of its slots. */
const namesIn = (text: string): Ref[] =>
  text
    .split('\0')
    .slice(0, -1)
    .map((name) => symbol(name));

defineRuntimeFunctions({
  jl_matching_methods: [
    'jl_value_t *(jl_tupletype_t *, jl_value_t *, int, int, size_t, size_t *, size_t *, int *)',
    (args, _n, result) => {
      const limit = intOf(args[2]);
      const found = reachedMethods(slotRef(args[0]), worldOf(args[4]), intOf(args[3]) !== 0);
      for (const [word, value] of [
        [args[5], 1n],
        [args[6], 2n ** 64n - 1n],
      ] as const) {
        const address = toAddress(wordOf(word));
        if (address !== 0) writeU64(address, value);
      }
      const ambiguous = toAddress(wordOf(args[7]));
      if (ambiguous !== 0) writeU32(ambiguous, hasAmbiguity(found) ? 1 : 0);
      setSlotReference(result, limit >= 0 && found.length > limit ? nothing : vectorAny(found.map(matchObject)));
    },
  ],
  jl_gf_invoke_lookup: [
    'jl_value_t *(jl_value_t *, jl_value_t *, size_t)',
    (args, _n, result) =>
      setSlotReference(result, invokedMethod(slotRef(args[0]), worldOf(args[2]))?.method ?? nothing),
  ],
  jl_gf_invoke_lookup_worlds: [
    'jl_value_t *(jl_value_t *, jl_value_t *, size_t, size_t *, size_t *)',
    (args, _n, result) => {
      const found = invokedMethod(slotRef(args[0]), worldOf(args[2]));
      setSlotReference(result, found === null ? nothing : matchObject(found));
    },
  ],
  jl_method_table_disable: [
    'void (jl_method_t *)',
    (args, _n, result) => {
      deleteMethod(slotRef(args[0]) as MethodRef);
      setSlotNothing(result);
    },
  ],
  jl_type_morespecific: [
    'int (jl_value_t *, jl_value_t *)',
    (args, _n, result, declared) =>
      setInteger(result, declared, moreSpecific(slotRef(args[0]), slotRef(args[1])) ? 1 : 0),
  ],
  jl_type_hash: [
    'size_t (jl_value_t *)',
    (args, _n, result, declared) => setInteger(result, declared, typeHash(slotRef(args[0]), true)),
  ],
  jl_uncompress_argnames: [
    'jl_array_t *(jl_value_t *)',
    (args, _n, result) =>
      setSlotReference(
        result,
        vectorOfReferences(datatype('Symbol'), namesIn(stringText(slotRef(args[0]) as StringRef))),
      ),
  ],
  jl_code_text: [
    'jl_value_t *(jl_value_t *, jl_value_t *, int)',
    (args, _n, result) => {
      const text = codeText(slotRef(args[0]) as CodeInfoRef, slotRef(args[1]), wordOf(args[2]) !== 0);
      setSlot(result, string(text));
    },
  ],
  jl_uncompress_ir: [
    'jl_code_info_t *(jl_method_t *, jl_code_instance_t *, jl_value_t *)',
    (args, _n, result) => setSlotReference(result, copyCode(slotRef(args[2]) as CodeInfoRef)),
  ],
  jl_copy_code_info: [
    'jl_code_info_t *(jl_code_info_t *)',
    (args, _n, result) => setSlotReference(result, copyCode(slotRef(args[0]) as CodeInfoRef)),
  ],
  jl_copy_ast: ['jl_value_t *(jl_value_t *)', (args, _n, result) => setSlot(result, copyAst(slotRef(args[0])))],
  jl_intrinsic_name: [
    'const char *(int)',
    (args, _n, result, declared) =>
      setInteger(result, declared, symbolAddress(symbol(intrinsicNames[intOf(args[0])] ?? ''))),
  ],
  jl_field_index: [
    'int (jl_datatype_t *, jl_sym_t *, int)',
    (args, _n, result, declared) => {
      const index = fieldIndex(slotRef(args[0]), slotRef(args[1]) as SymbolRef);
      if (index < 0 && intOf(args[2]) !== 0) throwFieldError(slotRef(args[0]), slotRef(args[1]) as SymbolRef);
      setInteger(result, declared, index);
    },
  ],
  jl_get_field_offset: [
    'size_t (jl_datatype_t *, int)',
    (args, _n, result, declared) => setInteger(result, declared, fieldOffset(slotRef(args[0]), intOf(args[1]) - 1)),
  ],
  jl_method_def: [
    'jl_value_t *(jl_svec_t *, jl_value_t *, jl_code_info_t *, jl_module_t *)',
    (args, _n, result) =>
      setSlotReference(
        result,
        addMethod(slotRef(args[3]) as ModuleRef, slotRef(args[0]) as SvecRef, slotRef(args[2]) as CodeInfoRef),
      ),
  ],
});

/** Do two of the methods meet without either being more specific? */
function hasAmbiguity(found: readonly Reached[]): boolean {
  const sig = (one: Reached): Ref => readRef(one.method, objects.Method.sig);
  return found.some((a, i) =>
    found.slice(i + 1).some((b) => !moreSpecific(sig(a), sig(b)) && !moreSpecific(sig(b), sig(a)) && meets(a, b)),
  );
}

const meets = (a: Reached, b: Reached): boolean => typeIntersect(a.types, b.types) !== Bottom;
