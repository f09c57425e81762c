// How slots are called in printed code. As in Julia: by name, with the slot's number behind `@_` where the name is empty
// or not the only one of its kind, and `_` for an argument that has no name.

import { isPlainName } from '../syntax/print-words.ts';
import type { CodeInfo } from './code.ts';

/** The names that Julia shows for the slots of `code`. */
export function shownSlotNames(code: CodeInfo): string[] {
  const first = new Map<string, number>();
  const repeated = new Set<string>();
  const shown: string[] = [];
  code.slotnames.forEach(({ name }, index) => {
    if (name === '#unused#') {
      shown.push('_');
      return;
    }
    const known = first.get(name);
    if (known === undefined && name !== '') {
      first.set(name, index);
      shown.push(name);
      return;
    }
    if (known !== undefined && !repeated.has(name)) {
      repeated.add(name);
      shown[known] = `${name}@_${known + 1}`;
    }
    shown.push(`${name}@_${index + 1}`);
  });
  return shown;
}

/** Words that mean something of their own where a statement or an operand begins. */
const reserved = new Set(
  `goto return unreachable enter invoke builtin dynamic intrinsic unknown if not with scope true false nothing NaN NaN32
   Inf Inf32 Main Base Core CodeInfo Expr QuoteNode GlobalRef Symbol φ φᶜ ϒ π svec slots nargs var where in isa new
   Int8 Int16 Int32 Int128 BigInt reinterpret method module baremodule end`.split(/\s+/),
);

/** Is this name of a slot read back as the slot's, wherever it stands? */
export function isReadableSlotName(name: string): boolean {
  const [, base = '', number] = /^(.*?)(@_\d+)?$/s.exec(name) ?? [];
  if (reserved.has(base)) return false;
  if (base === '') return number !== undefined;
  if (/^_\d*$/.test(base)) return false;
  return (
    base.split('#').every((part, i, parts) => {
      if (part === '') return true;
      // `#3` is a block; a part behind `#` may begin with a digit if it is not the only one
      if (i > 0 && /^\d/.test(part))
        return parts.length > 2 ? isPlainName(`x${part}`) : parts[0] !== '' && isPlainName(`x${part}`);
      return isPlainName(part);
    }) && !/^#+$/.test(base)
  );
}

/** The names by which `code` refers to its slots in text that is read back. */
export function writtenSlotNames(code: CodeInfo): string[] {
  return shownSlotNames(code).map((name, i) =>
    isReadableSlotName(name) && !code.slotnames[i].name.includes('@') ? name : `_${i + 1}`,
  );
}
