// The batch interface: JSON lines in, JSON lines out.
//
// One answer for every line, in order, whatever happens: a line that is not JSON, or that makes jl0 itself fail, gets an
// answer that says so, and the next line is read. So any corpus can be run from outside, and one bad line costs one line.

import { inputLines } from './input.ts';

/** One line of input. `mode` says what to do with the source; its values are the command's. */
export interface Request {
  readonly src: string;
  readonly mode?: string;
  readonly [key: string]: unknown;
}

/** One line of output. */
export type Answer = Readonly<Record<string, unknown>>;

/** Answers every line of standard input with what `answer` makes of it. */
export async function answerLines(answer: (request: Request) => Answer | Promise<Answer>): Promise<void> {
  for await (const line of inputLines()) {
    const text = JSON.stringify(await answerOne(line, answer));
    // A reader that is slower than jl0 must not make it hold all answers in memory.
    if (!process.stdout.write(`${text}\n`)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
}

async function answerOne(line: string, answer: (request: Request) => Answer | Promise<Answer>): Promise<Answer> {
  let request: unknown;
  try {
    request = JSON.parse(line);
  } catch {
    return { error: 'request', message: 'not a line of JSON' };
  }
  if (!isRequest(request)) return { error: 'request', message: 'not an object with a string `src`' };
  try {
    return await answer(request);
  } catch (error) {
    return { error: 'internal', message: error instanceof Error ? error.message : String(error) };
  }
}

function isRequest(value: unknown): value is Request {
  return typeof value === 'object' && value !== null && 'src' in value && typeof value.src === 'string';
}
