// What `jl0 parse --jsonl` answers: the syntax of a source text, or what is wrong with it, as data.
//
// The form is that of the reference corpora: {"expr", "lines"} for what parses, else {"error", "message", "at"} with the
// kind of error, the first message and its [line, column]; "tag" says what an incomplete text waits for, and "before"
// holds the statements before the error.

export { type ParseMode, parseAnswer } from '../../interpreter/syntax/batch.ts';
