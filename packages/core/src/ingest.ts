import { isRefusal, type Refusal, refuse } from './errors.ts';
import { type DroneState, hear, type SessionState } from './fleet/drone-state.ts';
import type { DuplicateWindow, SeenEntry } from './fleet/duplicate-window.ts';
import type { Fleet } from './fleet/fleet.ts';
import { observeSkew } from './fleet/skew.ts';
import type { LocalFrame } from './geo/wgs84.ts';
import { Question } from './ingest-question.ts';
import type { Codec } from './messages/codec.ts';
import { CompactSample, type OwnBytes, type ReadMessage } from './messages/compact-sample.ts';
import { toPlace } from './messages/identity.ts';
import { isSameContent } from './messages/same-content.ts';
import type { Origin, Sample } from './messages/sample.ts';
import { toSample, toTelemetryMessage } from './messages/telemetry.ts';
import type { TelemetryMessage } from './messages/telemetry-schema.ts';
import { mayWrite, NOT_YOURS } from './ownership.ts';
import type { Bus, Journal, JournalEntry } from './ports.ts';
import { toFindingEntry } from './rules/finding-entry.ts';
import { judge } from './rules/judge.ts';
import type { Airspace, Thresholds } from './rules/rule.ts';

export interface IngestParts {
  readonly fleet: Fleet;
  readonly duplicates: DuplicateWindow;
  readonly journal: Journal;
  readonly bus: Bus;
  readonly thresholds: Thresholds;
  readonly frame: LocalFrame | undefined;
  /** Of a tenant, as it is now; undefined where it has neither fences nor terrain. */
  readonly airspace?: (tenant: string) => Airspace | undefined;
  readonly items: (content: JournalContent) => readonly unknown[];
}

export type JournalContent = Pick<JournalEntry, 'kind' | 'codec' | 'payload'>;

/** The message stands in the journal at `position`; it may be acknowledged once the journal is durable beyond it. */
export interface Receipt {
  readonly session: SessionState;
  readonly place: number;
  readonly position: number;
  readonly duplicate: boolean;
}

/** A valid sample, whose it is, and within which session. */
export interface Heard {
  readonly drone: DroneState;
  readonly sample: Sample;
  readonly session: SessionState;
}

export type Admitted = Receipt & Heard;
export type Frame = Pick<JournalEntry, 'payload' | 'codec'>;

/** The way of every sample, synchronous: validate, identity, duplicates → journal → live → rules → bus. */
export class Ingest {
  readonly #parts: IngestParts;
  readonly #question: Question;
  /** The message of bytes that have been accepted once. */
  readonly read: Readonly<Record<Codec, ReadMessage>>;
  /** The items of the array frame that is being taken: its record is not in the journal yet. */
  #frame: (index: number) => unknown = nothing;

  constructor(parts: IngestParts) {
    this.#parts = parts;
    this.#question = new Question(parts);
    this.read = { json: toReader(parts, 'json'), msgpack: toReader(parts, 'msgpack') };
  }

  /** One telemetry message. */
  telemetry(value: unknown, origin: Origin, frame: Frame): Admitted | Receipt | Refusal {
    const admitted = this.#admit(value, origin, 0);
    return isRefusal(admitted) ? admitted : this.#take(admitted, origin, frame);
  }

  /** A sample that is known to be valid, of a drone and session that are known. */
  sample(heard: Heard, origin: Origin, frame: Frame): Receipt | Refusal {
    hear(heard.drone, origin.channel, origin.receivedAtMs);
    const identified = this.#identify(heard, 0);
    return isRefusal(identified) ? identified : this.#take(identified, origin, frame);
  }

