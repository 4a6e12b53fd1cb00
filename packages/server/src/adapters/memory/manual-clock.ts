import type { Clock } from '@skein/core';

interface Task {
  readonly everyMs: number;
  readonly run: () => void;
  nextMs: number;
}

/** A clock that stands still until it is told to go on: for replay and for tests of what time does. */
export class ManualClock implements Clock {
  readonly #tasks = new Set<Task>();
  readonly #startMs: number;
  #elapsedMs = 0;

  constructor(startMs = Date.UTC(2025, 5, 1, 12)) {
    this.#startMs = startMs;
  }

  now(): number {
    return this.#startMs + this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  every(ms: number, run: () => void): () => void {
    const task = { everyMs: ms, run, nextMs: this.#elapsedMs + ms };
    this.#tasks.add(task);
    return () => this.#tasks.delete(task);
  }

  /** Runs what falls due on the way, each at its own moment, the earlier first. */
  advance(ms: number): void {
    const untilMs = this.#elapsedMs + ms;
    for (let next = this.#next(untilMs); next; next = this.#next(untilMs)) {
      this.#elapsedMs = next.nextMs;
      next.nextMs += next.everyMs;
      next.run();
    }
    this.#elapsedMs = untilMs;
  }

  #next(untilMs: number): Task | undefined {
    const due = [...this.#tasks].filter(({ nextMs }) => nextMs <= untilMs);
    return due.toSorted((a, b) => a.nextMs - b.nextMs)[0];
  }
}
