import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FLEET_HEADER_BYTES,
  FLEET_QUANTUM,
  FLEET_RECORD_BYTES,
  type FleetRecord,
  readFleetFrame,
  writeFleetHeader,
  writeFleetRecord,
} from './fleet-record.ts';

const BASE_MS = Date.UTC(2026, 0, 1, 12);
const real = (min: number, max: number) =>
  fc.oneof(fc.double({ min, max, noNaN: true }), fc.constant(Number.NaN));

const records: fc.Arbitrary<FleetRecord> = fc.record({
  index: fc.nat(2 ** 32 - 1),
  local: fc.constant(false),
  latitudeDeg: real(-90, 90),
  longitudeDeg: real(-180, 180),
  altitudeAmslM: real(-1000, 100_000),
  groundSpeedMps: real(0, 655.34),
  headingDeg: real(0, 359.994),
  batteryPct: real(0, 100),
  signalPct: real(0, 100),
  temperatureC: real(-300, 300),
  armed: fc.boolean(),
  troubled: fc.boolean(),
  stale: fc.boolean(),
  offline: fc.boolean(),
  status: fc.nat(255),
  timeMs: fc.double({ min: BASE_MS - 655_000, max: BASE_MS, noNaN: true }),
});

function toBytes(list: readonly FleetRecord[]): Uint8Array {
  const bytes = new Uint8Array(FLEET_HEADER_BYTES + list.length * FLEET_RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  writeFleetHeader(view, { kind: 'update', seq: 7, baseMs: BASE_MS });
  for (const [at, record] of list.entries())
    writeFleetRecord(view, FLEET_HEADER_BYTES + at * FLEET_RECORD_BYTES, record, BASE_MS);
  return bytes;
}

const readOne = (record: FleetRecord) => readFleetFrame(toBytes([record]))?.records[0] as FleetRecord;

describe('a fleet record', () => {
  it('gives back every field within half of its last place', () => {
    fc.assert(
      fc.property(records, (record) => {
        const read = readOne(record);
        for (const [name, quantum] of Object.entries(FLEET_QUANTUM)) {
          const [was, is] = [record, read].map((each) => each[name as keyof typeof FLEET_QUANTUM]) as [
            number,
            number,
          ];
          expect(Number.isNaN(is)).toBe(Number.isNaN(was));
          if (!Number.isNaN(was)) expect(Math.abs(is - was)).toBeLessThanOrEqual(quantum * 1.000001 + 1e-12);
        }
        const { index, local, armed, troubled, stale, offline, status } = record;
        expect(read).toMatchObject({ index, local, armed, troubled, stale, offline, status });
      }),
      { numRuns: 2000 },
    );
  });

  it('carries a position in the site’s frame to the centimetre', () => {
    const local = {
      ...sample,
      local: true,
      latitudeDeg: -12_345.678,
      longitudeDeg: 20.004,
      altitudeAmslM: -3.2,
    };
    const read = readOne(local);
    expect(read.latitudeDeg).toBeCloseTo(-12_345.68, 9);
    expect(read.longitudeDeg).toBeCloseTo(20, 9);
    expect(read.altitudeAmslM).toBeCloseTo(-3.2, 9);
  });

  it('stands at the end of its range where a value is beyond it, and never wraps', () => {
    const read = readOne({ ...sample, groundSpeedMps: 1e9, temperatureC: -1e9, batteryPct: 250, timeMs: 0 });
    expect(read.groundSpeedMps).toBe(655.34);
    expect(read.temperatureC).toBe(-327.67);
    expect(read.batteryPct).toBe(100);
    expect(read.timeMs).toBe(BASE_MS - 655_350);
  });

  it('takes 359.996° for north', () => {
    expect(readOne({ ...sample, headingDeg: 359.996 }).headingDeg).toBe(0);
  });

  it('takes 28 bytes', () => {
    expect(toBytes([sample, sample]).length).toBe(16 + 56);
  });

  it('is not read out of bytes that are no frame', () => {
    const bytes = toBytes([sample]);
    expect(readFleetFrame(bytes.subarray(0, -1))).toBeUndefined();
    expect(readFleetFrame(new Uint8Array(8))).toBeUndefined();
    bytes[0] = 9;
    expect(readFleetFrame(bytes)).toBeUndefined();
  });
});

const sample: FleetRecord = {
  index: 1,
  local: false,
  latitudeDeg: 40.7128,
  longitudeDeg: -74.006,
  altitudeAmslM: 50,
  groundSpeedMps: 12.3,
  headingDeg: 45.2,
  batteryPct: 85,
  signalPct: 95,
  temperatureC: 22.5,
  armed: true,
  troubled: false,
  stale: false,
  offline: false,
  status: 1,
  timeMs: BASE_MS - 100,
};
