import { changeFenceSet, type FenceSet } from '../../geo/fence-set.ts';

/** What a set of fences says about all of its fences at once; worked out once for each set. */

const edges = new WeakMap<FenceSet, Float64Array>();
const grounded = new WeakMap<FenceSet, FenceSet>();

/** The times at which any fence begins or ceases to count, seconds since 1970, ascending. */
export function fenceEdges(set: FenceSet): Float64Array {
  const known = edges.get(set);
  if (known) return known;
  const times = set.fences.flatMap(({ windows }) =>
    windows.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]),
  );
  const finite = Float64Array.from(times.filter(Number.isFinite).map((timeMs) => timeMs / 1000)).sort();
  edges.set(set, finite);
  return finite;
}

/** Whether what counts changes within a time: elsewhere only place and height matter. */
export function changesWithin(set: FenceSet, fromS: number, toS: number): boolean {
  const times = fenceEdges(set);
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) < fromS - ROUNDING_S) low = middle + 1;
    else high = middle;
  }
  return low < times.length && (times[low] as number) <= toS + ROUNDING_S;
}

const ROUNDING_S = 0.01;

/** The fences as they count on the way up from a pad and down to it: an inclusion's floor is not one there. */
export function toPadFences(set: FenceSet): FenceSet {
  const known = grounded.get(set);
  if (known) return known;
  const put = set.fences.flatMap((fence) => {
    if (fence.kind !== 'inclusion' || !fence.floor) return [];
    const { floor: _none, ...open } = fence;
    return [open];
  });
  const changed = put.length > 0 ? changeFenceSet(set, { put }) : set;
  grounded.set(set, changed);
  return changed;
}
