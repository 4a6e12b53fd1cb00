import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { newSession, telemetryOf } from '../e2e/messages.ts';
import { createPostgresCluster } from '../e2e/postgres-cluster.ts';
import { createHome, type Server, type Settings } from '../e2e/server.ts';

/**
 * Operators command a fleet of simulated drones: a changed waypoint until the vehicle has accepted, a mission until the
 * reply, an emergency landing until its bytes are at the drone, the last while drones flood the ingest; with `--outage` also
 * while every process of the database is dead.
 */

const BARS_MS = { modify: 100, assign: 50, emergency: 20 };
const ORIGIN = '47.3977,8.5456,488';
const TARGETS = 20;
const WARM_UP = 20;

const { values } = parseArgs({
  options: {
    drones: { type: 'string', default: '1000' },
    operators: { type: 'string', default: '50' },
    samples: { type: 'string', default: '300' },
    flood: { type: 'string', default: '20' },
    database: { type: 'string' },
    outage: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const [drones, operators, samples, floods] = [
  values.drones,
  values.operators,
  values.samples,
  values.flood,
].map(Number) as [number, number, number, number];

type Message = Readonly<Record<string, unknown>>;

interface Operator {
  ask(message: Message): Promise<Message>;
  close(): void;
}

async function openOperator({ ports }: Server): Promise<Operator> {
  const ws = new WebSocket(`ws://127.0.0.1:${ports.gateway}/`);
  const waiting = new Map<string, (reply: Message) => void>();
  ws.on('message', (data: Buffer) => {
    const text = data.toString();
    if (!text.includes('"request_id"')) return;
    const message = JSON.parse(text) as Message;
    const tell = waiting.get(message['request_id'] as string);
    waiting.delete(message['request_id'] as string);
    tell?.(message);
  });
  await once(ws, 'open');
  return {
    ask: (message) =>
      new Promise((resolve) => {
        const request_id = randomUUID();
        waiting.set(request_id, resolve);
        ws.send(JSON.stringify({ ...message, request_id }));
      }),
    close: () => ws.terminate(),
  };
}

function simulate({ ports }: Server): ChildProcess {
  const main = new URL('../packages/server/src/main.ts', import.meta.url).pathname;
  const argv = ['simulate', '--drones', String(drones), '--url', `ws://127.0.0.1:${ports.ingest}`];
  const options = ['--rate-hz', '0.2', '--origin', ORIGIN, '--seconds', '600', '--json'];
  return spawn(process.execPath, ['--conditions=source', main, ...argv, ...options], { stdio: 'ignore' });
}

/** A drone that answers every order at once, and notes when it came. */
async function openTarget({ ingestUrl }: Server, n: number) {
  const droneId = `target-${n}`;
  const ws = new WebSocket(`${ingestUrl}/`);
  const came = new Map<string, number>();
  ws.on('message', (data: Buffer) => {
    const atMs = performance.now();
    const message = JSON.parse(data.toString()) as { type: string; commandId?: string };
    if (message.type !== 'command' || message.commandId === undefined) return;
    came.set(message.commandId, atMs);
    ws.send(
      JSON.stringify({ type: 'command_ack', commandId: message.commandId, droneId, result: 'accepted' }),
    );
  });
  await once(ws, 'open');
  ws.send(
    JSON.stringify(telemetryOf({ droneId, sessionId: newSession(), timestamp: new Date().toISOString() })),
  );
  return { droneId, came, close: () => ws.terminate() };
}

/** Drones that send as fast as the server reads, in a process of their own. */
function flood({ ingestUrl }: Server): ChildProcess {
  const file = new URL('./commands/flood.ts', import.meta.url).pathname;
  const argv = ['--conditions=source', file, ingestUrl, String(floods)];
  return spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
}

const record = (histogram: RecordableHistogram, ms: number) =>
  histogram.record(Math.max(1, Math.round(ms * 1000)));
const shown = (histogram: RecordableHistogram) => {
  const ms = (percentile: number) => Number((histogram.percentile(percentile) / 1000).toFixed(2));
  return { count: histogram.count, p50: ms(50), p99: ms(99), max: Number((histogram.max / 1000).toFixed(2)) };
};

interface Flying {
  readonly id: string;
  readonly armed?: boolean;
  readonly position?: { readonly x?: number; readonly y?: number; readonly z?: number };
}

async function listFlying({ httpUrl }: Server): Promise<readonly Flying[]> {
  const { drones: all } = (await (await fetch(`${httpUrl}/api/drones`)).json()) as {
    drones: readonly Flying[];
  };
  return all.filter(({ armed, position, id }) => armed && (position?.z ?? 0) > 25 && id.startsWith('drone-'));
}

async function measureModify(asking: readonly Operator[], server: Server) {
  const histogram = createHistogram();
  const outcomes = new Map<string, number>();
  for (let at = 0, flying: readonly Flying[] = []; at < samples + WARM_UP; at += 1) {
    if (at % 50 === 0) flying = await listFlying(server);
    const drone = flying[(at * 37) % flying.length];
    const operator = asking[at % asking.length] as Operator;
    if (!drone) throw new Error('no drone is in the air');
    const { x = 0, y = 0, z = 60 } = drone.position ?? {};
    const begun = performance.now();
    const reply = await operator.ask({
      ...{ type: 'modify_waypoint', drone_id: drone.id, modification_reason: 'bench', mode: 'goto' },
      new_waypoint: { x: x + 15, y: y + 15, z: Math.min(115, z + 2) },
    });
    const state = String(reply['state'] ?? (reply['error'] as { code?: string } | undefined)?.code);
    outcomes.set(state, (outcomes.get(state) ?? 0) + 1);
    if (
      at >= WARM_UP &&
      (state === 'acknowledged' || state === 'in_progress' || state === 'SAFETY_VIOLATION')
    )
      record(histogram, performance.now() - begun);
  }
  return { ...shown(histogram), outcomes: Object.fromEntries(outcomes) };
}

async function measureAssign(asking: readonly Operator[]) {
  const histogram = createHistogram();
  const outcomes = new Map<string, number>();
  for (let at = 0; at < samples / 2 + WARM_UP; at += 1) {
    const [x, y] = [((at * 131) % 2000) - 1000, ((at * 57) % 2000) - 1000];
    const waypoints = [0, 1, 2].map((k) => ({ x: x + 40 * k, y: y + 30 * k, z: 40 + ((at * 7) % 70) }));
    const begun = performance.now();
    const reply = await (asking[at % asking.length] as Operator).ask({
      type: 'assign_mission',
      mission: { name: `bench ${at}`, type: 'survey', priority: 'normal', waypoints },
    });
    const state = String(reply['state'] ?? (reply['error'] as { code?: string } | undefined)?.code);
    outcomes.set(state, (outcomes.get(state) ?? 0) + 1);
    if (at >= WARM_UP) record(histogram, performance.now() - begun);
  }
  return { ...shown(histogram), outcomes: Object.fromEntries(outcomes) };
}

async function measureEmergency(asking: readonly Operator[], server: Server) {
  const histogram = createHistogram();
  const targets = await Promise.all(Array.from({ length: TARGETS }, (_, n) => openTarget(server, n)));
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (let at = 0; at < samples + WARM_UP; at += 1) {
    const target = targets[at % targets.length] as (typeof targets)[number];
    const begun = performance.now();
    const reply = await (asking[at % asking.length] as Operator).ask({
      type: 'emergency_land',
      drone_id: target.droneId,
    });
    const cameMs = target.came.get(reply['command_id'] as string);
    if (at >= WARM_UP) record(histogram, (cameMs ?? performance.now()) - begun);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  for (const target of targets) target.close();
  return shown(histogram);
}

const cluster = values.outage ? await createPostgresCluster() : undefined;
if (typeof cluster === 'string') throw new Error(cluster);
const url = cluster?.url ?? values.database;
const database: Settings = url === undefined ? {} : { DATABASE_URL: url };
const limits = { MAX_CONNECTIONS: String(drones + 200), LOG_LEVEL: 'error', SITE_ORIGIN: ORIGIN };
const home = await createHome({ settings: { AUTH_MODE: 'open', ...limits, ...database } });
let fleet: ChildProcess | undefined;
try {
  const server = await home.start();
  fleet = simulate(server);
  const asking = await Promise.all(Array.from({ length: operators }, () => openOperator(server)));
  while ((await listFlying(server)).length < drones / 4)
    await new Promise((resolve) => setTimeout(resolve, 500));
  const say = (text: string) => void (values.json || process.stderr.write(`${text}\n`));
  say('the fleet is in the air');
  const modify = await measureModify(asking, server);
  say(JSON.stringify(modify));
  const assign = await measureAssign(asking);
  say(JSON.stringify(assign));
  const emergency = await measureEmergency(asking, server);
  await cluster?.kill9();
  const flooding = flood(server);
  let flooded = '';
  flooding.stdout?.on('data', (text: Buffer) => {
    flooded += text.toString();
  });
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const overloaded = await measureEmergency(asking, server);
  flooding.kill('SIGTERM');
  await once(flooding, 'exit');
  const floodPerS = Number(flooded.trim().split('\n').at(-1));
  for (const operator of asking) operator.close();
  const ok = modify.p99 < BARS_MS.modify && assign.p99 < BARS_MS.assign && overloaded.p99 < BARS_MS.emergency;
  const numbers = { drones, operators, modifyMs: modify, assignMs: assign, emergencyMs: emergency };
  process.stdout.write(
    `${JSON.stringify({ ...numbers, emergencyOverloadedMs: overloaded, floodPerS, ok })}\n`,
  );
  process.exitCode = ok ? 0 : 1;
} finally {
  fleet?.kill('SIGKILL');
  await home.remove();
  await cluster?.remove();
}
