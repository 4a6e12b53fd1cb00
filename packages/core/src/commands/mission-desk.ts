import { isRefusal, type Refusal, refuse } from '../errors.ts';
import type { DroneState } from '../fleet/drone-state.ts';
import type { Fleet } from '../fleet/fleet.ts';
import {
  type ChangeOptions,
  createMission,
  type MissionEvent,
  type MissionPlan,
} from '../missions/mission.ts';
import type { Bus, Clock } from '../ports.ts';
import type { Records } from '../records.ts';
import type { AirspaceDesk, Reservation } from './airspace/airspace-desk.ts';
import type { FlightIntents, IntendedFlight } from './airspace/flight-intents.ts';
import type { FlightAround } from './fly-around.ts';
import type { CommandLedger, Submitted } from './ledger/ledger.ts';
import { MissionAirspace } from './mission-airspace.ts';
import {
  type Carriage,
  type CarriedMission,
  changeCarried,
  flownAround,
  type MissionStep,
} from './mission-record.ts';
import { type KeptMission, MissionShelf } from './mission-shelf.ts';
import { homewardWish, type StepWish, sentFrom, startWish, uploadWish } from './mission-steps.ts';

export interface MissionDeskParts {
  readonly records: Records;
  readonly ledger: CommandLedger;
  readonly airspace: AirspaceDesk;
  readonly intents: FlightIntents;
  readonly fleet: Fleet;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** What goes along with an assignment: the flight that was found safe, reserved, and why this drone. */
export interface AssignmentContext {
  readonly reservation: Reservation;
  readonly flight: IntendedFlight;
  readonly assignment: Readonly<Record<string, unknown>>;
  readonly decisionId?: string;
  readonly around?: Pick<FlightAround, 'plan' | 'wish'>;
}

export interface NewMission {
  readonly tenant: string;
  readonly createdBy: string;
  readonly id?: string;
  readonly carriage?: Carriage;
}

/**
 * The missions of all tenants, and what may be done with them. A mission says which order it waits for before that order is
 * given, so that after a restart it is known what to look for.
 */
export class MissionDesk {
  readonly #parts: MissionDeskParts;
  readonly #shelf: MissionShelf;
  readonly #airspace: MissionAirspace;

  constructor(parts: MissionDeskParts) {
    this.#parts = parts;
    this.#shelf = new MissionShelf(parts);
    this.#airspace = new MissionAirspace(parts);
  }

  find(tenant: string, id: string): CarriedMission | undefined {
    return this.#shelf.find(tenant, id);
  }

  /** Of a tenant, those that have not ended, or ended within a day. */
  list(tenant: string): readonly CarriedMission[] {
    return this.#shelf.list(tenant);
  }

  /** Of all tenants, those that have not ended. */
  live(): readonly CarriedMission[] {
    return this.#shelf.live();
  }

  /** The one mission a drone is bound to. */
  flownBy(tenant: string, droneId: string): CarriedMission | undefined {
    return this.#shelf.flownBy(tenant, droneId);
  }

  /** All that are bound, by drone. */
  bound(tenant: string): ReadonlyMap<string, CarriedMission> {
    return this.#shelf.bound(tenant);
  }

  /** A new mission, planned. */
  create(plan: MissionPlan, { carriage = {}, ...origin }: NewMission): KeptMission {
    const { newId, clock } = this.#parts;
    const atMs = clock.now();
    const draft = createMission(plan, { ...origin, id: origin.id ?? newId(), atMs });
    const planned = changeCarried({ ...draft, carriage }, { event: 'plan' }, { atMs });
    if (isRefusal(planned)) throw new Error(planned.message);
    return this.#shelf.keep(planned);
  }

