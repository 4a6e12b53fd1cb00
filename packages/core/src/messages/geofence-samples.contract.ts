import { isRefusal } from '../errors.ts';
import { parseGeofences } from './geofence-import.ts';

/** For tests: geofences as they are sent. */

export const places = (...pairs: readonly (readonly [number, number])[]) =>
  pairs.map(([latitude, longitude]) => ({ latitude, longitude }));
export const square = places([47, 8], [47, 8.01], [47.01, 8.01], [47.01, 8]);
export const bare = { name: 'Field', kind: 'exclusion', geometry: { type: 'polygon', points: square } };
export const whole = {
  id: 'f-1',
  name: 'Field',
  kind: 'inclusion',
  group: 3,
  geometry: {
    type: 'polygon',
    points: square,
    holes: [places([47.004, 8.004], [47.004, 8.006], [47.006, 8.005])],
  },
  altitude: { floor_m: 0, floor_reference: 'agl', ceiling_m: 120, ceiling_reference: 'relative' },
  active_windows: [
    { from: '2026-06-01T08:00:00Z', until: '2026-06-01T18:00:00.000Z' },
    { from: '2026-07-01T00:00:00Z' },
  ],
  action: 'return_to_base',
  margin_m: 25,
};

export function refusalOf(value: unknown) {
  const parsed = parseGeofences(value);
  if (!isRefusal(parsed)) throw new Error('accepted');
  return [parsed.details.field, parsed.details.reason];
}
