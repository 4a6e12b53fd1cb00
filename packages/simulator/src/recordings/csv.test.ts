import { describe, expect, it } from 'vitest';
import { parseRecording } from './parse-recording.ts';

const parse = (...lines: readonly string[]) =>
  parseRecording(new TextEncoder().encode(lines.join('\n')), 'Flight 7 (test).csv');

describe('a table of telemetry', () => {
  it('is understood by its names and units, with dates, feet, miles and shares', () => {
    const { samples, startMs, droneId, assumed } = parse(
      'Timestamp,Lat,Lng,Altitude (ft),Speed(mph),Battery,RSSI,Yaw [deg],Mode',
      '2024-03-01T10:00:00Z,47.1,8.5,1000,10,0.5,-80,-90,Loiter',
      '2024-03-01T10:00:01Z,47.2,8.6,1100,20,0.4,-70,450,RTL',
    );
    expect(startMs).toBe(Date.UTC(2024, 2, 1, 10));
    expect(droneId).toBe('Flight-7-test-');
    expect(assumed).toEqual([]);
    expect(samples).toHaveLength(2);
    expect(samples[0]).toMatchObject({
      timeMs: 0,
      latitudeDeg: 47.1,
      longitudeDeg: 8.5,
      headingDeg: 270,
      status: 'hold',
    });
    expect(samples[0]?.altitudeAmslM).toBeCloseTo(304.8, 6);
    expect(samples[0]?.speedMps).toBeCloseTo(4.4704, 6);
    expect(samples[1]).toMatchObject({ timeMs: 1000, batteryPct: 40, headingDeg: 90, status: 'returning' });
    expect(samples.map(({ signalPct }) => Math.round(signalPct))).toEqual([50, 67]);
  });

  it('of an Airdata kind: milliseconds, a date beside, feet in brackets', () => {
    const { samples, startMs, assumed } = parse(
      'time(millisecond),datetime(utc),latitude,longitude,height_above_takeoff(feet),altitude_above_seaLevel(feet),speed(mph),battery_percent, compass_heading(degrees)',
      '0,2023-05-06 07:08:09,0,0,0,0,0,0,10',
      '100,2023-05-06 07:08:09,51.5,-0.12,10,110,5,97,10',
      '200,2023-05-06 07:08:09,51.5001,-0.12,20,120,5,96,11',
    );
    expect(samples).toHaveLength(2);
    expect(startMs).toBe(Date.UTC(2023, 4, 6, 7, 8, 9) + 100);
    expect(samples[1]?.timeMs).toBe(100);
    expect(samples[1]?.altitudeAmslM).toBeCloseTo(36.576, 6);
    expect(samples[1]?.altitudeRelM).toBeCloseTo(6.096, 6);
    expect(samples[0]?.batteryPct).toBe(97);
    expect(assumed).toEqual(['signal']);
  });

  it('tells seconds, milliseconds and microseconds since 1970 by their size', () => {
    for (const [first, second] of [
      ['1700000000', '1700000001'],
      ['1700000000000', '1700000001000'],
      ['1700000000000000', '1700000001000000'],
    ]) {
      const { startMs, durationMs } = parse(
        'time;latitude;longitude;battery',
        `${first};1;2;90`,
        `${second};1;2;89`,
      );
      expect([startMs, durationMs]).toEqual([1_700_000_000_000, 1000]);
    }
  });

  it('tells a running time in seconds, milliseconds and microseconds by its steps', () => {
    for (const scale of [1, 1000, 1_000_000]) {
      const rows = [0, 0.1, 0.2, 0.3].map((timeS) => `${timeS * scale},1,2,3`);
      expect(parse('timestamp,x,y,z', ...rows)).toMatchObject({ durationMs: 300, startMs: undefined });
    }
  });

  it('reads 13/02/2024 and 02/13/2024 as the same day and keeps a log to one order', () => {
    const day = (...dates: readonly string[]) =>
      parse('date,lat,lon', ...dates.map((date) => `${date},1,2`)).startMs;
    expect(day('13/02/2024 10:00:00', '13/02/2024 10:00:01')).toBe(Date.UTC(2024, 1, 13, 10));
    expect(day('02/13/2024 10:00:00 AM', '02/13/2024 10:00:01 AM')).toBe(Date.UTC(2024, 1, 13, 10));
    expect(day('12/02/2024 23:59:59', '13/02/2024 00:00:00')).toBe(Date.UTC(2024, 1, 12, 23, 59, 59));
  });

  it('takes date and time of day from two columns, and spreads rows of one second over it', () => {
    const { startMs, samples } = parse(
      'Date,Time,Latitude,Longitude',
      '2024-01-02,10:00:00,1,2',
      '2024-01-02,10:00:00,1,2.1',
      '2024-01-02,10:00:01,1,2.2',
    );
    expect(startMs).toBe(Date.UTC(2024, 0, 2, 10));
    expect(samples.map(({ timeMs }) => timeMs)).toEqual([0, 500, 1000]);
  });

  it('shows nothing that was not measured: words for nothing are left out, what is required is carried back', () => {
    const { samples } = parse(
      't_s,lat,lon,battery (%),signal (%),temperature',
      '0,1,2,No Data,N/A,',
      '1,1,2,0,,No Data',
      '2,1,2,80,55,21',
      '3,No Data,2,79,55,21',
    );
    expect(samples).toHaveLength(3);
    expect(samples.map(({ batteryPct }) => batteryPct)).toEqual([80, 80, 80]);
    expect(samples.map(({ signalPct }) => signalPct)).toEqual([55, 55, 55]);
    expect(samples[0]).not.toHaveProperty('temperatureC');
  });

  it('with quoted fields, a preamble and a broken last line is read all the same', () => {
    const { samples } = parse(
      '# made by something',
      '"time","lat","lon","note","battery"',
      '"0","1","2","a, ""b""","70"',
      '"1","1","2","","69"',
      '"2","1',
    );
    expect(samples.map(({ batteryPct }) => batteryPct)).toEqual([70, 69]);
  });
});
