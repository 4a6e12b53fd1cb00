import { STEP_S } from '../physics/airframe.ts';
import { type FleetState, isAirborne, PHASE } from '../physics/fleet-state.ts';
import { accept, type Cockpit, type Decide, type Decision, refuseOrder } from './decision.ts';
import { aimAtLeg, type FlightPlan, type Leg, toLeg, WEIGHT } from './flight-plan.ts';
import type { Point } from './patrol.ts';
import { flyHome, joinMission, LAND_NOW_SOC, leaveMission, SOC_PER_M, stop, takeOff } from './pilot.ts';
import { isObjection, type Params, readHeight, readLeg, readPlace } from './place.ts';

/** Orders that say where to be. */

const MIN_TAKEOFF_SOC = 0.25;
const TAKEOFF_HEIGHT = { lowestM: 1, highestM: 5000 };

export const airborne = ({ state }: Cockpit, i: number): boolean => isAirborne(state.phase[i] as number);

/** The mission is over; where it was left is kept, so that it can be started from there. */
function breakOff({ state, plan }: Cockpit, i: number): void {
  leaveMission(state, plan, i);
  plan.engaged[i] = 0;
  plan.autonomous[i] = 0;
}

export const land: Decide = (cockpit, i, params) => {
  if (!airborne(cockpit, i)) return accept(() => stayDown(cockpit, i), 'on the ground already');
  const site = readSite(params, cockpit, i);
  if (site && isObjection(site)) return refuseOrder('denied', site.objection);
  return accept(() => comeDown(cockpit, i, PHASE.landing, site));
};

/** Is never refused: what cannot be read or reached of its site is answered by landing here. */
export const emergencyLand: Decide = (cockpit, i, params) => {
  if (!airborne(cockpit, i)) return accept(() => stayDown(cockpit, i), 'on the ground already');
  const site = readSite(params, cockpit, i);
  if (!site) return accept(() => comeDown(cockpit, i, PHASE.emergency, undefined));
  const { state } = cockpit;
  const objection = isObjection(site) ? site.objection : undefined;
  const isNear = !isObjection(site) && canReach(state, i, site);
  if (!isObjection(site) && isNear) return accept(() => comeDown(cockpit, i, PHASE.emergency, site));
  const why = objection ?? 'the battery does not reach the site';
  return accept(() => comeDown(cockpit, i, PHASE.emergency, undefined), `landing here: ${why}`);
};

function canReach(state: FleetState, i: number, { x, y }: Point): boolean {
  const wayM = Math.hypot(x - (state.x[i] as number), y - (state.y[i] as number));
  return (state.soc[i] as number) > LAND_NOW_SOC + SOC_PER_M * wayM;
}

/** At the params' own place or their `site`; undefined where none is named. Its height is the ground's. */
function readSite(params: Params, cockpit: Cockpit, i: number) {
  const { site } = params;
  const named = (typeof site === 'object' && site !== null ? site : params) as Params;
  const isNamed =
    site !== undefined || ['x', 'y', 'latitude', 'longitude', 'lat', 'lon'].some((key) => key in named);
  if (!isNamed) return undefined;
  const { x, y, latitude, longitude, lat, lon, lng } = named;
  return readPlace(
    { x, y, latitude, longitude, lat, lon, lng },
    cockpit,
    Math.max(2, cockpit.state.z[i] as number),
  );
}

function comeDown(cockpit: Cockpit, i: number, phase: number, site: Point | undefined): void {
  const { state, plan } = cockpit;
  breakOff(cockpit, i);
  if (!site) return stop(state, plan, i, phase);
  plan.braking[i] = 0;
  state.phase[i] = phase;
  aimAtLeg(state, plan, i, toLeg(site));
}

function stayDown({ state, plan }: Cockpit, i: number): void {
  plan.autonomous[i] = 0;
  plan.engaged[i] = 0;
  plan.armed[i] = 0;
  state.phase[i] = PHASE.grounded;
}

export const returnToBase: Decide = (cockpit, i) =>
  accept(() => {
    const { state, plan } = cockpit;
    const flies = airborne(cockpit, i);
    breakOff(cockpit, i);
    if (flies) flyHome(state, plan, i);
  });

/** Rotors off, in the air too. Needs `confirm: true`. */
export const terminate: Decide = (cockpit, i, params) => {
  const { state } = cockpit;
  if (params['confirm'] !== true) return refuseOrder('denied', 'terminate needs confirm: true');
  return accept(() => {
    if (!airborne(cockpit, i)) return stayDown(cockpit, i);
    breakOff(cockpit, i);
    state.phase[i] = PHASE.falling;
    state.thrustFactor[i] = 0;
    for (const field of ['ax', 'ay', 'jx', 'jy', 'jz', 'yawRate'] as const) state[field][i] = 0;
  });
};

export const hold: Decide = (cockpit, i) =>
  accept(() => {
    const { plan } = cockpit;
    if (airborne(cockpit, i)) halt(cockpit, i);
    else plan.autonomous[i] = 0;
  });

export const pauseMission: Decide = (cockpit, i) => {
  const { plan } = cockpit;
  if (plan.engaged[i] !== 1 || !airborne(cockpit, i))
    return refuseOrder('temporarily_rejected', 'no mission is under way');
  return accept(() => halt(cockpit, i));
};

