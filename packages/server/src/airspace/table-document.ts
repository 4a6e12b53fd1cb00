/** The table of docs/airspace-table.md: which runs it is made of, and how it is written. */
import type { DisturbanceName } from '@skein/simulator';
import { columns, toCells } from './columns.ts';
import type { SuiteEntry } from './run-suite.ts';
import type { AirSummary } from './summary.ts';

const ALL = ['none', 'mvp', 'skein'] as const;
const BATCHES: readonly (readonly [string, number?])[] = [
  ['SIMPLE'],
  ...[8, 16, 32, 64, 128].map((size) => ['SUPER', size] as const),
  ...[24, 64, 128].map((size) => ['SPHERE', size] as const),
  ...[32, 64, 128].map((size) => ['MATRIX', size] as const),
  ...[32, 64, 128].map((size) => ['FLOOR', size] as const),
  ['WALL'],
  ['ROW'],
  ['COLUMN'],
  ['TAKEOVER'],
  ['FUNNEL'],
  ['PAIRS-HEAD-ON'],
  ['PAIRS-CROSS'],
  ['PAIRS-OVERTAKE'],
  ['PAIRS-ANY'],
  ['PAIRS-CLIMB'],
  ['RANDOM', 5],
  ['RANDOM', 10],
  ['RANDOM', 25],
  ['RANDOM', 50],
];
/** What the traffic at 25 per km² is disturbed by. */
const DEGRADED: readonly (readonly DisturbanceName[])[] = [
  ['noise', 'latency'],
  ['strangers'],
  ['link-loss'],
  ['wind'],
];
/** MVP alone gets stuck there, and a run of it takes minutes. */
const DENSE_PER_KM2 = 25;

export function tableEntries(seeds: number): readonly SuiteEntry[] {
  const entry = (
    [kind, size]: readonly [string, number?],
    disturbances: readonly DisturbanceName[],
  ): SuiteEntry => ({
    kind,
    ...(size !== undefined && { size }),
    methods: kind === 'RANDOM' && (size ?? 0) > DENSE_PER_KM2 ? ['none', 'skein'] : ALL,
    disturbances,
    seeds,
  });
  return [
    ...BATCHES.map((batch) => entry(batch, [])),
    ...DEGRADED.map((disturbances) => entry(['RANDOM', DENSE_PER_KM2], disturbances)),
  ];
}

export function toTableDocument(rows: readonly AirSummary[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const headings = columns.map(({ heading }) => heading);
  return `# Airspace: the table

Written by \`skein airspace --table docs/airspace-table.md\`; the same seeds give the same numbers, but for the
milliseconds. What the columns mean is told in [airspace.md](airspace.md).

${[line(headings), line(headings.map(() => '---')), ...rows.map((row) => line(toCells(row)))].join('\n')}
`;
}
