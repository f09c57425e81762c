// The C API of names as source text has them: which characters make a name, which names are operators.

import { continuesName, startsName, suffixesOperator } from '../../syntax/characters.ts';
import { operatorToken } from '../../syntax/print-words.ts';
import { isSyntacticOperator, isUnaryAndBinary, isUnaryOperator, type Token } from '../../syntax/tokens.ts';
import { cStringOf, intOf, setFlagResult } from './core.ts';
import { defineRuntimeFunctions, type RuntimeCall } from './table.ts';

const characterIs =
  (test: (code: number) => boolean): RuntimeCall =>
  (args, _n, result, declared) =>
    setFlagResult(result, declared, test(intOf(args[0])));

const operatorIs =
  (test: (token: Token) => boolean): RuntimeCall =>
  (args, _n, result, declared) => {
    const token = operatorToken(cStringOf(args[0]));
    setFlagResult(result, declared, token !== null && test(token));
  };

/** Words that stand between operands, and the one operator behind its operand. */
const others = new Set(['in', 'isa', 'where', "'"]);

defineRuntimeFunctions({
  jl_id_start_char: ['int (uint32_t)', characterIs(startsName)],
  jl_id_char: ['int (uint32_t)', characterIs(continuesName)],
  jl_op_suffix_char: ['int (uint32_t)', characterIs(suffixesOperator)],
  jl_is_operator: [
    'int (const char *)',
    (args, _n, result, declared) => {
      const name = cStringOf(args[0]);
      setFlagResult(result, declared, operatorToken(name) !== null || others.has(name));
    },
  ],
  jl_is_syntactic_operator: ['int (const char *)', operatorIs((token) => isSyntacticOperator(token.kind))],
  jl_is_unary_operator: ['int (const char *)', operatorIs((token) => isUnaryOperator(token.kind, token.flags))],
  jl_is_unary_and_binary_operator: [
    'int (const char *)',
    operatorIs((token) => isUnaryAndBinary(token.kind, token.flags)),
  ],
});
