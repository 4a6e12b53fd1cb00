import Type, { type Static } from 'typebox';
import { isRefusal, type Refusal, refuse } from '../errors.ts';
import { createFieldReader, type FieldReader, type Fields, refuseField } from './mission-fields.ts';

/** What a vehicle does at a waypoint, in order, once it has arrived. Goes to the vehicle as it came. */

const named = <Name extends string, Properties extends Type.TProperties>(
  name: Name,
  properties: Properties,
) => Type.Object({ action: Type.Literal(name), ...properties }, { additionalProperties: false });

const ACTIONS = {
  takeoff: named('takeoff', {}),
  land: named('land', {}),
  take_photo: named('take_photo', {}),
  start_photos: named('start_photos', {
    every_m: Type.Optional(Type.Number({ minimum: 0.1, maximum: 10_000, description: 'metres flown' })),
    every_s: Type.Optional(Type.Number({ minimum: 0.1, maximum: 3600, description: 'seconds' })),
  }),
  stop_photos: named('stop_photos', {}),
  start_video: named('start_video', {}),
  stop_video: named('stop_video', {}),
  point_gimbal: named('point_gimbal', {
    pitch_deg: Type.Number({
      minimum: -180,
      maximum: 180,
      description: 'up is positive; straight down is -90',
    }),
    yaw_deg: Type.Optional(
      Type.Number({ minimum: -360, maximum: 360, description: 'clockwise of the vehicle’s nose' }),
    ),
  }),
  release_payload: named('release_payload', {}),
} as const;

export const WaypointAction = Type.Union([
  ACTIONS.takeoff,
  ACTIONS.land,
  ACTIONS.take_photo,
  ACTIONS.start_photos,
  ACTIONS.stop_photos,
  ACTIONS.start_video,
  ACTIONS.stop_video,
  ACTIONS.point_gimbal,
  ACTIONS.release_payload,
]);
export type WaypointAction = Static<typeof WaypointAction>;
export type WaypointActionName = keyof typeof ACTIONS;

export const WAYPOINT_ACTIONS = Object.keys(ACTIONS) as readonly WaypointActionName[];

const MESSAGE = 'Invalid waypoint action';
const readers: ReadonlyMap<string, FieldReader<WaypointAction>> = new Map(
  WAYPOINT_ACTIONS.map((name) => [name, createFieldReader<WaypointAction>(ACTIONS[name], MESSAGE)]),
);

/** An action by its name; `start_photos` says either a distance or a time. */
export function parseWaypointAction(value: unknown, path: string): WaypointAction | Refusal {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuseField(path, value, 'object', MESSAGE);
  const { action: name } = value as Fields;
  const read = typeof name === 'string' ? readers.get(name) : undefined;
  if (!read) return refuseName(name, path);
  const action = read(value, path);
  if (isRefusal(action) || action.action !== 'start_photos') return action;
  const said = Number(action.every_m !== undefined) + Number(action.every_s !== undefined);
  if (said === 1) return action;
  return refuse(
    'VALIDATION_ERROR',
    {
      field: `${path}.every_m`,
      expectedType: 'either every_m or every_s',
      reason: said ? 'both' : 'missing',
    },
    { message: MESSAGE },
  );
}

function refuseName(name: unknown, path: string): Refusal {
  if (typeof name !== 'string') return refuseField(`${path}.action`, name, 'string', MESSAGE);
  return refuse(
    'VALIDATION_ERROR',
    {
      field: `${path}.action`,
      expectedType: `one of ${WAYPOINT_ACTIONS.join(', ')}`,
      receivedType: 'string',
      reason: 'unknown_value',
    },
    { message: MESSAGE },
  );
}
