import { once } from 'node:events';
import { createHistogram } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { newSession, telemetryOf } from '../e2e/messages.ts';
import { createHome, type Settings } from '../e2e/server.ts';

/**
 * A large fleet as it is on an ordinary day: 100 000 drones over 1000 connections, each with a message every ten seconds.
 * The server’s log stays empty. The time to the acknowledgement (flushed on disk) counts from the moment a message was due, not from when this process
 * came to send it.
 */

const PERIOD_MS = 10_000;
/** Drones are met, sessions begun, code compiled: the first round is not measured. */
const WARM_UP_MS = 2 * PERIOD_MS;
const TICK_MS = 2;
const BAR_P99_MS = 50;

interface Line {
  readonly ws: WebSocket;
  /** When what is not acknowledged yet was due, in order. */
  readonly due: number[];
  acked: number;
}

interface Load {
  readonly lines: readonly Line[];
  readonly messages: readonly (readonly [string, string])[];
}

/** The text of a drone's message, in two halves around its `seq` and time. */
function halvesOf(n: number): readonly [string, string] {
  const written = { droneId: `steady-${n}`, sessionId: newSession() };
  const [before, after] = JSON.stringify(telemetryOf({ ...written, seq: 0, timestamp: '@' })).split(
    '"@","seq":0',
  );
  return [before as string, after as string];
}

async function openLine(
  url: string,
  onAck: (ms: number) => void,
  fail: (reason: string) => void,
): Promise<Line> {
  const ws = new WebSocket(`${url}/?ack=count`);
  const line: Line = { ws, due: [], acked: 0 };
  ws.on('message', (data: Buffer) => {
    const nowMs = performance.now();
    const message = JSON.parse(data.toString()) as { type: string; upto?: number };
    if (message.type === 'error') fail(data.toString());
    const { upto = line.acked } = message;
    for (const due of line.due.splice(0, upto - line.acked)) onAck(nowMs - due);
    line.acked = upto;
  });
  ws.on('close', (code) => fail(`closed with ${code}`));
  ws.on('error', (error) => fail(error.message));
  await once(ws, 'open');
  return line;
}

/** Message k is due k periods ÷ drones after the start; whoever is late sends all that is due at once. */
async function fly({ lines, messages }: Load, durationMs: number, isFailed: () => boolean): Promise<number> {
  const spacingMs = PERIOD_MS / messages.length;
  const startMs = performance.now();
  const total = Math.floor(durationMs / spacingMs);
  let k = 0;
  while (k < total && !isFailed()) {
    const timestamp = new Date().toISOString();
    for (; k < total && k * spacingMs <= performance.now() - startMs; k += 1) {
      const drone = k % messages.length;
      const line = lines[drone % lines.length] as Line;
      const [before, after] = messages[drone] as readonly [string, string];
      line.due.push(startMs + k * spacingMs);
      line.ws.send(`${before}"${timestamp}","seq":${Math.floor(k / messages.length)}${after}`);
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  return k;
}

/** What was acknowledged in each ten seconds: a stall, or a machine that others use too, shows as one line. */
function sayEachPeriod(say: (text: string) => void): (waitedMs: number) => void {
  const part = createHistogram();
  setInterval(() => {
    const [p50, p99, max] = [part.percentile(50), part.percentile(99), part.max].map((us) =>
      (us / 1000).toFixed(1),
    );
    say(
      `${new Date().toISOString()} ${part.count} acknowledged, p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`,
    );
    part.reset();
  }, PERIOD_MS).unref();
  return (waitedMs) => part.record(toUs(waitedMs));
}

const toUs = (ms: number): number => Math.max(1, Math.round(ms * 1000));

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    drones: { type: 'string', default: '100000' },
    connections: { type: 'string', default: '1000' },
    database: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const [drones, connections, minutes] = [values.drones, values.connections, values.minutes].map(Number) as [
  number,
  number,
  number,
];
const database: Settings = values.database === undefined ? {} : { DATABASE_URL: values.database };
const home = await createHome({
  settings: { AUTH_MODE: 'open', LOG_LEVEL: 'warn', MAX_CONNECTIONS: String(connections), ...database },
});
try {
  const server = await home.start();
  const histogram = createHistogram();
  const failures: string[] = [];
  let acked = 0;
  let measureFromMs = Number.POSITIVE_INFINITY;
  const recordPeriod = sayEachPeriod((text) => void (values.json || process.stdout.write(`${text}\n`)));
  const onAck = (waitedMs: number) => {
    acked += 1;
    recordPeriod(waitedMs);
    if (performance.now() >= measureFromMs) histogram.record(toUs(waitedMs));
  };
  const lines: Line[] = [];
  for (let n = 0; n < connections; n += 1)
    lines.push(await openLine(server.ingestUrl, onAck, (reason) => failures.push(reason)));
  const messages = Array.from({ length: drones }, (_, n) => halvesOf(n));
  measureFromMs = performance.now() + WARM_UP_MS;
  const sent = await fly({ lines, messages }, WARM_UP_MS + minutes * 60_000, () => failures.length > 0);
  while (acked < sent && failures.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  const log = home.log();
  const ms = (percentile: number) => Number((histogram.percentile(percentile) / 1000).toFixed(2));
  const ackMs = { p50: ms(50), p99: ms(99), p999: ms(99.9), max: Number((histogram.max / 1000).toFixed(2)) };
  const ok = failures.length === 0 && log === '' && acked === sent && ackMs.p99 < BAR_P99_MS;
  const result = {
    drones,
    connections,
    minutes,
    sent,
    acked,
    perS: Math.round((drones / PERIOD_MS) * 1000),
    ackMs,
  };
  process.stdout.write(
    `${JSON.stringify({ ...result, failures: failures.slice(0, 3), log: log.slice(0, 2000), ok })}\n`,
  );
  process.exitCode = ok ? 0 : 1;
  for (const { ws } of lines) ws.removeAllListeners('close').terminate();
} finally {
  await home.remove();
}
