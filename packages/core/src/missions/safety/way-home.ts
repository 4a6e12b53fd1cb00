import type { Enu } from '../../geo/wgs84.ts';
import type { Craft } from '../energy/leg.ts';
import { judgeHomeward, type ReturnVerdict } from '../energy/reachability.ts';
import type { Pad, ReturnQuestion } from '../energy/return-question.ts';
import { append, type Flight, hover, stop } from '../energy/route.ts';
import { terrainLimitM } from './check-terrain.ts';
import { findDetour } from './fence-detours.ts';
import { fenceEdges } from './fence-times.ts';
import { type FenceDatum, fencesOn, NO_MARGINS, type TimedLeg } from './fenced-legs.ts';
import type { SafetyWorld } from './flight-candidate.ts';
import { heightsOver, levelDistanceM } from './leg-parts.ts';

/** From a place of a flight back to a pad: up, over, around what is fenced, down. */
export interface WayHome {
  readonly from: Enu;
  readonly pad: Pad;
  /** Turning points between the place and above the pad. */
  readonly via: readonly Enu[];
  readonly verdict: ReturnVerdict;
}

export interface HomeSearch {
  readonly world: SafetyWorld;
  readonly craft: Craft;
  readonly question: ReturnQuestion;
  readonly datum: FenceDatum;
  /** Ways around fences that may still be looked for. */
  detoursLeft: number;
  /** Whether the way down to a pad from a height is fenced, as far as it has been looked at. */
  readonly shut: Map<string, boolean>;
}

/** A place of the flight, when it is there, and what has been flown until then. */
export interface Turn {
  readonly place: Enu;
  readonly timeS: number;
  readonly flown: Flight;
}

/** Why there is none: nearest to the pad that failed last. */
export type NoWayHome = 'energy' | 'fences' | 'terrain';

const PADS_TRIED = 4;
/** Higher than this above the way no hill is flown over. */
const MAX_RAISE_M = 1000;

/** The first of the nearest pads that can be come to: over high enough ground, through no fence, with the reserve. */
export function findWayHome(
  search: HomeSearch,
  turn: Turn,
  before: WayHome | undefined,
): WayHome | NoWayHome {
  let why: NoWayHome = 'energy';
  for (const pad of padsFrom(search.question.pads, turn.place, before)) {
    const found = findWayTo(search, turn, { pad, before });
    if (typeof found !== 'string') return found;
    why = found;
  }
  return why;
}

/** The pad of the way home from the place before comes first: it is the likeliest. */
function padsFrom(pads: readonly Pad[], place: Enu, before: WayHome | undefined): readonly Pad[] {
  const open = pads.filter((pad) => pad.open);
  if (open.length <= 1) return open;
  const nearest = open.sort((a, b) => levelDistanceM(a.at, place) - levelDistanceM(b.at, place));
  return [...new Set([...(before ? [before.pad] : []), ...nearest.slice(0, PADS_TRIED)])];
}

interface Aim {
  readonly pad: Pad;
  readonly before: WayHome | undefined;
}

function findWayTo(search: HomeSearch, turn: Turn, { pad, before }: Aim): WayHome | NoWayHome {
  const known = before?.pad === pad ? before : undefined;
  let direct: WayHome | NoWayHome = 'fences';
  for (const via of known ? waysBack(known) : [[]]) {
    const way = flyWay(search, turn, { pad, via });
    if (typeof way !== 'string') return way;
    // Whoever cannot come straight home for another reason than fences cannot by a longer way.
    if (via.length === 0) direct = way;
    if (direct !== 'fences') return direct;
  }
  const upM = leastUpM(search, turn.place, pad);
  // No way around leads out of a fence, or into one.
  const isShut = [turn.place, pad.at].some((place) =>
    isFenced(search, { ...turn, place }, { pad: { ...pad, at: place }, via: [], upM }),
  );
  if (search.detoursLeft <= 0 || isShut) return direct;
  search.detoursLeft -= 1;
  const leg = {
    ...{ from: { ...turn.place, upM }, to: { ...pad.at, upM }, fromS: turn.timeS },
    toS: turn.timeS + levelDistanceM(turn.place, pad.at) / search.world.limits.cruiseMps,
  };
  const via = findDetour(leg, search.world, { datum: search.datum, margins: DETOUR_MARGINS });
  return via && via.length > 0 ? flyWay(search, turn, { pad, via }) : direct;
}

/**
 * What led around from the place before mostly leads around from here; then straight; by the last turning point; or back to
 * the place before, the way it came, and on from there.
 */
