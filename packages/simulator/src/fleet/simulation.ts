import type { TelemetryMessage } from '@skein/core';
import { STEP_S } from '../physics/airframe.ts';
import { type Climate, drain } from '../physics/battery.ts';
import { createFleetState, type FleetState } from '../physics/fleet-state.ts';
import { guide } from '../physics/guidance.ts';
import { move } from '../physics/motion.ts';
import { drawPower } from '../physics/power.ts';
import { toUuid } from '../physics/random.ts';
import { type Air, blow, createAir, type Wind } from '../physics/wind.ts';
import { createProjection, type Origin, settleGnss, wander } from '../sensors/gnss.ts';
import { earthField } from '../sensors/magnetometer.ts';
import {
  createFaultSchedule,
  drawFaults,
  type Fault,
  type FaultRequest,
  type RandomFaults,
  type Sensor,
  toFault,
} from './faults.ts';
import { createFlightPlan } from './flight-plan.ts';
import { toFrame } from './message.ts';
import { OrderBook, type SimulatedAnswer, type SimulatedOrder } from './order-book.ts';
import { createOrderChance, type OrderChance, type OrderFaults } from './order-faults.ts';
import type { OrderJournal } from './order-journal.ts';
import type { OrderProgress, OrderReport } from './order-tasks.ts';
import { MIN_PAD_SPACING_M } from './patrol.ts';
import { pilot } from './pilot.ts';

export interface SimulationOptions {
  /** How many. */
  readonly drones: number;
  /** The same seed and the same calls give the same bytes. Default 1. */
  readonly seed?: number;
  /** drone-001… or drone_0…. Default hyphen. */
  readonly idStyle?: 'hyphen' | 'underscore';
  /** Where x, y, z are 0. Default Zurich. */
  readonly origin?: Origin;
  /** Default: 4 m/s from the west, with its gusts. */
  readonly wind?: Wind;
  /** Default 20 °C and 3 C. */
  readonly climate?: Partial<Climate>;
  /** Between pads, m; at least 60. Default 160: patrols of 100 m that never meet. */
  readonly padSpacingM?: number;
  /** The middle of the pads. Default the origin. */
  readonly padsAt?: { readonly eastM: number; readonly northM: number };
  /** The drones take off spread over so many seconds. Default 20. */
  readonly startSpreadS?: number;
  /** False: they stay on their pads until ordered. Default true. */
  readonly autonomous?: boolean;
  /** Epoch ms of step 0: event times and session ids count from it. Default 2026-01-01. */
  readonly startMs?: number;
  readonly faults?: readonly FaultRequest[];
  readonly randomFaults?: RandomFaults;
  /** What goes wrong with orders; an entry that names a drone counts for it instead of the one that names none. */
  readonly orderFaults?: readonly OrderFaults[];
  /** Where the drones write down their orders, and what they have written before. */
  readonly orderJournal?: OrderJournal;
  /** Shown in `metadata`. Default websocket. */
  readonly transmissionMethod?: string;
}

