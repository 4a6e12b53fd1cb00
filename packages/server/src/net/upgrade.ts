import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { isRefusal, type Refusal, refuse } from '@skein/core';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Authenticator } from '../auth/authenticator.ts';
import { credentialOf } from '../auth/credential-of.ts';
import { refuseOrigin } from '../auth/origins.ts';
import { mayDo, type Permission } from '../auth/permissions.ts';
import type { Principal } from '../auth/principal.ts';
import type { Tickets } from '../auth/tickets.ts';
import { refuseRaw } from './reply-raw.ts';

export interface SocketDoor {
  readonly path: string;
  readonly permission: Permission;
  /** Subprotocols spoken behind it, best first; `bearer.<token>` beside them carries a credential. */
  readonly subprotocols: readonly string[];
  /** Full, or nothing may come in now: said at the upgrade. */
  readonly refuse: (request: IncomingMessage) => Refusal | undefined;
  /** Undefined principal: the client authenticates by its first frame. */
  readonly enter: (ws: WebSocket, principal: Principal | undefined, request: IncomingMessage) => void;
}

export interface UpgradeOptions {
  readonly authenticator: Authenticator;
  readonly tickets: Tickets;
  readonly allowedOrigins: () => readonly string[];
  readonly maxMessageBytes: number;
}

/** ws 8.21 and later; its type definitions do not know them yet. */
const FRAGMENT_LIMITS: object = { maxFragments: 64, maxBufferedChunks: 1024 };
const WEBSOCKET_KEY = /^[A-Za-z0-9+/]{22}==$/;

/** Handshakes for every door: path, method, form, origin, credential, permission, room; then the door's `enter`. */
export function createUpgrader({ authenticator, tickets, allowedOrigins, maxMessageBytes }: UpgradeOptions) {
  const spoken = new WeakMap<IncomingMessage, readonly string[]>();
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols: (offered, request) => spoken.get(request)?.find((name) => offered.has(name)) ?? false,
    ...FRAGMENT_LIMITS,
  });
  server.on('wsClientError', (_error, socket) => refuseRaw(socket, badHandshake('handshake')));
  const whoIs = (request: IncomingMessage, credential: string | undefined) => {
    const ticket = credential === undefined ? ticketOf(request) : undefined;
    if (ticket !== undefined) return tickets.redeem(ticket);
    return authenticator.authenticate(credential, request.socket.remoteAddress ?? '');
  };
  const admit = async (
    request: IncomingMessage,
    door: SocketDoor,
  ): Promise<Principal | Refusal | undefined> => {
    const early = refuseForm(request) ?? refuseOrigin(request.headers.origin, allowedOrigins());
    if (early) return early;
    const credential = credentialOf(request.rawHeaders);
    if (isRefusal(credential)) return credential;
    if (credential === undefined && mayAuthenticateLater(request, door, authenticator))
      return door.refuse(request);
    const principal = await whoIs(request, credential);
    if (isRefusal(principal)) return principal;
    if (!mayDo(principal, door.permission)) return refuse('AUTHORIZATION_ERROR', { reason: door.permission });
    return door.refuse(request) ?? principal;
  };
  return (doors: readonly SocketDoor[]) => (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', destroy);
    const path = (request.url ?? '').split('?')[0];
    const door = doors.find((each) => each.path === path);
    if (!door) return refuseRaw(socket, refuse('NOT_FOUND', { reason: 'path' }));
    if (request.method !== 'GET')
      return refuseRaw(socket, refuse('METHOD_NOT_ALLOWED', {}), { allow: 'GET' });
    void admit(request, door).then(
      (principal) => {
        if (isRefusal(principal)) return refuseRaw(socket, principal);
        spoken.set(request, door.subprotocols);
        server.handleUpgrade(request, socket, head, (ws) => door.enter(ws, principal, request));
      },
      () => refuseRaw(socket, refuse('INTERNAL_ERROR')),
    );
  };
}

/** Stays for as long as the connection does: as a closure it would keep the whole handshake in memory. */
function destroy(this: Duplex): void {
  this.destroy();
}

function refuseForm({ headers }: IncomingMessage): Refusal | undefined {
  if ((headers.upgrade ?? '').toLowerCase() !== 'websocket') return badHandshake('upgrade');
  if (!WEBSOCKET_KEY.test(headers['sec-websocket-key'] ?? '')) return badHandshake('sec_websocket_key');
  const version = headers['sec-websocket-version'];
  if (version !== '13' && version !== '8')
    return refuse(
      'TRANSMISSION_ERROR',
      { reason: 'sec_websocket_version' },
      { httpStatus: 426, message: 'WebSocket version 13 is spoken here' },
    );
  return undefined;
}

/** A browser can set no headers: one that speaks our subprotocol may send `auth` as its first frame. */
function mayAuthenticateLater(
  request: IncomingMessage,
  { subprotocols }: SocketDoor,
  { isOpen }: Authenticator,
): boolean {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  return !isOpen && ticketOf(request) === undefined && subprotocols.some((name) => offered.includes(name));
}

/** The one credential that may stand in a URL: single use, thirty seconds. */
const ticketOf = ({ url = '' }: IncomingMessage): string | undefined =>
  new URLSearchParams(url.split('?')[1] ?? '').get('ticket') ?? undefined;

const badHandshake = (reason: string): Refusal =>
  refuse('TRANSMISSION_ERROR', { reason }, { message: 'Not a WebSocket handshake' });
