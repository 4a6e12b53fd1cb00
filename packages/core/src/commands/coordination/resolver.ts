import { isRefusal } from '../../errors.ts';
import type { DroneState } from '../../fleet/drone-state.ts';
import type { SeparationMinima } from '../../geo/cylinder-conflict.ts';
import type { Clock } from '../../ports.ts';
import type { AirspaceDesk } from '../airspace/airspace-desk.ts';
import { flightIdOf } from '../airspace/flight-records.ts';
import type { Avoidance, AvoidanceDesk } from './avoidance-desk.ts';
import type { CoordinationEvent } from './coordination-event.ts';
import type { EventBook } from './event-book.ts';
import type { EventKeeper } from './event-keeper.ts';
import type { LiveSky } from './live-sky.ts';
import { type TacticalAdvice, Tactics } from './tactics.ts';

export interface ResolverParts {
  readonly airspace: AirspaceDesk;
  readonly events: EventBook;
  readonly desk: AvoidanceDesk;
  readonly keeper: EventKeeper;
  readonly clock: Clock;
  readonly minima: SeparationMinima;
  readonly mode: 'off' | 'suggest' | 'act';
}

/** A drone that something is to be done about. */
interface Case {
  readonly row: number;
  readonly drone: DroneState;
  readonly event: CoordinationEvent;
}

const HELD: ReadonlySet<string> = new Set(['hold', 'reroute', 'climb', 'descend']);
/** What one turn may take. */
const BUDGET_MS = 15;
/** What is only proposed keeps nobody waiting. */
const PROPOSAL_BUDGET_MS = 4;
/** An order is given again before it lapses, or when it is no longer what is wanted. */
const RENEW_MS = 2500;
const CHANGED_MPS = 0.7;
/** Older than that, nobody is ordered by what was known. */
const FRESH_S = 3;
const DEAF_MS = 10_000;
const MAX_DEAF = 10_000;
/** Drones that are thought about in a round. */
const MAX_CASES = 2000;

/** What is done about conflicts that call for it: in each round, for the most urgent first, within a time. */
export class Resolver {
  readonly #parts: ResolverParts;
  readonly #tactics: Tactics;
  readonly #given = new Map<string, TacticalAdvice>();
  /** Who has refused is not asked again until then. */
  readonly #deafUntilMs = new Map<string, number>();
  /** What comes first is last. */
  #queue: Case[] = [];
  /** Who makes way for nobody any more. */
  #others: Avoidance[] = [];
  #isSwept = true;
  #live: LiveSky | undefined;
  #acting: ReadonlySet<number> = new Set();

  constructor(parts: ResolverParts) {
    this.#parts = parts;
    this.#tactics = new Tactics(parts);
    parts.desk.onAnswer((avoidance) => this.#noteAnswer(avoidance));
  }

  /** A round's conflicts are known. */
  begin(live: LiveSky): void {
    const { desk } = this.#parts;
    this.#live = live;
    const cases = this.#cases(live);
    const others = desk.all().filter(({ tenant, droneId, wish }) => {
      return !cases.has(flightIdOf(tenant, droneId)) && !this.#isDecided(tenant, wish.eventId);
    });
    // Whoever has no order yet comes first.
    const isNew = ({ drone }: Case) => desk.of(drone.tenant, drone.droneId) === undefined;
    const all = [...cases.values()].reverse();
    this.#queue = [...all.filter((one) => !isNew(one)), ...all.filter(isNew)];
    this.#others = [...others];
    const acting = this.#queue.filter(({ event }) => this.#acts(event)).map(({ row }) => row);
    const steered = others.map(({ tenant, droneId }) => live.rowOf(flightIdOf(tenant, droneId)) ?? -1);
    this.#acting = new Set([...acting, ...steered]);
    this.#isSwept = false;
    this.work();
  }

  /** Does a part of what is left, who is in a conflict first; true while there is more. */
  work(): boolean {
    const live = this.#live;
    if (!live || this.#isSwept) return false;
    const { clock, desk, keeper } = this.#parts;
    const untilMs = clock.monotonic() + (this.#parts.mode === 'act' ? BUDGET_MS : PROPOSAL_BUDGET_MS);
    while (this.#queue.length + this.#others.length > 0 && clock.monotonic() < untilMs) {
      const next = this.#queue.pop();
      if (next) this.#resolve(next, live);
      else this.#letGo(this.#others.pop() as Avoidance, live);
    }
    if (this.#queue.length + this.#others.length > 0) return true;
    keeper.sweep(({ id }) => !desk.isConcerned(id));
    this.#isSwept = true;
    return false;
  }

  close(): void {
    this.#queue = [];
    this.#others = [];
    this.#isSwept = true;
    this.#parts.desk.onAnswer(() => undefined);
  }

  /** By flight: whoever is in a conflict that calls for something and is not decided otherwise. */
  #cases(live: LiveSky): Map<string, Case> {
    const urgent = [...this.#parts.keeper.conflicts()]
      .filter(({ conflict: { level } }) => level === 'RESOLVE' || level === 'CRITICAL')
      .sort((a, b) => a.conflict.evidence.inS - b.conflict.evidence.inS);
    const cases = new Map<string, Case>();
    if (urgent.length === 0) return cases;
    for (const { conflict, events } of urgent)
      for (const id of conflict.between) {
        const row = live.rowOf(id);
        if (row === undefined || cases.has(id) || cases.size >= MAX_CASES) continue;
        const event = this.#isReachable(live, row) ? this.#eventOf(id, events) : undefined;
        if (event) cases.set(id, { row, drone: live.droneAt(row), event });
      }
    return cases;
  }

  #eventOf(
    id: string,
    events: readonly { readonly tenant: string; readonly id: string }[],
  ): CoordinationEvent | undefined {
    const told = events.find(({ tenant }) => id.startsWith(`${tenant}:`));
    const event = told && this.#parts.events.find(told.tenant, told.id);
    if (!event) return undefined;
    if (event.override && event.override.action !== 'accept') return undefined;
    // What has been proposed is not thought about again.
    return this.#acts(event) || event.state === 'detected' ? event : undefined;
  }

  /** It was heard of late, and it obeys. */
  #isReachable(live: LiveSky, row: number): boolean {
    const { tenant, droneId } = live.droneAt(row);
    const isFresh = (live.sky.ageS[row] as number) <= FRESH_S;
    const deafUntilMs = this.#deafUntilMs.get(flightIdOf(tenant, droneId)) ?? Number.NEGATIVE_INFINITY;
    return isFresh && this.#parts.clock.now() > deafUntilMs;
  }

  /** What an operator makes a drone do is done until it lapses; who gives way only does so while there is a conflict. */
  #isDecided(tenant: string, eventId: string): boolean {
    const { override } = this.#parts.events.find(tenant, eventId) ?? {};
    return override !== undefined && HELD.has(override.action);
  }

  #acts(event: CoordinationEvent): boolean {
    return this.#parts.mode === 'act' || event.override?.action === 'accept';
  }

