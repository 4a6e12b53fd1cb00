import { setFlagsFromString } from 'node:v8';
import { type App, startApp } from '../app.ts';
import { type Config, unusedSettings } from '../config.ts';
import { createLog } from '../log.ts';

export interface Running {
  readonly app: App;
  /** Resolves when the server has been told to stop and has stopped: everything taken is kept. */
  readonly stopped: Promise<void>;
  /** Aborted as soon as it is told to. */
  readonly signal: AbortSignal;
}

/**
 * V8 takes the empty list that ws makes for every message for long-lived and puts it into the old generation, from where it
 * keeps the message's objects until the next full collection: 7 MB a second at 10 000 messages. Without that guess they die
 * young.
 */
const NO_GUESSES = '--no-allocation-site-pretenuring';

/** Starts the server; SIGTERM and SIGINT stop it in order, a second one at once. */
export async function startServer(config: Config): Promise<Running> {
  setFlagsFromString(NO_GUESSES);
  const log = createLog(config);
  for (const variable of unusedSettings(config))
    log.warn({ variable }, 'this setting has no effect in this version');
  const app = await startApp({
    config,
    log,
    onFatal: (error) => {
      log.fatal({ reason: error.message, stack: error.stack }, 'this cannot be survived');
      process.exit(1);
    },
  });
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve, reject) => {
    const stop = (signal: NodeJS.Signals) => {
      log.info({ signal }, 'stopping');
      stopping.abort();
      app.stop().then(resolve, reject);
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
  });
  return { app, stopped, signal: stopping.signal };
}

export interface Addresses {
  readonly web: string;
  readonly drones: string;
  readonly operators: string;
}

/** How the server is reached from this machine. */
export function addressesOf({ host, tlsCert }: Config, { ports }: App): Addresses {
  const [http, ws] = tlsCert === undefined ? ['http', 'ws'] : ['https', 'wss'];
  const name = toName(host);
  return {
    web: `${http}://${name}:${ports.http}`,
    drones: `${ws}://${name}:${ports.ingest}`,
    operators: `${ws}://${name}:${ports.gateway}`,
  };
}

function toName(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
