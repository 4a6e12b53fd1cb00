import { planeDistanceM } from './path.ts';
import { fromTurned, type Pass, type Stretch, type SweepLine, toHeading } from './sweep.ts';

/** Stretches of neighbouring lines that can be flown to and fro without a break: no hole or bay between them. */
export interface Cell {
  /** From one line to the next; all along the heading. */
  readonly passes: readonly Pass[];
}

interface OpenCell {
  readonly stretch: Stretch;
  readonly passes: Pass[];
}

/** Boustrophedon decomposition (Choset and Pignon 1998): a new cell begins wherever lines split or join. */
export function toCells(lines: readonly SweepLine[], headingDeg: number): readonly Cell[] {
  const heading = toHeading(headingDeg);
  const cells: Cell[] = [];
  let open: readonly OpenCell[] = [];
  for (const { asideM, stretches } of lines) {
    open = stretches.map((stretch, at) => {
      const pass = {
        from: fromTurned(heading, stretch.fromM, asideM),
        to: fromTurned(heading, stretch.toM, asideM),
      };
      const before = soleNeighbour(open, stretches, at);
      if (before) {
        before.passes.push(pass);
        return { stretch, passes: before.passes };
      }
      const passes = [pass];
      cells.push({ passes });
      return { stretch, passes };
    });
  }
  return cells;
}

const overlaps = (a: Stretch, b: Stretch): boolean => a.fromM <= b.toM && b.fromM <= a.toM;

function soleNeighbour(
  open: readonly OpenCell[],
  stretches: readonly Stretch[],
  at: number,
): OpenCell | undefined {
  const stretch = stretches[at] as Stretch;
  const before = open.filter((each) => overlaps(each.stretch, stretch));
  const [only] = before;
  if (!only || before.length > 1) return undefined;
  return stretches.filter((each) => overlaps(each, only.stretch)).length === 1 ? only : undefined;
}

export const VARIANTS = [0, 1, 2, 3] as const;
export type Variant = (typeof VARIANTS)[number];

/** A cell's passes as flown: variant bit 0 begins against the heading, bit 1 begins with the last line. */
export function flyCell({ passes }: Cell, variant: Variant): readonly Pass[] {
  const inOrder = (variant & 2) === 0 ? passes : passes.toReversed();
  return inOrder.map((pass, at) => {
    const against = (at + variant) % 2 === 1;
    return against ? { from: pass.to, to: pass.from } : pass;
  });
}

/** Between the passes, and on them. */
export function passesLengthM(passes: readonly Pass[]): number {
  return passes.reduce((sum, pass, at) => {
    const before = passes[at - 1];
    return sum + planeDistanceM(pass.from, pass.to) + (before ? planeDistanceM(before.to, pass.from) : 0);
  }, 0);
}
