import { type DestinationStream, type Logger, multistream, pino } from 'pino';
import { redact } from './auth/redact.ts';
import type { Config } from './config.ts';

const STDERR = 2;

/** JSON lines on standard error, and in LOG_FILE where there is one. What looks like a secret does not get in. */
export function createLog({ logLevel, logFile }: Pick<Config, 'logLevel' | 'logFile'>): Logger {
  // Log lines are few, never one a message: they are written before anything else can happen.
  const streams: DestinationStream[] = [pino.destination({ dest: STDERR, sync: true })];
  if (logFile !== undefined)
    streams.push(pino.destination({ dest: logFile, sync: true, mkdir: true, append: true }));
  const level = logLevel === 'silent' ? 'fatal' : logLevel;
  return pino(
    {
      level: logLevel,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: {
        logMethod(args, log) {
          log.apply(this, args.map(toSafe) as typeof args);
        },
      },
    },
    multistream(streams.map((stream) => ({ level, stream }))),
  );
}

function toSafe(argument: unknown): unknown {
  return argument instanceof Error ? argument : redact(argument);
}
