// The C API of exceptions that C code throws: each makes one of Core's exceptions and throws it.

import type { Ref, SymbolRef } from '../../memory/layout.ts';
import { instanceIsA } from '../../types/index.ts';
import { setSlotNothing, slotRef } from '../../vm/slots.ts';
import {
  throwArgumentError,
  throwBoundsError,
  throwBoundsErrorAt,
  throwError,
  throwException,
  throwFieldError,
  throwPlain,
  throwTooFewArguments,
  throwTooManyArguments,
  throwTypeError,
  throwUndefVar,
  throwValue,
} from '../errors.ts';
import { string } from '../values.ts';
import { cStringOf, intOf, wordOf } from './core.ts';
import { defineRuntimeFunctions } from './table.ts';

defineRuntimeFunctions({
  jl_throw: ['void (jl_value_t *)', (args) => throwValue(slotRef(args[0]))],
  jl_throw_out_of_memory_error: ['void (void)', () => throwPlain('OutOfMemoryError')],
  jl_error: ['void (const char *)', (args) => throwError(cStringOf(args[0]))],
  jl_argument_error: ['void (char *)', (args) => throwArgumentError(cStringOf(args[0]))],
  jl_atomic_error: ['void (char *)', (args) => throwException('ConcurrencyViolationError', string(cStringOf(args[0])))],
  jl_bounds_error: [
    'void (jl_value_t *, jl_value_t *)',
    (args) => throwBoundsErrorAt(slotRef(args[0]), slotRef(args[1])),
  ],
  jl_bounds_error_int: ['void (jl_value_t *, size_t)', (args) => throwBoundsError(slotRef(args[0]), wordOf(args[1]))],
  jl_type_error: [
    'void (const char *, jl_value_t *, jl_value_t *)',
    (args) => throwTypeError(cStringOf(args[0]), slotRef(args[1]), slotRef(args[2])),
  ],
  jl_type_error_rt: [
    'void (const char *, const char *, jl_value_t *, jl_value_t *)',
    (args) => throwTypeError(cStringOf(args[0]), slotRef(args[2]), slotRef(args[3]), cStringOf(args[1])),
  ],
  jl_typeassert: [
    'void (jl_value_t *, jl_value_t *)',
    (args, _n, result) => {
      const [value, type]: Ref[] = [slotRef(args[0]), slotRef(args[1])];
      if (!instanceIsA(value, type)) throwTypeError('typeassert', type, value);
      setSlotNothing(result);
    },
  ],
  jl_undefined_var_error: [
    'void (jl_sym_t *, jl_value_t *)',
    (args) => throwUndefVar(slotRef(args[0]) as SymbolRef, slotRef(args[1])),
  ],
  jl_has_no_field_error: [
    'void (jl_datatype_t *, jl_sym_t *)',
    (args) => throwFieldError(slotRef(args[0]), slotRef(args[1]) as SymbolRef),
  ],
  jl_too_few_args: ['void (const char *, int)', (args) => throwTooFewArguments(cStringOf(args[0]), intOf(args[1]))],
  jl_too_many_args: ['void (const char *, int)', (args) => throwTooManyArguments(cStringOf(args[0]), intOf(args[1]))],
});
