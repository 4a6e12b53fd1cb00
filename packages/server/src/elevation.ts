import type { Logger } from 'pino';
import { type Elevation, openSrtm } from './adapters/elevation/srtm.ts';
import { type Config, ConfigError } from './config.ts';

/** The ground's heights where ELEVATION_DIR names tiles; a wrong one stops the start, for flat ground is no ground known. */
export async function openElevation({ elevationDir }: Config, log: Logger): Promise<Elevation | undefined> {
  if (elevationDir === undefined) return undefined;
  const refuse = (why: string, cause?: unknown) =>
    new ConfigError(
      `ELEVATION_DIR is ${JSON.stringify(elevationDir)}, expected a directory of SRTM tiles like N47E008.hgt: ${why}.`,
      { variable: 'ELEVATION_DIR', cause },
    );
  const onFault = (error: Error) => log.error({ cause: error.cause }, error.message);
  const elevation = await openSrtm(elevationDir, { onFault }).catch((error: Error) => {
    throw refuse(error.message, error);
  });
  if (elevation.tiles.length === 0) throw refuse('there is none in it');
  log.info({ tiles: elevation.tiles.length }, 'elevation');
  return elevation;
}
