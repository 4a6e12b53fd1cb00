import { describe, expect, it, test } from 'vitest';
import { groundHeightAmslM } from '../../geo/terrain.ts';
import type { Enu } from '../../geo/wgs84.ts';
import { findBreach } from './breach.contract.ts';
import { type FlightCandidate, SAFETY_CHECKS, type SafetyWorld } from './flight-candidate.ts';
import { among, at, circle, fenced, flight, home, hovering, open } from './plain-flight.contract.ts';
import { createRandomSky, START_S } from './random-sky.contract.ts';
import { type Alternative, suggestAlternatives } from './suggest-alternatives.ts';
import { acceptFlight, validateFlight } from './validate-flight.ts';

const suggest = (candidate: FlightCandidate, world: SafetyWorld): readonly Alternative[] =>
  suggestAlternatives(candidate, world, validateFlight(candidate, world));

const farM = (a: Enu, b: Enu) => Math.hypot(a.eastM - b.eastM, a.northM - b.northM, a.upM - b.upM);

const isNowhereWorse = (one: Alternative, other: Alternative, wish: Enu): boolean =>
  farM(one.at, wish) <= farM(other.at, wish) &&
  one.cost.timeS <= other.cost.timeS &&
  one.cost.energyPct <= other.cost.energyPct;

/** Every place of a coarse grid around the wish and around the start. */
function* gridOf({
  candidate,
  world,
}: {
  candidate: FlightCandidate;
  world: SafetyWorld;
}): Generator<FlightCandidate> {
  const index = candidate.changed.at(-1) as number;
  const wish = candidate.points[index] as (typeof candidate.points)[number];
  for (const center of [wish.at, candidate.from])
    for (const eastM of [-150, -50, 0, 50, 150])
      for (const northM of [-150, -50, 0, 50, 150])
        for (const aglM of [25, 60, 110]) {
          const place = { eastM: center.eastM + eastM, northM: center.northM + northM, upM: 0 };
          const { latitudeDeg, longitudeDeg, altitudeAmslM } = world.frame.toGeo(place);
          const groundAmslM = groundHeightAmslM(world.terrain, latitudeDeg, longitudeDeg);
          const moved = { ...wish, at: { ...place, upM: groundAmslM - altitudeAmslM + aglM } };
          yield { ...candidate, points: candidate.points.with(index, moved) };
        }
}

test('alternatives pass every check again, violate nothing, and none is worse than another in everything', () => {
  let refused = 0;
  let answered = 0;
  for (let seed = 1; seed <= 250; seed += 1) {
    const sky = createRandomSky(seed);
    const verdict = validateFlight(sky.candidate, sky.world);
    if (verdict.accepted) continue;
    refused += 1;
    const found = suggestAlternatives(sky.candidate, sky.world, verdict);
    if (found.length >= 3) answered += 1;
    const wish = sky.candidate.points[sky.candidate.changed.at(-1) as number]?.at as Enu;
    for (const [rank, each] of found.entries()) {
      const again = validateFlight(each.candidate, sky.world);
      expect(again.violations, `seed ${seed}: ${each.text}`).toEqual([]);
      expect(again.verdicts).toHaveLength(SAFETY_CHECKS.length);
      expect(findBreach({ ...sky, candidate: each.candidate }, again), `seed ${seed}`).toBeUndefined();
      expect(each.score).toBeGreaterThanOrEqual(found[rank - 1]?.score ?? 0);
      expect(each.validUntilS).toBeGreaterThan(START_S);
      const better = found.find((other) => other !== each && isNowhereWorse(other, each, wish));
      expect(better?.text, `seed ${seed}: ${each.text}`).toBeUndefined();
    }
  }
  expect(answered).toBeGreaterThan(refused / 3);
});

test('where there is none, no place of a grid would do either', () => {
  let empty = 0;
  for (let seed = 1; seed <= 250; seed += 1) {
    const sky = createRandomSky(seed);
    if (validateFlight(sky.candidate, sky.world).accepted || suggest(sky.candidate, sky.world).length > 0)
      continue;
    empty += 1;
    const missed = [...gridOf(sky)].find((candidate) => acceptFlight(candidate, sky.world));
    expect(missed, `seed ${seed}`).toBeUndefined();
  }
  expect(empty).toBeGreaterThan(10);
});

