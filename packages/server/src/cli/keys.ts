import type { AuditEntry, KeyRecord, Store } from '@skein/core';
import type { Command } from 'commander';
import { createKey, type KeySpec, rotateKey } from '../auth/keys.ts';
import { PERMISSIONS, type Permission } from '../auth/permissions.ts';
import { DEFAULT_TENANT } from '../auth/principal.ts';
import { type Console, Failure, type Flags, Misuse, toTable } from './console.ts';
import { readId, readInstantUs, readPermissions, readWholeNumber } from './read-option.ts';
import { addSettings } from './settings.ts';
import type { Define } from './subcommand.ts';
import { secretsOf, withStore } from './with-store.ts';

const OF_A_DRONE: readonly Permission[] = ['telemetry:write', 'telemetry:read'];
const MAX_NAME_CHARACTERS = 200;
const MAX_OVERLAP_S = 30 * 86_400;

interface Options extends Flags {
  readonly json?: string;
}

/** Keys are changed in the store itself: a running server notices within a second, on open sockets too. */
export const keys: Define = (command, console) => {
  command.addHelpText(
    'after',
    '\nExamples:\n  skein keys create --name "survey 7" --drone drone-007\n  skein keys list',
  );
  defineCreate(command, console);
  defineList(command, console);
  defineRotate(command, console);
  defineRevoke(command, console);
};

function defineCreate(command: Command, console: Console): void {
  const create = command
    .command('create')
    .description('make a key and show it, once')
    .requiredOption('--name <text>', 'what the key is for')
    .option('--tenant <id>', 'whose data it leads to', DEFAULT_TENANT)
    .option('--drone <id>', 'bind it to one drone: it writes only that, and receives only its commands')
    .option('--permissions <list>', `some of ${PERMISSIONS.join(',')}`, OF_A_DRONE.join(','))
    .option('--expires-at <instant>', 'ISO 8601; absent: never')
    .option('--rate-per-minute <n>', 'messages and requests a minute; absent: RATE_LIMIT_PER_MINUTE')
    .option('--json', 'one JSON line with id and key')
    .addHelpText(
      'after',
      '\nExamples:\n  skein keys create --name bridge --json\n  skein keys create --name desk --permissions telemetry:read,mission:write,emergency:write',
    );
  addSettings(create, 'dataDir').action((options: Options) => {
    const spec = readSpec(options);
    return withStore(console, options, async (store, config) => {
      const { key, record } = createKey(spec, secretsOf(config).apiKeySecret, Date.now());
      await store.putKey(record);
      await note(store, record, 'key_create');
      showOnce(console, options, key, record);
    });
  });
}

function readSpec(options: Options): KeySpec {
  const { name = '', tenant = '', drone, permissions = '', expiresAt, ratePerMinute } = options;
  if (name.length > MAX_NAME_CHARACTERS || !/^[^\p{Cc}]+$/u.test(name))
    throw new Misuse(`--name is expected to be 1 to ${MAX_NAME_CHARACTERS} characters on one line.`);
  const expiresAtMs = expiresAt && Math.floor(readInstantUs('--expires-at', expiresAt) / 1000);
  if (expiresAtMs && expiresAtMs <= Date.now())
    throw new Misuse(`--expires-at ${expiresAt} is over already.`);
  return {
    name,
    tenant: readId('--tenant', tenant),
    permissions: readPermissions('--permissions', permissions),
    droneId: drone === undefined ? undefined : readId('--drone', drone),
    expiresAtMs: expiresAtMs || undefined,
    ratePerMinute: ratePerMinute
      ? readWholeNumber('--rate-per-minute', ratePerMinute, 1, 100_000_000)
      : undefined,
  };
}

function showOnce(console: Console, { json }: Options, key: string, record: KeyRecord): void {
  const { hash: _hash, ...shown } = toShown(record);
  console.out(json ? JSON.stringify({ ...shown, key }) : key);
  if (!json)
    console.note(`Key ${record.id} (${record.name}). It is shown this once; only a hash of it is kept.`);
}

function toShown(record: KeyRecord) {
  const { createdAtMs, expiresAtMs, revokedAtMs, lastUsedAtMs, ...rest } = record;
  const instants = {
    createdAt: createdAtMs,
    expiresAt: expiresAtMs,
    revokedAt: revokedAtMs,
    lastUsedAt: lastUsedAtMs,
  };
  const texts = Object.entries(instants).flatMap(([name, atMs]) =>
    atMs === undefined ? [] : [[name, new Date(atMs).toISOString()]],
  );
  return { ...rest, ...(Object.fromEntries(texts) as Record<string, string>) };
}

