import { type Check, INSTANT, refusal, SOME, type Target } from './check.ts';
import { postTelemetry } from './http-line.ts';
import type { Pattern } from './pattern.ts';
import { anomaly, fullSample, leastSample, without } from './samples.ts';
import { onSocket, type SocketLine } from './socket-line.ts';

const GREETING = { type: 'connection_ack', timestamp: INSTANT, status: 'connected' } as const;
const DURABILITY = /^(disk|stored)$/;
const TELEMETRY_ACK = {
  type: 'telemetry_ack',
  status: 'success',
  dataId: SOME,
  durability: DURABILITY,
} as const;
const EACH = '?ack=each';

function socketRefusal(code: string, more: Record<string, Pattern> = {}): Pattern {
  return { type: 'error', message: SOME, ...(refusal(code) as object), ...more };
}

/** Past the greeting: the answer to one message. */
function answerTo(query: string, say: (line: SocketLine, target: Target) => void): Check['ask'] {
  return (target) =>
    onSocket(target, { query }, async (line) => {
      await line.next();
      say(line, target);
      return line.next();
    });
}

const taken: readonly Check[] = [
  {
    name: 'the server greets first',
    clause: '2.3',
    sent: 'an upgrade',
    expected: GREETING,
    ask: (target) => onSocket(target, {}, (line) => line.next()),
  },
  {
    name: 'who asked for no acknowledgement gets none',
    clause: '2.3',
    sent: 'telemetry, then {"type":"ping"}',
    expected: { type: 'pong' },
    ask: answerTo('', (line, target) => {
      line.send(fullSample(target));
      line.send({ type: 'ping' });
    }),
  },
  {
    name: 'a heartbeat is answered',
    clause: '2.3',
    sent: '{"type":"heartbeat"}',
    expected: { type: 'heartbeat_ack' },
    ask: answerTo('', (line) => line.send({ type: 'heartbeat' })),
  },
  {
    name: 'with ?ack=each every message is acknowledged with its durability',
    clause: '2.3',
    sent: 'telemetry with seq 7',
    expected: { ...TELEMETRY_ACK, seq: 7 },
    ask: answerTo(EACH, (line, target) => line.send({ ...fullSample(target), seq: 7 })),
  },
  {
    name: 'the first frame may ask for acknowledgements too',
    clause: '2.3',
    sent: '{"type":"hello","ack":"each"}, then telemetry',
    expected: TELEMETRY_ACK,
    ask: answerTo('', (line, target) => {
      line.send({ type: 'hello', ack: 'each' });
      line.send(leastSample(target));
    }),
  },
  {
    name: 'an anomaly is taken on the socket',
    clause: '2.2, 2.3',
    sent: 'an anomaly without type',
    expected: { type: 'anomaly_ack', status: 'success' },
    ask: answerTo(EACH, (line, target) => line.send(anomaly(target))),
  },
  {
    name: 'a frame may be a batch',
    clause: '2.3',
    sent: 'an array of two messages',
    expected: [TELEMETRY_ACK, TELEMETRY_ACK],
    ask: (target) =>
      onSocket(target, { query: EACH }, async (line) => {
        await line.next();
        line.send([leastSample(target), leastSample(target)]);
        return [await line.next(), await line.next()];
      }),
  },
  {
    name: 'with ?ack=batch an acknowledgement stands for all before it',
    clause: '2.3',
    sent: 'seq 1, 2, 3 of one session',
    expected: { type: 'ack', upto: 3, durability: DURABILITY },
    ask: (target) => onSocket(target, { query: '?ack=batch' }, (line) => lastOf(line, target)),
  },
  {
    name: 'MessagePack is spoken where it was agreed on',
    clause: '2.3',
    sent: 'telemetry as MessagePack under skein.v1+msgpack',
    expected: TELEMETRY_ACK,
    ask: (target) =>
      onSocket(target, { query: EACH, protocols: ['skein.v1+msgpack'] }, async (line) => {
        await line.next();
        line.sendPacked(leastSample(target));
        return line.next();
      }),
  },
  {
    name: 'a message that came by HTTP already is a duplicate on the socket',
    clause: '2.5',
    sent: 'the same message over both channels',
    expected: { ...TELEMETRY_ACK, duplicate: true, isSameDataId: true },
    ask: async (target) => {
      const message = leastSample(target);
      const { body } = await postTelemetry(target, message);
      const ack = (await answerTo(EACH, (line) => line.send(message))(target)) as { dataId?: string };
      return { ...ack, isSameDataId: ack?.dataId === (body as { dataId?: string }).dataId };
    },
  },
];

