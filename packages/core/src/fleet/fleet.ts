import { parseSessionKey, type SessionName } from '../messages/identity.ts';
import type { Sample } from '../messages/sample.ts';
import { createDroneState, type DroneState, type SessionState } from './drone-state.ts';

/** Makes the 16 hex digits of a session's key (SHA-256, shortened): the one thing the core asks of a hash. */
export type SessionHash = (name: SessionName) => string;

export type HybridPriority = 'first' | 'websocket' | 'http';

export interface FleetOptions {
  readonly hashSession: SessionHash;
  readonly maxDrones: number;
  /** A channel counts as alive when heard within this time (two missed heartbeats). */
  readonly channelAliveMs: number;
  readonly hybridPriority: HybridPriority;
}

/** Sessions remembered per drone; an older one is hashed anew when it comes back. */
const MAX_SESSIONS = 4;

/** The live picture: the state of every drone of every tenant. */
export class Fleet {
  readonly options: FleetOptions;
  readonly #tenants = new Map<string, Map<string, DroneState>>();
  #size = 0;

  constructor(options: FleetOptions) {
    this.options = options;
  }

  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size >= this.options.maxDrones;
  }

  find(tenant: string, droneId: string): DroneState | undefined {
    return this.#tenants.get(tenant)?.get(droneId);
  }

  drones(tenant: string): Iterable<DroneState> {
    return this.#tenants.get(tenant)?.values() ?? [];
  }

  *all(): Generator<DroneState> {
    for (const drones of this.#tenants.values()) yield* drones.values();
  }

  /** The drone's state, made when it is new; undefined when the fleet is full. */
  meet(tenant: string, droneId: string): DroneState | undefined {
    const known = this.find(tenant, droneId);
    if (known || this.isFull) return known;
    const drone = createDroneState(tenant, droneId);
    let drones = this.#tenants.get(tenant);
    if (!drones) {
      drones = new Map();
      this.#tenants.set(tenant, drones);
    }
    drones.set(droneId, drone);
    this.#size += 1;
    return drone;
  }

  session(drone: DroneState, sessionId: string): SessionState {
    const { sessions } = drone;
    for (let at = 0; at < sessions.length; at += 1) {
      const session = sessions[at] as SessionState;
      if (session.sessionId === sessionId) return session;
    }
    const key = this.options.hashSession({ tenant: drone.tenant, droneId: drone.droneId, sessionId });
    const session = {
      sessionId,
      key,
      ...parseSessionKey(key),
      newestSeq: Number.NaN,
      newestTimeUs: Number.NaN,
    };
    sessions.unshift(session);
    if (sessions.length > MAX_SESSIONS) sessions.pop();
    return session;
  }

  /**
   * Makes the sample the drone's latest if it is newer by event time (never by arrival), and by the channel that has
   * priority while that one is alive. True: it is the latest now.
   */
  update(drone: DroneState, sample: Sample): boolean {
    drone.sampleCount += 1;
    const { latest } = drone;
    if (latest && !isNewer(sample, latest)) return false;
    if (this.#yields(drone, sample)) return false;
    drone.latest = sample;
    return true;
  }

  #yields(drone: DroneState, sample: Sample): boolean {
    const { hybridPriority, channelAliveMs } = this.options;
    if (hybridPriority === 'first' || hybridPriority === sample.channel) return false;
    const seenMs = hybridPriority === 'websocket' ? drone.websocketSeenMs : drone.httpSeenMs;
    return sample.receivedAtMs - seenMs <= channelAliveMs;
  }
}

/** Later by event time; at the same instant, by sequence. */
function isNewer(sample: Sample, than: Sample): boolean {
  return sample.timeUs > than.timeUs || (sample.timeUs === than.timeUs && sample.seq > than.seq);
}
