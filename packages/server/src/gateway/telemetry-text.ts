import {
  activeTypes,
  type DroneState,
  type FleetRecord,
  isArmed,
  type LinkState,
  toTimestamp,
} from '@skein/core';

type Latest = NonNullable<DroneState['latest']>;

/** One drone's state as operators get it: the inside of a JSON object (without braces), or a record of 28 bytes. */

export function toTelemetryText(drone: DroneState, link: LinkState): string {
  const { droneId, latest } = drone;
  const begin = `"drone_id":"${droneId}","stale":${link !== 'online'},"data":{"link":"${link}"`;
  return latest ? `${begin},${toDataText(drone, latest)}}` : `${begin}}`;
}

/** Guide A's form of position and telemetry, with guide B's flat `battery` and `armed`. */
function toDataText(drone: DroneState, sample: Latest): string {
  const { timeUs, sessionId, status, batteryPct } = sample;
  const seq = sample.seq >= 0 ? `"seq":${sample.seq},` : '';
  const word = status === undefined ? '' : `"status":${JSON.stringify(status)},`;
  return (
    `"timestamp":"${toTimestamp(timeUs)}","session_id":${JSON.stringify(sessionId)},${seq}${word}` +
    `"armed":${isArmed(drone)},"battery":${batteryPct},"position":${toPositionText(sample)},` +
    `"telemetry":{"battery":${batteryPct}${field('signal', sample.signalPct)}` +
    `${field('temperature', sample.temperatureC)}${field('speed', sample.groundSpeedMps)}` +
    `${field('heading', sample.headingDeg)}}${toAnomaliesText(drone)}`
  );
}

function toPositionText({ eastM, northM, upM, latitudeDeg, longitudeDeg, altitudeAmslM }: Latest): string {
  const local = `${field('x', eastM)}${field('y', northM)}${field('z', upM)}`;
  if (Number.isNaN(latitudeDeg)) return `{"gps":null${local}}`;
  const place = `"latitude":${latitudeDeg},"longitude":${longitudeDeg}${field('altitude', altitudeAmslM)}`;
  return `{"gps":{${place}}${local}}`;
}

function toAnomaliesText({ activeRules }: DroneState): string {
  return activeRules === 0 ? '' : `,"anomalies":${JSON.stringify(activeTypes(activeRules))}`;
}

/** With a comma before it; nothing where the number is not known. */
const field = (name: string, value: number): string => (Number.isNaN(value) ? '' : `,"${name}":${value}`);

/** What stands in a row of `telemetry_batch`, in this order; null where it is not known. `time_ms` is the event's, since 1970. */
export const BATCH_COLUMNS = [
  ...['drone_id', 'link', 'time_ms', 'seq', 'status', 'armed', 'battery', 'signal', 'temperature', 'speed'],
  ...['heading', 'x', 'y', 'z', 'latitude', 'longitude', 'altitude', 'anomalies'],
] as const;

/** One drone as a row: a third of its text. */
export function toRowText(drone: DroneState, link: LinkState): string {
  const { droneId, latest, activeRules } = drone;
  if (!latest) return `["${droneId}","${link}"]`;
  const { timeUs, seq, status, eastM, northM, upM, latitudeDeg, longitudeDeg, altitudeAmslM } = latest;
  return (
    `["${droneId}","${link}",${timeUs / 1000},${seq >= 0 ? seq : null},` +
    `${status === undefined ? null : JSON.stringify(status)},${isArmed(drone)},${latest.batteryPct},` +
    `${known(latest.signalPct)},${known(latest.temperatureC)},${known(latest.groundSpeedMps)},` +
    `${known(latest.headingDeg)},${known(eastM)},${known(northM)},${known(upM)},` +
    `${known(latitudeDeg)},${known(longitudeDeg)},${known(altitudeAmslM)},` +
    `${activeRules === 0 ? null : JSON.stringify(activeTypes(activeRules))}]`
  );
}

const known = (value: number): number | null => (Number.isNaN(value) ? null : value);

/** `status`: its index in the table of words. */
export function toFleetRecord(
  index: number,
  drone: DroneState,
  link: LinkState,
  status: number,
): FleetRecord {
  const { latest } = drone;
  const local = latest !== undefined && Number.isNaN(latest.latitudeDeg);
  const [first, second, third] = local
    ? [latest.eastM, latest.northM, latest.upM]
    : [latest?.latitudeDeg, latest?.longitudeDeg, latest?.altitudeAmslM];
  return {
    index,
    local,
    latitudeDeg: first ?? Number.NaN,
    longitudeDeg: second ?? Number.NaN,
    altitudeAmslM: third ?? Number.NaN,
    groundSpeedMps: latest?.groundSpeedMps ?? Number.NaN,
    headingDeg: latest?.headingDeg ?? Number.NaN,
    batteryPct: latest?.batteryPct ?? Number.NaN,
    signalPct: latest?.signalPct ?? Number.NaN,
    temperatureC: latest?.temperatureC ?? Number.NaN,
    armed: isArmed(drone),
    troubled: drone.activeRules !== 0,
    stale: link === 'stale',
    offline: link === 'offline',
    status,
    timeMs: (latest?.timeUs ?? 0) / 1000,
  };
}