const kinds = (found: readonly Alternative[]) =>
  new Set(found.flatMap(({ changes }) => Object.keys(changes)));

describe('what is suggested', () => {
  it('where somebody hovers: higher, beside, short of it', () => {
    const found = suggest(flight, among(hovering('other', at(200))));
    expect(found.length).toBeGreaterThanOrEqual(3);
    expect(found.map(({ text }) => text)).toContain('same place, 33 m higher');
    expect([...kinds(found)]).toEqual(expect.arrayContaining(['alt_m', 'east_m']));
    expect(found.every(({ clears }) => clears.includes('TRAFFIC_4D'))).toBe(true);
  });

  it('before somebody who passes: later', () => {
    const crossing = {
      ...{ id: 'crossing', startS: START_S, afterwards: 'gone' as const },
      knots: Float64Array.from([0, 100, -150, 50, 40, 100, 250, 50]),
    };
    const later = suggest(flight, among(crossing)).find(({ changes }) => 'delay_s' in changes);
    expect(later?.delayS).toBeGreaterThan(1);
    expect(later?.delayS).toBeLessThan(60);
    expect(later?.text).toMatch(/^same place, \d+ s later$/);
  });

  it('with a fence on the way: around it, to the very place', () => {
    const around = suggest(flight, fenced(circle('X', at(100), 30))).find(({ via }) => via.length > 0);
    expect(around?.at).toEqual(at(200));
    expect(around?.text).toMatch(/around the fences by \d+ turning points/);
  });

  it('in a fence: the nearest place beside it', () => {
    const found = suggest(flight, fenced(circle('X', at(220), 60)));
    const nearest = Math.min(...found.map((each) => farM(each.at, at(200))));
    expect(nearest).toBeGreaterThan(46);
    expect(nearest).toBeLessThan(65);
  });

  it.each([
    [5, 20],
    [150, 120],
  ])('at %d m: the nearest legal height', (upM, legalM) => {
    const found = suggest({ ...flight, points: [{ at: at(200, 0, upM) }] }, open);
    const same = found.find((each) => each.at.eastM === 200 && each.at.northM === 0);
    expect(Math.abs((same?.at.upM as number) - legalM)).toBeLessThan(1);
  });

  it('too far for its charge: as far as it may, and with more charge', () => {
    const far: FlightCandidate = { ...flight, batteryPct: 45, points: [{ at: at(2500) }] };
    const found = suggest(far, open);
    const farthest = Math.max(...found.filter(({ delayS }) => delayS === 0).map((each) => each.at.eastM));
    expect(farthest).toBeGreaterThan(200);
    const beyond = { ...far, points: [{ at: at(farthest + 2500 * 0.02) }] };
    expect(validateFlight(beyond, open).accepted).toBe(false);
    expect(found.map(({ text }) => text).join()).toMatch(/after charging to \d+ % at home, in about \d+ min/);
  });

  it('against the wind: slower', () => {
    const air = { ...flight.air, windEastMps: -9, windSigmaMps: 0 };
    const slower = suggest({ ...flight, air }, open).find(({ changes }) => 'speed_mps' in changes);
    expect(slower?.changes['speed_mps']).toBe(6);
  });

  it('where another drone could do it: that one, checked like any', () => {
    const others = () => [
      { droneId: 'D-2', candidate: { ...flight, id: 'D-2', from: at(300) } },
      { droneId: 'D-3', candidate: { ...flight, id: 'D-3', batteryPct: 1 } },
    ];
    const flat = { ...flight, batteryPct: 1 };
    const found = suggest(flat, { ...open, others });
    expect(found.map(({ changes }) => changes['drone_id']).filter(Boolean)).toContain('D-2');
    expect(found.map(({ changes }) => changes['drone_id'])).not.toContain('D-3');
  });

  it('nothing that another place would not help: a lock, an unreadable point', () => {
    expect(suggest({ ...flight, objection: 'locked' }, open)).toEqual([]);
    expect(suggest({ ...flight, points: [{ at: at(Number.NaN) }] }, open)).toEqual([]);
    expect(suggest(flight, open)).toEqual([]);
    expect(suggest({ ...flight, pads: [{ ...home, open: false }] }, open)).toEqual([]);
  });
});
