import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openRecording } from '../node.ts';
import { parseRecording } from './parse-recording.ts';
import type { RecordedSample, Recording } from './recording.ts';

const DATA = fileURLToPath(new URL('../../../../../shared/data/', import.meta.url));
const hasData = existsSync(DATA);
if (!hasData) process.stderr.write(`Recorded flights are not at ${DATA}: their tests are left out.\n`);

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const open = (file: string): Promise<Recording> => openRecording(`${DATA}${file}`);

type NumberField =
  | 'batteryPct'
  | 'signalPct'
  | 'temperatureC'
  | 'speedMps'
  | 'altitudeAmslM'
  | 'altitudeRelM'
  | 'latitudeDeg'
  | 'longitudeDeg';
function range({ samples }: Recording, field: NumberField): readonly [number, number] {
  const values = samples.map((sample) => sample[field]).filter((value) => value !== undefined);
  return [Math.min(...values), Math.max(...values)];
}

/** The way over ground between samples, and the way that their speeds add up to, m. */
function ways(samples: readonly RecordedSample[], stride = 10): { flown: number; told: number } {
  let [flown, told] = [0, 0];
  for (let k = stride; k < samples.length; k += stride) {
    const [from, to] = [samples[k - stride], samples[k]];
    if (from?.latitudeDeg === undefined || to?.latitudeDeg === undefined) continue;
    const east =
      ((to.longitudeDeg ?? 0) - (from.longitudeDeg ?? 0)) * Math.cos((to.latitudeDeg * Math.PI) / 180);
    flown += 111_320 * Math.hypot(to.latitudeDeg - from.latitudeDeg, east);
    told += ((to.speedMps ?? 0) * (to.timeMs - from.timeMs)) / 1000;
  }
  return { flown, told };
}

