/** The ways in which a flight can keep out of another's: later, slower or faster, higher or lower, around. */
import type { SeparationMinima } from '../geo/cylinder-conflict.ts';
import type { FlightLeg, FlightRoute } from '../geo/trajectory-route.ts';
import type { Enu } from '../geo/wgs84.ts';

/** What a plan changes of what was asked for; `noChange` has nothing. */
export interface Manoeuvre {
  readonly delayS: number;
  readonly speedFactor: number;
  /** Between start and goal; they stay where they are. */
  readonly upM: number;
  /** A dog-leg: so far to the right (to the left below 0) of a leg, at a part of its length. */
  readonly rightM: number;
  readonly part: number;
}

export const noChange: Manoeuvre = { delayS: 0, speedFactor: 1, upM: 0, rightM: 0, part: 0 };

export type ManoeuvreKind = 'later' | 'slower' | 'faster' | 'higher' | 'lower' | 'right' | 'left';

const DELAYS_S = [4, 8, 15, 25, 40, 60, 90, 130, 180, 250, 350];
const SPEED_FACTORS = [0.85, 0.7, 1.2];
/** Of the vertical minimum and a metre. */
const LAYERS = [1, -1, 2, -2, 3, -3];
/** Of the horizontal minimum. */
const ASIDE = [1.2, -1.2, 2.4, -2.4, 4.4, -4.4];
const PARTS = [0.3, 0.5, 0.7];
/** Less is no leg to turn aside from. */
const SHORTEST_LEG_M = 1;

export function kindsOf({ delayS, speedFactor, upM, rightM }: Manoeuvre): readonly ManoeuvreKind[] {
  const kinds: ManoeuvreKind[] = [];
  if (delayS > 0) kinds.push('later');
  if (speedFactor !== 1) kinds.push(speedFactor < 1 ? 'slower' : 'faster');
  if (upM !== 0) kinds.push(upM > 0 ? 'higher' : 'lower');
  if (rightM !== 0) kinds.push(rightM > 0 ? 'right' : 'left');
  return kinds;
}

/** Changes of a flight's path and speed, one or two at once, without any delay; the first is none. */
export function listDetours(minima: SeparationMinima): readonly Manoeuvre[] {
  const layerM = Math.ceil(minima.verticalM + 1);
  const speeds = SPEED_FACTORS.map((speedFactor) => ({ speedFactor }));
  const layers = LAYERS.map((layer) => ({ upM: layer * layerM }));
  const asides = ASIDE.flatMap((times) =>
    PARTS.map((part) => ({ rightM: Math.round(times * minima.horizontalM), part })),
  );
  const pairs = [
    ...speeds.flatMap((speed) => [...layers, ...asides].map((other) => ({ ...speed, ...other }))),
    ...layers.flatMap((layer) => asides.map((aside) => ({ ...layer, ...aside }))),
  ];
  return [{}, ...speeds, ...layers, ...asides, ...pairs].map((change) => ({ ...noChange, ...change }));
}

/** Delays that go with a detour: with two changes there is no third. */
export function listDelays(detour: Manoeuvre): readonly number[] {
  const changes = kindsOf(detour).length;
  return changes === 1 ? [0, ...DELAYS_S] : [0];
}

/** The route with its detour, no delay; undefined where it has none of that kind. A dog-leg is on the leg of that number. */
export function toDetour(
  route: FlightRoute,
  { speedFactor, upM, rightM, part }: Manoeuvre,
  leg: number,
): FlightRoute | undefined {
  const turned = rightM === 0 ? route : turnAside(route, { rightM, part }, leg);
  const raised = turned && upM !== 0 ? raise(turned, upM) : turned;
  if (raised === undefined || speedFactor === 1) return raised;
  return { ...raised, legs: raised.legs.map((one) => ({ ...one, speedMps: one.speedMps * speedFactor })) };
}

/** The route after a wait: later from the ground, after a hover at the start where it is in the air already. */
export function toDelayed(route: FlightRoute, delayS: number, waits: 'grounded' | 'aloft'): FlightRoute {
  if (delayS === 0) return route;
  if (waits === 'grounded') return { ...route, startS: route.startS + delayS };
  return { ...route, legs: [{ ...route.start, speedMps: 1, holdS: delayS }, ...route.legs] };
}

function turnAside(
  route: FlightRoute,
  { rightM, part }: Pick<Manoeuvre, 'rightM' | 'part'>,
  at: number,
): FlightRoute | undefined {
  if (at < 0) return undefined;
  const leg = route.legs[at] as FlightLeg;
  const from = at === 0 ? route.start : (route.legs[at - 1] as FlightLeg);
  const [dEastM, dNorthM] = [leg.eastM - from.eastM, leg.northM - from.northM];
  const lengthM = Math.hypot(dEastM, dNorthM);
  const aside: FlightLeg = {
    eastM: from.eastM + dEastM * part + (dNorthM / lengthM) * rightM,
    northM: from.northM + dNorthM * part - (dEastM / lengthM) * rightM,
    upM: from.upM + (leg.upM - from.upM) * part,
    speedMps: leg.speedMps,
  };
  return { ...route, legs: route.legs.toSpliced(at, 0, aside) };
}

/** The leg over ground that passes nearest; -1 where none goes over ground. */
export function nearestLeg({ start, legs }: FlightRoute, place: Enu): number {
  let nearest = -1;
  let nearestM = Number.POSITIVE_INFINITY;
  let from: Enu = start;
  for (const [at, leg] of legs.entries()) {
    const [dEastM, dNorthM] = [leg.eastM - from.eastM, leg.northM - from.northM];
    const length2 = dEastM * dEastM + dNorthM * dNorthM;
    const along = ((place.eastM - from.eastM) * dEastM + (place.northM - from.northM) * dNorthM) / length2;
    const part = Math.min(1, Math.max(0, along));
    const awayM = Math.hypot(
      from.eastM + dEastM * part - place.eastM,
      from.northM + dNorthM * part - place.northM,
    );
    if (length2 >= SHORTEST_LEG_M ** 2 && awayM < nearestM) [nearest, nearestM] = [at, awayM];
    from = leg;
  }
  return nearest;
}

/** Flies everything between start and goal higher: straight up first and straight down last, where it does not so already. */
function raise(route: FlightRoute, upM: number): FlightRoute | undefined {
  const { start, startSpeedMps = 0, legs } = route;
  const first = legs[0];
  const goal = legs.at(-1);
  if (first === undefined || goal === undefined) return undefined;
  const beforeGoal = legs.at(-2) ?? start;
  const endsDown = isAbove(beforeGoal, goal);
  const beginsUp = isAbove(first, start) || startSpeedMps > 0;
  const raised = (endsDown ? legs.slice(0, -1) : legs).map((leg) => ({ ...leg, upM: leg.upM + upM }));
  if (raised.length === 0) return undefined;
  if (!endsDown) raised[raised.length - 1] = { ...(raised.at(-1) as FlightLeg), holdS: 0 };
  const climb = beginsUp ? [] : [{ ...start, upM: start.upM + upM, speedMps: first.speedMps }];
  return { ...route, legs: [...climb, ...raised, goal] };
}

function isAbove(one: Enu, other: Enu): boolean {
  return Math.hypot(one.eastM - other.eastM, one.northM - other.northM) < SHORTEST_LEG_M;
}
