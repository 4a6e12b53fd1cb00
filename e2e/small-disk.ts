import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A file system of its own that is soon full. */
export interface SmallDisk {
  readonly directory: string;
  /** Takes so much of its room away. */
  occupy(bytes: number): Promise<void>;
  /** Gives it back. */
  free(): Promise<void>;
  remove(): Promise<void>;
}

/** Undefined where this user may not mount (that needs root). */
export async function mountSmallDisk(bytes: number): Promise<SmallDisk | undefined> {
  const directory = await mkdtemp(join(tmpdir(), 'skein-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0777`, 'tmpfs', directory]);
  } catch {
    await rm(directory, { recursive: true });
    return undefined;
  }
  const filler = join(directory, 'filler');
  return {
    directory,
    occupy: (taken) => writeFile(filler, Buffer.alloc(taken)),
    free: () => rm(filler),
    remove: async () => {
      await run('umount', [directory]);
      await rm(directory, { recursive: true });
    },
  };
}
