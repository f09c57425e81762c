// What a foreign call costs: node bench/ffi.ts
//
// Each line is the time of one call from bits in slots to bits in slots, and the same call through koffi's own
// conversion of JavaScript values, the yardstick.

import { type Address, malloc, mallocCString, offsetBy, readI32, writeF64, writeU32 } from '../ffi/address.ts';
import { registerCallback } from '../ffi/callback.ts';
import { cDouble, cInt32, cPointer, cUInt64, cVoid, structOf } from '../ffi/ctype.ts';
import { koffi, thisProcess } from '../ffi/koffi.ts';
import { findSymbol } from '../ffi/libraries.ts';
import { planFor } from '../ffi/plan.ts';
import { addressInSlot, closeFrame, openFrame, setSlotAddress, slotF64, slotI32, slotU32 } from '../ffi/slots.ts';
import { setForeignCallListener } from '../ffi/trace.ts';

const rounds = 500_000;

/** Nanoseconds per repetition of `body`, the best of five runs. */
function time(body: (count: number) => void, count = rounds): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 5; run++) {
    const start = process.hrtime.bigint();
    body(count);
    best = Math.min(best, Number(process.hrtime.bigint() - start) / count);
  }
  return best;
}

function report(name: string, ours: number, koffis: number | undefined): void {
  const yardstick =
    koffis === undefined ? '' : `koffi ${koffis.toFixed(0).padStart(5)} ns   ratio ${(ours / koffis).toFixed(2)}`;
  console.log(`${name.padEnd(44)} ${ours.toFixed(0).padStart(5)} ns   ${yardstick}`);
}

const text = mallocCString('hello world');
const strlen = planFor(findSymbol('strlen', ''), { result: cUInt64, args: [cPointer] }, 'strlen', '');
const koffiStrlen = thisProcess.func('strlen', 'size_t', ['void *']);
function strlenFromSlots(count: number): void {
  for (let i = 0; i < count; i++) {
    const base = openFrame(2);
    setSlotAddress(base + 1, text);
    strlen.call(base);
    closeFrame(base);
  }
}
const koffiStrlenTime = time((count) => {
  for (let i = 0; i < count; i++) koffiStrlen(text);
});
report('strlen(pointer)', time(strlenFromSlots), koffiStrlenTime);

const pow = planFor(findSymbol('pow', 'libm'), { result: cDouble, args: [cDouble, cDouble] }, 'pow', 'libm');
const koffiPow = koffi.load('libm.so.6').func('pow', 'double', ['double', 'double']);
report(
  'pow(double, double)',
  time((count) => {
    for (let i = 0; i < count; i++) {
      const base = openFrame(3);
      slotF64[base + 1] = 1.5;
      slotF64[base + 2] = 2.5;
      pow.call(base);
      closeFrame(base);
    }
  }),
  time((count) => {
    for (let i = 0; i < count; i++) koffiPow(1.5, 2.5);
  }),
);

const complex = structOf(cDouble, cDouble);
const cabs = planFor(findSymbol('cabs', 'libm'), { result: cDouble, args: [complex] }, 'cabs', 'libm');
const koffiCabs = koffi.load('libm.so.6').func('cabs', 'double', [koffi.struct({ re: 'double', im: 'double' })]);
const value = malloc(16);
writeF64(value, 3);
writeF64(offsetBy(value, 8), 4);
report(
  'cabs(struct of two doubles)',
  time((count) => {
    for (let i = 0; i < count; i++) {
      const base = openFrame(2);
      setSlotAddress(base + 1, value);
      cabs.call(base);
      closeFrame(base);
    }
  }),
  time((count) => {
    for (let i = 0; i < count; i++) koffiCabs({ re: 3, im: 4 });
  }),
);

const buffer = malloc(64);
const format = mallocCString('%d %g');
const snprintf = planFor(
  findSymbol('snprintf', ''),
  { result: cInt32, args: [cPointer, cUInt64, cPointer, cInt32, cDouble], fixed: 3 },
  'snprintf',
  '',
);
const koffiSnprintf = thisProcess.func('int snprintf(void *, size_t, void *, ...)');
report(
  'snprintf("%d %g")',
  time((count) => {
    for (let i = 0; i < count; i++) {
      const base = openFrame(6);
      setSlotAddress(base + 1, buffer);
      slotU32[2 * base + 4] = 64;
      slotU32[2 * base + 5] = 0;
      setSlotAddress(base + 3, format);
      slotU32[2 * base + 8] = i;
      slotF64[base + 5] = 0.5;
      snprintf.call(base);
      closeFrame(base);
    }
  }),
  time((count) => {
    for (let i = 0; i < count; i++) koffiSnprintf(buffer, 64, format, 'int', i, 'double', 0.5);
  }),
);

// Callbacks: one comparison of a sort, the sort's own work included.
const length = 20_000;
const array = malloc(4 * length);
function shuffle(): void {
  for (let i = 0; i < length; i++) writeU32(offsetBy(array, 4 * i), (i * 7919) % length);
}
let comparisons = 0;
const comparison = { result: cInt32, args: [cPointer, cPointer] };
const compare = registerCallback(
  comparison,
  (base) => {
    comparisons++;
    slotI32[2 * base] = readI32(addressInSlot(base + 1)) - readI32(addressInSlot(base + 2));
  },
  'compare',
);
const sortTypes = { result: cVoid, args: [cPointer, cUInt64, cUInt64, cPointer] };
const qsort = planFor(findSymbol('qsort', ''), sortTypes, 'qsort', '');
function sortFromSlots(): void {
  shuffle();
  const base = openFrame(5);
  setSlotAddress(base + 1, array);
  setSlotAddress(base + 2, length as Address);
  setSlotAddress(base + 3, 4 as Address);
  setSlotAddress(base + 4, compare.address);
  qsort.call(base);
  closeFrame(base);
}
const koffiCompare = koffi.register(
  (a: bigint, b: bigint) => readI32(Number(a) as Address) - readI32(Number(b) as Address),
  koffi.pointer(koffi.proto('int', ['void *', 'void *'])),
);
const koffiQsort = thisProcess.func('qsort', 'void', ['void *', 'size_t', 'size_t', 'void *']);
sortFromSlots();
const perSort = comparisons;
report(
  'callback: one comparison of qsort',
  time(sortFromSlots, 1) / perSort,
  time(() => {
    shuffle();
    koffiQsort(array, length, 4, koffiCompare);
  }, 1) / perSort,
);

let heard = 0;
setForeignCallListener({ before: () => {}, after: () => heard++ });
report('strlen with a listener', time(strlenFromSlots, 20_000), undefined);
setForeignCallListener(undefined);
