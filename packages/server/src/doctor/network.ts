import { once } from 'node:events';
import { createServer } from 'node:net';
import { openStore } from '../adapters/store.ts';
import type { Config } from '../config.ts';
import { type Finding, fail, fine } from './finding.ts';

const TIMEOUT_MS = 5000;

/** Each port is free, or it is Skein that has it. */
export async function checkPorts(config: Config): Promise<readonly Finding[]> {
  const { host, httpPort, ingestPort, gatewayPort } = config;
  const ports = {
    DRONE_HTTP_PORT: httpPort,
    DRONE_WEBSOCKET_PORT: ingestPort,
    DRONE_GATEWAY_PORT: gatewayPort,
  };
  const isRunning = await answersHealth(config);
  return Promise.all(
    Object.entries(ports).map(async ([name, port]) => {
      if (port === 0) return fine('ports', `${name}=0: a free one is chosen.`);
      const error = await tryListening(host, port);
      if (error === undefined) return fine('ports', `${port} is free (${name}).`);
      if (error.code === 'EADDRINUSE' && isRunning)
        return fine('ports', `${port} is Skein's already (${name}).`);
      return fail(
        'ports',
        `${host}:${port} cannot be had: ${error.message}.`,
        `Another ${name}, or end what has it (ss -ltnp)`,
      );
    }),
  );
}

async function tryListening(host: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
    return undefined;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  } finally {
    server.close();
  }
}

async function answersHealth({ host, httpPort, tlsCert }: Config): Promise<boolean> {
  const name = host.includes(':') ? `[${host}]` : host;
  try {
    const url = `${tlsCert ? 'https' : 'http'}://${name}:${httpPort}/health`;
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return response.ok;
  } catch {
    // Nobody answers, or somebody else does: then the port's own check says so.
    return false;
  }
}

export async function checkStore({ databaseUrl, dataDir }: Config): Promise<Finding> {
  const name = databaseUrl === undefined ? `SQLite in ${dataDir}` : 'PostgreSQL';
  try {
    const store = await openStore({ databaseUrl, dataDir, pgPoolMax: 2 });
    try {
      await store.ping();
      const keys = await store.keys();
      return fine('store', `${name} answers, ${keys.length} keys.`);
    } finally {
      await store.close();
    }
  } catch (error) {
    const fix =
      databaseUrl === undefined ? 'Look at DATA_DIR' : 'Look at DATABASE_URL, and whether the server runs';
    return fail('store', `${name} does not answer: ${(error as Error).message}`, fix);
  }
}
