import type { Writable } from 'node:stream';
import { styleText } from 'node:util';
import { type Config, type ConfigInputs, loadConfig } from '../config.ts';

/** What a subcommand needs of the world it was called in. */
export interface Console {
  readonly env: ConfigInputs['env'];
  readonly dotEnv: NonNullable<ConfigInputs['dotEnv']>;
  /** Data: what another program may read. */
  readonly stdout: Writable;
  /** A line of it. */
  readonly out: (line: string) => void;
  /** Words for people: progress, warnings. */
  readonly note: (line: string) => void;
  /** Words for people are read on a terminal: colours and lines that change are welcome. */
  readonly isTerminal: boolean;
}

/** Something that was asked for could not be done: a sentence, and exit code 1. */
export class Failure extends Error {
  override readonly name = 'Failure';
}

/** It was asked for in a way that makes no sense: a sentence, and exit code 2. */
export class Misuse extends Error {
  override readonly name = 'Misuse';
}

export type Flags = Readonly<Record<string, string | undefined>>;

export function configOf({ env, dotEnv }: Console, flags: Flags = {}): Config {
  return loadConfig({ env, dotEnv, flags });
}

type Style = Parameters<typeof styleText>[0];

export function styled({ isTerminal, env }: Console, style: Style, text: string): string {
  return isTerminal && !env['NO_COLOR'] ? styleText(style, text, { validateStream: false }) : text;
}

/** Rows under their headings, columns as wide as their widest cell. */
export function toTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const all = [headings, ...rows];
  const widths = headings.map((_heading, at) => Math.max(...all.map((row) => row[at]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
