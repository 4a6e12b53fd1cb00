import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { weaknessOf } from './placeholder-secrets.ts';

export interface SecretsConfig {
  readonly dataDir: string;
  readonly apiKeySecret?: string | undefined;
  readonly jwtSecret?: string | undefined;
  /** Every listener is on loopback: weak secrets are warned of instead of refused. */
  readonly isLoopback: boolean;
}

export interface Secrets {
  readonly apiKeySecret: string;
  readonly jwtSecret: string;
  /** Sentences for the log. */
  readonly warnings: readonly string[];
}

type Stored = Pick<Secrets, 'apiKeySecret' | 'jwtSecret'>;

const FILE = 'secrets.json';
const OWNER_ONLY = 0o600;
const SECRET_BYTES = 32;

/**
 * The secrets given, or those of `<dataDir>/secrets.json`, which is made once with mode 600. Throws a sentence that
 * names the variable when one is too weak to be reached from outside.
 */
export function openSecrets({ dataDir, apiKeySecret, jwtSecret, isLoopback }: SecretsConfig): Secrets {
  const warnings = [
    ...warningsOf('API_KEY_SECRET', apiKeySecret, isLoopback),
    ...warningsOf('JWT_SECRET', jwtSecret, isLoopback),
  ];
  if (apiKeySecret && jwtSecret) return { apiKeySecret, jwtSecret, warnings };
  const { stored, warning } = openStored(dataDir);
  return {
    apiKeySecret: apiKeySecret || stored.apiKeySecret,
    jwtSecret: jwtSecret || stored.jwtSecret,
    warnings: [...warnings, ...warning],
  };
}

function warningsOf(variable: string, secret: string | undefined, isLoopback: boolean): readonly string[] {
  const weakness = secret && weaknessOf(secret);
  if (!weakness) return [];
  const sentence = `${variable} ${weakness}.`;
  if (isLoopback) return [`${sentence} It is accepted only because every listener is on loopback.`];
  throw new Error(
    `${sentence} Give 32 random bytes (openssl rand -hex 32), or leave it out: one is made and kept in DATA_DIR.`,
  );
}

function openStored(dataDir: string): { stored: Stored; warning: readonly string[] } {
  const path = join(dataDir, FILE);
  mkdirSync(dataDir, { recursive: true });
  createOnce(dataDir, path);
  const stored = readStored(path);
  if ((statSync(path).mode & 0o077) === 0) return { stored, warning: [] };
  chmodSync(path, OWNER_ONLY);
  return { stored, warning: [`${path} was readable by others; its mode is 600 again.`] };
}

/**
 * Written whole under a name of its own, then linked: of two processes that start at once one link succeeds, the other
 * finds the file there, and nobody ever reads half of it.
 */
function createOnce(dataDir: string, path: string): void {
  if (statSync(path, { throwIfNoEntry: false })) return;
  const random = () => randomBytes(SECRET_BYTES).toString('hex');
  const own = join(dataDir, `.${FILE}.${process.pid}.${randomBytes(4).toString('hex')}`);
  writeDurably(own, `${JSON.stringify({ apiKeySecret: random(), jwtSecret: random() }, null, 2)}\n`);
  try {
    linkSync(own, path);
    syncDirectory(dataDir);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
  } finally {
    rmSync(own);
  }
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, 'wx', OWNER_ONLY);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function readStored(path: string): Stored {
  const { apiKeySecret, jwtSecret } = parse(readFileSync(path, 'utf8')) as Partial<Stored>;
  if (isStrong(apiKeySecret) && isStrong(jwtSecret)) return { apiKeySecret, jwtSecret };
  throw new Error(
    `${path} does not hold the two secrets it was made with. Restore it from a backup, or delete it: then new ones are made, and all keys and tokens end.`,
  );
}

function parse(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

function isStrong(secret: unknown): secret is string {
  return typeof secret === 'string' && weaknessOf(secret) === undefined;
}
