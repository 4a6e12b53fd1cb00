import fc from 'fast-check';
import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import { toSnakeFields } from './snake-fields.ts';

const schema = Type.Object({
  drone_id: Type.String(),
  new_waypoint: Type.Union([
    Type.Object({ hold_s: Type.Number() }),
    Type.Object({ altitude_reference: Type.String() }),
  ]),
  parts: Type.Array(Type.Object({ max_rate_hz: Type.Number() })),
  parameters: Type.Record(Type.String(), Type.Unknown()),
});

describe('a request in camelCase', () => {
  it('is understood at every level the schema knows', () => {
    const request = {
      droneId: 'a',
      newWaypoint: { holdS: 1, altitudeReference: 'amsl' },
      parts: [{ maxRateHz: 2 }],
      parameters: { droneId: 'kept', maxRateHz: 3 },
    };
    expect(toSnakeFields(request, schema)).toEqual({
      drone_id: 'a',
      new_waypoint: { hold_s: 1, altitude_reference: 'amsl' },
      parts: [{ max_rate_hz: 2 }],
      parameters: { droneId: 'kept', maxRateHz: 3 },
    });
  });

  it('keeps what the schema does not know, and a field that was said twice', () => {
    const request = { drone_id: 'a', droneId: 'b', skipSafety: true, MAX: 1 };
    expect(toSnakeFields(request, schema)).toEqual(request);
  });

  it('is never lost, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const count = (each: unknown) => JSON.stringify(each).length;
        const renamed = toSnakeFields(value, schema);
        expect(count(renamed)).toBeGreaterThanOrEqual(count(value));
      }),
    );
  });
});
