import type { FleetFrame } from '@skein/core';

/** What a gateway says without having been asked, as it comes. */

/** A push; `seq` counts those of a connection, `cursor` stands on what is never dropped. */
export interface Push {
  readonly type: string;
  readonly seq?: number;
  readonly cursor?: string;
  /** History, not the present. */
  readonly replay?: true;
  /** Happened while the connection was away. */
  readonly resumed?: true;
  readonly [field: string]: unknown;
}

export interface FleetStatusPush extends Push {
  readonly type: 'fleet_status';
  readonly timestamp: string;
  readonly total_drones: number;
  readonly active_drones: number;
  readonly online: number;
  readonly stale: number;
  readonly offline: number;
  readonly anomalies: number;
  readonly degraded: readonly string[];
}

export interface AlertPush extends Push {
  readonly type: 'alert';
  readonly alert_id: string;
  readonly drone_id: string;
  readonly alert_type: string;
  readonly state: 'raised' | 'acknowledged' | 'cleared';
}

export interface MapCluster {
  readonly cell: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly count: number;
  readonly armed: number;
  readonly anomalies: number;
  readonly stale: number;
  /** Where it is alone. */
  readonly drone_id?: string;
}

export interface ClustersPush extends Push {
  readonly type: 'telemetry_clusters';
  readonly as_of: string;
  readonly zoom: number;
  readonly total: number;
  readonly clusters: readonly MapCluster[];
}

export interface GapPush extends Push {
  readonly type: 'gap';
  readonly classes: readonly ('kept' | 'latest')[];
}

/** One drone's state, whatever message it came in. */
export interface DroneUpdate {
  readonly droneId: string;
  readonly asOf: string;
  readonly stale: boolean;
  /** Position and telemetry in guide A's form, with guide B's flat `battery` and `armed`. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Part of a snapshot, not a change. */
  readonly snapshot: boolean;
  readonly replay: boolean;
}

/** Records of many drones; `droneIds[i]` is whose `records[i]` is. */
export interface FleetUpdate extends FleetFrame {
  readonly droneIds: readonly (string | undefined)[];
  /** The words `record.status` counts. */
  readonly statuses: readonly string[];
}

/** What the application is told; every push also under its own `type`. */
export interface OperatorEvents {
  readonly state: { readonly connected: boolean };
  readonly error: { readonly code: string; readonly message: string };
  readonly telemetry: DroneUpdate;
  readonly fleet: FleetUpdate;
  readonly gone: { readonly droneIds: readonly string[] };
  readonly push: Push;
  readonly fleet_status: FleetStatusPush;
  readonly telemetry_clusters: ClustersPush;
  readonly alert: AlertPush;
  readonly gap: GapPush;
  readonly command_update: Push;
  readonly waypoint_modified: Push;
  readonly mission_assigned: Push;
  readonly mission_update: Push;
  readonly emergency_landing: Push;
  readonly coordination_update: Push;
  readonly coordination_event: Push;
  readonly analytics_live: Push;
  readonly analytics_hourly: Push;
  readonly insight: Push;
  readonly replay_ended: Push;
}
