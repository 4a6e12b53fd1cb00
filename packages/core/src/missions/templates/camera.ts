import { type Refusal, refuse } from '../../errors.ts';

/** A camera that looks straight down. Lengths on the sensor in millimetres, as data sheets say them. */
export interface Camera {
  readonly sensorWidthMm: number;
  readonly sensorHeightMm: number;
  readonly focalLengthMm: number;
  readonly imageWidthPx: number;
  readonly imageHeightPx: number;
  /** The picture's long side lies along the flight instead of across it. */
  readonly portrait?: boolean;
}

/** What one picture shows of flat ground. */
export interface Footprint {
  readonly acrossM: number;
  readonly alongM: number;
  /** Metres of ground a pixel, the coarser of both directions. */
  readonly groundSampleM: number;
}

/** Similar triangles of the pinhole camera: ground to height as sensor to focal length. */
export function toFootprint(camera: Camera, altitudeAglM: number): Footprint {
  const scale = altitudeAglM / camera.focalLengthMm;
  const widthM = camera.sensorWidthMm * scale;
  const heightM = camera.sensorHeightMm * scale;
  return {
    acrossM: camera.portrait ? heightM : widthM,
    alongM: camera.portrait ? widthM : heightM,
    groundSampleM: Math.max(widthM / camera.imageWidthPx, heightM / camera.imageHeightPx),
  };
}

/** The height above ground at which a pixel shows `groundSampleM` in its coarser direction. */
export function altitudeForGroundSample(camera: Camera, groundSampleM: number): number {
  const perMetre = toFootprint(camera, 1).groundSampleM;
  return groundSampleM / perMetre;
}

/** Pictures of a survey: how high, and by how much they overlap. */
export interface Coverage {
  readonly camera: Camera;
  readonly altitudeAglM: number;
  /** Of one line's pictures with the next line's, 0 to 95. */
  readonly sideOverlapPct: number;
  /** Of one picture with the next on the line, 0 to 95. */
  readonly frontOverlapPct: number;
}

/** How lines and pictures lie: never further apart than the overlaps ask. */
export interface Spacing extends Footprint {
  readonly lineSpacingM: number;
  readonly triggerM: number;
}

const MAX_OVERLAP_PCT = 95;

export function parseCoverage(coverage: Coverage): Spacing | Refusal {
  const { camera, altitudeAglM, sideOverlapPct, frontOverlapPct } = coverage;
  const lengths: readonly (readonly [string, number])[] = [
    ['altitudeAglM', altitudeAglM],
    ['camera.sensorWidthMm', camera.sensorWidthMm],
    ['camera.sensorHeightMm', camera.sensorHeightMm],
    ['camera.focalLengthMm', camera.focalLengthMm],
    ['camera.imageWidthPx', camera.imageWidthPx],
    ['camera.imageHeightPx', camera.imageHeightPx],
  ];
  for (const [field, value] of lengths)
    if (!(value > 0 && value <= 100_000)) return refuseNumber(field, '> 0');
  if (!isOverlap(sideOverlapPct)) return refuseNumber('sideOverlapPct', `0 to ${MAX_OVERLAP_PCT}`);
  if (!isOverlap(frontOverlapPct)) return refuseNumber('frontOverlapPct', `0 to ${MAX_OVERLAP_PCT}`);
  const footprint = toFootprint(camera, altitudeAglM);
  return {
    ...footprint,
    lineSpacingM: footprint.acrossM * (1 - sideOverlapPct / 100),
    triggerM: footprint.alongM * (1 - frontOverlapPct / 100),
  };
}

const isOverlap = (pct: number): boolean => pct >= 0 && pct <= MAX_OVERLAP_PCT;

/** A number of a template that is out of its range, or none. */
export function refuseNumber(field: string, range: string): Refusal {
  return refuse(
    'VALIDATION_ERROR',
    { field, expectedType: `number ${range}`, reason: 'range' },
    { message: `Invalid template: ${field}` },
  );
}
