import type { TelemetryMessage } from '../../messages/telemetry-schema.ts';
import { type AirState, unknownAir } from '../../missions/energy/leg.ts';

/** Wind where a drone is, as it says itself: where the air moves to. */
export interface WindReading {
  readonly eastMps: number;
  readonly northMps: number;
}

/** The wind a drone has told, gusts evened out. Mutable: its telemetry is the one writer. */
export interface WindEstimate {
  eastMps: number;
  northMps: number;
  /** Of the newest reading; NaN: there was none. */
  atMs: number;
}

export const createWindEstimate = (): WindEstimate => ({ eastMps: 0, northMps: 0, atMs: Number.NaN });

const MOST_MPS = 80;
const MEMORY_MS = 30_000;
/** What an autopilot's own estimate is off by, and how much more after every minute without a new one. */
const SIGMA_MPS = 1.5;
const SIGMA_PER_MIN_MPS = 0.3;
const GOOD_FOR_MS = 300_000;

/**
 * `sensors.wind` or `metadata.wind`: `speed` in m/s and `direction` in degrees from which it blows (as METAR and MAVLink's
 * WIND tell it). Anything else is no reading.
 */
export function readWind({ sensors, metadata }: TelemetryMessage): WindReading | undefined {
  for (const part of [sensors, metadata] as readonly unknown[]) {
    const { speed, direction } = ((part as { wind?: unknown } | null)?.wind ?? {}) as {
      speed?: unknown;
      direction?: unknown;
    };
    if (typeof speed !== 'number' || typeof direction !== 'number') continue;
    if (!(speed >= 0 && speed <= MOST_MPS && direction >= 0 && direction <= 360)) continue;
    const from = (direction * Math.PI) / 180;
    return { eastMps: 0 - speed * Math.sin(from), northMps: 0 - speed * Math.cos(from) };
  }
  return undefined;
}

/** Takes a reading in: an exponential mean of half a minute. */
export function observeWind(wind: WindEstimate, { eastMps, northMps }: WindReading, atMs: number): void {
  const sinceMs = atMs - wind.atMs;
  if (sinceMs <= 0) return;
  const share = sinceMs < GOOD_FOR_MS ? 1 - Math.exp(-sinceMs / MEMORY_MS) : 1;
  wind.eastMps += share * (eastMps - wind.eastMps);
  wind.northMps += share * (northMps - wind.northMps);
  wind.atMs = atMs;
}

/** The air as far as it is known; a wind that was told long ago is none. */
export function toAir(wind: WindEstimate, nowMs: number, densityKgpm3: number): AirState {
  const ageMs = Math.max(0, nowMs - wind.atMs);
  if (!(ageMs < GOOD_FOR_MS)) return { ...unknownAir, densityKgpm3 };
  return {
    windEastMps: wind.eastMps,
    windNorthMps: wind.northMps,
    windSigmaMps: SIGMA_MPS + (SIGMA_PER_MIN_MPS * ageMs) / 60_000,
    densityKgpm3,
  };
}

const SEA_LEVEL_KGPM3 = 1.225;
const HIGHEST_M = 9000;

/** Of the standard atmosphere (ISO 2533) at a height above the sea; an unknown height is the sea's, lower ones too. */
export function toDensityKgpm3(altitudeAmslM: number): number {
  const heightM = Number.isNaN(altitudeAmslM) ? 0 : Math.min(HIGHEST_M, Math.max(0, altitudeAmslM));
  return SEA_LEVEL_KGPM3 * (1 - 2.255_77e-5 * heightM) ** 4.255_88;
}
