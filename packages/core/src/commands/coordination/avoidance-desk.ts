import { isRefusal, type Refusal } from '../../errors.ts';
import type { DroneState } from '../../fleet/drone-state.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Trajectory } from '../../geo/trajectory.ts';
import type { Enu, LocalFrame } from '../../geo/wgs84.ts';
import type { Bus, Clock, Unsubscribe } from '../../ports.ts';
import type { AirspaceDesk, FlightWish } from '../airspace/airspace-desk.ts';
import { flightIdOf } from '../airspace/flight-records.ts';
import { toPlanFlight } from '../airspace/waypoint-flight.ts';
import type { CommandRecord } from '../ledger/command-record.ts';
import type { CommandLedger, Submitted } from '../ledger/ledger.ts';
import { isTerminal, isUnanswered } from '../ledger/life-cycle.ts';
import type { MissionDesk } from '../mission-desk.ts';
import type { CoordinationOrder } from './coordination-event.ts';

/** Told when a vehicle has answered the first order of an avoidance, or a later one otherwise than before. */
type Listener = (avoidance: Avoidance) => void;

export interface AvoidanceParts {
  readonly fleet: Fleet;
  readonly ledger: CommandLedger;
  readonly airspace: AirspaceDesk;
  readonly missions: MissionDesk;
  readonly bus: Bus;
  readonly clock: Clock;
}

/** A place to fly to on the way out of a conflict. */
export interface AvoidPoint extends Enu {
  readonly speedMps?: number;
}

export interface AvoidWish {
  readonly eventId: string;
  /** None: it stops where it is. */
  readonly points: readonly AvoidPoint[];
  /** After which the vehicle holds by itself, unless it has heard another word. */
  readonly lapseS: number;
  /** What it does, in one sentence. */
  readonly text: string;
  readonly actor: string;
}

/** A drone that makes way. */
export interface Avoidance {
  readonly tenant: string;
  readonly droneId: string;
  readonly sinceMs: number;
  /** It was on its way somewhere, and goes on with that afterwards. */
  readonly isUnderWay: boolean;
  /** Where it was going without a mission, as it was committed. */
  readonly onward: FlightWish | undefined;
  readonly wish: AvoidWish;
  readonly orderedMs: number;
  readonly commandId: string;
  /** `refused`: it will not, or cannot. */
  readonly answer: 'none' | 'taken' | 'refused';
}

/** Whether nobody is in the way of a flight; of one that is not known, on the course it had. */
type WayCheck = (way: Trajectory | undefined) => boolean;

/** An order that has not left by then says what was right long ago. */
const ORDER_TTL_MS = 2000;
const MOVING_MPS = 1;
/** May release what it has ordered itself, and no operator's hold. */
const CLEARS = 1;
export const COORDINATION_ACTOR = 'coordination';

/** The drones that make way, and the orders that make them. What was ordered is in force for seconds, and no longer. */
export class AvoidanceDesk {
  readonly #parts: AvoidanceParts;
  readonly #live = new Map<string, Avoidance>();
  readonly #byCommand = new Map<string, string>();
  /** Flights that make way for an event. */
  readonly #byEvent = new Map<string, Set<string>>();
  readonly #unsubscribe: Unsubscribe;
  #listener: Listener = () => undefined;

