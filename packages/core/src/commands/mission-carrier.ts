import { isRefusal } from '../errors.ts';
import type { DroneState } from '../fleet/drone-state.ts';
import type { Sample } from '../messages/sample.ts';
import type { WaypointMessage } from '../messages/waypoint.ts';
import type { Unsubscribe } from '../ports.ts';
import { type CommandRecord, toCommandRecord } from './ledger/command-record.ts';
import { isTerminal, isUnanswered } from './ledger/life-cycle.ts';
import { MissionAirspace } from './mission-airspace.ts';
import type { MissionDesk, MissionDeskParts } from './mission-desk.ts';
import { MissionFlights } from './mission-flights.ts';
import type { CarriedMission, MissionStep } from './mission-record.ts';
import { byItself, type MissionEnding, pauseWish } from './mission-steps.ts';

export interface MissionCarrierParts extends MissionDeskParts {
  readonly missions: MissionDesk;
}

const WATCH_MS = 1000;

/** What moves missions on: the answers of vehicles, what others order them, telemetry, and the clock. */
export class MissionCarrier {
  readonly #parts: MissionCarrierParts;
  readonly #desk: MissionDesk;
  readonly #flights: MissionFlights;
  readonly #airspace: MissionAirspace;
  readonly #stops: readonly Unsubscribe[];

  constructor(parts: MissionCarrierParts) {
    this.#parts = parts;
    this.#desk = parts.missions;
    this.#flights = new MissionFlights(parts);
    this.#airspace = new MissionAirspace(parts);
    // A crash may have come between a vehicle's word and what it means for the plan.
    for (const record of [...parts.records.list('command')]) this.#amend(toCommandRecord(record));
    this.#stops = [
      parts.bus.subscribe('command', (_subject, payload) => this.#follow(payload as CommandRecord)),
      parts.bus.subscribe('sample', (_subject, payload) => this.#observe(payload as Sample)),
      parts.clock.every(WATCH_MS, () => this.#watch()),
    ];
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  #follow(command: CommandRecord): void {
    const { step } = command.context ?? {};
    if (step === 'change') return this.#amend(command);
    if (step === 'relieve' && isTerminal(command.state) && !isTaken(command)) return this.#halt(command);
    if (step === undefined || step === 'recall' || step === 'relieve')
      return isJustTaken(command) ? this.#override(command) : undefined;
    this.#advance(command);
  }

  /** The drone was ordered something else than its mission. */
  #override(command: CommandRecord): void {
    const { tenant, droneId, context } = command;
    const mission = context?.['step'] === undefined ? this.#desk.flownBy(tenant, droneId) : undefined;
    if (mission) this.#mean(mission, command.command);
    const ending = command.command === 'emergency_land' ? 'land' : command.command;
    if (ending === 'land' || ending === 'return_to_base' || ending === 'hold')
      this.#airspace.end({ tenant, droneId }, ending);
  }

  /** Who was to make room has not: whoever counted on it stops. */
  #halt({ tenant, droneId, context }: CommandRecord): void {
    this.#airspace.hover({ tenant, droneId });
    const mission = this.#desk.find(tenant, String(context?.['missionId']));
    if (mission?.state === 'uploading') this.#desk.unbind(mission, `${droneId} has not made room`);
    else if (mission?.state === 'active')
      this.#desk.order(mission, 'pause', pauseWish(mission, byItself(mission, 'pause')));
  }

