import { writeFileSync } from 'node:fs';
import { ORDER_NAMES } from '@skein/core';
import {
  createSimulation,
  type FleetProgress,
  type FleetRun,
  type OrderFaults,
  type OrderJournal,
  type Origin,
  runFleet,
  type Simulation,
  type Wind,
} from '@skein/simulator';
import { openEffectsFile } from '@skein/simulator/node';
import type { Command } from 'commander';
import { siteOrigin } from '../config/kinds.ts';
import { addConnection, readConnection } from './connection.ts';
import { type Console, Failure, type Flags, Misuse } from './console.ts';
import { interruptible } from './interruptible.ts';
import { readNumber, readWholeNumber, readWord } from './read-option.ts';
import type { Define } from './subcommand.ts';

const MAX_LINES = 1000;
const FAULTS_AHEAD_S = 24 * 3600;

export const simulate: Define = (command, console) => {
  addConnection(command)
    .option('--drones <n>', 'how many', '1')
    .option('--rate-hz <hz>', 'messages per drone and second', '1')
    .option('--seconds <s>', 'how long; absent: until Ctrl+C')
    .option('--wait-s <s>', 'how long to wait at the end for what is not acknowledged', '10')
    .option('--seed <n>', 'the same seed flies the same flights', '1')
    .option('--id-style <style>', 'hyphen: drone-001…, underscore: drone_0…', 'hyphen')
    .option(
      '--connections <n>',
      'lines to the server, each carries every n-th drone; absent: one a drone, at most 1000',
    )
    .option('--time-factor <f>', 'simulated seconds in a second', '1')
    .option('--origin <lat,lon,alt>', 'where they fly, degrees and metres above the sea; absent: over Zurich')
    .option('--wind <mps,fromDeg>', 'mean wind and where it comes from; absent: 4 m/s from the west')
    .option('--faults <n>', 'random faults per drone and hour', '0')
    .option('--idle', 'they stay on their pads until ordered')
    .option(
      '--effects-file <file>',
      'the drones’ own record of their orders, appended to; a simulator started anew with it remembers them',
    )
    .option('--labels <file>', 'write the truth about the faults here, as JSON')
    .option(
      '--json',
      'end with one JSON line: what became of the messages and orders, and the faults there were',
    );
  addOrderFaults(command).addHelpText(
    'after',
    '\nExamples:\n  skein simulate --drones 500 --mode hybrid --rate-hz 0.2 --seconds 60 --wind 8,225 --faults 6 --key 0123… --json\n  skein simulate --drones 10 --idle --order-latency-ms 200,0.8 --refuse goto=0.1,land=0.05 --lose-acks 0.1 --crash 0.02,3 --effects-file orders.ndjson --key 0123…',
  );
  command.action(async (options: Flags) => {
    const journal = openJournal(options['effectsFile']);
    const asked = readRun(options, console, journal);
    const run = await interruptible((signal) => runFleet({ ...asked, signal }));
    journal?.close();
    // Faults are drawn ahead; only those that came are the truth about this run.
    const labels = run.labels.filter(({ fromMs }) => fromMs <= asked.simulation.timeMs);
    if (options['labels'] !== undefined) writeFileSync(options['labels'], `${JSON.stringify(labels)}\n`);
    console.out(options['json'] ? JSON.stringify({ ...run, labels }) : toSentence(run));
    if (run.sent > 0 && run.acked + run.unconfirmed === 0)
      throw new Failure('Nothing was acknowledged: look at the addresses and at the key.');
  });
};

/** Orders that are late, refused or lost on demand. */
function addOrderFaults(command: Command): Command {
  const probability = 'from 0 to 1';
  return command
    .option('--order-latency-ms <ms[,sigma]>', 'median of the time an answer takes, lognormal (sigma 0.5)')
    .option('--refuse <p | command=p,…>', `how probably an order is refused, ${probability}`)
    .option('--refuse-with <word>', `in which word: ${REFUSALS.join(', ')}`, REFUSALS[0])
    .option('--lose-orders <p>', 'how probably an order never arrives')
    .option('--lose-acks <p>', 'how probably an answer never arrives')
    .option('--lose-progress <p>', 'how probably a word about progress, the last too, never arrives')
    .option(
      '--crash <p[,s]>',
      'how probably a drone’s computer crashes between effect and answer, and is silent (5 s)',
    )
    .option('--order-fault-drones <id,…>', 'only these drones’ orders; absent: all');
}

const REFUSALS = ['temporarily_rejected', 'denied', 'unsupported', 'failed', 'cancelled'] as const;

function openJournal(path: string | undefined) {
  if (path === undefined) return undefined;
  try {
    return openEffectsFile(path);
  } catch (error) {
    throw new Failure(`--effects-file: ${(error as Error).message}`, { cause: error });
  }
}

