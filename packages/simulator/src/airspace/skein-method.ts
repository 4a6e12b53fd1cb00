/**
 * Plans in space and time that keep clear of each other, made before the start; and a tactical net under them, for pairs of
 * which at least one does not fly a plan: a stranger, or who was driven off. Who was driven off is planned anew from where
 * it is.
 */
import {
  type AirVelocity,
  conflictInterval,
  type FlightLeg,
  type FlightRoute,
  isRefusal,
  type PlanRequest,
  planAround,
  planTogether,
  positionAt,
  relativeMotion,
  separationFor,
  stepTactically,
  type TacticalMemory,
  type Trajectory,
  TrajectoryIndex,
  trajectoryEndS,
} from '@skein/core';
import {
  type AirMethod,
  type AirOrders,
  type AirPicture,
  straightTrajectory,
  velocityTo,
} from './air-method.ts';
import { LegCounter } from './leg-counter.ts';
import { neighboursOf } from './neighbours.ts';
import type { PointMass } from './point-mass.ts';
import {
  type AirFlight,
  airMinima,
  HIGHEST_UP_M,
  LOWEST_UP_M,
  MAX_SPEED_MPS,
  planLimits,
} from './scenario.ts';

interface Guided {
  plan: Trajectory | undefined;
  memory: TacticalMemory | undefined;
  /** Steered, or off its plan, until then at least. */
  tacticalUntilS: number;
  replannedS: number;
}

/** Of what a flight lasts, that the last of a group may be late without another attempt. */
const ENOUGH_LATE = 0.02;
const ENOUGH_LATE_S = 3;
/** Who is further from its plan than its share of the buffer does not fly it. */
const [OFF_M, OFF_UP_M] = [10, 3];
const LOOK_AHEAD_S = 20;
const BUFFER = 1.4;
/** A plan leaves room for catching up. */
const FASTEST_PLAN_MPS = 12.5;
const KEEP_S = 3;
/** What a plan must keep at the least. */
const tightMinima = { horizontalM: 1.1 * airMinima.horizontalM, verticalM: 1.1 * airMinima.verticalM };
/** Of the speed that could not be held. */
const SLOWER = 0.65;
const REPLAN_S = 2;
const AHEAD_S = 5;

export class SkeinMethod implements AirMethod {
  readonly #flights: readonly AirFlight[];
  readonly #minima = separationFor(undefined, airMinima);
  readonly #index = new TrajectoryIndex({ minima: this.#minima });
  readonly #guided: Guided[];
  readonly #legs: LegCounter;
  #waiting: number[] = [];

