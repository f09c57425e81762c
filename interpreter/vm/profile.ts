// The profiler: where time and memory go, as a listener of the hook interface.
//
// The time between two events belongs to the frame that ran between them, so no stack has to be kept: exceptions and
// switches of tasks need no care. The times are those of observed code, which is slower than unobserved code by a factor;
// compare them with each other, not with a clock.

import type { Ref } from '../memory/layout.ts';
import type { Code } from './code.ts';
import { frameCode, machine } from './frames.ts';
import { statementPlaces } from './frameview.ts';
import { listen } from './hooks.ts';

/** What a method, or all toplevel code of a file, has used. */
export interface Usage {
  readonly name: string;
  readonly file: string;
  /** Line of the first statement. */
  readonly line: number;
  calls: number;
  statements: number;
  /** Nanoseconds in the frames themselves, without the frames they called. */
  nanoseconds: number;
  allocations: number;
  bytes: number;
}

export class Profile {
  private readonly byOwner = new Map<Ref, Usage>();
  private running: Usage | null = null;
  private since = performance.now();
  /** Ends the observation; the figures stay. */
  readonly end: () => void;

  /** Measures from now on. */
  constructor() {
    this.end = listen({
      call: (fp) => {
        this.enter(frameCode(fp)).calls++;
      },
      step: (fp) => {
        this.enter(frameCode(fp)).statements++;
      },
      return: (fp) => {
        this.enter(frameCode(fp));
      },
      allocate: (_type, bytes) => {
        if (machine.fp === 0) return;
        const usage = this.usageOf(frameCode(machine.fp));
        usage.allocations++;
        usage.bytes += bytes;
      },
    });
  }

  /** All usages, those that took most time first. */
  usages(): readonly Usage[] {
    return [...this.byOwner.values()].sort((a, b) => b.nanoseconds - a.nanoseconds);
  }

  /** Gives the time since the last event to whoever ran, and notes who runs now. */
  private enter(code: Code): Usage {
    const now = performance.now();
    if (this.running !== null) this.running.nanoseconds += 1e6 * (now - this.since);
    this.since = now;
    this.running = this.usageOf(code);
    return this.running;
  }

  private usageOf(code: Code): Usage {
    // Toplevel code is one entry for each module.
    let usage = this.byOwner.get(code.owner);
    if (usage === undefined) {
      const { name, file, line } = statementPlaces(code)[1] ?? { name: 'top-level scope', file: 'none', line: 0 };
      usage = { name, file, line, calls: 0, statements: 0, nanoseconds: 0, allocations: 0, bytes: 0 };
      this.byOwner.set(code.owner, usage);
    }
    return usage;
  }
}
