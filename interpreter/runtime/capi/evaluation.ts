// The C API that leads back into the front end: evaluating, parsing, expanding, lowering, loading files.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fromHeap, toHeap } from '../../ir/heap.ts';
import { type ModuleRef, type Ref, type StringRef, typeOf } from '../../memory/layout.ts';
import { datatype } from '../../memory/wellknown.ts';
import { decodeBytes, encodeBytes, parseAll, parseAtom, parseOne } from '../../syntax/index.ts';
import { setSlot, slotRef } from '../../vm/slots.ts';
import { throwArgumentError } from '../errors.ts';
import { evaluate, evaluateText, expandMacros, lowerInto } from '../frontend.ts';
import { withParseErrors } from '../parse-errors.ts';
import { symbolName } from '../symbols.ts';
import { boxInt64, string, stringText, svec } from '../values.ts';
import { bytesOf, wordOf } from './core.ts';
import { defineRuntimeFunctions } from './table.ts';

let libraryFolder = '.';
/** Tells where the embedded library's Base is, for the includes that build it. */
export function setLibraryFolder(folder: string): void {
  libraryFolder = folder;
}

function text(object: Ref): string {
  if (typeOf(object) === datatype('String')) return stringText(object as StringRef);
  if (typeOf(object) === datatype('Symbol')) return symbolName(object as Parameters<typeof symbolName>[0]);
  return throwArgumentError('expected a String or a Symbol');
}

defineRuntimeFunctions({
  jl_toplevel_eval_in: [
    'jl_value_t *(jl_module_t *, jl_value_t *)',
    (args, _n, result) => setSlot(result, evaluate(slotRef(args[0]) as ModuleRef, fromHeap(slotRef(args[1])), 'none')),
  ],
  jl_load_library_file: [
    'jl_value_t *(jl_module_t *, jl_value_t *)',
    (args, _n, result) => {
      const path = text(slotRef(args[1]));
      // As in Julia, the library's files go by relative names: those in an image would be of another machine.
      const source = readFileSync(resolve(libraryFolder, path));
      setSlot(result, evaluateText(slotRef(args[0]) as ModuleRef, source, `./${path}`));
    },
  ],
  jl_prepend_cwd: [
    'jl_value_t *(jl_value_t *)',
    (args, _n, result) => setSlot(result, string(resolve(stringText(slotRef(args[0]) as StringRef)))),
  ],
  jl_macroexpand: [
    'jl_value_t *(jl_value_t *, jl_module_t *)',
    (args, _n, result) => setSlot(result, expandMacros(slotRef(args[1]) as ModuleRef, slotRef(args[0]), true)),
  ],
  jl_macroexpand1: [
    'jl_value_t *(jl_value_t *, jl_module_t *)',
    (args, _n, result) => setSlot(result, expandMacros(slotRef(args[1]) as ModuleRef, slotRef(args[0]), false)),
  ],
  jl_expand: [
    'jl_value_t *(jl_value_t *, jl_module_t *)',
    (args, _n, result) => setSlot(result, lowerInto(slotRef(args[1]) as ModuleRef, slotRef(args[0]))),
  ],
  jl_parse: [
    'jl_value_t *(char *, size_t, jl_value_t *, size_t, size_t, jl_sym_t *)',
    (args, _n, result) => {
      const source = bytesOf(wordOf(args[0]), wordOf(args[1]));
      const file = text(slotRef(args[2]));
      const line = wordOf(args[3]);
      // Julia counts bytes, the parser characters of the decoded text.
      const offset = decodeBytes(source.subarray(0, wordOf(args[4]))).length;
      const rule = text(slotRef(args[5]));
      const options = { file, line };
      const parsed =
        rule === 'all'
          ? parseAll(source, options)
          : rule === 'atom'
            ? parseAtom(source, offset, options)
            : parseOne(source, offset, options);
      const value = withParseErrors(parsed, rule === 'all', file, line);
      const next =
        parsed.text.length === source.length ? parsed.next : encodeBytes(parsed.text.slice(0, parsed.next)).length;
      setSlot(result, svec(toHeap(value), boxInt64(next + 1)));
    },
  ],
});