  change(
    mission: CarriedMission,
    event: MissionEvent,
    options: Omit<ChangeOptions, 'atMs'> = {},
  ): KeptMission | Refusal {
    const changed = changeCarried(mission, event, { ...options, atMs: this.#parts.clock.now() });
    return isRefusal(changed) ? changed : this.#shelf.keep(changed);
  }

  /** The mission with something about it other than its state. */
  keep(mission: CarriedMission): KeptMission {
    return this.#shelf.keep(mission);
  }

  /**
   * Binds a drone and sends it the plan, or what is left of it; a drone that is bound already is refused. Whoever flew it
   * before is sent home.
   */
  assign(given: CarriedMission, drone: DroneState, context: AssignmentContext): KeptMission | Refusal {
    const { tenant, droneId } = drone;
    const other = this.flownBy(tenant, droneId);
    if (other && other.id !== given.id)
      return refuse('STALE_STATE', { field: 'drone_id', reason: 'busy', mission_id: other.id });
    const isPaused = given.state === 'paused';
    const planned = isPaused ? this.change(given, { event: 'release' }) : { mission: given };
    if (isRefusal(planned)) return planned;
    if (isPaused && given.droneId !== droneId) this.sendHome(given, 'relieve');
    const assigned = this.change(planned.mission, { event: 'assign', droneId });
    if (isRefusal(assigned)) return assigned;
    const uploading = this.change(assigned.mission, { event: 'upload' });
    return isRefusal(uploading) ? uploading : this.#upload(uploading.mission, context);
  }

  /** Gives the order that the mission's next state waits for. */
  order(mission: CarriedMission, step: MissionStep, wish: StepWish): Submitted | Refusal {
    const commandId =
      wish.requestId === undefined ? (wish.commandId ?? this.#parts.newId()) : this.#idOf(wish);
    this.#shelf.keep({ ...mission, carriage: { ...mission.carriage, order: { step, commandId } } });
    const submitted = this.#parts.ledger.submit({ ...wish, commandId });
    if (isRefusal(submitted)) this.forgetOrder(mission, commandId);
    return submitted;
  }

  /** The order of this id came to nothing. */
  forgetOrder(given: CarriedMission, commandId: string): void {
    const mission = this.fresh(given);
    const { order, ...carriage } = mission.carriage;
    if (order?.commandId === commandId) this.#shelf.keep({ ...mission, carriage });
  }

  /** Once its time has come: until then others are in its way. */
  start(mission: CarriedMission): void {
    if ((mission.carriage.startAtMs ?? 0) > this.#parts.clock.now()) return;
    const submitted = this.order(mission, 'start', startWish(mission));
    if (isRefusal(submitted)) this.unbind(this.fresh(mission), submitted.message);
  }

  /** Its drone is free again, and it waits for another one. */
  unbind(mission: CarriedMission, reason: string): void {
    this.#airspace.hover(mission);
    if (mission.state !== 'uploading') {
      this.change(mission, { event: 'release', reason });
      return;
    }
    const assigned = this.change(mission, { event: 'upload_failed', reason });
    if (!isRefusal(assigned)) this.change(assigned.mission, { event: 'release', reason });
  }

  sendHome(mission: CarriedMission, why: 'recall' | 'relieve'): void {
    this.#parts.ledger.submit(homewardWish(mission, why));
  }

  /** The drone of a paused mission is about to be relieved: whoever comes may count on its room. */
  stepAside(mission: CarriedMission): Reservation | undefined {
    return this.#airspace.stepAside(mission);
  }

  fresh(mission: CarriedMission): CarriedMission {
    return this.find(mission.tenant, mission.id) ?? mission;
  }

  #upload(
    bound: CarriedMission,
    { reservation, decisionId, around, ...context }: AssignmentContext,
  ): KeptMission | Refusal {
    const mission = around ? flownAround(bound, around) : bound;
    const wish = uploadWish(mission, context);
    const commandId = this.#idOf(wish);
    this.#parts.intents.hold(commandId, reservation);
    const { seat: _taken, ...waited } = mission.carriage;
    const carriage: Carriage = {
      ...waited,
      ...{ planVersion: mission.version, sentFrom: sentFrom(mission) },
      ...(decisionId !== undefined && { decisionId }),
    };
    const submitted = this.order({ ...mission, carriage }, 'upload', wish);
    if (!isRefusal(submitted)) return { mission: this.fresh(mission), position: submitted.position };
    this.#parts.intents.drop(commandId);
    this.unbind(this.fresh(mission), submitted.message);
    return submitted;
  }

  #idOf({ tenant, actor, requestId }: StepWish): string {
    return this.#parts.ledger.idFor({ tenant, actor, requestId });
  }
}
