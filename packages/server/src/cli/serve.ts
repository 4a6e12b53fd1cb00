import { configOf, type Flags } from './console.ts';
import { addressesOf, startServer } from './server.ts';
import { addSettings, readSettings } from './settings.ts';
import type { Define } from './subcommand.ts';

export const serve: Define = (command, console) => {
  command
    .option('--port <n>', 'the HTTP port; 0: free ones for all three')
    .option('--json', 'one JSON line with the ports, once ready')
    .addHelpText(
      'after',
      '\nExamples:\n  skein serve\n  DATABASE_URL=postgres://… skein serve --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem',
    );
  addSettings(command).action(async (options: Flags) => {
    const config = configOf(console, readSettings(options));
    const { app, stopped } = await startServer(config);
    const { web, drones, operators } = addressesOf(config, app);
    if (options['json']) console.out(JSON.stringify({ ready: true, ...app.ports }));
    else console.out(`Skein serves ${web}, drones at ${drones}, operators at ${operators}.`);
    await stopped;
  });
};
