/** Flies a scenario under a method, in steps of a tenth of a second, and keeps count. */
import { type AirVelocity, positionAt, type Trajectory, trajectoryEndS } from '@skein/core';
import { type AirMethod, createNone, type MethodName, straightTrajectory } from './air-method.ts';
import { type AirRun, hasArrived, summariseRun } from './air-run.ts';
import { ConflictWatch } from './conflict-watch.ts';
import { Disturbance, type Disturbances } from './disturbance.ts';
import { createMvp } from './mvp-method.ts';
import { type PointMass, stepPointMass } from './point-mass.ts';
import { type AirFlight, type AirScenario, airMinima } from './scenario.ts';
import { SeparationWatch } from './separation-watch.ts';
import { SkeinMethod } from './skein-method.ts';
import { TrackRecorder } from './tracks.ts';

export interface AirRunOptions {
  readonly scenario: AirScenario;
  readonly method: MethodName;
  readonly disturbances?: Disturbances;
  readonly seed: number;
  /** Milliseconds of any clock, to tell what the method costs; without it that is 0. */
  readonly nowMs?: () => number;
  readonly withTracks?: boolean;
}

const STEPS_PER_S = 10;
const STEP_S = 1 / STEPS_PER_S;
/** A velocity that is not told anew is flown no longer. */
const STEER_S = 3;
/** Towards where the plan is, in each second this part of the way. */
const CATCH_UP = 0.8;

/** A state, and the second it is of. */
interface Heard {
  readonly state: PointMass;
  readonly cycle: number;
}

/** The life of one run; `step` goes on by a second. */
class AirspaceRun {
  readonly #flights: readonly AirFlight[];
  readonly #options: AirRunOptions;
  readonly #method: AirMethod;
  readonly #disturbance: Disturbance;
  readonly #states: (PointMass | undefined)[];
  readonly #plans: (Trajectory | undefined)[];
  readonly #steered: ({ readonly velocity: AirVelocity; readonly untilS: number } | undefined)[];
  readonly #heard: (Heard | undefined)[][];
  readonly #arrivedS: (number | undefined)[];
  readonly #flownM: Float64Array;
  readonly #airborneS: Float64Array;
  readonly #separation = new SeparationWatch(airMinima);
  readonly #conflicts = new ConflictWatch(airMinima);
  readonly #tracks: TrackRecorder | undefined;
  readonly #costMs: number[] = [];
  #admitted = 0;
  #cycle = 0;

  constructor(options: AirRunOptions) {
    const { flights } = options.scenario;
    this.#options = options;
    this.#flights = flights;
    this.#method = createMethod(options.method, flights);
    this.#disturbance = new Disturbance(options.disturbances ?? new Set(), flights.length, options.seed);
    const none = () => flights.map(() => undefined);
    this.#states = none();
    this.#plans = none();
    this.#steered = none();
    this.#heard = [none(), none()];
    this.#arrivedS = none();
    this.#flownM = new Float64Array(flights.length);
    this.#airborneS = new Float64Array(flights.length);
    this.#tracks = options.withTracks ? new TrackRecorder(flights.length) : undefined;
  }

  fly(): AirRun {
    const { scenario } = this.#options;
    while (this.#cycle < scenario.untilS && this.#arrivedS.includes(undefined)) this.#second();
    return summariseRun(this.#options, {
      arrivedS: this.#arrivedS,
      flownM: this.#flownM,
      airborneS: this.#airborneS,
      losses: this.#separation.losses,
      conflicts: this.#conflicts,
      costMs: this.#costMs,
      isStranger: (at) => this.#disturbance.isStranger(at),
      ...(this.#tracks && { tracks: this.#tracks.tracks }),
    });
  }

  #second(): void {
    const timeS = this.#cycle;
    this.#disturbance.nextCycle(timeS);
    this.#listen(timeS);
    this.#ask(timeS);
    const aloft = this.#aloft();
    this.#conflicts.look(aloft, this.#states as readonly PointMass[], timeS, (at) => this.#leftM(at));
    this.#tracks?.record(timeS, this.#states, this.#separation);
    for (let step = 0; step < STEPS_PER_S; step += 1) this.#step(timeS + step * STEP_S, step === 0);
    this.#cycle += 1;
  }

