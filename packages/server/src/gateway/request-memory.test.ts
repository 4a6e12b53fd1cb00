import { describe, expect, it } from 'vitest';
import { RequestMemory } from './request-memory.ts';

const DAY_MS = 24 * 3_600_000;

describe('a request’s id', () => {
  it('stands for one content for a day', () => {
    const memory = new RequestMemory();
    expect(memory.admit('id', 'land', 0)).toBe(true);
    expect(memory.admit('id', 'land', 1)).toBe(true);
    expect(memory.admit('id', 'hold', DAY_MS - 1)).toBe(false);
    expect(memory.admit('id', 'hold', DAY_MS)).toBe(true);
  });

  it('is forgotten, the oldest first, where there are too many', () => {
    const memory = new RequestMemory(2);
    for (const id of ['a', 'b', 'c']) memory.admit(id, 'x', 0);
    expect(memory.admit('c', 'y', 0)).toBe(false);
    expect(memory.admit('a', 'y', 0)).toBe(true);
  });
});
