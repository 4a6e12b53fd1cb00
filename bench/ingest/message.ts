/** Guide A's full telemetry message, 728 bytes, with the two places that change from message to message. */

const TEXT = JSON.stringify({
  sessionId: '00000000-0000-4000-8000-000000000000',
  timestamp: '2026-01-01T00:00:00.000Z',
  drone: { id: 'drone-00000', name: 'Primary Surveillance Drone', model: 'DJI-X1000', status: 'active' },
  position: { x: 150, y: 200, z: 50, gps: { latitude: 40.7128, longitude: -74.006, altitude: 50 } },
  telemetry: { battery: 85, signal: 95, temperature: 22.5, speed: 12.3, heading: 45.2 },
  sensors: {
    accelerometer: { x: 0.1, y: 0.2, z: 9.8 },
    gyroscope: { x: 0.05, y: -0.03, z: 0.01 },
    magnetometer: { x: 25.3, y: -15.7, z: 42.1 },
  },
  mission: { id: 'mission-001', waypoint: 3, totalWaypoints: 10, missionType: 'surveillance' },
  metadata: { transmissionMethod: 'websocket', dataVersion: '1.0', compression: false },
});
const BYTES = 728;

/** The message of a drone; 728 bytes. */
export function messageOf(drone: number): Buffer {
  const id = String(drone).padStart(5, '0');
  const text = TEXT.replace('drone-00000', `drone-${id}`).replace('-000000000000', `-0000000${id}`);
  const padded = text.replace(
    '"missionType":"surveillance"',
    `"missionType":"surveillance${'-'.repeat(BYTES - text.length)}"`,
  );
  return Buffer.from(padded);
}

export const TIMESTAMP_AT = TEXT.indexOf('2026-01-01');

/** Writes the instant as ISO 8601 at `at`: digits only, the day stays. */
export function writeTime(bytes: Buffer, at: number, ms: number): void {
  const put = (offset: number, value: number, digits: number) => {
    let rest = value;
    for (let digit = digits - 1; digit >= 0; digit -= 1) {
      bytes[at + offset + digit] = 48 + (rest % 10);
      rest = (rest / 10) | 0;
    }
  };
  put(8, 1 + Math.floor(ms / 86_400_000), 2);
  put(11, Math.floor(ms / 3_600_000) % 24, 2);
  put(14, Math.floor(ms / 60_000) % 60, 2);
  put(17, Math.floor(ms / 1000) % 60, 2);
  put(20, ms % 1000, 3);
}
