import { setTimeout as sleep } from 'node:timers/promises';
import {
  createSimulation,
  type FleetRun,
  runFleet,
  type Simulation,
} from '../packages/simulator/src/index.ts';
import { post, type Reply, request } from './requests.ts';
import { createHome, type Server, type Settings } from './server.ts';
import { type Json, TestSocket } from './socket.ts';

/** Two drones that fly at each other, one of them as the server was told, the other as it likes. */
export interface Crossing {
  server: Server;
  readonly simulation: Simulation;
  readonly operator: TestSocket;
  /** `max(d/D, |dz|/H)` of the nearest moment so far. */
  worst(): number;
  get(path: string): Promise<Json>;
  ask(path: string, body: Json): Promise<Reply>;
  until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T>;
  phase(i: number): number;
  /** Both stand where the other began. */
  haveSwapped(): true | undefined;
  restart(): Promise<void>;
}

const PERMISSIONS = 'telemetry:read,telemetry:write,mission:write,emergency:write,coordination:override';
const PATIENCE_MS = 90_000;
const UP_M = 40;
const SETTINGS = { COORDINATION: 'act', SITE_ORIGIN: '47.3769,8.5417,408' };

export async function cross(
  settings: Settings,
  task: (crossing: Crossing) => Promise<void>,
): Promise<FleetRun> {
  const home = await createHome({ settings: { ...SETTINGS, ...settings } });
  const ended = new AbortController();
  try {
    const { key } = await home.createKey('--name', 'pilot', '--permissions', PERMISSIONS);
    const first = await home.start();
    const still = { speedMps: 0, fromDeg: 0 };
    const simulation = createSimulation({
      drones: 2,
      seed: 4,
      autonomous: false,
      padSpacingM: 300,
      wind: still,
    });
    const run = runFleet({
      ...{ simulation, mode: 'websocket', key, url: first.ingestUrl, httpUrl: first.httpUrl },
      ...{ rateHz: 5, signal: ended.signal, flushTimeoutMs: 2000 },
    });
    const operator = await TestSocket.open(`ws://127.0.0.1:${first.ports.gateway}/`, { key });
    const crossing = toCrossing({ server: first, simulation, operator, key, log: home.log });
    crossing.restart = async () => {
      const { http, ingest, gateway } = crossing.server.ports;
      const ports = {
        DRONE_HTTP_PORT: String(http),
        DRONE_WEBSOCKET_PORT: String(ingest),
        DRONE_GATEWAY_PORT: String(gateway),
      };
      crossing.server = await home.start(ports);
    };
    const watching = watchSeparation(simulation);
    crossing.worst = watching.worst;
    await begin(crossing);
    try {
      await task(crossing);
    } finally {
      ended.abort();
      operator.close();
      watching.stop();
    }
    return await run;
  } finally {
    ended.abort();
    await home.remove();
  }
}

interface Parts {
  readonly server: Server;
  readonly simulation: Simulation;
  readonly operator: TestSocket;
  readonly key: string;
  readonly log: () => string;
}

function toCrossing({ server, simulation, operator, key, log }: Parts): Crossing {
  const { state } = simulation;
  const [west, east] = [state.x[0] as number, state.x[1] as number];
  const isAt = (i: number, x: number) =>
    Math.hypot((state.x[i] as number) - x, (state.z[i] as number) - UP_M) < 5;
  const crossing: Crossing = {
    ...{ server, simulation, operator, worst: () => 0, restart: () => Promise.resolve() },
    get: async (path) => (await request(`${crossing.server.httpUrl}${path}`, { key })).body,
    ask: (path, body) => post(`${crossing.server.httpUrl}${path}`, body, { key }),
    phase: (i) => state.phase[i] as number,
    haveSwapped: () => (isAt(0, east) && isAt(1, west) ? true : undefined),
    until: async (what, look) => {
      const untilMs = Date.now() + PATIENCE_MS;
      while (Date.now() < untilMs) {
        const found = await look();
        if (found !== undefined) return found;
        await sleep(50);
      }
      const events = await crossing.get('/api/coordination/events').catch(() => ({}));
      const places = [...state.x, ...state.y, ...state.z, ...state.phase].map(Math.round).join(' ');
      throw new Error(`${what} has not come: ${places}\n${JSON.stringify(events)}\n${log().slice(-2000)}`);
    },
  };
  return crossing;
}

function watchSeparation({ state }: Simulation) {
  let severity = Number.POSITIVE_INFINITY;
  const between = (axis: Float64Array) => (axis[0] as number) - (axis[1] as number);
  const timer = setInterval(() => {
    const acrossM = Math.hypot(between(state.x), between(state.y));
    severity = Math.min(severity, Math.max(acrossM / 50, Math.abs(between(state.z)) / 15));
  }, 20);
  return { worst: () => severity, stop: () => clearInterval(timer) };
}

/** In the air; then both to where the other is. */
async function begin({ simulation, until, ask, get }: Crossing): Promise<void> {
  const { state } = simulation;
  const [west, east] = [state.x[0] as number, state.x[1] as number];
  for (const droneId of ['drone-001', 'drone-002']) {
    await until(droneId, async () =>
      (await get(`/api/drones/${droneId}`))['id'] === droneId ? true : undefined,
    );
    await ask(`/api/drones/${droneId}/commands`, { command: 'takeoff', params: { altitude: UP_M } });
  }
  await until('their height', () =>
    Math.min(state.z[0] as number, state.z[1] as number) > UP_M - 2 ? true : undefined,
  );
  const y = state.y[0] as number;
  const told = {
    new_waypoint: { x: east, y, z: UP_M },
    mode: 'goto',
    modification_reason: 'to the other pad',
  };
  const { status, body } = await ask('/api/drones/drone-001/waypoint', told);
  if (status !== 200) throw new Error(JSON.stringify(body));
  simulation.order(1, { command: 'goto', params: { x: west, y, z: UP_M } });
}
