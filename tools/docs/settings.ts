import type { Variable } from '../../packages/server/src/config/variable.ts';
import { variableGroups } from '../../packages/server/src/config/variables.ts';

const TITLES = {
  listeners: 'Listeners',
  storage: 'Storage',
  access: 'Access',
  ingest: 'Ingest',
  site: 'Site',
  jobs: 'Jobs and roles',
  operation: 'Operation',
} as const satisfies Record<keyof typeof variableGroups, string>;

interface Group {
  readonly title: string;
  readonly settings: readonly (readonly [string, Variable])[];
}

const groups: readonly Group[] = Object.entries(variableGroups).map(([name, group]) => ({
  title: TITLES[name as keyof typeof TITLES],
  settings: Object.entries(group),
}));

/** `.env.example`: every variable, commented out, with its default. */
export function toEnvExample(): string {
  const head = [
    '# Every setting of Skein with its default. Copy to .env and take the # away where you want something else.',
    '# A flag of the command line outweighs the environment, the environment this file. Generated: npm run docs.',
  ];
  const sections = groups.map(({ title, settings }) => [
    `\n# ---- ${title}`,
    ...settings.flatMap(toEnvLines),
  ]);
  return `${[...head, ...sections.flat()].join('\n')}\n`;
}

function toEnvLines([, variable]: readonly [string, Variable]): readonly string[] {
  const { name, kind, secret } = variable;
  const description = describe(variable);
  const file = secret ? ` Or ${name}_FILE, a file that holds it.` : '';
  return [
    '',
    `# ${description}`,
    `# May be: ${kind.expected}.${file}`,
    `#${name}=${toText(variable.default)}`,
  ];
}

/** `docs/configuration.md`: the same as tables. */
export function toConfigurationPage(): string {
  return `# Configuration

Generated from \`packages/server/src/config/variables.ts\` by \`npm run docs\`; do not edit.

A flag of the command line outweighs the environment, the environment the file \`.env\` in the working directory, and
that the default. A value that cannot be used stops the start with a sentence that names the variable, what came and
what is expected. \`skein config\` prints every setting in force with its origin; secrets are masked.

Settings marked **secret** are never taken from the command line; \`NAME_FILE\` may name a file that holds the value
(Docker and Kubernetes secrets). Off loopback Skein starts only with TLS (or a proxy that speaks it), with credentials
required, and never with the sample secrets of a guide.

${groups.map(toSection).join('\n')}`;
}

function toSection({ title, settings }: Group): string {
  const rows = settings.map(([setting, variable]) => {
    const { name, kind, secret, defaultText } = variable;
    const shown =
      defaultText ?? (variable.default === undefined ? '(none)' : toText(variable.default) || '(none)');
    const flag = secret ? '**secret**' : `\`--${toFlag(setting)}\``;
    return `| \`${name}\` | ${flag} | ${shown} | ${cell(kind.expected)} | ${cell(describe(variable))} |`;
  });
  const head = ['| variable | flag | default | may be | what it does |', '|---|---|---|---|---|'];
  return `## ${title}\n\n${[...head, ...rows].join('\n')}\n`;
}

function describe({ description, reserved }: Variable): string {
  return reserved ? `${description} (Read and checked, but without effect in this version.)` : description;
}

function toFlag(setting: string): string {
  return setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function toText(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : String(value ?? '');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
