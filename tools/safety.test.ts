import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const idsIn = (text: string, pattern: RegExp): readonly string[] =>
  [...new Set([...text.matchAll(pattern)].map(([, id]) => id as string))].sort();

test('every safety invariant has a test of its number, and every number is documented', () => {
  const documented = idsIn(readFileSync('docs/safety.md', 'utf8'), /\*\*(S\d+)\*\*/g);
  const files = globSync('{packages/*/src,e2e}/**/*.{test,contract}.ts');
  const sources = files.map((file) => readFileSync(file, 'utf8')).join('\n');
  expect(idsIn(sources, /\(\s*['"`]\[(S\d+)\] /g)).toEqual(documented);
});
