import { randomInt, randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { type Balance, balanceOf } from '../e2e/ledger.ts';
import { createHome, type Settings } from '../e2e/server.ts';
import { untilStored } from '../e2e/stored.ts';
import { Writers } from '../e2e/writers.ts';

/**
 * kill -9 of the server at full load at random moments (RELIABILITY F01): after each, what was acknowledged must be stored,
 * and stored once, before anything is sent again. Ends with exit code 1 where it is not.
 */

const POSTGRES = 'postgres://root@127.0.0.1:5432/postgres';
const MAX_ACKED_BEFORE_KILL = 20_000;

interface Engine {
  readonly settings: Settings;
  /** Rows and different identities, counted by the engine itself. */
  count(): Promise<{ readonly stored: number; readonly different: number } | undefined>;
  drop(): Promise<void>;
}

const sqlite: Engine = { settings: {}, count: async () => undefined, drop: async () => undefined };

async function query(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(text).finally(() => client.end());
  return rows;
}

async function createPostgres(serverUrl: string): Promise<Engine> {
  const name = `skein_crash_${randomUUID().replaceAll('-', '')}`;
  await query(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    settings: { DATABASE_URL: url.href },
    count: async () => {
      const [row] = await query(
        url.href,
        `SELECT count(*)::int AS stored, count(DISTINCT (drone_id, timestamp))::int AS different
           FROM drone_telemetry WHERE drone_id LIKE 'writer-%'`,
      );
      return row as { stored: number; different: number };
    },
    drop: async () => {
      await query(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function runRounds(
  { settings }: Engine,
  rounds: number,
  report: (text: string) => void,
): Promise<Balance> {
  const home = await createHome({ settings: { AUTH_MODE: 'open', LOG_LEVEL: 'warn', ...settings } });
  try {
    let server = await home.start();
    const writers = new Writers({ url: () => server.ingestUrl, writers: 16 });
    await writers.connect();
    for (let round = 1; round <= rounds; round += 1) {
      const moment = randomInt(1, MAX_ACKED_BEFORE_KILL);
      await writers.untilAcked(moment);
      await server.kill9();
      server = await home.start();
      await untilStored(server);
      const { lost, doubled, acked, stored } = await balanceOf(writers, server);
      report(
        `kill ${round} after ${moment} more: acked ${acked}, stored ${stored}, lost ${lost}, doubled ${doubled}`,
      );
      if (lost + doubled > 0) throw new Error(`round ${round}: lost ${lost}, doubled ${doubled}`);
      await writers.connect();
    }
    await writers.finish();
    await untilStored(server);
    writers.close();
    return await balanceOf(writers, server);
  } finally {
    await home.remove();
  }
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '30' },
    engine: { type: 'string', default: 'sqlite' },
    url: { type: 'string', default: POSTGRES },
    json: { type: 'boolean', default: false },
  },
});
const engine = values.engine === 'postgres' ? await createPostgres(values.url) : sqlite;
const say = (text: string) => void (values.json || process.stdout.write(`${text}\n`));
try {
  const balance = await runRounds(engine, Number(values.rounds), say);
  const counted = await engine.count();
  const isWhole = balance.lost + balance.doubled + balance.missing === 0 && balance.stored === balance.acked;
  const agrees = !counted || (counted.stored === balance.acked && counted.different === balance.acked);
  const result = {
    engine: values.engine,
    rounds: Number(values.rounds),
    ...balance,
    counted,
    ok: isWhole && agrees,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exitCode = result.ok ? 0 : 1;
} finally {
  await engine.drop();
}
