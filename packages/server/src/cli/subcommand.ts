import type { Command } from 'commander';
import type { Console } from './console.ts';

/** One subcommand: adds its options and its action. A true result is a success, false exit code 1. */
export type Define = (command: Command, console: Console) => void;

export interface Subcommand {
  readonly summary: string;
  readonly load: () => Promise<Define>;
}

/** Every subcommand, in the order of the help. Only the one that is called is loaded. */
export const subcommands: Readonly<Record<string, Subcommand>> = {
  demo: {
    summary: 'server and a simulated fleet, on this machine',
    load: async () => (await import('./demo.ts')).demo,
  },
  serve: { summary: 'the server', load: async () => (await import('./serve.ts')).serve },
  simulate: {
    summary: 'drones that fly against a server',
    load: async () => (await import('./simulate.ts')).simulate,
  },
  replay: {
    summary: 'a recorded flight, sent again as a drone',
    load: async () => (await import('./replay.ts')).replay,
  },
  airspace: {
    summary: 'how safely simulated traffic gets through conflicts',
    load: async () => (await import('./airspace.ts')).airspace,
  },
  keys: {
    summary: 'create, list, rotate and revoke API keys',
    load: async () => (await import('./keys.ts')).keys,
  },
  tokens: {
    summary: 'revoke tokens before their time',
    load: async () => (await import('./tokens.ts')).tokens,
  },
  config: {
    summary: 'every setting and where it comes from',
    load: async () => (await import('./config.ts')).config,
  },
  doctor: {
    summary: 'what would keep the server from running well',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  export: {
    summary: "a drone's history as NDJSON, CSV or Parquet",
    load: async () => (await import('./export.ts')).exportHistory,
  },
  conform: {
    summary: 'the drone side of the contract, run against any server',
    load: async () => (await import('./conform.ts')).conform,
  },
  bench: { summary: 'a named load', load: async () => (await import('./bench.ts')).bench },
};
