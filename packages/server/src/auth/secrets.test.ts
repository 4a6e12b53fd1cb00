import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSecrets } from './secrets.ts';

const STRONG = 'f3a1c05e9b7d2846f3a1c05e9b7d28460011223344556677';

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'skein-secrets-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const file = () => join(dataDir, 'secrets.json');
const modeOf = (path: string) => statSync(path).mode & 0o777;

test('absent secrets are made once, for the owner alone, and found again', () => {
  const made = openSecrets({ dataDir, isLoopback: false });
  expect(made.apiKeySecret).toMatch(/^[0-9a-f]{64}$/);
  expect(made.jwtSecret).toMatch(/^[0-9a-f]{64}$/);
  expect(made.apiKeySecret).not.toBe(made.jwtSecret);
  expect(made.warnings).toEqual([]);
  expect(modeOf(file())).toBe(0o600);
  expect(readdirSync(dataDir)).toEqual(['secrets.json']);
  expect(openSecrets({ dataDir, isLoopback: false })).toEqual(made);
});

test('a given secret is used as it is, the other one is made', () => {
  const { jwtSecret, apiKeySecret } = openSecrets({
    dataDir,
    jwtSecret: STRONG,
    apiKeySecret: '',
    isLoopback: false,
  });
  expect(jwtSecret).toBe(STRONG);
  expect(apiKeySecret).toBe(
    (JSON.parse(readFileSync(file(), 'utf8')) as { apiKeySecret: string }).apiKeySecret,
  );
});

test('with both given nothing is written', () => {
  openSecrets({ dataDir, jwtSecret: STRONG, apiKeySecret: STRONG, isLoopback: false });
  expect(readdirSync(dataDir)).toEqual([]);
});

test('processes that start at the same time agree on the secrets', async () => {
  const script = `import { openSecrets } from ${JSON.stringify(join(import.meta.dirname, 'secrets.ts'))};
    process.stdin.once('data', () => process.stdout.write(JSON.stringify(openSecrets(${JSON.stringify({ dataDir, isLoopback: true })})), () => process.exit()));
    process.stdout.write('\\n');`;
  const processes = Array.from({ length: 3 }, () =>
    spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
  await Promise.all(processes.map(({ stdout }) => once(stdout, 'readable')));
  for (const { stdin } of processes) stdin.write('now');
  const answers = await Promise.all(processes.map(({ stdout }) => text(stdout)));
  expect(new Set(answers).size).toBe(1);
  expect(JSON.parse(answers[0] as string)).toMatchObject(JSON.parse(readFileSync(file(), 'utf8')) as object);
  expect(readdirSync(dataDir)).toEqual(['secrets.json']);
});

const WEAK = [
  ...[
    'your-secret-key',
    'your-jwt-secret',
    'secret',
    'password',
    'changeme',
    'test',
    'admin',
    'postgres',
    'x',
    ' ',
  ],
  ...[
    'your-256-bit-secret-your-256-bit-secret',
    'please-change-this-in-production-1234567890',
    'a'.repeat(64),
  ],
  ...[
    'supersecretpasswordsupersecretpassword12',
    'replace-me-replace-me-replace-me-replace',
    'abab'.repeat(20),
  ],
  ...[
    'my-super-long-jwt-secret-for-development',
    'example-example-example-example-0123456',
    '0123456789abcdef',
  ],
  ...['insecure-insecure-insecure-insecure-9876', 'f3a1c05e9b7d2846f3a1c05e9b7d284'],
];

test.each(WEAK)('the weak secret %j stops a start that is reachable, naming the variable', (weak) => {
  const strong = { dataDir, apiKeySecret: STRONG, jwtSecret: STRONG, isLoopback: false };
  expect(() => openSecrets({ ...strong, jwtSecret: weak })).toThrow(/^JWT_SECRET (is|has|repeats) /);
  expect(() => openSecrets({ ...strong, apiKeySecret: weak })).toThrow(/^API_KEY_SECRET (is|has|repeats) /);
});

test('on loopback a weak secret is used, with a warning that does not repeat it', () => {
  const jwtSecret = 'your-jwt-secret';
  const secrets = openSecrets({ dataDir, apiKeySecret: STRONG, jwtSecret, isLoopback: true });
  expect(secrets.jwtSecret).toBe(jwtSecret);
  expect(secrets.warnings).toEqual([expect.stringMatching(/^JWT_SECRET is a placeholder/)]);
  expect(secrets.warnings.join()).not.toContain(jwtSecret);
});

test('a file that others can read is closed again, with a warning', () => {
  const made = openSecrets({ dataDir, isLoopback: false });
  chmodSync(file(), 0o644);
  const again = openSecrets({ dataDir, isLoopback: false });
  expect(again).toMatchObject({
    apiKeySecret: made.apiKeySecret,
    warnings: [expect.stringContaining('mode is 600')],
  });
  expect(modeOf(file())).toBe(0o600);
});

test.each([
  '',
  '{',
  'null',
  '[]',
  '{"apiKeySecret":"secret","jwtSecret":"secret"}',
  `{"jwtSecret":"${STRONG}"}`,
])('a damaged file %j stops the start instead of being replaced', (content) => {
  writeFileSync(file(), content, { mode: 0o600 });
  expect(() => openSecrets({ dataDir, isLoopback: true })).toThrow('Restore it from a backup');
  expect(readFileSync(file(), 'utf8')).toBe(content);
});
