import { once } from 'node:events';
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { readFleetFrame } from '@skein/core';
import { WebSocket } from 'ws';
import { telemetryOf } from '../e2e/messages.ts';
import { createHome } from '../e2e/server.ts';

/**
 * From a drone's message to the operators' sockets: so many drones at a message a second, so many operators who follow all of them,
 * in each form in turn. Counted from the moment a message was sent, so the way to the server and its acceptance are in it.
 * Then the bytes a second of one operator who looks at a part of the map, of a fleet of 10 000, at every zoom.
 */

const BAR_P99_MS = 50;
const DRONES_PER_LINE = 20;
const TICK_MS = 5;
const WINDOW_DRONES = 10_000;
const WINDOW_S = 3;
const BAR_WINDOW_BYTES_PER_S = 200_000;
const ZOOMS = [0, 3, 6, 9, 11, 12, 13, 14, 15, 16, 18, 22] as const;
const WARM_UP_MS = 3000;
const FORMS = ['single', 'batch', 'binary'] as const;
type Form = (typeof FORMS)[number];

const { values } = parseArgs({
  options: {
    drones: { type: 'string', default: '1000' },
    operators: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
  },
});
const [drones, operators, seconds] = [values.drones, values.operators, values.seconds].map(Number) as [
  number,
  number,
  number,
];

/** When each sample in a frame was sent, epoch ms: its event time. */
const timesIn: Readonly<Record<Form, (data: Buffer) => readonly number[]>> = {
  single: (data) => {
    const at = data.indexOf('"timestamp":"');
    return at < 0 ? [] : [Date.parse(data.toString('latin1', at + 13, at + 37))];
  },
  batch: (data) => {
    const { columns, rows } = JSON.parse(data.toString()) as { columns: string[]; rows: unknown[][] };
    const time = columns.indexOf('time_ms');
    return rows.map((row) => row[time] as number);
  },
  binary: (data) => readFleetFrame(data)?.records.map(({ timeMs }) => timeMs) ?? [],
};
const TYPES: Readonly<Record<Form, string>> = {
  single: 'telemetry_update',
  batch: 'telemetry_batch',
  binary: '',
};

async function open(url: string, protocols: readonly string[] = []): Promise<WebSocket> {
  const ws = new WebSocket(url, [...protocols], { skipUTF8Validation: true });
  await once(ws, 'open');
  return ws;
}

interface Heard {
  readonly histogram: RecordableHistogram;
  count: number;
  bytes: number;
}

async function follow(url: string, form: Form, heard: Heard, isMeasured: () => boolean): Promise<WebSocket> {
  const ws = await open(url, form === 'binary' ? ['skein.v1+fleet'] : []);
  ws.send(JSON.stringify({ type: 'subscribe_telemetry', all: true, batch: form === 'batch' }));
  const mark = Buffer.from(`"type":"${TYPES[form]}"`);
  ws.on('message', (data: Buffer, isBinary: boolean) => {
    const isOurs = form === 'binary' ? isBinary && data[1] === 0 : data.subarray(0, 64).includes(mark);
    if (!isOurs || !isMeasured()) return;
    const nowMs = Date.now();
    heard.bytes += data.length;
    for (const timeMs of timesIn[form](data)) {
      heard.count += 1;
      heard.histogram.record(Math.max(1, Math.round((nowMs - timeMs) * 1000)));
    }
  });
  return ws;
}

/** A message of each drone, before and after its time and number. */
type Halves = readonly (readonly [string, string])[];

