import { type Bus, type Clock, type Fleet, judgeChannels } from '@skein/core';

/** A large fleet is looked at a part at a time, so that nobody waits for it. */
const PARTS_PER_ROUND = 20;
const ROUND_MS = 1000;

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
  let drones = fleet.all();
  return clock.every(ROUND_MS / PARTS_PER_ROUND, () => {
    const nowMs = clock.now();
    for (let count = Math.ceil(fleet.size / PARTS_PER_ROUND); count > 0; count -= 1) {
      const { value: drone } = drones.next();
      if (!drone) {
        drones = fleet.all();
        return;
      }
      const change = judgeChannels(drone, nowMs, fleet.options.channelAliveMs);
      if (change) bus.publish('channel_change', { drone, change });
    }
  });
}
