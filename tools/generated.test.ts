import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generated } from './generated.ts';

test.each(Object.entries(generated))('%s is what `npm run docs` makes of the sources', async (path, make) => {
  expect(readFileSync(path, 'utf8')).toBe(await make());
});
