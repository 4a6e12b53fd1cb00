import { NOISE_M, toUnknownGround } from './check-places.ts';
import type { SafetyLimits, SafetyWorld, Verdict } from './flight-candidate.ts';
import type { FlownLeg, FlownRoute } from './flown-route.ts';
import { heightsOver, levelDistanceM, placeAlong } from './leg-parts.ts';

/** What begins too low or too high, on its way up from a pad or back down, has come out of it within this distance. */
const CLIMB_OUT_M = 50;
/** How far below what is known of the ground a vehicle on it may say it is. */
const GROUND_NOISE_M = 5;

export interface TerrainVerdicts {
  /** The clearance of the ground. */
  readonly terrain: Verdict;
  /** The ceiling above the ground, on the way; undefined: it is kept. */
  readonly ceiling: Verdict | undefined;
}

export const terrainLimitM = ({ terrainClearanceM, terrainSigmaM }: SafetyLimits): number =>
  terrainClearanceM + 3 * terrainSigmaM;

/** The whole way, not only its points: not too low over any ground, not too high over any. */
export function checkTerrain({ legs }: FlownRoute, world: SafetyWorld): TerrainVerdicts {
  let terrain: Verdict | undefined;
  let ceiling: Verdict | undefined;
  for (const [at, leg] of legs.entries())
    for (const [part, freed] of partsOf(leg, at === 0)) {
      const verdicts = checkPart(part, freed, world);
      if (!terrain || marginOf(verdicts.terrain) < marginOf(terrain)) terrain = verdicts.terrain;
      if (verdicts.ceiling && (!ceiling || marginOf(verdicts.ceiling) < marginOf(ceiling)))
        ceiling = verdicts.ceiling;
    }
  return { terrain: terrain ?? { check: 'TERRAIN', passed: true, evidence: 'No leg' }, ceiling };
}

type Freed = 'none' | 'climb_out' | 'pad';

/** A leg in parts to which the same rule applies. */
function partsOf(leg: FlownLeg, isFirst: boolean): readonly (readonly [FlownLeg, Freed])[] {
  if (leg.kind === 'take_off')
    return [
      [leg, 'pad'],
      [{ ...leg, from: leg.to, kind: 'hold' }, 'none'],
    ];
  if (leg.kind === 'landing') return [[leg, 'pad']];
  const lengthM = levelDistanceM(leg.from, leg.to);
  if (!isFirst || leg.kind === 'hold') return [[leg, 'none']];
  if (lengthM <= CLIMB_OUT_M)
    return [
      [leg, 'climb_out'],
      [{ ...leg, from: leg.to }, 'none'],
    ];
  const out = placeAlong(leg, CLIMB_OUT_M / lengthM);
  return [
    [{ ...leg, to: out }, 'climb_out'],
    [{ ...leg, from: out }, 'none'],
  ];
}

/** Unknown is worse than whatever is known. */
const marginOf = ({ margin = Number.NEGATIVE_INFINITY }: Verdict): number => margin;

function checkPart(leg: FlownLeg, freed: Freed, world: SafetyWorld): TerrainVerdicts {
  const { leastM, leastAt, mostM, mostAt } = heightsOver(leg, world);
  if (Number.isNaN(leastM)) return { terrain: toUnknownGround('TERRAIN', leg.to), ceiling: undefined };
  const limit = terrainLimitM(world.limits);
  const { ceilingAglM } = world.limits;
  const margin = leastM - limit;
  const above = mostM - ceilingAglM;
  const isLow =
    margin < -NOISE_M && !(freed === 'pad' || (freed === 'climb_out' && climbs(leg, leastM, leastAt)));
  const isHigh = above > NOISE_M && !(freed !== 'none' && mostAt === 0);
  return {
    terrain: {
      ...{ check: 'TERRAIN', passed: !isLow, unit: 'm', limit, at: { place: placeAlong(leg, leastAt) } },
      // What is let through low is not what the margin is about.
      margin: isLow ? margin : Math.max(margin, 0),
      ...(isLow && { code: 'TERRAIN' }),
      evidence: `at least ${leastM.toFixed(1)} m above the ground below; needed are ${limit.toFixed(1)} m`,
    },
    ceiling: isHigh
      ? {
          ...{
            check: 'ALTITUDE',
            passed: false,
            code: 'ALT_CEIL',
            margin: -above,
            unit: 'm',
            limit: ceilingAglM,
          },
          evidence: `up to ${mostM.toFixed(1)} m above the ground on the way; allowed are ${ceilingAglM} m`,
          at: { place: placeAlong(leg, mostAt) },
        }
      : undefined,
  };
}

/** Lowest where it begins, and not under the ground. */
const climbs = ({ from, to }: FlownLeg, leastM: number, leastAt: number): boolean =>
  leastAt === 0 && leastM >= -GROUND_NOISE_M && to.upM > from.upM;
