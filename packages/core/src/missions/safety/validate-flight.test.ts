import { describe, expect, it, test } from 'vitest';
import type { Fence } from '../../geo/fence.ts';
import { unknownAir } from '../energy/leg.ts';
import {
  defaultSafetyLimits,
  type FlightCandidate,
  SAFETY_CHECKS,
  type SafetyWorld,
} from './flight-candidate.ts';
import { among, at, circle, fenced, flight, frame, home, hovering, open } from './plain-flight.contract.ts';
import { START_S } from './random-sky.contract.ts';
import { validateFlight } from './validate-flight.ts';

const codes = (candidate: FlightCandidate, world: SafetyWorld = open): readonly string[] => {
  const { accepted, verdicts, violations } = validateFlight(candidate, world);
  expect(verdicts.map(({ check }) => check)).toEqual(SAFETY_CHECKS);
  expect(accepted).toBe(violations.length === 0);
  return violations.map(({ code, check }) => code ?? check);
};

test('an ordinary flight passes all thirteen checks, each with its evidence', () => {
  const { accepted, verdicts, trajectory } = validateFlight(flight, open);
  expect(accepted).toBe(true);
  expect(verdicts.every(({ evidence }) => evidence !== '')).toBe(true);
  expect(trajectory?.id).toBe('own');
});

describe('numbers that mean nothing', () => {
  const oddities: readonly (readonly [string, Partial<FlightCandidate>])[] = [
    ...[Number.NaN, Number.POSITIVE_INFINITY, -1e300, 1e7].flatMap((odd) => [
      [`a point at ${odd}`, { points: [{ at: at(odd) }] }] as const,
      [`a height of ${odd}`, { points: [{ at: at(100, 0, odd) }] }] as const,
      [`a start at ${odd}`, { from: at(odd) }] as const,
      [`a start time of ${odd}`, { startS: odd === 1e7 ? -1 : odd }] as const,
      [`a hold of ${odd} s`, { points: [{ at: at(100), holdS: odd }] }] as const,
      [`a speed of ${odd}`, { points: [{ at: at(100), groundSpeedMps: odd }] }] as const,
      [`a present speed of ${odd}`, { fromSpeedMps: odd }] as const,
      [`a present velocity of ${odd}`, { velocity: { eastMps: odd, northMps: 0 } }] as const,
      [`a battery of ${odd}`, { batteryPct: odd }] as const,
      [`a wind of ${odd}`, { air: { ...unknownAir, windEastMps: odd } }] as const,
      [`a home at ${odd}`, { pads: [{ ...home, at: at(odd) }] }] as const,
      [`a return at ${odd}`, { returnUpM: odd === 1e7 ? 2e6 : odd }] as const,
    ]),
    ['no point at all', { points: [], changed: [] }],
    ['a changed point that is not there', { changed: [3] }],
    ['the very same place', { points: [{ at: at(0) }] }],
    ['a negative speed', { points: [{ at: at(100), groundSpeedMps: -3 }] }],
    ['a hold of a month', { points: [{ at: at(100), holdS: 2.5e6 }] }],
    ['no pad', { pads: [] }],
    ['only closed pads', { pads: [{ ...home, open: false }] }],
  ];
  it.each(oddities)('%s is refused, and nothing throws', (_name, odd) => {
    expect(codes({ ...flight, ...odd }, fenced(circle('far', at(5000), 100)))).not.toEqual([]);
  });

  it('a thousand points in one place, and a thousand all over, are looked at without a throw', () => {
    const same = Array.from({ length: 1000 }, () => ({ at: at(100) }));
    expect(codes({ ...flight, points: same, changed: same.map((_, k) => k) })).toContain('WP_TOO_CLOSE');
    const points = Array.from({ length: 1000 }, (_, k) => ({ at: at((k % 2) * 500, k, 50), holdS: k }));
    expect(codes({ ...flight, points, changed: points.map((_, k) => k) })).toContain('ENERGY_RTH');
  });
});

