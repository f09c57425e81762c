// Bodies that need no frame.
//
// A body that hands its arguments to a builtin or intrinsic, returns one of them or a constant, or reads a field of its
// only argument: callers run a function on slots in its place.

import { builtins } from './builtin.ts';
import { CALL_HEADER, type Code, type LeafBody, Op } from './code.ts';
import { copySlot } from './slots.ts';

let resolver: ((constantWord: number) => LeafBody | null) | undefined;
/** Installs how a constant callee is recognised as a builtin or intrinsic. */
export function setLeafResolver(resolve: (constantWord: number) => LeafBody | null): void {
  resolver = resolve;
}

/** The builtin or intrinsic in a constant's slot; null if it holds something else. */
export const leafOf = (constantWord: number): LeafBody | null => resolver?.(constantWord) ?? null;

/** What code that is placed does, if that needs no frame. */
export function leafBodyOf(code: Code): LeafBody | null {
  const { ops } = code;
  if (code.isva) return null;
  if (ops[0] === Op.RETURN) return returningBody(ops[1], code.nargs);
  const length = CALL_HEADER + ops[3];
  if ((ops[0] !== Op.CALL && ops[0] !== Op.GETFIELD_NESTED) || ops[length] !== Op.RETURN) return null;
  if (ops[length + 1] !== ops[1]) return null;
  return ops[0] === Op.CALL ? callingBody(code) : nestedFieldBody(code);
}

function returningBody(operand: number, nargs: number): LeafBody | null {
  if (operand < 0) return { leaf: (_args, _n, result) => copySlot(result, -operand), name: '', field: null };
  // The callee itself is not among the arguments of a leaf.
  const index = operand / 4 - 1;
  if (index < 0 || index >= nargs - 1) return null;
  return { leaf: (args, _n, result) => copySlot(result, args[index]), name: '', field: null };
}

function callingBody({ ops, nargs }: Code): LeafBody | null {
  const n = ops[3];
  const callee = ops[CALL_HEADER];
  if (callee >= 0) return null;
  const body = leafOf(-callee);
  if (body === null) return null;
  if (n === 3 && nargs === 2 && body.name === 'getfield' && ops[CALL_HEADER + 1] === 4 && ops[CALL_HEADER + 2] < 0) {
    return fieldBody([-ops[CALL_HEADER + 2]]);
  }
  if (n !== nargs) return null;
  for (let k = 1; k < n; k++) if (ops[CALL_HEADER + k] !== 4 * k) return null;
  return body;
}

function nestedFieldBody({ ops, nargs }: Code): LeafBody | null {
  const outer = ops[CALL_HEADER + 1];
  const inner = ops[CALL_HEADER + 2];
  if (nargs !== 2 || ops[CALL_HEADER] !== 4 || outer >= 0 || inner >= 0) return null;
  return fieldBody([-outer, -inner]);
}

/** Reads a field, or a field of a field, of the only argument; `path` holds the words of the fields' names. */
function fieldBody(path: readonly number[]): LeafBody | null {
  const getfield = builtins.get('getfield');
  if (getfield === undefined) return null;
  const words = new Int32Array(2);
  const leaf = (args: Int32Array, _n: number, result: number): void => {
    words[0] = args[0];
    for (const name of path) {
      words[1] = name;
      getfield(words, 2, result);
      words[0] = result;
    }
  };
  return { leaf, name: '', field: path };
}
