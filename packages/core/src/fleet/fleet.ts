import type { OwnBytes } from '../messages/compact-sample.ts';
import type { SessionName } from '../messages/identity.ts';
import type { Sample } from '../messages/sample.ts';
import { createDroneMemory, DroneState, SessionState } from './drone-state.ts';

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
  readonly #memory = createDroneMemory();
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
    const drone = new DroneState(tenant, droneId, this.#memory);
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
    for (let known = drone.session; known; known = known.older)
      if (known.sessionId === sessionId) return known;
    const key = this.options.hashSession({ tenant: drone.tenant, droneId: drone.droneId, sessionId });
    const session = new SessionState(sessionId, key, drone.session);
    drone.session = session;
    forgetOldest(session);
    return session;
  }

  /**
   * Would the sample be the drone's latest: newer by event time (never by arrival), and by the channel that has priority
   * while that one is alive?
   */
  isLatest(drone: DroneState, sample: Sample): boolean {
    return isNewer(sample, drone) && !this.#yields(drone, sample);
  }

  /** Counts the sample, and makes it the drone's latest if it is. True: it is the latest now. */
  update(drone: DroneState, sample: Sample, own?: OwnBytes): boolean {
    drone.sampleCount += 1;
    const isLatest = this.isLatest(drone, sample);
    if (isLatest) drone.keep(sample, own);
    return isLatest;
  }

  #yields(drone: DroneState, sample: Sample): boolean {
    const { hybridPriority, channelAliveMs } = this.options;
    if (hybridPriority === 'first' || hybridPriority === sample.channel) return false;
    const seenMs = hybridPriority === 'websocket' ? drone.websocketSeenMs : drone.httpSeenMs;
    return sample.receivedAtMs - seenMs <= channelAliveMs;
  }
}

/** Later by event time (a drone of no sample yet has NaN); at the same instant, by sequence. */
function isNewer({ timeUs, seq }: Sample, { latestTimeUs, latestSeq }: DroneState): boolean {
  return !(timeUs <= latestTimeUs) || (timeUs === latestTimeUs && seq > latestSeq);
}

function forgetOldest(newest: SessionState): void {
  let oldest: SessionState | undefined = newest;
  for (let count = 1; count < MAX_SESSIONS; count += 1) oldest = oldest?.older;
  if (oldest) oldest.older = undefined;
}
