import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MessageCells, NO_CELL, NumberRows } from './fleet-memory.ts';

const bytesOf = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_none, at) => (seed * 31 + at * 7) & 255);

test('whatever is put in whatever order, each holder reads what it put last', () => {
  const put = fc.record({
    holder: fc.nat({ max: 40 }),
    length: fc.oneof(fc.nat({ max: 900 }), fc.nat({ max: 5000 }), fc.constantFrom(256, 257, 768, 4096, 4097)),
    none: fc.boolean().map((some) => some && some),
  });
  fc.assert(
    fc.property(fc.array(put, { maxLength: 400 }), (puts) => {
      const cells = new MessageCells();
      const held = new Map<number, { readonly cell: number; readonly bytes: Uint8Array }>();
      for (const [seed, { holder, length }] of puts.entries()) {
        const bytes = length === 0 ? undefined : bytesOf(length, seed);
        const cell = cells.put(held.get(holder)?.cell ?? NO_CELL, bytes);
        expect(cell === NO_CELL).toBe(bytes === undefined || length > 4096);
        held.delete(holder);
        if (bytes && cell !== NO_CELL) held.set(holder, { cell, bytes });
      }
      for (const { cell, bytes } of held.values()) expect(cells.read(cell, bytes.length)).toEqual(bytes);
      expect(new Set([...held.values()].map(({ cell }) => cell)).size).toBe(held.size);
    }),
  );
});

test('a message of the same length or a shorter one stays in its cell', () => {
  const cells = new MessageCells();
  const cell = cells.put(NO_CELL, bytesOf(700, 1));
  for (const length of [700, 1, 768]) expect(cells.put(cell, bytesOf(length, 2))).toBe(cell);
  expect(cells.put(cell, bytesOf(769, 3))).not.toBe(cell);
});

test('a cell given back is used again', () => {
  const cells = new MessageCells();
  const cell = cells.put(NO_CELL, bytesOf(100, 1));
  expect(cells.put(cell, undefined)).toBe(NO_CELL);
  expect(cells.put(NO_CELL, bytesOf(200, 2))).toBe(cell);
});

test('however messages grow and shrink, cells take at most 14 KB a holder', () => {
  const cells = new MessageCells();
  const holders = Array.from({ length: 2000 }, () => NO_CELL);
  for (const length of [200, 300, 500, 700, 1000, 1500, 2000, 3000, 4000, 5000, 200, 4000, 900, 5000, 4000])
    for (const [at, cell] of holders.entries()) holders[at] = cells.put(cell, bytesOf(length, at));
  // Nine chunks that are not full yet.
  expect(cells.bytes).toBeLessThan(2000 * 14_000 + 9 * 196_608);
});

test('a copy that was read does not change with what is put afterwards', () => {
  const cells = new MessageCells();
  const cell = cells.put(NO_CELL, bytesOf(100, 1));
  const copy = cells.read(cell, 100);
  cells.put(cell, bytesOf(100, 2));
  expect(copy).toEqual(bytesOf(100, 1));
});

test('no two rows of numbers share a place', () => {
  const rows = new NumberRows(3);
  const taken = Array.from({ length: 5000 }, () => rows.take());
  for (const [index, { page, at }] of taken.entries()) page.fill(index, at, at + 3);
  for (const [index, { page, at }] of taken.entries())
    expect([...page.subarray(at, at + 3)]).toEqual([index, index, index]);
});
