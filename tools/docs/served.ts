import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog, loadConfig, startApp } from '../../packages/server/src/index.ts';

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly summary: string;
  readonly tags: readonly string[];
  readonly description?: string;
}

let served: Promise<OpenApi> | undefined;

/** The OpenAPI document as a server serves it: what is written down is what is there. */
export function readServedOpenApi(): Promise<OpenApi> {
  served ??= fetchFromServer();
  return served;
}

async function fetchFromServer(): Promise<OpenApi> {
  const dataDir = mkdtempSync(join(tmpdir(), 'skein-docs-'));
  const flags = { dataDir, httpPort: '0', ingestPort: '0', gatewayPort: '0', logLevel: 'silent' };
  const config = loadConfig({ env: {}, flags });
  const onFatal = (error: Error) => {
    throw error;
  };
  const app = await startApp({ config, log: createLog(config), onFatal });
  try {
    const response = await fetch(`http://127.0.0.1:${app.ports.http}/openapi.json`);
    return (await response.json()) as OpenApi;
  } finally {
    await app.stop();
    rmSync(dataDir, { recursive: true });
  }
}
