// The process that answers requests of `jl0 lower --jsonl`, and its keeper.
//
// Requests and answers go over Node's channel between processes, one at a time, so that the programs in them may write
// what they like to standard output (it is sent to standard error). A process that has not answered in time is killed.

import { type ChildProcess, spawn } from 'node:child_process';
import type { Answer } from './batch.ts';
import type { LowerMode } from './lower-answer.ts';

interface WorkerRequest {
  readonly src: string;
  readonly mode: LowerMode;
  readonly setup: readonly string[];
}

/** Each request leaves a module behind; after so many, a new process starts with an empty heap. */
const REQUESTS_PER_PROCESS = 5000;
/** What the process says once the system has started; that may mean making a system image first. */
const READY = 'ready';

/** Answers requests by means of a process that is started when needed and replaced when it fails. */
export class Worker {
  private process: ChildProcess | undefined;
  private answered = 0;
  private readonly milliseconds: number;

  constructor(seconds: number) {
    this.milliseconds = seconds * 1000;
  }

  /** The answer to one request. One at a time. */
  answer(request: WorkerRequest): Promise<Answer> {
    if (this.answered >= REQUESTS_PER_PROCESS) this.end();
    const starting = this.process === undefined;
    const child = (this.process ??= startProcess());
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const settle = (answer: Answer): void => {
        clearTimeout(timer);
        child.off('message', onMessage);
        child.off('exit', onExit);
        resolve(answer);
      };
      const onMessage = (message: unknown): void => {
        if (message === READY) return ask();
        this.answered++;
        settle(message as Answer);
      };
      const onExit = (code: number | null, signal: string | null): void => {
        this.process = undefined;
        settle({ error: 'internal', message: `the process that lowers ended with ${signal ?? `exit code ${code}`}` });
      };
      const ask = (): void => {
        child.send(request);
        timer = setTimeout(() => {
          settle({ error: 'timeout', message: `no answer after ${this.milliseconds / 1000} seconds` });
          this.end();
        }, this.milliseconds);
      };
      child.on('message', onMessage);
      child.on('exit', onExit);
      if (!starting) ask();
    });
  }

  /** Ends the process; a later request starts another. */
  end(): void {
    this.process?.kill('SIGKILL');
    this.process = undefined;
    this.answered = 0;
  }
}

function startProcess(): ChildProcess {
  const main = process.argv[1] ?? '';
  return spawn(process.execPath, [...process.execArgv, main, 'lower', '--worker'], {
    stdio: ['ignore', process.stderr, process.stderr, 'ipc'],
  });
}

/** What the process does: starts the system and answers until its parent is gone. */
export async function serve(): Promise<void> {
  const { startSession } = await import('./session.ts');
  const { lowerAnswer } = await import('./lower-answer.ts');
  const { freshPlace } = await import('./place.ts');
  const failed = startSession('', []);
  if (failed !== undefined) process.exit(failed);
  const answer = (request: WorkerRequest): Answer => {
    try {
      return lowerAnswer(request.src, request.mode, request.setup, freshPlace('M'));
    } catch (error) {
      return { error: 'internal', message: error instanceof Error ? error.message : String(error) };
    }
  };
  await new Promise<void>((resolve) => {
    process.on('message', (request) => process.send?.(answer(request as WorkerRequest)));
    process.on('disconnect', resolve);
    process.send?.(READY);
  });
}
