import { type ConflictChange, ConflictWatch } from '../../coordination/detection/conflict-watch.ts';
import { conformanceOf } from '../../coordination/detection/conformance.ts';
import { defaultForecastLimits } from '../../coordination/detection/forecast-limits.ts';
import type { Sky } from '../../coordination/detection/sky.ts';
import { SkyScan } from '../../coordination/detection/sky-scan.ts';
import { isRefusal } from '../../errors.ts';
import type { DroneState } from '../../fleet/drone-state.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { defaultSeparation } from '../../geo/trajectory-separation.ts';
import type { Clock } from '../../ports.ts';
import type { AirspaceDesk } from '../airspace/airspace-desk.ts';
import type { ConformanceBook } from '../airspace/conformance-book.ts';
import type { AvoidanceDesk } from './avoidance-desk.ts';
import { type EventBook, isBetweenDrones } from './event-book.ts';
import { EventKeeper } from './event-keeper.ts';
import { LiveSky } from './live-sky.ts';
import { Resolver } from './resolver.ts';

/** `off`: nobody looks; `suggest`: conflicts are told, with what would be done; `act`: it is done. */
export const COORDINATION_MODES = ['off', 'suggest', 'act'] as const;
export type CoordinationMode = (typeof COORDINATION_MODES)[number];

export interface CoordinatorParts {
  readonly fleet: Fleet;
  readonly airspace: AirspaceDesk;
  readonly events: EventBook;
  readonly desk: AvoidanceDesk;
  readonly conformance: ConformanceBook;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly mode: CoordinationMode;
}

export const TURN_MS = 20;
const ROUND_MS = 1000;
/** What a turn may take of the process; more where an order waits for what is to be told. */
const SLICE_MS = 4;
const ALERT_SLICE_MS = 15;
/** Between two looks at the clock. */
const DRONES_AT_ONCE = 200;
const CHECKS_AT_ONCE = 50_000;
const PAIRS_AT_ONCE = 2000;
/** Of a round, the most urgent. */
const MAX_CONFLICTS = 2048;
/** A round that took long is followed by a rest of so many times what it took of the process. */
const REST = 4;
/** After a longer pause (the process was stopped, the machine slept) it is looked before anything is ordered. */
const LAPSED_MS = 3 * ROUND_MS;

/** What a round is about: the drones, then their conflicts, then what is to be told of them. */
type Stage =
  | { readonly name: 'gather'; readonly drones: Iterator<DroneState> }
  | { readonly name: 'scan'; readonly nowS: number }
  | { readonly name: 'tell'; readonly changes: readonly ConflictChange[]; told: number };

/**
 * Each second over all that flies: who will come too near to whom, what is told about it, and what is ordered. A round is
 * cut into turns, so that nobody else waits for it.
 */
export class Coordinator {
  readonly #parts: CoordinatorParts;
  readonly #live: LiveSky;
  readonly #scan = new SkyScan({ maxConflicts: MAX_CONFLICTS });
  readonly #watch = new ConflictWatch();
  readonly #keeper: EventKeeper;
  readonly #resolver: Resolver;
  #stage: Stage | undefined;
  #startedMs = Number.NEGATIVE_INFINITY;
  #endedMs = Number.NEGATIVE_INFINITY;
  /** Of the process, in this round or the last. */
  #spentMs = 0;

  constructor(parts: CoordinatorParts) {
    this.#parts = parts;
    this.#live = new LiveSky(parts.airspace.traffic);
    this.#keeper = new EventKeeper({ ...parts, minima: defaultSeparation });
    this.#resolver = new Resolver({ ...parts, keeper: this.#keeper, minima: defaultSeparation });
  }

