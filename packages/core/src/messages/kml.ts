import { SaxesParser } from 'saxes';
import { isRefusal, type Refusal, RefusalError } from '../errors.ts';
import { MAX_WAYPOINTS } from './mission.ts';
import { type ImportedMission, type ImportOptions, refuseFile, toImported } from './mission-import.ts';
import { ALTITUDE_REFERENCES, type GeodeticWaypointMessage, parseWaypoint } from './waypoint.ts';

/** Missions from KML (OGC 12-007r2): points, or one line. No DTD, no entities but XML's own five. */

const MAX_TEXT = 4_000_000;
const MAX_DEPTH = 32;
const MAX_SHAPES = 2 * MAX_WAYPOINTS;

interface Shape {
  readonly kind: 'Point' | 'LineString';
  readonly path: string;
  coordinates: string;
  altitudeMode: string;
  /** Of the placemark around it. */
  readonly data: Map<string, string>;
}

/**
 * Where there are points they are the waypoints, in the order of the file; else the vertices of the one line.
 * `absolute` is above mean sea level, `relativeToGround` above the ground; of `clampToGround`, KML's default, the
 * options must say how high to fly.
 */
export function parseKmlMission(text: string, options: ImportOptions = {}): ImportedMission | Refusal {
  if (text.length > MAX_TEXT) return refuseFile('', 'length', `at most ${MAX_TEXT} characters`);
  const file = readShapes(text);
  if (isRefusal(file)) return file;
  const points = file.shapes.filter(({ kind }) => kind === 'Point');
  const lines = file.shapes.filter(({ kind }) => kind === 'LineString');
  const [line, second] = lines;
  if (points.length === 0 && second) return refuseFile(second.path, 'ambiguous', 'one line');
  if (points.length === 0 && !line) return refuseFile('', 'missing', 'a LineString, or Points');
  if (points.length > MAX_WAYPOINTS) return refuseFile('Point', 'length', `at most ${MAX_WAYPOINTS}`);
  const warnings =
    points.length > 0 ? lines.map(({ path }) => `${path}: a line beside points, left out`) : [];
  const waypoints: GeodeticWaypointMessage[] = [];
  for (const shape of points.length > 0 ? points : [line as Shape]) {
    const read = readShape(shape, options);
    if (isRefusal(read)) return read;
    waypoints.push(...read);
  }
  return toImported({ ...file.mission, waypoints }, warnings, options);
}

interface KmlFile {
  readonly shapes: readonly Shape[];
  readonly mission: Readonly<Record<string, string>>;
}

