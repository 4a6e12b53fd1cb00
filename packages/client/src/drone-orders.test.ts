import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type IngestServer, openIngestServer, type Request } from '../test/ingest-server.ts';
import { createManualTimers } from '../test/manual-timers.ts';
import { order, sample } from '../test/samples.ts';
import type { Drone, DroneConfig } from './index.ts';
import { connectDrone } from './index.ts';

let server: IngestServer;
const drones: Drone[] = [];

beforeEach(async () => {
  server = await openIngestServer();
});

afterEach(async () => {
  for (const drone of drones.splice(0)) drone.close();
  await server.stop();
});

/** A drone that notes what it executes. */
function connect(config: DroneConfig) {
  const drone = connectDrone({ droneId: 'drone-001', random: () => 0, reconnectInterval: 1, ...config });
  drones.push(drone);
  const executed: string[] = [];
  drone.onCommand(({ commandId, command }, { progress }) => {
    executed.push(commandId);
    progress(50);
    return { result: 'accepted', message: `${command} done` };
  });
  return { drone, executed };
}

const answers = () => server.frames.filter(({ type }) => type === 'command_ack');
const isAck = ({ path }: Request) => path.endsWith('/ack');
const isPoll = ({ path }: Request) => path.includes('/commands?');

describe('an order over WebSocket', () => {
  it('is executed once, also when it comes again over a new connection', async () => {
    const { drone, executed } = connect({ url: server.url });
    const told: string[] = [];
    drone.on('command', ({ commandId }) => told.push(commandId));
    await server.until(() => server.sockets.size === 1);
    server.say(order('c-1'));
    await server.until(() => answers().length === 1);
    server.cut();
    await server.until(() => server.upgrades.length === 2 && server.sockets.size === 1);
    server.say(order('c-1'));
    await server.until(() => answers().length === 2);
    const answer = { commandId: 'c-1', droneId: 'drone-001', result: 'accepted', message: 'hold done' };
    expect(answers()).toMatchObject([answer, answer]);
    expect(executed).toEqual(['c-1']);
    expect(told).toEqual(['c-1']);
    expect(server.frames).toContainEqual({
      ...{ type: 'command_progress', commandId: 'c-1', droneId: 'drone-001', progressPct: 50 },
    });
  });

  it('is answered on the next connection when this one was lost before', async () => {
    let finish: () => void = () => undefined;
    const drone = connectDrone({ url: server.url, random: () => 0, droneId: 'drone-001' });
    drones.push(drone);
    drone.onCommand(() => new Promise((resolve) => (finish = () => resolve('accepted'))));
    await server.until(() => server.sockets.size === 1);
    const begun = new Promise((resolve) => drone.on('command', resolve));
    server.say(order('c-1'));
    await begun;
    const lost = new Promise((resolve) => drone.on('state', resolve));
    await server.stop();
    await lost;
    finish();
    await server.start();
    await server.until(() => answers().length === 1);
    expect(answers()).toMatchObject([{ commandId: 'c-1', result: 'accepted' }]);
  });

  it('is for the drone it names where several share the line', async () => {
    const { executed } = connect({ url: server.url });
    await server.until(() => server.sockets.size === 1);
    server.say(order('c-1', { droneId: 'drone_7' }));
    await server.until(() => answers().length === 1);
    expect(answers()).toMatchObject([{ commandId: 'c-1', droneId: 'drone_7' }]);
    expect(executed).toEqual(['c-1']);
  });

  it('is passed over when it is no order at all', async () => {
    const { executed } = connect({ url: server.url });
    await server.until(() => server.sockets.size === 1);
    server.say('{"type":"command"}');
    server.say('[1]');
    server.say('not JSON');
    server.say(order('c-1'));
    await server.until(() => answers().length === 1);
    expect(executed).toEqual(['c-1']);
  });
});

