import type { Store } from '@skein/core';
import { openStore } from '../adapters/store.ts';
import { openSecrets, type Secrets } from '../auth/secrets.ts';
import { type Config, isLoopback } from '../config.ts';
import { type Console, configOf, type Flags } from './console.ts';

/** A command line needs one connection for its work and one beside it. */
const POOL_MAX = 2;

/** Opens the store of the configuration, whether or not a server runs on it, and closes it again. */
export async function withStore<T>(
  console: Console,
  flags: Flags,
  task: (store: Store, config: Config) => Promise<T>,
): Promise<T> {
  const config = configOf(console, flags);
  const { databaseUrl, dataDir } = config;
  const store = await openStore({ databaseUrl, dataDir, pgPoolMax: POOL_MAX });
  try {
    return await task(store, config);
  } finally {
    await store.close();
  }
}

/** The secrets that the server of this configuration uses; made now if it has not run yet. */
export function secretsOf({ dataDir, apiKeySecret, jwtSecret, host }: Config): Secrets {
  return openSecrets({ dataDir, apiKeySecret, jwtSecret, isLoopback: isLoopback(host) });
}