describe('distance and height', () => {
  it('a leg behind a changed point counts as well', () => {
    const points = [{ at: at(-6000) }, { at: at(4500) }];
    expect(codes({ ...flight, points, changed: [0] })).toContain('WP_TOO_FAR');
  });

  it('the first point above a take-off is not too near to it', () => {
    const points = [{ at: at(0) }, { at: at(0) }, { at: at(100) }];
    expect(codes({ ...flight, from: at(0, 0, 0), points, changed: [1, 2] })).toEqual([]);
  });

  it.each([
    [19.9, 'ALT_FLOOR'],
    [120.1, 'ALT_CEIL'],
  ])('%d m above ground is refused: %s', (upM, code) => {
    expect(codes({ ...flight, points: [{ at: at(100, 0, upM) }] })).toContain(code);
  });

  it('a drone on the ground may take off, and one too low may climb out but not creep', () => {
    const climb = [{ at: at(0, 0, 50) }, { at: at(300) }];
    expect(codes({ ...flight, from: at(0, 0, 0), points: climb, changed: [1] })).toEqual([]);
    expect(codes({ ...flight, from: at(0, 0, 8), points: [{ at: at(100, 0, 60) }] })).toEqual([]);
    expect(codes({ ...flight, from: at(0, 0, 8), points: [{ at: at(2000, 0, 30) }] })).toContain('TERRAIN');
  });

  it('the ceiling holds between the points too', () => {
    // A gorge 60 m deep, a cell wide, right in the way.
    const postAmslM = (_row: number, column: number) => (column % 40 < 2 ? 340 : 400);
    const terrain = { tile: () => ({ cellsPerDegree: 3600, postAmslM }) };
    const points = [{ at: at(1500, 0, 100) }];
    const from = at(-1500, 0, 100);
    expect(codes({ ...flight, from, points }, { ...open, terrain })).toContain('ALT_CEIL');
  });

  it('unknown ground is never safe, nor is a way home over it', () => {
    const nowhere = { ...open, terrain: { tile: () => undefined } };
    expect(codes(flight, nowhere)).toEqual(expect.arrayContaining(['TERRAIN_UNKNOWN', 'CONTINGENCY']));
  });

  it('a home on a hill is come to from above', () => {
    const hill = { ...home, at: at(0, 400, 90) };
    const { accepted, verdicts } = validateFlight({ ...flight, pads: [hill] }, open);
    expect(accepted).toBe(true);
    const without = validateFlight(flight, open).verdicts.find(({ check }) => check === 'CONTINGENCY');
    const climbing = verdicts.find(({ check }) => check === 'CONTINGENCY');
    expect(climbing?.margin as number).toBeLessThan(without?.margin as number);
  });
});

describe('fences', () => {
  it('an exclusion on the way is entered, not only one at the point', () => {
    expect(codes(flight, fenced(circle('X', at(100), 20)))).toEqual(expect.arrayContaining(['FENCE_OUT']));
  });

  it('a start outside of the inclusions is not safe', () => {
    const inclusion = circle('in', at(500), 300, { kind: 'inclusion' });
    expect(codes({ ...flight, points: [{ at: at(400) }] }, fenced(inclusion))).toContain('FENCE_IN');
  });

  it('a fence that begins to count while it holds there counts, and one that has ceased before does not', () => {
    const within = (fromS: number, untilS: number) =>
      fenced(
        circle('later', at(200), 50, {
          windows: [{ fromMs: (START_S + fromS) * 1000, untilMs: (START_S + untilS) * 1000 }],
        }),
      );
    const holding: FlightCandidate = { ...flight, points: [{ at: at(200), holdS: 300 }, { at: at(400) }] };
    expect(codes(holding, within(200, 210))).toContain('FENCE_OUT');
    expect(codes(holding, within(0, 5))).toEqual([]);
    expect(codes(holding, within(400, 500))).toEqual([]);
    expect(codes(flight, within(3000, 3100))).toContain('FENCE_OUT');
  });

  it('at its cruise it must be able to stop before a fence behind its point', () => {
    const behind = (distanceM: number) => fenced(circle('wall', at(200 + distanceM + 100), 100));
    expect(codes(flight, behind(6))).toContain('FENCE_MARGIN');
    expect(codes(flight, behind(8))).toEqual(['KINEMATICS']);
    expect(codes(flight, behind(11))).toEqual([]);
    expect(codes({ ...flight, points: [{ at: at(200), groundSpeedMps: 5 }] }, behind(8))).toEqual([]);
  });

  it('a vehicle that goes another way is reckoned to stop first, into whatever is there', () => {
    const aside = { ...flight, velocity: { eastMps: 0, northMps: 12 } };
    expect(codes(aside)).toEqual([]);
    expect(codes(aside, fenced(circle('ahead', at(0, 45), 15)))).toContain('FENCE_OUT');
    expect(codes(flight, fenced(circle('ahead', at(0, 45), 15)))).toEqual([]);
  });

  it('an inclusion’s floor does not keep a drone on its pad, but an exclusion over it does', () => {
    const band = circle('band', at(0), 1000, {
      kind: 'inclusion',
      floor: { valueM: 0, reference: 'relative' },
    });
    const back: FlightCandidate = {
      ...{ ...flight, from: at(0, 0, 0), afterwards: 'gone', changed: [1] },
      points: [{ at: at(0) }, { at: at(200) }, { at: at(0) }, { at: at(0, 0, 0) }],
    };
    expect(codes(back, fenced(band))).toEqual([]);
    expect(
      codes(back, fenced(band, circle('lid', at(0), 10, { floor: { valueM: 20, reference: 'agl' } }))),
    ).toContain('FENCE_OUT');
  });

  it('a long level leg is followed down along its chord', () => {
    const lid = circle('below', at(2500), 200, { ceiling: { valueM: 449, reference: 'amsl' } });
    // 5 km of chord are half a metre lower in their middle than at their ends.
    const amsl = (eastM: number, altitudeAmslM: number) =>
      frame.toEnu({ ...frame.toGeo(at(eastM)), altitudeAmslM });
    const margin = defaultSafetyLimits.fences.verticalM;
    const pads = [home, { ...home, id: 'there', at: at(5000, 0, 0) }];
    const from = amsl(0, 449 + margin + 0.3);
    const points = [{ at: amsl(5000, 449 + margin + 0.3) }];
    expect(codes({ ...flight, from, points, pads }, fenced(lid))).toContain('FENCE_MARGIN');
  });
});

