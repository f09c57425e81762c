// The C API of output: bytes and the text of values to the standard streams.
//
// A stream is 1 or 2, standard output and standard error. What is written goes through Base's stream of that name, so that it
// comes in order with what the program prints and goes where it was redirected to; before Base has them, to the descriptor.

import { writeSync } from 'node:fs';
import { thisProcess } from '../../../ffi/koffi.ts';
import { type ModuleRef, type Ref, typeOf } from '../../memory/layout.ts';
import { BaseModule, CoreModule, datatype } from '../../memory/wellknown.ts';
import { call } from '../../vm/calls.ts';
import { setSlotNothing, setSlotReference, slotRef } from '../../vm/slots.ts';
import { globalValue } from '../bindings.ts';
import { throwArgumentError } from '../errors.ts';
import { signatureText, staticText } from '../staticshow.ts';
import { symbol } from '../symbols.ts';
import { encodeText } from '../text.ts';
import { stringOfBytes } from '../values.ts';
import { bytesOf, intOf, setInteger, wordOf } from './core.ts';
import { defineRuntimeFunctions, type RuntimeCall } from './table.ts';

/** Base's stream for a descriptor; 0: it has none of its own yet. */
function baseStream(descriptor: number): Ref {
  if (typeOf(BaseModule) !== datatype('Module')) return 0 as Ref;
  const name = descriptor === 1 ? 'stdout' : 'stderr';
  const stream = globalValue(BaseModule, symbol(name));
  const cores = globalValue(CoreModule as ModuleRef, symbol(name));
  return stream !== 0 && cores !== 0 && typeOf(stream) === typeOf(cores) ? (0 as Ref) : stream;
}

function write(stream: number, bytes: Uint8Array): void {
  if (stream !== 1 && stream !== 2) throwArgumentError('a C stream is standard output or standard error');
  const base = baseStream(stream);
  if (base !== 0) call(globalValue(BaseModule, symbol('write')), [base, stringOfBytes(bytes)]);
  else writeSync(stream, bytes);
}

/** Writes text of a value; its length is the result. */
const shower =
  (text: (value: Ref) => string): RuntimeCall =>
  (args, _n, result, declared) => {
    const bytes = encodeText(text(slotRef(args[1])));
    write(wordOf(args[0]), bytes);
    if (declared === datatype('Nothing')) setSlotNothing(result);
    else setInteger(result, declared, bytes.length);
  };

/** The bytes of a Char: they lie from its most significant one down. */
function bytesOfChar(bits: number): Uint8Array {
  const bytes = [bits >>> 24, bits >>> 16, bits >>> 8, bits].map((byte) => byte & 255);
  while (bytes.length > 1 && bytes[bytes.length - 1] === 0) bytes.pop();
  return Uint8Array.from(bytes);
}

defineRuntimeFunctions({
  jl_uv_puts: [
    'void (uv_stream_t *, const char *, size_t)',
    (args, _n, result) => {
      write(wordOf(args[0]), bytesOf(wordOf(args[1]), wordOf(args[2])));
      setSlotNothing(result);
    },
  ],
  jl_uv_putb: [
    'void (uv_stream_t *, uint8_t)',
    (args, _n, result) => {
      write(wordOf(args[0]), Uint8Array.of(wordOf(args[1]) & 255));
      setSlotNothing(result);
    },
  ],
  jl_uv_putc: [
    'void (uv_stream_t *, uint32_t)',
    (args, _n, result) => {
      write(wordOf(args[0]), bytesOfChar(intOf(args[1])));
      setSlotNothing(result);
    },
  ],
  jl_uv_flush: [
    'void (uv_stream_t *)',
    (args, _n, result) => {
      const base = baseStream(wordOf(args[0]));
      if (base !== 0) call(globalValue(BaseModule, symbol('flush')), [base]);
      setSlotNothing(result);
    },
  ],
  // What C has printed with its own functions waits in buffers of its own. Declared when it is wanted: a start has no use for it.
  jl_flush_cstdio: [
    'void (void)',
    (_args, _n, result) => {
      thisProcess.func('fflush', 'int', ['uintptr_t'])(0);
      setSlotNothing(result);
    },
  ],
  jl_static_show: ['size_t (uv_stream_t *, jl_value_t *)', shower(staticText)],
  jl_static_show_func_sig: ['size_t (uv_stream_t *, jl_value_t *)', shower(signatureText)],
  jl_: [
    'void (void *)',
    (args, _n, result) => {
      write(2, encodeText(`${staticText(slotRef(args[0]))}\n`));
      setSlotNothing(result);
    },
  ],
  jl_stderr_obj: [
    'jl_value_t *(void)',
    (_args, _n, result) => setSlotReference(result, globalValue(BaseModule, symbol('stderr'))),
  ],
});
