import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const documents = globSync('{*.md,docs/**/*.md,packages/*/README.md}');
const FOLDERS = ['packages', 'docs', 'tools', 'deploy', 'bench', 'e2e'].join('|');

test.each(documents)('whatever %s links to is there', (document) => {
  const targets = [...readFileSync(document, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g)].map(
    ([, path]) => path as string,
  );
  expect(targets.filter((path) => !existsSync(join(dirname(document), path)))).toEqual([]);
});

test.each(documents)('whatever path %s names is there', (document) => {
  const named = [
    ...readFileSync(document, 'utf8').matchAll(new RegExp(`\`((?:${FOLDERS})/[\\w./-]*)\``, 'g')),
  ];
  expect(named.map(([, path]) => path as string).filter((path) => !existsSync(path))).toEqual([]);
});
