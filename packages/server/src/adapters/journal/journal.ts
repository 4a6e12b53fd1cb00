import { closeSync, fdatasync, unlinkSync, writev } from 'node:fs';
import type { Journal, JournalEntry, JournalState } from '@skein/core';
import { journalId } from './journal-id.ts';
import type { RecordVisitor } from './journal-reader.ts';
import { createRecordBuffer, type RecordBuffer, recordBytes, writeRecord } from './record.ts';
import { recoverJournal } from './recover.ts';
import { copyOf, openSegment, readFrom, remaining, type Segment } from './segment-file.ts';
import { segmentPath, syncDirectory } from './segments.ts';

export interface JournalOptions {
  readonly directory: string;
  readonly quotaBytes: number;
  /** A file is closed when it has grown to this. */
  readonly segmentBytes?: number;
  /** The store has seen everything before this position: nothing new is written there. */
  readonly from?: number;
  /** Sees every record that is already there, oldest first. */
  readonly onRecord: RecordVisitor;
  /** The disk failed to flush: nothing may be acknowledged any more and the process has to end. */
  readonly onFatal: (error: Error) => void;
  readonly onStateChange?: (state: JournalState) => void;
}

export interface OpenedJournal extends Journal {
  /** Names this journal for ever: a store remembers its position by it. */
  readonly id: string;
  readonly directory: string;
  readonly cutBytes: number;
  /** Records and bytes flushed, and the flushes it took. */
  readonly counters: { records: number; bytes: number; flushes: number };
}

const BUFFER_BYTES = 1024 * 1024;
const MAX_SPARE_BUFFERS = 8;
/** More than this waiting for the disk: transports stop reading. */
const MAX_PENDING_BYTES = 32 * 1024 * 1024;
const FULL = 0.9;
const ROOM_AGAIN = 0.85;
const RETRY_MS = 250;
/** Flushes on their way at once: while one batch is synced, the next is written and a third one read. */
const MAX_SYNCS = 4;

interface Filled {
  readonly buffer: RecordBuffer;
  readonly base: number;
  used: number;
}

/** A flush on its way: the batch is written, its fdatasync is not back yet. */
interface Sync {
  readonly end: number;
  readonly batch: readonly Filled[];
  isDone: boolean;
}

/** Opens (or begins) the journal in a directory; throws DamagedJournalError where its middle is damaged. */
export function openJournal(options: JournalOptions): OpenedJournal {
  return new FileJournal(options, journalId(options.directory));
}

class FileJournal implements OpenedJournal {
  readonly id: string;
  readonly directory: string;
  readonly cutBytes: number;
  readonly counters = { records: 0, bytes: 0, flushes: 0 };
  readonly #options: Required<
    Pick<JournalOptions, 'quotaBytes' | 'segmentBytes' | 'onFatal' | 'onStateChange'>
  >;
  readonly #segments: Segment[];
  readonly #listeners: ((durable: number) => void)[] = [];
  readonly #spare: RecordBuffer[] = [];
  #filled: Filled[] = [];
  #writing: readonly Filled[] = [];
  #filling: Filled;
  readonly #syncs: Sync[] = [];
  #durable: number;
  #end: number;
  #isScheduled = false;
  #isClosed = false;
  #reason: JournalState['reason'];
  #onIdle: (() => void) | undefined;

