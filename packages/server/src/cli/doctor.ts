import type { Config } from '../config.ts';
import { checkListening, checkSecrets, checkSettings, checkTls } from '../doctor/access.ts';
import { checkClock, checkDirectories, checkRoom } from '../doctor/disk.ts';
import type { Finding } from '../doctor/finding.ts';
import { checkFileLimit, checkMemory, checkNode, readLimits } from '../doctor/machine.ts';
import { checkPorts, checkStore } from '../doctor/network.ts';
import { type Console, configOf, Failure, type Flags, styled } from './console.ts';
import { addSettings } from './settings.ts';
import type { Define } from './subcommand.ts';

const MARK = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' } as const;
const STYLE = { ok: 'green', warn: 'yellow', fail: 'red' } as const;

export const doctor: Define = (command, console) => {
  command
    .option('--json', 'a JSON array')
    .addHelpText('after', '\nExamples:\n  skein doctor\n  DATABASE_URL=postgres://… skein doctor --json');
  addSettings(command).action(async ({ json, ...flags }: Flags) => {
    const findings = await examine(configOf(console, flags), new Date());
    if (json) console.out(JSON.stringify(findings, undefined, 2));
    else for (const finding of findings) print(finding, console);
    const failed = findings.filter(({ state }) => state === 'fail').length;
    if (failed > 0) throw new Failure(`${failed} of ${findings.length} checks failed.`);
  });
};

async function examine(config: Config, now: Date): Promise<readonly Finding[]> {
  const directories = checkDirectories(config);
  const hasDirectories = directories.every(({ state }) => state !== 'fail');
  return [
    checkNode(process.version, now),
    checkFileLimit(readLimits(), config),
    checkMemory(config),
    ...directories,
    ...(hasDirectories
      ? [checkRoom(config), checkClock(config, now.getTime()), await checkStore(config)]
      : []),
    ...(await checkPorts(config)),
    ...checkSettings(config),
    checkListening(config),
    ...checkTls(config, now.getTime()),
    ...checkSecrets(config),
  ];
}

function print(finding: Finding, console: Console): void {
  console.out(
    `${styled(console, STYLE[finding.state], MARK[finding.state])}  ${finding.check}: ${finding.message}`,
  );
  if (finding.state !== 'ok') console.out(`      → ${finding.fix}`);
}
