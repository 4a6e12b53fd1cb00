import { describeConfig } from '../config.ts';
import { configOf, type Flags, styled, toTable } from './console.ts';
import { addSettings } from './settings.ts';
import type { Define } from './subcommand.ts';

export const config: Define = (command, console) => {
  command
    .option('--json', 'one JSON document')
    .addHelpText('after', '\nExamples:\n  skein config\n  DATABASE_URL=postgres://… skein config --json');
  addSettings(command).action(({ json, ...flags }: Flags & { json?: string }) => {
    const lines = describeConfig(configOf(console, flags));
    if (json) return console.out(JSON.stringify(lines, undefined, 2));
    const rows = lines.map(({ variable, value, origin }) => [variable, toText(value), origin]);
    const [head = '', ...table] = toTable(['VARIABLE', 'VALUE', 'FROM'], rows);
    console.note(styled(console, 'dim', head));
    for (const line of table) console.out(line);
  });
};

function toText(value: unknown): string {
  if (value === undefined || value === '') return '-';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
