// Runs the syntax corpora of the reference Julia and reports what passes.
//
// From a test: `runCorpus(folder)`. By hand, with the first failures printed:
//
//     node test/syntax/corpus.ts [FILE-PREFIX] [--failures=N] [--errors]

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ParseAnswer, type ParseMode, parseAnswer } from '../../interpreter/syntax/batch.ts';
import { oracle } from '../oracle.ts';

/** One line of a corpus file. */
interface Case extends ParseAnswer {
  readonly src: string;
  readonly mode: ParseMode;
}

/** The differences between expected and given, empty if there are none. */
function differences(expected: Case, given: ParseAnswer): string[] {
  const keys = ['expr', 'lines', 'error', 'message', 'at', 'tag', 'before'] as const;
  return keys.filter((key) => JSON.stringify(expected[key]) !== JSON.stringify(given[key]));
}

export interface FileResult {
  readonly file: string;
  readonly passed: number;
  readonly total: number;
  readonly failures: readonly {
    src: string;
    expected: ParseAnswer;
    given: ParseAnswer | string;
    keys: readonly string[];
  }[];
}

/** Runs the corpus files in `folder` whose name starts with `prefix`. */
export function runCorpus(folder: string, prefix = ''): FileResult[] {
  const results: FileResult[] = [];
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.jsonl') || !file.startsWith(prefix)) continue;
    const lines = readFileSync(join(folder, file), 'utf8').trim().split('\n');
    const failures: FileResult['failures'][number][] = [];
    for (const line of lines) {
      const expected = JSON.parse(line) as Case;
      const { src, mode, ...rest } = expected;
      let given: ParseAnswer | string;
      try {
        given = parseAnswer(src, mode);
      } catch (error) {
        given = error instanceof Error ? (error.stack ?? error.message) : String(error);
      }
      const keys = typeof given === 'string' ? ['crash'] : differences(expected, given);
      if (keys.length > 0) failures.push({ src, expected: rest, given, keys });
    }
    results.push({ file, passed: lines.length - failures.length, total: lines.length, failures });
  }
  return results;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (oracle !== undefined) {
    const folder = join(oracle, 'syntax');
    const shown = Number(process.argv.find((arg) => arg.startsWith('--failures='))?.slice(11) ?? 5);
    const prefix = process.argv.slice(2).find((arg) => !arg.startsWith('--')) ?? '';
    let passed = 0;
    let total = 0;
    for (const result of runCorpus(folder, prefix)) {
      passed += result.passed;
      total += result.total;
      console.log(`${result.file.padEnd(34)} ${result.passed}/${result.total}`);
      for (const failure of result.failures.slice(0, shown)) {
        console.log(`  ${JSON.stringify(failure.src)}  [${failure.keys.join(' ')}]`);
        console.log(`    expected ${JSON.stringify(failure.expected)}`);
        console.log(
          `    given    ${typeof failure.given === 'string' ? failure.given : JSON.stringify(failure.given)}`,
        );
      }
    }
    console.log(`total ${passed}/${total}`);
  }
}
