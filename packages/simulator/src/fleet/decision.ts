import type { OrderOutcome } from '@skein/client';
import type { OrderResult } from '@skein/core';
import type { FleetState } from '../physics/fleet-state.ts';
import type { FlightPlan } from './flight-plan.ts';
import type { Frame, Params } from './place.ts';

/** What a drone is asked with, and what it says before it does anything. */

export interface Cockpit extends Frame {
  readonly state: FleetState;
  readonly plan: FlightPlan;
}

/** What would be done, before any of it is: an order is remembered between its decision and its effect. */
export interface Decision {
  readonly outcome: OrderOutcome;
  /** The effect; only of what is accepted. */
  readonly act?: () => void;
}

export type Decide = (cockpit: Cockpit, i: number, params: Params) => Decision;

export const accept = (act: () => void, message?: string): Decision => ({
  outcome: message === undefined ? { result: 'accepted' } : { result: 'accepted', message },
  act,
});
export const refuseOrder = (result: OrderResult, message: string): Decision => ({
  outcome: { result, message },
});
