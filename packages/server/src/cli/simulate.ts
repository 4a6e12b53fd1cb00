import { writeFileSync } from 'node:fs';
import { createSimulation, type FleetProgress, type FleetRun, runFleet } from '@skein/simulator';
import { addConnection, readConnection } from './connection.ts';
import { type Console, Failure, type Flags } from './console.ts';
import { interruptible } from './interruptible.ts';
import { readNumber, readWholeNumber, readWord } from './read-option.ts';
import type { Define } from './subcommand.ts';

export const simulate: Define = (command, console) => {
  addConnection(command)
    .option('--drones <n>', 'how many', '1')
    .option('--rate-hz <hz>', 'messages per drone and second', '1')
    .option('--seconds <s>', 'how long; absent: until Ctrl+C')
    .option('--wait-s <s>', 'how long to wait at the end for what is not acknowledged', '10')
    .option('--seed <n>', 'the same seed flies the same flights', '1')
    .option('--id-style <style>', 'hyphen: drone-001…, underscore: drone_0…', 'hyphen')
    .option('--connections <n>', 'sockets; a socket may carry several drones', '1000')
    .option('--time-factor <f>', 'simulated seconds in a second', '1')
    .option('--faults-per-hour <n>', 'random faults per drone and hour', '0')
    .option('--labels <file>', 'write the truth about the faults here, as JSON')
    .option('--json', 'end with one JSON line of what became of the messages')
    .addHelpText(
      'after',
      '\nExamples:\n  skein simulate --drones 100 --key 0123…\n  skein simulate --drones 5000 --mode hybrid --rate-hz 0.2 --seconds 60 --key 0123… --json',
    );
  command.action(async (options: Flags) => {
    const run = await interruptible((signal) => runFleet({ ...readRun(options, console), signal }));
    const { labels, ...delivery } = run;
    if (options['labels'] !== undefined) writeFileSync(options['labels'], `${JSON.stringify(labels)}\n`);
    console.out(options['json'] ? JSON.stringify(delivery) : toSentence(run));
    if (run.sent > 0 && run.acked + run.unconfirmed === 0)
      throw new Failure('Nothing was acknowledged: look at the addresses and at the key.');
  });
};

function readRun(options: Flags, console: Console): Parameters<typeof runFleet>[0] {
  const {
    drones = '',
    rateHz = '',
    seconds,
    seed = '',
    idStyle = '',
    connections = '',
    timeFactor = '',
  } = options;
  const perDroneHour = readNumber('--faults-per-hour', options['faultsPerHour'] ?? '', 0, 3600);
  const simulation = createSimulation({
    drones: readWholeNumber('--drones', drones, 1, 1_000_000),
    seed: readWholeNumber('--seed', seed, 0, 2 ** 31),
    idStyle: readWord('--id-style', idStyle, ['hyphen', 'underscore']),
    ...(perDroneHour > 0 && { randomFaults: { perDroneHour } }),
  });
  return {
    simulation,
    ...readConnection(options, console),
    rateHz: readNumber('--rate-hz', rateHz, 0.001, 1000),
    connections: readWholeNumber('--connections', connections, 1, 100_000),
    flushTimeoutMs: readNumber('--wait-s', options['waitS'] ?? '', 0, 3600) * 1000,
    timeFactor: readNumber('--time-factor', timeFactor, 0.01, 100),
    ...(seconds !== undefined && { seconds: readNumber('--seconds', seconds, 0, 31_536_000) }),
    onProgress: (progress) => console.note(toProgress(progress)),
  };
}

function toProgress({ elapsedS, airborne, sent, acked, rejected, reconnects }: FleetProgress): string {
  return `${elapsedS.toFixed(0)} s: ${airborne} airborne, ${sent} sent, ${acked} acknowledged, ${rejected} rejected, ${reconnects} reconnects`;
}

function toSentence({ drones, seconds, sent, acked, rejected, reconnects }: FleetRun): string {
  return `${drones} drones, ${seconds.toFixed(0)} s: ${sent} sent, ${acked} acknowledged, ${rejected} rejected, ${reconnects} reconnects.`;
}
