import { Pool, type PoolClient, types } from 'pg';

interface PoolOptions {
  readonly url: string;
  readonly max: number;
  /** What one statement may take. */
  readonly statementMs: number;
}

/** Time the client waits beyond the server's own limit, so that it hears the server's reason. */
const MARGIN_MS = 1000;
const CONNECT_MS = 2000;
/** A connection keeps its plans: with many partitions planning takes longer than reading. */
const IDLE_MS = 300_000;
/**
 * "Stored" is said of what is flushed, also where the server's own setting is looser. And a plan is made once per
 * connection: among 19 partitions the latest 100 take 1.2 ms so, 2.7 ms planned anew for every asker. Such a plan looks
 * dear to the planner, which knows no limit yet, and compiling it takes 90 ms where running it takes one.
 */
const SESSION = `
  SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
  SET plan_cache_mode = force_generic_plan;
  SET jit = off`;
const MIN_VERSION = 130_000;

/** 64-bit integers of ours are all below 2^53; the driver would give them as text. */
const typesOfOurs = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
};

/** Connections that come back by themselves; none is opened before it is needed. */
export function createPool({ url, max, statementMs }: PoolOptions): Pool {
  const pool = new Pool({
    ...{ connectionString: url, max, types: typesOfOurs, keepAlive: true, application_name: 'skein' },
    ...{ connectionTimeoutMillis: CONNECT_MS, statement_timeout: statementMs },
    ...{ query_timeout: statementMs + MARGIN_MS, lock_timeout: statementMs },
    idleTimeoutMillis: IDLE_MS,
    onConnect: async (client) => void (await client.query(SESSION)),
  });
  // An idle connection that breaks is replaced with the next request; unheard, the event would end the process.
  pool.on('error', () => undefined);
  return pool;
}

/** One connection for several statements; a connection that failed is not used again. */
export async function withClient<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await connect(pool);
  let fault: Error | undefined;
  const onError = (error: Error) => {
    fault = error;
  };
  client.on('error', onError);
  try {
    return await work(client);
  } catch (error) {
    fault ??= codeOf(error) === undefined ? (error as Error) : undefined;
    throw error;
  } finally {
    client.removeListener('error', onError);
    client.release(fault);
  }
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (cause) {
    throw unreachable(cause);
  }
}

/** All or nothing, on one connection. */
export async function inTransaction<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  return withClient(pool, async (client) => {
    await client.query('BEGIN');
    try {
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      if (codeOf(error) !== undefined) await client.query('ROLLBACK');
      throw error;
    }
  });
}

export async function checkVersion(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ number: string; name: string }>(
    "SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS name",
  );
  const version = rows[0];
  if (Number(version?.number) < MIN_VERSION)
    throw new Error(`PostgreSQL ${version?.name} is too old: Skein needs 13 or newer.`);
}

/** The five characters of PostgreSQL's own refusals; undefined where it was not PostgreSQL that spoke. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && 'severity' in (error as object)
    ? code
    : undefined;
}

function unreachable(cause: unknown): Error {
  const first = cause instanceof AggregateError ? cause.errors[0] : cause;
  return new Error(`PostgreSQL cannot be reached: ${(first as Error).message}`, { cause });
}
