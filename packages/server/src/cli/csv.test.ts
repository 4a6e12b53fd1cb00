import type { StoredSample } from '@skein/core';
import { expect, test } from 'vitest';
import { CSV_HEADING, toCsvLine } from './csv.ts';

const sample: StoredSample = {
  dataId: '00',
  droneId: 'drone-1',
  sessionId: 's "1", second',
  timestamp: '2026-06-01T12:00:00.000Z',
  receivedAtMs: 0,
  channel: 'websocket',
  data: { drone: { status: '=1+1' }, position: { x: 0, gps: null }, telemetry: { battery: 85.5 } },
};

test('each number stands under the name of its column', () => {
  const cells = toCsvLine(sample)
    .trimEnd()
    .replace(/"[^"]*(""[^"]*)*"/, 'session')
    .split(',');
  const names = CSV_HEADING.trimEnd().split(',');
  expect(cells).toHaveLength(names.length);
  const row = Object.fromEntries(names.map((name, at) => [name, cells[at]]));
  expect(row).toMatchObject({ data_id: '00', east_m: '0', latitude_deg: '', battery_pct: '85.5', seq: '' });
});

test('quotes and commas are quoted, and no text becomes a formula', () => {
  const line = toCsvLine(sample);
  expect(line).toContain('"s ""1"", second"');
  expect(line).toContain(",'=1+1,");
});
