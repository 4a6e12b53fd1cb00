import { totalmem } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Clock, type Refusal, refuse } from '@skein/core';
import type { Logger } from 'pino';
import {
  groundState,
  type LadderState,
  type LoadReading,
  OVERLOAD_RUNGS,
  type OverloadRung,
  stepLadder,
} from './overload-ladder.ts';

export interface OverloadOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Of the journal's room, what is taken. */
  readonly queueShare: () => number;
  /** In place of the process's own numbers. */
  readonly read?: () => LoadReading;
}

const EVERY_MS = 1000;
const RETRY_S = 10;
/** New drones a second while that is shed. */
const ADMITTED_PER_S = 20;

/** How overloaded this process is, asked by whatever can do less. */
export class Overload {
  readonly #options: OverloadOptions;
  readonly #delay = monitorEventLoopDelay({ resolution: 20 });
  readonly #stop: () => void;
  #state: LadderState = groundState;
  #admitted = 0;
  #admittedSinceMs = 0;

  constructor(options: OverloadOptions) {
    this.#options = options;
    this.#delay.enable();
    this.#stop = options.clock.every(EVERY_MS, () => this.#look());
  }

  get level(): number {
    return this.#state.level;
  }

  sheds(rung: OverloadRung): boolean {
    return this.#state.level > OVERLOAD_RUNGS.indexOf(rung);
  }

  /** What is shed now, as `degraded` tells it. */
  degraded(): readonly string[] {
    return OVERLOAD_RUNGS.slice(0, this.#state.level).map((rung) => `overload_${rung}`);
  }

  /** Refuses what is shed. */
  refuse(rung: OverloadRung): Refusal | undefined {
    return this.sheds(rung)
      ? refuse('SERVICE_UNAVAILABLE', { reason: 'overload', shed: rung }, { retryAfterS: RETRY_S })
      : undefined;
  }

  /** New drones beyond the rate of admission, while that is shed. */
  refuseDrone(): Refusal | undefined {
    if (!this.sheds('new_drones')) return undefined;
    const nowMs = this.#options.clock.monotonic();
    if (nowMs - this.#admittedSinceMs >= 1000) {
      this.#admittedSinceMs = nowMs;
      this.#admitted = 0;
    }
    this.#admitted += 1;
    return this.#admitted > ADMITTED_PER_S ? this.refuse('new_drones') : undefined;
  }

  close(): void {
    this.#stop();
    this.#delay.disable();
  }

  #look(): void {
    const reading = this.#options.read?.() ?? this.#read();
    const before = this.#state.level;
    this.#state = stepLadder(this.#state, reading);
    const { level } = this.#state;
    if (level === before) return;
    const rung = OVERLOAD_RUNGS[Math.max(level, before) - 1];
    this.#options.log.warn(
      { ...reading, level, rung },
      level > before ? 'overload: shed' : 'overload: taken up again',
    );
  }

  #read(): LoadReading {
    const loopDelayMs = this.#delay.percentile(99) / 1e6;
    this.#delay.reset();
    const { queueShare } = this.#options;
    return { loopDelayMs, queueShare: queueShare(), memoryShare: process.memoryUsage.rss() / memoryBytes() };
  }
}

/** What a container may take, or else all there is. */
const memoryBytes = (): number => Math.min(process.constrainedMemory() || totalmem(), totalmem());
