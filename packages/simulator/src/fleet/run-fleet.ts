import type { Timers } from '@skein/client';
import type { TelemetryMessage } from '@skein/core';
import { STEP_S } from '../physics/airframe.ts';
import { PHASE } from '../physics/fleet-state.ts';
import { gaussian } from '../physics/random.ts';
import { type ConnectOptions, type Delivery, type Lines, openLines, pause, systemTimers } from './lines.ts';
import { type OrderCounts, OrderDesk, type OrderDeskParts } from './order-desk.ts';
import type { FaultLabel, Simulation } from './simulation.ts';

export interface FleetRunOptions extends ConnectOptions {
  readonly simulation: Simulation;
  /** Messages per drone and second. Default 1. */
  readonly rateHz?: number;
  /** Default: until the signal aborts. */
  readonly seconds?: number;
  /** Lines to the server; a line carries several drones when there are fewer. Default one a drone, at most 1000. */
  readonly connections?: number;
  /** Simulated seconds per second. Default 1. */
  readonly timeFactor?: number;
  readonly signal?: AbortSignal;
  /** How long to wait for the lines to open before the flight begins all the same. Default 5000 ms. */
  readonly connectTimeoutMs?: number;
  /** How long to wait at the end for what is not acknowledged. Default 10 000 ms. */
  readonly flushTimeoutMs?: number;
  /** Called about once a second. */
  readonly onProgress?: (progress: FleetProgress) => void;
  readonly timers?: Timers;
}

export interface FleetProgress extends Delivery {
  readonly elapsedS: number;
  readonly airborne: number;
  readonly ordersExecuted: number;
}

export interface FleetRun extends Delivery {
  readonly drones: number;
  readonly connections: number;
  readonly seconds: number;
  /** Orders carried out in this run. */
  readonly ordersExecuted: number;
  readonly orders: Readonly<OrderCounts>;
  /** Of each command id, the most effects it has had on one drone, in former runs too where they are remembered. */
  readonly effects: Readonly<Record<string, number>>;
  /** Not sent because a drone's link was (by a fault) lost, or its computer down. */
  readonly withheld: number;
  /** Not sent because this machine was too slow. */
  readonly skipped: number;
  readonly labels: readonly FaultLabel[];
}

const TICK_MS = 20;
const PROGRESS_MS = 1000;
/** A stall is made up for up to this; what is later is left out and counted. */
const MAX_LAG_MS = 30_000;
/** Sends in one turn of the event loop, so that acknowledgements are read meanwhile. */
const MAX_PER_TURN = 2000;
const MAX_CONNECTIONS = 1000;

/**
 * Flies the simulation in real time and sends every drone's messages, their moments spread evenly over the period;
 * executes the orders that come down the lines. Ends after `seconds` or on abort, with everything acknowledged or
 * accounted for. Throws for addresses and numbers that cannot work; a server that is away is not a fault.
 */
export async function runFleet(options: FleetRunOptions): Promise<FleetRun> {
  const { rateHz = 1, timeFactor = 1, connections = MAX_CONNECTIONS } = options;
  check(rateHz > 0 && rateHz <= 1000, 'rateHz: expected more than 0, at most 1000');
  check(timeFactor > 0 && timeFactor <= 100, 'timeFactor: expected more than 0, at most 100');
  check(connections >= 1, 'connections: expected at least 1');
  return new Run(options).fly();
}

function check(good: boolean, message: string): void {
  if (!good) throw new RangeError(message);
}

interface Delayed {
  readonly atMs: number;
  readonly i: number;
  readonly message: TelemetryMessage;
}

class Run {
  readonly #simulation: Simulation;
  readonly #options: FleetRunOptions;
  readonly #timers: Timers;
  readonly #lines: Lines;
  readonly #timeFactor: number;
  readonly #bornS: number;
  /** Messages due per millisecond, of the whole fleet. */
  readonly #perMs: number;
  readonly #desk: OrderDesk;
  #delayed: Delayed[] = [];
  #startMs = 0;
  #next = 0;
  #withheld = 0;
  #skipped = 0;

