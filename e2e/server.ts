import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The product as its user has it: a process, an environment, a data directory. */

const MAIN = fileURLToPath(new URL('../packages/server/src/main.ts', import.meta.url));
const NODE_FLAGS = ['--conditions=source', '--disable-warning=ExperimentalWarning'];
/** Long enough for a loaded machine; reached only by a server that hangs. */
const PATIENCE_MS = 45_000;

export type Settings = Readonly<Record<string, string>>;

export interface Ports {
  readonly http: number;
  readonly ingest: number;
  readonly gateway: number;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Server {
  readonly ports: Ports;
  readonly pid: number;
  /** `http://127.0.0.1:…`, without a slash at the end. */
  readonly httpUrl: string;
  /** `ws://127.0.0.1:…` of the drones' port. */
  readonly ingestUrl: string;
  readonly ended: Promise<Ended>;
  /** Power off: the process has no say in it. */
  kill9(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

export interface HomeOptions {
  readonly settings?: Settings;
  /** Modules loaded before the product's, by path. */
  readonly preload?: readonly string[];
}

export interface Key {
  readonly id: string;
  readonly key: string;
}

/** One data directory, on which servers are started one after the other. */
export interface Home {
  readonly dataDir: string;
  /** Resolves once the ready line is out; rejects with the log where the process ends before. */
  start(more?: Settings): Promise<Server>;
  /** A start that is expected to be refused. */
  failToStart(more?: Settings): Promise<Ended & { readonly log: string }>;
  /** `skein …` on this directory; resolves with standard output, rejects where it fails. */
  skein(...argv: readonly string[]): Promise<string>;
  createKey(...argv: readonly string[]): Promise<Key>;
  /** What all servers of this home have logged so far. */
  log(): string;
  /** Ends what still runs and deletes the directory. */
  remove(): Promise<void>;
}

/** Whatever way this process ends, no server outlives it. */
const started = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of started) child.kill('SIGKILL');
});

export async function createHome({ settings = {}, preload = [] }: HomeOptions = {}): Promise<Home> {
  const dataDir = await mkdtemp(join(tmpdir(), 'skein-e2e-'));
  const running = new Set<ChildProcess>();
  let log = '';
  const imports = preload.flatMap((path) => ['--import', path]);
  const run = (argv: readonly string[], more: Settings = {}) => {
    const env = { DATA_DIR: dataDir, ...COMPILED, ...settings, ...more };
    const child = spawn(process.execPath, [...NODE_FLAGS, ...imports, MAIN, ...argv], { cwd: dataDir, env });
    child.stderr.on('data', (text: Buffer) => {
      log += text.toString();
    });
    running.add(child);
    started.add(child);
    child.once('exit', () => {
      running.delete(child);
      started.delete(child);
    });
    return child;
  };
  const serve = (more: Settings = {}) => run(['serve', '--json'], { ...FREE_PORTS, ...more });
  const skein = async (...argv: readonly string[]) => {
    const { output, code } = await finish(run(argv));
    if (code !== 0) throw new Error(`skein ${argv.join(' ')} ended with ${code}:\n${log}`);
    return output;
  };
  return {
    dataDir,
    log: () => log,
    skein,
    start: async (more) => {
      const child = serve(more);
      const ports = await readyLine(child, () => log);
      return toServer(child, ports);
    },
    failToStart: async (more) => {
      const from = log.length;
      const { code, signal } = await finish(serve(more));
      return { code, signal, log: log.slice(from) };
    },
    createKey: async (...argv) => JSON.parse(await skein('keys', 'create', '--json', ...argv)) as Key,
    remove: async () => {
      await Promise.all([...running].map(kill));
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

const { NODE_COMPILE_CACHE } = process.env;
/** Of its surroundings a server is told nothing but where compiled sources are: it starts in half the time. */
const COMPILED: Settings = NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE } : {};
const FREE_PORTS: Settings = { DRONE_HTTP_PORT: '0', DRONE_WEBSOCKET_PORT: '0', DRONE_GATEWAY_PORT: '0' };

function toServer(child: ChildProcess, ports: Ports): Server {
  const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }) as Ended);
  return {
    ports,
    pid: child.pid as number,
    httpUrl: `http://127.0.0.1:${ports.http}`,
    ingestUrl: `ws://127.0.0.1:${ports.ingest}`,
    ended,
    kill9: () => kill(child),
    stop: async () => {
      child.kill('SIGTERM');
      const { code } = await ended;
      return code;
    },
  };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function readyLine(child: ChildProcess, log: () => string): Promise<Ports> {
  const { promise, resolve, reject } = Promise.withResolvers<Ports>();
  const timer = setTimeout(() => reject(new Error(`no ready line:\n${log()}`)), PATIENCE_MS);
  let text = '';
  child.stdout?.on('data', (part: Buffer) => {
    text += part.toString();
    const line = text.split('\n').find((each) => each.includes('"ready"'));
    if (line !== undefined && text.includes('\n')) resolve(JSON.parse(line) as Ports);
  });
  child.once('exit', (code) =>
    reject(new Error(`the server ended with ${code} before it was ready:\n${log()}`)),
  );
  return promise.finally(() => clearTimeout(timer));
}

async function finish(child: ChildProcess): Promise<Ended & { readonly output: string }> {
  let output = '';
  child.stdout?.on('data', (text: Buffer) => {
    output += text.toString();
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  const [code, signal] = (await once(child, 'close')) as [Ended['code'], Ended['signal']];
  clearTimeout(timer);
  return { code, signal, output };
}
