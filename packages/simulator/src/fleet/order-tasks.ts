import { type FleetState, isAirborne, PHASE, PHASES } from '../physics/fleet-state.ts';
import type { Cockpit } from './decision.ts';
import { totalWaypoints } from './flight-plan.ts';
import { isMove } from './orders.ts';

/** Accepted orders on their way to their end: each ends exactly once. */

export interface OrderProgress {
  readonly commandId: string;
  readonly command: string;
  readonly progressPct: number;
  /** `cancelled`: another order took its place before it was done; `failed`: the drone itself left it off. */
  readonly state: 'in_progress' | 'succeeded' | 'failed' | 'cancelled';
  readonly message?: string;
}

/** Of drone `i`. */
export interface OrderReport extends OrderProgress {
  readonly i: number;
}

interface Task {
  readonly commandId: string;
  readonly command: string;
  readonly startM: number;
  readonly mission: number;
  /** As it was when last looked at, and as it was told last. */
  pct: number;
  saidPct: number;
}

/** Holds stop what is under way without ending it. */
const isHold = (command: string): boolean =>
  command === 'hold' || command === 'pause_mission' || command === 'avoid';

export class OrderTasks {
  readonly #cockpit: Cockpit;
  readonly #ended: (report: OrderReport) => void;
  /** Under way; and what a hold has stopped, to be gone on with. */
  readonly #current = new Map<number, Task>();
  readonly #stopped = new Map<number, Task>();
  readonly #latest = new Map<number, Task | OrderProgress>();

  /** `ended` hears of each order's end, once. */
  constructor(cockpit: Cockpit, ended: (report: OrderReport) => void) {
    this.#cockpit = cockpit;
    this.#ended = ended;
  }