  constructor(parts: AvoidanceParts) {
    this.#parts = parts;
    this.#unsubscribe = parts.bus.subscribe('command', (_subject, payload) =>
      this.#follow(payload as CommandRecord),
    );
  }

  get size(): number {
    return this.#live.size;
  }

  onAnswer(listener: Listener): void {
    this.#listener = listener;
  }

  /** Those that make way now. */
  all(): readonly Avoidance[] {
    return [...this.#live.values()];
  }

  /** Those that make way because of an event. */
  ofEvent(eventId: string): readonly Avoidance[] {
    return [...(this.#byEvent.get(eventId) ?? [])].map((key) => this.#live.get(key) as Avoidance);
  }

  isConcerned(eventId: string): boolean {
    return this.#byEvent.has(eventId);
  }

  of(tenant: string, droneId: string): Avoidance | undefined {
    return this.#live.get(flightIdOf(tenant, droneId));
  }

  /** Makes a drone fly out of the way. It leaves as soon as it is on disk. */
  avoid(drone: DroneState, wish: AvoidWish): { readonly order: CoordinationOrder } | Refusal {
    const site = this.#parts.airspace.site();
    if (isRefusal(site)) return site;
    const { tenant, droneId } = drone;
    const key = flightIdOf(tenant, droneId);
    const before = this.#live.get(key);
    const isUnderWay = before?.isUnderWay ?? this.#isUnderWay(drone);
    const onward = before ? before.onward : this.#committed(key);
    const params = {
      points: wish.points.map((point) => toOrderPoint(point, site.frame)),
      lapse_s: wish.lapseS,
    };
    const context = { step: 'coordination', eventId: wish.eventId, text: wish.text, isUnderWay };
    const submitted = this.#parts.ledger.submit({
      ...{ tenant, droneId, command: 'avoid', params, actor: wish.actor, ttlMs: ORDER_TTL_MS, context },
    });
    if (isRefusal(submitted)) return submitted;
    const { commandId } = submitted.command;
    const nowMs = this.#parts.clock.now();
    this.#unlist(key);
    this.#byCommand.set(commandId, key);
    this.#byEvent.set(wish.eventId, (this.#byEvent.get(wish.eventId) ?? new Set()).add(key));
    this.#live.set(key, {
      ...{ tenant, droneId, isUnderWay, onward, wish, commandId },
      ...{ sinceMs: before?.sinceMs ?? nowMs, orderedMs: nowMs, answer: before?.answer ?? 'none' },
    });
    return {
      order: { drone_id: droneId, command_id: commandId, command: 'avoid', text: wish.text },
    };
  }

  /**
   * Lets a drone go on with what it was about, where nobody is in its way; one that was about nothing is left where it is.
   * False: not yet.
   */
  release(drone: DroneState, isFree: WayCheck, actor = COORDINATION_ACTOR): boolean | Refusal {
    const { tenant, droneId } = drone;
    const avoidance = this.of(tenant, droneId);
    if (!avoidance) return true;
    if (avoidance.isUnderWay && !this.#rejoin(drone, isFree)) return false;
    const isHeld = this.#parts.ledger.objection({ tenant, droneId, command: 'resume', clears: CLEARS });
    this.forget(tenant, droneId);
    if (!avoidance.isUnderWay || isHeld) return true;
    const submitted = this.resume(drone, avoidance.wish.eventId, actor);
    return isRefusal(submitted) ? submitted : true;
  }

  /** Goes on with what was interrupted. */
  resume({ tenant, droneId }: DroneState, eventId: string, actor: string): Submitted | Refusal {
    return this.#parts.ledger.submit({
      ...{ tenant, droneId, command: 'resume', params: {}, actor, ttlMs: ORDER_TTL_MS, clears: CLEARS },
      context: { step: 'coordination', eventId },
    });
  }

  forget(tenant: string, droneId: string): void {
    const key = flightIdOf(tenant, droneId);
    this.#unlist(key);
    this.#live.delete(key);
  }

  /** Where it would go on to: the next waypoint of its mission, or the end of what it was committed to. */
  target(drone: DroneState): Enu | undefined {
    return this.#wayOn(drone)?.points[0]?.at;
  }

  close(): void {
    this.#unsubscribe();
  }

  #isUnderWay(drone: DroneState): boolean {
    const { tenant, droneId, latest } = drone;
    const mission = this.#parts.missions.flownBy(tenant, droneId);
    if (mission) return mission.state === 'active';
    return (latest?.groundSpeedMps ?? 0) > MOVING_MPS;
  }

  #wayOn({ tenant, droneId, latest }: DroneState): FlightWish | undefined {
    const { airspace, missions, fleet } = this.#parts;
    const site = airspace.site();
    const drone = fleet.find(tenant, droneId);
    const situation = drone && latest && airspace.situationNow(drone);
    if (isRefusal(site) || !situation || isRefusal(situation)) return undefined;
    const mission = missions.flownBy(tenant, droneId);
    if (mission) {
      const part = { from: Math.min(mission.reached, mission.waypoints.length - 1), changed: [] };
      const wish = toPlanFlight(mission, part, { site, situation, path: 'waypoints' });
      return isRefusal(wish) ? undefined : wish;
    }
    const making = this.of(tenant, droneId);
    return making ? making.onward : this.#committed(flightIdOf(tenant, droneId));
  }

  /** To the end of what was committed to. */
  #committed(key: string): FlightWish | undefined {
    const committed = this.#parts.airspace.traffic.get(key)?.trajectory;
    if (!committed) return undefined;
    const [, eastM = 0, northM = 0, upM = 0] = committed.knots.slice(-4);
    return { points: [{ at: { eastM, northM, upM } }], changed: [], afterwards: committed.afterwards };
  }

  /** Commits to the way from here on; false where another is in it. */
  #rejoin(drone: DroneState, isFree: WayCheck): boolean {
    const { airspace } = this.#parts;
    const wish = this.#wayOn(drone);
    const situation = airspace.situationNow(drone);
    if (!wish || isRefusal(situation)) return isFree(undefined);
    const verdict = airspace.check(situation, wish);
    if (isRefusal(verdict) || !verdict.trajectory) return isFree(undefined);
    if (!isFree(verdict.trajectory)) return false;
    if (!isRefusal(airspace.reserve(situation, verdict))) airspace.confirm(situation);
    return true;
  }

  #unlist(key: string): void {
    const avoidance = this.#live.get(key);
    if (!avoidance) return;
    this.#byCommand.delete(avoidance.commandId);
    const flights = this.#byEvent.get(avoidance.wish.eventId);
    flights?.delete(key);
    if (flights?.size === 0) this.#byEvent.delete(avoidance.wish.eventId);
  }

  #follow({ commandId, state }: CommandRecord): void {
    const key = this.#byCommand.get(commandId);
    const avoidance = key === undefined ? undefined : this.#live.get(key);
    if (key === undefined || !avoidance || isUnanswered(state)) return;
    const isTaken = !isTerminal(state) || state === 'succeeded';
    if (state === 'cancelled') return;
    const answer = isTaken ? 'taken' : 'refused';
    if (answer === avoidance.answer) return;
    const answered: Avoidance = { ...avoidance, answer };
    this.#live.set(key, answered);
    this.#listener(answered);
  }
}

/** As vehicles that know nothing of the site understand it. */
function toOrderPoint({ speedMps, ...place }: AvoidPoint, frame: LocalFrame) {
  const { latitudeDeg, longitudeDeg, altitudeAmslM } = frame.toGeo(place);
  return {
    ...{ latitude: latitudeDeg, longitude: longitudeDeg, altitude: Math.round(altitudeAmslM * 100) / 100 },
    altitude_reference: 'amsl',
    ...(speedMps !== undefined && { speed: Math.round(speedMps * 100) / 100 }),
  };
}
