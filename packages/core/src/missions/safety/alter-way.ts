import type { Enu } from '../../geo/wgs84.ts';
import { type AlternativeSearch, tryAlternative } from './alternative.ts';
import { findDetour } from './fence-detours.ts';
import { datumOf } from './fenced-legs.ts';
import { levelDistanceM } from './leg-parts.ts';
import { flownVia, legalBand } from './wished-flight.ts';

/** The same place by another way: around fences, over the ground, aside of others. */

function tryVia(search: AlternativeSearch, via: readonly Enu[], text: string) {
  const { wish } = search;
  const trial = {
    text,
    changes: { via: via.length },
    at: wish.point.at,
    via,
    candidate: flownVia(wish, via),
  };
  return tryAlternative(search, trial);
}

/** Beyond the margin, so that rounding and the way it takes to stop do not decide. */
const SPARES_M = [0.5, 8] as const;
const MAX_TURNS = 20;

/** The shortest way around the fences between the point before and the wished one. */
export function tryDetour(search: AlternativeSearch): void {
  const { wish, world } = search;
  const { cruiseMps, fences } = world.limits;
  const { candidate, refused, point, before } = wish;
  const durationS = Number.isFinite(refused.durationS)
    ? refused.durationS
    : levelDistanceM(before, point.at) / cruiseMps;
  const leg = {
    ...{ from: before, to: point.at, fromS: candidate.startS },
    toS: candidate.startS + durationS,
  };
  const datum = datumOf(candidate, world);
  for (const spareM of SPARES_M) {
    const margins = { horizontalM: fences.horizontalM + spareM, verticalM: fences.verticalM };
    const via = findDetour(leg, world, { datum, margins });
    if (!via || via.length === 0 || via.length > MAX_TURNS) continue;
    if (tryVia(search, via, `same place, around the fences by ${via.length} turning points`)) return;
  }
}

/** Up or down first and then across; or across higher or lower than both ends. */
export function tryUpAndOver(search: AlternativeSearch): void {
  const { wish, world } = search;
  const { before, point } = wish;
  if (
    tryVia(
      search,
      [{ ...before, upM: point.at.upM }],
      'same place, straight up or down first and then across',
    )
  )
    return;
  if (
    tryVia(
      search,
      [{ ...point.at, upM: before.upM }],
      'same place, across first and then straight up or down',
    )
  )
    return;
  const layerM = Math.ceil(world.limits.separation.verticalM + 1);
  const most = Math.min(legalBand(before, world)[1], legalBand(point.at, world)[1]);
  const topM = Math.max(before.upM, point.at.upM);
  for (const upM of [topM + layerM, topM + 2 * layerM, most]) {
    if (!(upM > topM && upM <= most)) continue;
    const via = [
      { ...before, upM },
      { ...point.at, upM },
    ];
    if (tryVia(search, via, `same place, across ${(upM - point.at.upM).toFixed(0)} m higher`)) return;
  }
}

/** Of the horizontal minimum, to the right and to the left. */
const ASIDES = [1.2, -1.2, 2.4, -2.4] as const;
const SHORTEST_M = 20;

/** A dog-leg around whoever is in the way. */
export function tryAside(search: AlternativeSearch): void {
  const { wish, world } = search;
  const { before, point } = wish;
  const lengthM = levelDistanceM(before, point.at);
  if (!(lengthM >= SHORTEST_M)) return;
  const east = (point.at.eastM - before.eastM) / lengthM;
  const north = (point.at.northM - before.northM) / lengthM;
  for (const times of ASIDES) {
    const rightM = times * world.limits.separation.horizontalM;
    const via = {
      eastM: (before.eastM + point.at.eastM) / 2 + north * rightM,
      northM: (before.northM + point.at.northM) / 2 - east * rightM,
      upM: (before.upM + point.at.upM) / 2,
    };
    const side = rightM > 0 ? 'right' : 'left';
    if (
      tryVia(search, [via], `same place, by a turning point ${Math.abs(rightM).toFixed(0)} m to the ${side}`)
    )
      return;
  }
}
