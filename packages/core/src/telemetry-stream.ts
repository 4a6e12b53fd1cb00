import type { Refusal } from './errors.ts';
import type { Admitted, Frame, Heard, Ingest, Receipt } from './ingest.ts';
import type { Origin } from './messages/sample.ts';
import { ScannedSample, type Sender } from './messages/scanned-sample.ts';
import { refuseTime } from './messages/telemetry.ts';
import { learnTemplate, matchTemplate, type TelemetryTemplate } from './messages/telemetry-template.ts';

interface Known extends Omit<Heard, 'sample'> {
  readonly template: TelemetryTemplate;
  readonly sender: Sender;
}

/** After so many misses in a row a sender's messages are not of one form: learning pauses for a while. */
const MAX_MISSES = 8;
const PAUSE_MESSAGES = 256;

/**
 * The telemetry of one connection: a message like the one before it (other numbers, nothing else) need not be parsed.
 * Everything else takes the ordinary way and is learnt from.
 */
export class TelemetryStream {
  readonly #ingest: Ingest;
  #known: Known | undefined;
  #misses = 0;
  #pause = 0;
  /** The sequence number of the last message taken; undefined where it had none. */
  seq: number | undefined;

  constructor(ingest: Ingest) {
    this.#ingest = ingest;
  }

  /** The outcome of a message like the last one; undefined: it has to be decoded. `text` gives the bytes as Latin-1. */
  again(
    frame: Frame & { readonly payload: Uint8Array },
    origin: Origin,
    text: (bytes: Uint8Array) => string,
  ): Receipt | Refusal | undefined {
    const known = this.#known;
    if (!known?.drone.sessions.includes(known.session)) return undefined;
    const timeUs = matchTemplate(known.template, frame.payload);
    if (timeUs < 0 || refuseTime(timeUs, origin.receivedAtMs)) {
      this.#misses += 1;
      return undefined;
    }
    this.#misses = 0;
    const { drone, session, sender } = known;
    const sample = new ScannedSample(text(frame.payload), timeUs, origin, sender);
    this.seq = sample.seq >= 0 ? sample.seq : undefined;
    return this.#ingest.sample({ drone, session, sample }, origin, frame);
  }

  /** A message has been accepted the ordinary way: the next one may be like it. */
  learn(payload: Uint8Array, { drone, session, sample }: Admitted, origin: Origin): void {
    if (this.#misses > MAX_MISSES) {
      this.#misses = 0;
      this.#pause = PAUSE_MESSAGES;
      this.#known = undefined;
    }
    if (this.#pause > 0) this.#pause -= 1;
    else if (origin.frame && isDerived(sample)) this.#known = undefined;
    else {
      const template = learnTemplate(payload, sample.timeUs);
      const { droneId, sessionId, status, armed } = sample;
      this.#known = template && { template, drone, session, sender: { droneId, sessionId, status, armed } };
    }
  }
}

/** A position that was computed and not sent cannot be read from the bytes. */
const isDerived = ({ message: { position } }: Admitted['sample']): boolean =>
  position.x === undefined || !position.gps;
