import fc from 'fast-check';
import type { PlanePoint } from '../../geo/segment.ts';

/** Areas for properties: star-shaped rings, often far from convex, with exclusions that may lie across the border. */
const ringAround = (centre: PlanePoint, leastM: number, mostM: number): fc.Arbitrary<readonly PlanePoint[]> =>
  fc
    .array(fc.double({ min: leastM, max: mostM, noNaN: true }), { minLength: 3, maxLength: 14 })
    .map((radii) =>
      radii.map((radiusM, at) => ({
        x: centre.x + radiusM * Math.sin((2 * Math.PI * at) / radii.length),
        y: centre.y + radiusM * Math.cos((2 * Math.PI * at) / radii.length),
      })),
    );

export const anyRing = ringAround({ x: 20, y: -30 }, 40, 300);

export const anyExclusions: fc.Arbitrary<readonly (readonly PlanePoint[])[]> = fc.array(
  fc
    .tuple(fc.double({ min: -200, max: 200, noNaN: true }), fc.double({ min: -200, max: 200, noNaN: true }))
    .chain(([x, y]) => ringAround({ x, y }, 10, 70)),
  { maxLength: 3 },
);

/** Points on a grid over a ring's bounds, for dense checks. */
export function gridOver(ring: readonly PlanePoint[], steps: number): readonly PlanePoint[] {
  const xs = ring.map(({ x }) => x);
  const ys = ring.map(({ y }) => y);
  const [west, south] = [Math.min(...xs), Math.min(...ys)];
  const [width, height] = [Math.max(...xs) - west, Math.max(...ys) - south];
  return Array.from({ length: steps * steps }, (_none, at) => ({
    x: west + (width * ((at % steps) + 0.37)) / steps,
    y: south + (height * (Math.floor(at / steps) + 0.61)) / steps,
  }));
}

export const square = (sideM: number): readonly PlanePoint[] => [
  { x: 0, y: 0 },
  { x: sideM, y: 0 },
  { x: sideM, y: sideM },
  { x: 0, y: sideM },
];