  #resolve({ row, drone, event }: Case, live: LiveSky): void {
    const advice = this.#tactics.advise(live, row, this.#acting, event.id);
    if (!this.#acts(event)) return this.#propose(event, advice);
    const avoidance = this.#parts.desk.of(drone.tenant, drone.droneId);
    // Nothing is asked of it, and it flies as planned.
    if (!avoidance && advice.command.mode === 'clear') return;
    const key = flightIdOf(drone.tenant, drone.droneId);
    if (avoidance && !this.#isDue(avoidance, advice, this.#given.get(key))) return;
    const given = this.#parts.desk.avoid(drone, advice.wish);
    if (isRefusal(given)) return;
    this.#given.set(key, advice);
    const isNew = !avoidance || avoidance.wish.eventId !== event.id;
    if (isNew) this.#noteOrder(event, advice, given.order);
  }

  #isDue({ orderedMs }: Avoidance, { command }: TacticalAdvice, before: TacticalAdvice | undefined): boolean {
    if (!before || this.#parts.clock.now() - orderedMs >= RENEW_MS) return true;
    const [now, then] = [command.velocity, before.command.velocity];
    const changeMps = Math.hypot(now.eastMps - then.eastMps, now.northMps - then.northMps);
    return changeMps > CHANGED_MPS || Math.abs(now.upMps - then.upMps) > CHANGED_MPS;
  }

  /** Who would do what; once for each drone of the event. */
  #propose(given: CoordinationEvent, { wish, command }: TacticalAdvice): void {
    const { events } = this.#parts;
    const event = events.find(given.tenant, given.id) ?? given;
    if (command.mode === 'clear' || event.state !== 'detected') return;
    events.move(event, 'propose', { decision: `Proposed: ${wish.text}`, method: command.mode });
  }

  #noteOrder(
    given: CoordinationEvent,
    { wish, command }: TacticalAdvice,
    order: CoordinationEvent['orders'][number],
  ): void {
    const { events } = this.#parts;
    const event = events.find(given.tenant, given.id) ?? given;
    const texts = [...event.orders.map(({ text }) => text), wish.text];
    const change = {
      ...{ decision: [...new Set(texts)].join('; '), method: command.mode },
      orders: [...event.orders, order],
    };
    if (event.state === 'overridden') events.change(event, change);
    else events.move(event, 'act', change);
  }

  /** Once all that were ordered have taken it, the conflict counts as resolved. */
  #noteAnswer({ tenant: whose, droneId, wish, answer }: Avoidance): void {
    const { events, desk, clock } = this.#parts;
    if (answer === 'refused') {
      if (this.#deafUntilMs.size > MAX_DEAF) this.#deafUntilMs.clear();
      this.#deafUntilMs.set(flightIdOf(whose, droneId), clock.now() + DEAF_MS);
      return desk.forget(whose, droneId);
    }
    const concerned = desk.ofEvent(wish.eventId);
    if (concerned.some((each) => each.answer === 'none')) return;
    for (const tenant of new Set(concerned.map((each) => each.tenant))) {
      const event = events.find(tenant, wish.eventId);
      if (!event || event.endedAtMs !== undefined || event.resolutionTimeMs !== undefined) continue;
      events.change(event, {
        resolutionTimeMs: Math.round(clock.now() - (event.alertAtMs ?? event.createdAtMs)),
      });
    }
  }

  /** Who has no conflict any more goes on with what it was about, once its way is free; until then it keeps clear. */
  #letGo({ tenant, droneId, wish }: Avoidance, live: LiveSky): void {
    const { desk, events } = this.#parts;
    const id = flightIdOf(tenant, droneId);
    const row = live.rowOf(id);
    const event = events.find(tenant, wish.eventId);
    // It has landed, or nobody knows where it is: it has held since.
    if (row === undefined || !event) desk.forget(tenant, droneId);
    else if (desk.release(live.droneAt(row), (way) => this.#tactics.isFree(live, row, way)) === false)
      this.#resolve({ row, drone: live.droneAt(row), event }, live);
    if (desk.of(tenant, droneId)) return;
    this.#tactics.forget(id);
    this.#given.delete(id);
  }
}