describe('an order over HTTP', () => {
  it('is asked for ever more seldom where the server does not hold the question', async () => {
    const { timers, waits, advance } = createManualTimers();
    const http = { endpoint: server.endpoint };
    connect({
      streamingMethod: 'http',
      http,
      timers,
      heartbeatInterval: 0,
      reconnectInterval: 1000,
      random: () => 0.5,
    });
    const polls = () => server.requests.filter(isPoll).length;
    for (const [count, waitMs] of [500, 1000, 2000, 4000].entries()) {
      await expect.poll(polls).toBe(count + 1);
      await expect.poll(waits).toContain(waitMs);
      await advance(waitMs - 1);
      expect(polls()).toBe(count + 1);
      await advance(1);
    }
  });

  const config = () => ({ streamingMethod: 'http' as const, http: { endpoint: server.endpoint } });

  /** The next poll is answered with the order, those after it are held. */
  function giveOnce(commandId: string): void {
    let given = false;
    server.behaviour.http = (request) => {
      if (!isPoll(request) || given) return undefined;
      given = true;
      return { status: 200, body: { commands: [order(commandId)] } };
    };
  }

  it('is fetched by long poll and answered at its own address', async () => {
    giveOnce('c-1');
    const { executed } = connect(config());
    await server.until(() => server.requests.filter(isAck).some(({ body }) => isFinal(body)));
    expect(server.requests.find(isPoll)?.path).toBe('/api/drone/drone-001/commands?waitMs=25000');
    expect(server.requests.filter(isAck)).toMatchObject([
      {
        path: '/api/drone/drone-001/commands/c-1/ack',
        body: { result: 'in_progress', progressPct: 50, message: '50 %' },
      },
      { path: '/api/drone/drone-001/commands/c-1/ack', body: { result: 'accepted', message: 'hold done' } },
    ]);
    expect(executed).toEqual(['c-1']);
  });

  it('is answered later where the answer cannot be taken now', async () => {
    giveOnce('c-1');
    const giving = server.behaviour.http;
    let refusals = 0;
    server.behaviour.http = (request) => {
      if (!isAck(request) || refusals === 2) return giving(request);
      refusals += 1;
      return { status: 503 };
    };
    connect({ ...config(), heartbeatInterval: 5 });
    await server.until(() => server.requests.filter(isAck).some(({ body }) => isFinal(body)));
    const results = server.requests.filter(isAck).map(({ body }) => (body as { result: string }).result);
    expect(results).toEqual(['in_progress', 'in_progress', 'in_progress', 'accepted']);
  });

  it('is not asked for while nobody executes orders', async () => {
    const drone = connectDrone({ ...config(), droneId: 'drone-001', heartbeatInterval: 0 });
    drones.push(drone);
    drone.send(sample(0));
    expect(await drone.flush(30_000)).toBe(true);
    expect(server.requests.filter(isPoll)).toEqual([]);
  });

  it('comes over both channels in hybrid mode, and is executed once', async () => {
    let ask: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (ask = resolve));
    server.behaviour.http = (request) => {
      if (isPoll(request)) ask();
      return undefined;
    };
    const { executed } = connect({ ...config(), streamingMethod: 'hybrid', websocket: { url: server.url } });
    await server.until(() => server.sockets.size === 1);
    await asked;
    server.say(order('c-1'));
    await server.until(() => answers().length === 1);
    giveOnce('c-1');
    await server.until(() => answers().length === 2);
    expect(answers().map(({ commandId, result }) => [commandId, result])).toEqual([
      ['c-1', 'accepted'],
      ['c-1', 'accepted'],
    ]);
    expect(executed).toEqual(['c-1']);
  });

  it('comes over HTTP in hybrid mode when the WebSocket is refused, once for both', async () => {
    giveOnce('c-1');
    server.behaviour.upgrade = () => ({ status: 503 });
    const { executed } = connect({ ...config(), streamingMethod: 'hybrid', websocket: { url: server.url } });
    await server.until(() => server.requests.filter(isAck).some(({ body }) => isFinal(body)));
    server.behaviour.upgrade = () => undefined;
    await server.until(() => server.sockets.size === 1);
    server.say(order('c-1'));
    await server.until(() => answers().length === 1);
    expect(answers()).toMatchObject([{ commandId: 'c-1', result: 'accepted' }]);
    expect(executed).toEqual(['c-1']);
  });
});

function isFinal(body: unknown): boolean {
  return (body as { result: string }).result === 'accepted';
}
