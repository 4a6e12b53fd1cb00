import { once } from 'node:events';
import { createHistogram } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createLocalFrame } from '@skein/core';
import { WebSocket } from 'ws';
import { newSession, telemetryOf } from '../e2e/messages.ts';
import { createHome, type Server } from '../e2e/server.ts';

/**
 * Pairs of drones that fly at each other, all over a large site, one pair after the other, over real sockets. Counted is from
 * the moment the server knows that a conflict has to be acted upon (the alert, as it is told to the operators) until the order
 * is at the drone.
 */

const BAR_P99_MS = 300;
const ORIGIN = { latitudeDeg: 47.3977, longitudeDeg: 8.5456, altitudeAmslM: 488 };
const DRONES_PER_LINE = 20;
const APART_M = 560;
const FIELD_M = 1500;
const SPEED_MPS = 10;
const TICK_MS = 20;

const { values } = parseArgs({
  options: {
    drones: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '30' },
    json: { type: 'boolean', default: false },
  },
});
const [drones, seconds] = [values.drones, values.seconds].map(Number) as [number, number];
const pairs = Math.floor(drones / 2);
const columns = Math.ceil(Math.sqrt(pairs));
const frame = createLocalFrame(ORIGIN);

interface Drone {
  readonly id: string;
  readonly session: string;
  readonly startMs: number;
  x: number;
  readonly y: number;
  readonly speedMps: number;
  orderedMs: number | undefined;
  seq: number;
}

function place(n: number): Drone {
  const pair = n >> 1;
  const side = n % 2 === 0 ? -1 : 1;
  return {
    ...{ id: `drone-${n}`, session: newSession(), seq: 0, orderedMs: undefined },
    startMs: (pair / pairs) * seconds * 1000,
    x: ((pair % columns) - columns / 2) * FIELD_M + (side * APART_M) / 2,
    y: (Math.floor(pair / columns) - columns / 2) * FIELD_M,
    speedMps: -side * SPEED_MPS,
  };
}

/** Several drones on one connection: they take every order, stop for the first, and stay. */
async function openLine({ ingestUrl }: Server, fleet: readonly Drone[]): Promise<WebSocket> {
  const byId = new Map(fleet.map((drone) => [drone.id, drone]));
  const ws = new WebSocket(`${ingestUrl}/`);
  ws.on('message', (data: Buffer) => {
    const atMs = Date.now();
    const order = JSON.parse(data.toString()) as Readonly<Record<string, string>>;
    if (order['type'] !== 'command') return;
    const drone = byId.get(order['droneId'] ?? '');
    if (drone && order['command'] === 'avoid') drone.orderedMs ??= atMs;
    const { commandId, droneId } = order;
    ws.send(JSON.stringify({ type: 'command_ack', commandId, droneId, result: 'accepted' }));
  });
  await once(ws, 'open');
  return ws;
}

function send(ws: WebSocket, drone: Drone, sinceMs: number): void {
  const { id: droneId, session: sessionId, x, y, speedMps, startMs } = drone;
  drone.seq += 1;
  const isMoving = sinceMs >= startMs && drone.orderedMs === undefined;
  if (isMoving) drone.x += speedMps;
  const message = telemetryOf({ droneId, sessionId, seq: drone.seq });
  const geo = frame.toGeo({ eastM: drone.x, northM: y, upM: 60 });
  const gps = { latitude: geo.latitudeDeg, longitude: geo.longitudeDeg, altitude: geo.altitudeAmslM };
  const telemetry = {
    ...message.telemetry,
    speed: isMoving ? SPEED_MPS : 0,
    heading: x < drone.x ? 90 : 270,
  };
  ws.send(JSON.stringify({ ...message, position: { x: drone.x, y, z: 60, gps }, telemetry }));
}

/** When each drone's conflict was first told as one to be acted upon, by the server's own word. */
async function listen({ ports }: Server): Promise<Map<string, number>> {
  const alerts = new Map<string, number>();
  const ws = new WebSocket(`ws://127.0.0.1:${ports.gateway}/`);
  ws.on('message', (data: Buffer) => {
    const text = data.toString();
    if (!text.includes('"coordination_event"')) return;
    const event = JSON.parse(text) as { level: string; drone_ids: readonly string[]; changed_at: string };
    if (event.level !== 'resolve' && event.level !== 'critical') return;
    for (const id of event.drone_ids) if (!alerts.has(id)) alerts.set(id, Date.parse(event.changed_at));
  });
  await once(ws, 'open');
  return alerts;
}

const settings = {
  ...{ AUTH_MODE: 'open', COORDINATION: 'act', LOG_LEVEL: 'warn', MAX_CONNECTIONS: String(drones + 100) },
  SITE_ORIGIN: `${ORIGIN.latitudeDeg},${ORIGIN.longitudeDeg},${ORIGIN.altitudeAmslM}`,
};
const home = await createHome({ settings });
try {
  const server = await home.start();
  const alerts = await listen(server);
  const fleet = Array.from({ length: pairs * 2 }, (_none, n) => place(n));
  const lines: WebSocket[] = [];
  for (let at = 0; at < fleet.length; at += DRONES_PER_LINE)
    lines.push(await openLine(server, fleet.slice(at, at + DRONES_PER_LINE)));
  const startedMs = Date.now();
  const endMs = seconds * 1000 + 25_000;
  for (let sent = 0, sinceMs = 0; sinceMs < endMs; sinceMs = Date.now() - startedMs) {
    for (; sent < (sinceMs / 1000) * fleet.length; sent += 1) {
      const n = sent % fleet.length;
      send(lines[Math.floor(n / DRONES_PER_LINE)] as WebSocket, fleet[n] as Drone, sinceMs);
    }
    await sleep(TICK_MS);
  }
  const histogram = createHistogram();
  const ordered = fleet.filter(({ id, orderedMs }) => orderedMs !== undefined && alerts.has(id));
  for (const { id, orderedMs } of ordered)
    histogram.record(Math.max(1, (orderedMs as number) - (alerts.get(id) as number)));
  for (const line of lines) line.terminate();
  const result = {
    ...{ drones: fleet.length, seconds, alerts: alerts.size, ordered: ordered.length },
    ...{ p50Ms: histogram.percentile(50), p99Ms: histogram.percentile(99), maxMs: histogram.max },
    barMs: BAR_P99_MS,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  const isGood = histogram.percentile(99) <= BAR_P99_MS && ordered.length >= fleet.length * 0.95;
  process.exitCode = isGood ? 0 : 1;
} finally {
  await home.remove();
}
