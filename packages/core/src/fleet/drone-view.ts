import { toTimestamp } from '../messages/timestamp.ts';
import { activeTypes } from '../rules/judge.ts';
import type { DroneState } from './drone-state.ts';
import { isArmed } from './ground.ts';

/** A drone as operators and REST clients see it; wire names. */

/** Nothing heard for so long: the picture of this drone is old, then gone. RELIABILITY 2.2. */
export const STALE_AFTER_MS = 10_000;
export const OFFLINE_AFTER_MS = 30_000;

export type LinkState = 'online' | 'stale' | 'offline';

export function linkState({ lastHeardMs }: DroneState, nowMs: number): LinkState {
  const ageMs = nowMs - lastHeardMs;
  if (ageMs > OFFLINE_AFTER_MS) return 'offline';
  return ageMs > STALE_AFTER_MS ? 'stale' : 'online';
}

const known = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value);

export function toDroneView(drone: DroneState, nowMs: number): Readonly<Record<string, unknown>> {
  const { latest, lastHeardMs, latestMessage: message } = drone;
  return {
    id: drone.droneId,
    name: message?.drone.name ?? undefined,
    model: message?.drone.model ?? undefined,
    status: latest?.status,
    armed: isArmed(drone),
    link: linkState(drone, nowMs),
    channel: drone.channelState,
    lastSeen: Number.isFinite(lastHeardMs) ? new Date(lastHeardMs).toISOString() : undefined,
    timestamp: latest && toTimestamp(latest.timeUs),
    sessionId: latest?.sessionId,
    position: latest && {
      x: known(latest.eastM),
      y: known(latest.northM),
      z: known(latest.upM),
      gps: Number.isNaN(latest.latitudeDeg)
        ? undefined
        : {
            latitude: latest.latitudeDeg,
            longitude: latest.longitudeDeg,
            altitude: known(latest.altitudeAmslM),
          },
    },
    telemetry: latest && {
      battery: latest.batteryPct,
      signal: known(latest.signalPct),
      temperature: known(latest.temperatureC),
      speed: known(latest.groundSpeedMps),
      heading: known(latest.headingDeg),
    },
    mission: message?.mission ?? undefined,
    anomalies: activeTypes(drone.activeRules),
  };
}

/** One drone in full: what the list leaves out. */
export function toDroneDetail(drone: DroneState, nowMs: number): Readonly<Record<string, unknown>> {
  return {
    ...toDroneView(drone, nowMs),
    samples: drone.sampleCount,
    duplicates: drone.duplicateCount,
    conflicts: drone.conflictCount,
    clockSkewMs: drone.skew?.medianMs ?? 0,
    clientErrors: Object.fromEntries(drone.clientErrors ?? []),
    channelChanges: drone.channelChanges.map(({ atMs, from, to }) => ({
      at: new Date(atMs).toISOString(),
      from,
      to,
    })),
    latest: drone.latestMessage,
  };
}
