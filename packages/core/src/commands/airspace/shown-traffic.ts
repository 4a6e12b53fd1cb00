import type { TrafficCheck, TrafficConflict } from '../../geo/trajectory-traffic.ts';

/**
 * The traffic as one tenant may know it: all share the sky, but whose another flight is, and what it is called, is told to
 * nobody but its own.
 */
export function showTraffic(traffic: TrafficCheck, tenant: string): TrafficCheck {
  const prefix = `${tenant}:`;
  const show = (conflict: TrafficConflict): TrafficConflict => {
    const { id } = conflict.with;
    const shown = id.startsWith(prefix)
      ? id.slice(prefix.length)
      : `another operator’s flight ${conflict.version}`;
    return { ...conflict, with: { ...conflict.with, id: shown } };
  };
  return {
    conflicts: (trajectory, minima, options) => traffic.conflicts(trajectory, minima, options).map(show),
    firstConflict: (trajectory, minima, options) => {
      const first = traffic.firstConflict(trajectory, minima, options);
      return first && show(first);
    },
  };
}
