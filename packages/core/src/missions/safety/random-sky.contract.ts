/** Random skies: ground, fences, others, and a flight that somebody wants. */
import type { Fence, FenceLimit } from '../../geo/fence.ts';
import { createFenceSet } from '../../geo/fence-set.ts';
import { createFlatTerrain, groundHeightAmslM, type Terrain } from '../../geo/terrain.ts';
import { isTrajectoryFault, type Trajectory } from '../../geo/trajectory.ts';
import { firstConflict } from '../../geo/trajectory-conflict.ts';
import { createTrajectory, type FlightLeg } from '../../geo/trajectory-route.ts';
import type { TrafficCheck, TrafficConflict } from '../../geo/trajectory-traffic.ts';
import { createLocalFrame, type Enu, type LocalFrame } from '../../geo/wgs84.ts';
import { CALIBRATED_SIGMA, unknownModel } from '../energy/energy-model.ts';
import { defaultSafetyLimits, type FlightCandidate, type SafetyWorld } from './flight-candidate.ts';
import { createRandom } from './random.contract.ts';

export const START_S = 1_800_000_000;
const GROUND_AMSL_M = 400;

type Random = () => number;
const between = (random: Random, least: number, most: number) => least + random() * (most - least);
const pick = <T>(random: Random, of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
const times = <T>(count: number, make: (at: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, at) => make(at));

/** Asks every flight. */
export function createPlainTraffic(flights: readonly Trajectory[]): TrafficCheck {
  const conflicts: TrafficCheck['conflicts'] = (own, minima, { span, except, limit } = {}) =>
    flights
      .flatMap((other): readonly TrafficConflict[] => {
        if (other.id === own.id || except?.has(other.id)) return [];
        const conflict = firstConflict(own, other, minima, span);
        return conflict ? [{ ...conflict, with: other, version: 1 }] : [];
      })
      .sort((a, b) => a.lostS - b.lostS || (a.with.id < b.with.id ? -1 : 1))
      .slice(0, limit);
  return { conflicts, firstConflict: (...asked) => conflicts(...asked)[0] };
}

/** Hills of a few hundred metres, as posts of a grid. */
function createHills(random: Random): Terrain {
  const [amplitudeM, east, north] = [between(random, 0, 60), between(random, 5, 40), between(random, 5, 40)];
  const postAmslM = (row: number, column: number) =>
    GROUND_AMSL_M + amplitudeM * Math.sin(row / north) * Math.cos(column / east);
  return { tile: () => ({ cellsPerDegree: 1200, postAmslM }) };
}

export interface RandomSky {
  readonly world: SafetyWorld;
  readonly candidate: FlightCandidate;
  readonly flights: readonly Trajectory[];
}

export interface SkyOptions {
  /** Of its side. */
  readonly sizeM?: number;
  readonly traffic?: (flights: readonly Trajectory[]) => TrafficCheck;
}

export function createRandomSky(
  seed: number,
  { sizeM = 1500, traffic = createPlainTraffic }: SkyOptions = {},
): RandomSky {
  const random = createRandom(seed);
  const origin = {
    latitudeDeg: between(random, -65, 65),
    longitudeDeg: between(random, -180, 180),
    altitudeAmslM: GROUND_AMSL_M,
  };
  const frame = createLocalFrame(origin);
  const terrain = random() < 0.5 ? createFlatTerrain(GROUND_AMSL_M) : createHills(random);
  const place = (upM: number): Enu => onGround({ frame, terrain }, randomPlace(random, sizeM), upM);
  const fences = times(Math.floor(random() * 6), (at) => randomFence(random, { frame, at, sizeM }));
  const flights = times(Math.floor(random() ** 2 * 25), (at) => randomFlight(random, place, `F-${at}`));
  const world: SafetyWorld = {
    ...{ frame, terrain, fences: createFenceSet(fences), traffic: traffic(flights) },
    limits: defaultSafetyLimits,
  };
  return { world, candidate: randomCandidate(random, place), flights };
}

const randomPlace = (random: Random, sizeM: number): Enu => ({
  eastM: between(random, -sizeM / 2, sizeM / 2),
  northM: between(random, -sizeM / 2, sizeM / 2),
  upM: 0,
});

/** At a height above the ground there. */
function onGround({ frame, terrain }: Pick<SafetyWorld, 'frame' | 'terrain'>, place: Enu, upM: number): Enu {
  const { latitudeDeg, longitudeDeg, altitudeAmslM } = frame.toGeo(place);
  return { ...place, upM: groundHeightAmslM(terrain, latitudeDeg, longitudeDeg) - altitudeAmslM + upM };
}

interface FencePlan {
  readonly frame: LocalFrame;
  readonly at: number;
  readonly sizeM: number;
}

function randomFence(random: Random, { frame, at, sizeM }: FencePlan): Fence {
  const isInclusion = random() < 0.2;
  const center = randomPlace(random, isInclusion ? sizeM / 4 : sizeM);
  const radiusM = isInclusion ? between(random, sizeM / 3, sizeM) : between(random, 20, sizeM / 5);
  const corners = times(3 + Math.floor(random() * 5), () => between(random, 0.4, 1));
  const ring = corners.map((part, corner) => {
    const angle = (2 * Math.PI * corner) / corners.length;
    return frame.toGeo({
      eastM: center.eastM + part * radiusM * Math.cos(angle),
      northM: center.northM + part * radiusM * Math.sin(angle),
      upM: 0,
    });
  });
  const limit = (leastM: number, mostM: number): FenceLimit => {
    const valueM = between(random, leastM, mostM);
    const reference = pick(random, ['amsl', 'relative', 'agl'] as const);
    return { reference, valueM: reference === 'amsl' ? valueM + GROUND_AMSL_M : valueM };
  };
  const fromMs = (START_S + between(random, -300, 600)) * 1000;
  return {
    ...{
      id: `fence-${at}`,
      name: '',
      kind: isInclusion ? 'inclusion' : 'exclusion',
      action: 'hold',
      marginM: 0,
    },
    group: Math.floor(random() * 2),
    geometry:
      random() < 0.5
        ? { type: 'circle', center: frame.toGeo(center), radiusM }
        : { type: 'polygon', polygons: [[ring]] },
    ...(random() < 0.3 && { floor: limit(0, isInclusion ? 10 : 80) }),
    ...(random() < 0.4 && { ceiling: limit(90, 160) }),
    windows: random() < 0.3 ? [{ fromMs, untilMs: fromMs + between(random, 20, 600) * 1000 }] : [],
  };
}

type Place = (upM: number) => Enu;

function randomFlight(random: Random, place: Place, id: string): Trajectory {
  const speedMps = between(random, 4, 14);
  const legs: FlightLeg[] = times(1 + Math.floor(random() * 3), () => ({
    ...place(between(random, 25, 110)),
    speedMps,
    holdS: random() < 0.3 ? between(random, 0, 120) : 0,
  })).slice();
  const startS = START_S + between(random, -200, 300);
  const start = place(between(random, 0, 100));
  const afterwards = random() < 0.5 ? 'hovering' : 'gone';
  const made = createTrajectory({ id, startS, start, legs, afterwards });
  if (isTrajectoryFault(made)) throw new Error(made.reason);
  return made;
}

function randomCandidate(random: Random, place: Place): FlightCandidate {
  const isDown = random() < 0.3;
  const from = place(isDown ? 0 : between(random, 15, 125));
  const points = times(1 + Math.floor(random() ** 2 * 4), () => ({
    at: place(between(random, 15, 125)),
    ...(random() < 0.3 && { groundSpeedMps: between(random, 2, 15) }),
    ...(random() < 0.2 && { holdS: between(random, 0, 90) }),
  }));
  const first = points[0] as (typeof points)[number];
  const climb = isDown ? [{ at: { ...from, upM: Math.max(from.upM + 20, first.at.upM) } }] : [];
  const home = { id: 'home', at: isDown ? from : place(0), open: random() < 0.95 };
  const others = times(Math.floor(random() * 3), (at) => ({
    ...{ id: `pad-${at}`, at: place(0), open: random() < 0.7 },
  }));
  const isMoving = !isDown && random() < 0.3;
  return {
    ...{ id: 'own', startS: START_S, from, fromSpeedMps: isMoving ? between(random, 0, 15) : 0 },
    points: [...climb, ...points],
    changed: points.map((_, at) => at + climb.length),
    afterwards: 'hovering',
    batteryPct: between(random, 15, 100),
    model: { ...unknownModel, relativeSigma: CALIBRATED_SIGMA },
    air: {
      windEastMps: between(random, -6, 6),
      windNorthMps: between(random, -6, 6),
      windSigmaMps: between(random, 0, 2),
      densityKgpm3: 1.2,
    },
    pads: [home, ...others],
  };
}
