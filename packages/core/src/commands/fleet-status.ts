import Type from 'typebox';
import { linkState } from '../fleet/drone-view.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { isArmed } from '../fleet/ground.ts';
import { defineCommand } from './command.ts';

const counts = {
  total_drones: Type.Integer(),
  active_drones: Type.Integer(),
  online: Type.Integer(),
  stale: Type.Integer(),
  offline: Type.Integer(),
  anomalies: Type.Integer(),
  degraded: Type.Array(Type.String()),
};

export interface FleetStatus {
  readonly total_drones: number;
  readonly active_drones: number;
  readonly online: number;
  readonly stale: number;
  readonly offline: number;
  /** Drones of which some rule holds. */
  readonly anomalies: number;
}

/** One tenant's fleet in numbers. */
export function toFleetStatus(fleet: Fleet, tenant: string, nowMs: number): FleetStatus {
  const links = { online: 0, stale: 0, offline: 0 };
  let [total, armed, anomalies] = [0, 0, 0];
  for (const drone of fleet.drones(tenant)) {
    total += 1;
    links[linkState(drone, nowMs)] += 1;
    if (isArmed(drone)) armed += 1;
    if (drone.activeRules !== 0) anomalies += 1;
  }
  return { total_drones: total, active_drones: armed, ...links, anomalies };
}

/** What every operator is told at once and every five seconds, on request. */
export const fleetStatus = defineCommand({
  type: 'fleet_status',
  replyType: 'fleet_status',
  summary: 'The fleet in numbers',
  permission: 'telemetry:read',
  bucket: 'queries',
  fields: {},
  reply: counts,
  deadlineMs: 2000,
  rest: { method: 'GET', path: '/api/fleet/status' },
  handle: (_request, { parts, tenant, nowMs }) => ({
    ...toFleetStatus(parts.fleet, tenant, nowMs),
    degraded: [...parts.degraded()],
  }),
});
