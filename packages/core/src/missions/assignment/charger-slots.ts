/** A drone at a charger. */
export interface ChargeStop {
  readonly charger: number;
  readonly arriveS: number;
  readonly startS: number;
  readonly endS: number;
  readonly fromWh: number;
  readonly toWh: number;
}

/** The earliest begin, from `arriveS` on, at which the charger has a slot for so long; others keep theirs. */
export function findSlot(
  all: readonly ChargeStop[],
  slots: number,
  arriveS: number,
  durationS: number,
): number {
  if (all.length < slots) return arriveS;
  const booked = all.filter(({ endS }) => endS > arriveS);
  if (booked.length < slots) return arriveS;
  const begins = [arriveS, ...booked.map(({ endS }) => endS)].sort((a, b) => a - b);
  for (const startS of begins) {
    const during = booked.filter((each) => each.startS < startS + durationS && each.endS > startS);
    // At most so many overlap at once; it is the begins within the time that can fill the last slot.
    const moments = [startS, ...during.map((each) => each.startS).filter((beginS) => beginS > startS)];
    const isFree = moments.every(
      (momentS) => during.filter((each) => each.startS <= momentS && each.endS > momentS).length < slots,
    );
    if (isFree) return startS;
  }
  return Number.POSITIVE_INFINITY;
}
