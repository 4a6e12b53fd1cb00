import { expect, test } from 'vitest';
import { mismatch, type Pattern } from './pattern.ts';

test.each<[unknown, Pattern, string | undefined]>([
  [{ a: 1, more: 2 }, { a: 1 }, undefined],
  [{ a: { b: 'x' } }, { a: { b: /^x$/ } }, undefined],
  [{ a: { b: 'y' } }, { a: { b: /^x$/ } }, 'a.b'],
  [{ a: { b: 7 } }, { a: { b: /7/ } }, 'a.b'],
  [[1, 2], [1, 2], undefined],
  [[1, 2, 3], [1, 2], '(all)'],
  [{ list: [1] }, { list: [1, 2] }, 'list'],
  ['not a list', [], '(all)'],
  [null, {}, '(all)'],
  [undefined, undefined, undefined],
  [{}, { a: undefined }, undefined],
  [{ a: '1' }, { a: 1 }, 'a'],
])('%j beside %j differs at %s', (value, pattern, at) => {
  expect(mismatch(value, pattern)).toBe(at);
});
