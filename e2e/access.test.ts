import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIssuer } from './issuer.ts';
import { newSession, telemetryOf } from './messages.ts';
import { post, request } from './requests.ts';
import { createHome, type Home, type Key, type Server } from './server.ts';
import { refusedUpgrade, TestSocket } from './socket.ts';
import { readOnceStored } from './stored.ts';

const issuer = createIssuer();
let home: Home;
let server: Server;
let ours: Key;
let theirs: Key;
let bound: Key;
let brief: Key;

beforeAll(async () => {
  home = await createHome({ settings: issuer.settings });
  server = await home.start();
  const permissions = ['telemetry:read', 'telemetry:write'];
  [ours, theirs, bound, brief] = await Promise.all([
    issuer.createKey(server, { name: 'ours', tenant: 'north', permissions }),
    issuer.createKey(server, { name: 'theirs', tenant: 'south', permissions }),
    issuer.createKey(server, { name: 'bound', tenant: 'north', permissions, droneId: 'bound-1' }),
    issuer.createKey(server, { name: 'to be revoked', tenant: 'north', permissions }),
  ]);
});
afterAll(() => home.remove());

const tokenOf = (lifetimeS: number, jti: string = randomUUID()): string =>
  issuer.token({ tenant: 'north', permissions: ['telemetry:write'], lifetimeS, jti });

async function openLine(credential: string): Promise<TestSocket> {
  const socket = await TestSocket.open(`${server.ingestUrl}/?ack=each`, { key: credential });
  await socket.nextOf('connection_ack');
  socket.send(telemetryOf({ droneId: 'line-1', sessionId: newSession() }));
  await socket.nextOf('telemetry_ack');
  return socket;
}

describe('an open socket ends', () => {
  it('when another process revokes its key; others go on', async () => {
    const [socket, other] = await Promise.all([openLine(brief.key), openLine(ours.key)]);
    await home.skein('keys', 'revoke', brief.id);
    expect(await socket.closed).toMatchObject({ code: 1008 });
    other.send(telemetryOf({ droneId: 'line-1', sessionId: newSession() }));
    await other.nextOf('telemetry_ack');
    other.close();
    const reply = await refusedUpgrade(server.ingestUrl, { authorization: `Bearer ${brief.key}` });
    expect(reply).toMatchObject({ status: 401, body: { error: { code: 'AUTHENTICATION_ERROR' } } });
  });

  it('when its token expires', async () => {
    const socket = await openLine(tokenOf(3));
    expect(await socket.closed).toMatchObject({ code: 1008 });
  });

  it('when its token is revoked by name', async () => {
    const jti = randomUUID();
    const socket = await openLine(tokenOf(600, jti));
    await home.skein('tokens', 'revoke', jti);
    expect(await socket.closed).toMatchObject({ code: 1008 });
  });
});

describe('a credential', () => {
  it('is asked for at every door', async () => {
    const refused = { status: 401, body: { status: 'error', error: { code: 'AUTHENTICATION_ERROR' } } };
    expect(await refusedUpgrade(server.ingestUrl)).toMatchObject(refused);
    expect(await refusedUpgrade(`ws://127.0.0.1:${server.ports.gateway}`)).toMatchObject(refused);
    expect(await post(`${server.httpUrl}/api/drone/telemetry`, {})).toMatchObject(refused);
    expect(await request(`${server.httpUrl}/api/drones`)).toMatchObject(refused);
  });

  it('may be the first frame of a client that can set no header', async () => {
    const socket = await TestSocket.open(`${server.ingestUrl}/?ack=each`, { protocols: ['skein.v1'] });
    await socket.nextOf('connection_ack');
    socket.send(telemetryOf({ droneId: 'line-2', sessionId: newSession() }));
    expect(await socket.nextOf('error')).toMatchObject({ error: { code: 'AUTHENTICATION_ERROR' } });
    socket.send({ type: 'auth', token: ours.key });
    await socket.nextOf('auth_ack');
    socket.send(telemetryOf({ droneId: 'line-2', sessionId: newSession() }));
    await socket.nextOf('telemetry_ack');
    socket.close();
    expect(await readOnceStored({ ...server, key: ours.key }, 'line-2')).toHaveLength(1);
  });

  it('that is bound to a drone writes no other, over either channel', async () => {
    const message = telemetryOf({ droneId: 'bound-2', sessionId: newSession() });
    const refused = { error: { code: 'AUTHORIZATION_ERROR' } };
    const socket = await TestSocket.open(server.ingestUrl, { key: bound.key });
    socket.send(message);
    expect(await socket.nextOf('error')).toMatchObject(refused);
    socket.close();
    const reply = await post(`${server.httpUrl}/api/drone/telemetry`, message, { key: bound.key });
    expect(reply).toMatchObject({ status: 403, body: refused });
    expect(await readOnceStored({ ...server, key: ours.key }, 'bound-2')).toEqual([]);
  });

  it('of one tenant sees and changes nothing of another, whose drones may have the same names', async () => {
    const url = `${server.httpUrl}/api/drone/telemetry`;
    const message = telemetryOf({ droneId: 'same-name', sessionId: newSession() });
    const mine = await post(url, message, { key: ours.key });
    const { dataId } = mine.body;
    for (const path of [
      '/api/drones/same-name',
      '/api/drones/same-name/telemetry',
      `/api/telemetry/${dataId}`,
    ]) {
      const reply = await request(server.httpUrl + path, { key: theirs.key });
      expect(reply, path).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } });
    }
    expect((await request(`${server.httpUrl}/api/drones`, { key: theirs.key })).body).toMatchObject({
      total: 0,
    });
    const other = await post(url, { ...message, telemetry: { battery: 1, signal: 1 } }, { key: theirs.key });
    expect(other.status).toBe(200);
    expect(other.body['dataId']).not.toBe(dataId);
    const stored = await readOnceStored({ ...server, key: ours.key }, 'same-name');
    expect(stored.map(({ data }) => data)).toEqual([message]);
  });
});
