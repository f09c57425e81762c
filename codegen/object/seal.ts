// The seal: a SHA-256 digest of the whole object, in its last 32 bytes.
//
// It is there to find damage (a bad disk, a half-written file, an edit), before anything else of the object is believed;
// it is no signature. The bytes are also a section, `.jl0.digest`, so that every tool sees a regular ELF file.

import { hash } from 'node:crypto';
import { ObjectError } from './error.ts';

export const DIGEST_BYTES = 32;
export const DIGEST_SECTION = '.jl0.digest';
export const METADATA_SECTION = '.jl0.meta';
export const LIBRARY_SECTION = '.jl0.library';
export const LINK_SECTION = '.jl0.link';

function digestOf(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes.subarray(0, bytes.length - DIGEST_BYTES), 'buffer');
}

/** Writes the digest of all the bytes before it into the last 32 bytes. */
export function seal(bytes: Uint8Array): void {
  bytes.set(digestOf(bytes), bytes.length - DIGEST_BYTES);
}

/** @throws ObjectError `corrupt` if the digest is not that of the bytes */
export function checkSeal(bytes: Uint8Array): void {
  const given = bytes.subarray(bytes.length - DIGEST_BYTES);
  if (bytes.length <= DIGEST_BYTES || Buffer.compare(digestOf(bytes), given) !== 0) {
    throw new ObjectError(
      'corrupt',
      'the digest does not fit: the object is damaged, cut short, or was not written by jl0',
    );
  }
}
