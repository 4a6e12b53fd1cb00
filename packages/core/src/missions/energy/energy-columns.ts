import { type EnergyBound, payableWh } from './energy-bound.ts';

/** The bounds of a whole fleet, a number an array each: what a scan reads lies side by side. Row = drone. */
export interface EnergyColumns {
  readonly whPerM: Float64Array;
  readonly homeWhPerM: Float64Array;
  /** NaN: nothing is known of this row, and it never passes. */
  readonly payableWh: Float64Array;
}

export const createEnergyColumns = (rows: number): EnergyColumns => ({
  whPerM: new Float64Array(rows),
  homeWhPerM: new Float64Array(rows),
  payableWh: new Float64Array(rows).fill(Number.NaN),
});

/** Sets a row: whenever the drone's charge, model or wind has changed. */
export function setEnergyRow(
  columns: EnergyColumns,
  row: number,
  bound: EnergyBound,
  batteryPct: number,
): void {
  columns.whPerM[row] = bound.whPerM;
  columns.homeWhPerM[row] = bound.homeWhPerM;
  columns.payableWh[row] = payableWh(bound, batteryPct);
}

/** As `mayReturn`: false where `judgeReturn` would refuse so much way whatever the route's shape. */
export function rowMayReturn(columns: EnergyColumns, row: number, outM: number, homeM: number): boolean {
  return (
    outM * (columns.whPerM[row] as number) + homeM * (columns.homeWhPerM[row] as number) <=
    (columns.payableWh[row] as number)
  );
}
