import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type JournalState, type Operations, refuse, type Store } from '@skein/core';
import type { Logger } from 'pino';
import type { Access } from './access.ts';
import type { Principal } from './auth/principal.ts';
import { type Config, isLoopback } from './config.ts';
import { openAlerts } from './gateway/alerts.ts';
import { Dispatcher } from './gateway/dispatch.ts';
import { Gateway } from './gateway/gateway.ts';
import { routesOf } from './http/index.ts';
import { createHttpApp, type HttpApp } from './http/server.ts';
import type { Metrics } from './metrics.ts';
import { createListener, type UpgradeHandler } from './net/listener.ts';
import { refuseRaw } from './net/reply-raw.ts';
import { createUpgrader } from './net/upgrade.ts';
import type { Projector } from './projector/projector.ts';
import type { Line } from './transports/line.ts';
import { OrderPolls } from './transports/order-polls.ts';
import { DroneSockets } from './transports/websocket.ts';

export interface Ports {
  readonly http: number;
  readonly ingest: number;
  readonly gateway: number;
}

export interface DoorParts {
  readonly config: Config;
  readonly log: Logger;
  readonly line: Line;
  readonly operations: Operations;
  readonly store: Store;
  readonly access: Access;
  readonly metrics: Metrics;
  readonly projector: Projector;
}

