/** Traffic that neither begins nor ends: flights from pad to pad over four square kilometres, at a density. */
import { profileRoute } from '@skein/core';
import { toKey, uniform } from '../physics/random.ts';
import { type AirFlight, CRUISE_MPS, planLimits } from './scenario.ts';

const SIDE_M = 2000;
const PAD_M = 80;
const PADS = SIDE_M / PAD_M;
/** Pads stay 72 m apart. */
const JITTER_M = 4;
const SHORTEST_M = 500;
const UP_M = 60;
/** A pad is free again so long after the flight should be over. */
const SPARE_S = 30;
const MAX_DRAWS = 200;
const [PAD_STREAM, GAP_STREAM] = [100, 101];

export function steadyState(perKm2: number, durationS: number, seed: number): readonly AirFlight[] {
  const key = toKey(seed, 0);
  const pads = Array.from({ length: PADS * PADS }, (_, pad) => padAt(pad, toKey(seed, pad + 1)));
  const freeFromS = new Float64Array(pads.length);
  const flights: AirFlight[] = [];
  let draws = 0;
  const drawPad = (timeS: number, fits: (pad: number) => boolean): number | undefined => {
    for (let draw = 0; draw < MAX_DRAWS; draw += 1) {
      const pad = Math.floor(uniform(key, draws++, PAD_STREAM) * pads.length);
      if ((freeFromS[pad] as number) <= timeS && fits(pad)) return pad;
    }
    return undefined;
  };
  const perS = (perKm2 * (SIDE_M / 1000) ** 2) / MEAN_FLIGHT_S;
  for (let timeS = 0; ; ) {
    timeS -= Math.log(1 - uniform(key, flights.length + 1, GAP_STREAM)) / perS;
    if (timeS >= durationS) return flights;
    const from = drawPad(timeS, () => true);
    const to = drawPad(timeS, (pad) => from !== undefined && isFar(pads[from] as Pad, pads[pad] as Pad));
    if (from === undefined || to === undefined) throw new RangeError(`no free pads at ${perKm2} per km²`);
    const flight = padFlight(flights.length, timeS, pads[from] as Pad, pads[to] as Pad);
    const profile = profileRoute({ ...flight, afterwards: 'gone' }, planLimits);
    const endS = timeS + ('reason' in profile ? 0 : profile.durationS);
    freeFromS[from] = endS + SPARE_S;
    freeFromS[to] = endS + SPARE_S;
    flights.push(flight);
  }
}

type Pad = readonly [eastM: number, northM: number];

/** Of flights between random pads: 1.1 km on the way, climb and descent. */
const MEAN_FLIGHT_S = 166;

function padAt(pad: number, key: number): Pad {
  const jitter = (stream: number) => JITTER_M * (2 * uniform(key, 0, stream) - 1);
  return [
    ((pad % PADS) + 0.5) * PAD_M - SIDE_M / 2 + jitter(1),
    (Math.floor(pad / PADS) + 0.5) * PAD_M - SIDE_M / 2 + jitter(2),
  ];
}

function isFar([east, north]: Pad, [otherEast, otherNorth]: Pad): boolean {
  return Math.hypot(east - otherEast, north - otherNorth) >= SHORTEST_M;
}

/** Up, over, down. */
function padFlight(at: number, startS: number, [east, north]: Pad, [toEast, toNorth]: Pad): AirFlight {
  const speedMps = CRUISE_MPS;
  return {
    id: `D-${String(at + 1).padStart(4, '0')}`,
    startS,
    start: { eastM: east, northM: north, upM: 0 },
    legs: [
      { eastM: east, northM: north, upM: UP_M, speedMps },
      { eastM: toEast, northM: toNorth, upM: UP_M, speedMps },
      { eastM: toEast, northM: toNorth, upM: 0, speedMps },
    ],
    waits: 'grounded',
  };
}
