import { setTimeout as sleep } from 'node:timers/promises';
import { connectOperator, type Operator } from '../packages/client/src/index.ts';
import {
  createSimulation,
  type FleetRun,
  runFleet,
  type Simulation,
  type SimulationOptions,
} from '../packages/simulator/src/index.ts';
import { createIssuer } from './issuer.ts';
import { post, type Reply, request } from './requests.ts';
import { createHome, type Home, type Server } from './server.ts';
import type { Json } from './socket.ts';

/** A server, and tenants of it with simulated drones and an operator each. */
export interface MissionWorld {
  readonly home: Home;
  server: Server;
  /** A tenant of its own, far from the others: all share one sky. */
  tenant(name: string): Tenant;
}

export interface Tenant {
  /** The middle of its pads. */
  readonly padsAt: { readonly eastM: number; readonly northM: number };
  /** What the gateway has told this tenant's operator, oldest first. */
  readonly told: Json[];
  readonly connect: () => Promise<Operator>;
  get(path: string): Promise<Reply>;
  ask(path: string, body?: Json): Promise<Reply>;
  /** The mission once `is` holds of it. */
  mission(id: string, is: (mission: Json) => boolean): Promise<Json>;
  /** Flies until the task is done. */
  fly(
    options: Partial<SimulationOptions>,
    task: (simulation: Simulation) => Promise<void>,
  ): Promise<FleetRun>;
}

const PATIENCE_MS = 45_000;
const TIME_FACTOR = 16;

export async function until<T>(
  what: string,
  look: () => Promise<T | undefined>,
  log: () => string,
): Promise<T> {
  const untilMs = Date.now() + PATIENCE_MS;
  while (Date.now() < untilMs) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(50);
  }
  throw new Error(`${what} has not come:\n${log().slice(-2000)}`);
}

/** Tenants stand on a grid: out of each other's way, and where the plane still is the earth. */
const GRID_M = 1500;
const GRID_COLUMNS = 3;

export async function createMissionWorld(): Promise<MissionWorld> {
  const issuer = createIssuer();
  const home = await createHome({ settings: issuer.settings });
  let tenants = 0;
  const world: MissionWorld = {
    home,
    server: await home.start(),
    tenant: (name) => {
      const [column, row] = [tenants % GRID_COLUMNS, Math.floor(tenants / GRID_COLUMNS)];
      tenants += 1;
      return createTenant(world, {
        drones: issuer.token({ tenant: name, permissions: ['telemetry:write'] }),
        operator: issuer.token({ tenant: name, permissions: OPERATOR }),
        padsAt: { eastM: column * GRID_M, northM: row * GRID_M },
      });
    },
  };
  return world;
}

const OPERATOR = ['telemetry:read', 'mission:write', 'emergency:write'];

interface TenantParts extends Pick<Tenant, 'padsAt'> {
  readonly drones: string;
  readonly operator: string;
}

function createTenant(world: MissionWorld, { drones, operator: key, padsAt }: TenantParts): Tenant {
  const told: Json[] = [];
  const log = () => world.home.log();
  const get = (path: string) => request(`${world.server.httpUrl}${path}`, { key });
  const reads = async (id: string) => {
    // Between two lives of the server nobody answers.
    const { body } = await get(`/api/missions/${id}`).catch(() => ({ body: {} as Json }));
    return body['mission'] as Json | undefined;
  };
  return {
    ...{ padsAt, told, get },
    connect: async () => {
      const operator = connectOperator({
        ...{ url: `ws://127.0.0.1:${world.server.ports.gateway}`, key, reconnectIntervalMs: 50 },
      });
      operator.on('push', (push) => told.push(push as Json));
      await until('the gateway', async () => (told.length > 0 ? true : undefined), log);
      return operator;
    },
    ask: (path, body = {}) => post(`${world.server.httpUrl}${path}`, body, { key }),
    mission: (id, is) =>
      until(
        `mission ${id}`,
        async () => {
          const mission = await reads(id);
          return mission && is(mission) ? mission : undefined;
        },
        () => `${log()}\n${JSON.stringify(told.slice(-20))}`,
      ),
    fly: async (options, task) => {
      const simulation = createSimulation({ drones: 1, seed: 21, autonomous: false, padsAt, ...options });
      const ended = new AbortController();
      const { ingestUrl: url, httpUrl } = world.server;
      const run = runFleet({
        ...{ simulation, mode: 'websocket', key: drones, url, httpUrl },
        ...{ rateHz: 10, timeFactor: TIME_FACTOR, signal: ended.signal, flushTimeoutMs: 2000 },
      });
      try {
        await until(
          'the drones',
          async () => {
            const { body } = await get('/api/drones').catch(() => ({ body: {} as Json }));
            const items = (body['drones'] ?? body['items'] ?? []) as Json[];
            return items.length >= simulation.count ? true : undefined;
          },
          log,
        );
        // A socket that has just come is given no missions yet.
        await new Promise((resolve) => setTimeout(resolve, 1100));
        await task(simulation);
      } finally {
        ended.abort();
      }
      return run;
    },
  };
}

/** A square at 30 m, to the north-east of a pad. */
export const square = (x: number, y: number, changes: Json = {}, sizeM = 60): Json => ({
  ...{ name: 'square', type: 'survey', priority: 'normal', end: 'return' },
  waypoints: [
    { x: x + sizeM, y, z: 30 },
    { x: x + sizeM, y: y + sizeM, z: 30 },
    { x, y: y + sizeM, z: 30 },
    { x, y: y + 10, z: 30 },
  ],
  ...changes,
});
