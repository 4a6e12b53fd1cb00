import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Fleet, isRefusal, type Sample, toSample } from '@skein/core';
import { WebSocketServer } from 'ws';
import { telemetryOf } from '../e2e/messages.ts';
import { OPEN_PRINCIPAL } from '../packages/server/src/auth/principal.ts';
import { hashSession } from '../packages/server/src/decode/session-hash.ts';
import { FanOut } from '../packages/server/src/gateway/fan-out.ts';
import { type OperatorHome, OperatorSocket } from '../packages/server/src/gateway/operator-socket.ts';
import { PushLog } from '../packages/server/src/gateway/push-log.ts';
import { BATCH_COLUMNS, toRowText, toTelemetryText } from '../packages/server/src/gateway/telemetry-text.ts';
import { systemClock } from '../packages/server/src/net/system-clock.ts';

/**
 * One tick of a fleet in which every drone has changed, to many operators who follow all of it: by the gateway, as JSON rows and
 * as records, beside the same state made into text for each client (as guide B's messages, and as the same rows). The readers are
 * a process of their own.
 */

const { values } = parseArgs({
  options: {
    drones: { type: 'string', default: '10000' },
    operators: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '5' },
    reader: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

/** The other end: reads and counts. */
async function read(port: number): Promise<never> {
  let total = 0;
  for (let n = 0; n < Number(values.operators) * 3; n += 1) {
    const callback = (size: number) => {
      total += size;
      return true;
    };
    const onread = { buffer: Buffer.allocUnsafe(1 << 20), callback };
    const socket = connect({ port, host: '127.0.0.1', onread });
    await once(socket, 'connect');
    const form = ['', 'skein.v1+fleet', ''][n % 3];
    const protocol = form ? `Sec-WebSocket-Protocol: ${form}\r\n` : '';
    socket.write(
      `GET /${n % 3} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${protocol}` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
    );
    socket.on('close', () => process.exit(0));
  }
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    process.send?.(total);
  }
}

interface Timing {
  /** Until every byte was handed over. */
  readonly sendMs: number;
  /** Until every byte was read. */
  readonly allMs: number;
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] as number;
const round = (value: number) => Number(value.toPrecision(3));

async function measure(): Promise<void> {
  const [droneCount, operatorCount, rounds] = [values.drones, values.operators, values.rounds].map(
    Number,
  ) as [number, number, number];
  const fleet = new Fleet({
    hashSession,
    maxDrones: droneCount,
    channelAliveMs: 60_000,
    hybridPriority: 'first',
  });
  let timeMs = Date.now();
  const fly = () => {
    for (let n = 0; n < droneCount; n += 1) {
      const message = telemetryOf({
        droneId: `drone-${n}`,
        sessionId: 's',
        timestamp: new Date(timeMs).toISOString(),
      });
      message.position.gps.latitude += n / 1e5;
      const sample = toSample(message, { tenant: 'default', channel: 'http', receivedAtMs: timeMs });
      if (isRefusal(sample)) throw new Error(sample.message);
      const drone = fleet.meet('default', sample.droneId);
      if (drone) {
        drone.lastHeardMs = timeMs;
        fleet.update(drone, sample as Sample);
      }
    }
  };
  fly();
  const fanOut = new FanOut({ fleet, clock: systemClock });
  const log = new PushLog('bench');
  const home: OperatorHome = {
    logOf: () => log,
    subscribe: (socket, wish) => fanOut.subscribe(socket, wish),
    unsubscribe: () => undefined,
    replay: () => undefined,
    live: () => undefined,
  };
  const wss = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const server = createServer().listen(0, '127.0.0.1');
  const groups: [OperatorSocket[], OperatorSocket[], OperatorSocket[]] = [[], [], []];
  const entered = new Promise<void>((resolve) => {
    server.on('upgrade', (request, socket, head) =>
      wss.handleUpgrade(request, socket, head, (ws) => {
        const group = groups[Number(request.url?.slice(1))] as OperatorSocket[];
        group.push(new OperatorSocket(ws, request.socket, OPEN_PRINCIPAL, home));
        if (groups.flat().length === operatorCount * 3) resolve();
      }),
    );
  });
  await once(server, 'listening');
  const argv = ['--reader', String((server.address() as AddressInfo).port), '--operators', values.operators];
  const reader = fork(fileURLToPath(import.meta.url), argv, { execArgv: process.execArgv });
  let received = 0;
  reader.on('message', (total: number) => {
    received = total;
  });
  await entered;
  const sockets = groups.flat();
  const written = () => sockets.reduce((sum, socket) => sum + socket.bytesWritten, 0);
  const settled = async () => {
    while (received < written()) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  const timed = async (task: () => void): Promise<Timing> => {
    await settled();
    const startMs = performance.now();
    task();
    const sendMs = performance.now() - startMs;
    await settled();
    return { sendMs, allMs: performance.now() - startMs };
  };
  /** A frame of its own for each client, from objects at hand: of guide B's messages, and of the rows our batches have. */
  const perClient = (toBody: () => object) => {
    const body = toBody();
    return () => {
      for (const { ws } of groups[2]) ws.send(JSON.stringify({ seq: 1, type: 'telemetry_batch', ...body }));
    };
  };
  const followers = (group: readonly OperatorSocket[]) => {
    for (const socket of group) {
      socket.subscribe({ drones: 'all', maxRateHz: undefined, batch: true });
      socket.reply({});
    }
    return () => fanOut.tick();
  };
  const leave = (group: readonly OperatorSocket[]) => {
    for (const socket of group) socket.end();
  };
  const runs = new Map<string, Timing[]>();
  const take = async (name: string, toTask: () => () => void, isWarm: boolean) => {
    // Whoever follows has been told everything; then every drone changes.
    fanOut.tick();
    timeMs += 1000;
    fly();
    const timing = await timed(toTask());
    if (isWarm) runs.set(name, [...(runs.get(name) ?? []), timing]);
  };
  for (let at = 0; at <= rounds; at += 1) {
    // The first round compiles.
    const isWarm = at > 0;
    await take('messages', () => perClient(() => ({ drones: toStates(fleet) })), isWarm);
    await take('rows', () => perClient(() => ({ columns: BATCH_COLUMNS, rows: toRows(fleet) })), isWarm);
    for (const [name, group] of [
      ['json', groups[0]],
      ['binary', groups[1]],
    ] as const) {
      const tick = followers(group);
      await take(name, () => tick, isWarm);
      leave(group);
    }
  }
  const of = (name: string, key: keyof Timing) => median((runs.get(name) ?? []).map((timing) => timing[key]));
  const times = (key: keyof Timing) =>
    Object.fromEntries([...runs.keys()].map((name) => [name, round(of(name, key))]));
  const ratio = (name: string, reference: string, key: keyof Timing = 'sendMs') =>
    round(of(reference, key) / of(name, key));
  const result = {
    ...{ drones: droneCount, operators: operatorCount, sendMs: times('sendMs'), allMs: times('allMs') },
    ...{ jsonRatio: ratio('json', 'messages'), binaryRatio: ratio('binary', 'messages') },
    ...{ jsonRowsRatio: ratio('json', 'rows'), binaryRowsRatio: ratio('binary', 'rows') },
    ...{
      jsonAllRatio: ratio('json', 'messages', 'allMs'),
      binaryAllRatio: ratio('binary', 'messages', 'allMs'),
    },
  };
  const ok = result.jsonRatio >= 25 && result.binaryRatio >= 25;
  process.stdout.write(`${JSON.stringify({ ...result, ok })}\n`);
  reader.kill();
  server.close();
  process.exit(ok ? 0 : 1);
}

/** The objects a gateway would hold: what the picture says of each drone. */
const toStates = (fleet: Fleet): readonly unknown[] =>
  [...fleet.drones('default')].map((drone) => JSON.parse(`{${toTelemetryText(drone, 'online')}}`) as unknown);

const toRows = (fleet: Fleet): readonly unknown[] =>
  [...fleet.drones('default')].map((drone) => JSON.parse(toRowText(drone, 'online')) as unknown);

if (values.reader === undefined) await measure();
else await read(Number(values.reader));
