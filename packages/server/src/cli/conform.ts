import type { Target } from '../conform/check.ts';
import { ask } from '../conform/http-line.ts';
import { runChecks, type Verdict } from '../conform/run-checks.ts';
import { type Console, Failure, type Flags, Misuse, styled } from './console.ts';
import { readId, readUrl, readWholeNumber } from './read-option.ts';
import type { Define } from './subcommand.ts';

const STYLE = { pass: 'green', fail: 'red', skip: 'yellow' } as const;

/** Integrators run this against their own backends: it knows nothing but the contract. */
export const conform: Define = (command, console) => {
  command
    .argument('<url>', 'where its HTTP is: http://host:3000')
    .option('--ws <url>', 'where its drone WebSocket is; absent: /ingest at <url>')
    .option(
      '--key <key>',
      'an API key with telemetry:write and telemetry:read; absent: SKEIN_KEY of the environment',
    )
    .option('--drone <id>', 'the drone the checks speak as', 'conform-001')
    .option('--bound', 'the key is bound to that drone: what needs two drones is left out')
    .option('--only <text>', 'only checks whose name contains it', '')
    .option('--timeout-ms <ms>', 'how long an answer may take', '5000')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  skein conform http://localhost:3000 --key 0123…\n  SKEIN_KEY=0123… skein conform https://fleet.example.org --ws wss://fleet.example.org:8080 --json',
    );
  command.action(async (url: string, { bound, ...flags }: Flags & { bound?: string }) => {
    const target = readTarget(url, flags, { isBound: bound !== undefined, env: console.env });
    await mustAnswer(target);
    const verdicts: Verdict[] = [];
    for await (const verdict of runChecks(target, flags['only'] ?? '')) {
      verdicts.push(verdict);
      if (!flags['json']) print(verdict, console);
    }
    report(verdicts, target, { console, isJson: flags['json'] !== undefined });
  });
};

function readTarget(url: string, flags: Flags, more: { isBound: boolean; env: Console['env'] }): Target {
  const { ws, drone = '', timeoutMs = '' } = flags;
  const key = flags['key'] ?? more.env['SKEIN_KEY'];
  if (!key) throw new Misuse('A key is needed: --key, or SKEIN_KEY in the environment.');
  const http = readUrl('<url>', url, 'http:', 'https:').href.replace(/\/+$/, '');
  const socket =
    ws === undefined ? `${http.replace(/^http/, 'ws')}/ingest` : readUrl('--ws', ws, 'ws:', 'wss:').href;
  return {
    http,
    ws: socket,
    key,
    droneId: readId('--drone', drone),
    isBound: more.isBound,
    timeoutMs: readWholeNumber('--timeout-ms', timeoutMs, 100, 60_000),
  };
}

async function mustAnswer(target: Target): Promise<void> {
  try {
    await ask(target, '/', { method: 'GET', key: null });
  } catch (error) {
    throw new Failure(`Nobody answers at ${target.http}.`, { cause: error });
  }
}

function print(
  { result, clause, name, sent, expected, got = '', differsAt }: Verdict,
  console: Console,
): void {
  console.out(`${styled(console, STYLE[result], result)}  ${clause.padEnd(9)} ${name}`);
  if (result !== 'fail') return;
  console.out(`      sent      ${sent}`);
  console.out(`      expected  ${expected}`);
  console.out(`      got       ${got}`);
  console.out(`      differs   at ${differsAt}`);
}

function report(
  verdicts: readonly Verdict[],
  { http, ws }: Target,
  to: { console: Console; isJson: boolean },
): void {
  const count = (wanted: Verdict['result']) => verdicts.filter(({ result }) => result === wanted).length;
  const [passed, failed, skipped] = [count('pass'), count('fail'), count('skip')];
  if (to.isJson)
    to.console.out(JSON.stringify({ http, ws, passed, failed, skipped, checks: verdicts }, undefined, 2));
  else to.console.note(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  if (failed > 0)
    throw new Failure(`${http} does not keep the contract in ${failed} of ${verdicts.length} points.`);
}
