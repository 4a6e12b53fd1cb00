/** A seeded source of chance: the same seed makes the same case, on any machine. */
export interface Chance {
  /** A whole number in [0, below). */
  below(below: number): number;
  pick<T>(values: readonly T[]): T;
  bytes(length: number): Buffer;
}

/** mulberry32, seeded by the run's seed and the case's number. */
export function createChance(seed: number, number: number): Chance {
  let state = (Math.imul(seed, 0x9e37_79b1) ^ Math.imul(number + 1, 0x85eb_ca6b)) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    pick: (values) => values[below(values.length)] as never,
    bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))),
  };
}

/** One to eight changes of single bytes, or of stretches: overwritten, left out, put in, doubled. */
export function mutate(bytes: Buffer, chance: Chance): Buffer {
  let changed = bytes;
  for (let left = 1 + chance.below(8); left > 0; left -= 1) changed = changeOnce(changed, chance);
  return changed;
}

const TELLING = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\',
  '\0',
  '\r\n',
  '-',
  '1e400',
  'null',
  '\\ud800',
  '\xff',
  ' ',
];

function changeOnce(bytes: Buffer, chance: Chance): Buffer {
  const at = chance.below(bytes.length + 1);
  const to = Math.min(bytes.length, at + 1 + chance.below(12));
  const [before, middle, after] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)];
  const inserted = chance.pick([
    chance.bytes(1 + chance.below(6)),
    Buffer.from(chance.pick(TELLING), 'latin1'),
    Buffer.alloc(0),
    Buffer.concat([middle, middle]),
  ]);
  const isInsertion = chance.below(2) === 0;
  return Buffer.concat([before, inserted, isInsertion ? middle : Buffer.alloc(0), after]);
}
