import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BoundedCache } from './bounded-cache.ts';

test('the last ones used are remembered, and never more than two generations', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50)), fc.integer({ min: 1, max: 10 }), (keys, size) => {
      const cache = new BoundedCache<number>(size);
      const used: number[] = [];
      for (const key of keys) {
        if (cache.get(`${key}`) === undefined) cache.set(`${key}`, key);
        used.unshift(key);
        const recent = new Set(used.slice(0, size));
        for (const one of recent) expect(cache.get(`${one}`)).toBe(one);
      }
      const held = [...new Set(keys)].filter((key) => cache.get(`${key}`) !== undefined);
      expect(held.length).toBeLessThanOrEqual(2 * size);
    }),
  );
});

test('what was cleared is forgotten', () => {
  const cache = new BoundedCache<number>(1);
  cache.set('a', 1);
  cache.set('b', 2);
  cache.clear();
  expect([cache.get('a'), cache.get('b')]).toEqual([undefined, undefined]);
});
