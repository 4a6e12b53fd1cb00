import { randomUUID } from 'node:crypto';
import type { Target } from './check.ts';

export type Json = Readonly<Record<string, unknown>>;

/** A complete message, the integration guide's own, of a session of its own. */
export function fullSample({ droneId }: Pick<Target, 'droneId'>) {
  return {
    ...leastSample({ droneId }),
    drone: { id: droneId, name: 'Primary Surveillance Drone', model: 'DJI-X1000', status: 'active' } as const,
    position: { x: 150, y: 200, z: 50, gps: { latitude: 40.7128, longitude: -74.006, altitude: 50 } },
    telemetry: { battery: 85, signal: 95, temperature: 22.5, speed: 12.3, heading: 45.2 },
    sensors: {
      accelerometer: { x: 0.1, y: 0.2, z: 9.8 },
      gyroscope: { x: 0.05, y: -0.03, z: 0.01 },
      magnetometer: { x: 25.3, y: -15.7, z: 42.1 },
    },
    mission: { id: 'mission-001', waypoint: 3, totalWaypoints: 10, missionType: 'surveillance' },
    metadata: { transmissionMethod: 'websocket', dataVersion: '1.0', compression: false },
  };
}

/** The least that is a telemetry message: the body of the guide's curl line. */
export function leastSample({ droneId }: Pick<Target, 'droneId'>) {
  return {
    sessionId: randomUUID(),
    timestamp: new Date().toISOString(),
    drone: { id: droneId },
    position: { x: 100, y: 200, z: 50 },
    telemetry: { battery: 85, signal: 95 },
  };
}

export function anomaly({ droneId }: Target): Json {
  return {
    sessionId: randomUUID(),
    timestamp: new Date().toISOString(),
    anomaly: { type: 'battery_low', severity: 'medium' },
    drone: { id: droneId },
  };
}

export function without(message: Json, field: string): Json {
  const { [field]: _, ...rest } = message;
  return rest;
}