  /** What the ground hears in this second; the one before is kept for those who are late. */
  #listen(cycle: number): void {
    const heard = this.#states.map((state, at) => {
      if (state === undefined) return undefined;
      if (this.#disturbance.isCutOff(at, cycle)) return this.#heard[0]?.[at];
      return { state: this.#disturbance.measure(at, state, cycle), cycle };
    });
    this.#heard.unshift(heard);
    this.#heard.length = 2;
  }

  #ask(timeS: number): void {
    const { nowMs = () => 0 } = this.#options;
    const asking: number[] = [];
    while (
      this.#admitted < this.#flights.length &&
      (this.#flights[this.#admitted] as AirFlight).startS <= timeS
    ) {
      const at = this.#admitted;
      this.#admitted += 1;
      const flight = this.#flights[at] as AirFlight;
      if (flight.waits === 'aloft') this.#states[at] = { ...flight.start, eastMps: 0, northMps: 0, upMps: 0 };
      if (this.#disturbance.isStranger(at)) this.#plans[at] = straightTrajectory(flight);
      else asking.push(at);
    }
    const { latencyS } = this.#disturbance;
    const heard = this.#heard[latencyS] ?? [];
    const orders = {
      reaches: (at: number) => !this.#disturbance.isCutOff(at, timeS),
      fly: (at: number, trajectory: Trajectory) => {
        this.#plans[at] = trajectory;
        this.#steered[at] = undefined;
      },
      steer: (at: number, velocity: AirVelocity) => {
        if (!this.#disturbance.isCutOff(at, timeS)) this.#steered[at] = { velocity, untilS: timeS + STEER_S };
      },
    };
    const picture = {
      timeS,
      states: this.#states.map((state, at) =>
        state === undefined ? undefined : extrapolate(heard[at], timeS),
      ),
      isSilent: (at: number) => timeS - (heard[at]?.cycle ?? timeS) > latencyS,
      isStranger: (at: number) => this.#disturbance.isStranger(at),
    };
    const beganMs = nowMs();
    this.#method.admit(asking, timeS, orders);
    this.#method.command(picture, orders);
    this.#costMs.push(nowMs() - beganMs);
  }

  #step(timeS: number, isFirst: boolean): void {
    this.#disturbance.blow(timeS, STEP_S);
    const hasStarted = this.#launch(timeS);
    if (isFirst || hasStarted)
      this.#separation.lookAhead(this.#aloft(), this.#states as readonly PointMass[], 1);
    const before = this.#states.slice();
    for (const [at, state] of before.entries()) if (state !== undefined) this.#move(at, state, timeS);
    const isAloft = (at: number) => before[at] !== undefined && this.#states[at] !== undefined;
    const [from, to] = [before as readonly PointMass[], this.#states as readonly PointMass[]];
    this.#separation.step(from, to, isAloft, { timeS, dtS: STEP_S });
    for (const [at, state] of this.#states.entries())
      if (state !== undefined) this.#land(at, state, timeS + STEP_S);
  }

  #launch(timeS: number): boolean {
    let hasStarted = false;
    for (let at = 0; at < this.#admitted; at += 1) {
      if (this.#states[at] !== undefined || this.#arrivedS[at] !== undefined) continue;
      const plan = this.#plans[at];
      if (plan === undefined || plan.startS > timeS + 1e-9) continue;
      this.#states[at] = { ...(this.#flights[at] as AirFlight).start, eastMps: 0, northMps: 0, upMps: 0 };
      hasStarted = true;
    }
    return hasStarted;
  }

  #move(at: number, state: PointMass, timeS: number): void {
    const steered = this.#steered[at];
    const plan = this.#plans[at];
    let command: AirVelocity = { eastMps: 0, northMps: 0, upMps: 0 };
    if (steered !== undefined && timeS < steered.untilS) command = steered.velocity;
    else if (plan !== undefined) command = follow(plan, this.#disturbance.estimate(at, state), timeS);
    const next = stepPointMass(state, command, STEP_S, this.#disturbance.gust);
    this.#states[at] = next;
    this.#airborneS[at] = (this.#airborneS[at] as number) + STEP_S;
    const movedM = Math.hypot(next.eastM - state.eastM, next.northM - state.northM, next.upM - state.upM);
    this.#flownM[at] = (this.#flownM[at] as number) + movedM;
  }

  #land(at: number, state: PointMass, timeS: number): void {
    if (!hasArrived(this.#flights[at] as AirFlight, this.#disturbance.estimate(at, state))) return;
    this.#arrivedS[at] = timeS;
    this.#states[at] = undefined;
  }

  #leftM(at: number): number {
    const { eastM, northM, upM } = this.#states[at] as PointMass;
    const goal = (this.#flights[at] as AirFlight).legs.at(-1);
    return goal ? Math.hypot(goal.eastM - eastM, goal.northM - northM, goal.upM - upM) : 0;
  }

  #aloft(): readonly number[] {
    return this.#states.flatMap((state, at) => (state === undefined ? [] : [at]));
  }
}

/** Deterministic by its options, but for what the clock says. */
export function flyScenario(options: AirRunOptions): AirRun {
  return new AirspaceRun(options).fly();
}

function createMethod(name: MethodName, flights: readonly AirFlight[]): AirMethod {
  if (name === 'skein') return new SkeinMethod(flights);
  return name === 'mvp' ? createMvp(flights) : createNone(flights);
}

function extrapolate(heard: Heard | undefined, timeS: number): PointMass | undefined {
  if (heard === undefined) return undefined;
  const { state, cycle } = heard;
  const ageS = timeS - cycle;
  return {
    ...state,
    eastM: state.eastM + state.eastMps * ageS,
    northM: state.northM + state.northMps * ageS,
    upM: state.upM + state.upMps * ageS,
  };
}

/** The velocity of the plan, and towards where it is. */
function follow(plan: Trajectory, here: PointMass, timeS: number): AirVelocity {
  const lastS = trajectoryEndS(plan) - 1e-6;
  const there = positionAt(plan, Math.min(Math.max(timeS, plan.startS), lastS));
  const soon = positionAt(plan, Math.min(Math.max(timeS + STEP_S, plan.startS), lastS));
  if (there === undefined || soon === undefined) return { eastMps: 0, northMps: 0, upMps: 0 };
  return {
    eastMps: (soon.eastM - there.eastM) / STEP_S + CATCH_UP * (there.eastM - here.eastM),
    northMps: (soon.northM - there.northM) / STEP_S + CATCH_UP * (there.northM - here.northM),
    upMps: (soon.upM - there.upM) / STEP_S + CATCH_UP * (there.upM - here.upM),
  };
}