/** Acknowledgements may come in steps; the last one counts. */
async function lastOf(line: SocketLine, target: Target): Promise<unknown> {
  await line.next();
  const message = leastSample(target);
  for (const seq of [1, 2, 3]) line.send({ ...message, seq });
  for (;;) {
    const answer = (await line.next()) as { upto?: number } | undefined;
    if (answer?.upto === undefined || answer.upto >= 3) return answer;
  }
}

const refused: readonly Check[] = [
  {
    name: 'bytes that are no JSON are refused in the guide’s words, and the connection lives',
    clause: '2.3, 4',
    sent: '{"sessionId": and then {"type":"ping"}',
    expected: [
      { ...(socketRefusal('TRANSMISSION_ERROR') as object), message: 'Invalid JSON format' },
      { type: 'pong' },
    ],
    ask: (target) => afterBad(target, '{"sessionId":'),
  },
  {
    name: 'the guide’s own wscat line is refused with the field that is missing, and the connection lives',
    clause: '2.3, 4',
    sent: 'telemetry without position',
    expected: [socketRefusal('VALIDATION_ERROR'), { type: 'pong' }],
    ask: (target) => afterBad(target, without(leastSample(target), 'position')),
  },
  {
    name: 'a refusal names the seq it answers',
    clause: '2.3',
    sent: 'telemetry with seq 9 and battery 101',
    expected: socketRefusal('VALIDATION_ERROR', { seq: 9 }),
    ask: answerTo('', (line, target) =>
      line.send({ ...leastSample(target), seq: 9, telemetry: { battery: 101, signal: 1 } }),
    ),
  },
  {
    name: 'an unknown type is refused',
    clause: '2.3',
    sent: '{"type":"barrel_roll"}',
    expected: socketRefusal('VALIDATION_ERROR'),
    ask: answerTo('', (line) => line.send({ type: 'barrel_roll' })),
  },
  {
    name: 'a drone may not command',
    clause: '5',
    sent: '{"type":"emergency_land","drone_id":"drone-002"}',
    expected: socketRefusal('AUTHORIZATION_ERROR'),
    ask: answerTo('', (line) => line.send({ type: 'emergency_land', drone_id: 'drone-002' })),
  },
  {
    name: 'a frame that is too large closes with 1009',
    clause: '2.3',
    sent: '1 MiB and more in one frame',
    expected: { code: 1009 },
    ask: (target) =>
      onSocket(target, {}, async (line) => {
        line.send({ ...leastSample(target), note: 'x'.repeat(2 ** 20) });
        return { code: await line.closed() };
      }),
  },
  {
    name: 'a wrong key is refused at the upgrade',
    clause: '5',
    sent: 'an upgrade with another key',
    expected: { refused: 401, body: refusal('AUTHENTICATION_ERROR') },
    ask: (target) => onSocket(target, { key: '0'.repeat(64) }, (line) => line.next()),
  },
  {
    name: 'no credential is refused at the upgrade',
    clause: '5',
    sent: 'an upgrade without a credential',
    expected: { refused: 401, body: refusal('AUTHENTICATION_ERROR') },
    ask: (target) => onSocket(target, { key: null }, (line) => line.next()),
  },
];

function afterBad(target: Target, bad: unknown): Promise<unknown> {
  return onSocket(target, {}, async (line) => {
    await line.next();
    line.send(bad);
    line.send({ type: 'ping' });
    return [await line.next(), await line.next()];
  });
}

const credentials: readonly Check[] = [
  {
    name: 'the credential may stand in a subprotocol',
    clause: '5',
    sent: 'an upgrade with Sec-WebSocket-Protocol: skein.v1, bearer.<key>',
    expected: GREETING,
    ask: (target) =>
      onSocket(target, { key: null, protocols: ['skein.v1', `bearer.${target.key}`] }, (line) => line.next()),
  },
  {
    name: 'the credential may be the first frame',
    clause: '5',
    sent: 'an upgrade with skein.v1, then {"type":"auth","token":…}, then telemetry',
    expected: { hasAck: true },
    ask: (target) =>
      onSocket(target, { key: null, query: EACH, protocols: ['skein.v1'] }, async (line) => {
        line.send({ type: 'auth', token: target.key });
        const [, answer] = [await line.next(), await line.next()];
        line.send(leastSample(target));
        const ack = (await line.next()) as { type?: string } | undefined;
        return { answer, ack, hasAck: ack?.type === 'telemetry_ack' };
      }),
  },
];

export const socketChecks: readonly Check[] = [...taken, ...refused, ...credentials];
