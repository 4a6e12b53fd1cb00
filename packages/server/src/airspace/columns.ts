/** The numbers of a row as they are shown: on a terminal, in a document, on a page. */
import type { AirSummary, Estimate } from './summary.ts';

interface Column {
  readonly heading: string;
  readonly show: (row: AirSummary) => string;
}

export const columns: readonly Column[] = [
  { heading: 'scenario', show: ({ scenario }) => scenario },
  { heading: 'disturbed by', show: ({ disturbances }) => disturbances.join(', ') || '–' },
  { heading: 'method', show: ({ method }) => method },
  { heading: 'seeds', show: ({ seeds }) => String(seeds) },
  { heading: 'flight h', show: ({ flightHours }) => flightHours.toFixed(1) },
  { heading: 'losses', show: ({ losses }) => String(losses) },
  { heading: 'losses/fh', show: ({ lossesPerFlightHour }) => showEstimate(lossesPerFlightHour, 2) },
  { heading: 'sNMAC', show: ({ nearCollisions }) => String(nearCollisions) },
  {
    heading: 'between strangers',
    show: ({ strangers, disturbances }) =>
      disturbances.includes('strangers') ? `${strangers.losses}, ${strangers.nearCollisions} sNMAC` : '–',
  },
  { heading: 'severity', show: ({ severity }) => showNumber(severity, 2) },
  { heading: 'arrived', show: ({ arrivals, flights }) => `${arrivals}/${flights}` },
  { heading: 'of undisturbed', show: ({ arrivalRatio }) => showPercent(arrivalRatio) },
  { heading: 'makespan', show: ({ makespanRatio }) => showEstimate(makespanRatio, 3) },
  { heading: 'stretch', show: ({ stretch }) => showEstimate(stretch, 3) },
  { heading: 'delay s', show: ({ meanDelayS }) => showEstimate(meanDelayS, 1) },
  { heading: 'risk ratio', show: ({ riskRatio }) => showNumber(riskRatio, 4) },
  { heading: 'IPR', show: ({ preventionRate }) => showNumber(preventionRate, 3) },
  { heading: 'domino', show: ({ domino }) => showNumber(domino, 2) },
  { heading: 'resolved in s', show: ({ resolutionS }) => showNumber(resolutionS, 1) },
  { heading: 'stuck', show: ({ deadlocks }) => String(deadlocks) },
  { heading: 'p50 ms', show: ({ computeP50Ms }) => computeP50Ms.toFixed(2) },
  { heading: 'p99 ms', show: ({ computeP99Ms }) => computeP99Ms.toFixed(1) },
];

export function toCells(row: AirSummary): readonly string[] {
  return columns.map(({ show }) => show(row));
}

function showEstimate(value: Estimate | null, digits: number): string {
  if (value === null) return '–';
  const mean = value.mean.toFixed(digits);
  return value.halfWidth === null ? mean : `${mean} ± ${value.halfWidth.toFixed(digits)}`;
}

function showNumber(value: number | null, digits: number): string {
  return value === null ? '–' : value.toFixed(digits);
}

function showPercent(value: number | null): string {
  return value === null ? '–' : `${(100 * value).toFixed(1)} %`;
}
