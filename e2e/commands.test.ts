import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newSession, telemetryOf } from './messages.ts';
import { post, request } from './requests.ts';
import { createHome, type Home, type Server } from './server.ts';
import { TestSocket } from './socket.ts';

/** Commands from outside: what waits for a drone, what takes its place, and what must not leave any more. */

describe('commands', () => {
  let home: Home;
  let server: Server;
  let admin: string;
  beforeAll(async () => {
    home = await createHome({ settings: { LOG_LEVEL: 'warn' } });
    ({ key: admin } = await home.createKey('--name', 'admin', '--permissions', 'admin'));
    server = await home.start();
  });
  afterAll(async () => home?.remove());

  const meet = async (droneId: string) => {
    const message = telemetryOf({ droneId, sessionId: newSession(), timestamp: new Date().toISOString() });
    await post(`${server.httpUrl}/api/drone/telemetry`, message, { key: admin });
  };
  const order = (droneId: string, command: string, key = admin) =>
    post(`${server.httpUrl}/api/drones/${droneId}/commands`, { command, expiresInS: 60 }, { key });
  const connect = async (droneId: string) => {
    const socket = await TestSocket.open(`${server.ingestUrl}/`, {
      headers: { authorization: `Bearer ${admin}` },
    });
    socket.send(telemetryOf({ droneId, sessionId: newSession(), timestamp: new Date().toISOString() }));
    return socket;
  };
  const stateOf = async (commandId: unknown) =>
    (await request(`${server.httpUrl}/api/commands/${commandId}`, { key: admin })).body;

  it('wait for a drone that cannot be reached, leave when it comes, and end with its word', async () => {
    await meet('away');
    const waiting = await order('away', 'return_to_base');
    expect(waiting).toMatchObject({ status: 200, body: { status: 'accepted', state: 'queued' } });
    const drone = await connect('away');
    const { commandId } = (await drone.nextOf('command')) as { commandId: string };
    expect(commandId).toBe(waiting.body['commandId']);
    drone.send({ type: 'command_ack', commandId, result: 'accepted' });
    drone.send({ type: 'command_progress', commandId, progressPct: 100 });
    await expect.poll(async () => (await stateOf(commandId))['state'], { timeout: 5000 }).toBe('succeeded');
    drone.close();
  });

  it('survive a kill of the server while they wait', async () => {
    await meet('patient');
    const { body } = await order('patient', 'hold');
    await server.kill9();
    server = await home.start();
    expect(await stateOf(body['commandId'])).toMatchObject({ state: 'queued' });
    const drone = await connect('patient');
    expect(await drone.nextOf('command')).toMatchObject({ commandId: body['commandId'], command: 'hold' });
    drone.close();
  });

  it('[S13] do not leave once the credential by which they were ordered has ended', async () => {
    await meet('unreached');
    const { body: made } = await post(
      `${server.httpUrl}/api/keys`,
      { name: 'pilot', permissions: ['mission:write'] },
      { key: admin },
    );
    const { body } = await order('unreached', 'hold', made['key'] as string);
    expect(body).toMatchObject({ state: 'queued' });
    await request(`${server.httpUrl}/api/keys/${made['id']}/revoke`, { method: 'POST', key: admin });
    const drone = await connect('unreached');
    await expect
      .poll(async () => (await stateOf(body['commandId']))['state'], { timeout: 5000 })
      .toBe('cancelled');
    expect(await stateOf(body['commandId'])).toMatchObject({ reason: 'revalidation' });
    drone.close();
  });

  it('that would fly somewhere unchecked are refused, with the command that checks', async () => {
    await meet('anywhere');
    const goto = await order('anywhere', 'goto');
    expect(goto).toMatchObject({
      status: 400,
      body: { error: { details: { field: 'command', reason: 'unchecked' } } },
    });
  });

  it('that land the whole fleet take two requests', async () => {
    const first = await post(
      `${server.httpUrl}/api/fleet/emergency-land`,
      { reason: 'storm' },
      { key: admin },
    );
    expect(first).toMatchObject({ status: 409, body: { error: { details: { reason: 'confirmation' } } } });
    const body = { reason: 'storm', confirmToken: first.body['confirmToken'] };
    const second = await post(`${server.httpUrl}/api/fleet/emergency-land`, body, { key: admin });
    expect(second).toMatchObject({ status: 200, body: { status: 'accepted' } });
    expect(second.body['ordered']).toBeGreaterThanOrEqual(4);
    const again = await post(`${server.httpUrl}/api/fleet/emergency-land`, body, { key: admin });
    expect(again.status).toBe(409);
  });

  it('that are refused for want of a permission are in the audit log, by socket and by path alike', async () => {
    await meet('watched');
    const viewer = await home.createKey('--name', 'viewer', '--permissions', 'telemetry:read');
    // A server that runs takes up to a second to learn of a key that another process has made.
    await expect.poll(async () => (await order('watched', 'land', viewer.key)).status).not.toBe(401);
    expect(await order('watched', 'land', viewer.key)).toMatchObject({ status: 403 });
    const tried = async () => {
      const { body } = await request(`${server.httpUrl}/api/audit?limit=100`, { key: admin });
      return (body['items'] as { action: string; target: string; outcome: string; details?: object }[]).find(
        ({ action, outcome }) => action === 'command.command' && outcome === 'refused',
      );
    };
    await expect.poll(tried, { timeout: 5000 }).toMatchObject({
      target: 'watched',
      details: { code: 'AUTHORIZATION_ERROR' },
    });
  });
});
