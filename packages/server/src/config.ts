import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { weaknessOf } from './auth/placeholder-secrets.ts';
import type { Variable } from './config/variable.ts';
import { variables } from './config/variables.ts';

/** The only reader of the environment. A flag outweighs the environment, that `.env`, that the default. */

type Variables = typeof variables;
type SettingName = keyof Variables;
type ValueOf<V> = V extends Variable<infer T, infer D> ? (D extends undefined ? T | undefined : T) : never;
type Settings = { readonly [K in SettingName]: ValueOf<Variables[K]> };
type Origin = 'flag' | 'environment' | '.env' | 'default';

/** Every setting in its final form; units are in the names. */
export type Config = Omit<Settings, 'journalDir' | 'logLevel'> & {
  readonly journalDir: string;
  readonly logLevel: NonNullable<Settings['logLevel']>;
  readonly origins: Readonly<Record<SettingName, Origin>>;
};

type Texts = Readonly<Record<string, string | undefined>>;

export interface ConfigInputs {
  readonly env: Texts;
  /** What the file `.env` said. */
  readonly dotEnv?: Texts;
  /** From the command line, by the setting's name in the code. */
  readonly flags?: Texts;
  /** Reads a secret's file (`API_KEY_SECRET_FILE`). */
  readonly readFile?: (path: string) => string;
}

/** A setting that cannot be used: the sentence names it, what came and what is expected. */
export class ConfigError extends Error {
  readonly variable: string;

  constructor(message: string, options: ErrorOptions & { variable: string }) {
    super(message, options);
    this.name = 'ConfigError';
    this.variable = options.variable;
  }
}

const LOOPBACK = /^(localhost|::1|\[::1\]|127(\.\d{1,3}){3})$/;
/** The passwords of the guides' examples; they work on a laptop and nowhere else. */
const SAMPLE_PASSWORDS = /^(pass|passwd|password|postgres|secret|change-?me|admin|root|example|test)$/i;

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** What the process was given: its environment, and `.env` in the working directory where there is one. */
export function readEnvironment(): Required<Pick<ConfigInputs, 'env' | 'dotEnv'>> {
  // biome-ignore lint/style/noProcessEnv: the one place that may.
  return { env: process.env, dotEnv: readDotEnv() };
}

