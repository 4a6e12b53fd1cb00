import { mutate } from './mutate.ts';

/**
 * Guide A's way: acknowledged as soon as it is taken, written by a batcher that holds it for five seconds. A kill must
 * lose what was acknowledged meanwhile.
 */
mutate(
  {
    file: '/server/src/app.ts',
    from: /new DurableGate\(\s*'disk',\s*\(\) => journal\.durable\s*\)/,
    to: "new DurableGate('disk', () => Number.POSITIVE_INFINITY)",
  },
  {
    file: '/adapters/journal/journal.ts',
    from: /setImmediate\(\(\) => this\.#flush\(\)\)/,
    to: 'setTimeout(() => this.#flush(), 5000)',
  },
);
