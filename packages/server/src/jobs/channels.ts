import { type Bus, type Clock, type Fleet, judgeChannels } from '@skein/core';

const EVERY_MS = 1000;

/** Once a second: by which channels each drone is heard; a change (a fall-back) is remembered and told. */
export function startChannelWatch({
  fleet,
  clock,
  bus,
}: {
  fleet: Fleet;
  clock: Clock;
  bus: Bus;
}): () => void {
  return clock.every(EVERY_MS, () => {
    const nowMs = clock.now();
    for (const drone of fleet.all()) {
      const change = judgeChannels(drone, nowMs, fleet.options.channelAliveMs);
      if (change) bus.publish('channel_change', { drone, change });
    }
  });
}
