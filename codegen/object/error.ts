// Why an object was refused.

/**
 * `not-an-object`: not ELF at all, or not a relocatable file. `truncated`: shorter than its own tables say. `foreign`: for
 * another machine. `corrupt`: the digest does not fit. `version`: written in another format or for another Julia.
 * `malformed`: the digest fits, but the content breaks the rules; a mistake in the program that wrote it.
 */
export type Refusal = 'not-an-object' | 'truncated' | 'foreign' | 'corrupt' | 'version' | 'malformed';

/** An object that is not taken. The message says why, in words for the user. */
export class ObjectError extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal, message: string) {
    super(message);
    this.name = 'ObjectError';
    this.refusal = refusal;
  }
}