describe.skipIf(!hasData)('a recorded flight', () => {
  it('of PX4’s simulator is read whole: take-off, mission, return, landing, battery to 50 %', async () => {
    const flight = await open('px4-sih-mission-small.ulg');
    expect(flight).toMatchObject({
      format: 'ulog',
      model: 'PX4_SITL',
      startMs: undefined,
      assumed: ['signal'],
    });
    expect(flight.durationMs).toBe(139_004);
    expect(flight.samples.length).toBeGreaterThan(690);
    const [low, high] = range(flight, 'batteryPct');
    expect([Math.round(low), high > 99]).toEqual([50, true]);
    expect(range(flight, 'altitudeAmslM')[1]).toBeCloseTo(508.8, 0);
    expect(range(flight, 'latitudeDeg')[0]).toBeCloseTo(47.3977, 3);
    const statuses = [...new Set(flight.samples.map(({ status }) => status))];
    expect(statuses).toEqual(['disarmed', 'mission', 'rtl']);
    expect(flight.samples.at(-1)).toMatchObject({ waypoint: 5, status: 'rtl' });
    const { flown, told } = ways(flight.samples, 3);
    expect(told / flown).toBeCloseTo(1, 1);
    expect(flight.samples.every(({ accelerometer }) => (accelerometer?.z ?? 9.8) > 0)).toBe(true);
  });

  it('whose clock is the date keeps it, and stray stamps do not stretch it', async () => {
    const flight = await open('sample_px4_events.ulg');
    expect(new Date(flight.startMs ?? 0).toISOString()).toBe('2024-03-18T14:49:20.054Z');
    expect(flight.durationMs).toBe(21_400);
    expect(range(flight, 'batteryPct')[1]).toBe(100);
    expect(flight.samples.at(-1)?.batteryPct).toBeCloseTo(90, 0);
    expect(flight.samples.map(({ status }) => status)).toContain('takeoff');
  });

  it('of a real autopilot on the bench takes its date from the receiver and the weaker of two packs', async () => {
    const flight = await open('sample_log_small.ulg');
    expect(flight).toMatchObject({ model: 'CUBEPILOT_CUBEORANGE', assumed: [] });
    expect(new Date(flight.startMs ?? 0).toISOString()).toBe('2021-04-21T06:30:58.600Z');
    expect(flight.samples).toHaveLength(32);
    expect(range(flight, 'batteryPct')[0]).toBeCloseTo(74, 0);
    expect(range(flight, 'signalPct')).toEqual([43, 43]);
    expect(flight.samples[0]).toMatchObject({ latitudeDeg: 63.4170622, altitudeAmslM: 66.814 });
  });

  it('of ArduCopter over MAVLink has battery, radio and modes, and begins with the first fix', async () => {
    const flight = await open('dronekit-flight.tlog');
    expect(flight).toMatchObject({ format: 'tlog', model: 'Quadrotor', assumed: [] });
    expect(new Date(flight.startMs ?? 0).toISOString().slice(0, 10)).toBe('2015-07-05');
    expect(Math.round(flight.durationMs / 1000)).toBe(986);
    expect(range(flight, 'batteryPct')).toEqual([20, 99]);
    expect(range(flight, 'latitudeDeg')[0]).toBeCloseTo(-35.362, 2);
    const [low, high] = range(flight, 'signalPct');
    expect(low > 20 && high < 70).toBe(true);
    expect([...new Set(flight.samples.map(({ status }) => status))].sort()).toEqual([
      'disarmed',
      'flying',
      'loiter',
      'rtl',
    ]);
    const { flown, told } = ways(flight.samples, 3);
    expect(told / flown).toBeGreaterThan(0.8);
    expect(told / flown).toBeLessThan(1.2);
  });

  it('of a DJI by the iPhone is imperial as its headers say', async () => {
    const flight = await open('dronedeploy-iphone-ios-11-3-matrice.log');
    expect(flight).toMatchObject({
      format: 'dji',
      model: 'DJI Matrice 200',
      assumed: ['altitude'],
      notes: [],
    });
    expect(new Date(flight.startMs ?? 0).toISOString()).toBe('2018-06-04T20:54:36.000Z');
    expect(Math.round(flight.durationMs / 1000)).toBe(159);
    expect(range(flight, 'batteryPct')).toEqual([49, 61]);
    expect(flight.samples[0]?.batteryPct).toBe(61);
    expect(range(flight, 'temperatureC')[1]).toBeCloseTo(32.8, 1);
    expect(range(flight, 'altitudeRelM')[1]).toBeCloseTo(26.2, 1);
    const { flown, told } = ways(flight.samples);
    expect(told / flown).toBeCloseTo(1, 1);
  });

  it('of a DJI by Android is metric under imperial headers, with its velocity columns put right', async () => {
    const flight = await open('dronedeploy-pixel2-inspire2.log');
    expect(flight).toMatchObject({ format: 'dji', model: 'DJI Inspire 2' });
    expect(flight.notes).toHaveLength(2);
    expect(Math.round(flight.durationMs / 1000)).toBe(138);
    expect(range(flight, 'batteryPct')).toEqual([85, 95]);
    expect(range(flight, 'temperatureC')).toEqual([26.100000381469727, 30.5]);
    expect(range(flight, 'speedMps')[0]).toBe(0);
    const { flown, told } = ways(flight.samples);
    expect(told / flown).toBeCloseTo(1, 0);
    expect(range(flight, 'altitudeRelM')[1]).toBeCloseTo(81.2, 1);
    expect(range(flight, 'signalPct')[0]).toBeGreaterThan(30);
  });

  it('of a Crazyflie has local positions, 100 rows a second and a battery from its voltage', async () => {
    const flight = await open('crazyflie-Real_path_1.csv');
    expect(flight).toMatchObject({ format: 'csv', startMs: undefined, durationMs: 79_490 });
    expect(flight.assumed).toEqual(['time', 'battery_from_voltage', 'signal']);
    expect(flight.samples).toHaveLength(7950);
    expect(flight.samples[0]?.local).toEqual({ x: -0.13, y: 1.13, z: -0.22 });
    expect(flight.samples[0]?.batteryPct).toBeCloseTo(87.8, 1);
    expect(flight.samples.at(-1)?.batteryPct).toBeCloseTo(14.4, 1);
  });

  it('that ends in the middle is read up to there, at whatever byte it was cut', async () => {
    for (const file of [
      'px4-sih-mission-small.ulg',
      'dronekit-flight.tlog',
      'dronedeploy-iphone-ios-11-3-matrice.log',
    ]) {
      const bytes = readFileSync(`${DATA}${file}`);
      const whole = parseRecording(bytes, file);
      for (const share of [0.55, 0.8, 0.9999]) {
        const part = parseRecording(bytes.subarray(0, Math.floor(bytes.length * share)), file);
        expect(part.samples.length).toBeLessThanOrEqual(whole.samples.length);
        expect(part.samples.length).toBeGreaterThan(whole.samples.length * share * 0.4);
      }
    }
  });

  it('goes on after a stretch of broken bytes', () => {
    const bytes = Uint8Array.from(readFileSync(`${DATA}dronekit-flight.tlog`));
    const whole = parseRecording(bytes, 'x.tlog');
    bytes.fill(0x5a, 1_500_000, 1_500_500);
    const hurt = parseRecording(bytes, 'x.tlog');
    expect(whole.samples.length - hurt.samples.length).toBeLessThan(5);
    expect(hurt.notes[0]).toMatch(/bytes that are no packet/);
  });

  it('that is none of the kinds is refused in words', async () => {
    await expect(open('odid_wifi_bcn_sample.pcap')).rejects.toThrow(/neither text nor a log/);
    await expect(open('README.md')).rejects.toThrow(/not a flight log: no header names latitude/);
    await expect(open('no-such-file.ulg')).rejects.toThrow(/ENOENT/);
  });
});

describe('a recording', () => {
  it('that is not what its name says is refused by what was found', () => {
    expect(() => parseRecording(bytesOf('hello, world'), 'a.ulg')).toThrow(
      /a.ulg: not a ULog file: it begins with 68 65/,
    );
    expect(() => parseRecording(bytesOf('hello, world'), 'a.tlog')).toThrow(
      /a.tlog: not a MAVLink telemetry log/,
    );
    expect(() => parseRecording(new Uint8Array(), 'a.csv')).toThrow(/a.csv is empty/);
    expect(() => parseRecording(bytesOf('a,b\n1,2'), 'a.csv')).toThrow(/a.csv: not a flight log/);
    expect(() => parseRecording(bytesOf('lat,lon\n0,0'), 'a.csv')).toThrow(/without a single position/);
    expect(() => parseRecording(Uint8Array.of(0xa3, 0x95, 0x80, 0), 'a.bin')).toThrow(/dataflash/);
    expect(() => parseRecording(Uint8Array.of(0x1f, 0x8b, 0x08, 0), 'a.csv.gz')).toThrow(/unpack/);
  });
});
