import { RecordingError, type ReplayProgress, replayRecording } from '@skein/simulator';
import { openRecording } from '@skein/simulator/node';
import { addConnection, readConnection } from './connection.ts';
import { type Console, Failure, type Flags } from './console.ts';
import { interruptible } from './interruptible.ts';
import { readId, readNumber, readWord } from './read-option.ts';
import type { Define } from './subcommand.ts';

export const replay: Define = (command, console) => {
  addConnection(command)
    .argument('<file>', 'PX4 ULog, MAVLink tlog, DJI or other CSV')
    .option('--speed <f>', 'times as fast as it was flown; 0: as fast as the server takes it', '1')
    .option('--time <which>', 'now: shifted to now; keep: as recorded', 'now')
    .option('--rate-hz <hz>', 'messages a second of the recording, at most', '10')
    .option('--drone <id>', 'the drone it becomes; absent: the recording’s own')
    .option('--json', 'end with one JSON line of what became of the messages')
    .addHelpText(
      'after',
      '\nExamples:\n  skein replay flight.ulg --key 0123…\n  skein replay flight.csv --speed 0 --time keep --drone survey-7 --key 0123… --json',
    );
  command.action(async (file: string, options: Flags) => {
    const recording = await open(file);
    for (const note of recording.notes) console.note(note);
    const run = readRun(options, console);
    const result = await interruptible((signal) => replayRecording({ ...run, recording, signal }));
    const { droneId, from, to, acked, sent } = result;
    console.out(
      options['json']
        ? JSON.stringify(result)
        : `${droneId}, ${from} to ${to}: ${sent} sent, ${acked} acknowledged.`,
    );
    if (!result.complete) throw new Failure('The flight was not sent to its end.');
  });
};

async function open(file: string) {
  try {
    return await openRecording(file);
  } catch (error) {
    const isOurs = error instanceof RecordingError || (error as NodeJS.ErrnoException).code !== undefined;
    if (!isOurs) throw error;
    throw new Failure(`${file} cannot be replayed: ${(error as Error).message}`, { cause: error });
  }
}

function readRun(options: Flags, console: Console) {
  const { speed = '', time = '', rateHz = '', drone } = options;
  return {
    ...readConnection(options, console),
    speed: readNumber('--speed', speed, 0, 1000),
    timeShift: readWord('--time', time, ['now', 'keep']),
    rateHz: readNumber('--rate-hz', rateHz, 0.01, 1000),
    ...(drone !== undefined && { droneId: readId('--drone', drone) }),
    onProgress: ({ done, total, acked }: ReplayProgress) =>
      console.note(`${done} of ${total} sent, ${acked} acknowledged`),
  };
}
