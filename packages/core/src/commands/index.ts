/** Every command of the operators. A new one is a file, and a line here. */
import { acknowledgeAlert } from './acknowledge-alert.ts';
import { assignMission } from './assign-mission.ts';
import { assignMissions } from './assign-missions.ts';
import { cancelCommand } from './cancel-command.ts';
import { cancelMission } from './cancel-mission.ts';
import { chargingSchedule } from './charging-schedule.ts';
import type { Command, RequestOf } from './command.ts';
import { coordinationOverride } from './coordination-override.ts';
import { createGeofence } from './create-geofence.ts';
import { createMissionCommand } from './create-mission.ts';
import { deleteGeofence } from './delete-geofence.ts';
import { droneEnergy } from './drone-energy.ts';
import { emergencyLand } from './emergency-land.ts';
import { emergencyLandAll } from './emergency-land-all.ts';
import { exportGeofences } from './export-geofences.ts';
import { exportMission } from './export-mission.ts';
import { fleetStatus } from './fleet-status.ts';
import { getCommand } from './get-command.ts';
import { getCoordination } from './get-coordination.ts';
import { getMission } from './get-mission.ts';
import { importGeofences } from './import-geofences.ts';
import { importMission } from './import-mission.ts';
import { listCharging } from './list-charging.ts';
import { listCoordination } from './list-coordination.ts';
import { listFlights } from './list-flights.ts';
import { listGeofences } from './list-geofences.ts';
import { listMissions } from './list-missions.ts';
import { live } from './live.ts';
import { modifyWaypoint } from './modify-waypoint.ts';
import { pauseMission } from './pause-mission.ts';
import { replay } from './replay.ts';
import { resume } from './resume.ts';
import { resumeMission } from './resume-mission.ts';
import { subscribeTelemetry } from './subscribe-telemetry.ts';
import { unsubscribeTelemetry } from './unsubscribe-telemetry.ts';
import { vehicleCommand } from './vehicle-command.ts';

export const operatorCommands = [
  subscribeTelemetry,
  unsubscribeTelemetry,
  fleetStatus,
  acknowledgeAlert,
  resume,
  cancelCommand,
  coordinationOverride,
  listCoordination,
  getCoordination,
  listFlights,
  emergencyLand,
  emergencyLandAll,
  vehicleCommand,
  getCommand,
  modifyWaypoint,
  assignMission,
  assignMissions,
  cancelMission,
  createMissionCommand,
  exportMission,
  getMission,
  importMission,
  listMissions,
  pauseMission,
  resumeMission,
  createGeofence,
  deleteGeofence,
  exportGeofences,
  importGeofences,
  listGeofences,
  droneEnergy,
  listCharging,
  chargingSchedule,
  replay,
  live,
] as const;

const byType: ReadonlyMap<string, Command> = new Map(
  operatorCommands.map((command) => [command.type, command as unknown as Command]),
);

/** Undefined: no command is called so. */
export function findCommand(type: unknown): Command | undefined {
  return typeof type === 'string' ? byType.get(type) : undefined;
}

export type OperatorCommandName = (typeof operatorCommands)[number]['type'];
type Named<Name extends OperatorCommandName> = Extract<
  (typeof operatorCommands)[number],
  { readonly type: Name }
>;

/** The fields of a request, beside `type` and `request_id`. */
export type OperatorRequest<Name extends OperatorCommandName> = RequestOf<Named<Name>['fields']>;

/** What comes back where it was accepted. */
export type OperatorReply<Name extends OperatorCommandName> = RequestOf<Named<Name>['reply']> & {
  readonly type: Named<Name>['replyType'];
  readonly success: true;
  readonly status: 'accepted';
  readonly request_id?: string;
  readonly timestamp: string;
};
