import { nearestLegal } from '../../geo/fence-nearest.ts';
import type { Enu } from '../../geo/wgs84.ts';
import {
  type Alternative,
  type AlternativeSearch,
  type Trial,
  tryAlternative,
  validateTrial,
  type Wish,
} from './alternative.ts';
import { datumOf } from './fenced-legs.ts';
import type { SafetyWorld } from './flight-candidate.ts';
import { placeAlong } from './leg-parts.ts';
import { describeMove, legalBand, movedTo, withinBand } from './wished-flight.ts';

/** The wished point elsewhere: higher or lower, the nearest legal place, as far toward it as is safe. */

export function tryPlace(search: AlternativeSearch, at: Enu): Alternative | undefined {
  const trial = toPlaceTrial(search.wish, at);
  return trial && tryAlternative(search, trial);
}

/** Undefined: it is no other place. */
function toPlaceTrial(wish: Wish, at: Enu): Trial | undefined {
  const { text, changes } = describeMove(wish, at);
  if (Object.keys(changes).length === 0) return undefined;
  return { text, changes, at, candidate: movedTo(wish, at) };
}

const CLOSE_STEPS_M = [10];
const LAYERS = [1, 1.5, 2, 3];

/** Same place, the nearest free height above and the nearest below. */
export function tryHeights(search: AlternativeSearch): void {
  const { wish, world } = search;
  const { at } = wish.point;
  for (const sign of [1, -1])
    for (const upM of heightsFrom(at, sign, world)) if (tryPlace(search, { ...at, upM })) break;
  // Outside of what is legal the nearest legal height is the one.
  const clamped = withinBand(at, world);
  if (clamped && clamped !== at) tryPlace(search, clamped);
}

/** Away from a height in steps, as far as is legal. */
function heightsFrom(at: Enu, sign: number, world: SafetyWorld): readonly number[] {
  const [least, most] = legalBand(at, world);
  const layerM = Math.ceil(world.limits.separation.verticalM + 1);
  const steps = [...CLOSE_STEPS_M, ...LAYERS.map((layer) => layer * layerM)];
  const heights = steps.map((stepM) => Math.min(Math.max(at.upM + sign * stepM, least), most));
  const beyond = heights.filter((upM) => least <= most && sign * (upM - at.upM) > 0);
  return [...new Set(beyond)];
}

/** How much farther than the margin from a fence: a vehicle needs way to stop. */
const STEP_BACKS_M = [0.5, 12] as const;
const RADII_M = [20, 75, 150] as const;
const RAYS = 8;
/** With so many found already, none beside the wish is looked for. */
const ENOUGH = 5;
const WANTED = 2;

/** The nearest places that are legal: beside the fences, else along rays. */
export function tryNearest(search: AlternativeSearch): void {
  const { wish, world, found } = search;
  if (tryBesideFences(search) || found.length >= ENOUGH) return;
  let wanted = WANTED;
  for (const place of raysAround(wish.point.at, RADII_M)) {
    const at = withinBand(place, world);
    if (at && tryPlace(search, at)) wanted -= 1;
    if (wanted === 0) return;
  }
}

function tryBesideFences(search: AlternativeSearch): boolean {
  const { wish, world } = search;
  const { frame, fences, limits } = world;
  if (fences.sites.length === 0) return false;
  const arrivalS = wish.candidate.startS + (wish.refused.durationS || 0);
  const point = { ...frame.toGeo(wish.point.at), timeMs: arrivalS * 1000 };
  const rules = { ...datumOf(wish.candidate, world), margins: limits.fences };
  for (const stepBackM of STEP_BACKS_M) {
    const legal = nearestLegal(fences, point, rules, { stepBackM });
    const at = legal && legal.distanceM > 0 ? withinBand(frame.toEnu(legal.point), world) : undefined;
    if (at && tryPlace(search, at)) return true;
  }
  return false;
}

/** The nearest first. */
export function raysAround(place: Enu, radiiM: readonly number[]): readonly Enu[] {
  return radiiM.flatMap((radiusM) =>
    Array.from({ length: RAYS }, (_, ray): Enu => {
      const turn = (2 * Math.PI * ray) / RAYS;
      return {
        eastM: place.eastM + radiusM * Math.sin(turn),
        northM: place.northM + radiusM * Math.cos(turn),
        upM: place.upM,
      };
    }),
  );
}

const SHARES = [0.95, 0.8, 0.6, 0.4, 0.2, 0.08] as const;
const HALVINGS = 5;

/** The farthest place on the way to the wish that passes everything, to within a hundredth of the leg. */
export function tryShort(search: AlternativeSearch): void {
  const { wish } = search;
  const leg = { from: wish.before, to: wish.point.at };
  const validateAt = (share: number) => {
    const trial = toPlaceTrial(wish, placeAlong(leg, share));
    return trial && validateTrial(search, trial);
  };
  let best: Alternative | undefined;
  let [safe, unsafe] = [0, 1];
  for (const share of SHARES) {
    best = validateAt(share);
    safe = share;
    if (best) break;
    unsafe = share;
  }
  for (let halving = 0; best && halving < HALVINGS; halving += 1) {
    const middle = (safe + unsafe) / 2;
    const farther = validateAt(middle);
    if (farther) [best, safe] = [farther, middle];
    else unsafe = middle;
  }
  if (best) search.found.push(best);
}

const SAME_PLACE = 'same place';

/** Something that was found, but ending as far before its end as the share says: sooner there, and with less. */
export function tryShortened(search: AlternativeSearch, found: Alternative, share: number): void {
  const { wish } = search;
  const { candidate, via, at, changes, text, delayS } = found;
  const index = candidate.changed.at(-1) ?? candidate.points.length - 1;
  const before = via.at(-1) ?? candidate.points[index - 1]?.at ?? candidate.from;
  const point = candidate.points[index];
  if (!point) return;
  const end = placeAlong({ from: before, to: at }, share);
  const base: Wish = { ...wish, candidate, index, point, before };
  const move = describeMove(wish, end);
  const { east_m: _east, north_m: _north, alt_m: _alt, ...others } = changes;
  const isElsewhere = Object.keys(others).length === 0;
  const rest = isElsewhere ? '' : text.slice(SAME_PLACE.length);
  tryAlternative(search, {
    ...{ at: end, via, delayS, candidate: movedTo(base, end) },
    ...{ text: `${move.text}${rest}`, changes: { ...others, ...move.changes } },
  });
}