  constructor(flights: readonly AirFlight[]) {
    this.#flights = flights;
    this.#legs = new LegCounter(flights);
    this.#guided = flights.map(() => ({
      plan: undefined,
      memory: undefined,
      tacticalUntilS: Number.NEGATIVE_INFINITY,
      replannedS: Number.NEGATIVE_INFINITY,
    }));
  }

  admit(flights: readonly number[], timeS: number, { fly }: AirOrders): void {
    this.#index.removeEnded(timeS - 1);
    // Who found no plan asks again.
    const asking = [...this.#waiting, ...flights];
    this.#waiting = [];
    if (asking.length === 0) return;
    const requests = asking.map((at) => this.#requestOf(this.#flights[at] as AirFlight, timeS));
    const longestS = Math.max(
      ...asking.map((at) => trajectoryEndS(straightTrajectory(this.#flights[at] as AirFlight)) - timeS),
    );
    const enoughLateS = ENOUGH_LATE * longestS + (asking.length > 1 ? 0 : ENOUGH_LATE_S);
    const joint = planTogether(requests, this.#index, { enoughLateS });
    if (isRefusal(joint)) throw new RangeError(joint.message);
    for (const [place, at] of asking.entries()) {
      const plan = joint.plans[place];
      if (plan === undefined) this.#waiting.push(at);
      else this.#take(at, plan.trajectory, fly);
    }
  }

  command(heard: AirPicture, orders: AirOrders): void {
    const { timeS, isStranger } = heard;
    const states = heard.states.map((state, at) =>
      state !== undefined && heard.isSilent(at) ? this.#presume(at, state, timeS) : state,
    );
    const picture = { ...heard, states };
    const isOff = states.map(
      (state, at) => state !== undefined && (isStranger(at) || this.#isOff(at, state, timeS)),
    );
    if (!isOff.includes(true)) return;
    for (const [at, state] of states.entries()) {
      if (state === undefined || isStranger(at)) continue;
      if (isOff[at]) this.#legs.next(at, state);
      if (this.#isThreatened(at, picture, isOff)) this.#steer(at, picture, orders);
      else if (isOff[at]) this.#comeBack(at, picture, orders);
    }
  }

  #requestOf({ id, startS, start, legs, waits }: AirFlight, timeS: number): PlanRequest {
    const route = { id, startS: Math.max(startS, timeS), start, legs, afterwards: 'gone' as const };
    return { ...this.#limits, route, waits };
  }

  get #limits() {
    return {
      minima: this.#minima,
      lowestUpM: LOWEST_UP_M,
      highestUpM: HIGHEST_UP_M,
      maxSpeedMps: FASTEST_PLAN_MPS,
      maxDelayS: 600,
      limits: planLimits,
    };
  }

  #take(at: number, trajectory: Trajectory, fly: AirOrders['fly']): void {
    const guided = this.#guided[at] as Guided;
    guided.plan = trajectory;
    fly(at, trajectory);
  }

  #isOff(at: number, { eastM, northM, upM }: PointMass, timeS: number): boolean {
    const { plan, tacticalUntilS } = this.#guided[at] as Guided;
    if (plan === undefined || timeS < tacticalUntilS) return true;
    const there = positionAt(plan, Math.min(timeS, trajectoryEndS(plan) - 1e-3));
    if (there === undefined) return timeS > plan.startS;
    return (
      Math.hypot(there.eastM - eastM, there.northM - northM) > OFF_M || Math.abs(there.upM - upM) > OFF_UP_M
    );
  }

  /** Who is silent flies on by its plan, if it did before. */
  #presume(at: number, guess: PointMass, timeS: number): PointMass {
    const { plan, tacticalUntilS } = this.#guided[at] as Guided;
    const here = plan && positionAt(plan, timeS);
    const soon = plan && positionAt(plan, timeS + 1);
    if (here === undefined || soon === undefined || timeS < tacticalUntilS) return guess;
    return {
      ...here,
      eastMps: soon.eastM - here.eastM,
      northMps: soon.northM - here.northM,
      upMps: soon.upM - here.upM,
    };
  }

  /** In conflict, as both fly now, with anyone of whom not both fly their plans. */
  #isThreatened(at: number, { states }: AirPicture, isOff: readonly boolean[]): boolean {
    const state = states[at] as PointMass;
    const minima = { horizontalM: airMinima.horizontalM * BUFFER, verticalM: airMinima.verticalM * BUFFER };
    return states.some(
      (other, place) =>
        other !== undefined &&
        place !== at &&
        (isOff[at] || isOff[place]) &&
        conflictInterval(relativeMotion(state, other), minima, LOOK_AHEAD_S) !== undefined,
    );
  }

  #steer(at: number, picture: AirPicture, { steer }: AirOrders): void {
    const guided = this.#guided[at] as Guided;
    const state = picture.states[at] as PointMass;
    const own = {
      ...state,
      id: (this.#flights[at] as AirFlight).id,
      wish: this.#wish(at, state, picture.timeS),
    };
    const command = stepTactically(own, neighboursOf(at, picture, this.#flights), {
      minima: airMinima,
      bufferFactor: BUFFER,
      ...(guided.memory && { memory: guided.memory }),
    });
    guided.memory = command.memory;
    guided.tacticalUntilS = picture.timeS + KEEP_S;
    steer(at, command.velocity);
  }

  /** Out of danger: a new plan from here, or else back to the old one. */
  #comeBack(at: number, { states, timeS }: AirPicture, { fly, steer, reaches }: AirOrders): void {
    const guided = this.#guided[at] as Guided;
    const state = states[at] as PointMass;
    if (timeS - guided.replannedS >= REPLAN_S && reaches(at)) {
      guided.replannedS = timeS;
      const trajectory = this.#planFrom(at, state, timeS);
      if (trajectory !== undefined) {
        guided.tacticalUntilS = Number.NEGATIVE_INFINITY;
        guided.memory = undefined;
        this.#take(at, trajectory, fly);
        return;
      }
    }
    steer(at, this.#wish(at, state, timeS));
  }

  /** Where the full buffers find nothing, what is left of them will do: it is better than no plan. */
  #planFrom(at: number, state: PointMass, timeS: number): Trajectory | undefined {
    const route = this.#routeFrom(at, state, timeS);
    for (const minima of [this.#minima, tightMinima]) {
      const plans = planAround({ ...this.#limits, minima, route, waits: 'aloft' }, this.#index);
      const plan = isRefusal(plans) ? undefined : plans[0];
      if (plan === undefined) continue;
      const own = this.#index.get(route.id)?.version;
      const near = this.#index.conflicts(plan.trajectory, this.#minima);
      const consulted = new Map(near.map(({ with: { id }, version }) => [id, version]));
      if (own !== undefined) consulted.set(route.id, own);
      if (!isRefusal(this.#index.commit(plan.trajectory, consulted))) return plan.trajectory;
    }
    return undefined;
  }

  #routeFrom(at: number, state: PointMass, timeS: number): FlightRoute {
    const { id } = this.#flights[at] as AirFlight;
    const { eastM, northM, upM } = state;
    const factor = this.#isBehind(at, state, timeS) ? SLOWER : 1;
    const legs = this.#legs.left(at).map((leg) => ({ ...leg, speedMps: leg.speedMps * factor }));
    const [first] = legs as [FlightLeg];
    const [dEast, dNorth, dUp] = [first.eastM - eastM, first.northM - northM, first.upM - upM];
    const awayM = Math.hypot(dEast, dNorth, dUp);
    const towardsMps =
      (dEast * state.eastMps + dNorth * state.northMps + dUp * state.upMps) / Math.max(awayM, 1);
    const startSpeedMps = awayM > 50 ? Math.max(0, Math.min(towardsMps, first.speedMps)) : 0;
    const start = { eastM, northM, upM };
    return { id, startS: timeS, start, startSpeedMps, legs, afterwards: 'gone' };
  }

  /** Late on its plan, and nobody has steered it: the wind holds it back. */
  #isBehind(at: number, { eastM, northM }: PointMass, timeS: number): boolean {
    const { plan, tacticalUntilS } = this.#guided[at] as Guided;
    const there = plan && positionAt(plan, timeS);
    const soon = plan && positionAt(plan, timeS + 1);
    const wasSteered = tacticalUntilS > Number.NEGATIVE_INFINITY;
    if (there === undefined || soon === undefined || wasSteered) return false;
    const [alongEast, alongNorth] = [soon.eastM - there.eastM, soon.northM - there.northM];
    const behindM = alongEast * (there.eastM - eastM) + alongNorth * (there.northM - northM);
    return behindM > OFF_M * 0.7 * Math.hypot(alongEast, alongNorth);
  }

  /** After its plan, as if it were alone; once driven far off, on along its legs. */
  #wish(at: number, state: PointMass, timeS: number): AirVelocity {
    const plan = (this.#guided[at] as Guided).plan;
    const soon = plan && positionAt(plan, timeS + AHEAD_S);
    const [leg] = this.#legs.left(at) as [FlightLeg];
    const awayM = soon
      ? Math.hypot(soon.eastM - state.eastM, soon.northM - state.northM)
      : Number.POSITIVE_INFINITY;
    if (soon === undefined || awayM > MAX_SPEED_MPS * AHEAD_S) return velocityTo(state, leg, leg.speedMps);
    return velocityTo(state, soon, awayM / AHEAD_S);
  }
}
