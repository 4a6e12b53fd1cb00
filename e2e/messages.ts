import { randomUUID } from 'node:crypto';

/** Guide A's message (728 bytes as JSON) with what makes each one its own. */
export interface Written {
  readonly droneId: string;
  readonly sessionId: string;
  readonly seq?: number;
  readonly timestamp?: string;
}

export function telemetryOf({ droneId, sessionId, seq, timestamp = new Date().toISOString() }: Written) {
  return {
    sessionId,
    timestamp,
    ...(seq !== undefined && { seq }),
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

export const newSession = (): string => randomUUID();
