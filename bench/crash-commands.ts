import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Commanders } from '../e2e/commanders.ts';
import { createHome, type Server } from '../e2e/server.ts';

/**
 * kill -9 of the server, or of the simulator, at random moments while operators command: each command ends in exactly one
 * terminal state, no vehicle carries out an order twice, and no success is told of what no vehicle has done.
 */

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '30' },
    drones: { type: 'string', default: '8' },
    json: { type: 'boolean', default: false },
  },
});
const [kills, drones] = [Number(values.kills), Number(values.drones)];
const say = (text: string) => void (values.json || process.stderr.write(`${text}\n`));
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const ORIGIN = '47.3977,8.5456,488';
/** All that is still under way has ended by then: nothing lives longer than an order's time and its answer's. */
const SETTLE_MS = 45_000;

const ports = { DRONE_HTTP_PORT: '0', DRONE_GATEWAY_PORT: '0' };
const home = await createHome({
  settings: { AUTH_MODE: 'open', LOG_LEVEL: 'warn', SITE_ORIGIN: ORIGIN, ...ports },
});
const effectsFile = join(home.dataDir, 'effects.ndjson');

function simulate({ ingestUrl }: Server): ChildProcess {
  const main = new URL('../packages/server/src/main.ts', import.meta.url).pathname;
  const argv = [
    'simulate',
    '--drones',
    String(drones),
    '--url',
    ingestUrl,
    '--rate-hz',
    '2',
    '--origin',
    ORIGIN,
  ];
  const options = [
    '--seconds',
    '3600',
    '--effects-file',
    effectsFile,
    '--order-latency-ms',
    '30,0.8',
    '--lose-acks',
    '0.1',
  ];
  return spawn(process.execPath, ['--conditions=source', main, ...argv, ...options, '--json'], {
    stdio: 'ignore',
  });
}

interface Effect {
  readonly droneId: string;
  readonly commandId: string;
  readonly effect?: 0 | 1;
}

async function readEffects(): Promise<ReadonlyMap<string, number>> {
  const effects = new Map<string, number>();
  for (const line of (await readFile(effectsFile, 'utf8')).split('\n')) {
    // A line that the kill cut is no effect: the vehicle writes before it acts.
    const { commandId, droneId, effect } = parse(line) ?? {};
    if (effect !== undefined)
      effects.set(`${droneId} ${commandId}`, (effects.get(`${droneId} ${commandId}`) ?? 0) + effect);
  }
  return effects;
}

function parse(line: string): Effect | undefined {
  try {
    return JSON.parse(line) as Effect;
  } catch {
    return undefined;
  }
}

let fleet: ChildProcess | undefined;
try {
  let server = await home.start();
  fleet = simulate(server);
  await sleep(4000);
  const commanders = new Commanders(
    Array.from({ length: drones }, (_, n) => `drone-${String(n + 1).padStart(3, '0')}`),
  );
  await commanders.connect(server);
  for (let kill = 1; kill <= kills; kill += 1) {
    for (let left = randomInt(5, 60); left > 0; left -= 1) {
      commanders.ask();
      await sleep(randomInt(1, 40));
    }
    if (kill % 3 === 0) {
      fleet.kill('SIGKILL');
      await once(fleet, 'exit');
      fleet = simulate(server);
      await sleep(1500);
    } else {
      await server.kill9();
      server = await home.start();
      fleet.kill('SIGKILL');
      await once(fleet, 'exit');
      fleet = simulate(server);
      await commanders.connect(server);
    }
    say(`kill ${kill}: ${commanders.asked} asked, ${commanders.commandIds.size} commands`);
  }
  let outcomes = await commanders.outcomes(server);
  for (
    const untilMs = Date.now() + SETTLE_MS;
    outcomes.some(({ ends }) => ends === 0) && Date.now() < untilMs;
  ) {
    await sleep(1000);
    outcomes = await commanders.outcomes(server);
  }
  const effects = await readEffects();
  const open = outcomes.filter(({ ends }) => ends !== 1);
  const doubled = [...effects].filter(([, count]) => count > 1);
  const untrue = outcomes.filter(
    ({ commandId, droneId, state }) => state === 'succeeded' && !effects.get(`${droneId} ${commandId}`),
  );
  const twofold = [...commanders.toldEnds].filter(([, words]) => words.size > 1);
  const falsely = [...commanders.toldSucceeded].filter(
    (id) => outcomes.find(({ commandId }) => commandId === id)?.state !== 'succeeded',
  );
  const states: Record<string, number> = {};
  for (const { state } of outcomes) states[state] = (states[state] ?? 0) + 1;
  const faults = {
    open: open.length,
    doubled: doubled.length,
    untrue: untrue.length,
    twofold: twofold.length,
    falsely: falsely.length,
  };
  const ok = Object.values(faults).every((count) => count === 0) && outcomes.length > 0;
  for (const each of [...open, ...untrue].slice(0, 5)) say(JSON.stringify(each));
  process.stdout.write(
    `${JSON.stringify({ kills, asked: commanders.asked, commands: outcomes.length, states, ...faults, ok })}\n`,
  );
  process.exitCode = ok ? 0 : 1;
  commanders.close();
} finally {
  fleet?.kill('SIGKILL');
  await home.remove();
}