/** The truth about one injected fault. */
export interface FaultLabel {
  readonly droneId: string;
  readonly type: string;
  readonly sensor?: Sensor;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Simulation {
  readonly count: number;
  readonly ids: readonly string[];
  /** Simulated seconds so far. */
  readonly timeS: number;
  /** All quantities, drone by drone; to be read, not written. */
  readonly state: FleetState;
  /** Advances by whole steps of 0.05 s; what is left over counts toward the next call. */
  step(dtS: number): void;
  /** The frame of drone `i` now, with the next `seq` of its session. Default time: the simulation's own. */
  message(i: number, timeMs?: number): TelemetryMessage;
  /** Gives drone `i` an order; `nowMs` decides whether it has expired. Default: the simulation's own time. */
  order(i: number, order: SimulatedOrder, nowMs?: number): SimulatedAnswer;
  /**
   * What there is to tell of orders since the last call. `told`: ends by another order, and those asked for again;
   * `ends`: also the ends by themselves; `all`: also what has come further. Each accepted order ends once.
   */
  orderReports(which?: 'told' | 'ends' | 'all'): readonly OrderReport[];
  /** Of each command id, the most effects it has had on one drone. */
  orderEffects(): Readonly<Record<string, number>>;
  /** The draws of `orderFaults`: what a sender obeys; refusals are the drones' own. */
  readonly orderChance: OrderChance;
  /** How far the last accepted order of drone `i` is. */
  progress(i: number): OrderProgress | undefined;
  /** The faults now in force on drone `i`: what a sender obeys (`link_loss`, `latency`). */
  faultsOf(i: number): readonly Fault[];
  /**
   * New sessions from here: other session ids, `seq` from 0; now is `startMs`, and from now on so many simulated
   * seconds go into one of event time (default 1).
   */
  begin(startMs: number, timeFactor?: number): void;
  /** Event time now, epoch ms. */
  readonly timeMs: number;
  /** Every injected fault, past and to come, in event time. */
  labels(): readonly FaultLabel[];
}

const ZURICH: Origin = { latitudeDeg: 47.3769, longitudeDeg: 8.5417, altitudeAmslM: 408 };
const WEST: Wind = { speedMps: 4, fromDeg: 270 };
const NEW_YEAR_2026_MS = 1_767_225_600_000;
const MAX_DRONES = 1_000_000;
const NO_FAULTS: readonly Fault[] = [];

/** Throws a RangeError that names the option when one cannot work. */
export function createSimulation(options: SimulationOptions): Simulation {
  const { drones, seed = 1, padSpacingM = 160, origin = ZURICH } = options;
  check(Number.isInteger(drones) && drones >= 1 && drones <= MAX_DRONES, 'drones: expected 1 to 1 000 000');
  check(Number.isSafeInteger(seed), 'seed: expected an integer');
  check(padSpacingM >= MIN_PAD_SPACING_M, `padSpacingM: expected at least ${MIN_PAD_SPACING_M}`);
  check(
    Math.abs(origin.latitudeDeg) < 90 && Math.abs(origin.longitudeDeg) <= 180,
    'origin: not a place on earth',
  );
  return new Fleet(options, { drones, seed, padSpacingM, origin });
}

function check(good: boolean, message: string): void {
  if (!good) throw new RangeError(message);
}

/** drone-001 or drone_0; the number is as wide as the fleet needs, three digits at least. */
export function toDroneId(i: number, count: number, style: 'hyphen' | 'underscore'): string {
  const width = Math.max(3, String(count).length);
  return style === 'hyphen' ? `drone-${String(i + 1).padStart(width, '0')}` : `drone_${i}`;
}

type Settled = Required<Pick<SimulationOptions, 'drones' | 'seed' | 'padSpacingM' | 'origin'>>;

class Fleet implements Simulation {
  readonly count: number;
  readonly ids: readonly string[];
  readonly state: FleetState;
  #epochMs: number;
  #epochStep = 0;
  #msPerStep = STEP_S * 1000;
  readonly #air: Air | undefined;
  readonly #climate: Climate;
  readonly #plan;
  readonly #frames;
  readonly #faults;
  readonly #book: OrderBook;
  readonly orderChance: OrderChance;
  readonly #seq: Float64Array;
  #step = 0;
  #restS = 0;

  constructor(options: SimulationOptions, { drones, seed, padSpacingM, origin }: Settled) {
    this.count = drones;
    this.ids = Array.from({ length: drones }, (_, i) => toDroneId(i, drones, options.idStyle ?? 'hyphen'));
    this.state = createFleetState(drones, seed);
    this.#epochMs = options.startMs ?? NEW_YEAR_2026_MS;
    this.#air = createAir(options.wind ?? WEST);
    this.#climate = { ambientC: 20, chargeRateC: 3, ...options.climate };
    this.state.packC.fill(this.#climate.ambientC + 3);
    this.#plan = createFlightPlan(this.state, {
      spacingM: padSpacingM,
      padsAt: options.padsAt ?? { eastM: 0, northM: 0 },
      startSpreadSteps: (options.startSpreadS ?? 20) / STEP_S,
      autonomous: options.autonomous ?? true,
    });
    settleGnss(this.state);
    const projection = createProjection(origin);
    const { state } = this;
    const field = earthField(origin, this.#epochMs);
    const transmissionMethod = options.transmissionMethod ?? 'websocket';
    this.#frames = { state, plan: this.#plan, origin, projection, field, transmissionMethod };
    const { ids } = this;
    this.orderChance = createOrderChance(options.orderFaults ?? [], ids, state.key);
    this.#book = new OrderBook({
      ...{ ids, chance: this.orderChance, journal: options.orderJournal, nowMs: () => this.timeMs },
      cockpit: { state, plan: this.#plan, origin, projection },
    });
    this.#faults = createFaultSchedule(this.#toFaults(options, seed));
    this.#faults.apply(state, 0);
    this.#seq = new Float64Array(drones);
  }

