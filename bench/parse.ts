// How fast source becomes syntax: node bench/parse.ts [FILE...]
//
// Without files, programs are generated: of ordinary code, of long lines, of deep expressions, of strings. Each is
// parsed at three sizes; the time per byte must not grow with the size. The first line is what a cold start costs.

import { readFileSync } from 'node:fs';

const begun = performance.now();
const { parseAll } = await import('../interpreter/syntax/index.ts');
const loaded = performance.now();
parseAll('x = 1');
const ready = performance.now();
console.log(`load ${(loaded - begun).toFixed(0)} ms, first parse ${(ready - loaded).toFixed(0)} ms`);

const ordinary = (i: number): string => `
"""
    step${i}(state, input)

Advance \`state\` by one \`input\`; see [\`run${i}\`](@ref).
"""
function step${i}(state::State{T}, input::AbstractVector{<:Real}; scale=1.0, shift::Int=0) where {T}
    total = zero(T)
    for (k, x) in enumerate(input)   # running sum
        if x < 0 && !state.negative[k]
            throw(DomainError(x, "element $k of step $(state.name) is negative"))
        elseif isnan(x)
            continue
        end
        total += scale * x^2 - shift / max(1, k % ${i + 2})
        state.sums[k, end] = [total x; x total][1, 2]
    end
    return map(y -> y + total, filter(!isnan, state.history))
end
`;

const kinds: Record<string, (i: number) => string> = {
  'ordinary code': ordinary,
  'a long line': (i) => `a${i} + b[${i}] * f(c, ${i}.5) - `,
  'nested calls': (i) => `f(${'g('.repeat(40)}x${i}${')'.repeat(40)})\n`,
  strings: (i) => `s${i} = "text with $(name[${i}]) and \\n escapes \\u00e9" * raw"c:\\dir"\n`,
  matrices: (i) => `m${i} = [1 2 3; 4 -5 6; x${i} y' z]\n`,
};

function generate(make: (i: number) => string, size: number): string {
  const parts: string[] = [];
  let length = 0;
  for (let i = 0; length < size; i++) {
    const part = make(i);
    parts.push(part);
    length += part.length;
  }
  return make(0).endsWith('\n') ? parts.join('') : `${parts.join('')}0`;
}

/** Megabytes per second, the best of five runs. */
function speed(text: string): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 5; run++) {
    const start = performance.now();
    const { status } = parseAll(text);
    if (status !== 'ok') throw new Error('the text does not parse');
    best = Math.min(best, performance.now() - start);
  }
  return text.length / best / 1000;
}

const files = process.argv.slice(2);
if (files.length > 0) {
  const text = files.map((file) => readFileSync(file, 'utf8')).join('\n');
  console.log(`${files.length} files, ${text.length} bytes: ${speed(text).toFixed(1)} MB/s`);
} else {
  speed(generate(ordinary, 1e6));
  for (const [name, make] of Object.entries(kinds)) {
    const speeds = [1e5, 1e6, 1e7].map((size) => speed(generate(make, size)).toFixed(1).padStart(5));
    console.log(`${name.padEnd(16)} 0.1, 1, 10 MB: ${speeds.join(' ')} MB/s`);
  }
}
