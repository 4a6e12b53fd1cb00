import type { ConflictChange, WatchedConflict } from '../../coordination/detection/conflict-watch.ts';
import { isRefusal } from '../../errors.ts';
import { type SeparationMinima, severityOf } from '../../geo/cylinder-conflict.ts';
import type { Clock } from '../../ports.ts';
import type { CoordinationEvent, CoordinationLevel, SeparationEvidence } from './coordination-event.ts';
import { type EventBook, type EventDraft, isBetweenDrones } from './event-book.ts';
import type { LiveSky } from './live-sky.ts';

interface KeeperParts {
  readonly events: EventBook;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly mode: keyof typeof MAX_RAISED;
  /** What must hold in flight: below it separation is lost. */
  readonly minima: SeparationMinima;
}

/** What the watch says of a pair, and the events that tell of it: one for each tenant concerned. */
export interface KeptConflict {
  readonly conflict: WatchedConflict;
  readonly events: readonly { readonly tenant: string; readonly id: string }[];
}

/** New events of a round, the most urgent: what is beyond is told when its level changes. Nobody reads more proposals. */
const MAX_RAISED = { off: 0, suggest: 16, act: 256 } as const;
/** Events of an earlier life of the server are given so long to be seen again. */
const SEEN_AGAIN_MS = 15_000;
const TOLD: Readonly<Record<WatchedConflict['level'], CoordinationLevel>> = {
  INFO: 'info',
  WARN: 'warn',
  RESOLVE: 'resolve',
  CRITICAL: 'critical',
};

