import type { Command } from 'commander';
import type { Variable } from '../config/variable.ts';
import { variables } from '../config/variables.ts';
import type { Flags } from './console.ts';

type SettingName = keyof typeof variables;

/** Adds a flag for each setting named (all that are no secret, if none is). Secrets never stand on a command line. */
export function addSettings(command: Command, ...names: readonly SettingName[]): Command {
  command.optionsGroup('Settings:');
  for (const [name, variable] of Object.entries(variables) as [SettingName, Variable][]) {
    if (variable.secret || (names.length > 0 && !names.includes(name))) continue;
    const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    command.option(`--${flag} <value>`, `${variable.description} [${variable.name}]`);
  }
  return command.optionsGroup('Options:');
}

/** The settings among a server's options. `--port` is the HTTP port; 0 chooses the other two as well. */
export function readSettings({ port, ...flags }: Flags): Flags {
  if (port === undefined) return flags;
  const free = port === '0' ? { ingestPort: '0', gatewayPort: '0' } : {};
  return { httpPort: port, ...free, ...flags };
}
