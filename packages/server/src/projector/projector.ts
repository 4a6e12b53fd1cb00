import { extname } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import type { Retention } from '@skein/core';
import type { FromProjector, ProjectorData, ToProjector } from './protocol.ts';
import { SharedPosition } from './shared-position.ts';

export interface ProjectorEvents {
  readonly onReady: (position: number) => void;
  readonly onProjected: (report: Extract<FromProjector, { type: 'projected' }>) => void;
  readonly onTrouble: (message: Exclude<FromProjector, { type: 'projected' | 'ready' }>) => void;
  /** The thread ended although nobody asked it to. */
  readonly onFatal: (error: Error) => void;
}

const LOAD_EVERY_MS = 100;

/** The projector as the line sees it: it rings when more is durable, and hears how far the store is. */
export class Projector {
  readonly #worker: Worker;
  readonly #shared = new SharedPosition();
  readonly #ended: Promise<void>;
  #isStopping = false;
  readonly #loadTimer: NodeJS.Timeout;
  #isUp = false;

  constructor(data: Omit<ProjectorData, 'memory'>, events: ProjectorEvents) {
    const file = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
    this.#worker = new Worker(file, {
      workerData: { ...data, memory: this.#shared.memory } satisfies ProjectorData,
    });
    let before = performance.eventLoopUtilization();
    this.#loadTimer = setInterval(() => {
      const now = performance.eventLoopUtilization();
      this.#shared.setLineLoad(performance.eventLoopUtilization(now, before).utilization);
      before = now;
    }, LOAD_EVERY_MS).unref();
    this.#worker.on('message', (message: FromProjector) => this.#hear(message, events));
    this.#worker.on('error', events.onFatal);
    this.#ended = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        resolve();
        if (!this.#isStopping) events.onFatal(new Error('the projector’s thread ended by itself'));
      });
    });
  }

  /** Does the store take what it is given? */
  get isUp(): boolean {
    return this.#isUp;
  }

  get projected(): number {
    return this.#shared.projected;
  }

  /** The journal is open, and ends here: from now on there is something to carry. */
  setOpened(end: number): void {
    this.#shared.setOpened(end);
  }

  setDurable(position: number): void {
    this.#shared.setDurable(position);
  }

  expire(retention: Retention, nowMs: number): void {
    this.#post({ type: 'expire', retention, nowMs });
  }

  /** Ends after what is durable has been carried over, or after `graceMs`; what is left waits for the next start. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#loadTimer);
    this.#shared.setLineLoad(0);
    this.#post({ type: 'stop' });
    const timer = setTimeout(() => void this.#worker.terminate(), graceMs);
    await this.#ended;
    clearTimeout(timer);
  }

  #post(message: ToProjector): void {
    this.#worker.postMessage(message);
  }

  #hear(message: FromProjector, events: ProjectorEvents): void {
    if (message.type === 'projected') {
      this.#isUp = true;
      return events.onProjected(message);
    }
    if (message.type === 'ready') {
      this.#isUp = true;
      return events.onReady(message.position);
    }
    if (message.type === 'down') this.#isUp = false;
    events.onTrouble(message);
  }
}