  /** Follows an order whose effect has just begun. */
  begin(i: number, commandId: string, command: string): void {
    const task = startTask(this.#cockpit, i, commandId, command);
    this.#latest.set(i, task);
    if (isMove(command)) this.#replace(i, command);
    else if (isHold(command)) this.#stop(i, command);
    else {
      if (command === 'resume') this.#release(i, command);
      return this.#end(i, task, { progressPct: 100, state: 'succeeded' });
    }
    this.#current.set(i, task);
    this.#judge(i, task);
  }

  #replace(i: number, command: string): void {
    for (const tasks of [this.#current, this.#stopped]) this.#cancel(i, tasks, command);
  }

  #cancel(i: number, tasks: Map<number, Task>, command: string): void {
    const task = tasks.get(i);
    tasks.delete(i);
    if (task)
      this.#end(i, task, {
        progressPct: task.pct,
        state: 'cancelled',
        message: `${command} took its place`,
      });
  }

  #stop(i: number, command: string): void {
    const task = this.#current.get(i);
    if (!task) return;
    if (isHold(task.command) || !isAirborne(this.#cockpit.state.phase[i] as number))
      return this.#cancel(i, this.#current, command);
    this.#current.delete(i);
    this.#stopped.set(i, task);
  }

  #release(i: number, command: string): void {
    const task = this.#current.get(i);
    if (task && (isHold(task.command) || toState(this.#cockpit, i, task) === 'failed'))
      this.#cancel(i, this.#current, command);
    const stopped = this.#stopped.get(i);
    this.#stopped.delete(i);
    if (stopped) this.#current.set(i, stopped);
  }

  #end(i: number, task: Task, how: Omit<OrderProgress, 'commandId' | 'command'>): void {
    const { commandId, command } = task;
    const progress = { commandId, command, ...how };
    if (this.#latest.get(i) === task) this.#latest.set(i, progress);
    this.#ended({ i, ...progress });
  }

  /** Looks at every order under way; those that have ended are told. */
  judge(): void {
    for (const [i, task] of this.#current) this.#judge(i, task);
    for (const [i, task] of this.#stopped) this.#judgeStopped(i, task);
  }

  /** The same for drone `i`, before an order changes what it does. */
  settle(i: number): void {
    const stopped = this.#stopped.get(i);
    if (stopped) this.#judgeStopped(i, stopped);
    const task = this.#current.get(i);
    if (!task) return;
    this.#judge(i, task);
    task.pct = toPct(this.#cockpit, i, task);
  }

  #judgeStopped(i: number, task: Task): void {
    const phase = this.#cockpit.state.phase[i] as number;
    if (phase === PHASE.hold || phase === PHASE.avoid) return;
    this.#stopped.delete(i);
    this.#fail(i, task);
  }

  #judge(i: number, task: Task): void {
    const state = toState(this.#cockpit, i, task);
    if (state === 'in_progress') return;
    this.#current.delete(i);
    if (state === 'succeeded') this.#end(i, task, { progressPct: 100, state });
    else this.#fail(i, task);
  }

  #fail(i: number, task: Task): void {
    const { pct: progressPct } = task;
    const phase = PHASES[this.#cockpit.state.phase[i] as number];
    this.#end(i, task, { progressPct, state: 'failed', message: `left off by itself, now ${phase}` });
  }

  /** What is under way and has come further since it was told last. */
  advanced(): OrderReport[] {
    const reports: OrderReport[] = [];
    for (const [i, task] of this.#current) {
      const progressPct = toPct(this.#cockpit, i, task);
      task.pct = progressPct;
      if (progressPct === task.saidPct) continue;
      task.saidPct = progressPct;
      reports.push({ i, ...toProgress(task, progressPct) });
    }
    return reports;
  }

  /** Of the last order that drone `i` accepted. */
  latest(i: number): OrderProgress | undefined {
    const latest = this.#latest.get(i);
    if (!latest || 'state' in latest) return latest;
    return toProgress(latest, toPct(this.#cockpit, i, latest));
  }
}

const toProgress = ({ commandId, command }: Task, progressPct: number): OrderProgress => ({
  commandId,
  command,
  progressPct,
  state: 'in_progress',
});

function startTask({ state, plan }: Cockpit, i: number, commandId: string, command: string): Task {
  return {
    commandId,
    command,
    startM: Math.max(1, wayM(state, i)),
    mission: plan.mission[i] as number,
    pct: 0,
    saidPct: -1,
  };
}

/** Of every order that takes time: the phases in which it is under way, and whether it is done behind them. */
const WAYS: Readonly<
  Record<string, { readonly phases: readonly number[]; readonly isDone: (phase: number) => boolean }>
> = {
  avoid: { phases: [PHASE.avoid], isDone: (phase) => phase === PHASE.hold },
  goto: { phases: [PHASE.goto], isDone: (phase) => phase === PHASE.hold },
  land: { phases: [PHASE.landing], isDone: (phase) => !isAirborne(phase) },
  emergency_land: { phases: [PHASE.emergency], isDone: (phase) => !isAirborne(phase) },
  return_to_base: { phases: [PHASE.returning, PHASE.landing], isDone: (phase) => !isAirborne(phase) },
  takeoff: { phases: [PHASE.takeoff], isDone: (phase) => phase === PHASE.hold },
  terminate: { phases: [PHASE.falling], isDone: (phase) => !isAirborne(phase) },
};

function toState({ state, plan }: Cockpit, i: number, task: Task): OrderProgress['state'] {
  const phase = state.phase[i] as number;
  if (task.command === 'start_mission') {
    if ((plan.mission[i] as number) > task.mission) return 'succeeded';
    return plan.engaged[i] === 1 ? 'in_progress' : 'failed';
  }
  const way = WAYS[task.command];
  if (way?.phases.includes(phase)) return 'in_progress';
  if (way) return way.isDone(phase) ? 'succeeded' : 'failed';
  // A hold: at rest, or on the ground anyway.
  if (phase === PHASE.hold && plan.braking[i] === 1) return 'in_progress';
  return phase === PHASE.hold || !isAirborne(phase) ? 'succeeded' : 'failed';
}

/** What is left of the way to the target, m; a landing's target is the ground. */
function wayM(state: FleetState, i: number): number {
  const target = Math.max(0, state.targetZ[i] as number);
  return Math.hypot(
    (state.targetX[i] as number) - (state.x[i] as number),
    (state.targetY[i] as number) - (state.y[i] as number),
    target - (state.z[i] as number),
  );
}

/** 0 to 99 of what is not done. */
function toPct(cockpit: Cockpit, i: number, task: Task): number {
  return Math.min(99, Math.max(0, Math.round(share(cockpit, i, task) * 100)));
}

function share({ state, plan }: Cockpit, i: number, task: Task): number {
  if (task.command === 'start_mission') return (plan.waypoint[i] as number) / totalWaypoints(state, plan, i);
  const done = 1 - wayM(state, i) / task.startM;
  if (task.command !== 'return_to_base') return done;
  const landing = (state.phase[i] as number) === PHASE.landing;
  return landing ? 1 - (0.2 * (state.z[i] as number)) / Math.max(1, state.layerZ[i] as number) : 0.8 * done;
}
