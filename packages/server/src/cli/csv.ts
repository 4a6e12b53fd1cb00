import { type StoredSample, TELEMETRY_COLUMNS } from '@skein/core';

/** Columns of who, when and how, before the numbers. */
const HEAD = [
  'data_id',
  'drone_id',
  'session_id',
  'timestamp',
  'seq',
  'received_at',
  'channel',
  'status',
  'mission_id',
];

export const CSV_HEADING = toLine([...HEAD, ...TELEMETRY_COLUMNS.map(([column]) => column)]);

/** The numbers of a sample under the names of the store's columns, units included. RFC 4180, UTF-8. */
export function toCsvLine(sample: StoredSample): string {
  const { dataId, droneId, sessionId, timestamp, seq, receivedAtMs, channel, data } = sample;
  const receivedAt = new Date(receivedAtMs).toISOString();
  const head = [dataId, droneId, sessionId, timestamp, seq, receivedAt, channel];
  const texts = [at(data, ['drone', 'status']), at(data, ['mission', 'id'])];
  const numbers = TELEMETRY_COLUMNS.map(([, ...path]) => at(data, path));
  return toLine([...head, ...texts, ...numbers]);
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<string, unknown> | null | undefined)?.[key],
    value,
  );
}

function toLine(cells: readonly unknown[]): string {
  return `${cells.map(toCell).join(',')}\n`;
}

/** A text that a spreadsheet would take for a formula is led by an apostrophe (OWASP, CSV injection). */
function toCell(value: unknown): string {
  if (typeof value !== 'string') return value === undefined || value === null ? '' : String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
