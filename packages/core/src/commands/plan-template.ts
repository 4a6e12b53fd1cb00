import { isRefusal, type Refusal, refuse } from '../errors.ts';
import type { PlanePoint } from '../geo/segment.ts';
import type { LocalFrame } from '../geo/wgs84.ts';
import type {
  CameraMessage,
  TemplateMessage,
  TemplateOf,
  TemplatePlace,
} from '../messages/mission-template.ts';
import type { GeodeticWaypointMessage } from '../messages/waypoint.ts';
import {
  altitudeForGroundSample,
  type Camera,
  type Coverage,
  type Spacing,
} from '../missions/templates/camera.ts';
import { planCorridor } from '../missions/templates/corridor.ts';
import { planExpandingSquare } from '../missions/templates/expanding-square.ts';
import { planOrbit } from '../missions/templates/orbit.ts';
import { type TemplatePath, toPath, toTemplateWaypoints } from '../missions/templates/path.ts';
import { planPerimeter } from '../missions/templates/perimeter.ts';
import { type SharingDrone, splitPasses } from '../missions/templates/split.ts';
import { planSurveyInSteps, toPassPoints } from '../missions/templates/survey.ts';
import type { Pass } from '../missions/templates/sweep.ts';

/** Templates as operators ask for them, turned into waypoints. */

interface PlannedPart {
  readonly waypoints: readonly GeodeticWaypointMessage[];
  readonly lengthM: number;
  /** At the template’s speed, from its first waypoint to its last. */
  readonly timeS: number;
  /** Of the drones that were named, the one it is cut for. */
  readonly drone: number;
}

export interface PlannedTemplate {
  readonly parts: readonly PlannedPart[];
  /** Metres of ground a pixel. */
  readonly groundSampleM?: number;
  readonly photos?: number;
}

const DEFAULT_SPEED_MPS = 10;
const DEFAULT_ALTITUDE_M = 50;
const DEFAULT_OVERLAP = { side: 70, front: 80 };

interface Drawn {
  readonly path: TemplatePath;
  readonly altitudeM: number;
  /** What several drones can share. */
  readonly work?: {
    readonly passes: readonly Pass[];
    readonly spacing: Spacing;
    readonly turnaroundM: number;
  };
  readonly photos?: number;
}

/**
 * One part for each of the homes; without any one part for one drone. In steps of some milliseconds each: others have their
 * turn between them.
 */
export function* planTemplateInSteps(
  template: TemplateMessage,
  frame: LocalFrame,
  homes: readonly PlanePoint[] = [],
): Generator<void, PlannedTemplate | Refusal, void> {
  const drawn = inTemplate(yield* draw(template, frame));
  if (isRefusal(drawn)) return drawn;
  const speedMps = template.speed ?? DEFAULT_SPEED_MPS;
  const paths =
    homes.length > 1
      ? share(
          drawn,
          homes.map((home) => ({ home, speedMps })),
        )
      : [{ path: drawn.path, drone: 0 }];
  if (isRefusal(paths)) return paths;
  const height = { altitudeM: drawn.altitudeM, altitudeReference: template.altitude_reference ?? 'relative' };
  const parts = paths.map(({ path, drone }) => ({
    waypoints: toTemplateWaypoints(path, { frame, ...height, ...(template.speed && { speedMps }) }),
    ...{ lengthM: path.lengthM, timeS: path.lengthM / speedMps, drone },
  }));
  return {
    parts,
    ...(drawn.work && { groundSampleM: drawn.work.spacing.groundSampleM }),
    ...(drawn.photos !== undefined && { photos: drawn.photos }),
  };
}