function readOrderFaults(options: Flags): readonly OrderFaults[] {
  const { orderLatencyMs, refuse, refuseWith = REFUSALS[0], loseOrders, loseAcks, loseProgress } = options;
  const { crash, orderFaultDrones } = options;
  const [latencyMs = 0, sigma] = readPair('--order-latency-ms', orderLatencyMs, [3_600_000, 5]);
  const [crashes = 0, crashS] = readPair('--crash', crash, [1, 3600]);
  const share = (option: string, text = '0') => readNumber(option, text, 0, 1);
  const faults: OrderFaults = {
    ackLatencyMs: latencyMs,
    ...(sigma !== undefined && { ackLatencySigma: sigma }),
    refuse: readRefusals(refuse),
    refuseWith: readWord('--refuse-with', refuseWith, REFUSALS),
    loseOrders: share('--lose-orders', loseOrders),
    loseAcks: share('--lose-acks', loseAcks),
    loseProgress: share('--lose-progress', loseProgress),
    crash: crashes,
    ...(crashS !== undefined && { crashS }),
  };
  return [orderFaultDrones === undefined ? faults : { ...faults, drones: orderFaultDrones.split(',') }];
}

/** One number or two, each from 0 to its bound. */
function readPair(option: string, text: string | undefined, bounds: readonly [number, number]) {
  if (text === undefined) return [];
  const parts = text.split(',');
  if (parts.length > 2)
    throw new Misuse(`${option} is ${JSON.stringify(text)}, expected one number or two, like 5,0.5.`);
  return parts.map((part, k) => readNumber(option, part, 0, bounds[k] as number));
}

function readRefusals(text = '0'): number | Readonly<Record<string, number>> {
  if (!text.includes('=')) return readNumber('--refuse', text, 0, 1);
  return Object.fromEntries(
    text.split(',').map((part) => {
      const [name = '', probability = ''] = part.split('=');
      return [readWord('--refuse', name, ORDER_NAMES), readNumber('--refuse', probability, 0, 1)];
    }),
  );
}

function readRun(
  options: Flags,
  console: Console,
  journal: OrderJournal | undefined,
): Parameters<typeof runFleet>[0] {
  const { rateHz = '', seconds, connections, timeFactor = '', waitS = '' } = options;
  const simulation = readSimulation(options, journal);
  const connection = readConnection(options, console);
  const lines =
    connections === undefined
      ? Math.min(simulation.count, MAX_LINES)
      : readWholeNumber('--connections', connections, 1, 100_000);
  if (connection.mode === 'http' && lines < simulation.count)
    console.note(`By HTTP a line asks for the orders of one drone: they reach the first ${lines} only.`);
  return {
    simulation,
    ...connection,
    rateHz: readNumber('--rate-hz', rateHz, 0.001, 1000),
    connections: lines,
    flushTimeoutMs: readNumber('--wait-s', waitS, 0, 3600) * 1000,
    timeFactor: readNumber('--time-factor', timeFactor, 0.01, 100),
    ...(seconds !== undefined && { seconds: readNumber('--seconds', seconds, 0, 31_536_000) }),
    onProgress: (progress) => console.note(toProgress(progress)),
  };
}

function readSimulation(options: Flags, journal: OrderJournal | undefined): Simulation {
  const { drones = '', seed = '', idStyle = '', mode, origin, wind, faults = '' } = options;
  const perDroneHour = readNumber('--faults', faults, 0, 3600);
  const asked = {
    drones: readWholeNumber('--drones', drones, 1, 1_000_000),
    seed: readWholeNumber('--seed', seed, 0, 2 ** 31),
    idStyle: readWord('--id-style', idStyle, ['hyphen', 'underscore']),
    autonomous: !options['idle'],
    orderFaults: readOrderFaults(options),
    ...(journal && { orderJournal: journal }),
    ...(mode !== undefined && { transmissionMethod: mode }),
    ...(origin !== undefined && { origin: readOrigin(origin) }),
    ...(wind !== undefined && { wind: readWind(wind) }),
    ...(perDroneHour > 0 && { randomFaults: { perDroneHour, horizonS: FAULTS_AHEAD_S } }),
  };
  try {
    return createSimulation(asked);
  } catch (error) {
    if (error instanceof RangeError) throw new Misuse(error.message, { cause: error });
    throw error;
  }
}

function readOrigin(text: string): Origin {
  const origin = siteOrigin.parse(text);
  if (origin) return origin;
  throw new Misuse(`--origin is ${JSON.stringify(text)}, expected ${siteOrigin.expected}.`);
}

function readWind(text: string): Wind {
  const [speed = '', from = '', ...more] = text.split(',');
  if (more.length > 0)
    throw new Misuse(`--wind is ${JSON.stringify(text)}, expected two numbers, like 6,270.`);
  return {
    speedMps: readNumber('--wind, its speed,', speed, 0, 40),
    fromDeg: readNumber('--wind, where it comes from,', from, 0, 360),
  };
}

function toProgress({ elapsedS, airborne, sent, acked, rejected, reconnects }: FleetProgress): string {
  return `${elapsedS.toFixed(0)} s: ${airborne} airborne, ${sent} sent, ${acked} acknowledged, ${rejected} rejected, ${reconnects} reconnects`;
}

function toSentence({ drones, seconds, sent, acked, rejected, reconnects }: FleetRun): string {
  return `${drones} drones, ${seconds.toFixed(0)} s: ${sent} sent, ${acked} acknowledged, ${rejected} rejected, ${reconnects} reconnects.`;
}
