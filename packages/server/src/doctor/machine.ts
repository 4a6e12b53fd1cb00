import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import type { Config } from '../config.ts';
import { type Finding, fail, fine, warn } from './finding.ts';

/** End of support per major version (nodejs/Release schedule). */
const END_OF_LIFE: Readonly<Record<number, string>> = {
  22: '2027-04-30',
  24: '2028-04-30',
  26: '2029-04-30',
};
const OLDEST_NODE = [22, 18] as const;
/** Files, databases, timers and HTTP beside the sockets. */
const SPARE_FILES = 256;
/** Live picture and duplicates: some 2 KiB a drone at most, and the runtime itself. */
const BYTES_PER_DRONE = 2048;
const RUNTIME_BYTES = 256 * 2 ** 20;

export function checkNode(version: string, today: Date): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const install = 'Install Node 24: https://nodejs.org';
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]))
    return fail('node', `Node ${version} is too old: 22.18 or newer is needed.`, install);
  const end = END_OF_LIFE[major];
  if (end === undefined)
    return warn('node', `Node ${version} is no long-term release that is known here.`, install);
  if (today.toISOString() > end)
    return warn('node', `Node ${version} has had no security fixes since ${end}.`, install);
  return fine('node', `Node ${version}, supported until ${end}.`);
}

/** `limits` = the text of /proc/self/limits; undefined where there is none. */
export function checkFileLimit(limits: string | undefined, { maxConnections }: Config): Finding {
  const soft = limits && /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1];
  if (!soft) return fine('files', 'The limit of open files is not told on this machine.');
  const wanted = maxConnections + SPARE_FILES;
  if (soft === 'unlimited' || Number(soft) >= wanted)
    return fine('files', `${soft} open files allowed, ${wanted} needed.`);
  return fail(
    'files',
    `${soft} open files allowed, but MAX_CONNECTIONS=${maxConnections} needs ${wanted}.`,
    `ulimit -n ${wanted}, LimitNOFILE=${wanted} in the systemd unit, or a smaller MAX_CONNECTIONS`,
  );
}

export function readLimits(): string | undefined {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    // No such thing outside Linux.
    return undefined;
  }
}

export function checkMemory({ maxDrones }: Config): Finding {
  // Without a limit of its own the process is told a number beyond all memory.
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  const free = Math.min(freemem(), limit);
  const wanted = RUNTIME_BYTES + maxDrones * BYTES_PER_DRONE;
  const [has, needs] = [free, wanted].map((bytes) => `${Math.round(bytes / 2 ** 20)} MiB`);
  if (free >= wanted) return fine('memory', `${has} free, up to ${needs} needed with ${maxDrones} drones.`);
  return warn(
    'memory',
    `${has} free, up to ${needs} needed with ${maxDrones} drones.`,
    'More memory, or a smaller MAX_DRONES',
  );
}