  constructor(
    {
      segmentBytes = 64 * 1024 * 1024,
      onStateChange = () => undefined,
      from = 0,
      ...options
    }: JournalOptions,
    id: string,
  ) {
    this.id = id;
    this.directory = options.directory;
    this.#options = { ...options, segmentBytes, onStateChange };
    const { segments, cutBytes, end } = recoverJournal(options.directory, options.onRecord);
    this.cutBytes = cutBytes;
    this.#segments = segments.map(openSegment);
    this.#end = Math.max(end, from);
    this.#durable = this.#end;
    const last = this.#segments.at(-1);
    // Readers go on behind the last whole record: a file has to begin where the next one will be.
    if (last && last.base + last.bytes < this.#end) this.#beginSegment(this.#end);
    this.#filling = this.#newFilling();
  }

  get durable(): number {
    return this.#durable;
  }

  get end(): number {
    return this.#end;
  }

  append(entry: JournalEntry): number {
    if (this.#isClosed) throw new Error('the journal is closed');
    const size = recordBytes(entry);
    if (this.#filling.used + size > this.#filling.buffer.bytes.length) this.#turn(size);
    const position = this.#end;
    writeRecord(this.#filling.buffer, this.#filling.used, entry);
    this.#filling.used += size;
    this.#end += size;
    this.counters.records += 1;
    this.#schedule();
    return position;
  }

  onDurable(listener: (durable: number) => void): void {
    this.#listeners.push(listener);
  }

  read(position: number): JournalEntry | undefined {
    const synced = this.#syncs.flatMap(({ batch }) => batch);
    const filled = [this.#filling, ...this.#filled, ...this.#writing, ...synced].find(
      ({ base, used }) => base <= position && position < base + used,
    );
    if (filled) return copyOf(filled.buffer, position - filled.base, filled.used);
    const segment = this.#segments.findLast(({ base }) => base <= position);
    return segment && position < segment.base + segment.bytes ? readFrom(segment, position) : undefined;
  }

  state(): JournalState {
    const { quotaBytes } = this.#options;
    const bytes = this.#end - (this.#segments[0]?.base ?? this.#end);
    const state = { accepting: this.#reason === undefined, bytes, quotaBytes };
    return this.#reason === undefined ? state : { ...state, reason: this.#reason };
  }

  release(position: number): void {
    while (this.#segments.length > 1) {
      const [oldest, next] = this.#segments as [Segment, Segment];
      if (next.base > position) break;
      closeSync(oldest.fd);
      unlinkSync(oldest.path);
      this.#segments.shift();
    }
    this.#judgeRoom();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    while (!this.#isIdle()) {
      this.#schedule();
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
      if (this.#reason === 'disk_full') break;
    }
    for (const { fd } of this.#segments) closeSync(fd);
  }

  #isIdle(): boolean {
    const isQuiet = !this.#isScheduled && this.#writing.length === 0 && this.#syncs.length === 0;
    return isQuiet && this.#filling.used === 0 && this.#filled.length === 0;
  }

  #newFilling(size = 0): Filled {
    const spare = size <= BUFFER_BYTES ? this.#spare.pop() : undefined;
    const buffer = spare ?? createRecordBuffer(Math.max(BUFFER_BYTES, size));
    return { buffer, base: this.#end, used: 0 };
  }

  /** The buffer that is filled goes to be written, and another one takes its place; an empty one stays. */
  #turn(nextSize = 0): void {
    const isFitting = nextSize <= this.#filling.buffer.bytes.length;
    if (this.#filling.used === 0 && isFitting) return;
    if (this.#filling.used > 0) this.#filled.push(this.#filling);
    this.#filling = this.#newFilling(nextSize);
    this.#judgeRoom();
  }

  /** A flush takes whatever came since the last one began: everything read in this turn of the event loop at least. */
  #schedule(): void {
    if (this.#isScheduled || this.#writing.length > 0 || this.#syncs.length >= MAX_SYNCS) return;
    this.#isScheduled = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#isScheduled = false;
    this.#turn();
    const [first] = this.#filled;
    if (!first) return this.#onIdle?.();
    const segment = this.#segmentFor(first);
    // The next file begins only when all of this one is flushed.
    if (!segment) return;
    this.#writing = this.#filled;
    this.#filled = [];
    const parts = this.#writing.map(({ buffer, used }) => buffer.bytes.subarray(0, used));
    this.#write(segment, parts, () => this.#sync(segment));
  }

  #segmentFor({ base }: Filled): Segment | undefined {
    const current = this.#segments.at(-1);
    const continues =
      current && current.base + current.bytes === base && current.bytes < this.#options.segmentBytes;
    if (continues) return current;
    return this.#syncs.length > 0 ? undefined : this.#beginSegment(base);
  }

  #beginSegment(base: number): Segment {
    const segment = openSegment({ base, path: segmentPath(this.directory, base), bytes: 0 });
    syncDirectory(this.directory);
    this.#segments.push(segment);
    return segment;
  }

  /** Writes all parts at the segment's end; a full disk is waited out, what was written is not written twice. */
  #write(segment: Segment, parts: readonly Buffer[], done: () => void, written = 0): void {
    writev(segment.fd, remaining(parts, written), segment.bytes + written, (error, count) => {
      if (error && error.code !== 'ENOSPC' && error.code !== 'EDQUOT') return this.#options.onFatal(error);
      const total = written + (error ? 0 : count);
      const wanted = parts.reduce((sum, part) => sum + part.length, 0);
      if (!error && total === wanted) return done();
      if (error) this.#setReason('disk_full');
      setTimeout(() => this.#write(segment, parts, done, total), error ? RETRY_MS : 0);
    });
  }

  /** The batch is written: it is flushed while the next one is on its way. */
  #sync(segment: Segment): void {
    const batch = this.#writing;
    this.#writing = [];
    segment.bytes += batch.reduce((sum, { used }) => sum + used, 0);
    const sync: Sync = { end: segment.base + segment.bytes, batch, isDone: false };
    this.#syncs.push(sync);
    fdatasync(segment.fd, (error) => {
      // A failed flush may have dropped the pages: trying again could succeed without them (fsyncgate).
      if (error) return this.#options.onFatal(error);
      sync.isDone = true;
      this.#settle();
    });
    this.#schedule();
  }

  /** In order only: of two flushes under way, the kernel tells an error to one, and the other's success means nothing. */
  #settle(): void {
    for (let first = this.#syncs[0]; first?.isDone; first = this.#syncs[0]) {
      this.#syncs.shift();
      this.counters.bytes += first.end - this.#durable;
      this.counters.flushes += 1;
      this.#durable = first.end;
      for (const { buffer } of first.batch)
        if (this.#spare.length < MAX_SPARE_BUFFERS && buffer.bytes.length === BUFFER_BYTES)
          this.#spare.push(buffer);
    }
    if (this.#reason === 'disk_full') this.#setReason(undefined);
    this.#judgeRoom();
    for (const listener of this.#listeners) listener(this.#durable);
    this.#schedule();
  }

  #judgeRoom(): void {
    if (this.#reason === 'disk_full') return;
    const { quotaBytes } = this.#options;
    const bytes = this.#end - (this.#segments[0]?.base ?? this.#end);
    const isFull = bytes > quotaBytes * (this.#reason === 'quota' ? ROOM_AGAIN : FULL);
    const isSlow = this.#end - this.#durable > MAX_PENDING_BYTES;
    this.#setReason(isFull || isSlow ? 'quota' : undefined);
  }

  #setReason(reason: JournalState['reason']): void {
    if (reason === this.#reason) return;
    this.#reason = reason;
    this.#options.onStateChange(this.state());
  }
}
