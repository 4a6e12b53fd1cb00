import type { Channel } from './channel.ts';
import type { Origin, Sample } from './sample.ts';
import type { TelemetryMessage } from './telemetry-schema.ts';
import { matchedNumbers } from './telemetry-template.ts';

/** Who a template's messages come from: the same in every one of them. */
export interface Sender {
  /** The message from its text: the bytes, read as Latin-1. */
  readonly parse: (text: string) => unknown;
  readonly droneId: string;
  readonly sessionId: string;
  readonly status: string | undefined;
  readonly armed: boolean | undefined;
}

/** A sample whose numbers a template has read; the whole message is parsed only when somebody asks for it. */
export class ScannedSample implements Sample {
  readonly tenant: string;
  readonly channel: Channel;
  readonly receivedAtMs: number;
  readonly timeUs: number;
  readonly seq: number;
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
  readonly headingDeg: number;
  readonly #sender: Sender;
  #message: string | TelemetryMessage;

  /** Takes the numbers of the match that was just made. */
  constructor(text: string, timeUs: number, origin: Origin, sender: Sender) {
    this.tenant = origin.tenant;
    this.channel = origin.channel;
    this.receivedAtMs = origin.receivedAtMs;
    this.timeUs = timeUs;
    this.#sender = sender;
    this.#message = text;
    const seq = matchedNumbers[0] as number;
    this.seq = seq >= 0 ? seq : -1;
    this.eastM = matchedNumbers[1] as number;
    this.northM = matchedNumbers[2] as number;
    this.upM = matchedNumbers[3] as number;
    this.latitudeDeg = matchedNumbers[4] as number;
    this.longitudeDeg = matchedNumbers[5] as number;
    this.altitudeAmslM = matchedNumbers[6] as number;
    this.batteryPct = matchedNumbers[7] as number;
    this.signalPct = matchedNumbers[8] as number;
    this.temperatureC = matchedNumbers[9] as number;
    this.groundSpeedMps = matchedNumbers[10] as number;
    const headingDeg = matchedNumbers[11] as number;
    this.headingDeg = headingDeg === 360 ? 0 : headingDeg;
  }

  get droneId(): string {
    return this.#sender.droneId;
  }

  get sessionId(): string {
    return this.#sender.sessionId;
  }

  get status(): string | undefined {
    return this.#sender.status;
  }

  get armed(): boolean | undefined {
    return this.#sender.armed;
  }

  get message(): TelemetryMessage {
    if (typeof this.#message === 'string')
      this.#message = this.#sender.parse(this.#message) as TelemetryMessage;
    return this.#message;
  }
}
