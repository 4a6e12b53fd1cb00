import { isTrajectoryFault, type TrajectoryFault, trajectoryDurationS } from '../../geo/trajectory.ts';
import type { FlightCandidate, Verdict } from './flight-candidate.ts';
import type { FlownRoute } from './flown-route.ts';

/** Whether the vehicle can fly it: corners, climbs and speeds; and stop before a fence (`stopping`, where it cannot). */
export function checkKinematics(
  { points, model: { airframe } }: FlightCandidate,
  route: FlownRoute | TrajectoryFault,
  stopping: Verdict | undefined,
): Verdict {
  if (isTrajectoryFault(route)) {
    const at = route.at === undefined ? '' : ` (point ${route.at + 1})`;
    return { ...FAILED, evidence: `cannot be flown: ${route.reason}${at}` };
  }
  const limit = airframe.groundSpeedMaxMps;
  const most = points.reduce((fastest, { groundSpeedMps = 0 }) => Math.max(fastest, groundSpeedMps), 0);
  if (!(most <= limit)) {
    const evidence = `${most} m/s are asked for; it flies ${limit} m/s at most`;
    return { ...FAILED, margin: limit - most, unit: 'm/s', limit, evidence };
  }
  if (stopping) return stopping;
  const evidence = `flown in ${trajectoryDurationS(route.trajectory).toFixed(0)} s within the vehicle’s limits`;
  return { check: 'KINEMATICS', passed: true, margin: limit - most, unit: 'm/s', limit, evidence };
}

const FAILED = { check: 'KINEMATICS', passed: false, code: 'KINEMATICS' } as const;
