import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The processes of a load: servers that say where they listen, loads that end with one JSON line. */

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const MAIN = here('../../packages/server/src/main.ts');

export interface Started {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

function start(file: string, args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, ['--conditions=source', file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], ...env },
  });
}

async function firstLine(child: ChildProcess): Promise<{ ingest: number }> {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  while (!text.includes('\n')) await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
  return JSON.parse(text.slice(0, text.indexOf('\n'))) as { ingest: number };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** ws + JSON.parse (`bare`), or with a check and an answer (`ack`). */
export async function startReference(mode: 'bare' | 'ack'): Promise<Started> {
  const child = start(here('./reference-server.ts'), [mode], {});
  const { ingest } = await firstLine(child);
  return { port: ingest, stop: () => end(child) };
}

/** Skein as it is served, with SQLite, in a directory of its own. */
export async function startSkein(): Promise<Started> {
  const dataDir = await mkdtemp(join(tmpdir(), 'skein-bench-'));
  const child = start(MAIN, ['serve', '--json'], {
    ...{ AUTH_MODE: 'open', DATA_DIR: dataDir, MAX_CONNECTIONS: '20000', LOG_LEVEL: 'error' },
    ...{ DRONE_HTTP_PORT: '0', DRONE_WEBSOCKET_PORT: '0', DRONE_GATEWAY_PORT: '0' },
  });
  const { ingest } = await firstLine(child);
  const stop = async () => {
    await end(child);
    await rm(dataDir, { recursive: true, force: true });
  };
  return { port: ingest, stop };
}

/** Runs a script to its end; its last line of JSON. */
export async function run<Result>(file: string, args: readonly string[]): Promise<Result> {
  const child = start(here(file), args, {});
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${file} ended with ${code}`);
  return JSON.parse(text.trim().split('\n').at(-1) as string) as Result;
}
