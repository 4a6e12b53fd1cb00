import type { OrderReply, Timers } from '@skein/client';
import type { OrderMessage } from '@skein/core';
import type { OrderReport } from './order-tasks.ts';
import type { Simulation } from './simulation.ts';

/** Between the lines and the vehicles: what comes down reaches them, what they say goes up; late or lost where asked for. */

export interface OrderCounts {
  /** Orders that reached a drone, repeats too. */
  taken: number;
  /** Carried out. */
  executed: number;
  refused: number;
  /** Answered from memory. */
  repeated: number;
  /** Never arrived. */
  lost: number;
  acksLost: number;
  progressLost: number;
  crashes: number;
}

export interface OrderDeskParts {
  readonly simulation: Simulation;
  readonly timers: Timers;
  /** Says it for drone `i`. */
  readonly tell: (i: number, reply: OrderReply) => void;
}

/** How often ends are looked for, and how often progress is told, ms. */
const ENDS_EVERY_MS = 100;
const PROGRESS_EVERY_MS = 1000;

export class OrderDesk {
  readonly counts: OrderCounts = {
    ...{ taken: 0, executed: 0, refused: 0, repeated: 0, lost: 0 },
    ...{ acksLost: 0, progressLost: 0, crashes: 0 },
  };
  readonly #parts: OrderDeskParts;
  readonly #numberOf: ReadonlyMap<string, number>;
  /** Drones whose computer is down, and until when. */
  readonly #downUntilMs = new Map<number, number>();
  /** What they have to say when it is up again. */
  readonly #unsaid = new Map<number, OrderReport[]>();
  /** Orders whose answer is on its way, and what is to be said after it. */
  readonly #answering = new Map<string, OrderReport | undefined>();
  readonly #timers = new Set<unknown>();
  #endsAtMs = 0;
  #progressAtMs = 0;

  constructor(parts: OrderDeskParts) {
    this.#parts = parts;
    this.#numberOf = new Map(parts.simulation.ids.map((id, i) => [id, i]));
  }

  /** `reply`: to the line that brought the order, for what none of its drones can say. */
  take(order: OrderMessage, reply: (reply: OrderReply) => void): void {
    const { simulation, timers } = this.#parts;
    const { commandId, droneId } = order;
    const i = droneId === undefined && simulation.count === 1 ? 0 : this.#numberOf.get(droneId ?? '');
    if (i === undefined) {
      const message = `no such drone here: ${droneId ?? 'the order names none'}`;
      return reply({ type: 'command_ack', commandId, droneId, result: 'failed', message });
    }
    if (this.isDown(i) || simulation.orderChance.losesOrder(i)) {
      this.counts.lost += 1;
      return;
    }
    this.counts.taken += 1;
    const { command, params, ttlMs, expiresAt, epoch, clears } = order;
    const { isRepeat, result, message } = simulation.order(
      i,
      {
        ...{ commandId, command, params: toParams(params), expiresAtMs: Date.parse(expiresAt) },
        ...(typeof ttlMs === 'number' && { ttlMs }),
        ...(epoch !== undefined && epoch !== null && { epoch }),
        ...(typeof clears === 'number' && { clears }),
      },
      timers.now(),
    );
    this.#count(isRepeat, result);
    if (!isRepeat && result === 'accepted' && simulation.orderChance.crashes(i)) this.#crash(i);
    else
      this.#answer(i, {
        type: 'command_ack',
        commandId,
        droneId: simulation.ids[i],
        result,
        ...(message !== undefined && { message }),
      });
    this.#report('told');
  }

  #count(isRepeat: boolean, result: string): void {
    if (isRepeat) this.counts.repeated += 1;
    else this.counts[result === 'accepted' ? 'executed' : 'refused'] += 1;
  }

  #crash(i: number): void {
    this.counts.crashes += 1;
    this.#downUntilMs.set(i, this.#parts.timers.now() + this.#parts.simulation.orderChance.crashMs(i));
  }

  /** Its computer hears and says nothing now. */
  isDown(i: number): boolean {
    const untilMs = this.#downUntilMs.get(i);
    if (untilMs === undefined) return false;
    if (this.#parts.timers.now() < untilMs) return true;
    this.#downUntilMs.delete(i);
    return false;
  }

  #answer(i: number, reply: OrderReply): void {
    const { simulation, timers } = this.#parts;
    const delayMs = simulation.orderChance.ackDelayMs(i);
    if (delayMs === 0) return this.#sayAnswer(i, reply);
    const key = keyOf(i, reply.commandId);
    if (!this.#answering.has(key)) this.#answering.set(key, undefined);
    const timer = timers.setTimeout(() => {
      this.#timers.delete(timer);
      this.#sayAnswer(i, reply);
      const report = this.#answering.get(key);
      this.#answering.delete(key);
      if (report) this.#say(report);
    }, delayMs);
    this.#timers.add(timer);
  }

  #sayAnswer(i: number, reply: OrderReply): void {
    if (this.isDown(i) || this.#parts.simulation.orderChance.losesAck(i)) this.counts.acksLost += 1;
    else this.#parts.tell(i, reply);
  }

  /** Called again and again; tells ends ten times a second, progress once. */
  tick(): void {
    const nowMs = this.#parts.timers.now();
    if (nowMs < this.#endsAtMs) return;
    this.#endsAtMs = nowMs + ENDS_EVERY_MS;
    const isProgressDue = nowMs >= this.#progressAtMs;
    if (isProgressDue) this.#progressAtMs = nowMs + PROGRESS_EVERY_MS;
    for (const [i, reports] of this.#unsaid) {
      if (this.isDown(i)) continue;
      this.#unsaid.delete(i);
      for (const report of reports) this.#say(report);
    }
    this.#report(isProgressDue ? 'all' : 'ends');
  }

  #report(which: 'told' | 'ends' | 'all'): void {
    for (const report of this.#parts.simulation.orderReports(which)) this.#say(report);
  }

  /** No progress before the answer, and no end unsaid because the computer was down. */
  #say(report: OrderReport): void {
    const { i, commandId, progressPct, state, message } = report;
    const key = keyOf(i, commandId);
    const isEnd = state !== 'in_progress';
    if (this.#answering.has(key)) {
      if (isEnd) this.#answering.set(key, report);
    } else if (this.isDown(i)) {
      if (isEnd) this.#unsaid.set(i, [...(this.#unsaid.get(i) ?? []), report]);
    } else if (this.#parts.simulation.orderChance.losesProgress(i)) this.counts.progressLost += 1;
    else
      this.#parts.tell(i, {
        ...{ type: 'command_progress', commandId, droneId: this.#parts.simulation.ids[i], progressPct },
        ...(isEnd && state !== 'succeeded' && { result: state }),
        ...(message !== undefined && { message }),
      });
  }

  /** Ends that are known by now are told; answers still on their way are not. */
  close(): void {
    this.#report('ends');
    for (const timer of this.#timers) this.#parts.timers.clearTimeout(timer);
    this.#timers.clear();
  }
}

const keyOf = (i: number, commandId: string): string => `${i} ${commandId}`;

const toParams = (params: unknown): Readonly<Record<string, unknown>> =>
  typeof params === 'object' && params !== null ? (params as Readonly<Record<string, unknown>>) : {};
