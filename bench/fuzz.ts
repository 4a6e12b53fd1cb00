import { randomInt } from 'node:crypto';
import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { createHome, type Ports, type Server } from '../e2e/server.ts';
import { judge } from './fuzz/answers.ts';
import { type Case, createCase } from './fuzz/cases.ts';

/**
 * Odd messages and odd bytes for ten minutes: over HTTP and WebSocket, as JSON and MessagePack, in good frames and in
 * broken ones. The server must not end, must not answer 5xx but an announced 503, and must refuse in the envelope.
 * `--seed S --only N` sends case N of a run again and prints what came back.
 */

const AT_ONCE = 24;
/** More than the server gives a slow sender: whoever is still open then was forgotten. */
const PATIENCE_MS = 30_000;
const MAX_FAULTS = 20;

interface Summary {
  cases: number;
  answered: number;
  frames: number;
  silent: number;
  readonly statuses: Record<string, number>;
  readonly kinds: Record<string, number>;
  readonly faults: string[];
}

/** Sends it, ends our side, and reads until the server ends its own. */
function send({ bytes, port }: Case, ports: Ports): Promise<Buffer | 'forgotten'> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    const socket = connect(ports[port], '127.0.0.1');
    const timer = setTimeout(() => {
      resolve('forgotten');
      socket.destroy();
    }, PATIENCE_MS);
    socket.on('data', (part) => parts.push(part));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(Buffer.concat(parts));
    });
    socket.end(bytes);
  });
}

function count(table: Record<string, number>, key: string | number): void {
  table[key] = (table[key] ?? 0) + 1;
}

async function runCase(
  server: Server,
  seed: number,
  number: number,
  summary: Summary,
): Promise<Buffer | 'forgotten'> {
  const test = createCase(seed, number);
  const answer = await send(test, server.ports);
  const { statuses, frames, faults } =
    answer === 'forgotten'
      ? { statuses: [], frames: 0, faults: [`still open after ${PATIENCE_MS} ms`] }
      : judge(answer);
  summary.cases += 1;
  count(summary.kinds, test.kind);
  for (const status of statuses) count(summary.statuses, status);
  if (statuses.length === 0) summary.silent += 1;
  else summary.answered += 1;
  summary.frames += frames;
  for (const fault of faults) summary.faults.push(`--seed ${seed} --only ${number} (${test.kind}): ${fault}`);
  return answer;
}

async function runFor(ms: number, server: Server, seed: number, summary: Summary): Promise<void> {
  const end = performance.now() + ms;
  let next = 0;
  let isAlive = true;
  void server.ended.then(() => {
    isAlive = false;
  });
  const worker = async () => {
    while (isAlive && performance.now() < end && summary.faults.length < MAX_FAULTS) {
      next += 1;
      await runCase(server, seed, next, summary);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (!isAlive) summary.faults.push(`the server ended around case ${next} of seed ${seed}`);
}

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const runSeed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
const total: Summary = { cases: 0, answered: 0, frames: 0, silent: 0, statuses: {}, kinds: {}, faults: [] };
const home = await createHome({ settings: { AUTH_MODE: 'open', LOG_LEVEL: 'warn' } });
try {
  process.stderr.write(`seed ${runSeed}\n`);
  const fuzzed = await home.start();
  if (values.only === undefined) await runFor(Number(values.minutes) * 60_000, fuzzed, runSeed, total);
  else {
    const { bytes } = createCase(runSeed, Number(values.only));
    const answer = await runCase(fuzzed, runSeed, Number(values.only), total);
    process.stderr.write(`sent\n${bytes.toString('latin1')}\nanswered\n${answer.toString('latin1')}\n`);
  }
  const code = total.faults.length === 0 ? await fuzzed.stop() : 0;
  if (code !== 0) total.faults.push(`the server stopped with ${code}`);
  const logged = home
    .log()
    .split('\n')
    .filter((line) => /"level":"(error|fatal)"|unhandled|uncaught/i.test(line));
  total.faults.push(...logged.slice(0, 5));
  process.stdout.write(`${JSON.stringify({ seed: runSeed, ...total, ok: total.faults.length === 0 })}\n`);
  process.exitCode = total.faults.length === 0 ? 0 : 1;
} finally {
  await home.remove();
}