function* draw(template: TemplateMessage, frame: LocalFrame): Generator<void, Drawn | Refusal, void> {
  const altitudeM = template.altitude ?? DEFAULT_ALTITUDE_M;
  const home = template.home && toPlane(template.home, frame);
  const near = home ? { home } : {};
  switch (template.type) {
    case 'survey':
      return yield* drawSurvey(template, frame, near);
    case 'corridor':
      return drawCorridor(template, frame, near);
    case 'orbit':
      return drawPath(planOrbit({ ...near, ...toOrbit(template, frame) }), altitudeM);
    case 'perimeter': {
      const { inset_m: insetM, clockwise } = template;
      const options = {
        ...toRings(template, frame),
        insetM,
        ...near,
        ...(clockwise != null && { clockwise }),
      };
      return drawPath(planPerimeter(options), altitudeM);
    }
    case 'search': {
      const { track_spacing_m: trackSpacingM, half_side_m: halfSideM, heading_deg, clockwise } = template;
      const options = { centre: toCentre(template, frame), trackSpacingM, halfSideM };
      const turned = {
        ...(heading_deg != null && { headingDeg: heading_deg }),
        ...(clockwise != null && { clockwise }),
      };
      return drawPath(planExpandingSquare({ ...options, ...turned }), altitudeM);
    }
  }
}

const drawPath = (path: TemplatePath | Refusal, altitudeM: number): Drawn | Refusal =>
  isRefusal(path) ? path : { path, altitudeM };

type Near = { readonly home?: PlanePoint };

function* drawSurvey(
  template: TemplateOf<'survey'>,
  frame: LocalFrame,
  near: Near,
): Generator<void, Drawn | Refusal, void> {
  const { heading_deg, turnaround_m, inset_m, crosshatch, speed } = template;
  const coverage = toCoverage(template);
  const survey = yield* planSurveyInSteps({
    ...{ ...toRings(template, frame), ...coverage, ...near },
    ...(heading_deg != null && { headingDeg: heading_deg }),
    ...(turnaround_m != null && { turnaroundM: turnaround_m }),
    ...(inset_m != null && { insetM: inset_m }),
    ...(crosshatch != null && { crosshatch }),
    ...(speed != null && { speedMps: speed }),
  });
  if (isRefusal(survey)) return survey;
  const { path, passes, spacing, photos } = survey;
  const work = { passes, spacing, turnaroundM: turnaround_m ?? 0 };
  return { path, altitudeM: coverage.altitudeAglM, work, photos };
}

function drawCorridor(template: TemplateOf<'corridor'>, frame: LocalFrame, near: Near): Drawn | Refusal {
  const coverage = toCoverage(template);
  const line = (template.line ?? []).map((place) => toPlane(place, frame));
  const corridor = planCorridor({ ...coverage, ...near, line, widthM: template.width_m });
  if (isRefusal(corridor)) return corridor;
  const { path, passes, spacing } = corridor;
  return { path, altitudeM: coverage.altitudeAglM, work: { passes, spacing, turnaroundM: 0 } };
}

function toOrbit(template: TemplateOf<'orbit'>, frame: LocalFrame) {
  const { radius_m: radiusM, turns, tolerance_m, climb_per_turn_m, clockwise } = template;
  return {
    ...{ centre: toCentre(template, frame), radiusM },
    ...(turns != null && { turns }),
    ...(tolerance_m != null && { toleranceM: tolerance_m }),
    ...(climb_per_turn_m != null && { climbPerTurnM: climb_per_turn_m }),
    ...(clockwise != null && { clockwise }),
  };
}

function toCoverage(template: TemplateOf<'survey'> | TemplateOf<'corridor'>): Coverage {
  const camera = toCamera(template.camera as CameraMessage);
  const { ground_sample_m: sampleM } = template;
  return {
    camera,
    altitudeAglM:
      sampleM != null ? altitudeForGroundSample(camera, sampleM) : (template.altitude ?? DEFAULT_ALTITUDE_M),
    sideOverlapPct: template.side_overlap_pct ?? DEFAULT_OVERLAP.side,
    frontOverlapPct: template.front_overlap_pct ?? DEFAULT_OVERLAP.front,
  };
}

