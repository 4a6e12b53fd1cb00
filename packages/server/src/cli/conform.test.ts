import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, startApp } from '../app.ts';
import { createKey } from '../auth/keys.ts';
import { loadConfig } from '../config.ts';
import { callSkein } from './call-skein.contract.ts';

let directory: string;
let app: App;
let key: string;
let careless: Server;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'skein-conform-'));
  const flags = { dataDir: directory, httpPort: '0', ingestPort: '0', gatewayPort: '0' };
  app = await startApp({
    config: loadConfig({ env: {}, flags }),
    log: pino({ level: 'silent' }),
    onFatal: (error) => {
      throw error;
    },
  });
  const spec = {
    name: 'conform',
    tenant: 'default',
    permissions: ['telemetry:write', 'telemetry:read'],
  } as const;
  const created = createKey(spec, app.access.apiKeySecret, Date.now());
  await app.store.putKey(created.record);
  await app.access.keyring.refresh();
  key = created.key;
  careless = createServer((_request, response) => response.end('{"status":"success"}'));
  await new Promise<void>((resolve) => careless.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  careless.close();
  await app.stop();
  rmSync(directory, { recursive: true });
});

test('Skein itself keeps the contract in every point', async () => {
  const url = `http://127.0.0.1:${app.ports.http}`;
  const { code, out } = await callSkein(
    'conform',
    url,
    '--ws',
    `ws://127.0.0.1:${app.ports.ingest}`,
    '--key',
    key,
    '--json',
  );
  const { checks, failed } = JSON.parse(out) as {
    checks: { result: string; name: string; got: string }[];
    failed: number;
  };
  expect(checks.filter(({ result }) => result !== 'pass')).toEqual([]);
  expect([failed, code]).toEqual([0, 0]);
});

test('a server that takes everything fails, and the report says where', async () => {
  const url = `http://127.0.0.1:${(careless.address() as AddressInfo).port}`;
  const { code, out, notes } = await callSkein(
    'conform',
    url,
    '--key',
    'k',
    '--only',
    'a message without position',
  );
  expect(code).toBe(1);
  expect(out).toMatch(
    /^fail .*position.*\n +sent .*\n +expected .*"field":"position".*\n +got .*\n +differs +at status/,
  );
  expect(notes).toContain('0 passed, 1 failed');
});

test('where nobody answers nothing is tried', async () => {
  const { code, notes, out } = await callSkein('conform', 'http://127.0.0.1:1', '--key', 'k');
  expect([code, out]).toEqual([1, '']);
  expect(notes).toMatch(/Nobody answers/);
});

test('without a key, or with an address that is none, it is wrong usage', async () => {
  expect((await callSkein('conform', 'http://127.0.0.1:1')).code).toBe(2);
  expect((await callSkein('conform', 'localhost', '--key', 'k')).code).toBe(2);
});
