import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '@skein/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openJournal } from '../adapters/journal/journal.ts';
import { openProjection, openStore } from '../adapters/store.ts';
import { batchOf, NOW_US, sampleOf, toMessage } from '../adapters/store-messages.contract.ts';
import { hashKey } from '../auth/keys.ts';
import { openSecrets } from '../auth/secrets.ts';
import { callSkeinIn } from './call-skein.contract.ts';
import { subcommands } from './subcommand.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'skein-cli-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const skein = (...argv: readonly string[]) => callSkeinIn({ DATA_DIR: directory }, ...argv);

test.each(Object.keys(subcommands))('%s explains itself with two examples', async (name) => {
  const { code, out } = await skein(name, '--help');
  expect(code).toBe(0);
  expect(out.split('Examples:\n')[1]?.match(/^ {2}\S/gm)).toHaveLength(2);
});

test.each([
  [[]],
  [['fly']],
  [['keys']],
  [['keys', 'create']],
  [['keys', 'create', '--name', 'a', '--permissions', 'everything']],
  [['keys', 'create', '--name', 'a', '--expires-at', 'tomorrow']],
  [['keys', 'create', '--name', 'a', '--expires-at', '2001-01-01T00:00:00Z']],
  [['keys', 'create', '--name', 'a', '--drone', 'a:b']],
  [['keys', 'create', '--name', 'a', '--rate-per-minute', '0']],
  [['keys', 'create', '--name', 'a\nb']],
  [['keys', 'rotate', 'x', '--overlap-s', '-1']],
  [['export', '--drone', 'd', '--format', 'xml']],
  [['export', '--drone', 'd', '--format', 'parquet']],
  [['config', '--http-port', '99999']],
  [['config', '--jwt-secret', 'x']],
])('wrong usage %j exits 2 and says why', async (argv) => {
  const { code, out, notes } = await skein(...argv);
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(notes).not.toBe('');
});

test('a key is shown once, and only its hash is kept', async () => {
  const { out, code } = await skein('keys', 'create', '--name', 'survey', '--drone', 'd-1', '--json');
  const { id, key, droneId } = JSON.parse(out);
  expect(code).toBe(0);
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(droneId).toBe('d-1');
  const list = await skein('keys', 'list', '--json');
  expect(JSON.parse(list.out)).toMatchObject([{ id, name: 'survey', prefix: key.slice(0, 8) }]);
  expect(list.out).not.toContain(key);
  const { apiKeySecret } = openSecrets({ dataDir: directory, isLoopback: true });
  expect(list.out).not.toContain(hashKey(key, apiKeySecret));
  await withStore(async (store) => {
    expect(await store.keys()).toMatchObject([{ hash: hashKey(key, apiKeySecret) }]);
  });
});

test('a rotated key has the rights of the first, which ends after the overlap', async () => {
  const first = JSON.parse(
    (await skein('keys', 'create', '--name', 'a', '--permissions', 'admin', '--json')).out,
  );
  const second = JSON.parse((await skein('keys', 'rotate', first.id, '--overlap-s', '0', '--json')).out);
  expect(second.permissions).toEqual(['admin']);
  expect(second.key).not.toBe(first.key);
  expect((await skein('keys', 'list')).out).toMatch(new RegExp(`${first.id}.* expired `));
});

test('a revoked key stays revoked, and an unknown one is a failure', async () => {
  const { id } = JSON.parse((await skein('keys', 'create', '--name', 'a', '--json')).out);
  expect((await skein('keys', 'revoke', id)).code).toBe(0);
  expect((await skein('keys', 'list')).out).toMatch(new RegExp(`${id}.* revoked `));
  expect((await skein('keys', 'rotate', id)).code).toBe(1);
  expect((await skein('keys', 'revoke', 'nobody')).code).toBe(1);
});

test('what the command line changes stands in the audit log', async () => {
  const { id } = JSON.parse((await skein('keys', 'create', '--name', 'a', '--json')).out);
  await skein('keys', 'revoke', id);
  await skein('tokens', 'revoke', 'jti-1');
  await withStore(async (store) => {
    const entries = await store.audit({ limit: 10 });
    expect(entries.map(({ action, target }) => [action, target])).toEqual([
      ['key_create', id],
      ['key_revoke', id],
      ['token_revoke', 'jti-1'],
    ]);
    expect(await store.revokedTokens()).toMatchObject([{ jti: 'jti-1' }]);
  });
});

