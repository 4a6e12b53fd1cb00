import { createSimulation, runFleet } from '@skein/simulator';
import { type Config, isLoopback } from '../config.ts';
import { type Console, configOf, type Flags, Misuse, styled } from './console.ts';
import { type DemoFlight, flyAgainAndAgain, openDemoFlights } from './demo-flights.ts';
import { openDemoKeys } from './demo-keys.ts';
import { readNumber, readWholeNumber } from './read-option.ts';
import { type Addresses, addressesOf, type Running, startServer } from './server.ts';
import { addSettings, readSettings } from './settings.ts';
import type { Define } from './subcommand.ts';

/** Where the demo's drones fly, unless SITE_ORIGIN says otherwise: over Zurich. */
const SITE = '47.3769,8.5417,408';

export const demo: Define = (command, console) => {
  const files: string[] = [];
  command
    .option('--drones <n>', 'how many fly', '25')
    .option('--rate-hz <hz>', 'messages per drone and second', '1')
    .option('--seed <n>', 'the same seed flies the same flights', '1')
    .option('--port <n>', 'the HTTP port; 0: free ones for all three')
    .option(
      '--replay <file>',
      'a recorded flight (ULog, tlog, CSV) that flies too, again and again; may be given several times',
      (file) => files.push(file),
    )
    .option('--json', 'one JSON line with the ports and the operator’s key, once ready')
    .addHelpText('after', '\nExamples:\n  skein demo\n  skein demo --drones 500 --port 0 --json');
  addSettings(command).action(
    async ({ drones = '', rateHz = '', seed = '', replay: _, ...options }: Flags) => {
      const fleet = {
        drones: readWholeNumber('--drones', drones, 0, 10_000),
        rateHz: readNumber('--rate-hz', rateHz, 0.01, 50),
        seed: readWholeNumber('--seed', seed, 0, 2 ** 31),
      };
      const config = toDemoConfig(
        configOf(console, { siteOrigin: SITE, logLevel: 'warn', ...readSettings(options) }),
      );
      const running = await startServer(config);
      const { app, stopped } = running;
      const keys = await openDemoKeys(app, config.dataDir);
      const addresses = addressesOf(config, app);
      const flights = await openDemoFlights(files, config.dataDir, console.note);
      const { signal } = running;
      const connection = { url: addresses.drones, signal, note: console.note };
      const flying = [
        fly({ config, running, url: addresses.drones, key: keys.drones }, fleet),
        ...flights.map((flight) => flyAgainAndAgain(flight, { ...connection, key: keys.flights })),
      ];
      if (options['json'])
        console.out(
          JSON.stringify({
            ready: true,
            ...app.ports,
            operatorKey: keys.operator,
            flights: flights.map(({ droneId }) => droneId),
          }),
        );
      else welcome(console, { drones: fleet.drones, flights, addresses, key: keys.operator });
      await Promise.all([stopped, ...flying]);
    },
  );
};

interface Welcome {
  readonly drones: number;
  readonly flights: readonly DemoFlight[];
  readonly addresses: Addresses;
  readonly key: string;
}

function welcome(console: Console, { drones, flights, addresses, key }: Welcome): void {
  console.out(styled(console, 'bold', `Skein is ready, ${drones} simulated drones fly. Ctrl+C ends.`));
  for (const { file, droneId, recording } of flights) {
    const seconds = Math.round(recording.durationMs / 1000);
    console.out(`  recorded   ${droneId}, again and again the ${seconds} s of ${file}`);
  }
  console.out(`  pages      ${addresses.web}`);
  console.out(`  drones     ${addresses.drones}`);
  console.out(`  operators  ${addresses.operators}`);
  console.out(`  key        ${key}`);
}

/** It prints a key that may do everything: nobody else may reach it. */
function toDemoConfig(config: Config): Config {
  if (isLoopback(config.host)) return config;
  throw new Misuse(
    `The demo listens on loopback only, HOST is ${JSON.stringify(config.host)}: use skein serve.`,
  );
}

interface Airfield {
  readonly config: Config;
  readonly running: Running;
  readonly url: string;
  readonly key: string;
}

async function fly(
  { config, running, url, key }: Airfield,
  fleet: { drones: number; rateHz: number; seed: number },
) {
  if (fleet.drones === 0) return;
  const { drones, seed, rateHz } = fleet;
  const { siteOrigin: origin } = config;
  const simulation = createSimulation({ drones, seed, startSpreadS: 5, ...(origin && { origin }) });
  // What is not acknowledged when the server stops is of no interest to anyone.
  await runFleet({ simulation, url, key, rateHz, signal: running.signal, flushTimeoutMs: 0 });
}
