import type { Trajectory } from '../../geo/trajectory.ts';
import { firstConflict, type TimeSpan } from '../../geo/trajectory-conflict.ts';
import { defaultSeparation } from '../../geo/trajectory-separation.ts';
import type { TrafficCheck } from '../../geo/trajectory-traffic.ts';
import type { Situation } from '../airspace/situation.ts';

/** So far ahead is looked. */
const AHEAD_S = 60;
/** Beyond so many minima it does not matter how far. */
const MOST = 3;
const WIDE = {
  horizontalM: MOST * defaultSeparation.horizontalM,
  verticalM: MOST * defaultSeparation.verticalM,
};

/** A drone that flies on as it does. */
export function straightWay(situation: Situation, nowS: number): Trajectory {
  const { tenant, droneId, at, groundSpeedMps, headingDeg } = situation;
  const heading = Number.isFinite(headingDeg) ? (headingDeg * Math.PI) / 180 : 0;
  const flownM = groundSpeedMps * AHEAD_S;
  const knots = [0, at.eastM, at.northM, at.upM, AHEAD_S];
  knots.push(at.eastM + flownM * Math.sin(heading), at.northM + flownM * Math.cos(heading), at.upM);
  return {
    id: `${tenant}:${droneId}`,
    startS: nowS,
    knots: Float64Array.from(knots),
    afterwards: 'hovering',
  };
}

/** The smallest `max(d/D, |dz|/H)` between any two of them, or one of them and what else is committed; 3 at most. */
export function severityAmong(tracks: readonly Trajectory[], traffic: TrafficCheck, nowS: number): number {
  const span: TimeSpan = [nowS, nowS + AHEAD_S];
  const except = new Set(tracks.map(({ id }) => id));
  let least = MOST;
  const note = (severity: number | undefined): void => {
    least = Math.min(least, (severity ?? 1) * MOST);
  };
  for (const [at, one] of tracks.entries()) {
    for (const other of tracks.slice(at + 1)) note(firstConflict(one, other, WIDE, span)?.severity);
    for (const { severity } of traffic.conflicts(one, WIDE, { span, except })) note(severity);
  }
  return least;
}