const toCamera = ({ portrait, ...camera }: CameraMessage): Camera => ({
  ...{ sensorWidthMm: camera.sensor_width_mm, sensorHeightMm: camera.sensor_height_mm },
  ...{ focalLengthMm: camera.focal_length_mm, imageWidthPx: camera.image_width_px },
  ...{ imageHeightPx: camera.image_height_px, ...(portrait != null && { portrait }) },
});

const toRings = (
  { area = [], exclusions = [] }: TemplateOf<'survey'> | TemplateOf<'perimeter'>,
  frame: LocalFrame,
) => ({
  ring: area.map((place) => toPlane(place, frame)),
  exclusions: exclusions.map((ring) => ring.map((place) => toPlane(place, frame))),
});

const toCentre = ({ centre }: TemplateOf<'orbit'> | TemplateOf<'search'>, frame: LocalFrame): PlanePoint =>
  toPlane(centre as TemplatePlace, frame);

function toPlane(place: TemplatePlace, frame: LocalFrame): PlanePoint {
  if ('x' in place) return place;
  const { altitudeAmslM } = frame.origin;
  const at = { latitudeDeg: place.latitude, longitudeDeg: place.longitude, altitudeAmslM };
  const { eastM, northM } = frame.toEnu(at);
  return { x: eastM, y: northM };
}

/** The fields of a template as they are asked for. */
const ASKED_AS: Readonly<Record<string, string>> = {
  ...{ ring: 'area', altitudeAglM: 'altitude', sideOverlapPct: 'side_overlap_pct' },
  ...{
    frontOverlapPct: 'front_overlap_pct',
    insetM: 'inset_m',
    headingDeg: 'heading_deg',
    widthM: 'width_m',
  },
  ...{ turnaroundM: 'turnaround_m', radiusM: 'radius_m', toleranceM: 'tolerance_m', speedMps: 'speed' },
  ...{ climbPerTurnM: 'climb_per_turn_m', trackSpacingM: 'track_spacing_m', halfSideM: 'half_side_m' },
};

function inTemplate(drawn: Drawn | Refusal): Drawn | Refusal {
  if (!isRefusal(drawn)) return drawn;
  const { field = '' } = drawn.details;
  const [, head = '', rest = ''] = /^([A-Za-z]+)(.*)$/.exec(field) ?? [];
  const snake = rest.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const named = `template.${ASKED_AS[head] ?? head}${snake}`;
  return { ...drawn, details: { ...drawn.details, field: named } };
}

interface SharedPath {
  readonly path: TemplatePath;
  readonly drone: number;
}

function share({ path, work }: Drawn, drones: readonly SharingDrone[]): readonly SharedPath[] | Refusal {
  if (!work)
    return refuse(
      'VALIDATION_ERROR',
      { field: 'split', reason: 'not_divisible', expectedType: 'a survey or a corridor' },
      { message: 'Only a survey or a corridor can be shared' },
    );
  const shares = splitPasses({ passes: work.passes, drones });
  if (isRefusal(shares)) return shares;
  return shares
    .filter(({ passes }) => passes.length > 0)
    .map(({ passes, drone }) => ({ drone, path: cutPath(path, work, passes) }));
}

/** The part of the way that leads over these passes, with the ways between them. */
function cutPath(
  { points }: TemplatePath,
  { spacing, turnaroundM }: NonNullable<Drawn['work']>,
  passes: readonly Pass[],
): TemplatePath {
  const first = toPassPoints(passes[0] as Pass, spacing, turnaroundM)[0];
  const last = toPassPoints(passes.at(-1) as Pass, spacing, turnaroundM).at(-1);
  const from = points.findIndex((point) => point.x === first?.x && point.y === first.y);
  const to = points.findIndex((point, at) => at >= from && point.x === last?.x && point.y === last.y);
  if (from < 0 || to < 0) throw new Error('a pass that was planned is not on its path');
  return toPath(points.slice(from, to + 1));
}
