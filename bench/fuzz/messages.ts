import fc from 'fast-check';
import { telemetryOf } from '../../e2e/messages.ts';
import type { Chance } from './chance.ts';

type Json = Record<string, unknown>;

/** Fixed, so that a case is the same bytes whenever it is made. */
const SESSION = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const TIMESTAMP = '2025-06-01T12:00:00.000Z';

const BASES: readonly (() => Json)[] = [
  () => telemetryOf({ droneId: 'fuzz-1', sessionId: SESSION, seq: 1, timestamp: TIMESTAMP }),
  () => telemetryOf({ droneId: 'fuzz-2', sessionId: SESSION, timestamp: TIMESTAMP }),
  () => ({
    sessionId: 'test-session',
    timestamp: '2025-06-01T12:00:00.000Z',
    anomaly: { type: 'battery_low', severity: 'medium', value: 15, threshold: { min: 1, max: 20 } },
    drone: { id: 'fuzz-3', position: { x: 1, y: 2, z: 3 } },
    context: { missionId: 'm', flightTime: 1800, previousAnomalies: [] },
  }),
  () => ({ type: 'heartbeat', droneId: 'fuzz-1' }),
  () => ({ type: 'hello', ack: 'each', durability: 'disk', droneId: 'fuzz-1' }),
  () => ({
    type: 'error_report',
    drone: { id: 'fuzz-1' },
    error: { code: 'TIMEOUT_ERROR', message: 'late' },
  }),
  () => ({ type: 'command_ack', commandId: 'c-1', result: 'accepted' }),
  () => ({ type: 'command_progress', commandId: 'c-1', progressPct: 50 }),
  () => ({ type: 'auth', token: 'a'.repeat(64) }),
  () => ({ metadata: { compression: true }, payload: 'H4sIAAAAAAAAA6tWKkktLlGyUlAqSS0uUaoFAGn0RZ4QAAAA' }),
];

const VALUES: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.double(),
  fc.maxSafeInteger(),
  fc.constantFrom(
    null,
    undefined,
    '',
    -0,
    1e308,
    2 ** 53,
    '2025-02-30T00:00:00Z',
    '__proto__',
    '\u0000',
    '\ud800',
  ),
);
const KEYS = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'type', 'seq', 'drone', 'session_id', 'toString', ''),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const CHANGES = fc.array(
  fc.record({ steps: fc.array(fc.nat(12), { maxLength: 4 }), key: KEYS, value: VALUES }),
  {
    maxLength: 3,
  },
);

/** A message of ours with some of its parts replaced, added or left out, as fast-check sees fit. */
export function createMessage(chance: Chance): unknown {
  const message = structuredClone(chance.pick(BASES)());
  const [changes = []] = fc.sample(CHANGES, { numRuns: 1, seed: chance.below(2 ** 31) });
  for (const change of changes) apply(message, change);
  const [other] = fc.sample(VALUES, { numRuns: 1, seed: chance.below(2 ** 31) });
  const kind = chance.below(20);
  if (kind === 0) return other;
  return kind < 3 ? [message, other, chance.pick(BASES)()] : message;
}

interface Change {
  readonly steps: readonly number[];
  readonly key: string;
  readonly value: unknown;
}

/** Walks into the message by the steps, and there sets a field: most often one that is there. */
function apply(message: Json, { steps, key, value }: Change): void {
  let at = message;
  for (const step of steps) {
    const inside = Object.values(at).filter((each) => typeof each === 'object' && each !== null) as Json[];
    at = inside[step % Math.max(1, inside.length)] ?? at;
  }
  const names = Object.keys(at);
  const name = names[(steps[0] ?? 0) % (names.length + 1)] ?? key;
  // The length of an array is no field of a message.
  if (Array.isArray(at) && name === 'length') return;
  Object.defineProperty(at, name, { value, enumerable: true, configurable: true, writable: true });
}
