import type { Enu, GeoPoint, LocalFrame } from '../geo/wgs84.ts';
import type { Channel } from './channel.ts';
import type { TelemetryMessage } from './telemetry-schema.ts';

/** One telemetry report inside the system: flat, SI, units in names. An absent number is NaN. */
export interface Sample {
  readonly tenant: string;
  readonly channel: Channel;
  readonly receivedAtMs: number;
  readonly droneId: string;
  readonly sessionId: string;
  /** Absent: -1; then the time is the sample's identity within its session. */
  readonly seq: number;
  readonly timeUs: number;
  readonly eastM: number;
  readonly northM: number;
  readonly upM: number;
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
  readonly altitudeAmslM: number;
  readonly batteryPct: number;
  readonly signalPct: number;
  readonly temperatureC: number;
  readonly groundSpeedMps: number;
  /** 360 is 0. */
  readonly headingDeg: number;
  readonly status: string | undefined;
  readonly armed: boolean | undefined;
  /** The message itself, so that unknown fields are given back. */
  readonly message: TelemetryMessage;
}

/** A sample without its message. */
export type Reading = Omit<Sample, 'message'>;

/** A sample as a view on its parsed message: one small object. */
export class ParsedSample implements Sample {
  readonly tenant: string;
  readonly channel: Channel;
  readonly receivedAtMs: number;
  readonly timeUs: number;
  readonly message: TelemetryMessage;
  readonly #derived: DerivedPosition | undefined;

  constructor(message: TelemetryMessage, timeUs: number, origin: Origin, derived?: DerivedPosition) {
    this.tenant = origin.tenant;
    this.channel = origin.channel;
    this.receivedAtMs = origin.receivedAtMs;
    this.timeUs = timeUs;
    this.message = message;
    this.#derived = derived;
  }

  get droneId(): string {
    return this.message.drone.id;
  }

  get sessionId(): string {
    return this.message.sessionId;
  }

  get seq(): number {
    return this.message.seq ?? -1;
  }

  get eastM(): number {
    return this.message.position.x ?? this.#derived?.eastM ?? Number.NaN;
  }

  get northM(): number {
    return this.message.position.y ?? this.#derived?.northM ?? Number.NaN;
  }

  get upM(): number {
    return this.message.position.z ?? this.#derived?.upM ?? Number.NaN;
  }

  get latitudeDeg(): number {
    return this.message.position.gps?.latitude ?? this.#derived?.latitudeDeg ?? Number.NaN;
  }

  get longitudeDeg(): number {
    return this.message.position.gps?.longitude ?? this.#derived?.longitudeDeg ?? Number.NaN;
  }

  get altitudeAmslM(): number {
    return this.message.position.gps?.altitude ?? this.#derived?.altitudeAmslM ?? Number.NaN;
  }

  get batteryPct(): number {
    return this.message.telemetry.battery;
  }

  get signalPct(): number {
    return this.message.telemetry.signal ?? Number.NaN;
  }

  get temperatureC(): number {
    return this.message.telemetry.temperature ?? Number.NaN;
  }

  get groundSpeedMps(): number {
    return this.message.telemetry.speed ?? Number.NaN;
  }

  get headingDeg(): number {
    const { heading } = this.message.telemetry;
    return heading === 360 ? 0 : (heading ?? Number.NaN);
  }

  get status(): string | undefined {
    return this.message.drone.status ?? undefined;
  }

  get armed(): boolean | undefined {
    return this.message.drone.armed ?? undefined;
  }
}

/** Of local position and GPS position, the one that was not given, derived from the other. */
export type DerivedPosition = Partial<Enu & GeoPoint>;

/** Where and when a message came in. The tenant is the credential's, never the body's. */
export interface Origin {
  readonly tenant: string;
  readonly channel: Channel;
  readonly receivedAtMs: number;
  /** VALIDATION=strict. */
  readonly strict?: boolean;
  /** The credential is bound to one drone and may write no other. */
  readonly boundDroneId?: string;
  /** The site's frame: of local and GPS position, the one not given is derived. */
  readonly frame?: LocalFrame;
}