  #take(admitted: Admitted | Receipt, origin: Origin, frame: Frame): Admitted | Receipt {
    if (admitted.duplicate) return admitted;
    this.#parts.journal.append(toEntry('telemetry', origin, frame));
    this.#show(admitted as Admitted, this.#own(frame));
    return admitted;
  }

  #own({ payload, codec }: Frame): OwnBytes | undefined {
    return typeof payload === 'string' ? undefined : { bytes: payload, read: this.read[codec] };
  }

  /** An array frame: one journal record, an answer an item; a bad item spoils no other. */
  batch(values: readonly unknown[], origin: Origin, frame: Frame): readonly (Receipt | Refusal)[] {
    this.#frame = (index) => values[index];
    const outcomes = values.map((value, index) => this.#admit(value, origin, index));
    this.#frame = nothing;
    return this.#takeAll(outcomes, origin, frame);
  }

  /** An array frame of samples that are known to be valid, of one drone and session. */
  samples(heard: readonly Heard[], origin: Origin, frame: Frame): readonly (Receipt | Refusal)[] {
    for (const { drone } of heard) hear(drone, origin.channel, origin.receivedAtMs);
    this.#frame = (index) => heard[index]?.sample.message;
    const outcomes = heard.map((each, index) => this.#identify(each, index));
    this.#frame = nothing;
    return this.#takeAll(outcomes, origin, frame);
  }

  #takeAll(outcomes: readonly (Admitted | Receipt | Refusal)[], origin: Origin, frame: Frame) {
    const accepted = outcomes.flatMap((outcome, index) => ('sample' in outcome ? [index] : []));
    if (accepted.length > 0) this.#parts.journal.append({ ...toEntry('frame', origin, frame), accepted });
    for (const index of accepted) {
      const admitted = outcomes[index] as Admitted;
      this.#show(admitted, admitted.sample instanceof CompactSample ? admitted.sample : undefined);
    }
    return outcomes;
  }

  /** A record of the journal's tail, after a start: what was live is live again. Nothing is stored or judged anew. */
  restore(entry: JournalEntry, position: number, origin: Origin): void {
    const { fleet, duplicates, items } = this.#parts;
    const values = items(entry);
    for (const index of entry.accepted ?? [0]) {
      const sample = toSample(values[index], origin);
      if (isRefusal(sample)) continue;
      const drone = fleet.meet(sample.tenant, sample.droneId);
      if (!drone) return;
      const session = fleet.session(drone, sample.sessionId);
      remember(session, sample);
      const { keyHigh, keyLow } = session;
      const identity = { keyHigh, keyLow, place: toPlace(sample.seq, sample.timeUs) };
      duplicates.add(identity, position, index, sample.receivedAtMs);
      fleet.update(drone, sample, entry.kind === 'telemetry' ? this.#own(entry) : undefined);
    }
  }

  #admit(value: unknown, origin: Origin, index: number): Admitted | Receipt | Refusal {
    const { fleet } = this.#parts;
    const sample = toSample(value, origin);
    if (isRefusal(sample)) return sample;
    const drone = mayWrite(origin, sample.droneId) ? fleet.meet(sample.tenant, sample.droneId) : NOT_YOURS;
    if (drone === undefined)
      return refuse('SERVICE_UNAVAILABLE', { reason: 'max_drones' }, { retryAfterS: 60 });
    if (isRefusal(drone)) return drone;
    hear(drone, origin.channel, origin.receivedAtMs);
    return this.#identify({ drone, sample, session: fleet.session(drone, sample.sessionId) }, index);
  }

  #identify({ drone, sample, session }: Heard, index: number): Admitted | Receipt | Refusal {
    const { duplicates, journal } = this.#parts;
    const place = toPlace(sample.seq, sample.timeUs);
    const identity = { keyHigh: session.keyHigh, keyLow: session.keyLow, place };
    const seen = isBeyond(session, sample) ? undefined : duplicates.find(identity);
    if (seen)
      return this.#repeat(seen, { drone, sample, session, place, position: seen.position, duplicate: true });
    const position = journal.end;
    remember(session, sample);
    duplicates.add(identity, position, index, sample.receivedAtMs);
    return { drone, sample, session, place, position, duplicate: false };
  }

  /** A resend is answered like the first; other content under the same identity is a conflict while it is hot. */
  #repeat(seen: SeenEntry, { drone, sample, ...receipt }: Admitted): Receipt | Refusal {
    const { journal, duplicates, items } = this.#parts;
    const entry = seen.position < journal.end ? journal.read(seen.position) : undefined;
    const value = entry ? items(entry)[seen.index] : this.#frame(seen.index);
    const first = value === undefined ? undefined : toTelemetryMessage(value);
    const isHot = sample.receivedAtMs - seen.atMs <= duplicates.windowMs;
    if (first === undefined || isRefusal(first) || isSameContent(first, sample.message)) {
      drone.duplicateCount += 1;
      return receipt;
    }
    drone.conflictCount += 1;
    if (!isHot) return receipt;
    return refuse('CONFLICT', { field: sample.seq >= 0 ? 'seq' : 'timestamp', reason: 'same_identity' });
  }

  #show({ drone, sample, session }: Admitted, own: OwnBytes | undefined): void {
    const { fleet, bus, journal } = this.#parts;
    drone.sampleCount += 1;
    if (!fleet.isLatest(drone, sample)) return;
    observeSkew(drone, sample.timeUs, sample.receivedAtMs);
    const { active, raised, cleared } = judge(sample, drone.activeRules, this.#question.about(drone));
    drone.activeRules = active;
    drone.keep(sample, own);
    for (const finding of raised) {
      journal.append(toFindingEntry(sample, finding));
      bus.publish('finding', { sample, finding, session });
    }
    for (const type of cleared) bus.publish('cleared', { sample, type });
    bus.publish('sample', sample);
  }
}

function toReader({ items }: IngestParts, codec: Codec): ReadMessage {
  return (payload) => toTelemetryMessage(items({ kind: 'telemetry', codec, payload })[0]) as TelemetryMessage;
}

const nothing = (): undefined => undefined;

function toEntry(kind: 'telemetry' | 'frame', origin: Origin, { payload, codec }: Frame): JournalEntry {
  return {
    kind,
    codec,
    payload,
    channel: origin.channel,
    tenant: origin.tenant,
    receivedAtMs: origin.receivedAtMs,
  };
}

/** Beyond everything this session has sent so far: it cannot be a repeat, and need not be looked up. */
function isBeyond({ newestSeq, newestTimeUs }: SessionState, { seq, timeUs }: Sample): boolean {
  return seq >= 0 ? newestSeq >= 0 && seq > newestSeq : newestTimeUs >= 0 && timeUs > newestTimeUs;
}

function remember(session: SessionState, { seq, timeUs }: Sample): void {
  if (seq < 0) session.newestTimeUs = Math.max(session.newestTimeUs, timeUs);
  else if (seq > session.newestSeq) session.newestSeq = seq;
}
