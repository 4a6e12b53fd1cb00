import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { TableOptions } from './recordings/csv.ts';
import { parseRecording } from './recordings/parse-recording.ts';
import type { Recording } from './recordings/recording.ts';

/** The Node door: recorded flights from files, and the file that drones write their orders to. */

export { EffectsFileError, openEffectsFile } from './effects-file.ts';
export type { TableOptions } from './recordings/csv.ts';

/** Reads a flight log. Throws a RecordingError for what is none, and the file system's own error for no such file. */
export async function openRecording(path: string, options: TableOptions = {}): Promise<Recording> {
  return parseRecording(await readFile(path), basename(path), options);
}
