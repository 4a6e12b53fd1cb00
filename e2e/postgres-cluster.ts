import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';

const run = promisify(execFile);

/** A PostgreSQL of our own, which may be killed without asking anybody. */
export interface PostgresCluster {
  readonly url: string;
  start(): Promise<void>;
  /** kill -9 of the postmaster and of every process it has. */
  kill9(): Promise<void>;
  query(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  remove(): Promise<void>;
}

/** PostgreSQL refuses to run as root: then it runs as the user its package has made. */
async function findUser(): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, 'postgres'])));
  return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) };
}

/** Where initdb and postgres are: on the path, or where Debian keeps them. */
async function findBinaries(): Promise<string> {
  const root = '/usr/lib/postgresql';
  const versions = (await readdir(root).catch(() => [])).sort((a, b) => Number(b) - Number(a));
  for (const directory of [...versions.map((version) => join(root, version, 'bin/')), ''])
    if (
      await run(`${directory}initdb`, ['--version']).then(
        () => true,
        () => false,
      )
    )
      return directory;
  throw new Error('no initdb here');
}

/** The cluster, started; or why there is none, in words. */
export async function createPostgresCluster(): Promise<PostgresCluster | string> {
  const directory = await mkdtemp(join(tmpdir(), 'skein-pg-'));
  try {
    const [binaries, user, port] = await Promise.all([findBinaries(), findUser(), freePort()]);
    if (user) await chown(directory, user.uid, user.gid);
    const data = join(directory, 'data');
    const flags = ['-D', data, '-U', 'skein', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C'];
    await run(`${binaries}initdb`, flags, { ...user, cwd: directory });
    const cluster = toCluster({ binaries, user, data, port, directory });
    await cluster.start();
    return cluster;
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    return `no PostgreSQL can be made here: ${(error as Error).message.split('\n')[0]}`;
  }
}

interface Parts {
  readonly binaries: string;
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
  readonly data: string;
  readonly port: number;
  readonly directory: string;
}

function toCluster({ binaries, user, data, port, directory }: Parts): PostgresCluster {
  const url = `postgres://skein@127.0.0.1:${port}/postgres`;
  const kill9 = async () => {
    const pid = await readPid(data);
    if (pid === undefined) return;
    const pids = [pid, ...(await childrenOf(pid))];
    for (const each of pids) killIfThere(each);
    // The system takes a killed process away when it likes; its files may be used by the next only then.
    while (pids.some(isThere)) await new Promise(setImmediate);
  };
  return {
    url,
    kill9,
    start: async () => {
      const flags = ['-D', data, '-p', String(port), '-k', directory, '-h', '127.0.0.1'];
      const child = spawn(`${binaries}postgres`, flags, {
        ...user,
        cwd: directory,
        stdio: 'ignore',
        detached: true,
      });
      child.unref();
      await untilAnswers(url, child.pid as number);
    },
    query: async (text) => {
      const client = new Client({ connectionString: url });
      await client.connect();
      const { rows } = await client.query<Record<string, unknown>>(text).finally(() => client.end());
      return rows;
    },
    remove: async () => {
      await kill9();
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function untilAnswers(url: string, pid: number): Promise<void> {
  while (isThere(pid)) {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    const isUp = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end().catch(() => undefined);
    if (isUp) return;
  }
  throw new Error('PostgreSQL ended by itself');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function readPid(data: string): Promise<number | undefined> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return Number.isNaN(pid) || !isThere(pid) ? undefined : pid;
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout
    .split('\n')
    .map(Number)
    .filter((child) => child > 0);
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has gone by itself.
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
