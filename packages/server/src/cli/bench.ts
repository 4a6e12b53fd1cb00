import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Failure, Misuse } from './console.ts';
import type { Define } from './subcommand.ts';

/** The loads are part of the repository, not of what is installed. */
const DIRECTORY = fileURLToPath(new URL('../../../../bench/', import.meta.url));
const LOAD = /^([a-z0-9-]+)\.ts$/;

export const bench: Define = (command, console) => {
  command
    .argument('[name]', 'which; without it the names are listed')
    .argument('[options...]', 'for the load itself')
    .allowUnknownOption()
    .option('--json', 'end with one JSON line of the numbers')
    .addHelpText('after', '\nExamples:\n  npm run bench -- ingest --json\n  npm run bench');
  command.action(async (name: string | undefined, options: readonly string[], { json }: { json?: true }) => {
    const names = listLoads();
    if (name === undefined) {
      for (const each of names) console.out(each);
      return;
    }
    if (!names.includes(name))
      throw new Misuse(`No load ${JSON.stringify(name)}: there are ${names.join(', ')}.`);
    // A process of its own, with the same flags of Node: a load measures memory, and may have to be killed.
    const argv = [...process.execArgv, `${DIRECTORY}${name}.ts`, ...options, ...(json ? ['--json'] : [])];
    const child = spawn(process.execPath, argv, { stdio: 'inherit' });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Failure(`The load ${name} ended with ${code ?? 'a signal'}.`);
  });
};

function listLoads(): readonly string[] {
  try {
    return readdirSync(DIRECTORY).flatMap((file) => LOAD.exec(file)?.[1] ?? []);
  } catch (error) {
    throw new Failure('The loads are part of the repository: run this in a clone of it.', { cause: error });
  }
}
