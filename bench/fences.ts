import { createDetourFinder } from '../packages/core/src/geo/detour.ts';
import type { Fence, FencePoint } from '../packages/core/src/geo/fence.ts';
import { checkLeg, checkPoint } from '../packages/core/src/geo/fence-check.ts';
import { nearestLegal } from '../packages/core/src/geo/fence-nearest.ts';
import { createFencePlane } from '../packages/core/src/geo/fence-plane.ts';
import { createFenceSet } from '../packages/core/src/geo/fence-set.ts';
import {
  createPlanePolygon,
  isInsidePolygon,
  legBoundaryDistanceM,
} from '../packages/core/src/geo/polygon.ts';
import { legEdgeDistance2, type PlanePoint, toPlaneLeg } from '../packages/core/src/geo/segment.ts';
import { leastClearance, type Terrain } from '../packages/core/src/geo/terrain.ts';

/** What checks of fences and terrain take, beside a walk over every edge and every fence of the same world. */

const SEED = 20_261_121;
const BAR = { polygon100Us: 2, leg1000Us: 50 };

/** Mulberry32. */
function createChance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const chance = createChance(SEED);
const between = (low: number, high: number): number => low + chance() * (high - low);
const plane = createFencePlane({ latitudeDeg: 47.4, longitudeDeg: 8.5 });

function star(count: number, radiusM: number, { x, y }: PlanePoint): PlanePoint[] {
  return Array.from({ length: count }, (_, at) => {
    const angle = (2 * Math.PI * at) / count;
    const outM = radiusM * between(0.7, 1);
    return { x: x + outM * Math.cos(angle), y: y + outM * Math.sin(angle) };
  });
}

/** Microseconds of each call, sorted; the code is compiled before. */
function measure(calls: number, call: (at: number) => unknown): readonly number[] {
  for (let at = 0; at < calls; at += 1) call(at);
  const times = new Float64Array(calls);
  for (let at = 0; at < calls; at += 1) {
    const start = process.hrtime.bigint();
    call(at);
    times[at] = Number(process.hrtime.bigint() - start) / 1000;
  }
  return [...times.sort()];
}

/** Microseconds a call, the median of batches: for what is shorter than a clock's reading. */
function meanUs(calls: number, call: (at: number) => unknown): number {
  const batches: number[] = [];
  for (let batch = 0; batch < 15; batch += 1) {
    const start = performance.now();
    for (let at = 0; at < calls; at += 1) call(at);
    batches.push(((performance.now() - start) * 1000) / calls);
  }
  return batches.sort((a, b) => a - b)[7] as number;
}

const round = (value: number): number => Number(value.toPrecision(3));
const quantile = (sorted: readonly number[], part: number): number =>
  round(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] as number);

function benchPolygon(vertices: number) {
  const polygon = createPlanePolygon([star(vertices, 1000, { x: 0, y: 0 })]);
  const legs = Array.from({ length: 2000 }, () =>
    toPlaneLeg(
      { x: between(-1500, 1500), y: between(-1500, 1500) },
      { x: between(-1500, 1500), y: between(-1500, 1500) },
    ),
  );
  const legAt = (at: number) => legs[at % legs.length] as (typeof legs)[number];
  let checksum = 0;
  const ours = meanUs(5000, (at) => {
    const leg = legAt(at);
    const distanceM = legBoundaryDistanceM(polygon, leg);
    checksum += isInsidePolygon(polygon, { x: leg.ax, y: leg.ay }) ? -distanceM : distanceM;
  });
  const plain = meanUs(Math.round(500_000 / vertices), (at) => {
    const leg = legAt(at);
    let least = Number.POSITIVE_INFINITY;
    for (let edge = 0; edge < polygon.edges.length; edge += 4)
      least = Math.min(least, legEdgeDistance2(leg, polygon.edges, edge));
    checksum += least;
  });
  if (!Number.isFinite(checksum)) throw new Error('a distance is not finite');
  return { us: round(ours), plainUs: round(plain), ratio: round(plain / ours) };
}

