import type { DroneChoice, Exclusion } from './best-drone.ts';
import type { CostWeights } from './cost.ts';
import { createDroneRead, findShortfall, leastCostS } from './feasibility.ts';
import { createFleetTable, type FleetRow, type FleetTable, toFleetRow } from './fleet-table.ts';
import type { MissionAsk } from './mission-ask.ts';

interface Change {
  readonly text: string;
  readonly row: FleetRow;
  readonly ask: MissionAsk;
}

/** How a shortfall would be made up, by its code. */
const remedies: Readonly<
  Record<string, (row: FleetRow, ask: MissionAsk, shortBy: number) => Change | undefined>
> = {
  ENERGY_RTH: (row, ask, shortBy) => {
    const socPct = Math.ceil(row.socPct + shortBy);
    return socPct <= 100
      ? { text: `${row.id} charged to ${socPct} %`, row: { ...row, socPct }, ask }
      : undefined;
  },
  TIME_WINDOW: (row, ask, shortBy) => ({
    ...{ text: `deadline relaxed by ${Math.ceil(shortBy)} s (${row.id})`, row },
    ask: { ...ask, latestStartInS: (ask.latestStartInS ?? 0) + Math.ceil(shortBy) },
  }),
  PAYLOAD: (row, ask, shortBy) => ({
    ...{ text: `payload lighter by ${upTo(shortBy)} kg (${row.id})`, row },
    ask: { ...ask, payloadKg: ask.payloadKg - upTo(shortBy) },
  }),
  WIND: (row, ask, shortBy) => ({
    ...{ text: `wind weaker by ${upTo(shortBy)} m/s (${row.id})`, row },
    ask: { ...ask, windMps: ask.windMps - upTo(shortBy) },
  }),
};

const TENTHS = 10;
const upTo = (value: number): number => Math.ceil(value * TENTHS) / TENTHS;

/**
 * For each reason whose nearest drone lacks nothing else: what would make it fit, if it could then be cheaper than the
 * chosen one. That it would be, only its evaluation can tell.
 */
export function listChanges(
  fleet: FleetTable,
  ask: MissionAsk,
  weights: CostWeights,
  { excluded, ranking }: DroneChoice,
): readonly string[] {
  const bestS = ranking[0]?.costS ?? Number.POSITIVE_INFINITY;
  return excluded.flatMap((exclusion) => {
    const change = findRemedy(fleet, ask, exclusion);
    if (!change) return [];
    const changed = createFleetTable([change.row]);
    const isFit = !findShortfall(createDroneRead(changed, change.ask), 0);
    return isFit && leastCostS(changed, change.ask, 0, weights) < bestS ? [change.text] : [];
  });
}

function findRemedy(fleet: FleetTable, ask: MissionAsk, { code, nearest }: Exclusion): Change | undefined {
  if (nearest.shortBy === undefined) return undefined;
  return remedies[code]?.(toFleetRow(fleet, nearest.drone), ask, nearest.shortBy);
}
