import { isRefusal, type Refusal } from '../errors.ts';
import { refuseFile } from './mission-import.ts';
import type { AltitudeReference } from './waypoint.ts';

/** One item of a QGroundControl plan: a MAVLink mission item (mavlink.io, "Mission Protocol"). */
export interface PlanItem {
  readonly path: string;
  readonly command: number;
  readonly frame: number;
  /** Of seven; null where the file says NaN. */
  readonly params: readonly (number | null)[];
}

export const COMMAND = {
  waypoint: 16,
  loiterUnlimited: 17,
  loiterTime: 19,
  returnToLaunch: 20,
  land: 21,
  takeoff: 22,
  delay: 93,
  /** What is up to here flies. */
  lastNavigation: 95,
  jump: 177,
  changeSpeed: 178,
  digicamControl: 203,
  mountControl: 205,
  triggerDistance: 206,
  gripper: 211,
  triggerInterval: 214,
  setCameraMode: 530,
  gimbalPitchYaw: 1000,
  imageStart: 2000,
  imageStop: 2001,
  videoStart: 2500,
  videoStop: 2501,
} as const;

/** MAV_FRAME: global, relative to home, above terrain; the second of each is the INT form. */
const REFERENCES: ReadonlyMap<number, AltitudeReference> = new Map([
  [0, 'amsl'],
  [5, 'amsl'],
  [3, 'relative'],
  [6, 'relative'],
  [10, 'agl'],
  [11, 'agl'],
]);
export const FRAMES: Readonly<Record<AltitudeReference, number>> = { amsl: 0, relative: 3, agl: 10 };
/** MAV_FRAME_MISSION: no place. */
export const FRAME_MISSION = 2;

const PARAMS = 7;
const MAX_ITEMS = 5000;

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The simple items of a plan in order; surveys and corridors bring theirs in `TransectStyleComplexItem.Items`. */
export function parsePlanItems(items: unknown, path: string): readonly PlanItem[] | Refusal {
  if (!Array.isArray(items)) return refuseFile(path, items === undefined ? 'missing' : 'type', 'array');
  const read: PlanItem[] = [];
  for (let at = 0; at < items.length; at += 1) {
    const place = `${path}[${at}]`;
    const more = isComplex(items[at])
      ? parseComplex(items[at] as Json, place)
      : parseSimple(items[at], place);
    if (isRefusal(more)) return more;
    if (read.length + more.length > MAX_ITEMS)
      return refuseFile(path, 'length', `at most ${MAX_ITEMS} items`);
    read.push(...more);
  }
  return read;
}

function parseSimple(item: unknown, path: string): readonly PlanItem[] | Refusal {
  const read = parseItem(item, path);
  return isRefusal(read) ? read : [read];
}

const isComplex = (item: unknown): boolean => isObject(item) && item['type'] === 'ComplexItem';

function parseComplex(item: Json, path: string): readonly PlanItem[] | Refusal {
  const transects = item['TransectStyleComplexItem'];
  const items = isObject(transects) ? transects['Items'] : undefined;
  const place = `${path}.TransectStyleComplexItem.Items`;
  if (!Array.isArray(items)) return refuseFile(place, 'missing', 'the items that the pattern made');
  if (items.length > MAX_ITEMS) return refuseFile(place, 'length', `at most ${MAX_ITEMS} items`);
  const read: PlanItem[] = [];
  for (let at = 0; at < items.length; at += 1) {
    const simple = parseItem(items[at], `${place}[${at}]`);
    if (isRefusal(simple)) return simple;
    read.push(simple);
  }
  return read;
}

function parseItem(item: unknown, path: string): PlanItem | Refusal {
  if (!isObject(item)) return refuseFile(path, 'type', 'object');
  const { type, command, frame, params } = item;
  if (type !== 'SimpleItem') return refuseFile(`${path}.type`, 'unknown_value', 'SimpleItem or ComplexItem');
  if (!isCount(command)) return refuseFile(`${path}.command`, 'type', 'MAV_CMD');
  if (!isCount(frame)) return refuseFile(`${path}.frame`, 'type', 'MAV_FRAME');
  if (!Array.isArray(params) || params.length !== PARAMS)
    return refuseFile(`${path}.params`, 'length', `${PARAMS} numbers`);
  const wrong = params.findIndex((value) => value !== null && !Number.isFinite(value));
  if (wrong >= 0) return refuseFile(`${path}.params[${wrong}]`, 'type', 'finite number or null');
  return { path, command, frame, params: params as readonly (number | null)[] };
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535;

export interface PlanPlace {
  readonly latitude: number;
  readonly longitude: number;
  readonly altitude: number;
  readonly altitude_reference: AltitudeReference;
}

/** Where an item is; `fallback` where it has no latitude and longitude (null, or both 0: "here"). */
export function parsePlace(
  { path, frame, params }: PlanItem,
  fallback?: { readonly latitude: number; readonly longitude: number },
): PlanPlace | Refusal {
  const reference = REFERENCES.get(frame);
  if (!reference) return refuseFile(`${path}.frame`, 'unknown_value', 'one of 0, 3, 5, 6, 10, 11');
  const [, , , , x, y, altitude] = params;
  const isHere = x === null || y === null || (x === 0 && y === 0);
  const latitude = isHere ? fallback?.latitude : (x as number);
  const longitude = isHere ? fallback?.longitude : (y as number);
  if (latitude === undefined || !(Math.abs(latitude) <= 90))
    return refuseFile(`${path}.params[4]`, 'range', 'latitude in degrees');
  if (longitude === undefined || !(Math.abs(longitude) <= 180))
    return refuseFile(`${path}.params[5]`, 'range', 'longitude in degrees');
  if (altitude === null || altitude === undefined || !(altitude >= -1000 && altitude <= 100_000))
    return refuseFile(`${path}.params[6]`, 'range', 'metres');
  return { latitude, longitude, altitude, altitude_reference: reference };
}
