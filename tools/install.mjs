// Installs what package-lock.json names when node_modules does not hold it. It runs before `npm start` and `npm test`
// on whatever Node the machine has: the one the project runs on (node_modules/.bin/node) comes with the installation.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The packages of a lock file; npm writes one of its own for what it has put into node_modules. */
function packagesIn(path) {
  try {
    return JSON.parse(readFileSync(`${root}${path}`, 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function isInstalled() {
  const wanted = packagesIn('package-lock.json');
  const present = packagesIn('node_modules/.package-lock.json');
  if (!present) return false;
  return Object.entries(wanted).every(([path, { version, integrity, resolved, optional }]) => {
    const found = present[path];
    if (path === '') return true;
    // What is optional may be for another kind of machine.
    if (!found) return Boolean(optional);
    return found.version === version && found.integrity === integrity && found.resolved === resolved;
  });
}

if (!isInstalled()) {
  const { status } = spawnSync('npm', ['ci', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  process.exitCode = status ?? 1;
}
