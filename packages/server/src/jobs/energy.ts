import type { ChargingBook, Clock, EnergyBook, Fleet } from '@skein/core';

/** Many turns a second and little in each, so that nobody waits for it. */
const TURNS_PER_S = 20;
const TURN_MS = 1000 / TURNS_PER_S;
/** Of the whole fleet, in a turn at most: 100 000 drones are gone through in ten seconds. */
const MOST_PER_TURN = 500;

/** Who flies is watched once a second; the others are looked at for being armed, and for being charged. */
export function startEnergyWatch({
  fleet,
  clock,
  energy,
  charging,
}: {
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly energy: EnergyBook;
  readonly charging: ChargingBook;
}): () => void {
  let drones = fleet.all();
  return clock.every(TURN_MS, () => {
    energy.sample(Math.ceil(energy.size / TURNS_PER_S));
    for (let left = Math.min(MOST_PER_TURN, Math.ceil(fleet.size / TURNS_PER_S)); left > 0; left -= 1) {
      const { value: drone } = drones.next();
      if (!drone) {
        drones = fleet.all();
        return;
      }
      energy.look(drone);
      charging.look(drone);
    }
  });
}
