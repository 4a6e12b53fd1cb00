import { randomUUID } from 'node:crypto';
import {
  type Clock,
  type CoordinationMode,
  Coordinator,
  type Fleet,
  type Operations,
  TURN_MS,
} from '@skein/core';
import type { Logger } from 'pino';

/** Each second, in short turns: conflicts between drones are seen, told, and where that is wanted resolved. */
export function startCoordination({
  fleet,
  clock,
  operations,
  log,
  mode,
}: {
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly operations: Operations;
  readonly log: Logger;
  readonly mode: CoordinationMode;
}): () => void {
  const { airspace, coordination: events, avoidance: desk, conformance } = operations;
  const coordinator = new Coordinator({
    fleet,
    clock,
    airspace,
    events,
    desk,
    conformance,
    mode,
    newId: randomUUID,
  });
  const stop = clock.every(TURN_MS, () => {
    try {
      coordinator.turn();
    } catch (error) {
      log.error({ error }, 'a round of coordination failed');
    }
  });
  return () => {
    stop();
    coordinator.close();
  };
}
