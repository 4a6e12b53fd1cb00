import { expect } from 'vitest';
import { createIssuer, type Issuer } from './issuer.ts';
import { newSession, telemetryOf } from './messages.ts';
import { post } from './requests.ts';
import { createHome, type Home, type Key, type Server, type Settings } from './server.ts';
import { type Json, TestSocket } from './socket.ts';

/** A server with operators and drones of two tenants, and one credential that is bound to a drone. */
export interface OperatorHome {
  readonly home: Home;
  readonly server: Server;
  readonly issuer: Issuer;
  readonly pilot: Key;
  readonly viewer: Key;
  readonly other: Key;
  readonly bound: Key;
  readonly session: string;
  /** One message of a drone, over HTTP, with other fields in place of the ordinary ones. */
  fly(droneId: string, changes?: object, key?: string): Promise<void>;
  operator(key?: string, path?: string, protocols?: readonly string[]): Promise<TestSocket>;
}

const PILOT = [
  ...['telemetry:read', 'telemetry:write', 'mission:write', 'emergency:write', 'coordination:override'],
];

/** These drones stand in one place: nobody is told of conflicts. */
const APART: Settings = { COORDINATION: 'off' };

export async function createOperatorHome(settings: Settings = {}): Promise<OperatorHome> {
  const issuer = createIssuer();
  const home = await createHome({
    settings: { ...issuer.settings, FLEET_STATUS_INTERVAL_MS: '300', ...APART, ...settings },
  });
  const server = await home.start();
  const keyOf = (name: string, tenant: string, permissions: readonly string[], droneId?: string) =>
    issuer.createKey(server, { name, tenant, permissions, ...(droneId !== undefined && { droneId }) });
  const [pilot, viewer, other, bound] = await Promise.all([
    keyOf('pilot', 'north', PILOT),
    keyOf('viewer', 'north', ['telemetry:read']),
    keyOf('other', 'south', PILOT),
    keyOf('bound', 'north', ['telemetry:read'], 'north-2'),
  ]);
  const session = newSession();
  let seq = 0;
  const fly = async (droneId: string, changes: object = {}, key = pilot.key) => {
    seq += 1;
    const message = { ...telemetryOf({ droneId, sessionId: session, seq }), ...changes };
    expect(await post(`${server.httpUrl}/api/drone/telemetry`, message, { key })).toMatchObject({
      status: 200,
    });
  };
  for (const droneId of ['north-1', 'north-2', 'north-3']) await fly(droneId);
  await fly('south-1', {}, other.key);
  const operator = (key = pilot.key, path = '', protocols: readonly string[] = []) =>
    TestSocket.open(`ws://127.0.0.1:${server.ports.gateway}/${path}`, { key, protocols });
  return { home, server, issuer, pilot, viewer, other, bound, session, fly, operator };
}

/** A request with an id of its own, and its reply. */
export async function ask(socket: TestSocket, message: Json): Promise<Json> {
  const id = newSession();
  socket.send({ ...message, request_id: id });
  return socket.next(({ request_id }) => request_id === id);
}

export const errorOf = (reply: Json) => reply['error'] as { readonly code: string; readonly details: Json };
