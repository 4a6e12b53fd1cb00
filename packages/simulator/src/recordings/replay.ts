import type { Timers } from '@skein/client';
import { DRONE_STATUSES, type TelemetryMessage } from '@skein/core';
import {
  type ConnectOptions,
  type Delivery,
  openLine,
  pause,
  systemTimers,
  toDelivery,
} from '../fleet/lines.ts';
import { round } from '../fleet/spoil.ts';
import { toKey, toUuid } from '../physics/random.ts';
import { type RecordedSample, type Recording, RecordingError, type Triple } from './recording.ts';

export interface ReplayOptions extends ConnectOptions {
  readonly recording: Recording;
  /** Times as fast as it was flown; 0 as fast as the server takes it. Default 1. */
  readonly speed?: number;
  /** `now`: at speed 1 the flight begins now, else it ends now. `keep`: the recorded times. Default now. */
  readonly timeShift?: 'now' | 'keep';
  /** Messages a second of recorded time, at most. Default 10. */
  readonly rateHz?: number;
  /** Default: the recording's own. */
  readonly droneId?: string;
  /** Added to heights above take-off to make them heights above the sea. Default 0. */
  readonly groundAmslM?: number;
  readonly signal?: AbortSignal;
  /** How long to wait for acknowledgements at the end, and for a server that takes nothing. Default 30 000 ms. */
  readonly flushTimeoutMs?: number;
  /** Called about once a second. */
  readonly onProgress?: (progress: ReplayProgress) => void;
  readonly timers?: Timers;
}

export interface ReplayProgress extends Delivery {
  readonly done: number;
  readonly total: number;
}

export interface ReplayResult extends Delivery {
  readonly droneId: string;
  readonly sessionId: string;
  readonly format: string;
  /** Event times of the first and last message. */
  readonly from: string;
  readonly to: string;
  /** False when it was aborted or the server took nothing for too long. */
  readonly complete: boolean;
  readonly assumed: readonly string[];
}

const MAX_HELD = 500;
const PROGRESS_MS = 1000;
const HOLD_MS = 5;

/**
 * Sends a recorded flight as a drone. The same file with `keep` is the same session with the same numbers: sent twice it
 * is stored once. Throws for a recording without a date when its times are to be kept.
 */
export async function replayRecording(options: ReplayOptions): Promise<ReplayResult> {
  const { recording, speed = 1, rateHz = 10, timers = systemTimers } = options;
  if (!(speed >= 0)) throw new RangeError('speed: expected 0 or more');
  if (!(rateHz > 0)) throw new RangeError('rateHz: expected more than 0');
  const samples = thin(recording.samples, rateHz);
  const plan = toPlan(options, timers.now());
  const line = openLine(options, plan.droneId);
  const sent = await sendAll({ options, samples, plan, line, timers });
  await line.flush(options.flushTimeoutMs ?? FLUSH_MS);
  line.close();
  const last = samples[Math.max(0, sent - 1)];
  return {
    droneId: plan.droneId,
    sessionId: plan.sessionId,
    format: recording.format,
    from: new Date(plan.startMs).toISOString(),
    to: new Date(plan.startMs + (last?.timeMs ?? 0)).toISOString(),
    complete: sent === samples.length,
    ...toDelivery([line]),
    assumed: recording.assumed,
  };
}

const FLUSH_MS = 30_000;

interface Plan {
  readonly droneId: string;
  readonly sessionId: string;
  /** Event time of the first sample. */
  readonly startMs: number;
}

function toPlan(
  { recording, droneId = recording.droneId, timeShift = 'now', speed = 1 }: ReplayOptions,
  nowMs: number,
): Plan {
  const startMs = timeShift === 'keep' ? recording.startMs : nowMs - (speed === 1 ? 0 : recording.durationMs);
  if (startMs === undefined)
    throw new RecordingError('the recording knows no date: its times cannot be kept, shift them to now');
  return { droneId, startMs, sessionId: toUuid(toKey(recording.fingerprint, 0), startMs % 0x7fff_ffff) };
}

/** What is early by so little still counts: logs jitter. */
const JITTER_MS = 5;

/** At most one sample a period, the first of each. */
function thin(samples: readonly RecordedSample[], rateHz: number): RecordedSample[] {
  const periodMs = 1000 / rateHz;
  let nextMs = samples[0]?.timeMs ?? 0;
  return samples.filter(({ timeMs }) => {
    if (timeMs < nextMs - JITTER_MS) return false;
    nextMs = Math.max(nextMs + periodMs, timeMs + periodMs / 2);
    return true;
  });
}

interface Sending {
  readonly options: ReplayOptions;
  readonly samples: readonly RecordedSample[];
  readonly plan: Plan;
  readonly line: ReturnType<typeof openLine>;
  readonly timers: Timers;
}

