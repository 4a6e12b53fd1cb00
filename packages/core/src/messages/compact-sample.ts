import type { Enu, GeoPoint } from '../geo/wgs84.ts';
import type { Channel } from './channel.ts';
import type { Reading, Sample } from './sample.ts';
import type { TelemetryMessage } from './telemetry-schema.ts';

/** The message of bytes that have been accepted once. */
export type ReadMessage = (bytes: Uint8Array) => TelemetryMessage;

/** Bytes that are one message and nothing else, and how they are read. */
export interface OwnBytes {
  readonly bytes: Uint8Array;
  readonly read: ReadMessage;
}

/** Who a run of messages comes from: the same in every one of them. */
export interface Sender {
  readonly droneId: string;
  readonly sessionId: string;
  readonly status: string | undefined;
  readonly armed: boolean | undefined;
}

type Arrival = Pick<Sample, 'tenant' | 'channel' | 'receivedAtMs' | 'timeUs'>;

/** A sample by its numbers. */
export class CompactReading implements Reading {
  readonly tenant: string;
  readonly channel: Channel;
  readonly receivedAtMs: number;
  readonly timeUs: number;
  readonly #numbers: readonly number[];
  readonly #sender: Sender;

  /** `numbers`: seq, then position, GPS, battery, signal, temperature, speed, heading; NaN where the message has none. */
  constructor(
    { tenant, channel, receivedAtMs, timeUs }: Arrival,
    numbers: readonly number[],
    sender: Sender,
  ) {
    this.tenant = tenant;
    this.channel = channel;
    this.receivedAtMs = receivedAtMs;
    this.timeUs = timeUs;
    this.#numbers = numbers;
    this.#sender = sender;
  }

  get droneId(): string {
    return this.#sender.droneId;
  }

  get sessionId(): string {
    return this.#sender.sessionId;
  }

  get seq(): number {
    const seq = this.#numbers[0] as number;
    return seq >= 0 ? seq : -1;
  }

  get eastM(): number {
    return this.#numbers[1] as number;
  }

  get northM(): number {
    return this.#numbers[2] as number;
  }

  get upM(): number {
    return this.#numbers[3] as number;
  }

  get latitudeDeg(): number {
    return this.#numbers[4] as number;
  }

  get longitudeDeg(): number {
    return this.#numbers[5] as number;
  }

  get altitudeAmslM(): number {
    return this.#numbers[6] as number;
  }

  get batteryPct(): number {
    return this.#numbers[7] as number;
  }

  get signalPct(): number {
    return this.#numbers[8] as number;
  }

  get temperatureC(): number {
    return this.#numbers[9] as number;
  }

  get groundSpeedMps(): number {
    return this.#numbers[10] as number;
  }

  get headingDeg(): number {
    const heading = this.#numbers[11] as number;
    return heading === 360 ? 0 : heading;
  }

  get status(): string | undefined {
    return this.#sender.status;
  }

  get armed(): boolean | undefined {
    return this.#sender.armed;
  }
}

/** A sample by its numbers and its bytes. The message is decoded when somebody asks for it. */
export class CompactSample extends CompactReading implements Sample, OwnBytes {
  readonly bytes: Uint8Array;
  readonly read: ReadMessage;

  constructor(reading: Arrival, numbers: readonly number[], sender: Sender, { bytes, read }: OwnBytes) {
    super(reading, numbers, sender);
    this.bytes = bytes;
    this.read = read;
  }

  get message(): TelemetryMessage {
    return this.read(this.bytes);
  }
}

/** How many numbers a compact sample has. */
export const COMPACT_NUMBERS = 12;
/** Of them, those that say where: east, north, up, latitude, longitude, altitude. */
export const COMPACT_PLACE = { at: 1, numbers: 6 } as const;
export const COMPACT_BATTERY_AT = 7;
export const COMPACT_SPEED_AT = 10;
export const COMPACT_HEADING_AT = 11;

/** The numbers that say where, from `at` on. */
export function readPlace(from: Float64Array, at: number): GeoPoint & Enu {
  const f = from as unknown as Readonly<Record<number, number>>;
  const [eastM, northM, upM] = [f[at], f[at + 1], f[at + 2]] as [number, number, number];
  const [latitudeDeg, longitudeDeg, altitudeAmslM] = [f[at + 3], f[at + 4], f[at + 5]] as [
    number,
    number,
    number,
  ];
  return { eastM, northM, upM, latitudeDeg, longitudeDeg, altitudeAmslM };
}

/** The numbers of a sample into `to`, from `at` on; in the order of a compact sample. Hot: no allocation. */
export function writeNumbers(sample: Reading, to: Float64Array, at: number): void {
  to[at] = sample.seq;
  to[at + 1] = sample.eastM;
  to[at + 2] = sample.northM;
  to[at + 3] = sample.upM;
  to[at + 4] = sample.latitudeDeg;
  to[at + 5] = sample.longitudeDeg;
  to[at + 6] = sample.altitudeAmslM;
  to[at + 7] = sample.batteryPct;
  to[at + 8] = sample.signalPct;
  to[at + 9] = sample.temperatureC;
  to[at + 10] = sample.groundSpeedMps;
  to[at + 11] = sample.headingDeg;
}

/** What `writeNumbers` wrote. Hot: one literal. */
export function readNumbers(from: Float64Array, at: number): readonly number[] {
  const f = from as unknown as Readonly<Record<number, number>>;
  // biome-ignore format: one row of numbers
  return [
    f[at], f[at + 1], f[at + 2], f[at + 3], f[at + 4], f[at + 5],
    f[at + 6], f[at + 7], f[at + 8], f[at + 9], f[at + 10], f[at + 11],
  ] as readonly number[];
}
