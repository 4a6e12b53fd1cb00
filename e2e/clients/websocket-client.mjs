// A drone in Node as guide A's readers write it: connects, waits to be told so, sends a report and a line that is no JSON.
import { WebSocket } from 'ws';

const [url, apiKey] = process.argv.slice(2);
const ws = new WebSocket(url, { headers: { Authorization: `Bearer ${apiKey}` } });

ws.on('message', (data) => {
  const message = JSON.parse(data);
  process.stdout.write(`${JSON.stringify(message)}\n`);
  if (message.type === 'connection_ack') {
    ws.send(
      JSON.stringify({
        sessionId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
        timestamp: '2025-06-01T12:00:00.000Z',
        drone: { id: 'drone-001', name: 'Primary Surveillance Drone', model: 'DJI-X1000', status: 'active' },
        position: { x: 150, y: 200, z: 50, gps: { latitude: 40.7128, longitude: -74.006, altitude: 50 } },
        telemetry: { battery: 85, signal: 95, temperature: 22.5, speed: 12.3, heading: 45.2 },
        sensors: {
          accelerometer: { x: 0.1, y: 0.2, z: 9.8 },
          gyroscope: { x: 0.05, y: -0.03, z: 0.01 },
          magnetometer: { x: 25.3, y: -15.7, z: 42.1 },
        },
        mission: { id: 'mission-001', waypoint: 3, totalWaypoints: 10, missionType: 'surveillance' },
        metadata: { transmissionMethod: 'websocket', dataVersion: '1.0', compression: false },
      }),
    );
    ws.send('this is not JSON');
  } else ws.close();
});
