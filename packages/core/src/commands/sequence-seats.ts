import { isRefusal } from '../errors.ts';
import type { DroneState } from '../fleet/drone-state.ts';
import type { Pairing } from '../missions/assignment/rolling.ts';
import { checkMissionFlight } from './choose-for-mission.ts';
import { type GivingWorld, planToFly } from './give-mission.ts';
import type { MissionMatch } from './match-missions.ts';
import type { CarriedMission, SequenceSeat } from './mission-record.ts';

/** Missions that wait for their turn with a drone. */

/** A mission whose drone is later by more is anybody's. */
const LATE_MS = 60_000;
/** Charge is told in whole per cents. */
const NEARLY_PCT = 1;
/** Exact looks in one round; each takes a millisecond or two. */
const MAX_LOOKS = 8;

export interface Seats {
  readonly pairings: readonly Pairing[];
  /** What waiting costs; undefined where the drone is no seat. */
  readonly costS: (mission: string, drone: string) => number | undefined;
}

/**
 * Each holds its place: who is next with its drone, once that can fly, is given to it; the others keep a place with the cost
 * of waiting for it, which another drone must beat.
 */
export function takeSeats(
  asked: readonly CarriedMission[],
  match: MissionMatch,
  drones: readonly DroneState[],
  world: GivingWorld,
): Seats {
  const costs = new Map<string, number>();
  const pairings: Pairing[] = [];
  const droneOf = new Map(drones.map((drone) => [drone.droneId, drone]));
  let looks = MAX_LOOKS;
  for (const [droneId, seated] of Map.groupBy(findSeated(asked, world.nowMs), ({ seat }) => seat.droneId)) {
    const drone = droneOf.get(droneId);
    const [head] = seated;
    const mayBegin = head && drone && looks > 0 && isDue(head, drone, world);
    if (mayBegin) looks -= 1;
    const begins = mayBegin && canBegin(head, drone, { match, world });
    for (const each of seated) {
      const isFirst = begins && each === head;
      const name = isFirst ? droneId : `${droneId} ${each.seat.place}`;
      if (!isFirst) costs.set(`${each.mission.id} ${name}`, waitS(each.seat, world.nowMs));
      pairings.push({ mission: each.mission.id, drone: name, started: false });
    }
  }
  return { pairings, costS: (mission, drone) => costs.get(`${mission} ${drone}`) };
}

/** In the order of their places. */
function findSeated(asked: readonly CarriedMission[], nowMs: number): readonly Seated[] {
  return asked
    .flatMap((mission): readonly Seated[] => {
      const { seat } = mission.carriage;
      const isHeld = mission.state === 'planned' && seat && nowMs <= seat.startsAtMs + LATE_MS;
      return isHeld ? [{ mission, seat }] : [];
    })
    .sort((a, b) => a.seat.place - b.seat.place);
}

interface Seated {
  readonly mission: CarriedMission;
  readonly seat: SequenceSeat;
}

const waitS = ({ startsAtMs, energyS }: SequenceSeat, nowMs: number): number =>
  Math.max(0, startsAtMs - nowMs) / 1000 + energyS;

/** Free, and charged as it was to be, or its time has come. */
function isDue({ seat }: Seated, { droneId, batteryPct }: DroneState, world: GivingWorld): boolean {
  if (world.bound().has(droneId)) return false;
  return batteryPct >= (seat.chargedToPct ?? 0) - NEARLY_PCT || world.nowMs >= seat.startsAtMs;
}

function canBegin(
  { mission }: Seated,
  drone: DroneState,
  { match, world }: { readonly match: MissionMatch; readonly world: GivingWorld },
): boolean {
  if (!Number.isFinite(match.costS(mission.id, drone.droneId))) return false;
  if (match.matches.some((each) => each.mission.id === mission.id && each.drone === drone)) return true;
  const checked = checkMissionFlight(planToFly(mission), world.airspace.situationNow(drone), world);
  return !isRefusal(checked) && checked.verdict.accepted;
}
