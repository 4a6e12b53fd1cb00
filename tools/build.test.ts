import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createTestDatabase,
  whyNoPostgres,
} from '../packages/server/src/adapters/postgres/database.contract.ts';

const withoutPostgres = await whyNoPostgres();
if (withoutPostgres) process.stderr.write(`${withoutPostgres}: the build is not tried with it.\n`);

const PACKAGES = ['core', 'client', 'simulator', 'server'] as const;
const root = mkdtempSync(join(tmpdir(), 'skein-build-'));

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly files: readonly string[];
}

const manifestOf = (name: string): Manifest =>
  JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));

/** The repository again, without what was built before; what others publish is shared. */
beforeAll(() => {
  for (const path of ['package.json', 'tsconfig.json', 'tsconfig.base.json', 'tools/build.mjs'])
    cpSync(path, join(root, path));
  for (const path of globSync('packages/*/{src,package.json,tsconfig.json}'))
    cpSync(path, join(root, path), { recursive: true });
  const modules = join(root, 'node_modules');
  mkdirSync(join(modules, '@skein'), { recursive: true });
  for (const name of readdirSync('node_modules'))
    if (name !== '@skein' && name !== 'skein')
      symlinkSync(resolve('node_modules', name), join(modules, name));
  for (const name of PACKAGES)
    symlinkSync(join(root, 'packages', name), join(modules, manifestOf(name).name));
  execFileSync(process.execPath, ['tools/build.mjs'], {
    cwd: root,
    env: { ...process.env, PATH: `${resolve('node_modules/.bin')}:${process.env['PATH']}` },
  });
});
afterAll(() => rmSync(root, { recursive: true }));

test.each(PACKAGES)(
  'whatever the package %s promises is there once it is built, and is published',
  (name) => {
    const { exports, bin = {}, files } = manifestOf(name);
    const targets = Object.values(exports).flatMap(({ source: _, ...others }) => Object.values(others));
    for (const target of [...targets, ...Object.values(bin)]) {
      expect(existsSync(join(root, 'packages', name, target)), target).toBe(true);
      expect(files).toContain(target.split('/')[1]);
    }
    for (const conditions of Object.values(exports)) {
      // The first that fits counts: `default` behind all others, `source` before them.
      expect(Object.keys(conditions)).toEqual(['source', 'types', 'default']);
      expect(existsSync(join(root, 'packages', name, conditions['source'] as string))).toBe(true);
    }
  },
);

test('the command begins with the line that makes it one', () => {
  const command = manifestOf('server').bin?.['skein'] as string;
  expect(readFileSync(join(root, 'packages/server', command), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
});

test('what is no TypeScript is in the build too, and no test is', () => {
  const built = globSync('packages/*/dist/**', { cwd: root });
  const others = globSync('packages/*/src/**/*.sql', { cwd: root });
  expect(others.length).toBeGreaterThan(0);
  expect(
    others.map((path) => path.replace('/src/', '/dist/')).filter((path) => !built.includes(path)),
  ).toEqual([]);
  expect(built.filter((path) => /\.(test|contract)\./.test(path))).toEqual([]);
});

const servers: ChildProcess[] = [];
afterAll(() => {
  for (const server of servers) server.kill('SIGKILL');
});

/** Starts the built server without any condition, asks whether it is ready, and stops it. Gives its exit code. */
async function serveOnce(env: Record<string, string>): Promise<number | null> {
  const argv = [relative('.', join(root, 'packages/server/dist/main.js')), 'serve', '--json', '--port', '0'];
  // Vitest's own children inherit its conditions.
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const server = spawn(process.execPath, argv, {
    env: { ...inherited, ...env, LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  servers.push(server);
  const ended = once(server, 'exit') as Promise<[number | null]>;
  const [line] = (await once(createInterface(server.stdout), 'line')) as [string];
  const { http } = JSON.parse(line) as { http: number };
  expect((await fetch(`http://127.0.0.1:${http}/ready`)).status).toBe(200);
  server.kill('SIGTERM');
  return (await ended)[0];
}

test('the built server serves from SQLite', async () => {
  expect(await serveOnce({ DATA_DIR: join(root, 'data-sqlite') })).toBe(0);
});

test.skipIf(withoutPostgres !== undefined)(
  'the built server brings a PostgreSQL up to date and serves from it',
  async () => {
    const database = await createTestDatabase();
    const env = { DATA_DIR: join(root, 'data-postgres'), DATABASE_URL: database.url };
    const code = await serveOnce(env).finally(() => database.drop());
    expect(code).toBe(0);
  },
);
