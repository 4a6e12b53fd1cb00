import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newSession, telemetryOf } from './messages.ts';
import { post, request } from './requests.ts';
import { createHome, type Home, type Server } from './server.ts';

/** The ground as elevation tiles know it: hills are not flown into, and what is unknown is never taken for clear. */

const [LAT, LON, GROUND_M] = [47.3977, 8.5456, 488];
const POSTS = 1201;
const EAST_OF = Math.round((LON - 8) * (POSTS - 1));

/** A hill of 150 m four cells (300 m) to the east, nothing known eight cells to the west, flat in between. */
function toTile(): Buffer {
  const bytes = Buffer.alloc(2 * POSTS * POSTS);
  for (let column = 0; column < POSTS; column += 1) {
    const hill = column >= EAST_OF + 4 ? GROUND_M + 150 : GROUND_M;
    for (let row = 0; row < POSTS; row += 1)
      bytes.writeInt16BE(column <= EAST_OF - 8 ? -32_768 : hill, 2 * (row * POSTS + column));
  }
  return bytes;
}

const droneAt = (longitude: number, altitude: number) => ({
  ...telemetryOf({ droneId: 'drone-1', sessionId: newSession(), timestamp: new Date().toISOString() }),
  position: { gps: { latitude: LAT, longitude, altitude } },
  telemetry: { battery: 95, signal: 90, temperature: 20, speed: 0, heading: 0 },
});

describe('ELEVATION_DIR', () => {
  let home: Home;
  let server: Server;
  beforeAll(async () => {
    home = await createHome({
      settings: { AUTH_MODE: 'open', LOG_LEVEL: 'warn', SITE_ORIGIN: `${LAT},${LON},${GROUND_M}` },
    });
    const directory = join(home.dataDir, 'tiles');
    await mkdir(directory);
    await writeFile(join(directory, 'N47E008.hgt'), toTile());
    await mkdir(join(home.dataDir, 'none'));
    server = await home.start({ ELEVATION_DIR: directory });
  });
  afterAll(async () => home?.remove());

  const fly = (longitude: number, altitude: number) =>
    post(`${server.httpUrl}/api/drone/telemetry`, droneAt(longitude, altitude));
  const goTo = (longitude: number, altitude: number) =>
    post(`${server.httpUrl}/api/drones/drone-1/waypoint`, {
      newWaypoint: { latitude: LAT, longitude, altitude },
      modificationReason: 'look',
      dryRun: true,
    });
  const failed = (body: Readonly<Record<string, unknown>>): readonly unknown[] =>
    (body['verdicts'] as { check: string; passed: boolean }[])
      .filter(({ passed }) => !passed)
      .map(({ check }) => check);

  it.each(['/nowhere/at/all', 'none'])('%s stops the start with a sentence that names it', async (path) => {
    const { code, log } = await home.failToStart({ ELEVATION_DIR: join(home.dataDir, path) });
    expect(code).toBe(2);
    expect(log).toMatch(/ELEVATION_DIR is .*, expected a directory of SRTM tiles/);
  });

  it('lets a flight over known, flat ground pass', async () => {
    await fly(LON, GROUND_M + 60);
    expect(await goTo(LON + 0.001, GROUND_M + 60)).toMatchObject({ status: 200, body: { dryRun: true } });
  });

  it('refuses what would be too low over a hill, and too low for how well the ground is known', async () => {
    const hill = await goTo(LON + 0.006, GROUND_M + 60);
    expect(hill.status).toBe(422);
    expect(failed(hill.body)).toContain('TERRAIN');
    expect(failed((await goTo(LON + 0.001, GROUND_M + 30)).body)).toContain('TERRAIN');
  });

  it('refuses a flight over ground that nobody knows', async () => {
    const unknown = await goTo(LON - 0.009, GROUND_M + 60);
    expect(unknown.status).toBe(422);
    expect(failed(unknown.body)).toContain('TERRAIN');
  });

  it('has the altitude limit kept above the ground, not above the site', async () => {
    await fly(LON + 0.006, GROUND_M + 150 + 60);
    await fly(LON, GROUND_M + 60);
    await fly(LON, GROUND_M + 130);
    const found = async () => (await request(`${server.httpUrl}/api/anomalies?type=altitude_limit`)).body;
    await expect
      .poll(async () => JSON.stringify(await found()), { timeout: 5000 })
      .toContain('130 m above the ground, limit 120 m');
    expect((await found())['items']).toHaveLength(1);
  });
});
