/**
 * Boxes of parts of paths: two drones that fly through the same place within a minute are mostly not there at the same time.
 * A cheap answer before the exact one.
 */
import { BOX_SIZE } from './box-sweep.ts';
import type { BoxReach, ForecastBoxes } from './forecast-boxes.ts';

/** Of the time that plans are believed. */
const SLICES = 4;
const ROW = SLICES * BOX_SIZE;

export class PathSlices {
  #boxes = new Float64Array(0);

  reserve(rows: number): void {
    if (this.#boxes.length < rows * ROW) this.#boxes = new Float64Array(Math.ceil(rows * 1.5) * ROW);
  }

  /** Of a row that flies a path and nothing else. */
  write(row: number, reach: BoxReach, writer: ForecastBoxes): void {
    const sliceS = reach.pathS / SLICES;
    for (let slice = 0; slice < SLICES; slice += 1) {
      const part = { ...reach, pathFromS: slice * sliceS, pathS: (slice + 1) * sliceS };
      writer.write(row, part, this.#boxes, row * SLICES + slice);
    }
  }

  /** Whether two such rows are never near each other; a slice in which one is not in the air is a box of nothing. */
  areApart(one: number, other: number): boolean {
    for (let slice = 0; slice < SLICES; slice += 1)
      if (this.#overlap(one * ROW + slice * BOX_SIZE, other * ROW + slice * BOX_SIZE)) return false;
    return true;
  }

  #overlap(one: number, other: number): boolean {
    const boxes = this.#boxes;
    for (let axis = 0; axis < BOX_SIZE; axis += 2) {
      if ((boxes[one + axis] as number) > (boxes[other + axis + 1] as number)) return false;
      if ((boxes[other + axis] as number) > (boxes[one + axis + 1] as number)) return false;
    }
    return true;
  }
}
