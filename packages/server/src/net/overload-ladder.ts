/**
 * What is shed under overload, in this order, a rung at a time. Emergency landings, answers of vehicles, critical anomalies
 * and the health pages are on no rung. RELIABILITY 2.5.
 */
export const OVERLOAD_RUNGS = [
  /** Dashboards are told less often. */
  'dashboards',
  /** What runs in the background waits. */
  'background',
  /** Questions to history and replays are refused. */
  'history',
  'new_dashboards',
  /** New drones are let in at a bounded rate. */
  'new_drones',
  /** Sockets whose drones stand on the ground are read a part of the time only. */
  'idle_sockets',
] as const;
export type OverloadRung = (typeof OVERLOAD_RUNGS)[number];

export interface LoadReading {
  /** p99 of the event loop's delay. */
  readonly loopDelayMs: number;
  /** Of the journal's room, what is taken. */
  readonly queueShare: number;
  /** Of the memory there is, what the process holds. */
  readonly memoryShare: number;
}

export interface LadderState {
  /** So many rungs are shed. */
  readonly level: number;
  /** Readings in a row that were too high, or low enough. */
  readonly high: number;
  readonly low: number;
}

export const groundState: LadderState = { level: 0, high: 0, low: 0 };

/** Of each, where overload begins; it has ended at half of it. */
const OVERLOAD_LIMITS: LoadReading = { loopDelayMs: 100, queueShare: 0.5, memoryShare: 0.7 };
const LEFT_AT = 0.5;
/** One stall is none: a rung is a matter of so many readings in a row. */
const UP_AFTER = 3;
const DOWN_AFTER = 5;

/** Above 1: overload. The worst of all counts. */
export function pressureOf(reading: LoadReading): number {
  const { loopDelayMs, queueShare, memoryShare } = OVERLOAD_LIMITS;
  return Math.max(
    reading.loopDelayMs / loopDelayMs,
    reading.queueShare / queueShare,
    reading.memoryShare / memoryShare,
  );
}

export function stepLadder({ level, high, low }: LadderState, reading: LoadReading): LadderState {
  const pressure = pressureOf(reading);
  if (pressure > 1) {
    const isNext = high + 1 >= UP_AFTER;
    return {
      level: Math.min(OVERLOAD_RUNGS.length, level + Number(isNext)),
      high: isNext ? 0 : high + 1,
      low: 0,
    };
  }
  if (pressure >= LEFT_AT || level === 0) return { level, high: 0, low: 0 };
  const isNext = low + 1 >= DOWN_AFTER;
  return { level: level - Number(isNext), high: 0, low: isNext ? 0 : low + 1 };
}
