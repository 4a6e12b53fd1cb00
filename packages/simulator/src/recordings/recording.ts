/** A recorded flight, whatever it was recorded by. */

export type RecordingFormat = 'ulog' | 'tlog' | 'dji' | 'csv';

export interface Triple {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** What a log says at one moment; each log fills in what it has. */
export interface Reading {
  /** Epoch milliseconds, or milliseconds of the log's own clock. */
  readonly timeMs: number;
  readonly latitudeDeg?: number;
  readonly longitudeDeg?: number;
  readonly altitudeAmslM?: number;
  /** Above the take-off point. */
  readonly altitudeRelM?: number;
  /** Metres east, north, up of the log's own origin. */
  readonly local?: Triple;
  readonly batteryPct?: number;
  readonly signalPct?: number;
  readonly temperatureC?: number;
  readonly speedMps?: number;
  readonly headingDeg?: number;
  /** Forward, left, up; m/s² of specific force. */
  readonly accelerometer?: Triple;
  /** rad/s */
  readonly gyroscope?: Triple;
  /** µT */
  readonly magnetometer?: Triple;
  readonly armed?: boolean;
  readonly status?: string;
  readonly waypoint?: number;
}

/** One moment of the flight, complete: what a message is made of. */
export interface RecordedSample extends Omit<Reading, 'batteryPct' | 'signalPct'> {
  /** Milliseconds from the recording's start. */
  readonly timeMs: number;
  readonly batteryPct: number;
  readonly signalPct: number;
}

export interface Recording {
  readonly format: RecordingFormat;
  /** A name for the drone, from the log or the file. */
  readonly droneId: string;
  readonly model: string | undefined;
  /** Epoch milliseconds of the first sample; undefined when the log knows no date. */
  readonly startMs: number | undefined;
  readonly durationMs: number;
  /** In order of time, each with a position. */
  readonly samples: readonly RecordedSample[];
  /**
   * What the log does not say and the contract requires: `battery` and `signal` are then 100; `battery_from_voltage`;
   * `altitude`: metres above take-off stand in for metres above the sea; `time`: rows at an assumed rate.
   */
  readonly assumed: readonly string[];
  /** What was found amiss, in sentences. */
  readonly notes: readonly string[];
  /** Of the file's bytes: the same file is the same flight. */
  readonly fingerprint: number;
}

/** What a parser gives; `toRecording` makes a recording of it. */
export interface Parsed {
  readonly format: RecordingFormat;
  readonly droneId: string | undefined;
  readonly model?: string | undefined;
  readonly readings: readonly Reading[];
  /** Added to a reading's time gives epoch ms; undefined when the log knows no date. */
  readonly epochOffsetMs: number | undefined;
  readonly assumed?: readonly string[];
  readonly notes?: readonly string[];
}

/** The file is not what it should be, or holds no flight. The message says which and what was found. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
}