function* waysBack({ from, via }: WayHome): Generator<readonly Enu[]> {
  if (via.length > 0) yield via;
  yield [];
  if (via.length > 1) yield via.slice(-1);
  if (via.length < MAX_TURNS) yield [from, ...via];
}

const MAX_TURNS = 12;

/** So that turning points are on the legal side of what rounding makes of them. */
const DETOUR_MARGINS = { horizontalM: 0.5, verticalM: 0 };

const leastUpM = ({ world, question }: HomeSearch, place: Enu, pad: Pad): number =>
  Math.max(
    place.upM,
    pad.at.upM + terrainLimitM(world.limits),
    question.returnUpM ?? Number.NEGATIVE_INFINITY,
  );

interface Way {
  readonly pad: Pad;
  readonly via: readonly Enu[];
}

/** Up to a height that clears all ground on the way, over, and down; cheap things are asked first. */
function flyWay(search: HomeSearch, turn: Turn, { pad, via }: Way): WayHome | NoWayHome {
  const upM = clearUpM(search, turn.place, { pad, via });
  if (Number.isNaN(upM)) return 'terrain';
  const verdict = judgeWay(search, turn, { pad, via, upM });
  if (!verdict?.accepted) return 'energy';
  if (isFenced(search, turn, { pad, via, upM })) return 'fences';
  return { from: turn.place, pad, via: via.map((place) => ({ ...place, upM })), verdict };
}

/** NaN: the ground is unknown, or too high. */
function clearUpM({ world, ...search }: HomeSearch, place: Enu, { pad, via }: Way): number {
  const limitM = terrainLimitM(world.limits);
  const leastM = leastUpM({ world, ...search }, place, pad);
  let upM = leastM;
  let from = place;
  for (const to of [...via, pad.at]) {
    const level = { from: { ...from, upM: leastM }, to: { ...to, upM: leastM } };
    const clearanceM = heightsOver(level, world).leastM;
    if (Number.isNaN(clearanceM)) return Number.NaN;
    upM = Math.max(upM, leastM + limitM - clearanceM);
    from = to;
  }
  return upM - leastM <= MAX_RAISE_M ? upM : Number.NaN;
}

interface LevelWay extends Way {
  readonly upM: number;
}

function judgeWay({ craft, question }: HomeSearch, turn: Turn, { pad, via, upM }: LevelWay) {
  const homeward = { ...question, pads: [pad], returnUpM: upM };
  const speedMps = craft.airframe.returnGroundSpeedMps;
  let { place: from, flown } = turn;
  for (const to of via) {
    const top = { ...from, upM };
    const up = upM > from.upM ? append(craft, flown, { from, to: top, homeward: true }) : flown;
    if ('tailMps' in up) return undefined;
    const next = { ...to, upM };
    const leg = {
      from: top,
      to: next,
      homeward: true,
      ...(speedMps !== undefined && { groundSpeedMps: speedMps }),
    };
    const over = append(craft, up, leg);
    if ('tailMps' in over) return undefined;
    [from, flown] = [next, over];
  }
  return judgeHomeward(craft, homeward, { from, flown });
}

function isFenced(search: HomeSearch, { place, timeS }: Turn, { pad, via, upM }: LevelWay): boolean {
  const { world, datum } = search;
  if (world.fences.sites.length === 0) return false;
  const { cruiseMps, flight } = world.limits;
  const rules = { ...datum, margins: NO_MARGINS };
  let [from, fromS] = [place, timeS];
  const meets = (to: Enu, mps: number, kind: TimedLeg['kind']): boolean => {
    const toS = fromS + Math.hypot(levelDistanceM(from, to), to.upM - from.upM) / mps;
    const leg = { from, to, fromS, toS, kind };
    [from, fromS] = [to, toS];
    return fencesOn(leg, world, rules).length > 0;
  };
  if (upM > place.upM && meets({ ...place, upM }, flight.climbMps, 'take_off')) return true;
  for (const to of [...via, pad.at]) if (meets({ ...to, upM }, cruiseMps, 'flight')) return true;
  // Where no fence ever begins or ceases to count, the way down is the same whenever one comes.
  const isSteady = fenceEdges(world.fences).length === 0;
  const key = `${upM} ${pad.at.eastM} ${pad.at.northM} ${pad.at.upM}`;
  const isShut = (isSteady ? search.shut.get(key) : undefined) ?? meets(pad.at, flight.descentMps, 'landing');
  search.shut.set(key, isShut);
  return isShut;
}

/** What has been flown after hovering for a while where a leg ends. */
export const hoverThere = (craft: Craft, flown: Flight, seconds: number): Flight =>
  hover(craft, stop(craft, flown), seconds);
