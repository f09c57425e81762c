// Dedenting of triple-quoted strings.
//
// The scanner cuts such a string after every newline, so that each chunk of text is a line or part of one. The text
// after a newline loses the indentation common to all lines; the first line takes no part, blank lines neither, and a
// line that starts with an interpolation or with the closing quotes has indentation zero beyond its blanks.

import type { Syntax } from './expr.ts';
import type { Token } from './tokens.ts';

/** A piece of a string: text as written, or an interpolated value, or (both null) a malformed token. */
export interface Piece {
  text: string | null;
  /** Offset of `text` in the source. */
  offset: number;
  readonly token: Token | null;
  readonly value: Syntax;
  /** The interpolation was written with parentheses. */
  readonly grouped: boolean;
}

/** Removes the common indentation from the pieces in place. `closed` is whether the closing quotes were found. */
export function dedent(pieces: Piece[], closed: boolean): void {
  let afterNewline = false;
  let indentation: string | null = null;
  const indented: Piece[] = [];
  const first = pieces[0];
  if (first?.text !== undefined && first.text !== null && /^(?:\r\n|\n|\r)$/.test(first.text)) {
    pieces.shift();
    afterNewline = true;
  }
  for (const piece of pieces) {
    if (piece.text === null) {
      if (afterNewline && piece.token === null) indentation = '';
      afterNewline = false;
      continue;
    }
    const text = piece.text;
    const start = text[0];
    if (afterNewline && start !== '\n' && start !== '\r') {
      if (indentation === null) indentation = /^[ \t]*/.exec(text)?.[0] ?? '';
      else indentation = commonPrefix(indentation, text);
      indented.push(piece);
    }
    afterNewline = text.endsWith('\n') || text.endsWith('\r');
  }
  if (afterNewline && closed) return;
  const width = indentation?.length ?? 0;
  if (width === 0) return;
  for (const piece of indented) {
    piece.text = (piece.text ?? '').slice(width);
    piece.offset += width;
  }
  for (let i = pieces.length - 1; i >= 0; i--) if (pieces[i]?.text === '') pieces.splice(i, 1);
}

function commonPrefix(a: string, b: string): string {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}
