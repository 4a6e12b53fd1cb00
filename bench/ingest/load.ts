import { encode } from '@msgpack/msgpack';
import { messageOf, TIMESTAMP_AT, writeTime } from './message.ts';
import { frameHeader, openRaw, type RawSocket } from './raw-socket.ts';

/** The load, in a process of its own: `flood` never waits, `closed` has one message in flight per connection. */
interface Task {
  readonly kind: 'flood' | 'closed';
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly messages: number;
  /** So that no run repeats another's identities. */
  readonly firstMs: number;
  readonly seconds: number;
  readonly codec: 'json' | 'msgpack';
  /** Messages in one frame: more than one makes an array frame. */
  readonly perFrame: number;
}

const task = JSON.parse(process.argv[2] as string) as Task;
const CHUNK_MESSAGES = 80;

/** The message as its codec writes it, and where its time stands. */
function encoded(drone: number): { message: Buffer; timeAt: number } {
  const message = messageOf(drone);
  if (task.codec === 'json') return { message, timeAt: TIMESTAMP_AT };
  const packed = Buffer.from(encode(JSON.parse(message.toString())));
  return { message: packed, timeAt: packed.indexOf('2026-01-01') };
}

/** A chunk of 80 messages of one drone, in frames of one or in one array frame, whose times are written anew before each send. */
function createChunk(drone: number): { bytes: Buffer; stamp: (firstMs: number) => void } {
  const { message, timeAt } = encoded(drone);
  const opcode = task.codec === 'json' ? 1 : 2;
  const items = Array.from({ length: CHUNK_MESSAGES }, () => message);
  const parts =
    task.perFrame === 1
      ? items.flatMap((item) => [frameHeader(item.length, opcode), item])
      : arrayFrame(items, opcode);
  const bytes = Buffer.concat(parts);
  const times: number[] = [];
  let at = 0;
  for (const part of parts) {
    if (part === message) times.push(at + timeAt);
    at += part.length;
  }
  const stamp = (firstMs: number) => {
    for (const [index, place] of times.entries()) writeTime(bytes, place, firstMs + index);
  };
  return { bytes, stamp };
}

function arrayFrame(items: readonly Buffer[], opcode: 1 | 2): Buffer[] {
  const json = task.codec === 'json';
  const open = json ? Buffer.from('[') : Buffer.from([0xdc, items.length >> 8, items.length & 255]);
  const body = items.flatMap((item, at) => (json && at > 0 ? [Buffer.from(','), item] : [item]));
  const end = json ? [Buffer.from(']')] : [];
  const size = [open, ...body, ...end].reduce((sum, { length }) => sum + length, 0);
  return [frameHeader(size, opcode), open, ...body, ...end];
}

async function flood(): Promise<number> {
  const perConnection = Math.floor(task.messages / task.connections / CHUNK_MESSAGES) * CHUNK_MESSAGES;
  const raws = await Promise.all(
    Array.from({ length: task.connections }, () =>
      openRaw(task.port, task.path.replace('{n}', String(perConnection)), task.headers),
    ),
  );
  const startedMs = performance.now();
  await Promise.all(raws.map((raw, drone) => floodOne(raw, drone, perConnection)));
  const seconds = (performance.now() - startedMs) / 1000;
  for (const { socket } of raws) socket.destroy();
  return (perConnection * task.connections) / seconds;
}

function floodOne(raw: RawSocket, drone: number, count: number): Promise<void> {
  const { bytes, stamp } = createChunk(drone);
  let sent = 0;
  const pump = () => {
    while (sent < count) {
      stamp(task.firstMs + sent);
      sent += CHUNK_MESSAGES;
      if (!raw.socket.write(Buffer.from(bytes))) return void raw.socket.once('drain', pump);
    }
  };
  return new Promise((resolve) => {
    raw.onText = (text) => {
      if (text.includes('"upto"') && (JSON.parse(text) as { upto: number }).upto >= count) resolve();
      if (text.includes('"error"')) throw new Error(text);
    };
    pump();
  });
}

async function closed(): Promise<number> {
  const raws: RawSocket[] = [];
  while (raws.length < task.connections) {
    const some = Math.min(100, task.connections - raws.length);
    raws.push(
      ...(await Promise.all(Array.from({ length: some }, () => openRaw(task.port, task.path, task.headers)))),
    );
  }
  let answered = 0;
  const send = raws.map((raw, drone) => {
    const message = messageOf(drone);
    const header = frameHeader(message.length, 1);
    const frame = Buffer.concat([header, message]);
    let ms = task.firstMs;
    const next = () => {
      ms += 1;
      writeTime(frame, header.length + TIMESTAMP_AT, ms);
      raw.socket.write(Buffer.from(frame));
    };
    raw.onText = (text) => {
      if (!text.includes('"upto"')) return;
      answered += 1;
      next();
    };
    return next;
  });
  for (const next of send) next();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const before = answered;
  const startedMs = performance.now();
  await new Promise((resolve) => setTimeout(resolve, task.seconds * 1000));
  const rate = (answered - before) / ((performance.now() - startedMs) / 1000);
  for (const { socket } of raws) socket.destroy();
  return rate;
}

const rate = await (task.kind === 'flood' ? flood() : closed());
process.stdout.write(`${JSON.stringify({ messagesPerS: rate })}\n`);
process.exit(0);
