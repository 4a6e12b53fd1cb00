import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { balanceOf } from './ledger.ts';
import { newSession, telemetryOf } from './messages.ts';
import { createPostgresCluster, type PostgresCluster } from './postgres-cluster.ts';
import { post, request } from './requests.ts';
import { createHome, type Home } from './server.ts';
import { TestSocket } from './socket.ts';
import { untilStored } from './stored.ts';
import { Writers } from './writers.ts';

const cluster = await createPostgresCluster();
const why = typeof cluster === 'string' ? ` (skipped: ${cluster})` : '';

describe.skipIf(why !== '')(`PostgreSQL${why}`, () => {
  const postgres = cluster as PostgresCluster;
  let home: Home;
  beforeAll(async () => {
    home = await createHome({ settings: { AUTH_MODE: 'open', DATABASE_URL: postgres.url } });
  });
  afterAll(async () => {
    await home.remove();
    await postgres.remove();
  });

  it('may be killed and stay away: ingest, acknowledgements and the live picture go on, nothing is lost after', async () => {
    let server = await home.start();
    const writers = new Writers({ url: () => server.ingestUrl, writers: 8 });
    await writers.connect();
    await writers.untilAcked(2000);
    await postgres.kill9();
    await writers.untilAcked(4000);
    const sessionId = newSession();
    const socket = await TestSocket.open(`${server.ingestUrl}/?ack=each`);
    socket.send(telemetryOf({ droneId: 'in-the-outage', sessionId }));
    await socket.nextOf('telemetry_ack');
    socket.close();
    const live = await request(`${server.httpUrl}/api/drones/in-the-outage`);
    expect(live.body).toMatchObject({ id: 'in-the-outage', sessionId });
    const ready = await request(`${server.httpUrl}/ready`);
    expect(ready).toMatchObject({
      status: 200,
      body: { checks: { database: 'down' }, degraded: ['database'] },
    });
    const history = await request(`${server.httpUrl}/api/drones/in-the-outage/telemetry`);
    expect(history).toMatchObject({ status: 503, body: { error: { code: 'SERVICE_UNAVAILABLE' } } });

    // What must land is told to land, and kept, whether the database is there or not.
    const drone = await TestSocket.open(`${server.ingestUrl}/`);
    drone.send(telemetryOf({ droneId: 'to-be-landed', sessionId }));
    await expect
      .poll(async () => (await request(`${server.httpUrl}/api/drones/to-be-landed`)).status, {
        timeout: 5000,
      })
      .toBe(200);
    const landing = await post(`${server.httpUrl}/api/drones/to-be-landed/emergency-land`, {});
    expect(landing).toMatchObject({
      status: 200,
      body: { status: 'accepted', state: 'sent', recorded: true },
    });
    expect(await drone.nextOf('command')).toMatchObject({ command: 'emergency_land' });
    drone.close();

    await postgres.start();
    await writers.finish();
    await untilStored(server);
    const { acked, stored, ...wrong } = await balanceOf(writers, server);
    expect(wrong).toEqual({ lost: 0, doubled: 0, missing: 0 });
    expect(stored).toBe(acked);
    const [row] = await postgres.query(
      `SELECT count(*)::int AS stored, count(DISTINCT (drone_id, timestamp))::int AS different
         FROM drone_telemetry WHERE drone_id LIKE 'writer-%'`,
    );
    expect(row).toEqual({ stored: acked, different: acked });
    const [command] = await postgres.query(
      "SELECT command, drone_id FROM commands WHERE drone_id = 'to-be-landed'",
    );
    expect(command).toEqual({ command: 'emergency_land', drone_id: 'to-be-landed' });

    await server.kill9();
    server = await home.start();
    await writers.connect();
    await untilStored(server);
    expect(await balanceOf(writers, server)).toMatchObject({ acked, stored: acked, lost: 0, doubled: 0 });
    writers.close();
  }, 120_000);
});
