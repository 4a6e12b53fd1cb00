import type { OrderName } from '@skein/core';
import { isAirborne } from '../physics/fleet-state.ts';
import { avoid } from './avoid-order.ts';
import { type Cockpit, type Decide, type Decision, refuseOrder } from './decision.ts';
import { WEIGHT } from './flight-plan.ts';
import { setSpeed, startMission, uploadMission } from './mission-orders.ts';
import {
  arm,
  disarm,
  emergencyLand,
  goTo,
  hold,
  land,
  pauseMission,
  resume,
  returnToBase,
  takeoff,
  terminate,
} from './motion-orders.ts';
import { type Params, quote } from './place.ts';

/**
 * What a drone does with an order, answered in MAVLink's words. By weight: terminate > emergency_land > return, land >
 * hold > the rest; while a heavier order is in force a lighter one is temporarily rejected. A return or landing is in
 * force until the drone is down; a hold until `resume`; an emergency landing, on the ground too, and a termination until a
 * `resume` that `clears` as much.
 */

/** Flight termination is the vehicle's own: no operator's route leads to it. */
type OnBoardOrder = OrderName | 'terminate';

interface OrderKind {
  readonly weight: number;
  readonly decide: Decide;
  /** Takes the place of whatever the drone was about to do. */
  readonly moves: boolean;
}

const moves = { moves: true } as const;
const stays = { moves: false } as const;

const KINDS: Readonly<Record<OnBoardOrder, OrderKind>> = {
  terminate: { ...moves, weight: WEIGHT.terminate, decide: terminate },
  emergency_land: { ...moves, weight: WEIGHT.emergency, decide: emergencyLand },
  land: { ...moves, weight: WEIGHT.return, decide: land },
  return_to_base: { ...moves, weight: WEIGHT.return, decide: returnToBase },
  hold: { ...stays, weight: WEIGHT.hold, decide: hold },
  resume: { ...stays, weight: WEIGHT.hold, decide: resume },
  avoid: { ...stays, weight: WEIGHT.mission, decide: avoid },
  goto: { ...moves, weight: WEIGHT.mission, decide: goTo },
  takeoff: { ...moves, weight: WEIGHT.mission, decide: takeoff },
  start_mission: { ...moves, weight: WEIGHT.mission, decide: startMission },
  pause_mission: { ...stays, weight: WEIGHT.mission, decide: pauseMission },
  set_speed: { ...stays, weight: WEIGHT.mission, decide: setSpeed },
  upload_mission: { ...stays, weight: WEIGHT.mission, decide: uploadMission },
  arm: { ...stays, weight: WEIGHT.mission, decide: arm },
  disarm: { ...stays, weight: WEIGHT.none, decide: disarm },
};

const isOrder = (command: string): command is OnBoardOrder => Object.hasOwn(KINDS, command);

/** Takes the place of what was under way; false for an unknown one. */
export const isMove = (command: string): boolean => isOrder(command) && KINDS[command].moves;

const IN_FORCE = ['', '', 'a hold', 'a return or landing', 'an emergency landing', 'a termination'];

export interface Asked {
  readonly command: string;
  readonly params?: Params;
  /** The weight of what a `resume` may release. */
  readonly clears?: number;
}

/** Says what will be done, or why not. Nothing is changed before the decision's `act`. */
export function decideOrder(cockpit: Cockpit, i: number, { command, params = {}, clears }: Asked): Decision {
  if (!isOrder(command)) return refuseOrder('unsupported', `unknown command ${quote(command)}`);
  const { weight, decide, moves: takesOver } = KINDS[command];
  const inForce = cockpit.plan.weight[i] as number;
  if (command === 'resume') return refuseWeak(inForce, clears) ?? decide(cockpit, i, params);
  if (weight !== WEIGHT.none && inForce > weight)
    return refuseOrder('temporarily_rejected', `${IN_FORCE[inForce]} is in force: send resume first`);
  const { outcome, act } = decide(cockpit, i, params);
  if (!act) return { outcome };
  return {
    outcome,
    act: () => {
      if (takesOver) cockpit.plan.paused.delete(i);
      act();
      settleWeight(cockpit, i, weight);
    },
  };
}

/** `clears` is as heavy as what it may release; the sender has asked who may. Without it: a hold. */
function refuseWeak(inForce: number, clears: number = WEIGHT.hold): Decision | undefined {
  if (clears >= inForce) return undefined;
  return refuseOrder(
    'temporarily_rejected',
    `${IN_FORCE[inForce]} is in force: clearing it needs a privilege`,
  );
}

/** On the ground only what keeps a drone there stays in force. */
function settleWeight({ state, plan }: Cockpit, i: number, weight: number): void {
  const inForce = plan.weight[i] as number;
  const stands = weight >= WEIGHT.emergency || isAirborne(state.phase[i] as number);
  if (weight >= inForce) plan.weight[i] = stands ? weight : WEIGHT.none;
}