/** Turns what the watch raises, changes and clears into events: one open event for a pair, told from WARN on. */
export class EventKeeper {
  readonly #parts: KeeperParts;
  readonly #conflicts = new Map<string, KeptConflict>();
  readonly #closest = new Map<string, SeparationEvidence>();
  /** Of events that are not over: both flights, whoever may know of them. */
  readonly #pairs = new Map<string, WatchedConflict['between']>();
  readonly #bornMs: number;
  #raisedNow = 0;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
    this.#bornMs = parts.clock.now();
  }

  /** Those that go on. */
  conflicts(): Iterable<KeptConflict> {
    return this.#conflicts.values();
  }

  /** A new round. */
  begin(): void {
    this.#raisedNow = 0;
  }

  apply({ change, conflict }: ConflictChange): void {
    const key = conflict.between.join(' ');
    if (change === 'cleared') {
      this.#conflicts.delete(key);
      return;
    }
    const known = this.#conflicts.get(key)?.events ?? [];
    const level = TOLD[conflict.level];
    const isTold = known.length > 0 || level === 'info' || this.#raisedNow >= MAX_RAISED[this.#parts.mode];
    const events = isTold ? known : this.#raise(conflict, level);
    this.#conflicts.set(key, { conflict, events });
    for (const { tenant, id } of events) {
      const event = this.#parts.events.find(tenant, id);
      if (event && event.endedAtMs === undefined && event.level !== level)
        this.#parts.events.change(event, { level, before: this.#evidence(conflict) });
    }
  }

  /** How near the drones of open events are now; a loss of separation is told as one. */
  measure(sky: LiveSky): void {
    const { events } = this.#parts;
    if (events.size === 0) return;
    for (const [key, between] of this.#pairs) {
      const [one, other] = between.map((flight) => sky.rowOf(flight));
      if (one === undefined || other === undefined) continue;
      const [tenant = '', id = ''] = key.split(' ');
      this.#note(events.find(tenant, id), this.#apart(sky, one, other));
    }
  }

  /** Ends the events whose conflict is over, where `isFree` of what was done about them. */
  sweep(isFree: (event: CoordinationEvent) => boolean): void {
    const nowMs = this.#parts.clock.now();
    const open = new Set<string>();
    for (const { events } of this.#conflicts.values())
      for (const { tenant, id } of events) open.add(`${tenant} ${id}`);
    for (const event of this.#parts.events.open()) {
      const isOpen = open.has(`${event.tenant} ${event.id}`);
      const isEarly = event.createdAtMs < this.#bornMs && nowMs - this.#bornMs < SEEN_AGAIN_MS;
      if (!isBetweenDrones(event.eventType) || isOpen || isEarly || !isFree(event)) continue;
      this.#end(event);
    }
  }

  #end(event: CoordinationEvent): void {
    const key = `${event.tenant} ${event.id}`;
    const after = this.#closest.get(key);
    this.#closest.delete(key);
    this.#pairs.delete(key);
    const decision = `${event.droneIds.join(' and ')} are clear of each other${after ? `: nearest ${describe(after)}` : ''}`;
    this.#parts.events.move(event, 'clear', { decision, ...(after && { after }) });
  }

  #raise(conflict: WatchedConflict, level: CoordinationLevel): KeptConflict['events'] {
    const { events, newId } = this.#parts;
    const ids = conflict.between.map((key) => ({
      tenant: key.slice(0, key.indexOf(':')),
      droneId: key.slice(key.indexOf(':') + 1),
    }));
    this.#raisedNow += 1;
    const id = newId();
    const raised: { tenant: string; id: string }[] = [];
    for (const tenant of new Set(ids.map((each) => each.tenant))) {
      const droneIds = ids.filter((each) => each.tenant === tenant).map((each) => each.droneId);
      const kept = events.raise(this.#draft(conflict, { tenant, droneIds, level, id }));
      if (isRefusal(kept)) continue;
      raised.push({ tenant, id: kept.event.id });
      this.#pairs.set(`${tenant} ${kept.event.id}`, conflict.between);
    }
    return raised;
  }

  #draft(
    conflict: WatchedConflict,
    given: Pick<EventDraft, 'tenant' | 'droneIds' | 'level' | 'id'>,
  ): EventDraft {
    const before = this.#evidence(conflict);
    const [one, other = 'another operator’s flight'] = given.droneIds;
    const inS = Math.round(conflict.evidence.inS);
    const decision = `${one} and ${other} come as near as ${describe(before)}, ${inS > 0 ? `in ${inS} s` : 'now'}`;
    return { ...given, eventType: 'collision_avoidance', decision, before };
  }

  #evidence({ evidence, seenS }: WatchedConflict): SeparationEvidence {
    const { inS, worstS, horizontalM, verticalM, needHorizontalM, needVerticalM, severity, by } = evidence;
    return {
      at: new Date((seenS + worstS) * 1000).toISOString(),
      ...{ horizontal_m: round(horizontalM), vertical_m: round(verticalM), severity: round(severity) },
      ...{ lost_in_s: round(inS), basis: [...new Set(by)].join(', ') },
      need: { horizontal_m: round(needHorizontalM), vertical_m: round(needVerticalM) },
    };
  }

  #apart({ sky }: LiveSky, one: number, other: number): SeparationEvidence {
    const nowMs = this.#parts.clock.now();
    const at = (row: number, place: Float64Array, speed: Float64Array) =>
      (place[row] as number) + (speed[row] as number) * (sky.ageS[row] as number);
    const between = (place: Float64Array, speed: Float64Array) =>
      at(one, place, speed) - at(other, place, speed);
    const horizontalM = Math.hypot(between(sky.eastM, sky.eastMps), between(sky.northM, sky.northMps));
    const verticalM = Math.abs(between(sky.upM, sky.upMps));
    const { minima } = this.#parts;
    return {
      ...{
        at: new Date(nowMs).toISOString(),
        horizontal_m: round(horizontalM),
        vertical_m: round(verticalM),
      },
      severity: round(severityOf({ horizontalM, verticalM }, minima)),
      need: { horizontal_m: minima.horizontalM, vertical_m: minima.verticalM },
    };
  }

  #note(event: CoordinationEvent | undefined, now: SeparationEvidence): void {
    if (!event || event.endedAtMs !== undefined) return;
    const key = `${event.tenant} ${event.id}`;
    const closest = this.#closest.get(key);
    if (!closest || now.severity < closest.severity) this.#closest.set(key, now);
    if (now.severity >= 1 || event.eventType === 'separation_loss') return;
    const decision = `${event.droneIds.join(' and ')} have lost separation: ${describe(now)} apart`;
    this.#parts.events.change(event, {
      eventType: 'separation_loss',
      level: 'critical',
      decision,
      after: now,
    });
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;

const describe = ({ horizontal_m, vertical_m }: SeparationEvidence): string =>
  `${Math.round(horizontal_m)} m across and ${Math.round(vertical_m)} m in height`;
