/** What is safe, said once more, slowly and plainly: the oracle of safety tests and benches. */
import type { Fence } from '../../geo/fence.ts';
import { checkPoint } from '../../geo/fence-check.ts';
import { createFenceSet, type FenceSet } from '../../geo/fence-set.ts';
import { groundHeightAmslM } from '../../geo/terrain.ts';
import { positionAt, type Trajectory, trajectoryDurationS } from '../../geo/trajectory.ts';
import type { Enu } from '../../geo/wgs84.ts';
import { storedWh, toDischarge } from '../energy/battery.ts';
import { flightPowerW, toPowerModel } from '../energy/power.ts';
import type { FlightCandidate, SafetyWorld } from './flight-candidate.ts';
import { type RandomSky, START_S } from './random-sky.contract.ts';
import type { FlightVerdict } from './validate-flight.ts';

const TOLERANCE_M = 0.1;
const CLIMB_OUT_M = 51;

/** What is wrong with a flight that was accepted, looked at every so often; undefined: nothing. */
export function findBreach(
  { candidate, world, flights }: RandomSky,
  { trajectory }: FlightVerdict,
  everyS = 0.5,
): string | undefined {
  if (!trajectory) return 'no trajectory';
  const lastS = trajectory.startS + trajectoryDurationS(trajectory);
  const stayS = trajectory.afterwards === 'hovering' ? 300 : -1e-6;
  const parting = new Set(flights.filter((other) => other.id !== trajectory.id).map(({ id }) => id));
  for (let timeS = trajectory.startS; timeS <= lastS + stayS; timeS += timeS < lastS ? everyS : 10) {
    const place = positionAt(trajectory, timeS);
    if (!place) continue;
    const asked = { candidate, world, place, timeS };
    const breach = fenceBreach(asked) ?? heightBreach(asked) ?? separationBreach(asked, flights, parting);
    if (breach) return `${breach} ${(timeS - trajectory.startS).toFixed(1)} s after its start`;
  }
  return energyBreach(candidate, world, trajectory);
}

interface Asked {
  readonly candidate: FlightCandidate;
  readonly world: SafetyWorld;
  readonly place: Enu;
  readonly timeS: number;
}

const aside = (a: Enu, b: Enu) => Math.hypot(a.eastM - b.eastM, a.northM - b.northM);

function fenceBreach({ candidate, world, place, timeS }: Asked): string | undefined {
  const { frame, terrain, fences } = world;
  const home = candidate.pads[0]?.at ?? candidate.from;
  const point = { ...frame.toGeo(place), timeMs: timeS * 1000 };
  // Up from a pad and down to it an inclusion's floor does not count.
  const isAtPad = aside(place, candidate.from) < 1 || aside(place, home) < 1;
  const [violation] = checkPoint(isAtPad ? withoutFloors(fences) : fences, point, {
    ...{ terrain, homeAmslM: frame.toGeo(home).altitudeAmslM },
    margins: { horizontalM: 0, verticalM: 0 },
  });
  return violation && `${violation.fence.kind} ${violation.fence.id} by ${violation.clearanceM} m`;
}

const floorless = new WeakMap<FenceSet, FenceSet>();

function withoutFloors(fences: FenceSet): FenceSet {
  const open = ({ floor: _none, ...fence }: Fence): Fence => fence;
  const made =
    floorless.get(fences) ??
    createFenceSet(fences.fences.map((fence) => (fence.kind === 'inclusion' ? open(fence) : fence)));
  floorless.set(fences, made);
  return made;
}

function heightBreach({ candidate, world, place }: Asked): string | undefined {
  const { floorAglM, ceilingAglM } = world.limits;
  const aglM = aboveGroundM(place, world);
  const beganM = aboveGroundM(candidate.from, world);
  const isOut = aside(place, candidate.from) > CLIMB_OUT_M;
  // What began too low or too high has to come out of it at once, and never gets worse.
  if (!(aglM >= floorAglM - TOLERANCE_M) && (isOut || aglM < beganM - TOLERANCE_M))
    return `floor: ${aglM} m above ground`;
  if (!(aglM <= ceilingAglM + TOLERANCE_M) && (isOut || aglM > beganM + TOLERANCE_M))
    return `ceiling: ${aglM} m above ground`;
  return undefined;
}

function aboveGroundM(place: Enu, { frame, terrain }: SafetyWorld): number {
  const { latitudeDeg, longitudeDeg, altitudeAmslM } = frame.toGeo(place);
  return altitudeAmslM - groundHeightAmslM(terrain, latitudeDeg, longitudeDeg);
}

/** `parting` holds who has been too near from the start on. */
function separationBreach(
  { world, place, timeS }: Asked,
  flights: readonly Trajectory[],
  parting: Set<string>,
): string | undefined {
  const { horizontalM, verticalM } = world.limits.separation;
  for (const flight of flights) {
    const other = positionAt(flight, timeS);
    const isNear =
      other !== undefined &&
      aside(place, other) < horizontalM - 1e-3 &&
      Math.abs(place.upM - other.upM) < verticalM - 1e-3;
    if (!isNear) parting.delete(flight.id);
    else if (!parting.has(flight.id)) return `separation from ${flight.id}`;
    else if (timeS > START_S + 60) return `still too near to ${flight.id}`;
  }
  return undefined;
}

/** Integrates the power of the flight in the wind as it is believed, and of hovering home: the floor must be left. */
function energyBreach(
  { air, model, batteryPct, pads }: FlightCandidate,
  { limits }: SafetyWorld,
  trajectory: Trajectory,
): string | undefined {
  const power = toPowerModel(model.airframe, air.densityKgpm3);
  const durationS = trajectoryDurationS(trajectory);
  const steps = Math.max(1, Math.ceil(durationS));
  const stepS = durationS / steps;
  let energyJ = 0;
  for (let step = 0; step < steps; step += 1) {
    const a = positionAt(trajectory, trajectory.startS + step * stepS) as Enu;
    const b = positionAt(trajectory, trajectory.startS + (step + 0.999) * stepS) as Enu;
    const east = (b.eastM - a.eastM) / stepS - air.windEastMps;
    const north = (b.northM - a.northM) / stepS - air.windNorthMps;
    energyJ += stepS * flightPowerW(power, Math.hypot(east, north), Math.max(0, (b.upM - a.upM) / stepS));
  }
  const discharge = toDischarge(model.pack, power.hoverW);
  if (!discharge) return 'the pack cannot be reckoned with';
  const leftWh = storedWh(discharge, batteryPct / 100) - energyJ / 3600;
  if (!(leftWh > storedWh(discharge, limits.energy.floorPct / 100))) return `energy: ${leftWh} Wh left`;
  return pads.some(({ open }) => open) ? undefined : 'no open pad';
}
