/** The square cells of the ground that a trajectory passes through, and when. */
import { KNOT_SIZE, type Trajectory } from '../geo/trajectory.ts';

export const CELL_M = 300;

/** More crossings than of 2000 km in a straight line: what exceeds it is told, not walked. */
export const MAX_VISITS = 16_384;

/** One stay in one cell: seconds on the trajectory's clock, and the box of what is flown of it. */
export interface CellVisit {
  cellEast: number;
  cellNorth: number;
  fromS: number;
  /** Infinity where the vehicle hovers there for ever. */
  toS: number;
  westM: number;
  eastM: number;
  southM: number;
  northM: number;
}

/**
 * Tells every visit in order, until told to stop by false; the object is the same each time. Each position lies within its
 * visit's cell up to rounding. False, and told no further, if there are more than `MAX_VISITS`.
 * Way of the grid: Amanatides, Woo 1987.
 */
export function walkCells({ knots, afterwards }: Trajectory, tell: (visit: CellVisit) => boolean): boolean {
  const visit = visitAt(knots[1] as number, knots[2] as number);
  let visits = 1;
  for (let at = 0; at + KNOT_SIZE < knots.length; at += KNOT_SIZE) {
    const leg = legAt(knots, at);
    for (let part = nextCrossing(visit, leg); part < 1; part = nextCrossing(visit, leg)) {
      visits += 1;
      if (visits > MAX_VISITS) return false;
      const eastM = leg.eastM + leg.dEastM * part;
      const northM = leg.northM + leg.dNorthM * part;
      widen(visit, eastM, northM);
      visit.toS = leg.fromS + leg.flownS * part;
      if (!tell(visit)) return true;
      cross(visit, leg);
      begin(visit, visit.toS, eastM, northM);
    }
    widen(visit, knots[at + 5] as number, knots[at + 6] as number);
    visit.toS = knots[at + 4] as number;
  }
  if (afterwards === 'hovering') visit.toS = Number.POSITIVE_INFINITY;
  tell(visit);
  return true;
}

interface Leg {
  readonly fromS: number;
  readonly flownS: number;
  readonly eastM: number;
  readonly northM: number;
  readonly dEastM: number;
  readonly dNorthM: number;
}

function legAt(knots: Float64Array, at: number): Leg {
  const [fromS, eastM, northM] = [knots[at] as number, knots[at + 1] as number, knots[at + 2] as number];
  return {
    fromS,
    flownS: (knots[at + 4] as number) - fromS,
    eastM,
    northM,
    dEastM: (knots[at + 5] as number) - eastM,
    dNorthM: (knots[at + 6] as number) - northM,
  };
}

function nextCrossing({ cellEast, cellNorth }: CellVisit, leg: Leg): number {
  return Math.min(
    crossingOf(cellEast, leg.eastM, leg.dEastM),
    crossingOf(cellNorth, leg.northM, leg.dNorthM),
  );
}

function cross(visit: CellVisit, { eastM, northM, dEastM, dNorthM }: Leg): void {
  if (crossingOf(visit.cellEast, eastM, dEastM) <= crossingOf(visit.cellNorth, northM, dNorthM))
    visit.cellEast += Math.sign(dEastM);
  else visit.cellNorth += Math.sign(dNorthM);
}

/** The part of a leg after which it leaves a row of cells; Infinity if it does not. */
function crossingOf(cell: number, atM: number, dM: number): number {
  if (dM === 0) return Number.POSITIVE_INFINITY;
  // Rounding may have left the vehicle a hair beyond the edge already.
  return Math.max(0, ((dM > 0 ? cell + 1 : cell) * CELL_M - atM) / dM);
}

function visitAt(eastM: number, northM: number): CellVisit {
  const visit = { fromS: 0, toS: 0, westM: 0, eastM: 0, southM: 0, northM: 0 };
  begin(visit, 0, eastM, northM);
  return { cellEast: Math.floor(eastM / CELL_M), cellNorth: Math.floor(northM / CELL_M), ...visit };
}

function begin(
  visit: Omit<CellVisit, 'cellEast' | 'cellNorth'>,
  fromS: number,
  eastM: number,
  northM: number,
): void {
  visit.fromS = fromS;
  visit.westM = eastM;
  visit.eastM = eastM;
  visit.southM = northM;
  visit.northM = northM;
}

function widen(visit: CellVisit, eastM: number, northM: number): void {
  visit.westM = Math.min(visit.westM, eastM);
  visit.eastM = Math.max(visit.eastM, eastM);
  visit.southM = Math.min(visit.southM, northM);
  visit.northM = Math.max(visit.northM, northM);
}
