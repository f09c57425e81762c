// 64-bit arithmetic on 32-bit halves, without BigInt: products and quotients.
//
// Results are left in module variables, since a function has one result and these must not allocate. Arguments and
// results are 32-bit words; signs do not matter unless a name says so.

/** Words of the last result: quotient or low product, and remainder or high product. */
export let low = 0;
export let high = 0;
export let restLow = 0;
export let restHigh = 0;

/** The low 64 bits of a product, in `low` and `high`. */
export function multiply(al: number, ah: number, bl: number, bh: number): void {
  const a0 = al & 0xffff;
  const a1 = al >>> 16;
  const b0 = bl & 0xffff;
  const b1 = bl >>> 16;
  const p01 = a0 * b1;
  const p10 = a1 * b0;
  const middle = ((a0 * b0) >>> 16) + (p01 & 0xffff) + (p10 & 0xffff);
  const carry = a1 * b1 + (p01 >>> 16) + (p10 >>> 16) + (middle >>> 16);
  low = Math.imul(al, bl);
  high = (carry + Math.imul(al, bh) + Math.imul(ah, bl)) | 0;
}

/** The high word of the 64-bit product of two unsigned words. */
export function highProduct(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const p01 = a0 * b1;
  const p10 = a1 * b0;
  const middle = ((a0 * b0) >>> 16) + (p01 & 0xffff) + (p10 & 0xffff);
  return (a1 * b1 + (p01 >>> 16) + (p10 >>> 16) + (middle >>> 16)) >>> 0;
}

const scratch = new BigUint64Array(4);
const scratchWords = new Int32Array(scratch.buffer);

/** Unsigned quotient in `low`, `high` and remainder in `restLow`, `restHigh`. The divisor is not zero. */
export function divideUnsigned(al: number, ah: number, bl: number, bh: number): void {
  const divisor = bl >>> 0;
  if (bh === 0) {
    const top = ah >>> 0;
    if (top === 0) {
      const value = al >>> 0;
      restLow = (value % divisor) | 0;
      low = ((value - (value % divisor)) / divisor) | 0;
      high = 0;
      restHigh = 0;
      return;
    }
    // Long division in digits of 16 bits: every intermediate value is below 2^48.
    let rest = top % divisor;
    high = ((top - rest) / divisor) | 0;
    let dividend = rest * 0x10000 + (al >>> 16);
    rest = dividend % divisor;
    const upper = (dividend - rest) / divisor;
    dividend = rest * 0x10000 + (al & 0xffff);
    rest = dividend % divisor;
    low = (upper << 16) | ((dividend - rest) / divisor);
    restLow = rest | 0;
    restHigh = 0;
    return;
  }
  scratchWords[0] = al;
  scratchWords[1] = ah;
  scratchWords[2] = bl;
  scratchWords[3] = bh;
  const a = scratch[0];
  const b = scratch[1];
  scratch[2] = a / b;
  scratch[3] = a % b;
  low = scratchWords[4];
  high = scratchWords[5];
  restLow = scratchWords[6];
  restHigh = scratchWords[7];
}

/** Signed quotient, rounded towards zero, and remainder, with the sign of the dividend. min / -1 wraps to min. */
export function divideSigned(al: number, ah: number, bl: number, bh: number): void {
  const negativeA = ah < 0;
  const negativeB = bh < 0;
  const al1 = negativeA ? -al | 0 : al;
  const ah1 = negativeA ? (~ah + (al === 0 ? 1 : 0)) | 0 : ah;
  const bl1 = negativeB ? -bl | 0 : bl;
  const bh1 = negativeB ? (~bh + (bl === 0 ? 1 : 0)) | 0 : bh;
  divideUnsigned(al1, ah1, bl1, bh1);
  if (negativeA !== negativeB) {
    high = (~high + (low === 0 ? 1 : 0)) | 0;
    low = -low | 0;
  }
  if (negativeA) {
    restHigh = (~restHigh + (restLow === 0 ? 1 : 0)) | 0;
    restLow = -restLow | 0;
  }
}