  constructor(options: FleetRunOptions) {
    const { simulation, rateHz = 1, connections = MAX_CONNECTIONS } = options;
    this.#options = options;
    this.#simulation = simulation;
    this.#timers = options.timers ?? systemTimers;
    this.#timeFactor = options.timeFactor ?? 1;
    this.#bornS = simulation.timeS;
    this.#perMs = (rateHz * simulation.count) / 1000;
    const tell: OrderDeskParts['tell'] = (i, reply) => this.#lines.tell(i, reply);
    this.#desk = new OrderDesk({ simulation, timers: this.#timers, tell });
    this.#lines = openLines(options, simulation.ids, connections, (order, reply) =>
      this.#desk.take(order, reply),
    );
  }

  async fly(): Promise<FleetRun> {
    const { signal, seconds = Number.POSITIVE_INFINITY, flushTimeoutMs = 10_000 } = this.#options;
    await this.#connect();
    this.#startMs = this.#timers.now();
    this.#simulation.begin(this.#startMs, this.#timeFactor);
    const endMs = seconds * 1000;
    let reportMs = PROGRESS_MS;
    let elapsedMs = 0;
    for (;;) {
      elapsedMs = Math.min(endMs, this.#timers.now() - this.#startMs);
      const behind = this.#advance(elapsedMs);
      if (signal?.aborted || (elapsedMs >= endMs && !behind)) break;
      this.#desk.tick();
      if (elapsedMs >= reportMs) {
        reportMs += PROGRESS_MS;
        this.#report(elapsedMs);
      }
      await pause(this.#timers, behind ? 0 : Math.min(TICK_MS, endMs - elapsedMs), signal);
    }
    this.#sendDelayed(Number.POSITIVE_INFINITY);
    this.#desk.close();
    await this.#lines.close(flushTimeoutMs);
    return this.#result(elapsedMs / 1000);
  }

  /**
   * A thousand handshakes take seconds, which must not be flight time. HTTP has nothing to open; and a server that is
   * away is waited for only a little: the lines go on trying.
   */
  async #connect(): Promise<void> {
    const { mode, signal, connectTimeoutMs = 5000 } = this.#options;
    const untilMs = this.#timers.now() + (mode === 'http' ? 0 : connectTimeoutMs);
    while (!this.#lines.connected() && this.#timers.now() < untilMs && !signal?.aborted)
      await pause(this.#timers, TICK_MS, signal);
  }

  /** Flies up to now and sends what is due: the fleet's n-th message at n / (drones · rate). True: there is more. */
  #advance(elapsedMs: number): boolean {
    const simulation = this.#simulation;
    const targetS = this.#bornS + (elapsedMs * this.#timeFactor) / 1000;
    const steps = Math.floor((targetS - simulation.timeS) / STEP_S + 1e-9);
    if (steps > 0) simulation.step(steps * STEP_S);
    const due = Math.floor(elapsedMs * this.#perMs);
    const oldest = Math.floor((elapsedMs - MAX_LAG_MS) * this.#perMs);
    if (oldest > this.#next) {
      this.#skipped += oldest - this.#next;
      this.#next = oldest;
    }
    const last = Math.min(due, this.#next + MAX_PER_TURN);
    for (; this.#next < last; this.#next++)
      this.#send(this.#next % simulation.count, this.#next / this.#perMs);
    if (this.#delayed.length > 0) this.#sendDelayed(elapsedMs);
    return this.#next < due;
  }

  #send(i: number, atMs: number): void {
    const faults = this.#simulation.faultsOf(i);
    if (faults.some(({ type }) => type === 'link_loss') || this.#desk.isDown(i)) {
      this.#withheld += 1;
      return;
    }
    const message = this.#simulation.message(i, Math.round(this.#startMs + atMs));
    const slow = faults.some(({ type }) => type === 'latency');
    if (slow) this.#delayed.push({ atMs: atMs + delayMs(i, message.seq ?? 0), i, message });
    else this.#lines.send(i, message);
  }

  #sendDelayed(elapsedMs: number): void {
    const held: Delayed[] = [];
    for (const delayed of this.#delayed) {
      if (delayed.atMs <= elapsedMs) this.#lines.send(delayed.i, delayed.message);
      else held.push(delayed);
    }
    this.#delayed = held;
  }

  #report(elapsedMs: number): void {
    const { phase } = this.#simulation.state;
    const airborne = phase.reduce((sum, now) => sum + (now >= PHASE.takeoff ? 1 : 0), 0);
    const delivery = this.#lines.delivery();
    this.#options.onProgress?.({
      ...delivery,
      elapsedS: elapsedMs / 1000,
      airborne,
      ordersExecuted: this.#desk.counts.executed,
    });
  }

  #result(seconds: number): FleetRun {
    return {
      drones: this.#simulation.count,
      connections: this.#lines.count,
      seconds,
      ...this.#lines.delivery(),
      ordersExecuted: this.#desk.counts.executed,
      orders: this.#desk.counts,
      effects: this.#simulation.orderEffects(),
      withheld: this.#withheld,
      skipped: this.#skipped,
      labels: this.#simulation.labels(),
    };
  }
}

const MEDIAN_DELAY_MS = 1500;

/** Lognormal around 1.5 s, so that messages overtake each other too. */
function delayMs(i: number, seq: number): number {
  return MEDIAN_DELAY_MS * Math.exp(0.5 * gaussian(i, seq, 0x6000));
}
