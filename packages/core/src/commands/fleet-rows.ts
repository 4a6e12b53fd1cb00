import type { DroneState } from '../fleet/drone-state.ts';
import { isOnGround } from '../fleet/ground.ts';
import type { Enu } from '../geo/wgs84.ts';
import type { MissionPriority } from '../messages/mission.ts';
import { createFleetColumns, type FleetTable, readiness } from '../missions/assignment/fleet-table.ts';
import { defaultEnergyPolicy } from '../missions/energy/leg.ts';
import type { MissionPlan } from '../missions/mission.ts';
import type { LeastEnergy } from './airspace/least-energy.ts';
import type { Site } from './airspace/site.ts';
import { toSitePlace } from './airspace/situation.ts';

/** The fleet as an assignment sees it: a row a drone. */

const RANK: Readonly<Record<MissionPriority, number>> = { low: 0, normal: 3, high: 6, critical: 10 };
export const rankOf = ({ priority }: Pick<MissionPlan, 'priority'>): number => RANK[priority];

/** What a drone says that it is not to be sent anywhere. */
const UNREADY: ReadonlySet<string> = new Set([
  ...['maintenance', 'error', 'fault', 'emergency', 'emergency_landing', 'offline', 'charging', 'disabled'],
]);

export interface FleetView {
  readonly site: Site;
  /** By drone. */
  readonly bound: ReadonlyMap<string, Pick<MissionPlan, 'priority'>>;
  readonly plan: MissionPlan;
  readonly speedMps: number;
  /** Of the first waypoint. */
  readonly firstUpM: number;
  readonly climbMps: number;
  /** What is known of the drone's own energy. */
  readonly leastOf: (drone: DroneState) => LeastEnergy;
}

export function toFleetTable(drones: readonly DroneState[], view: FleetView): FleetTable {
  const table = createFleetColumns(drones.length);
  table.speedMps.fill(view.speedMps);
  table.floorPct.fill(defaultEnergyPolicy.floorPct);
  table.windMaxMps.fill(Number.POSITIVE_INFINITY);
  for (const [row, drone] of drones.entries()) writeRow(table, row, drone, view);
  return table;
}

/** As numbers, without a drone's sample or an object a row: the fleet may be large, and the line waits. */
function writeRow(
  table: ReturnType<typeof createFleetColumns>,
  row: number,
  drone: DroneState,
  view: FleetView,
): void {
  const { leastWhPerM, hoverW, capacityWh } = view.leastOf(drone);
  const place = toSitePlace(drone.place, view.site.frame);
  table.ids.push(drone.droneId);
  table.eastM[row] = place?.eastM ?? Number.NaN;
  table.northM[row] = place?.northM ?? Number.NaN;
  table.socPct[row] = drone.batteryPct;
  table.leastWhPerM[row] = leastWhPerM;
  table.hoverW[row] = hoverW;
  table.capacityWh[row] = capacityWh;
  table.skills[row] = toSkillBits(drone, view.plan.requiredCapabilities);
  table.readiness[row] = toReadiness(drone, view);
  table.lastHeardMs[row] = drone.lastHeardMs;
  table.freeInS[row] = toClimbS(drone, place, view);
}

/** Who stands on the ground goes straight up first. */
function toClimbS(drone: DroneState, place: Enu | undefined, { firstUpM, climbMps }: FleetView): number {
  return place && isOnGround(drone) ? Math.max(0, firstUpM - place.upM) / climbMps : 0;
}

/** A bit for each capability that is asked for, in the order of the plan. */
function toSkillBits(drone: DroneState, asked: readonly string[]): number {
  // To read a drone's message again costs more than all the rest of its row.
  if (asked.length === 0) return 0;
  const { latestMessage } = drone;
  const own = (latestMessage?.drone as { capabilities?: unknown } | undefined)?.capabilities;
  const skills = new Set<unknown>(Array.isArray(own) ? own : []);
  return asked.reduce((bits, name, bit) => (skills.has(name) ? bits | (1 << bit) : bits), 0);
}

function toReadiness({ droneId, status }: DroneState, { bound, plan }: FleetView): number {
  if (UNREADY.has(status ?? '')) return readiness.notReady;
  const mission = bound.get(droneId);
  if (!mission) return readiness.ready;
  return rankOf(mission) < rankOf(plan) ? readiness.interruptible : readiness.busy;
}
