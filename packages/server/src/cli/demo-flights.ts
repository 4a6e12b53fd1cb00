import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ConnectOptions, type Recording, replayRecording } from '@skein/simulator';
import { openRecording } from '@skein/simulator/node';

/** A recorded flight that the demo shows beside its simulated fleet. */
export interface DemoFlight {
  readonly file: string;
  readonly droneId: string;
  readonly recording: Recording;
}

type Note = (line: string) => void;

/** Best first: what its log is most likely to hold of a flight. */
const EXTENSIONS = ['.ulg', '.tlog', '.log', '.csv'] as const;
/** A shorter one may be a log of the bench. */
const WORTH_SEEING_MS = 30_000;
/** Reading one keeps the server from its work. */
const MAX_FOUND_BYTES = 32 * 2 ** 20;
/** Of each kind. */
const MAX_TRIED = 5;
const BESIDE_REPOSITORY = fileURLToPath(new URL('../../../../../shared/data', import.meta.url));

/** The flights of the files named; where none is, the best of each kind of log from where recordings are kept. */
export async function openDemoFlights(files: readonly string[], dataDir: string, note: Note) {
  if (files.length > 0) return toFlights(await Promise.all(files.map((file) => open(file, note))));
  const found = await findRecordings([join(dataDir, 'recordings'), 'recordings', BESIDE_REPOSITORY]);
  const flights: Opened[] = [];
  for (const extension of EXTENSIONS) {
    const flight = await chooseFlight(
      found.filter((file) => extname(file).toLowerCase() === extension),
      note,
    );
    if (flight) flights.push(flight);
  }
  if (flights.length === 0)
    note(
      `No recorded flight is shown: name one with --replay FILE, or put one (${EXTENSIONS.join(', ')}) into ${join(dataDir, 'recordings')}.`,
    );
  return toFlights(flights);
}

interface Opened {
  readonly file: string;
  readonly recording: Recording;
}

async function open(file: string, note: Note): Promise<Opened | undefined> {
  try {
    return { file, recording: await openRecording(file) };
  } catch (error) {
    note(`${file} is not replayed: ${(error as Error).message}`);
    return undefined;
  }
}

/** The recordings of the first directory that holds any. */
async function findRecordings(directories: readonly string[]): Promise<readonly string[]> {
  for (const directory of directories) {
    // A place that is not there, or not ours to read, holds none.
    const names = await readdir(directory).catch(() => []);
    const found = EXTENSIONS.flatMap((extension) =>
      names.filter((name) => extname(name).toLowerCase() === extension).sort(),
    );
    if (found.length > 0) return found.map((name) => join(directory, name));
  }
  return [];
}

/** The first that knows its place on earth and is worth seeing; else the longest that knows its place. */
async function chooseFlight(files: readonly string[], note: Note): Promise<Opened | undefined> {
  let best: Opened | undefined;
  for (const file of files.slice(0, MAX_TRIED)) {
    const opened = await openPlaced(file, note);
    if (!opened) continue;
    if (opened.recording.durationMs >= WORTH_SEEING_MS) return opened;
    if (!best || opened.recording.durationMs > best.recording.durationMs) best = opened;
  }
  return best;
}

async function openPlaced(file: string, note: Note): Promise<Opened | undefined> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > MAX_FOUND_BYTES) {
    note(`${file} is not replayed: larger than 32 MiB (--replay takes it all the same).`);
    return undefined;
  }
  const opened = await open(file, note);
  if (!opened || opened.recording.samples.some(({ latitudeDeg }) => latitudeDeg !== undefined)) return opened;
  note(`${file} is not replayed: it knows no place on earth (--replay takes it all the same).`);
  return undefined;
}

/** Each a drone of its own, although two files may name the same one. */
function toFlights(opened: readonly (Opened | undefined)[]): readonly DemoFlight[] {
  const taken = new Map<string, number>();
  return opened.flatMap((one) => {
    if (!one) return [];
    const id = one.recording.droneId;
    const count = (taken.get(id) ?? 0) + 1;
    taken.set(id, count);
    return { ...one, droneId: count === 1 ? id : `${id.slice(0, 120)}-${count}` };
  });
}

/** On the ground between two rounds; also what keeps a recording of one moment, or a server away, from a busy loop. */
const REST_MS = 2000;
const FLUSH_MS = 1000;

export interface FlyOptions extends Pick<ConnectOptions, 'url' | 'key'> {
  readonly signal: AbortSignal;
  readonly note: Note;
}

/** Flies a recording as its drone, in real time, again and again. Never throws: the demo goes on without it. */
export async function flyAgainAndAgain(
  { file, droneId, recording }: DemoFlight,
  { note, signal, ...connection }: FlyOptions,
): Promise<void> {
  const round = {
    ...connection,
    recording,
    droneId,
    signal,
    timeShift: 'now',
    flushTimeoutMs: FLUSH_MS,
  } as const;
  try {
    while (!signal.aborted) {
      await replayRecording(round);
      await rest(signal);
    }
  } catch (error) {
    note(`${file} is no longer replayed: ${(error as Error).message}`);
  }
}

function rest(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, REST_MS);
    signal.addEventListener('abort', done);
  });
}
