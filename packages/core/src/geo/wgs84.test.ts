import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLocalFrame } from './wgs84.ts';

test('a point one arc minute north of an origin at 45 degrees lies 1852.2 m north of it', () => {
  const frame = createLocalFrame({ latitudeDeg: 45, longitudeDeg: 10, altitudeAmslM: 0 });
  const { eastM, northM } = frame.toEnu({ latitudeDeg: 45 + 1 / 60, longitudeDeg: 10, altitudeAmslM: 0 });
  expect(eastM).toBeCloseTo(0, 6);
  expect(northM).toBeCloseTo(1852.2, 0);
});

test('the origin is at zero, and up is up', () => {
  const origin = { latitudeDeg: -33.9, longitudeDeg: 151.2, altitudeAmslM: 40 };
  const { eastM, northM, upM } = createLocalFrame(origin).toEnu({ ...origin, altitudeAmslM: 140 });
  expect(eastM).toBeCloseTo(0, 6);
  expect(northM).toBeCloseTo(0, 6);
  expect(upM).toBeCloseTo(100, 6);
});

test('there and back again is the same point, anywhere on Earth', () => {
  const degrees = fc.record({
    latitudeDeg: fc.double({ min: -89, max: 89, noNaN: true }),
    longitudeDeg: fc.double({ min: -180, max: 179.9, noNaN: true }),
    altitudeAmslM: fc.double({ min: -400, max: 9000, noNaN: true }),
  });
  const offset = fc.record({
    eastM: fc.double({ min: -50_000, max: 50_000, noNaN: true }),
    northM: fc.double({ min: -50_000, max: 50_000, noNaN: true }),
    upM: fc.double({ min: -100, max: 10_000, noNaN: true }),
  });
  fc.assert(
    fc.property(degrees, offset, (origin, enu) => {
      const frame = createLocalFrame(origin);
      const back = frame.toEnu(frame.toGeo(enu));
      expect(Math.hypot(back.eastM - enu.eastM, back.northM - enu.northM, back.upM - enu.upM)).toBeLessThan(
        1e-5,
      );
    }),
  );
});
