import Type, { type Static, type TProperties } from 'typebox';
import { isRefusal, type Refusal, refuse } from '../errors.ts';
import {
  createFieldReader,
  type FieldReader,
  type Fields,
  inPath,
  readEach,
  refuseField,
} from './mission-fields.ts';
import { maybe } from './text.ts';

/** What waypoints are made of: an area to survey, a line to follow, a place to circle, a border, a search. */

const GeoPlace = Type.Object({
  latitude: Type.Number({ minimum: -90, maximum: 90 }),
  longitude: Type.Number({ minimum: -180, maximum: 180 }),
});
const PlanePlace = Type.Object({
  x: Type.Number({
    minimum: -1_000_000,
    maximum: 1_000_000,
    description: 'metres east of the site’s origin',
  }),
  y: Type.Number({
    minimum: -1_000_000,
    maximum: 1_000_000,
    description: 'metres north of the site’s origin',
  }),
});
export type TemplatePlace = Readonly<Static<typeof GeoPlace>> | Readonly<Static<typeof PlanePlace>>;

const CameraFields = Type.Object({
  ...{ sensor_width_mm: Type.Number(), sensor_height_mm: Type.Number(), focal_length_mm: Type.Number() },
  ...{ image_width_px: Type.Number(), image_height_px: Type.Number(), portrait: maybe(Type.Boolean()) },
});
export type CameraMessage = Readonly<Static<typeof CameraFields>>;

const MAX_PLACES = 1000;
const places = Type.Array(Type.Unknown(), { minItems: 2, maxItems: MAX_PLACES });
const unread = Type.Unknown();

const common = {
  altitude: maybe(Type.Number({ minimum: 1, maximum: 10_000, description: 'metres above the reference' })),
  altitude_reference: maybe(
    Type.Enum(['amsl', 'relative', 'agl'], { description: 'relative, the take-off point, by default' }),
  ),
  speed: maybe(Type.Number({ minimum: 0.1, maximum: 100, description: 'm/s; 10 by default' })),
  home: maybe(Type.Unknown({ description: 'where drones come from: the path begins near it' })),
};
const pictures = {
  camera: unread,
  side_overlap_pct: maybe(Type.Number({ description: 'of one line with the next; 70 by default' })),
  front_overlap_pct: maybe(Type.Number({ description: 'of one picture with the next; 80 by default' })),
  ground_sample_m: maybe(
    Type.Number({ exclusiveMinimum: 0, description: 'metres a pixel, in place of the altitude' }),
  ),
};
const area = { area: places, exclusions: maybe(Type.Array(Type.Array(unread), { maxItems: 64 })) };
const heading = maybe(Type.Number({ description: 'degrees clockwise from north' }));
const template = <Word extends string, More extends TProperties>(name: Word, more: More) =>
  Type.Object({ type: Type.Literal(name), ...common, ...more }, { additionalProperties: false });

const TEMPLATES = {
  survey: template('survey', {
    ...{ ...area, ...pictures, heading_deg: heading, crosshatch: maybe(Type.Boolean()) },
    ...{ turnaround_m: maybe(Type.Number()), inset_m: maybe(Type.Number()) },
  }),
  corridor: template('corridor', { line: places, width_m: Type.Number(), ...pictures }),
  orbit: template('orbit', {
    ...{ centre: unread, radius_m: Type.Number(), turns: maybe(Type.Number()) },
    ...{ tolerance_m: maybe(Type.Number()), climb_per_turn_m: maybe(Type.Number()) },
    clockwise: maybe(Type.Boolean()),
  }),
  perimeter: template('perimeter', { ...area, inset_m: Type.Number(), clockwise: maybe(Type.Boolean()) }),
  search: template('search', {
    ...{ centre: unread, track_spacing_m: Type.Number(), half_side_m: Type.Number() },
    ...{ heading_deg: heading, clockwise: maybe(Type.Boolean()) },
  }),
} as const;

type Name = keyof typeof TEMPLATES;
export const TEMPLATE_NAMES = Object.keys(TEMPLATES) as readonly Name[];
/** The places in it are still to be read. */
type Unread<T extends Name> = Readonly<Static<(typeof TEMPLATES)[T]>>;

interface ReadPlaces {
  readonly area?: readonly TemplatePlace[];
  readonly line?: readonly TemplatePlace[];
  readonly exclusions?: readonly (readonly TemplatePlace[])[];
  readonly centre?: TemplatePlace;
  readonly home?: TemplatePlace;
  readonly camera?: CameraMessage;
}
export type TemplateMessage = {
  [T in Name]: Omit<Unread<T>, keyof ReadPlaces> & ReadPlaces;
}[Name];
export type TemplateOf<T extends Name> = Extract<TemplateMessage, { readonly type: T }>;

const MESSAGE = 'Invalid template';
const readers = new Map<string, FieldReader<Fields>>(
  Object.entries(TEMPLATES).map(([name, schema]) => [name, createFieldReader<Fields>(schema, MESSAGE)]),
);
const readGeo = createFieldReader<TemplatePlace>(GeoPlace, MESSAGE);
const readPlane = createFieldReader<TemplatePlace>(PlanePlace, MESSAGE);
const readCamera = createFieldReader<CameraMessage>(CameraFields, MESSAGE);

const readPlace: FieldReader<TemplatePlace> = (value, path) => {
  const isPlane =
    typeof value === 'object' && value !== null && (Object.hasOwn(value, 'x') || Object.hasOwn(value, 'y'));
  return isPlane ? readPlane(value, path) : readGeo(value, path);
};

/** A decoded value becomes a template, or a refusal that names the field under `path`. */
export function parseTemplate(value: unknown, path = 'template'): TemplateMessage | Refusal {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuseField(path, value, 'object', MESSAGE);
  const { type } = value as Fields;
  const read = typeof type === 'string' ? readers.get(type) : undefined;
  if (!read) return refuseType(type, path);
  const fields = read(value, path);
  if (isRefusal(fields)) return fields;
  return readParts(fields, path);
}

function readParts(fields: Fields, path: string): TemplateMessage | Refusal {
  const parts: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const part = readPart(name, value, inPath(path, name));
    if (isRefusal(part)) return part;
    if (part !== undefined && part !== null) parts[name] = part;
  }
  return parts as unknown as TemplateMessage;
}

function readPart(name: string, value: unknown, path: string): unknown {
  if (value === null) return undefined;
  if (name === 'centre' || name === 'home') return readPlace(value, path);
  if (name === 'camera') return readCamera(value, path);
  if (name === 'area' || name === 'line') return readEach(value as readonly unknown[], path, readPlace);
  if (name !== 'exclusions') return value;
  const rings: (readonly TemplatePlace[])[] = [];
  for (const [at, ring] of (value as readonly (readonly unknown[])[]).entries()) {
    const read = readEach(ring.slice(0, MAX_PLACES + 1), `${path}[${at}]`, readPlace);
    if (isRefusal(read)) return read;
    rings.push(read);
  }
  return rings;
}

function refuseType(type: unknown, path: string): Refusal {
  const field = inPath(path, 'type');
  if (typeof type !== 'string') return refuseField(field, type, 'string', MESSAGE);
  const expectedType = `one of ${TEMPLATE_NAMES.join(', ')}`;
  return refuse(
    'VALIDATION_ERROR',
    { field, expectedType, receivedType: 'string', reason: 'unknown_value' },
    { message: MESSAGE },
  );
}
