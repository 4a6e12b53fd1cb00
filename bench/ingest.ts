import { parseArgs } from 'node:util';
import { run, type Started, startReference, startSkein } from './ingest/processes.ts';

/**
 * The ingest line beside what it is measured against, alternating in one run, median of the rounds:
 * flood (clients never wait) beside ws + JSON.parse; closed loop (1000 connections, one message in flight each) beside a
 * server that parses, checks and answers but keeps nothing; MessagePack beside JSON; the stores beside guide A's one
 * INSERT per message; memory of idle connections.
 */

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    rows: { type: 'string', default: '500000' },
    only: { type: 'string', default: 'flood,closed,msgpack,stores,memory' },
  },
});
const rounds = Number(values.rounds);
const parts = new Set(values.only.split(','));
const say = (text: string): void => void (values.json || process.stdout.write(`${text}\n`));

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] as number;

interface Side {
  readonly name: string;
  readonly server: Started;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly codec?: 'json' | 'msgpack';
  readonly perFrame?: number;
}

/** Every run has a span of times of its own, so that no message is another's repeat. */
let firstMs = 0;

async function measure(kind: 'flood' | 'closed', side: Side): Promise<number> {
  firstMs += 120_000;
  const task = {
    ...{ kind, port: side.server.port, path: side.path, headers: side.headers ?? {}, firstMs },
    ...{ codec: side.codec ?? 'json', perFrame: side.perFrame ?? 1 },
    ...(kind === 'flood'
      ? { connections: 10, messages: 400_000, seconds: 0 }
      : { connections: 1000, messages: 0, seconds: 5 }),
  };
  const { messagesPerS } = await run<{ messagesPerS: number }>('./load.ts', [JSON.stringify(task)]);
  return messagesPerS;
}

/** One round each to warm up, then alternating; the median of the rounds' ratios ours / reference. */
async function compare(kind: 'flood' | 'closed', reference: Side, ours: Side) {
  const sides = [reference, ours];
  for (const side of sides) await measure(kind, side);
  const rates: [number, number][] = [];
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? [0, 1] : [1, 0];
    const pair: [number, number] = [0, 0];
    for (const at of order) pair[at as 0 | 1] = await measure(kind, sides[at as number] as Side);
    rates.push(pair);
    say(
      `${kind} ${reference.name} ${Math.round(pair[0])}/s, ${ours.name} ${Math.round(pair[1])}/s, ratio ${(pair[1] / pair[0]).toFixed(2)}`,
    );
  }
  return {
    ratio: Number(median(rates.map(([a, b]) => b / a)).toFixed(3)),
    referencePerS: Math.round(median(rates.map(([a]) => a))),
    oursPerS: Math.round(median(rates.map(([, b]) => b))),
  };
}

async function beside(mode: 'bare' | 'ack', kind: 'flood' | 'closed') {
  const reference = await startReference(mode);
  const server = await startSkein();
  const result = await compare(
    kind,
    { name: `ws ${mode}`, server: reference, path: '/?n={n}' },
    { name: 'skein', server, path: '/?ack=count' },
  );
  await Promise.all([reference.stop(), server.stop()]);
  return result;
}

/** Both in array frames of 80 messages on the same server. */
async function msgpack() {
  const server = await startSkein();
  const common = { server, path: '/?ack=count', perFrame: 80 };
  const result = await compare(
    'flood',
    { ...common, name: 'JSON' },
    {
      ...common,
      name: 'MessagePack',
      codec: 'msgpack',
      headers: { 'Sec-WebSocket-Protocol': 'skein.v1+msgpack' },
    },
  );
  await server.stop();
  return result;
}

interface StoreResult {
  readonly rowsPerS: number;
  readonly insertPerMessageRowsPerS: number;
}

const store = (engine: string) =>
  run<StoreResult>('../store.ts', ['--engine', engine, '--rows', values.rows, '--json']);

const result: Record<string, unknown> = {};
if (parts.has('flood')) {
  const flood = await beside('bare', 'flood');
  Object.assign(result, {
    floodRatio: flood.ratio,
    floodPerS: flood.oursPerS,
    bareWsPerS: flood.referencePerS,
  });
}
if (parts.has('closed')) {
  const closed = await beside('ack', 'closed');
  Object.assign(result, {
    closedRatio: closed.ratio,
    closedPerS: closed.oursPerS,
    ackOnlyPerS: closed.referencePerS,
  });
}
if (parts.has('msgpack')) {
  const packed = await msgpack();
  Object.assign(result, {
    msgpackRatio: packed.ratio,
    msgpackPerS: packed.oursPerS,
    jsonArraysPerS: packed.referencePerS,
  });
}
if (parts.has('stores')) {
  const sqlite = await store('sqlite');
  const postgres = await store('postgres').catch((error: Error) =>
    say(`PostgreSQL skipped: ${error.message}`),
  );
  Object.assign(result, {
    sqliteRowsPerS: Math.round(sqlite.rowsPerS),
    postgresRowsPerS: postgres ? Math.round(postgres.rowsPerS) : null,
    insertPerMessageRowsPerS: Math.round((postgres ?? sqlite).insertPerMessageRowsPerS),
    sqliteInsertPerMessageRowsPerS: Math.round(sqlite.insertPerMessageRowsPerS),
  });
}
if (parts.has('memory')) {
  const memory = await run<{ bytesPerIdleConnection: number }>('../memory.ts', ['--json']);
  result['bytesPerIdleConnection'] = memory.bytesPerIdleConnection;
}
process.stdout.write(`${JSON.stringify(result)}\n`);
