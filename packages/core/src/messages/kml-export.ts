import type { LocalFrame } from '../geo/wgs84.ts';
import type { MissionMessage } from './mission.ts';
import { toGeodeticWaypoint } from './mission-import.ts';
import type { GeodeticWaypointMessage } from './waypoint.ts';

export interface KmlOptions {
  readonly frame: LocalFrame;
  /** KML knows no altitude above a take-off point: such points are drawn from here. The frame's origin by default. */
  readonly homeAltitudeAmslM?: number;
}

/** The mission as KML: a point a waypoint, and the line through them. */
export function toKmlMission(mission: MissionMessage, options: KmlOptions): string {
  const waypoints = mission.waypoints.map((waypoint) => toGeodeticWaypoint(waypoint, options.frame));
  const { name, type, priority, end, description } = mission;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>',
    `<name>${escapeXml(name)}</name>`,
    toData({ type, priority, end, description }),
    ...waypoints.map((waypoint, at) => toPlacemark(waypoint, at, options)),
    toLine(waypoints, options),
    '</Document></kml>',
  ].join('\n');
}

function toPlacemark(waypoint: GeodeticWaypointMessage, at: number, options: KmlOptions): string {
  const { latitude: _lat, longitude: _lon, actions, altitude_reference = 'amsl', ...flown } = waypoint;
  const data = toData({ ...flown, altitude_reference, actions: actions && JSON.stringify(actions) });
  const mode = altitude_reference === 'agl' ? 'relativeToGround' : 'absolute';
  const place = `<altitudeMode>${mode}</altitudeMode><coordinates>${toTuple(waypoint, options)}</coordinates>`;
  return `<Placemark><name>${at + 1}</name>${data}<Point>${place}</Point></Placemark>`;
}

/** One line has one altitude mode: it is drawn only where all points agree. */
function toLine(waypoints: readonly GeodeticWaypointMessage[], options: KmlOptions): string {
  const modes = new Set(waypoints.map(({ altitude_reference }) => altitude_reference === 'agl'));
  if (waypoints.length < 2 || modes.size > 1) return '';
  const mode = modes.has(true) ? 'relativeToGround' : 'absolute';
  const tuples = waypoints.map((waypoint) => toTuple(waypoint, options)).join(' ');
  return `<Placemark><name>path</name><LineString><altitudeMode>${mode}</altitudeMode><coordinates>${tuples}</coordinates></LineString></Placemark>`;
}

function toTuple(waypoint: GeodeticWaypointMessage, { frame, homeAltitudeAmslM }: KmlOptions): string {
  const { latitude, longitude, altitude, altitude_reference } = waypoint;
  const zeroM = altitude_reference === 'relative' ? (homeAltitudeAmslM ?? frame.origin.altitudeAmslM) : 0;
  return `${longitude},${latitude},${altitude + zeroM}`;
}

function toData(fields: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `<Data name="${name}"><value>${escapeXml(String(value))}</value></Data>`);
  return parts.length === 0 ? '' : `<ExtendedData>${parts.join('')}</ExtendedData>`;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** What XML 1.0 cannot hold at all is replaced. */
const escapeXml = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (sign) => ESCAPES[sign] as string).replaceAll(/[\ufffe\uffff]/g, '\ufffd');
