import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DuplicateWindow } from './duplicate-window.ts';

const identity = (keyHigh: number, keyLow: number, place: number) => ({ keyHigh, keyLow, place });

test('an identity is found where it was added, and nowhere before', () => {
  const window = new DuplicateWindow({ windowMs: 30_000, maxEntries: 1_000_000 }, 0);
  expect(window.find(identity(1, 2, 3))).toBeUndefined();
  window.add(identity(1, 2, 3), 4096, 7, 100);
  expect(window.find(identity(1, 2, 3))).toEqual({ position: 4096, index: 7, atMs: 100 });
});

test('the window behaves like a map of everything it was given while nothing expires', () => {
  const key = fc.tuple(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -2, max: 2 }), fc.maxSafeInteger());
  fc.assert(
    fc.property(fc.array(key, { maxLength: 9000, minLength: 1 }), (keys) => {
      const window = new DuplicateWindow({ windowMs: 30_000, maxEntries: 1_000_000 }, 0);
      const model = new Map<string, number>();
      keys.forEach(([high, low, place], at) => {
        const name = `${high},${low},${place}`;
        const found = window.find(identity(high, low, place));
        expect(found?.position).toBe(model.get(name));
        if (found) return;
        window.add(identity(high, low, place), at * 8, 0, 0);
        model.set(name, at * 8);
      });
      expect(window.size).toBe(model.size);
    }),
    { numRuns: 20 },
  );
});

test('an entry outlives the window until the store has it, and is dropped afterwards', () => {
  const window = new DuplicateWindow({ windowMs: 1000, maxEntries: 1_000_000 }, 0);
  window.add(identity(1, 1, 1), 8, 0, 0);
  window.add(identity(1, 1, 2), 16, 0, 1500);
  window.add(identity(1, 1, 3), 24, 0, 3000);
  expect(window.find(identity(1, 1, 1))).toBeDefined();
  window.release(20);
  window.add(identity(1, 1, 4), 32, 0, 4500);
  expect(window.find(identity(1, 1, 1))).toBeUndefined();
  expect(window.find(identity(1, 1, 3))).toBeDefined();
});

test('a flood of identities stays within the bound', () => {
  const window = new DuplicateWindow({ windowMs: 1000, maxEntries: 8000 }, 0);
  for (let place = 0; place < 50_000; place += 1) window.add(identity(5, 5, place), place * 8, 0, 0);
  expect(window.size).toBeLessThanOrEqual(9000);
  expect(window.find(identity(5, 5, 49_999))).toBeDefined();
});

test('over many windows, what is in the hot window is found and what the store has had for longer is not', () => {
  const window = new DuplicateWindow({ windowMs: 1000, maxEntries: 1_000_000 }, 0);
  const rate = (atMs: number) => (atMs % 5000 < 2500 ? 1 : 40);
  const added: { readonly place: number; readonly atMs: number }[] = [];
  for (let atMs = 0; atMs < 20_000; atMs += 5)
    for (let count = 0; count < rate(atMs); count += 1) {
      const place = added.length;
      window.release(place * 8);
      expect(window.find(identity(5, 5, place))).toBeUndefined();
      window.add(identity(5, 5, place), place * 8, 0, atMs);
      added.push({ place, atMs });
    }
  for (const { place, atMs } of added) {
    const found = window.find(identity(5, 5, place));
    if (19_995 - atMs <= 1000) expect(found).toEqual({ position: place * 8, index: 0, atMs });
    // A generation lasts a quarter of the window and goes as a whole.
    if (19_995 - atMs > 1750) expect(found).toBeUndefined();
  }
});
