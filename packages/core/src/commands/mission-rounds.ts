import { isRefusal } from '../errors.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { type Pairing, rollForward } from '../missions/assignment/rolling.ts';
import { createGivingWorld, type GivingWorld } from './give-mission.ts';
import { giveMatches } from './give-missions.ts';
import { matchMissions } from './match-missions.ts';
import { keepCalendar } from './mission-calendar.ts';
import type { CarriedMission } from './mission-record.ts';
import { byUrgency } from './mission-urgency.ts';
import type { Operations } from './operations.ts';
import { takeSeats } from './sequence-seats.ts';

export interface RoundParts {
  readonly fleet: Fleet;
  readonly operations: Operations;
  readonly nowMs: number;
}

/** A round must not keep everybody else waiting. */
const MAX_PER_ROUND = 32;

/**
 * Missions whose time has come, and those that were made to, are given to drones by themselves; one whose plan has not left
 * yet is taken to a better drone where that saves more than the hysteresis, and so is one that waits in a drone's sequence. What has begun is not touched.
 */
export async function assignWaiting({ fleet, operations, nowMs }: RoundParts): Promise<void> {
  keepCalendar(operations.missions, nowMs);
  const byTenant = Map.groupBy(operations.missions.live().filter(isOwn), ({ tenant }) => tenant);
  for (const [tenant, missions] of byTenant)
    await roll(missions, createGivingWorld({ tenant, nowMs, fleet, operations }));
}

const isOwn = ({ carriage, state, schedule }: CarriedMission): boolean =>
  carriage.autoAssign === true &&
  (state === 'uploading' || state === 'planned') &&
  (schedule === undefined || carriage.soughtSinceMs !== undefined);

async function roll(missions: readonly CarriedMission[], world: GivingWorld): Promise<void> {
  const unsent = missions.filter((mission) => isUnsent(mission, world));
  const waiting = missions.filter(({ state }) => state === 'planned');
  const asked = [...unsent, ...waiting].sort(byUrgency).slice(0, MAX_PER_ROUND);
  if (asked.length === 0) return;
  const movable = new Set(asked.map(({ id }) => id));
  const bound = () => new Map([...world.bound()].filter(([, mission]) => !movable.has(idOf(mission))));
  const drones = [...world.fleet.drones(world.tenant)];
  const wanted = new Set(asked.flatMap(({ carriage }) => carriage.seat?.droneId ?? []));
  const match = matchMissions(asked, drones, { ...world, bound }, wanted);
  if (isRefusal(match)) return;
  const current = asked.flatMap(({ id, droneId }): Pairing[] =>
    droneId === undefined ? [] : [{ mission: id, drone: droneId, started: false }],
  );
  const proposed = match.matches.flatMap(({ mission, drone }) =>
    drone ? [{ mission: mission.id, drone: drone.droneId }] : [],
  );
  const seats = takeSeats(asked, match, drones, world);
  const costS = (mission: string, drone: string) =>
    seats.costS(mission, drone) ?? match.costS(mission, drone);
  const { pairings } = rollForward({ current: [...current, ...seats.pairings], proposed, costS });
  const droneOf = new Map(drones.map((drone) => [drone.droneId, drone]));
  const next = new Map(pairings.map(({ mission, drone }) => [mission, droneOf.get(drone)]));
  const moving = asked.filter(({ id, droneId }) => (next.get(id)?.droneId ?? droneId) !== droneId);
  if (moving.length === 0) return;
  for (const mission of moving) takeBack(mission, world);
  const ids = new Set(moving.map(({ id }) => id));
  const matches = match.matches
    .filter(({ mission }) => ids.has(mission.id))
    .map(({ mission }) => {
      const drone = next.get(mission.id);
      return { mission, drone, costS: drone && costS(mission.id, drone.droneId) };
    });
  await giveMatches({ ...match, matches }, drones, world);
}

const idOf = (mission: object): string => String((mission as { readonly id?: unknown }).id);

/** Its plan waits for a drone that cannot be reached: nothing has left. */
function isUnsent({ tenant, state, carriage }: CarriedMission, { operations }: GivingWorld): boolean {
  const command = carriage.order && operations.ledger.find(tenant, carriage.order.commandId);
  return state === 'uploading' && carriage.order?.step === 'upload' && command?.state === 'queued';
}

/** The order is cancelled; the mission is then planned again. */
function takeBack({ tenant, carriage, droneId }: CarriedMission, { operations }: GivingWorld): void {
  if (droneId !== undefined && carriage.order)
    operations.ledger.cancel(tenant, carriage.order.commandId, 'a better drone');
}
