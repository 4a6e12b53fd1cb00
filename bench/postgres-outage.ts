import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { balanceOf } from '../e2e/ledger.ts';
import { createPostgresCluster } from '../e2e/postgres-cluster.ts';
import { createHome } from '../e2e/server.ts';
import { untilStored } from '../e2e/stored.ts';
import { Writers } from '../e2e/writers.ts';

/**
 * RELIABILITY F02: every process of a PostgreSQL of its own is killed at full load, several times, and at last stays away
 * for `--seconds`. Ingest and acknowledgements go on; afterwards nothing is lost and nothing is stored twice.
 */

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '60' },
    json: { type: 'boolean', default: false },
  },
});
const say = (text: string) => void (values.json || process.stdout.write(`${text}\n`));
const cluster = await createPostgresCluster();
if (typeof cluster === 'string') throw new Error(cluster);
const home = await createHome({
  settings: { AUTH_MODE: 'open', LOG_LEVEL: 'error', DATABASE_URL: cluster.url },
});
try {
  const server = await home.start();
  // One message at a time each: a minute of it must still fit into what is compared afterwards.
  const writers = new Writers({ url: () => server.ingestUrl, writers: 8, window: 1 });
  await writers.connect();
  for (let round = 1; round <= Number(values.rounds); round += 1) {
    await writers.untilAcked(3000);
    await cluster.kill9();
    await writers.untilAcked(3000);
    await cluster.start();
    say(`kill ${round}: acked ${writers.acked}`);
  }
  await writers.untilAcked(1000);
  await cluster.kill9();
  const before = writers.acked;
  const end = performance.now() + Number(values.seconds) * 1000;
  while (performance.now() < end) {
    await writers.untilAcked(1);
    say(`away: acked ${writers.acked - before} meanwhile`);
    await sleep(Math.min(5000, Math.max(0, end - performance.now())));
  }
  const ackedMeanwhile = writers.acked - before;
  await cluster.start();
  await writers.finish();
  await untilStored(server);
  const balance = await balanceOf(writers, server);
  const [counted] = await cluster.query(
    `SELECT count(*)::int AS stored, count(DISTINCT (drone_id, timestamp))::int AS different
       FROM drone_telemetry WHERE drone_id LIKE 'writer-%'`,
  );
  writers.close();
  const ok =
    balance.lost + balance.doubled + balance.missing === 0 &&
    counted?.['stored'] === balance.acked &&
    counted['different'] === balance.acked &&
    ackedMeanwhile > 0;
  process.stdout.write(`${JSON.stringify({ ...balance, counted, ackedMeanwhile, ok })}\n`);
  process.exitCode = ok ? 0 : 1;
} finally {
  await home.remove();
  await cluster.remove();
}
