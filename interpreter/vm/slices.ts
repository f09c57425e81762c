// Slices: how long the loop goes on before it returns, to be entered anew.

/**
 * Calls and backward jumps after which the loop returns, to be entered anew. What V8 makes for a function that is
 * entered is better than what it puts in the place of one that is running: only the former knows the constants around it.
 */
export const SLICE = 5000;
export let sliceLength = SLICE;
/** Makes slices shorter, for who looks at the stack after each of them. */
export function setSliceLength(length: number): void {
  sliceLength = Math.min(length, SLICE);
}
/** The first slice, of all runs together, is short: it ends before V8 has compiled the loop for the little it has seen. */
export const FIRST_SLICE = 150;
