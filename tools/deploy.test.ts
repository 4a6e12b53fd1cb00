import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { variables } from '../packages/server/src/config/variables.ts';

const read = (path: string): string => readFileSync(path, 'utf8');
const compose = read('compose.yaml');
const dockerfile = read('Dockerfile');

/** One service's part of compose.yaml. */
const serviceOf = (name: string): string =>
  new RegExp(`^ {2}${name}:\\n(?:(?: {4}.*| *)\\n)+`, 'm').exec(compose)?.[0] ?? '';

const namesIn = (text: string, pattern: RegExp): readonly string[] =>
  [...new Set([...text.matchAll(pattern)].map(([, name]) => name as string))].sort();

test.each(['compose.yaml', 'deploy/prometheus/prometheus.yml', 'deploy/prometheus/alerts.yml'])(
  '%s is indented by spaces, two at a time, and names no key twice in a row of keys',
  (path) => {
    const lines = read(path).split('\n');
    for (const line of lines) {
      expect(line).not.toMatch(/\t|\s$/);
      expect((/^ */.exec(line)?.[0].length ?? 0) % 2).toBe(0);
    }
    const topLevel = lines.flatMap((line) => /^([a-z_]+):/.exec(line)?.[1] ?? []);
    expect(new Set(topLevel).size).toBe(topLevel.length);
  },
);

test('compose publishes Skein’s three ports on loopback, and no database at all', () => {
  expect(serviceOf('skein').match(/"127\.0\.0\.1:\d+:\d+"/g)).toHaveLength(3);
  expect(compose.match(/^ *ports:/gm)).toHaveLength(1);
  expect(compose).not.toMatch(/0\.0\.0\.0/);
});

test.each(['postgres', 'valkey'])(
  '%s is watched, keeps its data in a volume and takes its password from a file',
  (name) => {
    const service = serviceOf(name);
    expect(service).toMatch(/healthcheck:\n +test:/);
    expect(service).toMatch(/volumes:\n +- \w+_data:\//);
    expect(service).toMatch(/\/run\/secrets\/\w+_password/);
    expect(service).not.toMatch(/PASSWORD: /);
  },
);

test('every secret and volume of compose is declared', () => {
  const [secrets, volumes] = [/^secrets:\n((?: .*\n)+)/m, /^volumes:\n((?: .*\n)+)/m].map(
    (part) => part.exec(compose)?.[1] ?? '',
  );
  for (const name of namesIn(compose, /\/run\/secrets\/(\w+)/g)) expect(secrets).toContain(`  ${name}:\n`);
  for (const name of namesIn(compose, /- (\w+_data):/g)) expect(volumes).toContain(`  ${name}:\n`);
});

test('what compose, image and unit set are settings that exist', () => {
  const known = new Set(Object.values(variables).flatMap(({ name }) => [name, `${name}_FILE`]));
  const set = [
    ...namesIn(serviceOf('skein'), /^ {6}([A-Z_]+):/gm),
    ...namesIn(/^ENV .*$/m.exec(dockerfile)?.[0] ?? '', /([A-Z_]+)=/g),
    ...namesIn(/^Environment=.*$/m.exec(read('deploy/skein.service'))?.[0] ?? '', /([A-Z_]+)=/g),
  ].filter((name) => name !== 'NODE_ENV');
  expect(set.length).toBeGreaterThan(3);
  expect(set.filter((name) => !known.has(name))).toEqual([]);
});

test('the image runs as nobody special, is watched, and copies every package it needs', () => {
  expect(dockerfile).toMatch(/^USER node$/m);
  expect(dockerfile).toMatch(/^HEALTHCHECK .*deploy\/healthcheck\.mjs/m);
  for (const name of ['core', 'client', 'simulator', 'server'])
    expect(dockerfile).toContain(`COPY packages/${name}/package.json packages/${name}/`);
});

test('dashboard and alerts ask only for metrics that are exported', () => {
  const exported = new Set(namesIn(read('packages/server/src/metrics.ts'), /'(skein_[a-z_]+)'/g));
  const asked = [read('deploy/grafana/skein.json'), read('deploy/prometheus/alerts.yml')].join('\n');
  const names = namesIn(asked, /\b(skein_[a-z_]+?)(?:_bucket)?\b/g);
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !exported.has(name))).toEqual([]);
});

test('no panel of the dashboard covers another', () => {
  const { panels } = JSON.parse(read('deploy/grafana/skein.json')) as {
    panels: { gridPos: { x: number; y: number; w: number; h: number } }[];
  };
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_cell, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
});
