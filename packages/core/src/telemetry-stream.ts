import type { Refusal } from './errors.ts';
import type { Admitted, Frame, Heard, Ingest, Receipt } from './ingest.ts';
import { CompactSample, type ReadMessage, readNumbers, type Sender } from './messages/compact-sample.ts';
import type { Origin } from './messages/sample.ts';
import { refuseTime } from './messages/telemetry.ts';
import {
  learnTemplate,
  matchedEnd,
  matchedNumbers,
  matchTemplate,
  type TelemetryTemplate,
} from './messages/telemetry-template.ts';

interface Known extends Omit<Heard, 'sample'> {
  readonly template: TelemetryTemplate;
  readonly sender: Sender;
  readonly read: ReadMessage;
}

type Bytes = Frame & { readonly payload: Uint8Array };

/** After so many misses in a row a sender's messages are not of one form: learning pauses for a while. */
const MAX_MISSES = 8;
const PAUSE_MESSAGES = 256;

/**
 * The telemetry of one connection: a message like the one before it (other numbers, nothing else) need not be decoded.
 * Everything else takes the ordinary way and is learnt from.
 */
export class TelemetryStream {
  readonly #ingest: Ingest;
  #known: Known | undefined;
  #misses = 0;
  #pause = 0;

  constructor(ingest: Ingest) {
    this.#ingest = ingest;
  }

  /** The sequence number of the last message taken; undefined where it had none. */
  seq: number | undefined;

  /** The outcome of a message like the last one; undefined: it has to be decoded. */
  again(frame: Bytes, origin: Origin): Receipt | Refusal | undefined {
    const known = this.#knownFor(frame);
    const sample = known && this.#scan(known, frame.payload, 0, origin);
    if (!sample || matchedEnd !== frame.payload.length) return this.#miss();
    this.#misses = 0;
    this.seq = sample.seq >= 0 ? sample.seq : undefined;
    return this.#ingest.sample({ drone: known.drone, session: known.session, sample }, origin, frame);
  }

  /** The outcomes of `count` messages from `start` on, all like the last one; undefined: they have to be decoded. */
  againAll(frame: Bytes, origin: Origin, { start, count }: { start: number; count: number }) {
    const known = this.#knownFor(frame);
    if (!known) return undefined;
    const heard: Heard[] = [];
    let at = start;
    for (let index = 0; index < count; index += 1) {
      const sample = this.#scan(known, frame.payload, at, origin);
      if (!sample) return this.#miss();
      heard.push({ drone: known.drone, session: known.session, sample });
      at = matchedEnd;
    }
    if (at !== frame.payload.length) return this.#miss();
    this.#misses = 0;
    return { outcomes: this.#ingest.samples(heard, origin, frame), heard };
  }

  #knownFor({ codec }: Bytes): Known | undefined {
    const known = this.#known;
    return known?.template.codec === codec && isRemembered(known) ? known : undefined;
  }

  #scan(
    { template, sender, read }: Known,
    payload: Uint8Array,
    start: number,
    origin: Origin,
  ): CompactSample | undefined {
    const timeUs = matchTemplate(template, payload, start);
    if (timeUs < 0 || refuseTime(timeUs, origin.receivedAtMs)) return undefined;
    const { tenant, channel, receivedAtMs } = origin;
    const isAlone = start === 0 && matchedEnd === payload.length;
    const bytes = isAlone ? payload : payload.subarray(start, matchedEnd);
    const arrival = { tenant, channel, receivedAtMs, timeUs };
    return new CompactSample(arrival, readNumbers(matchedNumbers, 0), sender, { bytes, read });
  }

  #miss(): undefined {
    this.#misses += 1;
  }

  /** A message that begins at `start` has been accepted the ordinary way: the next one may be like it. */
  learn(frame: Bytes, { drone, session, sample }: Admitted, origin: Origin, start = 0): void {
    if (this.#misses > MAX_MISSES) {
      this.#misses = 0;
      this.#pause = PAUSE_MESSAGES;
      this.#known = undefined;
    }
    if (this.#pause > 0) this.#pause -= 1;
    else if (origin.frame && isDerived(sample)) this.#known = undefined;
    else {
      const template = learnTemplate(frame, sample.timeUs, start);
      const { droneId, sessionId, status, armed } = sample;
      this.#known = template && {
        template,
        drone,
        session,
        sender: { droneId, sessionId, status, armed },
        read: this.#ingest.read[frame.codec],
      };
    }
  }
}

/** A position that was computed and not sent cannot be read from the bytes. */
const isDerived = ({ message: { position } }: Admitted['sample']): boolean =>
  position.x === undefined || !position.gps;

/** A session that is older than those the drone remembers is met anew. */
function isRemembered({ drone, session }: Known): boolean {
  for (let known = drone.session; known; known = known.older) if (known === session) return true;
  return false;
}
