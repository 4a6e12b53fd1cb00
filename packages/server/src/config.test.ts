import { expect, test } from 'vitest';
import { variables } from './config/variables.ts';
import { ConfigError, describeConfig, isLoopback, loadConfig, unusedSettings } from './config.ts';

const LONG = '0123456789abcdef0123456789abcdef';
const BEHIND_PROXY = { HOST: '0.0.0.0', BEHIND_PROXY: 'true' };

test('an empty environment gives the defaults of the contract', () => {
  expect(loadConfig({ env: {} })).toMatchObject({
    host: '127.0.0.1',
    httpPort: 3000,
    ingestPort: 8080,
    gatewayPort: 3001,
    maxConnections: 1000,
    batchSize: 100,
    compressionEnabled: true,
    debugMode: false,
    dataDir: './data',
    journalDir: 'data/journal',
    journalMaxBytes: 8_589_934_592,
    dedupWindowMs: 30_000,
    idleTimeoutMs: 300_000,
    authMode: 'required',
    logLevel: 'info',
    roles: ['ingest', 'gateway', 'jobs'],
    siteOrigin: undefined,
  });
});

test('the environment of the integration guide starts on a laptop as it is', () => {
  const env = {
    DRONE_WEBSOCKET_PORT: '8080',
    DRONE_HTTP_PORT: '3000',
    DATABASE_URL: 'postgresql://user:pass@localhost:5432/drone_system',
    REDIS_URL: 'redis://localhost:6379',
    API_KEY_SECRET: 'your-secret-key',
    JWT_SECRET: 'your-jwt-secret',
    MAX_CONNECTIONS: '1000',
    BATCH_SIZE: '100',
    COMPRESSION_ENABLED: 'true',
    DEBUG_MODE: 'false',
  };
  expect(loadConfig({ env })).toMatchObject({ apiKeySecret: 'your-secret-key', maxConnections: 1000 });
});

test('a flag outweighs the environment, the environment .env, and .env the default', () => {
  const env = { DRONE_HTTP_PORT: '4000', DRONE_GATEWAY_PORT: '4001' };
  const dotEnv = { DRONE_HTTP_PORT: '5000', DRONE_GATEWAY_PORT: '5001', DRONE_WEBSOCKET_PORT: '5002' };
  const config = loadConfig({ env, dotEnv, flags: { httpPort: '6000' } });
  expect([config.httpPort, config.gatewayPort, config.ingestPort]).toEqual([6000, 4001, 5002]);
  expect(config.origins).toMatchObject({
    httpPort: 'flag',
    gatewayPort: 'environment',
    ingestPort: '.env',
    host: 'default',
  });
});

test('an empty variable is an absent one', () => {
  expect(loadConfig({ env: { DATABASE_URL: '', MAX_DRONES: '' } })).toMatchObject({
    databaseUrl: undefined,
    maxDrones: 200_000,
  });
});

test('a site origin is read as latitude, longitude and altitude above mean sea level', () => {
  const { siteOrigin } = loadConfig({ env: { SITE_ORIGIN: '47.3977, -8.5456, 488.5' } });
  expect(siteOrigin).toEqual({ latitudeDeg: 47.3977, longitudeDeg: -8.5456, altitudeAmslM: 488.5 });
});

test('sizes may carry a binary unit, lists are split at commas', () => {
  const env = {
    JOURNAL_MAX_BYTES: '2GiB',
    ROLES: 'jobs, ingest',
    ALLOWED_ORIGINS: 'https://a.example,http://b:81',
  };
  const config = loadConfig({ env });
  expect(config.journalMaxBytes).toBe(2_147_483_648);
  expect(config.roles).toEqual(['ingest', 'jobs']);
  expect(config.allowedOrigins).toEqual(['https://a.example', 'http://b:81']);
});

test('DEBUG_MODE logs at debug unless LOG_LEVEL says otherwise', () => {
  expect(loadConfig({ env: { DEBUG_MODE: '1' } }).logLevel).toBe('debug');
  expect(loadConfig({ env: { DEBUG_MODE: '1', LOG_LEVEL: 'warn' } }).logLevel).toBe('warn');
});

test('a secret may be read from a file, and its last newline is not part of it', () => {
  const files: Record<string, string> = { '/run/secrets/jwt': `${LONG}\n` };
  const config = loadConfig({
    env: { ...BEHIND_PROXY, JWT_SECRET_FILE: '/run/secrets/jwt' },
    readFile: (path) => files[path] ?? '',
  });
  expect(config.jwtSecret).toBe(LONG);
});

test('a secret file that is not there stops the start and is named', () => {
  const error = refusal({ API_KEY_SECRET_FILE: '/nowhere/at/all' });
  expect(error.message).toMatch(/^API_KEY_SECRET_FILE names a file that cannot be read: ENOENT/);
});

