import Type, { type Static } from 'typebox';
import { isRefusal, type Refusal, refuse } from '../errors.ts';
import {
  FENCE_ACTIONS,
  type Fence,
  type FenceGeometry,
  type FenceLimit,
  type FenceWindow,
} from '../geo/fence.ts';
import { GeofenceGeometry, readGeofenceGeometry, toGeometryMessage } from './geofence-geometry.ts';
import { createFieldReader, inPath, readEach, refuseField } from './mission-fields.ts';
import { Id, maybe, requiredText, Timestamp } from './text.ts';
import { parseTimestampUs, toTimestamp } from './timestamp.ts';

/** One geofence as an operator says it: `POST /api/geofences`. CONTRACT 7. */

export const GEOFENCE_KINDS = ['inclusion', 'exclusion'] as const;
export const HEIGHT_REFERENCES = ['amsl', 'relative', 'agl'] as const;
const MAX_WINDOWS = 64;
export const GEOFENCE_MESSAGE = 'Invalid geofence';

const height = (description: string) =>
  maybe(Type.Number({ minimum: -10_000, maximum: 100_000, description: `metres; ${description}` }));
const reference = maybe(
  Type.Enum([...HEIGHT_REFERENCES], {
    description: 'amsl: mean sea level; relative: the take-off point; agl: the ground below',
  }),
);

export const GeofenceAltitude = Type.Object(
  {
    floor_m: height('from here up; absent: from the ground'),
    floor_reference: reference,
    ceiling_m: height('up to here; absent: without end'),
    ceiling_reference: reference,
  },
  { $id: 'GeofenceAltitude', additionalProperties: false },
);

export const GeofenceWindow = Type.Object(
  { from: maybe(Timestamp), until: maybe(Timestamp) },
  { $id: 'GeofenceWindow', additionalProperties: false, description: 'half-open [from, until)' },
);

const attributes = {
  id: maybe(Id()),
  name: requiredText(200),
  kind: Type.Enum([...GEOFENCE_KINDS], { description: 'inclusion: stay inside; exclusion: stay outside' }),
  group: maybe(
    Type.Integer({
      minimum: 0,
      maximum: 65_535,
      description: 'of inclusions: inside all of at least one group is legal (MAVLink inclusion group)',
    }),
  ),
  action: maybe(Type.Enum([...FENCE_ACTIONS], { description: 'on a breach; warn by default' })),
  margin_m: maybe(Type.Number({ minimum: 0, maximum: 10_000, description: 'to keep from its edge, metres' })),
};

export const GeofenceSchema = Type.Object(
  {
    ...attributes,
    geometry: GeofenceGeometry,
    altitude: maybe(GeofenceAltitude),
    active_windows: maybe(Type.Array(GeofenceWindow, { maxItems: MAX_WINDOWS })),
  },
  { $id: 'Geofence', additionalProperties: false },
);
/** Accepted, in snake_case, plain JSON. */
export type GeofenceMessage = Readonly<Static<typeof GeofenceSchema>>;

/** A fence that may not have an id yet. */
export type FenceDraft = Omit<Fence, 'id'> & { readonly id?: string };

/** The same with its parts unread: each part names its own fields in refusals. */
const unread = {
  ...attributes,
  altitude: maybe(Type.Unknown()),
  active_windows: maybe(Type.Array(Type.Unknown(), { maxItems: MAX_WINDOWS })),
};
const readAttributes = createFieldReader<Attributes>(Type.Object(unread), GEOFENCE_MESSAGE);
const readWhole = createFieldReader<Attributes & { readonly geometry: unknown }>(
  Type.Object({ ...unread, geometry: Type.Unknown() }),
  GEOFENCE_MESSAGE,
);
const readAltitude = createFieldReader<Static<typeof GeofenceAltitude>>(GeofenceAltitude, GEOFENCE_MESSAGE);
const readWindow = createFieldReader<Static<typeof GeofenceWindow>>(GeofenceWindow, GEOFENCE_MESSAGE);

interface Attributes extends Readonly<Pick<GeofenceMessage, keyof typeof attributes>> {
  readonly altitude?: unknown;
  readonly active_windows?: readonly unknown[] | null;
}

/** The names of a geofence beside its geometry, both spellings. */
export const GEOFENCE_ATTRIBUTES: readonly string[] = Object.keys(unread);

/** A decoded value becomes a fence, or a refusal that names the field under `path`. Both spellings are understood. */
export function parseGeofence(value: unknown, path = ''): FenceDraft | Refusal {
  const read = readWhole(value, path);
  if (isRefusal(read)) return read;
  const geometry = readGeofenceGeometry(read.geometry, inPath(path, 'geometry'));
  return isRefusal(geometry) ? geometry : toDraft(read, geometry, path);
}

/** The attributes of a geofence whose geometry came in another form. */
export function parseGeofenceAttributes(
  value: unknown,
  geometry: FenceGeometry,
  path: string,
): FenceDraft | Refusal {
  const read = readAttributes(value, path);
  return isRefusal(read) ? read : toDraft(read, geometry, path);
}

