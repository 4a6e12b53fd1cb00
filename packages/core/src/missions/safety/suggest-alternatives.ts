import type { Enu } from '../../geo/wgs84.ts';
import { tryCharged, tryOthers } from './alter-means.ts';
import { raysAround, tryHeights, tryNearest, tryPlace, tryShort, tryShortened } from './alter-place.ts';
import { tryDelay, tryLater, trySlower } from './alter-time.ts';
import { tryAside, tryDetour, tryUpAndOver } from './alter-way.ts';
import { type Alternative, type AlternativeSearch, rankAlternatives, withValidity } from './alternative.ts';
import { canTurnBackAtOnce } from './check-contingency.ts';
import type { FlightCandidate, SafetyWorld } from './flight-candidate.ts';
import { rememberTraffic } from './remembered-traffic.ts';
import { type FlightVerdict, validateFlight } from './validate-flight.ts';
import { legalBand, toWish } from './wished-flight.ts';

export type { Alternative } from './alternative.ts';

/** Of all that are tried, and of those in a last search where nothing was found. */
const MAX_TRIES = 120;
const MAX_LAST_TRIES = 180;
const WANTED = 3;
const MOST = 8;

/**
 * Other flights near to what was wished for, each validated whole, none worse than another in place, time and energy at once,
 * the nearest to the wish first. None where nothing that may be changed would help.
 */
export function suggestAlternatives(
  candidate: FlightCandidate,
  world: SafetyWorld,
  refused: FlightVerdict,
): readonly Alternative[] {
  const wish = toWish(candidate, refused);
  if (!wish || refused.accepted || wish.codes.has('AUTHZ') || wish.codes.has('WP_FORMAT')) return [];
  const quick = { ...world, traffic: rememberTraffic(world.traffic) };
  const search: AlternativeSearch = { wish, world: quick, found: [], triesLeft: MAX_TRIES };
  tryOthers(search);
  // Whatever begins with no way back is no better elsewhere.
  if (refused.energy && canTurnBackAtOnce(candidate, world)) tryAll(search);
  else tryCharged(search);
  if (rankAlternatives(search.found, wish).length < WANTED) fillUp(search);
  const best = rankAlternatives(search.found, wish).slice(0, MOST);
  return best.map((each) => withValidity(each, wish, quick));
}

function tryAll(search: AlternativeSearch): void {
  const { codes, refused } = search.wish;
  const has = (...any: readonly string[]) => any.some((code) => codes.has(code));
  const isFenced = has('FENCE_IN', 'FENCE_OUT', 'FENCE_MARGIN');
  if (has('TRAFFIC_4D') || isFenced) tryLater(search);
  if (has('TRAFFIC_4D', 'WIND', 'KINEMATICS')) trySlower(search);
  if (refused.energy && !refused.energy.accepted) tryCharged(search);
  // Where it cannot even come to the point before, another end does not help.
  if (!comesBefore(search)) return;
  if (isFenced || has('CONTINGENCY')) tryDetour(search);
  if (has('TRAFFIC_4D')) tryAside(search);
  if (has('TRAFFIC_4D', 'TERRAIN', 'ALT_CEIL')) tryUpAndOver(search);
  tryHeights(search);
  tryShort(search);
  tryNearest(search);
  if (search.found.length === 0) searchEverywhere(search);
}

/** Whether what comes before the wished point could be flown, but for others in the way: they depend on when. */
function comesBefore({ wish: { candidate, index }, world }: AlternativeSearch): boolean {
  if (index === 0) return true;
  const changed = candidate.changed.filter((each) => each < index);
  const part: FlightCandidate = {
    ...candidate,
    ...{ points: candidate.points.slice(0, index), changed, afterwards: 'gone' },
  };
  return validateFlight(part, world).violations.every(({ check }) => check === 'TRAFFIC_4D');
}

const RADII_M = [20, 50, 100, 200, 400] as const;
const LAYERS = 2;
const DELAYS_S = [10, 30, 60, 120, 300] as const;

/** A grid of places and heights, around the wish and around where it begins; and a few delays. */
function searchEverywhere(search: AlternativeSearch): void {
  search.triesLeft = MAX_LAST_TRIES;
  for (const delayS of DELAYS_S) if (tryDelay(search, delayS)) break;
  for (const at of gridPlaces(search)) {
    if (search.found.length >= WANTED) return;
    tryPlace(search, at);
  }
}

/** The nearest to their middles first. */
function* gridPlaces({ wish, world }: AlternativeSearch): Generator<Enu> {
  const centers = [wish.point.at, wish.before];
  yield* centers.flatMap((center) => layersOver(center, world));
  for (const radiusM of RADII_M)
    for (const center of centers)
      for (const place of raysAround(center, [radiusM])) yield* layersOver(place, world);
}

function layersOver(place: Enu, world: SafetyWorld): readonly Enu[] {
  const [least, most] = legalBand(place, world);
  if (!(least <= most)) return [];
  return Array.from({ length: LAYERS }, (_, layer) => ({
    ...place,
    upM: least + ((most - least) * layer) / (LAYERS - 1),
  }));
}

const SHARES = [0.9, 0.75, 0.5, 0.3, 0.1] as const;
const FILL_TRIES = 60;

/** Between what was found and where the leg begins there is what is farther from the wish, and sooner reached. */
function fillUp(search: AlternativeSearch): void {
  const { wish, found } = search;
  search.triesLeft = FILL_TRIES;
  for (const each of rankAlternatives(found, wish))
    for (const share of SHARES) {
      if (rankAlternatives(found, wish).length >= WANTED) return;
      tryShortened(search, each, share);
    }
}
