import type { ConnectOptions } from '@skein/simulator';
import type { Command } from 'commander';
import type { Console, Flags } from './console.ts';
import { readUrl, readWord } from './read-option.ts';

const MODES = ['websocket', 'http', 'hybrid'] as const;

/** The options by which a simulated drone finds its server. */
export function addConnection(command: Command): Command {
  return command
    .option('--url <url>', 'the drone WebSocket', 'ws://127.0.0.1:8080')
    .option('--http-url <url>', 'the HTTP API', 'http://127.0.0.1:3000')
    .option('--mode <mode>', MODES.join(', '), 'websocket')
    .option('--key <key>', 'an API key with telemetry:write; absent: SKEIN_KEY of the environment');
}

export function readConnection(
  { url = '', httpUrl = '', mode = '', key }: Flags,
  { env }: Console,
): ConnectOptions {
  const chosen = key ?? env['SKEIN_KEY'];
  return {
    url: readUrl('--url', url, 'ws:', 'wss:').href,
    httpUrl: readUrl('--http-url', httpUrl, 'http:', 'https:').href,
    mode: readWord('--mode', mode, MODES),
    ...(chosen && { key: chosen }),
  };
}
