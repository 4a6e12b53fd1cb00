import { firstConflict } from '../../geo/trajectory-conflict.ts';
import type { TrafficCheck, TrafficConflict } from '../../geo/trajectory-traffic.ts';

const MAX_REMEMBERED = 12;

/**
 * Flights that differ little meet the same others: those that were met last are asked first. `firstConflict` then tells one
 * that is in the way, not always the first; whether there is any is as exact as before.
 */
export function rememberTraffic(traffic: TrafficCheck): TrafficCheck {
  const remembered: TrafficConflict[] = [];
  return {
    conflicts: (...asked) => traffic.conflicts(...asked),
    firstConflict: (trajectory, minima, options) => {
      for (const { with: other, version } of options ? [] : remembered) {
        const conflict = other.id === trajectory.id ? undefined : firstConflict(trajectory, other, minima);
        if (conflict) return { ...conflict, with: other, version };
      }
      const found = traffic.firstConflict(trajectory, minima, options);
      if (found) remembered.unshift(found);
      remembered.length = Math.min(remembered.length, MAX_REMEMBERED);
      return found;
    },
  };
}