function readShapes(text: string): KmlFile | Refusal {
  const reader = new KmlReader();
  const parser = new SaxesParser({ xmlns: true, position: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('doctype', () => {
    throw new RefusalError(refuseFile('', 'doctype', 'KML without a document type'));
  });
  parser.on('opentag', ({ local, attributes }) =>
    reader.open(local, (attributes['name'] as { value?: string } | undefined)?.value ?? ''),
  );
  parser.on('text', (part) => reader.text(part));
  parser.on('cdata', (part) => reader.text(part));
  parser.on('closetag', ({ local }) => reader.close(local));
  try {
    parser.write(text).close();
  } catch (error) {
    if (error instanceof RefusalError) return error.refusal;
    return refuseFile(
      '',
      'xml',
      `well-formed XML: ${error instanceof Error ? error.message : 'it is not'}`.slice(0, 200),
    );
  }
  return { shapes: reader.shapes, mission: Object.fromEntries(reader.mission) };
}

/** What our own files say of the mission, in the document's ExtendedData. */
const MISSION_DATA: ReadonlySet<string> = new Set(['type', 'priority', 'end', 'description']);

/** Follows the elements of a file. */
class KmlReader {
  readonly shapes: Shape[] = [];
  readonly mission = new Map<string, string>();
  readonly #open: string[] = [];
  #placemarks = 0;
  #data = new Map<string, string>();
  #dataName = '';
  #shape: Shape | undefined;
  #text = '';

  open(name: string, nameAttribute: string): void {
    this.#open.push(name);
    if (this.#open.length > MAX_DEPTH)
      throw new RefusalError(refuseFile('', 'depth', `at most ${MAX_DEPTH}`));
    this.#text = '';
    if (name === 'Placemark') {
      this.#placemarks += 1;
      this.#data = new Map();
    }
    if (name === 'Data') this.#dataName = nameAttribute;
    if (name === 'Point' || name === 'LineString') this.#begin(name);
  }

  #begin(kind: Shape['kind']): void {
    if (this.shapes.length >= MAX_SHAPES)
      throw new RefusalError(refuseFile(kind, 'length', `at most ${MAX_SHAPES} geometries`));
    const path = `Placemark[${Math.max(0, this.#placemarks - 1)}].${kind}`;
    this.#shape = { kind, path, coordinates: '', altitudeMode: 'clampToGround', data: this.#data };
    this.shapes.push(this.#shape);
  }

  text(part: string): void {
    this.#text += part;
  }

  close(name: string): void {
    this.#open.pop();
    const text = this.#text.trim();
    const parent = this.#open.at(-1);
    if (this.#shape && name === 'coordinates') this.#shape.coordinates = text;
    if (this.#shape && name === 'altitudeMode') this.#shape.altitudeMode = text;
    if (name === 'Point' || name === 'LineString') this.#shape = undefined;
    if (name === 'name' && parent === 'Document' && text !== '') this.mission.set('name', text);
    if (name === 'value' && parent === 'Data') this.#keep(text);
    this.#text = '';
  }

  #keep(text: string): void {
    const isOfPlacemark = this.#open.includes('Placemark');
    if (isOfPlacemark) this.#data.set(this.#dataName, text);
    else if (MISSION_DATA.has(this.#dataName)) this.mission.set(this.#dataName, text);
  }
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

function readShape(shape: Shape, options: ImportOptions): readonly GeodeticWaypointMessage[] | Refusal {
  const tuples = shape.coordinates === '' ? [] : shape.coordinates.split(/\s+/, MAX_WAYPOINTS + 1);
  const path = `${shape.path}.coordinates`;
  const fits = shape.kind === 'Point' ? tuples.length === 1 : tuples.length >= 2;
  if (!fits || tuples.length > MAX_WAYPOINTS)
    return refuseFile(
      path,
      'length',
      shape.kind === 'Point' ? '1 position' : `2 to ${MAX_WAYPOINTS} positions`,
    );
  const waypoints: GeodeticWaypointMessage[] = [];
  for (const [at, tuple] of tuples.entries()) {
    const waypoint = readTuple(tuple, shape, { path: `${path}[${at}]`, ...options });
    if (isRefusal(waypoint)) return waypoint;
    waypoints.push(waypoint);
  }
  return waypoints;
}

function readTuple(
  tuple: string,
  shape: Shape,
  { path, ...options }: ImportOptions & { readonly path: string },
): GeodeticWaypointMessage | Refusal {
  const parts = tuple.split(',', 4);
  if (parts.length < 2 || parts.length > 3 || !parts.every((part) => part.length <= 40 && NUMBER.test(part)))
    return refuseFile(path, 'format', 'longitude,latitude[,altitude]');
  const [longitude, latitude, height] = parts.map(Number);
  const altitude = readAltitude(shape, height, options);
  if (!altitude) return refuseFile(`${shape.path}.altitudeMode`, 'missing', 'absolute or relativeToGround');
  return parseWaypoint({ latitude, longitude, ...altitude, ...readFlown(shape) }, path) as
    | GeodeticWaypointMessage
    | Refusal;
}

const MODES: Readonly<Record<string, 'amsl' | 'agl'>> = { absolute: 'amsl', relativeToGround: 'agl' };

/** A point of ours says its altitude in the mission's own terms; else the mode and the coordinates do. */
function readAltitude({ altitudeMode, data }: Shape, height: number | undefined, options: ImportOptions) {
  const own = data.get('altitude_reference');
  const said = data.get('altitude') ?? '';
  if (ALTITUDE_REFERENCES.some((known) => known === own) && NUMBER.test(said))
    return { altitude: Number(said), altitude_reference: own };
  const reference = Object.hasOwn(MODES, altitudeMode) ? MODES[altitudeMode] : undefined;
  if (reference && height !== undefined) return { altitude: height, altitude_reference: reference };
  if (reference || altitudeMode === 'clampToGround')
    return options.altitudeM === undefined
      ? undefined
      : { altitude: options.altitudeM, altitude_reference: reference ?? options.altitudeReference ?? 'agl' };
  return undefined;
}

const NUMBERS = ['speed', 'heading', 'hold_s', 'acceptance_radius'] as const;

function readFlown({ kind, data }: Shape): Readonly<Record<string, unknown>> {
  if (kind !== 'Point') return {};
  const numbers = NUMBERS.flatMap((name) => {
    const value = data.get(name);
    return value !== undefined && NUMBER.test(value) ? [[name, Number(value)] as const] : [];
  });
  const actions = data.get('actions');
  return { ...Object.fromEntries(numbers), ...(actions !== undefined && { actions: parseJson(actions) }) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