describe('the way home', () => {
  const wall = (more: Partial<Fence> = {}) => circle('wall', at(250), 40, more);

  it('leads around a fence where there is a way', () => {
    const from = at(250, 120);
    expect(codes({ ...flight, from, points: [{ at: at(500, 0) }] }, fenced(wall()))).toEqual([]);
  });

  it('is one way for charge and fences: not one pad for this and another for that', () => {
    // The near pad lies in a fence, the far one is out of reach.
    const near = { ...home, at: at(0, 0, 0) };
    const far = { ...home, id: 'far', at: at(60_000, 0, 0) };
    const from = at(400);
    const shut = fenced(circle('over', at(0), 30));
    expect(codes({ ...flight, from, points: [{ at: at(600) }], pads: [near, far] }, shut)).toEqual([
      'CONTINGENCY',
    ]);
  });
});

describe('others', () => {
  it('the seventeenth of those in the way counts like the first', () => {
    const parting = Array.from({ length: 16 }, (_, k) => hovering(`near-${k}`, at(-60, 0, 50)));
    const inTheWay = hovering('way', at(200));
    const candidate = { ...flight, points: [{ at: at(300) }] };
    expect(codes(candidate, among(...parting))).toEqual([]);
    expect(codes(candidate, among(...parting, inTheWay))).toEqual(['TRAFFIC_4D']);
  });

  it('who is too near already may only move away', () => {
    const world = among(hovering('near', at(30)));
    expect(codes({ ...flight, points: [{ at: at(-200) }] }, world)).toEqual([]);
    expect(codes({ ...flight, points: [{ at: at(200) }] }, world)).toEqual(['TRAFFIC_4D']);
    expect(codes({ ...flight, points: [{ at: at(-10) }] }, world)).toEqual(['TRAFFIC_4D']);
  });
});

describe('wind and speed', () => {
  it('a speed over ground that takes more airspeed than there is, is refused', () => {
    const air = { ...unknownAir, windEastMps: -9, windSigmaMps: 0 };
    expect(codes({ ...flight, air })).toContain('WIND');
    expect(codes({ ...flight, air, points: [{ at: at(200), groundSpeedMps: 6 }] })).toEqual([]);
  });

  it('a speed that it cannot fly is refused', () => {
    expect(codes({ ...flight, points: [{ at: at(200), groundSpeedMps: 40 }] })).toContain('KINEMATICS');
  });
});

test('who may not, may not', () => {
  expect(codes({ ...flight, objection: 'locked by another' })).toEqual(['AUTHZ']);
});
