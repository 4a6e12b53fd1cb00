import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newSession, telemetryOf } from './messages.ts';
import { post, request } from './requests.ts';
import { createHome, type Home, type Server } from './server.ts';

/** Geofences from outside: made, listed, kept through a kill, broken by a drone, and in the way of a waypoint. */

const square = (west: number, south: number, sizeDeg: number) => ({
  type: 'Polygon',
  coordinates: [
    [
      [west, south],
      [west + sizeDeg, south],
      [west + sizeDeg, south + sizeDeg],
      [west, south + sizeDeg],
      [west, south],
    ],
  ],
});
const [LAT, LON] = [47.3977, 8.5456];
const droneAt = (latitude: number, longitude: number) => ({
  ...telemetryOf({ droneId: 'drone-1', sessionId: newSession(), timestamp: new Date().toISOString() }),
  position: { x: 0, y: 0, z: 50, gps: { latitude, longitude, altitude: 538 } },
  telemetry: { battery: 90, signal: 90, temperature: 20, speed: 0, heading: 0 },
});

describe('geofences', () => {
  let home: Home;
  let server: Server;
  beforeAll(async () => {
    home = await createHome({
      settings: { AUTH_MODE: 'open', LOG_LEVEL: 'warn', SITE_ORIGIN: `${LAT},${LON},488` },
    });
    server = await home.start();
  });
  afterAll(async () => home?.remove());

  const ask = (path: string, body?: object, method = 'POST') =>
    body ? post(`${server.httpUrl}${path}`, body) : request(`${server.httpUrl}${path}`, { method });

  it('are made, listed, exported and deleted, and what is no fence is refused by its field', async () => {
    const made = await ask('/api/geofences', {
      name: 'Hospital',
      kind: 'exclusion',
      geometry: square(LON + 0.002, LAT, 0.001),
    });
    expect(made).toMatchObject({ status: 200, body: { status: 'accepted', geofence: { name: 'Hospital' } } });
    const { geofenceId } = made.body['geofence'] as { geofenceId: string };
    expect((await ask('/api/geofences', undefined, 'GET')).body['geofences']).toHaveLength(1);
    const exported = await ask('/api/geofences/export/geojson', undefined, 'GET');
    expect(exported.body['document']).toMatchObject({ type: 'FeatureCollection' });
    const crooked = await ask('/api/geofences', {
      name: 'X',
      kind: 'wall',
      geometry: square(LON, LAT, 0.001),
    });
    expect(crooked).toMatchObject({ status: 400, body: { error: { details: { field: 'kind' } } } });
    const empty = await ask('/api/geofences', {
      name: 'X',
      kind: 'exclusion',
      geometry: { type: 'Polygon', coordinates: [] },
    });
    expect(empty).toMatchObject({ status: 400, body: { error: { code: 'VALIDATION_ERROR' } } });
    expect((await ask(`/api/geofences/${geofenceId}`, undefined, 'DELETE')).status).toBe(200);
    expect((await ask(`/api/geofences/${geofenceId}`, undefined, 'DELETE')).status).toBe(404);
    expect((await ask('/api/geofences', undefined, 'GET')).body['geofences']).toEqual([]);
  });

  it('[S12] stand in the way of a waypoint, which is refused with safe alternatives, also after a kill', async () => {
    await ask('/api/drone/telemetry', droneAt(LAT, LON));
    await ask('/api/geofences/import', {
      document: {
        type: 'Feature',
        properties: { name: 'School', kind: 'exclusion' },
        geometry: square(LON + 0.001, LAT - 0.001, 0.002),
      },
    });
    const waypoint = { latitude: LAT, longitude: LON + 0.002, altitude: 548 };
    const refuse = () =>
      ask('/api/drones/drone-1/waypoint', { newWaypoint: waypoint, modificationReason: 'look' });
    const refused = await refuse();
    expect(refused).toMatchObject({
      status: 422,
      body: { status: 'rejected', error: { code: 'SAFETY_VIOLATION', details: { reason: 'geofence' } } },
    });
    expect((refused.body['alternativeSuggestions'] as unknown[]).length).toBeGreaterThanOrEqual(3);
    expect(refused.body['verdicts']).toHaveLength(13);
    await server.kill9();
    server = await home.start();
    expect(await refuse()).toMatchObject({
      status: 422,
      body: { error: { details: { reason: 'geofence' } } },
    });
  });

  it('tell at once when a drone is where it must not be', async () => {
    await ask('/api/drone/telemetry', droneAt(LAT, LON + 0.002));
    await expect
      .poll(async () => (await ask('/api/anomalies?type=geofence_breach', undefined, 'GET')).body['items'], {
        timeout: 5000,
      })
      .toMatchObject([{ anomalyType: 'geofence_breach' }]);
  });
});
