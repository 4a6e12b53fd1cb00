import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newSession, telemetryOf } from './messages.ts';
import { post, request } from './requests.ts';
import { createHome, type Home, type Server } from './server.ts';
import { TestSocket } from './socket.ts';

/** A server whose loop stands still again and again, as under load that is too much: seen from outside. */

let home: Home;
let server: Server;
let key: string;
beforeAll(async () => {
  home = await createHome({ settings: { LOG_LEVEL: 'warn' } });
  ({ key } = await home.createKey('--name', 'admin', '--permissions', 'admin'));
  server = await home.start();
});
afterAll(() => home?.remove());

/** Stands still for a part of every half second, until what is looked for has come. */
async function standStill(until: () => Promise<boolean>): Promise<void> {
  while (!(await until())) {
    for (let turn = 0; turn < 2; turn += 1) {
      process.kill(server.pid, 'SIGSTOP');
      await sleep(220);
      process.kill(server.pid, 'SIGCONT');
      await sleep(200);
    }
  }
}

it('sheds history under overload and says so, takes data and emergencies, and takes everything up again after', async () => {
  const droneId = 'd1';
  const tell = () => {
    const message = telemetryOf({ droneId, sessionId: newSession(), timestamp: new Date().toISOString() });
    return post(`${server.httpUrl}/api/drone/telemetry`, message, { key });
  };
  await tell();
  const history = () => request(`${server.httpUrl}/api/drones/${droneId}/telemetry`, { key });
  const dashboard = await TestSocket.open(`ws://127.0.0.1:${server.ports.gateway}/`, {
    headers: { authorization: `Bearer ${key}` },
  });
  expect((await history()).status).toBe(200);
  await standStill(async () => (await history()).status === 503);
  const { headers, body } = await history();
  expect(body).toMatchObject({ error: { code: 'SERVICE_UNAVAILABLE', details: { reason: 'overload' } } });
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  const { body: ready } = await request(`${server.httpUrl}/ready`);
  expect(ready['degraded']).toEqual(
    expect.arrayContaining(['overload_dashboards', 'overload_background', 'overload_history']),
  );
  const metrics = await fetch(`${server.httpUrl}/metrics`, { headers: { authorization: `Bearer ${key}` } });
  expect(await metrics.text()).toMatch(/skein_overload_level [1-6]/);
  expect((await tell()).status).toBe(200);
  const path = `/api/drones/${droneId}/emergency-land`;
  expect((await post(`${server.httpUrl}${path}`, { reason: 'smoke' }, { key })).status).toBe(200);
  await expect
    .poll(async () => (await request(`${server.httpUrl}/ready`)).body['degraded'], { timeout: 60_000 })
    .toEqual([]);
  expect((await history()).status).toBe(200);
  dashboard.close();
}, 120_000);