/** Every drone a message a second, evenly; over a town, 40 m apart. Returns a stop. */
async function fly(url: string, count: number): Promise<() => void> {
  const lines: WebSocket[] = [];
  for (let n = 0; n < count; n += DRONES_PER_LINE) lines.push(await open(url));
  const wide = Math.ceil(Math.sqrt(count));
  // Each drone goes to and fro, so that every window has something to say at every look.
  const halves: readonly Halves[] = [0, 0.000_3].map((shiftDeg) =>
    Array.from({ length: count }, (_, n) => {
      const message = telemetryOf({ droneId: `bench-${n}`, sessionId: `s-${n}`, seq: 0, timestamp: '@' });
      message.position.gps.latitude += (Math.floor(n / wide) - wide / 2) * 0.000_36 + shiftDeg;
      message.position.gps.longitude += ((n % wide) - wide / 2) * 0.000_47;
      return JSON.stringify(message).split('"@","seq":0') as [string, string];
    }),
  );
  const startMs = performance.now();
  let k = 0;
  const timer = setInterval(() => {
    for (; (k / count) * 1000 <= performance.now() - startMs; k += 1) {
      const seq = Math.floor(k / count);
      const [before, after] = (halves[seq % 2] as Halves)[k % count] as Halves[number];
      const line = lines[(k % count) % lines.length] as WebSocket;
      line.send(`${before}"${new Date().toISOString()}","seq":${seq}${after}`);
    }
  }, TICK_MS);
  return () => {
    clearInterval(timer);
    for (const line of lines) line.terminate();
  };
}

/** The screen of a map, 2048 by 1024 pixels, in the middle of the fleet: all that is sent, from the subscription on. */
async function watch(url: string, zoom: number): Promise<number> {
  const ws = await open(url);
  let bytes = 0;
  ws.on('message', (data: Buffer) => {
    bytes += data.length;
  });
  const widthDeg = Math.min(360, (8 * 360) / 2 ** zoom);
  const heightDeg = Math.min(170, widthDeg / 2);
  const bounds = {
    west: Math.max(-180, -74.006 - widthDeg / 2),
    east: Math.min(180, -74.006 + widthDeg / 2),
    south: Math.max(-85, 40.7128 - heightDeg / 2),
    north: Math.min(85, 40.7128 + heightDeg / 2),
  };
  ws.send(JSON.stringify({ type: 'subscribe_telemetry', bounds, zoom }));
  await wait(WINDOW_S * 1000);
  ws.terminate();
  return Math.round(bytes / WINDOW_S);
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const home = await createHome({ settings: { AUTH_MODE: 'open', LOG_LEVEL: 'warn' } });
try {
  const server = await home.start();
  const land = await fly(server.ingestUrl, drones);
  await wait(WARM_UP_MS);
  const results: Partial<Record<Form, object>> = {};
  let ok = true;
  for (const form of FORMS) {
    const heard: Heard = { histogram: createHistogram(), count: 0, bytes: 0 };
    let isMeasured = false;
    const sockets: WebSocket[] = [];
    for (let n = 0; n < operators; n += 1)
      sockets.push(await follow(`ws://127.0.0.1:${server.ports.gateway}`, form, heard, () => isMeasured));
    await wait(WARM_UP_MS);
    isMeasured = true;
    await wait(seconds * 1000);
    isMeasured = false;
    for (const ws of sockets) ws.terminate();
    const ms = (percentile: number) => Number((heard.histogram.percentile(percentile) / 1000).toFixed(2));
    const expected = drones * operators * seconds;
    const isWhole = heard.count > 0.95 * expected;
    const p99 = ms(99);
    ok &&= isWhole && p99 < BAR_P99_MS;
    results[form] = {
      ...{ p50: ms(50), p99, p999: ms(99.9), max: Number((heard.histogram.max / 1000).toFixed(2)) },
      ...{
        updatesPerS: Math.round(heard.count / seconds),
        bytesPerUpdate: Math.round(heard.bytes / heard.count),
      },
    };
  }
  land();
  const landAll = await fly(server.ingestUrl, WINDOW_DRONES);
  await wait(WARM_UP_MS);
  const windowBytesPerS: Record<string, number> = {};
  for (const zoom of ZOOMS) {
    const bytesPerS = await watch(`ws://127.0.0.1:${server.ports.gateway}`, zoom);
    windowBytesPerS[zoom] = bytesPerS;
    ok &&= bytesPerS < BAR_WINDOW_BYTES_PER_S;
  }
  landAll();
  process.stdout.write(
    `${JSON.stringify({ drones, operators, seconds, unit: 'ms', ...results, windowBytesPerS, ok })}\n`,
  );
  process.exitCode = ok ? 0 : 1;
} finally {
  await home.remove();
}
