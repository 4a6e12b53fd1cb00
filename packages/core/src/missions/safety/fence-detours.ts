import { createDetourFinder, type DetourFinder } from '../../geo/detour.ts';
import type { FenceMargins } from '../../geo/fence.ts';
import type { FenceSet } from '../../geo/fence-set.ts';
import type { Terrain } from '../../geo/terrain.ts';
import type { Enu } from '../../geo/wgs84.ts';
import type { FenceDatum } from './fenced-legs.ts';
import type { SafetyWorld } from './flight-candidate.ts';

/** Ways around fences; what was learnt about a set is kept as long as the set. */

interface Known {
  readonly homeAmslM: number | undefined;
  readonly terrain: Terrain | undefined;
  readonly margins: FenceMargins;
  readonly finder: DetourFinder;
}

const MAX_KNOWN = 8;
const finders = new WeakMap<FenceSet, Known[]>();

function finderFor(
  fences: FenceSet,
  { homeAmslM, terrain }: FenceDatum,
  margins: FenceMargins,
): DetourFinder {
  const all = finders.get(fences) ?? [];
  finders.set(fences, all);
  const known = all.find(
    (each) =>
      each.homeAmslM === homeAmslM &&
      each.terrain === terrain &&
      each.margins.horizontalM === margins.horizontalM &&
      each.margins.verticalM === margins.verticalM,
  );
  if (known) return known.finder;
  const finder = createDetourFinder(fences, {
    margins,
    ...(terrain && { terrain }),
    ...(homeAmslM !== undefined && { homeAmslM }),
  });
  all.unshift({ homeAmslM, terrain, margins, finder });
  all.length = Math.min(all.length, MAX_KNOWN);
  return finder;
}

export interface DetourLeg {
  readonly from: Enu;
  readonly to: Enu;
  readonly fromS: number;
  readonly toS: number;
}

/** Places to go through between the ends; undefined: there is no way, or none was found. */
export function findDetour(
  { from, to, fromS, toS }: DetourLeg,
  { frame, fences }: SafetyWorld,
  { datum, margins }: { readonly datum: FenceDatum; readonly margins: FenceMargins },
): readonly Enu[] | undefined {
  const found = finderFor(fences, datum, margins).find({
    from: { ...frame.toGeo(from), timeMs: fromS * 1000 },
    to: { ...frame.toGeo(to), timeMs: Math.max(fromS, toS) * 1000 },
  });
  return found?.points.slice(1, -1).map((point) => frame.toEnu(point));
}
