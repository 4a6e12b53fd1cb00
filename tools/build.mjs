// Builds every package into its dist, from nothing: what is no longer in a source must not be published. Sources are
// compiled; whatever is no TypeScript (SQL migrations) goes along as it is.
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, rmSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
for (const dist of globSync('packages/*/dist')) rmSync(dist, { recursive: true });

const { status } = spawnSync('tsc', ['-b', '--force'], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
process.exitCode = status ?? 1;

for (const path of globSync('packages/*/src/**'))
  if (!path.endsWith('.ts') && statSync(path).isFile())
    cpSync(path, path.replace(`${sep}src${sep}`, `${sep}dist${sep}`));
