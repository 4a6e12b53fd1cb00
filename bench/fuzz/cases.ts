import { gzipSync } from 'node:zlib';
import { encode } from '@msgpack/msgpack';
import { type Chance, createChance, mutate } from './chance.ts';
import { createMessage } from './messages.ts';

/** What is sent over one connection, byte by byte. */
export interface Case {
  readonly kind: 'http' | 'http-bytes' | 'frames' | 'frame-bytes';
  readonly port: 'http' | 'ingest';
  readonly bytes: Buffer;
}

const POSTS = [
  ...['/api/drone/telemetry', '/api/drone/telemetry/batch', '/api/drone/anomaly', '/api/drone/heartbeat'],
  ...['/api/drone/errors', '/api/drone/fuzz-1/commands/c-1/ack', '/api/auth/token'],
];
const GETS = [
  ...['/api/drones', '/api/drones/fuzz-1', '/api/drones/fuzz-1/telemetry?limit=10', '/api/anomalies?limit=5'],
  ...['/api/drones/fuzz-1/telemetry?from=2025-06-01T00:00:00Z&to=2025-06-02T00:00:00Z&resolution=60s'],
  ...[
    '/api/telemetry/0123456789abcdef0123456789abcdef',
    '/api/drone/fuzz-1/commands?waitMs=0',
    '/health',
    '/ready',
  ],
];
const TYPES = [
  'application/json',
  'application/json; charset=utf-8',
  'application/x-ndjson',
  'text/plain',
  '',
];

/** The same number and seed make the same case. */
export function createCase(seed: number, number: number): Case {
  const chance = createChance(seed, number);
  const port = chance.pick(['http', 'ingest'] as const);
  switch (chance.below(4)) {
    case 0:
      return { kind: 'http', port, bytes: request(chance) };
    case 1:
      return { kind: 'http-bytes', port, bytes: mutate(request(chance), chance) };
    case 2:
      return { kind: 'frames', port: 'ingest', bytes: conversation(chance, false) };
    default:
      return { kind: 'frame-bytes', port: 'ingest', bytes: conversation(chance, true) };
  }
}

function request(chance: Chance): Buffer {
  const isPost = chance.below(4) > 0;
  if (!isPost) return head([`GET ${oddPath(chance)} HTTP/1.1`]);
  const json = Buffer.from(JSON.stringify(createMessage(chance)) ?? 'undefined');
  const odd = chance.below(4) === 0 ? mutate(json, chance) : json;
  const isZipped = chance.below(8) === 0;
  const body = isZipped ? gzipSync(odd) : odd;
  const lines = [`POST ${chance.pick(POSTS)} HTTP/1.1`, `Content-Length: ${body.length}`];
  const type = chance.below(5) === 0 ? chance.pick(TYPES) : 'application/json';
  if (type !== '') lines.push(`Content-Type: ${type}`);
  if (isZipped) lines.push('Content-Encoding: gzip');
  return Buffer.concat([head(lines), body]);
}

function oddPath(chance: Chance): string {
  const path = chance.pick(GETS);
  if (chance.below(2) === 0) return path;
  const odd = mutate(Buffer.from(path), chance);
  return encodeURI(odd.toString('latin1')) || '/';
}

const head = (lines: readonly string[]): Buffer =>
  Buffer.from(`${[...lines, 'Host: localhost', 'Connection: close'].join('\r\n')}\r\n\r\n`);

const HANDSHAKE = [
  'Host: localhost',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Version: 13',
];
const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';

/** A handshake, up to eight frames, and a close frame; of odd bytes where that is wished. */
function conversation(chance: Chance, isOdd: boolean): Buffer {
  const isMsgpack = chance.below(3) === 0;
  const protocol = isMsgpack ? ['Sec-WebSocket-Protocol: skein.v1+msgpack'] : [];
  const ack = chance.pick(['each', 'batch', 'count', 'none']);
  const start = `${[`GET /?ack=${ack} HTTP/1.1`, ...HANDSHAKE, KEY, ...protocol].join('\r\n')}\r\n\r\n`;
  const frames = Array.from({ length: 1 + chance.below(8) }, () => {
    const message = payloadOf(chance, isMsgpack);
    const payload = chance.below(3) === 0 ? mutate(message, chance) : message;
    return frame(isMsgpack ? 2 : 1, payload, chance);
  });
  const all = Buffer.concat([...frames, frame(8, Buffer.from([3, 232]), chance)]);
  return Buffer.concat([Buffer.from(start), isOdd ? mutate(all, chance) : all]);
}

function payloadOf(chance: Chance, isMsgpack: boolean): Buffer {
  const message = createMessage(chance);
  return isMsgpack ? Buffer.from(encode(message)) : Buffer.from(JSON.stringify(message) ?? 'undefined');
}

/** RFC 6455 5.2: masked, as a client must. */
function frame(opcode: number, payload: Buffer, chance: Chance): Buffer {
  const mask = chance.bytes(4);
  const short = payload.length < 126;
  const size = short
    ? Buffer.from([0x80 | payload.length])
    : Buffer.from([0xfe, payload.length >> 8, payload.length & 255]);
  const masked = Buffer.from(payload.map((byte, at) => byte ^ (mask[at & 3] as number)));
  return Buffer.concat([Buffer.from([0x80 | opcode]), size, mask, masked]);
}
