import { writeFileSync } from 'node:fs';
import {
  createSimulation,
  type FleetProgress,
  type FleetRun,
  type Origin,
  runFleet,
  type Simulation,
  type Wind,
} from '@skein/simulator';
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
    .option('--labels <file>', 'write the truth about the faults here, as JSON')
    .option('--json', 'end with one JSON line: what became of the messages, and the faults there were')
    .addHelpText(
      'after',
      '\nExamples:\n  skein simulate --drones 100 --key 0123…\n  skein simulate --drones 500 --mode hybrid --rate-hz 0.2 --seconds 60 --wind 8,225 --faults 6 --key 0123… --json',
    );
  command.action(async (options: Flags) => {
    const asked = readRun(options, console);
    const run = await interruptible((signal) => runFleet({ ...asked, signal }));
    // Faults are drawn ahead; only those that came are the truth about this run.
    const labels = run.labels.filter(({ fromMs }) => fromMs <= asked.simulation.timeMs);
    if (options['labels'] !== undefined) writeFileSync(options['labels'], `${JSON.stringify(labels)}\n`);
    console.out(options['json'] ? JSON.stringify({ ...run, labels }) : toSentence(run));
    if (run.sent > 0 && run.acked + run.unconfirmed === 0)
      throw new Failure('Nothing was acknowledged: look at the addresses and at the key.');
  });
};

function readRun(options: Flags, console: Console): Parameters<typeof runFleet>[0] {
  const { rateHz = '', seconds, connections, timeFactor = '', waitS = '' } = options;
  const simulation = readSimulation(options);
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

function readSimulation(options: Flags): Simulation {
  const { drones = '', seed = '', idStyle = '', mode, origin, wind, faults = '' } = options;
  const perDroneHour = readNumber('--faults', faults, 0, 3600);
  return createSimulation({
    drones: readWholeNumber('--drones', drones, 1, 1_000_000),
    seed: readWholeNumber('--seed', seed, 0, 2 ** 31),
    idStyle: readWord('--id-style', idStyle, ['hyphen', 'underscore']),
    ...(mode !== undefined && { transmissionMethod: mode }),
    ...(origin !== undefined && { origin: readOrigin(origin) }),
    ...(wind !== undefined && { wind: readWind(wind) }),
    ...(perDroneHour > 0 && { randomFaults: { perDroneHour, horizonS: FAULTS_AHEAD_S } }),
  });
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
