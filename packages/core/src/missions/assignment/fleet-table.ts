/**
 * The fleet as columns, for decisions that look at every drone. A drone is a row; what is not known is NaN, and a drone
 * with NaN where a number is needed is not sent.
 */
const FLEET_COLUMNS = [
  'eastM',
  'northM',
  /** Airspeed of cruise, the most it would fly. */
  'speedMps',
  'socPct',
  /** What must be left at the end. */
  'floorPct',
  'capacityWh',
  'hoverW',
  /** Energy of a metre of flight at its cheapest, with the wind and all. */
  'leastWhPerM',
  'payloadMaxKg',
  'windMaxMps',
  /** Bits. */
  'skills',
  /** Bits of the regions and operators that it may fly for. */
  'zones',
  /** One of `readiness`. */
  'readiness',
  'lastHeardMs',
  'criticalAnomalies',
  /** Until it could leave where it is. */
  'freeInS',
  /** Flight hours above the fleet's mean. */
  'wearPct',
  /** What its pad or its next mission loses, at least. */
  'displacementS',
] as const;

export type FleetColumn = (typeof FLEET_COLUMNS)[number];

export const readiness = { ready: 0, interruptible: 1, busy: 2, notReady: 3 } as const;

export interface FleetTable extends Readonly<Record<FleetColumn, Float64Array>> {
  readonly ids: readonly string[];
}

export interface FleetRow extends Readonly<Record<FleetColumn, number>> {
  readonly id: string;
}

/** A table of so many drones, to be filled; every number is 0. */
export function createFleetColumns(count: number): FleetTable & { readonly ids: string[] } {
  const columns = Object.fromEntries(
    FLEET_COLUMNS.map((column) => [column, new Float64Array(count)]),
  ) as Record<FleetColumn, Float64Array>;
  return { ...columns, ids: [] };
}

export function createFleetTable(rows: readonly FleetRow[]): FleetTable {
  const table = createFleetColumns(rows.length);
  for (const column of FLEET_COLUMNS)
    for (let row = 0; row < rows.length; row += 1) table[column][row] = (rows[row] as FleetRow)[column];
  for (const { id } of rows) table.ids.push(id);
  return table;
}

export function toFleetRow(table: FleetTable, drone: number): FleetRow {
  const columns = Object.fromEntries(
    FLEET_COLUMNS.map((column) => [column, table[column][drone] as number]),
  ) as Record<FleetColumn, number>;
  return { ...columns, id: table.ids[drone] as string };
}
