import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { Projector, type ProjectorEvents } from './projector.ts';

export interface StartOptions extends Pick<ProjectorEvents, 'onProjected' | 'onFatal'> {
  readonly log: Logger;
}

/** Measured: both engines are fastest from 5000 rows a transaction on. */
const MIN_BATCH_ROWS = 5000;
const FIRST_ANSWER_MS = 5000;

/** Starts the projector and waits until it knows how far the store is, or that the store is away. */
export async function startProjector(
  { databaseUrl, dataDir, journalDir, batchSize }: Config,
  id: string,
  { log, onProjected, onFatal }: StartOptions,
): Promise<Projector> {
  let known: () => void = () => undefined;
  const firstAnswer = new Promise<void>((resolve) => {
    known = resolve;
    setTimeout(resolve, FIRST_ANSWER_MS).unref();
  });
  let isDown = false;
  const projector = new Projector(
    {
      store: { databaseUrl, dataDir },
      batchRows: Math.max(batchSize, MIN_BATCH_ROWS),
      journalDirectory: journalDir,
      journalId: id,
    },
    {
      onReady: () => known(),
      onProjected: (report) => {
        if (isDown) log.info('the store answers again');
        isDown = false;
        onProjected(report);
      },
      onTrouble: (message) => {
        known();
        if (message.type === 'damaged') return onFatal(new Error(message.reason));
        if (message.type === 'expired') return log.info({ samples: message.samples }, 'retention');
        if (message.type === 'refused_row')
          return log.error(message, 'the store cannot hold a row; the journal still has it');
        if (!isDown)
          log.warn({ reason: message.reason }, 'the store does not answer; the journal takes it up');
        isDown = true;
      },
      onFatal,
    },
  );
  await firstAnswer;
  return projector;
}
