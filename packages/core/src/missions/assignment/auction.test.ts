import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../../errors.ts';
import { auctionFleet, type FleetMatching } from './auction.ts';
import type { FleetMatchingInput } from './auction-state.ts';
import { solveMatching } from './exact-matching.ts';

const UNASSIGNED_S = 500;

interface Spot {
  readonly eastM: number;
  readonly northM: number;
  readonly skills: number;
  readonly speedMps: number;
  readonly baseS: number;
}

function inputOf(missions: readonly Spot[], drones: readonly Spot[]): FleetMatchingInput {
  const columnOf = (from: readonly Spot[], key: 'eastM' | 'northM' | 'speedMps' | 'baseS') =>
    Float64Array.from(from, (spot) => spot[key]);
  const placesOf = (from: readonly Spot[]) => ({
    eastM: columnOf(from, 'eastM'),
    northM: columnOf(from, 'northM'),
    skills: Int32Array.from(from, ({ skills }) => skills),
  });
  return {
    missions: placesOf(missions),
    drones: {
      ...placesOf(drones),
      speedMaxMps: columnOf(drones, 'speedMps'),
      baseS: columnOf(drones, 'baseS'),
    },
    costS: (mission, drone) => {
      const [to, from] = [missions[mission] as Spot, drones[drone] as Spot];
      const wayM = Math.hypot(to.eastM - from.eastM, to.northM - from.northM);
      return wayM > 3000 ? Number.POSITIVE_INFINITY : wayM / from.speedMps + from.baseS + (drone % 3);
    },
    unassignedS: UNASSIGNED_S,
  };
}

function auctioned(input: FleetMatchingInput, options = {}): FleetMatching {
  const matching = auctionFleet(input, options);
  if (isRefusal(matching)) throw new Error(JSON.stringify(matching));
  return matching;
}

/** The exact optimum: staying out is a column of its own for every mission. */
function optimum({ missions, drones, costS }: FleetMatchingInput): number {
  const [rows, droneCount] = [missions.eastM.length, drones.eastM.length];
  const columns = droneCount + rows;
  const costs = Float64Array.from({ length: rows * columns }, (_, at) => {
    const [mission, drone] = [Math.floor(at / columns), at % columns];
    if (drone >= droneCount) return UNASSIGNED_S;
    const [needed, had] = [missions.skills?.[mission] ?? 0, drones.skills?.[drone] ?? 0];
    return (needed & had) === needed ? costS(mission, drone) : Number.POSITIVE_INFINITY;
  });
  const exact = solveMatching({ rows, columns, costs });
  if (isRefusal(exact) || !exact.certificate.holds) throw new Error('no optimum');
  return exact.cost;
}

const spots = (maxLength: number, metres: fc.Arbitrary<number>) =>
  fc.array(
    fc.record({
      ...{ eastM: metres, northM: metres },
      skills: fc.constantFrom(0, 0, 1, 2, 3),
      speedMps: fc.constantFrom(5, 10, 12.5),
      baseS: fc.constantFrom(0, 0, 7),
    }),
    { maxLength },
  );

const spread = fc.double({ min: -3000, max: 3000, noNaN: true });
const depots = fc.constantFrom(0, 10, 1000);

test('the optimum of the whole problem is between the lower bound and what was found', () => {
  const worlds = fc.oneof(
    fc.tuple(spots(30, spread), spots(60, spread)),
    fc.tuple(spots(40, depots), spots(40, depots)),
    fc.tuple(spots(40, spread), spots(12, spread)),
  );
  fc.assert(
    fc.property(worlds, ([missions, drones]) => {
      const input = inputOf(missions, drones);
      const found = auctioned(input);
      const bestS = optimum(input);
      expect(found.isComplete).toBe(true);
      expect(found.lowerBoundS).toBeLessThanOrEqual(bestS + 1e-6);
      expect(found.costS).toBeGreaterThanOrEqual(bestS - 1e-6);
      expect(found.gapS).toBeLessThanOrEqual(missions.length * 2 * 20 + 1e-6);
    }),
    { numRuns: 300 },
  );
});

