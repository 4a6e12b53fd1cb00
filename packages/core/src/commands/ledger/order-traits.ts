import type { OrderName } from '../../messages/order.ts';

/** How an order stands to the others. */
export interface OrderTraits {
  /** emergency_land 4 > land, return 3 > hold 2 > flying somewhere 1 > the rest 0: a lesser one never overrides a greater. */
  readonly severity: 0 | 1 | 2 | 3 | 4;
  /** First in, first out within a lane; the emergency lane waits for no other. */
  readonly lane: 'emergency' | 'control' | 'avoidance' | 'mission';
  /** What it sets: a newer order for the same thing takes the place of an older one. */
  readonly slot: 'position' | 'way' | 'plan' | 'speed' | 'motors' | 'mode';
  /** Done once it is accepted; the others tell their end by progress. */
  readonly instant: boolean;
  /** Without an answer it is sent again after so long. */
  readonly resendMs: number;
}

const control = { lane: 'control', resendMs: 2000 } as const;
const mission = { lane: 'mission', severity: 1, resendMs: 2000 } as const;
const flies = { slot: 'position', instant: false } as const;

const TRAITS: Record<OrderName, OrderTraits> = {
  emergency_land: { ...flies, lane: 'emergency', severity: 4, resendMs: 500 },
  land: { ...control, ...flies, severity: 3 },
  return_to_base: { ...control, ...flies, severity: 3 },
  hold: { ...control, severity: 2, slot: 'position', instant: true },
  resume: { ...control, severity: 0, slot: 'mode', instant: true },
  takeoff: { ...control, ...flies, severity: 1 },
  arm: { ...control, severity: 1, slot: 'motors', instant: true },
  disarm: { ...control, severity: 1, slot: 'motors', instant: true },
  // What it interrupts goes on afterwards: it takes the place of other ones like it only.
  avoid: { lane: 'avoidance', severity: 1, slot: 'way', instant: true, resendMs: 500 },
  set_speed: { ...control, severity: 1, slot: 'speed', instant: true },
  goto: { ...mission, ...flies },
  upload_mission: { ...mission, slot: 'plan', instant: true, resendMs: 5000 },
  start_mission: { ...mission, slot: 'mode', instant: true },
  pause_mission: { ...mission, slot: 'mode', instant: true },
};

export const traitsOf = (command: OrderName): OrderTraits => TRAITS[command];

/** From here on an order stands until an operator clears it with `resume`, or the vehicle is on the ground. */
export const STANDING_SEVERITY = 2;