const WRONG: readonly (readonly [string, string])[] = [
  ['DRONE_HTTP_PORT', '65536'],
  ['DRONE_HTTP_PORT', '-1'],
  ['DRONE_WEBSOCKET_PORT', '80.5'],
  ['DRONE_GATEWAY_PORT', '0x50'],
  ['DRONE_HTTP_PORT', '8080'],
  ['MAX_CONNECTIONS', '0'],
  ['MAX_CONNECTIONS', 'many'],
  ['MAX_MESSAGE_BYTES', '12'],
  ['JOURNAL_MAX_BYTES', '8GB'],
  ['DEDUP_WINDOW_MS', '1e9'],
  ['HOURLY_OFFSET_MINUTE', '60'],
  ['PG_POOL_MAX', '99999999999999999999'],
  ['COMPRESSION_ENABLED', 'perhaps'],
  ['VALIDATION', 'Strict'],
  ['AUTH_MODE', 'none'],
  ['HYBRID_PRIORITY', 'udp'],
  ['ROLES', 'ingest,king'],
  ['ROLES', ','],
  ['DATABASE_URL', 'mysql://localhost/x'],
  ['DATABASE_URL', 'localhost:5432'],
  ['REDIS_URL', 'http://localhost'],
  ['ALLOWED_ORIGINS', 'https://a.example/path'],
  ['ALLOWED_ORIGINS', '*'],
  ['SITE_ORIGIN', '47.3,8.5'],
  ['SITE_ORIGIN', '91,8.5,400'],
  ['SITE_ORIGIN', '47,181,400'],
  ['SITE_ORIGIN', '47,8,high'],
  ['LOG_LEVEL', 'loud'],
  ['RETENTION_TELEMETRY_DAYS', '0'],
  ['LOG_FILE', 'a\nb'],
  ['JWKS_URL', 'http://issuer.example/keys'],
];

test.each(WRONG)('%s=%j stops the start with a sentence that names it', (name, value) => {
  const error = refusal({ JWT_ISSUER: 'https://issuer.example', [name]: value });
  expect(error.variable).toBe(name);
  expect(error.message).toMatch(new RegExp(`^${name}\\b.*expected .*\\.$`));
});

const UNSAFE: readonly (readonly [string, Record<string, string>])[] = [
  ['HOST', { HOST: '0.0.0.0' }],
  ['HOST', { HOST: '::' }],
  ['HOST', { HOST: '192.168.1.2', BEHIND_PROXY: 'false' }],
  ['HOST', { HOST: '127.0.0.1.example.org' }],
  ['AUTH_MODE', { ...BEHIND_PROXY, AUTH_MODE: 'open' }],
  ['AUTH_MODE', { HOST: '0.0.0.0', AUTH_MODE: 'open', TLS_CERT: 'c.pem', TLS_KEY: 'k.pem' }],
  ['TLS_KEY', { TLS_CERT: 'c.pem' }],
  ['TLS_CERT', { TLS_KEY: 'k.pem' }],
  ['JWT_ISSUER', { JWKS_URL: 'https://issuer.example/keys' }],
  ['JWT_SECRET', { JWT_SECRET: LONG, JWT_SECRET_FILE: '/run/secrets/jwt' }],
  ['DATABASE_URL', { ...BEHIND_PROXY, DATABASE_URL: 'postgresql://postgres:password@db:5432/drone_system' }],
  ...[
    'your-jwt-secret',
    'your-secret-key',
    'changeme',
    'password',
    'secret',
    'short-but-random-9f3a',
    'test',
  ].flatMap((value) => [
    ['JWT_SECRET', { ...BEHIND_PROXY, JWT_SECRET: value }] as const,
    ['API_KEY_SECRET', { ...BEHIND_PROXY, API_KEY_SECRET: value }] as const,
  ]),
];

test.each(UNSAFE)('[S5] what would leave the door open is refused: %s of %j', (name, env) => {
  expect(refusal(env).variable).toBe(name);
});

test('a public address is allowed with a certificate, or behind a proxy', () => {
  expect(loadConfig({ env: { HOST: '0.0.0.0', TLS_CERT: 'c.pem', TLS_KEY: 'k.pem' } }).host).toBe('0.0.0.0');
  expect(loadConfig({ env: { ...BEHIND_PROXY, JWT_SECRET: LONG } }).behindProxy).toBe(true);
});

test('ports of 0 choose free ones and never collide', () => {
  const env = { DRONE_HTTP_PORT: '0', DRONE_WEBSOCKET_PORT: '0', DRONE_GATEWAY_PORT: '0' };
  expect(loadConfig({ env })).toMatchObject({ httpPort: 0, ingestPort: 0, gatewayPort: 0 });
});

test('a wrong secret is not repeated in the sentence about it', () => {
  const error = refusal({ DATABASE_URL: 'mysql://root:hunter2@db/x' });
  expect(error.message).not.toContain('hunter2');
});

test('the description of a configuration shows every value with its origin and no secret', () => {
  const env = {
    JWT_SECRET: LONG,
    DATABASE_URL: 'postgres://skein:hunter2@db:5432/fleet?password=hunter2',
    REDIS_URL: 'redis://:hunter2@cache:6379',
  };
  const lines = describeConfig(loadConfig({ env, flags: { host: '::1' } }));
  const text = JSON.stringify(lines);
  expect(text).not.toContain('hunter2');
  expect(text).not.toContain(LONG);
  expect(lines).toHaveLength(Object.keys(variables).length);
  expect(lines).toContainEqual({ setting: 'host', variable: 'HOST', value: '::1', origin: 'flag' });
  expect(lines.find(({ variable }) => variable === 'DATABASE_URL')?.value).toMatch(
    /^postgres:\/\/skein:\*+@db:5432/,
  );
});

test('a setting that nothing looks at yet is named when it is given', () => {
  const config = loadConfig({ env: { REDIS_URL: 'redis://localhost:6379', MAX_DRONES: '5' } });
  expect(unusedSettings(config)).toEqual(['REDIS_URL']);
});

test('each variable has a name of its own', () => {
  const names = Object.values(variables).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test.each([
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['::1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['127.0.0.1.example.org', false],
  ['10.0.0.1', false],
])('%s is loopback: %j', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});

function refusal(env: Record<string, string>): ConfigError {
  try {
    loadConfig({ env });
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}
