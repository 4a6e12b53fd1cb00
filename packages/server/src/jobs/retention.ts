import type { Clock } from '@skein/core';
import type { Config } from '../config.ts';
import type { Overload } from '../net/overload.ts';
import type { Projector } from '../projector/projector.ts';

const EVERY_MS = 3_600_000;
const FIRST_MS = 60_000;
const DAY_MS = 86_400_000;

/** Hourly: the store drops what is older than its tier keeps; the projector does it between two batches. */
export function startRetention({
  projector,
  clock,
  config,
  overload,
}: {
  projector: Projector;
  clock: Clock;
  config: Config;
  /** It can wait for an hour. */
  overload: Overload;
}): () => void {
  const expire = () =>
    !overload.sheds('background') &&
    projector.expire(
      {
        telemetryMs: config.retentionTelemetryDays * DAY_MS,
        anomaliesMs: config.retentionAnomaliesDays * DAY_MS,
      },
      clock.now(),
    );
  const first = setTimeout(expire, FIRST_MS).unref();
  const stop = clock.every(EVERY_MS, expire);
  return () => {
    clearTimeout(first);
    stop();
  };
}
