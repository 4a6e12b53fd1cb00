import { expect, test } from 'vitest';
import type { Fence } from '../../geo/fence.ts';
import { createFenceSet } from '../../geo/fence-set.ts';
import { createFlatTerrain } from '../../geo/terrain.ts';
import { createLocalFrame, type Enu } from '../../geo/wgs84.ts';
import { findBreach } from './breach.contract.ts';
import { circle } from './plain-flight.contract.ts';
import { createPlainTraffic, createRandomSky } from './random-sky.contract.ts';
import { acceptFlight, validateFlight } from './validate-flight.ts';

test('no accepted flight ever violates a fence, the floor, the ceiling, the reserve or separation', () => {
  let accepted = 0;
  for (let seed = 1; seed <= 500; seed += 1) {
    const sky = createRandomSky(seed);
    const verdict = validateFlight(sky.candidate, sky.world);
    expect(acceptFlight(sky.candidate, sky.world) !== undefined, `seed ${seed}`).toBe(verdict.accepted);
    if (!verdict.accepted) continue;
    accepted += 1;
    expect(findBreach(sky, verdict), `seed ${seed}`).toBeUndefined();
  }
  expect(accepted).toBeGreaterThan(60);
});

test('one more exclusion or one more flight never makes safe what was not', () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const { candidate, world, flights } = createRandomSky(seed);
    if (validateFlight(candidate, world).accepted) continue;
    const other = createRandomSky(seed + 10_000);
    const center = candidate.points[0]?.at as Enu;
    const geometry = { type: 'circle', center: world.frame.toGeo(center), radiusM: 30 } as const;
    const more = createFenceSet([...world.fences.fences, { ...circle('more', center, 30), geometry }]);
    expect(validateFlight(candidate, { ...world, fences: more }).accepted).toBe(false);
    const traffic = createPlainTraffic([
      ...flights,
      ...other.flights.map((one) => ({ ...one, id: `more-${one.id}` })),
    ]);
    expect(validateFlight(candidate, { ...world, traffic }).accepted).toBe(false);
  }
});

test('the same world elsewhere on the same latitude gets the same verdicts', () => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const { candidate, world } = createRandomSky(seed);
    const flat = { ...world, terrain: createFlatTerrain(400) };
    const { origin } = world.frame;
    const turned = origin.longitudeDeg > 0 ? -57 : 57;
    const fences = world.fences.fences.map((fence): Fence => {
      const turn = <T extends { longitudeDeg: number }>(place: T) => ({
        ...place,
        longitudeDeg: place.longitudeDeg + turned,
      });
      const { geometry } = fence;
      if (geometry.type === 'circle')
        return { ...fence, geometry: { ...geometry, center: turn(geometry.center) } };
      const polygons = geometry.polygons.map((rings) => rings.map((ring) => ring.map(turn)));
      return { ...fence, geometry: { ...geometry, polygons } };
    });
    const elsewhere = {
      ...flat,
      frame: createLocalFrame({ ...origin, longitudeDeg: origin.longitudeDeg + turned }),
      fences: createFenceSet(fences),
    };
    const [here, there] = [validateFlight(candidate, flat), validateFlight(candidate, elsewhere)];
    expect(there.verdicts.map(({ check, passed }) => [check, passed])).toEqual(
      here.verdicts.map(({ check, passed }) => [check, passed]),
    );
  }
});