function toDraft(read: Attributes, geometry: FenceGeometry, path: string): FenceDraft | Refusal {
  const band = toBand(read.altitude ?? undefined, inPath(path, 'altitude'));
  if (isRefusal(band)) return band;
  const windows = readEach(read.active_windows ?? [], inPath(path, 'active_windows'), parseWindow);
  if (isRefusal(windows)) return windows;
  const { id, name, kind, group, action, margin_m: marginM } = read;
  return {
    ...(id && { id }),
    name,
    kind,
    group: group ?? 0,
    geometry,
    ...band,
    windows,
    action: action ?? 'warn',
    marginM: marginM ?? 0,
  };
}

type Band = Pick<Fence, 'floor' | 'ceiling'>;

function toBand(value: unknown, path: string): Band | Refusal {
  if (value === undefined) return {};
  const read = readAltitude(value, path);
  if (isRefusal(read)) return read;
  const floor = toLimit(read.floor_m, read.floor_reference, inPath(path, 'floor'));
  if (isRefusal(floor)) return floor;
  const ceiling = toLimit(read.ceiling_m, read.ceiling_reference, inPath(path, 'ceiling'));
  if (isRefusal(ceiling)) return ceiling;
  if (floor && ceiling && floor.reference === ceiling.reference && !(floor.valueM < ceiling.valueM))
    return refuseFence(inPath(path, 'ceiling_m'), 'range', 'number above floor_m');
  return { ...(floor && { floor }), ...(ceiling && { ceiling }) };
}

type Maybe<Value> = Value | null | undefined;

/** No height is ever taken without what it is measured from. */
function toLimit(
  valueM: Maybe<number>,
  from: Maybe<FenceLimit['reference']>,
  field: string,
): FenceLimit | undefined | Refusal {
  if (typeof valueM !== 'number' && !from) return undefined;
  if (typeof valueM !== 'number') return refuseField(`${field}_m`, undefined, 'number', GEOFENCE_MESSAGE);
  if (!from)
    return refuseField(
      `${field}_reference`,
      undefined,
      `one of ${HEIGHT_REFERENCES.join(', ')}`,
      GEOFENCE_MESSAGE,
    );
  return { valueM, reference: from };
}

function parseWindow(value: unknown, path: string): FenceWindow | Refusal {
  const read = readWindow(value, path);
  if (isRefusal(read)) return read;
  const fromMs = toMs(read.from, Number.NEGATIVE_INFINITY);
  const untilMs = toMs(read.until, Number.POSITIVE_INFINITY);
  const form = 'ISO 8601 with a zone, such as 2025-06-01T12:00:00.000Z';
  if (fromMs === undefined) return refuseFence(inPath(path, 'from'), 'format', form);
  if (untilMs === undefined) return refuseFence(inPath(path, 'until'), 'format', form);
  if (!(fromMs < untilMs)) return refuseFence(inPath(path, 'until'), 'range', 'a time after from');
  return { fromMs, untilMs };
}

function toMs(text: Maybe<string>, absentMs: number): number | undefined {
  if (text === null || text === undefined) return absentMs;
  const timeUs = parseTimestampUs(text);
  return timeUs === undefined ? undefined : timeUs / 1000;
}

export function refuseFence(field: string, reason: string, expectedType: string): Refusal {
  return refuse('VALIDATION_ERROR', { field, expectedType, reason }, { message: GEOFENCE_MESSAGE });
}

/** The fence as it is said on the wire; what `parseGeofence` makes of it is the same fence. */
export function toGeofenceMessage(fence: Fence | FenceDraft): GeofenceMessage {
  return { ...toAttributesMessage(fence), geometry: toGeometryMessage(fence.geometry) };
}

/** Without its geometry. */
export function toAttributesMessage(fence: Fence | FenceDraft): Omit<GeofenceMessage, 'geometry'> {
  const { id, name, kind, group, floor, ceiling, windows, action, marginM } = fence;
  const altitude = {
    ...(floor && { floor_m: floor.valueM, floor_reference: floor.reference }),
    ...(ceiling && { ceiling_m: ceiling.valueM, ceiling_reference: ceiling.reference }),
  };
  return {
    ...(id !== undefined && { id }),
    name,
    kind,
    ...(kind === 'inclusion' && { group }),
    ...((floor || ceiling) && { altitude }),
    ...(windows.length > 0 && { active_windows: windows.map(toWindowMessage) }),
    action,
    ...(marginM > 0 && { margin_m: marginM }),
  };
}

const toWindowMessage = ({ fromMs, untilMs }: FenceWindow): Static<typeof GeofenceWindow> => ({
  ...(Number.isFinite(fromMs) && { from: toTimestamp(fromMs * 1000) }),
  ...(Number.isFinite(untilMs) && { until: toTimestamp(untilMs * 1000) }),
});