test('who flies can fly it, and nobody flies two', () => {
  fc.assert(
    fc.property(spots(30, spread), spots(30, spread), (missions, drones) => {
      const input = inputOf(missions, drones);
      const { droneOfMission, missionOfDrone, costS } = auctioned(input);
      let sumS = 0;
      droneOfMission.forEach((drone, mission) => {
        sumS += drone < 0 ? UNASSIGNED_S : input.costS(mission, drone);
        if (drone < 0) return;
        expect(missionOfDrone[drone]).toBe(mission);
        const needed = (missions[mission] as Spot).skills;
        expect((drones[drone] as Spot).skills & needed).toBe(needed);
      });
      expect(costS).toBeCloseTo(sumS, 6);
    }),
  );
});

test('when bids run out the rest takes what is free, and the gap is that of the whole problem', () => {
  const worlds = fc.tuple(spots(30, depots), spots(30, depots), fc.constantFrom(0.1, 0.5, 1, 1.5));
  fc.assert(
    fc.property(worlds, ([missions, drones, bidsPerMission]) => {
      const input = inputOf(missions, drones);
      const found = auctioned(input, { bidsPerMission });
      const bestS = optimum(input);
      expect(found.lowerBoundS).toBeLessThanOrEqual(bestS + 1e-6);
      expect(found.costS).toBeGreaterThanOrEqual(bestS - 1e-6);
      const isFree = (drone: number) => (found.missionOfDrone[drone] as number) < 0;
      const couldFly = (mission: number, drone: number) => {
        const needed = (missions[mission] as Spot).skills;
        return (
          ((drones[drone] as Spot).skills & needed) === needed && input.costS(mission, drone) < UNASSIGNED_S
        );
      };
      found.droneOfMission.forEach((flies, mission) => {
        if (flies < 0)
          expect(drones.some((_, drone) => isFree(drone) && couldFly(mission, drone))).toBe(false);
      });
    }),
    { numRuns: 200 },
  );
});

test('the same input gives the same assignment', () => {
  fc.assert(
    fc.property(spots(30, depots), spots(30, depots), (missions, drones) => {
      expect(auctioned(inputOf(missions, drones))).toEqual(auctioned(inputOf(missions, drones)));
    }),
    { numRuns: 30 },
  );
});

test('places without a number and columns of unequal length are refused', () => {
  const spot = { eastM: 0, northM: 0, skills: 0, speedMps: 10, baseS: 0 };
  const refuses = (mission: Partial<Spot>, drone: Partial<Spot>) =>
    isRefusal(auctionFleet(inputOf([{ ...spot, ...mission }], [{ ...spot, ...drone }])));
  expect(refuses({}, {})).toBe(false);
  expect(refuses({ eastM: Number.NaN }, {})).toBe(true);
  expect(refuses({}, { northM: Number.POSITIVE_INFINITY })).toBe(true);
  expect(refuses({}, { speedMps: 0 })).toBe(true);
  expect(refuses({}, { baseS: -1 })).toBe(true);
  const input = inputOf([spot], [spot]);
  expect(isRefusal(auctionFleet({ ...input, unassignedS: Number.NaN }))).toBe(true);
  expect(
    isRefusal(auctionFleet({ ...input, missions: { ...input.missions, northM: new Float64Array(2) } })),
  ).toBe(true);
});

test('a cost below what the way alone takes, or that is no number, is a fault', () => {
  const [near, far] = [0, 1000].map((eastM) => ({ eastM, northM: 0, skills: 0, speedMps: 10, baseS: 0 }));
  const input = inputOf([near as Spot], [far as Spot]);
  expect(() => auctionFleet({ ...input, costS: () => 99 })).toThrow('below');
  expect(() => auctionFleet({ ...input, costS: () => Number.NaN })).toThrow('below');
});
