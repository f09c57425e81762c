// Which names are operators, as far as error messages care.

const SYNTACTIC = new Set(
  [
    '=',
    '.=',
    ':=',
    '::',
    '&&',
    '||',
    '.&&',
    '.||',
    '->',
    '-->',
    '<--',
    '<-->',
    '$=',
    '~',
    '?',
    '.',
    '⩴',
    '≔',
    '≕',
  ].concat('+ - * / // \\ ^ ÷ % | & ⊻ << >> >>>'.split(' ').flatMap((op) => [`${op}=`, `.${op}=`])),
);
SYNTACTIC.delete('::');
SYNTACTIC.delete('-->');

/** Operators that are heads of their own rather than functions. */
export const isSyntacticOperator = (name: string): boolean => SYNTACTIC.has(name);

const WORDS = new Set(['in', 'isa', 'where']);

/** Would the parser take the name for an operator? */
export function isOperator(name: string): boolean {
  if (WORDS.has(name)) return true;
  return /^\.?[^\p{L}\p{N}\p{Nl}_@#!"'(),;[\]{}`\s.][^\p{L}\p{N}_@#"(),;[\]{}`\s]*$/u.test(name) || /^\.+$/.test(name);
}
