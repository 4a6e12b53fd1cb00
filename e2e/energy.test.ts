import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSimulation, runFleet } from '../packages/simulator/src/index.ts';
import { newSession, telemetryOf } from './messages.ts';
import { post, request } from './requests.ts';
import { createHome, type Home, type Server } from './server.ts';
import type { Json } from './socket.ts';

/** Energy from outside: what a drone has left, what was learned of it, when it charged and when it should. */

const [LAT, LON, GROUND_M] = [47.3977, 8.5456, 488];
const session = newSession();
/** Event times of a while ago: samples come faster than the drones' clocks go. */
let eventMs = Date.now() - 3_000_000;

interface Told {
  readonly battery: number;
  readonly armed: boolean;
  readonly status: string;
  readonly upM?: number;
}

function toMessage(droneId: string, seconds: number, { battery, armed, status, upM = 0 }: Told) {
  eventMs += seconds * 1000;
  return {
    ...telemetryOf({ droneId, sessionId: session, timestamp: new Date(eventMs).toISOString() }),
    drone: { id: droneId, armed, status },
    position: { x: 0, y: 0, z: upM, gps: { latitude: LAT, longitude: LON, altitude: GROUND_M + upM } },
    telemetry: { battery, signal: 90, temperature: 20, speed: 0, heading: 0 },
  };
}

