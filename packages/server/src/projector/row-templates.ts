import {
  type Codec,
  learnTemplate,
  matchedEnd,
  matchedNumbers,
  matchTemplate,
  type ProjectedSample,
  TELEMETRY_COLUMNS,
  type TelemetryTemplate,
  toPlace,
} from '@skein/core';

/** What is the same in every row of a sender. */
type Constant = Pick<
  ProjectedSample,
  'tenant' | 'droneId' | 'sessionId' | 'sessionKey' | 'profile' | 'rest' | 'verbatim'
>;

interface Known {
  readonly template: TelemetryTemplate;
  readonly constant: Constant;
}

interface Sender {
  known: Known | undefined;
  misses: number;
}

export interface RecordBytes {
  readonly tenant: string;
  readonly codec: Codec;
  readonly payload: Buffer;
  readonly receivedAtMs: number;
  readonly channel: ProjectedSample['channel'];
}

/** So many first bytes tell senders apart: `{"sessionId":"` and a UUID. */
const PREFIX_BYTES = 50;
const MAX_SENDERS = 20_000;
/** When there are more senders than templates, the first ones keep theirs; so often it is somebody else's turn. */
const RENEW_ROWS = 2_000_000;
/** A prefix that several senders share, or whose messages change their form, is soon left to the decoder. */
const MAX_MISSES = 8;

/**
 * Rows without decoding: a sender's messages differ in their numbers only (core's telemetry-template), so the rest of the
 * row is that of the message before.
 */
export class RowTemplates {
  readonly #senders = new Map<string, Sender>();
  #rows = 0;

  /** The row of the message from `start` to the end of the match; undefined: it has to be decoded. */
  match(
    record: RecordBytes,
    start: number,
  ): { readonly row: ProjectedSample; readonly end: number } | undefined {
    const sender = this.#senders.get(prefixOf(record, start));
    if (!sender?.known) return undefined;
    const { template, constant } = sender.known;
    const timeUs = matchTemplate(template, record.payload, start);
    if (timeUs < 0) {
      sender.misses += 1;
      return undefined;
    }
    sender.misses = 0;
    return { row: toRow(constant, timeUs, record), end: matchedEnd };
  }

  /** The row that the decoder made of the message at `start`: the sender's next may be like it. */
  learn(record: RecordBytes, start: number, row: ProjectedSample): void {
    if (row.verbatim) return;
    const prefix = prefixOf(record, start);
    const met = this.#senders.get(prefix);
    this.#rows += 1;
    if (this.#rows % RENEW_ROWS === 0) this.#senders.clear();
    if (!met && this.#senders.size >= MAX_SENDERS) return;
    const sender = met ?? { known: undefined, misses: 0 };
    if (sender.misses > MAX_MISSES) {
      sender.known = undefined;
      return;
    }
    const template = learnTemplate(record, row.timeUs, start);
    sender.known = template && { template, constant: row };
    this.#senders.set(prefix, sender);
  }
}

const prefixOf = ({ tenant, payload }: RecordBytes, start: number): string =>
  `${tenant}:${payload.toString('latin1', start, start + PREFIX_BYTES)}`;

function toRow(constant: Constant, timeUs: number, { receivedAtMs, channel }: RecordBytes): ProjectedSample {
  const { tenant, droneId, sessionId, sessionKey, profile, rest, verbatim } = constant;
  const given = matchedNumbers[0] as number;
  const seq = given >= 0 ? given : -1;
  const values: (number | null)[] = new Array(TELEMETRY_COLUMNS.length);
  for (let column = 0; column < values.length; column += 1) {
    const value = matchedNumbers[column + 1] as number;
    values[column] = Number.isNaN(value) ? null : value;
  }
  const place = toPlace(seq, timeUs);
  return {
    tenant,
    droneId,
    sessionId,
    sessionKey,
    place,
    seq,
    timeUs,
    receivedAtMs,
    channel,
    values,
    profile,
    rest,
    verbatim,
  };
}
