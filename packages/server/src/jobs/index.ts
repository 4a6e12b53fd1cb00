/** What runs by the clock; each starts here and returns its stop. */
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { OpenedOperations } from '../operations.ts';
import type { Projector } from '../projector/projector.ts';
import type { Line } from '../transports/line.ts';
import { startChannelWatch } from './channels.ts';
import { startCoordination } from './coordination.ts';
import { startEnergyWatch } from './energy.ts';
import { startMissionRounds } from './missions.ts';
import { startRetention } from './retention.ts';

export interface JobParts {
  readonly line: Line;
  readonly operations: OpenedOperations;
  readonly log: Logger;
  readonly projector: Projector;
  readonly config: Config;
}

export function startJobs({ line, operations, projector, config, log }: JobParts): () => void {
  const { fleet, clock, parts } = line;
  const { energy, charging } = operations;
  const stops = [
    startChannelWatch({ fleet, clock, bus: parts.bus }),
    startEnergyWatch({ fleet, clock, energy, charging }),
    startCoordination({ fleet, clock, operations, log, mode: config.coordination }),
    startMissionRounds({ fleet, clock, operations, log }),
    startRetention({ projector, clock, config, overload: line.overload }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