  #mean(mission: CarriedMission, command: string): void {
    const meaning = MEANING[command];
    if (meaning === 'pause') this.#pause(mission, command);
    else if (meaning === 'resume') this.#desk.change(mission, { event: 'resume' });
    else if (meaning) this.#end(mission, meaning, command);
  }

  /** The order that a mission waits for has got an answer, or will get none. */
  #advance(command: CommandRecord): void {
    const { missionId = '' } = command.context as { missionId?: string };
    const mission = this.#desk.find(command.tenant, missionId);
    const order = mission?.carriage.order;
    if (!mission || order?.commandId !== command.commandId) return;
    if (isTaken(command)) this.#succeed(mission, order.step, command);
    else if (isTerminal(command.state)) this.#fail(mission, order.step, command);
  }

  #succeed(mission: CarriedMission, step: MissionStep, command: CommandRecord): void {
    if (step === 'upload') return this.#desk.start(mission);
    if (step === 'cancel') {
      this.#end(mission, 'abort', 'cancelled');
      return this.#airspace.end(command, command.command as MissionEnding);
    }
    if (step === 'pause') {
      this.#pause(mission, 'paused');
      return this.#airspace.hover(mission);
    }
    const begun = this.#desk.change(mission, { event: step });
    if (!isRefusal(begun)) this.#airspace.ensure(begun.mission);
  }

  #fail(mission: CarriedMission, step: MissionStep, command: CommandRecord): void {
    const word = command.message ?? command.result ?? command.reason ?? command.state;
    // It may fly, or not: no other drone is sent the same way, and should it fly it is called home.
    if (step === 'start' && command.state === 'expired' && command.reason === 'unknown')
      this.#end(mission, 'fail', 'start: no answer, what its drone does is unknown');
    else if (step === 'upload' || step === 'start') this.#desk.unbind(mission, `${step}: ${word}`);
    else this.#desk.forgetOrder(mission, command.commandId);
  }

  #end(mission: CarriedMission, event: 'fail' | 'abort', reason: string): void {
    const ended = this.#desk.change(mission, { event, reason });
    if (!isRefusal(ended)) this.#flights.forget(ended.mission);
  }

  #pause(mission: CarriedMission, reason: string): void {
    const breakPoint = this.#flights.breakPoint(mission);
    const paused = this.#desk.change(mission, { event: 'pause', reason, ...(breakPoint && { breakPoint }) });
    if (!isRefusal(paused)) this.#flights.forget(paused.mission);
  }

  /** The vehicle has taken a changed waypoint: from now on it is the plan. */
  #amend(command: CommandRecord): void {
    const { missionId, step, waypoints, version } = (command.context ?? {}) as Partial<ChangedPlan>;
    if (step !== 'change' || !waypoints || !version || !isTaken(command)) return;
    const mission = this.#desk.find(command.tenant, missionId ?? '');
    if (!mission || mission.endedAtMs !== undefined || (mission.carriage.planVersion ?? 0) >= version) return;
    this.#flights.forget(mission);
    const changed = { version: Math.max(mission.version + 1, version), changedAtMs: this.#parts.clock.now() };
    this.#desk.keep({
      ...{ ...mission, ...changed, waypoints },
      carriage: { ...mission.carriage, planVersion: version },
    });
  }

  #observe(sample: Sample): void {
    const { tenant, droneId } = sample;
    const mission = this.#desk.flownBy(tenant, droneId);
    if (mission?.state !== 'active') return;
    const drone = this.#parts.fleet.find(tenant, droneId) as DroneState;
    const moved = this.#flights.observe(mission, drone, sample);
    if (moved) this.#desk.keep(moved);
  }

  #watch(): void {
    for (const mission of this.#desk.live())
      if (mission.state === 'active' || mission.state === 'paused') this.#judge(mission);
      else if (mission.state === 'assigned') this.#desk.unbind(mission, 'the plan was never sent');
      else if (mission.state === 'planned') this.#watchDeadline(mission);
    for (const mission of this.#desk.live()) this.#pursue(mission);
    for (const mission of this.#flights.strays())
      if (!this.#desk.flownBy(mission.tenant, mission.droneId ?? '')) this.#desk.sendHome(mission, 'recall');
  }

  #judge(mission: CarriedMission): void {
    const end = this.#flights.judge(mission);
    if (!end) return mission.state === 'active' ? this.#airspace.ensure(mission) : undefined;
    if (end.event === 'pause') return this.#pause(mission, end.reason ?? 'it holds');
    if (end.event !== 'fail') {
      const ended = this.#desk.change(mission, end);
      return isRefusal(ended) ? undefined : this.#flights.forget(ended.mission);
    }
    if (mission.carriage.autoAssign === true) this.#handOn(mission, end.reason);
    else this.#end(mission, 'fail', end.reason);
    this.#airspace.end(mission, 'return_to_base');
  }

  /** What its drone could not finish another one may. */
  #handOn(mission: CarriedMission, reason: string): void {
    this.#pause(mission, reason);
    const paused = this.#desk.fresh(mission);
    if (paused.state === 'paused') this.#desk.change(paused, { event: 'release', reason });
  }

  #watchDeadline(mission: CarriedMission): void {
    if (mission.deadlineMs !== undefined && this.#parts.clock.now() > mission.deadlineMs)
      this.#desk.change(mission, { event: 'fail', reason: 'its deadline has passed' });
  }

  /** After a restart between two steps the next one is ordered by the same id as before. */
  #pursue(mission: CarriedMission): void {
    const { order } = mission.carriage;
    const command = order && this.#parts.ledger.find(mission.tenant, order.commandId);
    if (command) this.#advance(command);
    else if (mission.state === 'uploading' && order?.step === 'start') this.#desk.start(mission);
    else if (mission.state === 'uploading') this.#desk.unbind(mission, 'the plan was never sent');
    else if (order) this.#desk.forgetOrder(mission, order.commandId);
  }
}

interface ChangedPlan {
  readonly missionId: string;
  readonly step: string;
  readonly waypoints: readonly WaypointMessage[];
  readonly version: number;
}

/** What an order that is no step of it means for the mission its drone flies, once the vehicle has taken it. */
const MEANING: Readonly<Record<string, 'fail' | 'abort' | 'pause' | 'resume' | undefined>> = {
  emergency_land: 'fail',
  land: 'abort',
  return_to_base: 'abort',
  hold: 'pause',
  goto: 'pause',
  resume: 'resume',
};

const isTaken = ({ state, answeredAtMs }: CommandRecord): boolean =>
  answeredAtMs !== undefined &&
  (state === 'acknowledged' || state === 'in_progress' || state === 'succeeded');

/** The vehicle's first word, and it is yes: what it says later is no news. */
function isJustTaken(command: CommandRecord): boolean {
  const [before, now] = command.history.slice(-2);
  const isFirst = before !== undefined && isUnanswered(before.state) && now?.atMs === command.changedAtMs;
  return isTaken(command) && isFirst;
}