describe('energy', () => {
  let home: Home;
  let server: Server;
  beforeAll(async () => {
    home = await createHome({
      settings: { AUTH_MODE: 'open', LOG_LEVEL: 'warn', SITE_ORIGIN: `${LAT},${LON},${GROUND_M}` },
    });
    server = await home.start();
  });
  afterAll(async () => home?.remove());

  const tell = async (droneId: string, seconds: number, told: Told) => {
    const reply = await post(`${server.httpUrl}/api/drone/telemetry`, toMessage(droneId, seconds, told));
    expect(reply.status).toBe(200);
  };
  const get = async (path: string) => (await request(`${server.httpUrl}${path}`)).body;
  const sessions = async (droneId: string) =>
    ((await get('/api/charging/sessions'))['sessions'] as Json[]).filter(
      (each) => each['droneId'] === droneId,
    );

  it('tells what is left, the way home with its margin, and how far it reaches', async () => {
    await tell('still', 1, { battery: 80, armed: true, status: 'hover', upM: 50 });
    const energy = await get('/api/drones/still/energy');
    expect(energy).toMatchObject({
      ...{ droneId: 'still', soc: 0.8, canReturn: true, reason: 'reachable', remainingTime: null },
      model: { source: 'unknown', readings: 0, relativeSigma: 0.25 },
    });
    expect(energy['marginS']).toBeGreaterThan(0);
    expect(energy['socAtHome']).toBeLessThan(0.8);
    const { type, coordinates } = energy['maxRangePolygon'] as { type: string; coordinates: number[][][] };
    const ring = coordinates[0] as number[][];
    expect(type).toBe('Polygon');
    expect(ring[0]).toEqual(ring.at(-1));
    expect(ring).toHaveLength(37);
    const latitudes = ring.map(([, latitude]) => latitude as number);
    expect(Math.min(...latitudes)).toBeLessThan(LAT);
    expect(Math.max(...latitudes)).toBeGreaterThan(LAT);
  });

  it('says that a nearly empty drone may not even go home, and of an unknown one nothing', async () => {
    await tell('empty', 1, { battery: 8, armed: true, status: 'hover', upM: 50 });
    expect(await get('/api/drones/empty/energy')).toMatchObject({
      ...{ canReturn: false, reason: 'energy', maxRangePolygon: null },
    });
    expect((await request(`${server.httpUrl}/api/drones/nobody/energy`)).status).toBe(404);
  });

  it('learns from telemetry that a drone uses more than its class, and keeps that through a kill', async () => {
    let battery = 95;
    await tell('hungry', 1, { battery, armed: false, status: 'landed' });
    await sleep(400);
    const learned = async () => {
      battery -= 0.08;
      await tell('hungry', 0.7, { battery, armed: true, status: 'hover', upM: 50 });
      return ((await get('/api/drones/hungry/energy'))['model'] as { readings: number }).readings;
    };
    await expect.poll(learned, { timeout: 60_000, interval: 80 }).toBeGreaterThan(3);
    const before = await get('/api/drones/hungry/energy');
    const { drivetrainEfficiency: was } = before['model'] as { drivetrainEfficiency: number };
    expect(was).toBeLessThan(0.55);
    const { leastS, meanS, mostS } = before['remainingTime'] as Record<string, number>;
    expect(leastS).toBeLessThan(meanS as number);
    expect(meanS).toBeLessThan(mostS as number);
    await server.kill9();
    server = await home.start();
    const { model } = await get('/api/drones/hungry/energy');
    expect(model).toMatchObject({ source: 'calibrated' });
    expect((model as { drivetrainEfficiency: number }).drivetrainEfficiency).toBeLessThan(0.66);
  }, 90_000);

  it('has one charging session for a charge that a kill of the server fell into', async () => {
    const charge = async (fromPct: number, toPct: number) => {
      for (let battery = fromPct; battery <= toPct; battery += 2) {
        await tell('charged', 30, { battery, armed: false, status: 'charging' });
        await sleep(200);
      }
    };
    await charge(30, 40);
    await expect
      .poll(() => sessions('charged'), { timeout: 10_000 })
      .toMatchObject([{ state: 'charging', startBatteryPct: 30, endBatteryPct: null }]);
    await server.kill9();
    server = await home.start();
    await charge(44, 56);
    await tell('charged', 30, { battery: 56, armed: true, status: 'takeoff', upM: 2 });
    await expect
      .poll(() => sessions('charged'), { timeout: 10_000 })
      .toMatchObject([{ state: 'ended', kind: 'charge', startBatteryPct: 30, endBatteryPct: 56 }]);
  }, 60_000);

  it('plans who charges when on few chargers, and says what no plan could beat', async () => {
    const drones = ['p1', 'p2', 'p3'];
    for (const [at, id] of drones.entries())
      await tell(id, 1, { battery: 20 + 10 * at, armed: false, status: 'landed' });
    const ask = (wish: object) => post(`${server.httpUrl}/api/charging/schedule`, wish);
    const wishes = drones.map((drone_id) => ({ drone_id }));
    const { status, body } = await ask({ chargers: 2, drones: wishes });
    expect(status).toBe(200);
    const slots = body['slots'] as { droneId: string; charger: number; startS: number; endS: number }[];
    expect(new Set(slots.map(({ droneId }) => droneId))).toEqual(new Set(drones));
    for (const a of slots)
      for (const b of slots)
        if (a !== b && a.charger === b.charger) expect(a.endS <= b.startS || b.endS <= a.startS).toBe(true);
    expect(body['lowerBoundS']).toBeLessThanOrEqual((body['endsInS'] as number) + 1e-6);
    expect(body['endsInS']).toBeLessThanOrEqual(1.5 * (body['lowerBoundS'] as number) + 1e-6);
    expect((await ask({ chargers: 0, drones: wishes })).status).toBe(400);
    expect((await ask({ chargers: 1, drones: [{ drone_id: 'nobody' }] })).status).toBe(404);
  });

  it('tells simulated drones in flight how long they can stay up', async () => {
    const simulation = createSimulation({ drones: 2, seed: 5, startSpreadS: 0 });
    const ended = new AbortController();
    const run = runFleet({
      ...{ simulation, mode: 'websocket', key: '', url: server.ingestUrl, httpUrl: server.httpUrl },
      ...{ rateHz: 5, timeFactor: 2, signal: ended.signal, flushTimeoutMs: 2000 },
    });
    try {
      const remaining = async () => (await get('/api/drones/drone-001/energy'))['remainingTime'];
      await expect
        .poll(remaining, { timeout: 40_000, interval: 300 })
        .toMatchObject({ meanS: expect.any(Number) as number });
    } finally {
      ended.abort();
      await run;
    }
  }, 60_000);
});
