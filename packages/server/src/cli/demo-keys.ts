import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from '../app.ts';
import { createKey, hashKey } from '../auth/keys.ts';
import { PERMISSIONS, type Permission } from '../auth/permissions.ts';
import { DEFAULT_TENANT } from '../auth/principal.ts';

export interface DemoKeys {
  readonly operator: string;
  readonly drones: string;
  /** Of the recorded flights. */
  readonly flights: string;
}

const FILE = 'demo-keys.json';
const PERMISSIONS_OF: Readonly<Record<keyof DemoKeys, readonly Permission[]>> = {
  operator: PERMISSIONS,
  drones: ['telemetry:write'],
  flights: ['telemetry:write'],
};

/** The demo's keys: made by its first run, kept in the data directory (mode 600), the same at the next. */
export async function openDemoKeys({ store, access }: App, dataDir: string): Promise<DemoKeys> {
  const path = join(dataDir, FILE);
  const kept = readKept(path);
  const known = new Set(
    (await store.keys()).filter(({ revokedAtMs }) => revokedAtMs === undefined).map(({ hash }) => hash),
  );
  const open = async (name: keyof DemoKeys): Promise<string> => {
    const key = kept[name];
    if (typeof key === 'string' && known.has(hashKey(key, access.apiKeySecret))) return key;
    const spec = { name: `demo ${name}`, tenant: DEFAULT_TENANT, permissions: PERMISSIONS_OF[name] };
    const created = createKey(spec, access.apiKeySecret, Date.now());
    await store.putKey(created.record);
    return created.key;
  };
  const keys = {
    operator: await open('operator'),
    drones: await open('drones'),
    flights: await open('flights'),
  };
  await access.keyring.refresh();
  keep(path, keys);
  return keys;
}

function readKept(path: string): Partial<DemoKeys> {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    // Not there yet, or not whole: new keys are made.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

function keep(path: string, keys: DemoKeys): void {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, `${JSON.stringify(keys, undefined, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(own, path);
}
