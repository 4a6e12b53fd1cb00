/** Random worlds of fences, and what is legal in them said once more, slowly and plainly: the oracle of fence tests. */
import fc from 'fast-check';
import type { Fence, FenceLimit, FencePoint, HeightReference } from './fence.ts';
import { createFencePlane, type FencePlane, type GeoPosition } from './fence-plane.ts';
import type { PlanePoint } from './segment.ts';
import { createFlatTerrain } from './terrain.ts';

const HOME_AMSL_M = 400;
const GROUND_AMSL_M = 380;
export const MARGINS = { horizontalM: 10, verticalM: 3 };
export const RULES = { margins: MARGINS, homeAmslM: HOME_AMSL_M, terrain: createFlatTerrain(GROUND_AMSL_M) };
const ZERO_M: Readonly<Record<HeightReference, number>> = {
  amsl: 0,
  relative: HOME_AMSL_M,
  agl: GROUND_AMSL_M,
};

export interface World {
  readonly plane: FencePlane;
  readonly fences: readonly Fence[];
}

/** Evenly spread; `fc.double` by itself spreads evenly over exponents, and is mostly near zero. */
export const double = (min: number, max: number) =>
  fc.oneof(
    {
      weight: 9,
      arbitrary: fc
        .noBias(fc.integer({ min: 0, max: 2 ** 30 }))
        .map((part) => min + ((max - min) * part) / 2 ** 30),
    },
    { weight: 1, arbitrary: fc.double({ min, max, noNaN: true }) },
  );
export const planePoint = (sizeM: number) =>
  fc.record({ x: double(-sizeM, sizeM), y: double(-sizeM, sizeM) });
const origins = fc.constantFrom<GeoPosition>(
  { latitudeDeg: 47.4, longitudeDeg: 8.5 },
  { latitudeDeg: -33.9, longitudeDeg: 151.2 },
  { latitudeDeg: 0, longitudeDeg: 0 },
  { latitudeDeg: 64.1, longitudeDeg: 179.995 },
  { latitudeDeg: -17.8, longitudeDeg: -179.999 },
);

/** A ring around a centre whose radius changes from vertex to vertex: of few, or of more than one leaf of the tree holds. */
const starRing = (radiusM: number) => {
  const radii = (minLength: number, maxLength: number) =>
    fc.array(double(0.3, 1), { minLength, maxLength, size: 'max' });
  return fc
    .oneof({ weight: 5, arbitrary: radii(3, 9) }, { weight: 1, arbitrary: radii(10, 90) })
    .map((parts) =>
      parts.map((part, at) => {
        const angle = 0.3 + (2 * Math.PI * at) / parts.length;
        return { x: radiusM * part * Math.cos(angle), y: radiusM * part * Math.sin(angle) };
      }),
    );
};

/** A square hole, small enough to lie in any star of that size around the same centre. */
const squareHole = (sizeM: number): PlanePoint[] => [
  { x: -sizeM, y: -sizeM },
  { x: sizeM, y: -sizeM },
  { x: sizeM, y: sizeM },
  { x: -sizeM, y: sizeM },
];

const limit = (min: number, max: number) =>
  fc
    .record({
      heightM: double(min, max),
      reference: fc.constantFrom<HeightReference>('amsl', 'relative', 'agl'),
    })
    .map(({ heightM, reference }): FenceLimit => ({ reference, valueM: heightM - ZERO_M[reference] }));

const shape = fc.oneof(
  fc.record({ radiusM: double(20, 300), ring: fc.constant(undefined), hole: fc.constant(false) }),
  double(50, 300).chain((radiusM) =>
    fc.record({ radiusM: fc.constant(radiusM), ring: starRing(radiusM), hole: fc.boolean() }),
  ),
);

const draft = (sizeM: number) =>
  fc.record({
    kind: fc.constantFrom('inclusion' as const, 'exclusion' as const, 'exclusion' as const),
    group: fc.nat(1),
    center: planePoint(sizeM),
    shape,
    floor: fc.option(limit(390, 450), { nil: undefined }),
    ceiling: fc.option(limit(460, 520), { nil: undefined }),
    windows: fc.array(
      fc
        .record({ fromMs: fc.integer({ min: -50, max: 90 }), lengthMs: fc.integer({ min: 1, max: 80 }) })
        .map(({ fromMs, lengthMs }) => ({
          fromMs,
          untilMs: fromMs + lengthMs,
        })),
      { maxLength: 2 },
    ),
    marginM: fc.constantFrom(0, 0, 25),
  });

type Draft = typeof draft extends (sizeM: number) => fc.Arbitrary<infer One> ? One : never;

