// CRC-32C (Castagnoli), as RFC 3720, appendix B.4, defines it: the polynomial 0x1EDC6F41, bits reflected.

/** The remainder of every byte; 0x82f63b78 is the polynomial with its bits reversed. */
const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++)
    remainder = (remainder & 1) !== 0 ? (remainder >>> 1) ^ 0x82f63b78 : remainder >>> 1;
  return remainder;
});

/** The checksum of `bytes`, going on from that of the bytes before them (0 at the start). */
export function crc32c(before: number, bytes: Uint8Array): number {
  let crc = ~before;
  for (const byte of bytes) crc = (crc >>> 8) ^ remainders[(crc ^ byte) & 0xff];
  return ~crc >>> 0;
}