  #toFaults({ faults = [], randomFaults }: SimulationOptions, seed: number): Fault[] {
    const drawn = randomFaults ? drawFaults(randomFaults, this.count, seed) : [];
    return [...faults, ...drawn].map((request) => {
      const drone = typeof request.drone === 'number' ? request.drone : this.ids.indexOf(request.drone);
      check(Number.isInteger(drone) && drone >= 0 && drone < this.count, `faults: no drone ${request.drone}`);
      return toFault(request, drone, this.state.key[drone] as number);
    });
  }

  get timeS(): number {
    return this.#step * STEP_S;
  }

  get timeMs(): number {
    return this.#toMs(this.#step);
  }

  #toMs(step: number): number {
    return this.#epochMs + Math.round((step - this.#epochStep) * this.#msPerStep);
  }

  step(dtS: number): void {
    const wholeS = this.#restS + dtS;
    const steps = Math.floor(wholeS / STEP_S + 1e-9);
    this.#restS = wholeS - steps * STEP_S;
    for (let k = 0; k < steps; k++) this.#advance();
  }

  #advance(): void {
    const step = this.#step;
    const { state } = this;
    if (this.#air) blow(state, this.#air, step);
    guide(state, step);
    move(state);
    drawPower(state, step);
    drain(state, this.#climate, step);
    pilot(state, this.#plan, step);
    wander(state, step);
    this.#step = step + 1;
    this.#faults.apply(state, this.#step);
  }

  message(i: number, timeMs = this.timeMs): TelemetryMessage {
    const seq = this.#seq[i] as number;
    this.#seq[i] = seq + 1;
    return toFrame(this.#frames, {
      i,
      step: this.#step,
      droneId: this.ids[i] as string,
      sessionId: this.#sessionId(i),
      seq,
      timeMs,
      faults: this.#faults.active.get(i),
    });
  }

  /** Another session for another start: two runs of one seed are two flights, not one sent twice. */
  #sessionId(i: number): string {
    return toUuid(this.state.key[i] as number, this.#epochMs % 0x7fff_ffff);
  }

  order(i: number, order: SimulatedOrder, nowMs = this.timeMs): SimulatedAnswer {
    return this.#book.order(i, order, nowMs);
  }

  orderReports(which: 'told' | 'ends' | 'all' = 'all'): readonly OrderReport[] {
    return this.#book.reports(which);
  }

  orderEffects(): Readonly<Record<string, number>> {
    return this.#book.effects();
  }

  progress(i: number): OrderProgress | undefined {
    return this.#book.progress(i);
  }

  faultsOf(i: number): readonly Fault[] {
    return this.#faults.active.get(i) ?? NO_FAULTS;
  }

  begin(startMs: number, timeFactor = 1): void {
    this.#epochMs = startMs;
    this.#epochStep = this.#step;
    this.#msPerStep = (STEP_S * 1000) / timeFactor;
    this.#seq.fill(0);
  }

  labels(): readonly FaultLabel[] {
    return this.#faults.faults.map(({ drone, type, sensor, fromStep, toStep }) => ({
      droneId: this.ids[drone] as string,
      type,
      ...(sensor && { sensor }),
      fromMs: this.#toMs(fromStep),
      toMs: this.#toMs(toStep),
    }));
  }
}