function defineList(command: Command, console: Console): void {
  const list = command
    .command('list')
    .description('the keys there are; never the keys themselves')
    .option('--tenant <id>', 'of one tenant only')
    .option('--json', 'a JSON array')
    .addHelpText('after', '\nExamples:\n  skein keys list\n  skein keys list --tenant default --json');
  addSettings(list, 'dataDir').action((options: Options) =>
    withStore(console, options, async (store) => {
      const all = await store.keys();
      const records = all.filter(
        ({ tenant }) => options['tenant'] === undefined || tenant === options['tenant'],
      );
      if (options.json) {
        const shown = records.map(toShown).map(({ hash: _hash, ...rest }) => rest);
        return console.out(JSON.stringify(shown, undefined, 2));
      }
      const headings = ['ID', 'PREFIX', 'NAME', 'TENANT', 'DRONE', 'STATE', 'PERMISSIONS'];
      for (const line of toTable(headings, records.map(toRow))) console.out(line);
    }),
  );
}

function toRow(record: KeyRecord): readonly string[] {
  const { id, prefix, name, tenant, droneId = '-', permissions } = record;
  return [id, prefix, name, tenant, droneId, stateOf(record, Date.now()), permissions.join(',')];
}

function stateOf({ revokedAtMs, expiresAtMs }: KeyRecord, nowMs: number): string {
  if (revokedAtMs !== undefined && revokedAtMs <= nowMs) return 'revoked';
  if (expiresAtMs === undefined) return 'good';
  return expiresAtMs <= nowMs ? 'expired' : `until ${new Date(expiresAtMs).toISOString()}`;
}

function defineRotate(command: Command, console: Console): void {
  const rotate = command
    .command('rotate')
    .description('a second key with the same rights; the first stays good for a while')
    .argument('<id>', "the key's id, as `skein keys list` shows it")
    .option('--overlap-s <seconds>', 'how long the old key stays good', '86400')
    .option('--json', 'one JSON line with id and key')
    .addHelpText(
      'after',
      '\nExamples:\n  skein keys rotate 6f1c…\n  skein keys rotate 6f1c… --overlap-s 0 --json',
    );
  addSettings(rotate, 'dataDir').action((id: string, options: Options) => {
    const overlapMs = readWholeNumber('--overlap-s', options['overlapS'] ?? '', 0, MAX_OVERLAP_S) * 1000;
    return withStore(console, options, async (store, config) => {
      const old = (await store.keys()).find((known) => known.id === id);
      if (!old || stateOf(old, Date.now()) === 'revoked')
        throw new Failure(`No key ${id} that could be rotated.`);
      const { key, record, endOld } = rotateKey(old, secretsOf(config).apiKeySecret, Date.now(), overlapMs);
      await store.putKey(record);
      await store.endKey(undefined, id, endOld);
      await note(store, record, 'key_rotate', { from: id });
      showOnce(console, options, key, record);
    });
  });
}

function defineRevoke(command: Command, console: Console): void {
  const revoke = command
    .command('revoke')
    .description('end a key now')
    .argument('<id>', "the key's id, as `skein keys list` shows it")
    .option('--json', 'one JSON line')
    .addHelpText('after', '\nExamples:\n  skein keys revoke 6f1c…\n  skein keys revoke 6f1c… --json');
  addSettings(revoke, 'dataDir').action((id: string, options: Options) =>
    withStore(console, options, async (store) => {
      const record = (await store.keys()).find((key) => key.id === id);
      if (!record || !(await store.endKey(undefined, id, { revokedAtMs: Date.now() })))
        throw new Failure(`No key ${id}. \`skein keys list\` shows those there are.`);
      await note(store, record, 'key_revoke');
      if (options.json) console.out(JSON.stringify({ id, revoked: true }));
      else console.note(`Key ${id} (${record.name}) is revoked.`);
    }),
  );
}

async function note(
  store: Store,
  { id, tenant, name }: KeyRecord,
  action: string,
  more: AuditEntry['details'] = {},
): Promise<void> {
  const details = { name, ...more };
  await store.appendAudit({
    atMs: Date.now(),
    tenant,
    actor: 'cli',
    action,
    target: id,
    outcome: 'ok',
    details,
  });
}