test('the configuration is printed with its origins and without its secrets', async () => {
  const secret = '0123456789abcdef0123456789abcdef';
  const { out } = await callSkeinIn(
    { DATA_DIR: directory, JWT_SECRET: secret },
    'config',
    '--max-drones',
    '7',
    '--json',
  );
  expect(JSON.parse(out)).toContainEqual({
    setting: 'maxDrones',
    variable: 'MAX_DRONES',
    value: 7,
    origin: 'flag',
  });
  expect(out).not.toContain(secret);
});

test('the doctor finds nothing wrong with a fresh directory', async () => {
  const { code, out } = await skein('doctor', ...freePorts, '--json');
  expect(JSON.parse(out).filter(({ state }: { state: string }) => state === 'fail')).toEqual([]);
  expect(code).toBe(0);
});

test('the doctor names what is wrong with its remedy, and fails', async () => {
  const file = join(directory, 'file');
  writeFileSync(file, 'no directory');
  const beneath = join(file, 'data');
  const { code, out, notes } = await skein('doctor', ...freePorts, '--data-dir', beneath);
  expect(code).toBe(1);
  expect(out).toMatch(/FAIL {2}data directory: .*\n {6}→ /);
  expect(notes).toMatch(/checks failed\.$/);
});

const freePorts = ['--http-port', '0', '--ingest-port', '0', '--gateway-port', '0'];

test('an export is what was sent, oldest first, within the times asked for', async () => {
  await storeFlight([0, 1, 2, 3, 4]);
  const { out, code } = await skein(...exporting, '--from', toInstant(1), '--to', toInstant(4));
  expect(code).toBe(0);
  const lines = out.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([1, 2, 3].map((at) => toMessage(flightAt(at))));
});

test('an export holds what only the journal knows yet', async () => {
  const journal = openJournal({
    directory: join(directory, 'journal'),
    quotaBytes: 2 ** 30,
    onRecord: () => undefined,
    onFatal: () => undefined,
  });
  const entry = { kind: 'telemetry', codec: 'json', channel: 'http', tenant: 'default' } as const;
  const payload = JSON.stringify(toMessage(flightAt(0)));
  journal.append({ ...entry, receivedAtMs: NOW_US / 1000, payload });
  await journal.close();
  const { out, code } = await skein(...exporting);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual(JSON.parse(payload));
});

test('Parquet without its engine says what to install, and leaves nothing behind', async () => {
  const path = join(directory, 'flight.parquet');
  const { code, notes } = await skein(...exporting, '--format', 'parquet', '--out', path);
  expect([code, notes]).toEqual([1, expect.stringContaining('npm install @duckdb/node-api@')]);
  expect(readdirSync(directory).filter((name) => name.startsWith('flight'))).toEqual([]);
});

test('an export to a file leaves the whole file and nothing beside it', async () => {
  await storeFlight([0, 1, 2]);
  const path = join(directory, 'flight.csv');
  const { out } = await skein(...exporting, '--format', 'csv', '--out', path, '--json');
  expect(JSON.parse(out)).toEqual({ rows: 3, out: path, format: 'csv' });
  const [heading, first] = readFileSync(path, 'utf8').split('\n');
  expect(heading).toMatch(/^data_id,drone_id,session_id,timestamp,.*battery_pct/);
  expect(first?.split(',')[3]).toBe(toInstant(0));
  expect(readdirSync(directory)).not.toContain('flight.csv.part');
});

const exporting = ['export', '--drone', 'drone-1'];
const flightAt = (second: number) => ({ timeUs: NOW_US + second * 1_000_000 });
const toInstant = (second: number) => new Date(flightAt(second).timeUs / 1000).toISOString();

async function storeFlight(seconds: readonly number[]): Promise<void> {
  const projection = await openProjection({ dataDir: directory });
  await projection.write(batchOf(seconds.map((second) => sampleOf(flightAt(second), { tenant: 'default' }))));
  await projection.close();
}

async function withStore(task: (store: Store) => Promise<void>): Promise<void> {
  const opened = await openStore({ dataDir: directory, pgPoolMax: 1 });
  try {
    await task(opened);
  } finally {
    await opened.close();
  }
}
