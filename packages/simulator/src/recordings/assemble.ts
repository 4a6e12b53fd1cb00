import {
  type Parsed,
  type Reading,
  type RecordedSample,
  type Recording,
  RecordingError,
} from './recording.ts';

/** From what a log says, bit by bit, to complete moments: every position with the latest word about everything else. */

/** Values that stand until the log says otherwise; a position is only worth its own moment. */
type Standing = Omit<
  Reading,
  'timeMs' | 'latitudeDeg' | 'longitudeDeg' | 'altitudeAmslM' | 'altitudeRelM' | 'local'
>;

const MAX_GAP_MS = 24 * 3_600_000;
/** Of the least moment that a message can tell apart. */
const MIN_STEP_MS = 1;

/** Throws a RecordingError when the log holds no position at all. */
export function toRecording(parsed: Parsed, name: string, fingerprint: number): Recording {
  const what = `${name}: a ${parsed.format} log`;
  const readings = inOrder(parsed.readings);
  const fixes = readings.filter(hasPosition);
  const first = fixes[0];
  if (!first) throw new RecordingError(`${what} without a single position: nothing to fly`);
  const samples = merge(
    readings,
    first.timeMs,
    fixes.some((fix) => fix.latitudeDeg !== undefined),
  );
  const assumed = new Set(parsed.assumed);
  if (!readings.some((reading) => reading.batteryPct !== undefined)) assumed.add('battery');
  if (!readings.some((reading) => reading.signalPct !== undefined)) assumed.add('signal');
  if (
    samples.some(
      (s) => s.latitudeDeg !== undefined && s.altitudeAmslM === undefined && s.altitudeRelM !== undefined,
    )
  )
    assumed.add('altitude');
  return {
    format: parsed.format,
    droneId: parsed.droneId ?? toDroneId(name),
    model: parsed.model,
    startMs: parsed.epochOffsetMs === undefined ? undefined : Math.round(first.timeMs + parsed.epochOffsetMs),
    durationMs: samples.at(-1)?.timeMs ?? 0,
    samples,
    assumed: [...assumed],
    notes: parsed.notes ?? [],
    fingerprint,
  };
}

/** An id that the contract allows, from a file's name. */
function toDroneId(name: string): string {
  const stem = name.replace(/^.*[\\/]/, '').replace(/\.[^.]*$/, '');
  return stem.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 128) || 'recorded';
}

/** By time, without what cannot belong: a stray stamp of another clock is a day and more from the middle. */
function inOrder(readings: readonly Reading[]): Reading[] {
  const timed = readings.filter(({ timeMs }) => Number.isFinite(timeMs));
  const times = timed.map(({ timeMs }) => timeMs).sort((a, b) => a - b);
  const middle = times[times.length >> 1] ?? 0;
  return timed
    .filter(({ timeMs }) => Math.abs(timeMs - middle) < MAX_GAP_MS)
    .sort((a, b) => a.timeMs - b.timeMs);
}

/** Latitude and longitude both 0 are a receiver's word for "not yet". */
function hasPosition({ latitudeDeg, longitudeDeg, local }: Reading): boolean {
  if (latitudeDeg !== undefined && longitudeDeg !== undefined) {
    const known = Math.abs(latitudeDeg) > 1e-6 || Math.abs(longitudeDeg) > 1e-6;
    return known && Math.abs(latitudeDeg) <= 90 && Math.abs(longitudeDeg) <= 180;
  }
  return local !== undefined;
}

/** A field first said later is carried back to the start, so that nothing that was not measured is shown. */
function firstWords(readings: readonly Reading[]): Standing {
  const words: Record<string, unknown> = {};
  for (const reading of readings)
    for (const [field, value] of Object.entries(reading)) if (CARRIED_BACK.has(field)) words[field] ??= value;
  return words;
}
const CARRIED_BACK: ReadonlySet<string> = new Set(['batteryPct', 'signalPct']);
const MOMENTARY = ['latitudeDeg', 'longitudeDeg', 'altitudeAmslM', 'altitudeRelM', 'local'] as const;

function merge(readings: readonly Reading[], startMs: number, global: boolean): RecordedSample[] {
  const samples: RecordedSample[] = [];
  let standing: Standing = { batteryPct: 100, signalPct: 100, ...firstWords(readings) };
  let lastMs = -MIN_STEP_MS;
  for (const reading of readings) {
    standing = { ...standing, ...withoutPlace(reading) };
    const timeMs = Math.round(reading.timeMs - startMs);
    if (
      timeMs < lastMs + MIN_STEP_MS ||
      !hasPosition(reading) ||
      (global && reading.latitudeDeg === undefined)
    )
      continue;
    lastMs = timeMs;
    samples.push({ ...standing, ...reading, timeMs, ...required(standing) });
  }
  return samples;
}

function withoutPlace(reading: Reading): Standing {
  const { timeMs: _, ...rest } = reading;
  const standing: Record<string, unknown> = rest;
  for (const field of MOMENTARY) delete standing[field];
  return standing;
}

function required({ batteryPct = 100, signalPct = 100 }: Standing) {
  return { batteryPct: percent(batteryPct), signalPct: percent(signalPct) };
}

const percent = (value: number): number => Math.min(100, Math.max(0, value));

/** FNV-1a over the bytes, 32 bits. */
export function toFingerprint(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