function createFence(at: number, sizeM: number): Fence {
  const center = { x: between(-sizeM, sizeM), y: between(-sizeM, sizeM) };
  const radiusM = between(50, 200);
  const isCircle = at % 3 === 0;
  return {
    id: `f-${at}`,
    name: `f-${at}`,
    kind: 'exclusion',
    group: 0,
    geometry: isCircle
      ? { type: 'circle', center: plane.toPosition(center), radiusM }
      : { type: 'polygon', polygons: [[star(12, radiusM, center).map(plane.toPosition)]] },
    windows: [],
    action: 'warn',
    marginM: 0,
    ...(at % 2 === 0 && { ceiling: { valueM: 120, reference: 'agl' as const } }),
  };
}

/** Hills on a 30 m grid. */
const hills: Terrain = {
  tile: () => ({
    cellsPerDegree: 3600,
    postAmslM: (row, column) => 400 + 20 * Math.sin(row / 40) * Math.cos(column / 30),
  }),
};
const rules = { homeAmslM: 400, terrain: hills };

function createPlace(
  sizeM: number,
  at: PlanePoint = { x: between(-sizeM, sizeM), y: between(-sizeM, sizeM) },
): FencePoint {
  return { ...plane.toPosition(at), altitudeAmslM: 480, timeMs: 0 };
}

function createLegs(count: number, sizeM: number, longestM: number) {
  return Array.from({ length: count }, () => {
    const a = { x: between(-sizeM, sizeM), y: between(-sizeM, sizeM) };
    const b = { x: a.x + between(-longestM, longestM), y: a.y + between(-longestM, longestM) };
    return { from: createPlace(sizeM, a), to: createPlace(sizeM, b) };
  });
}

function benchFences(count: number, sizeM: number) {
  const fences = Array.from({ length: count }, (_, at) => createFence(at, sizeM));
  const built = performance.now();
  const set = createFenceSet(fences);
  const buildMs = performance.now() - built;
  const legs = createLegs(2000, sizeM, 700);
  const legAt = (at: number) => legs[at % legs.length] as (typeof legs)[number];
  const legUs = measure(4000, (at) => checkLeg(set, legAt(at), rules));
  const pointUs = measure(4000, (at) => checkPoint(set, legAt(at).from, rules));
  const alone = fences.slice(0, 200).map((fence) => createFenceSet([fence]));
  const plainUs =
    (meanUs(20, (at) => alone.map((one) => checkLeg(one, legAt(at), rules))) * count) / alone.length;
  const finder = createDetourFinder(set, rules);
  let detours = 0;
  const detourUs = measure(300, (at) => {
    const found = finder.find(legAt(at));
    if (found && found.points.length > 2) detours += 1;
  });
  const nearestUs = measure(300, (at) => nearestLegal(set, legAt(at).from, rules));
  return {
    buildMs: round(buildMs),
    legUs: { p50: quantile(legUs, 0.5), p99: quantile(legUs, 0.99) },
    legPlainUs: round(plainUs),
    legRatio: round(plainUs / quantile(legUs, 0.5)),
    pointUs: { p50: quantile(pointUs, 0.5), p99: quantile(pointUs, 0.99) },
    detourUs: { p50: quantile(detourUs, 0.5), p99: quantile(detourUs, 0.99), bent: detours / 2 },
    nearestUs: { p50: quantile(nearestUs, 0.5), p99: quantile(nearestUs, 0.99) },
  };
}

function benchTerrain() {
  const legs = createLegs(500, 5000, 3500);
  const times = measure(1000, (at) => leastClearance(hills, legs[at % legs.length] as (typeof legs)[number]));
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

const polygons = { v100: benchPolygon(100), v1000: benchPolygon(1000), v10000: benchPolygon(10_000) };
const fences = { few: benchFences(100, 3000), many: benchFences(1000, 10_000) };
const result = {
  polygons,
  fences,
  terrainLegUs: benchTerrain(),
  ok: polygons.v100.us <= BAR.polygon100Us && fences.many.legUs.p50 <= BAR.leg1000Us,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exitCode = result.ok ? 0 : 1;