export interface Doors {
  readonly ports: Ports;
  readonly sockets: DroneSockets;
  readonly gateway: Gateway;
  readonly setAccepting: (state: JournalState) => void;
  /** No one new comes in, nobody is read any more. */
  readonly drain: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The three listeners and all that hangs on them. */
export async function openDoors(parts: DoorParts): Promise<Doors> {
  const { config, line, access } = parts;
  const state = { ports: { http: 0, ingest: 0, gateway: 0 } };
  const degraded = () => troublesOf(parts);
  const sockets = new DroneSockets({ ...config, ...access, line });
  const projected = () => line.stored.reached(line.parts.journal.end - 1, PROJECTED_MS);
  const dispatcher = createDispatcher(parts, degraded, projected);
  const gateway = new Gateway({
    ...{ ...config, ...access, ...line, dispatcher, degraded, projected },
    ...{ bus: line.parts.bus, history: parts.store, statusIntervalMs: config.fleetStatusIntervalMs },
  });
  const polls = new OrderPolls(line.links);
  const allowedOrigins = () => [...config.allowedOrigins, ...ownOrigins(state.ports)];
  const app = await createApp({ parts, polls, dispatcher, degraded, allowedOrigins });
  const upgrade = createUpgrader({ ...access, allowedOrigins, maxMessageBytes: config.maxMessageBytes });
  const listeners = listenersOf({ app, config, sockets, gateway, upgrade });
  const close = async () => {
    polls.close();
    sockets.close();
    gateway.close();
    await app.close();
    for (const server of Object.values(listeners)) await closed(server);
  };
  try {
    state.ports = await listenAll(listeners, config);
  } catch (error) {
    await close();
    throw error;
  }
  const ended = (matches: (principal: Principal) => boolean) => {
    sockets.revoke(matches);
    gateway.revoke(matches);
  };
  access.keyring.onRevoked((id) => ended(({ keyId, jti }) => keyId === id || jti === id));
  return {
    ports: state.ports,
    sockets,
    gateway,
    setAccepting: ({ accepting, reason }) => {
      parts.log.warn(
        { accepting, reason },
        accepting ? 'the journal has room again' : 'the journal takes nothing now',
      );
      if (reason === 'disk_full') line.disk.abandon();
      sockets.setAccepting(accepting);
    },
    drain: async () => {
      sockets.drain();
      for (const server of Object.values(listeners)) server.close();
      await new Promise(setImmediate);
    },
    close,
  };
}

/** A fresh finding is in the store within so long, or the store is in trouble. */
const PROJECTED_MS = 2000;

/** The operators' commands, with all that they work on. */
function createDispatcher(
  { line, store, access, log, operations }: DoorParts,
  degraded: () => readonly string[],
  projected: () => Promise<unknown>,
): Dispatcher {
  const { clock, fleet } = line;
  const { bus } = line.parts;
  const alerts = openAlerts({ bus, fleet, store, projected });
  return new Dispatcher({ ...access, clock, log, parts: { fleet, bus, alerts, operations, degraded } });
}

const CLOSE_MS = 1000;

/** Open requests end by themselves, or are ended. */
function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
    server.closeIdleConnections();
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function troublesOf({ line, projector }: DoorParts): readonly string[] {
  const isFull = !line.parts.journal.state().accepting;
  return [
    ...(projector.isUp ? [] : ['database']),
    ...(isFull ? ['journal'] : []),
    ...line.overload.degraded(),
  ];
}

/** Pages we serve ourselves, by the names loopback has; by another name a page is another origin. */
function ownOrigins(ports: Ports): readonly string[] {
  return ['127.0.0.1', 'localhost', '[::1]'].map((host) => `http://${host}:${ports.http}`);
}

interface AppParts {
  readonly parts: DoorParts;
  readonly polls: OrderPolls;
  readonly dispatcher: Dispatcher;
  readonly degraded: () => readonly string[];
  readonly allowedOrigins: () => readonly string[];
}

async function createApp({ parts, polls, dispatcher, degraded, allowedOrigins }: AppParts): Promise<HttpApp> {
  const { config, log, line, store, access, metrics } = parts;
  const { isStopping } = line;
  const health = { store, registry: metrics.registry, isStopping, degraded, isOpen: isLoopback(config.host) };
  let app: HttpApp | undefined;
  const routes = routesOf({
    line,
    polls,
    store,
    access,
    dispatcher,
    health,
    openapi: () => app?.openapi() ?? {},
  });
  app = await createHttpApp(routes, {
    ...access,
    log,
    allowedOrigins,
    maxBodyBytes: config.maxMessageBytes,
    compression: config.compressionEnabled,
    onRefusal: (refusal, request) => {
      metrics.countRefusal(refusal);
      log.debug(
        {
          requestId: request.id,
          code: refusal.code,
          details: refusal.details,
          url: request.url.split('?')[0],
        },
        'refused',
      );
    },
    onResponse: metrics.countResponse,
  });
  return app;
}

interface ListenerParts {
  readonly app: HttpApp;
  readonly config: Config;
  readonly sockets: DroneSockets;
  readonly gateway: Gateway;
  readonly upgrade: ReturnType<typeof createUpgrader>;
}

type Listeners = Readonly<Record<keyof Ports, Server>>;

function listenersOf({ app, config, sockets, gateway, upgrade }: ListenerParts): Listeners {
  const { tlsCert, tlsKey, maxMessageBytes } = config;
  const tls =
    tlsCert !== undefined && tlsKey !== undefined ? { certFile: tlsCert, keyFile: tlsKey } : undefined;
  const listener = (onRequest: typeof app.handle, onUpgrade: UpgradeHandler) =>
    createListener({ onRequest, onUpgrade, maxBodyBytes: 16 * maxMessageBytes, tls });
  const drone = sockets.door('/');
  return {
    http: listener(app.handle, upgrade([sockets.door('/ingest'), gateway.door('/fleet')])),
    ingest: listener(socketFirst(app.handle), upgrade([drone, sockets.door('/ingest')])),
    gateway: listener(socketFirst(app.handle), upgrade([gateway.door('/')])),
  };
}

/** On a socket's own port, `/` without an upgrade is told to upgrade. */
function socketFirst(handle: HttpApp['handle']): HttpApp['handle'] {
  const upgradeRequired = refuse(
    'TRANSMISSION_ERROR',
    { reason: 'upgrade' },
    { httpStatus: 426, message: 'This is a WebSocket: upgrade' },
  );
  return (request: IncomingMessage, response: ServerResponse) => {
    const isRoot = request.method === 'GET' && (request.url ?? '').split('?')[0] === '/';
    if (isRoot) refuseRaw(request.socket, upgradeRequired, { upgrade: 'websocket' });
    else handle(request, response);
  };
}

async function listenAll(
  listeners: Listeners,
  { host, httpPort, ingestPort, gatewayPort }: Config,
): Promise<Ports> {
  return {
    http: await listen(listeners.http, { host, port: httpPort, variable: 'DRONE_HTTP_PORT' }),
    ingest: await listen(listeners.ingest, { host, port: ingestPort, variable: 'DRONE_WEBSOCKET_PORT' }),
    gateway: await listen(listeners.gateway, { host, port: gatewayPort, variable: 'DRONE_GATEWAY_PORT' }),
  };
}

function listen(
  server: Server,
  { host, port, variable }: { host: string; port: number; variable: string },
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(
              `port ${port} is already used by another process: set ${variable} to a free one, or to 0`,
            )
          : error,
      ),
    );
    server.listen(port, host, 4096, () => resolve((server.address() as AddressInfo).port));
  });
}
