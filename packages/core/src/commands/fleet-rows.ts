import type { DroneState } from '../fleet/drone-state.ts';
import { isOnGround } from '../fleet/ground.ts';
import type { Enu } from '../geo/wgs84.ts';
import type { MissionPriority } from '../messages/mission.ts';
import {
  createFleetTable,
  type FleetRow,
  type FleetTable,
  readiness,
} from '../missions/assignment/fleet-table.ts';
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
  return createFleetTable(drones.map((drone) => toRow(drone, view)));
}

function toRow(drone: DroneState, view: FleetView): FleetRow {
  const { latest, droneId, lastHeardMs } = drone;
  const { leastWhPerM, hoverW, capacityWh } = view.leastOf(drone);
  const place: Enu | undefined = latest && toSitePlace(latest, view.site.frame);
  return {
    ...{ id: droneId, eastM: place?.eastM ?? Number.NaN, northM: place?.northM ?? Number.NaN },
    ...{
      speedMps: view.speedMps,
      socPct: latest?.batteryPct ?? Number.NaN,
      floorPct: defaultEnergyPolicy.floorPct,
    },
    ...{ leastWhPerM, hoverW, capacityWh },
    ...{ payloadMaxKg: 0, windMaxMps: Number.POSITIVE_INFINITY, zones: 0, criticalAnomalies: 0 },
    skills: toSkillBits(drone, view.plan.requiredCapabilities),
    readiness: toReadiness(drone, view),
    ...{ lastHeardMs, freeInS: toClimbS(drone, place, view), wearPct: 0, displacementS: 0 },
  };
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