  /** A part of a round; to be called every `TURN_MS`. */
  turn(): void {
    const beganMs = this.#parts.clock.monotonic();
    if (this.#resolver.work()) return;
    if (!this.#stage && !this.#begin(beganMs)) return;
    let nowMs = beganMs;
    while (this.#stage && nowMs - beganMs < this.#sliceMs(this.#stage)) {
      this.#stage = this.#goOn(this.#stage);
      nowMs = this.#parts.clock.monotonic();
    }
    this.#spentMs += nowMs - beganMs;
    if (!this.#stage) this.#end(nowMs);
  }

  #sliceMs({ name }: Stage): number {
    return name === 'tell' && this.#parts.mode === 'act' ? ALERT_SLICE_MS : SLICE_MS;
  }

  close(): void {
    this.#resolver.close();
  }

  #begin(nowMs: number): boolean {
    const restMs = REST * this.#spentMs;
    const isDue = nowMs - this.#startedMs >= ROUND_MS && nowMs - this.#endedMs >= restMs;
    if (!isDue || !this.#hasWork() || isRefusal(this.#parts.airspace.site())) return false;
    this.#startedMs = nowMs;
    this.#spentMs = 0;
    this.#live.begin();
    this.#stage = { name: 'gather', drones: this.#parts.fleet.all() };
    return true;
  }

  /** A little more of the round; undefined at its end. */
  #goOn(stage: Stage): Stage | undefined {
    if (stage.name === 'gather') return this.#gather(stage.drones) ? this.#judge() : stage;
    if (stage.name === 'scan') return this.#look(stage.nowS) ?? stage;
    const change = stage.changes[stage.told];
    if (!change) return undefined;
    this.#keeper.apply(change);
    stage.told += 1;
    return stage;
  }

  /** True once all have been looked at. */
  #gather(drones: Iterator<DroneState>): boolean {
    const site = this.#parts.airspace.site();
    if (isRefusal(site)) return true;
    for (let left = DRONES_AT_ONCE; left > 0; left -= 1) {
      const { value: drone, done } = drones.next();
      if (done) return true;
      this.#live.look(drone, site.frame);
    }
    return false;
  }

  #judge(): Stage | undefined {
    const nowMs = this.#parts.clock.now();
    const nowS = nowMs / 1000;
    const sky = this.#live.skyAt(nowMs);
    this.#lapse(nowMs);
    this.#conform(sky, nowS);
    if (this.#parts.mode === 'off') return undefined;
    this.#scan.begin(sky, nowS);
    return { name: 'scan', nowS };
  }

  #look(nowS: number): Stage | undefined {
    const result = this.#scan.step(CHECKS_AT_ONCE, PAIRS_AT_ONCE);
    if (!result) return undefined;
    this.#keeper.begin();
    const idOf = (row: number) => this.#live.idAt(row);
    return { name: 'tell', changes: this.#watch.update({ ...result, nowS, idOf }), told: 0 };
  }

  #end(nowMs: number): void {
    const isAwake = nowMs - this.#endedMs < LAPSED_MS + (REST + TURN_MS / SLICE_MS) * this.#spentMs;
    this.#keeper.measure(this.#live);
    this.#endedMs = nowMs;
    if (isAwake) this.#resolver.begin(this.#live);
  }

  /** How each flies what it is committed to. */
  #conform(sky: Sky, nowS: number): void {
    const { conformance } = this.#parts;
    for (let row = 0; row < sky.count; row += 1) {
      const plan = sky.plans[row];
      if (plan) conformance.note(plan, conformanceOf(sky, row, nowS, defaultForecastLimits), nowS);
    }
    conformance.forget((id) => this.#parts.airspace.traffic.get(id) !== undefined);
  }

  /** Where nobody looks for conflicts, there may be decisions of operators that have to lapse. */
  #hasWork(): boolean {
    const { mode, desk, events } = this.#parts;
    return mode !== 'off' || desk.size + events.size > 0;
  }

  /** Operators’ decisions whose time is over; what was recorded of them besides ends. */
  #lapse(nowMs: number): void {
    const { events } = this.#parts;
    for (const event of events.open()) {
      if (!event.override || Date.parse(event.override.expires_at) > nowMs) continue;
      if (isBetweenDrones(event.eventType)) events.lapse(event);
      else events.move(event, 'clear');
    }
  }
}
