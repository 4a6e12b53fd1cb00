import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Trajectory } from '../../geo/trajectory.ts';
import { AIRCRAFT_KINDS } from './aircraft-kinds.ts';
import { NOW_S } from './random-sky.contract.ts';
import { createSky, type Sky } from './sky.ts';
import { SkyScan } from './sky-scan.ts';

const scan = new SkyScan();
const { fleet, stranger, manned } = AIRCRAFT_KINDS;
const conflictOf = (sky: Sky) => scan.scan(sky, NOW_S).conflicts[0];

/** Two drones that stand in the air, so far apart. */
function twoAt(apartM: number, kind: number = fleet): Sky {
  const sky = createSky(2);
  sky.kind.set([fleet, kind]);
  sky.eastM[1] = apartM;
  sky.upM.fill(60);
  return sky;
}

/** East through the first drone's place now, then north. */
function planOf(turnAfterS: number, speedMps = 10): Trajectory {
  const knots = [0, -10 * speedMps, 0, 60, 10 + turnAfterS, speedMps * turnAfterS, 0, 60];
  knots.push(110 + turnAfterS, speedMps * turnAfterS, 100 * speedMps, 60);
  return { id: 'P', startS: NOW_S - 10, knots: Float64Array.from(knots), afterwards: 'hovering' };
}

function planned(turnAfterS: number, apartM: number): Sky {
  const sky = twoAt(apartM);
  sky.eastMps[0] = 10;
  sky.plans[0] = planOf(turnAfterS);
  return sky;
}

test('a drone that keeps to its plan turns where the plan does, one without a plan flies on', () => {
  expect(conflictOf(planned(5, 150))).toBeUndefined();
  expect(conflictOf(planned(19, 150))).toMatchObject({ inS: 10, by: ['intent', 'state'] });
  const free = planned(5, 150);
  free.plans[0] = undefined;
  expect(conflictOf(free)).toMatchObject({ inS: 10, by: ['state', 'state'] });
});

test('a drone off its plan is judged by what it flies; in doubt by both, and either is enough', () => {
  for (const [offM, by] of [
    [0, undefined],
    [19, undefined],
    [21, 'state'],
    [39, 'state'],
    [41, 'state'],
  ] as const) {
    const sky = planned(5, 150);
    sky.northM[0] = -offM;
    sky.northM[1] = -offM;
    expect(conflictOf(sky)?.by[0]).toBe(by);
  }
  const [doubtful, gone] = [30, 50].map((offM) => {
    const sky = planned(19, 150);
    sky.northM[0] = -offM;
    // Only the plan leads to the other.
    sky.northMps[0] = -10;
    sky.eastMps[0] = 0;
    return conflictOf(sky);
  });
  expect(doubtful?.by).toEqual(['intent', 'state']);
  expect(gone).toBeUndefined();
});

test('a drone that flies another way than its plan is in doubt, but not at a corner', () => {
  const away = planned(19, 150);
  away.eastMps[0] = 0;
  away.northMps[0] = 10;
  away.northM[1] = 150;
  away.eastM[1] = 0;
  expect(conflictOf(away)?.by).toEqual(['state', 'state']);
  const corner = planned(1, 150);
  corner.eastMps[0] = 0;
  corner.northMps[0] = 10;
  corner.northM[1] = 150;
  corner.eastM[1] = -45;
  expect(conflictOf(corner)).toBeUndefined();
});

test('two plans are believed for a minute', () => {
  const sky = planned(100, 0);
  const other = planOf(100);
  const knots = other.knots.map((value, at) => (at % 4 === 1 ? 1000 - value : value));
  sky.plans[1] = { ...other, id: 'Q', knots };
  sky.eastM[1] = 1000;
  sky.eastMps[1] = -10;
  expect(conflictOf(sky)).toMatchObject({ by: ['intent', 'intent'] });
  expect(conflictOf(sky)?.inS).toBeCloseTo(47.5, 6);
});

test('silence grows: who was in conflict when heard still is, and at 4 s 60 m are added', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 400, noNaN: true }),
      fc.double({ min: 3.001, max: 9, noNaN: true }),
      (apartM, ageS) => {
        const [young, old] = [twoAt(apartM), twoAt(apartM)];
        young.ageS[0] = ageS;
        old.ageS[0] = ageS + 1;
        if (conflictOf(young)) expect(conflictOf(old)).toBeDefined();
      },
    ),
  );
  const sky = twoAt(109);
  sky.ageS[0] = 4;
  expect(conflictOf(sky)).toMatchObject({
    inS: 0,
    needHorizontalM: 110,
    needVerticalM: 27,
    by: ['silent', 'state'],
  });
  sky.eastM[1] = 111;
  expect(conflictOf(sky)).toBeUndefined();
});

test('for a lost link its contingency stands, else the place where it can have got to, until it is forgotten', () => {
  const sky = twoAt(150);
  sky.ageS[0] = 11;
  expect(conflictOf(sky)).toMatchObject({ by: ['lost', 'state'], needHorizontalM: 200 });
  sky.contingencies[0] = planOf(19);
  expect(conflictOf(sky)).toMatchObject({ by: ['lost', 'state'], inS: 10, needHorizontalM: 50 });
  sky.contingencies[0] = planOf(5);
  expect(conflictOf(sky)).toBeUndefined();
  sky.contingencies[0] = undefined;
  sky.ageS[0] = 1801;
  expect(conflictOf(sky)).toBeUndefined();
});

test('a stranger has wider minima, and may climb or sink where it does not say', () => {
  const sky = twoAt(99, stranger);
  expect(conflictOf(sky)).toMatchObject({ needHorizontalM: 100, needVerticalM: 30, resolveS: 30 });
  sky.upM[1] = 120;
  expect(conflictOf(sky)).toBeUndefined();
  sky.upMps[1] = Number.NaN;
  expect(conflictOf(sky)?.inS).toBeCloseTo(3, 9);
  const strangers = twoAt(0, stranger);
  strangers.kind[0] = manned;
  expect(conflictOf(strangers)).toBeUndefined();
});

test('manned aircraft are kept well clear of, whatever they say of their climb', () => {
  const sky = twoAt(-6000, manned);
  sky.eastMps[1] = 60;
  sky.upM[1] = 250;
  sky.upMps[1] = 50;
  expect(conflictOf(sky)).toBeUndefined();
  sky.eastM[1] = -2500;
  expect(conflictOf(sky)).toMatchObject({ needHorizontalM: 609.6, worstS: 2500 / 60 });
  expect(conflictOf(sky)?.inS).toBeCloseTo((250 - 60 - 76.2) / 10, 9);
});

test('against manned traffic a drone is judged along its plan', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -3000, max: 3000, noNaN: true }),
      fc.double({ min: -60, max: 60, noNaN: true }),
      (northM, northMps) => {
        const straight = twoAt(1500, manned);
        straight.northM[1] = northM;
        straight.northMps[1] = northMps;
        straight.eastMps[0] = 10;
        const along = { ...straight, plans: [planOf(200), undefined] };
        const [one, other] = [conflictOf(straight), conflictOf(along)];
        expect(one === undefined).toBe(other === undefined);
        if (one && other) expect(other.inS).toBeCloseTo(one.inS, 6);
      },
    ),
  );
});

test('a time that is not finite is refused by a throw', () => {
  expect(() => scan.scan(twoAt(1), Number.NaN)).toThrow(RangeError);
});