/** Stops, and keeps what it was about to do. */
function halt(cockpit: Cockpit, i: number): void {
  const { state, plan } = cockpit;
  if ((state.phase[i] as number) === PHASE.hold) return;
  interrupt(cockpit, i);
  stop(state, plan, i, PHASE.hold);
}

/** Keeps where its mission was left, and what else it was about to do. */
function interrupt(cockpit: Cockpit, i: number): void {
  leaveMission(cockpit.state, cockpit.plan, i);
  setAside(cockpit, i);
}

/** Keeps what it was about to do besides a mission, unless that was set aside before. */
export function setAside({ state, plan }: Cockpit, i: number): void {
  const phase = state.phase[i] as number;
  if (phase === PHASE.goto || phase === PHASE.takeoff)
    plan.paused.set(i, { phase, leg: legOf(state, plan, i) });
}

function legOf(state: FleetState, plan: FlightPlan, i: number): Leg {
  return {
    x: state.targetX[i] as number,
    y: state.targetY[i] as number,
    z: state.targetZ[i] as number,
    speedMps: state.speedLimit[i] as number,
    headingRad: state.headingRad[i] as number,
    holdS: (plan.waitSteps[i] as number) * STEP_S,
    radiusM: plan.radiusM[i] as number,
  };
}

/** In which a drone waits to go on. */
const STANDS_BY: ReadonlySet<number> = new Set([PHASE.hold, PHASE.avoid]);

/** Goes on with what a hold interrupted; of a landing or a return that it clears, it makes a hold. */
export const resume: Decide = (cockpit, i) =>
  accept(() => {
    const { state, plan } = cockpit;
    const released = plan.weight[i] as number;
    plan.weight[i] = WEIGHT.none;
    if (!airborne(cockpit, i)) goOnFromGround(cockpit, i, released);
    else if (released >= WEIGHT.return) {
      if ((state.phase[i] as number) !== PHASE.falling) stop(state, plan, i, PHASE.hold);
    } else if (STANDS_BY.has(state.phase[i] as number)) goOn(cockpit, i);
  });

/** Who was brought down in an emergency may be ordered again, but does not start by itself. */
function goOnFromGround({ state, plan }: Cockpit, i: number, released: number): void {
  if (released === WEIGHT.terminate) state.thrustFactor[i] = 1;
  if ((state.phase[i] as number) === PHASE.grounded) state.phase[i] = PHASE.ready;
  if (released < WEIGHT.emergency) plan.autonomous[i] = plan.hasPatrols ? 1 : 0;
}

function goOn({ state, plan }: Cockpit, i: number): void {
  const before = plan.paused.get(i);
  plan.paused.delete(i);
  plan.avoiding.delete(i);
  if (before) {
    plan.braking[i] = 0;
    state.phase[i] = before.phase;
    aimAtLeg(state, plan, i, before.leg);
  } else if (plan.engaged[i] === 1 || plan.autonomous[i] === 1) {
    plan.engaged[i] = 1;
    joinMission(state, plan, i);
  } else if ((state.phase[i] as number) === PHASE.avoid) stop(state, plan, i, PHASE.hold);
}

export const goTo: Decide = (cockpit, i, params) => {
  const { state, plan } = cockpit;
  const leg = readLeg(params, cockpit, state.z[i] as number);
  if (isObjection(leg)) return refuseOrder('denied', leg.objection);
  if (!airborne(cockpit, i)) return refuseOrder('temporarily_rejected', 'not in the air: send takeoff first');
  return accept(() => {
    leaveMission(state, plan, i);
    plan.braking[i] = 0;
    state.phase[i] = PHASE.goto;
    aimAtLeg(state, plan, i, leg);
  });
};

/** Why it cannot take off now. */
export function refuseTakeoff({ state }: Cockpit, i: number): Decision | undefined {
  if ((state.soc[i] as number) >= MIN_TAKEOFF_SOC) return undefined;
  return refuseOrder('temporarily_rejected', 'battery too low to take off');
}

export const takeoff: Decide = (cockpit, i, params) => {
  const { state, plan } = cockpit;
  if (airborne(cockpit, i)) return refuseOrder('denied', 'already in the air');
  const heightM = readHeight(params, cockpit.origin, 'relative') ?? (state.layerZ[i] as number);
  if (typeof heightM === 'object') return refuseOrder('denied', heightM.objection);
  const { lowestM, highestM } = TAKEOFF_HEIGHT;
  if (!(heightM >= lowestM && heightM <= highestM))
    return refuseOrder('denied', `the height must be ${lowestM} to ${highestM} m`);
  return refuseTakeoff(cockpit, i) ?? accept(() => takeOff(state, plan, i, heightM));
};

export const arm: Decide = (cockpit, i) => {
  if (airborne(cockpit, i)) return accept(() => undefined, 'in the air already');
  const { plan } = cockpit;
  return (
    refuseTakeoff(cockpit, i) ??
    accept(() => {
      plan.armed[i] = 1;
    })
  );
};

export const disarm: Decide = (cockpit, i) => {
  if (airborne(cockpit, i)) return refuseOrder('denied', 'in the air');
  return accept(() => {
    cockpit.plan.autonomous[i] = 0;
    cockpit.plan.armed[i] = 0;
  });
};
