import { droneMessages } from '@skein/core';
import { operatorsChannel } from './asyncapi-operators.ts';

/** AsyncAPI 3.0 of the sockets, from the schemas that validate them. */
export function asyncApi(): object {
  const received = Object.entries(droneMessages).map(([name, payload]) => [name, { name, payload }] as const);
  const sent = Object.fromEntries(
    SENT.map(([name, summary, properties]) => [name, { name, summary, payload: objectOf(name, properties) }]),
  );
  const operators = operatorsChannel();
  const messages = { ...Object.fromEntries(received), ...sent };
  const refs = (names: readonly string[]) =>
    names.map((name) => ({ $ref: `#/channels/drone/messages/${name}` }));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Skein: the sockets of drones and operators',
      version: '0.1.0',
      description:
        'JSON text frames, one message or an array of telemetry; MessagePack with the subprotocol skein.v1+msgpack. `?ack=each|batch|count` asks for acknowledgements, `?durability=stored` for the database’s.',
      license: { name: 'Apache-2.0' },
    },
    servers: {
      ingest: { host: '127.0.0.1:8080', protocol: 'ws' },
      gateway: { host: '127.0.0.1:3001', protocol: 'ws' },
    },
    defaultContentType: 'application/json',
    channels: {
      drone: {
        ...{ address: '/', title: 'A drone’s connection', servers: [{ $ref: '#/servers/ingest' }], messages },
      },
      operator: operators.channel,
    },
    operations: {
      drone: {
        action: 'receive',
        channel: { $ref: '#/channels/drone' },
        messages: refs(received.map(([name]) => name)),
      },
      server: { action: 'send', channel: { $ref: '#/channels/drone' }, messages: refs(Object.keys(sent)) },
      ...operators.operations,
    },
  };
}

const text = { type: 'string' };
const durability = { enum: ['disk', 'stored'] };
const SENT: readonly (readonly [string, string, Readonly<Record<string, object>>])[] = [
  [
    'connection_ack',
    'First frame of every connection',
    { timestamp: text, status: { const: 'connected' }, heartbeatIntervalMs: { type: 'integer' } },
  ],
  [
    'telemetry_ack',
    'ack=each: this message is durable',
    {
      status: { const: 'success' },
      dataId: text,
      seq: { type: 'integer' },
      durability,
      duplicate: { const: true },
    },
  ],
  [
    'anomaly_ack',
    'ack=each: this anomaly is durable',
    { status: { const: 'success' }, anomalyId: text, durability, duplicate: { const: true } },
  ],
  ['ack', 'ack=batch or count: everything up to here is durable', { upto: { type: 'integer' }, durability }],
  ['heartbeat_ack', 'Answer to heartbeat', { timestamp: text }],
  ['pong', 'Answer to ping', { timestamp: text }],
  [
    'command',
    'An order to the vehicle',
    {
      commandId: text,
      command: text,
      params: { type: 'object' },
      expiresAt: text,
      ttlMs: { type: 'integer' },
    },
  ],
  [
    'error',
    'A refusal: the envelope, with the seq or n of the message',
    {
      message: text,
      status: { const: 'error' },
      error: { type: 'object' },
      timestamp: text,
      requestId: text,
      seq: { type: 'integer' },
      n: { type: 'integer' },
    },
  ],
];

const objectOf = (name: string, properties: Readonly<Record<string, object>>) => ({
  type: 'object',
  required: ['type'],
  properties: { type: { const: name }, ...properties },
});
