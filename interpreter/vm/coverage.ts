// Coverage: how often each line was executed, as a listener of the hook interface.
//
// A line counts when the first of its statements is executed. Lines of code that was called, but which were not reached,
// are known too, with 0. Code that was never called is not known: it was never decoded.

import type { Code } from './code.ts';
import { frameCode } from './frames.ts';
import { beginsLine, frameStatement, statementPlaces } from './frameview.ts';
import { listen } from './hooks.ts';

export class Coverage {
  private readonly counts = new Map<string, Map<number, number>>();
  private readonly known = new WeakSet<Code>();
  /** Ends the observation; the counts stay. */
  readonly end: () => void;

  /** Counts from now on. */
  constructor() {
    this.end = listen({
      step: (fp) => {
        const code = frameCode(fp);
        if (!this.known.has(code)) this.meet(code);
        const statement = frameStatement(fp);
        const places = statementPlaces(code);
        if (beginsLine(places, statement)) this.add(places[statement].file, places[statement].line, 1);
      },
    });
  }

  /** Executions by line of a file, by the path that the code was read from. */
  lines(file: string): ReadonlyMap<number, number> {
    return this.counts.get(file) ?? new Map();
  }

  files(): string[] {
    return [...this.counts.keys()];
  }

  /** What was counted in lcov's tracefile format. */
  lcov(): string {
    const records: string[] = [];
    for (const [file, lines] of this.counts) {
      records.push(`SF:${file}`);
      for (const [line, count] of [...lines].sort(([a], [b]) => a - b)) records.push(`DA:${line},${count}`);
      records.push('end_of_record');
    }
    return records.map((record) => `${record}\n`).join('');
  }

  private meet(code: Code): void {
    this.known.add(code);
    for (const { file, line } of statementPlaces(code).slice(1)) this.add(file, line, 0);
  }

  private add(file: string, line: number, times: number): void {
    if (line === 0) return;
    let lines = this.counts.get(file);
    if (lines === undefined) this.counts.set(file, (lines = new Map()));
    lines.set(line, (lines.get(line) ?? 0) + times);
  }
}
