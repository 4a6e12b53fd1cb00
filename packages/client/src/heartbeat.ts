import type { Timers } from './timers.ts';

export interface HeartbeatOptions {
  readonly timers: Timers;
  readonly intervalMs: number;
  /** A server that need not answer (guide A's) is not missed until it has answered once. */
  readonly answersExpected: boolean;
  readonly beat: () => void;
  /** Two beats in a row stayed without an answer. */
  readonly lost: () => void;
}

/** Beats at once and then at each interval. Whatever is heard counts as an answer. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #timer: unknown;
  #unanswered = 0;
  #answered: boolean;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#answered = options.answersExpected;
    if (options.intervalMs > 0) this.#tick();
  }

  heard(): void {
    this.#unanswered = 0;
  }

  answered(): void {
    this.#answered = true;
  }

  stop(): void {
    this.#options.timers.clearTimeout(this.#timer);
  }

  #tick(): void {
    const { timers, intervalMs, beat, lost } = this.#options;
    if (this.#answered && this.#unanswered >= 2) {
      lost();
      return;
    }
    this.#unanswered += 1;
    this.#timer = timers.setTimeout(() => this.#tick(), intervalMs);
    beat();
  }
}
