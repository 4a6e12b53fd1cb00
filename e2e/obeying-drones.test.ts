import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSimulation, runFleet, type Simulation } from '../packages/simulator/src/index.ts';
import { createIssuer } from './issuer.ts';
import { post, request } from './requests.ts';
import { createHome, type Home, type Server } from './server.ts';
import type { Json } from './socket.ts';

/** Simulated drones against the real server: what is ordered is done, over whatever channel it comes. */

const MAIN = fileURLToPath(new URL('../packages/server/src/main.ts', import.meta.url));
const PATIENCE_MS = 40_000;
let home: Home;
let server: Server;
const MODES = ['websocket', 'http', 'hybrid'] as const;
type Mode = (typeof MODES)[number];
/** A tenant a mode: each has a drone-001 of its own. */
const issuer = createIssuer();
const dronesOf = (tenant: string) => issuer.token({ tenant, permissions: ['telemetry:write'] });
const OPERATOR = ['telemetry:read', 'mission:write', 'emergency:write'];

beforeAll(async () => {
  home = await createHome({ settings: issuer.settings });
  server = await home.start();
});
afterAll(() => home.remove());

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const untilMs = Date.now() + PATIENCE_MS;
  while (Date.now() < untilMs) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(50);
  }
  throw new Error(`${what} has not come:\n${home.log().slice(-2000)}`);
}

/** Gives a tenant's drone-001 orders. */
function operatorOf(tenant: string) {
  const key = issuer.token({ tenant, permissions: OPERATOR });
  /** Ordered once the drone can be reached; the command's id. */
  const order = (command: string, params: Json = {}): Promise<string> =>
    until(command, async () => {
      const url = `${server.httpUrl}/api/drones/drone-001/commands`;
      const { status, body } = await post(url, { command, params }, { key });
      return status < 300 ? String(body['command_id'] ?? body['commandId']) : undefined;
    });
  const reaches = (commandId: string, state: string): Promise<Json> =>
    until(`${state} of ${commandId}`, async () => {
      const { body } = await request(`${server.httpUrl}/api/commands/${commandId}`, { key });
      return body['state'] === state ? body : undefined;
    });
  return { order, reaches };
}

/** Flies until the task is done. */
async function flown(simulation: Simulation, mode: Mode, task: () => Promise<void>) {
  const ended = new AbortController();
  const key = dronesOf(mode);
  const run = runFleet({
    ...{ simulation, mode, key, url: server.ingestUrl, httpUrl: server.httpUrl },
    ...{ rateHz: 10, timeFactor: 20, signal: ended.signal, flushTimeoutMs: 2000 },
  });
  try {
    await task();
  } finally {
    ended.abort();
  }
  return run;
}

describe.concurrent.each(MODES)('a drone connected by %s', (mode) => {
  it('takes off, stops, comes home and lands as it is told, and tells each end', async () => {
    const simulation = createSimulation({ drones: 1, seed: 21, autonomous: false });
    const { order, reaches } = operatorOf(mode);
    const ids: string[] = [];
    const run = await flown(simulation, mode, async () => {
      const obey = async (command: string, params?: Json) => {
        const commandId = await order(command, params);
        ids.push(commandId);
        await reaches(commandId, 'succeeded');
      };
      await obey('takeoff', { altitude: 20 });
      expect(simulation.state.z[0]).toBeGreaterThan(18);
      await obey('hold');
      await obey('resume');
      await obey('return_to_base');
      expect(simulation.state.z[0]).toBe(0);
      await obey('takeoff', { altitude: 15 });
      await obey('emergency_land');
      expect(simulation.state.z[0]).toBe(0);
    });
    expect(run.effects).toEqual(Object.fromEntries(ids.map((commandId) => [commandId, 1])));
    expect(run.orders).toMatchObject({ executed: 6, refused: 0, lost: 0 });
    // Over both channels each order comes twice.
    if (mode === 'hybrid') expect(run.orders.repeated).toBeGreaterThan(0);
  });
});

describe('a drone that is killed', () => {
  const running = new Set<ChildProcess>();
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL');
  });

  it('remembers its orders in its effects file, and tells of what was under way that it failed', async () => {
    const file = join(home.dataDir, 'effects.ndjson');
    const { order, reaches } = operatorOf('killed');
    const fly = () => {
      const flags = ['--conditions=source', '--disable-warning=ExperimentalWarning'];
      const options = ['--drones', '1', '--idle', '--effects-file', file];
      const line = ['--url', server.ingestUrl, '--key', dronesOf('killed'), '--rate-hz', '5'];
      const child = spawn(process.execPath, [...flags, MAIN, 'simulate', ...options, ...line], {
        stdio: 'ignore',
      });
      running.add(child);
      return child;
    };
    const first = fly();
    const commandId = await order('takeoff', { altitude: 60 });
    await until('an effect', async () =>
      (await readFile(file, 'utf8')).includes(commandId) ? true : undefined,
    );
    first.kill('SIGKILL');
    await once(first, 'exit');
    const second = fly();
    const body = await reaches(commandId, 'failed');
    expect(body['message']).toMatch(/interrupted by a restart/);
    second.kill('SIGINT');
    await once(second, 'exit');
    const entries = (await readFile(file, 'utf8'))
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as Json);
    expect(entries.filter((entry) => entry['commandId'] === commandId)).toMatchObject([
      { droneId: 'drone-001', command: 'takeoff', result: 'accepted', effect: 1 },
      { end: 'failed' },
    ]);
  });
});
