import { ConflictWatch } from '../../coordination/detection/conflict-watch.ts';
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

export const TURN_MS = 50;
const ROUND_MS = 1000;
/** Drones looked at in a turn: a larger fleet is gathered in several. */
const PER_TURN = 1500;
/** Of a round, the most urgent; and what a crowd in one place may cost at most: 10 000 drones at 25/km² are 10 checks each. */
const MAX_CONFLICTS = 2048;
const LEAST_CHECKS = 200_000;
const CHECKS_PER_DRONE = 20;
/** A scan that takes long is followed by a rest of so many times its length. */
const REST = 20;
/** After a longer pause (the process was stopped, the machine slept) it is looked before anything is ordered. */
const LAPSED_MS = 3 * ROUND_MS;

/**
 * Each second over all that flies: who will come too near to whom, what is told about it, and what is ordered. A round is
 * cut into turns, so that nobody else waits for it.
 */
export class Coordinator {
  readonly #parts: CoordinatorParts;
  readonly #live: LiveSky;
  #scan = toScan(LEAST_CHECKS);
  #checks = LEAST_CHECKS;
  #restMs = 0;
  readonly #watch = new ConflictWatch();
  readonly #keeper: EventKeeper;
  readonly #resolver: Resolver;
  #drones: Iterator<DroneState> | undefined;
  #startedMs = Number.NEGATIVE_INFINITY;
  #endedMs = Number.NEGATIVE_INFINITY;

  constructor(parts: CoordinatorParts) {
    this.#parts = parts;
    this.#live = new LiveSky(parts.airspace.traffic);
    this.#keeper = new EventKeeper({ ...parts, minima: defaultSeparation });
    this.#resolver = new Resolver({ ...parts, keeper: this.#keeper, minima: defaultSeparation });
  }

  /** A part of a round; to be called every `TURN_MS`. */
  turn(): void {
    const nowMs = this.#parts.clock.monotonic();
    if (this.#resolver.work()) return;
    if (!this.#drones) {
      if (nowMs - this.#startedMs < Math.max(ROUND_MS, this.#restMs) || !this.#hasWork()) return;
      this.#startedMs = nowMs;
      this.#live.begin();
      this.#drones = this.#parts.fleet.all();
    }
    if (this.#gather()) this.#judge(nowMs);
  }

  close(): void {
    this.#resolver.close();
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

  #look(sky: Sky, nowS: number): void {
    const { clock } = this.#parts;
    const checks = Math.max(LEAST_CHECKS, CHECKS_PER_DRONE * sky.count);
    if (checks > this.#checks) {
      this.#checks = 2 * checks;
      this.#scan = toScan(this.#checks);
    }
    const beganMs = clock.monotonic();
    const { conflicts, beyond, isComplete } = this.#scan.scan(sky, nowS);
    const idOf = (row: number) => this.#live.idAt(row);
    this.#keeper.begin();
    for (const change of this.#watch.update({ conflicts, beyond, isComplete, nowS, idOf }))
      this.#keeper.apply(change);
    this.#restMs = REST * (clock.monotonic() - beganMs);
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

  /** True once all have been looked at. */
  #gather(): boolean {
    const site = this.#parts.airspace.site();
    if (isRefusal(site) || !this.#drones) {
      this.#drones = undefined;
      return false;
    }
    for (let left = PER_TURN; left > 0; left -= 1) {
      const { value: drone, done } = this.#drones.next();
      if (done) {
        this.#drones = undefined;
        return true;
      }
      this.#live.look(drone, site.frame);
    }
    return false;
  }

  #judge(monotonicMs: number): void {
    const isAwake = monotonicMs - this.#endedMs < LAPSED_MS + this.#restMs;
    const nowMs = this.#parts.clock.now();
    const nowS = nowMs / 1000;
    const sky = this.#live.skyAt(nowMs);
    this.#lapse(nowMs);
    this.#conform(sky, nowS);
    if (this.#parts.mode !== 'off') this.#look(sky, nowS);
    this.#keeper.measure(this.#live);
    this.#endedMs = monotonicMs;
    if (isAwake) this.#resolver.begin(this.#live);
  }
}

const toScan = (maxChecks: number): SkyScan => new SkyScan({ maxConflicts: MAX_CONFLICTS, maxChecks });
