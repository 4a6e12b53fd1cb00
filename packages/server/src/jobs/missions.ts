import { assignWaiting, type Clock, type Fleet, type Operations } from '@skein/core';
import type { Logger } from 'pino';

const ROUND_MS = 5000;

/** Missions begin at their time, and those that look for a drone by themselves get one; a round after the other. */
export function startMissionRounds(parts: {
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly operations: Operations;
  readonly log: Logger;
}): () => void {
  const { fleet, clock, operations, log } = parts;
  let isBusy = false;
  const round = async (): Promise<void> => {
    if (isBusy || !operations.records.accepting) return;
    isBusy = true;
    try {
      await assignWaiting({ fleet, operations, nowMs: clock.now() });
    } catch (error) {
      log.error({ error }, 'a round of missions failed');
    } finally {
      isBusy = false;
    }
  };
  return clock.every(ROUND_MS, () => void round());
}