/** Inclusions are widened, so that something remains allowed. */
const worldOf = (drafted: fc.Arbitrary<Draft[]>): fc.Arbitrary<World> =>
  fc.record({ origin: origins, drafts: drafted }).map(({ origin, drafts }) => {
    const plane = createFencePlane(origin);
    const fences = drafts.map(({ center, shape: drawn, floor, ceiling, ...fence }, at): Fence => {
      const scale = fence.kind === 'inclusion' ? 4 : 1;
      const place = ({ x, y }: PlanePoint) =>
        plane.toPosition({ x: center.x + scale * x, y: center.y + scale * y });
      const { ring, radiusM, hole } = drawn;
      const rings = ring && [ring, ...(hole ? [squareHole(radiusM * 0.1)] : [])];
      return {
        ...fence,
        id: `fence-${at}`,
        name: `Fence ${at}`,
        action: 'warn',
        geometry: rings
          ? { type: 'polygon', polygons: [rings.map((points) => points.map(place))] }
          : { type: 'circle', center: place({ x: 0, y: 0 }), radiusM: scale * radiusM },
        ...(floor && { floor }),
        ...(ceiling && { ceiling }),
      };
    });
    return { plane, fences };
  });

export const worlds = worldOf(fc.array(draft(600), { maxLength: 6 }));

/** Many fences that always count, and seldom an inclusion: there are ways, but few of them are straight. */
export const crowdedWorlds = worldOf(
  fc.array(
    fc.record({ drawn: fc.noBias(draft(900)), isInclusion: fc.integer({ min: 0, max: 11 }) }).map(
      ({ drawn, isInclusion }): Draft => ({
        ...drawn,
        kind: isInclusion === 0 ? 'inclusion' : 'exclusion',
        floor: undefined,
        ceiling: undefined,
        windows: [],
      }),
    ),
    { minLength: 3, maxLength: 10 },
  ),
);

const pairs = (ring: readonly PlanePoint[]) =>
  ring.map((a, at) => [a, ring[(at + 1) % ring.length] as PlanePoint] as const);

function edgeDistanceM([a, b]: readonly [PlanePoint, PlanePoint], { x, y }: PlanePoint): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const part = Math.min(Math.max(((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy), 0), 1);
  return Math.hypot(x - a.x - part * dx, y - a.y - part * dy);
}

function turns(ring: readonly PlanePoint[], { x, y }: PlanePoint): boolean {
  const turn = pairs(ring).reduce((sum, [a, b]) => {
    const cross = (a.x - x) * (b.y - y) - (a.y - y) * (b.x - x);
    return sum + Math.atan2(cross, (a.x - x) * (b.x - x) + (a.y - y) * (b.y - y));
  }, 0);
  return Math.abs(turn) > Math.PI;
}

/** Distance to the fence's edge in the world's plane, negative inside. */
function plainDistanceM({ geometry }: Fence, plane: FencePlane, point: PlanePoint): number {
  if (geometry.type === 'circle') {
    const { x, y } = plane.toPlane(geometry.center);
    return Math.hypot(point.x - x, point.y - y) - geometry.radiusM;
  }
  const rings = geometry.polygons.flat().map((points) => points.map(plane.toPlane));
  const distanceM = Math.min(...rings.flatMap(pairs).map((edge) => edgeDistanceM(edge, point)));
  const inside = rings.filter((ring) => turns(ring, point)).length % 2 === 1;
  return inside ? -distanceM : distanceM;
}

function plainDepthM({ floor, ceiling }: Fence, altitudeAmslM: number): number {
  const above = floor ? altitudeAmslM - ZERO_M[floor.reference] - floor.valueM : Number.POSITIVE_INFINITY;
  const below = ceiling
    ? ceiling.valueM + ZERO_M[ceiling.reference] - altitudeAmslM
    : Number.POSITIVE_INFINITY;
  return Math.min(above, below);
}

const isCounting = ({ windows }: Fence, timeMs: number): boolean =>
  windows.length === 0 || windows.some(({ fromMs, untilMs }) => timeMs >= fromMs && timeMs < untilMs);

/** Legal by the definition, place by place; undefined: so near to a limit that it may be either. */
export function isPlainlyLegal({ plane, fences }: World, point: FencePoint): boolean | undefined {
  const onPlane = plane.toPlane(point);
  const near = 1e-2;
  let isNear = fences.some(({ windows }) =>
    windows.some(({ fromMs, untilMs }) => [fromMs, untilMs].some((ms) => Math.abs(ms - point.timeMs) < 1e-6)),
  );
  const kept = (fence: Fence): boolean => {
    const side = fence.kind === 'exclusion' ? 1 : -1;
    const besideM =
      side * plainDistanceM(fence, plane, onPlane) - Math.max(MARGINS.horizontalM, fence.marginM);
    const aboveM = -side * plainDepthM(fence, point.altitudeAmslM) - MARGINS.verticalM;
    if (Math.abs(besideM) < near || Math.abs(aboveM) < near) isNear = true;
    return side > 0 ? besideM >= 0 || aboveM >= 0 : besideM >= 0 && aboveM >= 0;
  };
  const counting = fences.filter((fence) => isCounting(fence, point.timeMs));
  const groups = Map.groupBy(
    counting.filter(({ kind }) => kind === 'inclusion'),
    ({ group }) => group,
  );
  const free = counting.filter(({ kind }) => kind === 'exclusion').map(kept);
  const grouped = [...groups.values()].map((group) => group.map(kept).every(Boolean));
  const legal = free.every(Boolean) && (groups.size === 0 || grouped.some(Boolean));
  return isNear ? undefined : legal;
}
