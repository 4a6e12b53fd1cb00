/** What runs by the clock; each starts here and returns its stop. */
import type { Bus, Clock, Fleet } from '@skein/core';
import type { Config } from '../config.ts';
import type { Projector } from '../projector/projector.ts';
import { startChannelWatch } from './channels.ts';
import { startRetention } from './retention.ts';

export interface JobParts {
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly projector: Projector;
  readonly config: Config;
}

export function startJobs(parts: JobParts): () => void {
  const stops = [startChannelWatch(parts), startRetention(parts)];
  return () => {
    for (const stop of stops) stop();
  };
}
