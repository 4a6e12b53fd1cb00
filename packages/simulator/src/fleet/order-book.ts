import type { OrderAnswer } from '@skein/core';
import { type FleetState, isAirborne, PHASE } from '../physics/fleet-state.ts';
import { type FlightPlan, totalWaypoints } from './flight-plan.ts';
import { type Cockpit, executeOrder, type OrderOutcome } from './orders.ts';

/** Each drone's orders: executed once, refused when late, remembered, and followed to their end. */

export interface SimulatedOrder {
  /** Absent: the order is not remembered. */
  readonly commandId?: string;
  readonly command: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly expiresAtMs?: number;
}

export interface OrderProgress {
  readonly commandId: string;
  readonly command: string;
  readonly progressPct: number;
  /** `cancelled`: something else took over before it was done. */
  readonly state: 'in_progress' | 'succeeded' | 'cancelled';
}

interface Task {
  readonly commandId: string;
  readonly command: string;
  readonly startM: number;
  readonly mission: number;
  state: OrderProgress['state'];
}

const REMEMBERED = 64;

export interface OrderBook {
  order(i: number, order: SimulatedOrder, nowMs: number): OrderAnswer;
  progress(i: number): OrderProgress | undefined;
}

export function createOrderBook(cockpit: Cockpit): OrderBook {
  const answered = new Map<number, Map<string, OrderOutcome>>();
  const tasks = new Map<number, Task>();

  const order = (
    i: number,
    { commandId = '', command, params = {}, expiresAtMs }: SimulatedOrder,
    nowMs: number,
  ) => {
    const memory = answered.get(i) ?? new Map<string, OrderOutcome>();
    const known = commandId === '' ? undefined : memory.get(commandId);
    if (known) return { commandId, ...known };
    const late = expiresAtMs !== undefined && nowMs >= expiresAtMs;
    const outcome: OrderOutcome = late
      ? { result: 'cancelled', message: 'expired before execution' }
      : executeOrder(cockpit, i, command, params);
    if (commandId !== '') answered.set(i, remember(memory, commandId, outcome));
    if (outcome.result === 'accepted') tasks.set(i, startTask(cockpit, i, commandId, command));
    return { commandId, ...outcome };
  };

  const progress = (i: number): OrderProgress | undefined => {
    const task = tasks.get(i);
    if (!task) return undefined;
    if (task.state === 'in_progress') task.state = judge(cockpit, i, task);
    const { commandId, command, state } = task;
    const progressPct =
      state === 'succeeded' ? 100 : Math.min(99, Math.max(0, Math.round(share(cockpit, i, task) * 100)));
    return { commandId, command, progressPct, state };
  };
  return { order, progress };
}

function remember(
  memory: Map<string, OrderOutcome>,
  commandId: string,
  outcome: OrderOutcome,
): typeof memory {
  memory.set(commandId, outcome);
  const [oldest] = memory.keys();
  if (memory.size > REMEMBERED && oldest !== undefined) memory.delete(oldest);
  return memory;
}

function startTask({ state, plan }: Cockpit, i: number, commandId: string, command: string): Task {
  return {
    commandId,
    command,
    startM: Math.max(1, wayM(state, i)),
    mission: plan.mission[i] as number,
    state: 'in_progress',
  };
}

/** Of every order that takes time: the phases in which it is under way. What takes none is done at once. */
const UNDER_WAY: Readonly<Record<string, readonly number[]>> = {
  goto: [PHASE.goto],
  land: [PHASE.landing],
  emergency_land: [PHASE.emergency],
  return_to_base: [PHASE.returning, PHASE.landing],
  takeoff: [PHASE.takeoff],
  start_mission: [PHASE.takeoff, PHASE.mission],
};

function judge({ state, plan }: Cockpit, i: number, task: Task): OrderProgress['state'] {
  const phase = state.phase[i] as number;
  const underWay = UNDER_WAY[task.command];
  if (!underWay) return plan.braking[i] === 1 ? 'in_progress' : 'succeeded';
  if (task.command === 'start_mission' && (plan.mission[i] as number) > task.mission) return 'succeeded';
  if (underWay.includes(phase)) return 'in_progress';
  return isReached(task.command, phase) ? 'succeeded' : 'cancelled';
}

function isReached(command: string, phase: number): boolean {
  if (command === 'goto') return phase === PHASE.hold;
  if (command === 'takeoff') return phase === PHASE.hold || phase === PHASE.mission;
  return command !== 'start_mission' && !isAirborne(phase);
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

function share({ state, plan }: Cockpit, i: number, task: Task): number {
  if (task.command === 'start_mission') return missionShare(state, plan, i);
  const done = 1 - wayM(state, i) / task.startM;
  if (task.command !== 'return_to_base') return done;
  const landing = (state.phase[i] as number) === PHASE.landing;
  return landing ? 1 - (0.2 * (state.z[i] as number)) / Math.max(1, state.layerZ[i] as number) : 0.8 * done;
}

function missionShare(state: FleetState, plan: FlightPlan, i: number): number {
  return (plan.waypoint[i] as number) / totalWaypoints(state, plan, i);
}
