import type { Channel } from './channel.ts';
import type { Sample } from './sample.ts';
import type { TelemetryMessage } from './telemetry-schema.ts';

/** Who a run of messages comes from: the same in every one of them. */
export interface Sender {
  readonly droneId: string;
  readonly sessionId: string;
  readonly status: string | undefined;
  readonly armed: boolean | undefined;
  /** The message from its text. */
  readonly parse: (text: string) => unknown;
}

export interface CompactParts {
  readonly text: string;
  readonly numbers: readonly number[];
  readonly timeUs: number;
}

/**
 * A sample as it is kept: its numbers and its text, a third of what the parsed message takes. The message is parsed again when
 * somebody asks for it. With 100 000 drones the live picture is most of the heap, and what the collector has to walk.
 */
export class CompactSample implements Sample {
  readonly tenant: string;
  readonly channel: Channel;
  readonly receivedAtMs: number;
  readonly timeUs: number;
  readonly #numbers: readonly number[];
  readonly #sender: Sender;
  readonly #text: string;

  /** `numbers`: seq, then position, GPS, battery, signal, temperature, speed, heading; NaN where the message has none. */
  constructor(
    { text, numbers, timeUs }: CompactParts,
    origin: Pick<Sample, 'tenant' | 'channel' | 'receivedAtMs'>,
    sender: Sender,
  ) {
    this.tenant = origin.tenant;
    this.channel = origin.channel;
    this.receivedAtMs = origin.receivedAtMs;
    this.timeUs = timeUs;
    this.#numbers = numbers;
    this.#sender = sender;
    this.#text = text;
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

  get message(): TelemetryMessage {
    return this.#sender.parse(this.#text) as TelemetryMessage;
  }
}

/** The same sample, kept by its numbers and its text. */
export function toCompact(sample: Sample, text: string, parse: Sender['parse']): Sample {
  const { seq, eastM, northM, upM, latitudeDeg, longitudeDeg, altitudeAmslM, timeUs } = sample;
  const { batteryPct, signalPct, temperatureC, groundSpeedMps, headingDeg } = sample;
  const numbers = [
    seq,
    eastM,
    northM,
    upM,
    latitudeDeg,
    longitudeDeg,
    altitudeAmslM,
    batteryPct,
    signalPct,
    temperatureC,
    groundSpeedMps,
    headingDeg,
  ];
  const { droneId, sessionId, status, armed } = sample;
  return new CompactSample({ text, numbers, timeUs }, sample, { droneId, sessionId, status, armed, parse });
}
