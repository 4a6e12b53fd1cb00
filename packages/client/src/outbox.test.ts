import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anomaly, sample } from '../test/samples.ts';
import { type Dropped, Emitter } from './events.ts';
import { type HeldMessage, Outbox, toHeld, toText } from './outbox.ts';

function openOutbox(bufferMessages: number, bufferBytes = 1_000_000) {
  const events = new Emitter();
  const dropped: Dropped[] = [];
  events.on('dropped', (event) => dropped.push(event));
  return { outbox: new Outbox({ bufferMessages, bufferBytes }, events), dropped };
}

it('drops the oldest telemetry when it is full, and says which', () => {
  const { outbox, dropped } = openOutbox(3);
  for (let seq = 0; seq < 5; seq += 1) outbox.add(toHeld(sample(seq)));
  expect(dropped).toMatchObject([
    { reason: 'buffer_full', message: { seq: 0 } },
    { reason: 'buffer_full', message: { seq: 1 } },
  ]);
  expect(outbox.all().map(({ seq }) => seq)).toEqual([2, 3, 4]);
});

it('never drops an anomaly while there is telemetry to drop', () => {
  const { outbox, dropped } = openOutbox(3);
  outbox.add(toHeld(anomaly(0)));
  for (let seq = 0; seq < 3; seq += 1) outbox.add(toHeld(sample(seq)));
  outbox.add(toHeld(anomaly(1)));
  expect(dropped.map(({ message }) => message.seq)).toEqual([0, 1]);
  for (const minute of [2, 3]) outbox.add(toHeld(anomaly(minute)));
  expect(dropped.map(({ message }) => message.kind)).toEqual([
    'telemetry',
    'telemetry',
    'telemetry',
    'anomaly',
  ]);
});

it('holds no more bytes than it may', () => {
  const { bytes } = toHeld(sample(1));
  const { outbox, dropped } = openOutbox(1000, 2 * bytes);
  for (let seq = 1; seq <= 3; seq += 1) outbox.add(toHeld(sample(seq)));
  expect(outbox.bytes).toBe(2 * bytes);
  expect(dropped).toHaveLength(1);
});

const settle = {
  acknowledge: (outbox: Outbox, message: HeldMessage) => outbox.acknowledge(message, { channel: 'http' }),
  reject: (outbox: Outbox, message: HeldMessage) =>
    outbox.reject(message, { code: 'CONFLICT', reason: '', details: {} }),
  release: (outbox: Outbox, message: HeldMessage) => outbox.release(message),
};

it('accounts for every message it ever took', () => {
  const message = fc.nat(10_000).map((number) => toHeld(number % 4 === 0 ? anomaly(number) : sample(number)));
  const deed = fc.tuple(fc.constantFrom('acknowledge', 'reject', 'release'), fc.nat(20));
  fc.assert(
    fc.property(fc.array(fc.tuple(message, fc.option(deed)), { maxLength: 200 }), (rounds) => {
      const { outbox } = openOutbox(8, 3000);
      const taken: HeldMessage[] = [];
      for (const [next, then] of rounds) {
        taken.push(next);
        outbox.add(next);
        const settled = taken.at(-1 - (then?.[1] ?? 0));
        if (then && settled) settle[then[0]](outbox, settled);
        const { sent, acked, rejected, dropped, unconfirmed } = outbox.counts;
        expect(acked + rejected + dropped + unconfirmed + outbox.size).toBe(sent);
        expect(outbox.size).toBeLessThanOrEqual(8);
        expect(outbox.bytes).toBe(outbox.all().reduce((sum, { bytes }) => sum + bytes, 0));
        expect(outbox.bytes).toBeLessThanOrEqual(3000);
      }
    }),
  );
});

it('writes a message so that only the way it went differs between the channels', () => {
  const message = {
    ...sample(1),
    metadata: { dataVersion: '1.0', compression: false },
    extra: { ü: [1, null] },
  };
  const held = toHeld(message);
  for (const channel of ['websocket', 'http'] as const) {
    const metadata = { ...message.metadata, transmissionMethod: channel };
    expect(JSON.parse(toText(held, channel))).toEqual({ ...message, metadata });
  }
  expect(held.bytes).toBe(new TextEncoder().encode(toText(held, 'websocket')).length);
  expect(toText(toHeld(sample(2)), 'http')).toBe(JSON.stringify(sample(2)));
});