/** Gives how many were sent. */
async function sendAll({ options, samples, plan, line, timers }: Sending): Promise<number> {
  const { speed = 1, signal, onProgress } = options;
  const startMs = timers.now();
  let progressAtMs = startMs + PROGRESS_MS;
  for (const [k, sample] of samples.entries()) {
    if (speed > 0) await pauseUntil(startMs + sample.timeMs / speed, timers, signal);
    if (signal?.aborted || !(await hasRoom({ options, line, timers }))) return k;
    line.send(toMessage(sample, k, options, plan));
    if (timers.now() < progressAtMs) continue;
    progressAtMs += PROGRESS_MS;
    onProgress?.({ ...toDelivery([line]), done: k + 1, total: samples.length });
  }
  return samples.length;
}

async function pauseUntil(atMs: number, timers: Timers, signal: AbortSignal | undefined): Promise<void> {
  const ms = atMs - timers.now();
  if (ms > 0) await pause(timers, ms, signal);
}

/** Waits while the server is behind; false when it takes nothing for too long, or on abort. */
async function hasRoom({
  options,
  line,
  timers,
}: Pick<Sending, 'options' | 'line' | 'timers'>): Promise<boolean> {
  let held = line.stats().buffered;
  let movedAtMs = timers.now();
  while (held >= MAX_HELD) {
    if (options.signal?.aborted || timers.now() - movedAtMs > (options.flushTimeoutMs ?? FLUSH_MS))
      return false;
    await pause(timers, HOLD_MS, options.signal);
    const now = line.stats().buffered;
    if (now < held) movedAtMs = timers.now();
    held = now;
  }
  return true;
}

const STATUSES: ReadonlySet<string> = new Set(DRONE_STATUSES);
type Status = (typeof DRONE_STATUSES)[number];

/** Guide A's message of a moment; what the log did not say is left out, and what had to be assumed is named. */
function toMessage(
  sample: RecordedSample,
  seq: number,
  options: ReplayOptions,
  plan: Plan,
): TelemetryMessage {
  const { recording, mode = 'websocket', groundAmslM = 0 } = options;
  const { status, armed, waypoint } = sample;
  return {
    sessionId: plan.sessionId,
    timestamp: new Date(plan.startMs + sample.timeMs).toISOString(),
    seq,
    drone: {
      id: plan.droneId,
      ...(recording.model !== undefined && { model: recording.model }),
      ...(status !== undefined && STATUSES.has(status) && { status: status as Status }),
      ...(armed !== undefined && { armed }),
    },
    position: toPosition(sample, groundAmslM),
    telemetry: {
      battery: round(sample.batteryPct, 2),
      signal: round(sample.signalPct, 1),
      ...(sample.temperatureC !== undefined && { temperature: round(sample.temperatureC, 1) }),
      ...(sample.speedMps !== undefined && { speed: round(sample.speedMps, 2) }),
      ...(sample.headingDeg !== undefined && { heading: round(sample.headingDeg, 1) % 360 }),
    },
    ...toSensors(sample),
    ...(waypoint !== undefined && waypoint >= 0 && { mission: { waypoint } }),
    metadata: {
      transmissionMethod: mode,
      dataVersion: '1.0',
      compression: false,
      ...(recording.assumed.length > 0 && { assumed: recording.assumed }),
    },
  };
}

function toPosition(sample: RecordedSample, groundAmslM: number): TelemetryMessage['position'] {
  const { latitudeDeg, longitudeDeg, altitudeAmslM, altitudeRelM, local } = sample;
  if (latitudeDeg === undefined || longitudeDeg === undefined)
    return rounded(local ?? { x: 0, y: 0, z: 0 }, 3);
  const altitude = altitudeAmslM ?? (altitudeRelM === undefined ? undefined : altitudeRelM + groundAmslM);
  return {
    gps: {
      latitude: round(latitudeDeg, 7),
      longitude: round(longitudeDeg, 7),
      ...(altitude !== undefined && { altitude: round(altitude, 2) }),
    },
  };
}

function toSensors({
  accelerometer,
  gyroscope,
  magnetometer,
}: RecordedSample): Pick<TelemetryMessage, 'sensors'> {
  const sensors = {
    ...(accelerometer && { accelerometer: rounded(accelerometer, 3) }),
    ...(gyroscope && { gyroscope: rounded(gyroscope, 4) }),
    ...(magnetometer && { magnetometer: rounded(magnetometer, 2) }),
  };
  return Object.keys(sensors).length > 0 ? { sensors } : {};
}

const rounded = ({ x, y, z }: Triple, digits: number) => ({
  x: round(x, digits),
  y: round(y, digits),
  z: round(z, digits),
});
