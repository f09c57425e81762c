// What can go wrong at the border, before or instead of a call. Each error carries its facts as data, so that the
// interpreter can turn it into the Julia exception that belongs there, and a message that can be shown as it is.

/** One place that was looked at, and why it did not serve. */
export interface Attempt {
  readonly place: string;
  readonly reason: string;
}

/** Base of all errors of the border. */
export class ForeignError extends Error {
  override readonly name: string = 'ForeignError';
}

/** A C type or signature that cannot be passed by value. */
export class ForeignTypeError extends ForeignError {
  override readonly name = 'ForeignTypeError';
}

/** A shared library that could not be opened; `attempts` lists every place looked at, in order. */
export class ForeignLibraryError extends ForeignError {
  override readonly name = 'ForeignLibraryError';
  readonly library: string;
  readonly attempts: readonly Attempt[];

  constructor(library: string, attempts: readonly Attempt[]) {
    super(`could not load library "${library}"${listed(attempts)}`);
    this.library = library;
    this.attempts = attempts;
  }
}

/** A symbol that none of the libraries asked exports; `attempts` names those libraries. */
export class ForeignSymbolError extends ForeignError {
  override readonly name = 'ForeignSymbolError';
  readonly symbol: string;
  readonly attempts: readonly Attempt[];

  constructor(symbol: string, attempts: readonly Attempt[]) {
    super(`could not load symbol "${symbol}":${listed(attempts)}`);
    this.symbol = symbol;
    this.attempts = attempts;
  }
}

function listed(attempts: readonly Attempt[]): string {
  return attempts.map(({ place, reason }) => `\n${place}: ${reason}`).join('');
}
