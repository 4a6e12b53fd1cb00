import { expect, it } from 'vitest';
import { TrajectoryIndex } from '../../coordination/trajectory-index.ts';
import { isRefusal } from '../../errors.ts';
import { Fleet } from '../../fleet/fleet.ts';
import { createLocalFrame } from '../../geo/wgs84.ts';
import { toSample } from '../../messages/telemetry.ts';
import { LiveSky } from './live-sky.ts';

const frame = createLocalFrame({ latitudeDeg: 47, longitudeDeg: 8, altitudeAmslM: 400 });
const START_MS = 1_764_000_000_000;

/** What is believed of a drone whose places come once a second. */
function look(places: readonly (readonly [x: number, y: number, z: number])[], status = 'flying') {
  const hashSession = () => '0123456789abcdef';
  const fleet = new Fleet({ hashSession, maxDrones: 9, channelAliveMs: 9e9, hybridPriority: 'first' });
  const live = new LiveSky(new TrajectoryIndex({ minima: { horizontalM: 50, verticalM: 15 } }));
  for (const [second, [x, y, z]] of places.entries()) {
    const receivedAtMs = START_MS + second * 1000;
    const message = {
      ...{ sessionId: 's', seq: second, timestamp: new Date(receivedAtMs).toISOString() },
      drone: { id: 'd', status },
      position: { x, y, z },
      telemetry: { battery: 90, signal: 90 },
    };
    const sample = toSample(message, { tenant: 't', channel: 'websocket', receivedAtMs, frame });
    const drone = fleet.meet('t', 'd');
    if (isRefusal(sample) || !drone) throw new Error(JSON.stringify(sample));
    fleet.update(drone, sample);
    live.begin();
    live.look(drone, frame);
  }
  return live;
}

const seconds = (count: number) => Array.from({ length: count }, (_none, second) => second);

it('a drone moves as its places do, and is as old as they are', () => {
  const live = look(seconds(12).map((second) => [4 * second, -3 * second, 50 + 2 * second]));
  const sky = live.skyAt(START_MS + 13_000);
  expect([sky.count, live.idAt(0)]).toEqual([1, 't:d']);
  expect(sky.eastMps[0]).toBeCloseTo(4);
  expect(sky.northMps[0]).toBeCloseTo(-3);
  expect(sky.upMps[0]).toBeGreaterThan(1.8);
  expect(sky.upMps[0]).toBeLessThanOrEqual(2.01);
  expect(sky.ageS[0]).toBe(2);
});

it('a height that wanders is no climb', () => {
  const wander = [0, 0.6, -0.3, 0.4, -0.6, 0.2, 0.5, -0.4];
  const { sky } = look(wander.map((dz, second) => [10 * second, 0, 50 + dz]));
  expect(sky.upMps[0]).toBe(0);
});

it('a jump of the position is no speed, and who is on the ground is not in the sky', () => {
  const { sky } = look([[0, 0, 50] as const, [500, 0, 50] as const]);
  expect(Math.abs(sky.eastMps[0] as number)).toBeLessThan(1);
  expect(look([[0, 0, 0] as const], 'landed').count).toBe(0);
});