function readDotEnv(): Texts {
  try {
    return parseEnv(readFileSync('.env', 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new ConfigError(`.env cannot be read: ${(error as Error).message}.`, {
      variable: '.env',
      cause: error,
    });
  }
}

/** Throws ConfigError for the first setting that cannot be used. */
export function loadConfig(inputs: ConfigInputs): Config {
  const origins = {} as Record<SettingName, Origin>;
  const values = {} as Record<SettingName, unknown>;
  for (const [setting, variable] of Object.entries(variables) as [SettingName, Variable][]) {
    const { text, origin } = find(setting, variable, inputs);
    origins[setting] = origin;
    values[setting] = text === undefined ? variable.default : parse(variable, text);
  }
  const settings = values as Settings;
  const config = {
    ...settings,
    journalDir: settings.journalDir ?? join(settings.dataDir, 'journal'),
    logLevel: settings.logLevel ?? (settings.debugMode ? 'debug' : 'info'),
    origins,
  };
  checkTogether(config);
  return config;
}

function find(setting: SettingName, { name, secret }: Variable, inputs: ConfigInputs) {
  const { env, dotEnv = {}, flags = {}, readFile = readSecretFile } = inputs;
  const sources: readonly [Origin, string | undefined, string | undefined][] = [
    ['flag', flags[setting], undefined],
    ['environment', env[name], secret ? env[`${name}_FILE`] : undefined],
    ['.env', dotEnv[name], secret ? dotEnv[`${name}_FILE`] : undefined],
  ];
  for (const [origin, text, file] of sources) {
    if (text && file)
      throw new ConfigError(`${name} and ${name}_FILE are both set: keep one of them.`, { variable: name });
    // An empty variable is an absent one: compose files pass every name on, set or not.
    if (text) return { text: text.trim(), origin };
    if (file) return { text: readOrRefuse(`${name}_FILE`, file, readFile), origin };
  }
  return { text: undefined, origin: 'default' as const };
}

function readSecretFile(path: string): string {
  return readFileSync(path, 'utf8');
}

function readOrRefuse(name: string, path: string, readFile: (path: string) => string): string {
  try {
    return readFile(path).trim();
  } catch (error) {
    const why = (error as Error).message;
    throw new ConfigError(`${name} names a file that cannot be read: ${why}.`, {
      variable: name,
      cause: error,
    });
  }
}

function parse({ name, kind, secret }: Variable, text: string): unknown {
  const value = kind.parse(text);
  if (value !== undefined) return value;
  const came = secret ? 'something else (not shown, it is a secret)' : JSON.stringify(text.slice(0, 80));
  throw new ConfigError(`${name} is ${came}, expected ${kind.expected}.`, { variable: name });
}

/** What no setting can know alone. */
function checkTogether(config: Config): void {
  checkPorts(config);
  checkTls(config);
  checkJwks(config);
  if (isLoopback(config.host)) return;
  if (config.authMode === 'open')
    throw new ConfigError(
      `AUTH_MODE is "open" while HOST is "${config.host}", expected "required": without credentials Skein listens on loopback only.`,
      { variable: 'AUTH_MODE' },
    );
  if (!(config.tlsCert || config.behindProxy))
    throw new ConfigError(
      `HOST is "${config.host}", expected a loopback address, or TLS_CERT and TLS_KEY, or BEHIND_PROXY=true where a proxy in front speaks TLS.`,
      { variable: 'HOST' },
    );
  checkSecrets(config);
}

function checkPorts({ httpPort, ingestPort, gatewayPort }: Config): void {
  const chosen = [httpPort, ingestPort, gatewayPort].filter((number) => number !== 0);
  if (new Set(chosen).size === chosen.length) return;
  throw new ConfigError(
    `DRONE_HTTP_PORT, DRONE_WEBSOCKET_PORT and DRONE_GATEWAY_PORT are ${httpPort}, ${ingestPort} and ${gatewayPort}, expected three different ports.`,
    { variable: 'DRONE_HTTP_PORT' },
  );
}

function checkTls({ tlsCert, tlsKey }: Config): void {
  if ((tlsCert === undefined) === (tlsKey === undefined)) return;
  const missing = tlsCert === undefined ? 'TLS_CERT' : 'TLS_KEY';
  throw new ConfigError(`${missing} is missing, expected both TLS_CERT and TLS_KEY, or neither.`, {
    variable: missing,
  });
}

function checkJwks({ jwksUrl, jwtIssuer }: Config): void {
  if (jwksUrl === undefined) return;
  const { protocol, hostname } = new URL(jwksUrl);
  if (protocol === 'http:' && !isLoopback(hostname))
    throw new ConfigError(
      `JWKS_URL is ${JSON.stringify(jwksUrl)}, expected https:// (plain http only on loopback).`,
      { variable: 'JWKS_URL' },
    );
  if (jwtIssuer === undefined)
    throw new ConfigError('JWT_ISSUER is missing, expected the issuer whose tokens JWKS_URL checks.', {
      variable: 'JWT_ISSUER',
    });
}

function checkSecrets({ apiKeySecret, jwtSecret, databaseUrl }: Config): void {
  for (const [name, secret] of Object.entries({ API_KEY_SECRET: apiKeySecret, JWT_SECRET: jwtSecret })) {
    const weakness = secret && weaknessOf(secret);
    if (!weakness) continue;
    const remedy =
      '32 random bytes or more (openssl rand -hex 32), or none: then it is made and kept in DATA_DIR';
    throw new ConfigError(`${name} ${weakness}, expected ${remedy}.`, { variable: name });
  }
  const password = databaseUrl && URL.parse(databaseUrl)?.password;
  if (password && SAMPLE_PASSWORDS.test(password))
    throw new ConfigError('DATABASE_URL holds a sample password, expected one of its own.', {
      variable: 'DATABASE_URL',
    });
}

export interface ConfigLine {
  readonly setting: string;
  readonly variable: string;
  readonly value: unknown;
  readonly origin: Origin;
}

/** Every setting with where it came from; what is secret of it is not in it. */
export function describeConfig(config: Config): readonly ConfigLine[] {
  return (Object.entries(variables) as [SettingName, Variable][]).map(([setting, { name, secret }]) => ({
    setting,
    variable: name,
    value: secret ? mask(config[setting]) : config[setting],
    origin: config.origins[setting],
  }));
}

/** The names of settings that were given although nothing looks at them yet. */
export function unusedSettings({ origins }: Config): readonly string[] {
  return (Object.entries(variables) as [SettingName, Variable][])
    .filter(([setting, { reserved }]) => reserved && origins[setting] !== 'default')
    .map(([, { name }]) => name);
}

function mask(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const parsed = URL.parse(value);
  if (!parsed?.host) return '********';
  if (parsed.password) parsed.password = '********';
  // Drivers take a password in the query too.
  parsed.search = parsed.search && '?********';
  return parsed.href;
}
